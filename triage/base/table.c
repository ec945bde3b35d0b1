#include "triage/base/table.h"

#include "triage/base/digest.h"
#include "triage/base/scoped.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_COLUMNS = 32 };
#define MAX_SIZE (UINT64_C(64) << 20)

struct table {
	char *text;			/* the file, cut up in place; cells point into it */
	char **cells;			/* rows * columns */
	size_t rows, columns;
	char *names[MAX_COLUMNS];
	char sha256[65];
};

static enum triage_status
load_text(const char *path, char **ret_text, size_t *ret_size, struct triage_error *err)
{
	struct stat info;
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read table %s", path);
		return TRIAGE_E_IO;
	}
	if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size > MAX_SIZE) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "table %s is no file or larger than 64 MiB", path);
		return TRIAGE_E_LIMIT;
	}
	SCOPED_FREE char *text = malloc((size_t)info.st_size + 1);
	if (text == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for table %s", path);
		return TRIAGE_E_MEMORY;
	}
	size_t size = 0;
	while (size < (size_t)info.st_size) {
		ssize_t n = read(fd, text + size, (size_t)info.st_size - size);
		if (n < 0) {
			triage_error_set(err, TRIAGE_E_IO, size, "cannot read table %s", path);
			return TRIAGE_E_IO;
		}
		if (n == 0)
			break;
		size += (size_t)n;
	}
	text[size] = '\0';
	*ret_size = size;
	*ret_text = TAKE(text);
	return TRIAGE_OK;
}

/* Cut one line into at most max cells at its tabs; returns the number. */
static size_t
cut_line(char *line, char **cells, size_t max)
{
	size_t n = 0;
	while (n < max) {
		cells[n++] = line;
		char *tab = strchr(line, '\t');
		if (tab == NULL)
			break;
		*tab = '\0';
		line = tab + 1;
	}
	return n;
}

static enum triage_status
cut_table(struct table *t, const char *path, size_t lines, struct triage_error *err)
{
	static char empty[] = "";
	size_t number = 0;
	char *next = t->text;
	for (char *line = next; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		number++;
		size_t length = strlen(line);
		if (length > 0 && line[length - 1] == '\r')
			line[length - 1] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		if (t->columns == 0) {
			t->columns = cut_line(line, t->names, MAX_COLUMNS);
			t->cells = calloc(lines * t->columns + 1, sizeof(*t->cells));
			if (t->cells == NULL) {
				triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for table %s", path);
				return TRIAGE_E_MEMORY;
			}
			continue;
		}
		char **row = t->cells + t->rows++ * t->columns;
		for (size_t i = cut_line(line, row, t->columns); i < t->columns; i++)
			row[i] = empty;
	}
	if (t->columns == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, number, "table %s has no line of column names", path);
		return TRIAGE_E_FORMAT;
	}
	return TRIAGE_OK;
}

enum triage_status
table_load(const char *path, struct table **ret_table, struct triage_error *err)
{
	struct table *t = calloc(1, sizeof(*t));
	if (t == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for table %s", path);
		return TRIAGE_E_MEMORY;
	}
	size_t size = 0, lines = 1;
	enum triage_status st = load_text(path, &t->text, &size, err);
	if (st == TRIAGE_OK) {
		digest_sha256_hex(t->text, size, t->sha256);
		for (size_t i = 0; i < size; i++)
			lines += t->text[i] == '\n';
		st = cut_table(t, path, lines, err);
	}
	if (st != TRIAGE_OK) {
		table_free(t);
		return st;
	}
	*ret_table = t;
	return TRIAGE_OK;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	free(t->cells);
	free(t->text);
	free(t);
}

size_t
table_rows(const struct table *t)
{
	return t->rows;
}

size_t
table_column(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->columns; i++)
		if (strcmp(t->names[i], name) == 0)
			return i;
	return SIZE_MAX;
}

const char *
table_cell(const struct table *t, size_t row, size_t column)
{
	return row < t->rows && column < t->columns ? t->cells[row * t->columns + column] : "";
}

const char *
table_sha256(const struct table *t)
{
	return t->sha256;
}

#include "triage/detect/hash_list.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_MAX_SIZE = 1 << 20, LINE_SHOWN = 40 };
#define DIGESTS_MAX (SIZE_MAX / DIGEST_MAX / 4)

/* One file being read. */
struct reading {
	struct hash_list *list;
	const char *path;
	struct hash_list_facts facts;
	bool wide;			/* UTF-16LE */
	char first[LINE_SHOWN + 1];	/* the first line without a digest, for the error text */
	size_t first_line;
};

static enum digest_kind
kind_of_length(size_t hex_length)
{
	return hex_length == 32 ? DIGEST_MD5 : hex_length == 40 ? DIGEST_SHA1 : hex_length == 64 ? DIGEST_SHA256 : DIGEST_KIND_COUNT;
}

static enum triage_status
keep(struct hash_list *list, enum digest_kind kind, const uint8_t *digest, struct triage_error *err)
{
	struct hash_rows *rows = &list->kinds[kind];
	size_t size = digest_size(kind);
	if (rows->count == rows->room) {
		size_t room = rows->room < 1024 ? 1024 : rows->room * 2;
		uint8_t *bytes = room > DIGESTS_MAX || fault_hit() ? NULL : realloc(rows->bytes, room * size);
		if (bytes == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a hash list of more than %zu digests", rows->count);
			return TRIAGE_E_MEMORY;
		}
		rows->bytes = bytes;
		rows->room = room;
	}
	memcpy(rows->bytes + rows->count * size, digest, size);
	rows->count++;
	return TRIAGE_OK;
}

/* The digest that text is, wholly. DIGEST_KIND_COUNT when it is none. */
static enum digest_kind
digest_of(const char *text, size_t size, uint8_t out[DIGEST_MAX])
{
	char hex[2 * DIGEST_MAX + 1];
	enum digest_kind kind = kind_of_length(size);
	if (kind == DIGEST_KIND_COUNT)
		return kind;
	memcpy(hex, text, size);
	hex[size] = '\0';
	return text_unhex(hex, out, size / 2) ? kind : DIGEST_KIND_COUNT;
}

/*
 * Digests of one line: in a CSV row all of them, else the first only, because what follows it is a file name, which may
 * look like a digest itself.
 */
static enum triage_status
take_line(struct reading *r, const char *line, size_t size, struct triage_error *err)
{
	static const char blanks[] = " \t\"',;";
	bool csv = memchr(line, ',', size) != NULL || memchr(line, ';', size) != NULL || memchr(line, '\t', size) != NULL ||
	    (size > 0 && line[0] == '"');
	size_t found = 0;
	for (size_t at = 0; at < size && (found == 0 || csv);) {
		uint8_t digest[DIGEST_MAX];
		size_t end = at;
		while (end < size && memchr(blanks, line[end], sizeof(blanks) - 1) == NULL)
			end++;
		size_t skip = end - at > 1 && line[at] == '\\' ? 1 : 0;	/* sha256sum marks an escaped name so */
		enum digest_kind kind = digest_of(line + at + skip, end - at - skip, digest);
		if (kind != DIGEST_KIND_COUNT) {
			enum triage_status st = keep(r->list, kind, digest, err);
			if (st != TRIAGE_OK)
				return st;
			found++;
		}
		at = end + 1;
	}
	r->facts.digests += found;
	if (found == 0) {
		r->facts.passed++;
		if (r->first_line == 0) {
			r->first_line = r->facts.lines;
			memcpy(r->first, line, size < LINE_SHOWN ? size : LINE_SHOWN);
		}
	}
	return TRIAGE_OK;
}

/* One line without its end, as the file has it. Cut in place when it is UTF-16. */
static enum triage_status
take_raw_line(struct reading *r, char *line, size_t size, struct triage_error *err)
{
	r->facts.lines++;
	if (r->wide) {
		size_t n = 0;
		for (size_t i = 0; i < size; i++)
			if (line[i] != '\0')
				line[n++] = line[i];
		size = n;
	}
	while (size > 0 && (line[size - 1] == '\r' || line[size - 1] == ' ' || line[size - 1] == '\t'))
		size--;
	while (size > 0 && (line[0] == ' ' || line[0] == '\t')) {
		line++;
		size--;
	}
	if (size == 0 || line[0] == '#')
		return TRIAGE_OK;
	return take_line(r, line, size, err);
}

/* Byte order marks, and a database that is no list. Returns the bytes to pass over. */
static size_t
look_at_head(struct reading *r, const char *data, size_t size)
{
	if (size >= 2 && memcmp(data, "\xff\xfe", 2) == 0) {
		r->wide = true;
		return 2;
	}
	return size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static enum triage_status
io_error(const struct reading *r, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read hash list %s at line %zu", r->path, r->facts.lines + 1);
	return TRIAGE_E_IO;
}

static enum triage_status
read_lines(struct reading *r, int fd, char *data, struct digest *sum, struct triage_error *err)
{
	size_t held = 0;
	bool head = true;
	for (;;) {
		ssize_t n = read(fd, data + held, LINE_MAX_SIZE - held);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return io_error(r, err);
		digest_update(sum, data + held, (size_t)n);
		held += (size_t)n;
		if (n > 0 && head && held < 3)
			continue;
		size_t at = head ? look_at_head(r, data, held) : 0;
		head = false;
		for (char *end; (end = memchr(data + at, '\n', held - at)) != NULL; at = (size_t)(end - data) + 1) {
			enum triage_status st = take_raw_line(r, data + at, (size_t)(end - data) - at, err);
			if (st != TRIAGE_OK)
				return st;
		}
		held -= at;
		memmove(data, data + at, held);
		if (n == 0)
			return held > 0 ? take_raw_line(r, data, held, err) : TRIAGE_OK;
		if (held == LINE_MAX_SIZE) {
			triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "hash list %s line %zu is longer than 1 MiB", r->path, r->facts.lines + 1);
			return TRIAGE_E_LIMIT;
		}
	}
}

static enum triage_status
no_digest(const struct reading *r, struct triage_error *err)
{
	SCOPED_BUF shown;
	buf_init(&shown, LINE_SHOWN * 4);
	text_display(&shown, r->first, strlen(r->first));
	if (r->first_line == 0)
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "hash list %s has no hash in it: it is empty", r->path);
	else if (strncmp(r->first, "SQLite format 3", 15) == 0)
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "hash list %s line 1: this is a database: make a set of it with triage hashset build", r->path);
	else
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "hash list %s has no MD5, SHA-1 or SHA-256 in it; line %zu reads: %s",
		    r->path, r->first_line, buf_cstr(&shown));
	return TRIAGE_E_FORMAT;
}

enum triage_status
hash_list_add(struct hash_list *list, const char *path, struct hash_list_facts *ret_facts, struct triage_error *err)
{
	struct reading r = { .list = list, .path = path };
	struct stat info;
	struct digest *sum = NULL;
	uint8_t value[DIGEST_MAX];
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open hash list %s", path);
		return TRIAGE_E_IO;
	}
	if (S_ISDIR(info.st_mode)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "hash list %s is a folder: name the file in it", path);
		return TRIAGE_E_FORMAT;
	}
	SCOPED_FREE char *data = malloc(LINE_MAX_SIZE);
	if (data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for hash list %s", path);
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = digest_new(DIGEST_SHA256, &sum, err);
	if (st == TRIAGE_OK)
		st = read_lines(&r, fd, data, sum, err);
	if (st == TRIAGE_OK && r.facts.digests == 0)
		st = no_digest(&r, err);
	if (st == TRIAGE_OK) {
		digest_final(sum, value);
		text_hex(r.facts.sha256, value, digest_size(DIGEST_SHA256));
		*ret_facts = r.facts;
	}
	digest_free(sum);
	return st;
}

static int
compare_md5(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static int
compare_sha1(const void *a, const void *b)
{
	return memcmp(a, b, 20);
}

static int
compare_sha256(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static int (*const compare[DIGEST_KIND_COUNT])(const void *, const void *) = {
	[DIGEST_MD5] = compare_md5, [DIGEST_SHA1] = compare_sha1, [DIGEST_SHA256] = compare_sha256,
};

void
hash_list_finish(struct hash_list *list)
{
	for (unsigned kind = 0; kind < DIGEST_KIND_COUNT; kind++) {
		struct hash_rows *rows = &list->kinds[kind];
		size_t size = digest_size((enum digest_kind)kind), kept = 0;
		if (rows->count == 0)
			continue;
		qsort(rows->bytes, rows->count, size, compare[kind]);
		for (size_t i = 0; i < rows->count; i++)
			if (kept == 0 || memcmp(rows->bytes + (kept - 1) * size, rows->bytes + i * size, size) != 0)
				memmove(rows->bytes + kept++ * size, rows->bytes + i * size, size);
		rows->count = kept;
	}
}

bool
hash_list_has(const struct hash_list *list, enum digest_kind kind, const uint8_t *digest)
{
	const struct hash_rows *rows = &list->kinds[kind];
	return rows->count > 0 && bsearch(digest, rows->bytes, rows->count, digest_size(kind), compare[kind]) != NULL;
}

void
hash_list_release(struct hash_list *list)
{
	for (size_t i = 0; i < DIGEST_KIND_COUNT; i++)
		free(list->kinds[i].bytes);
	*list = (struct hash_list){ 0 };
}

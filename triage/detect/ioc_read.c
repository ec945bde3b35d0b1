/* ioc_read.c - a list of indicators from disk: text a line at a time, JSON as a whole. */
#include "triage/detect/ioc.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_MAX_SIZE = 1 << 20, JSON_MAX = 512 << 20 };

struct reading {
	struct ioc_store *s;
	const char *path;
	int fd;
	char *data;
	size_t held, room;
	struct digest *sum;
	struct ioc_text text;
	size_t line;
	bool wide, ended;
};

static enum triage_status
io_error(const struct reading *r, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read indicator list %s", r->path);
	return TRIAGE_E_IO;
}

/* Fill what room there is. */
static enum triage_status
fill(struct reading *r, struct triage_error *err)
{
	while (r->held < r->room) {
		ssize_t n = read(r->fd, r->data + r->held, r->room - r->held);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return io_error(r, err);
		digest_update(r->sum, r->data + r->held, (size_t)n);
		r->held += (size_t)n;
		r->ended = n == 0;
		if (n == 0)
			break;
	}
	return TRIAGE_OK;
}

static enum triage_status
take_line(struct reading *r, char *line, size_t size, struct triage_error *err)
{
	r->line++;
	if (r->wide) {
		size_t n = 0;
		for (size_t i = 0; i < size; i++)
			if (line[i] != '\0')
				line[n++] = line[i];
		size = n;
	}
	return ioc_text_line(r->s, &r->text, line, size, r->line, err);
}

static enum triage_status
read_lines(struct reading *r, struct triage_error *err)
{
	size_t at = 0;
	if (r->held >= 2 && memcmp(r->data, "\xff\xfe", 2) == 0) {
		r->wide = true;
		at = 2;
	} else if (r->held >= 3 && memcmp(r->data, "\xef\xbb\xbf", 3) == 0) {
		at = 3;
	}
	for (;;) {
		enum triage_status st = TRIAGE_OK;
		for (char *end; (end = memchr(r->data + at, '\n', r->held - at)) != NULL && st == TRIAGE_OK; at = (size_t)(end - r->data) + 1)
			st = take_line(r, r->data + at, (size_t)(end - r->data) - at, err);
		if (st != TRIAGE_OK)
			return st;
		r->held -= at;
		memmove(r->data, r->data + at, r->held);
		at = 0;
		if (r->ended)
			return r->held > 0 ? take_line(r, r->data, r->held, err) : TRIAGE_OK;
		if (r->held == r->room) {
			triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "indicator list %s line %zu is longer than 1 MiB", r->path, r->line + 1);
			return TRIAGE_E_LIMIT;
		}
		st = fill(r, err);
		if (st != TRIAGE_OK)
			return st;
	}
}

/* The rest of the file behind what is held. */
static enum triage_status
read_json(struct reading *r, struct triage_error *err)
{
	struct triage_error why = { .text = "" };
	while (!r->ended) {
		if (r->held == r->room && r->room == JSON_MAX) {
			triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "indicator list %s is longer than 512 MiB; split it", r->path);
			return TRIAGE_E_LIMIT;
		}
		if (r->held == r->room) {
			char *bigger = fault_hit() ? NULL : realloc(r->data, r->room * 2);
			if (bigger == NULL) {
				triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for indicator list %s", r->path);
				return TRIAGE_E_MEMORY;
			}
			r->data = bigger;
			r->room *= 2;
		}
		enum triage_status st = fill(r, err);
		if (st != TRIAGE_OK)
			return st;
	}
	size_t mark = r->held >= 3 && memcmp(r->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	enum triage_status st = ioc_read_json(r->s, r->data + mark, r->held - mark, &why);
	if (st != TRIAGE_OK)
		triage_error_set(err, st, why.offset, "indicator list %s: %s", r->path, why.text);
	return st;
}

static bool
is_json(const struct reading *r)
{
	size_t at = r->held >= 3 && memcmp(r->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (at < r->held && strchr(" \t\r\n", r->data[at]) != NULL)
		at++;
	return at + 1 < r->held && (r->data[at] == '{' || r->data[at] == '[') && strchr(" \t\r\n\"{]}", r->data[at + 1]) != NULL && r->data[at + 1] != '\0';
}

static enum triage_status
read_all(struct reading *r, struct triage_error *err)
{
	uint8_t value[DIGEST_MAX];
	struct ioc_list *list = ioc_list_at_hand(r->s);
	enum triage_status st = fill(r, err);
	bool json = st == TRIAGE_OK && is_json(r);
	if (st == TRIAGE_OK)
		st = json ? read_json(r, err) : read_lines(r, err);
	if (st != TRIAGE_OK)
		return st;
	if (!json)
		list->form = r->text.separator != 0 ? "csv" : "text";
	if (list->taken == 0) {
		const struct ioc_refused *first = &list->shown[0];
		if (list->shown_count > 0)
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "indicator list %s has no indicator of use in it; line %zu: %s: %s", r->path, first->line,
			    first->shown, first->reason);
		else
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "indicator list %s has no indicator in it", r->path);
		return TRIAGE_E_FORMAT;
	}
	digest_final(r->sum, value);
	text_hex(list->sha256, value, digest_size(DIGEST_SHA256));
	return TRIAGE_OK;
}

static enum triage_status
new_list(struct ioc_store *s, const char *path, struct triage_error *err)
{
	SCOPED_BUF name;
	buf_init(&name, 64 << 10);
	const char *slash = strrchr(path, '/');
	text_display(&name, slash != NULL ? slash + 1 : path, strlen(slash != NULL ? slash + 1 : path));
	struct ioc_list *grown = s->list_count == IOC_LISTS_MAX || fault_hit() ? NULL : reallocarray(s->lists, s->list_count + 1, sizeof(*grown));
	if (grown != NULL)
		s->lists = grown;
	const char *kept = pool_text(&s->pool, path, strlen(path)), *shown = pool_text(&s->pool, buf_cstr(&name), name.size);
	if (grown == NULL || kept == NULL || shown == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for indicator list %s, or there are more than %d", path, IOC_LISTS_MAX);
		return TRIAGE_E_MEMORY;
	}
	s->lists[s->list_count++] = (struct ioc_list){ .path = kept, .name = shown, .form = "text" };
	return TRIAGE_OK;
}

enum triage_status
ioc_store_read(struct ioc_store *s, const char *path, struct triage_error *err)
{
	struct stat info;
	struct reading r = { .s = s, .path = path, .room = LINE_MAX_SIZE };
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open indicator list %s", path);
		return TRIAGE_E_IO;
	}
	if (S_ISDIR(info.st_mode)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "indicator list %s is a folder: name the files in it", path);
		return TRIAGE_E_FORMAT;
	}
	r.fd = fd;
	enum triage_status st = new_list(s, path, err);
	if (st == TRIAGE_OK)
		st = digest_new(DIGEST_SHA256, &r.sum, err);
	r.data = st != TRIAGE_OK || fault_hit() ? NULL : malloc(r.room);
	if (st == TRIAGE_OK && r.data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for indicator list %s", path);
		st = TRIAGE_E_MEMORY;
	}
	if (st == TRIAGE_OK)
		ioc_text_init(&r.text, ioc_list_at_hand(s)->name);
	if (st == TRIAGE_OK)
		st = read_all(&r, err);
	ioc_text_release(&r.text);
	digest_free(r.sum);
	free(r.data);
	return st;
}

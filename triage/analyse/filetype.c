#include "triage/analyse/filetype.h"

#include "triage/analyse/filetype_source.h"
#include "triage/analyse/text_kind.h"
#include "triage/base/buf.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <magic.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
	DATABASE_MAX = 256 << 20,
	MIME_MAX = 128,
	/* no child processes (NO_CHECK_COMPRESS), and no work that our own look at text has done */
	FLAGS_TEXT = MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_ELF,
	FLAGS_BINARY = MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TOKENS | MAGIC_NO_CHECK_TEXT | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_JSON
	    | MAGIC_NO_CHECK_ENCODING,
};

struct filetype {
	magic_t cookie;
	char mime[MIME_MAX];
	char magic[FILETYPE_WORDS + 1];
};

struct mime_row {
	const char *begins, *has, *mime;
	bool exact;
};

static const struct mime_row mime_rows[] = {
#define MIME(begins, has, mime, exact) { begins, has, mime, exact },
#include "triage/analyse/filetype_mime.def"
#undef MIME
};

static const char *const hints[] = {
#define HINT(words) words,
#include "triage/analyse/filetype_hints.def"
#undef HINT
};

static enum triage_status
read_whole(int fd, uint8_t *data, size_t size, const char *path, struct triage_error *err)
{
	for (size_t done = 0; done < size;) {
		ssize_t got = pread(fd, data + done, size - done, (off_t)done);
		if (got <= 0) {
			triage_error_set(err, TRIAGE_E_IO, done, "reading the magic database %s", path);
			return TRIAGE_E_IO;
		}
		done += (size_t)got;
	}
	return TRIAGE_OK;
}

static enum triage_status
load_from(const char *path, struct filetype_database *ret_database, struct triage_error *err)
{
	struct stat info;
	SCOPED_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "the magic database %s cannot be opened", path);
		return TRIAGE_E_IO;
	}
	if (!S_ISREG(info.st_mode) || info.st_size <= 0 || info.st_size > DATABASE_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "the magic database %s is no file of 1 to %d bytes", path, DATABASE_MAX);
		return TRIAGE_E_LIMIT;
	}
	size_t size = (size_t)info.st_size;
	SCOPED_FREE uint8_t *data = fault_hit() ? NULL : malloc(size);
	if (data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the magic database");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = read_whole(fd, data, size, path, err);
	if (st != TRIAGE_OK)
		return st;
	*ret_database = (struct filetype_database){ TAKE(data), size };
	return TRIAGE_OK;
}

enum triage_status
filetype_load(const char *path, struct filetype_database *ret_database, struct triage_error *err)
{
	static const char *const places[] = { "/usr/share/misc/magic.mgc", "/usr/lib/file/magic.mgc" };
	if (path != NULL)
		return load_from(path, ret_database, err);
	enum triage_status st = load_from(places[0], ret_database, err);
	return st == TRIAGE_E_IO ? load_from(places[1], ret_database, err) : st;
}

void
filetype_release(struct filetype_database *database)
{
	free(database->data);
	*database = (struct filetype_database){ 0 };
}

enum triage_status
filetype_new(const struct filetype_database *database, struct filetype **ret_filetype, struct triage_error *err)
{
	struct filetype *ft = fault_hit() ? NULL : calloc(1, sizeof(*ft));
	magic_t cookie = magic_open(FLAGS_BINARY);
	if (ft == NULL || cookie == NULL) {
		free(ft);
		if (cookie != NULL)
			magic_close(cookie);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for libmagic");
		return TRIAGE_E_MEMORY;
	}
	void *buffers[] = { database->data };
	size_t sizes[] = { database->size };
	ft->cookie = cookie;
	if (magic_load_buffers(cookie, buffers, sizes, 1) != 0) {
		const char *why = magic_error(cookie);
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "libmagic refuses its database: %s", why != NULL ? why : "no reason given");
		filetype_free(ft);
		return TRIAGE_E_FORMAT;
	}
	*ret_filetype = ft;
	return TRIAGE_OK;
}

void
filetype_free(struct filetype *ft)
{
	if (ft == NULL)
		return;
	magic_close(ft->cookie);
	free(ft);
}

/* Keep display text of at most FILETYPE_WORDS bytes, cut between characters. */
static void
keep_words(struct filetype *ft, const char *words)
{
	SCOPED_BUF shown;
	buf_init(&shown, 64 << 10);
	text_display(&shown, words, strnlen(words, 4096));
	const char *text = buf_cstr(&shown);
	size_t size = strlen(text);
	if (size > FILETYPE_WORDS) {
		size = FILETYPE_WORDS;
		while (size != 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	memcpy(ft->magic, text, size);
	ft->magic[size] = '\0';
}

/* Only what a MIME type may consist of; a description that leaked into the field is dropped. */
static bool
keep_mime(struct filetype *ft, const char *mime)
{
	size_t size = strspn(mime, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/.+-_");
	if (size == 0 || size >= sizeof(ft->mime) || mime[size] != '\0' || memchr(mime, '/', size) == NULL)
		return false;
	memcpy(ft->mime, mime, size + 1);
	return true;
}

/* libmagic's answer, valid until it is asked again; NULL when it failed. */
static const char *
ask(struct filetype *ft, int flags, struct view head, struct triage_error *err)
{
	magic_setflags(ft->cookie, flags);
	const char *words = fault_hit() ? NULL : magic_buffer(ft->cookie, head.data, head.size);
	if (words == NULL) {
		SCOPED_BUF why;
		buf_init(&why, 1024);
		const char *said = magic_error(ft->cookie);
		if (said == NULL)
			said = "no reason given";
		text_display(&why, said, strnlen(said, 200));
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "libmagic failed: %s", buf_cstr(&why));
	}
	return words;
}

/* The first bytes as ASCII, with mark, blanks and the other half of UTF-16 units left out. */
static size_t
beginning(struct view head, const struct text_shape *shape, char *out, size_t room)
{
	bool wide = shape->kind == TRIAGE_UTF16LE || shape->kind == TRIAGE_UTF16BE;
	size_t step = wide ? 2 : 1, used = 0;
	size_t mark = !shape->bom ? 0 : wide ? 2 : 3;
	for (size_t at = shape->kind == TRIAGE_UTF16BE ? mark + 1 : mark; at < head.size && used < room; at += step) {
		char c = (char)head.data[at];
		if (used == 0 && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
			continue;
		out[used++] = c;
	}
	return used;
}

static bool
hinted(struct view head, const struct text_shape *shape)
{
	char first[32];
	size_t used = beginning(head, shape, first, sizeof(first));
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		size_t size = strlen(hints[i]);
		if (size <= used && memcmp(first, hints[i], size) == 0)
			return true;
	}
	return false;
}

static enum triage_status
decide_text(struct filetype *ft, struct view head, const struct text_shape *shape, struct triage_error *err)
{
	char words[TEXT_DESCRIBE_MAX];
	text_kind_describe(shape, "", words);
	keep_words(ft, words);
	keep_mime(ft, "text/plain");
	if (!hinted(head, shape)) {
		bool wide = shape->kind == TRIAGE_UTF16LE || shape->kind == TRIAGE_UTF16BE;
		const struct filetype_language *language = wide ? NULL : filetype_language_of(head);
		if (language != NULL) {
			text_kind_describe(shape, language->after, words);
			snprintf(ft->magic, sizeof(ft->magic), "%s%s", language->before, words);
			keep_mime(ft, language->mime);
		}
		return TRIAGE_OK;
	}
	const char *answer = ask(ft, FLAGS_TEXT, head, err);
	if (answer == NULL)
		return TRIAGE_E_UNSUPPORTED;
	/* where libmagic sees no text at all, our own look at the bytes stands */
	if (strcmp(answer, "data") != 0)
		keep_words(ft, answer);
	answer = ask(ft, FLAGS_TEXT | MAGIC_MIME_TYPE, head, err);
	if (answer == NULL)
		return TRIAGE_E_UNSUPPORTED;
	if (strcmp(answer, "application/octet-stream") != 0)
		keep_mime(ft, answer);
	return TRIAGE_OK;
}

static const char *
mime_by_words(const char *words)
{
	for (size_t i = 0; i < sizeof(mime_rows) / sizeof(mime_rows[0]); i++) {
		const struct mime_row *row = &mime_rows[i];
		bool fits = row->exact ? strcmp(words, row->begins) == 0
		    : strncmp(words, row->begins, strlen(row->begins)) == 0 && strstr(words, row->has) != NULL;
		if (fits)
			return row->mime;
	}
	return NULL;
}

static enum triage_status
decide_binary(struct filetype *ft, struct view head, struct triage_error *err)
{
	keep_words(ft, "data");
	keep_mime(ft, "application/octet-stream");
	const char *answer = ask(ft, FLAGS_BINARY, head, err);
	if (answer == NULL)
		return TRIAGE_E_UNSUPPORTED;
	keep_words(ft, answer);
	const char *mime = mime_by_words(ft->magic);
	if (mime == NULL)
		mime = ask(ft, FLAGS_BINARY | MAGIC_MIME_TYPE, head, err);
	if (mime == NULL)
		return TRIAGE_E_UNSUPPORTED;
	keep_mime(ft, mime);
	return TRIAGE_OK;
}

enum triage_status
filetype_of(struct filetype *ft, struct view head, bool whole, struct filetype_answer *ret_answer, struct triage_error *err)
{
	*ret_answer = (struct filetype_answer){ .text = TRIAGE_BINARY, .mime = ft->mime, .magic = ft->magic };
	if (head.size == 0) {
		keep_words(ft, "empty");
		keep_mime(ft, "inode/x-empty");
		return TRIAGE_OK;
	}
	struct view text_head = { head.data, head.size < FILETYPE_TEXT_HEAD ? head.size : FILETYPE_TEXT_HEAD };
	struct text_shape shape = text_kind_of(text_head, whole && text_head.size == head.size);
	ret_answer->text = shape.kind;
	if (shape.kind == TRIAGE_BINARY)
		return decide_binary(ft, head, err);
	return decide_text(ft, head, &shape, err);
}

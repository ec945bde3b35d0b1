#include "triage/report/chunks.h"

#include "triage/base/text.h"
#include "triage/report/chunk_set.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 200, KIND_MAX = 400, INDEX_MAX = 256 << 20, HOURS_MAX = 64 << 20 };
enum { KIND, HOST, USER };
enum { TYPE, STATE, CONTENT, DAMAGE };
static const char *const timeline_lists[] = { "kind", "host", "user", NULL };
static const char *const file_lists[] = { "type", "state", "content", "damage", NULL };

bool
chunks_beside(struct case_reader *c)
{
	return case_count(c, CASE_FILES) + case_count(c, CASE_TIMELINE) > CHUNKS_ROWS_INSIDE;
}

void
chunk_literal(struct buf *out, const char *text, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	buf_char(out, '"');
	for (size_t i = 0; i < size;) {
		/* six bytes for each at most */
		size_t piece = size - i < 4096 ? size - i : 4096;
		char *to = buf_room(out, piece * 6), *at = to;
		if (to == NULL)
			return;
		for (size_t end = i + piece; i < end; i++) {
			unsigned char c = (unsigned char)text[i];
			if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != 0x7f) {
				*at++ = (char)c;
			} else if (c == '\n' || c == '\t') {
				*at++ = '\\';
				*at++ = c == '\n' ? 'n' : 't';
			} else if (c == '"' || c == '\\') {
				*at++ = '\\';
				*at++ = (char)c;
			} else {
				memcpy(at, "\\u00", 4);
				at[4] = digits[c >> 4];
				at[5] = digits[c & 15];
				at += 6;
			}
		}
		buf_wrote(out, (size_t)(at - to));
	}
	buf_char(out, '"');
}

/* --- rows --- */

/* A name of the evidence, safe and not too long. */
static void
put_name(struct chunk_set *s, unsigned list, const char *name)
{
	size_t size = strnlen(name, NAME_MAX_BYTES + 1);
	if (size <= NAME_MAX_BYTES && text_plain(name, size) == size) {
		chunk_word(s, list, name);
		return;
	}
	SCOPED_BUF safe;
	buf_init(&safe, NAME_MAX_BYTES * 8);
	if (size > NAME_MAX_BYTES) {
		size = NAME_MAX_BYTES;
		while (size > 0 && ((unsigned char)name[size] & 0xc0) == 0x80)
			size--;
	}
	text_safe_bytes(&safe, name, size);
	buf_text(&safe, name[size] != '\0' ? "…" : "");
	chunk_word(s, list, buf_cstr(&safe));
}

static int64_t
milliseconds(int64_t ns)
{
	return ns / 1000000 - (ns % 1000000 < 0);
}

/* Moments of each hour, for the chart: "hour,count" with the hour as so many after the one before. */
struct hours {
	struct buf text;
	int64_t hour, before;
	uint64_t count;
};

static void
hours_put(struct hours *h)
{
	if (h->count > 0) {
		buf_format(&h->text, "%jd,%ju ", (intmax_t)(h->hour - h->before), (uintmax_t)h->count);
		h->before = h->hour;
	}
	h->count = 0;
}

static void
hours_add(struct hours *h, int64_t ms)
{
	int64_t hour = ms / 3600000 - (ms % 3600000 < 0);
	if (hour != h->hour)
		hours_put(h);
	h->hour = hour;
	h->count++;
}

static void
put_kind(struct chunk_set *s, struct case_cursor *c)
{
	static const size_t columns[] = { CASE_TIMELINE_MEANING, CASE_TIMELINE_SOURCE, CASE_TIMELINE_PARSER, CASE_TIMELINE_TECHNIQUE };
	char word[KIND_MAX];
	size_t size = 0;
	for (size_t i = 0; i < 4; i++) {
		const char *text = case_text(c, columns[i]);
		size_t length = strnlen(text, KIND_MAX / 4 - 2);
		while (text[length] != '\0' && length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
			length--;
		memcpy(word + size, text, length);
		size += length;
		word[size++] = i < 3 ? '\t' : '\0';
	}
	chunk_word(s, KIND, word);
}

static enum triage_status
put_moment(struct chunk_set *s, struct case_cursor *c, int64_t *before, struct hours *h, struct triage_error *err)
{
	if (case_null(c, CASE_TIMELINE_TIME))
		return TRIAGE_OK;
	int64_t ms = milliseconds(case_int(c, CASE_TIMELINE_TIME));
	chunk_begin(s, ms);
	chunk_number(s, chunk_is_first(s) ? ms : ms - *before);
	*before = ms;
	hours_add(h, ms);
	put_kind(s, c);
	put_name(s, HOST, case_text(c, CASE_TIMELINE_HOST));
	put_name(s, USER, case_text(c, CASE_TIMELINE_USER));
	chunk_number(s, case_int(c, CASE_TIMELINE_FILE_ID));
	return chunk_text(s, case_text(c, CASE_TIMELINE_MESSAGE), err);
}

static enum triage_status
put_file(struct chunk_set *s, struct case_cursor *c, struct buf *path, struct triage_error *err)
{
	const char *digest = case_text(c, CASE_FILES_SHA256), *stream = case_text(c, CASE_FILES_STREAM);
	bool dated = !case_null(c, CASE_FILES_MTIME);
	chunk_begin(s, case_int(c, CASE_FILES_FILE_ID));
	chunk_number(s, case_int(c, CASE_FILES_FILE_ID));
	chunk_number(s, case_null(c, CASE_FILES_SIZE) ? -1 : case_int(c, CASE_FILES_SIZE));
	if (dated)
		chunk_number(s, milliseconds(case_int(c, CASE_FILES_MTIME)));
	else
		chunk_cell(s, "");
	chunk_cell(s, strspn(digest, "0123456789abcdef") == 64 && digest[64] == '\0' ? digest : "");
	put_name(s, TYPE, case_text(c, CASE_FILES_MIME));
	put_name(s, STATE, case_text(c, CASE_FILES_STATE));
	put_name(s, CONTENT, case_text(c, CASE_FILES_CONTENT));
	put_name(s, DAMAGE, case_text(c, CASE_FILES_DAMAGE));
	buf_clear(path);
	buf_text(path, case_text(c, CASE_FILES_PATH));
	if (stream[0] != '\0') {
		buf_char(path, ':');
		buf_text(path, stream);
	}
	return chunk_text(s, buf_cstr(path), err);
}

static enum triage_status
timeline_rows(struct case_reader *r, struct chunk_set *s, struct hours *h, struct triage_error *err)
{
	struct case_cursor *c;
	int64_t before = 0;
	enum triage_status st = case_rows(r, CASE_TIMELINE, CASE_BRIEF, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK && (st = put_moment(s, c, &before, h, err)) == TRIAGE_OK)
		continue;
	case_cursor_close(c);
	hours_put(h);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
file_rows(struct case_reader *r, struct chunk_set *s, struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_BUF path;
	buf_init(&path, 64 << 20);
	enum triage_status st = case_rows(r, CASE_FILES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK && (st = put_file(s, c, &path, err)) == TRIAGE_OK)
		continue;
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
write_timeline(struct case_reader *r, const struct chunk_sink *sink, struct buf *index, struct triage_error *err)
{
	struct chunk_set *s = NULL;
	struct hours h = { .count = 0 };
	buf_init(&h.text, HOURS_MAX);
	enum triage_status st = chunk_set_new('t', timeline_lists, case_count(r, CASE_TIMELINE), sink, &s, err);
	if (st == TRIAGE_OK)
		st = timeline_rows(r, s, &h, err);
	if (st == TRIAGE_OK)
		st = chunk_set_end(s, index, err);
	if (st == TRIAGE_OK)
		st = buf_check(&h.text, err);
	if (st == TRIAGE_OK)
		st = sink->put(sink->ctx, "hours", &h.text, err);
	chunk_set_free(s);
	buf_release(&h.text);
	return st;
}

static enum triage_status
write_files(struct case_reader *r, const struct chunk_sink *sink, struct buf *index, struct triage_error *err)
{
	struct chunk_set *s = NULL;
	enum triage_status st = chunk_set_new('f', file_lists, case_count(r, CASE_FILES), sink, &s, err);
	if (st == TRIAGE_OK)
		st = file_rows(r, s, err);
	if (st == TRIAGE_OK)
		st = chunk_set_end(s, index, err);
	chunk_set_free(s);
	return st;
}

static enum triage_status
write_all(struct case_reader *r, const struct chunk_sink *sink, struct triage_error *err)
{
	SCOPED_BUF index;
	buf_init(&index, INDEX_MAX);
	buf_char(&index, '{');
	enum triage_status st = write_timeline(r, sink, &index, err);
	buf_char(&index, ',');
	if (st == TRIAGE_OK)
		st = write_files(r, sink, &index, err);
	buf_char(&index, '}');
	return st == TRIAGE_OK ? sink->put(sink->ctx, "index", &index, err) : st;
}

/* --- where they go --- */

static enum triage_status
put_inside(void *ctx, const char *name, const struct buf *text, struct triage_error *err)
{
	SCOPED_BUF literal;
	buf_init(&literal, (size_t)1 << 30);
	chunk_literal(&literal, buf_cstr(text), text->size);
	enum triage_status st = buf_check(&literal, err);
	output_format(ctx, "<script type=\"application/json\" id=\"chunk-%s\">", name);
	output_buf(ctx, &literal);
	output_text(ctx, "</script>\n");
	return st;
}

static enum triage_status
put_beside(void *ctx, const char *name, const struct buf *text, struct triage_error *err)
{
	const char *folder = ctx;
	struct output *out;
	SCOPED_BUF literal, path;
	buf_init(&literal, (size_t)1 << 30);
	buf_init(&path, 1 << 16);
	buf_format(&path, "%s/%s.js", folder, name);
	buf_format(&literal, "triageChunk(\"%s\",", name);
	chunk_literal(&literal, buf_cstr(text), text->size);
	buf_text(&literal, ");\n");
	enum triage_status st = buf_check(&path, err);
	if (st == TRIAGE_OK)
		st = buf_check(&literal, err);
	if (st == TRIAGE_OK)
		st = output_create(path.data, &out, err);
	if (st != TRIAGE_OK)
		return st;
	output_no_digest(out);
	output_buf(out, &literal);
	return output_finish(out, NULL, err);
}

enum triage_status
chunks_inside(struct case_reader *c, struct output *out, struct triage_error *err)
{
	return write_all(c, &(const struct chunk_sink){ put_inside, out }, err);
}

enum triage_status
chunks_folder(struct case_reader *c, const char *folder, struct triage_error *err)
{
	char copy[4200];
	snprintf(copy, sizeof(copy), "%s", folder);
	enum triage_status st = output_folder(folder, err);
	if (st == TRIAGE_OK)
		st = write_all(c, &(const struct chunk_sink){ put_beside, copy }, err);
	return st == TRIAGE_OK ? output_sync_folder(folder, err) : st;
}

static enum triage_status
write_folder(struct case_reader *c, const struct report_options *options, const char *folder, struct triage_error *err)
{
	(void)options;
	return chunks_beside(c) ? chunks_folder(c, folder, err) : TRIAGE_OK;
}

const struct exporter chunks_exporter = {
	.name = CHUNKS_FOLDER,
	.what = "rows of a large case, which its report loads on demand",
	.write_folder = write_folder,
};

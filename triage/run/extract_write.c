/* extract_write.c - the locked archive of one content, what is said about it beside it, and the index of all flagged files. */
#include "triage/run/extract.h"

#include "triage/base/output.h"
#include "triage/base/when.h"
#include "triage/report/export.h"
#include "triage/report/locked_zip.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16 << 20, FILES_NAMED = 1000 };

/* --- the sidecar --- */

static void
put_time(struct buf *b, const char *key, struct case_cursor *c, size_t column)
{
	char text[WHEN_TEXT_SIZE];
	export_text(b, key, case_null(c, column) ? NULL : when_text(case_int(c, column), 9, "Z", text));
}

static void
put_place(struct buf *b, struct case_cursor *c)
{
	static const char *const times[] = { "mtime", "atime", "ctime", "btime", "fn_mtime", "fn_atime", "fn_ctime", "fn_btime" };
	export_comma(b);
	buf_char(b, '{');
	export_column_number(b, "file_id", c, CASE_FILES_FILE_ID);
	export_column_number(b, "filesystem_id", c, CASE_FILES_FILESYSTEM_ID);
	export_column_number(b, "inode", c, CASE_FILES_INODE);
	export_column_text(b, "path", c, CASE_FILES_PATH);
	export_column_text(b, "stream", c, CASE_FILES_STREAM);
	export_column_text(b, "state", c, CASE_FILES_STATE);
	export_column_text(b, "owner", c, CASE_FILES_OWNER);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		put_time(b, times[i], c, CASE_FILES_MTIME + i);
	buf_char(b, '}');
}

static void
put_content(struct buf *b, struct case_cursor *c, const struct flagged *f)
{
	export_text(b, "sha256", f->sha256);
	export_column_text(b, "sha1", c, CASE_FILES_SHA1);
	export_column_text(b, "md5", c, CASE_FILES_MD5);
	export_number(b, "size", (int64_t)f->size);
	export_flag(b, "complete", f->whole);
	export_column_text(b, "mime", c, CASE_FILES_MIME);
	export_column_text(b, "magic", c, CASE_FILES_MAGIC);
	export_member(b, "archive");
	buf_format(b, "\"%s.zip\"", f->sha256);
	export_text(b, "password", LOCKED_ZIP_PASSWORD);
}

/* Every flagged file with the same content, the one in work first. mtime: of that one. */
static enum triage_status
put_places(struct buf *b, const struct extraction *x, size_t index, struct case_reader *reader, int64_t *ret_mtime, struct triage_error *err)
{
	const struct flagged *of = &x->files[index];
	size_t named = 0;
	for (size_t i = index; i < x->count && named < FILES_NAMED; i++) {
		struct case_cursor *c;
		const struct flagged *f = &x->files[i];
		if (i != index && (!of->whole || strcmp(f->sha256, of->sha256) != 0))
			continue;
		enum triage_status st = case_rows_of(reader, CASE_FILES, f->file_id, &c, err);
		if (st != TRIAGE_OK)
			return st;
		st = case_next(c, err);
		if (st == TRIAGE_OK && named++ == 0) {
			*ret_mtime = case_null(c, CASE_FILES_MTIME) ? TRIAGE_TIME_NONE : case_int(c, CASE_FILES_MTIME);
			put_content(b, c, of);
			export_member(b, "files");
			buf_char(b, '[');
		}
		if (st == TRIAGE_OK)
			put_place(b, c);
		case_cursor_close(c);
		if (st != TRIAGE_OK && st != TRIAGE_END)
			return st;
	}
	buf_char(b, ']');
	return TRIAGE_OK;
}

static enum triage_status
put_findings(struct buf *b, const struct extraction *x, size_t index, struct case_reader *reader, struct triage_error *err)
{
	const struct flagged *of = &x->files[index];
	uint64_t last = 0;
	export_member(b, "findings");
	buf_char(b, '[');
	for (size_t i = index; i < x->count; i++) {
		struct case_cursor *c;
		const struct flagged *f = &x->files[i];
		if ((i != index && (!of->whole || strcmp(f->sha256, of->sha256) != 0)) || f->finding_id == last)
			continue;
		last = f->finding_id;
		enum triage_status st = case_rows_of(reader, CASE_FINDINGS, f->finding_id, &c, err);
		if (st != TRIAGE_OK)
			return st;
		st = case_next(c, err);
		if (st == TRIAGE_OK) {
			export_comma(b);
			buf_char(b, '{');
			export_column_number(b, "finding_id", c, CASE_FINDINGS_FINDING_ID);
			export_column_text(b, "severity", c, CASE_FINDINGS_SEVERITY);
			export_column_text(b, "kind", c, CASE_FINDINGS_KIND);
			export_column_text(b, "rule", c, CASE_FINDINGS_RULE);
			export_column_text(b, "title", c, CASE_FINDINGS_TITLE);
			buf_char(b, '}');
		}
		case_cursor_close(c);
		if (st != TRIAGE_OK && st != TRIAGE_END)
			return st;
	}
	buf_char(b, ']');
	return TRIAGE_OK;
}

static enum triage_status
write_text(const char *path, const struct buf *b, struct triage_error *err)
{
	struct output *out;
	enum triage_status st = buf_check(b, err);
	if (st == TRIAGE_OK)
		st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	output_buf(out, b);
	return output_finish(out, NULL, err);
}

enum triage_status
extract_write(struct extraction *x, size_t index, struct case_reader *reader, struct triage_error *err)
{
	const struct flagged *f = &x->files[index];
	char path[4600];
	int64_t mtime = TRIAGE_TIME_NONE;
	SCOPED_BUF b;
	buf_init(&b, TEXT_MAX);
	buf_char(&b, '{');
	enum triage_status st = put_places(&b, x, index, reader, &mtime, err);
	if (st == TRIAGE_OK)
		st = put_findings(&b, x, index, reader, err);
	buf_text(&b, "}\n");
	snprintf(path, sizeof(path), "%s/%s.json", x->folder, f->sha256);
	if (st == TRIAGE_OK)
		st = write_text(path, &b, err);
	snprintf(path, sizeof(path), "%s/%s.zip", x->folder, f->sha256);
	return st == TRIAGE_OK ? locked_zip_write(path, f->sha256, mtime, (struct view){ (const uint8_t *)buf_cstr(&x->bytes), x->bytes.size }, err) : st;
}

/* --- the index --- */

static enum triage_status
put_line(struct buf *b, const struct flagged *f, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows_of(reader, CASE_FILES, f->file_id, &c, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(c, err);
	buf_char(b, '{');
	export_number(b, "file_id", (int64_t)f->file_id);
	export_number(b, "finding_id", (int64_t)f->finding_id);
	export_text(b, "path", st == TRIAGE_OK ? case_text(c, CASE_FILES_PATH) : NULL);
	export_number(b, "size", (int64_t)f->size);
	export_text(b, "sha256", f->sha256[0] != '\0' ? f->sha256 : NULL);
	export_member(b, "archive");
	if (f->left_out == NULL)
		buf_format(b, "\"%s.zip\"", f->sha256);
	else
		buf_text(b, "null");
	export_text(b, "left_out", f->left_out);
	buf_text(b, "}\n");
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

enum triage_status
extract_index(const struct extraction *x, struct case_reader *reader, struct triage_error *err)
{
	char path[4600];
	SCOPED_BUF b;
	buf_init(&b, EXPORT_ROW_MAX);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < x->count && st == TRIAGE_OK; i++)
		st = put_line(&b, &x->files[i], reader, err);
	snprintf(path, sizeof(path), "%s/index.jsonl", x->folder);
	return st == TRIAGE_OK ? write_text(path, &b, err) : st;
}

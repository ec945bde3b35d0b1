/*
 * dfxml.c - volumes and files with the places of their bytes, as Digital Forensics XML.
 *
 * Source: dfxml.xsd 2.0.0-beta.0 of the DFXML working group; its order of elements is kept. A byte run counts from the start of the image as it is
 * read (decoded, when the container compresses). Times are UTC; prec is given where the filesystem's clock is coarser than a second.
 * Names are in their harmless form: what XML could not hold is written \xNN. What was not read in full says so in <error>.
 */
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/export.h"

#include <triage/record.h>

#include <stdio.h>
#include <string.h>

/* Columns of the view filesystems. */
enum { FS_ID, FS_VOLUME, FS_TYPE, FS_LABEL, FS_UUID, FS_BLOCK_SIZE, FS_EVIDENCE, FS_START, FS_LENGTH };

struct dfxml {
	struct case_reader *reader;
	struct output *out;
	struct buf b;
	struct case_cursor *files, *runs;	/* side by side, both in the order of file_id */
	bool file_there, run_there;
	bool fat;				/* the filesystem in work */
};

static const char root[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<dfxml xmlns=\"http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
    " xmlns:triage=\"urn:triage:dfxml\" version=\"2.0.0-beta.0\">\n<metadata><dc:type>Disk Image Feature Extraction</dc:type></metadata>\n";

/* --- elements --- */

static void
put_xml(struct buf *b, const char *text)
{
	SCOPED_BUF safe;
	buf_init(&safe, EXPORT_ROW_MAX);
	text_safe(&safe, text);
	if (safe.failed)
		b->failed = true;
	text_html(b, buf_cstr(&safe));
}

static void
element(struct buf *b, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	buf_format(b, "<%s>", name);
	put_xml(b, text);
	buf_format(b, "</%s>", name);
}

static void
number(struct buf *b, const char *name, int64_t value)
{
	buf_format(b, "<%s>%jd</%s>", name, (intmax_t)value, name);
}

/* A column that holds a count: left out when it is absent, or below `least`, which the schema does not allow. */
static void
column(struct dfxml *x, const char *name, struct case_cursor *c, size_t at, int64_t least)
{
	if (!case_null(c, at) && case_int(c, at) >= least)
		number(&x->b, name, case_int(c, at));
}

/* prec: seconds, 0 when finer. */
static void
time_of(struct dfxml *x, const char *name, size_t at, unsigned prec)
{
	char text[WHEN_TEXT_SIZE];
	if (case_null(x->files, at))
		return;
	buf_format(&x->b, "<%s", name);
	if (prec > 0)
		buf_format(&x->b, " prec=\"%u\"", prec);
	buf_format(&x->b, ">%s</%s>", when_text(case_int(x->files, at), prec > 0 ? 0 : 9, "Z", text), name);
}

/* --- files --- */

static const struct {
	const char *kind, *letter;
	int meta_type;
} kinds[] = {
	{ "file", "r", 1 }, { "directory", "d", 2 }, { "fifo", "p", 3 }, { "chardev", "c", 4 }, { "blockdev", "b", 5 }, { "link", "l", 6 },
	{ "socket", "h", 8 }, { "virtual", "v", 10 },
};

static void
put_name(struct dfxml *x)
{
	struct buf *b = &x->b;
	const char *path = case_text(x->files, CASE_FILES_PATH);
	bool unknown = case_null(x->files, CASE_FILES_SIZE);
	buf_text(b, "<filename>");
	put_xml(b, path[0] == '/' ? path + 1 : path);
	if (case_text(x->files, CASE_FILES_STREAM)[0] != '\0') {
		buf_char(b, ':');
		put_xml(b, case_text(x->files, CASE_FILES_STREAM));
	}
	buf_text(b, "</filename>");
	const char *content = case_text(x->files, CASE_FILES_CONTENT);
	if (strcmp(content, "complete") != 0 && strcmp(content, "none") != 0)
		buf_format(b, "<error>content: %s</error>", content);
	number(b, "id", case_int(x->files, CASE_FILES_FILE_ID));
	const char *kind = case_text(x->files, CASE_FILES_KIND);
	size_t i = 0;
	while (i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[i].kind, kind) != 0)
		i++;
	element(b, "name_type", i < sizeof(kinds) / sizeof(kinds[0]) ? kinds[i].letter : "-");
	if (!unknown)
		number(b, "filesize", case_int(x->files, CASE_FILES_SIZE));
}

static void
put_state(struct dfxml *x)
{
	const char *state = case_text(x->files, CASE_FILES_STATE);
	bool allocated = strcmp(state, "allocated") == 0;
	bool reused = (case_int(x->files, CASE_FILES_FLAGS) & TRIAGE_ENTRY_REUSED) != 0;
	number(&x->b, "alloc_inode", allocated || reused);
	if (strcmp(state, "nameless") != 0 && strcmp(state, "carved") != 0)
		number(&x->b, "alloc_name", allocated);
	if (strcmp(state, "orphan") == 0)
		number(&x->b, "orphan", 1);
}

static enum triage_status
put_runs(struct dfxml *x, uint64_t file_id, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	bool any = false;
	while (x->run_there && (uint64_t)case_int(x->runs, CASE_EXTENTS_FILE_ID) <= file_id) {
		if ((uint64_t)case_int(x->runs, CASE_EXTENTS_FILE_ID) == file_id) {
			buf_text(&x->b, any ? "" : "<byte_runs>");
			any = true;
			buf_format(&x->b, "<byte_run file_offset=\"%jd\" img_offset=\"%jd\" len=\"%jd\"/>", (intmax_t)case_int(x->runs, CASE_EXTENTS_FILE_OFFSET),
			    (intmax_t)case_int(x->runs, CASE_EXTENTS_IMAGE_OFFSET), (intmax_t)case_int(x->runs, CASE_EXTENTS_LENGTH));
		}
		st = case_next(x->runs, err);
		x->run_there = st == TRIAGE_OK;
	}
	buf_text(&x->b, any ? "</byte_runs>" : "");
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
put_file(struct dfxml *x, struct triage_error *err)
{
	static const char *const hashes[] = { "md5", "sha1", "sha256" };
	struct case_cursor *c = x->files;
	struct buf *b = &x->b;
	buf_text(b, "<fileobject>");
	put_name(x);
	put_state(x);
	column(x, "inode", c, CASE_FILES_INODE, 0);
	const char *kind = case_text(c, CASE_FILES_KIND);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			number(b, "meta_type", kinds[i].meta_type);
	column(x, "mode", c, CASE_FILES_MODE, 0);
	column(x, "uid", c, CASE_FILES_UID, INT64_MIN);
	column(x, "gid", c, CASE_FILES_GID, INT64_MIN);
	time_of(x, "mtime", CASE_FILES_MTIME, x->fat ? 2 : 0);
	time_of(x, "ctime", CASE_FILES_CTIME, 0);
	time_of(x, "atime", CASE_FILES_ATIME, x->fat ? 86400 : 0);
	time_of(x, "crtime", CASE_FILES_BTIME, 0);
	column(x, "seq", c, CASE_FILES_SEQUENCE, 0);
	element(b, "link_target", case_text(c, CASE_FILES_LINK_TARGET));
	element(b, "libmagic", case_text(c, CASE_FILES_MAGIC));
	enum triage_status st = put_runs(x, (uint64_t)case_int(c, CASE_FILES_FILE_ID), err);
	for (size_t i = 0; i < 3; i++)
		if (!case_null(c, CASE_FILES_MD5 + i))
			buf_format(b, "<hashdigest type=\"%s\">%s</hashdigest>", hashes[i], case_text(c, CASE_FILES_MD5 + i));
	buf_text(b, "</fileobject>\n");
	return st;
}

static enum triage_status
flush(struct dfxml *x, struct triage_error *err)
{
	enum triage_status st = buf_check(&x->b, err);
	if (st == TRIAGE_OK)
		output_buf(x->out, &x->b);
	buf_clear(&x->b);
	return st;
}

static enum triage_status
put_files(struct dfxml *x, int64_t filesystem_id, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && x->file_there && case_int(x->files, CASE_FILES_FILESYSTEM_ID) == filesystem_id) {
		st = put_file(x, err);
		if (st == TRIAGE_OK)
			st = flush(x, err);
		if (st == TRIAGE_OK) {
			st = case_next(x->files, err);
			x->file_there = st == TRIAGE_OK;
		}
	}
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- head and volumes --- */

static enum triage_status
put_head(struct dfxml *x, struct triage_error *err)
{
	char version[64], started[WHEN_TEXT_SIZE];
	struct case_cursor *c;
	struct buf *b = &x->b;
	buf_text(b, root);
	buf_text(b, "<creator><program>triage</program>");
	element(b, "version", export_fact(x->reader, "version", NULL, version, sizeof(version)));
	int64_t time = export_case_time(x->reader);
	if (time != TRIAGE_TIME_NONE) {
		buf_text(b, "<execution_environment>");
		element(b, "start_time", when_text(time, 0, "Z", started));
		buf_text(b, "</execution_environment>");
	}
	buf_text(b, "</creator>\n<source>");
	enum triage_status st = case_rows(x->reader, CASE_EVIDENCE, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK)
		element(b, "image_filename", case_text(c, CASE_EVIDENCE_NAME));
	case_cursor_close(c);
	buf_text(b, "</source>\n");
	return st == TRIAGE_END ? flush(x, err) : st;
}

static enum triage_status
put_volumes(struct dfxml *x, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(x->reader, CASE_FILESYSTEMS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		struct buf *b = &x->b;
		x->fat = strncmp(case_text(c, FS_TYPE), "fat", 3) == 0;
		buf_format(b, "<volume offset=\"%jd\" triage:filesystem_id=\"%jd\" triage:evidence_id=\"%jd\">", (intmax_t)case_int(c, FS_START),
		    (intmax_t)case_int(c, FS_ID), (intmax_t)case_int(c, FS_EVIDENCE));
		column(x, "partition_offset", c, FS_START, 0);
		column(x, "block_size", c, FS_BLOCK_SIZE, 1);
		element(b, "ftype_str", case_text(c, FS_TYPE));
		buf_char(b, '\n');
		st = flush(x, err);
		if (st == TRIAGE_OK)
			st = put_files(x, case_int(c, FS_ID), err);
		output_text(x->out, "</volume>\n");
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
open_cursors(struct dfxml *x, struct triage_error *err)
{
	enum triage_status st = case_rows(x->reader, CASE_FILES, CASE_BY_ID, &x->files, err);
	if (st == TRIAGE_OK)
		st = case_rows(x->reader, CASE_EXTENTS, CASE_BY_ID, &x->runs, err);
	if (st == TRIAGE_OK) {
		st = case_next(x->files, err);
		x->file_there = st == TRIAGE_OK;
		st = st == TRIAGE_END ? TRIAGE_OK : st;
	}
	if (st == TRIAGE_OK) {
		st = case_next(x->runs, err);
		x->run_there = st == TRIAGE_OK;
		st = st == TRIAGE_END ? TRIAGE_OK : st;
	}
	return st;
}

static enum triage_status
write_dfxml(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct dfxml x = { .reader = reader, .out = out };
	(void)options;
	buf_init(&x.b, EXPORT_ROW_MAX);
	enum triage_status st = open_cursors(&x, err);
	if (st == TRIAGE_OK)
		st = put_head(&x, err);
	if (st == TRIAGE_OK)
		st = put_volumes(&x, err);
	if (st == TRIAGE_OK && x.file_there) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the case has files of a filesystem that it does not name");
		st = TRIAGE_E_FORMAT;
	}
	output_text(out, "</dfxml>\n");
	case_cursor_close(x.files);
	case_cursor_close(x.runs);
	buf_release(&x.b);
	return st;
}

const struct exporter dfxml_exporter = {
	.name = "files.dfxml.xml",
	.format = "dfxml",
	.what = "volumes and files with digests and the places of their bytes (DFXML)",
	.beside = true,
	.write = write_dfxml,
};

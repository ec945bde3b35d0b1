/*
 * bodyfile.c - the files as a TSK 3.x body file, which mactime(1) reads:
 * MD5|name|inode|mode_as_string|UID|GID|size|atime|mtime|ctime|crtime, times in whole seconds since 1970, 0 for none.
 *
 * Names are ambiguous in this format by nature: '|', line ends and '%' are written as %XX, and a file whose real name ends in
 * " (deleted)" looks like a deleted one. case.db is the master.
 */
#include "triage/base/text.h"
#include "triage/report/export.h"

#include <triage/record.h>

#include <string.h>

enum { ROW_MAX = 64 << 20, FILESYSTEMS_MAX = 1024, FILESYSTEM_TYPE_COLUMN = 2 };

struct bodyfile {
	struct case_cursor *c;
	struct buf row, name;
	bool several;				/* more than one filesystem: names begin with which */
	bool ntfs[FILESYSTEMS_MAX];		/* by filesystem id: inodes are written address-type-id */
};

static enum triage_status
look_at_filesystems(struct bodyfile *f, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(reader, CASE_FILESYSTEMS, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	unsigned count = 0;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		int64_t id = case_int(c, 0);
		count++;
		if (id >= 0 && id < FILESYSTEMS_MAX)
			f->ntfs[id] = strcmp(case_text(c, FILESYSTEM_TYPE_COLUMN), "ntfs") == 0;
	}
	f->several = count > 1;
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static char
type_letter(const char *kind)
{
	static const struct {
		const char *kind;
		char letter;
	} letters[] = {
		{ "file", 'r' }, { "directory", 'd' }, { "link", 'l' }, { "fifo", 'p' }, { "socket", 'h' }, { "chardev", 'c' },
		{ "blockdev", 'b' }, { "virtual", 'v' },
	};
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (strcmp(kind, letters[i].kind) == 0)
			return letters[i].letter;
	return '-';
}

/* Type of the name, type of the inode, permissions; what no longer has its inode has neither. */
static void
put_mode(struct buf *out, const char *kind, unsigned mode, bool nameless, bool reused)
{
	char letter = type_letter(kind);
	char text[] = "-/----------";
	text[0] = nameless ? '-' : letter;
	if (!reused) {
		static const char rwx[] = "rwxrwxrwx";
		text[2] = letter;
		for (int i = 0; i < 9; i++)
			if ((mode >> (8 - i) & 1) != 0)
				text[3 + i] = rwx[i];
		if ((mode & 04000) != 0)
			text[5] = text[5] == 'x' ? 's' : 'S';
		if ((mode & 02000) != 0)
			text[8] = text[8] == 'x' ? 's' : 'S';
		if ((mode & 01000) != 0)
			text[11] = text[11] == 'x' ? 't' : 'T';
	}
	buf_text(out, text);
}

static void
put_number(struct buf *out, char before, int64_t value)
{
	char text[24];
	buf_char(out, before);
	buf_put(out, text, export_digits(value, text));
}

static void
put_time(struct buf *out, struct case_cursor *c, size_t column)
{
	int64_t ns = case_int(c, column);
	put_number(out, '|', case_null(c, column) || ns < 0 ? 0 : ns / 1000000000);
}

static void
put_name(struct bodyfile *f, bool file_name_times, bool reused)
{
	struct case_cursor *c = f->c;
	buf_clear(&f->name);
	if (f->several)
		buf_format(&f->name, "fs%jd:", (intmax_t)case_int(c, CASE_FILES_FILESYSTEM_ID));
	buf_text(&f->name, case_text(c, CASE_FILES_PATH));
	const char *stream = case_text(c, CASE_FILES_STREAM);
	if (stream[0] != '\0')
		buf_format(&f->name, ":%s", stream);
	if (file_name_times)
		buf_text(&f->name, " ($FILE_NAME)");
	const char *target = case_text(c, CASE_FILES_LINK_TARGET);
	if (target[0] != '\0')
		buf_format(&f->name, " -> %s", target);
	if (reused)
		buf_text(&f->name, " (deleted-realloc)");
	else if (strcmp(case_text(c, CASE_FILES_STATE), "allocated") != 0)
		buf_text(&f->name, " (deleted)");
	if (strpbrk(buf_cstr(&f->name), "|%\r\n") == NULL)
		buf_put(&f->row, buf_cstr(&f->name), f->name.size);
	else
		text_bodyfile(&f->row, buf_cstr(&f->name));
}

/* first_time: column of the modification time; access, change and creation follow it. */
static void
put_row(struct bodyfile *f, size_t first_time, bool file_name_times)
{
	struct case_cursor *c = f->c;
	int64_t filesystem = case_int(c, CASE_FILES_FILESYSTEM_ID);
	bool ntfs = filesystem >= 0 && filesystem < FILESYSTEMS_MAX && f->ntfs[filesystem];
	bool reused = (case_int(c, CASE_FILES_FLAGS) & TRIAGE_ENTRY_REUSED) != 0;
	bool nameless = strcmp(case_text(c, CASE_FILES_STATE), "nameless") == 0;
	const char *md5 = file_name_times ? "" : case_text(c, CASE_FILES_MD5);
	buf_text(&f->row, md5[0] != '\0' ? md5 : "0");
	buf_char(&f->row, '|');
	put_name(f, file_name_times, reused);
	put_number(&f->row, '|', case_int(c, CASE_FILES_INODE));
	if (ntfs) {
		put_number(&f->row, '-', case_int(c, CASE_FILES_ATTR_TYPE));
		put_number(&f->row, '-', case_int(c, CASE_FILES_ATTR_ID));
	}
	buf_char(&f->row, '|');
	put_mode(&f->row, case_text(c, CASE_FILES_KIND), (unsigned)case_int(c, CASE_FILES_MODE) & 07777, nameless, reused);
	put_number(&f->row, '|', case_int(c, CASE_FILES_UID));
	put_number(&f->row, '|', case_int(c, CASE_FILES_GID));
	put_number(&f->row, '|', case_int(c, CASE_FILES_SIZE));
	put_time(&f->row, c, first_time + TRIAGE_ATIME);
	put_time(&f->row, c, first_time + TRIAGE_MTIME);
	put_time(&f->row, c, first_time + TRIAGE_CTIME);
	put_time(&f->row, c, first_time + TRIAGE_BTIME);
	buf_char(&f->row, '\n');
}

static bool
has_file_name_times(struct case_cursor *c)
{
	for (size_t i = 0; i < 4; i++)
		if (!case_null(c, CASE_FILES_FN_MTIME + i))
			return true;
	return false;
}

static enum triage_status
write_rows(struct bodyfile *f, struct case_reader *reader, struct output *out, struct triage_error *err)
{
	enum triage_status st = case_rows(reader, CASE_FILES, CASE_BY_ID, &f->c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(f->c, err)) == TRIAGE_OK) {
		buf_clear(&f->row);
		put_row(f, CASE_FILES_MTIME, false);
		if (has_file_name_times(f->c))
			put_row(f, CASE_FILES_FN_MTIME, true);
		st = buf_check(&f->row, err);
		if (st == TRIAGE_OK)
			st = buf_check(&f->name, err);
		if (st != TRIAGE_OK)
			break;
		output_buf(out, &f->row);
	}
	case_cursor_close(f->c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
write_bodyfile(struct case_reader *reader, const struct report_options *options, struct output *out, struct triage_error *err)
{
	struct bodyfile f = { 0 };
	(void)options;
	buf_init(&f.row, ROW_MAX);
	buf_init(&f.name, ROW_MAX);
	enum triage_status st = look_at_filesystems(&f, reader, err);
	if (st == TRIAGE_OK)
		st = write_rows(&f, reader, out, err);
	buf_release(&f.row);
	buf_release(&f.name);
	return st;
}

const struct exporter bodyfile_exporter = {
	.name = "bodyfile.txt",
	.format = "bodyfile",
	.what = "files and their times for mactime (TSK 3.x body file)",
	.write = write_bodyfile,
};

/* unpack_open.c - one archive through libarchive: which decoders it may use, and where its bytes come from. */
#include "triage/analyse/unpack_mail.h"

#include "triage/base/fault.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { STEP = 64 << 10, SUPPORT_MAX = 5 };

/*
 * What a kind may use. Only decoders that are built into the library: a filter that would start a program is never asked for. A stream of a
 * compressor may hold a tar or a cpio, or is a single file.
 */
#define SINGLE(filter) { archive_read_support_filter_##filter, archive_read_support_format_tar, archive_read_support_format_cpio, \
	archive_read_support_format_empty, archive_read_support_format_raw }
static int (*const support[UNPACK_KIND_COUNT][SUPPORT_MAX])(struct archive *) = {
	[UNPACK_ZIP] = { archive_read_support_format_zip },
	[UNPACK_7Z] = { archive_read_support_format_7zip },
	[UNPACK_RAR] = { archive_read_support_format_rar },
	[UNPACK_RAR5] = { archive_read_support_format_rar5 },
	[UNPACK_CAB] = { archive_read_support_format_cab },
	[UNPACK_TAR] = { archive_read_support_format_tar },
	[UNPACK_CPIO] = { archive_read_support_format_cpio },
	[UNPACK_AR] = { archive_read_support_format_ar },
	[UNPACK_ISO] = { archive_read_support_format_iso9660 },
	[UNPACK_GZIP] = SINGLE(gzip),
	[UNPACK_BZIP2] = SINGLE(bzip2),
	[UNPACK_XZ] = SINGLE(xz),
	[UNPACK_LZIP] = SINGLE(lzip),
	[UNPACK_ZSTD] = SINGLE(zstd),
	[UNPACK_LZ4] = SINGLE(lz4),
	[UNPACK_COMPRESS] = SINGLE(compress),
};

/* --- bytes --- */

static la_ssize_t
source_read(struct archive *a, void *ctx, const void **ret_bytes)
{
	struct unpack_source *s = ctx;
	uint64_t left = s->at < s->size ? s->size - s->at : 0;
	if (s->io == NULL) {
		*ret_bytes = s->held + (s->size - left);
		s->at = s->size;
		return (la_ssize_t)left;
	}
	size_t got = 0;
	*ret_bytes = s->buffer;
	if (left > 0 && s->io->read(s->io->ctx, s->at, s->buffer, left < STEP ? (size_t)left : STEP, &got, &s->failed) != TRIAGE_OK) {
		archive_set_error(a, EIO, "%s", s->failed.text);
		return -1;
	}
	s->at += got;
	return (la_ssize_t)got;
}

static la_int64_t
source_skip(struct archive *a, void *ctx, la_int64_t request)
{
	struct unpack_source *s = ctx;
	(void)a;
	uint64_t left = s->at < s->size ? s->size - s->at : 0;
	uint64_t step = request < 0 ? 0 : (uint64_t)request < left ? (uint64_t)request : left;
	s->at += step;
	return (la_int64_t)step;
}

static la_int64_t
source_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct unpack_source *s = ctx;
	la_int64_t to, base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (la_int64_t)s->at : (la_int64_t)s->size;
	if (__builtin_add_overflow(base, offset, &to) || to < 0 || (uint64_t)to > s->size) {
		archive_set_error(a, EINVAL, "it points outside itself");
		return ARCHIVE_FATAL;
	}
	s->at = (uint64_t)to;
	return to;
}

/* --- the archive --- */

static void
keep_words(struct unpack_archive *u)
{
	const char *text = archive_error_string(u->a);
	snprintf(u->why, sizeof(u->why), "%s", text != NULL ? text : "it is damaged");
}

static enum triage_status
no_memory(struct unpack_archive *u, struct triage_error *err)
{
	unpack_close(u);
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory to unpack an archive");
	return TRIAGE_E_MEMORY;
}

/* --- mail --- */

static enum triage_status
open_mail(struct unpack_archive *u, const struct unpack_mail_kind *kind, struct triage_error *err)
{
	struct unpack_mail *m = fault_hit() ? NULL : calloc(1, sizeof(*m));
	if (m == NULL)
		return no_memory(u, err);
	*m = (struct unpack_mail){ .kind = kind, .source = &u->source, .size = TRIAGE_NO_ID, .mtime = TRIAGE_TIME_NONE, .btime = TRIAGE_TIME_NONE, .why = u->why };
	buf_init(&m->name, 2 * MAIL_NAME_MAX);
	buf_init(&m->out, 8 * MAIL_OUT_MAX);
	u->mail = m;
	enum triage_status st = kind->open(m, err);
	if (st != TRIAGE_OK)
		unpack_close(u);
	return st;
}

static enum unpack_step
next_mail(struct unpack_mail *m)
{
	if (m->why[0] != '\0' && m->broken)
		return UNPACK_BROKEN;
	buf_clear(&m->name);
	buf_clear(&m->out);
	m->out_at = 0;
	m->size = TRIAGE_NO_ID;
	m->mtime = m->btime = TRIAGE_TIME_NONE;
	enum unpack_step next = m->kind->next(m);
	if (next != UNPACK_END || m->left_out == NULL)
		return next;
	mail_broken(m, m->left_out);
	return UNPACK_LEFT_OUT;
}

static int64_t
read_mail(struct unpack_mail *m, void *buf, size_t size)
{
	if (m->out_at == m->out.size) {
		buf_clear(&m->out);
		m->out_at = 0;
		if (!m->kind->more(m))
			return -1;
	}
	size_t n = m->out.size - m->out_at < size ? m->out.size - m->out_at : size;
	if (n > 0)
		memcpy(buf, m->out.data + m->out_at, n);
	m->out_at += n;
	return (int64_t)n;
}

static void
close_mail(struct unpack_mail *m)
{
	m->kind->close(m);
	buf_release(&m->name);
	buf_release(&m->out);
	free(m);
}

enum triage_status
unpack_open(struct unpack_archive *u, enum unpack_kind kind, struct triage_error *err)
{
	if (unpack_mail_of(kind) != NULL)
		return open_mail(u, unpack_mail_of(kind), err);
	u->a = fault_hit() ? NULL : archive_read_new();
	if (u->source.io != NULL)
		u->source.buffer = malloc(STEP);
	if (u->a == NULL || (u->source.io != NULL && u->source.buffer == NULL))
		return no_memory(u, err);
	bool ready = true;
	for (size_t i = 0; i < SUPPORT_MAX && support[kind][i] != NULL && ready; i++)
		ready = support[kind][i](u->a) == ARCHIVE_OK;
	archive_read_set_read_callback(u->a, source_read);
	archive_read_set_skip_callback(u->a, source_skip);
	archive_read_set_seek_callback(u->a, source_seek);
	archive_read_set_callback_data(u->a, &u->source);
	locale_t before = u->names != (locale_t)0 ? uselocale(u->names) : (locale_t)0;
	if (ready && archive_read_open1(u->a) != ARCHIVE_OK)
		ready = false;
	if (before != (locale_t)0)
		uselocale(before);
	if (!ready)
		keep_words(u);
	return TRIAGE_OK;
}

void
unpack_close(struct unpack_archive *u)
{
	if (u->mail != NULL)
		close_mail(u->mail);
	if (u->a != NULL)
		archive_read_free(u->a);
	if (!u->source.borrowed)
		free(u->source.held);
	free(u->source.buffer);
	*u = (struct unpack_archive){ 0 };
}

enum unpack_step
unpack_next(struct unpack_archive *u)
{
	int rc;
	if (u->mail != NULL)
		return next_mail(u->mail);
	u->block_size = 0;
	u->block_at = u->at = 0;
	if (u->why[0] != '\0')
		return UNPACK_BROKEN;
	locale_t before = u->names != (locale_t)0 ? uselocale(u->names) : (locale_t)0;
	do
		rc = archive_read_next_header(u->a, &u->entry);
	while (rc == ARCHIVE_RETRY && archive_errno(u->a) == EAGAIN);
	if (before != (locale_t)0)
		uselocale(before);
	if (rc == ARCHIVE_EOF)
		return UNPACK_END;
	if (rc == ARCHIVE_OK || rc == ARCHIVE_WARN)
		return UNPACK_MEMBER;
	keep_words(u);
	return UNPACK_BROKEN;
}

int64_t
unpack_read(struct unpack_archive *u, void *buf, size_t size)
{
	if (u->mail != NULL)
		return read_mail(u->mail, buf, size);
	/* block by block: what came before a damaged place must not be lost with it */
	while (u->at == u->block_at + u->block_size) {
		const void *bytes;
		la_int64_t offset;
		int rc = archive_read_data_block(u->a, &bytes, &u->block_size, &offset);
		if (rc == ARCHIVE_RETRY)
			continue;
		if (rc == ARCHIVE_EOF || rc != ARCHIVE_OK || offset < 0 || (uint64_t)offset < u->at) {
			u->block_size = 0;
			u->block_at = u->at;
			if (rc == ARCHIVE_EOF)
				return 0;
			keep_words(u);
			u->fatal = rc == ARCHIVE_FATAL;
			return -1;
		}
		u->block = bytes;
		u->block_at = (uint64_t)offset;
	}
	uint64_t left = u->at < u->block_at ? u->block_at - u->at : u->block_at + u->block_size - u->at;
	size_t n = left < size ? (size_t)left : size;
	if (u->at < u->block_at)
		memset(buf, 0, n);
	else
		memcpy(buf, u->block + (u->at - u->block_at), n);
	u->at += n;
	return (int64_t)n;
}

void
unpack_pass_damage(struct unpack_archive *u, enum unpack_kind kind)
{
	/* the next entry may be whole; but after a fatal end most readers must not be asked for it: that of cab crashes */
	if (!u->fatal || kind == UNPACK_ZIP)
		u->why[0] = '\0';
}

bool
unpack_is_file(const struct unpack_archive *u)
{
	if (u->mail != NULL)
		return true;
	/* a single stream and some members of ar have no type */
	mode_t type = archive_entry_filetype(u->entry);
	return (type == S_IFREG || type == 0) && archive_entry_hardlink(u->entry) == NULL;
}

bool
unpack_is_encrypted(const struct unpack_archive *u)
{
	if (u->mail != NULL)
		return false;
	/* the library crashes when it is asked this before it has settled on a format */
	if (u->why[0] != '\0')
		return (u->entry == NULL && archive_format(u->a) != 0 && archive_read_has_encrypted_entries(u->a) > 0) ||
		    strstr(u->why, "ncrypt") != NULL || strstr(u->why, "assphrase") != NULL;
	return u->entry != NULL && archive_entry_is_encrypted(u->entry) != 0;
}

bool
unpack_is_single(const struct unpack_archive *u)
{
	return u->mail == NULL && archive_format(u->a) == ARCHIVE_FORMAT_RAW;
}

static int64_t
moment(int set, time_t seconds, long nanoseconds)
{
	int64_t ns;
	if (!set || __builtin_mul_overflow((int64_t)seconds, INT64_C(1000000000), &ns) || __builtin_add_overflow(ns, (int64_t)nanoseconds, &ns))
		return TRIAGE_TIME_NONE;
	return ns;
}

void
unpack_describe(const struct unpack_archive *u, struct triage_member *m)
{
	if (u->mail != NULL) {
		m->name = (const uint8_t *)buf_cstr(&u->mail->name);
		m->name_size = u->mail->name.size;
		m->size = u->mail->size;
		m->mtime = u->mail->mtime;
		m->btime = u->mail->btime;
		m->atime = m->ctime = TRIAGE_TIME_NONE;
		return;
	}
	struct archive_entry *e = u->entry;
	locale_t before = u->names != (locale_t)0 ? uselocale(u->names) : (locale_t)0;
	const char *name = archive_entry_pathname(e);
	if (name == NULL)
		name = archive_entry_pathname_utf8(e);
	if (before != (locale_t)0)
		uselocale(before);
	m->name = (const uint8_t *)(name != NULL ? name : "");
	m->name_size = name != NULL ? strlen(name) : 0;
	m->size = archive_entry_size_is_set(e) && archive_entry_size(e) >= 0 ? (uint64_t)archive_entry_size(e) : TRIAGE_NO_ID;
	m->mode = (uint32_t)archive_entry_mode(e);
	m->mtime = moment(archive_entry_mtime_is_set(e), archive_entry_mtime(e), archive_entry_mtime_nsec(e));
	m->atime = moment(archive_entry_atime_is_set(e), archive_entry_atime(e), archive_entry_atime_nsec(e));
	m->ctime = moment(archive_entry_ctime_is_set(e), archive_entry_ctime(e), archive_entry_ctime_nsec(e));
	m->btime = moment(archive_entry_birthtime_is_set(e), archive_entry_birthtime(e), archive_entry_birthtime_nsec(e));
}

#include "triage/analyse/pack.h"

#include "triage/base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct archive *a;
	uint8_t *bytes;			/* of one member */
	char (*seen)[PACK_NAME_MAX];
	size_t files, total;
};

static enum triage_status
fail(struct triage_error *err, const char *what, const char *name)
{
	SCOPED_BUF shown;
	buf_init(&shown, 4096);
	text_safe(&shown, name);
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the pack %s%s%.200s", what, name[0] != '\0' ? ": " : "", buf_cstr(&shown));
	return TRIAGE_E_FORMAT;
}

/* NAME and then this ending, nothing else. */
static bool
is_plain(const char *name, const char *ending)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	return length > 0 && strcmp(name + length, ending) == 0;
}

static bool
is_known(const char *name)
{
	return strcmp(name, "VERSION") == 0 || strcmp(name, "README.md") == 0 || is_plain(name, ".tsv") || (strncmp(name, "yara/", 5) == 0 && is_plain(name + 5, ".yar")) ||
	    (strncmp(name, "sigma/", 6) == 0 && is_plain(name + 6, ".yml"));
}

static const char *
bare_name(const char *name)
{
	name += strncmp(name, "./", 2) == 0 ? 2 : 0;
	return name + (strncmp(name, "rules/", 6) == 0 ? 6 : 0);
}

static enum triage_status
read_member(struct reading *r, const char *name, size_t *ret_size, struct triage_error *err)
{
	size_t size = 0;
	for (;;) {
		ssize_t n = archive_read_data(r->a, r->bytes + size, PACK_BYTES_MAX - r->total - size);
		if (n < 0)
			return fail(err, "is damaged at", name);
		if (n == 0)
			break;
		size += (size_t)n;
		if (size == PACK_BYTES_MAX - r->total)
			return fail(err, "is larger than a pack of rules can be", "");
	}
	r->total += size;
	*ret_size = size;
	return TRIAGE_OK;
}

static enum triage_status
take_member(struct reading *r, struct archive_entry *entry, pack_take *take, void *ctx, struct triage_error *err)
{
	const char *whole = archive_entry_pathname(entry), *name = whole != NULL ? bare_name(whole) : "";
	size_t size = 0;
	if (archive_entry_filetype(entry) == AE_IFDIR && archive_entry_hardlink(entry) == NULL)
		return TRIAGE_OK;
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL)
		return fail(err, "holds what is no plain file", whole != NULL ? whole : "");
	if (strlen(name) >= PACK_NAME_MAX || !is_known(name))
		return fail(err, "holds a name that rules do not have", whole != NULL ? whole : "");
	for (size_t i = 0; i < r->files; i++)
		if (strcmp(r->seen[i], name) == 0)
			return fail(err, "holds a name twice", name);
	if (r->files == PACK_FILES_MAX)
		return fail(err, "holds more files than a pack of rules can", "");
	memcpy(r->seen[r->files++], name, strlen(name) + 1);
	enum triage_status st = read_member(r, name, &size, err);
	return st == TRIAGE_OK ? take(ctx, name, r->bytes, size, err) : st;
}

static enum triage_status
read_all(struct reading *r, const void *bytes, size_t size, pack_take *take, void *ctx, struct triage_error *err)
{
	struct archive_entry *entry;
	enum triage_status st = TRIAGE_OK;
	int got = ARCHIVE_FATAL;
	archive_read_support_format_tar(r->a);
	archive_read_support_format_zip(r->a);
	archive_read_support_filter_gzip(r->a);
	archive_read_support_filter_xz(r->a);
	archive_read_support_filter_zstd(r->a);
	if (archive_read_open_memory(r->a, bytes, size) != ARCHIVE_OK)
		return fail(err, "is no archive that is read here (tar, tar.gz, tar.xz, tar.zst, zip)", "");
	while (st == TRIAGE_OK && (got = archive_read_next_header(r->a, &entry)) == ARCHIVE_OK)
		st = take_member(r, entry, take, ctx, err);
	if (st == TRIAGE_OK && got != ARCHIVE_EOF)
		st = fail(err, "is damaged, or no archive that is read here (tar, tar.gz, tar.xz, tar.zst, zip)", "");
	return st;
}

enum triage_status
pack_read(const void *bytes, size_t size, pack_take *take, void *ctx, struct triage_error *err)
{
	struct reading r = { .a = archive_read_new(), .bytes = malloc(PACK_BYTES_MAX), .seen = calloc(PACK_FILES_MAX, PACK_NAME_MAX) };
	enum triage_status st = TRIAGE_E_MEMORY;
	if (r.a != NULL && r.bytes != NULL && r.seen != NULL)
		st = read_all(&r, bytes, size, take, ctx, err);
	else
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the pack");
	if (r.a != NULL)
		archive_read_free(r.a);
	free(r.bytes);
	free(r.seen);
	return st;
}

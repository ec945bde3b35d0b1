/* verify.c - is a bundle what was sealed? Everything that is not is told, then the answer is no. */
#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/report/custody_row.h"
#include "triage/report/verify_inside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MANIFEST_MAX = 1 << 30, TAG_MAX = 16 << 20, CUSTODY_MAX = 1 << 30 };

void
verify_differ(struct check *k, const char *what, const char *path, const char *why)
{
	SCOPED_BUF line;
	buf_init(&line, 1 << 20);
	buf_format(&line, "%s: ", what);
	text_display(&line, path, strlen(path));
	if (why[0] != '\0')
		buf_format(&line, ": %s", why);
	k->differences++;
	k->options->tell(k->options->ctx, buf_cstr(&line));
}

void
verify_differ_format(struct check *k, const char *what, const char *path, const char *format, ...)
{
	char why[1200];
	va_list args;
	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	verify_differ(k, what, path, why);
}

void
verify_note(struct check *k, const char *format, ...)
{
	char line[2400];
	va_list args;
	if (k->options->note == NULL)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	k->options->note(k->options->ctx, line);
}

const struct bag_file *
verify_plain(const struct check *k, const char *path)
{
	const struct bag_file *there = bag_list_find(&k->there, path);
	return there != NULL && there->regular ? there : NULL;
}

/* Compared without blanks and in either case: it was typed from paper. */
bool
verify_is_number(const struct check *k, const char *hash)
{
	const char *p = k->options->number;
	size_t n = 0;
	for (; *p != '\0'; p++) {
		if (*p == ' ' || *p == '\t' || *p == '-')
			continue;
		if (n >= 64 || (*p | 0x20) != hash[n])
			return false;
		n++;
	}
	return n == 64;
}

/* --- manifests --- */

static enum triage_status
load_manifest(struct check *k, const char *name, struct buf *text, struct bag_list *list, struct triage_error *err)
{
	struct triage_error why;
	enum triage_status st = bag_read(k->bundle, name, MANIFEST_MAX, text, err);
	if (st != TRIAGE_OK)
		return st;
	st = bag_manifest_parse(buf_cstr(text), text->size, list, &why);
	bag_list_sort(list);
	if (st == TRIAGE_E_FORMAT) {
		verify_differ(k, "broken", name, why.text);
		return TRIAGE_OK;
	}
	if (st != TRIAGE_OK)
		*err = why;
	return st;
}

static enum triage_status
check_file(struct check *k, const struct bag_file *named, struct triage_error *err)
{
	char sha256[65];
	uint64_t size;
	const struct bag_file *there = bag_list_find(&k->there, named->path);
	if (there == NULL) {
		verify_differ(k, "missing", named->path, "");
		return TRIAGE_OK;
	}
	if (!there->regular) {
		verify_differ(k, "changed", named->path, "it is no plain file any more");
		return TRIAGE_OK;
	}
	enum triage_status st = bag_hash(k->bundle, named->path, sha256, &size, err);
	if (st != TRIAGE_OK)
		return st;
	if (strcmp(sha256, named->sha256) != 0)
		verify_differ(k, "changed", named->path, "its digest is another");
	else if (strcmp(named->path, "data/case.db") == 0)
		k->database_whole = true;
	return TRIAGE_OK;
}

static enum triage_status
check_list(struct check *k, const struct bag_list *list, const char *manifest, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < list->count && st == TRIAGE_OK; i++) {
		if (i > 0 && strcmp(list->files[i - 1].path, list->files[i].path) == 0)
			verify_differ(k, "broken", manifest, "it names a file twice");
		else
			st = check_file(k, &list->files[i], err);
	}
	return st;
}

static bool
in_payload(const char *path)
{
	return strncmp(path, "data/", 5) == 0;
}

/* Files that are in the bundle but in no manifest; names in the wrong manifest. */
static void
check_added(struct check *k)
{
	for (size_t i = 0; i < k->there.count; i++) {
		const char *path = k->there.files[i].path;
		bool expected = in_payload(path) ? bag_list_find(&k->payload, path) != NULL :
		    bag_list_find(&k->tags, path) != NULL || strcmp(path, BAG_TAG_MANIFEST) == 0 || strcmp(path, BAG_SIGNATURE) == 0 ||
		    strcmp(path, BAG_STAMP) == 0 || strcmp(path, BAG_SIGNATURE_STAMP) == 0 || verify_is_later(path);
		if (!expected)
			verify_differ(k, "added", path, "it was not there when the bundle was sealed");
	}
	for (size_t i = 0; i < k->payload.count; i++)
		if (!in_payload(k->payload.files[i].path))
			verify_differ(k, "broken", BAG_MANIFEST, "it names a file outside data/");
	static const char *const needed[] = { BAG_DECLARATION, BAG_INFO, BAG_HOW_TO, BAG_MANIFEST };
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (bag_list_find(&k->tags, needed[i]) == NULL)
			verify_differ(k, "broken", BAG_TAG_MANIFEST, "it does not name every file beside data/");
}

/* A folder in which nothing lies is in no manifest; none is there when a bundle is sealed. */
static void
check_folders(struct check *k)
{
	for (size_t i = 0; i < k->there.folder_count; i++) {
		const char *folder = k->there.folders[i];
		size_t size = strlen(folder), low = 0, high = k->there.count;
		if (size == 0 || strcmp(folder, "data") == 0)
			continue;
		/* the first file that does not sort before "folder/" */
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			const char *path = k->there.files[middle].path;
			int order = strncmp(path, folder, size);
			if (order < 0 || (order == 0 && (uint8_t)path[size] < '/'))
				low = middle + 1;
			else
				high = middle;
		}
		if (low == k->there.count || strncmp(k->there.files[low].path, folder, size) != 0 || k->there.files[low].path[size] != '/')
			verify_differ(k, "added", folder, "an empty folder that was not there when the bundle was sealed");
	}
}

/* --- tag files --- */

static enum triage_status
check_declaration(struct check *k, struct triage_error *err)
{
	SCOPED_BUF text;
	buf_init(&text, TAG_MAX);
	if (bag_list_find(&k->there, BAG_DECLARATION) == NULL)
		return TRIAGE_OK;	/* told as missing */
	enum triage_status st = bag_read(k->bundle, BAG_DECLARATION, TAG_MAX, &text, err);
	if (st == TRIAGE_OK && strcmp(buf_cstr(&text), bag_declaration_text) != 0)
		verify_differ(k, "broken", BAG_DECLARATION, "it does not declare a BagIt 1.0 bag in UTF-8");
	return st;
}

static enum triage_status
check_sum(struct check *k, struct triage_error *err)
{
	uint64_t octets = 0, files = 0;
	char want[80];
	SCOPED_BUF text;
	buf_init(&text, TAG_MAX);
	if (bag_list_find(&k->there, BAG_INFO) == NULL)
		return TRIAGE_OK;
	enum triage_status st = bag_read(k->bundle, BAG_INFO, TAG_MAX, &text, err);
	if (st != TRIAGE_OK)
		return st;
	for (size_t i = 0; i < k->there.count; i++) {
		if (in_payload(k->there.files[i].path)) {
			octets += k->there.files[i].size;
			files++;
		}
	}
	snprintf(want, sizeof(want), "Payload-Oxum: %" PRIu64 ".%" PRIu64 "\n", octets, files);
	const char *line = strstr(buf_cstr(&text), "Payload-Oxum:");
	if (line == NULL || strncmp(line, want, strlen(want)) != 0)
		verify_differ(k, "changed", BAG_INFO, "Payload-Oxum says another number or size of files than there are");
	return TRIAGE_OK;
}

/* --- custody and database --- */

static enum triage_status
check_custody(struct check *k, struct triage_error *err)
{
	uint64_t lines;
	struct triage_error why;
	const struct bag_file *there = bag_list_find(&k->there, BAG_CUSTODY);
	if (there == NULL || !there->regular) {
		if (bag_list_find(&k->payload, BAG_CUSTODY) == NULL)
			verify_differ(k, "missing", BAG_CUSTODY, "a sealed bundle has a chain of custody");
		return TRIAGE_OK;
	}
	enum triage_status st = bag_read(k->bundle, BAG_CUSTODY, CUSTODY_MAX, &k->custody, err);
	if (st != TRIAGE_OK)
		return st;
	st = custody_check(buf_cstr(&k->custody), k->custody.size, &lines, &why);
	if (st == TRIAGE_E_FORMAT)
		verify_differ(k, "broken", BAG_CUSTODY, why.text);
	else if (st != TRIAGE_OK)
		*err = why;
	else if (lines == 0)
		verify_differ(k, "broken", BAG_CUSTODY, "the chain is empty");
	return st == TRIAGE_E_FORMAT ? TRIAGE_OK : st;
}

static enum triage_status
compare_custody(struct check *k, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_BUF text;
	buf_init(&text, 2 * (size_t)CUSTODY_MAX);
	enum triage_status st = case_rows(reader, CASE_CUSTODY, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	/* rows beyond what the file holds are not read: a view from elsewhere may have any number of them */
	while (text.size <= k->custody.size && (st = case_next(c, err)) == TRIAGE_OK)
		custody_row_line(&text, c);
	case_cursor_close(c);
	if (st != TRIAGE_END && st != TRIAGE_OK)
		return st;
	if (text.failed || text.size != k->custody.size || memcmp(buf_cstr(&text), buf_cstr(&k->custody), text.size) != 0)
		verify_differ(k, "broken", BAG_CUSTODY, "it is not the chain that data/case.db holds");
	return TRIAGE_OK;
}

/* Opened only when its digest is right: what was changed is told already, and is not fed to SQLite. */
static enum triage_status
check_database(struct check *k, struct triage_error *err)
{
	struct case_reader *reader;
	struct triage_error why = { 0 };
	SCOPED_BUF path;
	buf_init(&path, 1 << 16);
	if (!k->database_whole) {
		if (bag_list_find(&k->payload, "data/case.db") == NULL)
			verify_differ(k, "missing", "data/case.db", "a sealed bundle has a case database");
		return TRIAGE_OK;
	}
	buf_format(&path, "%s/data/case.db", k->bundle);
	enum triage_status st = buf_check(&path, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_open_any(path.data, &reader, &why);
	if (st == TRIAGE_OK) {
		st = case_check(reader, &why);
		if (st == TRIAGE_OK)
			st = compare_custody(k, reader, &why);
		case_reader_close(reader);
	}
	if (st == TRIAGE_E_MEMORY)
		*err = why;
	else if (st != TRIAGE_OK)
		verify_differ(k, "broken", "data/case.db", why.text);
	return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;
}

/* --- all of it --- */

static enum triage_status
check_all(struct check *k, struct triage_error *err)
{
	SCOPED_BUF text;
	buf_init(&text, MANIFEST_MAX);
	enum triage_status st = load_manifest(k, BAG_TAG_MANIFEST, &k->tag_manifest, &k->tags, err);
	if (st == TRIAGE_OK)
		st = load_manifest(k, BAG_MANIFEST, &text, &k->payload, err);
	buf_release(&text);
	digest_sha256_hex(buf_cstr(&k->tag_manifest), k->tag_manifest.size, k->seal);
	k->number_found = k->options->number != NULL && verify_is_number(k, k->seal);
	if (st == TRIAGE_OK)
		st = check_list(k, &k->tags, BAG_TAG_MANIFEST, err);
	if (st == TRIAGE_OK)
		st = check_list(k, &k->payload, BAG_MANIFEST, err);
	if (st != TRIAGE_OK)
		return st;
	check_added(k);
	check_folders(k);
	st = check_declaration(k, err);
	if (st == TRIAGE_OK)
		st = check_sum(k, err);
	if (st == TRIAGE_OK)
		st = check_custody(k, err);
	if (st == TRIAGE_OK)
		st = check_database(k, err);
	if (st == TRIAGE_OK)
		st = verify_signed(k, err);
	return st == TRIAGE_OK ? verify_later(k, err) : st;
}

static enum triage_status
verify(struct check *k, struct triage_error *err)
{
	enum triage_status st = bag_list_folder(&k->there, k->bundle, "", true, err);
	if (st != TRIAGE_OK)
		return st;
	bag_list_sort(&k->there);
	static const char *const sealed[] = { BAG_MANIFEST, BAG_TAG_MANIFEST };
	for (size_t i = 0; i < sizeof(sealed) / sizeof(sealed[0]); i++)
		if (verify_plain(k, sealed[i]) == NULL)
			verify_differ(k, "not sealed", sealed[i], "it is missing: the bundle was never finished, or its seal was taken away");
	if (k->differences > 0)
		return TRIAGE_OK;
	st = check_all(k, err);
	if (st == TRIAGE_OK && k->options->number != NULL && !k->number_found)
		verify_differ(k, "not found", "--seal", "the number that was written down is neither the seal of this bundle nor the number of a later act in it: "
		    "it was sealed anew, or acts were cut off at the end");
	return st;
}

enum triage_status
bag_verify(const char *bundle, const struct verify_options *options, struct triage_error *err)
{
	struct check k = { .bundle = bundle, .options = options };
	buf_init(&k.custody, CUSTODY_MAX);
	buf_init(&k.tag_manifest, MANIFEST_MAX);
	enum triage_status st = verify(&k, err);
	bag_list_release(&k.there);
	bag_list_release(&k.payload);
	bag_list_release(&k.tags);
	buf_release(&k.custody);
	buf_release(&k.tag_manifest);
	if (st == TRIAGE_OK && k.differences > 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s is not what was sealed: %" PRIu64 " difference%s", bundle, k.differences,
		    k.differences == 1 ? "" : "s");
		return TRIAGE_E_FORMAT;
	}
	return st;
}

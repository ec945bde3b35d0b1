/* verify.c - is a bundle what was sealed? Everything that is not is told, then the answer is no. */
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/report/bag_inside.h"
#include "triage/report/custody_row.h"
#include "triage/report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { MANIFEST_MAX = 1 << 30, TAG_MAX = 16 << 20, CUSTODY_MAX = 1 << 30 };

struct check {
	const char *bundle;
	void (*tell)(void *ctx, const char *line);
	void *ctx;
	uint64_t differences;
	struct bag_list there;		/* all files of the bundle, sorted */
	struct bag_list payload, tags;	/* what the manifests name, sorted */
	bool database_whole;		/* case.db is the one that was sealed */
	struct buf custody;		/* text of custody.jsonl */
};

static void differ(struct check *k, const char *what, const char *path, const char *why) __attribute__((nonnull));

/* One difference: "changed: data/report.html: its digest is another". */
static void
differ(struct check *k, const char *what, const char *path, const char *why)
{
	SCOPED_BUF line;
	buf_init(&line, 1 << 20);
	buf_format(&line, "%s: ", what);
	text_display(&line, path, strlen(path));
	if (why[0] != '\0')
		buf_format(&line, ": %s", why);
	k->differences++;
	k->tell(k->ctx, buf_cstr(&line));
}

/* --- manifests --- */

static enum triage_status
load_manifest(struct check *k, const char *name, struct bag_list *list, struct triage_error *err)
{
	struct triage_error why;
	SCOPED_BUF text;
	buf_init(&text, MANIFEST_MAX);
	enum triage_status st = bag_read(k->bundle, name, MANIFEST_MAX, &text, err);
	if (st != TRIAGE_OK)
		return st;
	st = bag_manifest_parse(buf_cstr(&text), text.size, list, &why);
	bag_list_sort(list);
	if (st == TRIAGE_E_FORMAT) {
		differ(k, "broken", name, why.text);
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
		differ(k, "missing", named->path, "");
		return TRIAGE_OK;
	}
	if (!there->regular) {
		differ(k, "changed", named->path, "it is no plain file any more");
		return TRIAGE_OK;
	}
	enum triage_status st = bag_hash(k->bundle, named->path, sha256, &size, err);
	if (st != TRIAGE_OK)
		return st;
	if (strcmp(sha256, named->sha256) != 0)
		differ(k, "changed", named->path, "its digest is another");
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
			differ(k, "broken", manifest, "it names a file twice");
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
		    bag_list_find(&k->tags, path) != NULL || strcmp(path, BAG_TAG_MANIFEST) == 0 || strcmp(path, BAG_SIGNATURE) == 0;
		if (!expected)
			differ(k, "added", path, "it was not there when the bundle was sealed");
	}
	for (size_t i = 0; i < k->payload.count; i++)
		if (!in_payload(k->payload.files[i].path))
			differ(k, "broken", BAG_MANIFEST, "it names a file outside data/");
	static const char *const needed[] = { BAG_DECLARATION, BAG_INFO, BAG_HOW_TO, BAG_MANIFEST };
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (bag_list_find(&k->tags, needed[i]) == NULL)
			differ(k, "broken", BAG_TAG_MANIFEST, "it does not name every file beside data/");
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
		differ(k, "broken", BAG_DECLARATION, "it does not declare a BagIt 1.0 bag in UTF-8");
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
		differ(k, "changed", BAG_INFO, "Payload-Oxum says another number or size of files than there are");
	return TRIAGE_OK;
}

/* --- custody and database --- */

static enum triage_status
check_custody(struct check *k, struct triage_error *err)
{
	uint64_t lines;
	struct triage_error why;
	const struct bag_file *there = bag_list_find(&k->there, "data/custody.jsonl");
	if (there == NULL || !there->regular) {
		if (bag_list_find(&k->payload, "data/custody.jsonl") == NULL)
			differ(k, "missing", "data/custody.jsonl", "a sealed bundle has a chain of custody");
		return TRIAGE_OK;
	}
	enum triage_status st = bag_read(k->bundle, "data/custody.jsonl", CUSTODY_MAX, &k->custody, err);
	if (st != TRIAGE_OK)
		return st;
	st = custody_check(buf_cstr(&k->custody), k->custody.size, &lines, &why);
	if (st == TRIAGE_E_FORMAT)
		differ(k, "broken", "data/custody.jsonl", why.text);
	else if (st != TRIAGE_OK)
		*err = why;
	else if (lines == 0)
		differ(k, "broken", "data/custody.jsonl", "the chain is empty");
	return st == TRIAGE_E_FORMAT ? TRIAGE_OK : st;
}

static enum triage_status
compare_custody(struct check *k, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_BUF text;
	buf_init(&text, CUSTODY_MAX);
	enum triage_status st = case_rows(reader, CASE_CUSTODY, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK)
		custody_row_line(&text, c);
	case_cursor_close(c);
	if (st != TRIAGE_END)
		return st;
	if (text.failed || text.size != k->custody.size || memcmp(buf_cstr(&text), buf_cstr(&k->custody), text.size) != 0)
		differ(k, "broken", "data/custody.jsonl", "it is not the chain that data/case.db holds");
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
			differ(k, "missing", "data/case.db", "a sealed bundle has a case database");
		return TRIAGE_OK;
	}
	buf_format(&path, "%s/data/case.db", k->bundle);
	enum triage_status st = buf_check(&path, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_open(path.data, &reader, &why);
	if (st == TRIAGE_OK) {
		st = case_check(reader, &why);
		if (st == TRIAGE_OK)
			st = compare_custody(k, reader, &why);
		case_reader_close(reader);
	}
	if (st == TRIAGE_E_MEMORY)
		*err = why;
	else if (st != TRIAGE_OK)
		differ(k, "broken", "data/case.db", why.text);
	return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;
}

/* --- all of it --- */

static enum triage_status
check_all(struct check *k, struct triage_error *err)
{
	enum triage_status st = load_manifest(k, BAG_TAG_MANIFEST, &k->tags, err);
	if (st == TRIAGE_OK)
		st = load_manifest(k, BAG_MANIFEST, &k->payload, err);
	if (st == TRIAGE_OK)
		st = check_list(k, &k->tags, BAG_TAG_MANIFEST, err);
	if (st == TRIAGE_OK)
		st = check_list(k, &k->payload, BAG_MANIFEST, err);
	if (st != TRIAGE_OK)
		return st;
	check_added(k);
	st = check_declaration(k, err);
	if (st == TRIAGE_OK)
		st = check_sum(k, err);
	if (st == TRIAGE_OK)
		st = check_custody(k, err);
	return st == TRIAGE_OK ? check_database(k, err) : st;
}

static enum triage_status
verify(struct check *k, struct triage_error *err)
{
	enum triage_status st = bag_list_folder(&k->there, k->bundle, "", true, err);
	if (st != TRIAGE_OK)
		return st;
	bag_list_sort(&k->there);
	static const char *const sealed[] = { BAG_MANIFEST, BAG_TAG_MANIFEST };
	for (size_t i = 0; i < sizeof(sealed) / sizeof(sealed[0]); i++) {
		const struct bag_file *there = bag_list_find(&k->there, sealed[i]);
		if (there == NULL || !there->regular)
			differ(k, "not sealed", sealed[i], "it is missing: the bundle was never finished, or its seal was taken away");
	}
	return k->differences == 0 ? check_all(k, err) : TRIAGE_OK;
}

enum triage_status
bag_verify(const char *bundle, void (*tell)(void *ctx, const char *line), void *ctx, struct triage_error *err)
{
	struct check k = { .bundle = bundle, .tell = tell, .ctx = ctx };
	buf_init(&k.custody, CUSTODY_MAX);
	enum triage_status st = verify(&k, err);
	bag_list_release(&k.there);
	bag_list_release(&k.payload);
	bag_list_release(&k.tags);
	buf_release(&k.custody);
	if (st == TRIAGE_OK && k.differences > 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s is not what was sealed: %" PRIu64 " difference%s", bundle, k.differences,
		    k.differences == 1 ? "" : "s");
		return TRIAGE_E_FORMAT;
	}
	return st;
}

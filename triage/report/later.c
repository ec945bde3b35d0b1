/* later.c - the chain of custody goes on after the seal: one file an act. */
#include "triage/report/later.h"

#include "triage/base/digest.h"
#include "triage/base/json.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/bag_inside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_ROOM = 1 << 16, CUSTODY_MAX = 1 << 30, TAG_MAX = 16 << 20 };

/* --- reading --- */

static enum triage_status
not_sealed(const char *bundle, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%.180s is not a sealed bundle", bundle);
	return TRIAGE_E_FORMAT;
}

/* The bundle is sealed, and its tag manifest has this digest. */
static enum triage_status
read_seal(const char *bundle, char ret_digest[65], struct triage_error *err)
{
	uint64_t size;
	struct triage_error why;
	char manifest[65];
	if (bag_hash(bundle, BAG_MANIFEST, manifest, &size, &why) != TRIAGE_OK || bag_hash(bundle, BAG_TAG_MANIFEST, ret_digest, &size, &why) != TRIAGE_OK)
		return not_sealed(bundle, err);
	return TRIAGE_OK;
}

/* custody/000007.json, without line end */
static void
file_of(uint64_t seq, const char *suffix, char out[64])
{
	snprintf(out, 64, BAG_LATER "/%06ju.json%s", (uintmax_t)seq, suffix);
}

static int64_t
time_of(const char *line, size_t size)
{
	char text[WHEN_TEXT_SIZE] = "";
	int64_t ns = TRIAGE_TIME_NONE;
	/* ..."time":"2026-11-28T10:00:00.000000000Z"}: its place is fixed from the end */
	if (size > 33)
		snprintf(text, sizeof(text), "%.30s", line + size - 32);
	return when_parse(text, &ns) ? ns : TRIAGE_TIME_NONE;
}

static enum triage_status
walk_later(const char *bundle, const struct bag_list *list, struct later_end *end, void (*visit)(void *ctx, const struct later_act *act), void *ctx,
    struct triage_error *err)
{
	SCOPED_BUF text;
	buf_init(&text, LATER_FILE_MAX);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < list->count && st == TRIAGE_OK; i++) {
		const char *path = list->files[i].path;
		size_t size = strlen(path);
		if (size < 5 || strcmp(path + size - 5, ".json") != 0)
			continue;
		char wanted[64];
		file_of(end->chain.acts + 1, "", wanted);
		st = bag_read(bundle, path, LATER_FILE_MAX, &text, err);
		if (st == TRIAGE_OK && (strcmp(path, wanted) != 0 || text.size == 0 || memchr(text.data, '\n', text.size) != text.data + text.size - 1)) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the later acts are broken at %.80s (%s was to come)", path, wanted);
			st = TRIAGE_E_FORMAT;
		}
		if (st == TRIAGE_OK)
			st = custody_follow(&end->chain, buf_cstr(&text), text.size, err);
		if (st != TRIAGE_OK || visit == NULL)
			continue;
		struct later_act act = { .seq = end->chain.acts, .file = path, .line = text.data, .size = text.size - 1,
		    .time = time_of(text.data, text.size - 1) };
		memcpy(act.hash, end->chain.last, sizeof(act.hash));
		visit(ctx, &act);
	}
	return st;
}

static enum triage_status
follow_sealed(const char *bundle, struct later_end *end, struct triage_error *err)
{
	SCOPED_BUF text;
	buf_init(&text, CUSTODY_MAX);
	enum triage_status st = bag_read(bundle, BAG_CUSTODY, CUSTODY_MAX, &text, err);
	if (st == TRIAGE_OK)
		st = custody_follow(&end->chain, buf_cstr(&text), text.size, err);
	end->sealed = end->chain.acts;
	return st;
}

enum triage_status
later_begin(const char *bundle, const char tag_manifest[65], struct later_end *ret_end, struct triage_error *err)
{
	struct later_end end = { .sealed = 0 };
	memcpy(end.tag_manifest, tag_manifest, sizeof(end.tag_manifest));
	enum triage_status st = follow_sealed(bundle, &end, err);
	if (st == TRIAGE_OK)
		*ret_end = end;
	return st;
}

static bool
there_is(const char *bundle, const char *name)
{
	struct stat info;
	SCOPED_BUF path;
	buf_init(&path, PATH_ROOM);
	buf_format(&path, "%s/%s", bundle, name);
	return !path.failed && lstat(path.data, &info) == 0;
}

enum triage_status
later_walk(const char *bundle, struct later_end *ret_end, void (*visit)(void *ctx, const struct later_act *act), void *ctx, struct triage_error *err)
{
	struct later_end end = { .sealed = 0 };
	struct bag_list list = { 0 };
	enum triage_status st = read_seal(bundle, end.tag_manifest, err);
	if (st == TRIAGE_OK)
		st = follow_sealed(bundle, &end, err);
	if (st == TRIAGE_OK && there_is(bundle, BAG_LATER))
		st = bag_list_folder(&list, bundle, BAG_LATER, false, err);
	bag_list_sort(&list);
	if (st == TRIAGE_OK)
		st = walk_later(bundle, &list, &end, visit, ctx, err);
	bag_list_release(&list);
	if (st == TRIAGE_OK)
		*ret_end = end;
	return st;
}

/* --- writing --- */

static enum triage_status
make_folder(const char *bundle, struct triage_error *err)
{
	SCOPED_BUF path;
	buf_init(&path, PATH_ROOM);
	if (there_is(bundle, BAG_LATER))
		return TRIAGE_OK;
	buf_format(&path, "%s/" BAG_LATER, bundle);
	enum triage_status st = buf_check(&path, err);
	if (st == TRIAGE_OK)
		st = output_folder(path.data, err);
	return st == TRIAGE_OK ? output_sync_folder(bundle, err) : st;
}

static enum triage_status
remove_one(const char *bundle, const char *name, struct triage_error *err)
{
	SCOPED_BUF path;
	buf_init(&path, PATH_ROOM);
	buf_format(&path, "%s/%s", bundle, name);
	enum triage_status st = buf_check(&path, err);
	if (st == TRIAGE_OK && remove(path.data) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot remove %s", path.data);
		st = TRIAGE_E_IO;
	}
	return st;
}

/* The signature first: the act is what makes both count. */
static enum triage_status
put_act(const char *bundle, const struct later_end *end, const struct buf *line, const struct triage_signer *signer, struct triage_error *err)
{
	char file[64], signature_file[64];
	file_of(end->chain.acts + 1, "", file);
	file_of(end->chain.acts + 1, ".p7s", signature_file);
	enum triage_status st = TRIAGE_OK;
	if (!there_is(bundle, file) && there_is(bundle, signature_file))
		st = remove_one(bundle, signature_file, err);	/* of an attempt that ended before its act was there */
	if (st == TRIAGE_OK && signer != NULL) {
		size_t size = 0;
		SCOPED_FREE uint8_t *signature = malloc(TRIAGE_SIGNATURE_MAX);
		if (signature == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the signature");
			return TRIAGE_E_MEMORY;
		}
		st = signer->sign(signer->ctx, line->data, line->size, signature, &size, err);
		if (st == TRIAGE_OK)
			st = bag_put(bundle, signature_file, signature, size, err);
	}
	return st == TRIAGE_OK ? bag_put(bundle, file, line->data, line->size, err) : st;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct later_member *)a)->key, ((const struct later_member *)b)->key);
}

/* What the act tells, and what binds it to this seal and this signer, in the order of the keys. */
static void
put_detail(struct buf *out, const struct later_end *end, const struct later_member *members, const struct triage_signer *signer)
{
	struct later_member all[LATER_MEMBERS_MAX + 3];
	size_t count = 0;
	for (; count < LATER_MEMBERS_MAX && members[count].key != NULL; count++)
		all[count] = members[count];
	if (signer != NULL) {
		all[count++] = (struct later_member){ "certificate", signer->fingerprint };
		all[count++] = (struct later_member){ "signer", signer->who };
	}
	all[count++] = (struct later_member){ "tag_manifest", end->tag_manifest };
	qsort(all, count, sizeof(all[0]), by_key);
	for (size_t i = 0; i < count; i++) {
		buf_format(out, "%s\"%s\":", i > 0 ? "," : "{", all[i].key);
		text_json_string(out, all[i].value);
	}
	buf_char(out, '}');
}

enum triage_status
later_add(const char *bundle, struct later_end *end, const char *actor, const char *action, const struct later_member *members,
    const struct triage_signer *signer, struct triage_error *err)
{
	SCOPED_BUF detail, line;
	buf_init(&detail, LATER_FILE_MAX / 2);
	buf_init(&line, LATER_FILE_MAX);
	put_detail(&detail, end, members, signer);
	struct custody_entry e = { .seq = end->chain.acts + 1, .time = when_now(), .actor = actor, .action = action, .detail = buf_cstr(&detail) };
	memset(e.previous_hash, '0', 64);
	if (end->chain.acts > 0)
		memcpy(e.previous_hash, end->chain.last, 64);
	enum triage_status st = buf_check(&detail, err);
	if (st == TRIAGE_OK)
		st = custody_seal(&e, err);
	custody_line(&line, &e);
	buf_char(&line, '\n');
	if (st == TRIAGE_OK)
		st = buf_check(&line, err);
	if (st == TRIAGE_OK)
		st = make_folder(bundle, err);
	if (st == TRIAGE_OK)
		st = put_act(bundle, end, &line, signer, err);
	if (st != TRIAGE_OK)
		return st;
	end->chain.acts++;
	memcpy(end->chain.last, e.hash, sizeof(e.hash));
	return TRIAGE_OK;
}

enum triage_status
later_clear(const char *bundle, struct triage_error *err)
{
	struct bag_list list = { 0 };
	if (!there_is(bundle, BAG_LATER))
		return TRIAGE_OK;
	enum triage_status st = bag_list_folder(&list, bundle, BAG_LATER, false, err);
	for (size_t i = 0; i <= list.count && st == TRIAGE_OK; i++)
		st = remove_one(bundle, i < list.count ? list.files[i].path : BAG_LATER, err);
	bag_list_release(&list);
	return st;
}

/*
 * bag.c - seal a bundle as a BagIt bag (RFC 8493).
 *
 * The manifest appears last, by renaming: a bundle without manifest-sha256.txt is not sealed, whenever the power went.
 * What an attempt before left behind is made anew.
 */
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/when.h"
#include "triage/report/bag_inside.h"
#include "triage/report/later.h"
#include "triage/report/report.h"

#include "triage/base/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define UNFINISHED ".part"

enum { TAG_MANIFEST_MAX = 16 << 20 };

struct seal {
	const char *bundle;
	struct bag_list payload, tags;
	uint64_t octets;
	const struct triage_signer *signer;
};

static enum triage_status
path_of(const struct seal *s, const char *name, const char *suffix, struct buf *out, struct triage_error *err)
{
	buf_clear(out);
	buf_format(out, "%s/%s%s", s->bundle, name, suffix);
	return buf_check(out, err);
}

static enum triage_status
remove_old(const struct seal *s, struct triage_error *err)
{
	/* the manifest first: from here on the bundle is not sealed */
	static const char *const names[] = { BAG_MANIFEST, BAG_TAG_MANIFEST, BAG_SIGNATURE, BAG_STAMP, BAG_SIGNATURE_STAMP, BAG_DECLARATION, BAG_INFO, BAG_HOW_TO, BAG_MANIFEST UNFINISHED,
		BAG_TAG_MANIFEST UNFINISHED };
	SCOPED_BUF path;
	buf_init(&path, 1 << 16);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum triage_status st = path_of(s, names[i], "", &path, err);
		if (st != TRIAGE_OK)
			return st;
		if (unlink(path.data) != 0 && errno != ENOENT) {
			triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot replace %s", path.data);
			return TRIAGE_E_IO;
		}
	}
	return later_clear(s->bundle, err);
}

static enum triage_status
hash_payload(struct seal *s, struct triage_error *err)
{
	enum triage_status st = bag_list_folder(&s->payload, s->bundle, "data", true, err);
	if (st != TRIAGE_OK)
		return st;
	bag_list_sort(&s->payload);
	for (size_t i = 0; i < s->payload.count && st == TRIAGE_OK; i++) {
		struct bag_file *f = &s->payload.files[i];
		st = bag_hash(s->bundle, f->path, f->sha256, &f->size, err);
		s->octets += f->size;
	}
	return st;
}

/* Write a tag file and remember its digest under its final name. */
static enum triage_status
put_tag(struct seal *s, const char *name, const char *suffix, const struct buf *text, char ret_sha256[65], struct triage_error *err)
{
	struct output *o;
	struct bag_file *file;
	SCOPED_BUF path;
	buf_init(&path, 1 << 16);
	enum triage_status st = buf_check(text, err);
	if (st == TRIAGE_OK)
		st = path_of(s, name, suffix, &path, err);
	if (st == TRIAGE_OK)
		st = output_create(path.data, &o, err);
	if (st != TRIAGE_OK)
		return st;
	output_buf(o, text);
	st = output_finish(o, ret_sha256, err);
	if (st == TRIAGE_OK)
		st = bag_list_add(&s->tags, name, strlen(name), &file, err);
	if (st == TRIAGE_OK)
		memcpy(file->sha256, ret_sha256, 65);
	return st;
}

/* One element; a value is one line. Elements without value are left out. */
static void
element(struct buf *b, const char *label, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	buf_format(b, "%s: ", label);
	for (const char *p = value; *p != '\0'; p++)
		buf_char(b, *p == '\n' || *p == '\r' ? ' ' : *p);
	buf_char(b, '\n');
}

static void
info_text(const struct seal *s, const struct bag_info *info, struct buf *b)
{
	char date[WHEN_TEXT_SIZE], sum[64];
	when_text(when_now(), 0, "Z", date);
	date[10] = '\0';
	snprintf(sum, sizeof(sum), "%ju.%zu", (uintmax_t)s->octets, s->payload.count);
	element(b, "Source-Organization", info->source_organization);
	element(b, "Contact-Name", info->contact_name);
	element(b, "External-Identifier", info->external_identifier);
	element(b, "External-Description", info->external_description);
	element(b, "Bagging-Date", info->bagging_date != NULL && info->bagging_date[0] != '\0' ? info->bagging_date : date);
	element(b, "Payload-Oxum", sum);
	element(b, "Bag-Software-Agent", info->software_agent);
	for (size_t i = 0; i < info->triage_count; i++)
		element(b, info->triage_keys[i], info->triage_values[i]);
	if (s->signer != NULL) {
		element(b, BAG_SIGNER, s->signer->who);
		element(b, BAG_SIGNER_CERTIFICATE, s->signer->fingerprint);
	}
}

static enum triage_status
put_texts(struct seal *s, const struct bag_info *info, struct triage_error *err)
{
	char digest[65];
	SCOPED_BUF b;
	buf_init(&b, 16 << 20);
	buf_text(&b, bag_declaration_text);
	enum triage_status st = put_tag(s, BAG_DECLARATION, "", &b, digest, err);
	if (st != TRIAGE_OK)
		return st;
	buf_clear(&b);
	info_text(s, info, &b);
	st = put_tag(s, BAG_INFO, "", &b, digest, err);
	if (st != TRIAGE_OK)
		return st;
	buf_clear(&b);
	for (size_t i = 0; bag_how_to_text[i] != NULL; i++)
		buf_text(&b, bag_how_to_text[i]);
	return put_tag(s, BAG_HOW_TO, "", &b, digest, err);
}

static enum triage_status
put_manifest(struct seal *s, struct bag_list *list, const char *name, char ret_sha256[65], struct triage_error *err)
{
	SCOPED_BUF b;
	buf_init(&b, (size_t)1 << 30);
	bag_list_sort(list);
	for (size_t i = 0; i < list->count; i++)
		bag_manifest_line(&b, &list->files[i]);
	return put_tag(s, name, UNFINISHED, &b, ret_sha256, err);
}

static enum triage_status
give_name(const struct seal *s, const char *name, struct triage_error *err)
{
	SCOPED_BUF from, to;
	buf_init(&from, 1 << 16);
	buf_init(&to, 1 << 16);
	enum triage_status st = path_of(s, name, UNFINISHED, &from, err);
	if (st == TRIAGE_OK)
		st = path_of(s, name, "", &to, err);
	if (st != TRIAGE_OK)
		return st;
	if (fault_hit() || rename(from.data, to.data) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot name %s", to.data);
		return TRIAGE_E_IO;
	}
	return output_sync_folder(s->bundle, err);
}

static enum triage_status
sync_folders(const struct seal *s, struct triage_error *err)
{
	SCOPED_BUF path;
	buf_init(&path, 1 << 16);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = s->payload.folder_count; i-- > 0 && st == TRIAGE_OK;) {
		st = path_of(s, s->payload.folders[i], "", &path, err);
		if (st == TRIAGE_OK)
			st = output_sync_folder(path.data, err);
	}
	return st;
}

/* The name may not last: what was not sealed for good must not look sealed. Returns why. */
static enum triage_status
take_back(const struct seal *s, enum triage_status why)
{
	SCOPED_BUF path;
	buf_init(&path, 1 << 16);
	if (path_of(s, BAG_MANIFEST, "", &path, NULL) == TRIAGE_OK)
		unlink(path.data);
	return why;
}

/* Everything beside data/, with the manifests under their unfinished names. */
static enum triage_status
put_tags(struct seal *s, const struct bag_info *info, char *ret_seal, struct triage_error *err)
{
	char digest[65];
	bag_list_release(&s->tags);
	enum triage_status st = put_texts(s, info, err);
	if (st == TRIAGE_OK)
		st = put_manifest(s, &s->payload, BAG_MANIFEST, digest, err);
	return st == TRIAGE_OK ? put_manifest(s, &s->tags, BAG_TAG_MANIFEST, ret_seal, err) : st;
}

static enum triage_status
put_signature(struct seal *s, const char *digest, struct triage_error *err)
{
	struct later_end end;
	SCOPED_BUF text;
	buf_init(&text, TAG_MANIFEST_MAX);
	enum triage_status st = bag_read(s->bundle, BAG_TAG_MANIFEST UNFINISHED, TAG_MANIFEST_MAX, &text, err);
	if (st == TRIAGE_OK)
		st = later_begin(s->bundle, digest, &end, err);
	return st == TRIAGE_OK ? later_put_signature(s->bundle, &end, buf_cstr(&text), text.size, s->signer, err) : st;
}

/* What cannot be signed is sealed without a signature, and does not say that it has one. */
static enum triage_status
put_signed_tags(struct seal *s, const struct bag_info *info, char *ret_seal, struct triage_error *err)
{
	struct triage_error why = { 0 };
	s->signer = info->signer;
	enum triage_status st = put_tags(s, info, ret_seal, err);
	if (st != TRIAGE_OK || s->signer == NULL || put_signature(s, ret_seal, &why) == TRIAGE_OK)
		return st;
	if (info->unsigned_why != NULL)
		*info->unsigned_why = why;
	s->signer = NULL;
	st = remove_old(s, err);
	return st == TRIAGE_OK ? put_tags(s, info, ret_seal, err) : st;
}

static enum triage_status
seal(struct seal *s, const struct bag_info *info, char *ret_seal, struct triage_error *err)
{
	enum triage_status st = remove_old(s, err);
	if (st == TRIAGE_OK)
		st = hash_payload(s, err);
	if (st == TRIAGE_OK)
		st = sync_folders(s, err);
	if (st == TRIAGE_OK)
		st = put_signed_tags(s, info, ret_seal, err);
	if (st == TRIAGE_OK)
		st = give_name(s, BAG_TAG_MANIFEST, err);
	if (st != TRIAGE_OK)
		return st;
	st = give_name(s, BAG_MANIFEST, err);
	return st == TRIAGE_OK ? st : take_back(s, st);
}

enum triage_status
bag_seal(const char *bundle, const struct bag_info *info, char *ret_seal, struct triage_error *err)
{
	struct seal s = { .bundle = bundle };
	char digest[65];
	enum triage_status st = seal(&s, info, digest, err);
	bag_list_release(&s.payload);
	bag_list_release(&s.tags);
	if (st == TRIAGE_OK)
		memcpy(ret_seal, digest, sizeof(digest));
	return st;
}

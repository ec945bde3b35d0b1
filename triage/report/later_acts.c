/* later_acts.c - the acts after the seal: handed over, signed, time-stamped. */
#include "triage/report/later.h"

#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/bag_inside.h"
#include "triage/report/cms.h"

#include <errno.h>
#include <string.h>

enum { TAG_MAX = 16 << 20 };

enum triage_status
later_hand_over(const char *bundle, const struct hand_over *h, const struct triage_signer *signer, char ret_number[65], struct triage_error *err)
{
	struct later_end end;
	const struct later_member members[] = { { "from", h->from }, { "place", h->place }, { "reason", h->reason }, { "seal", h->seal }, { "to", h->to },
		{ NULL, NULL } };
	enum triage_status st = later_walk(bundle, &end, NULL, NULL, err);
	if (st == TRIAGE_OK)
		st = later_add(bundle, &end, h->from, "handed-over", members, signer, err);
	if (st == TRIAGE_OK)
		memcpy(ret_number, end.chain.last, 65);
	return st;
}

/* A file that came later, named in an act with its digest: that it is taken away or replaced shows. */
static enum triage_status
put_file(const char *bundle, struct later_end *end, const char *file, const void *data, size_t size, const char *action,
    struct later_member first, struct later_member second, struct triage_error *err)
{
	char digest[65];
	digest_sha256_hex(data, size, digest);
	const struct later_member members[] = { first, second, { "file", file }, { "sha256", digest }, { NULL, NULL } };
	enum triage_status st = bag_put(bundle, file, data, size, err);
	return st == TRIAGE_OK ? later_add(bundle, end, "triage", action, members, NULL, err) : st;
}

enum triage_status
later_put_signature(const char *bundle, struct later_end *end, const void *text, size_t size, const struct triage_signer *signer, struct triage_error *err)
{
	size_t length = 0;
	SCOPED_FREE uint8_t *signature = malloc(TRIAGE_SIGNATURE_MAX);
	if (signature == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the signature");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = signer->sign(signer->ctx, text, size, signature, &length, err);
	if (st != TRIAGE_OK)
		return st;
	return put_file(bundle, end, BAG_SIGNATURE, signature, length, "signed", (struct later_member){ "by", signer->who },
	    (struct later_member){ "by_certificate", signer->fingerprint }, err);
}

enum triage_status
later_sign(const char *bundle, const struct triage_signer *signer, char ret_number[65], struct triage_error *err)
{
	struct later_end end;
	struct triage_error why;
	SCOPED_BUF text, there;
	buf_init(&text, TAG_MAX);
	buf_init(&there, CMS_FILE_MAX);
	enum triage_status st = later_walk(bundle, &end, NULL, NULL, err);
	if (st == TRIAGE_OK)
		st = bag_read(bundle, BAG_TAG_MANIFEST, TAG_MAX, &text, err);
	if (st != TRIAGE_OK)
		return st;
	if (bag_read(bundle, BAG_SIGNATURE, CMS_FILE_MAX, &there, &why) == TRIAGE_OK || why.sys_errno != ENOENT) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%.180s is signed already; verify says by whom", bundle);
		return TRIAGE_E_USAGE;
	}
	st = later_put_signature(bundle, &end, buf_cstr(&text), text.size, signer, err);
	if (st == TRIAGE_OK)
		memcpy(ret_number, end.chain.last, 65);
	return st;
}

/* --- time stamps --- */

static enum triage_status
stamped_file(const char *bundle, struct buf *text, const char **ret_file, struct triage_error *err)
{
	struct triage_error why;
	*ret_file = BAG_SIGNATURE;
	enum triage_status st = bag_read(bundle, BAG_SIGNATURE, CMS_FILE_MAX, text, &why);
	if (st == TRIAGE_OK)
		return st;
	if (why.sys_errno != ENOENT) {
		*err = why;
		return st;
	}
	*ret_file = BAG_TAG_MANIFEST;
	return bag_read(bundle, BAG_TAG_MANIFEST, TAG_MAX, text, err);
}

enum triage_status
later_stamp_query(const char *bundle, struct buf *out, const char **ret_file, struct triage_error *err)
{
	struct later_end end;
	SCOPED_BUF text;
	buf_init(&text, TAG_MAX);
	enum triage_status st = later_walk(bundle, &end, NULL, NULL, err);
	if (st == TRIAGE_OK)
		st = stamped_file(bundle, &text, ret_file, err);
	return st == TRIAGE_OK ? stamp_query(buf_cstr(&text), text.size, out, err) : st;
}

enum triage_status
later_stamp_reply(const char *bundle, const void *reply, size_t size, const char *trust, int64_t *ret_time, char *ret_who, char ret_number[65],
    struct triage_error *err)
{
	struct later_end end;
	struct cms_result r;
	char time[WHEN_TEXT_SIZE];
	const char *file = "";
	SCOPED_BUF text;
	buf_init(&text, TAG_MAX);
	enum triage_status st = later_walk(bundle, &end, NULL, NULL, err);
	if (st == TRIAGE_OK)
		st = stamped_file(bundle, &text, &file, err);
	if (st == TRIAGE_OK)
		st = stamp_check(reply, size, buf_cstr(&text), text.size, trust, &r, err);
	if (st == TRIAGE_OK && r.trust == CMS_UNTRUSTED) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%.80s is not trusted by the certificates of --trust: %.100s", r.who, r.why);
		st = TRIAGE_E_FORMAT;
	}
	if (st != TRIAGE_OK)
		return st;
	st = put_file(bundle, &end, strcmp(file, BAG_SIGNATURE) == 0 ? BAG_SIGNATURE_STAMP : BAG_STAMP, reply, size, "time-stamped",
	    (struct later_member){ "authority", r.who }, (struct later_member){ "stamped", when_text(r.time, 0, "Z", time) }, err);
	if (st != TRIAGE_OK)
		return st;
	*ret_time = r.time;
	memcpy(ret_who, r.who, sizeof(r.who));
	memcpy(ret_number, end.chain.last, 65);
	return TRIAGE_OK;
}

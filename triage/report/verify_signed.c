/* verify_signed.c - the signature of the tag manifest and the time stamps: is it theirs, over this, and whose is it? */
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/report/cms.h"
#include "triage/report/verify_inside.h"

#include <stdio.h>
#include <string.h>

enum { TAG_MAX = 16 << 20 };

static void
put_list(const struct cms_result *r, struct buf *out)
{
	char made[WHEN_TEXT_SIZE], due[WHEN_TEXT_SIZE];
	buf_format(out, "; not revoked, by the list of %s", when_text(r->list_time, 0, "Z", made));
	if (r->list_next != TRIAGE_TIME_NONE && r->list_next < when_now())
		buf_format(out, " (a newer one was due on %s: ask for it)", when_text(r->list_next, 0, "Z", due));
}

/* Into room, which it clears. */
static const char *
trust_words(const struct check *k, const struct cms_result *r, struct buf *room)
{
	buf_clear(room);
	if (k->options->trust == NULL)
		return "whether that certificate can be trusted was not checked (--trust CA.pem does)";
	if (r->trust != CMS_TRUSTED)
		return "it is not trusted by what stands in --trust";
	buf_text(room, "a chain leads to a certificate of --trust");
	if (r->looked_up)
		put_list(r, room);
	else
		buf_text(room, "; revocation was not looked up, for want of a list (CRL) of each issuer in --trust");
	return buf_cstr(room);
}

/* --- time stamps --- */

/* over: the file that it stamps, whose bytes are in content. ret_time: when it is good and not untrusted. */
static enum triage_status
check_stamp(struct check *k, const char *name, const char *over, const struct buf *content, int64_t *ret_time, struct triage_error *err)
{
	struct cms_result r;
	struct triage_error why = { 0 };
	char time[WHEN_TEXT_SIZE];
	SCOPED_BUF der, words;
	buf_init(&der, CMS_FILE_MAX);
	buf_init(&words, 1 << 12);
	*ret_time = TRIAGE_TIME_NONE;
	if (verify_plain(k, name) == NULL) {
		if (bag_list_find(&k->there, name) != NULL)
			verify_differ(k, "changed", name, "it is no plain file any more");
		return TRIAGE_OK;
	}
	if (content == NULL) {
		verify_differ_format(k, "broken", name, "what it stamps, %s, is gone", over);
		return TRIAGE_OK;
	}
	enum triage_status st = bag_read(k->bundle, name, CMS_FILE_MAX, &der, &why);
	if (st == TRIAGE_OK)
		st = stamp_check(buf_cstr(&der), der.size, buf_cstr(content), content->size, k->options->trust, &r, &why);
	if (st == TRIAGE_E_FORMAT || st == TRIAGE_E_LIMIT) {
		verify_differ_format(k, "time stamp", name, "%s", why.text);
		return TRIAGE_OK;
	}
	if (st != TRIAGE_OK) {
		*err = why;
		return st;
	}
	when_text(r.time, 0, "Z", time);
	verify_note(k, "time stamp: %s was there on %s, says %s; %s", over, time, r.who, trust_words(k, &r, &words));
	if (r.trust == CMS_UNTRUSTED)
		verify_differ_format(k, "time stamp", name, "its authority, %s, is not trusted: %s", r.who, r.why);
	else
		*ret_time = r.time;
	return TRIAGE_OK;
}

/* --- the signature --- */

/* What bag-info.txt says that it was sealed to be signed with; "" for nothing. */
static enum triage_status
expected_signer(struct check *k, char certificate[65], char *who, size_t room, struct triage_error *err)
{
	SCOPED_BUF text, value, shown;
	buf_init(&text, TAG_MAX);
	buf_init(&value, TAG_MAX);
	buf_init(&shown, TAG_MAX);
	certificate[0] = who[0] = '\0';
	enum triage_status st = verify_plain(k, BAG_INFO) == NULL ? TRIAGE_OK : bag_read(k->bundle, BAG_INFO, TAG_MAX, &text, err);
	if (st != TRIAGE_OK)
		return st;
	bag_element(buf_cstr(&text), BAG_SIGNER_CERTIFICATE, &value);
	snprintf(certificate, 65, "%s", buf_cstr(&value));
	bag_element(buf_cstr(&text), BAG_SIGNER, &value);
	text_display(&shown, buf_cstr(&value), value.size);
	snprintf(who, room, "%s", buf_cstr(&shown));
	st = buf_check(&value, err);
	return st == TRIAGE_OK ? buf_check(&shown, err) : st;
}

static void
tell_signature(struct check *k, const struct cms_result *r, int64_t stamped)
{
	char time[WHEN_TEXT_SIZE];
	SCOPED_BUF words;
	buf_init(&words, 1 << 12);
	when_text(r->time, 0, "Z", time);
	verify_note(k, "signature: by %s", r->who);
	verify_note(k, "signature: certificate %s of %s, SHA-256 %s", r->serial, r->issuer, r->fingerprint);
	if (r->time == TRIAGE_TIME_NONE)
		verify_note(k, "signature: it does not say when it was made");
	else
		verify_note(k, "signature: made on %s, as the signer's clock had it%s", time, stamped != TRIAGE_TIME_NONE ? "; the time stamp bears it out" : "");
	verify_note(k, "signature: %s", trust_words(k, r, &words));
	int64_t now = when_now();
	if (r->not_after != TRIAGE_TIME_NONE && now > r->not_after && stamped == TRIAGE_TIME_NONE) {
		when_text(r->not_after, 0, "Z", time);
		verify_note(k, "signature: the certificate has expired since, on %s; only a time stamp would prove that the signature is older", time);
	}
}

static enum triage_status
check_signature(struct check *k, const struct buf *der, int64_t stamped, struct triage_error *err)
{
	struct cms_result r;
	struct triage_error why = { 0 };
	char certificate[65], who[CMS_NAME_MAX];
	enum triage_status st = cms_check(buf_cstr(der), der->size, buf_cstr(&k->tag_manifest), k->tag_manifest.size, k->options->trust, stamped, &r, &why);
	if (st == TRIAGE_E_FORMAT) {
		verify_differ_format(k, "signature", BAG_SIGNATURE, "%s", why.text);
		return TRIAGE_OK;
	}
	if (st != TRIAGE_OK) {
		*err = why;
		return st;
	}
	tell_signature(k, &r, stamped);
	st = expected_signer(k, certificate, who, sizeof(who), err);
	if (st != TRIAGE_OK)
		return st;
	if (certificate[0] != '\0' && strcmp(certificate, r.fingerprint) != 0)
		verify_differ_format(k, "signature", BAG_SIGNATURE, "it is of %s, but the bundle was sealed to be signed by %s", r.who, who);
	if (r.time != TRIAGE_TIME_NONE && (r.time < r.not_before || r.time > r.not_after))
		verify_differ_format(k, "signature", BAG_SIGNATURE, "it says that it was made when the certificate of %s was not valid", r.who);
	if (r.trust == CMS_UNTRUSTED)
		verify_differ_format(k, "signature", BAG_SIGNATURE, "its signer, %s, is not trusted: %s", r.who, r.why);
	return TRIAGE_OK;
}

static enum triage_status
no_signature(struct check *k, struct triage_error *err)
{
	char certificate[65], who[CMS_NAME_MAX];
	enum triage_status st = expected_signer(k, certificate, who, sizeof(who), err);
	if (st != TRIAGE_OK)
		return st;
	if (bag_list_find(&k->there, BAG_SIGNATURE) != NULL)
		verify_differ(k, "changed", BAG_SIGNATURE, "it is no plain file any more");
	else if (certificate[0] != '\0')
		verify_differ_format(k, "missing", BAG_SIGNATURE, "the bundle was signed by %s when it was sealed", who);
	else
		verify_note(k, "signature: none");
	return TRIAGE_OK;
}

enum triage_status
verify_signed(struct check *k, struct triage_error *err)
{
	int64_t stamped = TRIAGE_TIME_NONE, ignored;
	struct triage_error why = { 0 };
	SCOPED_BUF der;
	buf_init(&der, CMS_FILE_MAX);
	bool there = verify_plain(k, BAG_SIGNATURE) != NULL;
	enum triage_status st = there ? bag_read(k->bundle, BAG_SIGNATURE, CMS_FILE_MAX, &der, &why) : TRIAGE_OK;
	if (st == TRIAGE_E_LIMIT) {
		verify_differ(k, "signature", BAG_SIGNATURE, "it is too long for a signature");
		return TRIAGE_OK;
	}
	if (st != TRIAGE_OK) {
		*err = why;
		return st;
	}
	st = check_stamp(k, BAG_STAMP, BAG_TAG_MANIFEST, &k->tag_manifest, &ignored, err);
	if (st == TRIAGE_OK)
		st = check_stamp(k, BAG_SIGNATURE_STAMP, BAG_SIGNATURE, there ? &der : NULL, &stamped, err);
	if (st != TRIAGE_OK)
		return st;
	return there ? check_signature(k, &der, stamped, err) : no_signature(k, err);
}

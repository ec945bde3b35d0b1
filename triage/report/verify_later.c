/* verify_later.c - what was done after the seal: the chain that goes on, and the files that its acts name. */
#include "triage/base/digest.h"
#include "triage/base/when.h"
#include "triage/report/cms.h"
#include "triage/report/later.h"
#include "triage/report/verify_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool
verify_is_later(const char *path)
{
	size_t prefix = sizeof(BAG_LATER);	/* with the slash for its NUL */
	if (strncmp(path, BAG_LATER "/", prefix) != 0)
		return false;
	size_t digits = 0;
	while (isdigit((unsigned char)path[prefix + digits]))
		digits++;
	const char *rest = path + prefix + digits;
	return digits >= 6 && (strcmp(rest, ".json") == 0 || strcmp(rest, ".json.p7s") == 0);
}

static bool
ends_with(const char *path, const char *end)
{
	size_t size = strlen(path), length = strlen(end);
	return size > length && strcmp(path + size - length, end) == 0;
}

/* --- one act --- */

/* The file that came with the act is still the one that came. */
static enum triage_status
check_named_file(struct check *k, const char *path, const struct later_words *w, struct triage_error *err)
{
	char sha256[65];
	uint64_t size;
	static const char *const files[] = { BAG_SIGNATURE, BAG_STAMP, BAG_SIGNATURE_STAMP };
	if (w->file[0] == '\0')
		return TRIAGE_OK;
	bool known = false;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		known = known || strcmp(w->file, files[i]) == 0;
	if (!known) {
		verify_differ(k, "later act", path, "it names a file that no act brings");
		return TRIAGE_OK;
	}
	if (verify_plain(k, w->file) == NULL) {
		if (bag_list_find(&k->there, w->file) == NULL)
			verify_differ_format(k, "missing", w->file, "the later act %s brought it", path);
		return TRIAGE_OK;
	}
	enum triage_status st = bag_hash(k->bundle, w->file, sha256, &size, err);
	if (st == TRIAGE_OK && strcmp(sha256, w->sha256) != 0)
		verify_differ_format(k, "changed", w->file, "it is not the one that the later act %s brought", path);
	return st;
}

static enum triage_status
check_own_signature(struct check *k, const char *path, const struct buf *text, const struct later_words *w, struct triage_error *err)
{
	struct cms_result r;
	struct triage_error why = { 0 };
	char name[200];
	SCOPED_BUF der;
	buf_init(&der, CMS_FILE_MAX);
	snprintf(name, sizeof(name), "%s.p7s", path);
	bool wanted = w->certificate[0] != '\0', there = verify_plain(k, name) != NULL;
	if (!wanted && bag_list_find(&k->there, name) != NULL)
		verify_differ(k, "added", name, "the act itself does not say that it is signed");
	if (wanted && !there)
		verify_differ_format(k, "missing", name, "the act was signed by %s", w->signer);
	if (!wanted || !there)
		return TRIAGE_OK;
	enum triage_status st = bag_read(k->bundle, name, CMS_FILE_MAX, &der, &why);
	if (st == TRIAGE_OK)
		st = cms_check(buf_cstr(&der), der.size, buf_cstr(text), text->size, k->options->trust, TRIAGE_TIME_NONE, &r, &why);
	if (st == TRIAGE_E_FORMAT || st == TRIAGE_E_LIMIT) {
		verify_differ(k, "signature", name, why.text);
		return TRIAGE_OK;
	}
	if (st != TRIAGE_OK) {
		*err = why;
		return st;
	}
	if (strcmp(r.fingerprint, w->certificate) != 0)
		verify_differ_format(k, "signature", name, "it is of %s, but the act was signed by %s", r.who, w->signer);
	if (r.trust == CMS_UNTRUSTED)
		verify_differ_format(k, "signature", name, "its signer, %s, is not trusted: %s", r.who, r.why);
	verify_note(k, "later act %s: signed by %s%s", path, r.who, r.trust == CMS_TRUSTED ? ", trusted" : "");
	return TRIAGE_OK;
}

static void
tell_act(struct check *k, const char *path, const struct later_words *w)
{
	if (strcmp(w->action, "handed-over") == 0)
		verify_note(k, "later act %s: handed over from %s to %s%s%s", path, w->from, w->to, w->place[0] != '\0' ? ", " : "", w->place);
	else if (strcmp(w->action, "signed") == 0)
		verify_note(k, "later act %s: signed by %s", path, w->by);
	else if (strcmp(w->action, "time-stamped") == 0)
		verify_note(k, "later act %s: time-stamped by %s for %s", path, w->authority, w->stamped);
	else
		verify_note(k, "later act %s: %s by %s", path, w->action, w->actor);
}

static enum triage_status
check_act(struct check *k, const char *path, const struct buf *text, const struct custody_chain *chain, struct triage_error *err)
{
	struct later_words w;
	char wanted[64];
	snprintf(wanted, sizeof(wanted), BAG_LATER "/%06ju.json", (uintmax_t)chain->acts);
	if (strcmp(path, wanted) != 0)
		verify_differ_format(k, "renamed", path, "its act has number %ju", (uintmax_t)chain->acts);
	if (!later_words(text->data, text->size, &w)) {
		verify_differ(k, "later act", path, "it is no act that can be read");
		return TRIAGE_OK;
	}
	if (strcmp(w.tag_manifest, k->seal) != 0)
		verify_differ(k, "later act", path, "it was done to another seal: the tag manifest was changed since, or the act was taken from another bundle");
	if (k->options->number != NULL && verify_is_number(k, chain->last))
		k->number_found = true;
	tell_act(k, path, &w);
	enum triage_status st = check_named_file(k, path, &w, err);
	return st == TRIAGE_OK ? check_own_signature(k, path, text, &w, err) : st;
}

/* --- all acts --- */

static enum triage_status
read_act(struct check *k, const char *path, struct buf *text, struct custody_chain *chain, bool *ret_good, struct triage_error *err)
{
	struct triage_error why = { 0 };
	*ret_good = false;
	if (verify_plain(k, path) == NULL) {
		verify_differ(k, "changed", path, "it is no plain file any more");
		return TRIAGE_OK;
	}
	enum triage_status st = bag_read(k->bundle, path, LATER_FILE_MAX, text, &why);
	if (st == TRIAGE_OK && (text->size == 0 || memchr(text->data, '\n', text->size) != text->data + text->size - 1)) {
		verify_differ(k, "later act", path, "it is not one line");
		return TRIAGE_OK;
	}
	if (st == TRIAGE_OK)
		st = custody_follow(chain, buf_cstr(text), text->size, &why);
	if (st == TRIAGE_E_FORMAT || st == TRIAGE_E_LIMIT) {
		verify_differ(k, "later act", path, why.text);
		return TRIAGE_OK;
	}
	*ret_good = st == TRIAGE_OK;
	if (st != TRIAGE_OK)
		*err = why;
	return st;
}

/* An act that the chain wants next, while a later one is there. */
static void
tell_gap(struct check *k, const struct custody_chain *chain, const char *path)
{
	char wanted[64];
	snprintf(wanted, sizeof(wanted), BAG_LATER "/%06ju.json", (uintmax_t)chain->acts + 1);
	if (strcmp(path, wanted) > 0 && bag_list_find(&k->there, wanted) == NULL)
		verify_differ(k, "missing", wanted, "later acts are there");
}

/* Signatures without the act that they are beside. */
static void
check_lone_signatures(struct check *k)
{
	for (size_t i = 0; i < k->there.count; i++) {
		const char *path = k->there.files[i].path;
		char act[200];
		if (!verify_is_later(path) || !ends_with(path, ".p7s"))
			continue;
		snprintf(act, sizeof(act), "%.*s", (int)(strlen(path) - 4), path);
		if (bag_list_find(&k->there, act) == NULL)
			verify_differ(k, "missing", act, "its signature is there");
	}
}

enum triage_status
verify_later(struct check *k, struct triage_error *err)
{
	struct custody_chain chain = { 0 };
	enum triage_status st = custody_follow(&chain, buf_cstr(&k->custody), k->custody.size, err);
	bool good = st == TRIAGE_OK;
	if (!good && st != TRIAGE_E_FORMAT)
		return st;
	st = TRIAGE_OK;
	SCOPED_BUF text;
	buf_init(&text, LATER_FILE_MAX);
	for (size_t i = 0; i < k->there.count && st == TRIAGE_OK; i++) {
		const char *path = k->there.files[i].path;
		if (!verify_is_later(path) || ends_with(path, ".p7s"))
			continue;
		if (!good) {
			verify_differ(k, "later act", path, "it cannot be checked: the chain is broken before it");
			continue;
		}
		tell_gap(k, &chain, path);
		st = read_act(k, path, &text, &chain, &good, err);
		if (st == TRIAGE_OK && good)
			st = check_act(k, path, &text, &chain, err);
	}
	check_lone_signatures(k);
	return st;
}

/* image_digest.c - the digests of a whole medium, read once from front to back. */
#include "triage/analyse/analyse.h"

#include "triage/base/digest.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

enum { STEP = 1 << 20 };

static const unsigned asked_by[DIGEST_KIND_COUNT] = {
	[DIGEST_MD5] = ANALYSE_MD5, [DIGEST_SHA1] = ANALYSE_SHA1, [DIGEST_SHA256] = ANALYSE_SHA256,
};

static enum triage_status
digest_all(const struct analyse_io *io, struct digest *const digests[DIGEST_KIND_COUNT], uint8_t *buf, struct triage_error *err)
{
	uint64_t done = 0;
	for (size_t got = STEP; got == STEP;) {
		enum triage_status st = io->read(io->ctx, done, buf, STEP, &got, err);
		if (st != TRIAGE_OK)
			return st;
		for (size_t i = 0; i < DIGEST_KIND_COUNT; i++)
			if (digests[i] != NULL)
				digest_update(digests[i], buf, got);
		done += got;
		if (io->stage != NULL)
			io->stage(io->ctx, ANALYSE_READ, done);
	}
	return TRIAGE_OK;
}

enum triage_status
analyse_digest(const struct analyse_io *io, unsigned which, struct analyse_digests *ret_digests, struct triage_error *err)
{
	struct digest *digests[DIGEST_KIND_COUNT] = { NULL };
	struct analyse_digests values = { 0 };
	char *const out[DIGEST_KIND_COUNT] = { [DIGEST_MD5] = values.md5, [DIGEST_SHA1] = values.sha1, [DIGEST_SHA256] = values.sha256 };
	enum triage_status st = TRIAGE_OK;
	SCOPED_FREE uint8_t *buf = fault_hit() ? NULL : malloc(STEP);
	if (buf == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the image hash");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < DIGEST_KIND_COUNT && st == TRIAGE_OK; i++)
		if ((which & asked_by[i]) != 0)
			st = digest_new((enum digest_kind)i, &digests[i], err);
	if (st == TRIAGE_OK)
		st = digest_all(io, digests, buf, err);
	for (size_t i = 0; i < DIGEST_KIND_COUNT; i++) {
		uint8_t value[DIGEST_MAX];
		if (st == TRIAGE_OK && digests[i] != NULL) {
			digest_final(digests[i], value);
			text_hex(out[i], value, digest_size((enum digest_kind)i));
		}
		digest_free(digests[i]);
	}
	if (st == TRIAGE_OK)
		*ret_digests = values;
	return st;
}

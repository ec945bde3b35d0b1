#include "triage/run/shadows_seen.h"

#include "triage/base/digest.h"

#include <stdio.h>
#include <string.h>

static void
make_key(const struct shadows_seen *seen, uint64_t family, const struct detect_file *f, uint64_t inode, uint8_t out[DIGEST_MAX])
{
	char state[200];
	bool known = f->sha256[0] != '\0';
	int n = snprintf(state, sizeof(state), "%ju %u %u %u %ju %s %ju %jd %u", (uintmax_t)family, (unsigned)f->kind, (unsigned)f->state, (unsigned)f->flags,
	    (uintmax_t)f->size, f->sha256, known ? UINTMAX_C(0) : (uintmax_t)inode, known ? INTMAX_C(0) : (intmax_t)f->times[TRIAGE_MTIME],
	    f->content != NULL ? (unsigned)f->content->state : 0);
	digest_reset(seen->digest);
	digest_update(seen->digest, state, (size_t)n + 1);
	digest_update(seen->digest, f->path, strlen(f->path));
	digest_final(seen->digest, out);
}

enum triage_status
shadows_seen_before(struct shadows_seen *seen, const struct supervisor *s, const struct detect_file *f, uint64_t inode, bool *ret_before,
    struct triage_error *err)
{
	const struct run_filesystem *r = f->filesystem_id >= 1 && f->filesystem_id <= s->filesystem_count ? &s->filesystems[f->filesystem_id - 1] : NULL;
	*ret_before = false;
	if (r == NULL || r->family_count == 0)
		return TRIAGE_OK;
	enum triage_status st = seen->digest == NULL ? digest_new(DIGEST_SHA256, &seen->digest, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return st;
	uint8_t key[DIGEST_MAX];
	make_key(seen, r->family[0], f, inode, key);
	st = key_set_add(&seen->keys, key, ret_before, err);
	/* the volume's own files count as often as they are there */
	*ret_before = *ret_before && r->level > 0;
	return st;
}

bool
shadows_is_copy(const struct supervisor *s, uint64_t filesystem_id)
{
	const struct run_filesystem *r = filesystem_id >= 1 && filesystem_id <= s->filesystem_count ? &s->filesystems[filesystem_id - 1] : NULL;
	return r != NULL && r->family_count > 0 && r->level > 0;
}

void
shadows_seen_release(struct shadows_seen *seen)
{
	key_set_release(&seen->keys);
	digest_free(seen->digest);
	*seen = (struct shadows_seen){ 0 };
}

#include "triage/run/shadows_seen.h"

#include "triage/base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 16, FIRST_ROOM = 4096 };

static const uint8_t no_key[KEY];

/* Open addressing; a key is part of a digest, so any of its bytes spread well. */
static uint8_t *
slot_of(uint8_t *keys, size_t room, const uint8_t key[KEY])
{
	uint64_t hash;
	memcpy(&hash, key, sizeof(hash));
	size_t i = (size_t)hash & (room - 1);
	while (memcmp(keys + i * KEY, no_key, KEY) != 0 && memcmp(keys + i * KEY, key, KEY) != 0)
		i = (i + 1) & (room - 1);
	return keys + i * KEY;
}

static enum triage_status
grow(struct shadows_seen *seen, struct triage_error *err)
{
	size_t room = seen->room == 0 ? FIRST_ROOM : seen->room * 2;
	uint8_t *keys = calloc(room, KEY);
	if (keys == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory while judging shadow copies");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < seen->room; i++)
		if (memcmp(seen->keys + i * KEY, no_key, KEY) != 0)
			memcpy(slot_of(keys, room, seen->keys + i * KEY), seen->keys + i * KEY, KEY);
	free(seen->keys);
	seen->keys = keys;
	seen->room = room;
	return TRIAGE_OK;
}

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
	if (st == TRIAGE_OK && seen->count * 2 >= seen->room)
		st = grow(seen, err);
	if (st != TRIAGE_OK)
		return st;
	uint8_t key[DIGEST_MAX];
	make_key(seen, r->family[0], f, inode, key);
	uint8_t *slot = slot_of(seen->keys, seen->room, key);
	bool there = memcmp(slot, key, KEY) == 0;
	/* the volume's own files count as often as they are there */
	*ret_before = there && r->level > 0;
	if (!there) {
		memcpy(slot, key, KEY);
		seen->count++;
	}
	return TRIAGE_OK;
}

void
shadows_seen_release(struct shadows_seen *seen)
{
	free(seen->keys);
	digest_free(seen->digest);
	*seen = (struct shadows_seen){ 0 };
}

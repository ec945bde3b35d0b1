/*
 * vss_same.c - what a stream of a volume or of its shadow copies holds, told by where its bytes come from instead of by reading them.
 *
 * A shadow copy serves most of its bytes from the volume as it is now, or from a block that an older copy serves too. So both streams
 * are followed down to the last reader that only rearranges bytes, and the places found there are digested. A lock or a compressed
 * container ends the way down for the volume and for its copies at the same reader, and its offsets serve as well.
 */
#include "triage/evidence/vss.h"

#include "triage/base/digest.h"
#include "triage/evidence/content.h"
#include "triage/evidence/fs.h"

#include <string.h>

enum { DEPTH_MAX = 64, PIECES_MAX = 1 << 16, CHUNK = 4096, DIFFERING_MAX = 16 << 20 };

/* Bytes that stand for themselves in the digest already. */
static const struct reader digested;
#define DIGESTED (&digested)

/* Bytes that come from one place. */
struct piece {
	const struct reader *from;	/* NULL: zeros by design */
	uint64_t at, length;
};

struct places {
	struct digest *digest;
	struct piece last;		/* not digested yet: what follows may go on where it ends */
	size_t pieces;
	uint64_t differing;		/* bytes that were digested themselves */
	bool lost;			/* some bytes cannot be told */
};

static void
add_number(struct digest *d, uint64_t n)
{
	uint8_t raw[8];
	for (unsigned i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)(n >> 8 * i);
	digest_update(d, raw, sizeof(raw));
}

static void
digest_last(struct places *p)
{
	const struct piece *last = &p->last;
	if (last->length == 0)
		return;
	const char *name = last->from != NULL ? last->from->ops->name : "zeros";
	digest_update(p->digest, name, strlen(name) + 1);
	add_number(p->digest, last->from != NULL ? last->from->size : 0);
	add_number(p->digest, last->at);
	add_number(p->digest, last->length);
	p->pieces++;
}

static void
add_piece(struct places *p, const struct piece *next)
{
	struct piece *last = &p->last;
	if (last->length > 0 && last->from == next->from && (next->from == NULL || last->at + last->length == next->at)) {
		last->length += next->length;
		return;
	}
	digest_last(p);
	*last = *next;
}

/*
 * A copy keeps blocks of 16 KiB, of which often a part alone was about to change; and two copies may each keep the same bytes. So what
 * is kept is compared with the volume, and stands for itself where it differs. True when the chunk at offset does; *ret_length is then,
 * and else, how far that was looked at.
 */
static bool
differs(struct places *p, struct reader *snapshot, struct reader *volume, uint64_t offset, uint64_t length, uint64_t *ret_length)
{
	uint8_t kept[CHUNK], now[CHUNK];
	struct triage_error err;
	uint64_t bad = snapshot->bad_bytes + volume->bad_bytes;
	uint64_t size = CHUNK - offset % CHUNK < length ? CHUNK - offset % CHUNK : length;
	*ret_length = size;
	p->lost |= reader_read_all(snapshot, offset, kept, (size_t)size, &err) != TRIAGE_OK;
	bool there = offset + size <= volume->size && reader_read_all(volume, offset, now, (size_t)size, &err) == TRIAGE_OK;
	p->lost |= snapshot->bad_bytes + volume->bad_bytes != bad;
	if (p->lost || (there && memcmp(kept, now, (size_t)size) == 0))
		return false;
	digest_last(p);
	p->last = (struct piece){ 0 };
	digest_update(p->digest, "differs", sizeof("differs"));
	add_number(p->digest, size);
	digest_update(p->digest, kept, (size_t)size);
	p->differing += size;
	p->lost |= p->differing > DIFFERING_MAX;
	return true;
}

/* Follow offset of r down. False when a shadow copy does not have the byte: then it is no matter of place. */
static bool
origin(struct places *p, struct reader *r, uint64_t offset, uint64_t length, struct piece *ret_piece)
{
	for (unsigned depth = 0; depth < DEPTH_MAX && offset < r->size; depth++) {
		struct reader *below = NULL;
		uint64_t run = 0, at = r->ops->place != NULL ? r->ops->place(r, offset, &below, &run) : TRIAGE_NO_OFFSET;
		if (at == TRIAGE_NO_OFFSET || below == NULL || run == 0 || at >= below->size) {
			if (vss_is_snapshot(r))
				return false;
			if (at == TRIAGE_NO_OFFSET && run > 0 && run < length)
				length = run;
			if (r->size - offset < length)
				length = r->size - offset;
			*ret_piece = (struct piece){ r, offset, length };
			return true;
		}
		length = run < length ? run : length;
		/* from elsewhere on the volume: a block that was kept */
		if (vss_is_snapshot(r) && at != offset) {
			if (differs(p, r, below, offset, length, &length)) {
				*ret_piece = (struct piece){ DIGESTED, 0, length };
				return true;
			}
			if (p->lost)
				return false;
			at = offset;
		}
		length = below->size - at < length ? below->size - at : length;
		offset = at;
		r = below;
	}
	return false;
}

static bool
add_run(struct places *p, struct reader *r, uint64_t place, uint64_t length)
{
	while (length > 0) {
		struct piece next;
		if (p->pieces >= PIECES_MAX || !origin(p, r, place, length, &next) || p->lost)
			return false;
		if (next.from != DIGESTED)
			add_piece(p, &next);
		place += next.length;
		length -= next.length;
	}
	return true;
}

/* The mapped bytes up to end; all of them must be known. */
static bool
add_map(struct places *p, const struct evidence_content *c, uint64_t end)
{
	uint64_t done = 0;
	for (size_t i = 0; i < c->map.count && done < end; i++) {
		const struct run *run = &c->map.runs[i];
		uint64_t length = run->length < end - done ? run->length : end - done;
		if (run->place == RUN_FILLER || run->offset != done)
			return false;
		if (run->place == RUN_SPARSE)
			add_piece(p, &(struct piece){ NULL, 0, length });
		else if (!add_run(p, c->fs->reader, run->place, length))
			return false;
		done += length;
	}
	digest_last(p);
	return done == end && p->pieces <= PIECES_MAX && !p->lost;
}

bool
vss_stream_places(const struct evidence_content *c, uint8_t ret_digest[DIGEST_MAX])
{
	struct places p = { 0 };
	struct triage_error err;
	uint64_t end = c->initialised < c->size ? c->initialised : c->size;
	if (c->ops != NULL || c->flags != 0 || evidence_content_worth(c) < c->size || digest_new(DIGEST_SHA256, &p.digest, &err) != TRIAGE_OK)
		return false;
	add_number(p.digest, c->resident != NULL);
	add_number(p.digest, c->size);
	add_number(p.digest, end);
	bool told = true;
	if (c->resident != NULL)
		digest_update(p.digest, c->resident, (size_t)end);
	else
		told = add_map(&p, c, end);
	digest_final(p.digest, ret_digest);
	digest_free(p.digest);
	return told;
}

#include "triage/evidence/cache.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

struct slot {
	uint64_t piece;		/* number of the piece kept + 1; 0 for none */
	size_t size;		/* bytes valid */
	bool bad;		/* some byte of it is unreadable */
};

struct cache {
	struct reader *reader;
	uint8_t *data;
	struct slot slots[CACHE_SLOTS];
};

enum triage_status
cache_new(struct reader *reader, struct cache **ret_cache, struct triage_error *err)
{
	SCOPED_FREE struct cache *c = calloc(1, sizeof(*c));
	if (c != NULL)
		c->data = malloc((size_t)CACHE_SLOTS * CACHE_PIECE);
	if (c == NULL || c->data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the cache of a file system");
		return TRIAGE_E_MEMORY;
	}
	c->reader = reader;
	*ret_cache = TAKE(c);
	return TRIAGE_OK;
}

void
cache_free(struct cache *c)
{
	if (c == NULL)
		return;
	free(c->data);
	free(c);
}

static enum triage_status
read_direct(struct cache *c, uint64_t offset, void *buf, size_t size, bool *bad, struct triage_error *err)
{
	uint64_t before = c->reader->bad_bytes;
	enum triage_status st = reader_read_all(c->reader, offset, buf, size, err);
	*bad = *bad || c->reader->bad_bytes != before;
	return st;
}

/* Bring one piece in. */
static enum triage_status
fill(struct cache *c, uint64_t piece, struct slot *slot, uint8_t *data, struct triage_error *err)
{
	size_t got;
	uint64_t before = c->reader->bad_bytes;
	slot->piece = 0;
	enum triage_status st = reader_read(c->reader, piece * CACHE_PIECE, data, CACHE_PIECE, &got, err);
	if (st != TRIAGE_OK)
		return st;
	*slot = (struct slot){ .piece = piece + 1, .size = got, .bad = c->reader->bad_bytes != before };
	return TRIAGE_OK;
}

enum triage_status
cache_read(struct cache *c, uint64_t offset, void *buf, size_t size, bool *ret_bad, struct triage_error *err)
{
	bool bad = false;
	if (offset > c->reader->size || size > c->reader->size - offset) {
		triage_error_set(err, TRIAGE_E_SHORT, c->reader->size, "%zu bytes wanted at %ju, the volume ends at %ju", size,
		    (uintmax_t)offset, (uintmax_t)c->reader->size);
		return TRIAGE_E_SHORT;
	}
	uint8_t *out = buf;
	while (size > 0) {
		uint64_t piece = offset / CACHE_PIECE;
		size_t inside = (size_t)(offset % CACHE_PIECE);
		size_t part = CACHE_PIECE - inside < size ? CACHE_PIECE - inside : size;
		struct slot *slot = &c->slots[piece % CACHE_SLOTS];
		uint8_t *data = c->data + (piece % CACHE_SLOTS) * CACHE_PIECE;
		enum triage_status st = TRIAGE_OK;
		if (slot->piece != piece + 1 && size < CACHE_PIECE)
			st = fill(c, piece, slot, data, err);
		if (st == TRIAGE_OK && slot->piece == piece + 1 && !slot->bad && inside + part <= slot->size) {
			memcpy(out, data + inside, part);
		} else {
			/* A piece with unreadable bytes: only those asked for decide. */
			part = slot->piece == piece + 1 ? part : size;
			st = read_direct(c, offset, out, part, &bad, err);
		}
		if (st != TRIAGE_OK)
			return st;
		out += part;
		offset += part;
		size -= part;
	}
	*ret_bad = bad;
	return TRIAGE_OK;
}

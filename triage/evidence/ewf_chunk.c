/* ewf_chunk.c - see ewf_chunk.h. */
#include "triage/evidence/ewf_chunk.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

enum { SUM = 4, SLOTS_MAX = 64, KEPT_MAX = 4 << 20 };

struct slot {
	uint64_t chunk;			/* + 1; 0 for none */
	enum ewf_state state;
};

struct ewf_chunks {
	const struct ewf_map *map;
	struct libdeflate_decompressor *inflater;
	uint8_t *packed;		/* as read from the segment */
	size_t packed_room;
	uint8_t *kept;			/* slot_count chunks */
	size_t slot_count;
	struct slot slots[SLOTS_MAX];
	const struct ewf_table *table;	/* in which the last chunk was found; may be NULL */
	struct ewf_windows windows;
};

enum triage_status
ewf_chunks_new(const struct ewf_map *map, struct ewf_chunks **ret_chunks, struct triage_error *err)
{
	size_t size = map->volume.chunk_size;
	SCOPED_FREE struct ewf_chunks *c = fault_hit() ? NULL : calloc(1, sizeof(*c));
	if (c != NULL) {
		c->map = map;
		c->slot_count = KEPT_MAX / size < 1 ? 1 : KEPT_MAX / size < SLOTS_MAX ? KEPT_MAX / size : SLOTS_MAX;
		/* what deflate adds to bytes that cannot be packed, at its worst, and the checksums */
		c->packed_room = size + size / 64 + 1024;
		c->packed = malloc(c->packed_room);
		c->kept = malloc(size * c->slot_count);
		c->inflater = libdeflate_alloc_decompressor();
	}
	if (c == NULL || c->packed == NULL || c->kept == NULL || c->inflater == NULL) {
		ewf_chunks_free(TAKE(c));
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for chunks of %zu bytes", size);
		return TRIAGE_E_MEMORY;
	}
	*ret_chunks = TAKE(c);
	return TRIAGE_OK;
}

void
ewf_chunks_free(struct ewf_chunks *c)
{
	if (c == NULL)
		return;
	libdeflate_free_decompressor(c->inflater);
	free(c->packed);
	free(c->kept);
	free(c);
}

/* Bytes of the medium that a chunk holds. */
static size_t
chunk_bytes(const struct ewf_map *map, uint64_t chunk)
{
	uint64_t left = map->size - chunk * map->volume.chunk_size;
	return left < map->volume.chunk_size ? (size_t)left : map->volume.chunk_size;
}

static bool
as_packed(struct ewf_chunks *c, size_t there, uint8_t *out, size_t bytes)
{
	size_t used, got;
	return libdeflate_zlib_decompress_ex(c->inflater, c->packed, there, out, c->map->volume.chunk_size, &used, &got) == LIBDEFLATE_SUCCESS &&
	    got >= bytes;
}

/* The checksum covers what is stored: a short last chunk, or one that was filled up. */
static bool
as_plain(const struct ewf_chunks *c, size_t there, uint8_t *out, size_t bytes)
{
	const size_t sizes[] = { bytes, c->map->volume.chunk_size };
	for (size_t i = 0; i < 2; i++)
		if (there >= sizes[i] + SUM && (i == 0 || sizes[i] != bytes) && ewf_sum_holds(c->packed, sizes[i])) {
			memcpy(out, c->packed, bytes);
			return true;
		}
	return false;
}

/* Decode by what one entry says. out has room for a whole chunk. */
static enum ewf_state
decode_at(struct ewf_chunks *c, const struct ewf_place *p, uint8_t *out, size_t bytes)
{
	const struct ewf_segment *g = &c->map->segments[p->segment];
	size_t there = p->room < c->packed_room ? (size_t)p->room : c->packed_room;
	if (!ewf_read_at(g->file, p->at, c->packed, there))
		return EWF_UNREADABLE;
	bool plain = !(p->packed && p->sure) && as_plain(c, there, out, bytes);
	return plain || as_packed(c, there, out, bytes) ? EWF_GOOD : EWF_DAMAGED;
}

static enum ewf_state
decode(struct ewf_chunks *c, uint64_t chunk, uint8_t *out)
{
	const struct ewf_table *t = c->table;
	size_t bytes = chunk_bytes(c->map, chunk);
	if (t == NULL || chunk < t->first || chunk - t->first >= t->count)
		c->table = t = ewf_map_find(c->map, chunk);
	if (t == NULL)
		return EWF_ABSENT;
	const struct ewf_segment *g = &c->map->segments[t->segment];
	enum ewf_state state = EWF_UNREADABLE;
	for (unsigned twin = 0; twin < 2 && state != EWF_GOOD; twin++) {
		struct ewf_place p;
		if (ewf_table_place(t, twin == 1, (uint32_t)(chunk - t->first), g->file, g->size, &c->windows, &p))
			state = decode_at(c, &p, out, bytes);
	}
	return state;
}

enum ewf_state
ewf_chunks_copy(struct ewf_chunks *c, uint64_t chunk, size_t inside, uint8_t *out, size_t size)
{
	struct slot *slot = &c->slots[chunk % c->slot_count];
	uint8_t *kept = c->kept + chunk % c->slot_count * c->map->volume.chunk_size;
	enum ewf_state state;
	if (slot->chunk == chunk + 1) {
		state = slot->state;
	} else if (size == c->map->volume.chunk_size) {
		/* all of it is wanted: who reads like this goes on to the next one */
		state = decode(c, chunk, out);
		if (state != EWF_GOOD)
			memset(out, 0, size);
		return state;
	} else {
		slot->chunk = 0;
		state = decode(c, chunk, kept);
		*slot = (struct slot){ .chunk = chunk + 1, .state = state };
	}
	if (state == EWF_GOOD)
		memcpy(out, kept + inside, size);
	else
		memset(out, 0, size);
	return state;
}

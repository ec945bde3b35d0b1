/*
 * ewf_recover.c - chunks whose tables are lost; see ewf_map.h.
 *
 * A zlib stream says where it ends, and a plain chunk is as long as any other, so chunks that lie back to back can be
 * followed from the first one on; each proves itself by its checksum. At the first that does not, the trail is lost: behind it
 * nobody can say how many chunks there were.
 */
#include "triage/evidence/ewf_map.h"

#include "triage/base/buf.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <libdeflate.h>
#include <stdlib.h>

enum { SUM = 4, ENTRY = 4, FOUND_MAX = 1 << 22 };	/* FOUND_MAX: chunks of one image */
#define FOUND_BYTES (UINT64_C(64) << 30)	/* of the medium, that are worth the time which it takes to look */

struct trail {
	struct ewf_file file;
	uint64_t end;
	size_t chunk, room;		/* bytes of a chunk; of the most that one takes in the file */
	struct libdeflate_decompressor *inflater;
	uint8_t *packed, *out;
};

/* Bytes that the chunk at this offset takes, 0 when none proves itself. A short one counts only where the range ends. */
static size_t
step(const struct trail *t, uint64_t at, bool *ret_packed)
{
	size_t there = t->end - at < t->room ? (size_t)(t->end - at) : t->room, used, got;
	if (!ewf_read_at(t->file, at, t->packed, there))
		return 0;
	*ret_packed = true;
	if (libdeflate_zlib_decompress_ex(t->inflater, t->packed, there, t->out, t->chunk, &used, &got) == LIBDEFLATE_SUCCESS)
		return got == t->chunk || (got > 0 && at + used == t->end) ? used : 0;
	*ret_packed = false;
	if (there >= t->chunk + SUM)
		return ewf_sum_holds(t->packed, t->chunk) ? t->chunk + SUM : 0;
	return there > SUM && ewf_sum_holds(t->packed, there - SUM) ? there : 0;
}

/* Keep what was found in the map, and hand out its entries. */
static bool
found_keep(struct ewf_map *map, struct buf *entries, struct ewf_table *t)
{
	uint8_t **grown = fault_hit() ? NULL : reallocarray(map->found, map->found_count + 1, sizeof(*grown));
	if (grown == NULL)
		return false;
	map->found = grown;
	map->found_chunks += t->count;
	t->found = grown[map->found_count++] = (uint8_t *)TAKE(entries->data);
	return true;
}

static bool
follow(const struct ewf_map *map, const struct trail *trail, struct buf *entries, struct ewf_table *t)
{
	uint64_t at = t->first_at;
	uint64_t limit = FOUND_BYTES / trail->chunk < FOUND_MAX ? FOUND_BYTES / trail->chunk : FOUND_MAX;
	while (at < trail->end && map->found_chunks + t->count < limit && at - t->base < INT32_MAX - trail->room) {
		bool packed;
		size_t size = step(trail, at, &packed);
		if (size == 0)
			break;
		uint32_t entry = (uint32_t)(at - t->base) | (packed ? UINT32_C(1) << 31 : 0);
		const uint8_t raw[ENTRY] = { (uint8_t)entry, (uint8_t)(entry >> 8), (uint8_t)(entry >> 16), (uint8_t)(entry >> 24) };
		buf_put(entries, raw, ENTRY);
		t->count++;
		at += size;
	}
	t->at = t->end = at;
	return at == trail->end;
}

enum triage_status
ewf_recover(struct ewf_map *map, uint32_t segment, uint64_t from, uint64_t to, struct ewf_table *ret_table, bool *ret_complete,
    struct triage_error *err)
{
	size_t chunk = map->volume.chunk_size, room = chunk + chunk / 64 + 1024;
	*ret_complete = from >= to;
	*ret_table = (struct ewf_table){ .segment = segment, .base = from, .first_at = from, .whole = true };
	if (from >= to || chunk == 0)
		return TRIAGE_OK;
	SCOPED_FREE uint8_t *packed = fault_hit() ? NULL : malloc(room);
	SCOPED_FREE uint8_t *out = fault_hit() ? NULL : malloc(chunk);
	SCOPED_BUF entries;
	buf_init(&entries, (size_t)FOUND_MAX * ENTRY);
	struct trail trail = { .file = map->segments[segment].file, .end = to, .chunk = chunk, .room = room, .packed = packed, .out = out,
	    .inflater = packed != NULL && out != NULL ? libdeflate_alloc_decompressor() : NULL };
	bool kept = trail.inflater != NULL;
	if (kept)
		*ret_complete = follow(map, &trail, &entries, ret_table);
	libdeflate_free_decompressor(trail.inflater);
	ret_table->wide_from = ret_table->count;
	if (kept && ret_table->count > 0)
		kept = buf_check(&entries, err) == TRIAGE_OK && found_keep(map, &entries, ret_table);
	if (kept)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for chunks of %zu bytes", chunk);
	return TRIAGE_E_MEMORY;
}

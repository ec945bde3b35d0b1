/* ewf_segment.c - reads the sections of one segment into the map; see ewf_map.h. */
#include "triage/evidence/ewf_map.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum { VOLUME_CHUNKS = 4, VOLUME_CHUNK_SECTORS = 8, VOLUME_SECTOR_SIZE = 12, VOLUME_SECTORS = 16, VOLUME_SET = 64 };
enum { VOLUME_SIZE = 1052, SMART_SIZE = 94, HASH_SIZE = 36, DIGEST_SIZE = 80, DIGEST_SHA1 = 16, SUM = 4 };
enum { ERRORS_HEADER = 520, ERRORS_SUM = 516, ERROR = 8, ERRORS_MAX = 1 << 16, ABOUT_MAX = 1 << 18, TABLES_MAX = 1 << 20 };

static void
damaged(struct ewf_segment *g, uint64_t at, const char *what, bool harmless)
{
	if (g->damage != NULL && (harmless || !g->harmless))
		return;
	g->damage = what;
	g->damage_at = at;
	g->harmless = harmless;
}

/* The contents of a section, as many of them as fit. Returns their size, 0 when they cannot be read. */
static size_t
contents(const struct ewf_segment *g, const struct ewf_section *s, uint8_t *out, size_t room)
{
	uint64_t body = s->end > s->at + EWF_DESCRIPTOR ? s->end - s->at - EWF_DESCRIPTOR : 0;
	size_t size = body < room ? (size_t)body : room;
	return ewf_read_at(g->file, s->at + EWF_DESCRIPTOR, out, size) ? size : 0;
}

static void
volume_read(struct ewf_map *map, struct ewf_segment *g, const struct ewf_section *s)
{
	uint8_t data[VOLUME_SIZE];
	size_t size = contents(g, s, data, sizeof(data)), full = size == VOLUME_SIZE ? VOLUME_SIZE : SMART_SIZE;
	if (size < full) {
		damaged(g, s->at, "a volume section is too short", map->volume.whole);
		return;
	}
	uint64_t chunk_size = (uint64_t)load_le32(data + VOLUME_CHUNK_SECTORS) * load_le32(data + VOLUME_SECTOR_SIZE);
	uint64_t sectors = full == VOLUME_SIZE ? load_le64(data + VOLUME_SECTORS) : load_le32(data + VOLUME_SECTORS);
	bool whole = ewf_sum_holds(data, full - SUM);
	if (chunk_size == 0 || chunk_size > EWF_CHUNK_MAX || sectors > INT64_MAX / load_le32(data + VOLUME_SECTOR_SIZE)) {
		damaged(g, s->at, "a volume section tells of impossible sizes", map->volume.whole);
		return;
	}
	if (!whole)
		damaged(g, s->at, "the checksum of a volume section does not hold", map->volume.whole);
	if (g->volume.found && (g->volume.whole || !whole))
		return;
	g->volume = (struct ewf_volume){
		.found = true, .whole = whole, .chunk_size = (uint32_t)chunk_size, .sector_size = load_le32(data + VOLUME_SECTOR_SIZE),
		.chunks = load_le32(data + VOLUME_CHUNKS), .sectors = sectors,
	};
	if (full == VOLUME_SIZE)
		memcpy(g->volume.set, data + VOLUME_SET, EWF_SET);
	if (!map->volume.found || (whole && !map->volume.whole))
		map->volume = g->volume;
}

static bool
all_zero(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] != 0)
			return false;
	return true;
}

/* A hash of nothing but zeros is one that the acquiring tool was not asked for. */
static void
hash_take(struct ewf_map *map, const uint8_t *hash, size_t size)
{
	uint8_t *kept = size == sizeof(map->md5) ? map->md5 : map->sha1;
	bool *has = size == sizeof(map->md5) ? &map->has_md5 : &map->has_sha1;
	if (all_zero(hash, size))
		return;
	if (*has && memcmp(kept, hash, size) != 0)
		map->hashes_differ = true;
	memcpy(kept, hash, size);
	*has = true;
}

static void
hash_read(struct ewf_map *map, struct ewf_segment *g, const struct ewf_section *s)
{
	uint8_t data[DIGEST_SIZE];
	size_t full = s->type == EWF_HASH ? HASH_SIZE : DIGEST_SIZE;
	if (contents(g, s, data, full) < full || !ewf_sum_holds(data, full - SUM)) {
		damaged(g, s->at, "the checksum of the stored hash does not hold: it is not used", true);
		return;
	}
	hash_take(map, data, sizeof(map->md5));
	if (s->type == EWF_DIGEST)
		hash_take(map, data + DIGEST_SHA1, sizeof(map->sha1));
}

/* The list of sectors that could not be read at acquisition: header of 520 bytes, then first sector and count, 4 bytes each. */
static enum triage_status
errors_read(struct ewf_map *map, struct ewf_segment *g, const struct ewf_section *s, struct triage_error *err)
{
	enum { ROOM = ERRORS_HEADER + ERRORS_MAX * ERROR + SUM };
	SCOPED_FREE uint8_t *data = fault_hit() ? NULL : malloc(ROOM);
	if (data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	size_t size = contents(g, s, data, ROOM);
	uint32_t count = size < ERRORS_HEADER + SUM ? 0 : load_le32(data);
	size_t there = size < ERRORS_HEADER + SUM ? 0 : (size - ERRORS_HEADER - SUM) / ERROR;
	if (map->volume.sector_size == 0 || ewf_foreign(&map->volume, &g->volume))
		return TRIAGE_OK;
	bool holds = there > 0 && ewf_sum_holds(data, ERRORS_SUM) && (count > there || ewf_sum_holds(data + ERRORS_HEADER, (size_t)count * ERROR));
	if (!holds || count > there)
		damaged(g, s->at, "the list of sectors that were not read at acquisition is damaged or too long", false);
	if (!holds)
		return TRIAGE_OK;
	for (size_t i = 0; i < count && i < there; i++) {
		uint64_t unit = map->volume.sector_size, first = load_le32(data + ERRORS_HEADER + i * ERROR);
		uint64_t sectors = load_le32(data + ERRORS_HEADER + i * ERROR + 4);
		if (sectors == 0 || (map->volume.sectors != 0 && first >= map->volume.sectors))
			continue;
		bad_list_add(&map->acquisition, first * unit, sectors * unit, "not read at acquisition");
		map->acquisition_ranges++;
	}
	return TRIAGE_OK;
}

static enum triage_status
about_read(struct ewf_map *map, const struct ewf_segment *g, const struct ewf_section *s, struct triage_error *err)
{
	if (map->about[0] != '\0')
		return TRIAGE_OK;
	SCOPED_FREE uint8_t *data = fault_hit() ? NULL : malloc(ABOUT_MAX);
	if (data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	ewf_about(data, contents(g, s, data, ABOUT_MAX), s->type == EWF_HEADER2, map->about);
	return TRIAGE_OK;
}

static enum triage_status
table_keep(struct ewf_map *map, struct ewf_segment *g, const struct ewf_table *t, struct triage_error *err)
{
	if (t->count == 0)
		return TRIAGE_OK;
	if (map->table_count >= TABLES_MAX) {
		map->too_many = true;
		ewf_map_gap(map);
		return TRIAGE_OK;
	}
	if (map->table_count == map->table_room) {
		size_t room = map->table_room < 32 ? 64 : map->table_room * 2;
		struct ewf_table *grown = fault_hit() ? NULL : reallocarray(map->tables, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu chunk tables", room);
			return TRIAGE_E_MEMORY;
		}
		map->tables = grown;
		map->table_room = room;
	}
	map->tables[map->table_count] = *t;
	map->tables[map->table_count++].run = map->run;
	g->chunks += t->count;
	return TRIAGE_OK;
}

/* While the sections of one segment are read. */
struct reading {
	bool twin_due;			/* the last table is kept, and its copy may follow */
	bool sectors_due;		/* chunks were met, and no table over them yet: they lie in [chunks_at, chunks_end) */
	uint64_t chunks_at, chunks_end;
	bool table_lost;		/* a table was met that cannot be used, and no copy of it yet */
	uint64_t hole;			/* bytes that no section accounts for, since the last table */
	uint64_t hole_at;		/* where they begin; the gap begins somewhere behind it */
};

static void
twin_read(struct ewf_segment *g, struct ewf_table *kept, const struct ewf_table *twin, bool readable)
{
	if (!readable || !twin->whole) {
		if (kept->whole) {
			damaged(g, kept->end, "the copy of a chunk table is damaged", true);
			return;
		}
		damaged(g, kept->at, "both copies of a chunk table are damaged: each chunk is checked by itself", false);
		if (readable && twin->count == kept->count && twin->base == kept->base)
			kept->twin_at = twin->entries_at;
		return;
	}
	if (kept->whole)
		return;
	damaged(g, kept->at, "the checksum of a chunk table does not hold: its copy is used", true);
	g->chunks = g->chunks - kept->count + twin->count;
	kept->count = twin->count;
	kept->wide_from = twin->wide_from;
	kept->base = twin->base;
	kept->entries_at = twin->entries_at;
	kept->first_at = twin->first_at;
	kept->whole = true;
}

/* Bytes of the copy of the last table, when none was met. */
static uint64_t
lost_twin(const struct ewf_map *map, const struct reading *r)
{
	return r->twin_due && map->table_count > 0 ? ewf_table_bytes(map->tables[map->table_count - 1].count) : 0;
}

/* A damaged table whose copy did not follow. */
static void
twin_missed(const struct ewf_map *map, struct ewf_segment *g, const struct reading *r)
{
	const struct ewf_table *kept = r->twin_due && map->table_count > 0 ? &map->tables[map->table_count - 1] : NULL;
	if (kept != NULL && !kept->whole)
		damaged(g, kept->at, "the checksum of a chunk table does not hold, and it has no copy: each chunk is checked by itself", false);
}

/* Could chunks have been lost in the hole before this table? Not when it is filled by what this table tells of. */
static bool
hole_explained(const struct ewf_map *map, const struct reading *r, const struct ewf_table *t, bool is_twin)
{
	uint64_t explained = lost_twin(map, r) + EWF_DESCRIPTOR + (is_twin ? t->end - t->at : 0);
	if (t->first_at > r->hole_at && t->first_at < t->at)
		return t->first_at - r->hole_at <= explained;
	return r->hole <= explained;
}

static enum triage_status
table_read(struct ewf_map *map, struct ewf_segment *g, const struct ewf_section *s, struct reading *r, struct triage_error *err)
{
	struct ewf_table t;
	bool readable = ewf_table_read(g->file, g->size, s, &t);
	bool second = s->type == EWF_TABLE2;
	if (second && r->twin_due && map->tables[map->table_count - 1].end == s->at) {
		twin_read(g, &map->tables[map->table_count - 1], &t, readable);
		r->twin_due = false;
		return TRIAGE_OK;
	}
	if (!readable) {
		damaged(g, s->at, "a chunk table cannot be used", false);
		r->table_lost = true;
		return TRIAGE_OK;
	}
	if ((r->table_lost && !second) || (r->hole > 0 && !hole_explained(map, r, &t, second))) {
		g->lost = true;
		ewf_map_gap(map);
	}
	twin_missed(map, g, r);
	if (second && !t.whole)
		damaged(g, s->at, "the checksum of a chunk table does not hold, and the first copy is gone", false);
	else if (second)
		damaged(g, s->at, "a chunk table is damaged or missing: its copy is used", true);
	*r = (struct reading){ .twin_due = !second && t.count > 0 };
	t.segment = (uint32_t)(g - map->segments);
	return table_keep(map, g, &t, err);
}

/* Chunks whose table was never met are looked for one by one. */
static enum triage_status
sectors_recover(struct ewf_map *map, struct ewf_segment *g, const struct reading *r, uint32_t *ret_count, bool *ret_complete,
    struct triage_error *err)
{
	struct ewf_table t;
	enum triage_status st = ewf_recover(map, (uint32_t)(g - map->segments), r->chunks_at, r->chunks_end, &t, ret_complete, err);
	*ret_count = t.count;
	if (st != TRIAGE_OK || t.count == 0)
		return st;
	damaged(g, r->chunks_at, "the tables over these chunks are lost", *ret_complete);
	g->found += t.count;
	return table_keep(map, g, &t, err);
}

/* Before a list of sections goes on or ends: chunks without a table, or a hole that lost tables do not fill. */
static enum triage_status
settle(struct ewf_map *map, struct ewf_segment *g, struct reading *r, struct triage_error *err)
{
	bool complete = true;
	uint32_t found = 0;
	uint64_t explained = lost_twin(map, r);
	twin_missed(map, g, r);
	enum triage_status st = r->sectors_due ? sectors_recover(map, g, r, &found, &complete, err) : TRIAGE_OK;
	if (found > 0)
		explained = 2 * ewf_table_bytes(found);
	if (!complete || r->hole > explained || (r->table_lost && !r->sectors_due)) {
		g->lost = true;
		ewf_map_gap(map);
	}
	*r = (struct reading){ .twin_due = false };
	return st;
}

static enum triage_status
section_read(struct ewf_map *map, struct ewf_segment *g, const struct ewf_section *s, struct reading *r, struct triage_error *err)
{
	if (s->skipped > 0) {
		if (r->hole == 0)
			r->hole_at = s->at - s->skipped;
		r->hole += s->skipped;
	}
	enum triage_status st;
	switch (s->type) {
	case EWF_TABLE:
	case EWF_TABLE2:
		return table_read(map, g, s, r, err);
	case EWF_HEADER:
	case EWF_HEADER2:
		return about_read(map, g, s, err);
	case EWF_ERROR2:
		return errors_read(map, g, s, err);
	case EWF_VOLUME:
		volume_read(map, g, s);
		break;
	case EWF_HASH:
	case EWF_DIGEST:
		hash_read(map, g, s);
		break;
	case EWF_SECTORS:
		if ((st = settle(map, g, r, err)) != TRIAGE_OK)
			return st;
		r->sectors_due = true;
		r->chunks_at = s->at + EWF_DESCRIPTOR;
		r->chunks_end = s->end;
		break;
	case EWF_SESSION:
	case EWF_NEXT:
	case EWF_DONE:
	case EWF_OTHER:
		break;
	}
	return TRIAGE_OK;
}

enum triage_status
ewf_segment_read(struct ewf_map *map, uint32_t index, struct triage_error *err)
{
	struct ewf_segment *g = &map->segments[index];
	struct ewf_walk walk;
	struct ewf_section s;
	struct reading r = { .twin_due = false };
	ewf_walk_begin(&walk, g->file, g->size);
	while (ewf_walk_next(&walk, &s)) {
		enum triage_status st = section_read(map, g, &s, &r, err);
		if (st != TRIAGE_OK)
			return st;
	}
	enum triage_status st = settle(map, g, &r, err);
	if (st != TRIAGE_OK)
		return st;
	if (!walk.whole) {	/* it was cut: nobody knows what followed */
		g->lost = true;
		ewf_map_gap(map);
	}
	g->last = walk.whole && walk.last;
	g->next = walk.whole && !walk.last;
	if (walk.damage != NULL)
		damaged(g, walk.damage_at, walk.damage, false);
	return TRIAGE_OK;
}

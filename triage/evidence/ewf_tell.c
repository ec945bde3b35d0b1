/* ewf_tell.c - what is wrong with an E01 image, as problem rows; see ewf_map.h. */
#include "triage/evidence/ewf_map.h"

#include "triage/evidence/source.h"

#include <inttypes.h>
#include <stdio.h>

struct telling {
	const struct ewf_map *map;
	const struct evidence_sink *sink;
	struct triage_error *err;
	uint64_t missing;		/* chunks that the medium has and no table names */
};

/* Files that lie beside the image and are no part of it. */
static enum triage_status
tell_unused(const struct telling *t, const struct ewf_segment *g)
{
	static const char *const why[] = {
		[EWF_TWICE] = "says the same number as another file, and there is no other place for it",
		[EWF_FOREIGN] = "belongs to another image (its set identifier or its sizes differ)",
		[EWF_BEYOND] = "lies behind the segment with which the image ends",
	};
	return source_problem(t->sink, "open", TRIAGE_HIGH, "segment-foreign", TRIAGE_NO_ID, 0, t->err,
	    "segment %s %s: it is not read", g->name, why[g->use]);
}

static enum triage_status
tell_damage(const struct telling *t, const struct ewf_segment *g)
{
	bool lost = g->lost && (t->missing > 0 || !t->map->volume.found);
	char found[120] = "";
	if (g->found > 0)
		snprintf(found, sizeof(found), "; %" PRIu64 " chunks without a table were found by reading one after another", g->found);
	return source_problem(t->sink, "open", lost ? TRIAGE_HIGH : g->harmless ? TRIAGE_LOW : TRIAGE_MEDIUM, "segment-damaged", g->damage_at, 0, t->err,
	    "segment %s, offset %" PRIu64 ": %s%s; %s", g->name, g->damage_at, g->damage, found, lost ?
	    "not all that it holds is read; get a whole copy of it" : "its other sections were found all the same");
}

static enum triage_status
tell_number_gap(const struct telling *t, const struct ewf_segment *g, unsigned due)
{
	if (t->missing == 0 && t->map->volume.found)
		return source_problem(t->sink, "open", TRIAGE_LOW, "segment-number", TRIAGE_NO_ID, 0, t->err,
		    "%s says that it is segment %u, and segment %u should come here; yet no chunk is missing", g->name, g->number, due);
	char which[64];
	if (g->number - due == 1)
		snprintf(which, sizeof(which), "segment %u is", due);
	else
		snprintf(which, sizeof(which), "segments %u to %u are", due, g->number - 1);
	return source_problem(t->sink, "open", TRIAGE_HIGH, "segment-missing", TRIAGE_NO_ID, 0, t->err,
	    "%s missing (%s is number %u); find the file and put it beside the others", which, g->name, g->number);
}

static enum triage_status
tell_segments(const struct telling *t)
{
	unsigned due = 1;
	bool next = false;
	for (size_t i = 0; i < t->map->count; i++) {
		const struct ewf_segment *g = &t->map->segments[i];
		enum triage_status st = TRIAGE_OK;
		if (g->use != EWF_USED)
			st = tell_unused(t, g);
		if (g->use == EWF_USED && g->number != due)
			st = tell_number_gap(t, g, due);
		if (st == TRIAGE_OK && g->use == EWF_USED && g->damage != NULL)
			st = tell_damage(t, g);
		if (st != TRIAGE_OK)
			return st;
		if (g->use == EWF_USED) {
			due = g->number + 1;
			next = g->next;
		}
	}
	if (!next)
		return TRIAGE_OK;
	if (t->missing == 0 && t->map->volume.found)
		return TRIAGE_OK;
	return source_problem(t->sink, "open", TRIAGE_HIGH, "segment-missing", TRIAGE_NO_ID, 0, t->err,
	    "the image goes on after segment %u, but segment %u is not there; find the file and put it beside the others", due - 1, due);
}

static enum triage_status
tell_range(const struct telling *t, uint64_t from, uint64_t to)
{
	uint64_t unit = t->map->volume.chunk_size;
	uint64_t offset = from * unit, end = to < t->map->chunks ? to * unit : t->map->size;
	if (from >= to)
		return TRIAGE_OK;
	return source_problem(t->sink, "open", TRIAGE_HIGH, "chunks-missing", offset, end - offset, t->err,
	    "%" PRIu64 " of %" PRIu64 " bytes are in no segment that can be used: they read as zeros%s", end - offset, t->map->size,
	    to < t->map->chunks ? "; what follows was placed by counting from the end" : "");
}

static enum triage_status
tell_chunks(const struct telling *t)
{
	const struct ewf_map *map = t->map;
	uint64_t at = 0;
	for (size_t i = 0; i < map->table_count && at < map->chunks; i++) {
		uint64_t first = map->tables[i].first < map->chunks ? map->tables[i].first : map->chunks;
		enum triage_status st = tell_range(t, at, first);
		if (st != TRIAGE_OK)
			return st;
		at = first + map->tables[i].count;
	}
	enum triage_status st = tell_range(t, at, map->chunks);
	if (st == TRIAGE_OK && map->unplaced > 0)
		st = source_problem(t->sink, "open", TRIAGE_HIGH, "chunks-unplaced", TRIAGE_NO_ID, map->unplaced * map->volume.chunk_size, t->err,
		    "%" PRIu64 " chunks are there, but with more than one gap around them nobody can say where they belong: they are not read",
		    map->unplaced);
	if (st == TRIAGE_OK && map->named > map->chunks)
		st = source_problem(t->sink, "open", TRIAGE_MEDIUM, "chunks-beyond", map->size, 0, t->err,
		    "the tables name %" PRIu64 " chunks, the medium has %" PRIu64 ": what lies beyond its end is not read", map->named, map->chunks);
	if (st == TRIAGE_OK && map->too_many)
		st = source_problem(t->sink, "open", TRIAGE_HIGH, "too-many-tables", TRIAGE_NO_ID, 0, t->err,
		    "the image has more chunk tables than this version keeps; the chunks of the others are not read");
	return st;
}

/* Sectors that the acquiring tool could not read are in the image as filler: it says so. */
static enum triage_status
tell_acquisition(const struct telling *t)
{
	const struct bad_range *first = bad_list_next(&t->map->acquisition, 0);
	if (first == NULL)
		return TRIAGE_OK;
	return source_problem(t->sink, "open", TRIAGE_MEDIUM, "acquisition-errors", first->offset,
	    bad_list_within(&t->map->acquisition, 0, t->map->size), t->err,
	    "%" PRIu64 " ranges of the source could not be read when this image was made", t->map->acquisition_ranges);
}

enum triage_status
ewf_map_tell(const struct ewf_map *map, const struct evidence_sink *sink, struct triage_error *err)
{
	const struct telling t = { map, sink, err, map->chunks > map->named ? map->chunks - map->named : 0 };
	enum triage_status st = tell_segments(&t);
	if (st == TRIAGE_OK && map->volume.found)
		st = tell_chunks(&t);
	if (st == TRIAGE_OK && map->volume.found && map->volume.sectors != 0 && map->volume.chunks != map->chunks)
		st = source_problem(sink, "open", TRIAGE_LOW, "medium-size", TRIAGE_NO_ID, 0, err,
		    "the image says that it has %" PRIu32 " chunks, but its sectors make %" PRIu64 ": the sectors are believed", map->volume.chunks, map->chunks);
	if (st == TRIAGE_OK)
		st = tell_acquisition(&t);
	if (st == TRIAGE_OK && map->hashes_differ)
		st = source_problem(sink, "open", TRIAGE_MEDIUM, "stored-hashes-differ", TRIAGE_NO_ID, 0, err,
		    "the image stores two different hashes of one kind: the later one is compared");
	return st;
}

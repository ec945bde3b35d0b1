/* ewf_map.c - the segments in their order, and the place of each chunk; see ewf_map.h. */
#include "triage/evidence/ewf_map.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"
#include "triage/evidence/ewf.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER = 9 };

bool
ewf_signature(const uint8_t *head, size_t size)
{
	return size >= EWF_FILE_HEADER && memcmp(head, "EVF\x09\r\n\xff\0", 8) == 0;
}

static bool
number_taken(const struct ewf_map *map, unsigned number)
{
	for (size_t i = 0; i < map->count; i++)
		if (map->segments[i].number == number)
			return true;
	return false;
}

/* Number the segments: as their headers say, and where a header is destroyed or says what another says, by place. */
static void
number_all(struct ewf_map *map)
{
	for (size_t i = 0; i < map->count; i++) {
		struct ewf_segment *g = &map->segments[i];
		uint8_t head[EWF_FILE_HEADER];
		bool signature = g->size >= sizeof(head) && ewf_read_at(g->file, 0, head, sizeof(head)) && ewf_signature(head, sizeof(head));
		unsigned number = signature ? load_le16(head + NUMBER) : 0;
		g->headed = number != 0 && !number_taken(map, number);
		g->number = g->headed ? number : 0;
		if (signature && number != 0 && !g->headed)
			g->use = EWF_TWICE;
		else if (!g->headed) {
			g->damage = "its file header is damaged: it is taken by its name";
			g->harmless = true;
		}
	}
	for (size_t i = 0; i < map->count; i++) {
		struct ewf_segment *g = &map->segments[i];
		unsigned place = i > 0 ? map->segments[i - 1].number + 1 : 1;
		if (g->number != 0)
			continue;
		if (!number_taken(map, place)) {
			g->number = place;
			g->use = EWF_USED;
		} else if (g->use == EWF_USED) {
			g->use = EWF_TWICE;
		}
	}
}

static int
by_number(const void *a, const void *b)
{
	const struct ewf_segment *left = a, *right = b;
	return (left->number > right->number) - (left->number < right->number);
}

bool
ewf_foreign(const struct ewf_volume *image, const struct ewf_volume *v)
{
	static const uint8_t none[EWF_SET];
	if (!image->whole || !v->whole)
		return false;
	if (memcmp(image->set, none, EWF_SET) != 0 && memcmp(v->set, none, EWF_SET) != 0)
		return memcmp(image->set, v->set, EWF_SET) != 0;
	return image->chunk_size != v->chunk_size || image->sector_size != v->sector_size ||
	    (image->sectors != 0 && v->sectors != 0 && image->sectors != v->sectors);
}

void
ewf_map_gap(struct ewf_map *map)
{
	uint32_t last = map->table_count > 0 ? map->tables[map->table_count - 1].run : 0;
	if (map->table_count == 0 || map->run == last)
		map->run = map->table_count == 0 ? 1 : last + 1;
}

static enum triage_status
read_all(struct ewf_map *map, struct triage_error *err)
{
	unsigned due = 1;
	bool ended = false;
	for (uint32_t i = 0; i < map->count; i++) {
		struct ewf_segment *g = &map->segments[i];
		if (g->use == EWF_USED && ended)
			g->use = EWF_BEYOND;
		if (g->use != EWF_USED)
			continue;
		struct ewf_map before = *map;
		if (g->number != due)
			ewf_map_gap(map);
		enum triage_status st = ewf_segment_read(map, i, err);
		if (st != TRIAGE_OK)
			return st;
		if (before.volume.whole && ewf_foreign(&before.volume, &g->volume)) {
			/* what it told is forgotten; the array may have grown meanwhile */
			before.tables = map->tables;
			before.table_room = map->table_room;
			before.acquisition = map->acquisition;
			before.found = map->found;
			before.found_count = map->found_count;
			before.found_chunks = map->found_chunks;
			*map = before;
			g->use = EWF_FOREIGN;
			continue;
		}
		due = g->number + 1;
		ended = g->last;
	}
	if (!ended)
		ewf_map_gap(map);
	return TRIAGE_OK;
}

static uint64_t
run_chunks(const struct ewf_map *map, uint32_t run, bool all)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < map->table_count; i++)
		sum += all || map->tables[i].run == run ? map->tables[i].count : 0;
	return sum;
}

/* Number the chunks of one run from first on. */
static void
run_place(struct ewf_map *map, uint32_t run, bool all, uint64_t first)
{
	for (size_t i = 0; i < map->table_count; i++)
		if (all || map->tables[i].run == run) {
			map->tables[i].first = first;
			first += map->tables[i].count;
		}
}

/* Keep the tables whose place is known. */
static void
drop_unplaced(struct ewf_map *map)
{
	size_t kept = 0;
	for (size_t i = 0; i < map->table_count; i++) {
		if (map->tables[i].first == UINT64_MAX)
			map->unplaced += map->tables[i].count;
		else
			map->tables[kept++] = map->tables[i];
	}
	map->table_count = kept;
}

bool
ewf_map_place(struct ewf_map *map)
{
	const struct ewf_volume *v = &map->volume;
	map->named = run_chunks(map, 0, true);
	if (!v->found)
		return false;
	uint64_t counted = v->sectors != 0 ? v->sectors : v->chunks != 0 ? v->chunks : map->named;
	if (__builtin_mul_overflow(counted, v->sectors != 0 ? v->sector_size : v->chunk_size, &map->size) || map->size > INT64_MAX)
		return false;
	map->chunks = map->size / v->chunk_size + (map->size % v->chunk_size != 0);
	if (!v->whole && (map->chunks != v->chunks || map->named > map->chunks))
		return false;	/* damaged, and not even consistent in itself */
	for (size_t i = 0; i < map->table_count; i++)
		map->tables[i].first = UINT64_MAX;
	uint32_t last = map->table_count > 0 ? map->tables[map->table_count - 1].run : 0;
	bool tail = last == map->run && map->run > 0;	/* no gap behind the last table, and one somewhere before it */
	uint64_t head_chunks = run_chunks(map, 0, false), tail_chunks = tail ? run_chunks(map, last, false) : 0;
	if (map->run == 0 || map->named == map->chunks) {
		run_place(map, 0, true, 0);
	} else {
		run_place(map, 0, false, 0);
		if (tail && tail_chunks <= map->chunks && map->chunks - tail_chunks >= head_chunks)
			run_place(map, last, false, map->chunks - tail_chunks);
	}
	drop_unplaced(map);
	return map->table_count > 0 || map->chunks == 0;
}

const struct ewf_table *
ewf_map_find(const struct ewf_map *map, uint64_t chunk)
{
	size_t low = 0, high = map->table_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (map->tables[middle].first + map->tables[middle].count > chunk)
			high = middle;
		else
			low = middle + 1;
	}
	return low < map->table_count && map->tables[low].first <= chunk ? &map->tables[low] : NULL;
}

struct ewf_file
ewf_file_of(const struct evidence_input *in, size_t index)
{
	return in->readers != NULL ? (struct ewf_file){ .fd = -1, .reader = in->readers[index] } : (struct ewf_file){ .fd = in->fds[index] };
}

enum triage_status
ewf_map_read(const struct evidence_input *in, struct ewf_map *map, const struct evidence_sink *sink, struct triage_error *err)
{
	map->segments = fault_hit() ? NULL : calloc(in->count, sizeof(*map->segments));
	if (map->segments == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu segments", in->count);
		return TRIAGE_E_MEMORY;
	}
	map->count = in->count;
	for (size_t i = 0; i < in->count; i++) {
		const char *slash = strrchr(in->paths[i], '/');
		map->segments[i] = (struct ewf_segment){ .file = ewf_file_of(in, i), .size = in->sizes[i],
		    .name = slash != NULL ? slash + 1 : in->paths[i] };
	}
	number_all(map);
	qsort(map->segments, map->count, sizeof(*map->segments), by_number);
	enum triage_status st = read_all(map, err);
	if (st != TRIAGE_OK)
		return st;
	bool placed = ewf_map_place(map);
	if ((st = ewf_map_tell(map, sink, err)) != TRIAGE_OK)
		return st;
	if (placed)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_FORMAT, 0, map->volume.found ? "no chunk of this E01 can be placed: the parts that would say where "
	    "they belong are damaged or missing; nothing of it can be read" : "the volume section of this E01, which tells its size, is damaged "
	    "or missing in every segment: nothing of it can be read");
	return TRIAGE_E_FORMAT;
}

void
ewf_map_release(struct ewf_map *map)
{
	for (size_t i = 0; i < map->found_count; i++)
		free(map->found[i]);
	free(map->found);
	free(map->segments);
	free(map->tables);
	bad_list_release(&map->acquisition);
	*map = (struct ewf_map){ 0 };
}

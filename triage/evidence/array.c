/* array.c - a volume put together of parts, as a reader; see array.h. */
#include "triage/evidence/array.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/evidence/bad_list.h"

#include <stdlib.h>
#include <string.h>

struct array {
	struct reader base;
	struct array_segment *segments;
	size_t segment_count, segment_room;
	struct array_part *parts;
	size_t part_count, part_room;
	struct reader **owned;
	size_t owned_count, owned_room;
	struct bad_list bad;
	size_t hint;			/* index of the segment read last */
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an array of volumes");
	return TRIAGE_E_MEMORY;
}

/* Make room for `more` elements of `size` bytes; the list may move. */
static enum triage_status
grow(void **list, size_t *room, size_t count, size_t more, size_t size, size_t max, struct triage_error *err)
{
	if (more > max || count > max - more) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "a volume of more than %zu pieces", max);
		return TRIAGE_E_LIMIT;
	}
	if (count + more <= *room)
		return TRIAGE_OK;
	size_t wanted = count + more < *room * 2 ? *room * 2 : count + more;
	void *grown = fault_hit() ? NULL : realloc(*list, wanted * size);
	if (grown == NULL)
		return no_memory(err);
	*list = grown;
	*room = wanted;
	return TRIAGE_OK;
}

/* The segment that holds offset, or the next one behind it; NULL when there is none. */
static const struct array_segment *
segment_at(struct array *a, uint64_t offset)
{
	size_t low = 0, high = a->segment_count;
	if (a->hint < a->segment_count) {
		const struct array_segment *s = &a->segments[a->hint];
		if (offset >= s->start && offset - s->start < s->length)
			return s;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct array_segment *s = &a->segments[middle];
		if (s->start + s->length > offset)
			high = middle;
		else
			low = middle + 1;
	}
	a->hint = low;
	return low < a->segment_count ? &a->segments[low] : NULL;
}

struct part_ctx {
	struct array *a;
	const struct array_segment *segment;
};

static uint64_t
part_length(const struct array_part *p)
{
	if (p->reader == NULL || p->start >= p->reader->size)
		return 0;
	uint64_t left = p->reader->size - p->start;
	return p->length < left ? p->length : left;
}

static enum triage_status
part_read(void *ctx, uint32_t part, uint64_t at, uint8_t *buf, size_t size, uint64_t *ret_bad, struct triage_error *err)
{
	const struct part_ctx *c = ctx;
	const struct array_part *p = &c->a->parts[c->segment->first + part];
	uint64_t length = part_length(p), left = at < length ? length - at : 0;
	size_t there = left < size ? (size_t)left : size;
	memset(buf + there, 0, size - there);
	*ret_bad = size - there;
	if (there == 0)
		return TRIAGE_OK;
	uint64_t before = p->reader->bad_bytes;
	enum triage_status st = reader_read_all(p->reader, p->start + at, buf, there, err);
	if (st == TRIAGE_E_MEMORY || st == TRIAGE_E_INTERRUPTED)
		return st;
	if (st != TRIAGE_OK) {
		memset(buf, 0, there);
		*ret_bad = size;
		return TRIAGE_OK;
	}
	*ret_bad += p->reader->bad_bytes - before;
	return TRIAGE_OK;
}

/* Try each place at which the bytes lie, and keep what the best gave. */
static enum triage_status
read_copies(struct part_ctx *c, uint64_t offset, uint8_t *buf, size_t size, uint64_t *ret_bad, struct triage_error *err)
{
	uint32_t copies = array_copies(c->segment), best = 0;
	uint64_t best_bad = UINT64_MAX, bad = size;
	for (uint32_t copy = 0; copy < copies; copy++) {
		struct array_place place = array_locate(c->segment, offset, copy);
		enum triage_status st = part_read(c, place.part, place.at, buf, size, &bad, err);
		if (st != TRIAGE_OK)
			return st;
		if (bad < best_bad) {
			best = copy;
			best_bad = bad;
		}
		if (bad == 0)
			break;
	}
	*ret_bad = best_bad;
	if (bad <= best_bad)
		return TRIAGE_OK;
	struct array_place place = array_locate(c->segment, offset, best);
	return part_read(c, place.part, place.at, buf, size, ret_bad, err);
}

/* Read what lies together in one segment. */
static enum triage_status
read_piece(struct part_ctx *c, uint64_t offset, uint8_t *buf, size_t size, uint64_t *ret_bad, struct triage_error *err)
{
	if (c->segment->layout == ARRAY_ZERO) {
		memset(buf, 0, size);
		*ret_bad = 0;
		return TRIAGE_OK;
	}
	enum triage_status st = read_copies(c, offset, buf, size, ret_bad, err);
	if (st != TRIAGE_OK || *ret_bad == 0 || c->segment->layout != ARRAY_PARITY)
		return st;
	struct array_parts parts = { .ctx = c, .read = part_read };
	struct array_place place = array_locate(c->segment, offset, 0);
	*ret_bad = 0;
	for (size_t done = 0; done < size; ) {
		size_t part = size - done < ARRAY_PIECE ? size - done : ARRAY_PIECE;
		uint64_t bad;
		bool rebuilt = false;
		st = part_read(c, place.part, place.at + done, buf + done, part, &bad, err);
		if (st == TRIAGE_OK && bad != 0)
			st = array_rebuild(c->segment, &parts, place.part, place.at + done, buf + done, part, &rebuilt, err);
		if (st != TRIAGE_OK)
			return st;
		*ret_bad += rebuilt ? 0 : bad;
		done += part;
	}
	return TRIAGE_OK;
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static enum triage_status
array_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct array *a = (struct array *)r;
	while (size > 0) {
		const struct array_segment *s = segment_at(a, offset);
		uint64_t bad = 0;
		size_t part;
		if (s == NULL || offset < s->start) {
			part = (size_t)smaller(s == NULL ? size : s->start - offset, size);
			memset(buf, 0, part);
			bad = part;
		} else {
			struct part_ctx c = { .a = a, .segment = s };
			uint64_t run = s->layout == ARRAY_ZERO ? s->start + s->length - offset : array_locate(s, offset - s->start, 0).run;
			part = (size_t)smaller(run, size);
			enum triage_status st = read_piece(&c, offset - s->start, buf, part, &bad, err);
			if (st != TRIAGE_OK)
				return st;
		}
		if (bad > 0)
			bad_list_add(&a->bad, offset, part, "parts of the volume are missing or cannot be read");
		r->bad_bytes += bad;
		buf += part;
		size -= part;
		offset += part;
	}
	return TRIAGE_OK;
}

static uint64_t
array_place(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run)
{
	struct array *a = (struct array *)r;
	const struct array_segment *s = segment_at(a, offset);
	*ret_below = NULL;
	if (s == NULL || offset < s->start || s->layout == ARRAY_ZERO) {
		*ret_run = (s == NULL ? r->size : s->layout == ARRAY_ZERO && offset >= s->start ? s->start + s->length : s->start) - offset;
		return TRIAGE_NO_OFFSET;
	}
	for (uint32_t copy = 0; copy < array_copies(s); copy++) {
		struct array_place place = array_locate(s, offset - s->start, copy);
		const struct array_part *p = &a->parts[s->first + place.part];
		uint64_t length = part_length(p);
		*ret_run = place.run;
		if (place.at >= length)
			continue;
		*ret_run = smaller(place.run, length - place.at);
		*ret_below = p->reader;
		return p->start + place.at;
	}
	return TRIAGE_NO_OFFSET;
}

static void
array_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	bad_list_each(&((struct array *)r)->bad, each, ctx);
}

static void
array_close(struct reader *r)
{
	struct array *a = (struct array *)r;
	for (size_t i = 0; i < a->owned_count; i++)
		reader_close(a->owned[i]);
	bad_list_release(&a->bad);
	free(a->owned);
	free(a->segments);
	free(a->parts);
	free(a);
}

static const struct reader_ops array_ops = {
	.name = "array", .read = array_read, .bad_ranges = array_bad_ranges, .place = array_place, .close = array_close,
};

enum triage_status
array_new(uint64_t size, uint32_t sector_size, struct array **ret_array, struct triage_error *err)
{
	struct array *a = fault_hit() ? NULL : calloc(1, sizeof(*a));
	if (a == NULL)
		return no_memory(err);
	a->base = (struct reader){ .ops = &array_ops, .size = size, .sector_size = sector_size };
	*ret_array = a;
	return TRIAGE_OK;
}

struct reader *
array_reader(struct array *a)
{
	return &a->base;
}

enum triage_status
array_own(struct array *a, struct reader *reader, struct triage_error *err)
{
	void *list = a->owned;
	enum triage_status st = grow(&list, &a->owned_room, a->owned_count, 1, sizeof(*a->owned), ARRAY_PARTS_MAX, err);
	if (st != TRIAGE_OK) {
		reader_close(reader);
		return st;
	}
	a->owned = list;
	a->owned[a->owned_count++] = reader;
	return TRIAGE_OK;
}

static bool
rotation_known(const struct array_segment *s)
{
	if (s->rotation <= ARRAY_PARITY_LAST)
		return true;
	if (s->checks != 2)
		return false;
	return (s->rotation >= ARRAY_ZERO_RESTART && s->rotation <= ARRAY_N_CONTINUE) ||
	    (s->rotation >= ARRAY_SIX_FROM_FIVE && s->rotation < ARRAY_ROTATION_END);
}

/* True when the numbers can be worked with: nothing is divided by zero, no place overflows, no part is named that is not there. */
static bool
segment_makes_sense(const struct array *a, const struct array_segment *s)
{
	const struct array_segment *last = a->segment_count > 0 ? &a->segments[a->segment_count - 1] : NULL;
	if (s->length == 0 || s->length > (uint64_t)INT64_MAX / 4 || s->start > a->base.size || s->length > a->base.size - s->start)
		return false;
	if (last != NULL && s->start < last->start + last->length)
		return false;
	if (s->layout == ARRAY_ZERO || s->layout == ARRAY_MIRROR)
		return s->parts > 0 || s->layout == ARRAY_ZERO;
	if (s->chunk == 0 || s->chunk > UINT32_MAX || s->parts == 0 || s->parts > ARRAY_WIDTH_MAX)
		return false;
	if (s->layout == ARRAY_COPIES)
		return s->near > 0 && s->far > 0 && s->near <= s->parts && s->far <= s->parts && (uint64_t)s->near * s->far <= s->parts &&
		    s->far_set > 0 && s->far_set <= s->parts && s->stride <= (uint64_t)INT64_MAX / 4 / s->far && s->length <= INT64_MAX / ARRAY_WIDTH_MAX / 4;
	if (s->layout == ARRAY_PARITY)
		return (s->checks == 1 || s->checks == 2) && s->parts > s->checks && rotation_known(s) &&
		    (s->checks == 1 || s->parts > 3 || s->rotation < ARRAY_SIX_FROM_FIVE) && (s->checks == 1 || s->parts <= 255);
	return true;
}

enum triage_status
array_add(struct array *a, const struct array_segment *s, const struct array_part *parts, struct triage_error *err)
{
	uint32_t count = s->layout == ARRAY_ZERO ? 0 : s->parts;
	if (!segment_makes_sense(a, s)) {
		triage_error_set(err, TRIAGE_E_FORMAT, s->start, "the numbers of an array's layout cannot be");
		return TRIAGE_E_FORMAT;
	}
	void *segments = a->segments, *list = a->parts;
	enum triage_status st = grow(&segments, &a->segment_room, a->segment_count, 1, sizeof(*a->segments), ARRAY_SEGMENTS_MAX, err);
	a->segments = segments;
	if (st == TRIAGE_OK)
		st = grow(&list, &a->part_room, a->part_count, count, sizeof(*a->parts), ARRAY_PARTS_MAX, err);
	a->parts = list;
	if (st != TRIAGE_OK)
		return st;
	a->segments[a->segment_count] = *s;
	a->segments[a->segment_count++].first = a->part_count;
	if (count > 0)
		memcpy(a->parts + a->part_count, parts, count * sizeof(*parts));
	a->part_count += count;
	return TRIAGE_OK;
}

/* Whether each of a segment's parts has all the bytes that the segment may ask it for. */
static uint32_t
short_parts(const struct array *a, const struct array_segment *s, uint64_t needed)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < s->parts; i++)
		count += part_length(&a->parts[s->first + i]) < needed;
	return count;
}

/* Of one round of chunks, those of which no copy is there. */
static uint32_t
lost_chunks(const struct array *a, const struct array_segment *s)
{
	uint32_t lost = 0;
	for (uint32_t chunk = 0; chunk < s->parts && chunk * s->chunk < s->length; chunk++) {
		bool there = false;
		for (uint32_t copy = 0; copy < array_copies(s) && !there; copy++) {
			struct array_place place = array_locate(s, chunk * s->chunk, copy);
			there = part_length(&a->parts[s->first + place.part]) > place.at;
		}
		lost += !there;
	}
	return lost;
}

static uint64_t
segment_missing(const struct array *a, const struct array_segment *s)
{
	uint64_t best = 0, rows;
	switch (s->layout) {
	case ARRAY_MIRROR:
		for (uint32_t i = 0; i < s->parts; i++) {
			uint64_t length = part_length(&a->parts[s->first + i]);
			best = length > best ? length : best;
		}
		return best < s->length ? s->length - best : 0;
	case ARRAY_STRIPE:
		return s->length / s->parts * short_parts(a, s, s->length / s->parts);
	case ARRAY_COPIES:
		return s->length / s->parts * lost_chunks(a, s);
	case ARRAY_PARITY:
		rows = s->length / s->chunk / (s->parts - s->checks);
		best = short_parts(a, s, rows * s->chunk);
		return best <= s->checks ? 0 : s->length / s->parts * best;
	case ARRAY_ZERO:
		break;
	}
	return 0;
}

uint64_t
array_missing(const struct array *a)
{
	uint64_t missing = 0, end = 0;
	for (size_t i = 0; i < a->segment_count; i++) {
		missing += a->segments[i].start - end + segment_missing(a, &a->segments[i]);
		end = a->segments[i].start + a->segments[i].length;
	}
	return missing + (a->base.size - end);
}

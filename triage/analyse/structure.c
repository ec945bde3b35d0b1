#include "triage/analyse/structure.h"

#include <string.h>
#include <zlib.h>

#define STRUCTURE(id) extern const struct structure id##_structure;
#include "triage/analyse/structures.def"
#undef STRUCTURE

static const struct structure *const structures[] = {
#define STRUCTURE(id) &id##_structure,
#include "triage/analyse/structures.def"
#undef STRUCTURE
};

enum { INFLATE_STEP = 64 << 10 };

void
walk_broken(struct structure_walk *w, uint64_t at)
{
	w->walked = true;
	if (w->broken == 0 || at < w->broken_at)
		w->broken_at = at;
	if (at > w->broken_last)
		w->broken_last = at;
	w->broken++;
}

bool
structure_has(struct view in, uint64_t at, const void *bytes, size_t size)
{
	return view_has(in, at, size) && memcmp(in.data + at, bytes, size) == 0;
}

uint64_t
structure_last(struct view in, const void *bytes, size_t size)
{
	const uint8_t *at = NULL;
	for (size_t end = in.size; at == NULL && end >= size; end--) {
		const uint8_t *last = memrchr(in.data, *(const uint8_t *)bytes, end - size + 1);
		if (last == NULL)
			return UINT64_MAX;
		if (memcmp(last, bytes, size) == 0)
			at = last;
		end = (size_t)(last - in.data) + size;
	}
	return at == NULL ? UINT64_MAX : (uint64_t)(at - in.data);
}

bool
structure_inflate(struct view in, int bits, uint64_t *budget, size_t *ret_used, uint64_t *ret_out, uint32_t *ret_crc, bool *ret_whole)
{
	static _Thread_local uint8_t out[INFLATE_STEP];
	z_stream z = { .next_in = (z_const Bytef *)(uintptr_t)in.data, .avail_in = (uInt)in.size };
	uint32_t crc = 0;
	uint64_t made = 0;
	int st = inflateInit2(&z, bits);
	while (st == Z_OK && *budget > 0) {
		z.next_out = out;
		z.avail_out = *budget < sizeof(out) ? (uInt)*budget : (uInt)sizeof(out);
		uInt room = z.avail_out;
		st = inflate(&z, Z_NO_FLUSH);
		size_t n = room - z.avail_out;
		crc = (uint32_t)crc32(crc, out, (uInt)n);
		made += n;
		*budget -= n;
		if (n == 0 && st == Z_OK && z.avail_in == 0)
			break;
	}
	size_t used = in.size - z.avail_in;
	/* what makes little of much is paid for by what it takes: many members may have the same bytes */
	uint64_t idle = used > made ? used - made : 0;
	*budget -= idle < *budget ? idle : *budget;
	inflateEnd(&z);
	if (ret_used != NULL)
		*ret_used = used;
	if (ret_out != NULL)
		*ret_out = made;
	if (ret_crc != NULL)
		*ret_crc = crc;
	*ret_whole = st == Z_STREAM_END;
	/* out of memory, out of budget and out of input are no contradiction */
	return st == Z_STREAM_END || st == Z_OK || st == Z_BUF_ERROR || st == Z_MEM_ERROR;
}

static const struct structure *
format_of(struct view head, struct view tail, uint64_t size, struct triage_shape *shape)
{
	const size_t count = sizeof(structures) / sizeof(structures[0]);
	for (size_t i = 0; i < count && !shape->starts; i++)
		if (structures[i]->starts != NULL && structures[i]->starts(head)) {
			shape->starts = true;
			shape->ends = structures[i]->ends == NULL || structures[i]->ends(tail, size);
			return structures[i];
		}
	for (size_t i = 0; i < count; i++)
		if (structures[i]->ends != NULL && !structures[i]->weak_end && structures[i]->ends(tail, size)) {
			shape->ends = true;
			return structures[i];
		}
	return NULL;
}

void
structure_of(struct view all, bool whole, struct view tail, uint64_t size, struct triage_shape *shape)
{
	shape->starts = shape->ends = false;
	shape->format[0] = shape->mark[0] = '\0';
	shape->walk = TRIAGE_WALK_NONE;
	if (all.size == 0)
		return;
	file_mark_of(all, tail, size, shape);
	const struct structure *s = format_of(all, tail, size, shape);
	strncpy(shape->format, s != NULL ? s->name : whole && shape->head_random ? structure_rest(all) : "", sizeof(shape->format) - 1);
	shape->format[sizeof(shape->format) - 1] = '\0';
	if (s == NULL)
		return;
	struct structure_walk w = { .walked = false };
	if (whole && s->walk != NULL)
		s->walk(all, &w);
	if (!w.walked)
		return;
	shape->walk = w.broken > 0 ? TRIAGE_WALK_BROKEN : TRIAGE_WALK_WHOLE;
	shape->broken_at = w.broken_at;
	shape->broken_last = w.broken_last;
	shape->broken = w.broken;
}

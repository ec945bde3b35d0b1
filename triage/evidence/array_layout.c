/* array_layout.c - where the bytes of an array lie; see array.h. Source: md(4), and superblocks written by mdadm 4.2 compared with them. */
#include "triage/evidence/array.h"

static uint32_t
data_parts(const struct array_segment *s)
{
	return s->parts - s->checks;
}

uint32_t
array_copies(const struct array_segment *s)
{
	switch (s->layout) {
	case ARRAY_MIRROR:
		return s->parts;
	case ARRAY_COPIES:
		return s->near * s->far;
	case ARRAY_STRIPE:
	case ARRAY_PARITY:
		return 1;
	case ARRAY_ZERO:
		break;
	}
	return 0;
}

/* Far copies move on by `near` parts, within their set; a last, larger set takes what is left over. */
static uint32_t
far_part(const struct array_segment *s, uint32_t part)
{
	uint32_t whole_sets = s->parts / s->far_set, rest = s->parts % s->far_set;
	uint32_t last = (whole_sets - 1) * s->far_set, moved = part + s->near;
	if (rest != 0 && moved > last)
		return last + (moved - last) % (s->far_set + rest);
	return moved % s->far_set + part / s->far_set * s->far_set;
}

static struct array_place
locate_copies(const struct array_segment *s, uint64_t offset, uint32_t copy)
{
	uint32_t near_copy = copy / s->far, far_copy = copy % s->far;
	uint64_t chunk = offset / s->chunk, inside = offset % s->chunk;
	uint64_t slot = chunk * s->near, row = slot / s->parts;
	uint32_t column = (uint32_t)(slot % s->parts) + near_copy;
	if (s->far_offset)
		row *= s->far;
	if (column >= s->parts) {
		column -= s->parts;
		row++;
	}
	struct array_place place = { .part = column, .at = row * s->chunk + inside, .run = s->chunk - inside };
	for (uint32_t i = 0; i < far_copy; i++) {
		place.part = far_part(s, place.part);
		place.at += s->stride;
	}
	return place;
}

/* Both parity blocks of a row side by side, P first; a Q that falls off the end comes first. */
static struct array_row
side_by_side(uint32_t p, uint32_t parts)
{
	return (struct array_row){ .p = p, .q = p + 1 == parts ? 0 : p + 1 };
}

struct array_row
array_row(const struct array_segment *s, uint64_t row)
{
	bool six_from_five = s->checks == 2 && s->rotation >= ARRAY_SIX_FROM_FIVE;
	bool two = s->checks == 2 && !six_from_five;
	uint32_t rotation = six_from_five ? s->rotation - ARRAY_SIX_FROM_FIVE : s->rotation;
	uint32_t round = six_from_five ? s->parts - 1 : s->parts;
	uint32_t forth = (uint32_t)(row % round), back = round - 1 - forth;
	struct array_row r = { .p = 0, .q = six_from_five ? s->parts - 1 : UINT32_MAX };
	switch (rotation) {
	case ARRAY_LEFT_ASYMMETRIC:
	case ARRAY_LEFT_SYMMETRIC:
		r.p = back;
		break;
	case ARRAY_RIGHT_ASYMMETRIC:
	case ARRAY_RIGHT_SYMMETRIC:
	case ARRAY_ZERO_RESTART:
		r.p = forth;
		break;
	case ARRAY_PARITY_LAST:
		r.p = two ? s->parts - 2 : round - 1;
		break;
	case ARRAY_N_RESTART:
		r.p = round - 1 - (uint32_t)((row + 1) % round);
		break;
	case ARRAY_N_CONTINUE:
		return (struct array_row){ .p = back, .q = back == 0 ? round - 1 : back - 1 };
	default:
		break;	/* parity first */
	}
	return two ? side_by_side(r.p, s->parts) : r;
}

/* True when the data of a row begins behind its parity and goes round; else it simply leaves the parity out. */
static bool
goes_round(uint32_t rotation)
{
	return rotation == ARRAY_LEFT_SYMMETRIC || rotation == ARRAY_RIGHT_SYMMETRIC || rotation == ARRAY_N_CONTINUE;
}

uint32_t
array_data_part(const struct array_segment *s, struct array_row row, uint32_t data)
{
	bool six_from_five = s->checks == 2 && s->rotation >= ARRAY_SIX_FROM_FIVE;
	uint32_t rotation = six_from_five ? s->rotation - ARRAY_SIX_FROM_FIVE : s->rotation;
	uint32_t round = six_from_five ? s->parts - 1 : s->parts;
	if (goes_round(rotation)) {
		bool q_behind = s->checks == 2 && !six_from_five && rotation != ARRAY_N_CONTINUE;
		return (row.p + 1 + q_behind + data) % round;
	}
	uint32_t low = row.p < row.q ? row.p : row.q, high = row.p < row.q ? row.q : row.p;
	uint32_t part = data + (data >= low);
	return part + (s->checks == 2 && part >= high);
}

static struct array_place
locate_parity(const struct array_segment *s, uint64_t offset)
{
	uint64_t chunk = offset / s->chunk, inside = offset % s->chunk, row = chunk / data_parts(s);
	return (struct array_place){
		.part = array_data_part(s, array_row(s, row), (uint32_t)(chunk % data_parts(s))),
		.at = row * s->chunk + inside, .run = s->chunk - inside,
	};
}

struct array_place
array_locate(const struct array_segment *s, uint64_t offset, uint32_t copy)
{
	struct array_place place = { .part = copy, .at = offset, .run = s->length - offset };
	if (s->layout == ARRAY_STRIPE) {
		uint64_t chunk = offset / s->chunk, inside = offset % s->chunk;
		place = (struct array_place){
			.part = (uint32_t)((chunk + s->skew) % s->parts), .at = chunk / s->parts * s->chunk + inside, .run = s->chunk - inside,
		};
	} else if (s->layout == ARRAY_COPIES) {
		place = locate_copies(s, offset, copy);
	} else if (s->layout == ARRAY_PARITY) {
		place = locate_parity(s, offset);
	}
	if (place.run > s->length - offset)
		place.run = s->length - offset;
	return place;
}

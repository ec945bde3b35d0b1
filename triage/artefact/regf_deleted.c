/*
 * regf_deleted.c - keys and values that a hive has deleted and not yet overwritten, found in its free cells.
 *
 * A freed cell keeps its bytes, and free cells that touch are joined, so that a record may lie anywhere in one on a boundary of 8 bytes.
 * A record counts when its fields are in bounds and its name is one that Windows would make. Where a list is damaged its keys are still in use: they are
 * found the same way.
 */
#include "triage/artefact/regf.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum { K_NAME = 76, V_NAME = 20, NAME_MAX_UNITS = 256, VALUE_NAME_MAX_UNITS = 16384, ALIGN = 8 };

/* FILETIME of 1993 and 2100: outside a record is taken for chance */
#define EARLIEST UINT64_C(123695424000000000)
#define LATEST UINT64_C(157469184000000000)

struct lost {
	struct regf *h;
	const struct regf_lost_calls *calls;
	const uint8_t *seen;
	uint8_t *free_map, *taken, *in_use;	/* a bit for 8 bytes of the bins; in_use: where a cell begins */
};

static bool
bit(const uint8_t *map, uint32_t at)
{
	return (map[at / ALIGN / 8] >> (at / ALIGN % 8) & 1) != 0;
}

static void
set_bit(uint8_t *map, uint32_t at)
{
	map[at / ALIGN / 8] |= (uint8_t)(1u << at / ALIGN % 8);
}

static bool
is_free(const struct lost *l, uint32_t at)
{
	return at % ALIGN == 0 && at < l->h->bins.size && bit(l->free_map, at);
}

/* Cell by cell through the bins: call with each free one. A bin or cell that is not sound ends its page; the next page is tried. */
static void
map_free_cells(struct lost *l)
{
	struct view bins = l->h->bins;
	for (size_t page = l->h->from; page + REGF_BIN_HEADER <= bins.size;) {
		size_t end = page + 4096, at = page + REGF_BIN_HEADER;
		if (memcmp(bins.data + page, "hbin", 4) == 0) {
			uint32_t size = load_le32(bins.data + page + 8);
			end = size >= 4096 && size % 4096 == 0 && size <= bins.size - page ? page + size : end;
			end = end < bins.size ? end : bins.size;
			while (at + ALIGN <= end) {
				int64_t cell = (int32_t)load_le32(bins.data + at), n = cell < 0 ? -cell : cell;
				if (n < ALIGN || n % ALIGN != 0 || (uint64_t)n > end - at)
					break;
				if (cell < 0)
					set_bit(l->in_use, (uint32_t)at);
				for (int64_t i = 0; cell > 0 && i < n; i += ALIGN)
					set_bit(l->free_map, (uint32_t)(at + (size_t)i));
				at += (size_t)n;
			}
		}
		page = end;
	}
}

static bool
name_is_sound(struct regf_name name, bool of_key)
{
	size_t step = name.narrow ? 1 : 2;
	if (name.size % step != 0 || name.size / step > (of_key ? (size_t)NAME_MAX_UNITS : (size_t)VALUE_NAME_MAX_UNITS) || (of_key && name.size == 0))
		return false;
	for (size_t i = 0; i < name.size; i += step) {
		unsigned c = name.narrow ? name.data[i] : load_le16(name.data + i);
		if (c < 0x20 || (of_key && c == '\\') || c == 0x7f || c == 0xffff)
			return false;
	}
	return true;
}

static bool
key_is_sound(const struct lost *l, const struct regf_key *k, struct view cell)
{
	return load_le16(cell.data + 72) == k->name.size && (k->flags & 0x2000) == 0 && (k->written == 0 || (k->written > EARLIEST && k->written < LATEST)) &&
	    (k->parent == REGF_NONE || (k->parent % ALIGN == 0 && k->parent < l->h->bins.size)) && (k->value_count == 0 || k->values % ALIGN == 0) &&
	    k->subkey_count < (1u << 20) && k->value_count < (1u << 20) && name_is_sound(k->name, true);
}

static bool
value_is_sound(const struct lost *l, const struct regf_value *v, struct view cell)
{
	bool by_kind = v->type < REGF_TYPE_COUNT || (v->type & 0xffff0000u) == 0xffff0000u || (v->type & 0xfffff000u) == 0x1000u;
	return load_le16(cell.data + 2) == v->name.size && load_le16(cell.data + 16) <= 1 && by_kind && name_is_sound(v->name, false) &&
	    (load_le32(cell.data + 4) & 0x7fffffffu) <= (v->resident ? 4u : REGF_BIG_MAX) &&
	    (v->resident || v->size == 0 || (v->data_at % ALIGN == 0 && v->data_at < l->h->bins.size));
}

/* The data of a deleted value is its own only when nothing else has taken the place. */
static bool
has_data(const struct lost *l, const struct regf_value *v)
{
	return v->resident || v->size == 0 || is_free(l, v->data_at);
}

static enum triage_status
send_values(struct lost *l, const struct regf_key *k, bool in_use, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	struct view cell;
	enum triage_status st = TRIAGE_OK;
	if (k->value_count == 0 || (!in_use && !is_free(l, k->values)))
		return TRIAGE_OK;
	regf_values(l->h, k, &list);
	while (st == TRIAGE_OK && regf_next_value(l->h, &list, &v)) {
		if (v.at % ALIGN != 0 || bit(l->taken, v.at) || (!in_use && !is_free(l, v.at)) || !regf_cell(l->h, v.at, &cell) || !value_is_sound(l, &v, cell))
			continue;
		set_bit(l->taken, v.at);
		st = l->calls->value(l->calls->ctx, k, in_use, &v, in_use || has_data(l, &v), err);
	}
	return st;
}

static enum triage_status
send_key(struct lost *l, uint32_t at, bool in_use, struct triage_error *err)
{
	struct regf_key k;
	struct view cell;
	if (bit(l->seen, at) || !regf_cell(l->h, at, &cell) || !regf_key_at(l->h, at, &k) || !key_is_sound(l, &k, cell))
		return TRIAGE_OK;
	enum triage_status st = l->calls->key(l->calls->ctx, &k, in_use, err);
	return st == TRIAGE_OK ? send_values(l, &k, in_use, err) : st;
}

static enum triage_status
send_value(struct lost *l, uint32_t at, struct triage_error *err)
{
	struct regf_value v;
	struct view cell;
	if (bit(l->taken, at) || !regf_cell(l->h, at, &cell) || !regf_value_at(l->h, at, &v) || !value_is_sound(l, &v, cell))
		return TRIAGE_OK;
	return l->calls->value(l->calls->ctx, NULL, false, &v, has_data(l, &v), err);
}

/* values: the second round, for values that no key has claimed */
static enum triage_status
send_at(struct lost *l, uint32_t at, bool values, struct triage_error *err)
{
	const uint8_t *p = l->h->bins.data + at + 4;
	if (p[1] != 'k')
		return TRIAGE_OK;
	if (!values && p[0] == 'n' && (bit(l->free_map, at) || bit(l->in_use, at)))
		return send_key(l, at, !bit(l->free_map, at), err);
	return values && p[0] == 'v' && bit(l->free_map, at) ? send_value(l, at, err) : TRIAGE_OK;
}

enum triage_status
regf_deleted(struct regf *h, const uint8_t *seen, const struct regf_lost_calls *calls, struct triage_error *err)
{
	size_t map_size = h->bins.size / ALIGN / 8 + 1;
	SCOPED_FREE uint8_t *maps = fault_hit() ? NULL : calloc(3, map_size);
	enum triage_status st = TRIAGE_OK;
	if (maps == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the free cells of a hive");
		return TRIAGE_E_MEMORY;
	}
	struct lost l = { .h = h, .calls = calls, .seen = seen, .free_map = maps, .taken = maps + map_size, .in_use = maps + 2 * map_size };
	map_free_cells(&l);
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t at = h->from; st == TRIAGE_OK && h->work > 0 && at + ALIGN <= h->bins.size; at += ALIGN)
			st = send_at(&l, at, round == 1, err);
	return st;
}

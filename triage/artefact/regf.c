/*
 * regf.c - cells, keys, values and lists of a registry hive, versions 1.1 to 1.6.
 *
 * Little endian. Sources: "Windows registry file format specification" of M. Suhanov, libregf's format document.
 * Not handled: version 1.0 (Windows NT 3.1) with its other cells; keys of layered hives are read as keys.
 */
#include "triage/artefact/regf.h"

#include "triage/base/text.h"

#include <string.h>
#include <strings.h>

enum {
	H_PRIMARY = 4, H_SECONDARY = 8, H_WRITTEN = 12, H_MAJOR = 20, H_MINOR = 24, H_TYPE = 28, H_ROOT = 36, H_SIZE = 40, H_SUM = 508,
	K_FLAGS = 2, K_WRITTEN = 4, K_PARENT = 16, K_SUBKEY_COUNT = 20, K_SUBKEYS = 28, K_VALUE_COUNT = 36, K_VALUES = 40, K_CLASS = 48,
	K_NAME_SIZE = 72, K_CLASS_SIZE = 74, K_NAME = 76,
	V_NAME_SIZE = 2, V_SIZE = 4, V_DATA = 8, V_TYPE = 12, V_FLAGS = 16, V_NAME = 20, V_NARROW = 1,
	BIG_COUNT = 2, BIG_LIST = 4, BIG_PART = 16344,
	LIST_COUNT = 2, LIST = 4,
	STRANGERS_MAX = 16, ENTRY_COST = 16, WORK_LEAST = 32 << 20, WORK_BYTE = 16,
};

#define V_RESIDENT UINT32_C(0x80000000)

uint32_t
regf_sum(const uint8_t *header)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < H_SUM; i += 4)
		sum ^= load_le32(header + i);
	return sum == 0 ? 1 : sum == REGF_NONE ? REGF_NONE - 1 : sum;
}

void
regf_refill(struct regf *h)
{
	h->work = WORK_LEAST + (uint64_t)WORK_BYTE * h->bins.size;
}

bool
regf_open(struct regf *h, struct view all)
{
	*h = (struct regf){ 0 };
	buf_init(&h->big, REGF_BIG_MAX);
	if (all.size < REGF_SECTOR || memcmp(all.data, "regf", 4) != 0)
		return false;
	if (all.size > REGF_HEADER)
		h->bins = (struct view){ all.data + REGF_HEADER, all.size - REGF_HEADER };
	/* offsets have 31 bits: the highest one marks what is only in memory */
	if (h->bins.size > INT32_MAX)
		h->bins.size = INT32_MAX;
	h->primary = load_le32(all.data + H_PRIMARY);
	h->secondary = load_le32(all.data + H_SECONDARY);
	h->written = load_le64(all.data + H_WRITTEN);
	h->major = load_le32(all.data + H_MAJOR);
	h->minor = load_le32(all.data + H_MINOR);
	h->type = load_le32(all.data + H_TYPE);
	h->root = load_le32(all.data + H_ROOT);
	h->declared = load_le32(all.data + H_SIZE);
	h->sum_right = load_le32(all.data + H_SUM) == regf_sum(all.data);
	regf_refill(h);
	return true;
}

void
regf_release(struct regf *h)
{
	buf_release(&h->big);
}

bool
regf_pay(struct regf *h, uint64_t cost)
{
	if (h->work < cost)
		h->work = 0;
	else
		h->work -= cost;
	return h->work > 0;
}

/* --- cells --- */

static int32_t
cell_size(const struct regf *h, uint32_t at)
{
	return at < REGF_BIN_HEADER || !view_has(h->bins, at, 8) ? 0 : (int32_t)load_le32(h->bins.data + at);
}

bool
regf_cell_is_free(const struct regf *h, uint32_t at)
{
	return cell_size(h, at) > 0;
}

bool
regf_cell(const struct regf *h, uint32_t at, struct view *ret_cell)
{
	int64_t size = cell_size(h, at);
	size = size < 0 ? -size : size;
	if (size < 8 || !view_has(h->bins, at, (uint64_t)size))
		return false;
	*ret_cell = (struct view){ h->bins.data + at + 4, (size_t)size - 4 };
	return true;
}

static bool
typed_cell(const struct regf *h, uint32_t at, const char *type, size_t least, struct view *ret_cell)
{
	return regf_cell(h, at, ret_cell) && ret_cell->size >= least && ret_cell->data[0] == (uint8_t)type[0] && ret_cell->data[1] == (uint8_t)type[1];
}

bool
regf_key_at(const struct regf *h, uint32_t at, struct regf_key *ret_key)
{
	struct view cell;
	if (!typed_cell(h, at, "nk", K_NAME, &cell))
		return false;
	const uint8_t *p = cell.data;
	size_t name_size = load_le16(p + K_NAME_SIZE);
	uint16_t flags = load_le16(p + K_FLAGS);
	if (name_size > cell.size - K_NAME)
		name_size = cell.size - K_NAME;
	*ret_key = (struct regf_key){ .at = at, .flags = flags, .written = load_le64(p + K_WRITTEN), .parent = load_le32(p + K_PARENT),
		.subkey_count = load_le32(p + K_SUBKEY_COUNT), .subkeys = load_le32(p + K_SUBKEYS), .value_count = load_le32(p + K_VALUE_COUNT),
		.values = load_le32(p + K_VALUES), .class_at = load_le32(p + K_CLASS), .class_size = load_le16(p + K_CLASS_SIZE),
		.name = { p + K_NAME, name_size, (flags & REGF_KEY_NARROW) != 0 } };
	/* the count of a predefined key is a handle */
	if (flags & REGF_KEY_PREDEFINED)
		ret_key->value_count = 0;
	return true;
}

bool
regf_value_at(const struct regf *h, uint32_t at, struct regf_value *ret_value)
{
	struct view cell;
	if (!typed_cell(h, at, "vk", V_NAME, &cell))
		return false;
	const uint8_t *p = cell.data;
	size_t name_size = load_le16(p + V_NAME_SIZE);
	uint32_t size = load_le32(p + V_SIZE);
	if (name_size > cell.size - V_NAME)
		name_size = cell.size - V_NAME;
	*ret_value = (struct regf_value){ .at = at, .type = load_le32(p + V_TYPE), .size = size & ~V_RESIDENT, .resident = (size & V_RESIDENT) != 0,
		.data_at = load_le32(p + V_DATA), .name = { p + V_NAME, name_size, (load_le16(p + V_FLAGS) & V_NARROW) != 0 } };
	if (ret_value->resident && ret_value->size > 4)
		ret_value->size = 4;
	return true;
}

bool
regf_is_child(const struct regf *h, const struct regf_key *k, uint32_t parent)
{
	struct regf_key other;
	return k->parent == parent || !regf_key_at(h, k->parent, &other);
}

/* --- lists --- */

/* The count of a list cell, no more than there is room for. step: bytes an entry. 0 when it is no such list. */
static uint32_t
list_count(const struct regf *h, uint32_t at, bool outer, uint32_t *ret_step)
{
	struct view cell;
	if (!regf_cell(h, at, &cell) || cell.size < LIST)
		return 0;
	bool hashed = memcmp(cell.data, "lf", 2) == 0 || memcmp(cell.data, "lh", 2) == 0;
	if (outer ? memcmp(cell.data, "ri", 2) != 0 : !hashed && memcmp(cell.data, "li", 2) != 0)
		return 0;
	*ret_step = hashed ? 8 : 4;
	uint32_t count = load_le16(cell.data + LIST_COUNT), room = (uint32_t)((cell.size - LIST) / *ret_step);
	return count < room ? count : room;
}

static void
list_bad(struct regf_list *l, uint32_t at)
{
	if (l->bad++ == 0)
		l->first_bad = at;
}

void
regf_subkeys(struct regf *h, const struct regf_key *k, struct regf_list *ret_list)
{
	uint32_t step = 4;
	*ret_list = (struct regf_list){ .outer = REGF_NONE, .inner = k->subkeys };
	if (k->subkey_count == 0 || k->subkeys == REGF_NONE)
		return;
	ret_list->outer_count = list_count(h, k->subkeys, true, &step);
	if (ret_list->outer_count > 0) {
		ret_list->outer = k->subkeys;
		return;
	}
	ret_list->inner_count = list_count(h, k->subkeys, false, &ret_list->step);
	if (ret_list->inner_count == 0)
		list_bad(ret_list, k->subkeys);
}

/* The next list of an outer list. False when there is no more. */
static bool
next_inner(struct regf *h, struct regf_list *l)
{
	while (l->outer != REGF_NONE && l->outer_at < l->outer_count && regf_pay(h, ENTRY_COST)) {
		l->inner = load_le32(h->bins.data + l->outer + 4 + LIST + 4 * (size_t)l->outer_at++);
		l->inner_at = 0;
		l->inner_count = list_count(h, l->inner, false, &l->step);
		if (l->inner_count > 0)
			return true;
		list_bad(l, l->inner);
	}
	return false;
}

bool
regf_next(struct regf *h, struct regf_list *l, struct regf_key *ret_key)
{
	while (regf_pay(h, ENTRY_COST)) {
		if (l->inner_at >= l->inner_count) {
			if (!next_inner(h, l))
				return false;
			continue;
		}
		uint32_t at = load_le32(h->bins.data + l->inner + 4 + LIST + (size_t)l->step * l->inner_at++);
		if (regf_key_at(h, at, ret_key))
			return true;
		list_bad(l, at);
	}
	return false;
}

void
regf_values(struct regf *h, const struct regf_key *k, struct regf_values *ret_values)
{
	struct view cell;
	*ret_values = (struct regf_values){ .list = k->values };
	if (k->value_count == 0 || k->values == REGF_NONE)
		return;
	if (!regf_cell(h, k->values, &cell)) {
		ret_values->bad = k->value_count;
		ret_values->first_bad = k->values;
		return;
	}
	ret_values->count = k->value_count;
	if (cell.size / 4 < k->value_count) {
		ret_values->count = (uint32_t)(cell.size / 4);
		ret_values->bad = k->value_count - ret_values->count;
		ret_values->first_bad = k->values;
	}
}

bool
regf_next_value(struct regf *h, struct regf_values *l, struct regf_value *ret_value)
{
	while (l->at < l->count && regf_pay(h, ENTRY_COST)) {
		uint32_t at = load_le32(h->bins.data + l->list + 4 + 4 * (size_t)l->at++);
		if (regf_value_at(h, at, ret_value))
			return true;
		if (l->bad++ == 0)
			l->first_bad = at;
	}
	return false;
}

/* --- by name --- */

bool
regf_name_is(struct regf_name name, const char *text, size_t size)
{
	if (name.narrow)
		return name.size == size && strncasecmp((const char *)name.data, text, size) == 0;
	if (name.size != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		char c = (char)name.data[2 * i];
		if (name.data[2 * i + 1] != 0 || strncasecmp(&c, text + i, 1) != 0)
			return false;
	}
	return true;
}

bool
regf_find(struct regf *h, const struct regf_key *from, const char *path, struct regf_key *ret_key)
{
	struct regf_key at = *from;
	while (path[0] != '\0') {
		size_t size = strcspn(path, "\\");
		struct regf_list list;
		struct regf_key k;
		bool found = false;
		unsigned strangers = 0;
		regf_subkeys(h, &at, &list);
		/* a list of the keys of others is not worth its length */
		while (!found && strangers < STRANGERS_MAX && regf_next(h, &list, &k)) {
			bool child = regf_is_child(h, &k, at.at);
			strangers += !child;
			found = child && regf_name_is(k.name, path, size);
		}
		if (!found)
			return false;
		at = k;
		path += size + (path[size] == '\\');
	}
	*ret_key = at;
	return true;
}

bool
regf_find_value(struct regf *h, const struct regf_key *k, const char *name, struct regf_value *ret_value)
{
	struct regf_values list;
	size_t size = strlen(name);
	regf_values(h, k, &list);
	while (regf_next_value(h, &list, ret_value))
		if (regf_name_is(ret_value->name, name, size))
			return true;
	return false;
}

/* --- data --- */

static struct view
big_data(struct regf *h, struct view cell, uint32_t size)
{
	struct view list, part;
	uint32_t count = load_le16(cell.data + BIG_COUNT);
	buf_clear(&h->big);
	if (size > REGF_BIG_MAX)
		size = REGF_BIG_MAX;
	if (!regf_cell(h, load_le32(cell.data + BIG_LIST), &list))
		return (struct view){ cell.data, 0 };
	for (uint32_t i = 0; i < count && i < list.size / 4 && h->big.size < size; i++) {
		if (!regf_cell(h, load_le32(list.data + 4 * (size_t)i), &part))
			break;
		size_t n = part.size < BIG_PART ? part.size : BIG_PART;
		n = n < size - h->big.size ? n : size - h->big.size;
		if (!regf_pay(h, n))
			break;
		buf_put(&h->big, part.data, n);
	}
	return (struct view){ (const uint8_t *)buf_cstr(&h->big), h->big.failed ? 0 : h->big.size };
}

struct view
regf_data(struct regf *h, const struct regf_value *v)
{
	struct view cell = { h->bins.data, 0 };
	if (v->resident)
		return (struct view){ h->bins.data + v->at + 4 + V_DATA, v->size };
	if (v->size == 0 || v->data_at == REGF_NONE || !regf_cell(h, v->data_at, &cell) || !regf_pay(h, v->size < cell.size ? v->size : cell.size))
		return (struct view){ h->bins.data, 0 };
	if (v->size > BIG_PART && cell.size >= 8 && memcmp(cell.data, "db", 2) == 0)
		return big_data(h, cell, v->size);
	return (struct view){ cell.data, v->size < cell.size ? v->size : cell.size };
}

struct regf_name
regf_class(const struct regf *h, const struct regf_key *k)
{
	struct view cell;
	if (k->class_size == 0 || k->class_at == REGF_NONE || !regf_cell(h, k->class_at, &cell))
		return (struct regf_name){ h->bins.data, 0, false };
	return (struct regf_name){ cell.data, k->class_size < cell.size ? k->class_size : cell.size, false };
}

static void
put_character(struct buf *out, unsigned c)
{
	if (c == 0)
		buf_text(out, "\xe2\x90\x80");
	else if (c < 0x80)
		buf_char(out, (char)c);
	else {
		buf_char(out, (char)(0xc0 | c >> 6));
		buf_char(out, (char)(0x80 | (c & 0x3f)));
	}
}

void
regf_name_text(struct buf *out, struct regf_name name)
{
	size_t units = name.size / 2;
	if (name.narrow)
		for (size_t i = 0; i < name.size; i++)
			put_character(out, name.data[i]);
	for (size_t i = 0, n; !name.narrow && i < units; i += n) {
		for (n = 0; i + n < units && (name.data[2 * (i + n)] != 0 || name.data[2 * (i + n) + 1] != 0); n++)
			;
		text_from_utf16le(out, name.data + 2 * i, n);
		if (i + n < units)
			put_character(out, 0), n++;
	}
}

/* registry_value.c - names, values and times of a hive as text for plug-ins. */
#include "triage/artefact/registry_inside.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_SHOWN = 32, ITEMS_MAX = 4096 };

/* FILETIME of 1971-01-01 and 2200-01-01 */
#define FILETIME_FIRST UINT64_C(116759808000000000)
#define FILETIME_LAST UINT64_C(189027648000000000)

struct buf *
registry_next_text(struct registry *r)
{
	struct buf *b = &r->texts[r->text_at++ % REGISTRY_TEXTS];
	buf_clear(b);
	return b;
}

const char *
registry_name(struct registry *r, struct regf_name name)
{
	struct buf *b = registry_next_text(r);
	regf_name_text(b, name);
	return buf_cstr(b);
}

const char *
registry_utf16(struct registry *r, const uint8_t *data, size_t units)
{
	struct buf *b = registry_next_text(r);
	size_t n = 0;
	units = units < ARTEFACT_VALUE_MAX ? units : ARTEFACT_VALUE_MAX;
	while (n < units && load_le16(data + 2 * n) != 0)
		n++;
	text_from_utf16le(b, data, n);
	return buf_cstr(b);
}

const char *
registry_sid(struct registry *r, struct view sid)
{
	struct buf *b = registry_next_text(r);
	if (sid.size < 8 || sid.data[0] != 1 || sid.data[1] > 15 || sid.size < 8 + 4 * (size_t)sid.data[1])
		return "";
	buf_format(b, "S-1-%ju", (uintmax_t)load_be16(sid.data + 2) << 32 | load_be32(sid.data + 4));
	for (unsigned i = 0; i < sid.data[1]; i++)
		buf_format(b, "-%u", (unsigned)load_le32(sid.data + 8 + 4 * i));
	return buf_cstr(b);
}

const char *
registry_type(uint32_t type)
{
	static const char *const names[REGF_TYPE_COUNT] = {
		"REG_NONE", "REG_SZ", "REG_EXPAND_SZ", "REG_BINARY", "REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_LINK", "REG_MULTI_SZ", "REG_RESOURCE_LIST",
		"REG_FULL_RESOURCE_DESCRIPTOR", "REG_RESOURCE_REQUIREMENTS_LIST", "REG_QWORD",
	};
	return type < REGF_TYPE_COUNT ? names[type] : "other";
}

/* --- values --- */

static bool
number_in(const struct regf_value *v, struct view data, uint64_t *ret_number)
{
	if (v->type == REGF_TYPE_DWORD_BE && data.size >= 4)
		*ret_number = load_be32(data.data);
	else if (v->type == REGF_TYPE_SZ)
		return false;
	else if (data.size == 4)
		*ret_number = load_le32(data.data);
	else if (data.size == 8)
		*ret_number = load_le64(data.data);
	else
		return false;
	return true;
}

bool
registry_value_number(struct registry *r, const struct regf_value *v, uint64_t *ret_number)
{
	if (v->type != REGF_TYPE_SZ && v->type != REGF_TYPE_EXPAND_SZ)
		return number_in(v, regf_data(&r->hive, v), ret_number);
	const char *text = registry_value_text(r, v);
	char *end;
	*ret_number = strtoull(text, &end, 10);
	return end != text && *end == '\0';
}

bool
registry_number(struct registry *r, const struct registry_key *k, const char *name, uint64_t *ret_number)
{
	struct regf_value v;
	return regf_find_value(&r->hive, &k->cell, name, &v) && registry_value_number(r, &v, ret_number);
}

/* call for each text of a list; texts end with a NUL, the last may lack it */
static void
each_text(struct view data, void (*call)(void *ctx, const uint8_t *text, size_t units), void *ctx)
{
	size_t units = data.size / 2, items = 0;
	for (size_t i = 0, n; i < units && items < ITEMS_MAX; i += n + 1) {
		for (n = 0; i + n < units && load_le16(data.data + 2 * (i + n)) != 0; n++)
			;
		if (n > 0) {
			call(ctx, data.data + 2 * i, n < ARTEFACT_VALUE_MAX ? n : ARTEFACT_VALUE_MAX);
			items++;
		}
	}
}

static void
join_text(void *ctx, const uint8_t *text, size_t units)
{
	struct buf *b = ctx;
	if (b->size > ARTEFACT_VALUE_MAX)
		return;
	if (b->size > 0)
		buf_text(b, "; ");
	text_from_utf16le(b, text, units);
}

static bool
is_text(uint32_t type)
{
	return type == REGF_TYPE_SZ || type == REGF_TYPE_EXPAND_SZ || type == REGF_TYPE_LINK;
}

static bool
is_number(uint32_t type)
{
	return type == REGF_TYPE_DWORD || type == REGF_TYPE_DWORD_BE || type == REGF_TYPE_QWORD;
}

const char *
registry_value_text(struct registry *r, const struct regf_value *v)
{
	struct view data = regf_data(&r->hive, v);
	uint64_t number;
	if (is_text(v->type))
		return registry_utf16(r, data.data, data.size / 2);
	struct buf *b = registry_next_text(r);
	if (v->type == REGF_TYPE_MULTI_SZ)
		each_text(data, join_text, b);
	else if (is_number(v->type) && number_in(v, data, &number))
		buf_format(b, "%ju", (uintmax_t)number);
	else {
		char hex[2 * HEX_SHOWN + 1];
		size_t n = data.size < HEX_SHOWN ? data.size : HEX_SHOWN;
		text_hex(hex, data.data, n);
		buf_text(b, hex);
		if (n < data.size)
			buf_format(b, "... (%zu bytes)", data.size);
	}
	return buf_cstr(b);
}

const char *
registry_text(struct registry *r, const struct registry_key *k, const char *name)
{
	struct regf_value v;
	return regf_find_value(&r->hive, &k->cell, name, &v) ? registry_value_text(r, &v) : "";
}

struct view
registry_bytes(struct registry *r, const struct registry_key *k, const char *name)
{
	struct regf_value v;
	return regf_find_value(&r->hive, &k->cell, name, &v) ? regf_data(&r->hive, &v) : (struct view){ r->hive.bins.data, 0 };
}

static void
item_text(void *ctx, const uint8_t *text, size_t units)
{
	struct registry *r = ctx;
	buf_clear(&r->item);
	text_from_utf16le(&r->item, text, units);
	artefact_item(r->a, buf_cstr(&r->item));
}

void
registry_put_value(struct registry *r, const char *field, const struct regf_value *v)
{
	struct view data = regf_data(&r->hive, v);
	uint64_t number;
	if (is_text(v->type)) {
		artefact_utf16(r->a, field, data.data, data.size / 2);
	} else if (v->type == REGF_TYPE_MULTI_SZ) {
		artefact_list(r->a, field);
		each_text(data, item_text, r);
		artefact_list_end(r->a);
	} else if (is_number(v->type) && number_in(v, data, &number)) {
		artefact_unsigned(r->a, field, number);
	} else {
		artefact_hex(r->a, field, data.data, data.size);
	}
}

void
registry_put(struct registry *r, const struct registry_key *k, const char *field, const char *name)
{
	struct regf_value v;
	if (regf_find_value(&r->hive, &k->cell, name, &v))
		registry_put_value(r, field, &v);
}

/* --- times --- */

int64_t
registry_filetime(uint64_t filetime)
{
	return filetime < FILETIME_FIRST || filetime > FILETIME_LAST ? TRIAGE_TIME_NONE : when_from_filetime(filetime);
}

int64_t
registry_filetime_in(struct view data, size_t offset)
{
	return view_has(data, offset, 8) ? registry_filetime(load_le64(data.data + offset)) : TRIAGE_TIME_NONE;
}

int64_t
registry_systemtime(const uint8_t *p)
{
	char text[WHEN_TEXT_SIZE];
	int64_t ns;
	unsigned field[8];
	for (unsigned i = 0; i < 8; i++)
		field[i] = load_le16(p + 2 * i);
	if (field[0] < 1971 || field[0] > 2200 || field[1] < 1 || field[1] > 12 || field[3] < 1 || field[3] > 31 || field[4] > 23 || field[5] > 59 || field[6] > 59 ||
	    field[7] > 999)
		return TRIAGE_TIME_NONE;
	snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", field[0], field[1], field[3], field[4], field[5], field[6], field[7]);
	return when_parse(text, &ns) ? ns : TRIAGE_TIME_NONE;
}

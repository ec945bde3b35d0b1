/*
 * ese_record.c - a row of an ESE table taken apart: fixed, variable and tagged columns; values as numbers, times and text.
 *
 * Source: as for ese_page.c. Only the first of several values of a tagged column is given.
 */
#include "triage/artefact/ese_db.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
	RECORD_HEADER = 4, FIRST_VARIABLE = 128, FIRST_TAGGED = 256,
	TAG_ENTRY = 4, SMALL_MASK = 0x1fff, SMALL_NULL = 0x2000, SMALL_FLAGS = 0x4000, LARGE_MASK = 0x7fff,
	VALUE_COMPRESSED = 0x02, VALUE_SEPARATED = 0x04, VALUE_MANY = 0x08, VALUE_TWO = 0x10, VALUE_NULL = 0x20, VALUE_ENCRYPTED = 0x40,
	LONG_MAX_BYTES = 256 << 10,		/* what is kept of one long value */
};

/* Where the parts of c->record lie. */
bool
ese_split_record(struct ese_cursor *c)
{
	const uint8_t *r = c->record.data;
	if (c->record.size < RECORD_HEADER)
		return false;
	c->last_fixed = r[0];
	c->last_variable = r[1];
	c->fixed_end = load_le16(r + 2);
	if (c->fixed_end > c->record.size || c->fixed_end < RECORD_HEADER)
		return false;
	size_t variables = c->last_variable >= FIRST_VARIABLE ? c->last_variable - FIRST_VARIABLE + 1 : 0;
	c->variable_at = c->fixed_end + 2 * variables;
	if (c->variable_at > c->record.size)
		return false;
	size_t used = variables == 0 ? 0 : load_le16(r + c->variable_at - 2) & 0x7fff;
	if (used > c->record.size - c->variable_at)
		return false;
	c->tagged_at = c->variable_at + used;
	return true;
}

static bool
get_fixed(struct ese_cursor *c, const struct ese_column *col, struct view *ret)
{
	size_t bitmap = (c->last_fixed + 7) / 8;
	if (col->id > c->last_fixed || col->id == 0 || bitmap > c->fixed_end || !view_has((struct view){ c->record.data, c->fixed_end - bitmap },
	    col->record_offset, col->size) || col->size == 0)
		return false;
	if (c->record.data[c->fixed_end - bitmap + (col->id - 1) / 8] & (1u << ((col->id - 1) % 8)))
		return false;
	*ret = (struct view){ c->record.data + col->record_offset, col->size };
	return true;
}

static bool
get_variable(struct ese_cursor *c, const struct ese_column *col, struct view *ret)
{
	if (col->id > c->last_variable)
		return false;
	const uint8_t *ends = c->record.data + c->fixed_end;
	size_t i = col->id - FIRST_VARIABLE, raw = load_le16(ends + 2 * i), begin = i == 0 ? 0 : load_le16(ends + 2 * i - 2) & 0x7fffu, end = raw & 0x7fff;
	if ((raw & 0x8000) != 0 || begin > end || end > c->record.size - c->variable_at)
		return false;
	*ret = (struct view){ c->record.data + c->variable_at + begin, end - begin };
	return true;
}

/* The first of several values. */
static bool
first_of_many(struct view *v, unsigned flags, bool *ret_separated)
{
	*ret_separated = false;
	if (flags & VALUE_TWO) {
		if (v->size < 1 || v->data[0] > v->size - 1)
			return false;
		*v = (struct view){ v->data + 1, v->data[0] };
		return true;
	}
	if (v->size < 2)
		return false;
	size_t begin = load_le16(v->data) & 0x7fff, end = begin >= 4 && v->size >= 4 ? load_le16(v->data + 2) & 0x7fffu : v->size;
	*ret_separated = (load_le16(v->data) & 0x8000) != 0;
	if (begin > end || end > v->size)
		return false;
	*v = (struct view){ v->data + begin, end - begin };
	return true;
}

/* Bytes of a tagged column with the flags before them. False when the row does not have it. */
static bool
find_tagged(struct ese_cursor *c, uint32_t id, struct view *ret, unsigned *ret_flags)
{
	struct view tags = { c->record.data + c->tagged_at, c->record.size - c->tagged_at };
	size_t mask = c->e->large ? LARGE_MASK : SMALL_MASK;
	if (tags.size < TAG_ENTRY)
		return false;
	size_t count = (load_le16(tags.data + 2) & mask) / TAG_ENTRY, low = 0, high = count;
	if (count * TAG_ENTRY > tags.size)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (load_le16(tags.data + TAG_ENTRY * middle) < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || load_le16(tags.data + TAG_ENTRY * low) != id)
		return false;
	size_t raw = load_le16(tags.data + TAG_ENTRY * low + 2), begin = raw & mask;
	size_t end = low + 1 < count ? load_le16(tags.data + TAG_ENTRY * (low + 1) + 2) & mask : tags.size;
	if (begin > end || end > tags.size || (!c->e->large && (raw & SMALL_NULL) != 0))
		return false;
	*ret_flags = 0;
	if ((c->e->large || (raw & SMALL_FLAGS) != 0) && begin < end)
		*ret_flags = tags.data[begin++];
	*ret = (struct view){ tags.data + begin, end - begin };
	return true;
}

static bool
get_tagged(struct ese_cursor *c, const struct ese_column *col, struct view *ret)
{
	unsigned flags;
	bool separated;
	struct view v;
	if (!find_tagged(c, col->id, &v, &flags) || (flags & (VALUE_NULL | VALUE_ENCRYPTED)) != 0)
		return false;
	separated = (flags & VALUE_SEPARATED) != 0;
	if ((flags & (VALUE_MANY | VALUE_TWO)) != 0 && !first_of_many(&v, flags, &separated))
		return false;
	buf_clear(&c->e->value);
	if (separated) {
		if (!ese_long_value(c->e, c->table, v, &c->e->value)) {
			c->e->long_lost += !c->e->long_over;
			return false;
		}
	} else if ((flags & VALUE_COMPRESSED) != 0 && v.size > 0) {
		if (c->e->long_left < LONG_MAX_BYTES) {
			c->e->long_over = true;
			return false;
		}
		if (!ese_decompress(v, LONG_MAX_BYTES, &c->e->value))
			return false;
		c->e->long_left -= c->e->value.size;
	} else {
		*ret = v;
		return true;
	}
	*ret = (struct view){ (const uint8_t *)buf_cstr(&c->e->value), c->e->value.size };
	return true;
}

bool
ese_get(struct ese_cursor *c, const struct ese_column *col, struct ese_value *ret_value)
{
	struct view v;
	if (col == NULL || !(col->id < FIRST_VARIABLE ? get_fixed(c, col, &v) : col->id < FIRST_TAGGED ? get_variable(c, col, &v) : get_tagged(c, col, &v)))
		return false;
	*ret_value = (struct ese_value){ .type = (enum ese_type)col->type, .bytes = v, .codepage = col->codepage };
	return true;
}

bool
ese_get_named(struct ese_cursor *c, const char *name, struct ese_value *ret_value)
{
	unsigned i = 0;
	while (i < c->known_count && c->known[i].name != name)
		i++;
	if (i == ESE_KNOWN)
		return ese_get(c, ese_column(c->e, c->table, name), ret_value);
	if (i == c->known_count) {
		c->known[i].name = name;
		c->known[i].column = ese_column(c->e, c->table, name);
		c->known_count++;
	}
	return ese_get(c, c->known[i].column, ret_value);
}

/* --- values --- */

static bool
value_number(const struct ese_value *v, uint64_t *ret)
{
	uint64_t n = 0;
	if (v->bytes.size == 0 || v->bytes.size > 8 || v->type == ESE_F32 || v->type == ESE_F64)
		return false;
	for (size_t i = 0; i < v->bytes.size; i++)
		n |= (uint64_t)v->bytes.data[i] << (8 * i);
	*ret = n;
	return true;
}

bool
ese_get_unsigned(struct ese_cursor *c, const char *column, uint64_t *ret_value)
{
	struct ese_value v;
	return ese_get_named(c, column, &v) && value_number(&v, ret_value);
}

static double
load_double(const uint8_t *p)
{
	uint64_t bits = load_le64(p);
	double d;
	memcpy(&d, &bits, sizeof(d));
	return d;
}

/* Days since 1899-12-30 are told from a FILETIME by their size: the one read as the other is far outside of any date. */
int64_t
ese_time(const struct ese_value *v, const char **ret_precision)
{
	if (v->bytes.size != 8)
		return TRIAGE_TIME_NONE;
	double days = load_double(v->bytes.data);
	if (v->type == ESE_DATE && days > 1 && days < 300000) {
		double ms = round(days * 86400000.0);
		int64_t total = (int64_t)ms - INT64_C(25569) * 86400000;
		int64_t seconds = total / 1000 - (total % 1000 < 0), rest = total - 1000 * seconds;
		*ret_precision = "ms";
		return when_from_unix(seconds, (uint32_t)rest * 1000000);
	}
	uint64_t filetime = load_le64(v->bytes.data);
	return filetime >= UINT64_C(0x7fffffffffffffff) ? TRIAGE_TIME_NONE : when_from_filetime(filetime);
}

int64_t
ese_get_time(struct ese_cursor *c, const char *column, const char **ret_precision)
{
	struct ese_value v;
	return ese_get_named(c, column, &v) ? ese_time(&v, ret_precision) : TRIAGE_TIME_NONE;
}

static void
put_guid(struct buf *out, const uint8_t *g)
{
	buf_format(out, "{%08" PRIx32 "-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", load_le32(g), load_le16(g + 4), load_le16(g + 6), g[8], g[9], g[10],
	    g[11], g[12], g[13], g[14], g[15]);
}

static void
put_hex(struct buf *out, struct view v)
{
	char two[3];
	for (size_t i = 0; i < v.size && i < 4096; i++) {
		text_hex(two, v.data + i, 1);
		buf_put(out, two, 2);
	}
}

static void
put_string(struct buf *out, const struct ese_value *v)
{
	struct view b = v->bytes;
	if (v->codepage == 1200) {
		size_t units = b.size / 2 > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : b.size / 2, n = 0;
		while (n < units && (b.data[2 * n] != 0 || b.data[2 * n + 1] != 0))
			n++;
		text_from_utf16le(out, b.data, n);
		return;
	}
	size_t n = b.size > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : b.size;
	buf_put(out, b.data, b.size == 0 ? 0 : strnlen((const char *)b.data, n));
}

/* Numbers with a sign, floating point, and what the type says to be text. False for bytes. */
static bool
put_scalar(struct buf *out, const struct ese_value *v)
{
	uint64_t n = 0;
	unsigned bits = 64 - 8 * (unsigned)(v->bytes.size > 8 ? 8 : v->bytes.size);
	const char *precision;
	char text[WHEN_TEXT_SIZE];
	switch (v->type) {
	case ESE_I16: case ESE_I32: case ESE_I64: case ESE_LONG_I64:
		if (value_number(v, &n))
			buf_format(out, "%" PRId64, bits == 0 ? (int64_t)n : (int64_t)(n << bits) >> bits);
		return true;
	case ESE_BIT: case ESE_U8: case ESE_U16: case ESE_U32:
		if (value_number(v, &n))
			buf_format(out, "%" PRIu64, n);
		return true;
	case ESE_F64:
		if (v->bytes.size == 8)
			buf_format(out, "%.17g", load_double(v->bytes.data));
		return true;
	case ESE_DATE:
		buf_text(out, when_text(ese_time(v, &precision), 9, "Z", text));
		return true;
	case ESE_TEXT: case ESE_LONG_TEXT:
		put_string(out, v);
		return true;
	case ESE_NULL: case ESE_F32: case ESE_BINARY: case ESE_LONG_BINARY: case ESE_SUPER_LONG: case ESE_GUID: case ESE_TYPE_COUNT:
		break;
	}
	return false;
}

bool
ese_value_text(const struct ese_value *v, struct buf *out)
{
	buf_clear(out);
	if (put_scalar(out, v))
		return true;
	if (v->type == ESE_GUID && v->bytes.size == 16)
		put_guid(out, v->bytes.data);
	else
		put_hex(out, v->bytes);
	return true;
}

bool
ese_get_text(struct ese_cursor *c, const char *column, struct buf *out)
{
	struct ese_value v;
	buf_clear(out);
	return ese_get_named(c, column, &v) && ese_value_text(&v, out);
}

void
ese_snake(struct view name, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < name.size && n < ESE_NAME_MAX - 2; i++) {
		uint8_t ch = name.data[i], before = i > 0 ? name.data[i - 1] : 0, after = i + 1 < name.size ? name.data[i + 1] : 0;
		bool upper = ch >= 'A' && ch <= 'Z', was_lower = (before >= 'a' && before <= 'z') || (before >= '0' && before <= '9');
		if (upper && i > 0 && before != '_' && (was_lower || (before >= 'A' && before <= 'Z' && after >= 'a' && after <= 'z')))
			out[n++] = '_';
		out[n++] = (char)(upper ? ch + 32 : ch == 0 ? '_' : ch);
	}
	out[n] = '\0';
}

static bool
is_skipped(struct view name, const char *const *skip)
{
	for (; skip != NULL && *skip != NULL; skip++)
		if (ese_named(name, *skip))
			return true;
	return false;
}

/* A number of 64 bits whose name says that it is a moment, and that is one between 1985 and 2114. */
static bool
is_filetime(const struct ese_value *v, const char *key)
{
	static const char *const endings[] = { "time", "timestamp", "date", "_seen", "_access", "_when" };
	size_t size = strlen(key);
	if ((v->type != ESE_I64 && v->type != ESE_LONG_I64) || v->bytes.size != 8 || load_le64(v->bytes.data) < UINT64_C(0x01a0000000000000) ||
	    load_le64(v->bytes.data) > UINT64_C(0x0240000000000000))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (size >= strlen(endings[i]) && strcmp(key + size - strlen(endings[i]), endings[i]) == 0)
			return true;
	return false;
}

void
ese_put_all(struct ese_cursor *c, const char *const *skip)
{
	SCOPED_BUF out;
	char key[ESE_NAME_MAX];
	buf_init(&out, 4 * ARTEFACT_VALUE_MAX);
	if (c->table->column_count > ESE_PUT_MAX)
		artefact_cut(c->e->a);
	for (size_t i = 0; i < c->table->column_count && i < ESE_PUT_MAX; i++) {
		const struct ese_column *col = &c->e->columns[c->table->first_column + i];
		struct ese_value v;
		uint64_t n;
		if (is_skipped(col->name, skip) || !ese_get(c, col, &v))
			continue;
		ese_snake(col->name, key);
		if (is_filetime(&v, key)) {
			const char *precision = "100ns";
			artefact_when(c->e->a, key, ese_time(&v, &precision));
			continue;
		}
		if ((v.type == ESE_I64 || v.type == ESE_LONG_I64) && value_number(&v, &n))
			artefact_number(c->e->a, key, (int64_t)n);
		else if ((v.type == ESE_U32 || v.type == ESE_U16 || v.type == ESE_U8 || v.type == ESE_BIT) && value_number(&v, &n))
			artefact_unsigned(c->e->a, key, n);
		else if (v.type == ESE_I32 && value_number(&v, &n))
			artefact_number(c->e->a, key, (int32_t)n);
		else if (v.type == ESE_I16 && value_number(&v, &n))
			artefact_number(c->e->a, key, (int16_t)n);
		else if (ese_value_text(&v, &out) && out.size > 0)
			artefact_text(c->e->a, key, buf_cstr(&out));
	}
}

bool
ese_sid_text(struct view sid, bool big_endian_rid, struct buf *out)
{
	buf_clear(out);
	if (sid.size < 8 || sid.data[0] != 1 || sid.data[1] > 15 || sid.size < 8u + 4u * sid.data[1])
		return false;
	uint64_t authority = load_be64(sid.data) & UINT64_C(0xffffffffffff);
	buf_format(out, "S-1-%" PRIu64, authority);
	for (unsigned i = 0; i < sid.data[1]; i++) {
		const uint8_t *p = sid.data + 8 + 4 * (size_t)i;
		buf_format(out, "-%" PRIu32, big_endian_rid && i + 1u == sid.data[1] ? load_be32(p) : load_le32(p));
	}
	return true;
}

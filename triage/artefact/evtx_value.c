/* evtx_value.c - values of event logs as fields of an event and as text. */
#include "triage/artefact/evtx_inside.h"

#include "triage/artefact/plain.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_TEXT = 300 };		/* room for any value that is no text; a SID of 255 parts is cut */

static const uint8_t sizes[] = {
	[EVTX_I8] = 1, [EVTX_U8] = 1, [EVTX_I16] = 2, [EVTX_U16] = 2, [EVTX_I32] = 4, [EVTX_U32] = 4, [EVTX_I64] = 8, [EVTX_U64] = 8, [EVTX_R32] = 4,
	[EVTX_R64] = 8, [EVTX_BOOL] = 4, [EVTX_GUID] = 16, [EVTX_SIZE] = 4, [EVTX_FILETIME] = 8, [EVTX_SYSTEMTIME] = 16, [EVTX_SID] = 8, [EVTX_HEX32] = 4,
	[EVTX_HEX64] = 8,
};

/* Bytes that a value of this type has at least. */
static uint32_t
least(uint8_t type)
{
	return type < sizeof(sizes) ? sizes[type] : 0;
}

static uint64_t
unsigned_of(const struct evtx_value *v)
{
	return v->size >= 8 ? load_le64(v->data) : v->size >= 4 ? load_le32(v->data) : v->size >= 2 ? load_le16(v->data) : v->size > 0 ? v->data[0] : 0;
}

static int64_t
signed_of(const struct evtx_value *v)
{
	switch (v->type) {
	case EVTX_I8:
		return (int8_t)v->data[0];
	case EVTX_I16:
		return (int16_t)load_le16(v->data);
	case EVTX_I32:
		return (int32_t)load_le32(v->data);
	default:
		return (int64_t)load_le64(v->data);
	}
}

/* --- texts --- */

static size_t
decimal(uint64_t value, char *out)
{
	char turned[24];
	size_t n = 0;
	do
		turned[n++] = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	for (size_t i = 0; i < n; i++)
		out[i] = turned[n - 1 - i];
	out[n] = '\0';
	return n;
}

static size_t
hexadecimal(uint64_t value, unsigned least_digits, char *out)
{
	unsigned digits = 16;
	while (digits > least_digits && value >> (4 * (digits - 1)) == 0)
		digits--;
	out[0] = '0';
	out[1] = 'x';
	for (unsigned i = 0; i < digits; i++)
		out[2 + i] = "0123456789abcdef"[value >> (4 * (digits - 1 - i)) & 15];
	out[2 + digits] = '\0';
	return 2 + digits;
}

static size_t
guid(const uint8_t *p, char *out)
{
	/* places of the bytes in the text: the first three groups are little endian */
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	size_t n = 0;
	out[n++] = '{';
	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[n++] = '-';
		out[n++] = "0123456789ABCDEF"[p[order[i]] >> 4];
		out[n++] = "0123456789ABCDEF"[p[order[i]] & 15];
	}
	out[n++] = '}';
	out[n] = '\0';
	return n;
}

static size_t
sid(const struct evtx_value *v, char *out)
{
	uint64_t authority = (uint64_t)load_be16(v->data + 2) << 32 | load_be32(v->data + 4);
	uint32_t parts = v->data[1], there = (v->size - 8) / 4;
	size_t n = 2;
	out[0] = 'S';
	out[1] = '-';
	n += decimal(v->data[0], out + n);
	out[n++] = '-';
	n += decimal(authority, out + n);
	for (uint32_t i = 0; i < parts && i < there && n + 12 < SHORT_TEXT; i++) {
		out[n++] = '-';
		n += decimal(load_le32(v->data + 8 + 4 * i), out + n);
	}
	out[n] = '\0';
	return n;
}

static size_t
system_time(const uint8_t *p, char *out)
{
	return (size_t)snprintf(out, SHORT_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", load_le16(p), load_le16(p + 2), load_le16(p + 6), load_le16(p + 8),
	    load_le16(p + 10), load_le16(p + 12), load_le16(p + 14));
}

static size_t
filetime(const struct evtx_value *v, char *out)
{
	uint64_t raw = load_le64(v->data);
	int64_t when = when_from_filetime(raw);
	if (when == TRIAGE_TIME_NONE)
		return decimal(raw, out);
	char text[WHEN_TEXT_SIZE];
	return (size_t)snprintf(out, SHORT_TEXT, "%s", when_text(when, 9, "Z", text));
}

static size_t
real(const struct evtx_value *v, char *out)
{
	float narrow;
	double wide;
	uint32_t bits = load_le32(v->data);
	uint64_t more = v->type == EVTX_R64 ? load_le64(v->data) : 0;
	memcpy(&narrow, &bits, sizeof(narrow));
	memcpy(&wide, &more, sizeof(wide));
	return (size_t)snprintf(out, SHORT_TEXT, "%.9g", v->type == EVTX_R64 ? wide : (double)narrow);
}

/* A value that is no text, in out of SHORT_TEXT bytes. */
static size_t
short_text(const struct evtx_value *v, char *out)
{
	out[0] = '\0';
	if (v->size < least(v->type))
		return 0;
	switch (v->type) {
	case EVTX_I8:
	case EVTX_I16:
	case EVTX_I32:
	case EVTX_I64: {
		int64_t value = signed_of(v);
		out[0] = '-';
		return value < 0 ? 1 + decimal(0 - (uint64_t)value, out + 1) : decimal((uint64_t)value, out);
	}
	case EVTX_U8:
	case EVTX_U16:
	case EVTX_U32:
	case EVTX_U64:
		return decimal(unsigned_of(v), out);
	case EVTX_R32:
	case EVTX_R64:
		return real(v, out);
	case EVTX_BOOL:
		return (size_t)snprintf(out, SHORT_TEXT, "%s", load_le32(v->data) != 0 ? "true" : "false");
	case EVTX_GUID:
		return guid(v->data, out);
	case EVTX_SIZE:
	case EVTX_HEX32:
	case EVTX_HEX64:
		return hexadecimal(unsigned_of(v), 1, out);
	case EVTX_FILETIME:
		return filetime(v, out);
	case EVTX_SYSTEMTIME:
		return system_time(v->data, out);
	case EVTX_SID:
		return sid(v, out);
	default:
		return 0;
	}
}

static size_t
put_character(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const uint8_t first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(first[n] | c);
	return n;
}

static size_t
wide_text(const uint8_t *data, size_t units, char *out, size_t room)
{
	size_t n = plain_from_utf16(out, data, units < room - 1 ? units : room - 1), i = n;
	for (; i < units && n + 4 < room; i++) {
		uint32_t c = load_le16(data + 2 * i);
		if (c == 0)
			break;
		if (c < 0x80) {
			out[n++] = (char)c;
			continue;
		}
		if (c >= 0xd800 && c <= 0xdbff && i + 1 < units) {
			uint32_t low = load_le16(data + 2 * i + 2);
			if (low >= 0xdc00 && low <= 0xdfff) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i++;
			}
		}
		n += put_character(c, out + n);
	}
	out[n] = '\0';
	return n;
}

/* Text of one byte a character is in the code page of the machine, which a record does not name: the western one is taken. */
static size_t
ansi_text(const struct evtx_value *v, char *out, size_t room)
{
	static const uint16_t high[32] = { 0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
		0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178 };
	size_t n = 0;
	for (uint32_t i = 0; i < v->size && v->data[i] != 0 && n + 4 < room; i++)
		n += put_character(v->data[i] >= 0x80 && v->data[i] < 0xa0 ? high[v->data[i] - 0x80] : v->data[i], out + n);
	out[n] = '\0';
	return n;
}

static size_t
narrow_text(const struct evtx_value *v, char *out, size_t room)
{
	size_t n = strnlen((const char *)v->data, v->size);
	n = n < room ? n : room - 1;
	memcpy(out, v->data, n);
	out[n] = '\0';
	return n;
}

static size_t
array_text(const struct evtx_value *array, char *out, size_t room)
{
	struct evtx_value item;
	size_t n = 0;
	for (uint32_t at = 0; room - n > 4 && evtx_value_item(array, &at, &item);) {
		if (n > 0) {
			out[n++] = ',';
			out[n++] = ' ';
		}
		n += evtx_value_text(&item, out + n, room - n);
	}
	out[n] = '\0';
	return n;
}

size_t
evtx_value_text(const struct evtx_value *v, char *out, size_t room)
{
	char text[SHORT_TEXT];
	size_t n = 0;
	out[0] = '\0';
	if (v->type == EVTX_STRING)
		return wide_text(v->data, v->size / 2, out, room);
	if (v->type == EVTX_ANSI)
		return ansi_text(v, out, room);
	if (v->type == EVTX_UTF8)
		return narrow_text(v, out, room);
	if ((v->type & EVTX_ARRAY) != 0)
		return array_text(v, out, room);
	if (v->type == EVTX_BINARY) {
		for (uint32_t i = 0; i < v->size && n + 3 < room; i++, n += 2) {
			out[n] = "0123456789abcdef"[v->data[i] >> 4];
			out[n + 1] = "0123456789abcdef"[v->data[i] & 15];
		}
		out[n] = '\0';
		return n;
	}
	n = short_text(v, text);
	n = n < room ? n : room - 1;
	memcpy(out, text, n);
	out[n] = '\0';
	return n;
}

/* --- fields --- */

bool
evtx_value_item(const struct evtx_value *array, uint32_t *at, struct evtx_value *ret_item)
{
	uint8_t type = array->type & (uint8_t)~EVTX_ARRAY;
	uint32_t left = array->size - *at, size = least(type);
	const uint8_t *p = array->data + *at;
	if (*at >= array->size)
		return false;
	if (type == EVTX_STRING) {
		/* texts one after another, each ended by NUL */
		uint32_t units = 0;
		while (units < left / 2 && load_le16(p + 2 * units) != 0)
			units++;
		*ret_item = (struct evtx_value){ p, 2 * units, type };
		*at = left / 2 > units ? *at + 2 * units + 2 : array->size;
		return true;
	}
	if (type == EVTX_ANSI) {
		uint32_t n = (uint32_t)strnlen((const char *)p, left);
		*ret_item = (struct evtx_value){ p, n, type };
		*at += n + (n < left);
		return true;
	}
	if (type == EVTX_SID && left >= 8)
		size = 8 + 4u * p[1];
	if (size == 0 || size > left)
		return false;
	*ret_item = (struct evtx_value){ p, size, type };
	*at += size;
	return true;
}

static void
put_list(struct artefact *a, const char *key, const struct evtx_value *array)
{
	char text[ARTEFACT_VALUE_MAX + 8];
	struct evtx_value item;
	artefact_list(a, key);
	for (uint32_t at = 0; evtx_value_item(array, &at, &item);) {
		evtx_value_text(&item, text, sizeof(text));
		artefact_item(a, text);
	}
	artefact_list_end(a);
}

static void
put_ansi(struct artefact *a, const char *key, const struct evtx_value *v)
{
	char text[ARTEFACT_VALUE_MAX + 8];
	artefact_bytes(a, key, text, ansi_text(v, text, sizeof(text)));
}

void
evtx_value_put(struct artefact *a, const char *key, const struct evtx_value *v)
{
	char text[SHORT_TEXT];
	size_t n;
	if ((v->type & EVTX_ARRAY) != 0) {
		put_list(a, key, v);
		return;
	}
	switch (v->type) {
	case EVTX_NULL:
		return;
	case EVTX_STRING:
		artefact_utf16(a, key, v->data, v->size / 2);
		return;
	case EVTX_ANSI:
		put_ansi(a, key, v);
		return;
	case EVTX_UTF8:
		artefact_bytes(a, key, v->data, strnlen((const char *)v->data, v->size));
		return;
	case EVTX_I8:
	case EVTX_I16:
	case EVTX_I32:
	case EVTX_I64:
		if (v->size >= least(v->type))
			artefact_number(a, key, signed_of(v));
		return;
	case EVTX_U8:
	case EVTX_U16:
	case EVTX_U32:
	case EVTX_U64:
		if (v->size >= least(v->type))
			artefact_unsigned(a, key, unsigned_of(v));
		return;
	case EVTX_BOOL:
		if (v->size >= least(v->type))
			artefact_flag(a, key, load_le32(v->data) != 0);
		return;
	default:
		n = short_text(v, text);
		if (n > 0)
			artefact_bytes(a, key, text, n);
		else if (v->size > 0)
			artefact_hex(a, key, v->data, v->size);
	}
}

bool
evtx_value_empty(const struct evtx_value *v)
{
	return v->size == 0 || (v->type == EVTX_STRING && (v->size < 2 || load_le16(v->data) == 0)) ||
	    ((v->type == EVTX_ANSI || v->type == EVTX_UTF8) && v->data[0] == 0);
}

bool
evtx_value_says(const struct evtx_value *v)
{
	if (v == NULL || v->type == EVTX_NULL || evtx_value_empty(v))
		return false;
	return v->type != EVTX_STRING || v->data[0] != '-' || v->data[1] != 0 || (v->size >= 4 && load_le16(v->data + 2) != 0);
}

bool
evtx_value_number(const struct evtx_value *v, uint64_t *ret_number)
{
	char text[32], *end;
	if (evtx_value_empty(v) || v->size < least(v->type))
		return false;
	if (v->type == EVTX_I8 || v->type == EVTX_I16 || v->type == EVTX_I32 || v->type == EVTX_I64) {
		*ret_number = (uint64_t)signed_of(v);
		return true;
	}
	if ((v->type >= EVTX_U8 && v->type <= EVTX_U64) || v->type == EVTX_HEX32 || v->type == EVTX_HEX64 || v->type == EVTX_SIZE || v->type == EVTX_BOOL) {
		*ret_number = unsigned_of(v);
		return true;
	}
	if (v->type != EVTX_STRING && v->type != EVTX_ANSI && v->type != EVTX_UTF8)
		return false;
	evtx_value_text(v, text, sizeof(text));
	*ret_number = strtoull(text, &end, 0);
	return end != text && (*end == '\0' || *end == ' ');
}

int64_t
evtx_value_time(const struct evtx_value *v)
{
	char text[SHORT_TEXT];
	int64_t when = TRIAGE_TIME_NONE;
	if (v->type == EVTX_FILETIME && v->size >= 8)
		return when_from_filetime(load_le64(v->data));
	if (v->type == EVTX_STRING || v->type == EVTX_UTF8 || v->type == EVTX_SYSTEMTIME) {
		evtx_value_text(v, text, sizeof(text));
		return when_parse(text, &when) ? when : TRIAGE_TIME_NONE;
	}
	return TRIAGE_TIME_NONE;
}

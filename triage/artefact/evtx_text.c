/* evtx_text.c - values of event logs as text. */
#include "triage/artefact/evtx_value.h"

#include "triage/artefact/plain.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

size_t
evtx_decimal(uint64_t value, char *out)
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
	n += evtx_decimal(v->data[0], out + n);
	out[n++] = '-';
	n += evtx_decimal(authority, out + n);
	for (uint32_t i = 0; i < parts && i < there && n + 12 < EVTX_SHORT_TEXT; i++) {
		out[n++] = '-';
		n += evtx_decimal(load_le32(v->data + 8 + 4 * i), out + n);
	}
	out[n] = '\0';
	return n;
}

static size_t
system_time(const uint8_t *p, char *out)
{
	return (size_t)snprintf(out, EVTX_SHORT_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", load_le16(p), load_le16(p + 2), load_le16(p + 6), load_le16(p + 8),
	    load_le16(p + 10), load_le16(p + 12), load_le16(p + 14));
}

static size_t
filetime(const struct evtx_value *v, char *out)
{
	uint64_t raw = load_le64(v->data);
	int64_t when = when_from_filetime(raw);
	if (when == TRIAGE_TIME_NONE)
		return evtx_decimal(raw, out);
	char text[WHEN_TEXT_SIZE];
	return (size_t)snprintf(out, EVTX_SHORT_TEXT, "%s", when_text(when, 9, "Z", text));
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
	return (size_t)snprintf(out, EVTX_SHORT_TEXT, "%.9g", v->type == EVTX_R64 ? wide : (double)narrow);
}

/* A value that is no text, in out of EVTX_SHORT_TEXT bytes. */
size_t
evtx_short_text(const struct evtx_value *v, char *out)
{
	out[0] = '\0';
	if (v->size < evtx_least(v->type))
		return 0;
	switch (v->type) {
	case EVTX_I8:
	case EVTX_I16:
	case EVTX_I32:
	case EVTX_I64: {
		int64_t value = evtx_signed(v);
		out[0] = '-';
		return value < 0 ? 1 + evtx_decimal(0 - (uint64_t)value, out + 1) : evtx_decimal((uint64_t)value, out);
	}
	case EVTX_U8:
	case EVTX_U16:
	case EVTX_U32:
	case EVTX_U64:
		return evtx_decimal(evtx_unsigned(v), out);
	case EVTX_R32:
	case EVTX_R64:
		return real(v, out);
	case EVTX_BOOL:
		return (size_t)snprintf(out, EVTX_SHORT_TEXT, "%s", load_le32(v->data) != 0 ? "true" : "false");
	case EVTX_GUID:
		return guid(v->data, out);
	case EVTX_SIZE:
	case EVTX_HEX32:
	case EVTX_HEX64:
		return hexadecimal(evtx_unsigned(v), 1, out);
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
size_t
evtx_ansi_text(const struct evtx_value *v, char *out, size_t room)
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
	char text[EVTX_SHORT_TEXT];
	size_t n = 0;
	out[0] = '\0';
	if (v->type == EVTX_STRING)
		return wide_text(v->data, v->size / 2, out, room);
	if (v->type == EVTX_ANSI)
		return evtx_ansi_text(v, out, room);
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
	n = evtx_short_text(v, text);
	n = n < room ? n : room - 1;
	memcpy(out, text, n);
	out[n] = '\0';
	return n;
}

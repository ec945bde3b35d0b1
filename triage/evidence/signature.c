/* signature.c - the table of signatures and what its rows share; see signature.h. */
#include "triage/evidence/signature.h"

#include "triage/base/text.h"
#include "triage/base/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { UTF16_UNITS = 128 };

#define SIGNATURE(id) extern const struct signature id##_signature;
#include "triage/evidence/signatures.def"
#undef SIGNATURE
static const struct signature *const signatures[] = {
#define SIGNATURE(id) &id##_signature,
#include "triage/evidence/signatures.def"
#undef SIGNATURE
};

enum { SIGNATURES = sizeof(signatures) / sizeof(signatures[0]) };

/* Bring the piece in which a read of size bytes at offset begins; NULL when it cannot be read. */
static const uint8_t *
piece_load(struct signature_scan *scan, uint64_t offset, size_t size)
{
	struct triage_error err;
	uint64_t piece = offset - offset % (SCAN_PIECE / 2);
	if (offset - piece + size > SCAN_PIECE)
		piece = offset;
	size_t at = 0;
	for (size_t i = 0; i < SCAN_PIECES; i++) {
		if (scan->have[i] != 0 && scan->at[i] == piece && offset - piece + size <= scan->have[i]) {
			scan->used[i] = ++scan->clock;
			return scan->pieces[i] + (offset - piece);
		}
		if (scan->used[i] < scan->used[at])
			at = i;
	}
	uint64_t left = scan->size - piece;
	size_t want = left < SCAN_PIECE ? (size_t)left : SCAN_PIECE;
	scan->have[at] = 0;
	if (reader_read_all(scan->reader, scan->start + piece, scan->pieces[at], want, &err) != TRIAGE_OK)
		return NULL;
	scan->at[at] = piece;
	scan->used[at] = ++scan->clock;
	scan->have[at] = want;
	return scan->pieces[at] + (offset - piece);
}

const uint8_t *
scan_at(struct signature_scan *scan, uint64_t offset, size_t size)
{
	if (size == 0 || size > SCAN_PIECE || offset > scan->size || size > scan->size - offset)
		return NULL;
	return piece_load(scan, offset, size);
}

const char *
signature_kind(const struct signature *row)
{
	return row->kind != NULL ? row->kind : row->name;
}

/* True when the magic is there; ret_at: where. */
static bool
magic_holds(struct signature_scan *scan, const struct signature_magic *magic, uint64_t *ret_at)
{
	uint64_t at = magic->at >= 0 ? (uint64_t)magic->at : scan->size - (uint64_t)-magic->at;
	if (magic->at < 0 && scan->size < (uint64_t)-magic->at)
		return false;
	const uint8_t *bytes = scan_at(scan, at, magic->size);
	*ret_at = at;
	return bytes != NULL && memcmp(bytes, magic->bytes, magic->size) == 0;
}

/* The fields that lie at a fixed place. */
static void
plain_fields(struct signature_scan *scan, const struct signature *row, struct signature_hit *hit)
{
	const uint8_t *bytes = row->uuid_at != 0 ? scan_at(scan, row->uuid_at, 16) : NULL;
	if (bytes != NULL)
		hit_uuid(hit, bytes);
	bytes = row->label_size != 0 ? scan_at(scan, row->label_at, row->label_size) : NULL;
	if (bytes != NULL)
		hit_label(hit, bytes, row->label_size);
}

static void
hit_begin(struct signature_scan *scan, const struct signature *row, struct signature_hit *hit)
{
	*hit = (struct signature_hit){ .row = row, .type = row->type };
	plain_fields(scan, row, hit);
}

static bool
row_holds(struct signature_scan *scan, const struct signature *row, struct signature_hit *hit)
{
	*hit = (struct signature_hit){ .row = row, .type = row->type };
	if (row->magics[0].size == 0)
		return row->check(scan, 0, hit);
	for (size_t i = 0; i < SIGNATURE_MAGICS && row->magics[i].size != 0; i++) {
		uint64_t at;
		if (!magic_holds(scan, &row->magics[i], &at))
			continue;
		hit_begin(scan, row, hit);
		if (row->check == NULL || row->check(scan, at, hit))
			return true;
	}
	return false;
}

bool
signature_find(struct signature_scan *scan, const struct signature *after, struct signature_hit *hit)
{
	size_t i = 0;
	while (after != NULL && i < SIGNATURES && signatures[i] != after)
		i++;
	for (i += after != NULL; i < SIGNATURES; i++)
		if (row_holds(scan, signatures[i], hit))
			return true;
	return false;
}

/* Copy the display form of bytes; what does not fit is cut between characters. */
static void
display(const void *bytes, size_t size, char *out, size_t room)
{
	SCOPED_BUF text;
	buf_init(&text, 8 << 10);
	text_display(&text, bytes, size);
	const char *from = buf_cstr(&text);
	size_t have = text.size < room - 1 ? text.size : room - 1;
	while (have > 0 && have < text.size && ((uint8_t)from[have] & 0xc0) == 0x80)
		have--;
	memcpy(out, from, have);
	out[have] = '\0';
}

void
hit_label(struct signature_hit *hit, const uint8_t *bytes, size_t size)
{
	size = strnlen((const char *)bytes, size);
	while (size > 0 && (bytes[size - 1] == ' ' || bytes[size - 1] == '\t'))
		size--;
	display(bytes, size, hit->label, sizeof(hit->label));
}

void
signature_utf16(const uint8_t *bytes, size_t units, bool big_endian, char *out, size_t size)
{
	uint8_t little[UTF16_UNITS * 2];
	SCOPED_BUF text;
	buf_init(&text, 8 << 10);
	if (units > UTF16_UNITS)
		units = UTF16_UNITS;
	size_t used = 0;
	for (; used < units; used++) {
		uint8_t a = bytes[2 * used], b = bytes[2 * used + 1];
		if (a == 0 && b == 0)
			break;
		little[2 * used] = big_endian ? b : a;
		little[2 * used + 1] = big_endian ? a : b;
	}
	while (used > 0 && little[2 * used - 2] == ' ' && little[2 * used - 1] == 0)
		used--;
	text_from_utf16le(&text, little, used);
	display(buf_cstr(&text), text.size, out, size);
}

void
hit_label_utf16(struct signature_hit *hit, const uint8_t *bytes, size_t units, bool big_endian)
{
	signature_utf16(bytes, units, big_endian, hit->label, sizeof(hit->label));
}

static void
uuid_text(const uint8_t *b, char *out)
{
	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

void
hit_uuid(struct signature_hit *hit, const uint8_t *bytes)
{
	static const uint8_t none[16];
	if (memcmp(bytes, none, sizeof(none)) != 0)
		uuid_text(bytes, hit->uuid);
}

void
signature_guid(const uint8_t *b, char *out)
{
	const uint8_t order[16] = { b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6],
		b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15] };
	uuid_text(order, out);
}

void
hit_uuid_text(struct signature_hit *hit, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(hit->uuid, sizeof(hit->uuid), format, args);
	va_end(args);
}

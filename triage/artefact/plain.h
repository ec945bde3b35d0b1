/*
 * plain.h - runs of plain text found eight bytes at a time, so that the common value of an event costs little: most are ASCII that
 * nothing has to be done to. Whatever is not plain goes through triage/base/text.h.
 */
#ifndef TRIAGE_ARTEFACT_PLAIN_H
#define TRIAGE_ARTEFACT_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define PLAIN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t
plain_load(const void *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof(word));
	return word;
}

/* Not 0 when a byte of the word is this one. Exact only when no byte has its top bit set. */
static inline uint64_t
plain_has(uint64_t word, uint8_t byte)
{
	uint64_t same = word ^ PLAIN_EACH(byte);
	return (same - PLAIN_EACH(0x01)) & ~same & PLAIN_EACH(0x80);
}

/* Not 0 when a byte of the word is below 0x20 or above 0x7e. */
static inline uint64_t
plain_odd(uint64_t word)
{
	return ((word - PLAIN_EACH(0x20)) | (word + PLAIN_EACH(0x01)) | word) & PLAIN_EACH(0x80);
}

/* Not 0 when a byte of the word may not stand in JSON as it is. */
static inline uint64_t
plain_special(uint64_t word)
{
	return plain_odd(word) | plain_has(word, '"') | plain_has(word, '\\') | plain_has(word, '/');
}

/* True when all bytes of the word are small letters or '_'. */
static inline bool
plain_key(uint64_t word)
{
	return ((plain_has(word, '`') | (word - PLAIN_EACH(0x5f)) | (word + PLAIN_EACH(0x05)) | word) & PLAIN_EACH(0x80)) == 0;
}

static inline bool
plain_is(uint8_t c)
{
	return c >= 0x20 && c < 0x7f;
}

/* Bytes at the front of p that are printable ASCII. */
static inline size_t
plain_run(const char *p, size_t size)
{
	size_t n = 0;
	while (size - n >= 8 && plain_odd(plain_load(p + n)) == 0)
		n += 8;
	if (size - n < 8 && size >= 8 && plain_odd(plain_load(p + size - 8)) == 0)
		return size;
	while (n < size && plain_is((uint8_t)p[n]))
		n++;
	return n;
}

/*
 * The bytes at the front of p that are printable ASCII and stand in JSON as they are, copied to out; '/' ends a run, for it may follow '<'. Up
 * to seven bytes more than are counted may be written to out. Returns how many.
 */
static inline size_t
plain_json_run(char *out, const char *p, size_t size)
{
	size_t n = 0;
	for (; size - n >= 8; n += 8) {
		uint64_t word = plain_load(p + n);
		memcpy(out + n, &word, sizeof(word));
		if (plain_special(word) != 0)
			break;
	}
	/* the last word, begun where it overlaps what is done */
	if (size - n < 8 && size >= 8) {
		uint64_t word = plain_load(p + size - 8);
		if (plain_special(word) == 0) {
			memcpy(out + size - 8, &word, sizeof(word));
			return size;
		}
	}
	for (; n < size && plain_is((uint8_t)p[n]) && p[n] != '"' && p[n] != '\\' && p[n] != '/'; n++)
		out[n] = p[n];
	return n;
}

/* UTF-16LE to ASCII in out, which has room for units, up to a NUL or the first unit that is none. Returns how many. */
static inline size_t
plain_from_utf16(char *out, const uint8_t *in, size_t units)
{
	size_t n = 0;
#ifdef __SSE2__
	const __m128i zero = _mm_setzero_si128(), high = _mm_set1_epi16((short)0xff80);
	for (; units - n >= 8; n += 8) {
		__m128i eight = _mm_loadu_si128((const __m128i *)(const void *)(in + 2 * n));
		/* above ASCII, or NUL */
		__m128i odd = _mm_or_si128(_mm_cmpeq_epi16(eight, zero), _mm_xor_si128(_mm_cmpeq_epi16(_mm_and_si128(eight, high), zero), _mm_set1_epi16(-1)));
		if (_mm_movemask_epi8(odd) != 0)
			break;
		_mm_storel_epi64((__m128i *)(void *)(out + n), _mm_packus_epi16(eight, eight));
	}
#endif
	for (; n < units && in[2 * n + 1] == 0 && in[2 * n] < 0x80 && in[2 * n] != 0; n++)
		out[n] = (char)in[2 * n];
	return n;
}

#endif

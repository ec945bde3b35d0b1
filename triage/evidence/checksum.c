/* checksum.c - see checksum.h. */
#include "triage/evidence/checksum.h"

enum { ADLER_BASE = 65521, ADLER_RUN = 5552 };	/* bytes that may be added up before the sums could overflow */

uint32_t
crc32_more(uint32_t crc, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0xedb88320) : 0);
	}
	return crc;
}

uint32_t
adler32_of(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t a = 1, b = 0;
	for (size_t i = 0; i < size; i++) {
		a += bytes[i];
		b += a;
		if (i % ADLER_RUN == ADLER_RUN - 1) {
			a %= ADLER_BASE;
			b %= ADLER_BASE;
		}
	}
	return b % ADLER_BASE << 16 | a % ADLER_BASE;
}

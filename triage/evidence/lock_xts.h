/*
 * lock_xts.h - the tweaks of AES-XTS: many runs of bytes at once, so that the block cipher is called for all of them together.
 *
 * Source: IEEE 1619. A tweak is a number of 128 bits, little-endian; the next block's is it times alpha in GF(2^128), x^128 = x^7 + x^2 + x + 1.
 * On x86 the loops are compiled a second time for AVX2, which is taken where the processor has it.
 */
#ifndef TRIAGE_EVIDENCE_LOCK_XTS_H
#define TRIAGE_EVIDENCE_LOCK_XTS_H

#include <stddef.h>
#include <stdint.h>

enum { XTS_BLOCK = 16, XTS_UNIT = 512 };	/* bytes; a unit is a sector or a part of one */

/* The first tweaks of `units` units that follow each other in one sector, from the first tweak of the sector. heads may begin where first does. */
void xts_heads(const uint8_t first[XTS_BLOCK], size_t units, uint8_t *heads);

/* The tweaks of all blocks of `units` units from the first tweak of each, laid over bytes and kept in tweaks (units * XTS_UNIT bytes each). */
void xts_lay_tweaks(const uint8_t *heads, size_t units, uint8_t *restrict bytes, uint8_t *restrict tweaks);

/* size: of both, a multiple of XTS_BLOCK. */
void xts_xor(uint8_t *restrict bytes, const uint8_t *restrict with, size_t size);

#endif

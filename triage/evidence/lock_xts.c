#include "triage/evidence/lock_xts.h"

#include <stdbool.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the tweak arithmetic counts on little-endian words");

enum { LANES = 8 };

#define INLINE static inline __attribute__((always_inline))

/* One block, and two blocks of different units. Pairs are handed on by address: by value they need AVX. */
typedef uint64_t block __attribute__((vector_size(XTS_BLOCK)));
typedef uint64_t pair __attribute__((vector_size(2 * XTS_BLOCK)));
typedef uint64_t pair_anywhere __attribute__((vector_size(2 * XTS_BLOCK), aligned(1), may_alias));	/* gcc copies a pair by halves with memcpy() */

INLINE block
block_load(const uint8_t *at)
{
	block b;
	memcpy(&b, at, sizeof(b));
	return b;
}

INLINE void
block_store(uint8_t *at, block b)
{
	memcpy(at, &b, sizeof(b));
}

INLINE block
times_alpha(block t)
{
	typedef int64_t signs __attribute__((vector_size(XTS_BLOCK)));
	block top = (block)((signs)t >> 63);
	return (t + t) ^ (__builtin_shufflevector(top, top, 1, 0) & (block){ 0x87, 1 });
}

void
xts_heads(const uint8_t first[XTS_BLOCK], size_t units, uint8_t *heads)
{
	block t = block_load(first);
	for (size_t i = 0; i < units; i++) {
		block_store(heads + i * XTS_BLOCK, t);
		/* times alpha to the power of 32, the blocks of a unit: 32 bits fall out at the top and come in again at the bottom */
		uint64_t out = t[1] >> 32, low = t[0], high = t[1];
		t = (block){ low << 32 ^ out ^ out << 1 ^ out << 2 ^ out << 7, high << 32 | low >> 32 };
	}
}

/* Keep both tweaks of a pair, lay them over the bytes of their units, and go on to the next. */
INLINE void
lay_pair(pair *t, uint8_t *restrict bytes, uint8_t *restrict tweaks)
{
	typedef int64_t signs __attribute__((vector_size(2 * XTS_BLOCK)));
	block first = __builtin_shufflevector(*t, *t, 0, 1), second = __builtin_shufflevector(*t, *t, 2, 3);
	block_store(tweaks, first);
	block_store(tweaks + XTS_UNIT, second);
	block_store(bytes, block_load(bytes) ^ first);
	block_store(bytes + XTS_UNIT, block_load(bytes + XTS_UNIT) ^ second);
	pair top = (pair)((signs)*t >> 63);
	*t = (*t + *t) ^ (__builtin_shufflevector(top, top, 1, 0, 3, 2) & (pair){ 0x87, 1, 0x87, 1 });
}

/* LANES units at once, in registers, as each is a chain of dependent steps; in one pass with the bytes, which saves loading both again. */
INLINE void
lay_lanes(const uint8_t *heads, uint8_t *restrict bytes, uint8_t *restrict tweaks)
{
	const pair_anywhere *from = (const pair_anywhere *)heads;
	pair a = from[0], b = from[1], c = from[2], d = from[3];
	for (size_t i = 0; i < XTS_UNIT; i += XTS_BLOCK) {
		lay_pair(&a, bytes + i, tweaks + i);
		lay_pair(&b, bytes + 2 * XTS_UNIT + i, tweaks + 2 * XTS_UNIT + i);
		lay_pair(&c, bytes + 4 * XTS_UNIT + i, tweaks + 4 * XTS_UNIT + i);
		lay_pair(&d, bytes + 6 * XTS_UNIT + i, tweaks + 6 * XTS_UNIT + i);
	}
}

INLINE void
lay_units(const uint8_t *heads, size_t units, uint8_t *restrict bytes, uint8_t *restrict tweaks)
{
	size_t at = 0;
	for (; at + LANES <= units; at += LANES)
		lay_lanes(heads + at * XTS_BLOCK, bytes + at * XTS_UNIT, tweaks + at * XTS_UNIT);
	for (; at < units; at++) {	/* behind the last whole group */
		block t = block_load(heads + at * XTS_BLOCK);
		for (size_t i = at * XTS_UNIT; i < (at + 1) * XTS_UNIT; i += XTS_BLOCK, t = times_alpha(t)) {
			block_store(tweaks + i, t);
			block_store(bytes + i, block_load(bytes + i) ^ t);
		}
	}
}

INLINE void
xor_bytes(uint8_t *restrict bytes, const uint8_t *restrict with, size_t size)
{
	enum { AT_ONCE = 4 * XTS_BLOCK };
	size_t i = 0;
	for (; i + AT_ONCE <= size; i += AT_ONCE) {
		pair_anywhere *to = (pair_anywhere *)(bytes + i);
		const pair_anywhere *from = (const pair_anywhere *)(with + i);
		to[0] ^= from[0];
		to[1] ^= from[1];
	}
	for (; i < size; i += XTS_BLOCK)
		block_store(bytes + i, block_load(bytes + i) ^ block_load(with + i));
}

#ifdef __x86_64__
static __attribute__((target("avx2"))) void
lay_units_avx2(const uint8_t *heads, size_t units, uint8_t *restrict bytes, uint8_t *restrict tweaks)
{
	lay_units(heads, units, bytes, tweaks);
}

static __attribute__((target("avx2"))) void
xor_avx2(uint8_t *restrict bytes, const uint8_t *restrict with, size_t size)
{
	xor_bytes(bytes, with, size);
}

static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}
#else
#define lay_units_avx2 lay_units
#define xor_avx2 xor_bytes
static bool
has_avx2(void)
{
	return false;
}
#endif

void
xts_lay_tweaks(const uint8_t *heads, size_t units, uint8_t *restrict bytes, uint8_t *restrict tweaks)
{
	if (has_avx2())
		lay_units_avx2(heads, units, bytes, tweaks);
	else
		lay_units(heads, units, bytes, tweaks);
}

void
xts_xor(uint8_t *restrict bytes, const uint8_t *restrict with, size_t size)
{
	if (has_avx2())
		xor_avx2(bytes, with, size);
	else
		xor_bytes(bytes, with, size);
}

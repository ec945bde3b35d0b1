/* gate_wide.c - see gate_wide.h; on other processors nothing of it is used. */
#include "triage/analyse/gate_places.h"
#include "triage/analyse/gate_wide.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

enum { WORTH_MAX = 1200 };	/* beginnings of words, beyond which most places would be left */

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* The first bytes of a word, the first of them highest, so that sorting brings together what begins alike. */
static uint32_t
beginning(const struct gate_word *word)
{
	return __builtin_bswap32(word->gram);
}

/* Of a word shorter than GATE_LEADING any byte may follow. */
static void
admit(struct gate_wide *wide, unsigned bucket, uint32_t first, size_t size)
{
	uint8_t bit = (uint8_t)(1u << bucket % 8);
	for (unsigned i = 0; i < GATE_LEADING; i++)
		for (unsigned half = 0; half < 16; half++) {
			unsigned byte = first >> (24 - 8 * i) & 0xff;
			if (i >= size || half == (byte & 15))
				wide->low[bucket / 8][i][half] |= bit;
			if (i >= size || half == byte >> 4)
				wide->high[bucket / 8][i][half] |= bit;
		}
}

static size_t
without_doubles(uint32_t *found, size_t count)
{
	size_t kept = 0;
	qsort(found, count, sizeof(found[0]), compare);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || found[i] != found[kept - 1])
			found[kept++] = found[i];
	return kept;
}

/* The beginnings of all words up to six bytes, each once and in order; WORTH_MAX: there are that many or more. */
static size_t
collect(const struct gate *gate, uint32_t found[WORTH_MAX])
{
	size_t count = 0;
	for (size_t i = 0; i < gate->word_count && count < WORTH_MAX; i++) {
		if (gate_kind_of(gate->words[i].size) > GATE_OF_GRAM)
			continue;
		found[count++] = beginning(&gate->words[i]);
		if (count == WORTH_MAX)
			count = without_doubles(found, count);
	}
	return count < WORTH_MAX ? without_doubles(found, count) : WORTH_MAX;
}

void
gate_wide_make(struct gate *gate)
{
	uint32_t found[WORTH_MAX];
	gate->wide = (struct gate_wide){ .usable = false };
	size_t count = __builtin_cpu_supports("avx2") ? collect(gate, found) : WORTH_MAX;
	if (count == WORTH_MAX)
		return;
	for (size_t i = 0; i < gate->word_count; i++) {
		const struct gate_word *word = &gate->words[i];
		if (gate_kind_of(word->size) > GATE_OF_GRAM)
			continue;
		uint32_t first = beginning(word);
		const uint32_t *place = bsearch(&first, found, count, sizeof(found[0]), compare);
		admit(&gate->wide, (unsigned)((size_t)(place - found) * GATE_BUCKETS / count), first, gate_gram_size(gate_kind_of(word->size)));
	}
	gate->wide.usable = true;
}

/* --- the look --- */

#define WIDE_CODE __attribute__((target("avx2"), always_inline))

static inline __m256i WIDE_CODE
fold(__m256i bytes)
{
	return _mm256_or_si256(bytes, _mm256_and_si256(_mm256_srli_epi16(bytes, 1), _mm256_set1_epi8(0x20)));
}

static inline __m256i WIDE_CODE
load_folded(const uint8_t *data)
{
	return fold(_mm256_loadu_si256((const __m256i *)(const void *)data));
}

static inline __m256i WIDE_CODE
table(const uint8_t *sixteen)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)sixteen));
}

/* Bits of the places at which some group of words up to six bytes is left. */
static inline uint32_t WIDE_CODE
few_places(const struct gate_wide *wide, const uint8_t *data)
{
	const __m256i halves = _mm256_set1_epi8(15);
	__m256i left[2] = { _mm256_set1_epi8(-1), _mm256_set1_epi8(-1) };
	for (unsigned i = 0; i < GATE_LEADING; i++) {
		const __m256i bytes = load_folded(data + i);
		const __m256i low = _mm256_and_si256(bytes, halves), high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), halves);
		for (unsigned k = 0; k < 2; k++)
			left[k] = _mm256_and_si256(left[k], _mm256_and_si256(_mm256_shuffle_epi8(table(wide->low[k][i]), low), _mm256_shuffle_epi8(table(wide->high[k][i]), high)));
	}
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_or_si256(left[0], left[1]), _mm256_setzero_si256()));
}

/* Bits of every fourth place at which a longer word may lie. */
static inline uint32_t WIDE_CODE
stride_places(const struct gate_filter *filters, const uint8_t *data)
{
	const struct gate_filter *middle = &filters[GATE_OF_MIDDLE], *longer = &filters[GATE_OF_LONG];
	uint32_t short_at[8], long_at[8], found = 0;
	const __m256i first = load_folded(data), second = load_folded(data + 4);
	const __m256i spread = _mm256_mullo_epi32(first, _mm256_set1_epi32((int)GATE_SPREAD));
	const __m256i mixed = _mm256_add_epi32(_mm256_mullo_epi32(first, _mm256_set1_epi32((int)GATE_MIX_LOW)), _mm256_mullo_epi32(second, _mm256_set1_epi32((int)GATE_MIX_HIGH)));
	_mm256_storeu_si256((__m256i *)(void *)short_at, _mm256_srl_epi32(spread, _mm_cvtsi32_si128((int)(32 - middle->digest_bits))));
	_mm256_storeu_si256((__m256i *)(void *)long_at, _mm256_srl_epi32(mixed, _mm_cvtsi32_si128((int)(32 - longer->digest_bits))));
	for (unsigned i = 0; i < 8; i++) {
		uint64_t hit = middle->digest[short_at[i] >> 6] >> (short_at[i] & 63) | longer->digest[long_at[i] >> 6] >> (long_at[i] & 63);
		found |= (uint32_t)(hit & 1) << (4 * i);
	}
	return found;
}

/* Of these places, those that gate_places.h would find too. */
static inline uint32_t WIDE_CODE
ask(const struct gate_filter *filters, const uint8_t *shorts, const uint8_t *data, uint32_t places)
{
	uint32_t found = 0;
	for (; places != 0; places &= places - 1) {
		unsigned at = (unsigned)__builtin_ctz(places);
		found |= (uint32_t)gate_at_place(filters, shorts, gate_fold(load_le32(data + at)), filters[GATE_OF_GRAM].digest_bits) << at;
	}
	return found;
}

/* All of a step is one byte, and so are the GATE_STRIDE bytes before: see is_even_run() of gate.c. */
static inline bool WIDE_CODE
is_even(const uint8_t *data)
{
	uint64_t first = load_le64(data - GATE_STRIDE);
	if (load_le64(data + 3) != first)
		return false;
	const __m256i all = _mm256_set1_epi8((char)(first & 0xff));
	const __m256i here = _mm256_loadu_si256((const __m256i *)(const void *)(data - GATE_STRIDE)), there = _mm256_loadu_si256((const __m256i *)(const void *)(data + GATE_LONG - 1));
	return _mm256_movemask_epi8(_mm256_and_si256(_mm256_cmpeq_epi8(here, all), _mm256_cmpeq_epi8(there, all))) == -1;
}

__attribute__((target("avx2"))) uint32_t
gate_wide_next(const struct gate *gate, const struct gate_filter *filters, const uint8_t *shorts, struct view stream, size_t last, size_t *at)
{
	const bool skip = gate->even_is_even;
	for (; *at + GATE_WIDE <= last; *at += GATE_WIDE) {
		const uint8_t *data = stream.data + *at;
		if (skip && *at > 0 && is_even(data))
			continue;
		uint32_t few = few_places(&gate->wide, data);
		uint32_t found = stride_places(filters, data) | (few != 0 ? ask(filters, shorts, data, few) : 0);
		if (found != 0)
			return found;
	}
	return 0;
}

#else

void
gate_wide_make(struct gate *gate)
{
	gate->wide = (struct gate_wide){ .usable = false };
}

uint32_t
gate_wide_next(const struct gate *gate, const struct gate_filter *filters, const uint8_t *shorts, struct view stream, size_t last, size_t *at)
{
	(void)gate, (void)filters, (void)shorts, (void)stream, (void)last, (void)at;
	return 0;
}

#endif

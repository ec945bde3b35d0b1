#include "triage/evidence/lock_diffuser.h"

#include "triage/base/view.h"

enum { WORD = 4, WORDS_MAX = 4096 / WORD, ROUNDS_A = 5, ROUNDS_B = 3 };

static inline uint32_t
rotate_left(uint32_t value, unsigned by)
{
	return by == 0 ? value : value << by | value >> (32 - by);
}

/* Each word depends on words before it, around the end. count: words, a multiple of 8. */
static void
undo_a(uint32_t *w, size_t count)
{
	static const uint8_t turn[4] = { 9, 0, 13, 0 };
	for (unsigned round = 0; round < ROUNDS_A; round++)
		for (size_t i = 0; i < count; i++)
			w[i] += w[i >= 2 ? i - 2 : i + count - 2] ^ rotate_left(w[i >= 5 ? i - 5 : i + count - 5], turn[i % 4]);
}

/* Each word depends on words behind it. */
static void
undo_b(uint32_t *w, size_t count)
{
	static const uint8_t turn[4] = { 0, 10, 0, 25 };
	for (unsigned round = 0; round < ROUNDS_B; round++)
		for (size_t i = 0; i < count; i++)
			w[i] += w[i + 2 < count ? i + 2 : i + 2 - count] ^ rotate_left(w[i + 5 < count ? i + 5 : i + 5 - count], turn[i % 4]);
}

void
diffuser_undo(uint8_t *sector, size_t size, const uint8_t key[DIFFUSER_KEY])
{
	uint32_t w[WORDS_MAX];
	size_t count = size / WORD;
	for (size_t i = 0; i < count; i++)
		w[i] = load_le32(sector + i * WORD);
	undo_b(w, count);
	undo_a(w, count);
	for (size_t i = 0; i < count; i++) {
		uint32_t value = w[i] ^ load_le32(key + i * WORD % DIFFUSER_KEY);
		for (size_t b = 0; b < WORD; b++)
			sector[i * WORD + b] = (uint8_t)(value >> (8 * b));
	}
}

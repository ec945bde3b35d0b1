/*
 * looks.c - do these bytes look encrypted?
 *
 * Randomness alone says nothing: packed formats are random inside. So a stream counts as random only when libmagic finds no
 * format in it that names itself (file_types.c), and it is judged against its own size: few bytes cannot fill 256 values
 * evenly. A stream may be random in parts only: programs that are in a hurry encrypt every n-th block.
 */
#include "triage/detect/judge.h"

#include <string.h>

enum { SHORT_TAIL = 512, LEAST_BLOCK = 512, MOST_BLOCK = 1 << 24, ALL_PERCENT = 90, SPARE_BLOCKS_FROM = 3 };

/* Blocks that can say something: a last block of few bytes cannot. */
static uint32_t
usable_blocks(const struct triage_randomness *r, uint64_t bytes)
{
	uint64_t block = r->block_size;
	for (uint64_t size = LEAST_BLOCK; block == 0 && size <= MOST_BLOCK; size *= 2)
		if ((bytes + size - 1) / size == r->blocks)
			block = size;
	bool tail = block > 0 && bytes % block != 0 && bytes % block < SHORT_TAIL;
	return r->blocks > 1 && tail ? r->blocks - 1 : r->blocks;
}

static enum look
look_at_blocks(const struct scores *scores, const struct triage_randomness *r, uint64_t bytes)
{
	uint32_t usable = usable_blocks(r, bytes);
	if (r->random_blocks == 0)
		return LOOK_PLAIN;
	bool all = (uint64_t)r->random_blocks * 100 >= (uint64_t)usable * ALL_PERCENT;
	bool but_one = usable >= SPARE_BLOCKS_FROM && r->random_blocks + 1 >= usable && r->entropy >= scores->entropy_min;
	return all || but_one ? LOOK_RANDOM : LOOK_PARTLY;
}

static bool
is_readable(const struct detect_file *file)
{
	const struct triage_content *c = file->content;
	const uint32_t bent = TRIAGE_ENTRY_ENCRYPTED | TRIAGE_ENTRY_UNDECODED | TRIAGE_ENTRY_REUSED | TRIAGE_ENTRY_INTERNAL;
	return c != NULL && (c->state == TRIAGE_CONTENT_COMPLETE || c->state == TRIAGE_CONTENT_PARTIAL) && (file->flags & bent) == 0;
}

enum look
judge_look(const struct detect_tables *tables, const struct detect_file *file)
{
	const struct scores *scores = &tables->scores;
	const struct triage_content *c = file->content;
	if (!is_readable(file) || c->randomness.entropy < 0 || (double)c->bytes < scores->min_size)
		return LOOK_UNJUDGED;
	if (c->text != TRIAGE_BINARY)
		return LOOK_PLAIN;
	if (c->mime != NULL && (mime_is_firm(c->mime) || is_program(c->mime, c->magic != NULL ? c->magic : "")))
		return LOOK_KNOWN;
	if (c->bytes >= SHORT_TAIL)
		return look_at_blocks(scores, &c->randomness, c->bytes);
	bool even = c->randomness.chi_square >= scores->chi_square_min && c->randomness.chi_square <= scores->chi_square_max;
	if (c->randomness.entropy >= scores->entropy_min_small)
		return even ? LOOK_RANDOM : LOOK_PLAIN;
	return even ? LOOK_UNJUDGED : LOOK_PLAIN;
}

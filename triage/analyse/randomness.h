/*
 * randomness.h - how random the bytes of a stream look, block by block and as a whole.
 *
 * Entropy is Shannon's, in bits per byte, of the byte histogram. Chi-square compares the histogram with equal counts:
 * sum((seen - n/256)^2 / (n/256)), 255 degrees of freedom, so truly random bytes give 255 with a standard deviation of
 * 22.6, whatever n is. Text, code and tables give thousands; deflate, zstd and media codecs some hundreds to thousands on
 * a block of 64 KiB; only good encryption, and arithmetic coders such as LZMA's, stay near 255.
 *
 * A block counts as random when both hold:
 *   entropy    >= 8 - RANDOMNESS_SLACK * 255 / (2 n ln 2): n random bytes miss 8 bits by 255 / (2 n ln 2) on average
 *                 (0.0449 for 4 KiB, 0.0028 for 64 KiB), since few draws cannot fill 256 values evenly;
 *   chi-square is within RANDOMNESS_CHI_LOW..RANDOMNESS_CHI_HIGH, about -4 and +5 standard deviations: an honest
 *                 random block falls outside about once in 100,000. Below the low bound bytes are evener than chance, as in counters and permutations.
 *
 * Blocks are RANDOMNESS_LARGE_BLOCK bytes, or RANDOMNESS_SMALL_BLOCK in a stream shorter than RANDOMNESS_LARGE_STREAM.
 * A last block shorter than RANDOMNESS_TAIL says too little: it counts in `blocks` and in the whole, but not in last, most,
 * least and random_blocks, nor in the profile, unless it is the only block (then it fills the four entropies and is never random).
 * A block is packed when it is not random and has at least RANDOMNESS_PACKED bits a byte (one less in a block of under 2 KiB).
 */
#ifndef TRIAGE_ANALYSE_RANDOMNESS_H
#define TRIAGE_ANALYSE_RANDOMNESS_H

#include "triage/base/view.h"

#include <triage/record.h>

/* Where which kind of block lies: cells of as many blocks as make no more than TRIAGE_SHAPE_CELLS of them. */
enum block_kind { BLOCK_ZERO, BLOCK_PLAIN, BLOCK_PACKED, BLOCK_RANDOM, BLOCK_KINDS };
struct profile {
	uint32_t cells[TRIAGE_SHAPE_CELLS][BLOCK_KINDS];	/* blocks of each kind */
	uint32_t count;			/* cells begun */
	uint32_t per_cell, in_last;	/* blocks */
	enum block_kind first, last;
	bool random, edge;		/* the run at hand; it touches the start */
	uint32_t length;		/* of it */
	uint32_t runs, run_least, run_most, gap_least, gap_most;	/* as in struct triage_shape */
};

enum {
	RANDOMNESS_SMALL_BLOCK = 4 << 10,
	RANDOMNESS_LARGE_BLOCK = 64 << 10,
	RANDOMNESS_LARGE_STREAM = 1 << 20,
	RANDOMNESS_TAIL = 512,
	RANDOMNESS_CHI_LOW = 165,
	RANDOMNESS_CHI_HIGH = 365,
	RANDOMNESS_SLACK = 2,
	RANDOMNESS_PACKED = 7,
	RANDOMNESS_BITS = 36,		/* square of the standard deviations beyond which the bits of a stream are uneven */
	RANDOMNESS_LANES = 8,		/* parallel histograms, so that equal neighbours do not wait for one another */
};

struct randomness {
	uint32_t lanes[RANDOMNESS_LANES][256];	/* of the current block */
	uint64_t total[256];
	uint64_t bytes;			/* fed so far */
	uint32_t filled;		/* bytes in the current block */
	struct triage_randomness result;
	struct profile profile;
};

/* Block size for a stream of so many bytes. */
uint32_t randomness_block_size(uint64_t stream_size);
void randomness_begin(struct randomness *r, uint32_t block_size);
void randomness_update(struct randomness *r, const uint8_t *data, size_t size);
/* Close the last block and return the result; then randomness_begin() before the next use. */
struct triage_randomness randomness_end(struct randomness *r);
/*
 * The cells, turns and edges of the stream, after randomness_end(); the rest of ret_shape is left as it is. head, tail: its first and last bytes,
 * RANDOMNESS_SMALL_BLOCK of them or all; looked at only where blocks are larger.
 */
void randomness_shape(const struct randomness *r, struct view head, struct view tail, struct triage_shape *ret_shape);

#endif

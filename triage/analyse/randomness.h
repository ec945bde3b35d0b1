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
 * least and random_blocks, unless it is the only block (then it fills the four entropies and is never random).
 */
#ifndef TRIAGE_ANALYSE_RANDOMNESS_H
#define TRIAGE_ANALYSE_RANDOMNESS_H

#include <triage/record.h>

enum {
	RANDOMNESS_SMALL_BLOCK = 4 << 10,
	RANDOMNESS_LARGE_BLOCK = 64 << 10,
	RANDOMNESS_LARGE_STREAM = 1 << 20,
	RANDOMNESS_TAIL = 512,
	RANDOMNESS_CHI_LOW = 165,
	RANDOMNESS_CHI_HIGH = 365,
	RANDOMNESS_SLACK = 2,
	RANDOMNESS_LANES = 8,		/* parallel histograms, so that equal neighbours do not wait for one another */
};

struct randomness {
	uint32_t lanes[RANDOMNESS_LANES][256];	/* of the current block */
	uint64_t total[256];
	uint64_t bytes;			/* fed so far */
	uint32_t filled;		/* bytes in the current block */
	struct triage_randomness result;
};

/* Block size for a stream of so many bytes. */
uint32_t randomness_block_size(uint64_t stream_size);
void randomness_begin(struct randomness *r, uint32_t block_size);
void randomness_update(struct randomness *r, const uint8_t *data, size_t size);
/* Close the last block and return the result; then randomness_begin() before the next use. */
struct triage_randomness randomness_end(struct randomness *r);

#endif

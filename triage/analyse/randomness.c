#include "triage/analyse/randomness.h"

#include "triage/base/view.h"

#include <math.h>
#include <string.h>

uint32_t
randomness_block_size(uint64_t stream_size)
{
	return stream_size < RANDOMNESS_LARGE_STREAM ? RANDOMNESS_SMALL_BLOCK : RANDOMNESS_LARGE_BLOCK;
}

void
randomness_begin(struct randomness *r, uint32_t block_size)
{
	memset(r, 0, sizeof(*r));
	r->result = (struct triage_randomness){ .block_size = block_size, .entropy = -1, .first = -1, .last = -1, .most = -1, .least = -1 };
}

static double
entropy_of(const uint64_t counts[256], double n)
{
	double sum = 0;
	for (size_t i = 0; i < 256; i++)
		if (counts[i] != 0)
			sum += (double)counts[i] * log2((double)counts[i]);
	double bits = log2(n) - sum / n;
	return bits < 0 ? 0 : bits;
}

static double
chi_square_of(const uint64_t counts[256], double n)
{
	double expected = n / 256, sum = 0;
	for (size_t i = 0; i < 256; i++) {
		double apart = (double)counts[i] - expected;
		sum += apart * apart;
	}
	return sum / expected;
}

static bool
looks_random(double entropy, double chi_square, double n)
{
	double missing = 255 / (2 * n * 0.69314718055994530942);
	return entropy >= 8 - RANDOMNESS_SLACK * missing && chi_square >= RANDOMNESS_CHI_LOW && chi_square <= RANDOMNESS_CHI_HIGH;
}

static void
close_block(struct randomness *r)
{
	uint64_t counts[256];
	struct triage_randomness *out = &r->result;
	for (size_t i = 0; i < 256; i++) {
		uint32_t seen = 0;
		for (size_t lane = 0; lane < RANDOMNESS_LANES; lane++)
			seen += r->lanes[lane][i];
		counts[i] = seen;
		r->total[i] += seen;
	}
	uint64_t start = r->bytes - r->filled;
	double n = r->filled;
	bool tail = r->filled < RANDOMNESS_TAIL && out->blocks != 0;
	out->blocks++;
	if (!tail) {
		double entropy = entropy_of(counts, n);
		if (out->blocks == 1)
			out->first = out->least = entropy;
		if (entropy > out->most) {
			out->most = entropy;
			out->most_offset = start;
		}
		if (entropy < out->least)
			out->least = entropy;
		out->last = entropy;
		if (r->filled >= RANDOMNESS_TAIL && looks_random(entropy, chi_square_of(counts, n), n))
			out->random_blocks++;
	}
	r->filled = 0;
	memset(r->lanes, 0, sizeof(r->lanes));
}

static void
count_bytes(struct randomness *r, const uint8_t *data, size_t size)
{
	uint32_t(*lanes)[256] = r->lanes;
	size_t i = 0;
	for (; i + 16 <= size; i += 16) {
		uint64_t a = load_le64(data + i), b = load_le64(data + i + 8);
		lanes[0][a & 0xff]++;
		lanes[1][a >> 8 & 0xff]++;
		lanes[2][a >> 16 & 0xff]++;
		lanes[3][a >> 24 & 0xff]++;
		lanes[4][a >> 32 & 0xff]++;
		lanes[5][a >> 40 & 0xff]++;
		lanes[6][a >> 48 & 0xff]++;
		lanes[7][a >> 56]++;
		lanes[0][b & 0xff]++;
		lanes[1][b >> 8 & 0xff]++;
		lanes[2][b >> 16 & 0xff]++;
		lanes[3][b >> 24 & 0xff]++;
		lanes[4][b >> 32 & 0xff]++;
		lanes[5][b >> 40 & 0xff]++;
		lanes[6][b >> 48 & 0xff]++;
		lanes[7][b >> 56]++;
	}
	for (; i < size; i++)
		lanes[i % RANDOMNESS_LANES][data[i]]++;
}

void
randomness_update(struct randomness *r, const uint8_t *data, size_t size)
{
	while (size != 0) {
		size_t part = r->result.block_size - r->filled;
		if (part > size)
			part = size;
		count_bytes(r, data, part);
		r->filled += (uint32_t)part;
		r->bytes += part;
		data += part;
		size -= part;
		if (r->filled == r->result.block_size)
			close_block(r);
	}
}

struct triage_randomness
randomness_end(struct randomness *r)
{
	if (r->filled != 0)
		close_block(r);
	if (r->bytes != 0) {
		r->result.entropy = entropy_of(r->total, (double)r->bytes);
		r->result.chi_square = chi_square_of(r->total, (double)r->bytes);
	}
	return r->result;
}

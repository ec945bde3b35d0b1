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
	r->profile.per_cell = 1;
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

/* --- the profile --- */

static void
merge_cells(struct profile *p)
{
	for (uint32_t i = 0; i < TRIAGE_SHAPE_CELLS; i++)
		for (size_t k = 0; k < BLOCK_KINDS; k++) {
			uint32_t n = p->cells[i][k];
			p->cells[i][k] = 0;
			p->cells[i / 2][k] += n;
		}
	p->count = TRIAGE_SHAPE_CELLS / 2;
	p->per_cell *= 2;
	p->in_last = p->per_cell;
}

static void
close_run(struct profile *p, bool at_end)
{
	p->runs += p->random;
	if (!p->edge && !at_end) {
		uint32_t *least = p->random ? &p->run_least : &p->gap_least, *most = p->random ? &p->run_most : &p->gap_most;
		if (*least == 0 || p->length < *least)
			*least = p->length;
		if (p->length > *most)
			*most = p->length;
	}
	p->edge = false;
	p->length = 0;
}

static void
profile_add(struct profile *p, enum block_kind kind)
{
	if (p->count == 0 || p->in_last == p->per_cell) {
		if (p->count == TRIAGE_SHAPE_CELLS)
			merge_cells(p);
		p->count++;
		p->in_last = 0;
	}
	p->cells[p->count - 1][kind]++;
	p->first = p->length == 0 ? kind : p->first;
	p->last = kind;
	p->in_last++;
	bool random = kind == BLOCK_RANDOM;
	if (p->length == 0)
		p->edge = true;
	else if (random != p->random)
		close_run(p, false);
	p->random = random;
	p->length++;
}

static enum triage_cell
letter_of(const uint32_t counts[BLOCK_KINDS])
{
	uint32_t all = counts[BLOCK_ZERO] + counts[BLOCK_PLAIN] + counts[BLOCK_PACKED] + counts[BLOCK_RANDOM];
	if (counts[BLOCK_ZERO] == all)
		return TRIAGE_CELL_ZERO;
	if (counts[BLOCK_RANDOM] == 0)
		return counts[BLOCK_PACKED] * 2 >= all ? TRIAGE_CELL_PACKED : TRIAGE_CELL_PLAIN;
	return (uint64_t)counts[BLOCK_RANDOM] * 10 >= (uint64_t)all * 9 ? TRIAGE_CELL_RANDOM : TRIAGE_CELL_MIXED;
}

/* --- the blocks --- */

static enum block_kind
kind_of(const uint64_t counts[256], double n, double entropy, bool random)
{
	if (random)
		return BLOCK_RANDOM;
	if (entropy >= (n < 2048 ? RANDOMNESS_PACKED - 1 : RANDOMNESS_PACKED))
		return BLOCK_PACKED;
	return (double)counts[0] >= n ? BLOCK_ZERO : BLOCK_PLAIN;
}

/* What a short piece is, as a block of its own. */
static enum block_kind
kind_of_piece(struct view piece)
{
	uint64_t counts[256] = { 0 };
	for (size_t i = 0; i < piece.size; i++)
		counts[piece.data[i]]++;
	double n = (double)piece.size, entropy = entropy_of(counts, n);
	return kind_of(counts, n, entropy, looks_random(entropy, chi_square_of(counts, n), n));
}

/*
 * Packed data is random byte by byte, but codes of bits leave the one value a little more often than the other. One number over all bits shows that
 * with far fewer bytes than 256 counts do. The bound is six standard deviations: met by chance less than once in 100 million streams.
 */
static bool
is_uneven(const uint64_t total[256], double bytes)
{
	double ones[9] = { 0 };
	for (unsigned i = 0; i < 256; i++)
		for (unsigned bit = 0; bit < 8; bit++)
			if ((i >> bit & 1) != 0) {
				ones[bit] += (double)total[i];
				ones[8] += (double)total[i];
			}
	for (unsigned i = 0; i < 9; i++) {
		double n = i < 8 ? bytes : 8 * bytes, apart = 2 * ones[i] - n;
		if (apart * apart > RANDOMNESS_BITS * n)
			return true;
	}
	return false;
}

void
randomness_shape(const struct randomness *r, struct view head, struct view tail, struct triage_shape *ret_shape)
{
	struct profile p = r->profile;
	bool fine = r->result.block_size <= RANDOMNESS_SMALL_BLOCK || head.size < RANDOMNESS_TAIL || tail.size < RANDOMNESS_TAIL;
	enum block_kind first = fine ? p.first : kind_of_piece(head), last = fine ? p.last : kind_of_piece(tail);
	if (p.length > 0)
		close_run(&p, true);
	ret_shape->cell_size = p.count == 0 ? 0 : (uint64_t)p.per_cell * r->result.block_size;
	ret_shape->cells = (uint8_t)p.count;
	for (uint32_t i = 0; i < p.count; i++)
		ret_shape->cell[i] = (char)letter_of(p.cells[i]);
	ret_shape->uneven = is_uneven(r->total, (double)r->bytes);
	ret_shape->runs = p.runs;
	ret_shape->run_least = p.run_least;
	ret_shape->run_most = p.run_most;
	ret_shape->gap_least = p.gap_least;
	ret_shape->gap_most = p.gap_most;
	ret_shape->head_random = p.count > 0 && first == BLOCK_RANDOM;
	ret_shape->head_zero = p.count > 0 && first == BLOCK_ZERO;
	ret_shape->tail_random = p.count > 0 && last == BLOCK_RANDOM;
	ret_shape->tail_zero = p.count > 0 && last == BLOCK_ZERO;
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
		bool random = r->filled >= RANDOMNESS_TAIL && looks_random(entropy, chi_square_of(counts, n), n);
		out->random_blocks += random;
		profile_add(&r->profile, kind_of(counts, n, entropy, random));
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

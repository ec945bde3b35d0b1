#include "triage/evidence/unallocated.h"

#include "triage/evidence/fs.h"

#include <stdlib.h>

enum { UNITS_AT_A_TIME = 1 << 15 };

struct evidence_unallocated {
	struct evidence_fs *fs;
	struct fs_space space;
	uint64_t next;			/* unit to look at */
	uint64_t base;			/* unit of the first bit; a multiple of UNITS_AT_A_TIME */
	size_t have;			/* bits */
	uint64_t from;			/* bytes: nothing before it is told */
	uint64_t unknown;
	bool slack_told;
	uint8_t bits[UNITS_AT_A_TIME / 8];
};

enum triage_status
evidence_unallocated_open(struct evidence_fs *fs, uint64_t from, struct evidence_unallocated **ret_u, struct triage_error *err)
{
	if (fs->driver->space == NULL) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "how file systems of type %s give out space is not read by this version",
		    fs->type);
		return TRIAGE_E_UNSUPPORTED;
	}
	struct evidence_unallocated *u = calloc(1, sizeof(*u));
	if (u == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	u->fs = fs;
	u->from = from;
	enum triage_status st = fs->driver->space(fs, &u->space, err);
	if (st == TRIAGE_OK && (u->space.unit == 0 || u->space.units > (INT64_MAX - u->space.start) / u->space.unit)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the volume is larger than any can be");
		st = TRIAGE_E_FORMAT;
	}
	if (st != TRIAGE_OK) {
		free(u);
		return st;
	}
	u->next = from > u->space.start ? (from - u->space.start) / u->space.unit : 0;
	*ret_u = u;
	return TRIAGE_OK;
}

void
evidence_unallocated_close(struct evidence_unallocated *u)
{
	free(u);
}

uint64_t
evidence_unallocated_unknown(const struct evidence_unallocated *u)
{
	return u->unknown;
}

/* Load the bits that unit u->next lies in. What cannot be read is in use. */
static enum triage_status
load_bits(struct evidence_unallocated *u, struct triage_error *err)
{
	u->base = u->next / UNITS_AT_A_TIME * UNITS_AT_A_TIME;
	uint64_t left = u->space.units - u->base;
	u->have = left < UNITS_AT_A_TIME ? (size_t)left : UNITS_AT_A_TIME;
	enum triage_status st = u->fs->driver->used(u->fs, u->base, u->have, u->bits, err);
	if (st == TRIAGE_OK || st == TRIAGE_E_MEMORY)
		return st;
	for (size_t i = 0; i < sizeof(u->bits); i++)
		u->bits[i] = 0xff;
	u->unknown += (uint64_t)u->have * u->space.unit;
	return TRIAGE_OK;
}

/* Move u->next to the next unit whose bit is `used`, or to the end. */
static enum triage_status
skip_to(struct evidence_unallocated *u, bool used, struct triage_error *err)
{
	uint8_t boring = used ? 0 : 0xff;
	while (u->next < u->space.units) {
		if (u->next < u->base || u->next - u->base >= u->have) {
			enum triage_status st = load_bits(u, err);
			if (st != TRIAGE_OK)
				return st;
		}
		size_t at = (size_t)(u->next - u->base);
		if (at % 8 == 0 && u->bits[at / 8] == boring && u->have - at >= 8) {
			u->next += 8;
			continue;
		}
		if (((u->bits[at / 8] >> at % 8 & 1) != 0) == used)
			return TRIAGE_OK;
		u->next++;
	}
	return TRIAGE_OK;
}

enum triage_status
evidence_unallocated_next(struct evidence_unallocated *u, uint64_t *ret_offset, uint64_t *ret_length, struct triage_error *err)
{
	uint64_t medium = u->fs->reader->size, space_end = u->space.start + u->space.units * u->space.unit;
	enum triage_status st = skip_to(u, false, err);
	uint64_t first = u->next;
	if (st == TRIAGE_OK && first < u->space.units)
		st = skip_to(u, true, err);
	if (st != TRIAGE_OK)
		return st;
	uint64_t start = u->space.start + first * u->space.unit, end = u->space.start + u->next * u->space.unit;
	if (first >= u->space.units || start >= medium) {
		/* what is left of the volume behind the last unit */
		start = space_end;
		if (u->slack_told || start >= medium)
			return TRIAGE_END;
		end = medium;
		u->slack_told = true;
	} else if (end >= space_end) {
		end = medium;	/* the last unit is free: its run goes on into the slack */
		u->slack_told = true;
	}
	end = end < medium ? end : medium;
	if (start < u->from && u->from < end)
		start = u->from;
	*ret_offset = start;
	*ret_length = end - start;
	return TRIAGE_OK;
}

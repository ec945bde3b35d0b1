/*
 * regf_fragment.c - a bin that was found without its hive, in unallocated space: the same bin in a hive that has nothing else.
 *
 * The bin says where in its hive it was, and its cells speak of places in that hive: it is put there, behind a head of our own.
 */
#include "triage/artefact/regf.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum { PLACE = 4, SIZE = 8, WRITTEN = 20, UNIT = 4096, H_PRIMARY = 4, H_SECONDARY = 8, H_WRITTEN = 12, H_MAJOR = 20, H_MINOR = 24, H_ROOT = 36, H_SIZE = 40, H_SUM = 508 };

bool
regf_is_fragment(struct view in)
{
	if (in.size < UNIT || memcmp(in.data, "hbin", 4) != 0)
		return false;
	uint32_t place = load_le32(in.data + PLACE), size = load_le32(in.data + SIZE);
	int64_t cell = (int32_t)load_le32(in.data + REGF_BIN_HEADER), length = cell < 0 ? -cell : cell;
	return place % UNIT == 0 && size > 0 && size % UNIT == 0 && length >= 8 && length % 8 == 0 && length <= (int64_t)size - REGF_BIN_HEADER;
}

static void
store_le32(uint8_t *p, uint32_t x)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(x >> 8 * i);
}

enum triage_status
regf_fragment(struct view in, uint8_t **ret_copy, size_t *ret_size, uint32_t *ret_place, struct triage_error *err)
{
	uint32_t place = load_le32(in.data + PLACE);
	size_t size = REGF_HEADER + (size_t)place + in.size;
	*ret_copy = NULL;
	if (place > REGF_FRAGMENT_MAX || in.size > REGF_FRAGMENT_MAX)
		return TRIAGE_OK;
	uint8_t *copy = fault_hit() ? NULL : calloc(1, size);
	if (copy == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a bin at place %u of its hive", place);
		return TRIAGE_E_MEMORY;
	}
	memcpy(copy, "regf", 4);
	store_le32(copy + H_PRIMARY, 1);
	store_le32(copy + H_SECONDARY, 1);
	memcpy(copy + H_WRITTEN, in.data + WRITTEN, 8);
	store_le32(copy + H_MAJOR, 1);
	store_le32(copy + H_MINOR, 5);
	store_le32(copy + H_ROOT, REGF_NONE);
	store_le32(copy + H_SIZE, place + (uint32_t)in.size);
	store_le32(copy + H_SUM, regf_sum(copy));
	memcpy(copy + REGF_HEADER + place, in.data, in.size);
	*ret_copy = copy;
	*ret_size = size;
	*ret_place = place;
	return TRIAGE_OK;
}

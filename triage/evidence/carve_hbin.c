/*
 * carve_hbin.c - bins of a registry hive: keys and values without the hive's head.
 *
 * Source: M. Suhanov, "Windows registry file format specification". Little endian.
 */
#include "triage/evidence/carve.h"

#include "triage/base/when.h"

enum { HBIN_AT = 4, HBIN_SIZE = 8, HBIN_TIME = 20, HBIN_HEAD = 32, HBIN_UNIT = 4096, HBIN_MAX = 16 << 20, CELL = 8 };

/* How many bytes of the bin are a chain of cells. */
static size_t
cells_end(struct view bytes, size_t size, uint32_t *ret_used)
{
	size_t at = HBIN_HEAD, end = size < bytes.size ? size : bytes.size;
	while (end - at >= CELL) {
		int32_t cell = (int32_t)load_le32(bytes.data + at);
		uint32_t length = cell < 0 ? (uint32_t)-(int64_t)cell : (uint32_t)cell;
		if (length < CELL || length % CELL != 0 || length > size - at)
			return at;
		*ret_used += cell < 0;
		if (length > end - at)
			return end;
		at += length;
	}
	return at;
}

static uint64_t
hbin_check(struct view bytes, struct carve_hit *hit)
{
	const uint8_t *p = bytes.data;
	uint32_t place = load_le32(p + HBIN_AT), size = load_le32(p + HBIN_SIZE), used = 0;
	if (place % HBIN_UNIT != 0 || size == 0 || size % HBIN_UNIT != 0 || size > HBIN_MAX || place > INT32_MAX)
		return 0;
	size_t end = cells_end(bytes, size, &used);
	if (end == HBIN_HEAD)
		return 0;
	bool whole = end == size || end == bytes.size;
	hit->time = when_from_filetime(load_le64(p + HBIN_TIME));
	hit->proved = whole ? size : end;
	hit->count = used > 0 ? used : 1;
	buf_format(hit->facts, "bin %u of its hive, %u cells in use%s", place, used, whole ? "" : ", the rest overwritten");
	return size;
}

const struct carver hbin_carver = {
	.name = "hbin", .align = 512, .magic = "hbin", .magic_size = 4, .need = HBIN_UNIT, .check = hbin_check,
};

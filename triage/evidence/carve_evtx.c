/*
 * carve_evtx.c - chunks of Windows event logs (EVTX).
 *
 * Source: J. Metz, "Windows XML Event Log (EVTX) format". Little endian. A chunk is 64 KiB and stands for itself: its records
 * need no other chunk. The sum of its head has to be right; whether that of its records is, is told.
 */
#include "triage/evidence/carve.h"
#include "triage/evidence/checksum.h"

#include "triage/base/when.h"

#include <string.h>

enum {
	CHUNK = 65536, FIRST_ID = 24, LAST_ID = 32, HEAD_LENGTH = 40, FREE = 48, RECORDS_SUM = 52, HEAD_SUM = 124,
	HEAD_SUMMED = 120, TABLES = 128, RECORDS = 512, RECORD_MAGIC = 0x2a2a, RECORD_TIME = 16, RECORD_HEAD = 24,
};

static uint64_t
evtx_chunk_check(struct view bytes, struct carve_hit *hit)
{
	const uint8_t *p = bytes.data;
	uint32_t sum = crc32_more(CRC32_START, p, HEAD_SUMMED);
	sum = crc32_end(crc32_more(sum, p + TABLES, RECORDS - TABLES));
	uint32_t end = load_le32(p + FREE);
	uint64_t first = load_le64(p + FIRST_ID), last = load_le64(p + LAST_ID);
	if (load_le32(p + HEAD_LENGTH) != TABLES || sum != load_le32(p + HEAD_SUM) || end < RECORDS || end > CHUNK)
		return 0;
	bool whole = end <= bytes.size &&
	    crc32_end(crc32_more(CRC32_START, p + RECORDS, end - RECORDS)) == load_le32(p + RECORDS_SUM);
	if (last >= first && last - first < CHUNK / RECORD_HEAD)
		hit->count = (uint32_t)(last - first + 1);
	if (bytes.size >= RECORDS + RECORD_HEAD && load_le32(p + RECORDS) == RECORD_MAGIC)
		hit->time = when_from_filetime(load_le64(p + RECORDS + RECORD_TIME));
	hit->proved = whole ? end : RECORDS;
	buf_format(hit->facts, "event records %ju to %ju%s", (uintmax_t)first, (uintmax_t)last,
	    whole ? "" : ", some overwritten");
	return CHUNK;
}

const struct carver evtx_chunk_carver = {
	.name = "evtx-chunk", .align = 512, .magic = "ElfChnk", .magic_size = 8, .need = RECORDS, .check = evtx_chunk_check,
};

/* vmdk_stream.c - see vmdk_stream.h. */
#include "triage/evidence/vmdk_stream.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"

#include <stdlib.h>

enum { SECTOR = 512, MARKER = 16, MARKER_SIZE = 8, MARKER_TYPE = 12, GRAIN_HEAD = 12, TYPE_END = 0, TYPE_MAX = 4, GRAINS_MAX = 8 << 20 };

enum triage_status
vmdk_stream_rebuild(struct disk_layer *layer, struct vmdk_sparse *s, uint64_t from, struct triage_error *err)
{
	uint64_t grains = (s->size + s->grain - 1) / s->grain, end = s->file->reader->size;
	if (grains > GRAINS_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "this stream-optimised VMDK has lost its footer and is too large to look for its grains; "
		    "get a whole copy");
		return TRIAGE_E_FORMAT;
	}
	s->rebuilt = fault_hit() ? NULL : calloc((size_t)grains, sizeof(*s->rebuilt));
	if (s->rebuilt == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the grains of a VMDK");
		return TRIAGE_E_MEMORY;
	}
	uint8_t marker[MARKER];
	uint64_t at = from;
	/* each step goes forward by at least a sector: the file bounds them */
	while (at < end && at / SECTOR <= UINT32_MAX && disk_table(layer, s->file, at, marker, sizeof(marker))) {
		uint64_t value = load_le64(marker), size = load_le32(marker + MARKER_SIZE), step = SECTOR;
		if (size > 0) {
			if (value % (s->grain / SECTOR) != 0 || value / (s->grain / SECTOR) >= grains || size > 2 * s->grain + SECTOR)
				break;
			s->rebuilt[value / (s->grain / SECTOR)] = (uint32_t)(at / SECTOR);
			step = (GRAIN_HEAD + size + SECTOR - 1) / SECTOR * SECTOR;
		} else if (load_le32(marker + MARKER_TYPE) == TYPE_END || load_le32(marker + MARKER_TYPE) > TYPE_MAX || value > end / SECTOR) {
			break;
		} else {
			step += value * SECTOR;
		}
		at += step;
	}
	return TRIAGE_OK;
}

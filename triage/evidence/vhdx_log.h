/*
 * vhdx_log.h - the journal of a VHDX: writes to its tables that were on their way when the machine stopped or was copied.
 * They are laid over the file in memory; the file is never written. Source: [MS-VHDX] 2.3.
 */
#ifndef TRIAGE_EVIDENCE_VHDX_LOG_H
#define TRIAGE_EVIDENCE_VHDX_LOG_H

#include "triage/evidence/disk.h"

enum { VHDX_GUID = 16 };

struct vhdx_log {
	uint8_t *bytes;			/* the journal as it lies; owned */
	uint8_t *sectors;		/* what is written, put together; owned */
	struct disk_patch *patches;	/* owned; point into sectors */
	size_t count;
};

/*
 * Find the newest whole run of entries that carry guid and make patches of them. at, size: of the journal in the layer's file. *ret_found
 * false: there is no whole run, nothing is laid over. Errors: E_MEMORY, E_LIMIT (larger than any system makes it).
 */
WARN_UNUSED enum triage_status vhdx_log_read(struct disk_layer *layer, uint64_t at, uint64_t size, const uint8_t guid[VHDX_GUID],
    struct vhdx_log *log, bool *ret_found, struct triage_error *err);
void vhdx_log_release(struct vhdx_log *log);

/* CRC-32C (Castagnoli, RFC 3720) of size bytes, of which the four at hole count as zeros. */
uint32_t vhdx_crc(const uint8_t *bytes, size_t size, size_t hole);

#endif

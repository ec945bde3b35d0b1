/* vhdx.h - what the two halves of VHDX share: vhdx_head.c reads what the disk is, vhdx.c maps. Source: [MS-VHDX] version 7. */
#ifndef TRIAGE_EVIDENCE_VHDX_H
#define TRIAGE_EVIDENCE_VHDX_H

#include "triage/evidence/vhdx_log.h"

struct vhdx {
	uint64_t bat_at, bat_size;	/* bytes */
	uint64_t ratio;			/* payload blocks that share a block of bitmap */
	uint32_t block;			/* bytes, a power of two */
	uint32_t sector;
	bool has_parent;
	struct vhdx_log log;
};

/* Choose the header, replay the journal over the file in memory, find the regions, read the metadata. Errors as disk_kind.open(). */
WARN_UNUSED enum triage_status vhdx_read_head(struct disk_layer *layer, struct vhdx *v, struct triage_error *err);

/* The metadata items, from the region at `at`. */
WARN_UNUSED enum triage_status vhdx_read_metadata(struct disk_layer *layer, struct vhdx *v, uint64_t at, uint64_t size, struct triage_error *err);

/* A GUID as it is written, lower case, without braces. */
void vhdx_guid_text(const uint8_t guid[VHDX_GUID], char out[40]);

#endif

/*
 * vmdk_sparse.h - a sparse extent of a VMDK: grains behind a directory of tables, packed or not; and the older COWD of ESX.
 * Source: VMware, "Virtual Disk Format 5.0": Hosted Sparse Extents, Stream-Optimized Compressed Sparse Extents, ESX Server Sparse Extents.
 */
#ifndef TRIAGE_EVIDENCE_VMDK_SPARSE_H
#define TRIAGE_EVIDENCE_VMDK_SPARSE_H

#include "triage/evidence/disk.h"

struct vmdk_sparse {
	struct disk_file *file;
	uint64_t size;			/* bytes of the disk that this extent holds */
	uint64_t grain;			/* bytes, a power of two */
	uint32_t per_table;		/* grains of one table */
	uint64_t tables;		/* entries of the directory */
	uint64_t directory_at, copy_at;	/* bytes; copy_at 0: there is no redundant directory */
	bool zero_grains;		/* entry 1 stands for zeros */
	bool packed, markers;
	uint32_t *rebuilt;		/* owned: sectors by grain, when the directory was lost; NULL usually */
};

/* True when a file begins like such an extent. */
bool vmdk_sparse_is(const uint8_t *head, size_t size);

/*
 * Read the header of file. Damage that leaves it readable is a problem row of the layer. Errors: E_FORMAT (nothing of it can be read),
 * E_MEMORY, or what the sink returned.
 */
WARN_UNUSED enum triage_status vmdk_sparse_open(struct disk_layer *layer, struct disk_file *file, struct vmdk_sparse *s, struct triage_error *err);
/* Where in file the descriptor is embedded, in bytes. False when there is none. */
bool vmdk_sparse_text(struct disk_file *file, uint64_t *ret_at, uint64_t *ret_size);
void vmdk_sparse_release(struct vmdk_sparse *s);

/* What lies at offset of the extent, which begins at start of the disk. */
void vmdk_sparse_map(struct disk_layer *layer, const struct vmdk_sparse *s, uint64_t start, uint64_t offset, struct disk_run *run);

#endif

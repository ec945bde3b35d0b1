/*
 * vss_format.h - the structures of volume shadow copies as they lie on an NTFS volume. Little endian.
 *
 * Source: "Volume Shadow Snapshot (VSS) format", the libvshadow project's public description (2011-2014), of what Windows Vista and
 * later write; Microsoft has published none. A header at 0x1e00 names the catalogue; the catalogue names the stores; a store's block
 * list says which block of the volume was kept where before it was overwritten. Everything lies in blocks of 16 KiB that begin with
 * the same 128 bytes of header and know their own place.
 */
#ifndef TRIAGE_EVIDENCE_VSS_FORMAT_H
#define TRIAGE_EVIDENCE_VSS_FORMAT_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum { VSS_BLOCK = 16384, VSS_HEAD = 128, VSS_SECTOR = 512, VSS_VOLUME_AT = 0x1e00, VSS_GUID = 16 };
enum { VSS_DESCRIPTOR = 32, VSS_RANGE = 24, VSS_ENTRY = 128, VSS_BITS = (VSS_BLOCK - VSS_HEAD) * 8 };

/* Windows keeps at most 512 shadow copies of a volume, of volumes of at most 64 TiB: block numbers fit into 32 bits. */
enum { VSS_STORES_MAX = 512 };
#define VSS_VOLUME_MAX (UINT64_C(64) << 40)

enum vss_record {
	VSS_VOLUME = 1, VSS_CATALOGUE = 2,
	VSS_LIST = 3,		/* block descriptors */
	VSS_STORE = 4,		/* identifiers of a shadow copy */
	VSS_RANGES = 5,		/* where the store's file lies */
	VSS_BITMAP = 6,		/* set: not in use, therefore not kept */
};

struct vss_head {
	uint32_t type;		/* enum vss_record */
	uint64_t relative;	/* bytes into the catalogue's or the store's file */
	uint64_t current;	/* bytes into the volume: its own place */
	uint64_t next;		/* the next block of the same kind, 0 for none */
	uint64_t info;		/* bytes of store information behind the first header of a store */
};

struct vss_volume {
	uint64_t catalogue;	/* bytes into the volume, 0: there is none */
	uint64_t maximum;	/* bytes that shadow copies may use, 0: no bound */
	uint8_t volume[VSS_GUID], storage[VSS_GUID];	/* not the same: the shadow copies lie on another volume */
};

enum vss_flags {
	VSS_FORWARD = 1,	/* the block was not kept: it stands, in the next newer state, at the relative offset */
	VSS_OVERLAY = 2,	/* sectors that were written to the shadow copy itself while it was made: for this copy alone */
	VSS_UNUSED = 4,
};

struct vss_descriptor {
	uint64_t original;	/* bytes into the volume */
	uint64_t relative;	/* bytes into the store's file; of a forwarder: into the volume */
	uint64_t stored;	/* bytes into the volume */
	uint32_t flags;		/* enum vss_flags; others are known by number only and change nothing */
	uint32_t sectors;	/* of an overlay: one bit for each 512 bytes */
};

/* bytes: VSS_HEAD of them. False when they are no header of one of the known kinds. */
bool vss_head_parse(const uint8_t *bytes, struct vss_head *ret_head);
bool vss_volume_parse(const uint8_t *bytes, struct vss_volume *ret_volume);
/* False when the descriptor is empty. */
bool vss_descriptor_parse(const uint8_t *bytes, struct vss_descriptor *ret_descriptor);

/*
 * Read the block of a kind that should begin at a place of the volume. block: VSS_BLOCK bytes. False when no such block is there
 * (outside, unreadable, another kind, or one that was written for another place).
 */
bool vss_block_read(struct reader *volume, uint64_t at, enum vss_record type, uint8_t *block, struct vss_head *ret_head);

#endif

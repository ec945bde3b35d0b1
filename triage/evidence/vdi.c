/*
 * vdi.c - VDI disks of VirtualBox: one table of blocks. Source: the layout that VirtualBox's own headers give (VDICore.h, version 1.1),
 * as described in its user forum's "All about VDIs". Little endian.
 */
#include "triage/evidence/disk.h"

#include "triage/base/text.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum { MAGIC_AT = 64, VERSION = 68, TYPE = 76, TABLE_AT = 340, DATA_AT = 344, SIZE = 368, BLOCK = 376, EXTRA = 380, BLOCKS = 384, ID = 392,
	PARENT_ID = 440, ID_SIZE = 16, HEADER = 512 };
enum { TYPE_DYNAMIC = 1, TYPE_FIXED = 2, TYPE_UNDO = 3, TYPE_DIFFERENCING = 4, MAJOR = 1, BLOCK_MIN = 512, BLOCK_MAX = 256 << 20 };
#define ENTRY_FREE UINT32_MAX
#define ENTRY_ZERO (UINT32_MAX - 1)

static const char why_table[] = "the block table of the VDI cannot be read";
static const char why_entry[] = "a damaged entry in the block table of the VDI";

struct vdi {
	uint64_t table_at, data_at;
	uint32_t block, extra, blocks;	/* bytes of a block, bytes before each, how many */
};

static bool
vdi_claims(const uint8_t *head, size_t size, struct reader *file)
{
	(void)file;
	return size >= MAGIC_AT + 4 && load_le32(head + MAGIC_AT) == UINT32_C(0xbeda107f);
}

/* A parent is known by its identity alone, not by a name: there is nothing to open. */
static bool
vdi_needs_open(const uint8_t *head, size_t size)
{
	(void)head, (void)size;
	return false;
}

static void
vdi_map(struct disk_layer *layer, uint64_t offset, uint64_t want, struct disk_run *run)
{
	const struct vdi *v = layer->state;
	uint8_t raw[4];
	uint64_t index = offset / v->block, inside = offset % v->block, left = v->block - inside;
	(void)want;
	if (index >= v->blocks || !disk_table(layer, layer->file, v->table_at + index * 4, raw, sizeof(raw))) {
		disk_run_is(run, DISK_BAD, left, why_table);
		return;
	}
	uint32_t entry = load_le32(raw);
	if (entry == ENTRY_FREE)
		disk_run_is(run, DISK_BELOW, left, NULL);
	else if (entry == ENTRY_ZERO)
		disk_run_is(run, DISK_ZERO, left, NULL);
	else if (entry >= v->blocks)
		disk_run_is(run, DISK_BAD, left, why_entry);
	else
		*run = (struct disk_run){ .what = DISK_DATA, .size = left, .file = layer->file,
		    .at = v->data_at + (uint64_t)entry * ((uint64_t)v->block + v->extra) + v->extra + inside };
}

static enum triage_status
vdi_open(struct disk_layer *layer, struct triage_error *err)
{
	uint8_t head[HEADER];
	struct vdi *v = layer->state = calloc(1, sizeof(*v));
	if (v == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	if (!disk_head(layer, 0, head, sizeof(head))) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "this VDI is cut off inside its header");
		return TRIAGE_E_FORMAT;
	}
	if (load_le32(head + VERSION) >> 16 != MAJOR) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, VERSION, "this is a VDI disk image of another version than 1; convert it with "
		    "`VBoxManage clonemedium IMAGE OUTPUT --format RAW`");
		return TRIAGE_E_UNSUPPORTED;
	}
	uint32_t type = load_le32(head + TYPE);
	*v = (struct vdi){ .table_at = load_le32(head + TABLE_AT), .data_at = load_le32(head + DATA_AT), .block = load_le32(head + BLOCK),
	    .extra = load_le32(head + EXTRA), .blocks = load_le32(head + BLOCKS) };
	layer->size = load_le64(head + SIZE);
	text_hex(layer->id, head + ID, ID_SIZE);
	if (v->block < BLOCK_MIN || v->block > BLOCK_MAX || v->extra > BLOCK_MAX || type < TYPE_DYNAMIC || type > TYPE_DIFFERENCING) {
		triage_error_set(err, TRIAGE_E_FORMAT, BLOCK, "this VDI tells of an impossible size of blocks or kind of disk");
		return TRIAGE_E_FORMAT;
	}
	if (type != TYPE_UNDO && type != TYPE_DIFFERENCING)
		return TRIAGE_OK;
	text_hex(layer->parent_id, head + PARENT_ID, ID_SIZE);
	layer->needs_below = true;
	return disk_problem(layer, TRIAGE_HIGH, "parent-missing", PARENT_ID, err, "this is a snapshot: what it does not hold lies in the disk with "
	    "identity %s (bytes as stored), whose name is not in it, and reads as zeros; join them with `VBoxManage clonemedium`", layer->parent_id);
}

static void
vdi_close(struct disk_layer *layer)
{
	free(layer->state);
}

const struct disk_kind vdi_disk = { .name = "VDI", .kind = TRIAGE_EVIDENCE_VDI, .claims = vdi_claims, .needs_open = vdi_needs_open,
    .open = vdi_open, .map = vdi_map, .close = vdi_close };

/* vhdx.c - VHDX disks of Hyper-V: where each block lies. Source: [MS-VHDX] 2.5. Little endian. */
#include "triage/evidence/vhdx.h"

#include "triage/base/view.h"
#include "triage/evidence/disk_bits.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_NOT_PRESENT = 0, BLOCK_UNDEFINED = 1, BLOCK_ZERO = 2, BLOCK_UNMAPPED = 3, BLOCK_PRESENT = 6, BLOCK_PARTLY = 7, STATE = 7 };
#define ENTRY_OFFSET UINT64_C(0xfffffffffff00000)	/* bytes: the field counts MiB in bits 20 and up */

static const char why_bat[] = "the block table (BAT) of the VHDX cannot be read";
static const char why_entry[] = "a damaged entry in the block table (BAT) of the VHDX";
static const char why_bitmap[] = "the sector bitmap of the VHDX cannot be read";

static bool
vhdx_claims(const uint8_t *head, size_t size, struct reader *file)
{
	(void)file;
	return size >= 8 && memcmp(head, "vhdxfile", 8) == 0;
}

/* Whether there is a parent stands deep inside. */
static bool
vhdx_needs_open(const uint8_t *head, size_t size)
{
	(void)head, (void)size;
	return true;
}

static bool
bat_entry(struct disk_layer *layer, const struct vhdx *v, uint64_t index, uint64_t *ret_entry)
{
	uint8_t raw[8];
	if (index >= v->bat_size / 8 || !disk_table(layer, layer->file, v->bat_at + index * 8, raw, sizeof(raw)))
		return false;
	*ret_entry = load_le64(raw);
	return true;
}

/* A block of which only some sectors are here: the bitmap of its chunk says which. */
static void
map_partly(struct disk_layer *layer, const struct vhdx *v, uint64_t offset, uint64_t want, uint64_t data_at, struct disk_run *run)
{
	uint64_t chunk = v->ratio * v->block, entry, inside = offset % v->block, in_sector = offset % v->sector;
	uint64_t left = v->block - inside < want ? v->block - inside : want;
	uint64_t first = offset % chunk / v->sector;
	bool here = false;
	uint64_t sectors = 0;
	if (bat_entry(layer, v, (offset / chunk + 1) * v->ratio + offset / chunk, &entry) && (entry & STATE) == BLOCK_PRESENT &&
	    (entry & ENTRY_OFFSET) != 0 && (entry & ENTRY_OFFSET) <= INT64_MAX)
		sectors = disk_bits_alike(layer, layer->file, entry & ENTRY_OFFSET, first, (in_sector + left + v->sector - 1) / v->sector, false, &here);
	if (sectors == 0)
		disk_run_is(run, DISK_BAD, left, why_bitmap);
	else if (!here)
		disk_run_is(run, DISK_BELOW, sectors * v->sector - in_sector, NULL);
	else
		*run = (struct disk_run){ .what = DISK_DATA, .size = sectors * v->sector - in_sector, .file = layer->file, .at = data_at + inside };
}

static void
vhdx_map(struct disk_layer *layer, uint64_t offset, uint64_t want, struct disk_run *run)
{
	const struct vhdx *v = layer->state;
	uint64_t entry, block = offset / v->block, inside = offset % v->block, left = v->block - inside;
	if (!bat_entry(layer, v, block + block / v->ratio, &entry)) {
		disk_run_is(run, DISK_BAD, left, why_bat);
		return;
	}
	uint64_t at = entry & ENTRY_OFFSET, state = entry & STATE;
	if (state == BLOCK_NOT_PRESENT)
		disk_run_is(run, v->has_parent ? DISK_BELOW : DISK_ZERO, left, NULL);
	else if (state <= BLOCK_UNMAPPED)
		disk_run_is(run, DISK_ZERO, left, NULL);
	else if (at == 0 || at > INT64_MAX || state < BLOCK_PRESENT || (state == BLOCK_PARTLY && !v->has_parent))
		disk_run_is(run, DISK_BAD, left, why_entry);
	else if (state == BLOCK_PARTLY)
		map_partly(layer, v, offset, want, at, run);
	else
		*run = (struct disk_run){ .what = DISK_DATA, .size = left, .file = layer->file, .at = at + inside };
}

static enum triage_status
vhdx_open(struct disk_layer *layer, struct triage_error *err)
{
	struct vhdx *v = layer->state = calloc(1, sizeof(*v));
	if (v == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	return vhdx_read_head(layer, v, err);
}

static void
vhdx_close(struct disk_layer *layer)
{
	struct vhdx *v = layer->state;
	if (v == NULL)
		return;
	layer->file->patches = NULL;
	layer->file->patch_count = 0;
	vhdx_log_release(&v->log);
	free(v);
}

const struct disk_kind vhdx_disk = { .name = "VHDX", .kind = TRIAGE_EVIDENCE_VHD, .claims = vhdx_claims, .needs_open = vhdx_needs_open,
    .open = vhdx_open, .map = vhdx_map, .close = vhdx_close };

/*
 * vhd.c - VHD disks of Virtual PC and Hyper-V: fixed, dynamic, and differencing ones with a parent.
 * Source: Microsoft, "Virtual Hard Disk Image Format Specification", version 1.0. Numbers are big endian, sectors have 512 bytes.
 */
#include "triage/evidence/disk_bits.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/view.h"

#include <inttypes.h>
#include <string.h>

enum { SECTOR = 512, FOOTER = 512, OLD_FOOTER = 511, HEADER = 1024 };
enum { FOOTER_DATA_AT = 16, FOOTER_SIZE = 48, FOOTER_TYPE = 60, FOOTER_SUM = 64, FOOTER_ID = 68, ID_SIZE = 16 };
enum { TYPE_FIXED = 2, TYPE_DYNAMIC = 3, TYPE_DIFFERENCING = 4 };
enum { HEADER_TABLE_AT = 16, HEADER_ENTRIES = 28, HEADER_BLOCK = 32, HEADER_SUM = 36, HEADER_PARENT_ID = 40, HEADER_PARENT_NAME = 64,
	PARENT_NAME_SIZE = 512, HEADER_LOCATORS = 576, LOCATORS = 8, LOCATOR = 24, LOCATOR_LENGTH = 8, LOCATOR_AT = 16, LOCATOR_MAX = 4096 };
enum { BLOCK_MAX = 1 << 30 };
#define NO_BLOCK UINT32_MAX
#define CODE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static const char why_table[] = "the block table of the VHD cannot be read";
static const char why_bitmap[] = "the bitmap of a block of the VHD cannot be read";

struct vhd {
	uint32_t type;
	uint64_t table_at;
	uint32_t entries, block;	/* blocks in the table, bytes of one */
	uint32_t bitmap;		/* bytes of the bitmap before each block */
};

static bool
sum_is_right(const uint8_t *bytes, size_t size, size_t sum_at)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < size; i++)
		sum += i >= sum_at && i < sum_at + 4 ? 0 : bytes[i];
	return ~sum == load_be32(bytes + sum_at);
}

static bool
is_footer(const uint8_t *footer)
{
	uint32_t type = load_be32(footer + FOOTER_TYPE);
	return memcmp(footer, "conectix", 8) == 0 && type >= TYPE_FIXED && type <= TYPE_DIFFERENCING;
}

/* The footer at the end of a file. Some old ones have a byte less. */
static bool
footer_at_end(struct reader *file, uint8_t *footer)
{
	memset(footer, 0, FOOTER);
	if (file->size >= 2 * FOOTER && reader_read_all(file, file->size - FOOTER, footer, FOOTER, NULL) == TRIAGE_OK && is_footer(footer))
		return true;
	memset(footer, 0, FOOTER);
	return file->size >= 2 * FOOTER && reader_read_all(file, file->size - OLD_FOOTER, footer, OLD_FOOTER, NULL) == TRIAGE_OK && is_footer(footer);
}

/* A disk may by chance end with the footer of another: only one that fits this file counts. */
static bool
footer_fits(const uint8_t *footer, struct reader *file)
{
	uint64_t size = load_be64(footer + FOOTER_SIZE), at = load_be64(footer + FOOTER_DATA_AT);
	bool right = sum_is_right(footer, FOOTER, FOOTER_SUM);
	uint8_t magic[8];
	if (load_be32(footer + FOOTER_TYPE) == TYPE_FIXED)
		return size == file->size - FOOTER || (right && size > 0 && size <= file->size - OLD_FOOTER);
	return right && reader_read_all(file, at, magic, sizeof(magic), NULL) == TRIAGE_OK && memcmp(magic, "cxsparse", 8) == 0;
}

static bool
vhd_claims(const uint8_t *head, size_t size, struct reader *file)
{
	uint8_t footer[FOOTER];
	if (size >= FOOTER && memcmp(head, "conectix", 8) == 0)
		return true;
	return file != NULL && footer_at_end(file, footer) && footer_fits(footer, file);
}

static bool
vhd_needs_open(const uint8_t *head, size_t size)
{
	return size >= FOOTER && is_footer(head) && load_be32(head + FOOTER_TYPE) == TYPE_DIFFERENCING;
}

static void
vhd_map(struct disk_layer *layer, uint64_t offset, uint64_t want, struct disk_run *run)
{
	const struct vhd *v = layer->state;
	if (v->type == TYPE_FIXED) {
		*run = (struct disk_run){ .what = DISK_DATA, .size = want, .file = layer->file, .at = offset };
		return;
	}
	uint8_t entry[4];
	uint64_t index = offset / v->block, inside = offset % v->block, left = v->block - inside;
	enum disk_what hole = v->type == TYPE_DIFFERENCING ? DISK_BELOW : DISK_ZERO;
	if (index >= v->entries || !disk_table(layer, layer->file, v->table_at + index * 4, entry, sizeof(entry))) {
		disk_run_is(run, DISK_BAD, left, why_table);
		return;
	}
	if (load_be32(entry) == NO_BLOCK) {
		disk_run_is(run, hole, left, NULL);
		return;
	}
	uint64_t block_at = (uint64_t)load_be32(entry) * SECTOR, first = inside / SECTOR, in_sector = inside % SECTOR;
	left = left < want ? left : want;
	bool written;
	uint64_t sectors = disk_bits_alike(layer, layer->file, block_at, first, (in_sector + left + SECTOR - 1) / SECTOR, true, &written);
	if (sectors == 0)
		disk_run_is(run, DISK_BAD, left, block_at >= layer->file->reader->size ? why_table : why_bitmap);
	else if (!written)
		disk_run_is(run, hole, sectors * SECTOR - in_sector, NULL);
	else
		*run = (struct disk_run){ .what = DISK_DATA, .size = sectors * SECTOR - in_sector, .file = layer->file,
		    .at = block_at + v->bitmap + inside };
}

/* UTF-16 of the parent's name to layer->parent, unless one is there. size: bytes. */
static enum triage_status
take_parent_name(struct disk_layer *layer, uint8_t *name, size_t size, bool big_endian, struct triage_error *err)
{
	size_t units = 0;
	while (units < size / 2 && (name[2 * units] | name[2 * units + 1]) != 0) {
		if (big_endian) {
			uint8_t high = name[2 * units];
			name[2 * units] = name[2 * units + 1];
			name[2 * units + 1] = high;
		}
		units++;
	}
	if (layer->parent != NULL || units == 0)
		return TRIAGE_OK;
	SCOPED_BUF text;
	buf_init(&text, 4 * LOCATOR_MAX);
	text_from_utf16le(&text, name, units);
	layer->parent = strdup(buf_cstr(&text));
	if (layer->parent == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

/* The name by which the parent is looked for: from a relative locator, an absolute one, the header's own field. */
static enum triage_status
read_parent(struct disk_layer *layer, uint8_t *header, struct triage_error *err)
{
	static const uint32_t codes[] = { CODE('W', '2', 'r', 'u'), CODE('W', '2', 'k', 'u') };
	uint8_t name[LOCATOR_MAX];
	text_hex(layer->parent_id, header + HEADER_PARENT_ID, ID_SIZE);
	for (size_t c = 0; c < sizeof(codes) / sizeof(codes[0]); c++)
		for (size_t i = 0; i < LOCATORS; i++) {
			const uint8_t *locator = header + HEADER_LOCATORS + i * LOCATOR;
			uint32_t size = load_be32(locator + LOCATOR_LENGTH);
			if (load_be32(locator) != codes[c] || size > sizeof(name) || !disk_head(layer, load_be64(locator + LOCATOR_AT), name, size))
				continue;
			enum triage_status st = take_parent_name(layer, name, size, false, err);
			if (st != TRIAGE_OK)
				return st;
		}
	enum triage_status st = take_parent_name(layer, header + HEADER_PARENT_NAME, PARENT_NAME_SIZE, true, err);
	if (st != TRIAGE_OK || layer->parent != NULL)
		return st;
	layer->needs_below = true;
	return disk_problem(layer, TRIAGE_HIGH, "parent-missing", 0, err, "it needs a parent but its name is not in it: what lies there reads as "
	    "zeros; look for the disk with identity %s", layer->parent_id);
}

static enum triage_status
open_tables(struct disk_layer *layer, struct vhd *v, const uint8_t *footer, struct triage_error *err)
{
	uint8_t header[HEADER];
	uint64_t at = load_be64(footer + FOOTER_DATA_AT);
	if (!disk_head(layer, at, header, sizeof(header)) || memcmp(header, "cxsparse", 8) != 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, at, "the header of this dynamic VHD is damaged or missing: where its blocks lie is not known");
		return TRIAGE_E_FORMAT;
	}
	v->table_at = load_be64(header + HEADER_TABLE_AT);
	v->entries = load_be32(header + HEADER_ENTRIES);
	v->block = load_be32(header + HEADER_BLOCK);
	if (v->block < SECTOR || v->block > BLOCK_MAX || (v->block & (v->block - 1)) != 0 || v->table_at > INT64_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, at, "this VHD tells of an impossible size of blocks");
		return TRIAGE_E_FORMAT;
	}
	v->bitmap = (v->block / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
	enum triage_status st = TRIAGE_OK;
	if (!sum_is_right(header, HEADER, HEADER_SUM))
		st = disk_problem(layer, TRIAGE_MEDIUM, "checksum", at, err,
		    "the checksum of the header is wrong: where blocks lie may be wrong too; compare with another copy");
	return st == TRIAGE_OK && v->type == TYPE_DIFFERENCING ? read_parent(layer, header, err) : st;
}

/* The footer, or its copy at the start, whichever is whole. */
static enum triage_status
read_footer(struct disk_layer *layer, uint8_t *footer, struct triage_error *err)
{
	uint8_t copy[FOOTER] = { 0 };
	bool end = footer_at_end(layer->file->reader, footer), start = disk_head(layer, 0, copy, FOOTER) && is_footer(copy);
	bool end_right = end && sum_is_right(footer, FOOTER, FOOTER_SUM), start_right = start && sum_is_right(copy, FOOTER, FOOTER_SUM);
	if (end_right)
		return TRIAGE_OK;
	if (!start && !end) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "both footers of this VHD are damaged: nothing of it can be read");
		return TRIAGE_E_FORMAT;
	}
	if (start_right || (!end && start)) {
		memcpy(footer, copy, FOOTER);
		return disk_problem(layer, TRIAGE_MEDIUM, "footer-damaged", layer->file->reader->size, err, "the footer at the end is damaged or "
		    "missing%s: the file may be cut off; get a whole copy", start_right ? ", its copy at the start is used" : " and its copy at the start too");
	}
	return disk_problem(layer, TRIAGE_MEDIUM, "checksum", layer->file->reader->size - FOOTER, err,
	    "the checksum of the footer is wrong: size and kind of the disk may be wrong too");
}

static enum triage_status
vhd_open(struct disk_layer *layer, struct triage_error *err)
{
	uint8_t footer[FOOTER];
	struct vhd *v = layer->state = calloc(1, sizeof(*v));
	if (v == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = read_footer(layer, footer, err);
	if (st != TRIAGE_OK)
		return st;
	v->type = load_be32(footer + FOOTER_TYPE);
	layer->size = load_be64(footer + FOOTER_SIZE);
	text_hex(layer->id, footer + FOOTER_ID, ID_SIZE);
	return v->type == TYPE_FIXED ? TRIAGE_OK : open_tables(layer, v, footer, err);
}

static void
vhd_close(struct disk_layer *layer)
{
	free(layer->state);
}

const struct disk_kind vhd_disk = { .name = "VHD", .kind = TRIAGE_EVIDENCE_VHD, .claims = vhd_claims, .needs_open = vhd_needs_open,
    .open = vhd_open, .map = vhd_map, .close = vhd_close };

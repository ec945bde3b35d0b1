/* vhdx_head.c - the headers of a VHDX, its journal, its regions. Source: [MS-VHDX] 2.2. Little endian. */
#include "triage/evidence/vhdx.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_1 = 64 << 10, HEADER_2 = 128 << 10, HEADER = 4096, REGIONS_1 = 192 << 10, REGIONS_2 = 256 << 10, REGIONS = 64 << 10 };
enum { SUM = 4, SEQUENCE = 8, DATA_GUID = 32, LOG_GUID = 48, LOG_VERSION = 64, VERSION = 66, LOG_SIZE = 68, LOG_AT = 72 };
enum { REGION_COUNT = 8, REGION_FIRST = 16, REGION = 32, REGION_AT = 16, REGION_SIZE = 24, REGION_REQUIRED = 28, REGIONS_MAX = 2047 };

static const uint8_t bat_guid[VHDX_GUID] = { 0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42, 0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08 };
static const uint8_t metadata_guid[VHDX_GUID] = { 0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b, 0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e };

void
vhdx_guid_text(const uint8_t guid[VHDX_GUID], char out[40])
{
	snprintf(out, 40, "%08" PRIx32 "-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", load_le32(guid), load_le16(guid + 4), load_le16(guid + 6),
	    guid[8], guid[9], guid[10], guid[11], guid[12], guid[13], guid[14], guid[15]);
}

/* How far a structure with a checksum can be trusted: 0 not at all, 1 it has its magic, 2 it is whole. */
static int
trust(struct disk_layer *layer, uint64_t at, uint8_t *bytes, size_t size, const char *magic)
{
	if (!disk_head(layer, at, bytes, size) || memcmp(bytes, magic, 4) != 0)
		return 0;
	return vhdx_crc(bytes, size, SUM) == load_le32(bytes + SUM) ? 2 : 1;
}

/* Of the two headers the whole one with the higher number, into header. */
static enum triage_status
choose_header(struct disk_layer *layer, uint8_t *header, struct triage_error *err)
{
	uint8_t other[HEADER];
	int first = trust(layer, HEADER_1, header, HEADER, "head"), second = trust(layer, HEADER_2, other, HEADER, "head");
	if (first == 0 && second == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, HEADER_1, "both headers of this VHDX are damaged: nothing of it can be read");
		return TRIAGE_E_FORMAT;
	}
	if (second > first || (second == first && load_le64(other + SEQUENCE) > load_le64(header + SEQUENCE)))
		memcpy(header, other, HEADER);
	if (first == 2 && second == 2)
		return TRIAGE_OK;
	if (first < 2 && second < 2)
		return disk_problem(layer, TRIAGE_MEDIUM, "checksum", HEADER_1, err,
		    "no header of the VHDX is whole: the one with the higher number is used; what is read may be wrong");
	return disk_problem(layer, TRIAGE_LOW, "checksum", first < 2 ? HEADER_1 : HEADER_2, err,
	    "one of the two headers of the VHDX is damaged, the other is used: the machine stopped while it was written, or the file is damaged");
}

/* The journal, when it is not empty, becomes patches of the layer's file. */
static enum triage_status
replay(struct disk_layer *layer, struct vhdx *v, const uint8_t *header, struct triage_error *err)
{
	static const uint8_t none[VHDX_GUID];
	bool found = false;
	uint64_t at = load_le64(header + LOG_AT), size = load_le32(header + LOG_SIZE);
	if (memcmp(header + LOG_GUID, none, VHDX_GUID) == 0)
		return TRIAGE_OK;
	struct triage_error why = { .text = "" };
	enum triage_status st = load_le16(header + LOG_VERSION) == 0 ? vhdx_log_read(layer, at, size, header + LOG_GUID, &v->log, &found, &why) :
	    TRIAGE_OK;
	if (st == TRIAGE_E_MEMORY) {
		*err = why;
		return st;
	}
	if (!found)
		return disk_problem(layer, TRIAGE_MEDIUM, "journal-damaged", at, err, "the VHDX was not closed and its journal cannot be used: what its "
		    "tables say may be older than the data");
	struct disk_file *f = layer->file;
	f->patches = v->log.patches;
	f->patch_count = v->log.count;
	f->patched_from = UINT64_MAX;
	for (size_t i = 0; i < f->patch_count; i++) {
		const struct disk_patch *p = &f->patches[i];
		f->patched_from = p->at < f->patched_from ? p->at : f->patched_from;
		f->patched_to = p->at + p->size > f->patched_to ? p->at + p->size : f->patched_to;
	}
	return disk_problem(layer, TRIAGE_INFO, "journal-replayed", at, err, "the VHDX was not closed (in use when copied, or its machine crashed): "
	    "%zu writes of its journal are laid over it in memory; the file is as it was", f->patch_count);
}

/* Both tables of regions say the same; the first whole one counts. */
static enum triage_status
choose_regions(struct disk_layer *layer, uint8_t *regions, struct triage_error *err)
{
	int first = trust(layer, REGIONS_1, regions, REGIONS, "regi");
	if (first == 2)
		return TRIAGE_OK;
	int second = trust(layer, REGIONS_2, regions, REGIONS, "regi");
	if (second < first)
		second = trust(layer, REGIONS_1, regions, REGIONS, "regi");
	if (second == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, REGIONS_1, "both region tables of this VHDX are damaged: nothing of it can be read");
		return TRIAGE_E_FORMAT;
	}
	return disk_problem(layer, second == 2 ? TRIAGE_LOW : TRIAGE_MEDIUM, "checksum", REGIONS_1, err, second == 2 ?
	    "the first region table of the VHDX is damaged, its copy is used" : "no region table of the VHDX is whole: what is read may be wrong");
}

static const uint8_t *
find_region(const uint8_t *regions, const uint8_t *guid)
{
	uint32_t count = load_le32(regions + REGION_COUNT);
	for (uint32_t i = 0; i < count && i < REGIONS_MAX; i++)
		if (memcmp(regions + REGION_FIRST + i * REGION, guid, VHDX_GUID) == 0)
			return regions + REGION_FIRST + i * REGION;
	return NULL;
}

static enum triage_status
read_regions(struct disk_layer *layer, struct vhdx *v, uint8_t *regions, struct triage_error *err)
{
	enum triage_status st = choose_regions(layer, regions, err);
	if (st != TRIAGE_OK)
		return st;
	const uint8_t *bat = find_region(regions, bat_guid), *metadata = find_region(regions, metadata_guid);
	if (bat == NULL || metadata == NULL || load_le64(bat + REGION_AT) > INT64_MAX || load_le64(metadata + REGION_AT) > INT64_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, REGIONS_1, "this VHDX does not say where its tables lie");
		return TRIAGE_E_FORMAT;
	}
	v->bat_at = load_le64(bat + REGION_AT);
	v->bat_size = load_le32(bat + REGION_SIZE);
	return vhdx_read_metadata(layer, v, load_le64(metadata + REGION_AT), load_le32(metadata + REGION_SIZE), err);
}

enum triage_status
vhdx_read_head(struct disk_layer *layer, struct vhdx *v, struct triage_error *err)
{
	uint8_t header[HEADER];
	enum triage_status st = choose_header(layer, header, err);
	if (st == TRIAGE_OK && load_le16(header + VERSION) != 1) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, HEADER_1 + VERSION, "this is a VHDX disk image of a later version; convert it with "
		    "`Convert-VHD` or `qemu-img convert -O raw`");
		return TRIAGE_E_UNSUPPORTED;
	}
	if (st == TRIAGE_OK)
		st = replay(layer, v, header, err);
	if (st != TRIAGE_OK)
		return st;
	vhdx_guid_text(header + DATA_GUID, layer->id);
	SCOPED_FREE uint8_t *regions = fault_hit() ? NULL : malloc(REGIONS);
	if (regions == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	return read_regions(layer, v, regions, err);
}

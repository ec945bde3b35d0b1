#include "triage/evidence/vss_usage.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/ntfs_record.h"

#include <stdlib.h>
#include <string.h>

enum { BOOT = 512, SECTOR_SIZE = 11, SECTORS_PER_CLUSTER = 13, TOTAL_SECTORS = 40, MFT_CLUSTER = 48, RECORD_SIZE = 64 };
enum { RECORD_BITMAP = 6, WINDOW = 1 << 20, GUID_UNITS = 38, NAME_UNITS = 2 * GUID_UNITS };
enum { CLUSTER_MAX = 2 << 20, RECORD_MIN = 512 };

struct vss_usage {
	struct reader *volume;
	struct ntfs_geometry g;
	struct run_list mft, bitmap;
	uint64_t mft_size, bitmap_size;	/* bytes */
	size_t hint;
	uint64_t window_at;		/* bytes into $Bitmap of what window holds, UINT64_MAX for nothing */
	size_t window_size;
	uint8_t window[64 << 10];
};

/* Sizes that the boot sector writes as a number of clusters, or negative as a power of two. */
static uint32_t
coded_size(uint8_t code, uint32_t cluster)
{
	int8_t n = (int8_t)code;
	if (n >= 0)
		return (uint64_t)n * cluster <= NTFS_RECORD_MAX ? (uint32_t)n * cluster : 0;
	return n >= -16 ? UINT32_C(1) << -n : 0;
}

static bool
boot_read(struct reader *volume, struct ntfs_geometry *ret_g, uint64_t *ret_mft)
{
	uint8_t boot[BOOT];
	if (reader_read_all(volume, 0, boot, sizeof(boot), NULL) != TRIAGE_OK || memcmp(boot + 3, "NTFS    ", 8) != 0)
		return false;
	uint32_t sector = load_le16(boot + SECTOR_SIZE), per = boot[SECTORS_PER_CLUSTER];
	uint64_t cluster = per <= 128 ? (uint64_t)sector * per : per >= 244 ? (uint64_t)sector << (256 - per) : 0;
	if (sector < BOOT || (sector & (sector - 1)) != 0 || cluster == 0 || cluster > CLUSTER_MAX || (cluster & (cluster - 1)) != 0)
		return false;
	struct ntfs_geometry g = { .sector = sector, .cluster = (uint32_t)cluster, .record = coded_size(boot[RECORD_SIZE], (uint32_t)cluster) };
	g.clusters = volume->size / cluster;
	if (g.record < RECORD_MIN || g.record % BOOT != 0 || load_le64(boot + MFT_CLUSTER) >= g.clusters)
		return false;
	*ret_g = g;
	*ret_mft = load_le64(boot + MFT_CLUSTER) * cluster;
	return true;
}

/* Undo the fix-ups of a record in place. False when it is none. */
static bool
record_fix(const struct ntfs_geometry *g, uint8_t *record, struct ntfs_head *ret_head)
{
	enum ntfs_record_state state = ntfs_record_fix(record, g->record, ret_head);
	return state == NTFS_RECORD_WHOLE || state == NTFS_RECORD_TORN;
}

/* The runs of the unnamed $DATA of a record. False when it does not hold their beginning. */
static bool
data_runs(const struct ntfs_geometry *g, const uint8_t *record, const struct ntfs_head *head, struct run_list *map, uint64_t *ret_size)
{
	struct view view = { record, g->record };
	struct ntfs_attr attr;
	for (size_t at = head->first; ntfs_attr_next(view, head, &at, &attr) == TRIAGE_OK;) {
		if (attr.type != NTFS_DATA || !attr.nonresident || attr.name.size != 0 || attr.first_vcn != 0 || attr.last_vcn >= g->clusters)
			continue;
		uint32_t flags = 0;
		*ret_size = attr.size;
		return ntfs_runs_decode(attr.runs, g, attr.last_vcn + 1, map, &flags, NULL) == TRIAGE_OK && map->count > 0;
	}
	return false;
}

/* The map of one of the first files of the volume. */
static bool
file_map(struct reader *volume, const struct ntfs_geometry *g, uint64_t at, uint8_t *record, struct run_list *map, uint64_t *ret_size)
{
	struct ntfs_head head;
	return reader_read_all(volume, at, record, g->record, NULL) == TRIAGE_OK && record_fix(g, record, &head) &&
	    data_runs(g, record, &head, map, ret_size);
}

struct vss_usage *
vss_usage_open(struct reader *volume)
{
	struct vss_usage *u = fault_hit() ? NULL : calloc(1, sizeof(*u));
	SCOPED_FREE uint8_t *record = malloc(NTFS_RECORD_MAX);
	uint64_t mft;
	if (u == NULL || record == NULL || !boot_read(volume, &u->g, &mft)) {
		free(u);
		return NULL;
	}
	u->volume = volume;
	u->window_at = UINT64_MAX;
	(void)file_map(volume, &u->g, mft, record, &u->mft, &u->mft_size);
	/* the first records of the $MFT stand together */
	if (!file_map(volume, &u->g, mft + (uint64_t)RECORD_BITMAP * u->g.record, record, &u->bitmap, &u->bitmap_size)) {
		vss_usage_free(u);
		return NULL;
	}
	return u;
}

void
vss_usage_free(struct vss_usage *u)
{
	if (u == NULL)
		return;
	run_list_release(&u->mft);
	run_list_release(&u->bitmap);
	free(u);
}

bool
vss_usage_whole(const struct vss_usage *u)
{
	return u->mft_size > 0 && run_list_end(&u->mft) >= u->mft_size && run_list_end(&u->bitmap) >= u->bitmap_size &&
	    u->bitmap_size >= (u->g.clusters + 7) / 8;
}

/* Read from a mapped stream up to the end of a run. Returns the bytes read, 0 for none. */
static size_t
map_read(struct vss_usage *u, const struct run_list *map, uint64_t offset, uint8_t *buf, size_t size)
{
	size_t i = run_list_find(map, offset, u->hint);
	if (i == SIZE_MAX)
		return 0;
	const struct run *run = &map->runs[i];
	u->hint = i;
	uint64_t into = offset - run->offset;
	if (size > run->length - into)
		size = (size_t)(run->length - into);
	if (run->place >= RUN_FILLER || reader_read_all(u->volume, run->place + into, buf, size, NULL) != TRIAGE_OK)
		memset(buf, 0, size);
	return size;
}

/* The byte of $Bitmap; 0 when it cannot be read. */
static uint8_t
bitmap_byte(struct vss_usage *u, uint64_t at)
{
	if (at >= u->bitmap_size)
		return 0;
	if (at < u->window_at || at - u->window_at >= u->window_size) {
		u->window_at = at - at % sizeof(u->window);
		u->window_size = map_read(u, &u->bitmap, u->window_at, u->window, sizeof(u->window));
		if (at - u->window_at >= u->window_size) {	/* the run ends before */
			u->window_at = at;
			u->window_size = map_read(u, &u->bitmap, at, u->window, sizeof(u->window));
		}
		if (u->window_size == 0)
			return 0;
	}
	return u->window[at - u->window_at];
}

bool
vss_usage_taken(struct vss_usage *u, uint64_t offset, uint64_t size)
{
	for (uint64_t cluster = offset / u->g.cluster; cluster * u->g.cluster < offset + size; cluster++)
		if ((bitmap_byte(u, cluster / 8) >> cluster % 8 & 1) != 0)
			return true;
	return false;
}

static bool
hex_byte(const uint8_t *units, uint8_t *ret)
{
	unsigned value = 0;
	for (size_t i = 0; i < 2; i++) {
		unsigned c = units[2 * i] | 0x20u;	/* lower case; digits stay */
		if (units[2 * i + 1] != 0 || !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		value = value << 4 | (c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = (uint8_t)value;
	return true;
}

/* {8-4-4-4-12} in UTF-16 to the mixed order. */
static bool
guid_parse(const uint8_t *units, uint8_t *guid)
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const uint8_t digit[16] = { 1, 3, 5, 7, 10, 12, 15, 17, 20, 22, 25, 27, 29, 31, 33, 35 };
	static const struct { uint8_t at; char c; } marks[] = { { 0, '{' }, { 9, '-' }, { 14, '-' }, { 19, '-' }, { 24, '-' }, { 37, '}' } };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (units[2 * marks[i].at] != (uint8_t)marks[i].c || units[2 * marks[i].at + 1] != 0)
			return false;
	for (size_t i = 0; i < 16; i++)
		if (!hex_byte(units + (size_t)2 * digit[i], &guid[order[i]]))
			return false;
	return true;
}

/* True when a record is that of a store's file. It is undone in place. map: its runs, empty before; to be released by the caller. */
static bool
file_parse(const struct vss_usage *u, uint8_t *record, struct run_list *map, struct vss_file *ret_file)
{
	static const uint8_t vss[16] = { 0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e, 0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52 };
	struct ntfs_head head;
	struct ntfs_attr attr;
	struct ntfs_name name;
	uint8_t second[16];
	uint64_t size;
	if (!record_fix(&u->g, record, &head) || !data_runs(&u->g, record, &head, map, &size) || map->runs[0].place >= RUN_FILLER)
		return false;
	struct view view = { record, u->g.record };
	for (size_t at = head.first; ntfs_attr_next(view, &head, &at, &attr) == TRIAGE_OK;) {
		if (attr.type != NTFS_FILE_NAME || attr.nonresident || !ntfs_name_parse(attr.value, &name) || name.text.size != 2 * NAME_UNITS)
			continue;
		if (!guid_parse(name.text.data, ret_file->id) || !guid_parse(name.text.data + (size_t)2 * GUID_UNITS, second) ||
		    memcmp(second, vss, sizeof(vss)) != 0)
			continue;
		ret_file->created = name.created;
		ret_file->in_use = (head.flags & NTFS_RECORD_IN_USE) != 0;
		ret_file->map = map;
		return true;
	}
	return false;
}

void
vss_usage_files(struct vss_usage *u, bool (*each)(void *ctx, const struct vss_file *file), void *ctx)
{
	static const uint8_t mark[] = { '3', 0, '8', 0, '0', 0, '8', 0, '8', 0, '7', 0, '6', 0 };	/* as the second name begins */
	SCOPED_FREE uint8_t *window = fault_hit() ? NULL : malloc(WINDOW);
	if (window == NULL)
		return;
	size_t got;
	for (uint64_t at = 0; at < u->mft_size; at += got) {
		got = map_read(u, &u->mft, at, window, WINDOW);
		got -= got % u->g.record;	/* a record is never parted when clusters are larger */
		if (got == 0)
			return;
		for (size_t i = 0; i + u->g.record <= got; i += u->g.record) {
			struct vss_file file;
			struct run_list map = { 0 };
			bool more = memmem(window + i, u->g.record, mark, sizeof(mark)) == NULL || !file_parse(u, window + i, &map, &file) ||
			    each(ctx, &file);
			run_list_release(&map);
			if (!more)
				return;
		}
	}
}

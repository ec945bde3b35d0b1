#include "triage/evidence/ntfs.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum {
	BOOT_SIZE = 512, BOOT_SECTOR = 11, BOOT_CLUSTER = 13, BOOT_SECTORS = 40, BOOT_MFT = 48, BOOT_MIRROR = 56, BOOT_RECORD = 64,
	BOOT_INDEX = 68,
	CLUSTER_MAX = 2 << 20,		/* bytes; Windows 10 makes up to 2 MiB */
	MFT_ROUNDS = 64,
};
#define RECORDS_MAX (UINT64_C(1) << 26)	/* records of one volume that are looked at */

/* Bytes from a size byte: clusters when positive, a power of two when negative. */
static uint32_t
size_from_byte(uint8_t byte, uint32_t cluster)
{
	if (byte < 128)
		return byte * cluster;
	return 256 - byte < 24 ? 1u << (256 - byte) : 0;
}

static bool
parse_boot(const uint8_t *boot, struct ntfs_geometry *ret_geometry, uint64_t *ret_mft, uint64_t *ret_mirror)
{
	uint32_t sector = load_le16(boot + BOOT_SECTOR), per_cluster = boot[BOOT_CLUSTER];
	if (memcmp(boot + 3, "NTFS    ", 8) != 0 || sector < 256 || sector > 4096 || (sector & (sector - 1)) != 0)
		return false;
	if (per_cluster > 128)
		per_cluster = 256 - per_cluster < 24 ? 1u << (256 - per_cluster) : 0;
	uint64_t cluster = (uint64_t)sector * per_cluster, sectors = load_le64(boot + BOOT_SECTORS);
	if (cluster == 0 || cluster > CLUSTER_MAX || (cluster & (cluster - 1)) != 0 || sectors > INT64_MAX / sector)
		return false;
	struct ntfs_geometry g = {
		.sector = sector, .cluster = (uint32_t)cluster, .clusters = sectors * sector / cluster,
		.record = size_from_byte(boot[BOOT_RECORD], (uint32_t)cluster),
		    .index = size_from_byte(boot[BOOT_INDEX], (uint32_t)cluster),
	};
	if (g.record < 512 || g.record > NTFS_RECORD_MAX || (g.record & (g.record - 1)) != 0 || g.clusters == 0)
		return false;
	*ret_geometry = g;
	*ret_mft = load_le64(boot + BOOT_MFT);
	*ret_mirror = load_le64(boot + BOOT_MIRROR);
	return *ret_mft < g.clusters;
}

/* The boot sector, or its copy in the last sector of the volume. */
static enum triage_status
read_boot(struct ntfs *n, uint64_t *ret_mft, uint64_t *ret_mirror, struct triage_error *err)
{
	uint8_t boot[BOOT_SIZE];
	struct reader *r = n->fs->reader;
	const uint64_t tries[] = { 0, n->fs->length - 512, n->fs->length - 4096, r->size / 2 / 512 * 512 };
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (tries[i] > r->size || r->size - tries[i] < sizeof(boot))
			continue;
		enum triage_status st = reader_read_all(r, tries[i], boot, sizeof(boot), err);
		if (st != TRIAGE_OK)
			continue;
		if (parse_boot(boot, &n->g, ret_mft, ret_mirror))
			return TRIAGE_OK;
	}
	triage_error_set(err, TRIAGE_E_FORMAT, 0, "neither the boot sector nor its copy at the end describes an NTFS volume");
	return TRIAGE_E_FORMAT;
}

enum triage_status
ntfs_read_record(struct ntfs *n, uint64_t number, uint8_t *buf, uint64_t *ret_place, bool *ret_bad, struct triage_error *err)
{
	uint64_t offset = number * n->g.record;
	size_t done = 0;
	*ret_bad = false;
	*ret_place = RUN_FILLER;
	if (number == NTFS_MFT) {
		*ret_place = n->record0;
		return cache_read(n->cache, n->record0, buf, n->g.record, ret_bad, err);
	}
	bool inside_mft = number < RECORDS_MAX && (n->records == 0 || number < n->records);
	while (done < n->g.record) {
		size_t at = inside_mft ? run_list_find(&n->mft, offset + done, n->mft_at) : SIZE_MAX;
		if (at == SIZE_MAX || n->mft.runs[at].place >= RUN_FILLER) {
			triage_error_set(err, TRIAGE_E_SHORT, offset, "MFT record %ju is outside the known parts of the $MFT",
			    (uintmax_t)number);
			return TRIAGE_E_SHORT;
		}
		const struct run *run = &n->mft.runs[at];
		uint64_t inside = offset + done - run->offset;
		size_t part = run->length - inside < n->g.record - done ? (size_t)(run->length - inside) : n->g.record - done;
		bool bad = false;
		enum triage_status st = cache_read(n->cache, run->place + inside, buf + done, part, &bad, err);
		if (st != TRIAGE_OK)
			return st;
		if (done == 0 && part == n->g.record)
			*ret_place = run->place + inside;
		*ret_bad |= bad;
		n->mft_at = at;
		done += part;
	}
	return TRIAGE_OK;
}

/*
 * The $MFT's own run list lies in record 0 and, when fragmented, in records that the run list leads to: take the map
 * that is known, load record 0 with what can be reached, and go on as long as the map grows.
 */
static enum triage_status
map_mft(struct ntfs *n, uint64_t first, struct triage_error *err)
{
	uint64_t size = 0;
	enum ntfs_record_state state;
	n->record0 = first;
	enum triage_status st = run_list_add(&n->mft, first, n->g.record > n->g.cluster ? n->g.record : n->g.cluster, err);
	for (size_t round = 0; round < MFT_ROUNDS && st == TRIAGE_OK; round++) {
		struct ntfs_stream s;
		size_t at = 0;
		st = ntfs_file_load(n, NTFS_MFT, &n->scratch, &state, err);
		if (st != TRIAGE_OK)
			return st;
		if (!ntfs_stream_next(n, &n->scratch, NTFS_DATA, &at, &s) || !s.nonresident || s.headless || s.name.size > 0) {
			triage_error_set(err, TRIAGE_E_FORMAT, first, "record 0 does not describe the $MFT");
			return TRIAGE_E_FORMAT;
		}
		struct run_list map = { 0 };
		n->mft_flags = 0;
		st = ntfs_stream_map(n, &s, &map, &n->mft_flags, err);
		uint64_t known = run_list_end(&n->mft);
		size_t pieces = n->mft.count;
		run_list_release(&n->mft);
		n->mft = map;
		n->mft_at = 0;
		size = s.size;
		if (st == TRIAGE_OK && round > 0 && known == run_list_end(&map) && pieces == map.count)
			break;
	}
	if (st != TRIAGE_OK)
		return st;
	n->records = size / n->g.record;
	return TRIAGE_OK;
}

/* A run list that maps the volume twice makes no more records than the volume holds. */
static void
bound_records(struct ntfs *n)
{
	uint64_t data = 0, room = n->fs->reader->size;
	n->mft_cut = (n->mft_flags & (NTFS_RUN_DAMAGED | NTFS_RUN_OUTSIDE)) != 0;
	for (size_t i = 0; i < n->mft.count; i++) {
		const struct run *r = &n->mft.runs[i];
		uint64_t part = r->place < RUN_FILLER ? r->length : 0;
		if (part <= room - data) {
			data += part;
			continue;
		}
		n->records = n->records < r->offset / n->g.record ? n->records : r->offset / n->g.record;
		n->mft_cut = true;
		break;
	}
	if (n->records > RECORDS_MAX) {
		n->records = RECORDS_MAX;
		n->mft_cut = true;
	}
	/* A filler or sparse tail holds no records. */
	while (n->mft.count > 0 && n->mft.runs[n->mft.count - 1].place >= RUN_FILLER)
		n->mft.count--;
	if (n->records > run_list_end(&n->mft) / n->g.record) {
		n->records = run_list_end(&n->mft) / n->g.record;
		n->mft_cut = true;
	}
}

static enum triage_status
open_volume(struct ntfs *n, struct triage_error *err)
{
	uint64_t mft, mirror;
	enum triage_status st = read_boot(n, &mft, &mirror, err);
	if (st == TRIAGE_OK)
		st = cache_new(n->fs->reader, &n->cache, err);
	if (st != TRIAGE_OK)
		return st;
	st = map_mft(n, mft * n->g.cluster, err);
	if (st == TRIAGE_E_FORMAT || st == TRIAGE_E_SHORT) {
		if (mirror == 0 || mirror >= n->g.clusters)
			return st;
		run_list_release(&n->mft);
		n->mirrored = true;
		st = map_mft(n, mirror * n->g.cluster, err);
	}
	if (st != TRIAGE_OK)
		return st;
	bound_records(n);
	if (n->records == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, mft * n->g.cluster, "the $MFT has no records");
		return TRIAGE_E_FORMAT;
	}
	return TRIAGE_OK;
}

static void
ntfs_close(struct evidence_fs *fs)
{
	struct ntfs *n = fs->state;
	if (n == NULL)
		return;
	cache_free(n->cache);
	run_list_release(&n->mft);
	run_list_release(&n->bitmap);
	ntfs_file_release(&n->scratch);
	free(n);
}

static enum triage_status
ntfs_open(struct evidence_fs *fs, struct triage_error *err)
{
	struct ntfs *n = calloc(1, sizeof(*n));
	if (n == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	n->fs = fs;
	fs->state = n;
	return open_volume(n, err);
}

const struct fs_driver ntfs_driver = { .open = ntfs_open, .list = ntfs_list, .content = ntfs_content, .close = ntfs_close,
	.space = ntfs_space, .used = ntfs_used };

#include "triage/evidence/fat.h"

#include "triage/base/view.h"
#include "triage/evidence/fat_file.h"
#include "triage/evidence/fat_guess.h"

#include <stdlib.h>
#include <string.h>

enum {
	BOOT_SIZE = 512,
	FAT_SECTOR = 11, FAT_PER_CLUSTER = 13, FAT_RESERVED = 14, FAT_TABLES = 16, FAT_ROOT_SLOTS = 17, FAT_SECTORS_16 = 19,
	FAT_TABLE_16 = 22, FAT_SECTORS_32 = 32, FAT_TABLE_32 = 36, FAT_ROOT_CLUSTER = 44,
	EX_TABLE = 80, EX_TABLE_SIZE = 84, EX_HEAP = 88, EX_CLUSTERS = 92, EX_ROOT = 96, EX_SECTOR_SHIFT = 108,
	    EX_CLUSTER_SHIFT = 109,
	LIMIT_12 = 4085, LIMIT_16 = 65525,
	BACKUP_FAT32 = 6, BACKUP_EXFAT = 12,	/* sectors */
};

static bool
parse_fat(struct fat *x, const uint8_t *b)
{
	uint32_t sector = load_le16(b + FAT_SECTOR), per_cluster = b[FAT_PER_CLUSTER], tables = b[FAT_TABLES];
	uint64_t sectors = load_le16(b + FAT_SECTORS_16), table = load_le16(b + FAT_TABLE_16),
	    reserved = load_le16(b + FAT_RESERVED);
	if (sectors == 0)
		sectors = load_le32(b + FAT_SECTORS_32);
	if (table == 0)
		table = load_le32(b + FAT_TABLE_32);
	if (sector < 512 || sector > 4096 || (sector & (sector - 1)) != 0 || per_cluster == 0 ||
	    (per_cluster & (per_cluster - 1)) != 0 ||
	    reserved == 0 || tables == 0 || tables > 8 || table == 0)
		return false;
	x->sector = sector;
	x->cluster = sector * per_cluster;
	x->table = reserved * sector;
	x->table_size = table * sector;
	x->root_size = (uint32_t)load_le16(b + FAT_ROOT_SLOTS) * FAT_SLOT;
	x->base = x->table + tables * x->table_size;
	x->data = x->base + ((uint64_t)x->root_size + sector - 1) / sector * sector;
	if (x->data >= sectors * sector)
		return false;
	uint64_t clusters = (sectors * sector - x->data) / x->cluster;
	if (x->kind == FAT_32) {
		x->root_cluster = load_le32(b + FAT_ROOT_CLUSTER);
		x->base = x->data;
	}
	uint64_t slots = x->kind == FAT_12 ? x->table_size * 2 / 3 : x->kind == FAT_16 ? x->table_size / 2 : x->table_size / 4;
	if (clusters > slots - 2 || clusters > UINT32_MAX / 2)
		clusters = slots - 2 < UINT32_MAX / 2 ? slots - 2 : UINT32_MAX / 2;
	x->clusters = (uint32_t)clusters;
	return slots > 2 && (x->root_cluster != 0 || x->root_size != 0);
}

static bool
parse_exfat(struct fat *x, const uint8_t *b)
{
	uint32_t sector_shift = b[EX_SECTOR_SHIFT], cluster_shift = b[EX_CLUSTER_SHIFT];
	if (memcmp(b + 3, "EXFAT   ", 8) != 0 || sector_shift < 9 || sector_shift > 12 || cluster_shift > 25 - sector_shift)
		return false;
	x->sector = 1u << sector_shift;
	x->cluster = 1u << (sector_shift + cluster_shift);
	x->table = (uint64_t)load_le32(b + EX_TABLE) << sector_shift;
	x->table_size = (uint64_t)load_le32(b + EX_TABLE_SIZE) << sector_shift;
	x->base = x->data = (uint64_t)load_le32(b + EX_HEAP) << sector_shift;
	x->clusters = load_le32(b + EX_CLUSTERS);
	x->root_cluster = load_le32(b + EX_ROOT);
	if (x->table_size / 4 < 3 || x->data == 0)
		return false;
	if (x->clusters > x->table_size / 4 - 2)
		x->clusters = (uint32_t)(x->table_size / 4 - 2);
	return x->clusters <= UINT32_MAX / 2 && fat_is_cluster(x, x->root_cluster);
}

static enum triage_status
read_boot(struct fat *x, struct triage_error *err)
{
	uint8_t boot[BOOT_SIZE];
	const uint64_t tries[] = { 0, (uint64_t)(x->kind == FAT_EX ? BACKUP_EXFAT : BACKUP_FAT32) * 512,
		(uint64_t)(x->kind == FAT_EX ? BACKUP_EXFAT : BACKUP_FAT32) * 4096 };
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (i > 0 && x->kind != FAT_EX && x->kind != FAT_32)
			break;
		if (reader_read_all(x->fs->reader, tries[i], boot, sizeof(boot), err) == TRIAGE_OK &&
		    (x->kind == FAT_EX ? parse_exfat(x, boot) : parse_fat(x, boot)))
			return TRIAGE_OK;
	}
	triage_error_set(err, TRIAGE_E_FORMAT, 0, "the boot sector does not describe a %s volume", x->fs->type);
	return TRIAGE_E_FORMAT;
}

uint32_t
fat_next(struct fat *x, uint32_t cluster)
{
	uint8_t word[4] = { 0 };
	struct triage_error ignored;
	bool bad = false;
	size_t size = x->kind == FAT_12 || x->kind == FAT_16 ? 2 : 4;
	uint64_t at = x->kind == FAT_12 ? (uint64_t)cluster * 3 / 2 : (uint64_t)cluster * size;
	if (!fat_is_cluster(x, cluster) || cache_read(x->cache, x->table + at, word, size, &bad, &ignored) != TRIAGE_OK || bad)
		return FAT_BAD;
	uint32_t value = load_le32(word), limit = UINT32_C(0xffffff7);
	if (x->kind == FAT_12) {
		value = (cluster & 1) != 0 ? value >> 4 : value & 0xfff;
		limit = 0xff7;
	} else if (x->kind == FAT_16) {
		limit = 0xfff7;
	} else if (x->kind == FAT_32) {
		value &= UINT32_C(0xfffffff);
	} else {
		limit = UINT32_C(0xfffffff7);
	}
	if (value > limit)
		return FAT_END;
	return value == FAT_FREE || fat_is_cluster(x, value) ? value : FAT_BAD;
}

bool
fat_allocated(struct fat *x, uint32_t cluster)
{
	if (x->kind != FAT_EX)
		return fat_is_cluster(x, cluster) && fat_next(x, cluster) != FAT_FREE;
	if (!fat_is_cluster(x, cluster))
		return false;
	uint64_t bit = cluster - 2;
	size_t at = run_list_find(&x->bitmap, bit / 8, 0);
	uint8_t byte;
	bool bad;
	struct triage_error ignored;
	if (at == SIZE_MAX || x->bitmap.runs[at].place >= RUN_FILLER ||
	    cache_read(x->cache, x->bitmap.runs[at].place + (bit / 8 - x->bitmap.runs[at].offset), &byte, 1, &bad,
	    &ignored) != TRIAGE_OK)
		return false;
	return (byte >> bit % 8 & 1) != 0;
}

/* Deleted, and the table has no chain: the free clusters from the first on, leaving out those in use. */
static enum triage_status
map_guessed(struct fat *x, const struct fat_chain *chain, uint64_t needed, struct run_list *map, uint32_t *flags,
    struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	bool skip = !chain->contiguous && !fat_allocated(x, chain->first);
	*flags |= chain->contiguous ? 0u : EVIDENCE_CONTENT_GUESSED;
	for (uint32_t cluster = chain->first; needed > 0 && fat_is_cluster(x, cluster) && st == TRIAGE_OK; cluster++) {
		bool used = fat_allocated(x, cluster);
		if (used && skip)
			continue;
		if (used)
			*flags |= EVIDENCE_CONTENT_REUSED;
		st = run_list_add(map, fat_cluster_place(x, cluster), x->cluster, err);
		needed--;
	}
	if (st != TRIAGE_OK || needed == 0)
		return st;
	*flags |= EVIDENCE_CONTENT_FILLER;
	return run_list_add(map, RUN_FILLER, needed * x->cluster, err);
}

static enum triage_status
map_chain(struct fat *x, const struct fat_chain *chain, uint64_t needed, struct run_list *map, uint32_t *flags,
    struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint32_t cluster = chain->first;
	while (needed > 0 && st == TRIAGE_OK && fat_is_cluster(x, cluster)) {
		st = run_list_add(map, fat_cluster_place(x, cluster), x->cluster, err);
		needed--;
		cluster = chain->contiguous ? cluster + 1 : fat_next(x, cluster);
	}
	if (st != TRIAGE_OK || needed == 0)
		return st;
	*flags |= EVIDENCE_CONTENT_FILLER;
	return run_list_add(map, RUN_FILLER, needed * x->cluster, err);
}

enum triage_status
fat_chain_map(struct fat *x, const struct fat_chain *chain, struct run_list *map, uint32_t *ret_flags, struct triage_error *err)
{
	uint64_t needed = chain->size / x->cluster + (chain->size % x->cluster != 0 ? 1 : 0);
	uint64_t more = 0;
	if (needed > x->clusters) {
		more = needed - x->clusters;	/* no file is larger than its volume */
		needed = x->clusters;
	}
	/* exFAT leaves the chain of a deleted file in the table. */
	bool chained = chain->deleted && !chain->contiguous && x->kind == FAT_EX && fat_next(x, chain->first) != FAT_FREE;
	enum triage_status st;
	if (chain->deleted && !chained) {
		st = map_guessed(x, chain, needed, map, ret_flags, err);
	} else {
		st = map_chain(x, chain, needed, map, ret_flags, err);
		*ret_flags |= chain->deleted ? EVIDENCE_CONTENT_GUESSED : 0u;
		for (size_t i = 0; i < map->count && chain->deleted && st == TRIAGE_OK; i++)
			for (uint64_t at = 0; map->runs[i].place < RUN_FILLER && at < map->runs[i].length; at += x->cluster)
				if (fat_allocated(x, (uint32_t)((map->runs[i].place + at - x->data) / x->cluster + 2)))
					*ret_flags |= EVIDENCE_CONTENT_REUSED;
	}
	if (more > 0 && st == TRIAGE_OK) {
		*ret_flags |= EVIDENCE_CONTENT_FILLER;
		st = more > INT64_MAX / x->cluster ? TRIAGE_OK : run_list_add(map, RUN_FILLER, more * x->cluster, err);
	}
	return st == TRIAGE_E_LIMIT || st == TRIAGE_E_FORMAT ? TRIAGE_OK : st;
}

static enum triage_status
fat_space(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err)
{
	const struct fat *x = fs->state;
	(void)err;
	*ret_space = (struct fs_space){ .start = x->data, .unit = x->cluster, .units = x->clusters };
	return TRIAGE_OK;
}

static enum triage_status
fat_used(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err)
{
	struct fat *x = fs->state;
	(void)err;
	for (size_t i = 0; i < (count + 7) / 8; i++)
		bits[i] = 0;
	for (size_t i = 0; i < count; i++)
		if (fat_allocated(x, (uint32_t)(first + i + 2)))
			bits[i / 8] |= (uint8_t)(1 << i % 8);
	return TRIAGE_OK;
}

static void
fat_close(struct evidence_fs *fs)
{
	struct fat *x = fs->state;
	if (x == NULL)
		return;
	cache_free(x->cache);
	run_list_release(&x->bitmap);
	fat_guess_free(x->guess);
	free(x);
}

static enum triage_status
fat_open(struct evidence_fs *fs, struct triage_error *err)
{
	struct fat *x = calloc(1, sizeof(*x));
	if (x == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	x->fs = fs;
	fs->state = x;
	x->kind = strcmp(fs->type, "fat12") == 0 ? FAT_12 : strcmp(fs->type, "fat16") == 0 ? FAT_16 : strcmp(fs->type,
	    "fat32") == 0 ? FAT_32 : FAT_EX;
	enum triage_status st = read_boot(x, err);
	if (st == TRIAGE_OK)
		st = cache_new(fs->reader, &x->cache, err);
	return st == TRIAGE_OK && x->kind == FAT_EX ? exfat_find_bitmap(x, err) : st;
}

const struct fs_driver fat_driver = { .open = fat_open, .list = fat_list, .content = fat_content, .close = fat_close,
	.space = fat_space, .used = fat_used };

#include "triage/evidence/ext.h"

#include "triage/base/view.h"
#include "triage/evidence/ext_journal.h"

#include <stdlib.h>
#include <string.h>

enum {
	SUPER_SIZE = 1024, SUPER_OFFSET = 1024,
	SUPER_INODES = 0, SUPER_BLOCKS = 4, SUPER_FIRST_BLOCK = 20, SUPER_LOG_BLOCK = 24, SUPER_LOG_CLUSTER = 28,
	SUPER_BLOCKS_PER_GROUP = 32, SUPER_CLUSTERS_PER_GROUP = 36, SUPER_INODES_PER_GROUP = 40, SUPER_MAGIC = 56,
	    SUPER_REVISION = 76,
	SUPER_FIRST_INODE = 84, SUPER_INODE_SIZE = 88, SUPER_COMPAT = 92, SUPER_INCOMPAT = 96, SUPER_RO_COMPAT = 100,
	SUPER_SPARE = 206, SUPER_DESC_SIZE = 254, SUPER_FIRST_META = 260, SUPER_BLOCKS_HIGH = 336, SUPER_BACKUPS = 588,
	MAGIC = 0xef53,
	DESC_BLOCK_BITMAP = 0, DESC_INODE_BITMAP = 4, DESC_INODE_TABLE = 8, DESC_FLAGS = 18, DESC_UNUSED = 28,
	DESC_BLOCK_BITMAP_HIGH = 32, DESC_INODE_BITMAP_HIGH = 36, DESC_INODE_TABLE_HIGH = 40, DESC_UNUSED_HIGH = 50,
	DESC_SMALL = 32, DESC_LARGE = 64, BITMAP_PIECE = 4096,
};

static bool
power_of_two(uint64_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static void
take_features(struct ext *x, const uint8_t *s)
{
	bool old = load_le32(s + SUPER_REVISION) == 0;
	x->compat = old ? 0 : load_le32(s + SUPER_COMPAT);
	x->incompat = old ? 0 : load_le32(s + SUPER_INCOMPAT);
	x->ro_compat = old ? 0 : load_le32(s + SUPER_RO_COMPAT);
	x->first_inode = old ? 11 : load_le32(s + SUPER_FIRST_INODE);
	x->inode_size = old ? 128 : load_le16(s + SUPER_INODE_SIZE);
	x->first_meta_group = load_le32(s + SUPER_FIRST_META);
	x->spare_desc = (x->compat & EXT_COMPAT_RESIZE) != 0 ? load_le16(s + SUPER_SPARE) : 0;
	x->backup_groups[0] = load_le32(s + SUPER_BACKUPS);
	x->backup_groups[1] = load_le32(s + SUPER_BACKUPS + 4);
	x->blocks = load_le32(s + SUPER_BLOCKS);
	x->desc_size = DESC_SMALL;
	if ((x->incompat & EXT_INCOMPAT_64BIT) != 0) {
		x->blocks |= (uint64_t)load_le32(s + SUPER_BLOCKS_HIGH) << 32;
		x->desc_size = load_le16(s + SUPER_DESC_SIZE);
	}
}

static bool
parse_super(struct ext *x, const uint8_t *s)
{
	uint32_t log_block = load_le32(s + SUPER_LOG_BLOCK), log_cluster = load_le32(s + SUPER_LOG_CLUSTER);
	if (load_le16(s + SUPER_MAGIC) != MAGIC || log_block > 6)
		return false;
	take_features(x, s);
	x->block = 1024u << log_block;
	x->first_block = load_le32(s + SUPER_FIRST_BLOCK);
	x->blocks_per_group = load_le32(s + SUPER_BLOCKS_PER_GROUP);
	x->inodes_per_group = load_le32(s + SUPER_INODES_PER_GROUP);
	x->inodes = load_le32(s + SUPER_INODES);
	x->cluster_shift = log_cluster > log_block && log_cluster < 20 ? log_cluster - log_block : 0;
	x->clusters_per_group = x->blocks_per_group >> x->cluster_shift;
	if (x->inode_size < 128 || x->inode_size > x->block || !power_of_two(x->inode_size) || x->desc_size < DESC_SMALL ||
	    x->desc_size > x->block || !power_of_two(x->desc_size))
		return false;
	if (x->blocks_per_group == 0 || x->inodes_per_group == 0 || x->clusters_per_group > x->block * 8 ||
	    x->clusters_per_group == 0 ||
	    x->inodes_per_group > x->block * 8 || x->first_block > 1 || x->blocks <= x->first_block ||
	    x->blocks > INT64_MAX / x->block)
		return false;
	uint64_t groups = (x->blocks - x->first_block + x->blocks_per_group - 1) / x->blocks_per_group;
	if (groups > UINT32_MAX)
		return false;
	x->groups = (uint32_t)groups;
	if (x->inodes > groups * x->inodes_per_group)
		x->inodes = (uint32_t)(groups * x->inodes_per_group);
	return x->inodes >= EXT_ROOT;
}

/* The super block, or a copy at the places where mke2fs puts them. */
static enum triage_status
read_super(struct ext *x, struct triage_error *err)
{
	static const uint64_t places[] = {
		SUPER_OFFSET, UINT64_C(8193) * 1024, UINT64_C(16384) * 2048, UINT64_C(32768) * 4096, UINT64_C(24577) * 1024,
		    UINT64_C(98304) * 4096,
	};
	uint8_t s[SUPER_SIZE];
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (reader_read_all(x->fs->reader, places[i], s, sizeof(s), err) != TRIAGE_OK || !parse_super(x, s))
			continue;
		x->super = places[i];
		if ((x->incompat & EXT_INCOMPAT_JOURNAL_DEV) == 0)
			return TRIAGE_OK;
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, places[i],
		    "this is the external journal of an ext file system, not the file system");
		return TRIAGE_E_UNSUPPORTED;
	}
	triage_error_set(err, TRIAGE_E_FORMAT, SUPER_OFFSET,
	    "neither the super block nor one of its usual copies describes an ext file system");
	return TRIAGE_E_FORMAT;
}

static bool
is_power_of(uint32_t n, uint32_t base)
{
	uint64_t p = base;
	while (p < n)
		p *= base;
	return p == n;
}

bool
ext_has_super(const struct ext *x, uint32_t group)
{
	if (group == 0)
		return true;
	if ((x->compat & EXT_COMPAT_SPARSE_SUPER2) != 0)
		return group == x->backup_groups[0] || group == x->backup_groups[1];
	if ((x->ro_compat & EXT_RO_SPARSE_SUPER) == 0 || group == 1)
		return true;
	return is_power_of(group, 3) || is_power_of(group, 5) || is_power_of(group, 7);
}

uint64_t
ext_head_blocks(const struct ext *x, uint32_t group)
{
	uint32_t per_block = x->block / x->desc_size, meta = group / per_block, inside = group % per_block;
	bool own = ext_has_super(x, group);
	if ((x->incompat & EXT_INCOMPAT_META_BG) != 0 && meta >= x->first_meta_group)
		return (own ? 1u : 0u) + (inside <= 1 || inside == per_block - 1 ? 1u : 0u);
	uint64_t descriptors = ((uint64_t)x->groups + per_block - 1) / per_block;
	if ((x->incompat & EXT_INCOMPAT_META_BG) != 0)
		descriptors = x->first_meta_group;
	return own ? 1 + descriptors + x->spare_desc : 0;
}

/* Bytes into the volume of a group's descriptor. */
static uint64_t
descriptor_place(const struct ext *x, uint32_t group)
{
	uint32_t per_block = x->block / x->desc_size, meta = group / per_block;
	uint64_t inside = (uint64_t)(group % per_block) * x->desc_size;
	if ((x->incompat & EXT_INCOMPAT_META_BG) != 0 && meta >= x->first_meta_group) {
		uint64_t first = (uint64_t)meta * per_block;
		uint64_t block = x->first_block + first * x->blocks_per_group + (ext_has_super(x, (uint32_t)first) ? 1 : 0);
		return block * x->block + inside;
	}
	uint64_t super_block = x->super == SUPER_OFFSET ? x->first_block : x->super / x->block;
	return (super_block + 1 + meta) * x->block + inside;
}

enum triage_status
ext_group_read(struct ext *x, uint32_t group, struct ext_group *ret_group, struct triage_error *err)
{
	uint8_t d[DESC_LARGE];
	bool bad, large = x->desc_size >= DESC_LARGE;
	enum triage_status st = cache_read(x->cache, descriptor_place(x, group), d, large ? DESC_LARGE : DESC_SMALL, &bad, err);
	if (st != TRIAGE_OK)
		return st;
	struct ext_group g = {
		.block_bitmap = load_le32(d + DESC_BLOCK_BITMAP), .inode_bitmap = load_le32(d + DESC_INODE_BITMAP),
		.inode_table = load_le32(d + DESC_INODE_TABLE),
	};
	if (large) {
		g.block_bitmap |= (uint64_t)load_le32(d + DESC_BLOCK_BITMAP_HIGH) << 32;
		g.inode_bitmap |= (uint64_t)load_le32(d + DESC_INODE_BITMAP_HIGH) << 32;
		g.inode_table |= (uint64_t)load_le32(d + DESC_INODE_TABLE_HIGH) << 32;
	}
	if ((x->ro_compat & (EXT_RO_GDT_CSUM | EXT_RO_METADATA_CSUM)) != 0) {
		g.flags = load_le16(d + DESC_FLAGS);
		g.unused = load_le16(d + DESC_UNUSED) | (large ? (uint32_t)load_le16(d + DESC_UNUSED_HIGH) << 16 : 0);
	}
	if (g.unused > x->inodes_per_group)
		g.unused = 0;
	if (bad || g.inode_table == 0 || g.inode_table >= x->blocks) {
		triage_error_set(err, TRIAGE_E_FORMAT, descriptor_place(x, group), "the descriptor of block group %u is damaged",
		    group);
		return TRIAGE_E_FORMAT;
	}
	*ret_group = g;
	return TRIAGE_OK;
}

enum triage_status
ext_inode_place(struct ext *x, uint64_t number, uint64_t *ret_place, struct triage_error *err)
{
	struct ext_group g;
	if (number == 0 || number > x->inodes) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "there is no inode %ju: the file system has %u",
		    (uintmax_t)number, x->inodes);
		return TRIAGE_E_FORMAT;
	}
	enum triage_status st = ext_group_read(x, (uint32_t)((number - 1) / x->inodes_per_group), &g, err);
	if (st != TRIAGE_OK)
		return st;
	*ret_place = g.inode_table * x->block + (number - 1) % x->inodes_per_group * x->inode_size;
	return TRIAGE_OK;
}

enum triage_status
ext_inode_bitmap(struct ext *x, const struct ext_group *g, uint8_t *bits, struct triage_error *err)
{
	size_t size = (x->inodes_per_group + 7) / 8;
	bool bad = false;
	if ((g->flags & EXT_GROUP_INODE_UNINIT) != 0) {
		memset(bits, 0, size);
		return TRIAGE_OK;
	}
	if (g->inode_bitmap == 0 || g->inode_bitmap >= x->blocks) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "an inode bitmap lies outside the volume");
		return TRIAGE_E_FORMAT;
	}
	enum triage_status st = cache_read(x->cache, g->inode_bitmap * x->block, bits, size, &bad, err);
	if (st == TRIAGE_OK && bad) {
		triage_error_set(err, TRIAGE_E_IO, g->inode_bitmap * x->block, "an inode bitmap is unreadable");
		return TRIAGE_E_IO;
	}
	return st;
}

bool
ext_inode_allocated(struct ext *x, uint64_t number)
{
	struct ext_group g;
	struct triage_error ignored;
	uint8_t byte = 0;
	bool bad;
	uint64_t index = (number - 1) % x->inodes_per_group;
	if (number == 0 || number > x->inodes ||
	    ext_group_read(x, (uint32_t)((number - 1) / x->inodes_per_group), &g, &ignored) != TRIAGE_OK ||
	    (g.flags & EXT_GROUP_INODE_UNINIT) != 0 ||
	    cache_read(x->cache, g.inode_bitmap * x->block + index / 8, &byte, 1, &bad, &ignored) != TRIAGE_OK)
		return false;
	return (byte >> index % 8 & 1) != 0;
}

/* Bits of [first, first + count) that are set in the bitmap at place. */
static uint64_t
count_bits(struct ext *x, uint64_t place, uint64_t first, uint64_t count)
{
	uint8_t bits[BITMAP_PIECE];
	struct triage_error ignored;
	uint64_t set = 0;
	bool bad;
	while (count > 0) {
		uint64_t want = (first % 8 + count + 7) / 8;
		size_t size = want < sizeof(bits) ? (size_t)want : sizeof(bits);
		if (cache_read(x->cache, place + first / 8, bits, size, &bad, &ignored) != TRIAGE_OK)
			return set;
		uint64_t here = size * 8 - first % 8 < count ? size * 8 - first % 8 : count;
		for (uint64_t i = first % 8; i < first % 8 + here; i++)
			set += bits[i / 8] >> i % 8 & 1;
		first += here;
		count -= here;
	}
	return set;
}

uint64_t
ext_count_allocated(struct ext *x, uint64_t block, uint64_t count)
{
	uint64_t used = 0;
	while (count > 0 && block >= x->first_block && block < x->blocks) {
		uint64_t index = block - x->first_block, group = index / x->blocks_per_group, inside = index % x->blocks_per_group;
		uint64_t here = x->blocks_per_group - inside < count ? x->blocks_per_group - inside : count;
		struct ext_group g;
		struct triage_error ignored;
		bool known = ext_group_read(x, (uint32_t)group, &g, &ignored) == TRIAGE_OK &&
		    (g.flags & EXT_GROUP_BLOCK_UNINIT) == 0 && g.block_bitmap < x->blocks;
		if (known && x->cluster_shift == 0)
			used += count_bits(x, g.block_bitmap * x->block, inside, here);
		for (uint64_t i = inside; known && x->cluster_shift != 0 && i < inside + here; i++)
			used += count_bits(x, g.block_bitmap * x->block, i >> x->cluster_shift, 1);
		block += here;
		count -= here;
	}
	return used;
}

static void
ext_close(struct evidence_fs *fs)
{
	struct ext *x = fs->state;
	if (x == NULL)
		return;
	cache_free(x->cache);
	ext_journal_free(x->journal);
	free(x);
}

static enum triage_status
ext_open(struct evidence_fs *fs, struct triage_error *err)
{
	struct ext *x = calloc(1, sizeof(*x));
	if (x == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	x->fs = fs;
	fs->state = x;
	enum triage_status st = read_super(x, err);
	/* More inodes than the medium has room for are a trick, or behind its cut end. */
	if (st == TRIAGE_OK && x->inodes > fs->reader->size / x->inode_size)
		x->inodes = (uint32_t)(fs->reader->size / x->inode_size);
	return st == TRIAGE_OK ? cache_new(fs->reader, &x->cache, err) : st;
}

const struct fs_driver ext_driver = { .open = ext_open, .list = ext_list, .content = ext_content, .close = ext_close,
	.space = ext_space, .used = ext_used };

/* xfs_group.c - allocation groups: their headers, their trees of 32-bit block numbers, what is free; and checksums. See xfs.h. */
#include "triage/evidence/xfs.h"

#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum {
	HEADER_NUMBER = 8, AGF_CRC = 216, AGI_CRC = 312, AGF_FREE_ROOT = 16, AGF_FREE_LEVELS = 28,
	NODE_LEVEL = 4, NODE_ENTRIES = 6, NODE_OWNER = 48, NODE_CRC = 52, NODE_HEAD = 16, NODE_HEAD_CHECKED = 56,
};

static const struct {
	const char *magic, *magic_checked;
	size_t record, key;
} trees[] = {
	[XFS_TREE_INODES] = { "IABT", "IAB3", 16, 4 },
	[XFS_TREE_FREE] = { "ABTB", "AB3B", 8, 8 },
};

void
xfs_crc_setup(struct xfs *x)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0x82f63b78) : 0);
		x->crc_table[0][i] = crc;
	}
	for (unsigned k = 1; k < 8; k++)
		for (uint32_t i = 0; i < 256; i++)
			x->crc_table[k][i] = x->crc_table[k - 1][i] >> 8 ^ x->crc_table[0][x->crc_table[k - 1][i] & 0xff];
}

static uint32_t
crc_more(const struct xfs *x, uint32_t crc, const uint8_t *p, size_t size)
{
	const uint32_t (*t)[256] = x->crc_table;
	for (; size >= 8; p += 8, size -= 8) {
		uint32_t low = load_le32(p) ^ crc, high = load_le32(p + 4);
		crc = t[7][low & 0xff] ^ t[6][low >> 8 & 0xff] ^ t[5][low >> 16 & 0xff] ^ t[4][low >> 24] ^ t[3][high & 0xff] ^
		    t[2][high >> 8 & 0xff] ^ t[1][high >> 16 & 0xff] ^ t[0][high >> 24];
	}
	for (; size > 0; p++, size--)
		crc = crc >> 8 ^ t[0][(crc ^ *p) & 0xff];
	return crc;
}

bool
xfs_crc_right(const struct xfs *x, const uint8_t *data, size_t size, size_t crc_at)
{
	static const uint8_t zero[4];
	if (!x->checked)
		return true;
	uint32_t crc = crc_more(x, UINT32_MAX, data, crc_at);
	crc = crc_more(x, crc, zero, sizeof(zero));
	crc = crc_more(x, crc, data + crc_at + sizeof(zero), size - crc_at - sizeof(zero));
	return ~crc == load_le32(data + crc_at);
}

bool
xfs_group_read(struct xfs *x, uint32_t group, enum xfs_group_header which, uint8_t *out, bool *ret_suspect)
{
	uint8_t sector[32768];
	struct triage_error ignored;
	bool bad = false;
	uint64_t place = ((uint64_t)group * x->group_blocks << x->block_log) + (uint64_t)which * x->sector;
	if (cache_read(x->cache, place, sector, x->sector, &bad, &ignored) != TRIAGE_OK ||
	    memcmp(sector, which == XFS_AGF ? "XAGF" : "XAGI", 4) != 0)
		return false;
	*ret_suspect = bad || load_be32(sector + HEADER_NUMBER) != group ||
	    !xfs_crc_right(x, sector, x->sector, which == XFS_AGF ? AGF_CRC : AGI_CRC);
	memcpy(out, sector, XFS_GROUP_HEADER);
	return true;
}

static size_t
head_size(const struct xfs *x)
{
	return x->checked ? NODE_HEAD_CHECKED : NODE_HEAD;
}

static unsigned
most_entries(const struct xfs *x, enum xfs_group_tree tree, unsigned level)
{
	return (unsigned)((x->block - head_size(x)) / (level == 0 ? trees[tree].record : trees[tree].key + 4));
}

bool
xfs_node_read(struct xfs *x, enum xfs_group_tree tree, uint32_t group, uint32_t block, unsigned level, uint8_t *node,
    unsigned *ret_entries, bool *ret_suspect)
{
	struct triage_error ignored;
	bool bad = false;
	uint64_t place;
	if (block >= UINT64_C(1) << x->group_log || !xfs_block_place(x, (uint64_t)group << x->group_log | block, 1, &place) ||
	    cache_read(x->cache, place, node, x->block, &bad, &ignored) != TRIAGE_OK ||
	    memcmp(node, x->checked ? trees[tree].magic_checked : trees[tree].magic, 4) != 0 || load_be16(node + NODE_LEVEL) != level)
		return false;
	*ret_entries = load_be16(node + NODE_ENTRIES);
	if (*ret_entries > most_entries(x, tree, level))
		return false;
	if (bad || !xfs_crc_right(x, node, x->block, NODE_CRC) || (x->checked && load_be32(node + NODE_OWNER) != group))
		*ret_suspect = true;
	return true;
}

size_t
xfs_node_entry(const struct xfs *x, enum xfs_group_tree tree, unsigned level, unsigned i)
{
	return head_size(x) + (size_t)i * (level == 0 ? trees[tree].record : trees[tree].key);
}

uint32_t
xfs_node_child(const struct xfs *x, enum xfs_group_tree tree, const uint8_t *node, unsigned i)
{
	return load_be32(node + head_size(x) + (size_t)most_entries(x, tree, 1) * trees[tree].key + (size_t)i * 4);
}

/* The last entry whose start is not behind block. False when there is none. */
static bool
last_not_behind(const struct xfs *x, const uint8_t *node, unsigned level, unsigned entries, uint32_t block, unsigned *ret_index)
{
	unsigned low = 0, high = entries;
	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		if (load_be32(node + xfs_node_entry(x, XFS_TREE_FREE, level, middle)) <= block)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_index = low - 1;
	return low > 0;
}

/* Are all of count blocks in one free run of their group? */
static bool
all_free(struct xfs *x, uint32_t group, uint32_t block, uint64_t count, uint8_t *node)
{
	uint8_t header[XFS_GROUP_HEADER];
	bool suspect = false;
	if (!xfs_group_read(x, group, XFS_AGF, header, &suspect))
		return false;
	uint32_t at = load_be32(header + AGF_FREE_ROOT), levels = load_be32(header + AGF_FREE_LEVELS);
	if (levels == 0 || levels > XFS_TREE_LEVELS)
		return false;
	for (unsigned level = levels; level-- > 0;) {
		unsigned entries, i;
		if (!xfs_node_read(x, XFS_TREE_FREE, group, at, level, node, &entries, &suspect) ||
		    !last_not_behind(x, node, level, entries, block, &i))
			return false;
		if (level > 0) {
			at = xfs_node_child(x, XFS_TREE_FREE, node, i);
			continue;
		}
		const uint8_t *run = node + xfs_node_entry(x, XFS_TREE_FREE, 0, i);
		return (uint64_t)load_be32(run) + load_be32(run + 4) >= (uint64_t)block + count;
	}
	return false;
}

bool
xfs_any_allocated(struct xfs *x, uint64_t block, uint64_t count)
{
	uint64_t place;
	SCOPED_FREE uint8_t *node = malloc(x->block);
	if (node == NULL || !xfs_block_place(x, block, count, &place))
		return true;
	return !all_free(x, (uint32_t)(block >> x->group_log), (uint32_t)(block & ((UINT64_C(1) << x->group_log) - 1)), count, node);
}

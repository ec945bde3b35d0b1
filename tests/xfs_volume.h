/*
 * xfs_volume.h - a small XFS made inode by inode: two groups of 256 blocks of 1,024 bytes, inodes of 512; version 4 or 5. In the
 * first group lie one chunk of inodes, a log, and data; its last blocks are free.
 */
#ifndef TRIAGE_TESTS_XFS_VOLUME_H
#define TRIAGE_TESTS_XFS_VOLUME_H

#include "walk_seen.h"

enum {
	XV_BLOCK = 1024, XV_GROUP = 256, XV_SIZE = XV_BLOCK * XV_GROUP * 2, XV_INODE = 512,
	XV_FREE_TREE = 2, XV_INODE_TREE = 3, XV_CHUNK = 32, XV_LOG = 64, XV_LOG_BLOCKS = 16, XV_DATA = 96, XV_FREE = 160,
	XV_ROOT = 64,			/* the first inode of the chunk */
	XV_DIRECTORY = 0040755, XV_FILE = 0100644, XV_LINK = 0120777,
	XV_LOCAL = 1, XV_EXTENTS = 2, XV_BTREE = 3,
};

struct xv {
	bool checked;			/* version 5 */
	uint8_t bytes[XV_SIZE];
};

static void
xv_put(uint8_t *p, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static inline uint8_t *
xv_block(struct xv *v, unsigned block)
{
	return v->bytes + (size_t)block * XV_BLOCK;
}

static inline uint8_t *
xv_inode(struct xv *v, unsigned number)
{
	return v->bytes + (size_t)number * XV_INODE;
}

/* Put the CRC-32C of size bytes with zeros in its place at p + at, little endian. */
static inline void
xv_seal(const struct xv *v, uint8_t *p, size_t size, size_t at)
{
	uint32_t crc = UINT32_MAX;
	if (!v->checked)
		return;
	memset(p + at, 0, 4);
	for (size_t i = 0; i < size; i++) {
		crc ^= p[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0x82f63b78) : 0);
	}
	for (unsigned i = 0; i < 4; i++)
		p[at + i] = (uint8_t)(~crc >> 8 * i);
}

static inline void
xv_seal_inode(struct xv *v, unsigned number)
{
	xv_seal(v, xv_inode(v, number), XV_INODE, 100);
}

static inline void
xv_seal_tree(struct xv *v, unsigned block)
{
	xv_seal(v, xv_block(v, block), XV_BLOCK, 52);
}

/* The record of the chunk, in the leaf of the tree of inodes. */
static inline uint8_t *
xv_record(struct xv *v)
{
	return xv_block(v, XV_INODE_TREE) + (v->checked ? 56 : 16);
}

static inline void
xv_use(struct xv *v, unsigned number, bool used)
{
	uint8_t *mask = xv_record(v) + 8 + 7 - (number - XV_ROOT) / 8, bit = (uint8_t)(1 << (number - XV_ROOT) % 8);
	*mask = (uint8_t)(used ? *mask & ~bit : *mask | bit);
	xv_seal_tree(v, XV_INODE_TREE);
}

/* The data fork. */
static inline uint8_t *
xv_fork(struct xv *v, unsigned number)
{
	return xv_inode(v, number) + (v->checked ? 176 : 100);
}

/* An inode in use with an empty fork. Seal it when it is done. */
static inline uint8_t *
xv_make(struct xv *v, unsigned number, unsigned mode, unsigned format, uint64_t size)
{
	uint8_t *i = xv_inode(v, number);
	memset(i, 0, XV_INODE);
	memcpy(i, "IN", 2);
	xv_put(i + 2, mode, 2);
	i[4] = v->checked ? 3 : 2;
	i[5] = (uint8_t)format;
	xv_put(i + 16, 1, 4);
	for (unsigned t = 32; t <= 48; t += 8)
		xv_put(i + t, 1600000000 + t, 4);
	xv_put(i + 56, size, 8);
	if (v->checked) {
		xv_put(i + 144, 1500000000, 4);
		xv_put(i + 152, number, 8);
		memset(i + 160, 0x55, 16);
	}
	xv_use(v, number, true);
	xv_seal_inode(v, number);
	return i;
}

static inline void
xv_row(uint8_t *p, uint64_t logical, uint64_t block, uint64_t count, bool unwritten)
{
	xv_put(p, (uint64_t)unwritten << 63 | logical << 9 | block >> 43, 8);
	xv_put(p + 8, block << 21 | count, 8);
}

/* Append a row to the fork of an inode. */
static inline void
xv_extent(struct xv *v, unsigned number, uint64_t logical, uint64_t block, uint64_t count, bool unwritten)
{
	uint8_t *i = xv_inode(v, number);
	xv_row(xv_fork(v, number) + i[79] * 16, logical, block, count, unwritten);
	i[79]++;
	xv_put(i + 64, count, 8);
	xv_seal_inode(v, number);
}

/* Free an inode as the kernel does: type, size and count of rows go, the rows stay. */
static inline void
xv_free(struct xv *v, unsigned number)
{
	uint8_t *i = xv_inode(v, number);
	xv_put(i + 2, 0, 2);
	i[5] = XV_EXTENTS;
	xv_put(i + 56, 0, 8);
	xv_put(i + 76, 0, 4);
	xv_use(v, number, false);
	xv_seal_inode(v, number);
}

/* A directory inside its inode, empty. */
static inline void
xv_folder(struct xv *v, unsigned number, unsigned parent)
{
	xv_make(v, number, XV_DIRECTORY, XV_LOCAL, 6);
	xv_put(xv_fork(v, number) + 2, parent, 4);
	xv_seal_inode(v, number);
}

/* Add a name to such a directory. */
static inline void
xv_short_name(struct xv *v, unsigned number, unsigned child, unsigned type, const char *name)
{
	uint8_t *i = xv_inode(v, number), *fork = xv_fork(v, number);
	size_t at = i[63], size = strlen(name);
	fork[0]++;
	fork[at] = (uint8_t)size;
	xv_put(fork + at + 1, 0x60 + 16u * fork[0], 2);
	memcpy(fork + at + 3, name, size);
	fork[at + 3 + size] = (uint8_t)type;
	xv_put(fork + at + 4 + size, child, 4);
	i[63] = (uint8_t)(at + 8 + size);
	xv_seal_inode(v, number);
}

static inline size_t
xv_entry_size(size_t name)
{
	return (8 + 1 + name + 1 + 2 + 7) / 8 * 8;
}

/* Put an entry into a directory block. Returns the place behind it. */
static inline size_t
xv_entry(struct xv *v, unsigned block, size_t at, unsigned child, unsigned type, const char *name)
{
	uint8_t *p = xv_block(v, block) + at;
	size_t size = strlen(name), whole = xv_entry_size(size);
	xv_put(p, child, 8);
	p[8] = (uint8_t)size;
	memcpy(p + 9, name, size);
	p[9 + size] = (uint8_t)type;
	xv_put(p + whole - 2, at, 2);
	return at + whole;
}

/* Mark [at, end) of a directory block as free, the way a removal does: what stood there stays. */
static inline void
xv_space(struct xv *v, unsigned block, size_t at, size_t end)
{
	uint8_t *p = xv_block(v, block) + at;
	xv_put(p, 0xffff, 2);
	xv_put(p + 2, end - at, 2);
	xv_put(p + (end - at) - 2, at, 2);
}

/* Begin a data block of a directory. Returns the place of the first entry behind "." and "..". */
static inline size_t
xv_directory(struct xv *v, unsigned block, unsigned self, unsigned parent)
{
	uint8_t *p = xv_block(v, block);
	memcpy(p, v->checked ? "XDD3" : "XD2D", 4);
	if (v->checked)
		xv_put(p + 40, self, 8);
	size_t at = xv_entry(v, block, v->checked ? 64 : 16, self, 2, ".");
	return xv_entry(v, block, at, parent, 2, "..");
}

/* A directory of one data block whose entries end at `end`; the rest becomes free. */
static inline void
xv_directory_end(struct xv *v, unsigned block, size_t end)
{
	if (end < XV_BLOCK)
		xv_space(v, block, end, XV_BLOCK);
	xv_seal(v, xv_block(v, block), XV_BLOCK, 4);
}

static inline void
xv_tree(struct xv *v, unsigned block, const char *magic, unsigned group, unsigned entries)
{
	uint8_t *p = xv_block(v, block);
	memcpy(p, magic, 4);
	xv_put(p + 6, entries, 2);
	memset(p + 8, 0xff, 8);
	if (v->checked)
		xv_put(p + 48, group, 4);
}

static inline void
xv_group(struct xv *v, unsigned group)
{
	unsigned first = group * XV_GROUP;
	uint8_t *super = xv_block(v, first), *agf = super + 512, *agi = super + 1024;
	if (group > 0)
		memcpy(super, v->bytes, 512);
	memcpy(agf, "XAGF", 4);
	xv_put(agf + 8, group, 4);
	xv_put(agf + 12, XV_GROUP, 4);
	xv_put(agf + 16, XV_FREE_TREE, 4);
	xv_put(agf + 28, 1, 4);
	memcpy(agi, "XAGI", 4);
	xv_put(agi + 8, group, 4);
	xv_put(agi + 16, group == 0 ? 64 : 0, 4);
	xv_put(agi + 20, XV_INODE_TREE, 4);
	xv_put(agi + 24, 1, 4);
	xv_tree(v, first + XV_FREE_TREE, v->checked ? "AB3B" : "ABTB", group, 1);
	uint8_t *row = xv_block(v, first + XV_FREE_TREE) + (v->checked ? 56 : 16);
	xv_put(row, group == 0 ? XV_FREE : 8, 4);
	xv_put(row + 4, group == 0 ? XV_GROUP - XV_FREE : XV_GROUP - 8, 4);
	xv_tree(v, first + XV_INODE_TREE, v->checked ? "IAB3" : "IABT", group, group == 0);
	xv_seal(v, super, 512, 224);
	xv_seal(v, agf, 512, 216);
	xv_seal(v, agi, 512, 312);
	xv_seal_tree(v, first + XV_FREE_TREE);
	xv_seal_tree(v, first + XV_INODE_TREE);
}

/* The record of an unmount at the beginning of the log. */
static inline void
xv_log(struct xv *v)
{
	uint8_t *record = xv_block(v, XV_LOG);
	xv_put(record, 0xfeedbabe, 4);
	xv_put(record + 4, 1, 4);
	xv_put(record + 8, 2, 4);
	xv_put(record + 12, 512, 4);
	xv_put(record + 40, 1, 4);
	xv_put(record + 320, 32768, 4);
	xv_put(record + 512, 1, 4);
	record[512 + 8] = 0xaa;
	record[512 + 9] = 0x20;
}

/* A volume with an empty root. */
static inline struct xv *
xv_new(bool checked)
{
	struct xv *v = calloc(1, sizeof(*v));
	assert_non_null(v);
	v->checked = checked;
	uint8_t *s = v->bytes;
	memcpy(s, "XFSB", 4);
	xv_put(s + 4, XV_BLOCK, 4);
	xv_put(s + 8, XV_GROUP * 2, 8);
	memset(s + 32, 0x55, 16);
	xv_put(s + 48, XV_LOG, 8);
	xv_put(s + 56, XV_ROOT, 8);
	xv_put(s + 84, XV_GROUP, 4);
	xv_put(s + 88, 2, 4);
	xv_put(s + 96, XV_LOG_BLOCKS, 4);
	xv_put(s + 100, checked ? 0xb4a5 : 0xb4a4, 2);
	xv_put(s + 102, 512, 2);
	xv_put(s + 104, XV_INODE, 2);
	xv_put(s + 106, XV_BLOCK / XV_INODE, 2);
	memcpy(s + 120, "\x0a\x09\x09\x01\x08", 5);
	xv_put(s + 200, 0x200, 4);
	xv_put(s + 216, checked ? 0x3 : 0, 4);
	for (unsigned group = 0; group < 2; group++)
		xv_group(v, group);
	xv_put(xv_record(v), XV_ROOT, 4);
	xv_put(xv_record(v) + 4, checked ? 64 : 0, 4);
	xv_put(xv_record(v) + 8, UINT64_MAX, 8);
	for (unsigned i = XV_ROOT; i < XV_ROOT + 64; i++) {
		xv_make(v, i, 0, XV_EXTENTS, 0);
		memset(xv_inode(v, i) + 32, 0, 24);
		xv_use(v, i, false);
		xv_seal_inode(v, i);
	}
	xv_folder(v, XV_ROOT, XV_ROOT);
	xv_log(v);
	return v;
}

static inline void
xv_list(const struct xv *v, struct seen *s)
{
	list_bytes(v->bytes, sizeof(v->bytes), "xfs", s);
}

#endif

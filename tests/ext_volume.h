/* ext_volume.h - a small ext file system made inode by inode: one group, blocks of 1,024 bytes, inodes of 256. */
#ifndef TRIAGE_TESTS_EXT_VOLUME_H
#define TRIAGE_TESTS_EXT_VOLUME_H

#include "walk_seen.h"

enum {
	EV_BLOCK = 1024, EV_BLOCKS = 256, EV_SIZE = EV_BLOCK * EV_BLOCKS, EV_INODES = 64, EV_INODE = 256,
	EV_BLOCK_BITMAP = 3, EV_INODE_BITMAP = 4, EV_TABLE = 5, EV_DATA = 32,
	EV_DIRECTORY = 0040755, EV_FILE = 0100644, EV_LINK = 0120777,
	EV_EXTENTS = 0x80000,
};

struct ev {
	uint8_t bytes[EV_SIZE];
};

static void
ev_put(uint8_t *p, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static inline uint8_t *
ev_inode(struct ev *v, unsigned number)
{
	return v->bytes + EV_TABLE * EV_BLOCK + (number - 1) * EV_INODE;
}

static inline uint8_t *
ev_block(struct ev *v, unsigned block)
{
	return v->bytes + block * EV_BLOCK;
}

static inline void
ev_allocate(struct ev *v, unsigned inode)
{
	ev_block(v, EV_INODE_BITMAP)[(inode - 1) / 8] |= (uint8_t)(1 << (inode - 1) % 8);
}

/* An inode in use whose map is direct pointers to blocks, or empty. */
static inline uint8_t *
ev_make(struct ev *v, unsigned number, unsigned mode, uint64_t size, unsigned block)
{
	uint8_t *i = ev_inode(v, number);
	memset(i, 0, EV_INODE);
	ev_put(i, mode, 2);
	ev_put(i + 4, size, 4);
	ev_put(i + 108, size >> 32, 4);
	for (unsigned t = 8; t <= 16; t += 4)
		ev_put(i + t, 1600000000 + t, 4);
	ev_put(i + 26, 1, 2);
	ev_put(i + 28, block != 0 ? 2 : 0, 4);
	ev_put(i + 128, 32, 2);
	for (unsigned k = 0; block != 0 && k < 12 && k * EV_BLOCK < size; k++)
		ev_put(i + 40 + k * 4, block + k, 4);
	ev_allocate(v, number);
	return i;
}

/* Append a name to a directory block; room: bytes up to the next name. Returns the next place. */
static inline size_t
ev_name(struct ev *v, unsigned block, size_t at, size_t room, unsigned inode, unsigned type, const char *name, size_t size)
{
	uint8_t *p = ev_block(v, block) + at;
	ev_put(p, inode, 4);
	ev_put(p + 4, room, 2);
	p[6] = (uint8_t)size;
	p[7] = (uint8_t)type;
	memcpy(p + 8, name, size);
	return at + room;
}

/* "." and ".." */
static inline size_t
ev_dots(struct ev *v, unsigned block, unsigned self, unsigned parent)
{
	ev_name(v, block, 0, 12, self, 2, ".", 1);
	return ev_name(v, block, 12, 12, parent, 2, "..", 2);
}

/* A volume with an empty root in block EV_DATA. */
static inline struct ev *
ev_new(void)
{
	struct ev *v = calloc(1, sizeof(*v));
	assert_non_null(v);
	uint8_t *s = v->bytes + 1024, *g = ev_block(v, 2);
	ev_put(s, EV_INODES, 4);
	ev_put(s + 4, EV_BLOCKS, 4);
	ev_put(s + 20, 1, 4);
	ev_put(s + 32, 8192, 4);
	ev_put(s + 36, 8192, 4);
	ev_put(s + 40, EV_INODES, 4);
	ev_put(s + 56, 0xef53, 2);
	ev_put(s + 76, 1, 4);
	ev_put(s + 84, 11, 4);
	ev_put(s + 88, EV_INODE, 2);
	ev_put(s + 96, 0x42, 4);
	ev_put(g, EV_BLOCK_BITMAP, 4);
	ev_put(g + 4, EV_INODE_BITMAP, 4);
	ev_put(g + 8, EV_TABLE, 4);
	ev_make(v, 2, EV_DIRECTORY, EV_BLOCK, EV_DATA);
	ev_name(v, EV_DATA, ev_dots(v, EV_DATA, 2, 2), EV_BLOCK - 24, 0, 0, "", 0);
	return v;
}

/* Put the only name into the root. */
static inline void
ev_root_name(struct ev *v, unsigned inode, unsigned type, const char *name)
{
	ev_name(v, EV_DATA, 24, EV_BLOCK - 24, inode, type, name, strlen(name));
}

static inline void
ev_list(const struct ev *v, struct seen *s)
{
	list_bytes(v->bytes, sizeof(v->bytes), "ext4", s);
}

#endif

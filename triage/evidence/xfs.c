#include "triage/evidence/xfs.h"

#include "triage/base/scoped.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum {
	SUPER_SIZE = 512, SUPER_BLOCK = 4, SUPER_BLOCKS = 8, SUPER_UUID = 32, SUPER_LOG_START = 48, SUPER_ROOT = 56, SUPER_RT_BITMAP = 64,
	SUPER_RT_SUMMARY = 72, SUPER_GROUP_BLOCKS = 84, SUPER_GROUPS = 88, SUPER_LOG_BLOCKS = 96, SUPER_VERSION = 100, SUPER_SECTOR = 102,
	SUPER_INODE = 104, SUPER_BLOCK_LOG = 120, SUPER_INODE_LOG = 122, SUPER_PER_BLOCK_LOG = 123, SUPER_GROUP_LOG = 124, SUPER_IN_PROGRESS = 126,
	SUPER_USER_QUOTA = 160, SUPER_GROUP_QUOTA = 168, SUPER_DIR_LOG = 192, SUPER_FEATURES2 = 200, SUPER_INCOMPAT = 216, SUPER_CRC = 224,
	SUPER_PROJECT_QUOTA = 232, SUPER_META_UUID = 248, SUPER_META_DIR = 264,
	VERSION_MASK = 0xf, VERSION_DIR2 = 0x2000, VERSION_MORE = 0x8000, FEATURES2_FTYPE = 0x200, INCOMPAT_META_DIR = 0x100,
	SEARCH_PIECE = 1 << 20,
};
/* How far a copy of the super block is looked for. */
#define SEARCH_MAX (UINT64_C(4) << 30)

uint32_t
xfs_group_length(const struct xfs *x, uint32_t group)
{
	uint64_t left = x->blocks - (uint64_t)group * x->group_blocks;
	return left < x->group_blocks ? (uint32_t)left : x->group_blocks;
}

bool
xfs_block_place(const struct xfs *x, uint64_t block, uint64_t count, uint64_t *ret_place)
{
	uint64_t group = block >> x->group_log, inside = block & ((UINT64_C(1) << x->group_log) - 1);
	if (group >= x->groups)
		return false;
	uint32_t length = xfs_group_length(x, (uint32_t)group);
	if (inside >= length || count > length - inside)
		return false;
	*ret_place = (group * x->group_blocks + inside) << x->block_log;
	return true;
}

bool
xfs_inode_place(const struct xfs *x, uint64_t number, uint64_t *ret_place)
{
	uint64_t place, index = number & ((UINT64_C(1) << x->per_block_log) - 1);
	uint64_t block = number >> x->per_block_log;
	/* the first blocks of a group hold its headers */
	if ((block & ((UINT64_C(1) << x->group_log) - 1)) == 0 || !xfs_block_place(x, block, 1, &place))
		return false;
	*ret_place = place + (index << x->inode_log);
	return true;
}

static void
take_features(struct xfs *x, const uint8_t *s)
{
	uint16_t version = load_be16(s + SUPER_VERSION);
	uint32_t features2 = (version & VERSION_MORE) != 0 ? load_be32(s + SUPER_FEATURES2) : 0;
	const uint8_t *uuid = s + SUPER_UUID;
	x->checked = (version & VERSION_MASK) == 5;
	x->incompat = x->checked ? load_be32(s + SUPER_INCOMPAT) : 0;
	x->typed = x->checked ? (x->incompat & XFS_INCOMPAT_FTYPE) != 0 : (features2 & FEATURES2_FTYPE) != 0;
	if ((x->incompat & XFS_INCOMPAT_META_UUID) != 0)
		uuid = s + SUPER_META_UUID;
	memcpy(x->uuid, uuid, sizeof(x->uuid));
	x->internal[0] = load_be64(s + SUPER_RT_BITMAP);
	x->internal[1] = load_be64(s + SUPER_RT_SUMMARY);
	x->internal[2] = load_be64(s + SUPER_USER_QUOTA);
	x->internal[3] = load_be64(s + SUPER_GROUP_QUOTA);
	x->internal[4] = x->checked ? load_be64(s + SUPER_PROJECT_QUOTA) : 0;
	x->internal[5] = (x->incompat & INCOMPAT_META_DIR) != 0 ? load_be64(s + SUPER_META_DIR) : 0;
}

/* Sizes that fit together; everything behind relies on it. */
static bool
geometry_right(const struct xfs *x, const uint8_t *s)
{
	uint8_t dir_log = s[SUPER_DIR_LOG];
	if (x->block_log < 9 || x->block_log > 16 || x->block != 1u << x->block_log || x->inode_log < 8 || x->inode_log > 11 ||
	    x->inode_size != 1u << x->inode_log || x->block < x->inode_size || x->per_block_log != x->block_log - x->inode_log)
		return false;
	if (x->sector < 512 || x->sector > 32768 || (x->sector & (x->sector - 1)) != 0 || dir_log > 16 - x->block_log)
		return false;
	if (x->group_blocks < 8 || x->group_log > 31 || x->group_log + x->per_block_log > 32 || x->groups == 0 ||
	    x->group_blocks > UINT64_C(1) << x->group_log || x->group_blocks <= (UINT64_C(1) << x->group_log) / 2)
		return false;
	return x->blocks <= (uint64_t)INT64_MAX >> x->block_log && x->blocks > (uint64_t)(x->groups - 1) * x->group_blocks &&
	    x->blocks <= (uint64_t)x->groups * x->group_blocks;
}

static bool
parse_super(struct xfs *x, const uint8_t *s)
{
	unsigned number = load_be16(s + SUPER_VERSION) & VERSION_MASK;
	if (memcmp(s, "XFSB", 4) != 0 || number < 1 || number > 5)
		return false;
	x->block = load_be32(s + SUPER_BLOCK);
	x->blocks = load_be64(s + SUPER_BLOCKS);
	x->sector = load_be16(s + SUPER_SECTOR);
	x->inode_size = load_be16(s + SUPER_INODE);
	x->block_log = s[SUPER_BLOCK_LOG];
	x->inode_log = s[SUPER_INODE_LOG];
	x->per_block_log = s[SUPER_PER_BLOCK_LOG];
	x->group_log = s[SUPER_GROUP_LOG];
	x->group_blocks = load_be32(s + SUPER_GROUP_BLOCKS);
	x->groups = load_be32(s + SUPER_GROUPS);
	x->root = load_be64(s + SUPER_ROOT);
	x->log_start = load_be64(s + SUPER_LOG_START);
	x->log_blocks = load_be32(s + SUPER_LOG_BLOCKS);
	x->unfinished = s[SUPER_IN_PROGRESS] != 0;
	take_features(x, s);
	if (!geometry_right(x, s))
		return false;
	x->dir_block = x->block << s[SUPER_DIR_LOG];
	return true;
}

/* A super block at place, with its checksum looked at over the sector that it says. */
static bool
try_super(struct xfs *x, uint64_t place)
{
	uint8_t sector[32768];
	struct triage_error ignored;
	if (reader_read_all(x->fs->reader, place, sector, SUPER_SIZE, &ignored) != TRIAGE_OK || !parse_super(x, sector))
		return false;
	x->super = place;
	x->super_suspect = reader_read_all(x->fs->reader, place, sector, x->sector, &ignored) != TRIAGE_OK ||
	    !xfs_crc_right(x, sector, x->sector, SUPER_CRC);
	return true;
}

/* Every group begins with a copy. Its size is not known when the first is gone, so they are looked for. */
static bool
search_super(struct xfs *x)
{
	SCOPED_FREE uint8_t *piece = malloc(SEARCH_PIECE);
	struct triage_error ignored;
	for (uint64_t at = 0; piece != NULL && at < x->fs->reader->size && at < SEARCH_MAX; at += SEARCH_PIECE) {
		size_t got = 0;
		if (reader_read(x->fs->reader, at, piece, SEARCH_PIECE, &got, &ignored) != TRIAGE_OK)
			continue;
		for (size_t i = 0; i + SUPER_SIZE <= got; i += 512)
			if (at + i > 0 && memcmp(piece + i, "XFSB", 4) == 0 && try_super(x, at + i) &&
			    at + i == (uint64_t)x->group_blocks << x->block_log && !x->super_suspect)
				return true;
	}
	return false;
}

static enum triage_status
read_super(struct xfs *x, struct triage_error *err)
{
	uint8_t head[SUPER_SIZE];
	struct triage_error ignored;
	if (!try_super(x, 0) && !search_super(x)) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "neither the super block nor a copy of it describes an XFS file system");
		return TRIAGE_E_FORMAT;
	}
	if (reader_read_all(x->fs->reader, x->super, head, sizeof(head), &ignored) == TRIAGE_OK && !x->checked &&
	    (load_be16(head + SUPER_VERSION) & VERSION_DIR2) == 0) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, x->super, "an XFS of IRIX with directories of version 1 is not read by this version");
		return TRIAGE_E_UNSUPPORTED;
	}
	if ((x->incompat & ~(uint32_t)XFS_INCOMPAT_KNOWN) == 0)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, x->super, "this XFS has features that are not read by this version (incompatible features 0x%x%s): "
	    "mount it read-only (mount -o ro,norecovery) and give the folder", x->incompat & ~(uint32_t)XFS_INCOMPAT_KNOWN,
	    (x->incompat & XFS_INCOMPAT_ZONED) != 0 ? ", zoned" : "");
	return TRIAGE_E_UNSUPPORTED;
}

static void
xfs_close(struct evidence_fs *fs)
{
	struct xfs *x = fs->state;
	if (x == NULL)
		return;
	cache_free(x->cache);
	free(x);
}

static enum triage_status
xfs_open(struct evidence_fs *fs, struct triage_error *err)
{
	struct xfs *x = calloc(1, sizeof(*x));
	if (x == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	x->fs = fs;
	fs->state = x;
	xfs_crc_setup(x);
	enum triage_status st = read_super(x, err);
	return st == TRIAGE_OK ? cache_new(fs->reader, &x->cache, err) : st;
}

const struct fs_driver xfs_driver = { .open = xfs_open, .list = xfs_list, .content = xfs_content, .close = xfs_close };

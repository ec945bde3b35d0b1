#include "triage/evidence/xfs_inode.h"

#include <string.h>

enum {
	INODE_MODE = 2, INODE_VERSION = 4, INODE_FORMAT = 5, INODE_UID = 8, INODE_GID = 12, INODE_BIG_EXTENTS = 24, INODE_ATIME = 32,
	INODE_MTIME = 40, INODE_CTIME = 48, INODE_SIZE = 56, INODE_BLOCKS = 64, INODE_EXTENTS = 76, INODE_FORK = 82, INODE_FLAGS = 90,
	INODE_CRC = 100, INODE_FLAGS2 = 120, INODE_CRTIME = 144, INODE_NUMBER = 152, INODE_UUID = 160,
	CORE = 100, CORE_CHECKED = 176, FLAG_REALTIME = 1, FLAG2_BIGTIME = 8, FLAG2_NREXT64 = 16, NS = 1000000000,
};
/* Seconds from the first moment of a 64-bit time to 1970. */
#define BIGTIME_EPOCH INT64_C(2147483648)

static void
take_time(bool bigtime, const uint8_t *p, int64_t *seconds, uint32_t *nanoseconds, bool *there)
{
	uint64_t ns = load_be64(p);
	*seconds = bigtime ? (int64_t)(ns / NS) - BIGTIME_EPOCH : (int32_t)load_be32(p);
	*nanoseconds = bigtime ? (uint32_t)(ns % NS) : load_be32(p + 4);
	*there = *nanoseconds < NS;
}

static void
take_checked(const struct xfs *x, const uint8_t *raw, struct xfs_inode *i)
{
	uint64_t flags2 = load_be64(raw + INODE_FLAGS2);
	bool bigtime = (flags2 & FLAG2_BIGTIME) != 0;
	take_time(bigtime, raw + INODE_ATIME, &i->atime.seconds, &i->atime.nanoseconds, &i->atime.there);
	take_time(bigtime, raw + INODE_MTIME, &i->mtime.seconds, &i->mtime.nanoseconds, &i->mtime.there);
	take_time(bigtime, raw + INODE_CTIME, &i->ctime.seconds, &i->ctime.nanoseconds, &i->ctime.there);
	take_time(bigtime, raw + INODE_CRTIME, &i->crtime.seconds, &i->crtime.nanoseconds, &i->crtime.there);
	if ((flags2 & FLAG2_NREXT64) != 0)
		i->extents = load_be64(raw + INODE_BIG_EXTENTS);
	i->suspect = load_be64(raw + INODE_NUMBER) != i->number || memcmp(raw + INODE_UUID, x->uuid, sizeof(x->uuid)) != 0 ||
	    !xfs_crc_right(x, raw, x->inode_size, INODE_CRC);
}

bool
xfs_inode_parse(const struct xfs *x, const uint8_t *raw, uint64_t number, struct xfs_inode *i)
{
	unsigned version = raw[INODE_VERSION];
	if (raw[0] != 'I' || raw[1] != 'N' || version < 1 || version > 3 || (version == 3) != x->checked)
		return false;
	*i = (struct xfs_inode){
		.number = number, .mode = load_be16(raw + INODE_MODE), .format = raw[INODE_FORMAT], .uid = load_be32(raw + INODE_UID),
		.gid = load_be32(raw + INODE_GID), .size = load_be64(raw + INODE_SIZE), .blocks = load_be64(raw + INODE_BLOCKS),
		.extents = load_be32(raw + INODE_EXTENTS), .realtime = (load_be16(raw + INODE_FLAGS) & FLAG_REALTIME) != 0,
		.used = load_be64(raw + INODE_CTIME) != 0,
	};
	if (version == 3) {
		take_checked(x, raw, i);
	} else {
		take_time(false, raw + INODE_ATIME, &i->atime.seconds, &i->atime.nanoseconds, &i->atime.there);
		take_time(false, raw + INODE_MTIME, &i->mtime.seconds, &i->mtime.nanoseconds, &i->mtime.there);
		take_time(false, raw + INODE_CTIME, &i->ctime.seconds, &i->ctime.nanoseconds, &i->ctime.there);
	}
	i->fork_at = version == 3 ? CORE_CHECKED : CORE;
	i->fork_size = (uint16_t)(x->inode_size - i->fork_at);
	uint16_t fork = (uint16_t)(raw[INODE_FORK] * 8);
	if (fork > i->fork_size)
		i->suspect = true;
	else if (fork != 0)
		i->fork_size = fork;
	memcpy(i->raw, raw, x->inode_size);
	return true;
}

enum triage_status
xfs_inode_read(struct xfs *x, uint64_t number, struct xfs_inode *ret_inode, struct triage_error *err)
{
	uint8_t raw[XFS_INODE_MAX];
	uint64_t place;
	bool bad;
	if (!xfs_inode_place(x, number, &place)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "there is no inode %ju", (uintmax_t)number);
		return TRIAGE_E_FORMAT;
	}
	enum triage_status st = cache_read(x->cache, place, raw, x->inode_size, &bad, err);
	if (st != TRIAGE_OK)
		return st;
	if (!xfs_inode_parse(x, raw, number, ret_inode)) {
		triage_error_set(err, TRIAGE_E_FORMAT, place, "inode %ju is damaged", (uintmax_t)number);
		return TRIAGE_E_FORMAT;
	}
	ret_inode->place = place;
	ret_inode->bad = bad;
	return TRIAGE_OK;
}

bool
xfs_inode_is_left(struct xfs *x, uint64_t number)
{
	uint64_t block = number >> x->per_block_log, place;
	return xfs_inode_place(x, number, &place) && !xfs_any_allocated(x, block, 1);
}

bool
xfs_is_internal(const struct xfs *x, uint64_t number)
{
	for (size_t i = 0; i < XFS_INTERNAL; i++)
		if (x->internal[i] == number && number != 0)
			return true;
	return false;
}

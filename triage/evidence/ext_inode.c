#include "triage/evidence/ext_inode.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	INODE_MODE = 0, INODE_UID = 2, INODE_SIZE = 4, INODE_ATIME = 8, INODE_CTIME = 12, INODE_MTIME = 16, INODE_DTIME = 20,
	    INODE_GID = 24,
	INODE_LINKS = 26, INODE_BLOCKS = 28, INODE_FLAGS = 32, INODE_MAP = 40, INODE_GENERATION = 100, INODE_ACL = 104, INODE_SIZE_HIGH = 108,
	    INODE_BLOCKS_HIGH = 116,
	INODE_ACL_HIGH = 118, INODE_UID_HIGH = 120, INODE_GID_HIGH = 122, INODE_EXTRA = 128, INODE_CTIME_EXTRA = 132,
	    INODE_MTIME_EXTRA = 136,
	INODE_ATIME_EXTRA = 140, INODE_CRTIME = 144, INODE_CRTIME_EXTRA = 148, INODE_SMALL = 128, INODE_READ = 4096,
	XATTR_NAME_LENGTH = 0, XATTR_NAME_INDEX = 1, XATTR_VALUE_AT = 2, XATTR_VALUE_SIZE = 8, XATTR_NAME = 16, XATTR_SYSTEM = 7,
};
#define XATTR_MAGIC UINT32_C(0xea020000)

/*
 * The value of system.data, where inline data goes on that does not fit the map. Value offsets count from the
 * first entry.
 */
static void
find_inline(const uint8_t *raw, size_t size, size_t extra, struct ext_inode *out)
{
	size_t first = INODE_SMALL + extra + 4;
	if (first + XATTR_NAME > size || load_le32(raw + INODE_SMALL + extra) != XATTR_MAGIC)
		return;
	for (size_t at = first; at + XATTR_NAME <= size && load_le32(raw + at) != 0;) {
		const uint8_t *e = raw + at;
		size_t name_size = e[XATTR_NAME_LENGTH], value_at = load_le16(e + XATTR_VALUE_AT),
		    value_size = load_le32(e + XATTR_VALUE_SIZE);
		if (name_size > size - at - XATTR_NAME)
			return;
		if (e[XATTR_NAME_INDEX] == XATTR_SYSTEM && name_size == 4 && memcmp(e + XATTR_NAME, "data", 4) == 0 &&
		    value_at <= size - first && value_size <= size - first - value_at) {
			out->inline_at = (uint16_t)(first + value_at);
			out->inline_size = (uint16_t)value_size;
			return;
		}
		at += (XATTR_NAME + name_size + 3) / 4 * 4;
	}
}

void
ext_inode_parse(const struct ext *x, const uint8_t *raw, struct ext_inode *ret_inode)
{
	struct ext_inode i = {
		.mode = load_le16(raw + INODE_MODE), .links = load_le16(raw + INODE_LINKS), .flags = load_le32(raw + INODE_FLAGS),
		.uid = load_le16(raw + INODE_UID) | (uint32_t)load_le16(raw + INODE_UID_HIGH) << 16,
		.gid = load_le16(raw + INODE_GID) | (uint32_t)load_le16(raw + INODE_GID_HIGH) << 16,
		.deleted = load_le32(raw + INODE_DTIME), .generation = load_le32(raw + INODE_GENERATION),
		    .sectors = load_le32(raw + INODE_BLOCKS) | (uint64_t)load_le16(raw + INODE_BLOCKS_HIGH) << 32,
		.size = load_le32(raw + INODE_SIZE) | (uint64_t)load_le32(raw + INODE_SIZE_HIGH) << 32,
		.xattr_block = load_le32(raw + INODE_ACL) | (uint64_t)load_le16(raw + INODE_ACL_HIGH) << 32,
		.atime = { .seconds = (int32_t)load_le32(raw + INODE_ATIME), .there = true },
		.ctime = { .seconds = (int32_t)load_le32(raw + INODE_CTIME), .there = true },
		.mtime = { .seconds = (int32_t)load_le32(raw + INODE_MTIME), .there = true },
	};
	memcpy(i.map, raw + INODE_MAP, EXT_MAP_BYTES);
	size_t extra = x->inode_size > INODE_SMALL + 2 ? load_le16(raw + INODE_EXTRA) : 0;
	if (extra > x->inode_size - INODE_SMALL)
		extra = 0;
	/* Two low bits carry the seconds beyond 2038, the others are nanoseconds. */
	const struct {
		size_t at;
		int64_t *seconds;
		uint32_t *nanoseconds;
	} fields[] = {
		{ INODE_CTIME_EXTRA, &i.ctime.seconds, &i.ctime.nanoseconds },
		    { INODE_MTIME_EXTRA, &i.mtime.seconds, &i.mtime.nanoseconds },
		{ INODE_ATIME_EXTRA, &i.atime.seconds, &i.atime.nanoseconds },
		    { INODE_CRTIME_EXTRA, &i.crtime.seconds, &i.crtime.nanoseconds },
	};
	if (extra >= INODE_CRTIME + 4 - INODE_SMALL) {
		i.crtime.seconds = (int32_t)load_le32(raw + INODE_CRTIME);
		i.crtime.there = true;
	}
	for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]) && extra >= fields[k].at + 4 - INODE_SMALL; k++) {
		uint32_t word = load_le32(raw + fields[k].at);
		*fields[k].seconds += (int64_t)(word & 3) << 32;
		*fields[k].nanoseconds = word >> 2;
	}
	if ((i.flags & EXT_FLAG_INLINE) != 0 && extra > 0)
		find_inline(raw, x->inode_size, extra, &i);
	*ret_inode = i;
}

enum triage_status
ext_inode_read(struct ext *x, uint64_t number, struct ext_inode *ret_inode, struct triage_error *err)
{
	uint8_t small[INODE_READ];
	SCOPED_FREE uint8_t *large = NULL;
	uint8_t *raw = small;
	uint64_t place;
	bool bad = false;
	enum triage_status st = ext_inode_place(x, number, &place, err);
	if (st != TRIAGE_OK)
		return st;
	if (x->inode_size > sizeof(small)) {
		raw = large = malloc(x->inode_size);
		if (large == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			return TRIAGE_E_MEMORY;
		}
	}
	st = cache_read(x->cache, place, raw, x->inode_size, &bad, err);
	if (st != TRIAGE_OK)
		return st;
	ext_inode_parse(x, raw, ret_inode);
	ret_inode->number = number;
	ret_inode->place = place;
	ret_inode->bad = bad;
	return TRIAGE_OK;
}

bool
ext_inode_is_fast_link(const struct ext *x, const struct ext_inode *inode)
{
	uint64_t xattr = inode->xattr_block != 0 ? ((uint64_t)x->block << x->cluster_shift) / 512 : 0;
	return S_ISLNK(inode->mode) && inode->size < EXT_MAP_BYTES && (inode->flags & (EXT_FLAG_EXTENTS | EXT_FLAG_INLINE)) == 0 &&
	    inode->sectors <= xattr;
}

/* What the inode itself holds: a short link, or inline data in the map and an attribute. */
static enum triage_status
fill_resident(struct ext *x, const struct ext_inode *inode, struct evidence_content *c, bool *ret_damaged, struct triage_error *err)
{
	size_t held = EXT_MAP_BYTES + (size_t)inode->inline_size,
	    inside = c->size < EXT_MAP_BYTES ? (size_t)c->size : EXT_MAP_BYTES;
	bool bad = inode->bad;
	c->resident = calloc(1, held + 1);
	if (c->resident == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	memcpy(c->resident, inode->map, inside);
	c->resident_place = c->size <= EXT_MAP_BYTES ? inode->place + INODE_MAP : RUN_FILLER;
	enum triage_status st = TRIAGE_OK;
	if (inode->inline_size > 0)
		st = cache_read(x->cache, inode->place + inode->inline_at, c->resident + EXT_MAP_BYTES, inode->inline_size, &bad,
		    err);
	if (c->size > held) {
		c->size = held;
		*ret_damaged = true;
	}
	c->initialised = c->size;
	if (bad)
		c->flags |= EVIDENCE_CONTENT_BAD;
	return st;
}

enum triage_status
ext_content_fill(struct ext *x, const struct ext_inode *inode, uint64_t max_nodes, struct evidence_content *c, bool *ret_damaged,
    struct triage_error *err)
{
	*ret_damaged = false;
	c->size = inode->size <= INT64_MAX ? inode->size : 0;
	c->initialised = c->size;
	if ((inode->flags & EXT_FLAG_INLINE) != 0 || ext_inode_is_fast_link(x, inode))
		return fill_resident(x, inode, c, ret_damaged, err);
	return ext_map(x, inode, max_nodes, &c->map, ret_damaged, err);
}

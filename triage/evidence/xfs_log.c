/*
 * xfs_log.c - the state of the whole, and: was the file system unmounted? The log is a ring of 512-byte blocks, each marked with the number of the round in
 * which it was written: where that number changes is its head. A clean log ends there with the record of an unmount.
 */
#include "triage/evidence/xfs.h"

#include "triage/base/view.h"

#include <string.h>

enum {
	LOG_BLOCK = 512, RECORD_CYCLE = 4, RECORD_VERSION = 8, RECORD_LENGTH = 12, RECORD_OPERATIONS = 40, RECORD_SIZE = 320,
	HEADER_COVERS = 32768, OPERATION_FLAGS = 9, FLAG_UNMOUNT = 0x20, LOOK_BACK = 1024,
};
static const uint8_t record_magic[4] = { 0xfe, 0xed, 0xba, 0xbe };

struct ring {
	struct xfs *x;
	uint64_t place, blocks;
};

static bool
ring_read(struct ring *r, uint64_t block, uint8_t *out)
{
	struct triage_error ignored;
	bool bad = false;
	return cache_read(r->x->cache, r->place + block * LOG_BLOCK, out, LOG_BLOCK, &bad, &ignored) == TRIAGE_OK && !bad;
}

static bool
ring_cycle(struct ring *r, uint64_t block, uint32_t *ret_cycle)
{
	uint8_t b[LOG_BLOCK];
	if (!ring_read(r, block, b))
		return false;
	*ret_cycle = load_be32(b + (memcmp(b, record_magic, sizeof(record_magic)) == 0 ? RECORD_CYCLE : 0));
	return true;
}

/* The first block that was not written in the round of block 0; 0 when all were. */
static bool
find_head(struct ring *r, uint64_t *ret_head)
{
	uint32_t first, cycle;
	uint64_t low = 0, high = r->blocks - 1;
	if (!ring_cycle(r, 0, &first) || !ring_cycle(r, high, &cycle))
		return false;
	*ret_head = 0;
	if (cycle == first)
		return true;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;
		if (!ring_cycle(r, middle, &cycle))
			return false;
		if (cycle == first)
			low = middle;
		else
			high = middle;
	}
	*ret_head = high;
	return true;
}

/* Blocks of the header of a record: one for each 32 KiB that a record of this log may have. */
static uint64_t
header_blocks(const uint8_t *record)
{
	uint32_t size = load_be32(record + RECORD_SIZE);
	if ((load_be32(record + RECORD_VERSION) & 2) == 0 || size <= HEADER_COVERS)
		return 1;
	return (size + HEADER_COVERS - 1) / HEADER_COVERS;
}

static bool
is_unmount(struct ring *r, uint64_t at, const uint8_t *record, uint64_t back)
{
	uint8_t data[LOG_BLOCK];
	uint64_t header = header_blocks(record), length = (load_be32(record + RECORD_LENGTH) + UINT64_C(511)) / LOG_BLOCK;
	return load_be32(record + RECORD_OPERATIONS) == 1 && header + length == back && ring_read(r, (at + header) % r->blocks, data) &&
	    (data[OPERATION_FLAGS] & FLAG_UNMOUNT) != 0;
}

enum xfs_log_state
xfs_log_state(struct xfs *x)
{
	uint8_t record[LOG_BLOCK];
	struct ring r = { .x = x, .blocks = ((uint64_t)x->log_blocks << x->block_log) / LOG_BLOCK };
	uint64_t head;
	uint32_t first;
	if (x->log_start == 0)
		return XFS_LOG_ELSEWHERE;
	if (x->log_blocks < 2 || !xfs_block_place(x, x->log_start, x->log_blocks, &r.place) || !ring_cycle(&r, 0, &first) ||
	    !find_head(&r, &head))
		return XFS_LOG_UNREADABLE;
	if (first == 0)
		return XFS_LOG_CLEAN;	/* never written */
	for (uint64_t back = 1; back <= LOOK_BACK && back < r.blocks; back++) {
		uint64_t at = (head + r.blocks - back) % r.blocks;
		if (!ring_read(&r, at, record))
			return XFS_LOG_UNREADABLE;
		if (memcmp(record, record_magic, sizeof(record_magic)) == 0)
			return is_unmount(&r, at, record, back) ? XFS_LOG_CLEAN : XFS_LOG_DIRTY;
	}
	return XFS_LOG_DIRTY;
}

static enum triage_status
tell(struct xfs *x, struct walk *w, enum triage_severity severity, const char *code, uint64_t place, const char *what,
    struct triage_error *err)
{
	return walk_problem(w, &(struct triage_problem){
		.severity = severity, .code = code, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = x->fs->start + place,
	}, err, "%s", what);
}

static enum triage_status
tell_log(struct xfs *x, struct walk *w, struct triage_error *err)
{
	uint64_t place = 0;
	enum xfs_log_state state = xfs_log_state(x);
	if (!xfs_block_place(x, x->log_start, 1, &place))
		place = 0;
	switch (state) {
	case XFS_LOG_CLEAN:
		return TRIAGE_OK;
	case XFS_LOG_DIRTY:
		return tell(x, w, TRIAGE_MEDIUM, "log-dirty", place, "this XFS was not unmounted: its last changes are in the log, which is not "
		    "replayed: names, sizes and places may be those of some seconds before", err);
	case XFS_LOG_ELSEWHERE:
		return tell(x, w, TRIAGE_LOW, "log-elsewhere", 0, "the log of this XFS is on another device: whether it was unmounted is not "
		    "known, and the log is not replayed", err);
	case XFS_LOG_UNREADABLE:
	default:
		return tell(x, w, TRIAGE_MEDIUM, "log-unreadable", place, "the log of this XFS cannot be read: whether it was unmounted is not "
		    "known", err);
	}
}

enum triage_status
xfs_tell_state(struct xfs *x, struct walk *w, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (x->super != 0)
		st = tell(x, w, TRIAGE_HIGH, "super-block-damaged", 0, "the super block is damaged: a copy of it was used", err);
	if (st == TRIAGE_OK && x->super_suspect)
		st = tell(x, w, TRIAGE_MEDIUM, "checksum-error", x->super, "the checksum of the super block is wrong: it is used all the same", err);
	if (st == TRIAGE_OK && x->unfinished)
		st = tell(x, w, TRIAGE_MEDIUM, "filesystem-unfinished", x->super, "this XFS was never made to the end, or is being changed: mkfs or "
		    "growfs did not finish", err);
	if (st == TRIAGE_OK && (x->incompat & XFS_INCOMPAT_NEEDSREPAIR) != 0)
		st = tell(x, w, TRIAGE_MEDIUM, "needs-repair", x->super, "this XFS is marked as in need of repair: names may be missing", err);
	return st == TRIAGE_OK ? tell_log(x, w, err) : st;
}

#include "triage/evidence/xfs_dir.h"

#include <string.h>

enum {
	HEAD = 16, HEAD_CHECKED = 64, HEAD_CRC = 4, HEAD_OWNER = 40, TAIL = 8, LEAF = 8, ALIGN = 8, NAME_LENGTH = 8, NAME_TEXT = 9, TAG = 2,
	FREE_TAG = 0xffff, FREE_LENGTH = 2, SHORT_COUNT = 0, SHORT_WIDE = 1, SHORT_PARENT = 2, SHORT_TEXT = 3,
};

/* Bytes that an entry takes in a block. */
static size_t
needed(const struct xfs *x, size_t length)
{
	return (NAME_TEXT + length + (x->typed ? 1 : 0) + TAG + ALIGN - 1) / ALIGN * ALIGN;
}

static struct xfs_name
name_at(const struct xfs *x, const uint8_t *p)
{
	size_t length = p[NAME_LENGTH];
	return (struct xfs_name){
		.inode = load_be64(p), .text = { p + NAME_TEXT, length }, .type = x->typed ? p[NAME_TEXT + length] : 0,
	};
}

static bool
is_name(struct view text)
{
	return text.size > 0 && memchr(text.data, 0, text.size) == NULL && memchr(text.data, '/', text.size) == NULL;
}

static bool
is_dots(struct view text)
{
	return (text.size == 1 && text.data[0] == '.') || (text.size == 2 && text.data[0] == '.' && text.data[1] == '.');
}

static enum triage_status
send(struct xfs_dir_reading *r, const struct xfs_name *n, struct triage_error *err)
{
	return is_dots(n->text) && n->deleted ? TRIAGE_OK : r->each(r->ctx, n, err);
}

/* The upper half of the inode number is lost where the mark of free space stands: it is most likely that of the directory. */
static uint64_t
old_inode(const struct xfs_dir_reading *r, const uint8_t *p)
{
	uint64_t inode = load_be64(p), place;
	if (load_be16(p) == FREE_TAG)
		inode = (r->self & ~(uint64_t)UINT32_MAX) | (inode & UINT32_MAX);
	return xfs_inode_place(r->x, inode, &place) ? inode : 0;
}

/*
 * Names that stood in [at, end) of a block. An entry ends with its own place in the block: that shows a true one. Only the last of a
 * free stretch has lost it, to the place of the stretch.
 */
static enum triage_status
scan_free(struct xfs_dir_reading *r, struct view block, size_t at, size_t end, struct triage_error *err)
{
	while (at + NAME_TEXT < end) {
		const uint8_t *p = block.data + at;
		size_t size = needed(r->x, p[NAME_LENGTH]);
		struct xfs_name n;
		bool fits = size <= end - at;
		bool tagged = fits && (load_be16(p + size - TAG) == at || at + size == end);
		if (!tagged || (n = name_at(r->x, p), !is_name(n.text)) || n.type > XFS_TYPE_WHITEOUT || (r->x->typed && n.type == 0)) {
			at += ALIGN;
			continue;
		}
		n.deleted = true;
		n.inode = old_inode(r, p);
		enum triage_status st = send(r, &n, err);
		if (st != TRIAGE_OK)
			return st;
		at += size;
	}
	return TRIAGE_OK;
}

/* Where the entries of a block begin and end. False: it is no block of a directory. */
static bool
bounds(struct xfs_dir_reading *r, struct view block, size_t *ret_start, size_t *ret_end)
{
	const struct xfs *x = r->x;
	bool single = memcmp(block.data, x->checked ? "XDB3" : "XD2B", 4) == 0;
	if (!single && memcmp(block.data, x->checked ? "XDD3" : "XD2D", 4) != 0)
		return false;
	*ret_start = x->checked ? HEAD_CHECKED : HEAD;
	*ret_end = block.size;
	if (x->checked && (load_be64(block.data + HEAD_OWNER) != r->self || !xfs_crc_right(x, block.data, block.size, HEAD_CRC)))
		r->suspect = true;
	if (single) {
		uint64_t leaves = (uint64_t)load_be32(block.data + block.size - TAIL) * LEAF + TAIL;
		if (leaves > block.size - *ret_start)
			r->damaged = true;
		else
			*ret_end -= (size_t)leaves;
	}
	return true;
}

enum triage_status
xfs_dir_block(struct xfs_dir_reading *r, struct view block, bool first, struct triage_error *err)
{
	size_t at, end;
	enum triage_status st = TRIAGE_OK;
	if (!bounds(r, block, &at, &end)) {
		r->damaged = true;
		return TRIAGE_OK;
	}
	for (unsigned count = 0; at + NAME_TEXT <= end && st == TRIAGE_OK; count++) {
		const uint8_t *p = block.data + at;
		bool space = load_be16(p) == FREE_TAG;
		size_t size = space ? load_be16(p + FREE_LENGTH) : needed(r->x, p[NAME_LENGTH]);
		if (size == 0 || size % ALIGN != 0 || size > end - at || (!space && p[NAME_LENGTH] == 0)) {
			r->damaged = true;
			return scan_free(r, block, at, end, err);
		}
		struct xfs_name n = space ? (struct xfs_name){ 0 } : name_at(r->x, p);
		if (!space && load_be16(p + size - TAG) != at)
			r->damaged = true;
		bool dot = first && count == 0 && n.text.size == 1 && is_dots(n.text) && n.inode == r->self;
		bool dots = first && count == 1 && n.text.size == 2 && is_dots(n.text);
		if (dots)
			r->parent = n.inode;
		if (space)
			st = scan_free(r, block, at, at + size, err);
		else if (!dot && !dots)
			st = send(r, &n, err);
		at += size;
	}
	return st;
}

/* One name of a directory inside its inode. False: it does not fit. */
static bool
short_at(const struct xfs_dir_reading *r, struct view fork, size_t at, bool wide, struct xfs_name *n, size_t *ret_size)
{
	if (!view_has(fork, at, SHORT_TEXT))
		return false;
	size_t length = fork.data[at], size = SHORT_TEXT + length + (r->x->typed ? 1 : 0) + (wide ? 8 : 4);
	if (!view_has(fork, at, size))
		return false;
	const uint8_t *behind = fork.data + at + SHORT_TEXT + length;
	*n = (struct xfs_name){ .text = { fork.data + at + SHORT_TEXT, length }, .type = r->x->typed ? *behind++ : 0 };
	n->inode = wide ? load_be64(behind) : load_be32(behind);
	*ret_size = size;
	return length > 0;
}

/* Could a name have stood here once? There is no mark: all that is known about names is asked. */
static bool
short_plausible(const struct xfs_dir_reading *r, struct view fork, size_t at, const struct xfs_name *n)
{
	uint64_t place;
	uint16_t offset = load_be16(fork.data + at + 1);
	if (!is_name(n->text) || offset == 0 || offset % ALIGN != 0 || offset >= r->x->dir_block || n->type > XFS_TYPE_WHITEOUT ||
	    (r->x->typed && n->type == 0) || !xfs_inode_place(r->x, n->inode, &place))
		return false;
	for (size_t i = 0; i < n->text.size; i++)
		if (n->text.data[i] < ' ' || n->text.data[i] == 0x7f)
			return false;
	return true;
}

static enum triage_status
scan_short(struct xfs_dir_reading *r, struct view fork, size_t at, bool wide, struct triage_error *err)
{
	while (at < fork.size) {
		struct xfs_name n;
		size_t size;
		if (!short_at(r, fork, at, wide, &n, &size) || !short_plausible(r, fork, at, &n)) {
			at++;
			continue;
		}
		n.deleted = true;
		enum triage_status st = send(r, &n, err);
		if (st != TRIAGE_OK)
			return st;
		at += size;
	}
	return TRIAGE_OK;
}

enum triage_status
xfs_dir_inside(struct xfs_dir_reading *r, struct view fork, uint64_t size, bool emptied, struct triage_error *err)
{
	if (size > fork.size)
		r->damaged = true;
	struct view used = { fork.data, size < fork.size ? (size_t)size : fork.size };
	bool wide = fork.size > SHORT_WIDE && fork.data[SHORT_WIDE] != 0;
	size_t at = SHORT_PARENT + (wide ? 8 : 4);
	enum triage_status st = TRIAGE_OK;
	if (fork.size < at || (!emptied && used.size < at)) {
		r->damaged = true;
		return TRIAGE_OK;
	}
	r->parent = wide ? load_be64(fork.data + SHORT_PARENT) : load_be32(fork.data + SHORT_PARENT);
	for (unsigned i = 0; i < used.data[SHORT_COUNT] && st == TRIAGE_OK && !emptied; i++) {
		struct xfs_name n;
		size_t taken;
		if (!short_at(r, used, at, wide, &n, &taken)) {
			r->damaged = true;
			break;
		}
		st = send(r, &n, err);
		at += taken;
	}
	return st == TRIAGE_OK ? scan_short(r, fork, at, wide, err) : st;
}

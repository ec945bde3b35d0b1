/*
 * xfs_list.c - the listing of an XFS file system: a survey of all inodes, folders breadth-first from the root, folders without a
 * name, then whatever no name led to.
 */
#include "triage/evidence/xfs_entry.h"
#include "triage/evidence/xfs_names.h"
#include "triage/evidence/xfs_survey.h"

#include <stdlib.h>
#include <string.h>

enum { OLD_NAMES_MAX = 1 << 16, OLD_ROUNDS = 1000 };

/* A folder to read. */
struct folder {
	uint64_t edge, inode;
	bool deleted, lost;	/* lost: the root does not lead to it */
};

struct listing {
	struct xfs *x;
	struct walk walk;
	struct xfs_names names;
	struct buf link, name;
	struct xfs_chunks chunks;
	struct folder *queue, *now;
	size_t queued, entered, room;
	struct xfs_names old;	/* deleted names of inodes in use: whose they are shows when all live names are known */
	struct folder *old_in;	/* the folder of each */
	struct id_set left;	/* folders entered whose chunk of inodes was given back */
	uint64_t bytes_left;	/* of directories: more than the volume holds is a trick */
};

static void
listing_release(struct listing *l)
{
	xfs_names_release(&l->names);
	xfs_names_release(&l->old);
	free(l->old_in);
	buf_release(&l->link);
	buf_release(&l->name);
	xfs_chunks_release(&l->chunks);
	id_set_release(&l->left);
	free(l->queue);
}

static enum triage_status
enter_later(struct listing *l, const struct folder *f, struct triage_error *err)
{
	if (l->queued == l->room) {
		size_t room = l->room == 0 ? 1024 : l->room * 2;
		struct folder *queue = realloc(l->queue, room * sizeof(*queue));
		if (queue == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu folders", l->queued);
			return TRIAGE_E_MEMORY;
		}
		l->queue = queue;
		l->room = room;
	}
	xfs_mark(&l->chunks, f->inode, XFS_IS_ENTERED);
	l->queue[l->queued++] = *f;
	return TRIAGE_OK;
}

static enum triage_status
tell(struct listing *l, uint64_t inode, uint64_t edge, const char *code, enum triage_severity severity, const char *what,
    struct triage_error *err)
{
	return walk_problem(&l->walk, &(struct triage_problem){
		.severity = severity, .code = code, .inode = inode, .edge = edge, .offset = TRIAGE_NO_ID,
	}, err, "%s", what);
}

/* Was this folder entered before? left: it is in no chunk any more. */
static enum triage_status
is_entered(struct listing *l, uint64_t number, bool left, bool *ret_entered, struct triage_error *err)
{
	bool fresh = true;
	enum triage_status st = left ? id_set_add(&l->left, number, &fresh, err) : TRIAGE_OK;
	*ret_entered = left ? !fresh : xfs_marked(&l->chunks, number, XFS_IS_ENTERED);
	return st;
}

/* Send an entry for an inode that was read, and queue it when it is a folder. f: what becomes of it as a folder. */
static enum triage_status
send_inode(struct listing *l, const struct xfs_inode *inode, struct triage_entry *e, struct folder f, struct triage_error *err)
{
	int64_t misfit;
	buf_clear(&l->link);
	enum triage_status st = xfs_entry_fill(l->x, inode, e, &l->link, &misfit, err);
	bool folder = e->kind == TRIAGE_FILE_DIRECTORY, again = false, there = xfs_marked(&l->chunks, inode->number, XFS_IS_THERE);
	bool left = !there && f.deleted;
	if (st == TRIAGE_OK && folder)
		st = is_entered(l, inode->number, left, &again, err);
	if (again)
		e->flags |= TRIAGE_ENTRY_CYCLE;
	if (st == TRIAGE_OK)
		st = walk_entry(&l->walk, e, err);
	xfs_mark(&l->chunks, inode->number, XFS_IS_NAMED);
	if (st == TRIAGE_OK && folder && !again && (there || left)) {
		f.edge = e->edge;
		f.inode = inode->number;
		st = enter_later(l, &f, err);
	}
	if (st == TRIAGE_OK && misfit != 0)
		st = walk_problem(&l->walk, &(struct triage_problem){
			.severity = TRIAGE_LOW, .code = "time-out-of-range", .inode = inode->number, .edge = e->edge,
			.offset = TRIAGE_NO_ID,
		}, err, "a time of this file lies outside 1677 to 2262: %jd seconds from 1970", (intmax_t)misfit);
	if (st == TRIAGE_OK)
		st = walk_link_lost(&l->walk, e, err);
	if (st == TRIAGE_OK && inode->bad)
		st = tell(l, inode->number, e->edge, "inode-unreadable", TRIAGE_MEDIUM, "this inode lies in unreadable sectors", err);
	if (st == TRIAGE_OK && !there && !left)
		st = tell(l, inode->number, e->edge, folder ? "directory-unreadable" : "inode-not-in-tree", folder ? TRIAGE_HIGH : TRIAGE_MEDIUM,
		    folder ? "this folder's inode is not in the tree of inodes: it is not entered" : "this inode is not in the tree of inodes",
		    err);
	if (st == TRIAGE_OK && inode->realtime && e->kind == TRIAGE_FILE_REGULAR)
		st = tell(l, inode->number, e->edge, "on-other-device", TRIAGE_MEDIUM,
		    "the data of this file lies on the realtime device, which is another volume", err);
	return st;
}

/* A deleted name says nothing about an inode that has a name, or that has become something else. */
static bool
is_reused(const struct listing *l, const struct xfs_name_row *row, const struct xfs_inode *inode)
{
	if (xfs_marked(&l->chunks, row->inode, XFS_IS_USED) && xfs_marked(&l->chunks, row->inode, XFS_IS_NAMED))
		return true;
	return row->type != 0 && inode->mode != 0 && xfs_kind_of_type(row->type) != xfs_kind_of_mode(inode->mode);
}

static enum triage_status
keep_old_name(struct listing *l, const struct xfs_name_row *row, struct view text, struct triage_error *err)
{
	if (l->old_in == NULL)
		l->old_in = malloc(OLD_NAMES_MAX * sizeof(*l->old_in));
	if (l->old_in == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for deleted names");
		return TRIAGE_E_MEMORY;
	}
	l->old_in[l->old.count] = *l->now;
	return xfs_names_add(&l->old, &(struct xfs_name){
		.inode = row->inode, .type = row->type, .deleted = true, .text = text,
	}, err);
}

/*
 * Read the inode that a name leads to. A chunk whose inodes are all free is given back: then what stands in its place counts when the
 * block is still free and all about it is right.
 */
static bool
read_named(struct listing *l, uint64_t number, bool deleted, struct xfs_inode *inode)
{
	struct triage_error why;
	if (xfs_inode_read(l->x, number, inode, &why) != TRIAGE_OK)
		return false;
	if (!deleted || xfs_marked(&l->chunks, number, XFS_IS_THERE))
		return true;
	return !inode->suspect && !inode->bad && inode->used && xfs_inode_is_left(l->x, number);
}

/* Send one name that is in the folder l->now. last: all live names are known. */
static enum triage_status
send_name(struct listing *l, const struct xfs_name_row *row, struct view text, bool last, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	struct xfs_inode inode;
	bool deleted = row->deleted || l->now->deleted, lost = l->now->lost;
	bool in_use = xfs_marked(&l->chunks, row->inode, XFS_IS_USED);
	if (deleted && in_use && !last && l->old.count < OLD_NAMES_MAX)
		return keep_old_name(l, row, text, err);
	e.parent = l->now->edge;
	e.inode = row->inode;
	e.kind = xfs_kind_of_type(row->type);
	if (deleted)
		e.state = lost ? TRIAGE_STATE_ORPHAN : TRIAGE_STATE_DELETED;
	else
		e.state = lost ? TRIAGE_STATE_NAMELESS : TRIAGE_STATE_ALLOCATED;
	e.name = text.data;
	e.name_size = text.size;
	e.size = TRIAGE_NO_ID;
	bool known = read_named(l, row->inode, deleted, &inode);
	if (known && deleted && ((in_use && !last) || is_reused(l, row, &inode))) {
		e.flags |= TRIAGE_ENTRY_REUSED;
		known = false;
	}
	if (known && inode.mode == 0 && (!deleted || !inode.used))
		known = false;
	if (known && deleted && in_use)
		e.state = TRIAGE_STATE_NAMELESS;	/* unlinked, and nothing else names it: this is its last name */
	if (known)
		return send_inode(l, &inode, &e, (struct folder){ .deleted = deleted && !in_use, .lost = lost || (deleted && in_use) },
		    err);
	enum triage_status st = walk_entry(&l->walk, &e, err);
	if (st != TRIAGE_OK || deleted)
		return st;
	return tell(l, row->inode, e.edge, "inode-unreadable", TRIAGE_MEDIUM, "this name leads to an inode that is not there or empty", err);
}

static enum triage_status
take_names(void *ctx, struct xfs_names *names, struct triage_error *err)
{
	struct listing *l = ctx;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < names->count && st == TRIAGE_OK; i++)
		st = send_name(l, &names->rows[i], xfs_names_text(names, &names->rows[i]), false, err);
	return st;
}

static enum triage_status
read_folder(struct listing *l, struct triage_error *err)
{
	struct folder now = l->queue[l->entered++];
	struct xfs_inode inode;
	struct xfs_dir_result result = { 0 };
	struct triage_error why;
	l->now = &now;
	if (xfs_inode_read(l->x, now.inode, &inode, &why) != TRIAGE_OK)
		return tell(l, now.inode, now.edge, "directory-unreadable", TRIAGE_HIGH, "this folder's inode cannot be read", err);
	uint64_t nodes = l->x->blocks > l->x->nodes_read ? l->x->blocks - l->x->nodes_read : 0;
	enum triage_status st = xfs_names_read(l->x, &inode, l->bytes_left, nodes, &l->names, take_names, l, &result, err);
	l->bytes_left -= result.bytes < l->bytes_left ? result.bytes : l->bytes_left;
	if (st == TRIAGE_OK && result.unreadable)
		st = tell(l, now.inode, now.edge, "directory-unreadable", TRIAGE_HIGH,
		    "a part of this folder cannot be read: names are missing", err);
	if (st == TRIAGE_OK && result.damaged && !now.deleted)
		st = tell(l, now.inode, now.edge, "directory-cut", TRIAGE_HIGH,
		    "this folder is damaged: names are missing; files without a name are under $Nameless", err);
	if (st == TRIAGE_OK && result.suspect && !now.deleted)
		st = tell(l, now.inode, now.edge, "checksum-error", TRIAGE_MEDIUM,
		    "the checksum or owner of a block of this folder is wrong: it is read all the same", err);
	return st;
}

static enum triage_status
drain_queue(struct listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && l->entered < l->queued)
		st = read_folder(l, err);
	return st;
}

/* The deleted names that were put aside. */
static enum triage_status
send_old_names(struct listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < l->old.count && st == TRIAGE_OK; i++) {
		struct folder in = l->old_in[i];
		l->now = &in;
		st = send_name(l, &l->old.rows[i], xfs_names_text(&l->old, &l->old.rows[i]), true, err);
	}
	xfs_names_clear(&l->old);
	return st == TRIAGE_OK ? drain_queue(l, err) : st;
}

static enum triage_status
send_root(struct listing *l, struct triage_error *err)
{
	struct xfs_inode inode;
	struct triage_error why;
	struct triage_entry e = walk_blank();
	e.inode = l->x->root;
	e.kind = TRIAGE_FILE_DIRECTORY;
	if (xfs_inode_read(l->x, l->x->root, &inode, &why) == TRIAGE_OK && xfs_kind_of_mode(inode.mode) == TRIAGE_FILE_DIRECTORY &&
	    xfs_marked(&l->chunks, l->x->root, XFS_IS_THERE))
		return send_inode(l, &inode, &e, (struct folder){ 0 }, err);
	e.mode = 0040755;
	enum triage_status st = walk_entry(&l->walk, &e, err);
	xfs_mark(&l->chunks, l->x->root, XFS_IS_NAMED);
	xfs_mark(&l->chunks, l->x->root, XFS_IS_ENTERED);
	return st == TRIAGE_OK ? tell(l, l->x->root, 0, "directory-unreadable", TRIAGE_CRITICAL, "the root folder's inode is damaged",
	    err) : st;
}

/* An inode that no name led to. */
static enum triage_status
send_lost(struct listing *l, uint64_t number, struct triage_error *err)
{
	struct xfs_inode inode;
	struct triage_entry e = walk_blank();
	struct triage_error why;
	bool used = xfs_marked(&l->chunks, number, XFS_IS_USED);
	if (xfs_inode_read(l->x, number, &inode, &why) != TRIAGE_OK)
		return tell(l, number, TRIAGE_NO_ID, "inode-unreadable", TRIAGE_MEDIUM, "this inode cannot be read a second time", err);
	enum triage_status st = walk_virtual(&l->walk, used, &e.parent, err);
	buf_clear(&l->name);
	buf_format(&l->name, "inode-%ju", (uintmax_t)number);
	e.inode = number;
	e.state = used ? TRIAGE_STATE_NAMELESS : TRIAGE_STATE_ORPHAN;
	e.name = (const uint8_t *)buf_cstr(&l->name);
	e.name_size = l->name.size;
	return st == TRIAGE_OK ? send_inode(l, &inode, &e, (struct folder){ .deleted = !used, .lost = true }, err) : st;
}

/* Is this a folder whose parent is lost as well? Then it comes with that one. */
static bool
lies_in_lost(struct listing *l, uint64_t number)
{
	struct xfs_inode inode;
	struct triage_error why;
	if (xfs_inode_read(l->x, number, &inode, &why) != TRIAGE_OK)
		return false;
	uint64_t parent = xfs_dir_parent(l->x, &inode);
	return parent != number && xfs_marked(&l->chunks, parent, XFS_IS_FOLDER) && !xfs_marked(&l->chunks, parent, XFS_IS_NAMED) &&
	    !xfs_marked(&l->chunks, parent, XFS_IS_ENTERED);
}

enum lost_pass { LOST_TOPS, LOST_RINGS, LOST_REST };

/* Send of a chunk what no name led to: first the tops of lost trees, then what is left of rings, then all that is no folder. */
static enum triage_status
send_lost_of(struct listing *l, const struct xfs_chunk *row, enum lost_pass pass, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (unsigned bit = 0; bit < XFS_CHUNK && st == TRIAGE_OK; bit++) {
		/* the marks change while folders are read */
		uint64_t lost = row->marks[XFS_IS_PRESENT] & ~row->marks[XFS_IS_NAMED] & ~row->marks[XFS_IS_ENTERED];
		if (pass != LOST_REST)
			lost &= row->marks[XFS_IS_FOLDER];
		if ((lost >> bit & 1) == 0 || (pass == LOST_TOPS && lies_in_lost(l, row->first + bit)))
			continue;
		st = send_lost(l, row->first + bit, err);
		if (st == TRIAGE_OK)
			st = drain_queue(l, err);
	}
	return st;
}

static enum triage_status
send_all_lost(struct listing *l, enum lost_pass pass, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < l->chunks.count && st == TRIAGE_OK; i++)
		st = send_lost_of(l, &l->chunks.rows[i], pass, err);
	return st;
}

static enum triage_status
send_all_old(struct listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (unsigned round = 0; round < OLD_ROUNDS && st == TRIAGE_OK && l->old.count > 0; round++)
		st = send_old_names(l, err);
	return st;
}

static enum triage_status
listing_run(struct listing *l, struct triage_error *err)
{
	enum triage_status st = xfs_tell_state(l->x, &l->walk, err);
	if (st == TRIAGE_OK)
		st = xfs_survey(l->x, &l->walk, &l->chunks, err);
	if (st == TRIAGE_OK)
		st = send_root(l, err);
	if (st == TRIAGE_OK)
		st = drain_queue(l, err);
	if (st == TRIAGE_OK)
		st = send_all_old(l, err);
	if (st == TRIAGE_OK)
		st = send_all_lost(l, LOST_TOPS, err);
	if (st == TRIAGE_OK)
		st = send_all_lost(l, LOST_RINGS, err);
	if (st == TRIAGE_OK)
		st = send_all_old(l, err);
	if (st == TRIAGE_OK)
		st = send_all_lost(l, LOST_REST, err);
	return st == TRIAGE_OK ? walk_finish(&l->walk, err) : st;
}

enum triage_status
xfs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct xfs *x = fs->state;
	struct listing l = { .x = x, .bytes_left = fs->reader->size };
	x->nodes_read = 0;
	walk_init(&l.walk, sink, (uint64_t)x->groups << (x->group_log + x->per_block_log));
	xfs_names_init(&l.names);
	xfs_names_init(&l.old);
	buf_init(&l.link, WALK_LINK_MAX);
	buf_init(&l.name, 64);
	enum triage_status st = listing_run(&l, err);
	listing_release(&l);
	return st;
}

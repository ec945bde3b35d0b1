/*
 * ext_list.c - the listing of an ext file system: a survey of all inodes, folders breadth-first from the root, folders
 * without a name, then whatever no name led to.
 */
#include "triage/evidence/ext_entry.h"
#include "triage/evidence/ext_names.h"
#include "triage/evidence/ext_survey.h"

#include <stdlib.h>
#include <string.h>

enum { OLD_NAMES_MAX = 1 << 16, OLD_ROUNDS = 1000 };

/* A folder to read. */
struct folder {
	uint64_t edge;
	uint32_t inode;
	bool deleted, lost;	/* lost: the root does not lead to it */
};

struct listing {
	struct ext *x;
	struct walk walk;
	struct ext_names names;
	struct buf link, name;
	uint8_t *bits;
	struct folder *queue, *now;
	size_t queued, entered, room;
	struct ext_names old;	/* deleted names of inodes in use: whose they are shows when all live names are known */
	struct folder *old_in;	/* the folder of each */
	uint64_t bytes_left;	/* of directories: more than the volume holds is a trick */
};

static void
listing_release(struct listing *l)
{
	ext_names_release(&l->names);
	ext_names_release(&l->old);
	free(l->old_in);
	buf_release(&l->link);
	buf_release(&l->name);
	free(l->bits);
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
	l->bits[f->inode] |= EXT_IS_ENTERED;
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

/* Send an entry for an inode that was read, and queue it when it is a folder. f: what becomes of it as a folder. */
static enum triage_status
send_inode(struct listing *l, const struct ext_inode *inode, struct triage_entry *e, struct folder f, struct triage_error *err)
{
	int64_t misfit;
	buf_clear(&l->link);
	enum triage_status st = ext_entry_fill(l->x, inode, e, &l->link, &misfit, err);
	bool folder = e->kind == TRIAGE_FILE_DIRECTORY, again = folder && (l->bits[inode->number] & EXT_IS_ENTERED) != 0;
	if (again)
		e->flags |= TRIAGE_ENTRY_CYCLE;
	if (st == TRIAGE_OK)
		st = walk_entry(&l->walk, e, err);
	l->bits[inode->number] |= EXT_IS_NAMED;
	if (st == TRIAGE_OK && folder && !again) {
		f.edge = e->edge;
		f.inode = (uint32_t)inode->number;
		st = enter_later(l, &f, err);
	}
	if (st == TRIAGE_OK && misfit != 0)
		st = walk_problem(&l->walk, &(struct triage_problem){
			.severity = TRIAGE_LOW, .code = "time-out-of-range", .inode = inode->number, .edge = e->edge,
			    .offset = TRIAGE_NO_ID,
		}, err, "a time of this file lies outside 1677 to 2262: %jd seconds from 1970", (intmax_t)misfit);
	if (st == TRIAGE_OK && inode->bad)
		st = tell(l, inode->number, e->edge, "inode-unreadable", TRIAGE_MEDIUM, "this inode lies in unreadable sectors",
		    err);
	return st;
}

/* A deleted name says nothing about an inode that has a name, or that has become something else. */
static bool
is_reused(const struct listing *l, const struct ext_name_row *row, const struct ext_inode *inode)
{
	if ((l->bits[row->inode] & (EXT_IS_ALLOCATED | EXT_IS_NAMED)) == (EXT_IS_ALLOCATED | EXT_IS_NAMED))
		return true;
	return row->type != 0 && inode->mode != 0 && ext_kind_of_type(row->type) != ext_kind_of_mode(inode->mode);
}

static enum triage_status
keep_old_name(struct listing *l, const struct ext_name_row *row, struct view text, struct triage_error *err)
{
	if (l->old_in == NULL)
		l->old_in = malloc(OLD_NAMES_MAX * sizeof(*l->old_in));
	if (l->old_in == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for deleted names");
		return TRIAGE_E_MEMORY;
	}
	l->old_in[l->old.count] = *l->now;
	return ext_names_add(&l->old, &(struct ext_name){
		.inode = row->inode, .type = row->type, .deleted = true, .text = text,
	}, err);
}

/* Send one name that is in the folder l->now. last: all live names are known. */
static enum triage_status
send_name(struct listing *l, const struct ext_name_row *row, struct view text, bool last, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	struct ext_inode inode;
	struct triage_error why;
	bool deleted = row->deleted || l->now->deleted, lost = l->now->lost;
	bool in_use = row->inode <= l->x->inodes && (l->bits[row->inode] & EXT_IS_ALLOCATED) != 0;
	if (deleted && in_use && !last && l->old.count < OLD_NAMES_MAX)
		return keep_old_name(l, row, text, err);
	e.parent = l->now->edge;
	e.inode = row->inode;
	e.kind = ext_kind_of_type(row->type);
	if (deleted)
		e.state = lost ? TRIAGE_STATE_ORPHAN : TRIAGE_STATE_DELETED;
	else
		e.state = lost ? TRIAGE_STATE_NAMELESS : TRIAGE_STATE_ALLOCATED;
	e.name = text.data;
	e.name_size = text.size;
	e.size = TRIAGE_NO_ID;
	bool known = row->inode > 0 && row->inode <= l->x->inodes && ext_inode_read(l->x, row->inode, &inode, &why) == TRIAGE_OK;
	if (known && deleted && ((in_use && !last) || is_reused(l, row, &inode))) {
		e.flags |= TRIAGE_ENTRY_REUSED;
		known = false;
	}
	if (known && inode.mode == 0 && inode.deleted == 0)
		known = false;
	if (known && deleted && in_use)
		e.state = TRIAGE_STATE_NAMELESS;	/* unlinked, and nothing else names it: this is its last name */
	if (known)
		return send_inode(l, &inode, &e, (struct folder){ .deleted = deleted && !in_use, .lost = lost ||
		    (deleted && in_use) }, err);
	enum triage_status st = walk_entry(&l->walk, &e, err);
	if (st != TRIAGE_OK || deleted)
		return st;
	return tell(l, row->inode, e.edge, "inode-unreadable", TRIAGE_MEDIUM,
	    "this name leads to an inode that is not there or empty", err);
}

static struct view
text_of(const struct ext_names *names, const struct ext_name_row *row)
{
	return (struct view){ (const uint8_t *)buf_cstr(&names->text) + row->at, row->size };
}

static enum triage_status
take_names(void *ctx, struct ext_names *names, struct triage_error *err)
{
	struct listing *l = ctx;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < names->count && st == TRIAGE_OK; i++)
		st = send_name(l, &names->rows[i], text_of(names, &names->rows[i]), false, err);
	return st;
}

static enum triage_status
read_folder(struct listing *l, struct triage_error *err)
{
	struct folder now = l->queue[l->entered++];
	struct ext_inode inode;
	struct ext_dir_result result = { 0 };
	struct triage_error why;
	l->now = &now;
	if (ext_inode_read(l->x, now.inode, &inode, &why) != TRIAGE_OK)
		return tell(l, now.inode, now.edge, "directory-unreadable", TRIAGE_HIGH, "this folder's inode cannot be read", err);
	uint64_t nodes = l->x->blocks > l->x->nodes_read ? l->x->blocks - l->x->nodes_read : 0;
	enum triage_status st = ext_names_read(l->x, &inode, l->bytes_left, nodes, &l->names, take_names, l, &result, err);
	l->bytes_left -= result.bytes < l->bytes_left ? result.bytes : l->bytes_left;
	if (st == TRIAGE_OK && result.unreadable)
		st = tell(l, now.inode, now.edge, "directory-unreadable", TRIAGE_HIGH,
		    "a part of this folder cannot be read: names are missing", err);
	if (st == TRIAGE_OK && result.damaged && !now.deleted)
		st = tell(l, now.inode, now.edge, "directory-cut", TRIAGE_HIGH,
		    "this folder is damaged: names are missing; files without a name are under $Nameless", err);
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
		st = send_name(l, &l->old.rows[i], text_of(&l->old, &l->old.rows[i]), true, err);
	}
	ext_names_clear(&l->old);
	return st == TRIAGE_OK ? drain_queue(l, err) : st;
}

static enum triage_status
send_root(struct listing *l, struct triage_error *err)
{
	struct ext_inode inode;
	struct triage_error why;
	struct triage_entry e = walk_blank();
	e.inode = EXT_ROOT;
	e.kind = TRIAGE_FILE_DIRECTORY;
	if (ext_inode_read(l->x, EXT_ROOT, &inode, &why) == TRIAGE_OK && ext_kind_of_mode(inode.mode) == TRIAGE_FILE_DIRECTORY)
		return send_inode(l, &inode, &e, (struct folder){ 0 }, err);
	e.mode = 0040755;
	enum triage_status st = walk_entry(&l->walk, &e, err);
	l->bits[EXT_ROOT] |= EXT_IS_NAMED | EXT_IS_ENTERED;
	return st == TRIAGE_OK ? tell(l, EXT_ROOT, 0, "directory-unreadable", TRIAGE_CRITICAL, "the root folder's inode is damaged",
	    err) : st;
}

/* An inode that no name led to. */
static enum triage_status
send_lost(struct listing *l, uint64_t number, struct triage_error *err)
{
	struct ext_inode inode;
	struct triage_entry e = walk_blank();
	struct triage_error why;
	bool allocated = (l->bits[number] & EXT_IS_ALLOCATED) != 0;
	if (ext_inode_read(l->x, number, &inode, &why) != TRIAGE_OK)
		return tell(l, number, TRIAGE_NO_ID, "inode-unreadable", TRIAGE_MEDIUM, "this inode cannot be read a second time",
		    err);
	enum triage_status st = walk_virtual(&l->walk, allocated, &e.parent, err);
	buf_clear(&l->name);
	buf_format(&l->name, "inode-%ju", (uintmax_t)number);
	e.inode = number;
	e.state = allocated ? TRIAGE_STATE_NAMELESS : TRIAGE_STATE_ORPHAN;
	e.name = (const uint8_t *)buf_cstr(&l->name);
	e.name_size = l->name.size;
	return st == TRIAGE_OK ? send_inode(l, &inode, &e, (struct folder){ .deleted = !allocated, .lost = true }, err) : st;
}

/* The folder that a folder says it lies in, 0 when it does not say. */
static uint32_t
parent_of(struct ext *x, uint64_t number)
{
	uint8_t head[24];
	struct ext_inode inode;
	struct triage_error why;
	bool bad;
	if (ext_inode_read(x, number, &inode, &why) != TRIAGE_OK)
		return 0;
	if ((inode.flags & EXT_FLAG_INLINE) != 0)
		return load_le32(inode.map);
	uint64_t place = ext_first_place(x, &inode);
	if (place == 0 || cache_read(x->cache, place, head, sizeof(head), &bad, &why) != TRIAGE_OK || load_le16(head + 4) != 12 ||
	    head[20] != '.')
		return 0;
	return load_le32(head + 12);
}

/* Folders that no name led to: first the tops of lost trees, then what is left of rings. */
static enum triage_status
send_lost_folders(struct listing *l, bool rings, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (uint64_t i = 1; i <= l->x->inodes && st == TRIAGE_OK; i++) {
		if ((l->bits[i] & EXT_IS_FOLDER) == 0 || (l->bits[i] & (EXT_IS_NAMED | EXT_IS_ENTERED)) != 0)
			continue;
		uint32_t parent = rings ? 0 : parent_of(l->x, i);
		bool below = parent != 0 && parent != i && parent <= l->x->inodes && (l->bits[parent] & EXT_IS_FOLDER) != 0 &&
		    (l->bits[parent] & (EXT_IS_NAMED | EXT_IS_ENTERED)) == 0;
		if (below)
			continue;
		st = send_lost(l, i, err);
		if (st == TRIAGE_OK)
			st = drain_queue(l, err);
	}
	return st;
}

static enum triage_status
listing_run(struct listing *l, struct triage_error *err)
{
	uint32_t folders;
	enum triage_status st = TRIAGE_OK;
	if (l->x->super != 1024)
		st = tell(l, TRIAGE_NO_ID, TRIAGE_NO_ID, "super-block-damaged", TRIAGE_HIGH,
		    "the super block is damaged: a copy of it was used", err);
	if (st == TRIAGE_OK)
		st = ext_survey(l->x, &l->walk, &l->bits, &folders, err);
	if (st == TRIAGE_OK)
		st = send_root(l, err);
	if (st == TRIAGE_OK)
		st = drain_queue(l, err);
	for (unsigned round = 0; round < OLD_ROUNDS && st == TRIAGE_OK && l->old.count > 0; round++)
		st = send_old_names(l, err);
	if (st == TRIAGE_OK)
		st = send_lost_folders(l, false, err);
	if (st == TRIAGE_OK)
		st = send_lost_folders(l, true, err);
	for (unsigned round = 0; round < OLD_ROUNDS && st == TRIAGE_OK && l->old.count > 0; round++)
		st = send_old_names(l, err);
	for (uint64_t i = 1; i <= l->x->inodes && st == TRIAGE_OK; i++)
		if ((l->bits[i] & (EXT_IS_PRESENT | EXT_IS_NAMED)) == EXT_IS_PRESENT)
			st = send_lost(l, i, err);
	return st == TRIAGE_OK ? walk_finish(&l->walk, err) : st;
}

enum triage_status
ext_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct ext *x = fs->state;
	struct listing l = { .x = x, .bytes_left = fs->reader->size };
	x->nodes_read = 0;
	walk_init(&l.walk, sink, (uint64_t)x->inodes + 1);
	ext_names_init(&l.names);
	ext_names_init(&l.old);
	buf_init(&l.link, EXT_LINK_MAX);
	buf_init(&l.name, 64);
	enum triage_status st = listing_run(&l, err);
	listing_release(&l);
	return st;
}

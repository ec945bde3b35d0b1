/*
 * ext_list.c - the listing of an ext file system: a survey of all inodes, folders breadth-first from the root, folders
 * without a name, then whatever no name led to.
 */
#include "triage/evidence/ext_listing.h"

#include <stdlib.h>
#include <string.h>

enum { OLD_NAMES_MAX = 1 << 16, OLD_ROUNDS = 1000 };

static void
listing_release(struct ext_listing *l)
{
	ext_names_release(&l->names);
	ext_names_release(&l->old);
	free(l->old_in);
	ext_pasts_release(&l->pasts);
	buf_release(&l->link);
	buf_release(&l->name);
	free(l->bits);
	free(l->queue);
}

static enum triage_status
enter_later(struct ext_listing *l, const struct ext_folder *f, struct triage_error *err)
{
	if (l->queued == l->room) {
		size_t room = l->room == 0 ? 1024 : l->room * 2;
		struct ext_folder *queue = realloc(l->queue, room * sizeof(*queue));
		if (queue == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu folders", l->queued);
			return TRIAGE_E_MEMORY;
		}
		l->queue = queue;
		l->room = room;
	}
	if (f->past > 0)
		l->pasts.rows[f->past - 1].entered = true;
	else
		l->bits[f->inode] |= EXT_IS_ENTERED;
	l->queue[l->queued++] = *f;
	return TRIAGE_OK;
}

enum triage_status
ext_listing_tell(struct ext_listing *l, uint64_t inode, uint64_t edge, const char *code, enum triage_severity severity, const char *what,
    struct triage_error *err)
{
	return walk_problem(&l->walk, &(struct triage_problem){
		.severity = severity, .code = code, .inode = inode, .edge = edge, .offset = TRIAGE_NO_ID,
	}, err, "%s", what);
}

enum triage_status
ext_listing_send(struct ext_listing *l, const struct ext_inode *inode, struct triage_entry *e, struct ext_folder f,
    struct triage_error *err)
{
	int64_t misfit;
	struct ext_past *past = f.past > 0 ? &l->pasts.rows[f.past - 1] : NULL;
	buf_clear(&l->link);
	enum triage_status st = ext_entry_fill(l->x, inode, e, &l->link, &misfit, err);
	bool folder = e->kind == TRIAGE_FILE_DIRECTORY;
	bool again = folder && (past != NULL ? past->entered : (l->bits[inode->number] & EXT_IS_ENTERED) != 0);
	if (again)
		e->flags |= TRIAGE_ENTRY_CYCLE;
	if (st == TRIAGE_OK)
		st = walk_entry(&l->walk, e, err);
	if (past != NULL)
		past->sent = true;
	if (past == NULL || past->same)
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
	if (st == TRIAGE_OK)
		st = walk_link_lost(&l->walk, e, err);
	if (st == TRIAGE_OK && inode->bad)
		st = ext_listing_tell(l, inode->number, e->edge, "inode-unreadable", TRIAGE_MEDIUM,
		    "this inode lies in unreadable sectors", err);
	return st;
}

/* A deleted name says nothing about an inode that has a name, or that has become something else. */
static bool
is_reused(const struct ext_listing *l, const struct ext_name_row *row, const struct ext_inode *inode)
{
	if ((l->bits[row->inode] & (EXT_IS_ALLOCATED | EXT_IS_NAMED)) == (EXT_IS_ALLOCATED | EXT_IS_NAMED))
		return true;
	return row->type != 0 && inode->mode != 0 && ext_kind_of_type(row->type) != ext_kind_of_mode(inode->mode);
}

static enum triage_status
keep_old_name(struct ext_listing *l, const struct ext_name_row *row, struct view text, struct triage_error *err)
{
	if (l->old_in == NULL)
		l->old_in = malloc(OLD_NAMES_MAX * sizeof(*l->old_in));
	if (l->old_in == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for deleted names");
		return TRIAGE_E_MEMORY;
	}
	l->old_in[l->old.count] = *l->now;
	return ext_names_add(&l->old, &(struct ext_name){
		.inode = row->inode, .type = row->type, .deleted = true, .text = text, .seen = row->seen,
	}, err);
}

/* The row of the file that a deleted name stood for, when it is not what the inode stands for now. */
static size_t
past_of(const struct ext_listing *l, const struct ext_name_row *row)
{
	uint32_t age = row->seen != 0 ? row->seen : l->now->past > 0 ? l->pasts.rows[l->now->past - 1].until : UINT32_MAX;
	size_t past = ext_past_find(&l->pasts, row->inode, age);
	return past == EXT_PAST_NONE || l->pasts.rows[past].current ? EXT_PAST_NONE : past;
}

/* Send a deleted name with the inode as the journal has it. ret_sent: false when it has none that fits. */
static enum triage_status
send_past(struct ext_listing *l, const struct ext_name_row *row, size_t past, struct triage_entry *e, bool *ret_sent,
    struct triage_error *err)
{
	struct ext_inode inode;
	struct triage_error why;
	struct ext_past *p = &l->pasts.rows[past];
	*ret_sent = p->at != 0 && ext_past_read(l->x, p, &inode, &why) == TRIAGE_OK &&
	    (row->type == 0 || ext_kind_of_type(row->type) == ext_kind_of_mode(inode.mode));
	if (!*ret_sent)
		return TRIAGE_OK;
	e->attr_type = EXT_KEY_JOURNAL;
	e->attr_id = p->at;
	return ext_listing_send(l, &inode, e, (struct ext_folder){ .deleted = true, .lost = l->now->lost, .past = past + 1 }, err);
}

/* Send one name that is in the folder l->now. last: all live names are known. */
static enum triage_status
send_name(struct ext_listing *l, const struct ext_name_row *row, struct view text, bool last, struct triage_error *err)
{
	struct triage_entry e = walk_blank();
	struct ext_inode inode;
	struct triage_error why;
	bool deleted = row->deleted || l->now->deleted, lost = l->now->lost;
	bool in_use = row->inode <= l->x->inodes && (l->bits[row->inode] & EXT_IS_ALLOCATED) != 0;
	size_t past = deleted ? past_of(l, row) : EXT_PAST_NONE;
	if (deleted && in_use && past == EXT_PAST_NONE && !last && l->old.count < OLD_NAMES_MAX)
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
	bool sent = false;
	enum triage_status st = past == EXT_PAST_NONE ? TRIAGE_OK : send_past(l, row, past, &e, &sent, err);
	if (st != TRIAGE_OK || sent)
		return st;
	bool known = row->inode > 0 && row->inode <= l->x->inodes && ext_inode_read(l->x, row->inode, &inode, &why) == TRIAGE_OK;
	bool other = past != EXT_PAST_NONE && !l->pasts.rows[past].same;
	if (known && deleted && (other || (in_use && !last) || is_reused(l, row, &inode))) {
		e.flags |= TRIAGE_ENTRY_REUSED;
		known = false;
	}
	if (known && inode.mode == 0 && inode.deleted == 0)
		known = false;
	if (known && deleted && in_use)
		e.state = TRIAGE_STATE_NAMELESS;	/* unlinked, and nothing else names it: this is its last name */
	if (known)
		return ext_listing_send(l, &inode, &e, (struct ext_folder){ .deleted = deleted && !in_use, .lost = lost ||
		    (deleted && in_use) }, err);
	st = walk_entry(&l->walk, &e, err);
	if (st != TRIAGE_OK || deleted)
		return st;
	return ext_listing_tell(l, row->inode, e.edge, "inode-unreadable", TRIAGE_MEDIUM,
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
	struct ext_listing *l = ctx;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < names->count && st == TRIAGE_OK; i++)
		st = send_name(l, &names->rows[i], text_of(names, &names->rows[i]), false, err);
	return st;
}

static enum triage_status
read_folder(struct ext_listing *l, struct triage_error *err)
{
	struct ext_folder now = l->queue[l->entered++];
	struct ext_inode inode;
	struct ext_dir_result result = { 0 };
	struct triage_error why;
	l->now = &now;
	enum triage_status st = now.past > 0 ? ext_past_read(l->x, &l->pasts.rows[now.past - 1], &inode, &why) :
	    ext_inode_read(l->x, now.inode, &inode, &why);
	if (st != TRIAGE_OK)
		return ext_listing_tell(l, now.inode, now.edge, "directory-unreadable", TRIAGE_HIGH, "this folder's inode cannot be read", err);
	uint64_t nodes = l->x->blocks > l->x->nodes_read ? l->x->blocks - l->x->nodes_read : 0;
	st = ext_names_read(l->x, &inode, l->bytes_left, nodes, &l->names, take_names, l, &result, err);
	l->bytes_left -= result.bytes < l->bytes_left ? result.bytes : l->bytes_left;
	if (st == TRIAGE_OK && result.unreadable)
		st = ext_listing_tell(l, now.inode, now.edge, "directory-unreadable", TRIAGE_HIGH,
		    "a part of this folder cannot be read: names are missing", err);
	if (st == TRIAGE_OK && result.damaged && !now.deleted)
		st = ext_listing_tell(l, now.inode, now.edge, "directory-cut", TRIAGE_HIGH,
		    "this folder is damaged: names are missing; files without a name are under $Nameless", err);
	return st;
}

enum triage_status
ext_listing_drain(struct ext_listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && l->entered < l->queued)
		st = read_folder(l, err);
	return st;
}

/* The deleted names that were put aside. */
static enum triage_status
send_old_names(struct ext_listing *l, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < l->old.count && st == TRIAGE_OK; i++) {
		struct ext_folder in = l->old_in[i];
		l->now = &in;
		st = send_name(l, &l->old.rows[i], text_of(&l->old, &l->old.rows[i]), true, err);
	}
	ext_names_clear(&l->old);
	return st == TRIAGE_OK ? ext_listing_drain(l, err) : st;
}

static enum triage_status
send_root(struct ext_listing *l, struct triage_error *err)
{
	struct ext_inode inode;
	struct triage_error why;
	struct triage_entry e = walk_blank();
	e.inode = EXT_ROOT;
	e.kind = TRIAGE_FILE_DIRECTORY;
	if (ext_inode_read(l->x, EXT_ROOT, &inode, &why) == TRIAGE_OK && ext_kind_of_mode(inode.mode) == TRIAGE_FILE_DIRECTORY)
		return ext_listing_send(l, &inode, &e, (struct ext_folder){ 0 }, err);
	e.mode = 0040755;
	enum triage_status st = walk_entry(&l->walk, &e, err);
	l->bits[EXT_ROOT] |= EXT_IS_NAMED | EXT_IS_ENTERED;
	return st == TRIAGE_OK ? ext_listing_tell(l, EXT_ROOT, 0, "directory-unreadable", TRIAGE_CRITICAL, "the root folder's inode is damaged",
	    err) : st;
}

/* Say what is missing, so that nobody takes this list of deleted files for all of them. */
static enum triage_status
tell_limits(struct ext_listing *l, struct triage_error *err)
{
	struct triage_problem p = { .severity = TRIAGE_INFO, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID };
	enum triage_status st = TRIAGE_OK;
	if (l->bare > 0) {
		p.code = "deleted-bare";
		st = walk_problem(&l->walk, &p, err, "of %ju deleted files only the inode's times are left: ext wipes size, blocks and name, "
		    "and the journal has no earlier copy of them", (uintmax_t)l->bare);
	}
	if (st == TRIAGE_OK && (l->pasts.cut || l->x->journal->cut)) {
		p.code = "journal-cut";
		st = walk_problem(&l->walk, &p, err, "the journal is larger than what is looked at: deleted files that only the rest of it "
		    "knows are not listed");
	}
	return st;
}

static enum triage_status
listing_run(struct ext_listing *l, struct triage_error *err)
{
	uint32_t folders;
	enum triage_status st = TRIAGE_OK;
	if (l->x->super != 1024)
		st = ext_listing_tell(l, TRIAGE_NO_ID, TRIAGE_NO_ID, "super-block-damaged", TRIAGE_HIGH,
		    "the super block is damaged: a copy of it was used", err);
	if (st == TRIAGE_OK)
		st = ext_survey(l->x, &l->walk, &l->bits, &folders, err);
	if (st == TRIAGE_OK)
		st = ext_journal_load(l->x, err);
	if (st == TRIAGE_OK)
		st = ext_pasts_load(l->x, l->bits, &l->pasts, err);
	if (st == TRIAGE_OK)
		st = send_root(l, err);
	if (st == TRIAGE_OK)
		st = ext_listing_drain(l, err);
	for (unsigned round = 0; round < OLD_ROUNDS && st == TRIAGE_OK && l->old.count > 0; round++)
		st = send_old_names(l, err);
	if (st == TRIAGE_OK)
		st = ext_lost_folders(l, false, err);
	if (st == TRIAGE_OK)
		st = ext_lost_folders(l, true, err);
	for (unsigned round = 0; round < OLD_ROUNDS && st == TRIAGE_OK && l->old.count > 0; round++)
		st = send_old_names(l, err);
	if (st == TRIAGE_OK)
		st = ext_lost_files(l, err);
	if (st == TRIAGE_OK)
		st = tell_limits(l, err);
	return st == TRIAGE_OK ? walk_finish(&l->walk, err) : st;
}

enum triage_status
ext_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	struct ext *x = fs->state;
	struct ext_listing l = { .x = x, .bytes_left = fs->reader->size };
	x->nodes_read = 0;
	if (x->journal != NULL)
		x->journal->bytes_read = x->journal->names = 0;
	walk_init(&l.walk, sink, (uint64_t)x->inodes + 1);
	ext_names_init(&l.names);
	ext_names_init(&l.old);
	buf_init(&l.link, WALK_LINK_MAX);
	buf_init(&l.name, 64);
	enum triage_status st = listing_run(&l, err);
	listing_release(&l);
	return st;
}

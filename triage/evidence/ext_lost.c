/* ext_lost.c - the end of the ext listing: inodes that no name led to, in use, deleted, or only in the journal. */
#include "triage/evidence/ext_listing.h"

/* A file that only the journal still has, and whose name is lost. A number that stood for several is told apart by generation. */
static enum triage_status
send_past(struct ext_listing *l, size_t past, struct triage_error *err)
{
	struct ext_past *p = &l->pasts.rows[past];
	struct ext_inode inode;
	struct triage_entry e = walk_blank();
	struct triage_error why;
	p->sent = true;
	if (ext_past_read(l->x, p, &inode, &why) != TRIAGE_OK)
		return TRIAGE_OK;
	enum triage_status st = walk_virtual(&l->walk, false, &e.parent, err);
	buf_clear(&l->name);
	buf_format(&l->name, p->same ? "inode-%u" : "inode-%u-%08x", p->inode, p->generation);
	e.inode = p->inode;
	e.attr_type = EXT_KEY_JOURNAL;
	e.attr_id = p->at;
	e.state = TRIAGE_STATE_ORPHAN;
	e.name = (const uint8_t *)buf_cstr(&l->name);
	e.name_size = l->name.size;
	return st == TRIAGE_OK ? ext_listing_send(l, &inode, &e, (struct ext_folder){ .deleted = true, .lost = true, .past = past + 1 },
	    err) : st;
}

/* An inode that no name led to. */
static enum triage_status
send_lost(struct ext_listing *l, uint64_t number, struct triage_error *err)
{
	struct ext_inode inode;
	struct triage_entry e = walk_blank();
	struct triage_error why;
	bool allocated = (l->bits[number] & EXT_IS_ALLOCATED) != 0;
	size_t past = allocated ? EXT_PAST_NONE : ext_past_find(&l->pasts, (uint32_t)number, UINT32_MAX);
	if (past != EXT_PAST_NONE && l->pasts.rows[past].same && l->pasts.rows[past].at != 0)
		return send_past(l, past, err);
	if (ext_inode_read(l->x, number, &inode, &why) != TRIAGE_OK)
		return ext_listing_tell(l, number, TRIAGE_NO_ID, "inode-unreadable", TRIAGE_MEDIUM, "this inode cannot be read a second time",
		    err);
	enum triage_status st = walk_virtual(&l->walk, allocated, &e.parent, err);
	l->bare += !allocated && inode.size == 0 && ext_kind_of_mode(inode.mode) == TRIAGE_FILE_REGULAR ? 1 : 0;
	buf_clear(&l->name);
	buf_format(&l->name, "inode-%ju", (uintmax_t)number);
	e.inode = number;
	e.state = allocated ? TRIAGE_STATE_NAMELESS : TRIAGE_STATE_ORPHAN;
	e.name = (const uint8_t *)buf_cstr(&l->name);
	e.name_size = l->name.size;
	return st == TRIAGE_OK ? ext_listing_send(l, &inode, &e, (struct ext_folder){ .deleted = !allocated, .lost = true }, err) : st;
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

enum triage_status
ext_lost_folders(struct ext_listing *l, bool rings, struct triage_error *err)
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
			st = ext_listing_drain(l, err);
	}
	return st;
}

/* What the inode table does not even have a trace of any more: the number went to another file since. Folders first. */
static enum triage_status
send_pasts(struct ext_listing *l, bool folders, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < l->pasts.count && st == TRIAGE_OK; i++) {
		const struct ext_past *p = &l->pasts.rows[i];
		struct ext_inode inode;
		struct triage_error why;
		if (p->sent || p->current || p->same || p->at == 0 || p->inode < l->x->first_inode)
			continue;
		if (folders && (ext_past_read(l->x, p, &inode, &why) != TRIAGE_OK ||
		    ext_kind_of_mode(inode.mode) != TRIAGE_FILE_DIRECTORY))
			continue;
		st = send_past(l, i, err);
		if (st == TRIAGE_OK)
			st = ext_listing_drain(l, err);
	}
	return st;
}

enum triage_status
ext_lost_files(struct ext_listing *l, struct triage_error *err)
{
	enum triage_status st = send_pasts(l, true, err);
	for (uint64_t i = 1; i <= l->x->inodes && st == TRIAGE_OK; i++)
		if ((l->bits[i] & (EXT_IS_PRESENT | EXT_IS_NAMED)) == EXT_IS_PRESENT)
			st = send_lost(l, i, err);
	return st == TRIAGE_OK ? send_pasts(l, false, err) : st;
}

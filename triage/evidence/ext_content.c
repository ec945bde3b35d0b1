#include "triage/evidence/ext_past.h"

enum { CONTENT_NODES = 1 << 20 };	/* blocks of map of one stream; 4 TiB in full pointer blocks of 4 KiB */

static void
count_reused(struct ext *x, struct evidence_content *c)
{
	for (size_t i = 0; i < c->map.count; i++) {
		const struct run *r = &c->map.runs[i];
		if (r->place >= RUN_FILLER)
			continue;
		c->clusters += r->length / x->block;
		c->clusters_reused += ext_count_allocated(x, r->place / x->block, r->length / x->block);
	}
	if (c->clusters_reused > 0)
		c->flags |= EVIDENCE_CONTENT_REUSED;
}

enum triage_status
ext_content(struct evidence_fs *fs, uint64_t number, uint32_t attr_type, uint32_t attr_id, struct evidence_content *c,
    struct triage_error *err)
{
	struct ext *x = fs->state;
	struct ext_inode inode;
	bool damaged, past = attr_type == EXT_KEY_JOURNAL;
	if (attr_type > EXT_KEY_JOURNAL || (!past && attr_id != 0)) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "inode %ju has no stream %u-%u", (uintmax_t)number,
		    attr_type, attr_id);
		return TRIAGE_E_FORMAT;
	}
	enum triage_status st = past ? ext_journal_load(x, err) : TRIAGE_OK;
	if (st == TRIAGE_OK)
		st = past ? ext_past_by_key(x, number, attr_id, &inode, err) : ext_inode_read(x, number, &inode, err);
	if (st == TRIAGE_OK)
		st = ext_content_fill(x, &inode, CONTENT_NODES, c, &damaged, err);
	if (st != TRIAGE_OK)
		return st;
	if (damaged)
		c->flags |= EVIDENCE_CONTENT_FILLER;
	if (inode.bad)
		c->flags |= EVIDENCE_CONTENT_BAD;
	if (past || !ext_inode_allocated(x, number))
		count_reused(x, c);
	return TRIAGE_OK;
}

#include "triage/evidence/xfs_survey.h"

#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/xfs_inode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct survey {
	struct xfs *x;
	struct walk *walk;
	struct xfs_chunks chunks;
	struct triage_error *err;
};

void
xfs_chunks_release(struct xfs_chunks *c)
{
	free(c->rows);
	*c = (struct xfs_chunks){ 0 };
}

struct xfs_chunk *
xfs_chunk_of(const struct xfs_chunks *c, uint64_t number, unsigned *ret_bit)
{
	size_t low = 0, high = c->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c->rows[middle].first <= number)
			low = middle + 1;
		else
			high = middle;
	}
	/* chunks that were found by a search may begin inside one of the tree */
	for (size_t back = 1; back <= 2 && back <= low; back++) {
		struct xfs_chunk *row = &c->rows[low - back];
		if (number - row->first >= XFS_CHUNK || (row->marks[XFS_IS_THERE] >> (number - row->first) & 1) == 0)
			continue;
		*ret_bit = (unsigned)(number - row->first);
		return row;
	}
	return NULL;
}

bool
xfs_marked(const struct xfs_chunks *c, uint64_t number, enum xfs_mark mark)
{
	unsigned bit;
	const struct xfs_chunk *row = xfs_chunk_of(c, number, &bit);
	return row != NULL && (row->marks[mark] >> bit & 1) != 0;
}

void
xfs_mark(struct xfs_chunks *c, uint64_t number, enum xfs_mark mark)
{
	unsigned bit;
	struct xfs_chunk *row = xfs_chunk_of(c, number, &bit);
	if (row != NULL)
		row->marks[mark] |= UINT64_C(1) << bit;
}

static enum triage_status
tell(struct survey *s, uint64_t inode, enum triage_severity severity, const char *code, uint64_t place, uint64_t bytes, const char *what)
{
	return walk_problem(s->walk, &(struct triage_problem){
		.severity = severity, .code = code, .inode = inode, .edge = TRIAGE_NO_ID,
		.offset = place == TRIAGE_NO_ID ? place : s->x->fs->start + place, .bytes = bytes,
	}, s->err, "%s", what);
}

static int
compare_chunks(const void *left, const void *right)
{
	const struct xfs_chunk *a = left, *b = right;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* Sort, and keep the first of chunks that share inodes. True when there were such. */
static bool
sort_chunks(struct xfs_chunks *c)
{
	size_t kept = 0;
	bool shared = false;
	if (c->count > 1)
		qsort(c->rows, c->count, sizeof(c->rows[0]), compare_chunks);
	for (size_t i = 0; i < c->count; i++) {
		const struct xfs_chunk *last = kept > 0 ? &c->rows[kept - 1] : NULL, *row = &c->rows[i];
		uint64_t distance = last != NULL ? row->first - last->first : XFS_CHUNK;
		uint64_t both = distance < XFS_CHUNK ? last->marks[XFS_IS_THERE] >> distance & row->marks[XFS_IS_THERE] : 0;
		if (both != 0)
			shared = true;
		else
			c->rows[kept++] = *row;
	}
	c->count = kept;
	return shared;
}

static enum triage_status
survey_group(struct survey *s, uint32_t group)
{
	struct xfs *x = s->x;
	struct xfs_chunks own = { 0 }, found = { 0 };
	bool damaged = false, suspect = false;
	uint64_t place = (uint64_t)group * x->group_blocks << x->block_log;
	enum triage_status st = xfs_group_chunks(x, group, &own, &damaged, &suspect, s->err);
	damaged |= sort_chunks(&own);
	if (st == TRIAGE_OK && suspect)
		st = tell(s, TRIAGE_NO_ID, TRIAGE_MEDIUM, "checksum-error", place, 0,
		    "a checksum in the tree of inodes of this allocation group is wrong: it is read all the same");
	if (st == TRIAGE_OK && damaged) {
		st = tell(s, TRIAGE_NO_ID, TRIAGE_HIGH, "inode-tree-damaged", place, (uint64_t)xfs_group_length(x, group) << x->block_log,
		    "the tree of inodes of this allocation group is damaged or does not have as many as it should: the group was "
		    "searched for inodes; those that were found without the tree count as in use when they have a type");
		if (st == TRIAGE_OK)
			st = xfs_group_search(x, group, &own, &found, s->err);
	}
	for (size_t i = 0; i < own.count && st == TRIAGE_OK; i++)
		st = xfs_chunks_add(&s->chunks, &own.rows[i], s->err);
	for (size_t i = 0; i < found.count && st == TRIAGE_OK; i++)
		st = xfs_chunks_add(&s->chunks, &found.rows[i], s->err);
	xfs_chunks_release(&own);
	xfs_chunks_release(&found);
	return st;
}

static enum triage_status
look_at(struct survey *s, struct xfs_chunk *row, unsigned bit)
{
	struct xfs_inode inode;
	struct triage_error why;
	uint64_t number = row->first + bit, mask = UINT64_C(1) << bit, place;
	bool used = (row->marks[XFS_IS_USED] & mask) != 0;
	if (xfs_inode_read(s->x, number, &inode, &why) != TRIAGE_OK)
		return tell(s, number, TRIAGE_MEDIUM, "inode-unreadable", xfs_inode_place(s->x, number, &place) ? place : TRIAGE_NO_ID,
		    s->x->inode_size, used ? "an inode that is in use cannot be read" : "a free inode cannot be read");
	bool unneeded = xfs_is_internal(s->x, number) && inode.size == 0;
	if ((inode.mode != 0 || (!used && inode.used)) && !unneeded)
		row->marks[XFS_IS_PRESENT] |= mask;
	if (S_ISDIR(inode.mode))
		row->marks[XFS_IS_FOLDER] |= mask;
	enum triage_status st = TRIAGE_OK;
	if (inode.suspect)
		st = tell(s, number, TRIAGE_MEDIUM, "checksum-error", inode.place, s->x->inode_size,
		    "the checksum, number or UUID of this inode is wrong: it is read all the same");
	if (st == TRIAGE_OK && used && inode.mode == 0)
		st = tell(s, number, TRIAGE_MEDIUM, "inode-unreadable", inode.place, s->x->inode_size, "an inode that is in use is empty");
	return st;
}

static enum triage_status
survey_groups(struct survey *s)
{
	struct xfs *x = s->x;
	uint64_t group_size = (uint64_t)x->group_blocks << x->block_log, there = (x->fs->reader->size + group_size - 1) / group_size;
	enum triage_status st = TRIAGE_OK;
	for (uint32_t group = 0; group < x->groups && group < there && st == TRIAGE_OK; group++)
		st = survey_group(s, group);
	if (st == TRIAGE_OK && there < x->groups)
		st = tell(s, TRIAGE_NO_ID, TRIAGE_HIGH, "inode-unreadable", there * group_size, (x->groups - there) * group_size,
		    "allocation groups lie behind the end of the volume: their inodes are not listed");
	return st;
}

enum triage_status
xfs_survey(struct xfs *x, struct walk *w, struct xfs_chunks *ret_chunks, struct triage_error *err)
{
	struct survey s = { .x = x, .walk = w, .err = err };
	enum triage_status st = survey_groups(&s);
	if (st == TRIAGE_OK && s.chunks.count > 1)
		qsort(s.chunks.rows, s.chunks.count, sizeof(s.chunks.rows[0]), compare_chunks);
	for (size_t i = 0; i < s.chunks.count && st == TRIAGE_OK; i++)
		for (unsigned bit = 0; bit < XFS_CHUNK && st == TRIAGE_OK; bit++)
			if ((s.chunks.rows[i].marks[XFS_IS_THERE] >> bit & 1) != 0)
				st = look_at(&s, &s.chunks.rows[i], bit);
	*ret_chunks = s.chunks;
	return st;
}

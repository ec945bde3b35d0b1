#include "triage/evidence/xfs_names.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 300 << 20, PARENT_NODES = 4 };
/* Bytes of a directory that hold names; its indexes lie behind. */
#define DATA_END (UINT64_C(32) << 30)

void
xfs_names_init(struct xfs_names *n)
{
	*n = (struct xfs_names){ 0 };
	buf_init(&n->text, TEXT_MAX);
}

void
xfs_names_release(struct xfs_names *n)
{
	free(n->rows);
	buf_release(&n->text);
	xfs_names_init(n);
}

void
xfs_names_clear(struct xfs_names *n)
{
	n->count = 0;
	buf_clear(&n->text);
}

struct view
xfs_names_text(const struct xfs_names *n, const struct xfs_name_row *row)
{
	return (struct view){ (const uint8_t *)buf_cstr(&n->text) + row->at, row->size };
}

enum triage_status
xfs_names_add(struct xfs_names *n, const struct xfs_name *name, struct triage_error *err)
{
	bool full = n->count == n->room;
	size_t room = n->room == 0 ? 256 : n->room * 2;
	void *rows = full ? realloc(n->rows, room * sizeof(n->rows[0])) : n->rows;
	uint32_t at = (uint32_t)n->text.size;
	if (rows != NULL && full) {
		n->rows = rows;
		n->room = room;
	}
	buf_put(&n->text, name->text.data, name->text.size);
	if (rows == NULL || n->text.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu names of a directory", n->count);
		return TRIAGE_E_MEMORY;
	}
	n->rows[n->count++] = (struct xfs_name_row){
		.inode = name->inode, .at = at, .size = (uint8_t)name->text.size, .type = name->type, .deleted = name->deleted,
	};
	return TRIAGE_OK;
}

static int
compare_rows(const void *left, const void *right, void *text)
{
	const struct xfs_name_row *a = left, *b = right;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	int names = memcmp((char *)text + a->at, (char *)text + b->at, a->size < b->size ? a->size : b->size);
	if (names != 0 || a->size != b->size)
		return names != 0 ? names : a->size < b->size ? -1 : 1;
	if (a->deleted != b->deleted)
		return a->deleted ? 1 : -1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* Sort by inode and name, and drop deleted names that stand there live, or twice. */
static void
sort_rows(struct xfs_names *n)
{
	size_t kept = 0;
	qsort_r(n->rows, n->count, sizeof(n->rows[0]), compare_rows, n->text.data);
	for (size_t i = 0; i < n->count; i++) {
		const struct xfs_name_row *last = kept > 0 ? &n->rows[kept - 1] : NULL, *row = &n->rows[i];
		if (row->deleted && last != NULL && last->inode == row->inode && last->size == row->size &&
		    memcmp(n->text.data + last->at, n->text.data + row->at, row->size) == 0)
			continue;
		n->rows[kept++] = *row;
	}
	n->count = kept;
}

/* A directory that is being read. */
struct reading {
	struct xfs_dir_reading dir;
	struct xfs_names *names;
	enum triage_status (*each)(void *ctx, struct xfs_names *names, struct triage_error *err);
	void *ctx;
	struct xfs_dir_result *result;
};

static enum triage_status
hand_over(struct reading *r, struct triage_error *err)
{
	if (r->names->count == 0)
		return TRIAGE_OK;
	sort_rows(r->names);
	enum triage_status st = r->each(r->ctx, r->names, err);
	xfs_names_clear(r->names);
	return st;
}

static enum triage_status
take_name(void *ctx, const struct xfs_name *name, struct triage_error *err)
{
	struct reading *r = ctx;
	enum triage_status st = r->names->count >= XFS_NAMES_MAX ? hand_over(r, err) : TRIAGE_OK;
	return st == TRIAGE_OK ? xfs_names_add(r->names, name, err) : st;
}

static enum triage_status
read_blocks(struct xfs *x, struct evidence_content *c, uint64_t max_bytes, struct reading *r, struct triage_error *err)
{
	struct xfs_dir_result *result = r->result;
	SCOPED_FREE uint8_t *block = malloc(x->dir_block);
	if (block == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (uint64_t at = 0; at < c->size; at += x->dir_block) {
		size_t index = run_list_find(&c->map, at, c->at == SIZE_MAX ? 0 : c->at);
		if (index == SIZE_MAX)
			break;
		const struct run *run = &c->map.runs[index];
		c->at = index;
		if (run->place >= RUN_FILLER) {
			/* A hole, or a lost part: go on behind it. */
			uint64_t end = (run->offset + run->length) / x->dir_block * x->dir_block;
			result->damaged |= run->place == RUN_FILLER;
			at = end > at ? end - x->dir_block : at;
			continue;
		}
		if (result->bytes >= max_bytes) {
			result->damaged = true;
			break;
		}
		result->bytes += x->dir_block;
		c->flags = 0;
		if (content_read_map(c, at, block, x->dir_block, err) != TRIAGE_OK || c->flags != 0) {
			result->unreadable = true;
			continue;
		}
		enum triage_status st = xfs_dir_block(&r->dir, (struct view){ block, x->dir_block }, at == 0, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
read_mapped(struct xfs *x, const struct xfs_inode *inode, uint64_t max_bytes, uint64_t max_nodes, struct reading *r,
    struct triage_error *err)
{
	struct evidence_content c = { .fs = x->fs, .size = DATA_END, .initialised = DATA_END };
	enum triage_status st = xfs_map(x, inode, DATA_END, max_nodes, &c.map, &r->result->damaged, err);
	if (st == TRIAGE_OK)
		st = read_blocks(x, &c, max_bytes, r, err);
	run_list_release(&c.map);
	return st;
}

enum triage_status
xfs_names_read(struct xfs *x, const struct xfs_inode *inode, uint64_t max_bytes, uint64_t max_nodes, struct xfs_names *n,
    enum triage_status (*each)(void *ctx, struct xfs_names *names, struct triage_error *err), void *ctx,
    struct xfs_dir_result *ret_result, struct triage_error *err)
{
	struct reading r = { .names = n, .each = each, .ctx = ctx, .result = ret_result };
	bool freed = inode->mode == 0;
	enum triage_status st;
	r.dir = (struct xfs_dir_reading){ .x = x, .self = inode->number, .each = take_name, .ctx = &r };
	*ret_result = (struct xfs_dir_result){ 0 };
	xfs_names_clear(n);
	if (freed || inode->format == XFS_FORMAT_LOCAL)
		st = xfs_dir_inside(&r.dir, (struct view){ inode->raw + inode->fork_at, inode->fork_size }, inode->size, freed, err);
	else
		st = read_mapped(x, inode, max_bytes, max_nodes, &r, err);
	ret_result->damaged |= r.dir.damaged;
	ret_result->suspect |= r.dir.suspect;
	ret_result->parent = r.dir.parent;
	return st == TRIAGE_OK ? hand_over(&r, err) : st;
}

static enum triage_status
ignore_names(void *ctx, struct xfs_names *names, struct triage_error *err)
{
	(void)ctx, (void)names, (void)err;
	return TRIAGE_OK;
}

uint64_t
xfs_dir_parent(struct xfs *x, const struct xfs_inode *inode)
{
	struct xfs_names names;
	struct xfs_dir_result result;
	struct triage_error ignored;
	xfs_names_init(&names);
	enum triage_status st = xfs_names_read(x, inode, x->dir_block, PARENT_NODES, &names, ignore_names, NULL, &result, &ignored);
	xfs_names_release(&names);
	return st == TRIAGE_OK ? result.parent : 0;
}

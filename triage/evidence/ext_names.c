#include "triage/evidence/ext_names.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 300 << 20, INLINE_PARENT = 4 };

void
ext_names_init(struct ext_names *n)
{
	*n = (struct ext_names){ 0 };
	buf_init(&n->text, TEXT_MAX);
}

void
ext_names_release(struct ext_names *n)
{
	free(n->rows);
	buf_release(&n->text);
	ext_names_init(n);
}

void
ext_names_clear(struct ext_names *n)
{
	n->count = 0;
	buf_clear(&n->text);
}

enum triage_status
ext_names_add(struct ext_names *n, const struct ext_name *name, struct triage_error *err)
{
	if (n->count == n->room) {
		size_t room = n->room == 0 ? 256 : n->room * 2;
		void *rows = realloc(n->rows, room * sizeof(n->rows[0]));
		if (rows == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu names of a directory",
			    n->count);
			return TRIAGE_E_MEMORY;
		}
		n->rows = rows;
		n->room = room;
	}
	n->rows[n->count] = (struct ext_name_row){
		.inode = name->inode, .at = (uint32_t)n->text.size, .size = (uint16_t)name->text.size, .type = name->type,
		    .deleted = name->deleted,
	};
	buf_put(&n->text, name->text.data, name->text.size);
	if (n->text.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu names of a directory", n->count);
		return TRIAGE_E_MEMORY;
	}
	n->count++;
	return TRIAGE_OK;
}

static int
compare_rows(const void *left, const void *right, void *text)
{
	const struct ext_name_row *a = left, *b = right;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	size_t common = a->size < b->size ? a->size : b->size;
	int names = common == 0 ? 0 : memcmp((char *)text + a->at, (char *)text + b->at, common);
	if (names != 0 || a->size != b->size)
		return names != 0 ? names : a->size < b->size ? -1 : 1;
	if (a->deleted != b->deleted)
		return a->deleted ? 1 : -1;
	return a->at < b->at ? -1 : a->at > b->at;
}

void
ext_names_sort(struct ext_names *n)
{
	size_t kept = 0;
	if (n->count > 1)
		qsort_r(n->rows, n->count, sizeof(n->rows[0]), compare_rows, n->text.data);
	for (size_t i = 0; i < n->count; i++) {
		const struct ext_name_row *last = kept > 0 ? &n->rows[kept - 1] : NULL, *row = &n->rows[i];
		if (row->deleted && last != NULL && last->inode == row->inode && last->size == row->size &&
		    memcmp(n->text.data + last->at, n->text.data + row->at, row->size) == 0)
			continue;
		n->rows[kept++] = *row;
	}
	n->count = kept;
}

/* A directory that is being read. */
struct reading {
	struct ext_names *names;
	enum triage_status (*each)(void *ctx, struct ext_names *names, struct triage_error *err);
	void *ctx;
};

static enum triage_status
hand_over(struct reading *r, struct triage_error *err)
{
	if (r->names->count == 0)
		return TRIAGE_OK;
	ext_names_sort(r->names);
	enum triage_status st = r->each(r->ctx, r->names, err);
	ext_names_clear(r->names);
	return st;
}

static enum triage_status
take_name(void *ctx, const struct ext_name *name, struct triage_error *err)
{
	struct reading *r = ctx;
	enum triage_status st = r->names->count >= EXT_NAMES_MAX ? hand_over(r, err) : TRIAGE_OK;
	return st == TRIAGE_OK ? ext_names_add(r->names, name, err) : st;
}

/* The blocks of c, one after another. */
static enum triage_status
read_blocks(struct ext *x, struct evidence_content *c, uint64_t max_bytes, const struct ext_dir_style *style, struct reading *r,
    struct ext_dir_result *result, struct triage_error *err)
{
	SCOPED_FREE uint8_t *block = malloc(x->block);
	if (block == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	for (uint64_t at = 0; at < c->size; at += x->block) {
		size_t index = run_list_find(&c->map, at, c->at == SIZE_MAX ? 0 : c->at);
		bool bad = false;
		if (index == SIZE_MAX)
			break;
		const struct run *run = &c->map.runs[index];
		c->at = index;
		if (run->place >= RUN_FILLER) {
			/* A hole, or a lost part: go on behind it. */
			result->damaged |= run->place == RUN_FILLER;
			at = (run->offset + run->length) / x->block * x->block - x->block;
			continue;
		}
		if (result->bytes >= max_bytes) {
			result->damaged = true;
			break;
		}
		result->bytes += x->block;
		if (cache_read(x->cache, run->place + (at - run->offset), block, x->block, &bad, err) != TRIAGE_OK || bad) {
			result->unreadable = true;
			continue;
		}
		enum triage_status st = ext_dir_block((struct view){ block, x->block }, at == 0, style, take_name, r,
		    &result->damaged, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

/* A directory inside its inode: the parent's number and names in the map, more names in an attribute. */
static enum triage_status
read_inline(const struct evidence_content *c, const struct ext_dir_style *style, struct reading *r, bool *damaged,
    struct triage_error *err)
{
	size_t inside = c->size < EXT_MAP_BYTES ? (size_t)c->size : EXT_MAP_BYTES;
	enum triage_status st = TRIAGE_OK;
	if (inside > INLINE_PARENT)
		st = ext_dir_block((struct view){ c->resident + INLINE_PARENT, inside - INLINE_PARENT }, false, style, take_name, r,
		    damaged, err);
	if (st == TRIAGE_OK && c->size > EXT_MAP_BYTES)
		st = ext_dir_block((struct view){ c->resident + EXT_MAP_BYTES, (size_t)c->size - EXT_MAP_BYTES }, false, style,
		    take_name, r,
		    damaged, err);
	return st;
}

enum triage_status
ext_names_read(struct ext *x, const struct ext_inode *inode, uint64_t max_bytes, uint64_t max_nodes, struct ext_names *n,
    enum triage_status (*each)(void *ctx, struct ext_names *names, struct triage_error *err), void *ctx,
    struct ext_dir_result *ret_result,
    struct triage_error *err)
{
	struct reading r = { .names = n, .each = each, .ctx = ctx };
	struct evidence_content *c = calloc(1, sizeof(*c));
	struct ext_dir_style style = {
		.inodes = x->inodes, .self = (uint32_t)inode->number, .typed = (x->incompat & EXT_INCOMPAT_FILETYPE) != 0,
		.indexed = (inode->flags & EXT_FLAG_INDEX) != 0,
	};
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	*ret_result = (struct ext_dir_result){ 0 };
	c->fs = x->fs;
	ext_names_clear(n);
	enum triage_status st = ext_content_fill(x, inode, max_nodes, c, &ret_result->damaged, err);
	if (st == TRIAGE_OK && c->resident != NULL)
		st = read_inline(c, &style, &r, &ret_result->damaged, err);
	else if (st == TRIAGE_OK)
		st = read_blocks(x, c, max_bytes, &style, &r, ret_result, err);
	else if (st != TRIAGE_E_MEMORY) {
		ret_result->unreadable = true;
		st = TRIAGE_OK;
	}
	evidence_content_close(c);
	return st == TRIAGE_OK ? hand_over(&r, err) : st;
}

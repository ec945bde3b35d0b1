#include "triage/evidence/ext_names.h"
#include "triage/evidence/ext_journal.h"

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
		    .deleted = name->deleted, .seen = name->seen,
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
		struct ext_name_row *last = kept > 0 ? &n->rows[kept - 1] : NULL;
		const struct ext_name_row *row = &n->rows[i];
		if (row->deleted && last != NULL && last->inode == row->inode && last->size == row->size &&
		    memcmp(n->text.data + last->at, n->text.data + row->at, row->size) == 0) {
			if (row->seen > last->seen)
				last->seen = row->seen;
			continue;
		}
		n->rows[kept++] = *row;
	}
	n->count = kept;
}

/* A directory that is being read. */
struct reading {
	struct ext_names *names;
	enum triage_status (*each)(void *ctx, struct ext_names *names, struct triage_error *err);
	void *ctx;
	const struct ext_inode *inode;
	struct id_set past;	/* hashes of names taken from the journal */
	uint32_t age;		/* of the copy at hand */
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

/* A name in a copy: newer copies came first, so the first sight of it is the last of its life. */
static enum triage_status
take_past_name(void *ctx, const struct ext_name *name, struct triage_error *err)
{
	struct reading *r = ctx;
	struct ext_name past = *name;
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ name->inode;
	bool fresh;
	if (name->deleted)
		return TRIAGE_OK;	/* of an earlier time that is not known */
	for (size_t i = 0; i < name->text.size; i++)
		hash = (hash ^ name->text.data[i]) * UINT64_C(0x100000001b3);
	enum triage_status st = id_set_add(&r->past, hash >> 1, &fresh, err);
	if (st != TRIAGE_OK || !fresh)
		return st;
	past.deleted = true;
	past.seen = r->age;
	return take_name(r, &past, err);
}

/* The names that a block had earlier, as the journal has them. */
static enum triage_status
read_past(struct ext *x, uint64_t block, bool first, const struct ext_dir_style *style, struct reading *r, uint8_t *copy,
    struct triage_error *err)
{
	const struct ext_logged *rows;
	struct ext_journal *j = x->journal;
	size_t count = j == NULL ? 0 : ext_journal_copies(j, block, r->inode->past ? r->inode->until : UINT32_MAX, &rows);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = count; i > 0 && st == TRIAGE_OK; i--) {
		const struct ext_logged *row = &rows[i - 1];
		bool ignored = false;
		if (row->revoked || (r->inode->past && row->age < r->inode->since))
			break;	/* earlier copies are of another owner */
		if (j->bytes_read >= EXT_JOURNAL_BYTES || r->past.count + j->names >= EXT_LOGGED_NAMES) {
			j->cut = true;
			break;
		}
		j->bytes_read += x->block;
		if (!ext_journal_read(x, row, 0, copy, x->block))
			continue;
		if (!ext_dir_holds((struct view){ copy, x->block }, first, style))
			break;
		r->age = row->age;
		st = ext_dir_block((struct view){ copy, x->block }, first, style, take_past_name, r, &ignored, err);
	}
	return st;
}

/* The blocks of c, one after another. */
static enum triage_status
read_blocks(struct ext *x, struct evidence_content *c, uint64_t max_bytes, const struct ext_dir_style *style, struct reading *r,
    struct ext_dir_result *result, struct triage_error *err)
{
	SCOPED_FREE uint8_t *block = malloc((size_t)2 * x->block);
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
		uint64_t place = run->place + (at - run->offset);
		enum triage_status st = TRIAGE_OK;
		if (cache_read(x->cache, place, block, x->block, &bad, err) != TRIAGE_OK || bad)
			result->unreadable = true;
		else if (!r->inode->past || ext_dir_holds((struct view){ block, x->block }, at == 0, style))
			st = ext_dir_block((struct view){ block, x->block }, at == 0, style, take_name, r, &result->damaged, err);
		if (st == TRIAGE_OK)
			st = read_past(x, place / x->block, at == 0, style, r, block + x->block, err);
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
	struct reading r = { .names = n, .each = each, .ctx = ctx, .inode = inode };
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
	if (x->journal != NULL)
		x->journal->names += (uint32_t)r.past.count;
	id_set_release(&r.past);
	return st == TRIAGE_OK ? hand_over(&r, err) : st;
}

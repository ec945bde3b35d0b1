#include "triage/evidence/ext_past.h"

#include "triage/base/scoped.h"
#include "triage/evidence/ext_survey.h"

#include <stdlib.h>
#include <string.h>

enum {
	SLOTS_FIRST = 4096,
	PEEK_MODE = 0, PEEK_SIZE = 4, PEEK_LINKS = 26, PEEK_GENERATION = 100, PEEK_SIZE_HIGH = 108,	/* bytes into an inode */
};

/* Where a group's inode table begins. */
struct table {
	uint64_t block;
	uint32_t group;
};

struct gather {
	struct ext *x;
	struct ext_pasts *pasts;
	uint8_t *bits;
	struct table *tables;
	size_t table_count;
	uint64_t table_blocks;
	uint8_t *now, *then;	/* a block of the table, and a copy of it */
	uint64_t now_block;	/* 0: none yet */
	struct triage_error *err;
};

void
ext_pasts_release(struct ext_pasts *p)
{
	free(p->rows);
	free(p->slots);
	*p = (struct ext_pasts){ 0 };
}

static enum triage_status
out_of_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for earlier inodes");
	return TRIAGE_E_MEMORY;
}

static size_t
slot_of(const struct ext_pasts *p, uint32_t inode, uint32_t generation)
{
	uint64_t hash = ((uint64_t)inode << 32 | generation) * UINT64_C(0x9E3779B97F4A7C15);
	size_t i = (size_t)(hash >> 32) & (p->room - 1);
	while (p->slots[i] != 0 && (p->rows[p->slots[i] - 1].inode != inode || p->rows[p->slots[i] - 1].generation != generation))
		i = (i + 1) & (p->room - 1);
	return i;
}

static enum triage_status
make_room(struct ext_pasts *p, struct triage_error *err)
{
	if (p->count * 2 < p->room)
		return TRIAGE_OK;
	size_t room = p->room == 0 ? SLOTS_FIRST : p->room * 2;
	struct ext_past *rows = realloc(p->rows, room / 2 * sizeof(*rows));
	if (rows == NULL)
		return out_of_memory(err);
	p->rows = rows;
	uint32_t *slots = calloc(room, sizeof(*slots));
	if (slots == NULL)
		return out_of_memory(err);
	free(p->slots);
	p->slots = slots;
	p->room = room;
	for (size_t i = 0; i < p->count; i++)
		p->slots[slot_of(p, p->rows[i].inode, p->rows[i].generation)] = (uint32_t)i + 1;
	return TRIAGE_OK;
}

static void
note_copy(struct ext_past *row, const uint8_t *then, const struct ext_logged *copy, uint32_t index)
{
	if (copy->age < row->first)
		row->first = copy->age;
	if (copy->age > row->last)
		row->last = copy->age;
	if (load_le16(then + PEEK_LINKS) == 0)
		return;
	bool filled = (load_le32(then + PEEK_SIZE) | load_le32(then + PEEK_SIZE_HIGH)) != 0;
	bool better = row->at == 0 || (filled && !row->filled) || (filled == row->filled && copy->age >= row->until);
	if (row->at == 0 || copy->age < row->since)
		row->since = copy->age;
	if (row->at == 0 || copy->age > row->until)
		row->until = copy->age;
	if (better) {
		row->at = copy->at;
		row->row = index;
		row->filled = filled;
	}
}

/* One inode of a copied block. now: as it stands in the table. */
static enum triage_status
take_inode(struct gather *g, uint32_t number, const uint8_t *then, const uint8_t *now, const struct ext_logged *copy)
{
	struct ext_pasts *p = g->pasts;
	uint32_t generation = load_le32(then + PEEK_GENERATION);
	if (load_le16(then + PEEK_MODE) == 0)
		return TRIAGE_OK;
	bool same = load_le32(now + PEEK_GENERATION) == generation && load_le16(now + PEEK_MODE) != 0;
	bool current = same && load_le16(now + PEEK_LINKS) > 0 && (g->bits[number] & EXT_IS_ALLOCATED) != 0;
	if (current && (g->bits[number] & EXT_IS_PAST) == 0)
		return TRIAGE_OK;
	enum triage_status st = make_room(p, g->err);
	if (st != TRIAGE_OK)
		return st;
	g->bits[number] |= EXT_IS_PAST;
	size_t slot = slot_of(p, number, generation);
	if (p->slots[slot] == 0) {
		if (p->count >= EXT_PAST_MAX) {
			p->cut = true;
			return TRIAGE_OK;
		}
		p->rows[p->count++] = (struct ext_past){
			.inode = number, .generation = generation, .first = copy->age, .last = copy->age, .same = same,
			.current = current,
		};
		p->slots[slot] = (uint32_t)p->count;
	}
	note_copy(&p->rows[p->slots[slot] - 1], then, copy, (uint32_t)(copy - g->x->journal->rows));
	return TRIAGE_OK;
}

static int
compare_tables(const void *left, const void *right)
{
	const struct table *a = left, *b = right;
	return a->block < b->block ? -1 : a->block > b->block;
}

static enum triage_status
find_tables(struct gather *g)
{
	struct ext *x = g->x;
	g->tables = malloc(((size_t)x->groups + 1) * sizeof(*g->tables));
	if (g->tables == NULL)
		return out_of_memory(g->err);
	for (uint32_t i = 0; i < x->groups && (uint64_t)i * x->inodes_per_group < x->inodes; i++) {
		struct ext_group group;
		struct triage_error ignored;
		if (ext_group_read(x, i, &group, &ignored) == TRIAGE_OK)
			g->tables[g->table_count++] = (struct table){ group.inode_table, i };
	}
	qsort(g->tables, g->table_count, sizeof(*g->tables), compare_tables);
	g->table_blocks = ((uint64_t)x->inodes_per_group * x->inode_size + x->block - 1) / x->block;
	return TRIAGE_OK;
}

/* Number of the first inode in a block of an inode table, 0 when it lies in none. */
static uint64_t
first_inode_in(const struct gather *g, uint64_t block)
{
	size_t low = 0, high = g->table_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (g->tables[middle].block <= block)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || block - g->tables[low - 1].block >= g->table_blocks)
		return 0;
	return (uint64_t)g->tables[low - 1].group * g->x->inodes_per_group +
	    (block - g->tables[low - 1].block) * (g->x->block / g->x->inode_size) + 1;
}

static enum triage_status
take_block(struct gather *g, const struct ext_logged *copy)
{
	struct ext *x = g->x;
	uint64_t first = copy->revoked ? 0 : first_inode_in(g, copy->block);
	bool bad = false;
	struct triage_error ignored;
	enum triage_status st = TRIAGE_OK;
	if (first == 0 || !ext_journal_read(x, copy, 0, g->then, x->block))
		return TRIAGE_OK;
	if (g->now_block != copy->block &&
	    cache_read(x->cache, copy->block * x->block, g->now, x->block, &bad, &ignored) != TRIAGE_OK)
		memset(g->now, 0, x->block);
	g->now_block = copy->block;
	for (uint32_t i = 0; i < x->block / x->inode_size && st == TRIAGE_OK; i++)
		if (first + i <= x->inodes)
			st = take_inode(g, (uint32_t)(first + i), g->then + (size_t)i * x->inode_size, g->now +
			    (size_t)i * x->inode_size, copy);
	return st;
}

static int
compare_pasts(const void *left, const void *right)
{
	const struct ext_past *a = left, *b = right;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->generation < b->generation ? -1 : a->generation > b->generation;
}

static enum triage_status
gather(struct gather *g)
{
	const struct ext_journal *j = g->x->journal;
	enum triage_status st = find_tables(g);
	g->now = malloc(g->x->block);
	g->then = malloc(g->x->block);
	if (g->now == NULL || g->then == NULL)
		return out_of_memory(g->err);
	for (size_t i = 0; i < j->count && st == TRIAGE_OK; i++)
		st = take_block(g, &j->rows[i]);
	if (g->pasts->count > 1)
		qsort(g->pasts->rows, g->pasts->count, sizeof(g->pasts->rows[0]), compare_pasts);
	free(g->pasts->slots);
	g->pasts->slots = NULL;
	return st;
}

enum triage_status
ext_pasts_load(struct ext *x, uint8_t *bits, struct ext_pasts *ret_pasts, struct triage_error *err)
{
	struct gather g = { .x = x, .pasts = ret_pasts, .bits = bits, .err = err };
	*ret_pasts = (struct ext_pasts){ .cut = x->journal->cut };
	enum triage_status st = x->journal->count == 0 ? TRIAGE_OK : gather(&g);
	free(g.tables);
	free(g.now);
	free(g.then);
	return st;
}

size_t
ext_past_find(const struct ext_pasts *p, uint32_t inode, uint32_t age)
{
	size_t low = 0, high = p->count, best;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (p->rows[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == p->count || p->rows[low].inode != inode)
		return EXT_PAST_NONE;
	/* The one whose time had begun; when all begin later, the first of them. */
	best = low;
	while (best + 1 < p->count && p->rows[best + 1].inode == inode && p->rows[best + 1].first <= age)
		best++;
	return best;
}

/* The inode of a number from one copy of its block, at `place` of the volume. */
static enum triage_status
read_copy(struct ext *x, uint64_t number, uint64_t place, const struct ext_logged *row, struct ext_inode *ret_inode,
    struct triage_error *err)
{
	SCOPED_FREE uint8_t *raw = malloc(x->inode_size);
	if (raw == NULL)
		return out_of_memory(err);
	if (!ext_journal_read(x, row, (uint32_t)(place % x->block), raw, x->inode_size)) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "block %u of the journal cannot be read", row->at);
		return TRIAGE_E_IO;
	}
	ext_inode_parse(x, raw, ret_inode);
	ret_inode->number = number;
	ret_inode->place = ext_journal_place(x->journal, row->at, x->block) + place % x->block;
	ret_inode->past = true;
	ret_inode->until = row->age;
	return TRIAGE_OK;
}

enum triage_status
ext_past_by_key(struct ext *x, uint64_t number, uint32_t at, struct ext_inode *ret_inode, struct triage_error *err)
{
	uint64_t place;
	const struct ext_logged *rows;
	enum triage_status st = ext_inode_place(x, number, &place, err);
	if (st != TRIAGE_OK)
		return st;
	size_t count = ext_journal_copies(x->journal, place / x->block, UINT32_MAX, &rows), i = 0;
	while (i < count && (rows[i].revoked || rows[i].at != at))
		i++;
	if (i == count) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "block %u of the journal holds no copy of inode %ju", at,
		    (uintmax_t)number);
		return TRIAGE_E_FORMAT;
	}
	return read_copy(x, number, place, &rows[i], ret_inode, err);
}

enum triage_status
ext_past_read(struct ext *x, const struct ext_past *p, struct ext_inode *ret_inode, struct triage_error *err)
{
	uint64_t place;
	enum triage_status st = ext_inode_place(x, p->inode, &place, err);
	if (st == TRIAGE_OK)
		st = read_copy(x, p->inode, place, &x->journal->rows[p->row], ret_inode, err);
	if (st != TRIAGE_OK)
		return st;
	ret_inode->since = p->since;
	ret_inode->until = p->until;
	return TRIAGE_OK;
}

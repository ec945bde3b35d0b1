/*
 * ese_page.c - pages of an ESE database, their entries, and the walk through a tree.
 *
 * Source: the documentation of libesedb (Extensible Storage Engine database file format) and the published headers of ESE. Little endian
 * but for keys. Pages of 2 to 32 KiB; from 16 KiB on (revision 0x11) the page header is longer and the flags of an entry lie in its data.
 * Not handled: streaming files, the check sums of pages, log files.
 */
#include "triage/artefact/ese_db.h"

#include <stdlib.h>
#include <string.h>

enum {
	PAGE_PREVIOUS = 16, PAGE_NEXT = 20, PAGE_OBJID = 24, PAGE_TAGS = 34, PAGE_FLAGS = 36, PAGE_HEADER = 40, PAGE_HEADER_LARGE = 80,
	FLAG_ROOT = 0x1, FLAG_LEAF = 0x2, FLAG_PARENT = 0x4, FLAG_SPACE = 0x20, FLAG_INDEX = 0x40, FLAG_LONG = 0x80,
	NODE_COMMON = 4, TAG_SIZE = 4,
	TAG_COUNT_MASK = 0xfff,			/* what is above: entries kept for the engine, of newer systems */
};

bool
ese_page_at(const struct ese *e, uint32_t number, struct ese_page *ret_page)
{
	uint64_t at = ((uint64_t)number + 1) * e->page_size;
	if (number == 0 || number > e->page_count || !view_has(e->all, at, e->page_size))
		return false;
	const uint8_t *p = e->all.data + at;
	struct ese_page page = { .bytes = { p, e->page_size }, .number = number, .previous = load_le32(p + PAGE_PREVIOUS),
		.next = load_le32(p + PAGE_NEXT), .objid = load_le32(p + PAGE_OBJID), .flags = load_le32(p + PAGE_FLAGS),
		.tags = load_le16(p + PAGE_TAGS) & TAG_COUNT_MASK, .header = e->large ? PAGE_HEADER_LARGE : PAGE_HEADER };
	if (page.tags == 0 || page.header + (size_t)page.tags * TAG_SIZE > e->page_size)
		return false;
	*ret_page = page;
	return true;
}

/* The bytes of an entry; flags from where this page size has them. */
static bool
tag_bytes(const struct ese *e, const struct ese_page *p, unsigned tag, struct view *ret_bytes, unsigned *ret_flags)
{
	if (tag >= p->tags)
		return false;
	const uint8_t *t = p->bytes.data + p->bytes.size - (size_t)TAG_SIZE * (tag + 1);
	size_t mask = e->large ? 0x7fff : 0x1fff, size = load_le16(t) & mask, offset = p->header + (load_le16(t + 2) & mask);
	if (!view_has(p->bytes, offset, size) || offset + size > p->bytes.size - (size_t)TAG_SIZE * p->tags)
		return false;
	*ret_bytes = (struct view){ p->bytes.data + offset, size };
	*ret_flags = !e->large ? load_le16(t + 2) >> 13 : size >= 2 ? load_le16(ret_bytes->data) >> 13 : 0;
	return true;
}

bool
ese_node_at(const struct ese *e, const struct ese_page *p, unsigned tag, struct ese_node *ret_node)
{
	struct view b, head;
	unsigned ignored;
	size_t at = 0, common = 0;
	struct ese_node n = { 0 };
	if (!tag_bytes(e, p, tag, &b, &n.flags))
		return false;
	if (n.flags & NODE_COMMON) {
		if (b.size < 2)
			return false;
		common = load_le16(b.data) & 0x1fff;
		at = 2;
	}
	if (b.size - at < 2)
		return false;
	size_t key = load_le16(b.data + at) & 0x1fff;
	at += 2;
	if (key > b.size - at)
		return false;
	n.key = (struct view){ b.data + at, key };
	n.data = (struct view){ b.data + at + key, b.size - at - key };
	if (common > 0) {
		if (!tag_bytes(e, p, 0, &head, &ignored) || common > head.size)
			return false;
		n.common = (struct view){ head.data, common };
	}
	*ret_node = n;
	return true;
}

/* --- the walk --- */

void
ese_rows(struct ese_cursor *c, struct ese *e, const struct ese_table *t)
{
	*c = (struct ese_cursor){ .e = e, .table = t };
	e->walk++;
	c->stack[0].page = t->root;
	c->depth = 1;
}

static enum triage_status
damaged(struct ese_cursor *c, uint32_t page, const char *what, struct triage_error *err)
{
	uint64_t at = ((uint64_t)page + 1) * c->e->page_size;
	c->damaged = true;
	return artefact_remark(c->e->a, TRIAGE_LOW, "page-damaged", at, c->e->page_size, err, "page %u of table %.*s %s", page,
	    (int)(c->table->name.size < 60 ? c->table->name.size : 60), (const char *)c->table->name.data, what);
}

/* A page of this walk's tree that was not yet visited. */
static enum triage_status
take_page(struct ese_cursor *c, uint32_t number, struct ese_page *ret_page, bool *ret_taken, struct triage_error *err)
{
	struct ese *e = c->e;
	*ret_taken = false;
	if (number == 0 || number > e->page_count)
		return damaged(c, number, "lies beyond the end of the file", err);
	if (e->visits_left == 0 || e->uses[number] >= ESE_USES) {
		if (e->over_budget)
			return TRIAGE_OK;
		e->over_budget = true;
		return artefact_remark(e->a, TRIAGE_MEDIUM, "database-loops", ((uint64_t)number + 1) * e->page_size, 0, err,
		    "pages are shared by more trees than is sound, and are not read again");
	}
	e->visits_left--;
	if (e->seen[number] == e->walk)
		return damaged(c, number, "is reached twice", err);
	e->seen[number] = e->walk;
	e->uses[number]++;
	if (!ese_page_at(e, number, ret_page))
		return damaged(c, number, "is empty or damaged", err);
	if (ret_page->objid != c->table->objid)
		return damaged(c, number, "belongs to another table", err);
	*ret_taken = true;
	return TRIAGE_OK;
}

/* Go down from the top of the stack to the next leaf. ret_leaf: false when the tree is done. */
static enum triage_status
next_leaf(struct ese_cursor *c, bool *ret_leaf, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	*ret_leaf = false;
	while (st == TRIAGE_OK && c->depth > 0 && !*ret_leaf) {
		struct ese_page p;
		struct ese_node n;
		bool taken;
		unsigned top = c->depth - 1, tag = c->stack[top].tag++;
		if (tag == 0) {
			st = take_page(c, c->stack[top].page, &p, &taken, err);
			if (!taken)
				c->depth--;
			else if (p.flags & FLAG_LEAF) {
				c->page = p;
				c->tag = 0;
				c->page_used = 0;
				c->depth--;
				*ret_leaf = true;
			}
			continue;
		}
		if (!ese_page_at(c->e, c->stack[top].page, &p) || tag >= p.tags) {
			c->depth--;
			continue;
		}
		if (!ese_node_at(c->e, &p, tag, &n) || n.data.size < 4 || c->depth == ESE_DEPTH) {
			st = damaged(c, p.number, "has an entry that cannot be followed", err);
			continue;
		}
		c->stack[c->depth].page = load_le32(n.data.data);
		c->stack[c->depth++].tag = 0;
	}
	return st;
}

/* In a damaged tree: leaves that bear the table's number and were not reached. */
static bool
stray_leaf(struct ese_cursor *c)
{
	struct ese *e = c->e;
	while (c->damaged && c->stray < e->page_count && e->visits_left > 0) {
		struct ese_page p;
		uint32_t number = ++c->stray;
		e->visits_left--;
		if (e->seen[number] == e->walk || e->uses[number] >= ESE_USES || !ese_page_at(e, number, &p) || p.objid != c->table->objid || !(p.flags & FLAG_LEAF) ||
		    (p.flags & (FLAG_SPACE | FLAG_INDEX | FLAG_LONG)))
			continue;
		e->seen[number] = e->walk;
		e->uses[number]++;
		c->page = p;
		c->tag = 0;
		c->page_used = 0;
		c->recovered = true;
		return true;
	}
	return false;
}

enum triage_status
ese_next(struct ese_cursor *c, bool *ret_row, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	*ret_row = false;
	while (st == TRIAGE_OK) {
		struct ese_node n;
		if (!c->leaf) {
			st = next_leaf(c, &c->leaf, err);
			if (st == TRIAGE_OK && !c->leaf && !(c->leaf = stray_leaf(c)))
				return TRIAGE_OK;
			continue;
		}
		/* the first entry is the page's own */
		if (++c->tag >= c->page.tags) {
			c->leaf = false;
			continue;
		}
		if (!ese_node_at(c->e, &c->page, c->tag, &n)) {
			st = damaged(c, c->page.number, "has a damaged entry", err);
			continue;
		}
		c->page_used += n.key.size + n.data.size;
		if (c->page_used > c->page.bytes.size) {
			st = damaged(c, c->page.number, "has entries that overlap", err);
			c->leaf = false;
			continue;
		}
		if (n.flags & ESE_NODE_DELETED)
			continue;
		c->record = n.data;
		c->offset = (uint64_t)(n.data.data - c->e->all.data);
		if (!ese_split_record(c)) {
			st = artefact_remark(c->e->a, TRIAGE_LOW, "record-damaged", c->offset, n.data.size, err, "a row of table %.*s is damaged",
			    (int)(c->table->name.size < 60 ? c->table->name.size : 60), (const char *)c->table->name.data);
			continue;
		}
		*ret_row = true;
		return TRIAGE_OK;
	}
	return st;
}

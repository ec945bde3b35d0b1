#include "triage/evidence/slack.h"

#include "triage/base/fault.h"
#include "triage/evidence/fs.h"

#include <stdlib.h>
#include <string.h>

enum { STEP = 64 << 10, NAME_MAX_RAW = 2048 };

static enum triage_status
grow(void **list, size_t count, size_t *room, size_t size, struct triage_error *err)
{
	if (count < *room)
		return TRIAGE_OK;
	size_t wanted = *room == 0 ? 256 : *room * 2;
	void *grown = fault_hit() ? NULL : reallocarray(*list, wanted, size);
	if (grown == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the slack of files");
		return TRIAGE_E_MEMORY;
	}
	*list = grown;
	*room = wanted;
	return TRIAGE_OK;
}

enum triage_status
slack_note(struct slack *s, const struct triage_entry *e, struct triage_error *err)
{
	const uint32_t none = TRIAGE_ENTRY_COMPRESSED | TRIAGE_ENTRY_REUSED | TRIAGE_ENTRY_INTERNAL;
	if (e->kind != TRIAGE_FILE_REGULAR || e->state != TRIAGE_STATE_ALLOCATED || (e->flags & TRIAGE_ENTRY_HAS_CONTENT) == 0 || (e->flags & none) != 0)
		return TRIAGE_OK;
	if (s->count == SLACK_FILES_MAX) {
		s->files_left_out++;
		return TRIAGE_OK;
	}
	void *list = s->files;
	enum triage_status st = grow(&list, s->count, &s->room, sizeof(*s->files), err);
	if (st != TRIAGE_OK)
		return st;
	s->files = list;
	s->files[s->count++] = (struct slack_file){ .edge = e->edge, .inode = e->inode, .attr_type = e->attr_type, .attr_id = e->attr_id };
	return TRIAGE_OK;
}

static int
compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_stream(const void *a, const void *b)
{
	const struct slack_file *x = a, *y = b;
	int c = compare(x->inode, y->inode);
	c = c != 0 ? c : compare(x->attr_type, y->attr_type);
	c = c != 0 ? c : compare(x->attr_id, y->attr_id);
	return c != 0 ? c : compare(x->edge, y->edge);
}

static int
by_place(const void *a, const void *b)
{
	const struct slack_piece *x = a, *y = b;
	int c = compare(x->place, y->place);
	return c != 0 ? c : compare(x->edge, y->edge);
}

static int
by_edge(const void *a, const void *b)
{
	const struct slack_piece *x = a, *y = b;
	int c = compare(x->edge, y->edge);
	return c != 0 ? c : compare(x->place, y->place);
}

/* Is anything in the piece that is not zero? What cannot be read counts as zero and as unreadable. */
static bool
holds_something(struct slack *s, struct reader *r, uint64_t place, uint64_t length)
{
	uint8_t buf[STEP];
	bool any = false;
	for (uint64_t done = 0; done < length;) {
		struct triage_error ignored;
		size_t got = 0, want = length - done < STEP ? (size_t)(length - done) : STEP;
		uint64_t before = r->bad_bytes;
		if (reader_read(r, place + done, buf, want, &got, &ignored) != TRIAGE_OK)
			got = 0;
		s->unreadable += want - got + (r->bad_bytes - before < got ? r->bad_bytes - before : got);
		for (size_t i = 0; i < got && !any; i++)
			any = buf[i] != 0;
		done += want;
	}
	return any;
}

static enum triage_status
take_piece(struct slack *s, struct reader *r, uint64_t place, uint64_t length, uint64_t edge, struct triage_error *err)
{
	if (place >= r->size)
		return TRIAGE_OK;
	if (length > r->size - place)
		length = r->size - place;
	s->examined += length;
	if (!holds_something(s, r, place, length)) {
		s->zero += length;
		return TRIAGE_OK;
	}
	if (s->piece_count == SLACK_PIECES_MAX) {
		s->pieces_left_out++;
		return TRIAGE_OK;
	}
	void *list = s->pieces;
	enum triage_status st = grow(&list, s->piece_count, &s->piece_room, sizeof(*s->pieces), err);
	if (st != TRIAGE_OK)
		return st;
	s->pieces = list;
	s->pieces[s->piece_count++] = (struct slack_piece){ place, length, edge };
	return TRIAGE_OK;
}

/* The runs of one stream behind its end, or behind what was ever written of it. */
static enum triage_status
take_file(struct slack *s, struct evidence_fs *fs, const struct slack_file *f, struct triage_error *err)
{
	struct evidence_content *c;
	struct triage_error why = { .text = "" };
	enum triage_status st = evidence_content_open(fs, f->inode, f->attr_type, f->attr_id, &c, &why);
	if (st == TRIAGE_E_MEMORY) {
		*err = why;
		return st;
	}
	if (st != TRIAGE_OK)
		return TRIAGE_OK;	/* the content pass says so */
	uint64_t from = c->initialised < c->size ? c->initialised : c->size;
	for (size_t i = 0; i < c->map.count && c->ops == NULL && c->resident == NULL && st == TRIAGE_OK; i++) {
		const struct run *r = &c->map.runs[i];
		uint64_t skip = from > r->offset ? from - r->offset : 0;
		while (r->place < RUN_FILLER && skip < r->length && st == TRIAGE_OK) {
			uint64_t part = r->length - skip < SLACK_PIECE ? r->length - skip : SLACK_PIECE;
			st = take_piece(s, fs->reader, r->place + skip, part, f->edge, err);
			skip += part;
		}
	}
	evidence_content_close(c);
	return st;
}

enum triage_status
slack_gather(struct slack *s, struct evidence_fs *fs, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (s->count > 0)
		qsort(s->files, s->count, sizeof(*s->files), by_stream);
	for (size_t i = 0; i < s->count && st == TRIAGE_OK; i++) {
		const struct slack_file *f = &s->files[i], *before = i > 0 ? f - 1 : NULL;
		if (before != NULL && before->inode == f->inode && before->attr_type == f->attr_type && before->attr_id == f->attr_id)
			continue;	/* another name of it */
		st = take_file(s, fs, f, err);
	}
	if (s->piece_count > 0)
		qsort(s->pieces, s->piece_count, sizeof(*s->pieces), by_place);
	return st;
}

/* --- names --- */

struct naming {
	struct slack *slack;
	struct evidence_fs *fs;
	const struct evidence_sink *sink;
	uint32_t attr_type;
	uint64_t *edge;
	size_t next;
};

static enum triage_status
name_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	struct naming *n = ctx;
	uint8_t name[NAME_MAX_RAW];
	size_t size = 0;
	enum triage_status st = TRIAGE_OK;
	if (n->next == n->slack->piece_count || n->slack->pieces[n->next].edge != e->edge)
		return TRIAGE_OK;
	size_t part = e->name_size < NAME_MAX_RAW / 2 ? e->name_size : NAME_MAX_RAW / 2;
	memcpy(name, e->name, part);
	size = part;
	if (e->stream_size > 0) {
		name[size++] = ':';
		part = e->stream_size < NAME_MAX_RAW / 4 ? e->stream_size : NAME_MAX_RAW / 4;
		memcpy(name + size, e->stream, part);
		size += part;
	}
	memcpy(name + size, "-slack", 6);
	size += 6;
	for (; n->next < n->slack->piece_count && n->slack->pieces[n->next].edge == e->edge && st == TRIAGE_OK; n->next++) {
		const struct slack_piece *p = &n->slack->pieces[n->next];
		struct triage_entry out = walk_blank();
		out.edge = (*n->edge)++;
		out.parent = e->parent;
		out.inode = p->place;
		out.attr_type = n->attr_type;
		out.attr_id = (uint32_t)p->length;
		out.kind = TRIAGE_FILE_VIRTUAL;
		out.state = TRIAGE_STATE_CARVED;
		out.flags = TRIAGE_ENTRY_HAS_CONTENT;
		out.name = name;
		out.name_size = size;
		out.size = p->length;
		out.place = n->fs->start + p->place;
		st = n->sink->entry(n->sink->ctx, &out, err);
	}
	return st;
}

static enum triage_status
pass_over(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)p, (void)err;
	return TRIAGE_OK;	/* told by the first listing */
}

enum triage_status
slack_send(struct slack *s, struct evidence_fs *fs, const struct evidence_sink *sink, uint32_t attr_type, uint64_t *edge, struct triage_error *err)
{
	struct naming n = { .slack = s, .fs = fs, .sink = sink, .attr_type = attr_type, .edge = edge };
	if (s->piece_count == 0)
		return TRIAGE_OK;
	qsort(s->pieces, s->piece_count, sizeof(*s->pieces), by_edge);
	enum triage_status st = fs->driver->list(fs, &(struct evidence_sink){ .ctx = &n, .entry = name_entry, .problem = pass_over }, err);
	/* a listing that is not the same the second time */
	s->pieces_left_out += s->piece_count - n.next;
	return st;
}

void
slack_release(struct slack *s)
{
	free(s->files);
	free(s->pieces);
	*s = (struct slack){ 0 };
}

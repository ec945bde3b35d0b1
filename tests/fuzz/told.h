/*
 * told.h - a sink that holds what it is told to the promises of record.h: each record must come through the wire unchanged
 * (one that the supervisor refuses would cost the worker), and numbers must follow one another.
 */
#ifndef TRIAGE_TESTS_FUZZ_TOLD_H
#define TRIAGE_TESTS_FUZZ_TOLD_H

#include "tests/fuzz/targets.h"

#include "triage/evidence/evidence.h"
#include "triage/run/wire.h"

enum { TOLD_STREAMS = 48, TOLD_FILESYSTEMS = 8 };

struct told {
	struct wire_stream wire;
	struct wire_store store;
	uint64_t entries, problems;
	uint32_t volumes, filesystems;
	size_t streams;
	struct {
		uint64_t inode;
		uint32_t attr_type, attr_id;
	} stream[TOLD_STREAMS];		/* the first that have content */
};

/* What was written last, as the other side would take it. */
static inline struct view
told_payload(struct told *t, enum wire_type type)
{
	struct wire_frame frame;
	struct triage_error err = { .text = "" };
	buf_clear(&t->wire.in);
	t->wire.in_done = 0;
	buf_put(&t->wire.in, t->wire.out.data, t->wire.out.size);
	buf_clear(&t->wire.out);
	FUZZ_NEED(wire_take(&t->wire, &frame, &err) == TRIAGE_OK && frame.type == type);
	return frame.payload;
}

static enum triage_status
told_evidence(void *ctx, const struct triage_evidence *e, struct triage_error *err)
{
	struct told *t = ctx;
	struct triage_evidence got;
	(void)err;
	wire_put_evidence(&t->wire, 1, e);
	FUZZ_NEED(wire_get_evidence(told_payload(t, WIRE_EVIDENCE), &t->store, &got) && got.size == e->size);
	return TRIAGE_OK;
}

static enum triage_status
told_volume(void *ctx, const struct triage_volume *v, struct triage_error *err)
{
	struct told *t = ctx;
	struct triage_volume got;
	(void)err;
	wire_put_volume(&t->wire, 1, v);
	FUZZ_NEED(wire_get_volume(told_payload(t, WIRE_VOLUME), &t->store, &got) && got.index == t->volumes++);
	FUZZ_NEED(v->parent == UINT32_MAX || v->parent < v->index);
	return TRIAGE_OK;
}

static enum triage_status
told_filesystem(void *ctx, const struct triage_filesystem *fs, struct triage_error *err)
{
	struct told *t = ctx;
	struct triage_filesystem got;
	(void)err;
	wire_put_filesystem(&t->wire, WIRE_FILESYSTEM, 1, fs);
	FUZZ_NEED(wire_get_filesystem(told_payload(t, WIRE_FILESYSTEM), &t->store, &got) && got.index == t->filesystems++);
	FUZZ_NEED(fs->volume < t->volumes);
	return TRIAGE_OK;
}

static enum triage_status
told_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	struct told *t = ctx;
	struct triage_entry got;
	(void)err;
	wire_put_entry(&t->wire, 1, e);
	FUZZ_NEED(wire_get_entry(told_payload(t, WIRE_ENTRY), &t->store, &got) && got.edge == t->entries++);
	FUZZ_NEED(e->edge == 0 ? e->parent == TRIAGE_NO_ID : e->parent < e->edge);
	if ((e->flags & TRIAGE_ENTRY_HAS_CONTENT) != 0 && t->streams < TOLD_STREAMS) {
		t->stream[t->streams].inode = e->inode;
		t->stream[t->streams].attr_type = e->attr_type;
		t->stream[t->streams++].attr_id = e->attr_id;
	}
	return TRIAGE_OK;
}

static enum triage_status
told_extent(void *ctx, const struct triage_extent *x, struct triage_error *err)
{
	struct told *t = ctx;
	struct triage_extent got;
	(void)err;
	wire_put_extent(&t->wire, 1, x);
	FUZZ_NEED(wire_get_extent(told_payload(t, WIRE_EXTENT), &got) && got.length == x->length);
	return TRIAGE_OK;
}

static enum triage_status
told_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct told *t = ctx;
	struct triage_problem got;
	(void)err;
	wire_put_problem(&t->wire, 1, p);
	FUZZ_NEED(wire_get_problem(told_payload(t, WIRE_PROBLEM), &t->store, &got) && got.message[0] != '\0');
	FUZZ_NEED(p->edge == TRIAGE_NO_ID || p->edge < t->entries);
	t->problems++;
	return TRIAGE_OK;
}

/* The text of an error goes over the wire as well. */
static inline void
told_error(struct told *t, const struct triage_error *err)
{
	const struct triage_problem p = { .stage = "list", .code = "x", .message = err->text, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID };
	struct triage_error none;
	FUZZ_NEED(err->status < 0 && told_problem(t, &p, &none) == TRIAGE_OK);
}

static inline void
told_begin(struct told *t)
{
	memset(t, 0, sizeof(*t));
	wire_stream_init(&t->wire, -1);
}

static inline void
told_end(struct told *t)
{
	wire_stream_release(&t->wire);
}

static inline struct evidence_sink
told_sink(struct told *t)
{
	return (struct evidence_sink){ .ctx = t, .evidence = told_evidence, .volume = told_volume, .filesystem = told_filesystem,
	    .entry = told_entry, .extent = told_extent, .problem = told_problem };
}

#endif

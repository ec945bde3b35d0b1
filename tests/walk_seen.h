/* walk_seen.h - a sink that keeps what a listing sends, and an opened source over bytes in memory. */
#ifndef TRIAGE_TESTS_WALK_SEEN_H
#define TRIAGE_TESTS_WALK_SEEN_H

#include "harness.h"

#include "triage/evidence/evidence.h"
#include "triage/evidence/source.h"

enum { SEEN_ENTRIES = 512, SEEN_PROBLEMS = 64, SEEN_EXTENTS = 64, SEEN_NAME = 256 };

struct seen_entry {
	struct triage_entry e;
	char name[SEEN_NAME], stream[SEEN_NAME], link[SEEN_NAME], owner[SEEN_NAME];
};

struct seen {
	struct seen_entry entries[SEEN_ENTRIES];
	struct triage_extent extents[SEEN_EXTENTS];
	char problems[SEEN_PROBLEMS][64];
	uint64_t problem_edges[SEEN_PROBLEMS];
	size_t count, problem_count, extent_count;
};

static void
seen_copy(char *to, const void *from, size_t size)
{
	assert_true(size < SEEN_NAME);
	memcpy(to, from, size);
	to[size] = '\0';
}

static enum triage_status
seen_take_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	struct seen *s = ctx;
	(void)err;
	assert_true(s->count < SEEN_ENTRIES);
	assert_number_equal(e->edge, s->count);
	if (e->edge > 0)
		assert_true(e->parent < e->edge);
	struct seen_entry *to = &s->entries[s->count++];
	to->e = *e;
	seen_copy(to->name, e->name, e->name_size);
	seen_copy(to->stream, e->stream, e->stream_size);
	seen_copy(to->link, e->link, e->link_size < SEEN_NAME ? e->link_size : SEEN_NAME - 1);
	seen_copy(to->owner, e->owner, strlen(e->owner));
	return TRIAGE_OK;
}

static enum triage_status
seen_take_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct seen *s = ctx;
	(void)err;
	assert_true(s->problem_count < SEEN_PROBLEMS);
	assert_true(strlen(p->message) > 0);
	snprintf(s->problems[s->problem_count], sizeof(s->problems[0]), "%s", p->code);
	s->problem_edges[s->problem_count++] = p->edge;
	return TRIAGE_OK;
}

static enum triage_status
seen_take_extent(void *ctx, const struct triage_extent *x, struct triage_error *err)
{
	struct seen *s = ctx;
	(void)err;
	assert_true(s->extent_count < SEEN_EXTENTS);
	s->extents[s->extent_count++] = *x;
	return TRIAGE_OK;
}

static inline struct evidence_sink
seen_sink(struct seen *s)
{
	return (struct evidence_sink){ .ctx = s, .entry = seen_take_entry, .problem = seen_take_problem,
	    .extent = seen_take_extent };
}

/* Entry by name (and stream), NULL when there is none. nth counts from 0. */
static inline const struct seen_entry *
seen_find(const struct seen *s, const char *name, const char *stream, size_t nth)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->entries[i].name, name) == 0 && strcmp(s->entries[i].stream, stream) == 0 && nth-- == 0)
			return &s->entries[i];
	return NULL;
}

static inline const struct seen_entry *
seen_need(const struct seen *s, const char *name)
{
	const struct seen_entry *e = seen_find(s, name, "", 0);
	if (e == NULL)
		fail_msg("no entry is called %s", name);
	return e;
}

static inline size_t
seen_problems(const struct seen *s, const char *code)
{
	size_t count = 0;
	for (size_t i = 0; i < s->problem_count; i++)
		count += strcmp(s->problems[i], code) == 0;
	return count;
}

static inline const char *
seen_parent(const struct seen *s, const struct seen_entry *e)
{
	return e->e.parent == TRIAGE_NO_ID ? NULL : s->entries[e->e.parent].name;
}

/* A volume in memory, opened. Close with volume_close(). */
struct volume {
	struct evidence_source source;
	struct evidence_fs *fs;
};

static inline enum triage_status
volume_open(struct volume *v, const void *data, size_t size, const char *type, struct triage_error *err)
{
	struct triage_filesystem info = { .type = type, .start = 0, .length = size, .label = "", .uuid = "" };
	*v = (struct volume){ .fs = NULL };
	enum triage_status st = reader_memory(data, size, &v->source.reader, err);
	assert_int_equal(st, TRIAGE_OK);
	return evidence_fs_open(&v->source, &info, &v->fs, err);
}

static inline void
volume_close(struct volume *v)
{
	evidence_fs_close(v->fs);
	reader_close(v->source.reader);
}

/* Open, list, close. */
static inline void
list_bytes(const void *data, size_t size, const char *type, struct seen *s)
{
	struct volume v;
	struct triage_error err = { .text = "" };
	memset(s, 0, sizeof(*s));
	struct evidence_sink sink = seen_sink(s);
	if (volume_open(&v, data, size, type, &err) != TRIAGE_OK)
		fail_msg("open: %s", err.text);
	if (evidence_fs_list(v.fs, &sink, &err) != TRIAGE_OK)
		fail_msg("list: %s", err.text);
	volume_close(&v);
}

/* Read a whole stream into out. Returns its size; ret_flags: enum evidence_content_flags. */
static inline size_t
read_stream(struct volume *v, const struct triage_entry *e, void *out, size_t room, uint32_t *ret_flags)
{
	struct evidence_content *c;
	struct triage_error err = { .text = "" };
	size_t got = 0;
	if (evidence_content_open(v->fs, e->inode, e->attr_type, e->attr_id, &c, &err) != TRIAGE_OK)
		fail_msg("content: %s", err.text);
	assert_true(evidence_content_size(c) <= room);
	assert_int_equal(evidence_content_read(c, 0, out, room, &got, &err), TRIAGE_OK);
	*ret_flags = evidence_content_flags(c);
	evidence_content_close(c);
	return got;
}

#endif

#include "triage/evidence/carve.h"

#include <stdlib.h>
#include <string.h>

#define CARVER(id) extern const struct carver id##_carver;
#include "triage/evidence/carvers.def"
#undef CARVER

const struct carver *const carvers[] = {
#define CARVER(id) &id##_carver,
#include "triage/evidence/carvers.def"
#undef CARVER
};
const size_t carver_count = sizeof(carvers) / sizeof(carvers[0]);

_Static_assert(sizeof(carvers) / sizeof(carvers[0]) <= CARVE_KINDS, "CARVE_KINDS is too small");

enum triage_status
carve_init(struct carve *c, struct reader *reader, const struct carve_sink *sink, struct triage_error *err)
{
	*c = (struct carve){ .reader = reader, .sink = *sink, .window = malloc(CARVE_WINDOW + CARVE_AHEAD) };
	buf_init(&c->facts, CARVE_FACTS);
	if (c->window == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a window of unallocated space");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

void
carve_release(struct carve *c)
{
	free(c->window);
	buf_release(&c->facts);
	c->window = NULL;
}

/* A window of the run. */
struct look {
	uint64_t start;		/* of the window in the reader */
	size_t own;		/* bytes in which records may begin */
	size_t there;		/* bytes read */
	uint64_t left;		/* bytes from start to the end of what records may cover */
};

/* A candidate of row k at `at` of the window. */
static enum triage_status
try_at(struct carve *c, const struct look *l, size_t k, size_t at, struct triage_error *err)
{
	const struct carver *kind = carvers[k];
	size_t size = l->there - at < CARVE_AHEAD ? l->there - at : CARVE_AHEAD;
	struct carve_hit hit = { .kind = kind, .offset = l->start + at, .time = TRIAGE_TIME_NONE, .count = 1, .facts = &c->facts };
	if (size < kind->need)
		return TRIAGE_OK;
	buf_clear(&c->facts);
	hit.length = kind->check((struct view){ c->window + at, size }, &hit);
	if (hit.length == 0)
		return TRIAGE_OK;
	if (hit.length > l->left - at)
		hit.length = l->left - at;
	c->next[k] = hit.offset + (hit.proved > 0 && hit.proved < hit.length ? hit.proved : hit.length);
	return c->hits[k]++ < CARVE_HITS ? c->sink.hit(c->sink.ctx, &hit, err) : TRIAGE_OK;
}

static enum triage_status
look_for(struct carve *c, const struct look *l, size_t k, struct triage_error *err)
{
	const struct carver *kind = carvers[k];
	uint64_t from = c->next[k] > l->start ? c->next[k] : l->start;
	from = (from + kind->align - 1) & ~(uint64_t)(kind->align - 1);
	if (kind->magic_at + kind->magic_size > l->there)
		return TRIAGE_OK;
	size_t end = l->there - kind->magic_at - kind->magic_size + 1 < l->own ? l->there - kind->magic_at - kind->magic_size + 1 : l->own;
	enum triage_status st = TRIAGE_OK;
	for (uint64_t at = from - l->start; at < end && st == TRIAGE_OK;) {
		if (memcmp(c->window + at + kind->magic_at, kind->magic, kind->magic_size) != 0) {
			at += kind->align;
			continue;
		}
		uint64_t before = c->next[k];
		st = try_at(c, l, k, (size_t)at, err);
		at = c->next[k] != before ? ((c->next[k] + kind->align - 1) & ~(uint64_t)(kind->align - 1)) - l->start : at + kind->align;
	}
	return st;
}

static bool
all_zero(const uint8_t *data, size_t size)
{
	return size == 0 || (data[0] == 0 && memcmp(data, data + 1, size - 1) == 0);
}

enum triage_status
carve_run(struct carve *c, uint64_t offset, uint64_t length, uint64_t beyond, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (uint64_t done = 0; done < length && st == TRIAGE_OK;) {
		struct look l = { .start = offset + done, .left = length - done + beyond };
		struct triage_error ignored;
		uint64_t before = c->reader->bad_bytes;
		l.own = length - done < CARVE_WINDOW ? (size_t)(length - done) : CARVE_WINDOW;
		size_t want = l.left < CARVE_WINDOW + CARVE_AHEAD ? (size_t)l.left : CARVE_WINDOW + CARVE_AHEAD;
		if (want > l.own + CARVE_AHEAD)
			want = l.own + CARVE_AHEAD;
		if (reader_read(c->reader, l.start, c->window, want, &l.there, &ignored) != TRIAGE_OK)
			l.there = 0;
		uint64_t bad = c->reader->bad_bytes - before, missing = l.there < l.own ? l.own - l.there : 0;
		c->unreadable += bad < l.own - missing ? bad + missing : l.own;
		c->examined += l.own;
		bool empty = all_zero(c->window, l.there);
		for (size_t k = 0; k < carver_count && st == TRIAGE_OK && !empty; k++)
			st = look_for(c, &l, k, err);
		done += l.own;
	}
	return st;
}

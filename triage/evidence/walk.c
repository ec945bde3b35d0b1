#include "triage/evidence/walk.h"

#include "triage/base/when.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
walk_init(struct walk *w, const struct evidence_sink *sink, uint64_t virtual_inode)
{
	*w = (struct walk){ .sink = sink, .virtual_inode = virtual_inode, .orphans = TRIAGE_NO_ID, .nameless = TRIAGE_NO_ID };
}

struct triage_entry
walk_blank(void)
{
	static const uint8_t nothing[1];
	struct triage_entry e = {
		.parent = TRIAGE_NO_ID, .uid = TRIAGE_NO_ID, .gid = TRIAGE_NO_ID, .owner = "", .name = nothing, .stream = nothing,
		.link = nothing,
	};
	for (size_t i = 0; i < TRIAGE_TIME_COUNT; i++)
		e.times[i] = TRIAGE_TIME_NONE;
	return e;
}

enum triage_status
walk_entry(struct walk *w, struct triage_entry *e, struct triage_error *err)
{
	e->edge = w->next_edge++;
	return w->sink->entry(w->sink->ctx, e, err);
}

enum triage_status
walk_virtual(struct walk *w, bool allocated, uint64_t *ret_edge, struct triage_error *err)
{
	uint64_t *edge = allocated ? &w->nameless : &w->orphans;
	if (*edge == TRIAGE_NO_ID) {
		const char *name = allocated ? "$Nameless" : "$OrphanFiles";
		struct triage_entry e = walk_blank();
		e.parent = 0;
		e.inode = w->virtual_inode + (allocated ? 1 : 0);
		e.kind = TRIAGE_FILE_VIRTUAL;
		e.state = TRIAGE_STATE_ALLOCATED;
		e.name = (const uint8_t *)name;
		e.name_size = strlen(name);
		e.mode = S_IFDIR;
		enum triage_status st = walk_entry(w, &e, err);
		if (st != TRIAGE_OK)
			return st;
		*edge = e.edge;
	}
	*ret_edge = *edge;
	return TRIAGE_OK;
}

/* Count a row of this code. True when it may still be sent. */
static bool
count_code(struct walk *w, const char *code)
{
	size_t i = 0;
	while (i < WALK_CODES - 1 && w->codes[i].code != NULL && strcmp(w->codes[i].code, code) != 0)
		i++;
	if (w->codes[i].code == NULL)
		w->codes[i].code = code;
	return w->codes[i].rows++ < WALK_ROWS_PER_CODE;
}

enum triage_status
walk_problem(struct walk *w, const struct triage_problem *p, struct triage_error *err, const char *format, ...)
{
	char message[400];
	va_list args;
	if (!count_code(w, p->code))
		return TRIAGE_OK;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	struct triage_problem row = *p;
	row.stage = "list";
	row.message = message;
	return w->sink->problem(w->sink->ctx, &row, err);
}

enum triage_status
walk_finish(struct walk *w, struct triage_error *err)
{
	for (size_t i = 0; i < WALK_CODES && w->codes[i].code != NULL; i++) {
		if (w->codes[i].rows <= WALK_ROWS_PER_CODE)
			continue;
		char message[200];
		snprintf(message, sizeof(message), "%ju more problems like the %d named before were met",
		    (uintmax_t)(w->codes[i].rows - WALK_ROWS_PER_CODE), WALK_ROWS_PER_CODE);
		struct triage_problem row = {
			.stage = "list", .severity = TRIAGE_MEDIUM, .code = w->codes[i].code, .message = message,
			.inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID,
		};
		enum triage_status st = w->sink->problem(w->sink->ctx, &row, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

static size_t
find_slot(const uint64_t *slots, size_t room, uint64_t key)
{
	uint64_t hash = (key + 1) * UINT64_C(0x9E3779B97F4A7C15);
	size_t i = (size_t)(hash >> 20) & (room - 1);
	while (slots[i] != 0 && slots[i] != key + 1)
		i = (i + 1) & (room - 1);
	return i;
}

void
id_set_release(struct id_set *s)
{
	free(s->slots);
	*s = (struct id_set){ 0 };
}

bool
id_set_has(const struct id_set *s, uint64_t key)
{
	return s->room > 0 && s->slots[find_slot(s->slots, s->room, key)] != 0;
}

enum triage_status
id_set_add(struct id_set *s, uint64_t key, bool *ret_new, struct triage_error *err)
{
	if (s->count * 2 >= s->room) {
		size_t room = s->room == 0 ? 1024 : s->room * 2;
		uint64_t *slots = calloc(room, sizeof(*slots));
		if (slots == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu visited folders", s->count);
			return TRIAGE_E_MEMORY;
		}
		for (size_t i = 0; i < s->room; i++)
			if (s->slots[i] != 0)
				slots[find_slot(slots, room, s->slots[i] - 1)] = s->slots[i];
		free(s->slots);
		s->slots = slots;
		s->room = room;
	}
	size_t at = find_slot(s->slots, s->room, key);
	*ret_new = s->slots[at] == 0;
	if (*ret_new) {
		s->slots[at] = key + 1;
		s->count++;
	}
	return TRIAGE_OK;
}

int64_t
walk_unix_time(int64_t seconds, uint32_t nanoseconds, int64_t *misfit)
{
	if (!when_unix_fits(seconds))
		*misfit = seconds;
	return when_from_unix(seconds, nanoseconds);
}

void
walk_take_link(struct evidence_content *c, enum triage_status st, struct buf *link, struct triage_entry *e)
{
	char target[WALK_LINK_MAX];
	struct triage_error why;
	size_t got = 0;
	if (st == TRIAGE_OK)
		st = evidence_content_read(c, 0, target, sizeof(target), &got, &why);
	evidence_content_close(c);
	if (st != TRIAGE_OK || got == 0)
		return;
	buf_put(link, target, got);
	if (link->data != NULL) {
		e->link = (const uint8_t *)link->data;
		e->link_size = link->size;
	}
}

enum triage_status
walk_link_lost(struct walk *w, const struct triage_entry *e, struct triage_error *err)
{
	bool gone = e->state != TRIAGE_STATE_ALLOCATED || (e->flags & (TRIAGE_ENTRY_REUSED | TRIAGE_ENTRY_ENCRYPTED)) != 0;
	if (e->kind != TRIAGE_FILE_LINK || gone || e->size == TRIAGE_NO_ID || e->link_size >= e->size)
		return TRIAGE_OK;
	return walk_problem(w, &(struct triage_problem){
		.severity = TRIAGE_LOW, .code = "link-unreadable", .inode = e->inode, .edge = e->edge, .offset = TRIAGE_NO_ID,
	}, err, "of the %ju bytes of this link's target %zu could be read", (uintmax_t)e->size, e->link_size);
}

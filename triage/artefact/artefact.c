/* artefact.c - what every parser stands on: claims, bytes in pieces, events and remarks on their way out. */
#include "triage/artefact/artefact_inside.h"
#include "triage/artefact/log_line.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARSER(name) extern const struct artefact_kind artefact_##name;
#include "triage/artefact/parsers.def"
#undef PARSER

static const struct artefact_kind *const kinds[] = {
#define PARSER(name) &artefact_##name,
#include "triage/artefact/parsers.def"
#undef PARSER
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

const struct artefact_kind *
artefact_kind(size_t index)
{
	return index < KIND_COUNT ? kinds[index] : NULL;
}

const struct artefact_kind *
artefact_claim(const struct artefact_subject *who, struct view head)
{
	if (head.size > ARTEFACT_HEAD)
		head.size = ARTEFACT_HEAD;
	const struct artefact_kind *found = NULL;
	log_head_keep(head);
	for (size_t i = 0; i < KIND_COUNT && found == NULL; i++)
		if (kinds[i]->claims(who, head))
			found = kinds[i];
	log_head_drop();
	return found;
}

bool
artefact_is_companion(const char *ending)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		for (const char *const *c = kinds[i]->companions; c != NULL && *c != NULL; c++)
			if (strcasecmp(*c, ending) == 0)
				return true;
	return false;
}

bool
artefact_companion_begins(const char *ending, struct view head)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		for (const char *const *c = kinds[i]->companions; c != NULL && *c != NULL; c++)
			if (strcasecmp(*c, ending) == 0 && (head.size == 0 || kinds[i]->begins(head)))
				return true;
	return false;
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an artefact");
	return TRIAGE_E_MEMORY;
}

enum triage_status
artefact_open(const struct artefact_kind *kind, const struct artefact_subject *who, const struct artefact_sink *sink, struct artefact **ret_a,
    struct triage_error *err)
{
	struct artefact *a = fault_hit() ? NULL : calloc(1, sizeof(*a));
	if (a == NULL)
		return no_memory(err);
	a->kind = kind;
	a->who = who;
	a->sink = sink;
	if (kind->state_size > 0 && (a->state = fault_hit() ? NULL : calloc(1, kind->state_size)) == NULL) {
		free(a);
		return no_memory(err);
	}
	buf_init(&a->held, kind->parse != NULL ? (size_t)ARTEFACT_WHOLE_MAX : ARTEFACT_CARRY_MAX + ARTEFACT_PIECE);
	artefact_out_init(a);
	*ret_a = a;
	return TRIAGE_OK;
}

bool
artefact_gave_up(const struct artefact *a)
{
	return a->given_up;
}

void
artefact_close(struct artefact *a)
{
	if (a == NULL)
		return;
	if (a->kind->release != NULL)
		a->kind->release(a->state);
	free(a->state);
	buf_release(&a->held);
	artefact_out_release(a);
	free(a);
}

const struct artefact_subject *
artefact_who(const struct artefact *a)
{
	return a->who;
}

bool
artefact_companion(struct artefact *a, const char *ending, struct view *ret_bytes)
{
	return a->sink->companion != NULL && a->sink->companion(a->sink->ctx, ending, ret_bytes);
}

/* --- bytes --- */

static enum triage_status
feed_whole(struct artefact *a, struct view bytes, bool last, struct triage_error *err)
{
	if (!a->given_up && bytes.size > a->held.max - a->held.size) {
		a->given_up = true;
		enum triage_status st = artefact_remark(a, TRIAGE_MEDIUM, "artefact-too-large", 0, a->who->size, err,
		    "a stream of more than %u MiB is not parsed as %s", (unsigned)(a->held.max >> 20), a->kind->title);
		buf_release(&a->held);
		if (st != TRIAGE_OK)
			return st;
	}
	if (a->given_up)
		return TRIAGE_OK;
	/* all there is comes at once: no copy */
	if (last && a->held.size == 0)
		return a->kind->parse(a, bytes, err);
	buf_put(&a->held, bytes.data, bytes.size);
	if (a->held.failed)
		return no_memory(err);
	return last ? a->kind->parse(a, (struct view){ (const uint8_t *)buf_cstr(&a->held), a->held.size }, err) : TRIAGE_OK;
}

/* What a parser with steps has left is kept, up to ARTEFACT_CARRY_MAX; more is passed over, and said. */
static enum triage_status
keep_rest(struct artefact *a, struct view rest, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (rest.size > ARTEFACT_CARRY_MAX) {
		size_t over = rest.size - ARTEFACT_CARRY_MAX;
		st = artefact_remark(a, TRIAGE_LOW, "record-too-long", a->at, over, err, "a record that is longer than %u MiB was passed over in part",
		    (unsigned)(ARTEFACT_CARRY_MAX >> 20));
		rest.data += over;
		rest.size -= over;
		a->at += over;
	}
	/* rest may lie in held itself */
	if (rest.size > 0 && a->held.size >= rest.size && rest.data >= (const uint8_t *)a->held.data && rest.data < (const uint8_t *)a->held.data + a->held.size) {
		memmove(a->held.data, rest.data, rest.size);
		a->held.size = rest.size;
	} else {
		buf_clear(&a->held);
		buf_put(&a->held, rest.data, rest.size);
	}
	return st == TRIAGE_OK && a->held.failed ? no_memory(err) : st;
}

static enum triage_status
step(struct artefact *a, struct view bytes, bool last, struct triage_error *err)
{
	size_t used = 0;
	bool joined = a->held.size > 0;
	if (joined) {
		buf_put(&a->held, bytes.data, bytes.size);
		if (a->held.failed)
			return no_memory(err);
		bytes = (struct view){ (const uint8_t *)a->held.data, a->held.size };
	}
	enum triage_status st = a->kind->step(a, a->state, bytes, a->at, last, &used, err);
	if (st != TRIAGE_OK)
		return st;
	used = used > bytes.size ? bytes.size : used;
	a->at += used;
	return last ? TRIAGE_OK : keep_rest(a, (struct view){ bytes.data + used, bytes.size - used }, err);
}

static enum triage_status
feed_steps(struct artefact *a, struct view bytes, bool last, struct triage_error *err)
{
	/* with nothing held a piece goes through as it is; else it is joined a bounded part at a time */
	enum triage_status st = TRIAGE_OK;
	do {
		size_t n = a->held.size > 0 && bytes.size > ARTEFACT_PIECE ? ARTEFACT_PIECE : bytes.size;
		st = step(a, (struct view){ bytes.data, n }, last && n == bytes.size, err);
		bytes.data += n;
		bytes.size -= n;
	} while (st == TRIAGE_OK && bytes.size > 0);
	return st;
}

enum triage_status
artefact_feed(struct artefact *a, struct view bytes, bool last, struct triage_error *err)
{
	enum triage_status st = a->kind->parse != NULL ? feed_whole(a, bytes, last, err) : feed_steps(a, bytes, last, err);
	return st == TRIAGE_OK && last ? artefact_remarks_end(a, err) : st;
}

#include "triage/run/worker_artefact.h"

#include "triage/evidence/content.h"
#include "triage/run/opener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLUSH_AT = 64 << 10, COMPANION_MAX = 64 << 20 };

static enum triage_status
flush(struct worker *w, struct triage_error *err)
{
	worker_beat(w);
	return wire_pending(&w->wire) > FLUSH_AT ? wire_flush(&w->wire, true, err) : TRIAGE_OK;
}

static enum triage_status
take_event(void *ctx, const struct triage_event *e, struct triage_error *err)
{
	struct worker_artefact *a = ctx;
	a->events++;
	wire_put_event(&a->w->wire, a->w->job, e);
	return flush(a->w, err);
}

static enum triage_status
take_fact(void *ctx, const struct triage_fact *f, struct triage_error *err)
{
	struct worker_artefact *a = ctx;
	wire_put_fact(&a->w->wire, a->w->job, f);
	return flush(a->w, err);
}

static enum triage_status
take_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	const struct evidence_sink sink = worker_sink(((struct worker_artefact *)ctx)->w);
	return sink.problem(sink.ctx, p, err);
}

/* --- files beside it --- */

static enum triage_status
read_content(struct worker_artefact *a, struct worker_companion *c, struct triage_error *err)
{
	struct evidence_content *content;
	enum triage_status st = evidence_content_open(a->fs, c->inode, c->attr_type, c->attr_id, &content, err);
	if (st != TRIAGE_OK)
		return st;
	uint64_t size = evidence_content_worth(content);
	c->bytes = size > COMPANION_MAX ? NULL : malloc((size_t)size + 1);
	st = c->bytes == NULL ? TRIAGE_E_LIMIT : evidence_content_read(content, 0, c->bytes, (size_t)size, &c->size, err);
	evidence_content_close(content);
	return st;
}

static enum triage_status
read_descriptor(struct worker_artefact *a, struct worker_companion *c, struct triage_error *err)
{
	int fd = -1;
	enum triage_status st = opener_request(a->w->setup->openers[a->source], c->raw_path.data, c->raw_path.size, c->attr_type, c->attr_id, &fd, err);
	if (st != TRIAGE_OK)
		return st;
	c->bytes = malloc(COMPANION_MAX + 1);
	while (c->bytes != NULL && c->size <= COMPANION_MAX) {
		ssize_t n = pread(fd, c->bytes + c->size, COMPANION_MAX + 1 - c->size, (off_t)c->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			triage_error_set(err, TRIAGE_E_IO, c->size, "the file %s beside it cannot be read", c->ending);
			st = TRIAGE_E_IO;
		}
		if (n <= 0)
			break;
		c->size += (size_t)n;
	}
	close(fd);
	if (st == TRIAGE_OK && (c->bytes == NULL || c->size > COMPANION_MAX))
		st = TRIAGE_E_LIMIT;
	if (st != TRIAGE_OK)
		return st;
	uint8_t *fitting = realloc(c->bytes, c->size + 1);
	if (fitting != NULL)
		c->bytes = fitting;
	return TRIAGE_OK;
}

static bool
companion(void *ctx, const char *ending, struct view *ret_bytes)
{
	struct worker_artefact *a = ctx;
	struct triage_error err = { .offset = TRIAGE_NO_OFFSET };
	if (a->member)
		return a->beside != NULL && a->beside(a->beside_ctx, ending, ret_bytes);
	for (size_t i = 0; i < a->companion_count; i++) {
		struct worker_companion *c = &a->companions[i];
		if (strcasecmp(c->ending, ending) != 0)
			continue;
		if (c->bytes == NULL && !c->failed) {
			triage_error_set(&err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "the file %s beside it is too large to be read with it", ending);
			c->failed = (a->fs != NULL ? read_content(a, c, &err) : read_descriptor(a, c, &err)) != TRIAGE_OK;
			if (c->failed)
				worker_problem(a->w, "artefact", "companion-unreadable", &err);
		}
		if (c->failed)
			return false;
		*ret_bytes = (struct view){ c->bytes, c->size };
		return true;
	}
	return false;
}

/* --- the stream --- */

static void
give_up(struct worker_artefact *a)
{
	artefact_close(a->artefact);
	a->artefact = NULL;
}

/* Its number from 1, for the supervisor should this process die. */
static uint32_t
number_of(const struct artefact_kind *kind)
{
	uint32_t number = 1;
	for (const struct artefact_kind *k; (k = artefact_kind(number - 1)) != NULL && k != kind; number++)
		continue;
	return number;
}

static void
tell_end(struct worker_artefact *a, bool whole)
{
	wire_put_artefact(&a->w->wire, a->w->job, &(struct triage_parsed){ .parser = a->kind->name, .bytes = a->bytes, .events = a->events,
		.whole = whole });
	give_up(a);
}

static enum triage_status
begin(struct worker_artefact *a, const struct analyse_subject *who, struct view head, struct triage_error *err)
{
	static const struct artefact_sink calls = { .event = take_event, .fact = take_fact, .problem = take_problem, .companion = companion };
	static struct artefact_sink sink;
	give_up(a);
	a->bytes = a->events = 0;
	a->member = strcmp(who->path, a->w->path) != 0;
	a->beside = who->beside;
	a->beside_ctx = who->beside_ctx;
	a->who = (struct artefact_subject){ .path = who->path, .name = who->name, .owner = who->owner != NULL ? who->owner : "", .size = who->size,
	    .mtime = a->member ? who->mtime : a->mtime, .btime = a->member ? TRIAGE_TIME_NONE : a->btime };
	a->kind = artefact_claim(&a->who, head);
	if (a->kind != NULL && a->live_mft && !a->member && strcmp(a->kind->name, "mft") == 0)
		a->kind = NULL;
	if (a->kind == NULL)
		return TRIAGE_OK;
	atomic_store_explicit(&a->w->setup->page->parser, number_of(a->kind), memory_order_relaxed);
	sink = calls;
	sink.ctx = a;
	return artefact_open(a->kind, &a->who, &sink, &a->artefact, err);
}

/* A parser that runs out of memory loses its stream, not the pass over it. */
static enum triage_status
lost(struct worker_artefact *a, struct triage_error *why)
{
	worker_problem(a->w, "artefact", "artefact-not-parsed", why);
	tell_end(a, false);
	return TRIAGE_OK;
}

enum triage_status
worker_artefact_bytes(struct worker_artefact *a, const struct analyse_subject *who, struct view bytes, uint64_t at, bool last, struct triage_error *err)
{
	worker_at_stage(a->w, WORKER_ARTEFACT);
	enum triage_status st = at == 0 ? begin(a, who, bytes, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return lost(a, err);
	if (a->artefact == NULL) {
		worker_at_stage(a->w, WORKER_READ);
		return TRIAGE_OK;
	}
	a->bytes += bytes.size;
	st = artefact_feed(a->artefact, bytes, last, err);
	if (st == TRIAGE_E_MEMORY)
		return lost(a, err);
	if (st == TRIAGE_OK && last)
		tell_end(a, !artefact_gave_up(a->artefact));
	worker_at_stage(a->w, WORKER_READ);
	return st;
}

void
worker_artefact_release(struct worker_artefact *a)
{
	give_up(a);
	for (size_t i = 0; i < a->companion_count; i++)
		free(a->companions[i].bytes);
	a->companion_count = 0;
}

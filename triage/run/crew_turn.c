/* crew_turn.c - what workers send, and how they die: one turn of the crew. */
#include "triage/run/crew_inside.h"

#include "triage/run/border.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { DEATHS_BEFORE_READY = 3 };

#define NO_PROGRESS "no progress within the time limit"
#define NO_END "it did not come to an end within the time that its size allows"

/* How a worker ended, as a problem code and a line. */
static const char *
death_of(const struct crew_worker *w, int status, unsigned stage, char *why, size_t size)
{
	const char *at = worker_stage_name(stage);
	if (w->killed_for != NULL) {
		snprintf(why, size, "the worker was stopped at stage %s: %s", at, w->killed_for);
		return strcmp(w->killed_for, NO_PROGRESS) == 0 || strcmp(w->killed_for, NO_END) == 0 ? "worker-timeout" : "worker-untrusted";
	}
	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));
		snprintf(why, size, "the worker died of signal SIG%s at stage %s", name != NULL ? name : "?", at);
	} else {
		snprintf(why, size, "the worker ended with status %d at stage %s", WEXITSTATUS(status), at);
	}
	return "worker-crashed";
}

/*
 * The job that a dead worker was at, as its page says; answers to those before it may have died with it. Where the first in its queue was to answer
 * before the next, it is that one, whatever the page says: a worker that was taken over cannot put its death down to another object.
 */
static size_t
guilty_job(const struct crew_worker *w)
{
	uint64_t id = atomic_load_explicit(&w->page->job, memory_order_relaxed);
	for (size_t i = 0; w->job_count > 0 && !w->jobs[0].early && i < w->job_count; i++)
		if (w->jobs[i].id == id)
			return i;
	return 0;
}

static enum triage_status
on_death(struct crew *c, size_t slot, struct triage_error *err)
{
	struct crew_worker *w = &c->workers[slot];
	int status = 0;
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	w->pid = 0;
	/* a lister lives for its one job, so what it dies of is told of that; others become ready meanwhile, and counting in a row would not come to an end */
	bool for_job = w->ready || w->role == WORKER_LISTER;
	/* all that a worker reads of the evidence before it is ready is containers that are opened between the seals: the run goes on without these */
	bool last_chance = !for_job && ++c->deaths_in_row >= DEATHS_BEFORE_READY && !c->unopened && c->start_error[0] == '\0';
	if (last_chance) {
		c->unopened = true;
		c->deaths_in_row = 0;
	}
	if (!for_job && c->deaths_in_row >= DEATHS_BEFORE_READY) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "workers cannot start: %s",
		    c->start_error[0] != '\0' ? c->start_error : "they die before they are ready");
		return TRIAGE_E_UNSUPPORTED;
	}
	size_t guilty = guilty_job(w);
	unsigned stage = atomic_load_explicit(&w->page->stage, memory_order_relaxed);
	char why[200];
	const char *code = death_of(w, status, stage, why, sizeof(why));
	if (!w->ready && c->start_error[0] != '\0')
		snprintf(why, sizeof(why), "the worker cannot start: %.160s", c->start_error);
	if (for_job && guilty == 0 && w->job_count > 0) {
		struct crew_job job = w->jobs[0];
		crew_remove_job(w, 0);
		job.attempts++;
		job.early = true;
		uint32_t parser = atomic_load_explicit(&w->page->parser, memory_order_relaxed);
		job.parsed = job.parsed || parser != 0 || stage == WORKER_ARTEFACT;
		job.parser = parser != 0 ? parser : job.parser;
		c->owner.lost(c->owner.ctx, &job, code, why);
	}
	/* one of these it was, and which is only what the worker says: next time each answers before the one after it is begun */
	for (size_t i = 0; guilty > 0 && i <= guilty; i++)
		w->jobs[i].early = true;
	while (w->job_count > 0) {
		struct crew_job job = w->jobs[0];
		crew_remove_job(w, 0);
		c->owner.returned(c->owner.ctx, &job);
	}
	crew_clear_slot(w);
	return TRIAGE_OK;
}

static bool
on_ready(struct crew *c, struct crew_worker *w, const struct wire_frame *frame)
{
	struct wire_cursor cursor = { frame->payload, false };
	uint64_t layers = wire_get_u64(&cursor);
	char text[1001];
	wire_get_text(&cursor, text, 1000);
	if (!wire_all_read(&cursor))
		return false;
	if (text[0] != '\0') {
		snprintf(c->start_error, sizeof(c->start_error), "%.190s", text);
		return true;
	}
	w->ready = true;
	if (w->role == WORKER_EXAMINER)
		c->layers &= (unsigned)layers;
	c->deaths_in_row = 0;
	return true;
}

static void
take_frames(struct crew *c, struct crew_worker *w)
{
	struct triage_error err = { 0 };
	struct wire_frame frame;
	enum triage_status st;
	while ((st = wire_take(&w->wire, &frame, &err)) == TRIAGE_OK) {
		size_t index = SIZE_MAX;
		const char *refused = border_refuses(w, &frame, &index);
		bool finished = false, ok = refused == NULL;
		if (ok && frame.type == WIRE_READY)
			ok = on_ready(c, w, &frame);
		else if (ok)
			ok = c->owner.frame(c->owner.ctx, w, index != SIZE_MAX ? &w->jobs[index] : NULL, &frame, &finished);
		if (!ok) {
			w->killed_for = refused;
			st = TRIAGE_E_FORMAT;
			break;
		}
		if (finished && index != SIZE_MAX) {
			crew_job_release(&w->jobs[index]);
			crew_remove_job(w, index);
			w->front_since = crew_clock();
		}
	}
	if (st == TRIAGE_E_FORMAT) {
		w->killed_for = w->killed_for != NULL ? w->killed_for : BORDER_NOT_ALLOWED;
		kill(w->pid, SIGKILL);
	}
}

static void
watch(struct crew *c, struct crew_worker *w, double now)
{
	uint64_t job = atomic_load_explicit(&w->page->job, memory_order_relaxed);
	uint64_t beat = atomic_load_explicit(&w->page->beat, memory_order_relaxed);
	bool moved = job != w->seen_job || beat != w->seen_beat || (w->job_count == 0 && w->ready);
	if (moved) {
		w->seen_job = job;
		w->seen_beat = beat;
		w->seen_at = now;
	}
	if (!moved && now - w->seen_at > c->unit_seconds && w->killed_for == NULL) {
		w->killed_for = NO_PROGRESS;
		kill(w->pid, SIGKILL);
	} else if ((w->job_count > 0 || !w->ready) && w->killed_for == NULL && now - w->front_since > crew_end_of(c, w)) {
		/* it says that it makes progress, and may say so for ever */
		w->killed_for = NO_END;
		kill(w->pid, SIGKILL);
	}
}

/* Read, take frames, write; true when the worker's channel has ended. */
static bool
serve(struct crew *c, struct crew_worker *w, short events)
{
	struct triage_error err = { 0 };
	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) {
		/* bounded, so that one flood cannot keep the others waiting */
		for (int i = 0; i < 16 && !w->wire.ended; i++) {
			size_t before = w->wire.in.size - w->wire.in_done;
			if (wire_fill(&w->wire, false, &err) != TRIAGE_OK)
				break;
			if (w->wire.in.size == before)
				break;
			take_frames(c, w);
			if (w->killed_for != NULL)
				break;
		}
	}
	if (!w->wire.ended && wire_pending(&w->wire) > 0 && wire_flush(&w->wire, false, &err) != TRIAGE_OK)
		w->wire.ended = true;
	return w->wire.ended || w->killed_for != NULL;
}

enum triage_status
crew_turn(struct crew *c, int milliseconds, struct triage_error *err)
{
	struct pollfd polls[256];
	size_t slots[256], n = 0;
	for (size_t i = 0; i < c->count && n < sizeof(polls) / sizeof(polls[0]); i++) {
		struct crew_worker *w = &c->workers[i];
		if (w->pid == 0)
			continue;
		slots[n] = i;
		polls[n++] = (struct pollfd){ .fd = w->wire.fd, .events = (short)(POLLIN | (wire_pending(&w->wire) > 0 ? POLLOUT : 0)) };
	}
	if (poll(polls, n, milliseconds) < 0 && errno != EINTR) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "waiting for workers");
		return TRIAGE_E_IO;
	}
	double now = crew_clock();
	for (size_t i = 0; i < n; i++) {
		struct crew_worker *w = &c->workers[slots[i]];
		bool dead = serve(c, w, polls[i].revents);
		if (!dead)
			watch(c, w, now);
		enum triage_status st = dead ? on_death(c, slots[i], err) : TRIAGE_OK;
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

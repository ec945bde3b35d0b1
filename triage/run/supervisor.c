#include "triage/run/supervisor.h"

#include "triage/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_PATH = 200 };
#define COMMIT_SECONDS 2.0	/* what a power cut may cost */

void
supervisor_log(struct supervisor *s, enum triage_severity severity, const char *format, ...)
{
	if (s->observer->log == NULL)
		return;
	char line[1200];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	s->observer->log(s->observer->ctx, severity, line);
}

enum triage_status
supervisor_problem(struct supervisor *s, uint64_t evidence_id, uint64_t filesystem_id, const char *path, const struct triage_problem *p,
    struct triage_error *err)
{
	s->progress.problems++;
	supervisor_log(s, p->severity, "%s%s%s", path, path[0] != '\0' ? ": " : "", p->message);
	return case_put_problem(s->store, evidence_id, filesystem_id, path, p, err);
}

/* A path cut in the middle, so that both the place and the name stay. */
static void
shorten(char *out, const char *path)
{
	size_t size = strlen(path);
	if (size < PROGRESS_PATH) {
		memcpy(out, path, size + 1);
		return;
	}
	size_t head = 60, tail = size - 130;
	while (head > 0 && ((uint8_t)path[head] & 0xc0) == 0x80)
		head--;
	while (((uint8_t)path[tail] & 0xc0) == 0x80)
		tail++;
	snprintf(out, PROGRESS_PATH, "%.*s...%s", (int)head, path, path + tail);
}

static const char *
stage_text(unsigned stage)
{
	switch (stage) {
	case WORKER_OPEN: return "opening";
	case WORKER_PROBE: return "probing";
	case WORKER_LIST: return "listing";
	case WORKER_READ: return "reading";
	case WORKER_TYPE: return "file type";
	case WORKER_RULES: return "rules";
	case WORKER_IMAGE: return "image hash";
	case WORKER_ARTEFACT: return "parsing";
	default: return "idle";
	}
}

static void
fill_workers(struct supervisor *s)
{
	struct triage_progress *p = &s->progress;
	uint64_t hashed = 0;
	p->workers = 0;
	for (size_t i = 0; i < s->crew.count && p->workers < TRIAGE_PROGRESS_WORKERS; i++) {
		struct crew_worker *w = &s->crew.workers[i];
		if (w->pid == 0)
			continue;
		uint64_t job = atomic_load_explicit(&w->page->job, memory_order_relaxed);
		unsigned n = p->workers++;
		p->worker[n].pid = w->pid;
		p->worker[n].stage = stage_text(atomic_load_explicit(&w->page->stage, memory_order_relaxed));
		p->worker[n].path[0] = '\0';
		if (w->image)
			hashed += atomic_load_explicit(&w->page->bytes, memory_order_relaxed);
		for (size_t k = 0; k < w->job_count; k++)
			if (w->jobs[k].id == job && w->jobs[k].kind == CREW_CONTENT)
				shorten(p->worker[n].path, w->jobs[k].unit.path);
	}
	if (hashed > p->image_bytes_done)
		p->image_bytes_done = hashed;
}

/* A stream costs about as much as reading this many bytes, before its first byte is read. */
#define STREAM_COST 100e3

/* Of the content, at the pace so far; negative: not known. */
static double
seconds_left(const struct supervisor *s, double now, double elapsed_min)
{
	const struct triage_progress *p = &s->progress;
	double total = (double)p->bytes + STREAM_COST * (double)p->units, done = (double)p->bytes_done + STREAM_COST * (double)p->units_done;
	double base = s->content_base, elapsed = now - s->content_started;
	return s->phase == TRIAGE_PHASE_CONTENT && done - base > 0 && elapsed > elapsed_min ? elapsed * (total - done) / (done - base) : -1;
}

static void
estimate(struct supervisor *s, double now)
{
	struct triage_progress *p = &s->progress;
	p->eta_seconds = seconds_left(s, now, 1);
	double image_left = p->image_bytes > p->image_bytes_done ? (double)(p->image_bytes - p->image_bytes_done) : 0;
	if (p->image_bytes_done > 0 && now - s->started > 1) {
		double image_eta = (now - s->started) * image_left / (double)p->image_bytes_done;
		if (s->phase == TRIAGE_PHASE_CONTENT && image_eta > p->eta_seconds)
			p->eta_seconds = image_eta;
	}
}

enum triage_status
supervisor_tick(struct supervisor *s, struct triage_error *err)
{
	double now = crew_clock();
	if (s->observer->cancelled != NULL && s->observer->cancelled(s->observer->ctx)) {
		triage_error_set(err, TRIAGE_E_INTERRUPTED, TRIAGE_NO_OFFSET, "interrupted; go on with: triage run --resume %s", s->bundle);
		return TRIAGE_E_INTERRUPTED;
	}
	if (!s->budget_ended && s->plan->budget_seconds > 0 && now - s->started > s->plan->budget_seconds && s->phase == TRIAGE_PHASE_CONTENT) {
		s->budget_ended = true;
		s->budget_rest = seconds_left(s, now, 0);
	}
	if (now - s->last_progress >= 0.25) {
		s->last_progress = now;
		s->progress.phase = s->phase;
		s->progress.seconds = now - s->started;
		fill_workers(s);
		estimate(s, now);
		if (s->observer->progress != NULL)
			s->observer->progress(s->observer->ctx, &s->progress);
	}
	if (now - s->last_commit >= COMMIT_SECONDS && s->store != NULL) {
		s->last_commit = now;
		return case_commit(s->store, err);
	}
	return TRIAGE_OK;
}

void
supervisor_release_filesystem(struct run_filesystem *f)
{
	free((void *)(uintptr_t)f->fs.type);
	free((void *)(uintptr_t)f->fs.label);
	free((void *)(uintptr_t)f->fs.uuid);
	free(f->last_path);
	free(f->family);
	paths_release(&f->paths);
	*f = (struct run_filesystem){ 0 };
}

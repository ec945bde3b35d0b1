#include "triage/run/crew.h"

#include "triage/base/scoped.h"
#include "triage/run/border.h"
#include "triage/run/opener.h"
#include "triage/run/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum { DEATHS_BEFORE_READY = 3, PAGE = 4096 };
/* An object may take END_FACTOR times --unit-timeout, and a second for each SLOWEST bytes, whatever its worker says of its progress. */
#ifdef TRIAGE_FAULT
enum { END_FACTOR = 2, SLOWEST = 256 << 10 };
#else
enum { END_FACTOR = 40, SLOWEST = 256 << 10 };
#endif
#define NO_PROGRESS "no progress within the time limit"
#define NO_END "it did not come to an end within the time that its size allows"

double
crew_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

enum triage_status
crew_init(struct crew *c, size_t slots, struct triage_error *err)
{
	c->workers = calloc(slots, sizeof(*c->workers));
	if (c->workers == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu workers", slots);
		return TRIAGE_E_MEMORY;
	}
	c->count = slots;
	c->layers = SANDBOX_ALL;
	return TRIAGE_OK;
}

static bool
make_channel(int type, int fds[2])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) != 0)
		return false;
	int room = 1 << 20;
	for (int i = 0; i < 2; i++) {
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
		setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	}
	return true;
}

/* In a forked child: never returns. */
static _Noreturn void
opener_main(int root, const char *only, int channel, int parent)
{
	struct triage_error err;
	unsigned layers = 0;
	const int keep[] = { root, channel };
	const struct sandbox_config config = { .keep_fds = keep, .keep_count = 2, .memory = 256 << 20, .file_bytes = OPENER_XATTR_MAX,
	    .parent = parent };
	if (sandbox_begin(&config, &layers, &err) == TRIAGE_OK && sandbox_opener(root, &layers, &err) == TRIAGE_OK)
		opener_serve(root, only, channel);
	_exit(0);
}

static bool
start_openers(struct crew *c, struct crew_worker *w)
{
	w->openers = malloc((c->source_count + 1) * sizeof(*w->openers));
	w->opener_pids = calloc(c->source_count + 1, sizeof(*w->opener_pids));
	if (w->openers == NULL || w->opener_pids == NULL)
		return false;
	for (size_t i = 0; i < c->source_count; i++)
		w->openers[i] = -1;
	int parent = getpid();
	for (size_t i = 0; i < c->source_count; i++) {
		int pair[2];
		if (w->role == WORKER_LISTER || c->sources[i].kind != TRIAGE_EVIDENCE_DIRECTORY)
			continue;
		if (!make_channel(SOCK_SEQPACKET, pair))
			return false;
		int pid = fork();
		if (pid == 0)
			opener_main(c->sources[i].fds[0], c->sources[i].only, pair[1], parent);
		close(pair[1]);
		w->openers[i] = pair[0];
		w->opener_pids[i] = pid > 0 ? pid : 0;
		if (pid < 0)
			return false;
	}
	return true;
}

static void
bury(int pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

static void
clear_slot(struct crew_worker *w)
{
	for (size_t i = 0; i < w->source_count; i++) {
		if (w->openers != NULL && w->openers[i] >= 0)
			close(w->openers[i]);
		if (w->opener_pids != NULL)
			bury(w->opener_pids[i]);
	}
	free(w->openers);
	free(w->opener_pids);
	if (w->wire.fd > 0)
		close(w->wire.fd);
	wire_stream_release(&w->wire);
	if (w->page != NULL)
		munmap(w->page, PAGE);
	*w = (struct crew_worker){ .image = w->image };
}

enum triage_status
crew_start(struct crew *c, size_t slot, enum worker_role role, size_t lister_source, struct triage_error *err)
{
	struct crew_worker *w = &c->workers[slot];
	int pair[2];
	w->role = role;
	w->lister_source = lister_source;
	w->source_count = c->source_count;
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	w->page = page != MAP_FAILED ? page : NULL;
	if (w->page == NULL || !make_channel(SOCK_STREAM, pair)) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot start a worker");
		clear_slot(w);
		return TRIAGE_E_IO;
	}
	atomic_store_explicit(&w->page->alone, c->alone, memory_order_relaxed);
	wire_stream_init(&w->wire, pair[0]);
	bool ok = start_openers(c, w);
	int parent = getpid();
	int pid = ok ? fork() : -1;
	if (pid == 0) {
		const struct worker_setup setup = { .role = role, .sources = c->sources, .source_count = c->source_count,
		    .lister_source = lister_source, .rules = role == WORKER_EXAMINER ? c->rules : NULL, .tables = c->tables,
		    .layers = c->layers_wanted, .channel = pair[1], .openers = w->openers,
		    .page = w->page, .memory = c->memory, .parent = parent, .carve = c->carve, .unpack = c->unpack };
		worker_main(&setup);
	}
	close(pair[1]);
	if (pid < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot start a worker");
		clear_slot(w);
		return TRIAGE_E_IO;
	}
	w->pid = pid;
	w->seen_at = crew_clock();
	return TRIAGE_OK;
}

void
crew_probe_alone(struct crew *c)
{
	c->alone = true;
	for (size_t i = 0; i < c->count; i++)
		if (c->workers[i].page != NULL)
			atomic_store_explicit(&c->workers[i].page->alone, 1, memory_order_relaxed);
}

static void
remove_job(struct crew_worker *w, size_t index)
{
	w->queued_bytes -= w->jobs[index].unit.size < w->queued_bytes ? w->jobs[index].unit.size : w->queued_bytes;
	w->job_count--;
	memmove(&w->jobs[index], &w->jobs[index + 1], (w->job_count - index) * sizeof(w->jobs[0]));
}

void
crew_stop(struct crew *c, size_t slot)
{
	struct crew_worker *w = &c->workers[slot];
	if (w->pid == 0)
		return;
	bury(w->pid);
	while (w->job_count > 0) {
		struct crew_job job = w->jobs[0];
		remove_job(w, 0);
		c->owner.returned(c->owner.ctx, &job);
	}
	clear_slot(w);
}

void
crew_release(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		crew_stop(c, i);
	free(c->workers);
	c->workers = NULL;
	c->count = 0;
}

void
crew_give(struct crew *c, size_t slot, struct crew_job *job)
{
	struct crew_worker *w = &c->workers[slot];
	w->front_since = w->job_count == 0 ? crew_clock() : w->front_since;
	w->jobs[w->job_count++] = *job;
	w->queued_bytes += job->unit.size;
}

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
	if (!w->ready && ++c->deaths_in_row >= DEATHS_BEFORE_READY) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "workers cannot start: %s",
		    c->start_error[0] != '\0' ? c->start_error : "they die before they are ready");
		return TRIAGE_E_UNSUPPORTED;
	}
	size_t guilty = guilty_job(w);
	unsigned stage = atomic_load_explicit(&w->page->stage, memory_order_relaxed);
	char why[200];
	const char *code = death_of(w, status, stage, why, sizeof(why));
	if (w->ready && guilty == 0 && w->job_count > 0) {
		struct crew_job job = w->jobs[0];
		remove_job(w, 0);
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
		remove_job(w, 0);
		c->owner.returned(c->owner.ctx, &job);
	}
	clear_slot(w);
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
			case_unit_release(&w->jobs[index].unit);
			remove_job(w, index);
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
	} else if (w->job_count > 0 && w->jobs[0].kind == CREW_CONTENT && w->killed_for == NULL &&
	    now - w->front_since > END_FACTOR * c->unit_seconds + (double)w->jobs[0].unit.size / SLOWEST) {
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

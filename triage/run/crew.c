/* crew.c - workers begun and ended; crew_turn.c hears them. */
#include "triage/run/crew_inside.h"

#include "triage/base/scoped.h"
#include "triage/run/opener.h"
#include "triage/run/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

enum { PAGE = 4096 };

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

void
crew_clear_slot(struct crew_worker *w)
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
		crew_clear_slot(w);
		return TRIAGE_E_IO;
	}
	atomic_store_explicit(&w->page->alone, c->alone, memory_order_relaxed);
	atomic_store_explicit(&w->page->unopened, c->unopened, memory_order_relaxed);
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
		crew_clear_slot(w);
		return TRIAGE_E_IO;
	}
	w->pid = pid;
	w->seen_at = w->front_since = crew_clock();
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

void
crew_job_release(struct crew_job *job)
{
	case_unit_release(&job->unit);
	free(job->streams);
	job->streams = NULL;
}

void
crew_remove_job(struct crew_worker *w, size_t index)
{
	w->queued_bytes -= w->jobs[index].unit.size < w->queued_bytes ? w->jobs[index].unit.size : w->queued_bytes;
	w->job_count--;
	/* nearly always the first */
	if (index == 0)
		w->jobs++;
	else
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
		crew_remove_job(w, 0);
		c->owner.returned(c->owner.ctx, &job);
	}
	crew_clear_slot(w);
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
	if (w->job_count == 0) {
		w->jobs = w->queue;
	} else if (w->jobs + w->job_count == w->queue + 2 * CREW_QUEUE) {
		memmove(w->queue, w->jobs, w->job_count * sizeof(w->jobs[0]));
		w->jobs = w->queue;
	}
	w->jobs[w->job_count++] = *job;
	w->queued_bytes += job->unit.size;
}

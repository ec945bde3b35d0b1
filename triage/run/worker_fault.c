/* worker_fault.c - for tests: a worker that was taken over, and lies in every way that the wire lets it. tests/e2e/workers.sh tells what it costs. */
#include "triage/run/opener.h"
#include "triage/run/worker_inside.h"

#ifdef TRIAGE_FAULT
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
put_raw(struct worker *w, uint32_t size, uint16_t type, uint16_t zero, uint64_t job, const void *payload, size_t there)
{
	buf_put(&w->wire.out, &size, sizeof(size));
	buf_put(&w->wire.out, &type, sizeof(type));
	buf_put(&w->wire.out, &zero, sizeof(zero));
	buf_put(&w->wire.out, &job, sizeof(job));
	buf_put(&w->wire.out, payload, there);
}

/* Lives on, and is not heard of again. */
static _Noreturn void
be_silent(void)
{
	for (;;)
		sched_yield();
}

/* The job that is next in this worker's queue. */
static uint64_t
next_job(const struct worker *w)
{
	uint64_t job = w->job + 1;
	if (w->wire.in.size - w->wire.in_done >= WIRE_HEADER)
		memcpy(&job, w->wire.in.data + w->wire.in_done + 8, sizeof(job));
	return job;
}

/* A worker that was taken over and knows the protocol. Does nothing for other words; else what it said was heard, or it is dead, when this returns. */
void
worker_misbehave(struct worker *w, const char *act)
{
	static const char *const acts[] = { "next", "blame", "phase", "again", "long", "type", "half", "utf8", "nul", "number", "short", "events", "facts",
	    "problems", "beat", "empty", "mute" };
	static uint8_t junk[4096];
	static char text[16 << 10];
	struct triage_error err;
	size_t what = 0, mark;
	while (what < sizeof(acts) / sizeof(acts[0]) && strcmp(act, acts[what]) != 0)
		what++;
	if (what == sizeof(acts) / sizeof(acts[0]))
		return;
	const struct triage_content good = { .state = TRIAGE_CONTENT_COMPLETE, .mime = "", .magic = "" };
	struct triage_event e = { .time = 1, .precision = "s", .meaning = "m", .source = "evtx", .parser = "p", .host = "", .user = "", .message = "m",
	    .technique = "", .data = "{}" };
	memset(text, 'x', sizeof(text) - 1);
	switch (what) {
	case 0: wire_put_content(&w->wire, WIRE_CONTENT, next_job(w), &good); break;	/* of an object whose turn has not come */
	case 1:		/* dies, and says that it was at another */
		atomic_store(&w->setup->page->job, next_job(w));
		abort();
	case 2:
		wire_begin(&w->wire, WIRE_DIGESTS, w->job, &mark);
		wire_put_text(&w->wire, "");
		wire_end(&w->wire, mark);
		break;
	case 3: put_raw(w, 0, WIRE_READY, 0, 0, junk, 0); break;
	case 4: put_raw(w, UINT32_MAX, WIRE_CONTENT, 0, w->job, junk, sizeof(junk)); break;
	case 5: put_raw(w, 0, 0xffff, 1, w->job, junk, 0); break;
	case 6: put_raw(w, 4096, WIRE_CONTENT, 0, w->job, junk, 7); break;
	case 7: wire_put_problem(&w->wire, w->job, &(struct triage_problem){ .stage = "content", .code = "c", .message = "\xff\xfe" }); break;
	case 8: {
		const uint64_t parts[] = { 4, 0 };
		put_raw(w, sizeof(parts), WIRE_FACT, 0, w->job, parts, sizeof(parts));
		break;
	}
	case 9: {
		struct triage_content c = good;
		c.randomness.entropy = 0.0 / 0.0;
		wire_put_content(&w->wire, WIRE_CONTENT, w->job, &c);
		break;
	}
	case 10: put_raw(w, 3, WIRE_CONTENT, 0, w->job, junk, 3); break;
	case 11: e.message = text; break;
	case 15: wire_put_content(&w->wire, WIRE_MEMBER_DONE, w->job, &good); break;
	default: break;
	}
	for (;;) {
		if (what == 11)
			wire_put_event(&w->wire, w->job, &e);
		else if (what == 12)
			wire_put_fact(&w->wire, w->job, &(struct triage_fact){ .kind = "account", .subject = "s", .name = "n", .value = "v", .time = TRIAGE_TIME_NONE });
		else if (what == 13)
			wire_put_problem(&w->wire, w->job, &(struct triage_problem){ .stage = "content", .code = "c", .message = "m", .inode = TRIAGE_NO_ID });
		if (what == 14)
			worker_beat(w);
		if (what == 16) {
			close(w->wire.fd);	/* and lives on */
			w->wire.fd = -1;
			what = 14;
		}
		if (w->wire.fd >= 0 && wire_flush(&w->wire, true, &err) != TRIAGE_OK)
			_exit(1);
		sched_yield();
	}
}

/* What TRIAGE_FAULT_WORKER="ACT STAGE -" orders at this stage; false when it orders nothing. Does not return from crash and hang. */
static bool
ordered_at(const char *stage, char act[16])
{
	const char *order = getenv("TRIAGE_FAULT_WORKER");
	char at[16], name[256];
	if (order == NULL || sscanf(order, "%15s %15s %255s", act, at, name) != 3 || strcmp(at, stage) != 0 || strcmp(name, "-") != 0)
		return false;
	if (strcmp(act, "crash") == 0)
		abort();
	if (strcmp(act, "hang") == 0)
		be_silent();
	return true;
}

void
worker_misbehave_at(struct worker *w, const char *stage)
{
	char act[16];
	if (ordered_at(stage, act))
		worker_misbehave(w, act);
}

void
opener_misbehave(void)
{
	char act[16];
	(void)ordered_at("opener", act);
}
#endif

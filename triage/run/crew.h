/*
 * crew.h - the supervisor's workers: forked, fed, watched, buried. Knows processes and jobs, nothing of the case.
 */
#ifndef TRIAGE_RUN_CREW_H
#define TRIAGE_RUN_CREW_H

#include "triage/case/store.h"
#include "triage/run/worker.h"

#include <triage/run.h>

enum crew_job_kind { CREW_PROBE, CREW_LIST, CREW_CONTENT, CREW_IMAGE, CREW_EXTRACT, CREW_PLACES };

struct crew_job {
	uint64_t id;			/* on the wire; unique among jobs in work */
	enum crew_job_kind kind;
	size_t source;			/* index */
	uint64_t filesystem_id;		/* LIST, CONTENT and PLACES */
	struct case_unit unit;		/* CONTENT; owned by the job */
	unsigned attempts;		/* times a worker died over it */
	bool parsed;			/* CONTENT: one of these times an artefact parser had it */
	uint32_t parser;		/* which one, as struct worker_page tells it */
	uint64_t member, member_number;	/* CONTENT: unit of the archive's member in work, 0 for none; the last one's number */
	char *member_path;		/* of the member in work; owned, NULL for none */
	struct case_stream *streams;	/* PLACES: whose places are asked for; owned by the job, see crew_job_release() */
	size_t stream_count;
	uint64_t length;		/* LIST: bytes of the filesystem, 0 for a mounted volume; IMAGE: of the medium, as a worker said */
	bool early;			/* CONTENT: a worker died that had it; its answer is to be sent before the next is begun */
	uint64_t frames[WIRE_TYPE_COUNT], frame_bytes;	/* received, for the caps */
};

/*
 * Jobs handed to a worker at a time: enough that it never waits while the supervisor commits to a slow stick. They are given in batches,
 * or two processes would wake each other for every small file.
 */
enum { CREW_QUEUE = 512, CREW_BATCH = 64 };

struct crew_worker {
	int pid;			/* 0: slot is empty */
	enum worker_role role;
	size_t lister_source;
	bool image;			/* takes only image jobs */
	struct wire_stream wire;
	struct worker_page *page;
	size_t source_count;		/* that it knows */
	int *openers, *opener_pids;	/* per source, -1 / 0 */
	struct crew_job queue[2 * CREW_QUEUE], *jobs;	/* jobs: those in work, job_count of them, somewhere in queue */
	size_t job_count;
	uint64_t queued_bytes;
	bool full;			/* was given as many jobs as it may hold, and has not done enough of them yet to be given more */
	bool ready;
	const char *killed_for;		/* why we killed it, in words; NULL: we did not */
	uint64_t seen_job, seen_beat;
	double seen_at, front_since;	/* when there was progress; since when the first job is the first, or the worker is there */
	uint64_t start_frames[WIRE_TYPE_COUNT];	/* received before READY */
};

/* What a crew needs from its owner. */
struct crew_owner {
	void *ctx;
	/*
	 * A frame that the rules table allows, about a job in work (NULL before READY). Returns false when its content is
	 * not believed: the worker is then killed. *finished: the job is done and leaves the queue.
	 */
	bool (*frame)(void *ctx, struct crew_worker *w, struct crew_job *job, const struct wire_frame *frame, bool *finished);
	/* The worker died over this job. why: one line; code: a problem code. The job is no longer in the queue. */
	void (*lost)(void *ctx, struct crew_job *job, const char *code, const char *why);
	/* Jobs that a dead worker had not begun: to be handed out again. */
	void (*returned)(void *ctx, struct crew_job *job);
};

struct crew {
	struct crew_owner owner;
	const struct source *sources;
	size_t source_count;
	const struct analyse_set *rules;
	const struct detect_tables *tables;
	struct worker_layers layers_wanted;
	bool alone, unopened;		/* see struct worker_page */
	uint64_t memory;		/* bytes a worker */
	bool carve;			/* see struct evidence_input */
	bool unpack;			/* open archives */
	double unit_seconds;
	struct crew_worker *workers;
	size_t count;			/* slots */
	unsigned layers;		/* sandbox layers that every worker so far had */
	unsigned deaths_in_row;		/* workers that died before READY, without one success */
	char start_error[200];
};

WARN_UNUSED enum triage_status crew_init(struct crew *c, size_t slots, struct triage_error *err);
void crew_release(struct crew *c);	/* kills and reaps all */

/* From now on each evidence is probed apart; only before any has been probed. */
void crew_probe_alone(struct crew *c);
/* Fork a worker into an empty slot. */
WARN_UNUSED enum triage_status crew_start(struct crew *c, size_t slot, enum worker_role role, size_t lister_source, struct triage_error *err);
/* Close a worker's channel and reap it; its jobs are returned. */
void crew_stop(struct crew *c, size_t slot);
/* Hand a job over; the unit in it becomes the crew's. The caller has seen that there is room. */
void crew_give(struct crew *c, size_t slot, struct crew_job *job);
/* What a job owns. */
void crew_job_release(struct crew_job *job);
/* Bytes on the wire for a job already given: the caller wrote it with worker_put_* to workers[slot].wire. */

/* One turn: wait at most milliseconds for something, take frames, watch clocks, bury the dead. Errors: E_MEMORY, E_UNSUPPORTED (workers cannot start). */
WARN_UNUSED enum triage_status crew_turn(struct crew *c, int milliseconds, struct triage_error *err);

double crew_clock(void);		/* seconds, monotonic */

#endif

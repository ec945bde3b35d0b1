/* worker_inside.h - the state of a worker, shared by the files that do its jobs. */
#ifndef TRIAGE_RUN_WORKER_INSIDE_H
#define TRIAGE_RUN_WORKER_INSIDE_H

#include "triage/evidence/evidence.h"
#include "triage/evidence/kept.h"
#include "triage/run/worker.h"

enum { OPEN_FILESYSTEMS = 16, TEXT_ROOM = 256 << 10 };

/* A source that lies in another, while it is open. Zeroed: it is not. */
struct worker_nested {
	struct evidence_fs *fs;		/* that it lies in, NULL for a mounted volume */
	struct reader **readers;	/* of its files */
	const char **paths;
	uint64_t *sizes;
	size_t count;
	uint64_t used;
};

struct worker {
	const struct worker_setup *setup;
	struct wire_stream wire;
	uint64_t job;			/* in work */
	bool early;			/* its answer is sent before the next job is begun */
	struct evidence_source **opened;	/* per source */
	struct evidence_input *inputs;
	struct worker_nested *nested;	/* per source */
	bool keyed;			/* keys were given: what they opened cannot be opened again */
	struct kept *met;		/* per source: what opening it met, told by its probe */
	struct {
		size_t source;
		uint32_t index;
		struct evidence_fs *fs;
		uint64_t used;
	} cache[OPEN_FILESYSTEMS];
	uint64_t clock;
	struct analyse_pass *pass;
	char *path, *name, *owner;	/* TEXT_ROOM + 1 each: of the content job in work */
};

void worker_at_stage(struct worker *w, enum worker_stage stage);
void worker_beat(struct worker *w);	/* there is progress within the job */
struct evidence_sink worker_sink(struct worker *w);
/* A problem row about the job in work. */
void worker_tell(struct worker *w, enum triage_severity severity, const char *stage, const char *code, const struct triage_error *why);
void worker_problem(struct worker *w, const char *stage, const char *code, const struct triage_error *why);	/* of severity medium */
/* The end of a probe, list or image job. */
void worker_done(struct worker *w, enum triage_status status, const struct triage_error *why);
/* --- worker_open.c --- */
/* fstat(2), by the call that the seal allows: the C library takes another, which is refused. */
bool worker_stat(int fd, struct stat *ret_info);
WARN_UNUSED enum triage_status worker_open_source(struct worker *w, size_t index, struct triage_error *err);
WARN_UNUSED enum triage_status worker_open_filesystem(struct worker *w, size_t source, const struct triage_filesystem *fs,
    struct evidence_fs **ret_fs, struct triage_error *err);
/* Find the volumes of a source: with those of the others, unless that took a worker down before. */
WARN_UNUSED enum triage_status worker_find_volumes(struct worker *w, size_t source, struct triage_error *err);
/* --- worker_nested.c --- */
/* Open a source that lies in another, and that one before it. */
WARN_UNUSED enum triage_status worker_open_nested(struct worker *w, size_t index, const struct evidence_sink *sink, struct triage_error *err);
/* It was just asked for: it is not the next to be closed. */
void worker_use_nested(struct worker *w, size_t index);
/* Forget filesystems that are kept open on a source. */
void worker_close_filesystems(struct worker *w, size_t source);
/* Before the first listing or content: open every lock there is, then wipe this worker's copy of the keys. */
void worker_spend_keys(struct worker *w);

void worker_get_filesystem(struct wire_cursor *c, struct triage_filesystem *fs, char *type);	/* type has room for 65 */

#ifdef TRIAGE_FAULT
/* Behave as a worker that was taken over; returns when the word is not known. */
void worker_misbehave(struct worker *w, const char *act);
/*
 * TRIAGE_FAULT_WORKER="ACT STAGE -": whatever the worker is at when it reaches that stage. STAGE: one of worker_stage_name(), or start (nothing done yet), seal
 * (containers that are opened between the seals), lister (before it is ready), told, nested, places, archive, member, bytes (of a flagged file), opener.
 */
void worker_misbehave_at(struct worker *w, const char *stage);
#else
static inline void
worker_misbehave_at(struct worker *w, const char *stage)
{
	(void)w, (void)stage;
}
#endif

/* One file each: worker_content.c, worker_places.c, worker_image.c, worker_extract.c. */
void worker_do_content(struct worker *w, struct wire_cursor *c);
void worker_do_places(struct worker *w, struct wire_cursor *c);
void worker_do_image(struct worker *w, struct wire_cursor *c);
void worker_do_extract(struct worker *w, struct wire_cursor *c);

#endif

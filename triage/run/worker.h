/*
 * worker.h - the process that meets the evidence. Forked by the supervisor, sealed, then it takes jobs until told to stop.
 */
#ifndef TRIAGE_RUN_WORKER_H
#define TRIAGE_RUN_WORKER_H

#include "triage/analyse/analyse.h"
#include "triage/case/store.h"
#include "triage/detect/detect.h"
#include "triage/run/keys.h"
#include "triage/run/source.h"
#include "triage/run/wire.h"

#include <stdatomic.h>

/*
 * One page shared between a worker and the supervisor: what the worker is at. Advisory: it tells the watchdog and the
 * progress line which job and stage; after a death only a job that was handed to this worker is believed.
 */
struct worker_page {
	_Atomic uint64_t job;
	_Atomic uint64_t beat;		/* grows while there is progress within a job */
	_Atomic uint64_t bytes;		/* read in all */
	_Atomic uint32_t stage;		/* enum worker_stage */
	_Atomic uint32_t parser;	/* number from 1 of the row (artefact_kind()) that claimed a stream of the job; 0 while none did */
	_Atomic uint32_t alone;		/* set by the supervisor: probe each evidence apart, as one of them takes workers down */
	_Atomic uint32_t unopened;	/* set by the supervisor: open nothing between the seals, as workers die there */
};

enum worker_stage { WORKER_IDLE, WORKER_OPEN, WORKER_PROBE, WORKER_LIST, WORKER_READ, WORKER_TYPE, WORKER_RULES, WORKER_IMAGE, WORKER_ARTEFACT,
	WORKER_STAGE_COUNT };
const char *worker_stage_name(unsigned stage);

enum worker_role {
	WORKER_EXAMINER,		/* everything but listing a mounted volume */
	WORKER_LISTER,			/* lists one mounted volume */
};

/* How volumes inside volumes are treated. */
struct worker_layers {
	struct keys *keys;		/* of the supervisor; a worker wipes its copy once all is open. Never NULL */
	bool no_vss;
	unsigned vss_first, vss_last;	/* as in struct triage_plan */
};

struct worker_setup {
	enum worker_role role;
	const struct source *sources;
	size_t source_count;
	size_t lister_source;		/* WORKER_LISTER: which one */
	const struct analyse_set *rules;	/* NULL for a worker that only probes */
	const struct detect_tables *tables;	/* for known-good digests; NULL likewise */
	struct worker_layers layers;
	int channel;			/* to the supervisor */
	const int *openers;		/* per source: channel to this worker's opener, -1 when none is needed */
	struct worker_page *page;
	uint64_t memory;		/* bytes on top of what is inherited */
	int parent;
	bool carve;			/* see struct evidence_input */
	bool unpack;			/* open archives */
};

/* Never returns; ends with _exit(). */
_Noreturn void worker_main(const struct worker_setup *setup);

/* --- job payloads, written by the supervisor --- */
void worker_put_probe(struct wire_stream *s, uint64_t job, size_t source);
void worker_put_list(struct wire_stream *s, uint64_t job, size_t source, const struct triage_filesystem *fs);
enum { WORKER_COMPANIONS_MAX = 4, WORKER_ENDING_MAX = 15 };
struct worker_companion_job {
	const char *ending;		/* ".LOG1": what its name has more than the stream's; at most WORKER_ENDING_MAX bytes */
	uint64_t inode;
	uint32_t attr_type, attr_id;
	struct view raw_path;		/* mounted volumes only */
};
struct worker_content_job {
	size_t source;
	const struct triage_filesystem *fs;
	uint64_t inode, size;
	uint32_t attr_type, attr_id;
	const char *path, *name, *owner;
	struct view raw_path;		/* mounted volumes only */
	bool force;
	bool early;			/* the answer is sent as soon as there is one, not in a batch */
	bool closed;			/* the bytes alone: no archive is opened, no artefact parsed */
	bool left_closed;		/* no archive is opened, because it is examined as evidence of its own */
	bool placed;			/* the volume has shadow copies, or is one: tell the places of its bytes */
	int64_t mtime, btime;
	const struct worker_companion_job *companions;	/* files beside it that a parser may ask for */
	size_t companion_count;		/* at most WORKER_COMPANIONS_MAX */
};
void worker_put_content(struct wire_stream *s, uint64_t job, const struct worker_content_job *content);
/* Where the bytes of many streams of one filesystem lie; at most WORKER_PLACES_MAX. */
enum { WORKER_PLACES_MAX = 1024 };
void worker_put_places(struct wire_stream *s, uint64_t job, size_t source, const struct triage_filesystem *fs, const struct case_stream *streams, size_t count);
/* The bytes of a stream once more, or of a member of the archive that it is. */
struct worker_extract_job {
	size_t source;
	const struct triage_filesystem *fs;
	uint64_t inode, size;
	uint32_t attr_type, attr_id;
	uint64_t member;		/* its number, 0 for the stream itself */
	const char *path, *name;
	struct view raw_path;		/* mounted volumes only */
};
void worker_put_extract(struct wire_stream *s, uint64_t job, const struct worker_extract_job *extract);
void worker_put_image(struct wire_stream *s, uint64_t job, size_t source, unsigned which);

#endif

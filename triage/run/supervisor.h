/*
 * supervisor.h - the state of a run, shared by the steps in this room. The supervisor parses no evidence: it plans, validates,
 * stores, judges and seals.
 */
#ifndef TRIAGE_RUN_SUPERVISOR_H
#define TRIAGE_RUN_SUPERVISOR_H

#include "triage/detect/detect.h"
#include "triage/run/collection.h"
#include "triage/run/crew.h"
#include "triage/run/paths.h"

#include <triage/run.h>

struct run_filesystem {
	uint64_t id;			/* in the case, from 1 */
	size_t source;
	struct triage_filesystem fs;	/* its text is owned: type, label, uuid */
	struct paths paths;		/* while it is listed */
	bool listed, listing;
	bool left_out;			/* by --partitions */
	unsigned level;			/* see shadows.h */
	uint64_t *family;		/* ids of the volume's own filesystem and those of its shadow copies, by level; owned; NULL for none */
	size_t family_count;
	uint64_t entries;
	uint64_t last_edge;
	char *last_path;		/* of the entry received last, for problems about it */
};

/* What a volume lies in. */
struct run_parent {
	uint32_t volume;		/* index, UINT32_MAX for none */
	bool shadow_of;			/* it is a shadow copy of that volume */
};

struct run_source {
	struct source source;
	bool probed, probe_failed;
	bool image_wanted, image_done, image_given;
	uint64_t size, source_size;
	char stored_md5[65], stored_sha1[65];
	uint64_t bad_sectors;
	uint64_t volumes;
	struct run_parent *parents;	/* per volume; owned */
	uint64_t shadows, shadows_left_out, shadows_failed;	/* shadow copies among them */
	struct collection collection;
	char probe_error[240];
	enum triage_status probe_status;
};

/* Containers that lie in filesystems, see nested.h. */
struct run_containers {
	uint64_t found, opened, failed, left_out;
	uint64_t plain;			/* named like a disk, but no disk */
	uint64_t same;			/* in shadow copies, and the same as in the volume or an older copy */
};

struct supervisor {
	const struct triage_plan *plan;
	const struct triage_observer *observer;
	char bundle[4096], work[4200];
	bool owns_bundle;		/* made by this run: may be removed when nothing was examined */
	struct run_source *sources;
	struct source *crew_sources;	/* the `source` members once more, as the crew wants them */
	size_t source_count;
	struct run_containers containers;
	struct run_filesystem *filesystems;
	size_t filesystem_count;
	uint64_t window;		/* bytes that a worker holds of a stream */
	struct analyse_set *rules;	/* NULL while evidence is probed */
	struct detect_tables *tables;
	struct case_store *store;
	struct keys keys;
	size_t key_count;		/* given; the keys themselves are wiped when they have served */
	struct crew crew;

	enum triage_phase phase;
	double started, last_commit, last_progress, content_started;
	double content_base;		/* work done before content_started, on resume */
	bool budget_ended;
	double budget_rest;		/* seconds that what was left would take at the pace of the run, when the budget ended; negative: not known */
	struct triage_error fatal;	/* the journal failed: stop, resumable */

	struct crew_job *waiting;	/* jobs to be handed out before new ones */
	size_t waiting_count, waiting_room;
	struct case_unit *page;		/* units read from the journal, not handed out yet */
	size_t page_count, page_next;
	struct case_companions *companions;	/* files that belong to others by name; once all is listed */
	struct case_unit after;		/* last unit read */
	bool units_ended;

	struct triage_progress progress;
	struct triage_result *result;
	struct buf path, text;		/* scratch */
	uint64_t units_in_work;
	unsigned level;			/* of the units that are handed out, see shadows.h */
	bool comparing;			/* its streams are compared with older ones: of which filesystem (index), behind which stream */
	size_t compared;
	struct case_stream compared_last;
	const struct case_stream *compared_to;	/* NULL or &compared_last */
	struct extraction *extraction;	/* while flagged files are extracted, see extract.h */
};

/* One line to the operator. */
void supervisor_log(struct supervisor *s, enum triage_severity severity, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A problem row of our own (not from a worker). ids 0 when none. */
WARN_UNUSED enum triage_status supervisor_problem(struct supervisor *s, uint64_t evidence_id, uint64_t filesystem_id, const char *path,
    const struct triage_problem *p, struct triage_error *err);
/* Commit when it is time, tell progress when it is time, learn of cancel and budget. E_INTERRUPTED when the run must stop. */
WARN_UNUSED enum triage_status supervisor_tick(struct supervisor *s, struct triage_error *err);
void supervisor_release_filesystem(struct run_filesystem *f);

/* intake.c: what workers say. ctx of the crew's owner is the supervisor. */
bool intake_frame(void *ctx, struct crew_worker *w, struct crew_job *job, const struct wire_frame *frame, bool *finished);
void intake_lost(void *ctx, struct crew_job *job, const char *code, const char *why);
void intake_returned(void *ctx, struct crew_job *job);

/* examine.c: probe, list, read, hash, until nothing is left. */
WARN_UNUSED enum triage_status examine(struct supervisor *s, struct triage_error *err);
/* Only the probe, for `info`. */
WARN_UNUSED enum triage_status examine_probe(struct supervisor *s, struct triage_error *err);

/* conclude.c: journal to sealed bundle. */
WARN_UNUSED enum triage_status conclude(struct supervisor *s, struct triage_error *err);

#endif

/*
 * run.h - carry out a plan: evidence in, sealed case bundle out.
 *
 * triage_run() forks sandboxed workers; it must be called from a process with one thread, with SIGPIPE ignored. It never
 * prints; what happens goes to the observer. It does not change the working folder, the locale or signal handlers.
 */
#ifndef TRIAGE_RUN_H
#define TRIAGE_RUN_H

#include <triage/plan.h>

enum triage_phase { TRIAGE_PHASE_OPEN, TRIAGE_PHASE_LIST, TRIAGE_PHASE_CONTENT, TRIAGE_PHASE_JUDGE, TRIAGE_PHASE_SEAL, TRIAGE_PHASE_COUNT };

enum { TRIAGE_PROGRESS_WORKERS = 16 };

struct triage_progress {
	enum triage_phase phase;
	double seconds;				/* since the start */
	uint64_t entries;			/* listed so far */
	uint64_t units, units_done;		/* content streams */
	uint64_t bytes, bytes_done;		/* of content */
	uint64_t image_bytes, image_bytes_done;	/* of the image hash */
	uint64_t hits, problems;		/* rule hits of at least medium severity; problem rows */
	double eta_seconds;			/* negative: not known yet */
	unsigned workers;			/* filled entries of worker[] */
	struct {
		int pid;
		const char *stage;		/* "reading", "rules", ... */
		char path[200];			/* display form, cut in the middle */
	} worker[TRIAGE_PROGRESS_WORKERS];
};

struct triage_observer {
	void *ctx;
	/* Called about four times a second and at each change of phase. NULL is fine. */
	void (*progress)(void *ctx, const struct triage_progress *p);
	/* One line for the operator: a problem as it is met, a phase. NULL is fine. */
	void (*log)(void *ctx, enum triage_severity severity, const char *line);
	/* Polled often; true stops the run cleanly and resumably. NULL: never. */
	bool (*cancelled)(void *ctx);
};

struct triage_result {
	char bundle[4096];
	char seal[65];			/* SHA-256 of tagmanifest-sha256.txt; "" when not sealed */
	char verdict[32];
	uint64_t files, streams, bytes, findings[TRIAGE_SEVERITY_COUNT], problems;
	double examined_share;		/* of content bytes, 0..1 */
	char family[200];
	uint64_t encrypted_files;
	bool hash_mismatch, incomplete, budget_ended;
	enum triage_severity worst;	/* of all findings; valid when findings_total > 0 */
	uint64_t findings_total;
	double seconds;
	bool is_signed;
	char unsigned_why[240];		/* why not, when a signer was given and the bundle was sealed; else "" */
};

/*
 * Errors: E_USAGE (plan cannot be), E_IO (evidence or output), E_INTERRUPTED (cancelled: the bundle is resumable), E_MEMORY,
 * E_UNSUPPORTED (no sandbox on this kernel), E_FORMAT (the journal of a resumed run is damaged).
 */
__attribute__((warn_unused_result))
enum triage_status triage_run(const struct triage_plan *plan, const struct triage_observer *observer, struct triage_result *ret_result,
    struct triage_error *err);

/*
 * A run that was cut off after its bundle was sealed leaves work/ without a journal: clear it away. END: the bundle is not of that kind.
 * Errors: E_IO.
 */
__attribute__((warn_unused_result))
enum triage_status triage_tidy(const char *bundle, struct triage_error *err);

enum { TRIAGE_BUNDLE_PATH = 4096 };

/* Before anything is written: may the new bundle lie there? Not inside the evidence, which the arguments of the run name. False: said why. */
typedef bool triage_may_lie(void *ctx, const char *output);

/*
 * A sealed bundle whose budget ended: begin another with its journal, in which a run with plan.resume goes on; the sealed one stays as it is. output: where, NULL:
 * beside it, its name with "-more". tell: what is wrong with the sealed one. ret_output: TRIAGE_BUNDLE_PATH bytes. END: the bundle is not of that kind.
 * Errors: E_FORMAT (does not verify, or its journal is damaged), E_USAGE (the place is taken, or no place for it), E_IO, E_MEMORY.
 */
__attribute__((warn_unused_result))
enum triage_status triage_take_up(const char *bundle, const char *output, triage_may_lie *may_lie, void (*tell)(void *ctx, const char *line), void *ctx,
    char *ret_output, struct triage_error *err);

/*
 * The artefact parsers of this program, in the order in which a stream is offered to them. tell: indent 0 = name and title, 1 = what it
 * tells, its word in timeline.source, where its format is described, endings of the files beside it that it reads.
 */
void triage_parsers(void (*tell)(void *ctx, unsigned indent, const char *line), void *ctx);

/*
 * Containers, volumes, filesystems of the evidence; examines no files. Each line is told as text rows.
 * tell: indent 0 = evidence, 1 = volume, 2 = filesystem, 3 = problem.
 */
__attribute__((warn_unused_result))
enum triage_status triage_info(const struct triage_plan *plan, void (*tell)(void *ctx, unsigned indent, const char *line), void *ctx,
    struct triage_error *err);

/* What triage_look() brings, in the order in which it is found; a child volume may come after other volumes. Any callback may be NULL. */
struct triage_looker {
	void *ctx;
	void (*evidence)(void *ctx, const char *path, const struct triage_evidence *e);	/* e NULL: a folder */
	void (*volume)(void *ctx, const struct triage_volume *v);
	void (*filesystem)(void *ctx, const struct triage_filesystem *fs);
	void (*problem)(void *ctx, const struct triage_problem *p);
};

/* triage_info() for programs. Rows are borrowed for the call; their texts are what the evidence says, not made harmless. */
__attribute__((warn_unused_result))
enum triage_status triage_look(const struct triage_plan *plan, const struct triage_looker *looker, struct triage_error *err);

#endif

/* build.h - from the journal to case.db: what the steps share. Private to this room. */
#ifndef TRIAGE_CASE_BUILD_H
#define TRIAGE_CASE_BUILD_H

#include "triage/base/zone.h"
#include "triage/case/store_inside.h"

struct case_cursor;

enum seal_statement { SEAL_FINDING, SEAL_JUDGEMENT, SEAL_COVERAGE, SEAL_META, SEAL_DAMAGE, SEAL_DAMAGE_FILESYSTEM, SEAL_DAMAGE_SUM, SEAL_STORY, SEAL_CONTACT, SEAL_PROBLEM, SEAL_STATEMENT_COUNT };

/* The clock and the name of the machine that a filesystem belongs to. */
struct build_clock {
	uint64_t filesystem_id;
	char *hostname;			/* "" when not known */
	struct zone *zone;		/* NULL when not known: local times stay as they are */
	char zone_name[64];
};

struct case_sealer {
	struct build_clock *clocks;	/* of hosts; the last is what the person gave */
	size_t clock_count;
	struct case_store *store;
	struct sql q;
	struct case_reader *reader;		/* over q */
	sqlite3_stmt *kept[SEAL_STATEMENT_COUNT];
	uint64_t problems;			/* rows of the journal that were copied */
};

/*
 * Rows of a query over the journal into a table of case.db, column by column; columns beyond the parameters of `into` are for `after` alone.
 * id: bound to ?1 of the query.
 */
struct build_copy {
	const char *from, *into;
};
/* after: optional, called with the query's row when it was written. */
WARN_UNUSED enum triage_status build_copy(struct case_sealer *z, const struct build_copy *copy, uint64_t id,
    enum triage_status (*after)(struct case_sealer *z, sqlite3_stmt *row, void *ctx, struct triage_error *err), void *ctx, struct triage_error *err);

/* build_words.c: SQL functions over the journal: the contract's words, the harmless form of raw names. */
WARN_UNUSED enum triage_status build_words(struct case_store *s, struct triage_error *err);
/* build_tables.c: everything but files and what the judge adds. */
WARN_UNUSED enum triage_status build_prepare(struct case_sealer *z, struct triage_error *err);
WARN_UNUSED enum triage_status build_small_tables(struct case_sealer *z, struct triage_error *err);
WARN_UNUSED enum triage_status build_problems(struct case_sealer *z, struct triage_error *err);
WARN_UNUSED enum triage_status build_custody(struct case_sealer *z, struct triage_error *err);
WARN_UNUSED enum triage_status build_meta(struct case_sealer *z, struct triage_error *err);
/* build_files.c: files in their order, and their times. */
WARN_UNUSED enum triage_status build_files(struct case_sealer *z, struct triage_error *err);
/* build_packages.c: after the files, those of them that packages name. */
WARN_UNUSED enum triage_status build_packages(struct case_sealer *z, struct triage_error *err);

/* build_hosts.c: hosts and accounts; then the clock of each filesystem is known (never NULL). */
WARN_UNUSED enum triage_status build_hosts(struct case_sealer *z, struct triage_error *err);
const struct build_clock *build_clock_of(const struct case_sealer *z, uint64_t filesystem_id);
void build_forget_clocks(struct case_sealer *z);
/* build_events.c: the functions that build_prepare() needs; then, after hosts and files, the events. */
WARN_UNUSED enum triage_status build_event_words(struct case_store *s, struct triage_error *err);
WARN_UNUSED enum triage_status build_events(struct case_sealer *z, struct triage_error *err);

/* build_batches.c: the table-valued "event_row" over the journal, with the events as they were put, and temp.kind_order, which numbers their words. */
WARN_UNUSED enum triage_status build_batches(struct case_store *s, struct triage_error *err);

/* query.c: is it a case, of a schema from oldest up to ours? Errors: E_FORMAT, E_UNSUPPORTED. */
WARN_UNUSED enum triage_status build_check_identity(struct sql *q, int64_t oldest, struct triage_error *err);
/* query.c: a reader over an open connection, which stays its owner's; rows of any query. */
WARN_UNUSED enum triage_status case_rows_by(struct case_reader *r, const char *query, struct case_cursor **ret_cursor, struct triage_error *err);
WARN_UNUSED enum triage_status case_reader_over(struct sql *q, struct case_reader **ret_reader, struct triage_error *err);

/* rebuild.c: the problems in their order again, after case_seal_problem(). */
WARN_UNUSED enum triage_status rebuild_problems(struct case_sealer *z, struct triage_error *err);

/* build.c: one of the statements by which the judge adds rows, ready to be bound. */
WARN_UNUSED enum triage_status build_use(struct case_sealer *z, enum seal_statement which, sqlite3_stmt **ret_statement, struct triage_error *err);

#endif

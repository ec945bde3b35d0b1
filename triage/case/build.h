/* build.h - from the journal to case.db: what the steps share. Private to this room. */
#ifndef TRIAGE_CASE_BUILD_H
#define TRIAGE_CASE_BUILD_H

#include "triage/case/store_inside.h"

enum seal_statement { SEAL_FINDING, SEAL_JUDGEMENT, SEAL_COVERAGE, SEAL_META, SEAL_STATEMENT_COUNT };

struct case_sealer {
	struct case_store *store;
	struct sql q;
	struct case_reader *reader;		/* over q */
	sqlite3_stmt *kept[SEAL_STATEMENT_COUNT];
	uint64_t problems;			/* rows of the journal that were copied */
};

/* Rows of a query over the journal into a table of case.db, column by column. id: bound to ?1 of the query. */
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

/* query.c: a reader over an open connection, which stays its owner's. */
WARN_UNUSED enum triage_status case_reader_over(struct sql *q, struct case_reader **ret_reader, struct triage_error *err);

#endif

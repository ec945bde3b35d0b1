/* store_inside.h - struct case_store and what its files share. Private to this room. */
#ifndef TRIAGE_CASE_STORE_INSIDE_H
#define TRIAGE_CASE_STORE_INSIDE_H

#include "triage/base/buf.h"
#include "triage/case/sql.h"
#include "triage/case/store.h"

/* An entry's id: filesystem id above, edge below. */
enum { ENTRY_EDGE_BITS = 40 };
#define ENTRY_EDGE_MAX ((UINT64_C(1) << ENTRY_EDGE_BITS) - 1)
/* Edges from here on are members of archives; those below are the listing's. */
#define MEMBER_EDGE (UINT64_C(1) << (ENTRY_EDGE_BITS - 1))
/*
 * A member's unit has the key of its archive's, but for the attribute id, whose upper half is its number. Its rank, 10^9, is one that no stream of
 * a filesystem has: those of shadow copies go to some 4 million (run/shadows.c).
 */
enum { MEMBER_NUMBER_BITS = 32 };
#define FILESYSTEM_MAX ((UINT64_C(1) << (62 - ENTRY_EDGE_BITS)) - 1)

/* Statements that are kept prepared; their text is in store_statements.def. */
enum store_statement {
#define STATEMENT(id, text) id,
#include "triage/case/store_statements.def"
#undef STATEMENT
	STORE_STATEMENT_COUNT
};

/* A unit with rows but without result: where its rows begin, so that they are found without an index. */
struct unit_in_work {
	uint64_t unit_id;
	int64_t first_match, first_extent, first_result, first_batch, first_told, first_artefact;
	bool members;			/* it has members */
	uint64_t events;
	struct event_batch *batch;	/* those of them that stand in no row yet; owned, NULL for none */
	bool claimed;			/* the parser that told them is known */
	bool placed;
	uint8_t places[CASE_PLACES];
};

struct case_store {
	struct sql q;
	sqlite3_stmt *kept[STORE_STATEMENT_COUNT];
	uint8_t *done;			/* a bit for each unit id: it has a result */
	size_t done_size;		/* bytes */
	struct case_totals totals;
	struct unit_in_work *work;
	size_t work_count, work_room;
	struct unit_in_work begins;	/* where the rows of a unit begin at the earliest, see store_begin_work() */
	unsigned begins_left;		/* units for which that is near enough; 0: ask anew */
	struct event_kinds *kinds;	/* words of events that were put already */
	struct buf packed;
	bool twinned;			/* the indexes by which twins are found exist */
	bool ordered;			/* the index that gives units in their order exists */
	uint64_t rules_before, rules_put;	/* rules when the journal was opened again; put since */
	uint64_t custody_seq;		/* of the last act */
	char custody_hash[65];
	struct buf value;		/* of case_get() */
	struct buf scratch;
};

/* The statement, prepared once. Errors: E_IO when the store failed before, or what SQLite says. */
WARN_UNUSED enum triage_status store_use(struct case_store *s, enum store_statement which, sqlite3_stmt **ret_statement, struct triage_error *err);
/* store_units.c: count units and results again, after rows of units were removed. */
WARN_UNUSED enum triage_status store_count_units(struct case_store *s, struct triage_error *err);
/* Remove matches and extents of units that have no result. */
WARN_UNUSED enum triage_status store_drop_unfinished(struct case_store *s, struct triage_error *err);
/* Sizes are what the evidence says: the sum stops at INT64_MAX. */
void store_add_bytes(uint64_t *total, uint64_t size);
/* store_results.c: remember where the rows of a unit begin, before its first one. E_USAGE when it has a result. */
WARN_UNUSED enum triage_status store_begin_work(struct case_store *s, uint64_t unit_id, struct unit_in_work **ret_work, struct triage_error *err);
/* store_members.c: forget the members of a unit without result, or of all such units. */
WARN_UNUSED enum triage_status store_drop_members(struct case_store *s, const struct unit_in_work *w, struct triage_error *err);
WARN_UNUSED enum triage_status store_drop_unfinished_members(struct case_store *s, struct triage_error *err);
WARN_UNUSED enum triage_status store_mark_done(struct case_store *s, uint64_t unit_id, struct triage_error *err);
bool store_unit_is_done(const struct case_store *s, uint64_t unit_id);
/* store_units.c: names from the root joined by '/', into u->raw_path. */
WARN_UNUSED enum triage_status store_raw_path(struct case_store *s, uint64_t entry_id, struct case_unit *u, struct triage_error *err);
/* store_events.c: forget what was told of a unit without result. */
WARN_UNUSED enum triage_status store_drop_events(struct case_store *s, const struct unit_in_work *w, struct triage_error *err);
void store_forget_kinds(struct case_store *s);
void store_forget_batch(struct unit_in_work *w);
enum triage_status store_no_memory(struct triage_error *err);

#endif

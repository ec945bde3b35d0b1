/*
 * fleet.h - fleet.db: what many bundles say of many machines, in one database that any SQLite reads.
 *
 * Rows are put bundle by bundle; a bundle that turns out unreadable half way leaves none of its rows. fleet_settle() then works out what only all of them
 * together tell: which peer of a contact is which machine, movements, what several machines have in common. Text is made harmless on its way in (text.h:
 * text_safe) and cut at FLEET_TEXT_MAX bytes. Times are those of the contract, each by the clock of its own machine unless it is said.
 */
#ifndef TRIAGE_CASE_FLEET_H
#define TRIAGE_CASE_FLEET_H

#include "triage/base/error.h"
#include "triage/case/query.h"

#include <stdbool.h>

enum { FLEET_TEXT_MAX = 4096 };

/* Tables, with their columns in the order in which fleet_put() wants values. Ids count from 1 in the order of putting. */
enum fleet_table {
	FLEET_BUNDLES,		/* folder, seal, state (taken, refused), reason, case_id, evidence_id, program, started, verdict, examined_share, problems, judged_from */
	FLEET_MACHINES,		/* bundle_id, name, name_key, domain, os, version, installed, addresses, verdict, examined_share, encrypted_files, family, window_first, window_last, vector */
	FLEET_NAMES,		/* machine_id, key: by which others may call it (fleet_key()) */
	FLEET_EVIDENCE,		/* bundle_id, name, kind, size, sha256 */
	FLEET_FINDINGS,		/* machine_id, finding_id (in its bundle), severity, confidence, rule, kind, title, technique, family, path, first_time, last_time, count */
	FLEET_CONTACTS,		/* machine_id, direction, peer, peer_key, account, account_key, protocol, first_time, last_time, count, failed, source, event_id */
	FLEET_SEEN,		/* kind (sha256, account, tool, address, rule), value, machine_id, what, first_time, last_time, count, severity (0..4) */
	FLEET_CLOCKS,		/* from_machine, to_machine, offset_ns (clock of to minus clock of from), spread_ns, matched (accounts that agree) */
	FLEET_REMARKS,		/* code, bundle_id, machine_id, text */
	FLEET_TABLE_COUNT
};

enum fleet_view {
	FLEET_VIEW_BUNDLES, FLEET_VIEW_REMARKS, FLEET_VIEW_EVIDENCE,
	FLEET_VIEW_MACHINES,	/* in the order of the restart table */
	FLEET_VIEW_SPREAD,	/* machines with a first sign, in the order of it */
	FLEET_VIEW_MOVEMENTS, FLEET_VIEW_CLOCKS,
	FLEET_VIEW_PAIRS,	/* movements, pair by pair */
	FLEET_VIEW_MOVED,	/* machine_id, name, verdict of each that a movement begins or ends at; those with traces first */
	FLEET_VIEW_ITEMS,	/* what two machines or more have in common */
	FLEET_VIEW_SEEN,	/* of those alone: on which machines */
	FLEET_VIEW_TOTALS,	/* one row: bundles, taken, refused, machines, compromised, suspicious, incomplete, nothing-found, movements, items */
	FLEET_VIEW_COUNT
};
enum { FLEET_BUNDLE_ID, FLEET_BUNDLE_FOLDER, FLEET_BUNDLE_SEAL, FLEET_BUNDLE_STATE, FLEET_BUNDLE_REASON, FLEET_BUNDLE_CASE, FLEET_BUNDLE_EVIDENCE, FLEET_BUNDLE_PROGRAM,
	FLEET_BUNDLE_STARTED, FLEET_BUNDLE_VERDICT, FLEET_BUNDLE_SHARE, FLEET_BUNDLE_PROBLEMS };
enum { FLEET_REMARK_ID, FLEET_REMARK_CODE, FLEET_REMARK_BUNDLE, FLEET_REMARK_FOLDER, FLEET_REMARK_MACHINE, FLEET_REMARK_TEXT };
enum { FLEET_MACHINE_ID, FLEET_MACHINE_BUNDLE, FLEET_MACHINE_NAME, FLEET_MACHINE_DOMAIN, FLEET_MACHINE_OS, FLEET_MACHINE_VERSION, FLEET_MACHINE_ADDRESSES,
	FLEET_MACHINE_VERDICT, FLEET_MACHINE_SHARE, FLEET_MACHINE_ENCRYPTED, FLEET_MACHINE_FAMILY, FLEET_MACHINE_WINDOW_FIRST, FLEET_MACHINE_WINDOW_LAST,
	FLEET_MACHINE_VECTOR, FLEET_MACHINE_CRITICAL, FLEET_MACHINE_HIGH, FLEET_MACHINE_MEDIUM, FLEET_MACHINE_FIRST_SIGN, FLEET_MACHINE_FIRST_WHAT,
	FLEET_MACHINE_LAST_SIGN, FLEET_MACHINE_CLOCK_REFERENCE, FLEET_MACHINE_CLOCK_OFFSET, FLEET_MACHINE_FIRST_SIGN_FLEET, FLEET_MACHINE_CAME_FROM,
	FLEET_MACHINE_SAME_AS, FLEET_MACHINE_FOLDER };
enum { FLEET_MOVEMENT_FROM, FLEET_MOVEMENT_FROM_NAME, FLEET_MOVEMENT_TO, FLEET_MOVEMENT_TO_NAME, FLEET_MOVEMENT_ACCOUNT, FLEET_MOVEMENT_PROTOCOLS,
	FLEET_MOVEMENT_FROM_FIRST, FLEET_MOVEMENT_FROM_LAST, FLEET_MOVEMENT_TO_FIRST, FLEET_MOVEMENT_TO_LAST, FLEET_MOVEMENT_COUNT, FLEET_MOVEMENT_FAILED,
	FLEET_MOVEMENT_SEEN_BY /* both, from, to */, FLEET_MOVEMENT_OFFSET };
enum { FLEET_CLOCK_FROM, FLEET_CLOCK_FROM_NAME, FLEET_CLOCK_TO, FLEET_CLOCK_TO_NAME, FLEET_CLOCK_OFFSET, FLEET_CLOCK_SPREAD, FLEET_CLOCK_MATCHED };
enum { FLEET_ITEM_ID, FLEET_ITEM_KIND, FLEET_ITEM_VALUE, FLEET_ITEM_MACHINES, FLEET_ITEM_FIRST, FLEET_ITEM_LAST, FLEET_ITEM_SEVERITY, FLEET_ITEM_WHAT };
enum { FLEET_SEEN_ITEM, FLEET_SEEN_MACHINE, FLEET_SEEN_NAME, FLEET_SEEN_WHAT, FLEET_SEEN_FIRST, FLEET_SEEN_LAST, FLEET_SEEN_COUNT };
enum { FLEET_TOTAL_BUNDLES, FLEET_TOTAL_TAKEN, FLEET_TOTAL_REFUSED, FLEET_TOTAL_MACHINES, FLEET_TOTAL_COMPROMISED, FLEET_TOTAL_SUSPICIOUS, FLEET_TOTAL_INCOMPLETE,
	FLEET_TOTAL_NOTHING, FLEET_TOTAL_MOVEMENTS, FLEET_TOTAL_ITEMS };

struct fleet_value {
	enum { FLEET_NULL, FLEET_TEXT, FLEET_NUMBER, FLEET_REAL } kind;
	const char *text;
	int64_t number;
	double real;
};
#define FLEET_T(value) { .kind = FLEET_TEXT, .text = (value) }			/* "": stays "" */
#define FLEET_W(value) { .kind = (value)[0] != '\0' ? FLEET_TEXT : FLEET_NULL, .text = (value) }	/* "": NULL */
#define FLEET_N(value) { .kind = FLEET_NUMBER, .number = (int64_t)(value) }
#define FLEET_WHEN(ns) { .kind = (ns) != TRIAGE_TIME_NONE ? FLEET_NUMBER : FLEET_NULL, .number = (ns) }
#define FLEET_R(value) { .kind = FLEET_REAL, .real = (value) }

struct fleet;

/* A new file. Errors: E_IO (exists), E_MEMORY. */
WARN_UNUSED enum triage_status fleet_create(const char *path, struct fleet **ret_fleet, struct triage_error *err);
/* Whole on the medium, and closed; unlike fleet_close(), which leaves it as it is. Both free it. */
WARN_UNUSED enum triage_status fleet_finish(struct fleet *f, struct triage_error *err);
void fleet_close(struct fleet *f);	/* NULL is fine */

/* Rows between begin and end are one bundle's; keep false: none of them. */
WARN_UNUSED enum triage_status fleet_begin(struct fleet *f, struct triage_error *err);
WARN_UNUSED enum triage_status fleet_end(struct fleet *f, bool keep, struct triage_error *err);
/* values: as many as the table has columns. ret_id: of the row; may be NULL. */
WARN_UNUSED enum triage_status fleet_put(struct fleet *f, enum fleet_table table, const struct fleet_value *values, uint64_t *ret_id, struct triage_error *err);

/*
 * A name or address as it is compared: lower case, without "\\" in front, "$" behind, and the domain; an IPv4 address that is written as IPv6 as IPv4.
 * "" for what names no one machine (localhost, loopback, link-local, "-", none). Returns room.
 */
const char *fleet_key(const char *name, char *room, size_t size);
/* An account as it is compared: lower case, without its domain. "" for machine accounts, anonymous and those of the system itself. */
const char *fleet_account_key(const char *name, char *room, size_t size);
bool fleet_is_address(const char *key);		/* of fleet_key() */

/* First step, when all bundles are in: the same machine twice, peers, movements. Then clocks are put, then the second step: first signs, what is in common. */
WARN_UNUSED enum triage_status fleet_settle(struct fleet *f, struct triage_error *err);
WARN_UNUSED enum triage_status fleet_settle_clocks(struct fleet *f, struct triage_error *err);
/* The clock of a machine against that of the machine that its group of clocks is counted from. */
WARN_UNUSED enum triage_status fleet_put_offset(struct fleet *f, uint64_t machine_id, uint64_t reference, int64_t offset_ns, struct triage_error *err);

WARN_UNUSED enum triage_status fleet_rows(struct fleet *f, enum fleet_view view, struct case_cursor **ret_cursor, struct triage_error *err);

#endif

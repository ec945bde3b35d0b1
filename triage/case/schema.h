/* schema.h - the tables of the journal and of case.db, and their version numbers. */
#ifndef TRIAGE_CASE_SCHEMA_H
#define TRIAGE_CASE_SCHEMA_H

#define JOURNAL_APPLICATION "1416784204"	/* "TriL" */
#define JOURNAL_VERSION "5"
#define CASE_APPLICATION "1416784195"		/* "TriC" */
#define CASE_SCHEMA "2"				/* contract: schema_version */
enum { CASE_SCHEMA_VERSION = 2 };

extern const char journal_schema[];
/* Tables of case.db; then, when they are filled, its views. Ended by NULL. */
extern const char *const case_tables[];
extern const char *const case_views[];
/* What fills the table behind the view "contradictions", before the views are made; the table alone, for cases made without it. */
extern const char *const case_contradictions[];
extern const char case_contradiction_table[];

/*
 * How a view is asked for. brief, times: fewer columns, the time column alone. by_time NULL: as by_id. of: rows of one file, or one finding. count NULL: of the
 * view.
 */
struct view_query {
	const char *by_id, *by_time, *brief, *times, *of, *count;
};
extern const struct view_query view_queries[];	/* by enum case_view */

#endif

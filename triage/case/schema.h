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

#endif

/* export.h - what exporters share: members of JSON objects, facts of the case, ids made from content, files that findings point at. */
#ifndef TRIAGE_REPORT_EXPORT_H
#define TRIAGE_REPORT_EXPORT_H

#include "triage/base/buf.h"
#include "triage/report/report.h"

#include <stdbool.h>

/* --- JSON: each member puts the comma that it needs after what stands before --- */
void export_member(struct buf *b, const char *key);			/* "key": and nothing after */
void export_text(struct buf *b, const char *key, const char *text);
void export_number(struct buf *b, const char *key, int64_t value);
void export_flag(struct buf *b, const char *key, bool value);
bool export_is_json(const char *text, size_t size);
void export_digits_member(struct buf *b, const char *key, const char *digits, size_t size);	/* size 0: null */
/* Text that is JSON already; when it is not, it becomes a string. On one line. "" is null. */
void export_raw(struct buf *b, const char *key, const char *text);
/* A column: null stays null. */
void export_column_text(struct buf *b, const char *key, struct case_cursor *c, size_t column);
void export_column_number(struct buf *b, const char *key, struct case_cursor *c, size_t column);
/* Decimal digits, without NUL; returns their number. For rows by the million. */
size_t export_digits(int64_t value, char text[24]);
/* Put a comma unless an object, an array or nothing has just begun. */
void export_comma(struct buf *b);

/* --- rows --- */
enum { EXPORT_ROW_MAX = 64 << 20 };
/* Put one row of a cursor into b, which is empty; leaving it empty leaves the row out. */
typedef void export_row(struct buf *b, struct case_cursor *c, void *ctx);
/* Every row of a view through put, one after another, into out. */
WARN_UNUSED enum triage_status export_rows(struct case_reader *reader, enum case_view view, enum case_order order, export_row *put, void *ctx,
    struct output *out, struct triage_error *err);

/* --- facts --- */
/* A fact under one of two names, "" for neither; copied, cut to room. Returns room. */
const char *export_fact(struct case_reader *c, const char *key, const char *other, char *room, size_t size);
/* A fact that is a whole number; 0 when absent. */
int64_t export_fact_number(struct case_reader *c, const char *key);
/* When the case was made: start of the run, else the first act of the tool, else TRIAGE_TIME_NONE. */
int64_t export_case_time(struct case_reader *c);
/* The name at the end of a display path. */
const char *export_base_name(const char *path);

/* --- UUID version 5 (RFC 4122, SHA-1) --- */
enum { UUID_TEXT_SIZE = 37 };
/* of: 16 bytes of a name space. */
void uuid_of(const uint8_t name_space[16], const void *name, size_t size, char out[UUID_TEXT_SIZE]);
extern const uint8_t uuid_triage[16];		/* our own name space */
extern const uint8_t uuid_stix[16];		/* STIX 2.1, section 2.9 */

/* --- files that findings point at --- */
struct pointed_file {
	uint64_t file_id, finding_id;	/* the first finding that names it, which is the most severe */
	bool record;			/* every one that names it speaks of records in it (events of a log), not of the file */
};
struct pointed {
	struct pointed_file *files;	/* sorted by file_id, each once */
	size_t count, room;
	bool full;			/* there were more */
};
enum { POINTED_MAX = 20000 };
/* wanted: NULL, or says whether a finding counts. */
WARN_UNUSED enum triage_status pointed_collect(struct case_reader *c, bool (*wanted)(struct case_cursor *finding), struct pointed *ret_pointed, struct triage_error *err);
void pointed_release(struct pointed *p);

/* summary_damage.c: the members "damage" and "untouched_folders" of summary.json: folders near the root in which nothing is damaged, where something else is. */
WARN_UNUSED enum triage_status summary_damage(struct buf *b, struct case_reader *reader, struct triage_error *err);

#endif

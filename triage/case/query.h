/*
 * query.h - reading a sealed case.db: the views of the contract, row by row. What the report and the command line know of a case.
 *
 * Columns of a view are numbered from 0 in the order of the contract (CONTRACT.md section 3), with our own after them.
 * Text returned lives until the next call on the same cursor. A NULL column reads as "", 0, and case_null() true.
 */
#ifndef TRIAGE_CASE_QUERY_H
#define TRIAGE_CASE_QUERY_H

#include "triage/base/error.h"
#include "triage/base/view.h"

#include <triage/record.h>

struct case_reader;
struct case_cursor;

enum case_view {
	CASE_EVIDENCE, CASE_VOLUMES, CASE_FILESYSTEMS, CASE_HOSTS, CASE_ACCOUNTS, CASE_FILES, CASE_TIMELINE, CASE_MATCHES,
	CASE_EXTENTS, CASE_FINDINGS, CASE_PROBLEMS, CASE_COVERAGE, CASE_CUSTODY,
	CASE_RULES,		/* ours: rule_index, name, namespace, tags, title, why, innocent, family, technique, kind, source, version, severity, confidence */
	CASE_META,		/* ours: key, value (case_set facts) */
	CASE_STORIES,		/* ours: story_id, host, tactic, title, severity, confidence, points, first_time, last_time, findings, shown */
	CASE_EVENTS,		/* ours: what artefacts told, in order of time */
	CASE_DAMAGE,		/* ours: scope, name and the rest of CASE_DAMAGE_* */
	CASE_DAMAGE_STYLES,	/* ours: what was done to files, files, bytes, bytes of them that were changed; most files first */
	CASE_CONTACTS,		/* ours: machines that came here or to which somebody went from here */
	CASE_CONTRADICTIONS,	/* ours: where two sources say what cannot both be true */
	CASE_DIGESTS,		/* ours: of each stream that was read whole: file_id, path, sha256, when it came (or was last changed), state */
	CASE_VIEW_COUNT
};

enum case_order {
	CASE_BY_ID,		/* the order of the table: always the same for the same case */
	CASE_BY_TIME,		/* timeline, and findings by first_time */
	CASE_BRIEF,		/* timeline: by time, without precision, path and data, so faster */
	CASE_TIMES_ONLY,	/* timeline: by time, with column CASE_TIMELINE_TIME alone, several times as fast */
};

/* Column numbers that exporters use most; the others follow the contract's order. */
enum { CASE_FILES_FILE_ID, CASE_FILES_FILESYSTEM_ID, CASE_FILES_INODE, CASE_FILES_SEQUENCE, CASE_FILES_STREAM, CASE_FILES_PATH, CASE_FILES_NAME_RAW,
	CASE_FILES_KIND, CASE_FILES_STATE, CASE_FILES_SIZE, CASE_FILES_MODE, CASE_FILES_UID, CASE_FILES_GID, CASE_FILES_OWNER, CASE_FILES_MTIME,
	CASE_FILES_ATIME, CASE_FILES_CTIME, CASE_FILES_BTIME, CASE_FILES_FN_MTIME, CASE_FILES_FN_ATIME, CASE_FILES_FN_CTIME, CASE_FILES_FN_BTIME,
	CASE_FILES_LINK_TARGET, CASE_FILES_MD5, CASE_FILES_SHA1, CASE_FILES_SHA256, CASE_FILES_MIME, CASE_FILES_MAGIC, CASE_FILES_EXTENSION_MISMATCH,
	CASE_FILES_ENTROPY, CASE_FILES_KNOWN, CASE_FILES_CONTENT,
	/* ours */
	CASE_FILES_ATTR_TYPE, CASE_FILES_ATTR_ID, CASE_FILES_FLAGS, CASE_FILES_TEXT, CASE_FILES_CHI_SQUARE, CASE_FILES_ENTROPY_FIRST,
	CASE_FILES_ENTROPY_LAST, CASE_FILES_ENTROPY_MOST, CASE_FILES_ENTROPY_LEAST, CASE_FILES_BLOCKS, CASE_FILES_RANDOM_BLOCKS,
	CASE_FILES_BYTES_READ, CASE_FILES_BLOCK_SIZE, CASE_FILES_MOST_OFFSET, CASE_FILES_WINDOWED, CASE_FILES_SCAN_INCOMPLETE,
	CASE_FILES_SHAPE, CASE_FILES_DAMAGE, CASE_FILES_DAMAGE_SHARE, CASE_FILES_ORIGINAL_PATH, CASE_FILES_DAMAGE_REASON,
	CASE_FILES_PACKAGE, CASE_FILES_PACKAGE_DIFFERS, CASE_FILES_COLUMN_COUNT };
enum { CASE_TIMELINE_TIME, CASE_TIMELINE_PRECISION, CASE_TIMELINE_MEANING, CASE_TIMELINE_SOURCE, CASE_TIMELINE_PARSER, CASE_TIMELINE_HOST,
	CASE_TIMELINE_USER, CASE_TIMELINE_PATH, CASE_TIMELINE_MESSAGE, CASE_TIMELINE_TECHNIQUE, CASE_TIMELINE_FILE_ID, CASE_TIMELINE_DATA,
	/* ours */
	CASE_TIMELINE_INODE, CASE_TIMELINE_SHA256 };
enum { CASE_EVENTS_EVENT_ID, CASE_EVENTS_TIME, CASE_EVENTS_MEANING, CASE_EVENTS_SOURCE, CASE_EVENTS_PARSER, CASE_EVENTS_TECHNIQUE, CASE_EVENTS_HOST, CASE_EVENTS_USER,
	CASE_EVENTS_PATH, CASE_EVENTS_MESSAGE, CASE_EVENTS_FILE_ID, CASE_EVENTS_OFFSET, CASE_EVENTS_DATA };
enum { CASE_FINDINGS_FINDING_ID, CASE_FINDINGS_SEVERITY, CASE_FINDINGS_CONFIDENCE, CASE_FINDINGS_SCORE, CASE_FINDINGS_RULE, CASE_FINDINGS_KIND,
	CASE_FINDINGS_TITLE, CASE_FINDINGS_TECHNIQUE, CASE_FINDINGS_HOST, CASE_FINDINGS_PATH, CASE_FINDINGS_FIRST_TIME, CASE_FINDINGS_LAST_TIME,
	CASE_FINDINGS_COUNT, CASE_FINDINGS_DETAIL, CASE_FINDINGS_FILE_ID, CASE_FINDINGS_STORY_ID /* ours */ };
enum { CASE_STORIES_STORY_ID, CASE_STORIES_HOST, CASE_STORIES_TACTIC, CASE_STORIES_TITLE, CASE_STORIES_SEVERITY, CASE_STORIES_CONFIDENCE, CASE_STORIES_POINTS,
	CASE_STORIES_FIRST_TIME, CASE_STORIES_LAST_TIME, CASE_STORIES_FINDINGS, CASE_STORIES_SHOWN };
enum { CASE_CONTRADICTIONS_ID, CASE_CONTRADICTIONS_KIND, CASE_CONTRADICTIONS_HOST, CASE_CONTRADICTIONS_SUBJECT, CASE_CONTRADICTIONS_FIRST_SOURCE, CASE_CONTRADICTIONS_FIRST_TIME,
	CASE_CONTRADICTIONS_FIRST_SAYS, CASE_CONTRADICTIONS_FIRST_EVENT_ID, CASE_CONTRADICTIONS_FIRST_FILE_ID, CASE_CONTRADICTIONS_SECOND_SOURCE, CASE_CONTRADICTIONS_SECOND_TIME,
	CASE_CONTRADICTIONS_SECOND_SAYS, CASE_CONTRADICTIONS_SECOND_EVENT_ID, CASE_CONTRADICTIONS_SECOND_FILE_ID, CASE_CONTRADICTIONS_COUNT };
enum { CASE_CONTACTS_CONTACT_ID, CASE_CONTACTS_HOST, CASE_CONTACTS_DIRECTION, CASE_CONTACTS_PEER, CASE_CONTACTS_ACCOUNT, CASE_CONTACTS_PROTOCOL, CASE_CONTACTS_FIRST_TIME,
	CASE_CONTACTS_LAST_TIME, CASE_CONTACTS_COUNT, CASE_CONTACTS_FAILED, CASE_CONTACTS_SOURCE, CASE_CONTACTS_EVENT_ID };
enum { CASE_MATCHES_RULE, CASE_MATCHES_NAMESPACE, CASE_MATCHES_TAGS, CASE_MATCHES_FILE_ID, CASE_MATCHES_PATH, CASE_MATCHES_STRING_ID,
	CASE_MATCHES_OFFSET, CASE_MATCHES_LENGTH, CASE_MATCHES_SAMPLE /* blob */, CASE_MATCHES_RULE_INDEX };

/* `text` of FILES is the number of enum triage_text_kind. Extents: file_id, file_offset, image_offset, length; ours: evidence_id. */
enum { CASE_EXTENTS_FILE_ID, CASE_EXTENTS_FILE_OFFSET, CASE_EXTENTS_IMAGE_OFFSET, CASE_EXTENTS_LENGTH, CASE_EXTENTS_EVIDENCE_ID };
enum { CASE_CUSTODY_SEQ, CASE_CUSTODY_TIME, CASE_CUSTODY_ACTOR, CASE_CUSTODY_ACTION, CASE_CUSTODY_DETAIL, CASE_CUSTODY_PREVIOUS_HASH, CASE_CUSTODY_HASH };
enum { CASE_DAMAGE_SCOPE, CASE_DAMAGE_NAME, CASE_DAMAGE_FILESYSTEM_ID, CASE_DAMAGE_DEPTH, CASE_DAMAGE_FILES, CASE_DAMAGE_BYTES, CASE_DAMAGE_DAMAGED_FILES,
	CASE_DAMAGE_DAMAGED_BYTES, CASE_DAMAGE_SHARE, CASE_DAMAGE_INTACT, CASE_DAMAGE_ENCRYPTED_WHOLE, CASE_DAMAGE_ENCRYPTED_PART, CASE_DAMAGE_RENAMED,
	CASE_DAMAGE_ZEROED, CASE_DAMAGE_UNKNOWN, CASE_DAMAGE_OLDER_COPIES, CASE_DAMAGE_FIRST_TIME, CASE_DAMAGE_LAST_TIME };
enum { CASE_DIGESTS_FILE_ID, CASE_DIGESTS_PATH, CASE_DIGESTS_SHA256, CASE_DIGESTS_TIME, CASE_DIGESTS_STATE };
enum { CASE_COVERAGE_WHAT, CASE_COVERAGE_TOTAL, CASE_COVERAGE_EXAMINED, CASE_COVERAGE_SKIPPED, CASE_COVERAGE_FAILED, CASE_COVERAGE_BYTES_TOTAL,
	CASE_COVERAGE_BYTES_EXAMINED, CASE_COVERAGE_REASON };
enum { CASE_EVIDENCE_EVIDENCE_ID, CASE_EVIDENCE_NAME, CASE_EVIDENCE_KIND, CASE_EVIDENCE_SIZE, CASE_EVIDENCE_SECTOR_SIZE, CASE_EVIDENCE_MD5,
	CASE_EVIDENCE_SHA1, CASE_EVIDENCE_SHA256, CASE_EVIDENCE_STORED_MD5, CASE_EVIDENCE_STORED_SHA1, CASE_EVIDENCE_HASH_VERDICT,
	CASE_EVIDENCE_BAD_SECTORS };

/* Open read-only, immutable. Errors: E_IO, E_FORMAT, E_UNSUPPORTED (schema of another version: err says which program to take). */
WARN_UNUSED enum triage_status case_open(const char *path, struct case_reader **ret_reader, struct triage_error *err);
/* The same, of an older schema too: of that only the views and columns of the contract are to be asked for. */
WARN_UNUSED enum triage_status case_open_any(const char *path, struct case_reader **ret_reader, struct triage_error *err);
/*
 * A case may come from anybody: what is asked of a reader in all is bounded by the size of its file (query.c), in steps of SQLite and in bytes of text; so is what
 * one row takes. Beyond that every row is E_FORMAT, and case_reader_status() an error. This sets another bound, in millions of steps (some milliseconds each).
 */
void case_reader_bound(struct case_reader *r, uint64_t million_steps);
void case_reader_close(struct case_reader *r);	/* NULL is fine */
/*
 * case_count() and case_meta() cannot say that they failed; this can: E_IO when anything asked of the reader failed so far. Ask it before
 * what was read is taken for whole.
 */
WARN_UNUSED enum triage_status case_reader_status(const struct case_reader *r, struct triage_error *err);
/* Is the file itself sound? Reads all of it. Errors: E_FORMAT with the first complaint. */
WARN_UNUSED enum triage_status case_check(struct case_reader *r, struct triage_error *err);
uint64_t case_count(struct case_reader *r, enum case_view view);
const char *case_meta(struct case_reader *r, const char *key);	/* "" when absent; lives until the next call */

WARN_UNUSED enum triage_status case_rows(struct case_reader *r, enum case_view view, enum case_order order, struct case_cursor **ret_cursor, struct triage_error *err);
/* Rows of one file only: CASE_FILES, CASE_MATCHES or CASE_EXTENTS; of CASE_FINDINGS the one with this finding_id. */
WARN_UNUSED enum triage_status case_rows_of(struct case_reader *r, enum case_view view, uint64_t file_id, struct case_cursor **ret_cursor, struct triage_error *err);
WARN_UNUSED enum triage_status case_next(struct case_cursor *c, struct triage_error *err);	/* OK, or TRIAGE_END, or E_* */
void case_cursor_close(struct case_cursor *c);	/* NULL is fine */
size_t case_columns(const struct case_cursor *c);
const char *case_column_name(const struct case_cursor *c, size_t column);
bool case_null(struct case_cursor *c, size_t column);
int64_t case_int(struct case_cursor *c, size_t column);
double case_real(struct case_cursor *c, size_t column);
const char *case_text_sized(struct case_cursor *c, size_t column, size_t *ret_size);	/* its bytes too; a NUL may be among them in a case from elsewhere */
const char *case_text(struct case_cursor *c, size_t column);
struct view case_blob(struct case_cursor *c, size_t column);

#endif

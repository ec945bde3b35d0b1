/*
 * ese_db.h - an Extensible Storage Engine database in memory: its tables, their rows, the values of a row.
 *
 * Everything borrows the bytes given to ese_open(). A tree is walked page by page with a stack of fixed depth; a page belongs to one tree
 * and is visited once a walk, and all walks of a database share one budget of visits, so that no pointers can make it run for long.
 * What is not sound is told to the artefact as a remark while walking.
 */
#ifndef TRIAGE_ARTEFACT_ESE_DB_H
#define TRIAGE_ARTEFACT_ESE_DB_H

#include "triage/artefact/artefact.h"

enum { ESE_DEPTH = 16, ESE_NAME_MAX = 64, ESE_KNOWN = 40, ESE_PUT_MAX = 256, ESE_USES = 4 };

enum ese_type {
	ESE_NULL, ESE_BIT, ESE_U8, ESE_I16, ESE_I32, ESE_I64, ESE_F32, ESE_F64, ESE_DATE, ESE_BINARY, ESE_TEXT, ESE_LONG_BINARY, ESE_LONG_TEXT,
	ESE_SUPER_LONG, ESE_U32, ESE_LONG_I64, ESE_GUID, ESE_U16, ESE_TYPE_COUNT,
};

struct ese_column {
	struct view name;	/* ASCII, not ended by NUL */
	uint32_t id, type, codepage, size, record_offset;
};

struct ese_table {
	struct view name;
	uint32_t objid, root, long_root;	/* pages; long_root 0: no long values */
	struct view template;			/* name of the table whose columns come first, empty when none */
	const struct ese_table *before;		/* that table; NULL when there is none, or one of these before it */
	size_t first_column, column_count;	/* in ese.columns */
};

struct ese {
	struct artefact *a;
	struct view all;
	uint32_t page_size, revision, state, page_count;	/* pages 1..page_count */
	bool large;						/* page layout of 16 KiB and more */
	uint64_t visits_left, long_left;
	uint32_t *seen, walk;					/* number of the walk that last visited a page */
	uint8_t *uses;						/* how many walks visited it: at most ESE_USES */
	bool over_budget, long_over;
	uint64_t long_lost;		/* long values of rows that could not be had */
	struct ese_table *tables;
	size_t table_count, table_room;
	struct ese_column *columns;
	size_t column_count, column_room;
	struct buf value, chunk;				/* the value that was made last */
	bool failed;						/* out of memory */
	bool catalogue_cut;					/* it names more than is read */
};

/* One entry of a page. */
struct ese_node {
	struct view common, key, data;	/* its key is common and key together */
	unsigned flags;
};
enum { ESE_NODE_DELETED = 2 };

struct ese_page {
	struct view bytes;		/* the whole page */
	uint32_t number, previous, next, objid, flags;
	unsigned tags;			/* entries with the header entry */
	size_t header;
};

struct ese_cursor {
	struct ese *e;
	const struct ese_table *table;
	struct ese_page page;		/* the leaf in hand */
	unsigned tag;
	size_t page_used;		/* bytes of the entries so far, never more than the page */
	struct { uint32_t page; unsigned tag; } stack[ESE_DEPTH];
	unsigned depth;
	bool leaf;
	uint32_t stray;			/* the next page to look at for leaves that the tree does not reach, 0: not yet */
	bool damaged;
	struct view record;
	uint64_t offset;		/* of the record in the file */
	bool recovered;			/* from a leaf that the tree does not reach */
	size_t fixed_end, variable_at, tagged_at;
	unsigned last_fixed, last_variable;
	/* columns that were asked for by name; the names are literals, so that their addresses tell them apart */
	struct { const char *name; const struct ese_column *column; } known[ESE_KNOWN];
	unsigned known_count;
};

struct ese_value {
	enum ese_type type;
	struct view bytes;
	uint32_t codepage;
};

/* Errors: E_MEMORY, or what the sink returned. A database that cannot be read has no tables. e must be released in each case. */
WARN_UNUSED enum triage_status ese_open(struct ese *e, struct artefact *a, struct view all, struct triage_error *err);
void ese_release(struct ese *e);
bool ese_is_header(struct view head);

const struct ese_table *ese_table(const struct ese *e, const char *name);	/* NULL when there is none; compared without case */
bool ese_named(struct view name, const char *text);
/* The column of a table, NULL when it has none of this name. */
const struct ese_column *ese_column(const struct ese *e, const struct ese_table *t, const char *name);

/* A walk through the rows of a table. ret_row: false at the end. Errors: E_MEMORY, or what the sink returned. */
void ese_rows(struct ese_cursor *c, struct ese *e, const struct ese_table *t);
WARN_UNUSED enum triage_status ese_next(struct ese_cursor *c, bool *ret_row, struct triage_error *err);

/* The value of a column in this row. False when it is NULL or cannot be read. bytes live until the next call of this kind. */
bool ese_get(struct ese_cursor *c, const struct ese_column *column, struct ese_value *ret_value);
/* column: a literal. */
bool ese_get_named(struct ese_cursor *c, const char *column, struct ese_value *ret_value);
bool ese_get_unsigned(struct ese_cursor *c, const char *column, uint64_t *ret_value);
/* FILETIME in 8 bytes or days as a double. *ret_precision is left alone when it is no date as a double. */
int64_t ese_time(const struct ese_value *v, const char **ret_precision);
int64_t ese_get_time(struct ese_cursor *c, const char *column, const char **ret_precision);
/* As text, UTF-8, replacing what out holds: strings, numbers, GUIDs, bytes as hex. False when NULL. */
bool ese_value_text(const struct ese_value *v, struct buf *out);
bool ese_get_text(struct ese_cursor *c, const char *column, struct buf *out);

/* Every value of the row into data, each under its column's name in snake case, but those in skip (NULL at its end). */
void ese_put_all(struct ese_cursor *c, const char *const *skip);
/* "TotalBytesRead" is "total_bytes_read". out has ESE_NAME_MAX bytes. */
void ese_snake(struct view name, char *out);
/* SID in its binary form to "S-1-...", out replaced. big_endian_rid: the last part is stored the other way round. False when it is none. */
bool ese_sid_text(struct view sid, bool big_endian_rid, struct buf *out);

/* --- inside the reader --- */
bool ese_page_at(const struct ese *e, uint32_t number, struct ese_page *ret_page);
bool ese_node_at(const struct ese *e, const struct ese_page *p, unsigned tag, struct ese_node *ret_node);
bool ese_decompress(struct view in, size_t max, struct buf *out);
bool ese_long_value(struct ese *e, const struct ese_table *t, struct view reference, struct buf *out);
bool ese_split_record(struct ese_cursor *c);

#endif

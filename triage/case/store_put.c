/* store_put.c - what the evidence holds: containers, volumes, filesystems, entries, problems; and the rules. */
#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/case/store_inside.h"

#include <string.h>

enum triage_status
case_put_evidence(struct case_store *s, uint64_t evidence_id, const char *name, const struct triage_evidence *e, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_EVIDENCE, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, evidence_id);
	sql_bind_text(row, 2, name);
	sqlite3_bind_int64(row, 3, e->kind);
	sql_bind_count(row, 4, e->size);
	sqlite3_bind_int64(row, 5, e->sector_size);
	sql_bind_count(row, 6, e->source_size);
	sql_bind_word(row, 7, e->stored_md5);
	sql_bind_word(row, 8, e->stored_sha1);
	return sql_run(&s->q, row, err);
}

enum triage_status
case_put_image_hash(struct case_store *s, uint64_t evidence_id, const char *md5, const char *sha1, const char *sha256, const char *verdict,
    uint64_t bad_sectors, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_IMAGE_HASH, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, evidence_id);
	sql_bind_word(row, 2, md5);
	sql_bind_word(row, 3, sha1);
	sql_bind_word(row, 4, sha256);
	sql_bind_word(row, 5, verdict);
	sql_bind_count(row, 6, bad_sectors);
	return sql_run(&s->q, row, err);
}

enum triage_status
case_put_volume(struct case_store *s, uint64_t evidence_id, const struct triage_volume *v, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_VOLUME, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, evidence_id);
	sqlite3_bind_int64(row, 2, v->index);
	sql_bind_count(row, 3, v->parent == UINT32_MAX ? TRIAGE_NO_ID : v->parent);
	sqlite3_bind_int64(row, 4, v->state);
	sql_bind_text(row, 5, v->kind);
	sql_bind_word(row, 6, v->label);
	sql_bind_word(row, 7, v->uuid);
	sql_bind_count(row, 8, v->start);
	sql_bind_count(row, 9, v->length);
	return sql_run(&s->q, row, err);
}

static enum triage_status
filesystem_id_of(struct case_store *s, uint64_t evidence_id, uint32_t position, uint64_t *ret_id, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, GET_FILESYSTEM, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, evidence_id);
	sqlite3_bind_int64(row, 2, position);
	st = sql_step(&s->q, row, err);
	uint64_t id = st == TRIAGE_OK ? (uint64_t)sqlite3_column_int64(row, 0) : 0;
	sqlite3_reset(row);
	if (st == TRIAGE_END || (st == TRIAGE_OK && (id == 0 || id > FILESYSTEM_MAX))) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "more than %ju filesystems", (uintmax_t)FILESYSTEM_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (st == TRIAGE_OK)
		*ret_id = id;
	return st;
}

enum triage_status
case_put_filesystem(struct case_store *s, uint64_t evidence_id, const struct triage_filesystem *fs, uint64_t *ret_filesystem_id, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_FILESYSTEM, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, evidence_id);
	sqlite3_bind_int64(row, 2, fs->index);
	sqlite3_bind_int64(row, 3, fs->volume);
	sql_bind_text(row, 4, fs->type);
	sql_bind_word(row, 5, fs->label);
	sql_bind_word(row, 6, fs->uuid);
	sql_bind_count(row, 7, fs->start);
	sql_bind_count(row, 8, fs->length);
	sqlite3_bind_int64(row, 9, fs->block_size);
	st = sql_run(&s->q, row, err);
	return st == TRIAGE_OK ? filesystem_id_of(s, evidence_id, fs->index, ret_filesystem_id, err) : st;
}

/* --- entries --- */

static void
bind_entry(sqlite3_stmt *row, uint64_t entry_id, const struct triage_entry *e, const char *path)
{
	sql_bind_id(row, 1, entry_id);
	sql_bind_count(row, 2, e->parent);
	sql_bind_id(row, 3, e->inode);
	sql_bind_count(row, 4, e->sequence);
	sqlite3_bind_int64(row, 5, e->attr_type);
	sqlite3_bind_int64(row, 6, e->attr_id);
	sqlite3_bind_int64(row, 7, e->kind);
	sqlite3_bind_int64(row, 8, e->state);
	sqlite3_bind_int64(row, 9, e->flags);
	sql_bind_blob(row, 10, e->name, e->name_size);
	sql_bind_blob(row, 11, e->stream, e->stream_size);
	sql_bind_count(row, 12, e->size);
	sqlite3_bind_int64(row, 13, e->mode);
	sql_bind_count(row, 14, e->uid);
	sql_bind_count(row, 15, e->gid);
	sql_bind_word(row, 16, e->owner);
	for (int i = 0; i < TRIAGE_TIME_COUNT; i++)
		sql_bind_time(row, 17 + i, e->times[i]);
	if (e->link_size > 0)
		sql_bind_blob(row, 25, e->link, e->link_size);
	sql_bind_text(row, 26, path);
}

static enum triage_status
put_unit(struct case_store *s, uint64_t filesystem_id, uint64_t entry_id, const struct triage_entry *e, unsigned rank, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_UNIT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, filesystem_id);
	sql_bind_id(row, 2, e->inode);
	sqlite3_bind_int64(row, 3, e->attr_type);
	sqlite3_bind_int64(row, 4, e->attr_id);
	sql_bind_id(row, 5, entry_id);
	sql_bind_count(row, 6, e->size);
	sqlite3_bind_int64(row, 7, rank);
	sql_bind_count(row, 8, e->place == TRIAGE_NO_ID ? 0 : e->place);
	st = sql_run(&s->q, row, err);
	if (st != TRIAGE_OK)
		return st;
	if (sqlite3_changes(s->q.db) > 0) {
		s->totals.units++;
		store_add_bytes(&s->totals.bytes, e->size == TRIAGE_NO_ID ? 0 : e->size);
		return TRIAGE_OK;
	}
	st = store_use(s, LOWER_RANK, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, filesystem_id);
	sql_bind_id(row, 2, e->inode);
	sqlite3_bind_int64(row, 3, e->attr_type);
	sqlite3_bind_int64(row, 4, e->attr_id);
	sqlite3_bind_int64(row, 5, rank);
	return sql_run(&s->q, row, err);
}

enum triage_status
case_put_entry(struct case_store *s, uint64_t filesystem_id, const struct triage_entry *e, const char *path, unsigned rank, struct triage_error *err)
{
	if (filesystem_id == 0 || filesystem_id > FILESYSTEM_MAX || e->edge >= MEMBER_EDGE) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "entry %ju of filesystem %ju: beyond what a case can hold",
		    (uintmax_t)e->edge, (uintmax_t)filesystem_id);
		return TRIAGE_E_LIMIT;
	}
	uint64_t entry_id = filesystem_id << ENTRY_EDGE_BITS | e->edge;
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_ENTRY, &row, err);
	if (st != TRIAGE_OK)
		return st;
	bind_entry(row, entry_id, e, path);
	st = sql_run(&s->q, row, err);
	if (st == TRIAGE_OK && (e->flags & TRIAGE_ENTRY_HAS_CONTENT) != 0)
		st = put_unit(s, filesystem_id, entry_id, e, rank, err);
	return st;
}

static const char *const drop_listing[] = {
	"DELETE FROM match WHERE unit_id IN (SELECT unit_id FROM unit WHERE filesystem_id = ?1)",
	"DELETE FROM extent WHERE unit_id IN (SELECT unit_id FROM unit WHERE filesystem_id = ?1)",
	"DELETE FROM result WHERE unit_id IN (SELECT unit_id FROM unit WHERE filesystem_id = ?1)",
	"DELETE FROM unit WHERE filesystem_id = ?1",
	"DELETE FROM entry WHERE entry_id >= (?1 << 40) AND entry_id < ((?1 + 1) << 40)",
};

enum triage_status
case_drop_listing(struct case_store *s, uint64_t filesystem_id, struct triage_error *err)
{
	enum triage_status st = sql_check(&s->q, err);
	for (size_t i = 0; i < sizeof(drop_listing) / sizeof(drop_listing[0]) && st == TRIAGE_OK; i++) {
		sqlite3_stmt *row;
		st = sql_prepare(&s->q, drop_listing[i], &row, err);
		if (st != TRIAGE_OK)
			return st;
		sql_bind_id(row, 1, filesystem_id);
		st = sql_run(&s->q, row, err);
		sqlite3_finalize(row);
	}
	return st == TRIAGE_OK ? store_count_units(s, err) : st;
}

/* --- problems --- */

static void
put_field(struct buf *out, const char *text)
{
	buf_put(out, text, strlen(text) + 1);
}

static void
problem_digest(struct buf *b, uint64_t evidence_id, uint64_t filesystem_id, const char *path, const struct triage_problem *p, uint8_t out[32])
{
	char hex[65];
	buf_clear(b);
	buf_format(b, "%ju %ju %u %ju %ju %ju %ju ", (uintmax_t)evidence_id, (uintmax_t)filesystem_id, (unsigned)p->severity,
	    (uintmax_t)p->inode, (uintmax_t)p->edge, (uintmax_t)p->offset, (uintmax_t)p->bytes);
	put_field(b, path);
	put_field(b, p->stage);
	put_field(b, p->code);
	put_field(b, p->message);
	digest_sha256_hex(b->data, b->size, hex);
	if (!text_unhex(hex, out, 32))
		memset(out, 0, 32);
}

enum triage_status
case_put_problem(struct case_store *s, uint64_t evidence_id, uint64_t filesystem_id, const char *path, const struct triage_problem *p, struct triage_error *err)
{
	uint8_t digest[32];
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, PUT_PROBLEM, &row, err);
	if (st != TRIAGE_OK)
		return st;
	problem_digest(&s->scratch, evidence_id, filesystem_id, path, p, digest);
	st = buf_check(&s->scratch, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_blob(row, 1, digest, 16);
	sql_bind_count(row, 2, evidence_id == 0 ? TRIAGE_NO_ID : evidence_id);
	sql_bind_count(row, 3, filesystem_id == 0 ? TRIAGE_NO_ID : filesystem_id);
	sql_bind_word(row, 4, path);
	sql_bind_text(row, 5, p->stage);
	sqlite3_bind_int64(row, 6, p->severity);
	sql_bind_text(row, 7, p->code);
	sql_bind_text(row, 8, p->message);
	sql_bind_count(row, 9, p->inode);
	sql_bind_count(row, 10, p->edge);
	sql_bind_count(row, 11, p->offset);
	sql_bind_count(row, 12, p->bytes);
	return sql_run(&s->q, row, err);
}

enum triage_status
case_each_problem_code(struct case_store *s, void (*each)(void *ctx, const char *code, uint64_t count), void *ctx, struct triage_error *err)
{
	sqlite3_stmt *rows;
	enum triage_status st = sql_prepare(&s->q, "SELECT code, count(*) FROM problem GROUP BY code ORDER BY code", &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK)
		each(ctx, sql_text(rows, 0), (uint64_t)sqlite3_column_int64(rows, 1));
	sqlite3_finalize(rows);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- rules --- */

static void
bind_rule(sqlite3_stmt *row, uint32_t index, const struct case_rule *r)
{
	const char *const text[] = { r->name, r->name_space, r->tags, r->title, r->why, r->innocent, r->family, r->technique, r->kind, r->source, r->version };
	sqlite3_bind_int64(row, 1, index);
	for (int i = 0; i < (int)(sizeof(text) / sizeof(text[0])); i++)
		sql_bind_text(row, 2 + i, text[i] != NULL ? text[i] : "");
	sqlite3_bind_int64(row, 13, r->severity);
	sqlite3_bind_int64(row, 14, r->confidence);
}

enum triage_status
case_put_rule(struct case_store *s, uint32_t index, const struct case_rule *rule, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = store_use(s, s->rules_before > 0 ? SAME_RULE : PUT_RULE, &row, err);
	if (st != TRIAGE_OK)
		return st;
	bind_rule(row, index, rule);
	s->rules_put++;
	if (s->rules_before == 0)
		return sql_run(&s->q, row, err);
	st = sql_step(&s->q, row, err);
	bool same = st == TRIAGE_OK && sqlite3_column_int(row, 0) == 1;
	sqlite3_reset(row);
	sqlite3_clear_bindings(row);
	if (st == TRIAGE_END || (st == TRIAGE_OK && !same)) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET,
		    "the rules are not those with which this run was begun (rule %u is another): put them back, or begin a new run", (unsigned)index);
		return TRIAGE_E_USAGE;
	}
	return st;
}

/* store_events.c - what artefact parsers tell of a unit: events, facts about hosts and accounts, and that a parser saw the unit to its end. */
#include "triage/case/event_batch.h"
#include "triage/case/store_inside.h"

#include <stdlib.h>
#include <string.h>

/* More sets of words than any run has: a worker that makes them up is not believed. */
enum { KINDS_MAX = 20000, SLOTS = 65536, WORDS = BATCH_WORDS };

struct event_kinds {
	size_t count;
	struct {
		char *words;		/* WORDS texts, each with its NUL; NULL for a free slot */
		int64_t number;
	} slots[SLOTS];
};

void
store_forget_kinds(struct case_store *s)
{
	for (size_t i = 0; s->kinds != NULL && i < SLOTS; i++)
		free(s->kinds->slots[i].words);
	free(s->kinds);
	s->kinds = NULL;
}

static bool
is_source(const char *word)
{
	static const char *const sources[] = { "evtx", "evt", "registry", "prefetch", "srum", "ual", "ese", "lnk", "jumplist", "mft", "usn", "recyclebin",
		"task", "wmi", "bits", "browser", "defender", "remote-access", "utmp", "syslog", "journal", "audit", "cron", "shell-history", "package",
		"web", "mail", "database", "other" };
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(sources[i], word) == 0)
			return true;
	return false;
}

static bool
is_parser(const char *word)
{
	return word[0] != '\0' && strlen(word) <= 64 && word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_.")] == '\0';
}

static enum triage_status
not_said(const char *what, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "%s", what);
	return TRIAGE_E_USAGE;
}

static bool
same_words(const char *kept, const char *const words[WORDS])
{
	for (size_t i = 0; i < WORDS; i++) {
		if (strcmp(kept, words[i]) != 0)
			return false;
		kept += strlen(kept) + 1;
	}
	return true;
}

static char *
keep_words(const char *const words[WORDS])
{
	size_t size = 0;
	for (size_t i = 0; i < WORDS; i++)
		size += strlen(words[i]) + 1;
	char *kept = malloc(size), *p = kept;
	for (size_t i = 0; kept != NULL && i < WORDS; i++) {
		size_t n = strlen(words[i]) + 1;
		memcpy(p, words[i], n);
		p += n;
	}
	return kept;
}

/* A number that stands for these words while the store is open. */
static enum triage_status
kind_of(struct case_store *s, const struct triage_event *e, int64_t *ret_number, struct triage_error *err)
{
	const char *const words[WORDS] = { e->precision, e->meaning, e->source, e->parser, e->technique };
	uint64_t h = BATCH_HASH;
	for (size_t i = 0; i < WORDS; i++)
		h = batch_hash(h, words[i], strlen(words[i]));
	if (s->kinds == NULL && (s->kinds = calloc(1, sizeof(*s->kinds))) == NULL)
		return store_no_memory(err);
	size_t slot = (size_t)(h % SLOTS);
	for (; s->kinds->slots[slot].words != NULL; slot = (slot + 1) % SLOTS)
		if (same_words(s->kinds->slots[slot].words, words)) {
			*ret_number = s->kinds->slots[slot].number;
			return TRIAGE_OK;
		}
	/* words that came before were looked at then */
	if (!is_source(e->source) || !is_parser(e->parser))
		return not_said("an event without source or parser", err);
	if (s->kinds->count >= KINDS_MAX)
		return not_said("more kinds of events than there are", err);
	s->kinds->slots[slot].words = keep_words(words);
	if (s->kinds->slots[slot].words == NULL)
		return store_no_memory(err);
	*ret_number = s->kinds->slots[slot].number = (int64_t)++s->kinds->count;
	return TRIAGE_OK;
}

/* What the unit's batch holds becomes a row. */
static enum triage_status
put_batch(struct case_store *s, struct unit_in_work *w, struct triage_error *err)
{
	struct event_batch *b = w->batch;
	sqlite3_stmt *row;
	if (b == NULL || b->events == 0)
		return TRIAGE_OK;
	enum triage_status st = store_use(s, PUT_BATCH, &row, err);
	if (st != TRIAGE_OK)
		return st;
	if (!batch_pack(b, &s->packed))
		return store_no_memory(err);
	sql_bind_id(row, 1, w->unit_id);
	sql_bind_id(row, 2, b->events);
	sql_bind_id(row, 3, b->rows.size);
	sql_bind_blob(row, 4, b->words.data, b->words.size);
	sql_bind_blob(row, 5, s->packed.data, s->packed.size);
	st = sql_run(&s->q, row, err);
	batch_clear(b);
	return st;
}

void
store_forget_batch(struct unit_in_work *w)
{
	if (w->batch != NULL)
		batch_release(w->batch);
	free(w->batch);
	w->batch = NULL;
}

enum triage_status
case_put_event(struct case_store *s, uint64_t unit_id, const struct triage_event *e, struct triage_error *err)
{
	struct unit_in_work *work;
	int64_t kind = 0;
	if (e->time == TRIAGE_TIME_NONE)
		return not_said("an event without time", err);
	enum triage_status st = store_begin_work(s, unit_id, &work, err);
	if (st == TRIAGE_OK)
		st = kind_of(s, e, &kind, err);
	if (st != TRIAGE_OK)
		return st;
	if (work->claimed)
		return not_said("an event behind the end of its stream", err);
	if (work->batch == NULL) {
		work->batch = malloc(sizeof(*work->batch));
		if (work->batch == NULL)
			return store_no_memory(err);
		batch_init(work->batch);
	}
	if (!batch_put(work->batch, e, kind))
		return store_no_memory(err);
	work->events++;
	return batch_is_full(work->batch) ? put_batch(s, work, err) : sql_check(&s->q, err);
}

enum triage_status
case_put_fact(struct case_store *s, uint64_t unit_id, const struct triage_fact *f, struct triage_error *err)
{
	struct unit_in_work *work;
	sqlite3_stmt *row;
	if ((strcmp(f->kind, "host") != 0 && strcmp(f->kind, "account") != 0 && strcmp(f->kind, "collection") != 0
	    && strcmp(f->kind, "package-file") != 0) || f->name[0] == '\0')
		return not_said("a fact of no known kind", err);
	enum triage_status st = store_begin_work(s, unit_id, &work, err);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_TOLD, &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_id(row, 1, unit_id);
	sql_bind_text(row, 2, f->kind);
	sql_bind_text(row, 3, f->subject);
	sql_bind_text(row, 4, f->name);
	sql_bind_text(row, 5, f->value);
	sql_bind_time(row, 6, f->time);
	sqlite3_bind_int64(row, 7, f->weight);
	return sql_run(&s->q, row, err);
}

enum triage_status
case_put_artefact(struct case_store *s, uint64_t unit_id, const struct triage_parsed *p, struct triage_error *err)
{
	struct unit_in_work *work;
	sqlite3_stmt *row;
	if (!is_parser(p->parser))
		return not_said("a parser without a name", err);
	enum triage_status st = store_begin_work(s, unit_id, &work, err);
	if (st == TRIAGE_OK && (work->claimed || work->events != p->events))
		return not_said("a stream of two parsers, or of another number of events than came", err);
	if (st == TRIAGE_OK)
		st = put_batch(s, work, err);
	if (st == TRIAGE_OK)
		st = store_use(s, PUT_ARTEFACT, &row, err);
	if (st != TRIAGE_OK)
		return st;
	store_forget_batch(work);
	work->claimed = true;
	sql_bind_id(row, 1, unit_id);
	sql_bind_text(row, 2, p->parser);
	sql_bind_count(row, 3, p->bytes);
	sql_bind_count(row, 4, p->events);
	sqlite3_bind_int(row, 5, p->whole);
	return sql_run(&s->q, row, err);
}

enum triage_status
store_drop_events(struct case_store *s, const struct unit_in_work *w, struct triage_error *err)
{
	const struct {
		enum store_statement which;
		int64_t first;
	} drops[] = { { DROP_BATCHES, w->first_batch }, { DROP_TOLD, w->first_told }, { DROP_ARTEFACTS, w->first_artefact } };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(drops) / sizeof(drops[0]) && st == TRIAGE_OK; i++) {
		sqlite3_stmt *row;
		st = store_use(s, drops[i].which, &row, err);
		if (st != TRIAGE_OK)
			return st;
		sqlite3_bind_int64(row, 1, drops[i].first);
		sql_bind_id(row, 2, w->unit_id);
		st = sql_run(&s->q, row, err);
	}
	return st;
}

enum triage_status
case_each_told(struct case_store *s, const char *kind, case_told_row *each, void *ctx, struct triage_error *err)
{
	sqlite3_stmt *row;
	enum triage_status st = sql_check(&s->q, err);
	if (st == TRIAGE_OK)
		st = sql_prepare(&s->q, "SELECT e.path, t.value FROM told t JOIN unit u USING (unit_id) JOIN entry e USING (entry_id) WHERE t.kind = ?1"
		    " ORDER BY e.path, t.told_id", &row, err);
	if (st != TRIAGE_OK)
		return st;
	sql_bind_text(row, 1, kind);
	while ((st = sql_step(&s->q, row, err)) == TRIAGE_OK) {
		const char *path = (const char *)sqlite3_column_text(row, 0), *value = (const char *)sqlite3_column_text(row, 1);
		st = each(ctx, path != NULL ? path : "", value != NULL ? value : "", err);
		if (st != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(row);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

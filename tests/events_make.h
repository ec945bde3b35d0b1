/* events_make.h - events and facts as parsers tell them, put into a small case, and questions to the sealed one. */
#ifndef TRIAGE_TESTS_EVENTS_MAKE_H
#define TRIAGE_TESTS_EVENTS_MAKE_H

#include "tests/case_make.h"

#include <sqlite3.h>

#define SUMMER INT64_C(1656676800)	/* 2022-07-01 12:00:00, a Friday */

static inline struct triage_event
event_at(int64_t seconds, const char *message)
{
	return (struct triage_event){ .time = seconds * NS, .precision = "s", .meaning = "logged", .source = "utmp", .parser = "utmp", .host = "", .user = "",
		.message = message, .technique = "", .data = "{}", .offset = TRIAGE_NO_ID };
}

static inline void
put_event(struct made *m, uint64_t unit, int64_t seconds, const char *message, uint64_t offset)
{
	struct triage_event e = event_at(seconds, message);
	e.offset = offset;
	assert_ok(case_put_event(m->store, unit, &e, &err));
}

/* The parser is done with the unit, and so is the pass. */
static inline void
end_unit(struct made *m, uint64_t unit, uint64_t events)
{
	char word[32];
	assert_ok(case_put_artefact(m->store, unit, &(struct triage_parsed){ .parser = "utmp", .bytes = 1000, .events = events, .whole = true }, &err));
	snprintf(word, sizeof(word), "unit %ju", (uintmax_t)unit);
	put_result(m, unit, word);
}

static inline void
put_file(struct made *m, uint64_t filesystem, uint64_t number, const char *path)
{
	const struct triage_entry e = entry_of(number, number, strrchr(path, '/') + 1);
	assert_ok(case_put_entry(m->store, filesystem, &e, path, 50, &err));
}

static inline void
put_fact(struct made *m, uint64_t unit, const char *name, const char *value, unsigned weight)
{
	assert_ok(case_put_fact(m->store, unit, &(struct triage_fact){ .kind = "host", .subject = "", .name = name, .value = value,
		.time = TRIAGE_TIME_NONE, .weight = weight }, &err));
}

/* All rows of a query over the sealed case: columns with '|', rows with ';'. */
static inline const char *
ask(struct made *m, const char *query)
{
	static char text[4][8192];
	static unsigned next;
	char *out = text[next++ % 4];
	size_t size = 0;
	sqlite3 *db;
	sqlite3_stmt *row;
	if (m->sealer != NULL)
		made_seal(m);
	assert_int_equal(sqlite3_open_v2(m->database, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, query, -1, &row, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(db));
	out[0] = '\0';
	while (sqlite3_step(row) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(row); i++) {
			const char *value = (const char *)sqlite3_column_text(row, i);
			size += (size_t)snprintf(out + size, sizeof(text[0]) - size, "%s%s", i > 0 ? "|" : size > 0 ? ";" : "", value != NULL ? value : "-");
			assert_true(size < sizeof(text[0]));
		}
	}
	sqlite3_finalize(row);
	sqlite3_close(db);
	return out;
}

#define EVENTS "SELECT time / 1000000000 - 1656676800, message FROM timeline WHERE source <> 'filesystem' ORDER BY time, event_id"

#endif

/* test_event_batch.c - events packed into rows of the journal: as they were, at the ends of what they may be, over many batches, and batches that are damaged. */
#include "tests/case_make.h"

#include "triage/case/event_batch.h"

#include <sqlite3.h>

#define SUMMER INT64_C(1656676800)

static struct triage_event
event_at(int64_t time, const char *message)
{
	return (struct triage_event){ .time = time, .precision = "s", .meaning = "logged", .source = "utmp", .parser = "utmp", .host = "", .user = "",
		.message = message, .technique = "", .data = "{}", .offset = TRIAGE_NO_ID };
}

static void
begin(struct made *m, uint64_t files)
{
	made_begin(m, "ext4");
	for (uint64_t i = 1; i <= files; i++) {
		char path[40];
		snprintf(path, sizeof(path), "/log-of-%c", (int)('a' + i));
		const struct triage_entry e = entry_of(i, i, path + 1);
		assert_ok(case_put_entry(m->store, 1, &e, path, 50, &err));
	}
}

static void
put(struct made *m, uint64_t unit, struct triage_event e)
{
	assert_ok(case_put_event(m->store, unit, &e, &err));
}

static void
end(struct made *m, uint64_t unit, uint64_t events)
{
	char word[32];
	assert_ok(case_put_artefact(m->store, unit, &(struct triage_parsed){ .parser = "utmp", .bytes = 1000, .events = events, .whole = true }, &err));
	snprintf(word, sizeof(word), "unit %ju", (uintmax_t)unit);
	put_result(m, unit, word);
}

static int64_t
number(const char *database, const char *query)
{
	sqlite3 *db;
	sqlite3_stmt *row;
	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, query, -1, &row, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(db));
	int64_t value = sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : -1;
	sqlite3_finalize(row);
	sqlite3_close(db);
	return value;
}

static bool
is(struct view v, const char *text)
{
	return v.size == strlen(text) && memcmp(v.data, text, v.size) == 0;
}

static void
a_batch_gives_back_what_was_put(void **state)
{
	(void)state;
	struct event_batch b;
	struct batch_event out;
	const char *words[BATCH_WORDS];
	size_t at = 0;
	SCOPED_BUF packed, rows;
	buf_init(&packed, 2 * BATCH_BYTES_MAX);
	buf_init(&rows, BATCH_BYTES_MAX);
	batch_init(&b);
	struct triage_event all[] = { event_at(INT64_MAX, "the last"), event_at(INT64_MIN + 1, "the first"), event_at(0, ""), event_at(-1, "\xe2\x82\xac") };
	all[0].offset = 0;
	all[1].offset = UINT64_MAX - 1;
	all[1].local = true;
	all[2].technique = "T1078";
	all[3].host = "h";
	all[3].user = "u";
	for (size_t i = 0; i < 4; i++)
		assert_true(batch_put(&b, &all[i], i == 2 ? 9 : 4));
	assert_true(batch_pack(&b, &packed));
	assert_true(batch_unpack((struct view){ (const uint8_t *)packed.data, packed.size }, b.rows.size, &rows));
	for (size_t i = 0; i < 4; i++) {
		assert_true(batch_next(&rows, &at, &out));
		assert_true(out.time == all[i].time && out.offset == all[i].offset && out.local == all[i].local && out.kind == (i == 2));
		assert_true(is(out.texts[0], all[i].host) && is(out.texts[1], all[i].user) && is(out.texts[2], all[i].message) && is(out.texts[3], all[i].data));
	}
	assert_true(at == rows.size && !batch_next(&rows, &at, &out));
	const struct view kept = { (const uint8_t *)b.words.data, b.words.size };
	at = 0;
	assert_true(batch_words(kept, &at, words));
	assert_string_equal(words[1], "logged");
	assert_true(batch_words(kept, &at, words));
	assert_string_equal(words[4], "T1078");
	assert_false(batch_words(kept, &at, words));
	batch_release(&b);
}

static void
no_length_of_a_batch_is_believed(void **state)
{
	(void)state;
	struct event_batch b;
	struct batch_event out;
	const char *words[BATCH_WORDS];
	SCOPED_BUF packed, rows;
	buf_init(&packed, 2 * BATCH_BYTES_MAX);
	buf_init(&rows, BATCH_BYTES_MAX);
	batch_init(&b);
	struct triage_event e = event_at(1, "message");
	assert_true(batch_put(&b, &e, 1) && batch_pack(&b, &packed));
	const struct view sound = { (const uint8_t *)packed.data, packed.size };
	assert_false(batch_unpack(sound, b.rows.size + 1, &rows));
	assert_false(batch_unpack(sound, b.rows.size - 1, &rows));
	assert_false(batch_unpack(sound, UINT64_MAX, &rows));
	assert_false(batch_unpack(sound, BATCH_BYTES_MAX + 1, &rows));
	assert_false(batch_unpack((struct view){ sound.data, sound.size - 1 }, b.rows.size, &rows));
	assert_true(batch_unpack(sound, b.rows.size, &rows));
	for (size_t field = 24; field < BATCH_ROW_HEADER; field += 4) {
		size_t at = 0;
		uint8_t kept[4];
		memcpy(kept, rows.data + field, 4);
		memset(rows.data + field, 0xff, 4);
		assert_false(batch_next(&rows, &at, &out));
		assert_true(at == 0);
		memcpy(rows.data + field, kept, 4);
	}
	for (size_t cut = 0; cut < b.words.size; cut++) {
		size_t at = 0;
		assert_false(batch_words((struct view){ (const uint8_t *)b.words.data, cut }, &at, words));
	}
	batch_release(&b);
}

/* Two units at a time, batches that are full by bytes and by kinds, one that is not full: each event is told once, in its order. */
static void
events_of_many_batches_come_in_their_order(void **state)
{
	(void)state;
	struct made m;
	char message[4001], meaning[40];
	begin(&m, 2);
	memset(message, 'm', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	for (int64_t i = 0; i < 400; i++) {
		struct triage_event e = event_at((SUMMER - i) * NS, message);
		snprintf(meaning, sizeof(meaning), "meaning %03d", (int)(i % 150));
		e.meaning = meaning;
		e.offset = (uint64_t)i;
		put(&m, 1 + (uint64_t)(i % 2), e);
	}
	assert_ok(case_commit(m.store, &err));
	end(&m, 1, 200);
	end(&m, 2, 200);
	made_build(&m);
	made_seal(&m);
	assert_number_equal(number(m.database, "SELECT count(*) FROM timeline WHERE source = 'utmp'"), 400);
	assert_number_equal(number(m.database, "SELECT count(*) FROM timeline WHERE source = 'utmp' AND time = (1656676800 - offset) * 1000000000 AND length(message) = 4000"
		" AND meaning = printf('meaning %03d', offset % 150) AND file_id = 1 + offset % 2"), 400);
	assert_number_equal(number(m.database, "SELECT count(*) FROM (SELECT event_id, time, lag(time) OVER (ORDER BY event_id) AS before FROM t_event) WHERE time < before"), 0);
	assert_number_equal(number(m.database, "SELECT count(*) FROM t_event_kind"), 150);
	case_close(m.store);
	m.store = NULL;
	assert_true(number(m.journal, "SELECT count(*) FROM event_batch") > 4);
	assert_true(number(m.journal, "SELECT sum(length(packed)) FROM event_batch") < 400 * 4000 / 8);
	made_end(&m);
}

/* What stands in a batch not yet written is the worker's last: it is done again. */
static void
events_at_the_ends_of_their_range_and_a_batch_that_was_not_written(void **state)
{
	(void)state;
	struct made m;
	begin(&m, 2);
	const int64_t times[] = { INT64_MAX, INT64_MIN + 1, 0, -1, SUMMER * NS };
	for (size_t i = 0; i < 5; i++) {
		struct triage_event e = event_at(times[i], "x");
		e.offset = i == 0 ? UINT64_MAX - 1 : i == 1 ? (uint64_t)INT64_MAX + 1 : i;
		e.local = i < 2;
		put(&m, 1, e);
	}
	end(&m, 1, 5);
	put(&m, 2, event_at(SUMMER * NS, "lost"));
	assert_ok(case_commit(m.store, &err));
	case_close(m.store);
	assert_number_equal(number(m.journal, "SELECT sum(events) FROM event_batch"), 5);
	assert_ok(case_resume(m.journal, &m.store, &err));
	put(&m, 2, event_at(SUMMER * NS + 1, "again"));
	assert_ok(case_drop_unit_rows(m.store, 2, &err));
	put(&m, 2, event_at(SUMMER * NS + 2, "for good"));
	end(&m, 2, 1);
	/* its stream is over */
	struct triage_event late = event_at(SUMMER * NS, "late");
	assert_status(TRIAGE_E_USAGE, case_put_event(m.store, 2, &late, &err));
	made_build(&m);
	made_seal(&m);
	assert_number_equal(number(m.database, "SELECT count(*) FROM t_event WHERE message = 'x'"), 5);
	assert_number_equal(number(m.database, "SELECT count(*) FROM t_event WHERE offset = 9223372036854775807"), 2);
	assert_number_equal(number(m.database, "SELECT count(*) FROM t_event WHERE message = 'for good'"), 1);
	assert_number_equal(number(m.database, "SELECT count(*) FROM t_event"), 6);
	made_end(&m);
}

static void
a_damaged_batch_is_an_error_in_words(void **state)
{
	(void)state;
	static const char *const damages[] = { "UPDATE event_batch SET bytes = bytes + 1", "UPDATE event_batch SET bytes = -1", "UPDATE event_batch SET bytes = 9223372036854775807",
		"UPDATE event_batch SET packed = x''", "UPDATE event_batch SET packed = zeroblob(3000000)", "UPDATE event_batch SET words = x'6162'",
		"UPDATE event_batch SET packed = substr(packed, 1, length(packed) - 3)", "UPDATE event_batch SET packed = 'text', words = 7" };
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct made m;
		sqlite3 *db;
		begin(&m, 1);
		put(&m, 1, event_at(SUMMER * NS, "one"));
		put(&m, 1, event_at(SUMMER * NS, "two"));
		end(&m, 1, 2);
		assert_ok(case_commit(m.store, &err));
		case_close(m.store);
		assert_int_equal(sqlite3_open(m.journal, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, damages[i], NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		assert_ok(case_resume(m.journal, &m.store, &err));
		assert_status(TRIAGE_E_FORMAT, case_build(m.store, m.database, &m.sealer, &err));
		m.sealer = NULL;
		made_end(&m);
	}
}

static void
a_journal_of_an_older_version_is_refused(void **state)
{
	(void)state;
	struct made m;
	sqlite3 *db;
	struct case_store *again = NULL;
	begin(&m, 1);
	case_close(m.store);
	m.store = NULL;
	assert_int_equal(sqlite3_open(m.journal, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 4", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	struct triage_error why = { 0 };
	assert_int_equal(case_resume(m.journal, &again, &why), TRIAGE_E_UNSUPPORTED);
	assert_non_null(strstr(why.text, "another version of this program"));
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_gives_back_what_was_put),
		cmocka_unit_test(no_length_of_a_batch_is_believed),
		cmocka_unit_test(events_of_many_batches_come_in_their_order),
		cmocka_unit_test(events_at_the_ends_of_their_range_and_a_batch_that_was_not_written),
		cmocka_unit_test(a_damaged_batch_is_an_error_in_words),
		cmocka_unit_test(a_journal_of_an_older_version_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

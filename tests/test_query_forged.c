/* test_query_forged.c - cases that are damaged, of another version, or made by somebody who means harm; and sizes that evidence may claim. */
#include "tests/case_make.h"
#include "triage/case/schema.h"

#include <sqlite3.h>

static void
what_is_no_case_or_of_another_version_is_refused(void **state)
{
	(void)state;
	struct made m;
	struct case_reader *r;
	size_t size;
	made_begin(&m, "ntfs");
	made_build(&m);
	made_seal(&m);
	char *data = read_whole(m.database, &size), other[300];
	snprintf(other, sizeof(other), "%s/ot%%h?er#.db", m.folder);
	write_whole(other, data, size);
	assert_ok(case_open(other, &r, &err));	/* any name will do */
	case_reader_close(r);
	struct triage_error why = { 0 };
	data[63] = CASE_SCHEMA_VERSION + 1;	/* user_version, big endian at 60 */
	write_whole(other, data, size);
	assert_int_equal(case_open(other, &r, &why), TRIAGE_E_UNSUPPORTED);
	assert_non_null(strstr(why.text, "newer version"));
	assert_status(TRIAGE_E_UNSUPPORTED, case_open_any(other, &r, &err));
	data[63] = CASE_SCHEMA_VERSION - 1;
	write_whole(other, data, size);
	assert_int_equal(case_open(other, &r, &why), TRIAGE_E_UNSUPPORTED);
	assert_non_null(strstr(why.text, "use the version that wrote it"));
	assert_ok(case_open_any(other, &r, &err));
	case_reader_close(r);
	data[63] = CASE_SCHEMA_VERSION;
	data[71] ^= 1;				/* application_id at 68 */
	write_whole(other, data, size);
	assert_status(TRIAGE_E_FORMAT, case_open(other, &r, &err));
	write_whole(other, "no database at all, but long enough to be looked at", 51);
	assert_status(TRIAGE_E_FORMAT, case_open(other, &r, &err));
	unlink(other);
	assert_status(TRIAGE_E_IO, case_open(other, &r, &err));
	free(data);
	made_end(&m);
}

static void
a_damaged_case_does_not_pass_its_check(void **state)
{
	(void)state;
	struct made m;
	struct case_reader *r;
	size_t size;
	made_begin(&m, "ntfs");
	for (uint64_t i = 1; i <= 500; i++)
		put_simple(&m, i, i, "a file with a name");
	made_build(&m);
	made_seal(&m);
	char *data = read_whole(m.database, &size);
	memset(data + size / 2 / 4096 * 4096, 0x5a, 4096);
	write_whole(m.database, data, size);
	free(data);
	assert_ok(case_open(m.database, &r, &err));
	assert_status(TRIAGE_E_FORMAT, case_check(r, &err));
	case_reader_close(r);
	made_end(&m);
}

/* A sealed case of 200 files into which a forger has put this SQL, open. */
static void
begin_forged(struct made *m, const char *sql, struct case_reader **ret_reader)
{
	sqlite3 *db;
	made_begin(m, "ntfs");
	for (uint64_t n = 1; n <= 200; n++)
		put_simple(m, n, n, "a file with a name");
	made_build(m);
	made_seal(m);
	assert_int_equal(sqlite3_open(m->database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_ok(case_open(m->database, ret_reader, &err));
}

/* A case of a forger's: its rows must not come without end, nor a row take for ever. */
static void
views_from_elsewhere_come_to_an_end(void **state)
{
	static const char *const forged[] = {
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 1, 'a', 'b', '{}', 'x', 'y' FROM n WHERE i < 0",
		"SELECT count(*), 1, 'a', 'b', '{}', 'x', 'y' FROM t_file a, t_file b, t_file c, t_file d, t_file e, t_file f, t_file g WHERE a.size + g.size + f.size < 0",
	};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct made m;
		struct case_reader *r;
		struct case_cursor *c;
		char text[600];
		struct triage_error why = { 0 };
		snprintf(text, sizeof(text), "DROP VIEW custody; CREATE VIEW custody(seq, time, actor, action, detail, previous_hash, hash) AS %s", forged[i]);
		begin_forged(&m, text, &r);
		enum triage_status st = case_rows(r, CASE_CUSTODY, CASE_BY_ID, &c, &why);
		if (st == TRIAGE_OK) {
			st = case_next(c, &why);
			case_cursor_close(c);
		}
		assert_true(st < 0 && why.text[0] != '\0');
		case_reader_close(r);
		made_end(&m);
	}
}

/* Rows without end that cost little each, of large texts, in any view: all that is asked of a reader has an end. */
static void
all_rows_together_come_to_an_end(void **state)
{
	static const struct {
		const char *drop, *rows;
		enum case_view view;
		size_t column;
	} forged[] = {
		{ "timeline(time, precision, meaning, source, parser, host, user, path, message, technique, file_id, data, inode, sha256)",
		    "a.file_id, '', '', '', '', '', '', '', hex(zeroblob(1000000)), '', 1, '{}', 1, ''", CASE_TIMELINE, CASE_TIMELINE_MESSAGE },
		{ "findings(finding_id, severity, confidence, score, rule, kind, title, technique, host, path, first_time, last_time, count, detail, file_id, story_id)",
		    "a.file_id, 'low', 1, 1, 'r', 'yara', 't', '', '', '/', 1, 1, 1, '{}', 1, 1", CASE_FINDINGS, CASE_FINDINGS_TITLE },
		{ "evidence(evidence_id, name, kind, size, sector_size, md5, sha1, sha256, stored_md5, stored_sha1, hash_verdict, bad_sectors)",
		    "a.file_id, 'n', 'raw', 1, 512, '', '', '', '', '', 'match', 0", CASE_EVIDENCE, CASE_EVIDENCE_NAME },
	};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made m;
		struct case_reader *r;
		struct case_cursor *c = NULL;
		char text[900];
		struct triage_error why = { 0 };
		snprintf(text, sizeof(text), "DROP VIEW %.*s; CREATE VIEW %s AS SELECT %s FROM t_file a, t_file b, t_file c, t_file d, t_file e",
		    (int)strcspn(forged[i].drop, "("), forged[i].drop, forged[i].drop, forged[i].rows);
		begin_forged(&m, text, &r);
		case_reader_bound(r, 40);	/* as the size gives, but sooner; of bytes there are enough */
		enum triage_status st = case_rows(r, forged[i].view, i == 0 ? CASE_BRIEF : CASE_BY_ID, &c, &why);
		uint64_t rows = 0;
		while (st == TRIAGE_OK && (st = case_next(c, &why)) == TRIAGE_OK) {
			assert_non_null(case_text(c, forged[i].column));
			assert_true(++rows < 50000000);
		}
		case_cursor_close(c);
		/* the first is sorted before it is given out: memory or steps end */
		assert_true(st == TRIAGE_E_FORMAT || (i == 0 && st == TRIAGE_E_MEMORY));
		assert_true(i == 0 || strstr(why.text, "more than a case of its size holds") != NULL);
		assert_status(TRIAGE_E_IO, case_reader_status(r, &err));
		case_reader_close(r);
		made_end(&m);
	}
}

/* Two damaged files, each as large as a number can say: their sum is told as the largest number, and nothing ends. */
static void
sizes_without_bounds_are_summed_without_an_error(void **state)
{
	(void)state;
	struct made m;
	struct case_cursor *c;
	made_begin(&m, "ntfs");
	for (uint64_t i = 1; i <= 2; i++) {
		struct triage_entry e = entry_of(i, i, i == 1 ? "a.docx" : "b.docx");
		e.size = INT64_MAX;
		put_named(&m, &e, 10);
	}
	made_build(&m);
	for (uint64_t i = 1; i <= 2; i++) {
		const struct case_damage_row row = { .file_id = i, .damage = "encrypted-whole", .reason = "made", .share = 1 };
		assert_ok(case_seal_damage(m.sealer, &row, &err));
	}
	made_seal(&m);
	assert_ok(case_rows(m.reader, CASE_DAMAGE_STYLES, CASE_BY_ID, &c, &err));
	assert_ok(case_next(c, &err));
	assert_number_equal(case_int(c, 1), 2);
	assert_number_equal(case_int(c, 2), INT64_MAX);
	assert_number_equal(case_int(c, 3), INT64_MAX);
	assert_status(TRIAGE_END, case_next(c, &err));
	case_cursor_close(c);
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_case_or_of_another_version_is_refused),
		cmocka_unit_test(a_damaged_case_does_not_pass_its_check),
		cmocka_unit_test(views_from_elsewhere_come_to_an_end),
		cmocka_unit_test(all_rows_together_come_to_an_end),
		cmocka_unit_test(sizes_without_bounds_are_summed_without_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

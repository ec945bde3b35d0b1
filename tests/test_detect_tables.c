#include "tests/detect_harness.h"

#include "triage/base/glob.h"
#include "triage/base/table.h"
#include "triage/detect/name_set.h"
#include "triage/detect/tables.h"

#include <sys/stat.h>
#include <unistd.h>

static struct detect_tables *
load(void)
{
	struct detect_tables *tables = NULL;
	struct triage_error err = { 0 };
	const struct detect_config config = { .tables = rules_folder() };
	if (detect_load(&config, &tables, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	return tables;
}

static void
rank_is_the_lowest_of_all_globs_that_fit(void **state)
{
	static const struct { const char *path; unsigned rank; } cases[] = {
		{ "/Windows/System32/config/SYSTEM", 10 }, { "/windows/system32/CONFIG/system", 10 }, { "/C/Windows/System32/config/SAM", 10 },
		{ "/Users/x/AppData/Local/Temp/a.exe", 18 }, { "/Users/x/a.docx", 40 }, { "/usr/share/doc/x/y", 80 }, { "/nothing/known.zzz", 90 }, { "/", 90 }, { "", 90 },
		{ "/home/an/.bash_history", 11 }, { "/x/akira_readme.txt", 12 }, { "/var/log/auth.log.1", 10 }, { "/Users/an/NTUSER.DAT.LOG1", 15 },
	};
	struct detect_tables *t = load();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (detect_rank(t, cases[i].path) != cases[i].rank)
			fail_msg("%s has rank %u, not %u", cases[i].path, detect_rank(t, cases[i].path), cases[i].rank);
	detect_free(t);
}

/* The index must give what trying every glob gives. */
static void
rank_index_agrees_with_trying_every_glob(void **state)
{
	static const char *const parts[] = { "Windows", "System32", "config", "SYSTEM", "Users", "an", "AppData", "Temp", "a.exe", "x.evtx", "var", "log", "auth.log",
		"lib", "security", "pam.so", "NTUSER.DAT", "readme.txt", "etc", "cron.d", "SYSVOL", "scripts", "ProgramData", "b.ps1", ".ssh", "hosts", "MSSQL1", "ERRORLOG.2" };
	const size_t n = sizeof(parts) / sizeof(parts[0]);
	struct detect_tables *t = load();
	const struct table *rows = t->tables[TABLE_PRIORITIES];
	uint32_t seed = 12345;
	(void)state;
	for (unsigned k = 0; k < 3000; k++) {
		char path[400] = "";
		size_t at = 0;
		for (unsigned d = 0; d < 1 + k % 6; d++) {
			seed = seed * 1664525 + 1013904223;
			at += (size_t)snprintf(path + at, sizeof(path) - at, "/%s", parts[(seed >> 8) % n]);
		}
		unsigned want = 90;
		for (size_t i = 0; i < table_rows(rows); i++) {
			unsigned rank = (unsigned)strtoul(table_cell(rows, i, 1), NULL, 10);
			if (rank < want && glob_match(table_cell(rows, i, 0), path))
				want = rank;
		}
		if (detect_rank(t, path) != want)
			fail_msg("%s has rank %u, not %u", path, detect_rank(t, path), want);
	}
	detect_free(t);
}

static void
a_type_mismatch_is_a_type_that_the_extension_does_not_accept(void **state)
{
	static const struct { const char *name, *mime; enum triage_text_kind text; uint64_t size; bool want; } cases[] = {
		{ "a.docx", "application/zip", TRIAGE_BINARY, 9, false },
		{ "a.DOCX", "application/octet-stream", TRIAGE_BINARY, 9, true },
		{ "a.jpg", "image/jpeg", TRIAGE_BINARY, 9, false },
		{ "a.jpg", "text/html", TRIAGE_ASCII, 9, true },
		{ "a.txt", "text/plain", TRIAGE_ASCII, 9, false },
		{ "a.txt", "application/x-dosexec", TRIAGE_BINARY, 9, true },
		{ "a.pdf", "application/x-executable", TRIAGE_BINARY, 9, true },
		{ "a.exe", "application/x-dosexec", TRIAGE_BINARY, 9, false },
		{ "a.docx", "", TRIAGE_BINARY, 0, false },
		{ "~$a.docx", "application/octet-stream", TRIAGE_BINARY, 9, false },
		{ "$IABCDE.docx", "application/octet-stream", TRIAGE_BINARY, 9, false },
		{ ".docx", "text/plain", TRIAGE_ASCII, 9, false },
		{ "docx", "text/plain", TRIAGE_ASCII, 9, false },
		{ "a.", "text/plain", TRIAGE_ASCII, 9, false },
		{ "", "text/plain", TRIAGE_ASCII, 9, false },
		{ "a.nobodyknowsit", "text/plain", TRIAGE_ASCII, 9, false },
		{ "a.png", "inode/x-empty", TRIAGE_BINARY, 9, false },
	};
	struct detect_tables *t = load();
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (detect_type_mismatch(t, cases[i].name, cases[i].mime, cases[i].text, cases[i].size) != cases[i].want)
			fail_msg("%s as %s is judged wrongly", cases[i].name, cases[i].mime);
	detect_free(t);
}

static void
a_name_set_finds_what_each_glob_alone_finds(void **state)
{
	static const char *const globs[] = { "*.txt", "README*.txt", "[[]note].txt", "*", "?????.key", ("*.id[[]????????" "-????].[[]*].8base"), "[#]x*", "*[0-9]" };
	static const char *const names[] = { "a.txt", "readme-1.TXT", "[note].txt", "12345.key", "x.id[12345678-1234].[a@b].8base", "#xy", "n7", ".txt", "" };
	struct name_set set = { 0 };
	struct triage_error err = { 0 };
	(void)state;
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(name_set_add(&set, globs[i], i, &err), TRIAGE_OK);
	for (size_t n = 0; n < 9; n++) {
		uint32_t ids[8];
		size_t count = name_set_match(&set, names[n], ids, 8), at = 0;
		for (uint32_t i = 0; i < 8 && names[n][0] != '\0'; i++) {
			if (!glob_match(globs[i], names[n]))
				continue;
			assert_true(at < count);
			assert_number_equal(ids[at++], i);
		}
		assert_number_equal(at, count);
	}
	name_set_release(&set);
}

static void
write_file(const char *folder, const char *name, const char *text)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

#define DETECTION_HEAD "detection\tkind\ttechnique\tseverity\tconfidence\talone\ttitle\twhy\tinnocent\tversion\n"
#define SIGN_HEAD "detection\tparser\tevent_id\twhere\tsplit\treason\n"
#define PLACE_HEAD "detection\tparser\tkey\tvalue\tfield\ttest\tnormal\n"
#define TOOL_HEAD "tool\tcategory\tdual\tseverity\ttechnique\tfiles\thomes\tservices\tkeys\tunix\twhy\n"

static void
a_broken_table_is_refused_with_its_row(void **state)
{
	static const struct { const char *name, *good, *bad, *says; } tables[] = {
		{ "ransom_notes.tsv", "pattern\tfamily\tstrength\n", "pattern\tfamily\tstrength\na.txt\tX\tsure\n", "strength is sure" },
		{ "ransom_extensions.tsv", "pattern\tfamily\tstrength\tkeeps\n", "pattern\tfamily\n*.x\tX\n", "needs the columns" },
		{ "extension_types.tsv", "extension\tcategory\taccepted\tmagic\thigh_entropy\n", "extension\tcategory\taccepted\tmagic\thigh_entropy\na\tb\tc\t-\tmaybe\n",
		    "row 1 (a)" },
		{ "priorities.tsv", "glob\trank\n", "glob\trank\n**/x\t7\n", "rank 7" },
		{ "scores.tsv", "key\tvalue\n", "key\tvalue\nseverity.high\tmuch\n", "severity.high is much" },
		{ "detections.tsv", DETECTION_HEAD "a\tpersistence\tT1\thigh\t40\tno\tT\tW\tI\t1\n", DETECTION_HEAD "a\tpersistence\tT1\tawful\t40\tno\tT\tW\tI\t1\n", "no severity: awful" },
		{ "signs.tsv", SIGN_HEAD "a\tevtx\t1|2\tx=1 && y!~*z\t\tr\n", SIGN_HEAD "a\tevtx\t1\tx is 1\t\tr\n", "no condition" },
		{ "commands.tsv", "detection\tin\twords\tnot\na\tany\tb & <c>|d\t\n", "detection\tin\twords\tnot\nzz\tany\tb\t\n", "no such detection: zz" },
		{ "persistence.tsv", PLACE_HEAD "a\tregistry.run\t\t\tdata\tcommand\t\n", PLACE_HEAD "a\tregistry.run\t\t\tdata\tguess\t\n", "no such test" },
		{ "remote_tools.tsv", TOOL_HEAD "X\trmm\tyes\tlow\tT1\tx.exe\t\t\t\t\tw\n", TOOL_HEAD "X\trmm\tyes\tlow\tT1\tx.exe\t\t\t\t\t\n", "no severity, name or reason" },
		{ "tactics.tsv", "what\tname\ttactic\n", "what\tname\ttactic\nodd\tx\ty\n", "the first column is tactic" },
		{ "loldrivers.tsv", "driver\tsha256\tsha1\n", "driver\tsha256\tsha1\nx.sys\tabc\t\n", "no SHA-256" },
		{ "decryptors.tsv", "family\tstate\ttext\tverified\tas_of\nX\ttool\tT\tyes\t2026\n", "family\tstate\ttext\tverified\tas_of\nX\tsure\tT\tyes\t2026\n", "needs a family" },
		{ "keep.tsv", "family\twhat\tpattern\ttext\tverified\nX\tkey-file\t*.k\tT\tno\n", "family\twhat\tpattern\ttext\tverified\nX\tkey-file\t*.k\tT\tperhaps\n", "not yes or no" },
	};
	enum { TABLES = sizeof(tables) / sizeof(tables[0]) };
	char folder[] = "/tmp/test_detect_tables_XXXXXX", path[300];
	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t bad = 0; bad <= TABLES; bad++) {
		struct detect_tables *t = NULL;
		struct triage_error err = { 0 };
		const struct detect_config config = { .tables = folder };
		for (size_t i = 0; i < TABLES; i++)
			write_file(folder, tables[i].name, i == bad ? tables[i].bad : tables[i].good);
		enum triage_status st = detect_load(&config, &t, &err);
		assert_int_equal(st, bad < TABLES ? TRIAGE_E_FORMAT : TRIAGE_OK);
		if (bad < TABLES)
			assert_has(err.text, tables[bad].says);
		detect_free(t);
	}
	for (size_t i = 0; i < TABLES; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, tables[i].name);
		unlink(path);
	}
	rmdir(folder);
}

static void
count_source(void *ctx, const char *path, const char *sha256, size_t rows)
{
	size_t *n = ctx;
	assert_true(path[0] != '\0' && strlen(sha256) == 64 && rows > 0);
	++*n;
}

static void
known_bad_wins_over_known_good_and_sources_are_told(void **state)
{
	char list[] = "/tmp/test_detect_list_XXXXXX";
	const char *lists[] = { list };
	struct detect_tables *t = NULL;
	struct triage_error err = { 0 };
	const struct detect_config config = { .tables = rules_folder(), .known_good = lists, .known_bad = lists, .known_good_count = 1, .known_bad_count = 1 };
	uint8_t sha1[20] = { 0 }, other[32] = { 1 }, zero[16] = { 0 };
	size_t sources = 0;
	int fd = mkstemp(list);
	(void)state;
	assert_true(fd >= 0 && write(fd, "0000000000000000000000000000000000000000 x\n", 43) == 43);
	close(fd);
	assert_int_equal(detect_load(&config, &t, &err), TRIAGE_OK);
	unlink(list);
	assert_int_equal(detect_known(t, zero, sha1, other), DETECT_BAD);
	assert_int_equal(detect_known(t, zero, NULL, other), DETECT_UNKNOWN);
	detect_sources(t, count_source, &sources);
	assert_number_equal(sources, 16);
	detect_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rank_is_the_lowest_of_all_globs_that_fit),
		cmocka_unit_test(rank_index_agrees_with_trying_every_glob),
		cmocka_unit_test(a_type_mismatch_is_a_type_that_the_extension_does_not_accept),
		cmocka_unit_test(a_name_set_finds_what_each_glob_alone_finds),
		cmocka_unit_test(a_broken_table_is_refused_with_its_row),
		cmocka_unit_test(known_bad_wins_over_known_good_and_sources_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

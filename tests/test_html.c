/* test_html.c - report.html: whole, harmless whatever the evidence says, honest about what was not seen. */
#include "tests/html_page.h"

#define NASTY "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;"
#define NS(seconds) #seconds "000000000"

static const char *const evidence[] = {
	"1", "/media/" NASTY ".E01", "ewf", "64424509440", "512", "aa", "bb", "cc", "dd", NULL, "mismatch", "64",
};
static const char *const volumes[] = {
	"1", "1", NULL, "gpt" NASTY, "1048576", "524288000", NASTY, NASTY, "examined",
	"2", "1", NULL, "bitlocker", "525336576", "20000000000", "", "", "locked",
};
static const char *const filesystems[] = { "1", "1", NASTY, NASTY, "", "4096" };
static const char *const problems[] = {
	NASTY, "high", "1", NULL, NASTY, NULL, NASTY, NASTY, "20949499904",
	"content", "low", "1", "1", "/a", "5", "read-error", "sector 5", NULL,
};
static const char *const coverage[] = {
	"streams", "100000", "99999", "1", "0", "1000000", "999999", NASTY,
	NASTY, "1", "1", "0", "0", NULL, NULL, NASTY,
};
static const char *const custody[] = {
	"1", NS(1670351231), NASTY, NASTY, "{\"text\":\"" NASTY "\"}", "00", NASTY,
	"2", NS(1670355612), "triage", "sealed", "{}", "00", "11",
};
static const char *const findings[] = {
	"1", "critical", "92", "95", NASTY, "encrypted", NASTY, NASTY, "", "/" NASTY, NS(1670289249), NS(1670292169), "41207",
	"{\"examples\":[{\"file_id\":1,\"length\":4,\"offset\":16,\"path\":\"<script>alert(3)<\\/script>\",\"sample\":\"<img src=x>\","
	"\"string_id\":\"<b>\"}],\"family\":\"<i>Play\",\"how_to_check\":\"<script>x\",\"innocent\":\"<u>\",\"reasons\":[\"<s>\"],"
	"\"version\":\"<b>1\",\"why\":\"<em>\"}", "1",
	"2", "low", "10", "1", "r", "no-such-kind", "t", "", "", "/b", NULL, NULL, "1", "{\"examples\":[{", NULL,
};
#define FILE_ROW(id, path, mismatch, known) \
	id, "1", "5", "1", "", path, "", "file", "allocated", "512", "0", "0", "0", "", NS(1670289251), NULL, NULL, NULL, NULL, NULL, NULL, \
	NULL, "", "", "", "ab", "text/" NASTY, "", mismatch, "7.9", known, "complete"
static const char *const files[] = {
	FILE_ROW("1", "/" NASTY, "0", NULL), FILE_ROW("2", "/plain", "0", NULL), FILE_ROW("3", "/odd", "1", NULL), FILE_ROW("4", "/bad", "0", "bad"),
};
static const int64_t times[] = { INT64_C(1670289249000000000), INT64_C(1670289250000000000), INT64_C(4102444800000000000) };
static const struct fake_fact facts[] = {
	{ "case_id", NASTY }, { "hostname", NASTY }, { "examiner", NASTY }, { "started", "2022-12-06T18:27:11Z" }, { "version", NASTY },
	{ "options", "{\"a\":\"<b>\",\"b\":[1,{\"c\":null}],\"d\":false,\"e\":{\"f\":1},\"g\":-12}" },
	{ "rules.files", "[{\"namespace\":\"n\",\"path\":\"<b>\",\"sha256\":\"s\",\"rules\":2,\"error\":\"<i>\"}]" },
	{ "verdict", "compromised" }, { "verdict.score", "10" }, { "verdict.reasons", "[\"<b>\"]" }, { "ransomware.family", NASTY },
	{ "ransomware.encrypted_files", "41207" }, { "ransomware.encrypted_bytes", "118234112233" },
	{ "ransomware.first", NS(1670289249) }, { "ransomware.last", NS(1670292169) }, { "ransomware.notes", "3" },
};

static struct case_reader
nasty_case(void)
{
	struct case_reader r = { .facts = facts, .fact_count = sizeof(facts) / sizeof(facts[0]), .times = times, .time_count = 3, .fail_view = -1 };
	r.views[CASE_EVIDENCE] = (struct fake_view)FAKE_VIEW(evidence, 12);
	r.views[CASE_VOLUMES] = (struct fake_view)FAKE_VIEW(volumes, 9);
	r.views[CASE_FILESYSTEMS] = (struct fake_view)FAKE_VIEW(filesystems, 6);
	r.views[CASE_PROBLEMS] = (struct fake_view)FAKE_VIEW(problems, 9);
	r.views[CASE_COVERAGE] = (struct fake_view)FAKE_VIEW(coverage, 8);
	r.views[CASE_CUSTODY] = (struct fake_view)FAKE_VIEW(custody, 7);
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(findings, 15);
	r.views[CASE_FILES] = (struct fake_view)FAKE_VIEW(files, 32);
	return r;
}

/* Nothing found; the share is what coverage says. */
static struct case_reader
quiet_case(const struct fake_fact *some_facts, size_t count)
{
	struct case_reader r = { .facts = some_facts, .fact_count = count, .fail_view = -1 };
	r.views[CASE_EVIDENCE] = (struct fake_view)FAKE_VIEW(evidence, 12);
	r.views[CASE_COVERAGE] = (struct fake_view)FAKE_VIEW(coverage, 8);
	return r;
}

/* What a reader sees before the contents: the verdict and what to do. Cut in place. */
static char *
first_page(char *page)
{
	char *start = strstr(page, "<main"), *end = strstr(page, "<nav");
	assert_true(start != NULL && end != NULL);
	*end = '\0';
	return start;
}

static void
text_of_the_evidence_never_becomes_markup(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *page = page_of(&r);
	assert_number_equal(times_in(page, "<script>"), 2);
	assert_number_equal(times_in(page, "</script>"), times_in(page, "<script"));
	assert_number_equal(times_in(page, "<img"), 0);
	assert_number_equal(times_in(page, "<b>1"), 0);
	assert_number_equal(times_in(page, "<i>"), 0);
	assert_true(times_in(page, "&lt;img src=x onerror=alert(2)&gt;") > 10);
	free(page);
}

static void
tags_close_and_links_lead_somewhere_in_every_language(void **state)
{
	(void)state;
	static const char *const langs[] = { "nl", "fr", "de", "en", "xx" };
	for (size_t i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		enum triage_status st;
		struct case_reader r = nasty_case();
		struct report_options options = in_english;
		options.lang = langs[i];
		options.timezone = "Europe/Brussels";
		char *page = page_with(&r, options, &st);
		assert_int_equal(st, TRIAGE_OK);
		char wanted[40];
		snprintf(wanted, sizeof(wanted), "<html lang=\"%s\">", i < 4 ? langs[i] : "en");
		assert_non_null(strstr(page, wanted));
		assert_tags_close(page);
		assert_links_lead_somewhere(page);
		free(page);
	}
}

static void
the_same_case_gives_the_same_bytes(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *one = page_of(&r), *two = page_of(&r);
	assert_string_equal(one, two);
	free(one);
	free(two);
}

/* SHA-256 in base64 by another way than the program's: bit by bit. */
static void
base64_of(const char *data, size_t size, char out[45])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[65];
	digest_sha256_hex(data, size, hex);
	for (size_t i = 0; i < 43; i++) {
		unsigned value = 0;
		for (size_t bit = 6 * i; bit < 6 * i + 6; bit++) {
			unsigned nibble = bit / 4 < 64 ? (unsigned)(strchr("0123456789abcdef", hex[bit / 4]) - "0123456789abcdef") : 0;
			value = value << 1 | (nibble >> (3 - bit % 4) & 1);
		}
		out[i] = digits[value];
	}
	out[43] = '=';
	out[44] = '\0';
}

static void
the_policy_allows_this_style_and_this_script_alone(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *page = page_of(&r), hash[45], wanted[80];
	size_t size;
	const char *text = between(page, "<style>", "</style>", &size);
	base64_of(text, size, hash);
	snprintf(wanted, sizeof(wanted), "style-src 'sha256-%s';", hash);
	assert_non_null(strstr(page, wanted));
	text = between(strstr(page, "id=\"messages\""), "<script>", "</script>", &size);
	base64_of(text, size, hash);
	snprintf(wanted, sizeof(wanted), "script-src 'sha256-%s' 'sha256-", hash);
	const char *policy = strstr(page, wanted);
	assert_non_null(policy);
	/* the second script is the last, and no third may run */
	text = between(strstr(text + size, "<script>"), "<script>", "</script>", &size);
	base64_of(text, size, hash);
	assert_int_equal(strncmp(policy + strlen(wanted), hash, strlen(hash)), 0);
	assert_int_equal(strncmp(policy + strlen(wanted) + strlen(hash), "';", 2), 0);
	assert_number_equal(times_in(page, "<script>"), 2);
	assert_non_null(strstr(page, "default-src 'none'"));
	assert_null(strstr(page, "unsafe-inline"));
	assert_null(strstr(page, " style=\""));
	assert_number_equal(times_in(page, "http://") + times_in(page, "https://"), 0);
	free(page);
}

static void
nothing_found_is_said_with_the_share_and_the_closed_volumes(void **state)
{
	(void)state;
	static const struct fake_fact some[] = { { "verdict", "nothing-found" } };
	struct case_reader r = quiet_case(some, 1);
	r.views[CASE_VOLUMES] = (struct fake_view)FAKE_VIEW(volumes, 9);
	char *page = page_of(&r), *first = first_page(page);
	assert_non_null(strstr(first, ">Nothing found, 99.9% examined.<"));
	assert_non_null(strstr(first, ">1 volume (20 GB) could not be opened.<"));
	assert_null(strcasestr(first, "clean"));
	assert_null(strstr(first, "100%"));
	free(page);
}

static void
without_coverage_no_share_is_claimed(void **state)
{
	(void)state;
	static const struct fake_fact some[] = { { "verdict", "nothing-found" } };
	struct case_reader r = quiet_case(some, 1);
	r.views[CASE_COVERAGE].count = 0;
	char *page = page_of(&r), *first = first_page(page);
	assert_non_null(strstr(first, "how much was examined is not known"));
	assert_null(strchr(first, '%'));
	free(page);
}

static void
a_case_that_was_not_judged_says_so(void **state)
{
	(void)state;
	static const struct fake_fact some[] = { { "verdict", "splendid" } };
	struct case_reader r = quiet_case(some, 1);
	char *page = page_of(&r);
	assert_non_null(strstr(page, ">This case was not judged.<"));
	free(page);
}

static void
the_verdict_names_number_family_and_how_sure(void **state)
{
	(void)state;
	struct fake_fact some[sizeof(facts) / sizeof(facts[0])];
	memcpy(some, facts, sizeof(facts));
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (strcmp(some[i].key, "ransomware.family") == 0)
			some[i].value = "Play";
	struct case_reader r = nasty_case();
	r.facts = some;
	char *page = page_of(&r);
	assert_non_null(strstr(page, ">This system was attacked.<"));
	assert_non_null(strstr(page, ">41,207 files are encrypted by Play (established).<"));
	assert_non_null(strstr(page, ">01:14 – 02:02<"));
	free(page);
}

static void
a_finding_names_file_place_and_rule(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *page = page_of(&r);
	assert_non_null(strstr(page, "<code>0x10</code>"));
	assert_non_null(strstr(page, ">(byte 16)<"));
	assert_non_null(strstr(page, "&lt;script&gt;alert(3)&lt;/script&gt;"));
	assert_non_null(strstr(page, "datetime=\"2022-12-06T01:14:09Z\""));
	assert_non_null(strstr(page, "The details of this finding cannot be read"));	/* the second one's JSON is broken */
	free(page);
}

static void
only_files_with_something_about_them_are_listed(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *page = page_of(&r);
	assert_null(strstr(page, "/plain"));
	assert_non_null(strstr(page, "<code>/odd</code>"));
	assert_non_null(strstr(page, "<code>/bad</code>"));
	free(page);
}

/* count findings of one severity, one after another. */
static const char **
many_findings(size_t count, char (*ids)[24])
{
	const char **cells = calloc(count * 15, sizeof(*cells));
	assert_non_null(cells);
	for (size_t i = 0; i < count; i++) {
		static const char *const row[15] = { "", "medium", "50", "5", "rule", "yara", "title", "", "", "/p", NS(1670289249), NULL, "1", "{}", NULL };
		memcpy(cells + i * 15, row, sizeof(row));
		snprintf(ids[i], 24, "%zu", i + 1);
		cells[i * 15] = ids[i];
	}
	return cells;
}

static void
more_findings_than_fit_are_counted(void **state)
{
	(void)state;
	static char ids[250][24];
	const char **cells = many_findings(250, ids);
	struct case_reader r = nasty_case();
	cells[248 * 15 + CASE_FINDINGS_FILE_ID] = "2";
	r.views[CASE_FINDINGS] = (struct fake_view){ .columns = 15, .count = 250, .cells = cells };
	char *page = page_of(&r);
	assert_number_equal(times_in(page, "<article"), 200);
	assert_non_null(strstr(page, ">50 more findings are only in <code>findings.jsonl</code>"));
	assert_links_lead_somewhere(page);	/* file 2 belongs to a finding that is not on the page */
	assert_non_null(strstr(page, "#249</span>"));
	free(page);
	free(cells);
}

static void
findings_outside_the_window_are_counted_not_shown(void **state)
{
	(void)state;
	static char ids[3][24];
	const char **cells = many_findings(3, ids);
	cells[15 + 10] = NS(1500000000);
	struct case_reader r = nasty_case();
	r.views[CASE_FINDINGS] = (struct fake_view){ .columns = 15, .count = 3, .cells = cells };
	struct report_options options = in_english;
	options.from = INT64_C(1600000000000000000);
	enum triage_status st;
	char *page = page_with(&r, options, &st);
	assert_int_equal(st, TRIAGE_OK);
	assert_number_equal(times_in(page, "<article"), 2);
	assert_non_null(strstr(page, ">1 finding lies outside the time window"));
	assert_links_lead_somewhere(page);
	free(page);
	free(cells);
}

static void
problems_are_grouped_and_counted(void **state)
{
	(void)state;
	const char *cells[10 * 9];
	for (size_t i = 0; i < 10; i++)
		memcpy(cells + i * 9, problems + 9, 9 * sizeof(*cells));
	struct case_reader r = nasty_case();
	r.views[CASE_PROBLEMS] = (struct fake_view){ .columns = 9, .count = 10, .cells = cells };
	char *page = page_of(&r);
	assert_number_equal(times_in(page, "<code>read-error</code>"), 1);
	assert_non_null(strstr(page, ">6 more in <code>case.db</code><"));
	assert_non_null(strstr(page, ">10 notes on what failed<"));
	free(page);
}

static void
a_long_path_is_cut_between_characters_and_says_so(void **state)
{
	(void)state;
	static char path[3001];
	for (size_t i = 0; i + 3 <= 3000; i += 3)
		memcpy(path + i, "\xe2\x82\xac", 3);
	const char *cells[32];
	memcpy(cells, files + 2 * 32, sizeof(cells));
	cells[5] = path;
	struct case_reader r = nasty_case();
	r.views[CASE_FILES] = (struct fake_view){ .columns = 32, .count = 1, .cells = cells };
	char *page = page_of(&r), *cut = strstr(page, "\xe2\x82\xac\xe2\x82\xac");
	assert_non_null(cut);
	assert_number_equal(strspn(cut, "\xe2\x82\xac"), 399);
	assert_non_null(strstr(cut, "(shortened)"));
	free(page);
}

static void
a_zone_that_is_not_known_is_said(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	struct report_options options = in_english;
	options.timezone = "Europe/Atlantis";
	enum triage_status st;
	char *page = page_with(&r, options, &st);
	assert_int_equal(st, TRIAGE_OK);
	assert_non_null(strstr(page, "The time zone Europe/Atlantis is not known"));
	free(page);
}

static void
local_time_stands_beside_utc(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	struct report_options options = in_english;
	options.timezone = "Europe/Brussels";
	enum triage_status st;
	char *page = page_with(&r, options, &st);
	assert_int_equal(st, TRIAGE_OK);
	assert_non_null(strstr(page, ">6 Dec 2022 01:14:09 UTC (02:14:09 +01:00)<"));
	free(page);
}

static void
a_case_that_cannot_be_read_is_an_error_and_leaks_nothing(void **state)
{
	(void)state;
	static const int needed[] = { CASE_EVIDENCE, CASE_VOLUMES, CASE_FILESYSTEMS, CASE_FILES, CASE_TIMELINE, CASE_FINDINGS, CASE_PROBLEMS,
		CASE_COVERAGE, CASE_CUSTODY };
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct case_reader r = nasty_case();
		enum triage_status st;
		r.fail_view = needed[i];
		assert_null(page_with(&r, in_english, &st));
		assert_int_equal(st, TRIAGE_E_IO);
	}
}

static void
an_empty_case_gives_a_whole_page(void **state)
{
	(void)state;
	struct case_reader r = { .fail_view = -1 };
	char *page = page_of(&r);
	assert_tags_close(page);
	assert_links_lead_somewhere(page);
	assert_non_null(strstr(page, "There are no times in this case."));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_the_evidence_never_becomes_markup),
		cmocka_unit_test(tags_close_and_links_lead_somewhere_in_every_language),
		cmocka_unit_test(the_same_case_gives_the_same_bytes),
		cmocka_unit_test(the_policy_allows_this_style_and_this_script_alone),
		cmocka_unit_test(nothing_found_is_said_with_the_share_and_the_closed_volumes),
		cmocka_unit_test(without_coverage_no_share_is_claimed),
		cmocka_unit_test(a_case_that_was_not_judged_says_so),
		cmocka_unit_test(the_verdict_names_number_family_and_how_sure),
		cmocka_unit_test(a_finding_names_file_place_and_rule),
		cmocka_unit_test(only_files_with_something_about_them_are_listed),
		cmocka_unit_test(more_findings_than_fit_are_counted),
		cmocka_unit_test(findings_outside_the_window_are_counted_not_shown),
		cmocka_unit_test(problems_are_grouped_and_counted),
		cmocka_unit_test(a_long_path_is_cut_between_characters_and_says_so),
		cmocka_unit_test(a_zone_that_is_not_known_is_said),
		cmocka_unit_test(local_time_stands_beside_utc),
		cmocka_unit_test(a_case_that_cannot_be_read_is_an_error_and_leaks_nothing),
		cmocka_unit_test(an_empty_case_gives_a_whole_page),
	};
	return cmocka_run_group_tests(tests, page_setup, NULL);
}

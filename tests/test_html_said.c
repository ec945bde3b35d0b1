/* test_html_said.c - what report.html says: honest about what was not seen, findings with their place, all that does not fit counted. */
#include "tests/html_nasty.h"

/* Nothing found; the share is what coverage says. */
static struct case_reader
quiet_case(const struct fake_fact *some_facts, size_t count)
{
	struct case_reader r = { .facts = some_facts, .fact_count = count, .fail_view = -1 };
	r.views[CASE_EVIDENCE] = (struct fake_view)FAKE_VIEW(evidence, 12);
	r.views[CASE_COVERAGE] = (struct fake_view)FAKE_VIEW(coverage, 8);
	return r;
}

static void
nothing_found_is_said_with_the_share_and_the_closed_volumes(void **state)
{
	(void)state;
	static const struct fake_fact some[] = { { "verdict", "nothing-found" } };
	struct case_reader r = quiet_case(some, 1);
	r.views[CASE_VOLUMES] = (struct fake_view)FAKE_VIEW(volumes, 9);
	char *page = page_of(&r), *first = part(page, "<main", "<nav");	/* what a reader sees before the contents */
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
	char *page = page_of(&r), *first = part(page, "<main", "<nav");	/* what a reader sees before the contents */
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

/* The kind alone would call it a step to another machine. */
static void
something_fetched_is_not_called_a_step_to_another_machine(void **state)
{
	(void)state;
	static const char *const fetched[] = {
		"1", "high", "50", "5", "detect:download-command", "lateral-movement", "t", "T1105", "", "/p", NS(1670289249), NULL, "1", "{}", NULL,
		"2", "high", "50", "5", "detect:lateral-wmi", "lateral-movement", "t", "T1047", "", "/p", NS(1670289250), NULL, "1", "{}", NULL,
	};
	struct case_reader r = nasty_case();
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(fetched, 15);
	char *page = page_of(&r);
	assert_number_equal(times_in(page, ">Brought in from outside<"), 2);	/* the finding, and among the moments */
	assert_number_equal(times_in(page, ">Lateral movement<"), 2);
	assert_number_equal(times_in(page, "<p data-m=\"why.lateral-movement.t1105\">"), 1);
	assert_number_equal(times_in(page, "<p data-m=\"innocent.lateral-movement\">"), 1);
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
	char *page = page_as(&r, options);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_found_is_said_with_the_share_and_the_closed_volumes),
		cmocka_unit_test(without_coverage_no_share_is_claimed),
		cmocka_unit_test(a_case_that_was_not_judged_says_so),
		cmocka_unit_test(the_verdict_names_number_family_and_how_sure),
		cmocka_unit_test(a_finding_names_file_place_and_rule),
		cmocka_unit_test(something_fetched_is_not_called_a_step_to_another_machine),
		cmocka_unit_test(only_files_with_something_about_them_are_listed),
		cmocka_unit_test(more_findings_than_fit_are_counted),
		cmocka_unit_test(findings_outside_the_window_are_counted_not_shown),
		cmocka_unit_test(problems_are_grouped_and_counted),
	};
	return cmocka_run_group_tests(tests, page_setup, NULL);
}

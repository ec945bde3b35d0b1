/* test_html_contradictions.c - sources that contradict each other, side by side on the page: what each says, when, in the language of the page. */
#include "tests/html_page.h"

#define NASTY "<b>&"
#define ROW(id, kind, subject, one, first, says, other, second, also) id, kind, "PC", subject, one, first, says, "1", "1", other, second, also, NULL, "2", "1"
static const char *const rows[] = {
	ROW("1", "file-times", "/" NASTY ".exe", "$STANDARD_INFORMATION", "1670289249000000000", "made", "$FILE_NAME", NULL, "made"),
	ROW("2", "run-without-record", "tool.exe", "prefetch", "1670289250000000000", "TOOL.EXE was run", "evtx", "1670289240000000000", "Starts noted in the Security log (4688): 250"),
	ROW("3", "no-such-kind", "x", NASTY, "1670289250000000000", NASTY, "log", NULL, ""),
};
static const struct fake_fact facts[] = { { "contradictions", "9" }, { "contradictions.file-times", "3" }, { "contradictions.run-without-record", "1" }, { "contradictions.no-such-kind", "5" } };

static char *
page_over(const char *lang, const char *const *cells, size_t count)
{
	struct case_reader r = FAKE_CASE(facts);
	r.views[CASE_CONTRADICTIONS] = (struct fake_view){ .columns = 15, .count = count, .cells = cells };
	char *page = page_in(&r, lang);
	assert_tags_close(page);
	assert_links_lead_somewhere(page);
	return page;
}

static void
each_claim_stands_beside_the_other(void **state)
{
	(void)state;
	char *page = page_over("en", rows, 3);
	assert_non_null(strstr(page, "/&lt;b&gt;&amp;.exe</th><td><code>$STANDARD_INFORMATION</code><br><time datetime=\"2022-12-06T01:14:09Z\""));
	assert_non_null(strstr(page, "<code>$FILE_NAME</code><br>–<br><span data-m=\"contradiction.made\">made</span></td>"));
	assert_non_null(strstr(page, "<br><span lang=\"en\">TOOL.EXE was run</span></td>"));
	assert_non_null(strstr(page, ">2 more cases of this kind.<"));
	assert_non_null(strstr(page, ">4 more cases of this kind.<"));
	assert_number_equal(times_in(page, "data-m=\"contradiction.more\""), 2);
	assert_null(strstr(page, NASTY));
	free(page);
}

static void
what_the_judge_of_them_says_is_in_the_language_of_the_page(void **state)
{
	(void)state;
	char *page = page_over("nl", rows, 3);
	assert_non_null(strstr(page, ">Starts die het Security-logboek noteerde (4688): 250<"));
	assert_null(strstr(page, ">Starts noted in the Security log (4688): 250<"));
	free(page);
}

/* Eight of a kind are shown; the others are in the case. */
static void
many_of_a_kind_are_counted(void **state)
{
	const char *cells[3 * 15 * 4];
	(void)state;
	for (size_t i = 0; i < 12; i++)
		memcpy(cells + i * 15, rows + 15, 15 * sizeof(cells[0]));
	char *page = page_over("en", cells, 12);
	assert_number_equal(times_in(page, "TOOL.EXE was run"), 8);
	free(page);
	page = page_over("en", NULL, 0);
	assert_null(strstr(page, "<table><caption data-m=\"contradiction.title\""));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_claim_stands_beside_the_other),
		cmocka_unit_test(what_the_judge_of_them_says_is_in_the_language_of_the_page),
		cmocka_unit_test(many_of_a_kind_are_counted),
	};
	return cmocka_run_group_tests(tests, page_setup, NULL);
}

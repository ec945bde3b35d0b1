/* test_html_answers.c - the questions of page 1: what an answer rests on is told, or counted. */
#include "tests/html_page.h"

#define ITEM(title) "{\"title\":\"" title "\",\"rule\":\"r\",\"kind\":\"k\"}"
static const struct fake_fact facts[] = {
	{ "verdict", "compromised" },
	{ "verdict.reasons", "[\"\",\"yara: a (b) (high, confidence 70, count 2): 5 points.\",\"No rule or detector found anything.\",\": (high, confidence 1, count 1): 1 points.\"]" },
	{ "answer.first_action", "{\"answer\":\"seen\",\"certainty\":\"possible\",\"time\":\"2022-12-05T23:14:00Z\",\"or_earlier\":true,\"dwell_seconds\":90000,\"items\":[" ITEM("one") "]}" },
	{ "answer.active", "{\"answer\":\"can-come-back\",\"certainty\":\"probable\",\"items\":[" ITEM("<b>two") "," ITEM("three") "," ITEM("four") "," ITEM("five") "],\"items_left_out\":40,"
	  "\"blind\":[\"<i>log\"]}" },
	{ "answer.protection", "{\"answer\":\"no-such-word\",\"items\":[" ITEM("six") "," ITEM("seven") "],\"items_left_out\":0}" },
	{ "answer.data_left", "{\"answer\":\"likely\",\"items\":{\"title\":1},\"items_left_out\":\"many\",\"blind\":7}" },
	{ "answer.restore", "{\"answer\":" },
};

static void
findings_beside_those_shown_are_counted(void **state)
{
	(void)state;
	struct case_reader r = FAKE_CASE(facts);
	char *page = page_of(&r);
	const char *active = strstr(page, "data-m=\"ask.active\""), *end = strstr(active, "</div>");
	const char *more = strstr(active, ">and 42 more findings<");
	assert_true(more != NULL && more < end);
	assert_true(strstr(active, ">three<") < end && strstr(active, "&lt;b>two") < end);
	assert_number_equal(times_in(page, "data-m=\"story.more\""), 1);	/* two of two are all */
	assert_null(strstr(page, ">four<"));
	assert_links_lead_somewhere(page);
	free(page);
}

static void
what_cannot_be_read_is_left_out_and_harmless(void **state)
{
	(void)state;
	struct case_reader r = FAKE_CASE(facts);
	char *page = page_of(&r);
	assert_non_null(strstr(page, "data-m=\"answer.other\""));
	assert_non_null(strstr(page, "data-m=\"answer.data-left.likely\""));
	assert_null(strstr(page, "data-m=\"ask.restore\""));
	assert_non_null(strstr(page, ">or earlier: older traces may be gone<"));
	assert_non_null(strstr(page, ">about 2 days before the encryption or the last trace<"));
	assert_null(strstr(page, "<b>two"));
	assert_null(strstr(page, "<i>log"));
	free(page);
}

/* Whole sentences of the judge, and what may stand there in a case from elsewhere: nothing at all, marks alone. */
static void
reasons_are_told_whatever_they_are(void **state)
{
	(void)state;
	struct case_reader r = FAKE_CASE(facts);
	char *page = page_of(&r);
	assert_non_null(strstr(page, ">a (b)<"));
	assert_number_equal(times_in(page, "data-m=\"reason.weight\""), 2);
	assert_non_null(strstr(page, "data-m=\"says.reason.nothing\""));
	free(page);
}

/* The tables know the titles of all rules built in. Another is of somebody else's rule: its words are in a language that nobody can say, and are not called English. */
static void
words_of_somebody_elses_rule_are_in_no_language_that_is_known(void **state)
{
	(void)state;
	static const char *const findings[] = {
		"1", "high", "92", "95", "yara:commune.yar.outil", "yara", "Outil inconnu de la commune", "", "", "/a", NULL, NULL, "1",
		"{\"why\":\"Vu chez un voisin.\",\"innocent\":\"Un essai.\",\"how_to_check\":\"Read the file.\"}", NULL,
		"2", "high", "92", "95", "yara:credential_tools.yar.mimikatz", "credential-access", "Mimikatz", "", "", "/b", NULL, NULL, "1",
		"{\"why\":\"A sentence that no table has.\"}", NULL,
	};
	struct case_reader r = { .facts = facts, .fact_count = 1, .fail_view = -1 };
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(findings, 15);
	char *page = page_of(&r);
	assert_non_null(strstr(page, "<h3><span lang=\"\" dir=\"auto\">Outil inconnu de la commune</span>"));
	assert_non_null(strstr(page, "<p lang=\"\" dir=\"auto\">Vu chez un voisin.</p>"));
	assert_non_null(strstr(page, "<p lang=\"\" dir=\"auto\">Un essai.</p>"));
	assert_non_null(strstr(page, "<span lang=\"en\">Read the file.</span></p>"));
	assert_non_null(strstr(page, "<p lang=\"en\">A sentence that no table has.</p>"));
	assert_null(strstr(page, "dir=\"auto\">Mimikatz"));
	assert_tags_close(page);
	free(page);
}

#define PLACED(title, host, path) "{\"title\":\"" title "\",\"rule\":\"r\",\"kind\":\"k\",\"host\":" host ",\"path\":\"" path "\"}"
#define ROW(id, severity, host, path, first) id, severity, "92", "95", "r", "log-cleared", "Cleared", "", host, path, first, NULL, "1", "{}", NULL

/* Two findings that say the same of two machines: each leads to its own. */
static void
a_finding_of_an_answer_is_that_of_its_place(void **state)
{
	(void)state;
	static const struct fake_fact two[] = {
		{ "answer.first_action", "{\"answer\":\"none-seen\"}" },
		{ "answer.protection", "{\"answer\":\"yes\",\"items\":[" PLACED("Cleared", "\"B\"", "/log") "," PLACED("Cleared", "null", "/log") "]}" },
	};
	static const char *const findings[] = { ROW("1", "high", "A", "/log", NULL), ROW("2", "high", "B", "/log", NULL), ROW("3", "high", "", "/log", NULL) };
	struct case_reader r = FAKE_CASE(two);
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(findings, 15);
	char *page = page_of(&r);
	char *answers = part(page, "<section id=\"answers\"", "</section>");
	assert_number_equal(times_in(answers, "href=\"#finding-"), 2);
	const char *second = strstr(answers, "href=\"#finding-2\"");
	assert_true(second != NULL && second < strstr(answers, "href=\"#finding-3\""));
	free(page);
}

/* An older finding does not belong to this attack: figures, advice and answers of page 1 name one day. */
static void
page_one_names_one_first_act(void **state)
{
	(void)state;
	static const struct fake_fact some[] = {
		{ "verdict", "compromised" },
		{ "answer.first_action", "{\"answer\":\"seen\",\"certainty\":\"probable\",\"time\":\"2022-12-05T23:14:00Z\",\"dwell_seconds\":90000,\"dwell_until\":\"last-trace\",\"items\":["
		    PLACED("Cleared", "\"B\"", "/log") "]}" },
	};
	static const char *const findings[] = { ROW("1", "high", "A", "/log", "1500000000000000000"), ROW("2", "high", "B", "/log", "1670282040000000000") };
	struct case_reader r = FAKE_CASE(some);
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(findings, 15);
	char *page = page_of(&r);
	assert_non_null(strstr(page, ">about 2 days before the last trace<"));
	assert_non_null(strstr(page, "Put back a backup from before 5 Dec 2022,"));
	char *tile = part(page, "<div class=\"tiles\">", "data-m=\"tile.first\"");
	assert_non_null(strstr(tile, "5 Dec 2022"));
	assert_null(strstr(tile, "2017"));
	assert_non_null(strstr(tile, "href=\"#finding-2\""));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_beside_those_shown_are_counted),
		cmocka_unit_test(words_of_somebody_elses_rule_are_in_no_language_that_is_known),
		cmocka_unit_test(what_cannot_be_read_is_left_out_and_harmless),
		cmocka_unit_test(reasons_are_told_whatever_they_are),
		cmocka_unit_test(a_finding_of_an_answer_is_that_of_its_place),
		cmocka_unit_test(page_one_names_one_first_act),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

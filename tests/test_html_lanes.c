/* test_html_lanes.c - the course of an attack: lanes by tactic, moments that are alike, accounts to reset, where somebody went from here. */
#include "tests/html_page.h"

#define NASTY "<b>&"
#define EVENT(id, time) "{\"event_id\":" #id ",\"file_id\":1,\"path\":\"/log\",\"sample\":\"guess " #id "\",\"time\":\"" time "\"}"
#define STORY(id, tactic) id, "PC", tactic, "t", "high", "90", "1", NULL, NULL, "1", "1"
#define FINDING(id, severity, title, first, detail, story) id, severity, "90", "95", "r", "account", title, "", "PC", "/log", first, NULL, "1", detail, NULL, story

static const char *const stories[] = { STORY("1", "impact"), STORY("2", "initial-access"), STORY("3", "credential-access"), STORY("4", NASTY) };
static const char *const findings[] = {
	FINDING("1", "critical", "last", "1670289240000000000", "{}", "1"),
	FINDING("2", "high", "first", "1668047940000000000", "{}", "2"),
	FINDING("3", "medium", "guesses", "1668045000000000000", "{\"examples\":[" EVENT(1, "2022-11-10T01:50:00Z") "," EVENT(2, "2022-11-10T01:51:00Z") "," EVENT(3, "2022-11-10T01:52:00Z") ","
	    EVENT(4, "2022-11-10T01:53:00Z") "," EVENT(5, "2022-11-10T01:54:00Z") "," EVENT(6, "2022-11-10T01:55:00Z") "]}", "3"),
	FINDING("4", "high", "of no tactic that is known", "1668047950000000000", "{}", "4"),
	FINDING("5", "high", "of no story", "1668047960000000000", "{}", NULL),
};
#define ACCOUNT(name, severity) "{\"account\":\"" name "\",\"last_use\":\"2022-11-10T02:39:00Z\",\"reasons\":[\"An account was made\",\"" NASTY "\"],\"severity\":\"" severity "\"}"
#define ACCOUNTS "[" ACCOUNT("aaa", "medium") "," ACCOUNT("bbb", "high") "," ACCOUNT(NASTY, "critical") "," ACCOUNT("ccc", "medium") "," ACCOUNT("ddd", "medium") "," ACCOUNT("eee", "medium") "," \
	ACCOUNT("fff", "medium") "]"
#define PEER(name, direction) "{\"host\":\"PC\",\"direction\":\"" direction "\",\"peer\":\"" name "\"}"
static const struct fake_fact facts[] = {
	{ "verdict", "compromised" },
	{ "answer.first_action", "{\"answer\":\"none-seen\"}" },
	{ "answer.accounts_to_reset", ACCOUNTS },
	{ "answer.accounts", "{\"answer\":\"named-accounts\",\"accounts\":" ACCOUNTS "}" },
	{ "answer.contacts", "{\"answer\":\"seen\",\"items\":[" PEER("desk", "from") "," PEER("dc01", "to") "," PEER("sql01", "to") "," PEER("dc01", "to") "]}" },
	{ "answer.family", "{\"answer\":\"named\",\"families\":[{\"family\":\"Play\",\"decryptor\":{\"state\":\"none\",\"as_of\":\"2026\"}},{\"family\":\"Other\"}]}" },
};

static struct case_reader
attack(void)
{
	struct case_reader r = FAKE_CASE(facts);
	r.views[CASE_STORIES] = (struct fake_view)FAKE_VIEW(stories, 11);
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(findings, 16);
	return r;
}

static void
lanes_stand_in_the_order_of_an_attack(void **state)
{
	(void)state;
	struct case_reader r = attack();
	char *page = page_of(&r);
	assert_tags_close(page);
	assert_links_lead_somewhere(page);
	char *lanes = part(page, "<ul class=\"lanes\">", "</ul>");
	const char *entry = strstr(lanes, "data-m=\"tactic.initial-access\""), *guesses = strstr(lanes, "data-m=\"tactic.credential-access\""), *harm = strstr(lanes, "data-m=\"tactic.impact\"");
	assert_true(entry != NULL && entry < guesses && guesses < harm);
	assert_number_equal(times_in(lanes, "<li>"), 3);		/* a tactic that nobody knows has none */
	assert_number_equal(times_in(lanes, "<rect"), 3 * 2);		/* November and December, with a gap that is left out */
	assert_non_null(strstr(guesses, "data-from=\"2022-11-10T01:50:00\" data-to=\"2022-11-10T01:55:00\""));
	assert_non_null(strstr(guesses, ">6 moments, first 10 Nov 2022 01:50<"));
	assert_non_null(strstr(harm, "class=\"mark crit\" x=\"8"));
	free(page);
}

/* A logon after many guesses is a stolen password and a way in: it stands in both lanes, and once in the table. */
static void
an_event_of_two_steps_is_in_both_lanes(void **state)
{
	(void)state;
	static const char *const both[] = {
		FINDING("1", "critical", "guessed", "1668045000000000000", "{\"examples\":[" EVENT(1, "2022-11-10T01:50:00Z") "]}", "3"),
		FINDING("2", "high", "came in", "1668045000000000000", "{\"examples\":[" EVENT(1, "2022-11-10T01:50:00Z") "," EVENT(2, "2022-11-12T01:51:00Z") "]}", "2"),
	};
	struct case_reader r = attack();
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(both, 16);
	char *page = page_of(&r), *again = page_of(&r);
	char *lanes = part(page, "<ul class=\"lanes\">", "</ul>");
	assert_non_null(strstr(strstr(lanes, "tactic.initial-access"), ">2 moments, first 10 Nov 2022 01:50<"));
	assert_non_null(strstr(strstr(lanes, "tactic.credential-access"), ">1 moment, first 10 Nov 2022 01:50<"));
	char *table = part(again, "<table id=\"moment-table\">", "</table>");
	assert_number_equal(times_in(table, ">guess 1<"), 1);
	assert_number_equal(times_in(table, ">guess 2<"), 1);
	assert_null(strstr(again + strlen(again) + 1, "data-m=\"moments.more\""));
	free(page);
	free(again);
}

/* Further apart than a signed number of nanoseconds can say. */
static void
moments_of_far_apart_centuries_have_their_places(void **state)
{
	(void)state;
	static const char *const far[] = {
		FINDING("1", "critical", "last", "9000000000000000000", "{}", "1"),
		FINDING("2", "high", "first", "-9000000000000000000", "{}", "2"),
	};
	struct case_reader r = attack();
	r.views[CASE_FINDINGS] = (struct fake_view)FAKE_VIEW(far, 16);
	char *page = page_of(&r);
	char *lanes = part(page, "<ul class=\"lanes\">", "</ul>");
	assert_number_equal(times_in(lanes, "<rect"), 2 * 2);
	assert_non_null(strstr(lanes, "class=\"mark high\" x=\"2"));
	assert_non_null(strstr(lanes, "class=\"mark crit\" x=\"7"));
	free(page);
}

static void
many_moments_of_one_finding_are_told_by_three(void **state)
{
	(void)state;
	struct case_reader r = attack();
	char *page = page_of(&r);
	char *table = part(page, "<table id=\"moment-table\">", "</table>");
	assert_number_equal(times_in(table, "guess "), 3);
	assert_true(strstr(table, "guess 1") != NULL && strstr(table, "guess 2") != NULL && strstr(table, "guess 6") != NULL);
	assert_non_null(strstr(table, ">3 more like these<"));
	free(page);
}

static void
accounts_of_which_most_is_known_come_first(void **state)
{
	(void)state;
	struct case_reader r = attack();
	char *page = page_of(&r), *again = page_of(&r);
	char *resets = part(page, "<section id=\"resets\"", "</section>");
	const char *worst = strstr(resets, "&lt;b&gt;&amp;</code></th>"), *next = strstr(resets, "bbb"), *last = strstr(resets, "aaa");
	assert_true(worst != NULL && worst < next && next < last);
	assert_null(strstr(resets, "<b>&"));
	assert_number_equal(times_in(resets, "data-m=\"says."), 7);	/* each reason in the page's language */
	assert_non_null(strstr(again, "&lt;b&gt;&amp;, bbb, aaa, ccc, ddd, eee …"));
	free(page);
	free(again);
}

static void
page_one_names_where_somebody_went_from_here(void **state)
{
	(void)state;
	struct case_reader r = attack();
	char *page = page_of(&r);
	assert_non_null(strstr(page, ">From here to:</span> dc01, sql01<"));
	assert_non_null(strstr(page, "<br>Play, Other<br><span data-m=\"decryptor.none\">"));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lanes_stand_in_the_order_of_an_attack),
		cmocka_unit_test(an_event_of_two_steps_is_in_both_lanes),
		cmocka_unit_test(moments_of_far_apart_centuries_have_their_places),
		cmocka_unit_test(many_moments_of_one_finding_are_told_by_three),
		cmocka_unit_test(accounts_of_which_most_is_known_come_first),
		cmocka_unit_test(page_one_names_where_somebody_went_from_here),
	};
	return cmocka_run_group_tests(tests, page_setup, NULL);
}

/* test_town.c - the town's file: what is read of it, its days and hours, and what it does to findings. */
#include "tests/detect_harness.h"

#include "triage/base/when.h"
#include "triage/detect/town.h"

#include <unistd.h>

static char path[200];

static const char *
write_town(const char *text)
{
	snprintf(path, sizeof(path), "/tmp/test_town_%ld.yml", (long)getpid());
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	return path;
}

static struct town *
load(const char *text)
{
	struct triage_error err = { .text = "" };
	struct town *t = NULL;
	enum triage_status st = town_load(write_town(text), &t, &err);
	unlink(path);
	if (st != TRIAGE_OK)
		fail_msg("%s", err.text);
	return t;
}

static void
refused(const char *text, const char *why)
{
	struct triage_error err = { .text = "" };
	struct town *t;
	assert_int_equal(town_load(write_town(text), &t, &err), TRIAGE_E_FORMAT);
	unlink(path);
	assert_has(err.text, why);
}

static int64_t
day(const char *text)
{
	int64_t ns;
	assert_true(when_parse(text, &ns));
	return ns / INT64_C(86400000000000);
}

static int64_t
moment(const char *text)
{
	int64_t ns;
	assert_true(when_parse(text, &ns));
	return ns;
}

static void
the_example_is_read(void **state)
{
	struct triage_error err = { .text = "" };
	struct town *t;
	const char *root = getenv("TRIAGE_ROOT");
	char example[4200];
	(void)state;
	snprintf(example, sizeof(example), "%s/docs/town-example.yml", root != NULL ? root : ".");
	if (town_load(example, &t, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	assert_string_equal(t->name, "Voorbeeldgem");
	assert_string_equal(t->country, "be");
	assert_number_equal(t->tools.count, 3);
	assert_string_equal(t->tools.items[2], "AnyDesk");
	assert_number_equal(t->admins.count, 3);
	assert_number_equal(t->net_count, 3);
	assert_number_equal(t->suppliers.count, 1);
	assert_number_equal(t->holiday_count, 1);
	assert_number_equal(t->days, 0x1f);
	assert_number_equal(t->from, 480);
	town_free(t);
}

static void
what_is_wrong_is_named_with_its_line(void **state)
{
	(void)state;
	refused("town: x\ntoolz: [AnyDesk]\n", "line 2: a key that is not known: toolz");
	refused("addresses:\n  - 10.0.0.0/2\n", "line 2: a net so wide");
	refused("addresses: [nonsense]\n", "no address");
	refused("tools: [ab]\n", "3 to 200 characters");
	refused("country: xx\n", "not built in");
	refused("office-hours: {days: mon-fri, from: \"18:00\", to: \"8:00\"}\n", "from before to");
	refused("office-hours: {days: someday}\n", "days are");
	refused("holidays: [tomorrow]\n", "2024-12-27");
	refused("- a\n", "map of keys");
	refused("town: [unclosed\n", "no sound YAML");
	refused("a: &x [b]\ntools: *x\n", "not known");
	refused("# nothing\n", "nothing in it");
	refused("timezone: Nowhere/At_All\n", "time zone");
}

static void
legal_holidays_follow_easter(void **state)
{
	(void)state;
	assert_true(town_is_holiday("be", day("2024-04-01")));	/* Easter Monday */
	assert_true(town_is_holiday("be", day("2024-05-09")));	/* Ascension */
	assert_true(town_is_holiday("be", day("2025-06-09")));	/* Whit Monday */
	assert_true(town_is_holiday("be", day("2023-07-21")));
	assert_false(town_is_holiday("nl", day("2023-07-21")));
	assert_true(town_is_holiday("nl", day("2025-04-26")));	/* the 27th is a Sunday */
	assert_false(town_is_holiday("nl", day("2025-04-27")));
	assert_true(town_is_holiday("nl", day("2024-04-27")));
	assert_true(town_is_holiday("fr", day("2024-07-14")));
	assert_true(town_is_holiday("de", day("2026-04-03")));	/* Good Friday */
	assert_false(town_is_holiday("be", day("2026-04-03")));
	assert_false(town_is_holiday("", day("2024-01-01")));
	assert_true(town_is_holiday("de", day("2000-10-03")));
}

static void
offices_are_closed_by_local_time(void **state)
{
	(void)state;
	struct town *t = load("country: be\noffice-hours: {days: mon-fri, from: \"08:00\", to: \"18:00\"}\nholidays: [2024-12-27]\n");
	assert_false(town_is_closed(t, moment("2024-06-12T06:30:00Z")));	/* Wednesday 08:30 in summer */
	assert_true(town_is_closed(t, moment("2024-12-11T06:30:00Z")));		/* 07:30 in winter */
	assert_true(town_is_closed(t, moment("2024-06-12T16:00:00Z")));
	assert_true(town_is_closed(t, moment("2024-06-15T10:00:00Z")));		/* Saturday */
	assert_true(town_is_closed(t, moment("2024-07-21T10:00:00Z")));
	assert_true(town_is_closed(t, moment("2024-12-27T10:00:00Z")));
	assert_true(town_is_closed(t, moment("1969-12-28T10:00:00Z")));		/* a Sunday before 1970 */
	assert_false(town_is_closed(t, TRIAGE_TIME_NONE));
	town_free(t);
}

static const struct detect_rule tool_rule = MADE_RULE("tool", "remote-access", "", TRIAGE_HIGH, 50);
static const struct detect_rule shell_rule = MADE_RULE("shell", "webshell", "", TRIAGE_HIGH, 50);

static void
judge_with(struct judged *t, const char *town)
{
	struct triage_error err = { .text = "" };
	const struct detect_config config = { .tables = rules_folder(), .town = town != NULL ? write_town(town) : NULL };
	*t = (struct judged){ .next_id = 1 };
	if (detect_load(&config, &t->tables, &err) != TRIAGE_OK || detect_judge_new(t->tables, &t->judge, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	unlink(path);
	show_match(t, "/Program Files/AnyDesk/AnyDesk.exe", text_content(10), &tool_rule);
	show_match(t, "/inetpub/AnyDesk.aspx", text_content(10), &shell_rule);
	show_windows(t, "Security", "Microsoft-Windows-Eventlog", 1102, moment("2024-06-15T01:00:00Z"), "beheer", "");
	finish(t, 1);
}

static void
findings_are_lowered_but_never_hidden(void **state)
{
	(void)state;
	struct judged with, without;
	judge_with(&without, NULL);
	judge_with(&with, "country: be\ntools: [AnyDesk]\noffice-hours: {from: \"08:00\", to: \"18:00\"}\n");
	assert_number_equal(detect_finding_count(with.judge), detect_finding_count(without.judge));
	const struct detect_finding *f = need_finding(&with, "yara:test.tool");
	assert_int_equal(f->severity, TRIAGE_MEDIUM);
	assert_int_equal(need_finding(&without, "yara:test.tool")->severity, TRIAGE_HIGH);
	assert_true(f->score < need_finding(&without, "yara:test.tool")->score);
	assert_has(f->detail, "On the town's list: tool AnyDesk. Severity lowered from high to medium.");
	/* what attackers leave stays what it is, whatever its name */
	assert_int_equal(need_finding(&with, "yara:test.shell")->severity, TRIAGE_HIGH);
	/* a Saturday night weighs more */
	f = need_finding(&with, "detect:log-cleared");
	assert_true(f->score > need_finding(&without, "detect:log-cleared")->score);
	assert_has(f->detail, "2024-06-15T03:00:00");
	close_judge(&with);
	close_judge(&without);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_is_read),
		cmocka_unit_test(what_is_wrong_is_named_with_its_line),
		cmocka_unit_test(legal_holidays_follow_easter),
		cmocka_unit_test(offices_are_closed_by_local_time),
		cmocka_unit_test(findings_are_lowered_but_never_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

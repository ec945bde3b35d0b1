/* test_stories.c - findings of one machine and one tactic become one story. */
#include "tests/detect_harness.h"

#include "triage/detect/stories.h"

#define DAY INT64_C(86400000000000)

static struct tactics tactics;
static const struct scores scores = { .confidence_one = 40, .confidence_two = 70, .confidence_three = 90 };
static struct table *table;

static int
load(void **state)
{
	struct triage_error err = { 0 };
	char path[4200];
	(void)state;
	snprintf(path, sizeof(path), "%s/tactics.tsv", rules_folder());
	return table_load(path, &table, &err) == TRIAGE_OK && tactics_load(&tactics, table, path, &err) == TRIAGE_OK ? 0 : -1;
}

static int
unload(void **state)
{
	(void)state;
	table_free(table);
	return 0;
}

static struct detect_finding
finding(enum triage_severity severity, unsigned score, const char *kind, const char *technique, const char *host, int64_t when)
{
	return (struct detect_finding){ .severity = severity, .confidence = 40, .score = score, .rule = "r", .kind = kind, .title = kind, .technique = technique,
		.host = host, .path = "/a", .first_time = when, .last_time = when, .count = 1, .detail = "{}" };
}

static struct stories
make(const struct detect_finding *findings, size_t count, int64_t encrypted)
{
	struct triage_error err = { 0 };
	struct stories s;
	assert_int_equal(stories_make(&s, &tactics, &scores, findings, count, encrypted, encrypted, &err), TRIAGE_OK);
	return s;
}

static void
a_technique_says_more_than_a_kind(void **state)
{
	(void)state;
	assert_string_equal(tactic_of(&tactics, "T1003.001", "persistence"), "credential-access");
	assert_string_equal(tactic_of(&tactics, "", "persistence"), "persistence");
	assert_string_equal(tactic_of(&tactics, "T9999", "log-cleared"), "defence-evasion");
	/* T1003 is not above T10031 */
	assert_string_equal(tactic_of(&tactics, "T10031", "yara"), "execution");
	assert_true(tactic_order(&tactics, "initial-access") < tactic_order(&tactics, "impact"));
}

static void
findings_of_a_machine_and_a_tactic_are_one_story(void **state)
{
	const struct detect_finding findings[] = { finding(TRIAGE_HIGH, 24, "persistence", "T1547", "PC-1", NIGHT), finding(TRIAGE_HIGH, 24, "persistence", "T1053", "PC-2", NIGHT),
		finding(TRIAGE_MEDIUM, 10, "persistence", "T1543", "PC-1", NIGHT + DAY), finding(TRIAGE_LOW, 3, "account", "T1136", "PC-1", NIGHT - DAY),
		finding(TRIAGE_LOW, 3, "remote-access", "T1219", "PC-1", NIGHT) };
	(void)state;
	struct stories s = make(findings, 5, TRIAGE_TIME_NONE);
	assert_int_equal(s.count, 2);
	assert_string_equal(s.list[0].host, "PC-1");
	assert_int_equal(s.list[0].finding_count, 3);
	assert_int_equal(s.list[0].first_time, NIGHT - DAY);
	assert_int_equal(s.list[0].last_time, NIGHT + DAY);
	assert_int_equal(s.list[0].severity, TRIAGE_HIGH);
	assert_int_equal(s.of_finding[1], 1);
	/* nothing but a low finding begins no story */
	assert_int_equal(s.of_finding[4], UINT32_MAX);
	stories_release(&s);
}

static void
what_was_found_in_files_belongs_to_the_one_machine(void **state)
{
	const struct detect_finding findings[] = { finding(TRIAGE_HIGH, 30, "encrypted", "T1486", "", NIGHT), finding(TRIAGE_HIGH, 24, "backup-destroyed", "T1490", "PC-1", NIGHT) };
	(void)state;
	struct stories s = make(findings, 2, NIGHT);
	assert_int_equal(s.count, 1);
	assert_string_equal(s.list[0].host, "PC-1");
	stories_release(&s);
	const struct detect_finding more[] = { findings[0], findings[1], finding(TRIAGE_HIGH, 20, "log-cleared", "T1070", "PC-2", NIGHT) };
	s = make(more, 3, NIGHT);
	assert_int_equal(s.count, 3);
	stories_release(&s);
}

static void
what_lies_near_the_encryption_comes_first(void **state)
{
	const struct detect_finding findings[] = { finding(TRIAGE_HIGH, 24, "persistence", "T1547", "PC-1", NIGHT - 900 * DAY),
		finding(TRIAGE_HIGH, 20, "credential-access", "T1003", "PC-1", NIGHT - 2 * DAY) };
	(void)state;
	struct stories s = make(findings, 2, NIGHT);
	assert_string_equal(s.list[0].tactic, "credential-access");
	assert_int_equal(s.of_finding[0], 1);
	stories_release(&s);
}

static void
one_class_of_source_has_one_vote(void **state)
{
	struct detect_finding findings[] = { finding(TRIAGE_HIGH, 24, "persistence", "T1547", "PC-1", NIGHT), finding(TRIAGE_HIGH, 24, "persistence", "T1053", "PC-1", NIGHT),
		finding(TRIAGE_HIGH, 24, "persistence", "T1543", "PC-1", NIGHT) };
	(void)state;
	findings[0].rule = findings[1].rule = findings[2].rule = "sigma:x";
	struct stories s = make(findings, 3, TRIAGE_TIME_NONE);
	assert_int_equal(s.list[0].confidence, 40);
	stories_release(&s);
	/* the surest of one class stands */
	findings[1].confidence = 60;
	s = make(findings, 3, TRIAGE_TIME_NONE);
	assert_int_equal(s.list[0].confidence, 60);
	stories_release(&s);
	/* a second class adds */
	findings[1].confidence = 40;
	findings[2].rule = "yara:x";
	s = make(findings, 3, TRIAGE_TIME_NONE);
	assert_true(s.list[0].confidence > 40 && s.list[0].confidence <= 70);
	stories_release(&s);
}

static void
only_so_many_are_shown_and_generic_rules_never_alone(void **state)
{
	struct detect_finding findings[20];
	char hosts[20][8];
	size_t shown = 0;
	(void)state;
	for (size_t i = 0; i < 20; i++) {
		snprintf(hosts[i], sizeof(hosts[i]), "PC-%zu", i);
		findings[i] = finding(TRIAGE_HIGH, 20, i == 0 ? "yara" : "persistence", "T1547", hosts[i], NIGHT);
	}
	struct stories s = make(findings, 20, TRIAGE_TIME_NONE);
	assert_int_equal(s.count, 20);
	for (size_t i = 0; i < s.count; i++) {
		shown += s.list[i].shown;
		assert_true(!s.list[i].shown || strcmp(s.list[i].host, "PC-0") != 0);
	}
	assert_int_equal(shown, STORIES_SHOWN);
	stories_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_technique_says_more_than_a_kind),
		cmocka_unit_test(findings_of_a_machine_and_a_tactic_are_one_story),
		cmocka_unit_test(what_was_found_in_files_belongs_to_the_one_machine),
		cmocka_unit_test(what_lies_near_the_encryption_comes_first),
		cmocka_unit_test(one_class_of_source_has_one_vote),
		cmocka_unit_test(only_so_many_are_shown_and_generic_rules_never_alone),
	};
	return cmocka_run_group_tests(tests, load, unload);
}

/* test_restore_zone.c - backups whose name tells the local time: placed by the zone of their machine, and judged with care where it is not known. */
#include "tests/detect_harness.h"

#include "triage/base/zone.h"

#define HOUR (INT64_C(3600) * 1000000000)

/* The answer about older states; a log was cleared at that time. */
static void
judge_backup(const struct detect_case *facts, int64_t cleared, const char *want)
{
	struct judged t;
	const char *name, *json;
	open_judge(&t);
	show(&t, "/var/lib/vz/dump/vzdump-qemu-100-2022_12_06-03_30_00.vma.zst", random_content(900000));
	show_windows(&t, "Security", "Microsoft-Windows-Eventlog", 1102, cleared, "anna", "");
	detect_judge_case(t.judge, facts);
	finish(&t, 1);
	for (size_t i = 0; (name = detect_answer(t.judge, i, &json)) != NULL; i++)
		if (strcmp(name, "restore") == 0)
			assert_has(json, want);
	close_judge(&t);
}

static void
local_dates_are_placed_by_the_zone_of_the_machine(void **state)
{
	struct zone *zone;
	struct triage_error err;
	(void)state;
	assert_int_equal(zone_rule("CET-1CEST,M3.5.0,M10.5.0/3", &zone, &err), TRIAGE_OK);
	const struct detect_machine here = { 1, "PVE", "Debian 12", zone }, elsewhere = { 7, "PC", "Windows", NULL };
	/* 03:30 there is 02:30 UTC: before what came at 03:00 UTC, and not before what came at 02:00 */
	judge_backup(&(struct detect_case){ .machines = &here, .machine_count = 1 }, NIGHT + 2 * HOUR, "\"time\":\"2022-12-06T02:30:00.000000000Z\",\"dated_by\":\"name-zone\",\"state\":\"there\",\"use\":\"system\"");
	judge_backup(&(struct detect_case){ .machines = &here, .machine_count = 1 }, NIGHT + HOUR, "\"dated_by\":\"name-zone\",\"state\":\"there\",\"use\":\"data-only\"");
	/* of no machine: by what the person said */
	judge_backup(&(struct detect_case){ .machines = &elsewhere, .machine_count = 1, .zone = zone }, NIGHT + 2 * HOUR, "\"time\":\"2022-12-06T02:30:00.000000000Z\",\"dated_by\":\"name-zone\"");
	zone_free(zone);
}

static void
of_an_unknown_zone_the_latest_moment_counts(void **state)
{
	(void)state;
	judge_backup(&(struct detect_case){ 0 }, NIGHT + 10 * HOUR, "\"time\":\"2022-12-06T03:30:00.000000000Z\",\"dated_by\":\"name-local\",\"state\":\"there\",\"use\":\"data-only\"");
	judge_backup(&(struct detect_case){ 0 }, NIGHT + 16 * HOUR, "\"dated_by\":\"name-local\",\"state\":\"there\",\"use\":\"system\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_dates_are_placed_by_the_zone_of_the_machine),
		cmocka_unit_test(of_an_unknown_zone_the_latest_moment_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_zone.c - local time for display: summer and winter, beyond the list of changes, and files that are none. */
#include "tests/harness.h"

#include "triage/base/zone.h"

#include <triage/record.h>

#define SECOND INT64_C(1000000000)

static struct zone *
zone_of(const void *data, size_t size)
{
	struct zone *z = NULL;
	struct triage_error err = { 0 };
	assert_int_equal(zone_parse(data, size, &z, &err), TRIAGE_OK);
	return z;
}

/* A version 2 file: an empty first block, then no change, one type at +1 h, and a closing rule. */
static size_t
brussels(uint8_t out[200], const char *rule)
{
	uint8_t header[44] = { 'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 4 };
	const uint8_t types[10] = { 0, 0, 0x0e, 0x10, 0, 0, 'C', 'E', 'T', 0 };
	size_t at = 0;
	for (int i = 0; i < 2; i++) {
		memcpy(out + at, header, sizeof(header));
		memcpy(out + at + sizeof(header), types, sizeof(types));
		at += sizeof(header) + sizeof(types);
	}
	return at + (size_t)snprintf((char *)out + at, 200 - at, "\n%s\n", rule);
}

static void
the_closing_rule_knows_summer_and_winter(void **state)
{
	(void)state;
	uint8_t raw[200];
	struct zone *z = zone_of(raw, brussels(raw, "CET-1CEST,M3.5.0,M10.5.0/3"));
	assert_number_equal(zone_offset(z, INT64_C(1670289249) * SECOND), 3600);		/* 6 Dec 2022 */
	assert_number_equal(zone_offset(z, INT64_C(1656633600) * SECOND), 7200);		/* 1 Jul 2022 */
	assert_number_equal(zone_offset(z, INT64_C(1648342799) * SECOND), 3600);		/* 27 Mar 2022 00:59:59 UTC */
	assert_number_equal(zone_offset(z, INT64_C(1648342800) * SECOND), 7200);
	assert_number_equal(zone_offset(z, INT64_C(1667091599) * SECOND), 7200);		/* 30 Oct 2022 00:59:59 UTC */
	assert_number_equal(zone_offset(z, INT64_C(1667091600) * SECOND), 3600);
	zone_free(z);
}

static void
a_southern_summer_goes_over_new_year(void **state)
{
	(void)state;
	uint8_t raw[200];
	struct zone *z = zone_of(raw, brussels(raw, "<+10>-10<+11>,M10.1.0,M4.1.0/3"));
	assert_number_equal(zone_offset(z, INT64_C(1672531200) * SECOND), 39600);	/* 1 Jan 2023 */
	assert_number_equal(zone_offset(z, INT64_C(1656633600) * SECOND), 36000);	/* 1 Jul 2022 */
	zone_free(z);
}

static void
a_rule_without_summer_leaves_the_last_offset(void **state)
{
	(void)state;
	uint8_t raw[200];
	struct zone *z = zone_of(raw, brussels(raw, "CET-1"));
	assert_number_equal(zone_offset(z, INT64_C(1656633600) * SECOND), 3600);
	assert_number_equal(zone_offset(z, INT64_MIN + 1), 3600);
	zone_free(z);
}

static void
the_zone_of_this_system_agrees(void **state)
{
	(void)state;
	struct zone *z;
	struct triage_error err = { 0 };
	assert_int_equal(zone_load("Europe/Brussels", &z, &err), TRIAGE_OK);
	assert_number_equal(zone_offset(z, INT64_C(1670289249) * SECOND), 3600);
	assert_number_equal(zone_offset(z, INT64_C(1656633600) * SECOND), 7200);
	assert_number_equal(zone_offset(z, INT64_C(4087281600) * SECOND), 7200);		/* July 2099, beyond any list */
	zone_free(z);
}

static void
no_time_stays_no_time_and_nothing_overflows(void **state)
{
	(void)state;
	uint8_t raw[200];
	struct zone *z = zone_of(raw, brussels(raw, "CET-1"));
	assert_true(zone_local(z, TRIAGE_TIME_NONE) == TRIAGE_TIME_NONE);
	assert_true(zone_local(z, INT64_MAX) == INT64_MAX);
	assert_number_equal(zone_local(NULL, 5), 5);
	zone_free(z);
}

static void
names_that_leave_the_folder_are_refused(void **state)
{
	(void)state;
	static const char *const names[] = { "", "/etc/passwd", "../../../etc/passwd", "Europe/../../../../etc/passwd", "a b", "x\n" };
	struct zone *z = NULL;
	struct triage_error err;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(zone_load(names[i], &z, &err), TRIAGE_E_USAGE);
	assert_int_equal(zone_load("Europe/Atlantis", &z, &err), TRIAGE_E_IO);
	assert_int_equal(zone_load("Europe", &z, &err), TRIAGE_E_IO);
	assert_null(z);
}

static void
broken_files_are_refused_at_every_length(void **state)
{
	(void)state;
	uint8_t raw[200];
	struct zone *z = NULL;
	struct triage_error err;
	brussels(raw, "CET-1");
	for (size_t size = 0; size < 2 * 54; size++) {
		uint8_t *copy = malloc(size + 1);
		assert_non_null(copy);
		memcpy(copy, raw, size);
		assert_int_equal(zone_parse(copy, size, &z, &err), TRIAGE_E_FORMAT);
		free(copy);
	}
	raw[54 + 36] = 0xff;	/* very many types */
	assert_int_equal(zone_parse(raw, 120, &z, &err), TRIAGE_E_FORMAT);
	assert_null(z);
}

/* Local seconds, what they are in UTC, for Europe/Brussels: by the list of changes in 2022, by the closing rule in 2062. */
static void
local_time_goes_back_to_utc_over_both_changes(void **state)
{
	(void)state;
	static const struct {
		int64_t local, utc;
	} cases[] = {
		{ 1641038400, 1641038400 - 3600 },	/* 1 Jan 2022 12:00 */
		{ 1656676800, 1656676800 - 7200 },	/* 1 Jul 2022 12:00 */
		/* 27 Mar 2022: 02:00 to 03:00 never came */
		{ 1648346399, 1648342799 },		/* 01:59:59 */
		{ 1648346400, 1648342800 },		/* 02:00 is counted on: 03:00 */
		{ 1648348200, 1648344600 },		/* 02:30 is counted on: 03:30 */
		{ 1648349999, 1648346399 },		/* 02:59:59 */
		{ 1648350000, 1648342800 },		/* 03:00 */
		{ 1648350001, 1648342801 },
		/* 30 Oct 2022: 02:00 to 03:00 came twice, the first is taken */
		{ 1667095199, 1667087999 },		/* 01:59:59 */
		{ 1667095200, 1667088000 },		/* 02:00 */
		{ 1667098799, 1667091599 },		/* 02:59:59 */
		{ 1667098800, 1667095200 },		/* 03:00 */
		/* 26 Mar and 29 Oct 2062 */
		{ INT64_C(2910563999), INT64_C(2910560399) }, { INT64_C(2910567600), INT64_C(2910560400) },
		{ INT64_C(2929316399), INT64_C(2929309199) }, { INT64_C(2929316400), INT64_C(2929312800) },
	};
	struct zone *z;
	struct triage_error err = { 0 };
	assert_int_equal(zone_load("Europe/Brussels", &z, &err), TRIAGE_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (zone_utc(z, cases[i].local * SECOND) != cases[i].utc * SECOND)
			fail_msg("case %zu: %jd", i, (intmax_t)(zone_utc(z, cases[i].local * SECOND) / SECOND));
	/* every quarter of an hour of ten years that there was is itself again */
	for (int64_t utc = 1577836800; utc < 1893456000; utc += 900) {
		int64_t local = zone_local(z, utc * SECOND), back = zone_utc(z, local);
		assert_true(zone_local(z, back) == local);
		assert_true(back == utc * SECOND || back == (utc - 3600) * SECOND);
	}
	assert_true(zone_utc(z, TRIAGE_TIME_NONE) == TRIAGE_TIME_NONE);
	assert_true(zone_utc(z, INT64_MAX) == INT64_MAX && zone_utc(z, INT64_MIN + 1) == INT64_MIN + 1);
	assert_number_equal(zone_utc(NULL, 5), 5);
	zone_free(z);
}

static void
names_of_zones_are_known_in_both_forms_and_all_exist(void **state)
{
	(void)state;
	static const char *const windows[] = {
#define ZONE(name, zone) zone,
#include "triage/base/zone_windows.def"
#undef ZONE
	};
	assert_string_equal(zone_name_of("Romance Standard Time"), "Europe/Brussels");
	assert_string_equal(zone_name_of("ROMANCE standard time"), "Europe/Brussels");
	assert_string_equal(zone_name_of("Europe/Brussels"), "Europe/Brussels");
	assert_string_equal(zone_name_of("UTC"), "UTC");
	assert_null(zone_name_of(""));
	assert_null(zone_name_of("@tzres.dll,-302"));
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct zone *z = NULL;
		struct triage_error err = { 0 };
		if (zone_load(windows[i], &z, &err) != TRIAGE_OK)
			fail_msg("%s: %s", windows[i], err.text);
		zone_free(z);
	}
}

static void
a_rule_alone_is_a_zone(void **state)
{
	struct triage_error err;
	struct zone *z;
	(void)state;
	assert_int_equal(zone_rule("CET-1CEST,M3.5.0,M10.5.0/3", &z, &err), TRIAGE_OK);
	assert_int_equal(zone_offset(z, INT64_C(1689422400000000000)), 7200);	/* 15 July 2023 */
	assert_int_equal(zone_offset(z, INT64_C(1673784000000000000)), 3600);	/* 15 January 2023 */
	zone_free(z);
	assert_int_equal(zone_rule("UTC0", &z, &err), TRIAGE_OK);
	assert_int_equal(zone_offset(z, INT64_C(1689422400000000000)), 0);
	zone_free(z);
	assert_int_equal(zone_rule("Europe/Brussels", &z, &err), TRIAGE_E_FORMAT);
	assert_int_equal(zone_rule("CET-1CEST,nonsense", &z, &err), TRIAGE_E_FORMAT);
	assert_int_equal(zone_rule("<\">-3", &z, &err), TRIAGE_E_FORMAT);
	assert_int_equal(zone_rule("", &z, &err), TRIAGE_E_FORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_alone_is_a_zone),
		cmocka_unit_test(the_closing_rule_knows_summer_and_winter),
		cmocka_unit_test(a_southern_summer_goes_over_new_year),
		cmocka_unit_test(a_rule_without_summer_leaves_the_last_offset),
		cmocka_unit_test(the_zone_of_this_system_agrees),
		cmocka_unit_test(no_time_stays_no_time_and_nothing_overflows),
		cmocka_unit_test(names_that_leave_the_folder_are_refused),
		cmocka_unit_test(broken_files_are_refused_at_every_length),
		cmocka_unit_test(local_time_goes_back_to_utc_over_both_changes),
		cmocka_unit_test(names_of_zones_are_known_in_both_forms_and_all_exist),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

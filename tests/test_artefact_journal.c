/* test_artefact_journal.c - the systemd journal: plain and compact, packed payloads, damage, files that end early. */
#include "tests/artefact_harness.h"

static void
check_all(const char *file, size_t events)
{
	struct parsed p = { 0 };
	parsed_file(&p, fixture(file));
	assert_number_equal(p.count, events);
	assert_number_equal(p.remark_count, 0);
	assert_string_equal(p.events[0].message, "SSH logon of beheer from 203.0.113.9 by password");
	assert_string_equal(p.events[0].host, "files");
	assert_string_equal(p.events[0].user, "beheer");
	assert_string_equal(p.events[0].source, "journal");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20Z"));
	assert_false(p.events[0].local);
	assert_non_null(strstr(p.events[0].data, "\"_pid\":\"902\""));
	assert_string_equal(p.events[1].message, "beheer ran as root: /bin/bash");
	assert_number_equal(p.events[1].time, parsed_time("2023-11-14T22:13:20.000001Z"));
	/* packed values are whole */
	for (size_t i = 2; i + 1 < events; i++)
		assert_number_equal(strlen(strstr(p.events[i].data, "\"message\":\"")) > 600, 1);
	const char *last = p.events[events - 1].data;
	assert_non_null(strstr(last, "\"user_2\":\"twice\""));
	assert_non_null(strstr(last, "\"code\":\"1\",\"code_2\":\"2\""));
	assert_non_null(strstr(last, "bytes \\\\xff\\\\x00\\\\x01"));
	assert_string_equal(parsed_fact(&p, "", "hostname"), "files");
	parsed_free(&p);
}

static void
plain_and_compact(void **state)
{
	(void)state;
	check_all("artefact/journal/system.journal", 5);
	check_all("artefact/journal/compact.journal", 6);
}

static void
damage_costs_only_what_it_hits(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/journal/damaged.journal"));
	assert_true(p.count >= 2);
	assert_true(p.remark_count >= 3);
	parsed_free(&p);
}

static void
a_file_that_ends_early_gives_all_before(void **state)
{
	struct parsed p = { 0 };
	size_t size;
	void *data = parsed_read(fixture("artefact/journal/compact.journal"), &size);
	(void)state;
	parsed_bytes(&p, "/x.journal", data, size - 200);
	assert_number_equal(p.count, 5);
	assert_string_equal(p.remarks[0].code, "object-damaged");
	assert_string_equal(p.remarks[p.remark_count - 1].code, "entries-missing");
	parsed_free(&p);
	free(data);
}

static void
entries_that_are_all_one_value_end(void **state)
{
	/* 4,000 entries of 300 fields, each the same 32 KiB */
	enum { VALUE = 32 << 10, ENTRIES = 4000, FIELDS = 300 };
	size_t entry = 64 + 4 * FIELDS, size = 240 + 80 + VALUE + ENTRIES * entry;
	uint8_t *data = calloc(1, size), *o = data + 240;
	struct parsed p = { 0 };
	(void)state;
	memcpy(data, "LPKSHHRH", 8);
	data[12] = 16;
	data[88] = 240;
	o[0] = 1;
	uint64_t object = 72 + VALUE;
	memcpy(o + 8, &object, 8);
	memset(o + 72, 'x', VALUE);
	o[73] = '=';
	for (size_t i = 0; i < ENTRIES; i++) {
		uint8_t *e = data + 240 + ((72 + VALUE + 7) & ~(size_t)7) + i * entry;
		uint64_t at = 240, time = 1700000000000000;
		e[0] = 3;
		memcpy(e + 8, &entry, 8);
		memcpy(e + 24, &time, 8);
		for (size_t k = 0; k < FIELDS; k++)
			memcpy(e + 64 + 4 * k, &at, 4);
	}
	const struct artefact_subject who = { .path = "/x", .name = "x", .owner = "", .size = size };
	parsed_once(&p, &who, (struct view){ data, size }, 0);
	assert_string_equal(p.remarks[p.remark_count - 1].code, "journal-bomb");
	assert_true(p.count < ENTRIES);
	parsed_free(&p);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_and_compact),
		cmocka_unit_test(damage_costs_only_what_it_hits),
		cmocka_unit_test(a_file_that_ends_early_gives_all_before),
		cmocka_unit_test(entries_that_are_all_one_value_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

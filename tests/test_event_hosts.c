/* test_event_hosts.c - what parsers tell of machines: the clock of the host, hosts and accounts. */
#include "tests/events_make.h"

static void
put_account(struct made *m, uint64_t unit, const char *subject, const char *name, const char *value, int64_t time, unsigned weight)
{
	assert_ok(case_put_fact(m->store, unit, &(struct triage_fact){ .kind = "account", .subject = subject, .name = name, .value = value,
		.time = time, .weight = weight }, &err));
}

static void
a_local_time_is_placed_by_the_zone_of_its_host_and_says_so(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ntfs");
	put_file(&m, 1, 1, "/Windows/System32/config/SYSTEM");
	put_file(&m, 1, 2, "/log");
	put_fact(&m, 1, "hostname", "PC1", 50);
	put_fact(&m, 1, "timezone", "Romance Standard Time", 50);
	end_unit(&m, 1, 0);
	struct triage_event e = event_at(SUMMER, "local");
	e.local = true;
	assert_ok(case_put_event(m.store, 2, &e, &err));
	e.message = "with fields";
	e.data = "{\"a\":1}";
	e.time = (SUMMER + 1) * NS;
	assert_ok(case_put_event(m.store, 2, &e, &err));
	put_event(&m, 2, SUMMER - 3600, "universal", 0);
	end_unit(&m, 2, 3);
	made_build(&m);
	assert_string_equal(ask(&m, EVENTS), "-7200|local;-7199|with fields;-3600|universal");
	assert_string_equal(ask(&m, "SELECT host, data FROM timeline WHERE source = 'utmp' ORDER BY time"),
		"PC1|{\"local_time\":true,\"time_zone\":\"Europe/Brussels\"};PC1|{\"a\":1,\"local_time\":true,\"time_zone\":\"Europe/Brussels\"};PC1|{}");
	assert_string_equal(ask(&m, "SELECT hostname, timezone FROM hosts"), "PC1|Romance Standard Time");
	made_end(&m);
}

static void
a_local_time_without_a_zone_stays_and_says_so(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "fat32");
	put_file(&m, 1, 1, "/log");
	struct triage_event e = event_at(SUMMER, "local");
	e.local = true;
	assert_ok(case_put_event(m.store, 1, &e, &err));
	end_unit(&m, 1, 1);
	made_build(&m);
	assert_string_equal(ask(&m, EVENTS), "0|local");
	assert_string_equal(ask(&m, "SELECT data FROM timeline WHERE source = 'utmp'"), "{\"local_time\":true,\"time_zone\":\"unknown\"}");
	made_end(&m);
}

static void
the_heaviest_fact_stands_and_of_moments_the_latest(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/etc/passwd");
	put_file(&m, 1, 2, "/etc/hostname");
	put_fact(&m, 1, "hostname", "guessed", 10);
	put_fact(&m, 1, "hostname", "guessed", 10);
	put_fact(&m, 2, "hostname", "srv1", 90);
	put_fact(&m, 2, "os", "Debian GNU/Linux 12", 50);
	put_fact(&m, 2, "address", "192.0.2.7", 50);
	put_fact(&m, 1, "address", "192.0.2.5", 50);
	put_fact(&m, 1, "address", "192.0.2.7", 10);
	const struct triage_fact boots[] = {
		{ .kind = "host", .subject = "", .name = "last_boot", .value = "", .time = 5 * NS, .weight = 50 },
		{ .kind = "host", .subject = "", .name = "last_boot", .value = "", .time = 9 * NS, .weight = 50 },
		{ .kind = "host", .subject = "", .name = "last_boot", .value = "", .time = 99 * NS, .weight = 20 },
	};
	for (size_t i = 0; i < 3; i++)
		assert_ok(case_put_fact(m.store, 1, &boots[i], &err));
	put_account(&m, 1, "1000", "name", "anna", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "1000", "groups", "sudo", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "1000", "groups", "adm", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "anna", "groups", "wheel", TRIAGE_TIME_NONE, 50);	/* by name, as in /etc/group */
	put_account(&m, 1, "1000", "last_login", "", 7 * NS, 50);
	put_account(&m, 1, "1000", "disabled", "1", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "0", "name", "root", TRIAGE_TIME_NONE, 50);
	put_account(&m, 1, "0", "home", "/root", TRIAGE_TIME_NONE, 50);
	end_unit(&m, 1, 0);
	end_unit(&m, 2, 0);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT filesystem_id, hostname, os, last_boot, last_shutdown, addresses FROM hosts"),
		"1|srv1|Debian GNU/Linux 12|9000000000|-|192.0.2.5, 192.0.2.7");
	assert_string_equal(ask(&m, "SELECT host_id, name, sid_or_uid, groups, last_login, disabled, home FROM accounts"),
		"1|root|0|-|-|-|/root;1|anna|1000|adm, sudo, wheel|7000000000|1|-");
	made_end(&m);
}

static void
facts_of_a_backup_do_not_rename_the_machine(void **state)
{
	(void)state;
	struct made m;
	uint64_t member;
	made_begin(&m, "ext4");
	put_file(&m, 1, 1, "/etc/hostname");
	put_file(&m, 1, 2, "/a");
	put_file(&m, 1, 3, "/home/anna/old/etc/hostname");
	struct triage_entry gone = entry_of(4, 4, "hostname");
	gone.state = TRIAGE_STATE_DELETED;
	assert_ok(case_put_entry(m.store, 1, &gone, "/h", 50, &err));
	const struct triage_member in = { .number = 1, .name = (const uint8_t *)"etc/hostname", .name_size = 12, .size = 5,
		.mtime = TRIAGE_TIME_NONE, .atime = TRIAGE_TIME_NONE, .ctime = TRIAGE_TIME_NONE, .btime = TRIAGE_TIME_NONE };
	assert_ok(case_put_member(m.store, 2, &in, "/a!/etc/hostname", &member, &err));
	put_fact(&m, member, "hostname", "in a zip", 100);
	put_fact(&m, member, "os", "of the zip", 100);
	put_account(&m, member, "500", "name", "of the zip", TRIAGE_TIME_NONE, 50);
	put_fact(&m, 4, "hostname", "deleted", 100);
	for (int i = 0; i < 3; i++)
		put_fact(&m, 3, "hostname", "copied", 50);
	put_fact(&m, 1, "hostname", "srv1", 50);
	end_unit(&m, member, 0);
	for (uint64_t unit = 1; unit <= 4; unit++)
		end_unit(&m, unit, 0);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT hostname, os FROM hosts"), "srv1|-");
	/* no other file tells of accounts */
	assert_string_equal(ask(&m, "SELECT host_id, name FROM accounts"), "1|of the zip");
	made_end(&m);
}

static void
moments_of_files_carry_the_name_of_their_host(void **state)
{
	(void)state;
	struct made m;
	made_begin(&m, "ext4");
	struct triage_entry e = entry_of(1, 1, "hostname");
	e.times[TRIAGE_MTIME] = SUMMER * NS;
	assert_ok(case_put_entry(m.store, 1, &e, "/etc/hostname", 50, &err));
	put_fact(&m, 1, "hostname", "srv1", 90);
	end_unit(&m, 1, 0);
	made_build(&m);
	assert_string_equal(ask(&m, "SELECT host, path FROM timeline"), "srv1|/etc/hostname");
	made_end(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_local_time_is_placed_by_the_zone_of_its_host_and_says_so),
		cmocka_unit_test(a_local_time_without_a_zone_stays_and_says_so),
		cmocka_unit_test(the_heaviest_fact_stands_and_of_moments_the_latest),
		cmocka_unit_test(facts_of_a_backup_do_not_rename_the_machine),
		cmocka_unit_test(moments_of_files_carry_the_name_of_their_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

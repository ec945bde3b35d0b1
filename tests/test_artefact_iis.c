/* test_artefact_iis.c - W3C logs of IIS, HTTP.sys and Exchange. */
#include "tests/artefact_harness.h"

static void
requests_and_changing_columns(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/iis/u_ex231114.log"));
	assert_string_equal(p.kind->name, "iis");
	assert_number_equal(p.count, 3);
	assert_number_equal(p.remark_count, 0);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T00:00:02Z"));
	assert_false(p.events[0].local);
	assert_string_equal(p.events[0].source, "web");
	/* an agent with blanks moves no column */
	assert_non_null(strstr(p.events[1].data, "\"client\":\"203.0.113.7\",\"method\":\"POST\",\"status\":\"200\",\"agent\":\"Mozilla/5.0 (X11; Linux)\""));
	assert_non_null(strstr(p.events[1].data, "\"url\":\"/aspnet_client/help.aspx?cmd=whoami\""));
	assert_non_null(strstr(p.events[1].data, "\"cs_referer\":\"https://example.org/\""));
	assert_string_equal(p.events[1].user, "GEMEENTE\\anna");
	/* the day of the header when lines have none */
	assert_number_equal(p.events[2].time, parsed_time("2023-11-15T10:00:01Z"));
	parsed_free(&p);
}

static void
http_errors_and_exchange(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/iis/httperr1.log"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].message, "Connection of 203.0.113.7 refused or dropped: Timer_ConnectionIdle");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/iis/advanced.log"));
	assert_number_equal(p.count, 2);
	assert_true(p.events[0].local);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.363Z"));
	assert_string_equal(p.events[0].message, "203.0.113.7 GET /a: 200, agent Mozilla/5.0 (X11; x\"y Linux)");
	assert_string_equal(p.events[1].message, "somebody GET /b: 404, agent \"open");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/iis/HttpProxy_2023111401-1.LOG"));
	assert_number_equal(p.count, 1);
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T01:00:00.123Z"));
	assert_string_equal(p.events[0].precision, "ms");
	assert_non_null(strstr(p.events[0].data, "\"agent\":\"agent, \\\"quoted\\\"\""));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/iis/damaged.log"));
	assert_string_equal(p.remarks[0].code, "line-without-names");
	assert_string_equal(p.remarks[1].code, "line-short");
	assert_string_equal(p.remarks[2].code, "line-damaged");
	assert_number_equal(p.count, 2);
	parsed_free(&p);
}

static void
the_corpus_is_read(void **state)
{
	static const struct {
		const char *path;
		size_t events;
	} files[] = { { "logs/iis_iis10.log", 1 }, { "logs/iis_iis10_cookies.log", 3 }, { "logs/iis_iis10_edge_cases.log", 15 }, { "logs/iis_iis6.log", 12 },
		{ "logs/iis_iis7_owa.log", 3 }, { "logs/iis_iis7_sqli.log", 2 }, { "logs/iis_iis_without_date.log", 11 } };
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct parsed p = { 0 };
		if (!parsed_corpus(&p, files[i].path))
			return;
		assert_number_equal(p.count, files[i].events);
		assert_number_equal(p.remark_count, 0);
		parsed_free(&p);
	}
}

static void
other_tables_are_not_claimed(void **state)
{
	static const char text[] = "#Version: 1.0\n#Fields: a b c\n1 2 3\n";
	const struct artefact_subject who = { .path = "/x.log", .name = "x.log", .owner = "", .size = sizeof(text) - 1, .mtime = 0, .btime = 0 };
	struct parsed p = { 0 };
	(void)state;
	parsed_once(&p, &who, (struct view){ (const uint8_t *)text, sizeof(text) - 1 }, 0);
	assert_null(p.kind);
}

static void
exchange_tells_of_mail_and_commands(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/iis/MSGTRK2023111401-1.LOG"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].source, "mail");
	assert_string_equal(p.events[0].meaning, "mail handled");
	assert_string_equal(p.events[0].message, "Mail RECEIVE from bob@example.org to anna@gemeente.example;beheer@gemeente.example: Factuur 7, dringend");
	assert_number_equal(p.events[0].time, parsed_time("2023-11-14T22:13:20.123Z"));
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/iis/ECPServer20231114-1.LOG"));
	assert_number_equal(p.count, 2);
	assert_number_equal(p.remark_count, 0);
	assert_string_equal(p.events[0].meaning, "command run");
	assert_string_equal(p.events[0].message, "Exchange command by its control panel: Set-OabVirtualDirectory.ExternalUrl='http://f/<script>'");
	assert_string_equal(p.events[1].message, "Exchange, ECP Server Log");
	parsed_free(&p);
	parsed_file(&p, fixture("artefact/iis/CmdletInfra_2023111401-1.LOG"));
	assert_number_equal(p.count, 1);
	assert_string_equal(p.events[0].message, "Exchange command New-MailboxExportRequest by GEMEENTE\\svc");
	assert_string_equal(p.events[0].user, "GEMEENTE\\svc");
	parsed_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exchange_tells_of_mail_and_commands),
		cmocka_unit_test(requests_and_changing_columns),
		cmocka_unit_test(http_errors_and_exchange),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(the_corpus_is_read),
		cmocka_unit_test(other_tables_are_not_claimed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

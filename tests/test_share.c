/* test_share.c - what may go out of a case: fields and forms that are on a list; and commitments, which open. */
#include "tests/case_make.h"

#include "triage/run/share_inside.h"

static const char *
data_of(const char *json)
{
	static struct buf b;
	if (b.max == 0)
		buf_init(&b, 1 << 16);
	buf_clear(&b);
	share_event_data(&b, json);
	return buf_cstr(&b);
}

static void
fields_of_records_go_out_by_name_and_form(void **state)
{
	(void)state;
	assert_string_equal(data_of("{\"event_id\":4624,\"target_user_name\":\"jan\",\"ip_address\":\"10.0.2.17\",\"logon_type\":\"10\"}"),
	    "{\"event_id\":4624,\"logon_type\":10,\"addresses\":[\"10.0.2.17\"]}");
	/* a number that is none, a channel that may be a name, addresses that are names, of the machine itself, or versions */
	assert_string_equal(data_of("{\"event_id\":\"1; jan\",\"channel\":\"Jan Peeters\",\"ip_address\":\"pc-jan\",\"client\":\"127.0.0.1\",\"client_version\":\"1.2.3.4\","
	    "\"message\":\"10.0.0.1\",\"remote\":\"::1\",\"source\":\"-\"}"), "{}");
	assert_string_equal(data_of("{\"channel\":\"Security\",\"remote\":\"::ffff:203.0.113.9\",\"peer\":\"2001:DB8::5\",\"x\":{\"client\":[\"203.0.113.9\",\"192.0.2.1\"]}}"),
	    "{\"channel\":\"Security\",\"addresses\":[\"203.0.113.9\",\"2001:db8::5\",\"192.0.2.1\"]}");
	assert_string_equal(data_of("{\"client\":\"192.0.2.1\""), "{\"addresses\":[\"192.0.2.1\"]}");
	/* each once, however often the record has it; too many addresses are cut, and it says so */
	assert_string_equal(data_of("{\"port\":\"22\",\"x\":[{\"port\":23},{\"port\":24}],\"channel\":\"System\",\"y\":{\"channel\":\"System\"}}"),
	    "{\"port\":22,\"channel\":\"System\"}");
	SCOPED_BUF many;
	buf_init(&many, 1 << 16);
	for (unsigned i = 1; i <= 65; i++) {
		buf_format(&many, "%s10.0.0.%u", i > 1 ? "\",\"" : "{\"client\":[\"", i);
		if (i >= 64) {
			size_t end = many.size;
			buf_text(&many, "\"]}");
			const char *data = data_of(buf_cstr(&many));
			assert_non_null(strstr(data, "\"10.0.0.64\"]"));
			assert_int_equal(strstr(data, ",\"more_addresses\":true}") != NULL, i > 64);
			many.size = end;
		}
	}
	assert_string_equal(data_of("not json"), "{}");
	assert_string_equal(data_of(""), "{}");
}

static void
rules_of_others_have_no_name(void **state)
{
	(void)state;
	const struct share_plan plan = { .rules_dir = "rules" };
	const struct share s = { .plan = &plan };
	char room[256];
	static const char *const cases[][2] = {
		{ "detect:ransom-note", "detect:ransom-note" }, { "yara:webshells.yar.php_eval", "yara:webshells.yar.php_eval" },
		{ "yara:jan_peeters.yar.case", "yara:custom" }, { "yara:../../etc/passwd.yar.x", "yara:custom" }, { "yara:webshells.yar.a b", "yara:custom" },
		{ "yara:.yar.x", "yara:custom" }, { "sigma:Jan", "sigma:custom" }, { "detect:jan peeters", "detect:custom" },
		{ "sigma:5b1f6b0a-1234-4cde-9abc-0123456789ab", "sigma:5b1f6b0a-1234-4cde-9abc-0123456789ab" }, { "jan peeters:x", "rule:custom" }, { "", "rule:custom" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(share_rule(&s, cases[i][0], room, sizeof(room)), cases[i][1]);
	assert_string_equal(share_technique("T1486"), "T1486");
	assert_string_equal(share_technique("T1070.001"), "T1070.001");
	assert_string_equal(share_technique("T1486 Jan"), "");
	assert_string_equal(share_technique("T14861"), "");
	assert_string_equal(share_technique("T"), "");
}

static void
details_keep_what_rules_say_and_nothing_of_the_file(void **state)
{
	(void)state;
	struct share_file files[2] = { { .file_id = 7, .new_id = 1, .commitment.digest = "abc" }, { .file_id = 9, .new_id = 2, .commitment.digest = "def" } };
	const struct share s = { .files = files, .count = 2 };
	SCOPED_BUF b;
	buf_init(&b, 1 << 16);
	static const char detail[] = "{\"accounts\":[\"jan\"],\"examples\":[{\"file_id\":7,\"path\":\"/jan\",\"sample\":\"jan\"},{\"event_id\":3,\"file_id\":9},{\"file_id\":8},5],"
	    "\"family\":\"Play\",\"how_to_check\":\"/jan\",\"innocent\":\"i\",\"reasons\":[\"jan\"],\"why\":\"w\"}";
	share_detail(&b, &s, detail, true);
	assert_non_null(strstr(buf_cstr(&b), "\"examples\":[{\"file_id\":1,\"path\":\"/abc\"},{\"file_id\":2,\"path\":\"/def\",\"record\":true}],\"family\":\"Play\",\"innocent\":\"i\",\"why\":\"w\""));
	assert_null(strstr(buf_cstr(&b), "jan"));
	buf_clear(&b);
	share_detail(&b, &s, detail, false);
	assert_non_null(strstr(buf_cstr(&b), "\"innocent\":\"\",\"why\":\"\""));
	buf_clear(&b);
	share_detail(&b, &s, "{\"examples\":[{\"file_id\":7", true);
	assert_non_null(strstr(buf_cstr(&b), "{\"examples\":["));
	char room[64];
	assert_string_equal(share_family("{\"family\":\"mail@jan.be\"}", room, sizeof(room)), "");
}

static void
commitments_open_with_their_salt_alone(void **state)
{
	(void)state;
	const struct share_secret secret = { .key = { 1, 2, 3 } }, other = { .key = { 1, 2, 4 } };
	struct share_commitment a, b;
	uint8_t bytes[32 + 4];
	char digest[65];
	share_commit_file(&secret, 5, "/jan", &a);
	assert_true(text_unhex(a.salt, bytes, 32));
	memcpy(bytes + 32, "/jan", 4);
	digest_sha256_hex(bytes, sizeof(bytes), digest);
	assert_string_equal(digest, a.digest);
	share_commit_file(&secret, 6, "/jan", &b);
	assert_string_not_equal(a.digest, b.digest);
	share_commit_file(&other, 5, "/jan", &b);
	assert_string_not_equal(a.digest, b.digest);
	share_commit_name(&secret, "host", "jan", &a);
	share_commit_name(&secret, "account", "jan", &b);
	assert_string_not_equal(a.digest, b.digest);
	share_commit_name(&secret, "host", "jan", &b);
	assert_string_equal(a.digest, b.digest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_records_go_out_by_name_and_form),
		cmocka_unit_test(rules_of_others_have_no_name),
		cmocka_unit_test(details_keep_what_rules_say_and_nothing_of_the_file),
		cmocka_unit_test(commitments_open_with_their_salt_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

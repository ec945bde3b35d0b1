/* test_html.c - report.html: whole, and harmless whatever the evidence says. */
#include "tests/html_nasty.h"

static void
text_of_the_evidence_never_becomes_markup(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *page = page_of(&r);
	assert_number_equal(times_in(page, "<script>"), 2);
	assert_number_equal(times_in(page, "</script>"), times_in(page, "<script"));
	assert_number_equal(times_in(page, "<img"), 0);
	assert_number_equal(times_in(page, "<b>1"), 0);
	assert_number_equal(times_in(page, "<i>"), 0);
	assert_true(times_in(page, "&lt;img src=x onerror=alert(2)&gt;") > 10);
	free(page);
}

static void
tags_close_and_links_lead_somewhere_in_every_language(void **state)
{
	(void)state;
	static const char *const langs[] = { "nl", "fr", "de", "en", "xx" };
	for (size_t i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		struct case_reader r = nasty_case();
		struct report_options options = in_english;
		options.lang = langs[i];
		options.timezone = "Europe/Brussels";
		char *page = page_as(&r, options);
		char wanted[40];
		snprintf(wanted, sizeof(wanted), "<html lang=\"%s\">", i < 4 ? langs[i] : "en");
		assert_non_null(strstr(page, wanted));
		assert_tags_close(page);
		assert_links_lead_somewhere(page);
		free(page);
	}
}

static void
the_same_case_gives_the_same_bytes(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *one = page_of(&r), *two = page_of(&r);
	assert_string_equal(one, two);
	free(one);
	free(two);
}

/* SHA-256 in base64 by another way than the program's: bit by bit. */
static void
base64_of(const char *data, size_t size, char out[45])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char hex[65];
	digest_sha256_hex(data, size, hex);
	for (size_t i = 0; i < 43; i++) {
		unsigned value = 0;
		for (size_t bit = 6 * i; bit < 6 * i + 6; bit++) {
			unsigned nibble = bit / 4 < 64 ? (unsigned)(strchr("0123456789abcdef", hex[bit / 4]) - "0123456789abcdef") : 0;
			value = value << 1 | (nibble >> (3 - bit % 4) & 1);
		}
		out[i] = digits[value];
	}
	out[43] = '=';
	out[44] = '\0';
}

static void
the_policy_allows_this_style_and_this_script_alone(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	char *page = page_of(&r), hash[45], wanted[80];
	size_t size;
	const char *text = between(page, "<style>", "</style>", &size);
	base64_of(text, size, hash);
	snprintf(wanted, sizeof(wanted), "style-src 'sha256-%s';", hash);
	assert_non_null(strstr(page, wanted));
	text = between(strstr(page, "id=\"messages\""), "<script>", "</script>", &size);
	base64_of(text, size, hash);
	snprintf(wanted, sizeof(wanted), "script-src 'sha256-%s' 'sha256-", hash);
	const char *policy = strstr(page, wanted);
	assert_non_null(policy);
	/* the second script is the last, and no third may run */
	text = between(strstr(text + size, "<script>"), "<script>", "</script>", &size);
	base64_of(text, size, hash);
	assert_int_equal(strncmp(policy + strlen(wanted), hash, strlen(hash)), 0);
	assert_int_equal(strncmp(policy + strlen(wanted) + strlen(hash), "';", 2), 0);
	assert_number_equal(times_in(page, "<script>"), 2);
	assert_non_null(strstr(page, "default-src 'none'"));
	assert_null(strstr(page, "unsafe-inline"));
	assert_null(strstr(page, " style=\""));
	assert_number_equal(times_in(page, "http://") + times_in(page, "https://"), 0);
	free(page);
}

static void
a_long_path_is_cut_between_characters_and_says_so(void **state)
{
	(void)state;
	static char path[3001];
	for (size_t i = 0; i + 3 <= 3000; i += 3)
		memcpy(path + i, "\xe2\x82\xac", 3);
	const char *cells[32];
	memcpy(cells, files + 2 * 32, sizeof(cells));
	cells[5] = path;
	struct case_reader r = nasty_case();
	r.views[CASE_FILES] = (struct fake_view){ .columns = 32, .count = 1, .cells = cells };
	char *page = page_of(&r), *cut = strstr(page, "\xe2\x82\xac\xe2\x82\xac");
	assert_non_null(cut);
	assert_number_equal(strspn(cut, "\xe2\x82\xac"), 399);
	assert_non_null(strstr(cut, "(shortened)"));
	free(page);
}

static void
a_zone_that_is_not_known_is_said(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	struct report_options options = in_english;
	options.timezone = "Europe/Atlantis";
	char *page = page_as(&r, options);
	assert_non_null(strstr(page, "The time zone Europe/Atlantis is not known"));
	free(page);
}

static void
local_time_stands_beside_utc(void **state)
{
	(void)state;
	struct case_reader r = nasty_case();
	struct report_options options = in_english;
	options.timezone = "Europe/Brussels";
	char *page = page_as(&r, options);
	assert_non_null(strstr(page, ">6 Dec 2022 01:14:09 UTC (02:14:09 +01:00)<"));
	free(page);
}

static void
a_case_that_cannot_be_read_is_an_error_and_leaks_nothing(void **state)
{
	(void)state;
	static const int needed[] = { CASE_EVIDENCE, CASE_VOLUMES, CASE_FILESYSTEMS, CASE_FILES, CASE_TIMELINE, CASE_FINDINGS, CASE_PROBLEMS,
		CASE_COVERAGE, CASE_CUSTODY };
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct case_reader r = nasty_case();
		enum triage_status st;
		r.fail_view = needed[i];
		assert_null(page_with(&r, in_english, &st));
		assert_int_equal(st, TRIAGE_E_IO);
	}
}

static void
an_empty_case_gives_a_whole_page(void **state)
{
	(void)state;
	struct case_reader r = { .fail_view = -1 };
	char *page = page_of(&r);
	assert_tags_close(page);
	assert_links_lead_somewhere(page);
	assert_non_null(strstr(page, "There are no times in this case."));
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_the_evidence_never_becomes_markup),
		cmocka_unit_test(tags_close_and_links_lead_somewhere_in_every_language),
		cmocka_unit_test(the_same_case_gives_the_same_bytes),
		cmocka_unit_test(the_policy_allows_this_style_and_this_script_alone),
		cmocka_unit_test(a_long_path_is_cut_between_characters_and_says_so),
		cmocka_unit_test(a_zone_that_is_not_known_is_said),
		cmocka_unit_test(local_time_stands_beside_utc),
		cmocka_unit_test(a_case_that_cannot_be_read_is_an_error_and_leaks_nothing),
		cmocka_unit_test(an_empty_case_gives_a_whole_page),
	};
	return cmocka_run_group_tests(tests, page_setup, NULL);
}

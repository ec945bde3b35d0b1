/* test_base.c - text, times, globs, tables, buffers. */
#include "tests/harness.h"

#include "triage/base/glob.h"
#include "triage/base/table.h"
#include "triage/base/text.h"
#include "triage/base/digest.h"
#include "triage/base/when.h"

#include <unistd.h>

static const char *
display(const void *raw, size_t size)
{
	static struct buf b;
	buf_release(&b);
	buf_init(&b, 1 << 16);
	text_display(&b, raw, size);
	return buf_cstr(&b);
}

static void
display_keeps_plain_text_and_accents(void **state)
{
	(void)state;
	assert_string_equal(display("Caf\xc3\xa9 n\xc2\xb0 5.txt", 15), "Caf\xc3\xa9 n\xc2\xb0 5.txt");
}

static void
display_escapes_what_moves_or_hides_text(void **state)
{
	(void)state;
	assert_string_equal(display("a\nb", 3), "a\\x0ab");
	assert_string_equal(display("\x1b[2J", 4), "\\x1b[2J");
	assert_string_equal(display("a\xe2\x80\xae" "b", 5), "a\\xe2\\x80\\xaeb");	/* right-to-left override */
	assert_string_equal(display("\xc2\x9b", 2), "\\xc2\\x9b");			/* C1: CSI */
	assert_string_equal(display("x\0y", 3), "x\\x00y");
}

static void
display_escapes_invalid_utf8_byte_by_byte(void **state)
{
	(void)state;
	assert_string_equal(display("\xff\xfe", 2), "\\xff\\xfe");
	assert_string_equal(display("\xc0\xaf", 2), "\\xc0\\xaf");		/* overlong slash */
	assert_string_equal(display("\xed\xa0\x80", 3), "\\xed\\xa0\\x80");	/* lone surrogate */
	assert_string_equal(display("ab\xe2\x82", 4), "ab\\xe2\\x82");		/* cut off */
}

static void
display_escapes_a_backslash_only_where_it_would_mislead(void **state)
{
	(void)state;
	assert_string_equal(display("a\\b", 3), "a\\b");
	assert_string_equal(display("\\x41", 4), "\\x5cx41");
}

static void
csv_neutralises_formulas(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1000);
	text_csv(&b, "=HYPERLINK(\"x\")");
	assert_string_equal(buf_cstr(&b), "\"'=HYPERLINK(\"\"x\"\")\"");
	buf_clear(&b);
	text_csv(&b, "plain");
	assert_string_equal(buf_cstr(&b), "plain");
	buf_clear(&b);
	text_csv(&b, "\xef\xbc\x9d" "1+1");
	assert_string_equal(buf_cstr(&b), "\"'\xef\xbc\x9d" "1+1\"");
	buf_release(&b);
}

static void
json_is_safe_inside_a_script(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1000);
	text_json(&b, "</script>\"\\\n\xff");
	assert_string_equal(buf_cstr(&b), "<\\/script>\\\"\\\\\\u000a\xef\xbf\xbd");
	buf_release(&b);
}

/* Every byte at every place of a run, and runs of every length. */
static void
plain_text_ends_where_the_first_other_byte_is(void **state)
{
	(void)state;
	for (size_t size = 0; size <= 40; size++) {
		char *text = malloc(size + 1);	/* of its own, so that a look beyond it is seen */
		assert_non_null(text);
		memset(text, 'x', size);
		assert_number_equal(text_plain(text, size), size);
		for (size_t at = 0; at < size; at++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
				text[at] = (char)byte;
				assert_number_equal(text_plain(text, size), plain ? size : at);
				if (at + 1 < size) {
					text[at + 1] = '!';	/* what comes behind changes nothing */
					assert_number_equal(text_plain(text, size), plain ? size : at);
					text[at + 1] = 'x';
				}
			}
			text[at] = 'x';
		}
		free(text);
	}
}

static void
long_text_is_shown_as_its_parts_are_and_quoted_at_any_place(void **state)
{
	(void)state;
	SCOPED_BUF all, parts;
	buf_init(&all, 1 << 20);
	buf_init(&parts, 1 << 20);
	static const char *const pieces[] = { "a/b</c", "\"", "\\x41", "caf\xc3\xa9", "0123456789012345678901234567890123456789", "\xe2\x80\xae", "</", "\x7f", "/", "\xff", " " };
	enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };
	SCOPED_BUF text;
	buf_init(&text, 1 << 20);
	for (size_t i = 0; i < 3000; i++)
		buf_text(&text, pieces[i * i % PIECES]);
	text_safe(&all, buf_cstr(&text));
	for (size_t i = 0; i < 3000; i++)
		text_safe(&parts, pieces[i * i % PIECES]);
	assert_string_equal(buf_cstr(&all), buf_cstr(&parts));
	char line[100], want[100];
	for (int before = 0; before < 80; before++) {
		buf_clear(&all);
		snprintf(line, sizeof(line), "%*s</a\"\\/", before, "");
		snprintf(want, sizeof(want), "%*s<\\/a\\\"\\\\/", before, "");
		text_json(&all, line);
		assert_string_equal(buf_cstr(&all), want);
	}
}

static void
html_escapes_markup_and_quotes(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1000);
	text_html(&b, "<img src='x' onerror=\"y\">&");
	assert_string_equal(buf_cstr(&b), "&lt;img src=&#39;x&#39; onerror=&quot;y&quot;&gt;&amp;");
	buf_release(&b);
}

static void
utf16_keeps_lone_surrogates(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1000);
	text_from_utf16le(&b, (const uint8_t *)"a\0\x3d\xd8\x00\xde\x3d\xd8", 4);
	assert_int_equal(b.size, 8);
	assert_memory_equal(b.data, "a\xf0\x9f\x98\x80\xed\xa0\xbd", 8);
	buf_release(&b);
}

static void
buf_stops_at_its_maximum(void **state)
{
	(void)state;
	struct buf b;
	struct triage_error err;
	buf_init(&b, 4);
	buf_text(&b, "abcd");
	assert_int_equal(buf_check(&b, &err), TRIAGE_OK);
	buf_char(&b, 'e');
	assert_int_equal(buf_check(&b, &err), TRIAGE_E_LIMIT);
	assert_string_equal(buf_cstr(&b), "abcd");
	buf_release(&b);
}

static void
filetimes_of_1601_and_2200_are_right(void **state)
{
	(void)state;
	char text[WHEN_TEXT_SIZE];
	assert_true(when_from_filetime(0) == TRIAGE_TIME_NONE);
	assert_false(when_filetime_fits(1));
	assert_string_equal(when_text(when_from_filetime(UINT64_C(189025920000000000)), 0, "Z", text), "2200-01-01T00:00:00Z");
	assert_string_equal(when_text(when_from_filetime(UINT64_C(132514524123456789)), 9, "Z", text), "2020-12-03T07:00:12.345678900Z");
	assert_true(when_from_filetime(UINT64_MAX) == TRIAGE_TIME_NONE);
}

static void
times_before_1970_are_right(void **state)
{
	(void)state;
	char text[WHEN_TEXT_SIZE];
	assert_string_equal(when_text(when_from_unix(-1, 500000000), 3, "+00:00", text), "1969-12-31T23:59:59.500+00:00");
	assert_string_equal(when_text(when_from_unix(-2177452800, 0), 0, "Z", text), "1901-01-01T00:00:00Z");
	assert_string_equal(when_text(TRIAGE_TIME_NONE, 6, "Z", text), "");
}

static void
dos_times_reject_nonsense(void **state)
{
	(void)state;
	char text[WHEN_TEXT_SIZE];
	assert_string_equal(when_text(when_from_dos(0x5586, 0x0a8d, 150), 3, "", text), "2022-12-06T01:20:27.500");
	assert_true(when_from_dos(0, 0, 0) == TRIAGE_TIME_NONE);
	assert_true(when_from_dos(0x55a0, 0, 0) == TRIAGE_TIME_NONE);	/* day 0 */
	assert_true(when_from_dos(0x5586, 0xffff, 0) == TRIAGE_TIME_NONE);
}

static void
parse_reads_back_what_text_writes(void **state)
{
	(void)state;
	char text[WHEN_TEXT_SIZE];
	int64_t ns;
	for (int64_t t = INT64_C(-5000000000000000001); t < INT64_C(8000000000000000000); t += INT64_C(123456789012345678)) {
		assert_true(when_parse(when_text(t, 9, "Z", text), &ns));
		assert_true(ns == t);
	}
	assert_true(when_parse("2022-12-06 02:14+01:00", &ns));
	assert_string_equal(when_text(ns, 0, "Z", text), "2022-12-06T01:14:00Z");
	assert_false(when_parse("2022-13-01", &ns));
	assert_false(when_parse("yesterday", &ns));
	assert_false(when_parse("2022-12-06T01:14:09Zx", &ns));
}

static void
globs_match_as_a_shell_would(void **state)
{
	(void)state;
	assert_true(glob_match("*.PLAY", "brief.docx.play"));
	assert_true(glob_match("readme_[a-f0-9]??.txt", "README_a1b.txt"));
	assert_false(glob_match("*.txt", "folder/a.txt"));
	assert_true(glob_match("/**/Run/*.lnk", "/C/Users/x/Run/a.lnk"));
	assert_false(glob_match("/**/Run/*.lnk", "/C/Users/x/Run/b/a.lnk"));
	assert_true(glob_match("**", "/anything/at/all"));
	assert_true(glob_match("a[!x]c", "abc"));
	assert_false(glob_match("a[!x]c", "axc"));
	assert_true(glob_match("[[]x]", "[x]"));
	assert_true(glob_match("**/a*b/**/c*d", "/q/aXb/r/s/cYd"));
}

static void
globs_do_not_blow_up(void **state)
{
	(void)state;
	char text[5001];
	memset(text, 'a', 5000);
	text[5000] = '\0';
	assert_false(glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
	assert_false(glob_match("**a**a**a**a**a**a**a**a**b", text));
}

static void
tables_skip_comments_and_fill_short_rows(void **state)
{
	(void)state;
	struct triage_error err = { 0 };
	struct table *t;
	char path[] = "/tmp/triage-table-XXXXXX";
	int fd = mkstemp(path);
	static const char text[] = "# remark\nname\tvalue\r\none\t1\ntwo\n\n";
	assert_true(write(fd, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1);
	close(fd);
	assert_int_equal(digest_setup(&err), TRIAGE_OK);
	assert_int_equal(table_load(path, &t, &err), TRIAGE_OK);
	assert_number_equal(table_rows(t), 2);
	assert_string_equal(table_cell(t, 0, table_column(t, "value")), "1");
	assert_string_equal(table_cell(t, 1, table_column(t, "value")), "");
	assert_string_equal(table_cell(t, 0, table_column(t, "absent")), "");
	table_free(t);
	unlink(path);
	assert_int_equal(table_load("/nonexistent/table.tsv", &t, &err), TRIAGE_E_IO);
	assert_non_null(strstr(err.text, "/nonexistent/table.tsv"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(display_keeps_plain_text_and_accents),
		cmocka_unit_test(display_escapes_what_moves_or_hides_text),
		cmocka_unit_test(display_escapes_invalid_utf8_byte_by_byte),
		cmocka_unit_test(display_escapes_a_backslash_only_where_it_would_mislead),
		cmocka_unit_test(csv_neutralises_formulas),
		cmocka_unit_test(json_is_safe_inside_a_script),
		cmocka_unit_test(plain_text_ends_where_the_first_other_byte_is),
		cmocka_unit_test(long_text_is_shown_as_its_parts_are_and_quoted_at_any_place),
		cmocka_unit_test(html_escapes_markup_and_quotes),
		cmocka_unit_test(utf16_keeps_lone_surrogates),
		cmocka_unit_test(buf_stops_at_its_maximum),
		cmocka_unit_test(filetimes_of_1601_and_2200_are_right),
		cmocka_unit_test(times_before_1970_are_right),
		cmocka_unit_test(dos_times_reject_nonsense),
		cmocka_unit_test(parse_reads_back_what_text_writes),
		cmocka_unit_test(globs_match_as_a_shell_would),
		cmocka_unit_test(globs_do_not_blow_up),
		cmocka_unit_test(tables_skip_comments_and_fill_short_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

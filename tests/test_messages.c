/* test_messages.c - the texts of the report: whole in four languages, and numbers, sizes and times written as each wants them. */
#include "tests/messages_load.h"

#include <ctype.h>

static const char *
plain(void **state, enum lang lang, const char *key, const struct argument *arguments)
{
	static char text[4][1000];
	static unsigned turn;
	SCOPED_BUF b;
	buf_init(&b, 1000);
	messages_plain(*state, lang, key, arguments, &b);
	snprintf(text[++turn % 4], sizeof(text[0]), "%s", buf_cstr(&b));
	return text[turn % 4];
}

/* Which of {0}..{9} occur in one form of a text, as bits. */
static unsigned
placeholders(struct phrase text)
{
	unsigned seen = 0;
	for (size_t i = 0; i + 2 < text.size; i++)
		if (text.text[i] == '{' && isdigit((unsigned char)text.text[i + 1]) && text.text[i + 2] == '}')
			seen |= 1u << (text.text[i + 1] - '0');
	return seen;
}

static size_t
count_char(struct phrase text, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < text.size; i++)
		n += text.text[i] == c;
	return n;
}

static void
every_message_has_a_text_in_four_languages_with_the_same_arguments(void **state)
{
	const struct messages *m = *state;
	char key[100];
	assert_true(messages_count(m) > 300);
	for (size_t i = 0; i < messages_count(m); i++) {
		key_at(m, i, key);
		unsigned wanted = placeholders(messages_find(m, key, LANG_EN));
		for (unsigned lang = 0; lang < LANG_COUNT; lang++) {
			struct phrase text = messages_find(m, key, (enum lang)lang);
			if (text.size == 0 || placeholders(text) != wanted)
				fail_msg("%s in %s: arguments differ from English: %.*s", key, lang_name((enum lang)lang), (int)text.size, text.text);
			if (count_char(text, '`') % 2 != 0 || count_char(text, '|') > 1)
				fail_msg("%s in %s: backquotes or bars: %.*s", key, lang_name((enum lang)lang), (int)text.size, text.text);
		}
	}
}

static void
both_forms_of_a_message_use_the_same_arguments(void **state)
{
	const struct messages *m = *state;
	char key[100];
	for (size_t i = 0; i < messages_count(m); i++)
		for (unsigned lang = 0; lang < LANG_COUNT; lang++) {
			struct phrase text = messages_find(m, key_at(m, i, key), (enum lang)lang);
			const char *bar = memchr(text.text, '|', text.size);
			if (bar == NULL)
				continue;
			struct phrase one = { text.text, (size_t)(bar - text.text) }, more = { bar + 1, text.size - one.size - 1 };
			if (placeholders(one) != placeholders(more))
				fail_msg("%s in %s: the forms differ", key, lang_name((enum lang)lang));
		}
}

static void
no_key_stands_twice(void **state)
{
	const struct messages *m = *state;
	char one[100], next[100];
	for (size_t i = 0; i + 1 < messages_count(m); i++)
		assert_string_not_equal(key_at(m, i, one), key_at(m, i + 1, next));
}

/* "clean" as an act (a clean-up, a cleaning program), not as a verdict. */
static bool
is_an_act(const char *after)
{
	static const char *const acts[] = { "-up", " up", "ed up", "ing " };
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strncmp(after, acts[i], strlen(acts[i])) == 0)
			return true;
	return false;
}

static void
no_message_calls_a_system_clean(void **state)
{
	static const char *const words[] = { "clean", "schoon", "sauber" };
	const struct messages *m = *state;
	char key[100], text[2000];
	for (size_t i = 0; i < messages_count(m); i++)
		for (unsigned lang = 0; lang < LANG_COUNT; lang++) {
			struct phrase phrase = messages_find(m, key_at(m, i, key), (enum lang)lang);
			/* who cleans up may have done it innocently */
			bool acts = strncmp(key, "says.innocent.", 14) == 0 || strncmp(key, "says.why.", 9) == 0;
			snprintf(text, sizeof(text), "%.*s", (int)phrase.size, phrase.text);
			for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
				for (const char *at = text; (at = strcasestr(at, words[w])) != NULL; at += strlen(words[w]))
					if (!acts || !is_an_act(at + strlen(words[w])))
						fail_msg("%s: %s", key, text);
		}
}

/* A literal that looks like a message key: a lower-case word, a dot, more of them. */
static bool
looks_like_key(const char *text, size_t size)
{
	bool dot = false;
	if (size < 3 || !islower((unsigned char)text[0]))
		return false;
	for (size_t i = 0; i < size; i++) {
		if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) && strchr(".-", text[i]) == NULL)
			return false;
		dot = dot || text[i] == '.';
	}
	return dot;
}

static void
check_literals(const struct messages *m, const char *path)
{
	static const char *const no_messages[] = { "report.html", "verdict.score", "verdict.reasons", "rules.files", "rules.tables", "table.sortable",
		"extracted.files", "budget.streams", "budget.seconds", "budget.bytes" };
	static char source[1 << 18];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	source[fread(source, 1, sizeof(source) - 1, file)] = '\0';
	fclose(file);
	for (char *open = strchr(source, '"'); open != NULL; open = strchr(open, '"')) {
		size_t size = strcspn(open + 1, "\"\n");
		char literal[200];
		snprintf(literal, sizeof(literal), "%.*s", (int)size, open + 1);
		open += size + 2;
		bool other = !looks_like_key(literal, strlen(literal)) || strncmp(literal, "ransomware.", 11) == 0;
		for (size_t i = 0; i < sizeof(no_messages) / sizeof(no_messages[0]); i++)
			other = other || strcmp(literal, no_messages[i]) == 0;
		if (!other && !messages_has(m, literal))
			fail_msg("%s uses %s, which no line of messages.tsv has", path, literal);
	}
}

static void
every_key_named_in_the_sources_has_a_message(void **state)
{
	static const char *const patterns[] = { "triage/report/html_*.c", "triage/report/chart*.c", "triage/report/messages_text.c", "triage/report/assets/report.js" };
	size_t files = 0;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		glob_t found;
		files_like(patterns[i], &found);
		for (size_t k = 0; k < found.gl_pathc; k++, files++)
			check_literals(*state, found.gl_pathv[k]);
		globfree(&found);
	}
	assert_true(files > 10);
}

static void
counts_are_grouped_as_the_language_does(void **state)
{
	assert_string_equal(plain(state, LANG_NL, "value", WITH(AS_COUNT(1234567))), "1.234.567");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_COUNT(1234567))), "1,234,567");
	assert_string_equal(plain(state, LANG_FR, "value", WITH(AS_COUNT(1234567))), "1\xe2\x80\xaf""234\xe2\x80\xaf""567");
	assert_string_equal(plain(state, LANG_DE, "value", WITH(AS_COUNT(999))), "999");
	assert_string_equal(plain(state, LANG_DE, "value", WITH(AS_COUNT(-1000))), "-1.000");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_COUNT(INT64_MIN))), "-9,223,372,036,854,775,808");
}

static void
sizes_are_cut_never_rounded_up(void **state)
{
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_BYTES(999))), "999 bytes");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_BYTES(1))), "1 byte");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_BYTES(1000))), "1 kB");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_BYTES(999999))), "999.9 kB");
	assert_string_equal(plain(state, LANG_FR, "value", WITH(AS_BYTES(118234112233))), "118,2 Go");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_BYTES(INT64_MAX))), "9,223,372 TB");
}

static void
shares_have_a_tenth_only_when_it_says_something(void **state)
{
	assert_string_equal(plain(state, LANG_NL, "value", WITH(AS_SHARE(987))), "98,7 %");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_SHARE(1000))), "100%");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_SHARE(1))), "0.1%");
}

static void
times_are_written_in_each_form(void **state)
{
	const int64_t ns = INT64_C(1670289249123456789);
	assert_string_equal(plain(state, LANG_NL, "value", WITH(AS_TIME(ns, TIME_SECOND))), "6 dec 2022 01:14:09");
	assert_string_equal(plain(state, LANG_DE, "value", WITH(AS_TIME(ns, TIME_DAY))), "6. Dez. 2022");
	assert_string_equal(plain(state, LANG_FR, "value", WITH(AS_TIME(ns, TIME_MONTH))), "d\xc3\xa9""c. 2022");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_TIME(ns, TIME_CLOCK))), "01:14");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_TIME(ns, TIME_CLOCK_SECOND))), "01:14:09");
	assert_string_equal(plain(state, LANG_EN, "value", WITH(AS_TIME(-1, TIME_SECOND))), "31 Dec 1969 23:59:59");
}

static void
the_first_count_chooses_the_form(void **state)
{
	assert_string_equal(plain(state, LANG_EN, "verdict.encrypted", WITH(AS_COUNT(1))), "1 file is encrypted.");
	assert_string_equal(plain(state, LANG_EN, "verdict.encrypted", WITH(AS_COUNT(2))), "2 files are encrypted.");
	assert_string_equal(plain(state, LANG_EN, "verdict.encrypted", WITH(AS_COUNT(0))), "0 files are encrypted.");
	assert_non_null(strstr(plain(state, LANG_FR, "verdict.encrypted", WITH(AS_COUNT(0))), "0 fichier est"));
}

static void
arguments_are_escaped_and_never_read_as_a_message(void **state)
{
	SCOPED_BUF b;
	buf_init(&b, 1000);
	messages_html(*state, LANG_EN, "head.case", WITH(AS_TEXT("<b>`{0}|\"")), &b);
	assert_string_equal(buf_cstr(&b), "Case &lt;b&gt;`{0}|&quot;");
	buf_clear(&b);
	messages_arguments_json(WITH(AS_TEXT("a\"</script>"), AS_COUNT(3), AS_TIME(-1, TIME_DAY)), &b);
	assert_string_equal(buf_cstr(&b), "[\"s:a\\\"<\\/script>\",\"n:3\",\"t:-1:1\"]");
}

static void
a_missing_argument_or_key_does_no_harm(void **state)
{
	assert_string_equal(plain(state, LANG_EN, "head.case", NULL), "Case ");
	assert_string_equal(plain(state, LANG_EN, "no.such-key", NULL), "no.such-key");
	assert_string_equal(plain(state, LANG_EN, "verdict.encrypted", NULL), " file is encrypted.");
}

static void
a_table_with_a_missing_cell_is_refused_with_its_line(void **state)
{
	(void)state;
	struct messages *m = NULL;
	struct triage_error err = { 0 };
	static const char *const broken[] = {
		"key\tnl\tfr\tde\ten\na.b\tx\tx\tx", "key\tnl\tfr\tde\ten\na.b\tx\t\tx\tx\n", "key\tnl\tfr\tde\ten\na.b\tx\tx\tx\tx\tx\n", "h\n\t\n",
	};
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		assert_int_equal(messages_over(broken[i], strlen(broken[i]), &m, &err), TRIAGE_E_FORMAT);
		assert_number_equal(err.offset, 2);
	}
	assert_null(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_has_a_text_in_four_languages_with_the_same_arguments),
		cmocka_unit_test(both_forms_of_a_message_use_the_same_arguments),
		cmocka_unit_test(no_key_stands_twice),
		cmocka_unit_test(no_message_calls_a_system_clean),
		cmocka_unit_test(every_key_named_in_the_sources_has_a_message),
		cmocka_unit_test(counts_are_grouped_as_the_language_does),
		cmocka_unit_test(sizes_are_cut_never_rounded_up),
		cmocka_unit_test(shares_have_a_tenth_only_when_it_says_something),
		cmocka_unit_test(times_are_written_in_each_form),
		cmocka_unit_test(the_first_count_chooses_the_form),
		cmocka_unit_test(arguments_are_escaped_and_never_read_as_a_message),
		cmocka_unit_test(a_missing_argument_or_key_does_no_harm),
		cmocka_unit_test(a_table_with_a_missing_cell_is_refused_with_its_line),
	};
	return cmocka_run_group_tests(tests, load_messages, unload_messages);
}

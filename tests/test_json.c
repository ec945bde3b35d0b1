/* test_json.c - the JSON pull parser: what it gives, what it refuses, where it stops. */
#include "tests/harness.h"
#include "tests/pick.h"

#include "triage/base/json.h"

/* The events of a text as letters: { } [ ] K S N t f n, '.' at the end, '!' at an error. */
static const char *
events_of(const char *text)
{
	static const char letters[JSON_EVENT_COUNT + 1] = "!.{}[]KSNtfn";
	static char seen[512];
	size_t n = 0;
	struct json j;
	json_start(&j, text, strlen(text));
	while (n + 1 < sizeof(seen)) {
		enum json_event event = json_next(&j);
		seen[n++] = letters[event];
		if (event == JSON_END || event == JSON_ERROR)
			break;
	}
	seen[n] = '\0';
	return seen;
}

static void
a_whole_object_is_given_event_by_event(void **state)
{
	(void)state;
	assert_string_equal(events_of("{\"a\": [1, -2.5e3, true], \"b\": {\"c\": null}, \"d\": \"x\", \"e\": false}"),
	    "{K[NNt]K{Kn}KSKf}.");
	assert_string_equal(events_of(" [ ] "), "[].");
	assert_string_equal(events_of("{}"), "{}.");
	assert_string_equal(events_of("\"only\""), "S.");
}

static void
broken_texts_end_in_an_error(void **state)
{
	(void)state;
	static const char *const broken[] = {
		"", " ", "{", "[", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "[1,]", "[1 2]", "[,1]", "{1:2}", "[1}", "{\"a\":1]", "01", "1.", "-",
		".5", "1e", "+1", "tru", "nul", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "\"\\", "\"tab\there\"", "[1]]", "1 2", "'a'", "]", "}",
		"{\"a\" 1}", "{\"a\":1 \"b\":2}", "NaN", "\xef\xbb\xbf{}",
	};
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		const char *seen = events_of(broken[i]);
		if (seen[strlen(seen) - 1] != '!')
			fail_msg("accepted: %s (%s)", broken[i], seen);
	}
}

static void
an_error_and_the_end_stay_as_they_are(void **state)
{
	(void)state;
	struct json j;
	json_start(&j, "[1,", 3);
	json_next(&j);
	json_next(&j);
	assert_int_equal(json_next(&j), JSON_ERROR);
	assert_int_equal(json_next(&j), JSON_ERROR);
	json_start(&j, "1", 1);
	json_next(&j);
	assert_int_equal(json_next(&j), JSON_END);
	assert_int_equal(json_next(&j), JSON_END);
}

static void
sixteen_levels_pass_and_seventeen_do_not(void **state)
{
	(void)state;
	assert_string_equal(events_of("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"), "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]].");
	assert_string_equal(events_of("[[[[[[[[[[[[[[[[["), "[[[[[[[[[[[[[[[[!");
}

static void
the_text_is_read_only_as_far_as_its_size(void **state)
{
	(void)state;
	char *text = malloc(6);
	assert_non_null(text);
	memcpy(text, "\"ab\\u0", 6);
	struct json j;
	for (size_t size = 0; size <= 6; size++) {
		json_start(&j, text, size);
		assert_int_equal(json_next(&j), JSON_ERROR);
	}
	free(text);
}

static void
strings_are_decoded(void **state)
{
	(void)state;
	const char *text = "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00|\\ud83d|\\u0000|\"";
	struct json j;
	json_start(&j, text, strlen(text));
	assert_int_equal(json_next(&j), JSON_STRING);
	SCOPED_BUF out;
	buf_init(&out, 1000);
	json_string(&j, &out);
	assert_string_equal(buf_cstr(&out),
	    "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80|\xef\xbf\xbd|\xef\xbf\xbd|");
}

static void
a_key_is_compared_decoded_and_whole(void **state)
{
	(void)state;
	struct json j;
	json_start(&j, "{\"p\\u0061th\":1}", 15);
	json_next(&j);
	assert_int_equal(json_next(&j), JSON_KEY);
	assert_true(json_is(&j, "path"));
	assert_false(json_is(&j, "pat"));
	assert_false(json_is(&j, "paths"));
	assert_false(json_is(&j, ""));
}

static void
skip_passes_over_a_whole_value(void **state)
{
	(void)state;
	const char *text = "{\"a\":{\"x\":[1,{\"y\":2}]},\"b\":[[],[]],\"c\":3}";
	struct json j;
	json_start(&j, text, strlen(text));
	assert_int_equal(json_next(&j), JSON_OBJECT);
	assert_int_equal(json_next(&j), JSON_KEY);
	assert_true(json_skip(&j));
	assert_int_equal(json_next(&j), JSON_KEY);
	assert_true(json_is(&j, "b"));
	assert_int_equal(json_next(&j), JSON_ARRAY);
	assert_true(json_skip(&j));
	assert_int_equal(json_next(&j), JSON_KEY);
	assert_true(json_is(&j, "c"));
	assert_true(json_skip(&j));
	assert_int_equal(json_next(&j), JSON_OBJECT_END);
	assert_int_equal(json_next(&j), JSON_END);
}

static void
skip_says_when_the_text_is_broken(void **state)
{
	(void)state;
	struct json j;
	json_start(&j, "{\"a\":[1,2", 9);
	json_next(&j);
	json_next(&j);
	assert_false(json_skip(&j));
}

static bool
int_of(const char *text, int64_t *ret)
{
	struct json j;
	json_start(&j, text, strlen(text));
	json_next(&j);
	return json_int(&j, ret);
}

static void
integers_are_taken_only_when_they_fit(void **state)
{
	(void)state;
	int64_t value = 7;
	assert_true(int_of("9223372036854775807", &value));
	assert_true(value == INT64_MAX);
	assert_true(int_of("-9223372036854775808", &value));
	assert_true(value == INT64_MIN);
	assert_true(int_of("-0", &value));
	assert_number_equal(value, 0);
	value = 7;
	assert_false(int_of("9223372036854775808", &value));
	assert_false(int_of("-9223372036854775809", &value));
	assert_false(int_of("99999999999999999999999", &value));
	assert_false(int_of("1.0", &value));
	assert_false(int_of("1e3", &value));
	assert_false(int_of("\"1\"", &value));
	assert_number_equal(value, 7);
}

/* Says yes only to what the parser takes as one object, and yes to all that stand here as flat. */
static void
an_object_of_plain_values_is_known_in_one_go(void **state)
{
	(void)state;
	static const char *const flat[] = { "{}", "{\"a\":1}", "{\"a\":-0,\"b\":\"\",\"c\":true,\"d\":false,\"e\":null}", "{\"12345678\":\"123456789012345\\\"\"}",
		"{\"a\\\\\":\"\xc3\xa9 \x7f and more of it\\n\"}" };
	for (size_t i = 0; i < sizeof(flat) / sizeof(flat[0]); i++) {
		const char *seen = events_of(flat[i]);
		assert_true(seen[0] == '{' && seen[strlen(seen) - 1] == '.');
		assert_true(json_is_flat_object(flat[i], strlen(flat[i])));
		for (size_t size = 0; size < strlen(flat[i]); size++)
			assert_false(json_is_flat_object(flat[i], size));
	}
	static const char *const other[] = { "", "[]", "{\"a\":1}}", "{\"a\":1},", "{\"a\":1,}", "{,\"a\":1}", "{\"a\":01}", "{\"a\":-}", "{\"a\":-true}", "{\"a\"}", "{\"a\":}",
		"{\"a\":1 }", "{ \"a\":1}", "{\"a\":[1]}", "{\"a\":1.5}", "{\"a\":1e9}", "{\"a\":tru}", "{\"a\":nullx}", "{\"a\":\"b\"", "{\"a\":\"\\x\"}", "{\"a\":\"a\tb\"}", "{\"a\":\"1234567\n\"}",
		"{\"a\tb\":1}", "{1:1}", "{\"a\":1\"b\":2}" };
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (json_is_flat_object(other[i], strlen(other[i])))
			fail_msg("taken for flat: %s", other[i]);
}

static size_t
put(char *out, size_t at, const char *text)
{
	size_t size = strlen(text);
	memcpy(out + at, text, size);
	return at + size;
}

/* Texts made of pieces, whole and broken ones: what is said to be flat the parser takes too, as an object of plain values; what the parser takes so without \u, spaces and fractions is flat. */
static void
both_checks_agree_on_texts_made_of_pieces(void **state)
{
	(void)state;
	static const char *const pieces[] = { "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"\\\"\"", "\"\\ud800\"", "\"\xff\xc3\"", "\"\xed\xa0\x80\"", "\"12345678\"", "\"123456\\n8\"", "\"1234567\x01\"",
		"\\", "\x1f", "\x7f", " ", "0", "-0", "01", "-", "12345678901234567890", "1.5", "true", "false", "null", "nul", "{}", "\\u0041" };
	enum { COUNT = sizeof(pieces) / sizeof(pieces[0]) };
	size_t flat = 0;
	for (size_t round = 0; round < 200000; round++) {
		char text[400];
		size_t n = put(text, 0, "{");
		for (unsigned i = 0, values = pick(4); i < values; i++) {
			n = put(text, n, i > 0 ? "," : "");
			n = put(text, n, "\"k\":");
			n = put(text, n, pieces[7 + pick(COUNT - 7)]);
		}
		n = put(text, n, "}");
		/* and one place of some is struck out, or has another piece */
		if (pick(3) == 0) {
			size_t at = pick((unsigned)n);
			const char *piece = pieces[pick(COUNT)];
			memmove(text + at + strlen(piece), text + at, n - at);
			memcpy(text + at, piece, strlen(piece));
			n += strlen(piece);
		}
		text[n] = '\0';
		const char *seen = events_of(text);
		size_t size = strlen(seen);
		bool object = seen[0] == '{' && seen[size - 1] == '.' && strpbrk(seen + 1, "{[") == NULL;
		bool plain = strpbrk(text, " .") == NULL;
		if (json_is_flat_object(text, n) && !object)
			fail_msg("taken for flat: %s", text);
		if (object && plain && strstr(text, "\\u") == NULL && !json_is_flat_object(text, n))
			fail_msg("not taken for flat: %s", text);
		flat += json_is_flat_object(text, n);
	}
	assert_true(flat > 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_object_is_given_event_by_event),
		cmocka_unit_test(broken_texts_end_in_an_error),
		cmocka_unit_test(an_error_and_the_end_stay_as_they_are),
		cmocka_unit_test(sixteen_levels_pass_and_seventeen_do_not),
		cmocka_unit_test(the_text_is_read_only_as_far_as_its_size),
		cmocka_unit_test(strings_are_decoded),
		cmocka_unit_test(a_key_is_compared_decoded_and_whole),
		cmocka_unit_test(skip_passes_over_a_whole_value),
		cmocka_unit_test(skip_says_when_the_text_is_broken),
		cmocka_unit_test(an_object_of_plain_values_is_known_in_one_go),
		cmocka_unit_test(both_checks_agree_on_texts_made_of_pieces),
		cmocka_unit_test(integers_are_taken_only_when_they_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_xml.c - the pull parser: paths, entities, encodings, and documents that are not well-formed. */
#include "tests/harness.h"

#include "triage/artefact/xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tokens as one line: "<path" opens, ">path" closes, "path=text". */
static void
tell(const char *text, char *out, size_t room, bool *ret_cut)
{
	struct xml x;
	struct buf value;
	enum xml_token token;
	size_t used = 0;
	buf_init(&value, 1 << 20);
	out[0] = '\0';
	xml_begin(&x, text, strlen(text));
	while ((token = xml_next(&x)) != XML_END && used < room - 1) {
		buf_clear(&value);
		if (token == XML_TEXT)
			xml_unescape(&value, x.text, x.is_raw);
		int n = snprintf(out + used, room - used, "%s%s%s%s ", token == XML_OPEN ? "<" : token == XML_CLOSE ? ">" : "", x.path, token == XML_TEXT ? "=" : "",
		    buf_cstr(&value));
		used += n > 0 ? (size_t)n : 0;
	}
	*ret_cut = x.cut;
	buf_release(&value);
}

static void
elements_have_paths_and_text(void **state)
{
	char out[500];
	bool cut;
	(void)state;
	tell("<?xml version='1.0'?><!-- <x> --><a:Task b='1>2'><c>x &lt; &#x41;&#66; &amp;&nbsp;</c><d/></a:Task>", out, sizeof(out), &cut);
	assert_string_equal(out, "<Task <Task/c Task/c=x < AB &&nbsp; >Task/c <Task/d >Task/d >Task ");
	assert_false(cut);
	tell("<a><![CDATA[<b>&lt;]]></a>", out, sizeof(out), &cut);
	assert_string_equal(out, "<a a=<b>&lt; >a ");
}

static void
entities_of_a_document_type_are_not_expanded(void **state)
{
	char out[500];
	bool cut;
	(void)state;
	tell("<!DOCTYPE a [<!ENTITY b \"&c;&c;\"> <!ENTITY c \"x\">]><a>&b;&#0;&#xd800;</a>", out, sizeof(out), &cut);
	assert_string_equal(out, "<a a=&b;\xef\xbf\xbd\xef\xbf\xbd >a ");
}

static void
what_is_not_well_formed_is_read_as_far_as_it_goes(void **state)
{
	char out[500];
	bool cut;
	(void)state;
	tell("<a><b>x</c>y</a></a></a>z", out, sizeof(out), &cut);
	assert_string_equal(out, "<a <a/b a/b=x >a/b a=y >a > > =z ");
	tell("<a><b>x", out, sizeof(out), &cut);
	assert_true(cut);
	tell("<a><!-- x", out, sizeof(out), &cut);
	assert_true(cut);
	tell("<a b='", out, sizeof(out), &cut);
	assert_true(cut);
	tell("<", out, sizeof(out), &cut);
	tell("<a><![CDATA[", out, sizeof(out), &cut);
	assert_true(cut);
}

static void
attributes_are_found_by_name(void **state)
{
	static const char text[] = "<p:a x = '1' y:Name=\"S&amp;T\" broken z='2'/>";
	struct xml x;
	struct buf value;
	(void)state;
	buf_init(&value, 100);
	xml_begin(&x, text, strlen(text));
	assert_int_equal(xml_next(&x), XML_OPEN);
	assert_true(xml_attribute(&x, "Name", &value));
	assert_string_equal(buf_cstr(&value), "S&T");
	buf_clear(&value);
	assert_true(xml_attribute(&x, "z", &value));
	assert_string_equal(buf_cstr(&value), "2");
	assert_false(xml_attribute(&x, "Nam", &value));
	assert_true(xml_is(&x, "a"));
	assert_int_equal(xml_next(&x), XML_CLOSE);
	buf_release(&value);
}

static void
great_depth_takes_no_more_than_time(void **state)
{
	enum { DEPTH = 100000 };
	char *text = malloc(3 * DEPTH + 1);
	struct xml x;
	size_t opened = 0;
	(void)state;
	for (size_t i = 0; i < DEPTH; i++)
		memcpy(text + 3 * i, "<b>", 3);
	xml_begin(&x, text, 3 * DEPTH);
	for (enum xml_token token; (token = xml_next(&x)) != XML_END;)
		opened += token == XML_OPEN;
	assert_number_equal(opened, DEPTH);
	assert_true(strlen(x.path) < XML_PATH);
	free(text);
}

static void
long_names_do_not_leave_the_path(void **state)
{
	char text[5000], out[6000];
	bool cut;
	(void)state;
	memset(text, 'n', sizeof(text));
	text[0] = '<';
	text[3000] = '>';
	snprintf(text + 3001, sizeof(text) - 3001, "<b>x</b>");
	tell(text, out, sizeof(out), &cut);
	assert_string_equal(out, "<* <*/b */b=x >*/b ");
}

static void
encodings_are_told_by_their_bytes(void **state)
{
	static const uint8_t little[] = { 0xff, 0xfe, '<', 0, 0x3d, 0xd8, 0x00, 0xde, '>', 0 }, big[] = { 0, '<', 0xd8, 0x3d, 0xde, 0x00, 0, '>' };
	struct buf out;
	(void)state;
	buf_init(&out, 10000);
	xml_decode(&out, (struct view){ little, sizeof(little) });
	assert_string_equal(buf_cstr(&out), "<\xf0\x9f\x98\x80>");
	buf_clear(&out);
	xml_decode(&out, (struct view){ big, sizeof(big) });
	assert_string_equal(buf_cstr(&out), "<\xf0\x9f\x98\x80>");
	buf_clear(&out);
	/* a pair of surrogates across the pieces in which big endian is turned */
	uint8_t more[2 * 600];
	for (size_t i = 0; i < sizeof(more); i += 4)
		memcpy(more + i, big + 2, 4);
	more[0] = 0, more[1] = '<';
	more[2] = 0, more[3] = '-';
	uint8_t odd[sizeof(more) + 2] = { 0, '<' };
	memcpy(odd + 2, more, sizeof(more));
	xml_decode(&out, (struct view){ odd, sizeof(odd) });
	assert_null(strstr(buf_cstr(&out), "\xed"));
	buf_clear(&out);
	xml_decode(&out, (struct view){ (const uint8_t *)"\xef\xbb\xbf<a>", 6 });
	assert_string_equal(buf_cstr(&out), "<a>");
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_have_paths_and_text),
		cmocka_unit_test(entities_of_a_document_type_are_not_expanded),
		cmocka_unit_test(what_is_not_well_formed_is_read_as_far_as_it_goes),
		cmocka_unit_test(attributes_are_found_by_name),
		cmocka_unit_test(great_depth_takes_no_more_than_time),
		cmocka_unit_test(long_names_do_not_leave_the_path),
		cmocka_unit_test(encodings_are_told_by_their_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

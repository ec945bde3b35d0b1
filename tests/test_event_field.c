/* test_event_field.c - the bounds of an event's data: whatever goes in, the event is sent, within bounds, and says what it lacks. */
#include "tests/artefact_harness.h"

static struct view given;
static bool as_item, say_cut;

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	(void)all;
	artefact_event(a, 1, "tested");
	if (as_item) {
		artefact_list(a, "list");
		for (unsigned i = 0; i < 8; i++)
			artefact_item(a, (const char *)given.data);
		artefact_list_end(a);
	} else {
		for (unsigned i = 0; i < 8; i++)
			artefact_bytes(a, "value", given.data, given.size);
	}
	if (say_cut)
		artefact_cut(a);
	return artefact_send(a, err);
}

static const struct artefact_kind kind = { .name = "test", .source = "other", .precision = "s", .parse = parse };

static void
run(struct parsed *p)
{
	struct triage_error err = { 0 };
	const struct artefact_subject who = { .path = "/x", .name = "x", .owner = "" };
	const struct artefact_sink sink = { .ctx = p, .event = parsed_take_event, .fact = parsed_take_fact, .problem = parsed_take_problem };
	struct artefact *a;
	assert_int_equal(artefact_open(&kind, &who, &sink, &a, &err), TRIAGE_OK);
	assert_int_equal(artefact_feed(a, (struct view){ (const uint8_t *)"", 0 }, true, &err), TRIAGE_OK);
	artefact_close(a);
	assert_number_equal(p->count, 1);
	assert_true(strlen(p->events[0].data) <= ARTEFACT_DATA_MAX + 16);
}

/* What takes most room in JSON: line ends, marks, bytes that are no text. The first byte is none that is written as it stands. */
static void
values_of_any_bytes_are_sent_within_bounds(void **state)
{
	(void)state;
	static const char fills[] = { '\n', '\t', '"', '\\', 1, (char)0xff, 'x' };
	static char text[ARTEFACT_VALUE_MAX + 2];
	for (size_t i = 0; i < sizeof(fills); i++)
		for (unsigned item = 0; item < 2; item++) {
			struct parsed p = { 0 };
			memset(text, fills[i], sizeof(text) - 1);
			text[0] = 1;
			given = (struct view){ (const uint8_t *)text, sizeof(text) - 1 };
			as_item = item == 1;
			run(&p);
			assert_non_null(strstr(p.events[0].data, "\"cut\":true}"));
			parsed_free(&p);
		}
	as_item = false;
}

static void
a_parser_can_say_that_it_left_something_out(void **state)
{
	(void)state;
	given = (struct view){ (const uint8_t *)"a", 1 };
	for (unsigned i = 0; i < 2; i++) {
		struct parsed p = { 0 };
		say_cut = i == 1;
		run(&p);
		assert_int_equal(strstr(p.events[0].data, "\"cut\":true") != NULL, say_cut);
		parsed_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(values_of_any_bytes_are_sent_within_bounds), cmocka_unit_test(a_parser_can_say_that_it_left_something_out) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fuzz_json.c - the JSON reader: each event, each text decoded; skipping must end where reading does. */
#include "tests/fuzz/targets.h"

#include "triage/base/json.h"

static void
json_value(const struct json *j, const char *text, size_t size)
{
	int64_t number;
	FUZZ_NEED(j->value >= text && j->value_size <= size - (size_t)(j->value - text));
	if (j->event == JSON_NUMBER) {
		json_int(j, &number);
		return;
	}
	SCOPED_BUF out;
	buf_init(&out, 4 * size + 16);
	json_string(j, &out);
	FUZZ_NEED(!out.failed);
	FUZZ_NEED(memchr(buf_cstr(&out), '\0', out.size) != NULL || json_is(j, buf_cstr(&out)));
}

int
fuzz_one_json(const uint8_t *data, size_t size)
{
	char *text = (char *)fuzz_copy(data, size);
	struct json j;
	size_t steps = 0;
	json_start(&j, text, size);
	while (json_next(&j) != JSON_END && j.event != JSON_ERROR) {
		FUZZ_NEED(++steps <= size && j.at <= size && j.depth <= JSON_DEPTH_MAX);
		if (j.event == JSON_KEY || j.event == JSON_STRING || j.event == JSON_NUMBER)
			json_value(&j, text, size);
	}
	enum json_event end = j.event;
	FUZZ_NEED(!json_is_flat_object(text, size) || end == JSON_END);
	FUZZ_NEED(json_next(&j) == end && j.at <= size);
	json_start(&j, text, size);
	json_next(&j);
	FUZZ_NEED((json_skip(&j) && json_next(&j) == JSON_END) == (end == JSON_END));
	free(text);
	return 0;
}
FUZZ_MAIN(json)

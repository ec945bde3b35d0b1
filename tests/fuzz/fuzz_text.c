/* fuzz_text.c - hostile names made harmless: what comes out must be what each output promises. */
#include "tests/fuzz/told.h"

#include "triage/base/json.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

/* Valid UTF-8 without NUL: the wire's own reader says so. */
static void
text_is_sound(const struct buf *b)
{
	struct wire_stream s;
	wire_stream_init(&s, -1);
	wire_put_bytes(&s, buf_cstr(b), b->size);
	struct wire_cursor c = { { (const uint8_t *)s.out.data, s.out.size }, false };
	char *store = malloc(b->size + 1);
	FUZZ_NEED(store != NULL && !b->failed);
	wire_get_text(&c, store, b->size);
	FUZZ_NEED(wire_all_read(&c));
	free(store);
	wire_stream_release(&s);
}

static void
text_each(const char *text, size_t size)
{
	static void (*const writers[])(struct buf *, const char *) = { text_csv, text_html, text_bodyfile };
	struct json j;
	SCOPED_BUF out;
	buf_init(&out, 16 * size + 64);
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		buf_clear(&out);
		writers[i](&out, text);
		text_is_sound(&out);
		FUZZ_NEED(i != 1 || strpbrk(buf_cstr(&out), "<>\"'") == NULL);
		FUZZ_NEED(i != 2 || strpbrk(buf_cstr(&out), "|\r\n") == NULL);
		FUZZ_NEED(i != 0 || out.size == 0 || strchr("=+-@\t\r", out.data[out.data[0] == '"']) == NULL);
	}
	buf_clear(&out);
	text_json_string(&out, text);
	text_is_sound(&out);
	FUZZ_NEED(strstr(buf_cstr(&out), "</") == NULL);
	json_start(&j, buf_cstr(&out), out.size);
	FUZZ_NEED(json_next(&j) == JSON_STRING && json_is(&j, text) && json_next(&j) == JSON_END);
}

/* However long it is, as the message of a problem and as the text of an error it must come through the wire. */
static void
text_is_told(const char *text)
{
	static struct told t;
	struct triage_error err = { .text = "" };
	const struct triage_problem p = { .stage = "list", .code = "x", .message = text, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID };
	if (text[0] == '\0')
		return;
	told_begin(&t);
	FUZZ_NEED(told_problem(&t, &p, &err) == TRIAGE_OK);
	triage_error_set(&err, TRIAGE_E_FORMAT, 0, "cannot read %s", text);
	told_error(&t, &err);
	told_end(&t);
}

int
fuzz_one_text(const uint8_t *data, size_t size)
{
	uint8_t *raw = fuzz_copy(data, size);
	int64_t when;
	char shown[WHEN_TEXT_SIZE];
	SCOPED_BUF out;
	buf_init(&out, 16 * size + 64);
	text_display(&out, raw, size);
	text_is_sound(&out);
	for (size_t i = 0; i < out.size; i++)
		FUZZ_NEED((uint8_t)out.data[i] >= 0x20 && out.data[i] != 0x7f);
	text_each(buf_cstr(&out), out.size);
	text_is_told(buf_cstr(&out));
	char *words = fuzz_text(data, size);
	text_is_told(words);
	if (when_parse(words, &when))
		when_text(when, 9, "Z", shown);
	free(words);
	buf_clear(&out);
	text_from_utf16le(&out, raw, size / 2);
	FUZZ_NEED(!out.failed && out.size <= size / 2 * 3);
	free(raw);
	return 0;
}
FUZZ_MAIN(text)

#include "triage/report/export.h"

#include "triage/base/digest.h"
#include "triage/base/json.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- JSON --- */

void
export_comma(struct buf *b)
{
	char last = b->size > 0 ? b->data[b->size - 1] : '{';
	if (last != '{' && last != '[' && last != ':' && last != '\n')
		buf_char(b, ',');
}

/* Keys are ours: nothing in them wants an escape. */
void
export_member(struct buf *b, const char *key)
{
	export_comma(b);
	buf_char(b, '"');
	buf_text(b, key);
	buf_put(b, "\":", 2);
}

/* Most text is plain and goes in one piece. */
static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e || *text == '"' || *text == '\\' || *text == '<')
			return false;
	return true;
}

void
export_text(struct buf *b, const char *key, const char *text)
{
	export_member(b, key);
	if (text == NULL || !is_plain(text)) {
		text_json_string(b, text);
		return;
	}
	buf_char(b, '"');
	buf_text(b, text);
	buf_char(b, '"');
}

void
export_number(struct buf *b, const char *key, int64_t value)
{
	char text[24];
	export_member(b, key);
	buf_put(b, text, export_digits(value, text));
}

size_t
export_digits(int64_t value, char text[24])
{
	char turned[24];
	size_t count = 0, size = 0;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	do
		turned[count++] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		text[size++] = '-';
	while (count > 0)
		text[size++] = turned[--count];
	return size;
}

void
export_flag(struct buf *b, const char *key, bool value)
{
	export_member(b, key);
	buf_text(b, value ? "true" : "false");
}

void
export_digits_member(struct buf *b, const char *key, const char *digits, size_t size)
{
	export_member(b, key);
	buf_put(b, size > 0 ? digits : "null", size > 0 ? size : 4);
}

bool
export_is_json(const char *text, size_t size)
{
	struct json j;
	json_start(&j, text, size);
	if (json_next(&j) == JSON_ERROR || !json_skip(&j))
		return false;
	return json_next(&j) == JSON_END;
}

void
export_raw(struct buf *b, const char *key, const char *text)
{
	export_member(b, key);
	if (text[0] == '\0') {
		buf_text(b, "null");
	} else if (!export_is_json(text, strlen(text))) {
		text_json_string(b, text);
	} else {
		/* line ends can only stand between the tokens */
		size_t start = b->size;
		buf_text(b, text);
		for (size_t i = start; i < b->size; i++)
			if (b->data[i] == '\n' || b->data[i] == '\r')
				b->data[i] = ' ';
	}
}

void
export_column_text(struct buf *b, const char *key, struct case_cursor *c, size_t column)
{
	export_text(b, key, case_null(c, column) ? NULL : case_text(c, column));
}

void
export_column_number(struct buf *b, const char *key, struct case_cursor *c, size_t column)
{
	if (!case_null(c, column)) {
		export_number(b, key, case_int(c, column));
		return;
	}
	export_member(b, key);
	buf_text(b, "null");
}

/* --- facts --- */

const char *
export_fact(struct case_reader *c, const char *key, const char *other, char *room, size_t size)
{
	snprintf(room, size, "%s", case_meta(c, key));
	if (room[0] == '\0' && other != NULL)
		snprintf(room, size, "%s", case_meta(c, other));
	return room;
}

int64_t
export_fact_number(struct case_reader *c, const char *key)
{
	return strtoll(case_meta(c, key), NULL, 10);
}

int64_t
export_case_time(struct case_reader *c)
{
	int64_t time = TRIAGE_TIME_NONE;
	struct case_cursor *rows;
	struct triage_error ignored;
	if (when_parse(case_meta(c, "started"), &time))
		return time;
	if (case_rows(c, CASE_CUSTODY, CASE_BY_ID, &rows, &ignored) != TRIAGE_OK)
		return TRIAGE_TIME_NONE;
	if (case_next(rows, &ignored) == TRIAGE_OK && !case_null(rows, CASE_CUSTODY_TIME))
		time = case_int(rows, CASE_CUSTODY_TIME);
	case_cursor_close(rows);
	return time;
}

const char *
export_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* --- UUID --- */

const uint8_t uuid_triage[16] = { 0x9d, 0x4c, 0x7a, 0x52, 0x31, 0x0e, 0x4b, 0x66, 0x8f, 0x1d, 0x2a, 0x70, 0xc5, 0x9e, 0x13, 0x48 };
const uint8_t uuid_stix[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };

void
uuid_of(const uint8_t name_space[16], const void *name, size_t size, char out[UUID_TEXT_SIZE])
{
	uint8_t v[DIGEST_MAX] = { 0 };
	struct digest *d;
	struct triage_error ignored;
	if (digest_new(DIGEST_SHA1, &d, &ignored) == TRIAGE_OK) {
		digest_update(d, name_space, 16);
		digest_update(d, name, size);
		digest_final(d, v);
		digest_free(d);
	}
	v[6] = (uint8_t)((v[6] & 0x0f) | 0x50);
	v[8] = (uint8_t)((v[8] & 0x3f) | 0x80);
	char hex[33];
	text_hex(hex, v, 16);
	snprintf(out, UUID_TEXT_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

enum triage_status
export_rows(struct case_reader *reader, enum case_view view, enum case_order order, export_row *put, void *ctx, struct output *out,
    struct triage_error *err)
{
	struct case_cursor *c;
	SCOPED_BUF b;
	buf_init(&b, EXPORT_ROW_MAX);
	enum triage_status st = case_rows(reader, view, order, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		buf_clear(&b);
		put(&b, c, ctx);
		st = buf_check(&b, err);
		if (st != TRIAGE_OK)
			break;
		output_buf(out, &b);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

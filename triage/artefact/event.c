/* event.c - an event field by field: harmless text, JSON, bounds; facts and remarks. */
#include "triage/artefact/artefact_inside.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TAIL_ROOM = 64, NAME_ROOM = 256, FACT_ROOM = 900 };

void
artefact_out_init(struct artefact *a)
{
	buf_init(&a->user, 4 * NAME_ROOM);
	buf_init(&a->host, 4 * NAME_ROOM);
	buf_init(&a->message, 8 * ARTEFACT_MESSAGE_MAX);
	buf_init(&a->parser, NAME_ROOM);
	buf_init(&a->data, ARTEFACT_DATA_MAX + TAIL_ROOM);
	buf_init(&a->text, 8 * ARTEFACT_VALUE_MAX);
}

void
artefact_out_release(struct artefact *a)
{
	buf_release(&a->user);
	buf_release(&a->host);
	buf_release(&a->message);
	buf_release(&a->parser);
	buf_release(&a->data);
	buf_release(&a->text);
}

void
artefact_event(struct artefact *a, int64_t time, const char *meaning)
{
	buf_clear(&a->user);
	buf_clear(&a->host);
	buf_clear(&a->message);
	buf_clear(&a->data);
	buf_char(&a->data, '{');
	a->event = (struct triage_event){ .time = time, .meaning = meaning, .source = a->kind->source, .precision = a->kind->precision, .technique = "",
	    .parser = a->kind->name, .offset = TRIAGE_NO_ID };
	a->first_field = true;
	a->cut = a->in_list = a->list_left_out = false;
}

void
artefact_again(struct artefact *a, int64_t time, const char *meaning)
{
	a->event.time = time;
	a->event.meaning = meaning;
}

void
artefact_offset(struct artefact *a, uint64_t offset)
{
	a->event.offset = offset;
}

void
artefact_local(struct artefact *a)
{
	a->event.local = true;
}

void
artefact_precision(struct artefact *a, const char *precision)
{
	a->event.precision = precision;
}

void
artefact_source(struct artefact *a, const char *source)
{
	a->event.source = source;
}

void
artefact_part(struct artefact *a, const char *part)
{
	buf_clear(&a->parser);
	buf_format(&a->parser, "%s.%s", a->kind->name, part);
	a->event.parser = buf_cstr(&a->parser);
}

void
artefact_technique(struct artefact *a, const char *technique)
{
	a->event.technique = technique;
}

/* Text of at most max bytes, cut before a character that does not fit. */
static void
put_text(struct buf *into, const char *text, size_t max)
{
	size_t size = strlen(text);
	buf_clear(into);
	if (size > max) {
		size = max;
		while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	buf_put(into, text, size);
}

/* Any bytes to harmless text in a->text; a value that is too long is cut. */
static const char *
harmless(struct artefact *a, const void *bytes, size_t size)
{
	const char *p = bytes;
	if (size > ARTEFACT_VALUE_MAX) {
		size = ARTEFACT_VALUE_MAX;
		while (size > ARTEFACT_VALUE_MAX - 4 && ((unsigned char)p[size] & 0xc0) == 0x80)
			size--;
		a->cut = true;
	}
	buf_clear(&a->text);
	text_display(&a->text, p, size);
	return buf_cstr(&a->text);
}

void
artefact_user(struct artefact *a, const char *user)
{
	put_text(&a->user, harmless(a, user, strlen(user)), NAME_ROOM);
}

void
artefact_host(struct artefact *a, const char *host)
{
	put_text(&a->host, harmless(a, host, strlen(host)), NAME_ROOM);
}

void
artefact_message(struct artefact *a, const char *format, ...)
{
	char line[ARTEFACT_MESSAGE_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* a message is one line: line ends and tabs are spaces, all else that is no text is escaped */
	size_t size = strlen(line);
	for (size_t i = 0; i < size; i++)
		if (line[i] == '\n' || line[i] == '\r' || line[i] == '\t')
			line[i] = ' ';
	if (size == sizeof(line) - 1)
		while (size > 0 && ((unsigned char)line[size - 1] & 0xc0) == 0x80)
			size--;
	if (size == sizeof(line) - 1 || (size > 0 && ((unsigned char)line[size - 1] & 0xc0) == 0xc0))
		size--;
	line[size] = '\0';
	buf_clear(&a->message);
	text_safe(&a->message, line);
}

/* --- fields --- */

/* Begin a field. False when it must be left out: no room. */
static bool
field(struct artefact *a, const char *key, size_t needed)
{
	size_t key_size = strlen(key);
	if (a->data.failed || a->data.size + key_size + needed + 8 > ARTEFACT_DATA_MAX) {
		a->cut = true;
		return false;
	}
	if (!a->first_field)
		buf_char(&a->data, ',');
	a->first_field = false;
	buf_char(&a->data, '"');
	for (size_t i = 0; i < key_size && i < 100; i++) {
		char c = key[i];
		c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		buf_char(&a->data, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_');
	}
	buf_text(&a->data, "\":");
	return true;
}

void
artefact_bytes(struct artefact *a, const char *key, const void *text, size_t size)
{
	/* line ends and tabs are part of a value: only the JSON form escapes them */
	size_t kept = size > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : size;
	const char *p = text;
	buf_clear(&a->text);
	for (size_t from = 0, i = 0; i <= kept; i++) {
		if (i < kept && p[i] != '\n' && p[i] != '\t' && p[i] != '\r')
			continue;
		text_display(&a->text, p + from, i - from);
		if (i < kept)
			buf_char(&a->text, p[i]);
		from = i + 1;
	}
	a->cut = a->cut || kept < size;
	const char *value = buf_cstr(&a->text);
	if (!field(a, key, 2 * a->text.size + 2))
		return;
	buf_char(&a->data, '"');
	text_json(&a->data, value);
	buf_char(&a->data, '"');
}

void
artefact_text(struct artefact *a, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		artefact_bytes(a, key, value, strlen(value));
}

void
artefact_utf16(struct artefact *a, const char *key, const uint8_t *data, size_t units)
{
	SCOPED_BUF value;
	buf_init(&value, 3 * ARTEFACT_VALUE_MAX + 8);
	size_t n = 0;
	while (n < units && (data[2 * n] != 0 || data[2 * n + 1] != 0))
		n++;
	a->cut = a->cut || n > ARTEFACT_VALUE_MAX;
	text_from_utf16le(&value, data, n > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : n);
	artefact_bytes(a, key, buf_cstr(&value), value.size);
}

void
artefact_number(struct artefact *a, const char *key, int64_t value)
{
	if (field(a, key, 24))
		buf_format(&a->data, "%" PRId64, value);
}

void
artefact_unsigned(struct artefact *a, const char *key, uint64_t value)
{
	if (field(a, key, 24))
		buf_format(&a->data, "%" PRIu64, value);
}

void
artefact_flag(struct artefact *a, const char *key, bool value)
{
	if (field(a, key, 8))
		buf_text(&a->data, value ? "true" : "false");
}

void
artefact_hex(struct artefact *a, const char *key, const void *data, size_t size)
{
	const uint8_t *p = data;
	size_t kept = size > ARTEFACT_VALUE_MAX / 2 ? ARTEFACT_VALUE_MAX / 2 : size;
	a->cut = a->cut || kept < size;
	if (!field(a, key, 2 * kept + 2))
		return;
	buf_char(&a->data, '"');
	for (size_t i = 0; i < kept; i++) {
		char two[3];
		text_hex(two, p + i, 1);
		buf_put(&a->data, two, 2);
	}
	buf_char(&a->data, '"');
}

void
artefact_when(struct artefact *a, const char *key, int64_t time)
{
	char text[WHEN_TEXT_SIZE];
	if (time != TRIAGE_TIME_NONE)
		artefact_text(a, key, when_text(time, 9, "Z", text));
}

void
artefact_list(struct artefact *a, const char *key)
{
	a->list_left_out = !field(a, key, 8);
	a->in_list = a->first_item = true;
	if (!a->list_left_out)
		buf_char(&a->data, '[');
}

void
artefact_item(struct artefact *a, const char *value)
{
	if (!a->in_list || a->list_left_out)
		return;
	const char *shown = harmless(a, value, strlen(value));
	if (a->data.size + 2 * a->text.size + 8 > ARTEFACT_DATA_MAX) {
		a->cut = true;
		return;
	}
	buf_text(&a->data, a->first_item ? "\"" : ",\"");
	text_json(&a->data, shown);
	buf_char(&a->data, '"');
	a->first_item = false;
}

void
artefact_list_end(struct artefact *a)
{
	if (a->in_list && !a->list_left_out)
		buf_char(&a->data, ']');
	a->in_list = false;
}

enum triage_status
artefact_send(struct artefact *a, struct triage_error *err)
{
	if (a->event.time == TRIAGE_TIME_NONE)
		return TRIAGE_OK;
	if (a->data.failed || a->message.failed || a->text.failed || a->user.failed || a->host.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an event");
		return TRIAGE_E_MEMORY;
	}
	size_t size = a->data.size;
	if (a->cut)
		buf_text(&a->data, a->first_field ? "\"cut\":true" : ",\"cut\":true");
	buf_char(&a->data, '}');
	a->event.user = buf_cstr(&a->user);
	a->event.host = buf_cstr(&a->host);
	a->event.message = buf_cstr(&a->message);
	a->event.data = buf_cstr(&a->data);
	enum triage_status st = a->sink->event(a->sink->ctx, &a->event, err);
	/* it may be sent again, with another time */
	a->data.size = size;
	a->data.data[size] = '\0';
	return st;
}

/* --- facts and remarks --- */

static enum triage_status
send_fact(struct artefact *a, const char *kind, const char *subject, const char *name, const char *value, int64_t time, unsigned weight,
    struct triage_error *err)
{
	char who[FACT_ROOM + 1];
	const char *shown = harmless(a, subject, strlen(subject));
	snprintf(who, sizeof(who), "%s", strlen(shown) <= FACT_ROOM ? shown : "");
	shown = harmless(a, value, strlen(value));
	SCOPED_BUF short_value;
	buf_init(&short_value, FACT_ROOM + 1);
	put_text(&short_value, shown, FACT_ROOM);
	return a->sink->fact(a->sink->ctx, &(struct triage_fact){ .kind = kind, .subject = who, .name = name, .value = buf_cstr(&short_value), .time = time,
		.weight = weight > 100 ? 100 : weight }, err);
}

enum triage_status
artefact_fact(struct artefact *a, const char *kind, const char *subject, const char *name, const char *value, unsigned weight, struct triage_error *err)
{
	return value == NULL || value[0] == '\0' ? TRIAGE_OK : send_fact(a, kind, subject, name, value, TRIAGE_TIME_NONE, weight, err);
}

enum triage_status
artefact_fact_time(struct artefact *a, const char *kind, const char *subject, const char *name, int64_t time, unsigned weight, struct triage_error *err)
{
	return time == TRIAGE_TIME_NONE ? TRIAGE_OK : send_fact(a, kind, subject, name, "", time, weight, err);
}

static enum triage_status
send_remark(struct artefact *a, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *line, struct triage_error *err)
{
	SCOPED_BUF shown;
	buf_init(&shown, 8 * NAME_ROOM + 64);
	text_safe(&shown, line);
	return a->sink->problem(a->sink->ctx, &(struct triage_problem){ .stage = "artefact", .severity = severity, .code = code, .message = buf_cstr(&shown),
		.inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = offset, .bytes = bytes }, err);
}

enum triage_status
artefact_remark(struct artefact *a, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, struct triage_error *err,
    const char *format, ...)
{
	char line[NAME_ROOM];
	size_t i = 0;
	while (i < ARTEFACT_CODES - 1 && a->remarks[i].code != NULL && strcmp(a->remarks[i].code, code) != 0)
		i++;
	if (a->remarks[i].code == NULL)
		a->remarks[i].code = code;
	if (++a->remarks[i].count > ARTEFACT_REMARKS) {
		a->remarks[i].bytes += bytes;
		return TRIAGE_OK;
	}
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	return send_remark(a, severity, code, offset, bytes, line, err);
}

enum triage_status
artefact_remarks_end(struct artefact *a, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < ARTEFACT_CODES && a->remarks[i].code != NULL && st == TRIAGE_OK; i++) {
		char line[NAME_ROOM];
		if (a->remarks[i].count <= ARTEFACT_REMARKS)
			continue;
		snprintf(line, sizeof(line), "the same %ju more times in this file", (uintmax_t)(a->remarks[i].count - ARTEFACT_REMARKS));
		st = send_remark(a, TRIAGE_LOW, a->remarks[i].code, TRIAGE_NO_ID, a->remarks[i].bytes, line, err);
		a->remarks[i].count = 0;
	}
	return st;
}

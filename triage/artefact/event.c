/* event.c - an event from its beginning until it is sent; facts and remarks. Its fields are in event_field.c. */
#include "triage/artefact/artefact_inside.h"

#include "triage/artefact/plain.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_ROOM = 256, FACT_ROOM = 900 };

void
artefact_out_init(struct artefact *a)
{
	buf_init(&a->user, 4 * NAME_ROOM);
	buf_init(&a->host, 4 * NAME_ROOM);
	buf_init(&a->message, 8 * ARTEFACT_MESSAGE_MAX);
	buf_init(&a->parser, NAME_ROOM);
	buf_init(&a->data, ARTEFACT_DATA_MAX + ARTEFACT_DATA_SPARE);
	buf_init(&a->text, 8 * ARTEFACT_VALUE_MAX);
	buf_init(&a->wide, 3 * ARTEFACT_VALUE_MAX + 8);
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
	buf_release(&a->wide);
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

void
artefact_user(struct artefact *a, const char *user)
{
	put_text(&a->user, artefact_harmless(a, user, strlen(user)), NAME_ROOM);
}

void
artefact_host(struct artefact *a, const char *host)
{
	put_text(&a->host, artefact_harmless(a, host, strlen(host)), NAME_ROOM);
}

/* A message is one line: line ends and tabs are spaces, all else that is no text is escaped. line may be changed. */
static void
put_message(struct artefact *a, char *line, size_t size)
{
	for (size_t i = plain_run(line, size); i < size; i++)
		if (line[i] == '\n' || line[i] == '\r' || line[i] == '\t')
			line[i] = ' ';
	if (size == ARTEFACT_MESSAGE_MAX - 1)
		while (size > 0 && ((unsigned char)line[size - 1] & 0xc0) == 0x80)
			size--;
	if (size == ARTEFACT_MESSAGE_MAX - 1 || (size > 0 && ((unsigned char)line[size - 1] & 0xc0) == 0xc0))
		size--;
	artefact_put_harmless(&a->message, line, size);
}

void
artefact_message(struct artefact *a, const char *format, ...)
{
	char line[ARTEFACT_MESSAGE_MAX];
	va_list arguments;
	buf_clear(&a->message);
	va_start(arguments, format);
	if (strcmp(format, "%s") == 0) {
		/* the common case without printf, and without a copy when it is plain */
		const char *whole = va_arg(arguments, const char *);
		size_t n = strnlen(whole, sizeof(line) - 1);
		if (n < sizeof(line) - 1 && plain_run(whole, n) == n) {
			buf_put(&a->message, whole, n);
		} else {
			memcpy(line, whole, n);
			put_message(a, line, n);
		}
	} else {
		int n = vsnprintf(line, sizeof(line), format, arguments);
		put_message(a, line, n < 0 ? 0 : (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
	}
	va_end(arguments);
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
	const char *shown = artefact_harmless(a, subject, strlen(subject));
	snprintf(who, sizeof(who), "%s", strlen(shown) <= FACT_ROOM ? shown : "");
	shown = artefact_harmless(a, value, strlen(value));
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

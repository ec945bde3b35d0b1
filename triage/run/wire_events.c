/* wire_events.c - what artefact parsers tell, as payloads and back. */
#include "triage/base/json.h"
#include "triage/run/wire.h"

#include <string.h>

enum { WORD_MAX = 100, TEXT_MAX = 1024, FACT_MAX = 1000, PARSER_MAX = 64, WEIGHT_MAX = 100 };

void
wire_put_event(struct wire_stream *s, uint64_t job, const struct triage_event *e)
{
	size_t mark;
	wire_begin(s, WIRE_EVENT, job, &mark);
	wire_put_i64(s, e->time);
	wire_put_u64(s, e->local);
	wire_put_text(s, e->precision);
	wire_put_text(s, e->meaning);
	wire_put_text(s, e->source);
	wire_put_text(s, e->parser);
	wire_put_text(s, e->technique);
	wire_put_text(s, e->host);
	wire_put_text(s, e->user);
	wire_put_text(s, e->message);
	wire_put_text(s, e->data);
	wire_put_u64(s, e->offset);
	wire_end(s, mark);
}

/* Fields may be added at its end, so it ends with its brace, and an empty one is nothing but braces. */
static bool
is_object(const char *text)
{
	struct json j;
	size_t size = strlen(text);
	if (size < 2 || text[0] != '{' || (text[1] != '"' && text[1] != '}') || text[size - 1] != '}')
		return false;
	if (json_is_flat_object(text, size))
		return true;
	json_start(&j, text, size);
	return json_next(&j) == JSON_OBJECT && json_skip(&j) && json_next(&j) == JSON_END;
}

bool
wire_get_event(struct view payload, struct wire_event_store *store, struct triage_event *ret)
{
	struct wire_cursor c = { payload, false };
	ret->time = wire_get_i64(&c);
	ret->local = wire_get_enum(&c, 2) != 0;
	ret->precision = wire_get_text(&c, store->words[0], WORD_MAX);
	ret->meaning = wire_get_text(&c, store->words[1], WORD_MAX);
	ret->source = wire_get_text(&c, store->words[2], WORD_MAX);
	ret->parser = wire_get_text(&c, store->words[3], WORD_MAX);
	ret->technique = wire_get_text(&c, store->words[4], WORD_MAX);
	ret->host = wire_get_text(&c, store->words[5], TEXT_MAX);
	ret->user = wire_get_text(&c, store->words[6], TEXT_MAX);
	ret->message = wire_get_text(&c, store->message, WIRE_EVENT_MESSAGE);
	ret->data = wire_get_text(&c, store->data, WIRE_EVENT_DATA);
	ret->offset = wire_get_u64(&c);
	return wire_all_read(&c) && ret->time != TRIAGE_TIME_NONE && is_object(ret->data);
}

void
wire_put_fact(struct wire_stream *s, uint64_t job, const struct triage_fact *f)
{
	size_t mark;
	wire_begin(s, WIRE_FACT, job, &mark);
	wire_put_text(s, f->kind);
	wire_put_text(s, f->subject);
	wire_put_text(s, f->name);
	wire_put_text(s, f->value);
	wire_put_i64(s, f->time);
	wire_put_u64(s, f->weight);
	wire_end(s, mark);
}

bool
wire_get_fact(struct view payload, struct wire_store *store, struct triage_fact *ret)
{
	struct wire_cursor c = { payload, false };
	ret->kind = wire_get_text(&c, store->text[0], WORD_MAX);
	ret->subject = wire_get_text(&c, store->text[1], FACT_MAX);
	ret->name = wire_get_text(&c, store->text[2], WORD_MAX);
	ret->value = wire_get_text(&c, store->text[3], FACT_MAX);
	ret->time = wire_get_i64(&c);
	ret->weight = wire_get_enum(&c, WEIGHT_MAX + 1);
	return wire_all_read(&c);
}

void
wire_put_artefact(struct wire_stream *s, uint64_t job, const struct triage_parsed *p)
{
	size_t mark;
	wire_begin(s, WIRE_ARTEFACT, job, &mark);
	wire_put_text(s, p->parser);
	wire_put_u64(s, p->bytes);
	wire_put_u64(s, p->events);
	wire_put_u64(s, p->whole);
	wire_end(s, mark);
}

bool
wire_get_artefact(struct view payload, struct wire_store *store, struct triage_parsed *ret)
{
	struct wire_cursor c = { payload, false };
	ret->parser = wire_get_text(&c, store->text[0], PARSER_MAX);
	ret->bytes = wire_get_u64(&c);
	ret->events = wire_get_u64(&c);
	ret->whole = wire_get_enum(&c, 2) != 0;
	return wire_all_read(&c);
}

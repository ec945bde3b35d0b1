#include "triage/report/examples.h"

#include "triage/base/when.h"

#include <string.h>

enum { TEXT_MAX = 1 << 16 };

void
examples_begin(struct examples *e, const char *detail)
{
	*e = (struct examples){ .inside = false };
	buf_init(&e->at.path, TEXT_MAX);
	buf_init(&e->at.string_id, TEXT_MAX);
	buf_init(&e->at.sample, TEXT_MAX);
	buf_init(&e->time, TEXT_MAX);
	json_start(&e->j, detail, strlen(detail));
	bool ok = json_next(&e->j) == JSON_OBJECT;
	while (ok && !e->inside && json_next(&e->j) == JSON_KEY) {
		e->inside = json_is(&e->j, "examples") && json_next(&e->j) == JSON_ARRAY;
		ok = e->inside || json_skip(&e->j);
	}
}

static bool
read_object(struct examples *e)
{
	struct example *x = &e->at;
	struct { const char *key; struct buf *text; int64_t *number; } fields[] = {
		{ "path", &x->path, NULL }, { "string_id", &x->string_id, NULL }, { "sample", &x->sample, NULL }, { "time", &e->time, NULL },
		{ "file_id", NULL, &x->file_id }, { "event_id", NULL, &x->event_id }, { "offset", NULL, &x->offset }, { "length", NULL, &x->length },
	};
	while (json_next(&e->j) == JSON_KEY) {
		size_t i = 0, count = sizeof(fields) / sizeof(fields[0]);
		while (i < count && !json_is(&e->j, fields[i].key))
			i++;
		json_next(&e->j);
		if (i < count && fields[i].text != NULL && e->j.event == JSON_STRING)
			json_string(&e->j, fields[i].text);
		else if (i < count && fields[i].number != NULL)
			(void)json_int(&e->j, fields[i].number);
		if (!json_skip(&e->j))
			return false;
	}
	return e->j.event == JSON_OBJECT_END;
}

const struct example *
examples_next(struct examples *e)
{
	struct example *x = &e->at;
	while (e->inside) {
		enum json_event event = json_next(&e->j);
		if (event == JSON_OBJECT)
			break;
		e->inside = event != JSON_ARRAY_END && event != JSON_END && json_skip(&e->j);
	}
	if (!e->inside)
		return NULL;
	x->file_id = x->event_id = x->offset = x->length = -1;
	buf_clear(&x->path);
	buf_clear(&x->string_id);
	buf_clear(&x->sample);
	buf_clear(&e->time);
	e->inside = read_object(e);
	if (!when_parse(buf_cstr(&e->time), &x->time))
		x->time = TRIAGE_TIME_NONE;
	return e->inside ? x : NULL;
}

void
examples_end(struct examples *e)
{
	buf_release(&e->at.path);
	buf_release(&e->at.string_id);
	buf_release(&e->at.sample);
	buf_release(&e->time);
	e->inside = false;
}

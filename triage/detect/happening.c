#include "triage/detect/happening.h"

#include "triage/base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 1 << 20 };

void
happening_init(struct happening *h)
{
	*h = (struct happening){ .event = NULL };
	buf_init(&h->text, TEXT_MAX);
	buf_init(&h->key, TEXT_MAX);
}

void
happening_release(struct happening *h)
{
	buf_release(&h->text);
	buf_release(&h->key);
}

void
happening_begin(struct happening *h, const struct detect_event *event)
{
	h->event = event;
	h->count = 0;
	h->apart = h->cut = false;
	buf_clear(&h->text);
}

uint32_t
happening_hash(const char *name)
{
	uint32_t hash = 2166136261u;
	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)(*name >= 'A' && *name <= 'Z' ? *name + 32 : *name)) * 16777619u;
	return hash;
}

/* The names of the objects around a value, joined by dots. */
struct place {
	char name[HAPPENING_NAME_MAX];
	size_t ends[JSON_DEPTH_MAX + 1];	/* bytes of the name at each level */
};

static void
name_key(struct happening *h, struct place *p, const struct json *j)
{
	size_t size = p->ends[j->depth - 1], i = 0;
	struct buf *key = &h->key;
	buf_clear(key);
	json_string(j, key);
	if (size > 0 && size + 1 < sizeof(p->name))
		p->name[size++] = '.';
	for (; i < key->size && size + 1 < sizeof(p->name); i++)
		p->name[size++] = key->data[i] == '\0' ? '_' : (char)key->data[i];
	p->name[size] = '\0';
	p->ends[j->depth] = size;
	h->cut |= i < key->size || key->failed;
}

/* Offsets in text stand in for the pointers until all text is there. */
static void
keep_field(struct happening *h, struct place *p, const struct json *j)
{
	if (h->count == HAPPENING_FIELDS_MAX) {
		h->cut = true;
		return;
	}
	struct happening_field *f = &h->fields[h->count];
	p->name[p->ends[j->depth]] = '\0';
	f->hash = happening_hash(p->name);
	f->name = (const char *)h->text.size;
	buf_put(&h->text, p->name, strlen(p->name) + 1);
	f->value = (const char *)h->text.size;
	if (j->event == JSON_STRING)
		json_string(j, &h->text);
	else if (j->event == JSON_NUMBER)
		buf_put(&h->text, j->value, j->value_size);
	else if (j->event != JSON_NULL)
		buf_text(&h->text, j->event == JSON_TRUE ? "true" : "false");
	buf_char(&h->text, '\0');
	h->cut |= h->text.failed;
	h->count += !h->text.failed;
}

static void
take_apart(struct happening *h)
{
	struct json j;
	struct place p = { .name = "" };
	h->apart = true;
	json_start(&j, h->event->data, strlen(h->event->data));
	for (enum json_event e = json_next(&j); e != JSON_END && !h->text.failed; e = json_next(&j)) {
		if (e == JSON_ERROR) {
			h->cut = true;
			break;
		}
		if (e == JSON_KEY)
			name_key(h, &p, &j);
		else if (e == JSON_OBJECT || e == JSON_ARRAY)
			p.ends[j.depth] = p.ends[j.depth - 1];
		else if (e != JSON_OBJECT_END && e != JSON_ARRAY_END)
			keep_field(h, &p, &j);
	}
	for (size_t i = 0; i < h->count; i++) {
		h->fields[i].name = buf_cstr(&h->text) + (size_t)h->fields[i].name;
		h->fields[i].value = buf_cstr(&h->text) + (size_t)h->fields[i].value;
	}
}

const struct happening_field *
happening_fields(struct happening *h, size_t *ret_count)
{
	if (!h->apart)
		take_apart(h);
	*ret_count = h->count;
	return h->fields;
}

const char *
happening_next(struct happening *h, const char *name, size_t *at)
{
	uint32_t hash = happening_hash(name);
	if (!h->apart)
		take_apart(h);
	for (size_t i = *at; i < h->count; i++)
		if (h->fields[i].hash == hash && strcasecmp(h->fields[i].name, name) == 0) {
			*at = i + 1;
			return h->fields[i].value;
		}
	return NULL;
}

const char *
happening_text(struct happening *h, const char *name)
{
	size_t at = 0;
	const char *value = happening_next(h, name, &at);
	return value != NULL ? value : "";
}

bool
happening_number(struct happening *h, const char *name, int64_t *ret_value)
{
	const char *text = happening_text(h, name);
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	if (text[0] == '\0' || *end != '\0' || errno != 0)
		return false;
	*ret_value = value;
	return true;
}

bool
happening_is(struct happening *h, const char *channel, const char *provider, int64_t event_id)
{
	int64_t id;
	return happening_number(h, "event_id", &id) && id == event_id && (channel == NULL || strcasecmp(happening_text(h, "channel"), channel) == 0)
	    && (provider == NULL || strcasecmp(happening_text(h, "provider"), provider) == 0);
}

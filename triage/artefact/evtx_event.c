/* evtx_event.c - one record as an event of the timeline. */
#include "triage/artefact/evtx_value.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* --- data --- */

static size_t
put_text(char *out, const char *text, size_t size)
{
	memcpy(out, text, size);
	return size;
}
#define PUT(out, literal) put_text(out, literal, sizeof(literal) - 1)

/* The fields that every record has of its own, in one piece: they are a third of all that is written. */
static void
put_numbers(const struct evtx *x, struct artefact *a, const struct evtx_record *r)
{
	static const uint8_t ids[] = { EVTX_SYS_PROCESS_ID, EVTX_SYS_THREAD_ID };
	char text[160];
	size_t n = PUT(text, "\"record_id\":");
	n += evtx_decimal(r->id, text + n);
	n += r->exported ? PUT(text + n, ",\"recovered\":false,\"exported\":true") : r->recovered ? PUT(text + n, ",\"recovered\":true") : PUT(text + n, ",\"recovered\":false");
	for (unsigned i = 0; i < 2; i++) {
		const struct evtx_value *v = &x->system[ids[i]];
		if (v->type != EVTX_U32 || v->size != 4)
			continue;
		if ((x->system_named >> ids[i] & 1) != 0)
			n += i == 0 ? PUT(text + n, ",\"system_process_id\":") : PUT(text + n, ",\"system_thread_id\":");
		else
			n += i == 0 ? PUT(text + n, ",\"process_id\":") : PUT(text + n, ",\"thread_id\":");
		n += evtx_decimal(load_le32(v->data), text + n);
	}
	artefact_fields(a, text, n);
}

static void
put_own(const struct evtx *x, struct artefact *a, const struct evtx_record *r, int64_t when)
{
	uint64_t number;
	int64_t written = when_from_filetime(r->written);
	put_numbers(x, a, r);
	for (unsigned i = EVTX_SYS_PROCESS_ID; i < EVTX_SYS_EVENT_RECORD_ID; i++) {
		bool done = i <= EVTX_SYS_THREAD_ID && x->system[i].type == EVTX_U32 && x->system[i].size == 4;
		if (x->system[i].type != EVTX_NULL && !done)
			evtx_system_put(x, a, i);
	}
	if (evtx_value_number(&x->system[EVTX_SYS_EVENT_RECORD_ID], &number) && number != r->id)
		evtx_system_put(x, a, EVTX_SYS_EVENT_RECORD_ID);
	if (written != TRIAGE_TIME_NONE && (when_since(when, written) > SECOND || when_since(written, when) > SECOND))
		artefact_when(a, "written", written);
	if (!x->whole)
		artefact_flag(a, "incomplete", true);
}

/* A name that the event has more than once gets a number, one that the system's fields have is marked. */
static const char *
key_of(struct evtx *x, struct evtx_key *key, char *room)
{
	const char *text = key->text;
	if (key->system != 0 && (key->system <= EVTX_SYS_RECOVERED || (key->system >= EVTX_SYS_EVENT_RECORD_ID && key->system != EVTX_SYS_TIME))) {
		snprintf(room, EVTX_KEY_MAX + 16, "data_%s", text);
		key = evtx_key_of(&x->names, room, strnlen(room, EVTX_KEY_MAX - 1));
		text = key->text;
	}
	for (unsigned tries = 0; key->seen == x->names.event && tries < 4; tries++) {
		snprintf(room, EVTX_KEY_MAX + 16, "%.80s_%u", text, (unsigned)++key->times);
		key = evtx_key_of(&x->names, room, strlen(room));
	}
	if (key->seen == x->names.event)
		return NULL;
	key->seen = x->names.event;
	key->times = 1;
	return key->text;
}

static void
put_unnamed(const struct evtx *x, struct artefact *a, const char *key)
{
	char text[ARTEFACT_VALUE_MAX + 8];
	artefact_list(a, key);
	for (uint32_t i = 0; i < x->field_count; i++) {
		const struct evtx_value *v = &x->fields[i].value;
		struct evtx_value item = *v;
		uint32_t at = 0;
		if (x->fields[i].key != NULL)
			continue;
		while ((v->type & EVTX_ARRAY) == 0 || evtx_value_item(v, &at, &item)) {
			evtx_value_text(&item, text, sizeof(text));
			artefact_item(a, text);
			if ((v->type & EVTX_ARRAY) == 0)
				break;
		}
	}
	artefact_list_end(a);
}

static bool
has_unnamed(const struct evtx *x)
{
	for (uint32_t i = 0; x->unnamed > 0 && i < x->field_count; i++)
		if (x->fields[i].key == NULL && !evtx_value_empty(&x->fields[i].value))
			return true;
	return false;
}

static void
put_fields(struct evtx *x, struct artefact *a)
{
	char room[EVTX_KEY_MAX + 16];
	const char *key;
	x->names.event++;
	for (uint32_t i = 0; i < x->field_count; i++)
		if (x->fields[i].key != NULL && (key = key_of(x, x->fields[i].key, room)) != NULL)
			evtx_value_put(a, key, &x->fields[i].value);
	if (has_unnamed(x) && (key = key_of(x, x->names.words[EVTX_WORD_DATA], room)) != NULL)
		put_unnamed(x, a, key);
}

/* --- who and where --- */

static void
put_user(struct evtx *x, struct artefact *a, char actor)
{
	static const uint8_t order[] = { EVTX_WORD_TARGET_USER_NAME, EVTX_WORD_SUBJECT_USER_NAME, EVTX_WORD_USER, EVTX_WORD_USER_NAME,
		EVTX_WORD_ACCOUNT_NAME, EVTX_WORD_TARGET_USER, EVTX_WORD_DETECTION_USER, EVTX_WORD_TARGET_SID, EVTX_WORD_SUBJECT_USER_SID };
	const struct evtx_value *found[EVTX_WORD_COUNT] = { NULL }, *best = NULL;
	char text[EVTX_NAME_ROOM];
	for (uint32_t i = 0; i < x->field_count; i++) {
		const struct evtx_key *k = x->fields[i].key;
		if (k != NULL && k->word >= EVTX_WORD_TARGET_USER_NAME && found[k->word] == NULL && evtx_value_says(&x->fields[i].value))
			found[k->word] = &x->fields[i].value;
	}
	if (actor == 'S')
		best = found[EVTX_WORD_SUBJECT_USER_NAME];
	for (size_t i = 0; i < sizeof(order) && best == NULL && actor != 'N'; i++)
		best = found[order[i]];
	if (best == NULL && x->system[EVTX_SYS_USER_ID].type != EVTX_NULL)
		best = &x->system[EVTX_SYS_USER_ID];
	if (best != NULL && evtx_value_text(best, text, sizeof(text)) > 0)
		artefact_user(a, text);
}

static void
note_text(const struct evtx *x, unsigned place, char *out, size_t room)
{
	struct evtx_value item;
	const struct evtx_value *v = evtx_unnamed(x, place, &item);
	if (v != NULL && evtx_value_says(v))
		evtx_value_text(v, out, room);
}

/* Event 6009 has "6.01.", "7601"; 6013 has "-60 W. Europe Standard Time" as its seventh. */
static void
note_version(struct evtx *x, uint64_t id)
{
	char text[80] = "";
	if (id == 6009) {
		note_text(x, 0, text, sizeof(x->version));
		unsigned major, minor;
		if (sscanf(text, "%2u.%2u", &major, &minor) == 2)
			snprintf(x->version, sizeof(x->version), "%u.%u", major, minor);
		note_text(x, 1, x->build, sizeof(x->build));
		return;
	}
	note_text(x, 6, text, sizeof(text));
	const char *name = strchr(text, ' ');
	if (name != NULL)
		snprintf(x->zone, sizeof(x->zone), "%.60s", name + 1);
}

static uint64_t
number_of(struct evtx *x, const char *key)
{
	const struct evtx_value *v = evtx_field_of(x, evtx_key_of(&x->names, key, strlen(key)));
	uint64_t number = 0;
	return v != NULL && evtx_value_number(v, &number) ? number : 0;
}

/* Event 12 of the kernel, at each start since Windows 7. */
static void
note_kernel(struct evtx *x)
{
	uint64_t major = number_of(x, "major_version"), minor = number_of(x, "minor_version"), build = number_of(x, "build_version");
	if (major == 0 || major > 99 || minor > 99 || build > 999999)
		return;
	snprintf(x->version, sizeof(x->version), "%u.%u", (unsigned)major, (unsigned)minor);
	if (build != 0)
		snprintf(x->build, sizeof(x->build), "%u", (unsigned)build);
}

static void
note_start(int64_t *latest, int64_t when)
{
	if (when > *latest)
		*latest = when;
}

/* What the record says of the machine: its name, its starts and stops, its version. */
static void
note_host(struct evtx *x, const struct evtx_shared *s, int64_t when)
{
	if (s->computer[0] != '\0' && (x->computer[0] == '\0' || when >= x->computer_time)) {
		size_t n = strlen(s->computer) + 1;
		if (memcmp(x->computer, s->computer, n) != 0)
			memcpy(x->computer, s->computer, n);
		x->computer_time = when;
	}
	bool boot = s->id == 6005 || s->id == 12, stop = s->id == 6006 || s->id == 13 || s->id == 1074;
	if (!boot && !stop && s->id != 6009 && s->id != 6013)
		return;
	bool kernel = strcmp(s->provider, "Microsoft-Windows-Kernel-General") == 0, log = strcasecmp(s->provider, "EventLog") == 0;
	if (boot && (s->id == 12 ? kernel : log))
		note_start(&x->last_boot, when);
	if (stop && (s->id == 13 ? kernel : s->id == 6006 ? log : strcasecmp(s->provider, "User32") == 0))
		note_start(&x->last_shutdown, when);
	if (kernel && s->id == 12)
		note_kernel(x);
	if (log && (s->id == 6009 || s->id == 6013))
		note_version(x, s->id);
}

enum triage_status
evtx_event_send(struct evtx *x, struct artefact *a, const struct evtx_record *r, int64_t when, struct triage_error *err)
{
	char line[ARTEFACT_MESSAGE_MAX];
	artefact_event(a, when, "logged");
	const struct evtx_shared *s = evtx_shared_put(x, a);
	artefact_again(a, when, evtx_message_meaning(s->message));
	artefact_technique(a, evtx_message_technique(s->message));
	artefact_offset(a, x->chunk_at + r->at);
	artefact_host(a, s->computer);
	put_user(x, a, evtx_message_actor(s->message));
	put_own(x, a, r, when);
	put_fields(x, a);
	evtx_message_text(x, s->message, s->provider, s->id, line, sizeof(line));
	artefact_message(a, "%s", line);
	if (!r->recovered)
		note_host(x, s, when);
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && !x->whole && !r->recovered)
		st = artefact_remark(a, TRIAGE_LOW, "record-incomplete", x->chunk_at + r->at, r->size, err, "of record %ju not all could be read", (uintmax_t)r->id);
	return st;
}

enum triage_status
evtx_event(struct evtx *x, struct artefact *a, const struct evtx_record *r, struct triage_error *err)
{
	evtx_run(x, r->at + EVTX_RECORD_HEADER, r->at + r->size - (r->cut ? 0 : 4));
	x->whole = x->whole && !r->cut;
	int64_t when = evtx_value_time(&x->system[EVTX_SYS_TIME]);
	if (when == TRIAGE_TIME_NONE)
		when = when_from_filetime(r->written);
	if (when == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "time-invalid", x->chunk_at + r->at, r->size, err, "record %ju has no time that can be", (uintmax_t)r->id);
	return evtx_event_send(x, a, r, when, err);
}

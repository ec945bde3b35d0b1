/*
 * evtx_xml.c - events exported as XML: by wevtutil (one <Event> after the other), by the event viewer (<Events> around them), by PowerShell (ToXml). UTF-8 or UTF-16LE.
 *
 * Each <Event> is found in the bytes and read by itself: System gives what a record of the log has, EventData and UserData the fields, RenderingInfo the message that
 * was shown. Fields have the names and the events the words that those of a log have; all values are texts here but the numbers of System. Source: the schema of
 * events ("http://schemas.microsoft.com/win/2004/08/events/event"), [MS-EVEN6].
 */
#include "triage/artefact/evtx_inside.h"

#include "triage/artefact/xml.h"
#include "triage/base/when.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKED_AT = 4096, EVENT_MOST = 1 << 20, NAMES_MOST = 256, VALUE_MOST = EVTX_TEXT };
static const char schema[] = "http://schemas.microsoft.com/win/2004/08/events/event";

/* UTF-16LE by its mark, or by its first character, which is '<' in any XML. */
static bool
is_wide(struct view head)
{
	return head.size >= 2 && ((head.data[0] == 0xff && head.data[1] == 0xfe) || (head.data[0] == '<' && head.data[1] == 0));
}

bool
evtx_xml_claims(struct view head)
{
	SCOPED_BUF text;
	buf_init(&text, 4 * LOOKED_AT);
	size_t first = head.size >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (first < head.size && first < 64 && isspace(head.data[first]))
		first++;
	if (!is_wide(head) && (first == head.size || head.data[first] != '<'))
		return false;
	xml_decode(&text, (struct view){ head.data, head.size < LOOKED_AT ? head.size : LOOKED_AT });
	const char *event = strstr(buf_cstr(&text), "<Event "), *known = event != NULL ? strstr(event, schema) : NULL;
	return known != NULL && memchr(event, '>', (size_t)(known - event)) == NULL;
}

/* --- one event --- */

/* A text that stays until the event is sent. */
static struct evtx_value
keep(struct evtx *x, const char *text, size_t size)
{
	size_t room = EVTX_TEXT - x->text_used;
	if (size > room) {
		size = room;
		x->whole = false;
	}
	char *copy = x->text + x->text_used;
	memcpy(copy, text, size);
	x->text_used += (uint32_t)size;
	return (struct evtx_value){ (const uint8_t *)copy, (uint32_t)size, EVTX_UTF8 };
}

/* Numbers of System are numbers in a log too, and GUIDs in capitals. */
static void
put_system(struct evtx *x, unsigned system, char *text, size_t size)
{
	char *end;
	bool number = system != EVTX_SYS_CHANNEL && system != EVTX_SYS_PROVIDER && system != EVTX_SYS_COMPUTER && system != EVTX_SYS_SOURCE && size > 0 && size <= 10 &&
	    strspn(text, "0123456789") == size;
	if (text[0] == '{')
		for (size_t i = 0; i < size; i++)
			text[i] = (char)toupper((unsigned char)text[i]);
	unsigned long long value = number ? strtoull(text, &end, 10) : 0;
	if (!number || value > UINT32_MAX) {
		x->system[system] = keep(x, text, size);
		return;
	}
	const uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24) };
	x->system[system] = keep(x, (const char *)bytes, sizeof(bytes));
	x->system[system].type = x->system[system].size == 4 ? EVTX_U32 : EVTX_NULL;
}

static struct evtx_key *
key_of(struct evtx *x, struct view name)
{
	char form[EVTX_KEY_MAX];
	return evtx_key_of(&x->names, form, evtx_key_form((const char *)name.data, name.size, form));
}

static void
take_attributes(struct evtx *x, const struct xml *doc, struct buf *value)
{
	static const char *const names[] = { "Name", "Guid", "EventSourceName", "Qualifiers", "SystemTime", "ActivityID", "RelatedActivityID", "ProcessID", "ThreadID", "ProcessorID",
		"SessionID", "KernelTime", "UserTime", "ProcessorTime", "UserID" };
	unsigned element = key_of(x, doc->name)->word;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned attribute = key_of(x, (struct view){ (const uint8_t *)names[i], strlen(names[i]) })->word;
		unsigned system = evtx_system_of(element, attribute);
		buf_clear(value);
		if (system != EVTX_SYS_NONE && xml_attribute(doc, names[i], value) && value->size > 0)
			put_system(x, system, value->data, value->size);
	}
}

struct reading {
	struct evtx *x;
	struct xml doc;
	struct buf text, value;		/* of the innermost element; of an attribute */
	struct evtx_key *key;		/* of the field in work */
	bool leaf, unnamed;		/* the element in work has none within; it is a Data without a name */
};

/* A field is an element that holds none: of EventData by its Name, of UserData by what it is called. */
static void
open_element(struct reading *r)
{
	struct xml *doc = &r->doc;
	buf_clear(&r->text);
	r->leaf = true;
	r->key = NULL;
	r->unnamed = false;
	if (doc->depth == 3 && strncmp(doc->path, "Event/System/", 13) == 0)
		take_attributes(r->x, doc, &r->value);
	else if (doc->depth == 3 && strncmp(doc->path, "Event/EventData/", 16) == 0) {
		buf_clear(&r->value);
		bool named = xml_attribute(doc, "Name", &r->value) && r->value.size > 0;
		r->unnamed = !named && xml_is(doc, "Data");
		r->key = named ? key_of(r->x, (struct view){ (const uint8_t *)r->value.data, r->value.size }) : r->unnamed ? NULL : key_of(r->x, doc->name);
	} else if (doc->depth >= 3 && strncmp(doc->path, "Event/UserData/", 15) == 0)
		r->key = key_of(r->x, doc->name);
	else if (strcmp(doc->path, "Event/RenderingInfo/Message") == 0)
		r->key = r->x->names.words[EVTX_WORD_RENDERED_MESSAGE];
}

static void
close_element(struct reading *r)
{
	struct evtx *x = r->x;
	if (!r->leaf)
		return;
	r->leaf = false;
	if (r->text.failed)
		x->whole = false;
	if (r->doc.depth == 3 && strncmp(r->doc.path, "Event/System/", 13) == 0) {
		unsigned system = evtx_system_of(key_of(x, r->doc.name)->word, EVTX_WORD_NONE);
		if (system != EVTX_SYS_NONE && r->text.size > 0)
			put_system(x, system, r->text.data, r->text.size);
	} else if (r->key != NULL || r->unnamed) {
		const struct evtx_value v = keep(x, buf_cstr(&r->text), r->text.size);
		bool forwarded = x->forwarded;
		evtx_field_add(x, r->key, &v);
		x->forwarded = forwarded;	/* an export has messages of its own machine */
	}
}

static void
read_event(struct reading *r, struct view bytes, bool wide)
{
	SCOPED_BUF whole;
	buf_init(&whole, 4 * EVENT_MOST);
	/* each event of an export in UTF-16 begins with '<' and so is known to be */
	if (wide)
		xml_decode(&whole, bytes);
	xml_begin(&r->doc, wide ? buf_cstr(&whole) : (const char *)bytes.data, wide ? whole.size : bytes.size);
	buf_init(&r->text, VALUE_MOST);
	buf_init(&r->value, VALUE_MOST);
	for (enum xml_token token; (token = xml_next(&r->doc)) != XML_END;) {
		if (token == XML_OPEN)
			open_element(r);
		else if (token == XML_TEXT && r->leaf)
			xml_unescape(&r->text, r->doc.text, r->doc.is_raw);
		else if (token == XML_CLOSE)
			close_element(r);
	}
	r->x->whole = r->x->whole && !r->doc.cut && !whole.failed;
	buf_release(&r->text);
	buf_release(&r->value);
}

static enum triage_status
take_event(struct evtx *x, struct artefact *a, struct view bytes, uint64_t at, struct triage_error *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	if (r == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an event");
		return TRIAGE_E_MEMORY;
	}
	if (!x->names.ready || evtx_names_full(&x->names)) {
		evtx_names_clear(&x->names);
		evtx_messages_forget(x);
	}
	r->x = x;
	evtx_begin(x);
	x->chunk_at = at;
	x->chunk_number++;	/* no text of the event before is where it was */
	read_event(r, bytes, x->wide);
	free(r);
	struct evtx_record record = { .size = (uint32_t)bytes.size, .exported = true };
	uint64_t number = 0;
	char before[EVTX_NAME_ROOM], now[EVTX_NAME_ROOM];
	if (evtx_value_number(&x->system[EVTX_SYS_EVENT_RECORD_ID], &record.id) && evtx_value_number(&x->system[EVTX_SYS_EVENT_ID], &number))
		x->outermost = (uint32_t)(number % EVTX_SHARED_SETS);
	int64_t when = evtx_value_time(&x->system[EVTX_SYS_TIME]);
	if (when == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "time-invalid", at, bytes.size, err, "event %ju has no time that can be", (uintmax_t)record.id);
	snprintf(before, sizeof(before), "%s", x->computer);
	evtx_value_text(&x->system[EVTX_SYS_COMPUTER], now, sizeof(now));
	x->mixed = x->mixed || (before[0] != '\0' && now[0] != '\0' && strcasecmp(before, now) != 0);
	return evtx_event_send(x, a, &record, when, err);
}

/* --- the export --- */

/* The place of an ASCII text in bytes, in their encoding; bytes.size when it is not there. */
static size_t
find(const struct evtx *x, struct view bytes, size_t from, const char *text)
{
	uint8_t wide[32] = { 0 };
	size_t size = strlen(text);
	for (size_t i = 0; x->wide && i < size; i++)
		wide[2 * i] = (uint8_t)text[i];
	while (from < bytes.size) {
		const uint8_t *p = memmem(bytes.data + from, bytes.size - from, x->wide ? wide : (const uint8_t *)text, x->wide ? 2 * size : size);
		if (p == NULL)
			return bytes.size;
		from = (size_t)(p - bytes.data);
		if (!x->wide || from % 2 == 0)
			return from;
		from++;
	}
	return bytes.size;
}

/* The start of the next event: not <Events>, not <EventData>. */
static size_t
find_start(const struct evtx *x, struct view bytes, size_t from)
{
	size_t step = x->wide ? 2 : 1;
	for (;;) {
		size_t at = find(x, bytes, from, "<Event"), next = at + 6 * step;
		if (at == bytes.size || next >= bytes.size)
			return at;
		if (bytes.data[next] == '>' || isspace(bytes.data[next]))
			return at;
		from = next;
	}
}

enum triage_status
evtx_xml_step(struct evtx *x, struct artefact *a, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	size_t done = 0, end = 0;
	if (at == 0)
		x->wide = is_wide(bytes);
	const size_t mark = (x->wide ? 2 : 1) * strlen("</Event>");
	while (st == TRIAGE_OK && done < bytes.size) {
		size_t from = find_start(x, bytes, done);
		/* an end that lies behind many starts is looked for once */
		if (end <= from)
			end = from < bytes.size ? find(x, bytes, from, "</Event>") : bytes.size;
		/* one that lost its end does not take the next with it */
		size_t again = end < bytes.size ? find(x, (struct view){ bytes.data, end }, from + mark, "<Event xmlns=") : end;
		if (again < end) {
			st = take_event(x, a, (struct view){ bytes.data + from, again - from < EVENT_MOST ? again - from : EVENT_MOST }, at + from, err);
			done = again;
		} else if (end < bytes.size) {
			st = end - from > EVENT_MOST ? artefact_remark(a, TRIAGE_LOW, "event-too-long", at + from, end - from, err, "an event of more than %u bytes is left out", (unsigned)EVENT_MOST) :
			    take_event(x, a, (struct view){ bytes.data + from, end + mark - from }, at + from, err);
			done = end + mark;
		} else if (from < bytes.size && last) {
			st = take_event(x, a, (struct view){ bytes.data + from, bytes.size - from < EVENT_MOST ? bytes.size - from : EVENT_MOST }, at + from, err);
			done = bytes.size;
		} else if (from < bytes.size && bytes.size - from > EVENT_MOST) {
			st = artefact_remark(a, TRIAGE_LOW, "event-too-long", at + from, 0, err, "an event that does not end within %u bytes is left out", (unsigned)EVENT_MOST);
			done = from + mark;
		} else {
			/* what may be the front of one that begins in the next piece, an even number of bytes */
			size_t keep_bytes = from < bytes.size ? bytes.size - from : bytes.size - done < 2 * mark ? bytes.size - done : 2 * mark;
			done = bytes.size - keep_bytes;
			done -= x->wide && done % 2 != 0 ? 1 : 0;
			break;
		}
	}
	*ret_used = last ? bytes.size : done;
	return st;
}

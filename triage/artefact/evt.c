/*
 * evt.c - event logs of Windows NT, 2000, XP and 2003 (.evt): a ring of records behind a header that is often out of date.
 *
 * Records are found by their signature wherever they lie. The record that marks the end says which numbers are live, the header only when the log was
 * closed; the others are what the ring has not yet written over, and are shown as recovered. Source: libevt documentation, EVENTLOGRECORD of winnt.h.
 */
#include "triage/artefact/artefact.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	HEADER = 48, START = 16, END = 20, NEXT = 24, OLDEST = 28, FLAGS = 36, DIRTY = 1,		/* of the log */
	NUMBER = 8, GENERATED = 12, WRITTEN = 16, ID = 20, TYPE = 24, STRINGS = 26, CATEGORY = 28, STRINGS_AT = 36, SID_SIZE = 40, SID_AT = 44,
	DATA_SIZE = 48, DATA_AT = 52, NAMES = 56,
	RECORD_LEAST = 60, RECORD_MOST = 256 << 10,
	CURSOR = 40, CURSOR_START = 20, CURSOR_NEXT = 28, CURSOR_OLDEST = 32,			/* of the record that marks the end */
	TEXTS = 64, NAME_ROOM = 256, LINE = 1500, WEIGHT = 30,
};

static const uint8_t magic[4] = "LfLe";
static const uint8_t cursor_magic[20] = { 40, 0, 0, 0, 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22, 0x33, 0x33, 0x33, 0x33, 0x44, 0x44, 0x44, 0x44 };

struct sentence {
	const char *source, *technique, *meaning, *text;
	uint16_t id, user;
};

static const struct sentence sentences[] = {
#define E(from, number, attack, who, meant, words) { .source = from, .id = number, .technique = attack, .user = who, .meaning = meant, .text = words },
#include "triage/artefact/evt_messages.def"
#undef E
};

struct log {
	struct view all;
	bool known;			/* which numbers are live, and from where to where they lie */
	uint32_t oldest, next, start, end;
	uint64_t live, recovered;
	int64_t last_boot, last_shutdown, computer_time;
	char computer[NAME_ROOM];
};

struct record {
	const uint8_t *p;
	uint32_t size, number, count;		/* count: of texts */
	uint64_t at;
	bool recovered;
	char source[NAME_ROOM], computer[NAME_ROOM], sid[NAME_ROOM];
	char *texts[TEXTS];
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return head.size >= HEADER && load_le32(head.data) == HEADER && memcmp(head.data + 4, magic, sizeof(magic)) == 0 && load_le32(head.data + 8) == 1;
}

/* --- what is live --- */

static void
set_live(struct log *l, uint32_t oldest, uint32_t next, uint32_t start, uint64_t end)
{
	if (next < oldest || next == 0 || start < HEADER || start > l->all.size || end < HEADER || end > l->all.size || (l->known && next < l->next))
		return;
	l->known = true;
	l->oldest = oldest;
	l->next = next;
	l->start = start;
	l->end = (uint32_t)end;
}

static void
find_live(struct log *l)
{
	const uint8_t *p = l->all.data;
	if ((load_le32(p + FLAGS) & DIRTY) == 0)
		set_live(l, load_le32(p + OLDEST), load_le32(p + NEXT), load_le32(p + START), load_le32(p + END));
	/* the newest of the records that mark an end; it is written with every event, the header is not */
	for (const uint8_t *found = p, *end = p + l->all.size;; found += 4) {
		found = memmem(found, (size_t)(end - found), cursor_magic, sizeof(cursor_magic));
		if (found == NULL || end - found < CURSOR)
			return;
		if (load_le32(found + CURSOR - 4) == CURSOR)
			set_live(l, load_le32(found + CURSOR_OLDEST), load_le32(found + CURSOR_NEXT), load_le32(found + CURSOR_START), (uint64_t)(found - p));
	}
}

static bool
is_live(const struct log *l, const struct record *r)
{
	if (!l->known)
		return true;
	bool placed = l->start <= l->end ? r->at >= l->start && r->at < l->end : r->at >= l->start || r->at < l->end;
	return placed && r->number >= l->oldest && r->number < l->next;
}

/* --- texts --- */

static uint32_t
units_at(const struct record *r, uint32_t at)
{
	uint32_t units = 0;
	while (at + 2 * units + 2 <= r->size - 4 && load_le16(r->p + at + 2 * units) != 0)
		units++;
	return units;
}

/* A text of the record to UTF-8; *at passes it and its NUL. */
static void
take_name(const struct record *r, uint32_t *at, char *out)
{
	uint32_t units = units_at(r, *at);
	SCOPED_BUF text;
	buf_init(&text, RECORD_MOST * 2);
	text_from_utf16le(&text, r->p + *at, units);
	snprintf(out, NAME_ROOM, "%s", buf_cstr(&text));
	*at += 2 * units + 2;
}

static void
take_sid(struct record *r)
{
	uint32_t size = load_le32(r->p + SID_SIZE), at = load_le32(r->p + SID_AT);
	size_t n;
	if (size < 8 || at < NAMES || at > r->size - 4 || size > r->size - 4 - at)
		return;
	const uint8_t *s = r->p + at;
	n = (size_t)snprintf(r->sid, sizeof(r->sid), "S-%u-%llu", s[0], (unsigned long long)((uint64_t)load_be16(s + 2) << 32 | load_be32(s + 4)));
	for (uint32_t i = 0; i < s[1] && 8 + 4 * i + 4 <= size && n + 12 < sizeof(r->sid); i++)
		n += (size_t)snprintf(r->sid + n, sizeof(r->sid) - n, "-%u", load_le32(s + 8 + 4 * i));
}

/* False when memory ran out. */
static bool
take_texts(struct record *r)
{
	uint32_t at = NAMES, count = load_le16(r->p + STRINGS);
	take_name(r, &at, r->source);
	if (at < r->size)
		take_name(r, &at, r->computer);
	take_sid(r);
	at = load_le32(r->p + STRINGS_AT);
	while (r->count < count && r->count < TEXTS && at >= NAMES && at < r->size - 4) {
		uint32_t units = units_at(r, at);
		struct buf text;
		buf_init(&text, RECORD_MOST * 2);
		text_from_utf16le(&text, r->p + at, units);
		if (text.data == NULL)
			buf_text(&text, "");
		if (text.data == NULL)
			return false;
		r->texts[r->count++] = text.data;
		at += 2 * units + 2;
	}
	return true;
}

/* --- the sentence --- */

static const struct sentence *
sentence_of(const struct record *r, uint32_t id)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (sentences[i].id == id && strcasecmp(sentences[i].source, r->source) == 0)
			return &sentences[i];
	return NULL;
}

static const char *
text_of(const struct record *r, unsigned long place)
{
	const char *text = place >= 1 && place <= r->count ? r->texts[place - 1] : "";
	return strcmp(text, "-") == 0 ? "" : text;
}

static void
fill(const struct record *r, const char *text, char *out, size_t room)
{
	size_t n = 0, group = 0;
	bool in_group = false;
	for (; *text != '\0' && n + 1 < room; text++) {
		if (*text == '[' || *text == ']') {
			in_group = *text == '[';
			group = n;
		} else if (*text == '{') {
			char *end;
			const char *value = text_of(r, strtoul(text + 1, &end, 10));
			text = end;
			if (value[0] == '\0' && in_group) {
				n = group;
				text += strcspn(text, "]");
				in_group = false;
			} else {
				int wrote = snprintf(out + n, room - n, "%.300s", value[0] != '\0' ? value : "?");
				n += wrote > 0 && (size_t)wrote < room - n ? (size_t)wrote : 0;
			}
		} else {
			out[n++] = *text;
		}
	}
	out[n] = '\0';
}

static void
put_message(struct artefact *a, const struct record *r, const struct sentence *s, uint32_t id)
{
	char line[LINE] = "";
	size_t n;
	if (s != NULL) {
		fill(r, s->text, line, sizeof(line));
		artefact_message(a, "%s", line);
		return;
	}
	n = (size_t)snprintf(line, sizeof(line), "%s, event %u", r->source, id);
	for (uint32_t i = 0; i < r->count && i < 8 && n < LINE / 2; i++)
		if (text_of(r, i + 1)[0] != '\0') {
			int wrote = snprintf(line + n, sizeof(line) - n, "%s%.300s", i == 0 ? ": " : ", ", r->texts[i]);
			n += wrote > 0 && (size_t)wrote < sizeof(line) - n ? (size_t)wrote : 0;
		}
	artefact_message(a, "%s", line);
}

/* --- events --- */

static const char *
type_word(uint32_t type)
{
	switch (type) {
	case 0:
		return "success";
	case 1:
		return "error";
	case 2:
		return "warning";
	case 4:
		return "information";
	case 8:
		return "audit success";
	case 16:
		return "audit failure";
	default:
		return "";
	}
}

/* The log that a record is from is not in it: the source and the name of the file say it. */
static const char *
channel_of(const struct artefact *a, const struct record *r)
{
	const char *name = artefact_who(a)->name;
	if (strcasecmp(r->source, "Security") == 0 || strncasecmp(name, "SecEvent", 8) == 0)
		return "Security";
	return strncasecmp(name, "SysEvent", 8) == 0 ? "System" : strncasecmp(name, "AppEvent", 8) == 0 ? "Application" : "";
}

static void
put_fields(struct artefact *a, const struct record *r, uint32_t id, int64_t when)
{
	uint32_t data = load_le32(r->p + DATA_AT), size = load_le32(r->p + DATA_SIZE);
	int64_t written = when_from_unix(load_le32(r->p + WRITTEN), 0);
	artefact_unsigned(a, "event_id", id & 0xffff);
	artefact_unsigned(a, "record_id", r->number);
	artefact_text(a, "channel", channel_of(a, r));
	artefact_text(a, "provider", r->source);
	artefact_text(a, "computer", r->computer);
	artefact_flag(a, "recovered", r->recovered);
	if (id >> 16 != 0)
		artefact_unsigned(a, "qualifiers", id >> 16);
	artefact_text(a, "type", type_word(load_le16(r->p + TYPE)));
	artefact_unsigned(a, "category", load_le16(r->p + CATEGORY));
	artefact_text(a, "user_id", r->sid);
	if (load_le32(r->p + WRITTEN) != 0 && written != when)
		artefact_when(a, "written", written);
	if (r->count > 0) {
		artefact_list(a, "data");
		for (uint32_t i = 0; i < r->count; i++)
			artefact_item(a, r->texts[i]);
		artefact_list_end(a);
		if (r->count < load_le16(r->p + STRINGS))
			artefact_cut(a);
	}
	if (size > 0 && data >= NAMES && data <= r->size - 4 && size <= r->size - 4 - data)
		artefact_hex(a, "binary", r->p + data, size);
}

static void
note_host(struct log *l, const struct record *r, uint32_t id, int64_t when)
{
	bool log = strcasecmp(r->source, "EventLog") == 0;
	if (r->recovered)
		return;
	if (r->computer[0] != '\0' && when >= l->computer_time) {
		snprintf(l->computer, sizeof(l->computer), "%s", r->computer);
		l->computer_time = when;
	}
	if (log && id == 6005 && when > l->last_boot)
		l->last_boot = when;
	if (((log && id == 6006) || (id == 1074 && strcasecmp(r->source, "USER32") == 0)) && when > l->last_shutdown)
		l->last_shutdown = when;
}

static enum triage_status
send(struct log *l, struct artefact *a, struct record *r, struct triage_error *err)
{
	uint32_t id = load_le32(r->p + ID), seconds = load_le32(r->p + GENERATED);
	int64_t when = when_from_unix(seconds != 0 ? seconds : load_le32(r->p + WRITTEN), 0);
	const struct sentence *s = sentence_of(r, id & 0xffff);
	if (seconds == 0 && load_le32(r->p + WRITTEN) == 0)
		return artefact_remark(a, TRIAGE_LOW, "time-invalid", r->at, r->size, err, "record %u has no time", r->number);
	artefact_event(a, when, s != NULL ? s->meaning : "logged");
	artefact_offset(a, r->at);
	artefact_host(a, r->computer);
	artefact_technique(a, s != NULL ? s->technique : "");
	artefact_user(a, s != NULL && text_of(r, s->user)[0] != '\0' ? text_of(r, s->user) : r->sid);
	put_fields(a, r, id, when);
	put_message(a, r, s, id & 0xffff);
	note_host(l, r, id & 0xffff, when);
	return artefact_send(a, err);
}

static enum triage_status
one_record(struct log *l, struct artefact *a, const uint8_t *p, uint32_t size, uint64_t at, struct triage_error *err)
{
	struct record r = { .p = p, .size = size, .at = at, .number = load_le32(p + NUMBER) };
	r.recovered = !is_live(l, &r);
	enum triage_status st = TRIAGE_OK;
	if (take_texts(&r)) {
		st = send(l, a, &r, err);
	} else {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an event");
		st = TRIAGE_E_MEMORY;
	}
	for (uint32_t i = 0; i < r.count; i++)
		free(r.texts[i]);
	l->live += !r.recovered;
	l->recovered += r.recovered;
	return st;
}

/*
 * A record whose length stands at `at`. One that reaches over the end of the log goes on behind its header. Returns its size, 0 when it is none; *ret_st
 * is what sending it came to.
 */
static uint32_t
record_at(struct log *l, struct artefact *a, size_t at, enum triage_status *ret_st, struct triage_error *err)
{
	const uint8_t *p = l->all.data;
	uint32_t size = load_le32(p + at);
	size_t there = l->all.size - at, missing;
	if (size < RECORD_LEAST || size > RECORD_MOST || size % 4 != 0 || there < NAMES)
		return 0;
	if (size <= there) {
		if (load_le32(p + at + size - 4) != size)
			return 0;
		*ret_st = one_record(l, a, p + at, size, at, err);
		return size;
	}
	missing = size - there;
	if (missing > l->all.size - HEADER || HEADER + missing > at)
		return 0;
	SCOPED_BUF joined;
	buf_init(&joined, RECORD_MOST + 1);
	buf_put(&joined, p + at, there);
	buf_put(&joined, p + HEADER, missing);
	if (joined.failed || load_le32((const uint8_t *)joined.data + size - 4) != size)
		return 0;
	*ret_st = one_record(l, a, (const uint8_t *)joined.data, size, at, err);
	return (uint32_t)there;
}

static enum triage_status
facts(struct log *l, struct artefact *a, struct triage_error *err)
{
	enum triage_status st = artefact_fact(a, "host", "", "hostname", l->computer, WEIGHT, err);
	if (st == TRIAGE_OK)
		st = artefact_fact_time(a, "host", "", "last_boot", l->last_boot, WEIGHT, err);
	return st == TRIAGE_OK ? artefact_fact_time(a, "host", "", "last_shutdown", l->last_shutdown, WEIGHT, err) : st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct log l = { .all = all, .last_boot = TRIAGE_TIME_NONE, .last_shutdown = TRIAGE_TIME_NONE, .computer_time = TRIAGE_TIME_NONE };
	enum triage_status st = TRIAGE_OK;
	const uint8_t *end = all.data + all.size;
	if (all.size < HEADER)
		return TRIAGE_OK;
	find_live(&l);
	for (const uint8_t *p = all.data + HEADER; st == TRIAGE_OK;) {
		const uint8_t *found = memmem(p, (size_t)(end - p), magic, sizeof(magic));
		if (found == NULL)
			break;
		size_t at = (size_t)(found - all.data) - 4;
		uint32_t size = at >= HEADER ? record_at(&l, a, at, &st, err) : 0;
		p = size > 0 ? all.data + at + size : found + 1;
	}
	if (st == TRIAGE_OK && l.known && l.next - l.oldest != l.live)
		st = artefact_remark(a, TRIAGE_LOW, "records-missing", 0, 0, err, "the log counts %u records, %ju of them were found", l.next - l.oldest, (uintmax_t)l.live);
	return st == TRIAGE_OK ? facts(&l, a, err) : st;
}

const struct artefact_kind artefact_evt = {
	.name = "evt",
	.source = "evt",
	.title = "Windows event log before Vista (.evt)",
	.yields = "every event with its texts; records that the ring has not written over",
	.reference = "libevt documentation; EVENTLOGRECORD of winnt.h",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};

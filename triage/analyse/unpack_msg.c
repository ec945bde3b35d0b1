/*
 * unpack_msg.c - a message that Outlook saved (.msg): header lines, bodies, attachments, and messages attached to it. Source: MS-OXMSG: a
 * compound file whose storages are messages and attachments and whose streams are properties. It is held in memory, at most one window.
 */
#include "triage/analyse/unpack_mail.h"

#include "triage/artefact/ole.h"
#include "triage/base/fault.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MSG_MAX = 64 << 20, STORAGES_MAX = 4096, TEXT_MAX = 1 << 20 };
enum {
	ID_HEADERS = 0x007d, ID_SUBJECT = 0x0037, ID_SENDER = 0x0c1a, ID_ADDRESS = 0x0c1f, ID_SMTP = 0x5d01, ID_TO = 0x0e04, ID_CC = 0x0e03,
	ID_MESSAGE_ID = 0x1035, ID_BODY = 0x1000, ID_RTF = 0x1009, ID_HTML = 0x1013, ID_DATA = 0x3701, ID_NAME = 0x3704, ID_LONG_NAME = 0x3707,
	ID_SUBMITTED = 0x0039, ID_DELIVERED = 0x0e06,
};
enum { TYPE_ANSI = 0x1e, TYPE_WIDE = 0x1f, TYPE_BINARY = 0x102, TYPE_OBJECT = 0x0d };

enum piece { PIECE_HEADERS, PIECE_BODY, PIECE_HTML, PIECE_RTF, PIECE_ATTACHMENT };

struct storage {
	uint32_t entry;			/* of a message */
	uint32_t in;			/* index of the storage of the message that it is attached to, UINT32_MAX */
	uint32_t number;		/* of its attachment there */
};

struct msg {
	uint8_t *bytes;			/* owned, of a source that is not held */
	struct ole *ole;
	uint32_t *parent;		/* by entry: the storage that it lies in, UINT32_MAX for none */
	uint32_t *first, *next;		/* by entry: the first that lies in it, the next in the same storage, UINT32_MAX for none; in the order of the directory */
	struct storage messages[STORAGES_MAX];
	size_t message_count;
	size_t message;			/* in work */
	unsigned piece;			/* enum piece, attachments counted on */
	uint32_t next_entry;		/* of attachments: entry to look at */
	uint32_t attachment;		/* counted within the message */
	struct buf whole;		/* bytes of the member in hand */
	bool given;
	bool cut;			/* bytes that the directory tells of could not be had */
	bool long_text;			/* a text was cut at TEXT_MAX */
};

static void
msg_close(struct unpack_mail *m)
{
	struct msg *s = m->state;
	if (s == NULL)
		return;
	ole_close(s->ole);
	free(s->bytes);
	free(s->parent);
	free(s->first);
	free(s->next);
	buf_release(&s->whole);
	free(s);
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an Outlook message");
	return TRIAGE_E_MEMORY;
}

/* Which storage each entry lies in: the trees of names, without recursion; an entry that was met is not entered again. */
static bool
find_parents(struct msg *s)
{
	size_t count = ole_count(s->ole), top = 0;
	uint32_t *stack = calloc(count + 1, sizeof(*stack));
	s->parent = malloc((count + 1) * sizeof(*s->parent));
	s->first = malloc((count + 1) * sizeof(*s->first));
	s->next = malloc((count + 1) * sizeof(*s->next));
	if (stack == NULL || s->parent == NULL || s->first == NULL || s->next == NULL) {
		free(stack);
		return false;
	}
	memset(s->parent, 0xff, (count + 1) * sizeof(*s->parent));
	if (count > 0)
		stack[top++] = 0;
	while (top > 0) {
		uint32_t at = stack[--top];
		struct ole_entry e = ole_entry(s->ole, at);
		/* brothers lie where it lies, its child in it; each is pushed once, when its place becomes known */
		const uint32_t next[3] = { e.child, e.left, e.right };
		for (size_t i = 0; i < 3; i++) {
			uint32_t to = next[i], place = i == 0 ? at : s->parent[at];
			if (to == 0 || to >= count || s->parent[to] != UINT32_MAX || place == UINT32_MAX || top >= count)
				continue;
			s->parent[to] = place;
			stack[top++] = to;
		}
	}
	free(stack);
	memset(s->first, 0xff, (count + 1) * sizeof(*s->first));
	for (size_t i = count; i-- > 0;) {
		uint32_t place = s->parent[i];
		s->next[i] = place != UINT32_MAX ? s->first[place] : UINT32_MAX;
		if (place != UINT32_MAX)
			s->first[place] = (uint32_t)i;
	}
	return true;
}

static bool
called(const struct ole_entry *e, const char *name)
{
	size_t size = strlen(name);
	if (!e->name.wide || e->name.units < size)
		return false;
	for (size_t i = 0; i < size; i++)
		if (e->name.data[2 * i] != (uint8_t)name[i] || e->name.data[2 * i + 1] != 0)
			return false;
	return true;
}

/* The entry of a storage that is called so; UINT32_MAX when there is none. */
static uint32_t
find_in(const struct msg *s, uint32_t storage, const char *name, unsigned type)
{
	for (uint32_t i = s->first[storage]; i != UINT32_MAX; i = s->next[i]) {
		struct ole_entry e = ole_entry(s->ole, i);
		if (e.type == type && called(&e, name) && e.name.units == strlen(name))
			return i;
	}
	return UINT32_MAX;
}

static uint32_t
find_property(const struct msg *s, uint32_t storage, unsigned id, unsigned type)
{
	char name[40];
	snprintf(name, sizeof(name), "__substg1.0_%04X%04X", id, type);
	return find_in(s, storage, name, type == TYPE_OBJECT ? OLE_STORAGE : OLE_STREAM);
}

/* Messages in the file, the outer ones first. */
static void
find_messages(struct unpack_mail *m, struct msg *s)
{
	s->messages[s->message_count++] = (struct storage){ .entry = 0, .in = UINT32_MAX };
	for (size_t at = 0; at < s->message_count; at++) {
		uint32_t number = 0;
		for (uint32_t i = s->first[s->messages[at].entry]; i != UINT32_MAX; i = s->next[i]) {
			struct ole_entry e = ole_entry(s->ole, i);
			if (e.type != OLE_STORAGE || !called(&e, "__attach_version1.0_#"))
				continue;
			number++;
			uint32_t inner = find_property(s, i, ID_DATA, TYPE_OBJECT);
			if (inner == UINT32_MAX || find_in(s, inner, "__properties_version1.0", OLE_STREAM) == UINT32_MAX)
				continue;
			if (s->message_count == STORAGES_MAX)
				m->left_out = "more messages are attached in it than are looked for";
			else
				s->messages[s->message_count++] = (struct storage){ .entry = inner, .in = (uint32_t)at, .number = number };
		}
	}
}

/* Most compound files are no messages: their directory says so in its first bytes. */
static bool
looks_like_msg(struct unpack_mail *m)
{
	enum { LOOKED = 8192, SHIFT_AT = 30, DIRECTORY_AT = 48, PREFIX = 12 };
	static const char *const names[] = { "__substg1.0_", "__nameid_ver", "__properties" };
	uint8_t bytes[LOOKED];
	size_t got;
	if (!mail_source_read(m->source, 0, bytes, 512, &got) || got < 512 || !ole_is((struct view){ bytes, got }))
		return false;
	uint64_t at = ((uint64_t)load_le32(bytes + DIRECTORY_AT) + 1) << load_le16(bytes + SHIFT_AT);
	if (!mail_source_read(m->source, at, bytes, LOOKED, &got))
		return false;
	for (size_t i = 0; i + 2 * PREFIX <= got; i += 128)
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
			size_t c = 0;
			while (c < PREFIX && bytes[i + 2 * c] == (uint8_t)names[n][c] && bytes[i + 2 * c + 1] == 0)
				c++;
			if (c == PREFIX)
				return true;
		}
	return false;
}

static enum triage_status
msg_open(struct unpack_mail *m, struct triage_error *err)
{
	struct msg *s = fault_hit() ? NULL : calloc(1, sizeof(*s));
	size_t got = 0;
	m->state = s;
	if (s == NULL)
		return no_memory(err);
	buf_init(&s->whole, MSG_MAX);
	if (!looks_like_msg(m))
		return TRIAGE_OK;
	if (m->source->size > MSG_MAX) {
		mail_broken(m, "it is larger than what is held in memory; save it as .eml to have its parts");
		return TRIAGE_OK;
	}
	const uint8_t *bytes = m->source->held;
	got = (size_t)m->source->size;
	if (m->source->io != NULL) {
		s->bytes = malloc((size_t)m->source->size + 1);
		if (s->bytes == NULL)
			return no_memory(err);
		if (!mail_source_read(m->source, 0, s->bytes, (size_t)m->source->size, &got)) {
			mail_broken(m, m->source->failed.text);
			return TRIAGE_OK;
		}
		bytes = s->bytes;
	}
	const char *damage;
	enum triage_status st = ole_open((struct view){ bytes, got }, &s->ole, &damage, err);
	if (st == TRIAGE_E_MEMORY)
		return st;
	if (st != TRIAGE_OK) {
		mail_broken(m, "its tables are damaged");
		return TRIAGE_OK;
	}
	s->cut = damage != NULL;
	if (!find_parents(s))
		return no_memory(err);
	find_messages(m, s);
	s->next_entry = s->first[0];
	return TRIAGE_OK;
}

/* --- properties --- */

static bool
read_stream(struct msg *s, uint32_t entry, struct buf *out)
{
	struct triage_error ignored;
	bool cut = true;
	if (entry == UINT32_MAX)
		return false;
	struct ole_entry e = ole_entry(s->ole, entry);
	bool read = ole_read(s->ole, &e, out, &cut, &ignored) == TRIAGE_OK;
	s->cut = s->cut || !read || cut;
	return out->size > 0;
}

/* A text property as UTF-8 into out, which is cleared. ANSI text stays as it is: its code page is seldom known. */
static bool
read_text(struct msg *s, uint32_t storage, unsigned id, struct buf *out)
{
	SCOPED_BUF raw;
	buf_init(&raw, MSG_MAX);
	buf_clear(out);
	if (read_stream(s, find_property(s, storage, id, TYPE_WIDE), &raw)) {
		text_from_utf16le(out, (const uint8_t *)buf_cstr(&raw), raw.size / 2);
		s->long_text = s->long_text || out->failed;
		return true;
	}
	if (!read_stream(s, find_property(s, storage, id, TYPE_ANSI), &raw))
		return false;
	buf_put(out, buf_cstr(&raw), strnlen(buf_cstr(&raw), raw.size < out->max ? raw.size : out->max));
	s->long_text = s->long_text || raw.size > out->max + 1;
	return true;
}

/* A time property: those are in one stream of fixed rows. */
static int64_t
read_time(struct view rows, unsigned id)
{
	for (size_t at = rows.size % 16; rows.size - at >= 16; at += 16)
		if (load_le32(rows.data + at) == ((uint32_t)id << 16 | 0x40))
			return when_from_filetime(load_le64(rows.data + at + 8));
	return TRIAGE_TIME_NONE;
}

/* Header lines of a message into s->whole. */
static void
make_headers(struct msg *s, uint32_t storage, int64_t *ret_time)
{
	enum { TEXTS = 7 };
	static const unsigned ids[TEXTS] = { ID_HEADERS, ID_SENDER, ID_ADDRESS, ID_TO, ID_CC, ID_SUBJECT, ID_MESSAGE_ID };
	struct buf text[TEXTS];
	SCOPED_BUF rows, smtp;
	buf_init(&rows, MSG_MAX);
	buf_init(&smtp, TEXT_MAX);
	for (size_t i = 0; i < TEXTS; i++) {
		buf_init(&text[i], TEXT_MAX);
		read_text(s, storage, ids[i], &text[i]);
	}
	bool has_smtp = read_text(s, storage, ID_SMTP, &smtp);
	read_stream(s, find_in(s, storage, "__properties_version1.0", OLE_STREAM), &rows);
	struct view view = { (const uint8_t *)buf_cstr(&rows), rows.size };
	struct mail_item item = { .transport = buf_cstr(&text[0]), .from_name = buf_cstr(&text[1]), .from_address = buf_cstr(has_smtp ? &smtp : &text[2]),
		.to = buf_cstr(&text[3]), .cc = buf_cstr(&text[4]), .subject = buf_cstr(&text[5]), .message_id = buf_cstr(&text[6]),
		.submitted = read_time(view, ID_SUBMITTED), .delivered = read_time(view, ID_DELIVERED) };
	mail_put_item(&s->whole, &item);
	*ret_time = item.delivered != TRIAGE_TIME_NONE ? item.delivered : item.submitted;
	for (size_t i = 0; i < TEXTS; i++)
		buf_release(&text[i]);
}

/* --- members --- */

/* "attached-1/attached-3/" for a message in a message in the file. */
static void
put_prefix(struct msg *s, struct buf *out)
{
	uint32_t chain[16];
	size_t depth = 0;
	for (uint32_t at = (uint32_t)s->message; s->messages[at].in != UINT32_MAX && depth < 16; at = s->messages[at].in)
		chain[depth++] = s->messages[at].number;
	while (depth > 0)
		buf_format(out, "attached-%u/", chain[--depth]);
}

/* The next attachment of the message with bytes of its own. */
static bool
next_attachment(struct unpack_mail *m, struct msg *s)
{
	SCOPED_BUF name;
	buf_init(&name, TEXT_MAX);
	while (s->next_entry != UINT32_MAX) {
		uint32_t i = s->next_entry;
		struct ole_entry e = ole_entry(s->ole, i);
		s->next_entry = s->next[i];
		if (e.type != OLE_STORAGE || !called(&e, "__attach_version1.0_#"))
			continue;
		s->attachment++;
		uint32_t data = find_property(s, i, ID_DATA, TYPE_BINARY);
		if (data == UINT32_MAX)
			continue;	/* a message of its own, or a link */
		char otherwise[40];
		snprintf(otherwise, sizeof(otherwise), "attachment-%u.bin", s->attachment);
		if (!read_text(s, i, ID_LONG_NAME, &name))
			read_text(s, i, ID_NAME, &name);
		mail_put_name(&m->name, buf_cstr(&name), name.size, otherwise);
		read_stream(s, data, &s->whole);
		return true;
	}
	return false;
}

static bool
next_piece(struct unpack_mail *m, struct msg *s)
{
	uint32_t storage = s->messages[s->message].entry;
	SCOPED_BUF packed;
	bool there = false;
	buf_init(&packed, MSG_MAX);
	switch (s->piece) {
	case PIECE_HEADERS:
		make_headers(s, storage, &m->mtime);
		buf_text(&m->name, "headers.txt");
		there = true;
		break;
	case PIECE_BODY:
		there = read_text(s, storage, ID_BODY, &s->whole);
		buf_text(&m->name, "body.txt");
		break;
	case PIECE_HTML:
		there = read_stream(s, find_property(s, storage, ID_HTML, TYPE_BINARY), &s->whole);
		buf_text(&m->name, "body.html");
		break;
	case PIECE_RTF:
		there = read_stream(s, find_property(s, storage, ID_RTF, TYPE_BINARY), &packed) &&
		    (mail_unpack_rtf((struct view){ (const uint8_t *)buf_cstr(&packed), packed.size }, &s->whole) || s->whole.size > 0);
		buf_text(&m->name, "body.rtf");
		break;
	default:
		return next_attachment(m, s);
	}
	s->piece++;
	if (s->piece == PIECE_ATTACHMENT) {
		s->next_entry = s->first[storage];
		s->attachment = 0;
	}
	return there;
}

static enum unpack_step
msg_next(struct unpack_mail *m)
{
	struct msg *s = m->state;
	if (m->why[0] != '\0')
		return UNPACK_BROKEN;
	while (s->ole != NULL && s->message < s->message_count) {
		buf_clear(&s->whole);
		buf_clear(&m->name);
		s->given = false;
		put_prefix(s, &m->name);
		unsigned piece = s->piece;
		if (next_piece(m, s)) {
			m->size = s->whole.size;
			return UNPACK_MEMBER;
		}
		if (piece == PIECE_ATTACHMENT) {
			s->message++;
			s->piece = PIECE_HEADERS;
		}
	}
	if (s->long_text)
		m->left_out = "a text in it is longer than 1 MiB, and the rest of it was not read";
	return s->cut ? mail_broken(m, "its tables are damaged: some properties or attachments are cut or missing") : UNPACK_END;
}

static bool
msg_more(struct unpack_mail *m)
{
	struct msg *s = m->state;
	if (!s->given && s->whole.size > 0) {
		/* the whole changes hands; the other buffer comes back empty */
		struct buf out = m->out;
		m->out = s->whole;
		s->whole = out;
		s->whole.max = MSG_MAX;
		buf_clear(&s->whole);
	}
	s->given = true;
	return true;
}

const struct unpack_mail_kind unpack_mail_msg = { .open = msg_open, .next = msg_next, .more = msg_more, .close = msg_close };

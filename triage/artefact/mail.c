/*
 * mail.c - the header of an internet message: when it was sent and received, from whom, to whom, through which machines.
 *
 * Sources: RFC 5322, 2047. Bodies and attachments are not looked at here: they are members of the message. Messages of mailboxes and of
 * Outlook come as members too, those of Outlook with header lines made of their properties. Times that say no zone are taken as UTC.
 */
#include "triage/artefact/artefact.h"

#include "triage/base/mime.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 256 << 10, RECEIVED_MAX = 64, TEXT_MAX = 4096 };

/* What the events share. */
struct header {
	struct buf from, to, cc, subject, message_id, reply_to, return_path, date, mailer, sender_ip, delivery;
	struct {
		char *text;
		size_t offset;
	} received[RECEIVED_MAX];
	size_t received_count, received_left_out;
	size_t date_at;
	bool cut;			/* a field was longer than is kept */
};

struct state {
	bool done;
};

static const struct {
	const char *name;
	size_t at;
} fields[] = {
#define FIELD(name, member) { name, offsetof(struct header, member) }
	FIELD("from", from), FIELD("to", to), FIELD("cc", cc), FIELD("subject", subject), FIELD("message-id", message_id), FIELD("reply-to", reply_to),
	FIELD("return-path", return_path), FIELD("date", date), FIELD("x-mailer", mailer), FIELD("user-agent", mailer), FIELD("x-originating-ip", sender_ip),
	FIELD("x-delivery-time", delivery),
#undef FIELD
};

static struct buf *
field_of(struct header *h, size_t i)
{
	return (struct buf *)(void *)((char *)h + fields[i].at);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return mime_is_message(head);
}

/* The header's text, words decoded; the first of several of one name. */
static void
read_header(struct view all, struct header *h)
{
	SCOPED_BUF value;
	char name[MIME_NAME_MAX];
	size_t at = 0, before = 0;
	buf_init(&value, MIME_VALUE_MAX + 16);
	for (; mime_field(all, &at, name, &value); before = at) {
		if (strcmp(name, "received") == 0 && value.size > 0) {
			if (h->received_count == RECEIVED_MAX) {
				h->received_left_out++;
				continue;
			}
			h->received[h->received_count].offset = before;
			h->received[h->received_count].text = strdup(buf_cstr(&value));
			bool kept = h->received[h->received_count].text != NULL;
			h->received_count += kept;
			h->received_left_out += !kept;
		}
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			struct buf *to = field_of(h, i);
			if (strcmp(name, fields[i].name) != 0 || to->size > 0)
				continue;
			if (strcmp(name, "date") == 0)
				h->date_at = before;
			mime_words(to, buf_cstr(&value), value.size < TEXT_MAX ? value.size : TEXT_MAX);
			h->cut = h->cut || value.size > TEXT_MAX || to->failed;
		}
	}
}

static void
put_fields(struct artefact *a, const struct header *h)
{
	artefact_text(a, "from", buf_cstr(&h->from));
	artefact_text(a, "to", buf_cstr(&h->to));
	artefact_text(a, "cc", buf_cstr(&h->cc));
	artefact_text(a, "subject", buf_cstr(&h->subject));
	artefact_text(a, "message_id", buf_cstr(&h->message_id));
	artefact_text(a, "reply_to", buf_cstr(&h->reply_to));
	artefact_text(a, "return_path", buf_cstr(&h->return_path));
	artefact_text(a, "mailer", buf_cstr(&h->mailer));
	artefact_text(a, "sender_ip", buf_cstr(&h->sender_ip));
	if (h->cut)
		artefact_cut(a);
}

/* The word behind "from " or "by " of a Received line. */
static void
put_word(struct artefact *a, const char *key, const char *text, const char *before)
{
	const char *p = text;
	size_t size = strlen(before);
	while ((p = strstr(p, before)) != NULL && p != text && p[-1] != ' ' && p[-1] != '\t')
		p++;
	if (p != NULL && strncmp(p, before, size) == 0)
		artefact_bytes(a, key, p + size, strcspn(p + size, " \t;("));
}

static enum triage_status
send_received(struct artefact *a, const struct header *h, size_t i, struct triage_error *err)
{
	const char *text = h->received[i].text, *date = strrchr(text, ';');
	int64_t when;
	bool zoned;
	if (date == NULL || !mime_date(date + 1 + strspn(date + 1, " \t"), &when, &zoned))
		return artefact_remark(a, TRIAGE_INFO, "date-unread", h->received[i].offset, 0, err, "a line Received without a date that can be read");
	artefact_event(a, when, "received");
	artefact_offset(a, h->received[i].offset);
	put_fields(a, h);
	put_word(a, "received_from", text, "from ");
	put_word(a, "received_by", text, "by ");
	const char *open = strchr(text, '['), *close = open != NULL ? strchr(open, ']') : NULL;
	if (close != NULL && close - open > 2 && close - open < 64)
		artefact_bytes(a, "address", open + 1, (size_t)(close - open - 1));
	artefact_unsigned(a, "hop", h->received_count - i);
	if (!zoned)
		artefact_flag(a, "zone_missing", true);
	artefact_message(a, "Mail received by a server: \"%.300s\" from %.200s", buf_cstr(&h->subject), buf_cstr(&h->from));
	return artefact_send(a, err);
}

static enum triage_status
send_message(struct artefact *a, const struct header *h, struct triage_error *err)
{
	int64_t when;
	bool zoned;
	enum triage_status st = TRIAGE_OK;
	if (h->date.size > 0 && !mime_date(buf_cstr(&h->date), &when, &zoned))
		st = artefact_remark(a, TRIAGE_INFO, "date-unread", h->date_at, 0, err, "the date of the message cannot be read: %.80s", buf_cstr(&h->date));
	else if (h->date.size > 0) {
		artefact_event(a, when, "sent");
		artefact_offset(a, h->date_at);
		put_fields(a, h);
		if (!zoned)
			artefact_flag(a, "zone_missing", true);
		artefact_message(a, "Mail sent: \"%.300s\" from %.200s to %.300s", buf_cstr(&h->subject), buf_cstr(&h->from), buf_cstr(&h->to));
		st = artefact_send(a, err);
	}
	if (st == TRIAGE_OK && h->delivery.size > 0 && mime_date(buf_cstr(&h->delivery), &when, &zoned)) {
		artefact_event(a, when, "delivered");
		put_fields(a, h);
		artefact_message(a, "Mail delivered: \"%.300s\" from %.200s", buf_cstr(&h->subject), buf_cstr(&h->from));
		st = artefact_send(a, err);
	}
	for (size_t i = 0; i < h->received_count && st == TRIAGE_OK; i++)
		st = send_received(a, h, i, err);
	if (st == TRIAGE_OK && h->received_left_out > 0)
		st = artefact_remark(a, TRIAGE_LOW, "received-cut", TRIAGE_NO_ID, 0, err, "%zu lines Received beyond the first %d are left out", h->received_left_out, RECEIVED_MAX);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	(void)at;
	*ret_used = bytes.size;
	if (s->done)
		return TRIAGE_OK;
	/* the same for each way in which the stream may come */
	struct view header = { bytes.data, bytes.size < HEADER_MAX ? bytes.size : HEADER_MAX };
	bool ends = memmem(header.data, header.size, "\n\n", 2) != NULL || memmem(header.data, header.size, "\n\r\n", 3) != NULL;
	if (!last && !ends && bytes.size < HEADER_MAX) {
		*ret_used = 0;
		return TRIAGE_OK;
	}
	struct header h = { .received_count = 0 };
	s->done = true;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_init(field_of(&h, i), 3 * TEXT_MAX);
	read_header(header, &h);
	enum triage_status st = send_message(a, &h, err);
	if (st == TRIAGE_OK && !ends && header.size == HEADER_MAX)
		st = artefact_remark(a, TRIAGE_LOW, "header-cut", HEADER_MAX, 0, err, "the header is longer than %u KiB: the rest of it is not read", (unsigned)(HEADER_MAX >> 10));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		buf_release(field_of(&h, i));
	for (size_t i = 0; i < h.received_count; i++)
		free(h.received[i].text);
	return st;
}

const struct artefact_kind artefact_mail = {
	.name = "mail",
	.source = "mail",
	.title = "internet message (header)",
	.yields = "when mail was sent and received, from whom, to whom, about what, through which servers",
	.reference = "RFC 5322, RFC 2047; MS-OXPROPS for messages of Outlook",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
};

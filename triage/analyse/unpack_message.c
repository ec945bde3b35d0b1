/*
 * unpack_message.c - one internet message: its leaf parts, decoded, and a message in it as it stands.
 *
 * Parts are told by their boundaries line by line, so memory does not grow with them. A part is called as its sender called it, else
 * "part-1.2.txt" by its place and type. uuencoded pieces within a text and winmail.dat are not taken apart.
 */
#include "triage/analyse/unpack_mail.h"

#include "triage/base/fault.h"
#include "triage/base/mime.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { BOUNDARIES = 16, BOUNDARY_MAX = 200, HEADER_MAX = 256 << 10, PLACES_MAX = 100000 };

enum coding { CODING_PLAIN, CODING_BASE64, CODING_QUOTED };

struct message {
	struct mail_lines lines;
	struct buf header;
	struct {
		char boundary[BOUNDARY_MAX + 1];
		size_t size;
		unsigned part;		/* parts that began within it */
	} stack[BOUNDARIES];
	size_t depth;
	bool begun;			/* the message's own header was read */
	bool in_part, at_boundary;	/* a leaf is in hand; a part begins here */
	enum coding coding;
	struct mime_base64 base64;
	uint8_t pending_end;		/* of the line before: belongs to the boundary when one follows */
};

static void
message_close(struct unpack_mail *m)
{
	struct message *s = m->state;
	if (s == NULL)
		return;
	free(s->lines.buffer);
	buf_release(&s->header);
	free(s);
}

static enum triage_status
message_open(struct unpack_mail *m, struct triage_error *err)
{
	struct message *s = fault_hit() ? NULL : calloc(1, sizeof(*s));
	m->state = s;
	if (s != NULL) {
		s->lines.source = m->source;
		s->lines.buffer = malloc(MAIL_LINE);
		buf_init(&s->header, HEADER_MAX);
	}
	if (s == NULL || s->lines.buffer == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a message");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

/* A boundary line of this or an outer multipart: the stack is cut to it. */
static bool
is_boundary(struct message *s, const struct mail_line *line)
{
	if (!line->begins || line->size < 3 || line->size > BOUNDARY_MAX + 80 || line->data[0] != '-' || line->data[1] != '-')
		return false;
	for (size_t d = s->depth; d > 0; d--) {
		size_t size = s->stack[d - 1].size;
		if (line->size < 2 + size || memcmp(line->data + 2, s->stack[d - 1].boundary, size) != 0)
			continue;
		size_t rest = 2 + size;
		bool last = line->size >= rest + 2 && line->data[rest] == '-' && line->data[rest + 1] == '-';
		for (rest += last ? 2 : 0; rest < line->size; rest++)
			if (line->data[rest] != ' ' && line->data[rest] != '\t')
				break;
		if (rest < line->size)
			continue;
		s->depth = last ? d - 1 : d;
		s->at_boundary = !last;	/* behind the last boundary comes an epilogue, which is nobody's */
		return true;
	}
	return false;
}

/* Lines up to the blank one. False when the source ends or breaks before any. */
static bool
read_header(struct unpack_mail *m, struct message *s)
{
	struct mail_line line;
	bool any = false;
	buf_clear(&s->header);
	while (mail_line_next(&s->lines, &line, &m->broken)) {
		any = true;
		if (is_boundary(s, &line)) {
			mail_line_back(&s->lines, &line);
			break;
		}
		if (line.size == 0 && line.begins)
			break;
		buf_put(&s->header, line.data, line.size);
		if (line.end > 0)
			buf_char(&s->header, '\n');
	}
	return any;
}

/* What a header says of its part. */
struct part {
	char type[80];
	struct buf name, boundary;
	bool multipart;
	enum coding coding;
};

static void
read_part(const struct buf *header, struct part *p)
{
	SCOPED_BUF value, parameter;
	char name[MIME_NAME_MAX];
	size_t at = 0;
	buf_init(&value, MIME_VALUE_MAX + 16);
	buf_init(&parameter, MIME_VALUE_MAX + 16);
	while (mime_field((struct view){ (const uint8_t *)buf_cstr(header), header->size }, &at, name, &value)) {
		const char *text = buf_cstr(&value);
		if (strcmp(name, "content-type") == 0) {
			size_t size = strcspn(text, "; \t");
			size = size < sizeof(p->type) - 1 ? size : sizeof(p->type) - 1;
			memcpy(p->type, text, size);
			p->type[size] = '\0';
			p->multipart = strncasecmp(text, "multipart/", 10) == 0 && mime_parameter(text, "boundary", &p->boundary);
			if (p->name.size == 0 && mime_parameter(text, "name", &parameter))
				buf_put(&p->name, buf_cstr(&parameter), parameter.size);
		} else if (strcmp(name, "content-disposition") == 0 && mime_parameter(text, "filename", &parameter) && parameter.size > 0) {
			buf_clear(&p->name);
			buf_put(&p->name, buf_cstr(&parameter), parameter.size);
		} else if (strcmp(name, "content-transfer-encoding") == 0) {
			p->coding = strncasecmp(text, "base64", 6) == 0 ? CODING_BASE64 : strncasecmp(text, "quoted-printable", 16) == 0 ? CODING_QUOTED : CODING_PLAIN;
		}
	}
}

/* "part-1.2.html" into name. */
static void
name_part(struct unpack_mail *m, const struct message *s, struct part *p)
{
	static const struct {
		const char *type, *ending;
	} endings[] = { { "text/html", ".html" }, { "text/calendar", ".ics" }, { "text/csv", ".csv" }, { "text/", ".txt" }, { "message/rfc822", ".eml" },
		{ "message/global", ".eml" }, { "message/", ".txt" }, { "image/jpeg", ".jpg" }, { "image/png", ".png" }, { "image/gif", ".gif" }, { "application/pdf", ".pdf" },
		{ "application/zip", ".zip" }, { "application/pgp-signature", ".asc" }, { "application/pkcs7-", ".p7m" } };
	SCOPED_BUF other;
	buf_init(&other, 300);
	buf_text(&other, "part-");
	for (size_t d = 0; d < s->depth; d++)
		buf_format(&other, "%s%u", d > 0 ? "." : "", s->stack[d].part);
	if (s->depth == 0)
		buf_text(&other, "1");
	const char *ending = p->type[0] == '\0' ? ".txt" : ".bin";
	for (size_t i = sizeof(endings) / sizeof(endings[0]); i-- > 0;)
		if (strncasecmp(p->type, endings[i].type, strlen(endings[i].type)) == 0)
			ending = endings[i].ending;
	buf_text(&other, ending);
	mail_put_name(&m->name, buf_cstr(&p->name), p->name.size, buf_cstr(&other));
}

/* Pass over lines until a boundary that begins a part. False at the end. */
static bool
skip_to_part(struct unpack_mail *m, struct message *s)
{
	struct mail_line line;
	while (!s->at_boundary && s->depth > 0 && mail_line_next(&s->lines, &line, &m->broken))
		is_boundary(s, &line);
	return s->at_boundary;
}

static bool
push(struct message *s, const struct buf *boundary)
{
	if (s->depth == BOUNDARIES || boundary->size == 0 || boundary->size > BOUNDARY_MAX)
		return false;	/* then it is one part, as it stands */
	s->stack[s->depth].size = boundary->size;
	s->stack[s->depth].part = 0;
	memcpy(s->stack[s->depth++].boundary, buf_cstr(boundary), boundary->size);
	return true;
}

static enum unpack_step
message_next(struct unpack_mail *m)
{
	struct message *s = m->state;
	for (unsigned i = 0; i < PLACES_MAX; i++) {
		if (s->begun && !skip_to_part(m, s))
			return m->broken ? mail_broken(m, m->source->failed.text) : UNPACK_END;
		s->begun = true;
		s->at_boundary = s->in_part = false;
		if (s->depth > 0)
			s->stack[s->depth - 1].part++;
		if (!read_header(m, s))
			return m->broken ? mail_broken(m, m->source->failed.text) : UNPACK_END;
		struct mail_line first;
		if (s->depth == 0 && !mail_line_next(&s->lines, &first, &m->broken))
			return m->broken ? mail_broken(m, m->source->failed.text) : UNPACK_END;	/* a header alone */
		if (s->depth == 0)
			mail_line_back(&s->lines, &first);
		struct part p = { .coding = CODING_PLAIN };
		buf_init(&p.name, MAIL_NAME_MAX);
		buf_init(&p.boundary, MIME_VALUE_MAX);
		read_part(&s->header, &p);
		bool inner = p.multipart && push(s, &p.boundary);
		if (s->header.failed)
			m->left_out = "a header in it is longer than 256 KiB, and the rest of it was not read";
		else if (strncasecmp(p.type, "multipart/", 10) == 0 && !inner)
			m->left_out = "a part of parts in it lies too deep, or does not say where its parts end: it is one member as it stands";
		if (!inner) {
			name_part(m, s, &p);
			s->coding = p.coding;
			s->base64 = (struct mime_base64){ 0 };
			s->pending_end = 0;
			s->in_part = true;
		}
		buf_release(&p.name);
		buf_release(&p.boundary);
		if (!inner)
			return UNPACK_MEMBER;
	}
	return mail_broken(m, "it has more parts than a message can have");
}

static bool
message_more(struct unpack_mail *m)
{
	struct message *s = m->state;
	struct mail_line line;
	while (s->in_part && m->out.size == 0) {
		if (!mail_line_next(&s->lines, &line, &m->broken)) {
			s->in_part = false;
			if (s->pending_end > 0)	/* no boundary follows to which it would belong */
				buf_put(&m->out, s->pending_end == 2 ? "\r\n" : "\n", s->pending_end);
			if (m->broken)
				mail_broken(m, m->source->failed.text);
			return !m->broken;
		}
		if (is_boundary(s, &line)) {
			s->in_part = false;
			return true;
		}
		if (s->coding == CODING_BASE64) {
			mime_base64(&s->base64, line.data, line.size, &m->out);
			continue;
		}
		if (s->pending_end > 0)
			buf_put(&m->out, s->pending_end == 2 ? "\r\n" : "\n", s->pending_end);
		bool soft = false;
		if (s->coding == CODING_QUOTED)
			soft = mime_quoted(line.data, line.size, &m->out);
		else
			buf_put(&m->out, line.data, line.size);
		s->pending_end = soft ? 0 : line.end;
	}
	return true;
}

const struct unpack_mail_kind unpack_mail_message = { .open = message_open, .next = message_next, .more = message_more, .close = message_close };

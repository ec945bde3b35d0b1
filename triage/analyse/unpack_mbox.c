/*
 * unpack_mbox.c - a mailbox file: each message as it was put there. Lines "From somebody date" behind a blank line divide it (RFC 4155); of
 * lines that were quoted with '>' because they begin with "From " one is taken off. Not handled: lengths told by Content-Length.
 */
#include "triage/analyse/unpack_mail.h"

#include "triage/base/fault.h"
#include "triage/base/mime.h"

#include <stdlib.h>
#include <string.h>

struct mbox {
	struct mail_lines lines;
	uint64_t count;
	bool in_message;
	bool blank;			/* the line before was blank */
	uint8_t pending;		/* line end that is put when another line follows: the last blank line is the mailbox's */
};

static void
mbox_close(struct unpack_mail *m)
{
	struct mbox *s = m->state;
	if (s != NULL)
		free(s->lines.buffer);
	free(s);
}

static enum triage_status
mbox_open(struct unpack_mail *m, struct triage_error *err)
{
	struct mbox *s = fault_hit() ? NULL : calloc(1, sizeof(*s));
	m->state = s;
	if (s != NULL) {
		s->lines.source = m->source;
		s->lines.buffer = malloc(MAIL_LINE);
		s->blank = true;
	}
	if (s == NULL || s->lines.buffer == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a mailbox");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

static bool
divides(const struct mbox *s, const struct mail_line *line)
{
	return s->blank && line->begins && mail_is_from_line(line->data, line->size);
}

static enum unpack_step
mbox_next(struct unpack_mail *m)
{
	struct mbox *s = m->state;
	struct mail_line line;
	while (mail_line_next(&s->lines, &line, &m->broken)) {
		if (!divides(s, &line)) {
			s->blank = line.size == 0 && line.begins;
			continue;
		}
		char from[420];
		bool zoned;
		memcpy(from, line.data, line.size);
		from[line.size] = '\0';
		/* "From anna@example.org Tue Mar  5 10:11:12 2024" */
		const char *date = strchr(from + 5, ' ');
		if (date == NULL || !mime_date(date + strspn(date, " "), &m->mtime, &zoned))
			m->mtime = TRIAGE_TIME_NONE;
		buf_format(&m->name, "message-%06ju.eml", (uintmax_t)++s->count);
		s->in_message = true;
		s->pending = 0;
		s->blank = false;
		return UNPACK_MEMBER;
	}
	if (!m->broken)
		return UNPACK_END;
	return mail_broken(m, m->source->failed.text);
}

static bool
mbox_more(struct unpack_mail *m)
{
	struct mbox *s = m->state;
	struct mail_line line;
	while (s->in_message && m->out.size < MAIL_LINE) {
		if (!mail_line_next(&s->lines, &line, &m->broken)) {
			s->in_message = false;
			if (m->broken)
				mail_broken(m, m->source->failed.text);
			/* no mailbox behind it to which the last line end belongs */
			if (!s->blank && s->pending > 0)
				buf_put(&m->out, s->pending == 2 ? "\r\n" : "\n", s->pending);
			s->pending = 0;
			return !m->broken;
		}
		if (divides(s, &line)) {
			mail_line_back(&s->lines, &line);
			s->in_message = false;
			return true;
		}
		if (s->pending > 0)
			buf_put(&m->out, s->pending == 2 ? "\r\n" : "\n", s->pending);
		size_t quotes = 0;
		while (line.begins && quotes < line.size && line.data[quotes] == '>')
			quotes++;
		bool quoted = quotes > 0 && line.size - quotes >= 5 && memcmp(line.data + quotes, "From ", 5) == 0;
		buf_put(&m->out, line.data + quoted, line.size - quoted);
		s->blank = line.begins && line.size == 0;
		s->pending = line.end;
	}
	return true;
}

const struct unpack_mail_kind unpack_mail_mbox = { .open = mbox_open, .next = mbox_next, .more = mbox_more, .close = mbox_close };

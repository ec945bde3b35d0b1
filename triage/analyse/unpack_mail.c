/* unpack_mail.c - what the kinds of mail share: bytes and lines of a source, names, and how a message and a mailbox are told. */
#include "triage/analyse/unpack_mail.h"

#include "triage/base/mime.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const struct unpack_mail_kind *
unpack_mail_of(enum unpack_kind kind)
{
	return kind == UNPACK_MESSAGE ? &unpack_mail_message : kind == UNPACK_MBOX ? &unpack_mail_mbox : kind == UNPACK_MSG ? &unpack_mail_msg :
	    kind == UNPACK_PST ? &unpack_mail_pst : NULL;
}

/* --- bytes and lines --- */

bool
mail_source_read(struct unpack_source *s, uint64_t offset, void *buf, size_t size, size_t *ret_got)
{
	uint64_t left = offset < s->size ? s->size - offset : 0;
	*ret_got = 0;
	if (size > left)
		size = (size_t)left;
	if (s->io == NULL) {
		if (size > 0)
			memcpy(buf, s->held + offset, size);
		*ret_got = size;
		return true;
	}
	while (*ret_got < size) {
		size_t got = 0;
		if (s->io->read(s->io->ctx, offset + *ret_got, (uint8_t *)buf + *ret_got, size - *ret_got, &got, &s->failed) != TRIAGE_OK)
			return false;
		if (got == 0)
			break;
		*ret_got += got;
	}
	return true;
}

enum unpack_step
mail_broken(struct unpack_mail *m, const char *why)
{
	snprintf(m->why, MAIL_WHY, "%.*s", MAIL_WHY - 1, why);
	return UNPACK_BROKEN;
}

bool
mail_line_next(struct mail_lines *l, struct mail_line *line, bool *ret_broken)
{
	const uint8_t *end = l->used < l->have ? memchr(l->buffer + l->used, '\n', l->have - l->used) : NULL;
	if (end == NULL && (l->used > 0 || l->have < MAIL_LINE)) {
		size_t got;
		memmove(l->buffer, l->buffer + l->used, l->have - l->used);
		l->have -= l->used;
		l->used = 0;
		if (!mail_source_read(l->source, l->at, l->buffer + l->have, MAIL_LINE - l->have, &got)) {
			*ret_broken = true;
			return false;
		}
		size_t before = l->have;
		l->have += got;
		l->at += got;
		end = got > 0 ? memchr(l->buffer + before, '\n', got) : NULL;
	}
	if (l->have == l->used)
		return false;
	const uint8_t *p = l->buffer + l->used;
	size_t size = end != NULL ? (size_t)(end - p) : l->have - l->used;
	*line = (struct mail_line){ .data = p, .size = size, .end = end != NULL, .begins = !l->inside };
	l->used += size + (end != NULL);
	if (end == NULL && size > 1 && p[size - 1] == '\r' && l->have == MAIL_LINE) {
		/* the other half of the line end may follow */
		line->size--;
		l->used--;
	} else if (end != NULL && size > 0 && p[size - 1] == '\r') {
		line->size--;
		line->end = 2;
	}
	l->inside = end == NULL;
	return true;
}

void
mail_line_back(struct mail_lines *l, const struct mail_line *line)
{
	l->used = (size_t)(line->data - l->buffer);
	l->inside = !line->begins;
}

/* --- names --- */

void
mail_put_name(struct buf *out, const char *name, size_t size, const char *otherwise)
{
	enum { PART_MAX = 255 };
	if (size == 0 || (size <= 2 && name[0] == '.' && name[size - 1] == '.')) {
		buf_text(out, otherwise);
		return;
	}
	if (size > PART_MAX) {
		size = PART_MAX;
		while (size > 1 && ((uint8_t)name[size] & 0xc0) == 0x80)
			size--;
	}
	for (size_t i = 0; i < size; i++)
		buf_char(out, name[i] == '/' || name[i] == '\\' || name[i] == '\0' ? '_' : name[i]);
}

void
mail_put_header(struct buf *out, const char *field, const char *value)
{
	if (value[0] == '\0')
		return;
	buf_text(out, field);
	buf_text(out, ": ");
	for (; *value != '\0'; value++)
		buf_char(out, *value == '\r' || *value == '\n' ? ' ' : *value);
	buf_text(out, "\r\n");
}

/* --- what it is --- */

bool
mail_is_from_line(const uint8_t *line, size_t size)
{
	bool clock = false;
	if (size < 16 || size > 400 || memcmp(line, "From ", 5) != 0 || !isgraph(line[5]))
		return false;
	/* its date has a time of day and a year */
	for (size_t i = 6; i + 5 <= size && !clock; i++)
		clock = isdigit(line[i]) && isdigit(line[i + 1]) && line[i + 2] == ':' && isdigit(line[i + 3]) && isdigit(line[i + 4]);
	bool year = false;
	for (size_t i = 6; i + 4 <= size && !year; i++)
		year = ((line[i] == '1' && line[i + 1] == '9') || (line[i] == '2' && line[i + 1] == '0')) && isdigit(line[i + 2]) && isdigit(line[i + 3]);
	return clock && year;
}

bool
mail_is_mbox(struct view head)
{
	const uint8_t *end = head.size > 5 && memcmp(head.data, "From ", 5) == 0 ? memchr(head.data, '\n', head.size) : NULL;
	if (end == NULL || !mail_is_from_line(head.data, (size_t)(end - head.data)))
		return false;
	struct buf value;
	char name[MIME_NAME_MAX];
	size_t at = (size_t)(end - head.data) + 1;
	buf_init(&value, MIME_VALUE_MAX + 16);
	bool field = mime_field(head, &at, name, &value);
	buf_release(&value);
	return field;
}

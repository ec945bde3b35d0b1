#include "triage/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_release(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->size = 0;
	b->failed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

bool
buf_grow(struct buf *b, size_t extra)
{
	if (b->failed)
		return false;
	if (extra > b->max - b->size) {
		b->failed = true;
		return false;
	}
	size_t want = b->size + extra + 1;
	if (want <= b->room)
		return true;
	size_t room = b->room < 128 ? 128 : b->room;
	while (room < want)
		room = room > SIZE_MAX / 2 ? want : room * 2;
	char *data = realloc(b->data, room);
	if (data == NULL) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void
buf_put(struct buf *b, const void *data, size_t size)
{
	char *into = buf_room(b, size);
	if (into == NULL)
		return;
	if (size > 0)
		memcpy(into, data, size);
	buf_wrote(b, size);
}

void
buf_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_char(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_format(struct buf *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	if (n < 0) {
		b->failed = true;
	} else if (buf_grow(b, (size_t)n)) {
		vsnprintf(b->data + b->size, (size_t)n + 1, format, again);
		b->size += (size_t)n;
	}
	va_end(again);
	va_end(args);
}

const char *
buf_cstr(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

enum triage_status
buf_check(const struct buf *b, struct triage_error *err)
{
	if (!b->failed)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "a text of more than %zu bytes", b->max);
	return TRIAGE_E_LIMIT;
}

/* layer_text.c - see layer_text.h. */
#include "triage/evidence/layer_text.h"

#include "triage/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ALSO_MAX = 600, DISPLAY_MAX = 8 << 10 };

/* How much of text (size bytes) fits into max bytes without a character cut in two. */
static size_t
whole_characters(const char *text, size_t size, size_t max)
{
	size_t fits = size < max ? size : max;
	while (fits > 0 && fits < size && ((uint8_t)text[fits] & 0xc0) == 0x80)
		fits--;
	return fits;
}

void
layer_display(const void *raw, size_t size, char *out, size_t room)
{
	SCOPED_BUF text;
	buf_init(&text, DISPLAY_MAX);
	text_display(&text, raw, size < DISPLAY_MAX / 4 ? size : DISPLAY_MAX / 4);
	size_t fits = whole_characters(buf_cstr(&text), text.size, room - 1);
	memcpy(out, buf_cstr(&text), fits);
	out[fits] = '\0';
}

void
layer_copy(const char *text, char *out, size_t room)
{
	size_t size = strlen(text);
	if (size < room) {
		memcpy(out, text, size + 1);
		return;
	}
	size_t fits = whole_characters(text, size, room - 4);
	memcpy(out, text, fits);
	memcpy(out + fits, "...", 4);
}

void
layer_uuid(const uint8_t *bytes, char *out)
{
	char hex[33];
	text_hex(hex, bytes, 16);
	snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void
layer_also(struct buf *b, const char *format, ...)
{
	char text[ALSO_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (b->size > 0)
		buf_text(b, "; ");
	buf_text(b, text);
}

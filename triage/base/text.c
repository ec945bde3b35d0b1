#include "triage/base/text.h"

#include "triage/base/view.h"

#include <stdbool.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

enum { RUN = 64 };		/* bytes looked at in one go: what is looked at again is bounded */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

size_t
text_plain(const void *text, size_t size)
{
	const uint8_t *p = text;
	size_t i = 0;
	for (; size - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
		uint64_t x = load_le64(p + i), quote = x ^ EACH('"'), slash = x ^ EACH('\\');
		/* a high bit stays where a byte is 0x80 or more, or 0x7f, or less than 0x20, or a quote, or a backslash; the lowest of them is right */
		uint64_t other = (x | (x + EACH(1)) | (x - EACH(0x20)) | (quote - EACH(1)) | (slash - EACH(1))) & EACH(0x80);
		if (other != 0)
			return i + (size_t)__builtin_ctzll(other) / 8;
	}
	while (i < size && p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
		i++;
	return i;
}

/* Length of the UTF-8 sequence at p (1..4) with its code point, or 0 when invalid. Source: RFC 3629. */
static size_t
utf8_next(const uint8_t *p, size_t size, uint32_t *ret_code)
{
	if (p[0] < 0x80) {
		*ret_code = p[0];
		return 1;
	}
	size_t n = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	if (n == 0 || p[0] > 0xf4 || n > size)
		return 0;
	uint32_t code = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3f);
	}
	if ((n == 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff))) || (n == 4 && (code < 0x10000 || code > 0x10ffff)))
		return 0;
	*ret_code = code;
	return n;
}

/* Code points that would move, hide or reorder what a person reads. */
static bool
is_treacherous(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f) || (c & 0xfffe) == 0xfffe;
}

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void
put_escaped(struct buf *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[4] = { '\\', 'x', hex_digits[p[i] >> 4], hex_digits[p[i] & 15] };
		buf_put(out, text, sizeof(text));
	}
}

/* exact: what is written can be read back byte for byte, so a backslash that looks like an escape is one too. */
static void
put_shown(struct buf *out, const uint8_t *p, size_t size, bool exact)
{
	size_t plain = 0;
	for (size_t i = 0; i < size;) {
		uint32_t code;
		size_t run = text_plain(p + i, size - i < RUN ? size - i : RUN);
		if (run > 0) {
			i += run;
			continue;
		}
		size_t n = utf8_next(p + i, size - i, &code);
		bool escape_like = exact && n == 1 && code == '\\' && size - i >= 4 && p[i + 1] == 'x' && is_hex(p[i + 2]) && is_hex(p[i + 3]);
		if (n > 0 && !escape_like && !is_treacherous(code)) {
			i += n;
			continue;
		}
		buf_put(out, p + plain, i - plain);
		size_t bad = n == 0 ? 1 : n;
		put_escaped(out, p + i, bad);
		i += bad;
		plain = i;
	}
	if (plain < size)
		buf_put(out, p + plain, size - plain);
}

void
text_display(struct buf *out, const void *raw, size_t size)
{
	put_shown(out, raw, size, true);
}

void
text_safe(struct buf *out, const char *text)
{
	put_shown(out, (const uint8_t *)text, strlen(text), false);
}

void
text_safe_bytes(struct buf *out, const void *text, size_t size)
{
	put_shown(out, text, size, false);
}

void
text_json(struct buf *out, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t size = strlen(text);
	for (size_t i = 0; i < size;) {
		uint32_t code;
		size_t run = text_plain(p + i, size - i < RUN ? size - i : RUN);
		const uint8_t *slash = memchr(p + i, '/', run);
		run = slash != NULL ? (size_t)(slash - (p + i)) : run;
		if (run > 0) {
			buf_put(out, p + i, run);
			i += run;
			continue;
		}
		size_t n = utf8_next(p + i, size - i, &code);
		if (n == 0) {
			buf_text(out, "\xef\xbf\xbd");
			i++;
			continue;
		}
		if (code == '"' || code == '\\') {
			buf_char(out, '\\');
			buf_char(out, (char)code);
		} else if (code == '/' && i > 0 && p[i - 1] == '<') {
			buf_text(out, "\\/");
		} else if (code < 0x20 || code == 0x7f || code == 0x2028 || code == 0x2029) {
			buf_format(out, "\\u%04x", (unsigned)code);
		} else {
			buf_put(out, p + i, n);
		}
		i += n;
	}
}

void
text_json_string(struct buf *out, const char *text)
{
	if (text == NULL) {
		buf_text(out, "null");
		return;
	}
	buf_char(out, '"');
	text_json(out, text);
	buf_char(out, '"');
}

void
text_csv(struct buf *out, const char *text)
{
	bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
	/* full-width forms of = + - @, which spreadsheets fold to the plain ones */
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		formula = formula || strncmp(text, wide[i], 3) == 0;
	if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
		buf_text(out, text);
		return;
	}
	buf_char(out, '"');
	if (formula)
		buf_char(out, '\'');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			buf_char(out, '"');
		buf_char(out, *p);
	}
	buf_char(out, '"');
}

void
text_html(struct buf *out, const char *text)
{
	for (;;) {
		size_t plain = strcspn(text, "&<>\"'");
		buf_put(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		buf_text(out, *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '"' ? "&quot;" : "&#39;");
		text++;
	}
}

void
text_bodyfile(struct buf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '|' || *p == '\r' || *p == '\n' || *p == '%')
			buf_format(out, "%%%02X", (unsigned)(uint8_t)*p);
		else
			buf_char(out, *p);
	}
}

void
text_code_point(struct buf *out, uint32_t c)
{
	char text[4];
	size_t n;
	if (c < 0x80) {
		text[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		text[0] = (char)(0xc0 | c >> 6);
		text[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	} else if (c < 0x10000) {
		text[0] = (char)(0xe0 | c >> 12);
		text[1] = (char)(0x80 | (c >> 6 & 0x3f));
		text[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	} else {
		text[0] = (char)(0xf0 | c >> 18);
		text[1] = (char)(0x80 | (c >> 12 & 0x3f));
		text[2] = (char)(0x80 | (c >> 6 & 0x3f));
		text[3] = (char)(0x80 | (c & 0x3f));
		n = 4;
	}
	buf_put(out, text, n);
}

void
text_from_utf16le(struct buf *out, const uint8_t *data, size_t units)
{
	for (size_t i = 0; i < units; i++) {
		uint32_t c = (uint32_t)(data[2 * i] | data[2 * i + 1] << 8);
		if (c >= 0xd800 && c <= 0xdbff && i + 1 < units) {
			uint32_t low = (uint32_t)(data[2 * i + 2] | data[2 * i + 3] << 8);
			if (low >= 0xdc00 && low <= 0xdfff) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i++;
			}
		}
		text_code_point(out, c);
	}
}

void
text_hex(char *out, const void *data, size_t size)
{
	const uint8_t *p = data;
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = hex_digits[p[i] >> 4];
		out[2 * i + 1] = hex_digits[p[i] & 15];
	}
	out[2 * size] = '\0';
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

_Bool
text_unhex(const char *text, void *out, size_t size)
{
	uint8_t *p = out;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(text[2 * i]);
		int low = high < 0 ? -1 : hex_value(text[2 * i + 1]);
		if (low < 0)
			return false;
		p[i] = (uint8_t)(high << 4 | low);
	}
	return text[2 * size] == '\0';
}

const char *
text_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* json_flat.c - whether a text is a JSON object of plain values, in one go: most events are, and the parser would take each apart. Source: RFC 8259. */
#include "triage/base/json.h"

#include "triage/base/view.h"

#include <string.h>

/* The end of a string from behind its opening quote: the closing quote, or NULL. Eight bytes at a time. */
static const char *
string_end(const char *p, const char *end)
{
	static const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
	while (p < end) {
		if (end - p >= 8) {
			uint64_t x = load_le64((const uint8_t *)p), quote = x ^ ones * '"', slash = x ^ ones * '\\';
			/* the lowest top bit is right: a quote, a backslash or a control character */
			uint64_t stop = (((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops;
			if (stop == 0) {
				p += 8;
				continue;
			}
			p += __builtin_ctzll(stop) / 8;
		}
		if (*p == '"')
			return p;
		if ((unsigned char)*p < 0x20 || (*p == '\\' && (end - p < 2 || memchr("\"\\/bfnrt", p[1], 8) == NULL)))
			return NULL;
		p += *p == '\\' ? 2 : 1;
	}
	return NULL;
}

/* Behind the plain value at p, or NULL. */
static const char *
plain_value_end(const char *p, const char *end)
{
	static const char *const words[] = { "true", "false", "null" };
	if (p < end && *p == '"') {
		p = string_end(p + 1, end);
		return p != NULL ? p + 1 : NULL;
	}
	const char *digits = p < end && *p == '-' ? p + 1 : p, *stop = digits;
	while (stop < end && *stop >= '0' && *stop <= '9')
		stop++;
	if (stop > digits)
		return *digits == '0' && stop - digits > 1 ? NULL : stop;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = strlen(words[i]);
		if (digits == p && (size_t)(end - p) >= size && memcmp(p, words[i], size) == 0)
			return p + size;
	}
	return NULL;
}

bool
json_is_flat_object(const char *text, size_t size)
{
	const char *p = text, *end = text + size;
	if (size < 2 || *p++ != '{')
		return false;
	if (*p == '}')
		return size == 2;
	for (;; p++) {
		if (p == end || *p != '"' || (p = string_end(p + 1, end)) == NULL || end - p < 3 || p[1] != ':')
			return false;
		p = plain_value_end(p + 2, end);
		if (p == NULL || p == end || *p != ',')
			return p != NULL && p + 1 == end && *p == '}';
	}
}

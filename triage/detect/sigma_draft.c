#include "triage/detect/sigma_draft.h"

#include <string.h>

static bool
draft_copy(struct sigma_set *set, const char *text, size_t size, struct sigma_draft *d)
{
	d->text = pool_text(&set->pool, text, size);
	d->size = size;
	return d->text != NULL;
}

bool
sigma_draft_of(struct sigma_set *set, const char *text, size_t size, struct sigma_draft *d)
{
	if (!draft_copy(set, text, size, d))
		return false;
	size_t n = 0;
	for (size_t i = 0; i < size; i++) {
		char c = text[i];
		if (c == '\\' && i + 1 < size && (text[i + 1] == '*' || text[i + 1] == '?' || text[i + 1] == '\\'))
			c = text[++i];
		else if (c == '*')
			c = (char)SIGMA_ANY;
		else if (c == '?')
			c = (char)SIGMA_ONE;
		d->text[n++] = c;
	}
	d->text[n] = '\0';
	d->size = n;
	return true;
}

bool
sigma_draft_has_codes(const struct sigma_draft *d)
{
	for (size_t i = 0; i < d->size && !d->encoded; i++)
		if ((uint8_t)d->text[i] >= SIGMA_DASH)
			return true;
	return false;
}

bool
sigma_draft_surround(struct sigma_set *set, struct sigma_draft *d, bool before, bool after)
{
	char *text = pool_alloc(&set->pool, d->size + 3);
	if (text == NULL)
		return false;
	size_t n = 0;
	if (before && (d->size == 0 || (uint8_t)d->text[0] != SIGMA_ANY))
		text[n++] = (char)SIGMA_ANY;
	memcpy(text + n, d->text, d->size);
	n += d->size;
	if (after && (n == 0 || (uint8_t)text[n - 1] != SIGMA_ANY))
		text[n++] = (char)SIGMA_ANY;
	*d = (struct sigma_draft){ text, n, d->encoded };
	return true;
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void
sigma_draft_windash(struct sigma_draft *d)
{
	size_t n = 0;
	for (size_t i = 0; i < d->size;) {
		const char *at = d->text + i;
		size_t left = d->size - i, size = at[0] == '-' || at[0] == '/' ? 1 : 0;
		if (left >= 3 && (memcmp(at, "\xe2\x80\x93", 3) == 0 || memcmp(at, "\xe2\x80\x94", 3) == 0 || memcmp(at, "\xe2\x80\x95", 3) == 0))
			size = 3;
		if (size > 0 && (n == 0 || !is_word(d->text[n - 1])) && left > size && is_word(at[size])) {
			d->text[n++] = (char)SIGMA_DASH;
			i += size;
		} else {
			d->text[n++] = d->text[i++];
		}
	}
	d->size = n;
}

static unsigned
next_code_point(const char *text, size_t size, size_t *i)
{
	static const uint8_t first[] = { 0x7f, 0x1f, 0x0f, 0x07 };
	uint8_t c = (uint8_t)text[(*i)++];
	unsigned more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0, code = c & first[more];
	for (; more > 0 && *i < size; more--)
		code = code << 6 | ((uint8_t)text[(*i)++] & 0x3f);
	return code;
}

bool
sigma_draft_utf16(struct sigma_set *set, struct sigma_draft *d, bool big, bool mark)
{
	char *out = pool_alloc(&set->pool, d->size * 2 + 4);
	size_t n = 0;
	if (out == NULL)
		return false;
	for (size_t i = 0; i < d->size || mark; mark = false) {
		unsigned code = mark ? 0xfeff : next_code_point(d->text, d->size, &i), units[2] = { code, 0 }, count = 1;
		if (code >= 0x10000) {
			units[0] = 0xd7c0 + (code >> 10);
			units[1] = 0xdc00 | (code & 0x3ff);
			count = 2;
		}
		for (unsigned u = 0; u < count; u++) {
			out[n++] = (char)(big ? units[u] >> 8 : units[u]);
			out[n++] = (char)(big ? units[u] : units[u] >> 8);
		}
	}
	*d = (struct sigma_draft){ out, n, true };
	return true;
}

bool
sigma_draft_base64(struct sigma_set *set, const struct sigma_draft *from, size_t shift, bool padded, struct sigma_draft *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t size = shift + from->size, n = 0;
	char *out = pool_alloc(&set->pool, size / 3 * 4 + 8);
	if (out == NULL)
		return false;
	for (size_t i = 0; i < size; i += 3) {
		unsigned bits = 0, have = size - i < 3 ? (unsigned)(size - i) : 3;
		for (unsigned b = 0; b < 3; b++)
			bits = bits << 8 | (i + b >= shift && i + b < size ? (uint8_t)from->text[i + b - shift] : 0u);
		for (unsigned c = 0; c < have + 1; c++)
			out[n++] = digits[bits >> (18 - 6 * c) & 63];
		for (unsigned c = have + 1; c < 4 && padded; c++)
			out[n++] = '=';
	}
	/* the first characters hold bits of the bytes before, the last those of what follows */
	size_t skip = shift == 0 ? 0 : shift + 1;
	if (!padded && size % 3 != 0)
		n--;
	if (skip > n)
		skip = n;
	*to = (struct sigma_draft){ out + skip, n - skip, false };
	return true;
}

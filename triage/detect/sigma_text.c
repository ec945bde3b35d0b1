/* sigma_text.c - text of Sigma rules: small and capital letters, patterns. */
#include "triage/detect/sigma_inside.h"

#include <string.h>

/* The small letter of a letter in U+0080 to U+07FF that lies there too. */
static unsigned
small_of(unsigned c)
{
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) || (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	bool even = (c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177), odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
	return (even && c % 2 == 0) || (odd && c % 2 == 1) ? c + 1 : c;
}

void
sigma_fold(char *out, const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)text[i];
		out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		if (c < 0xc3 || c > 0xd1 || i + 1 >= size || ((uint8_t)text[i + 1] & 0xc0) != 0x80)
			continue;
		unsigned small = small_of((unsigned)(c & 0x1f) << 6 | ((uint8_t)text[i + 1] & 0x3fu));
		out[i] = (char)(0xc0 | small >> 6);
		out[++i] = (char)(0x80 | (small & 0x3f));
	}
}

/* Bytes of the character at text; 0 when size is 0. */
static size_t
character(const char *text, size_t size)
{
	if (size == 0)
		return 0;
	size_t n = 1;
	while (n < size && n < 4 && ((uint8_t)text[0] & 0xc0) == 0xc0 && ((uint8_t)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Bytes of a sign that begins an option at text: - / and three long dashes. */
static size_t
dash(const char *text, size_t size)
{
	if (size > 0 && (text[0] == '-' || text[0] == '/'))
		return 1;
	return size >= 3 && memcmp(text, "\xe2\x80", 2) == 0 && ((uint8_t)text[2] == 0x93 || (uint8_t)text[2] == 0x94 || (uint8_t)text[2] == 0x95) ? 3 : 0;
}

/* Bytes of text that a piece covers from its beginning; SIZE_MAX when it does not fit. */
static size_t
covers(const struct sigma_piece *p, const char *text, size_t size)
{
	if (!p->codes)
		return size >= p->size && memcmp(text, p->text, p->size) == 0 ? p->size : SIZE_MAX;
	size_t at = 0;
	for (size_t i = 0; i < p->size; i++) {
		uint8_t c = (uint8_t)p->text[i];
		size_t n = c == SIGMA_ONE ? character(text + at, size - at) : c == SIGMA_DASH ? dash(text + at, size - at) : at < size && text[at] == p->text[i];
		if (n == 0)
			return SIZE_MAX;
		at += n;
	}
	return at;
}

/* Where the first place ends that a piece covers; SIZE_MAX: none. to_end: only one that ends the text. */
static size_t
find(const struct sigma_piece *p, const char *text, size_t size, bool to_end)
{
	if (!p->codes && to_end)
		return size >= p->size && memcmp(text + size - p->size, p->text, p->size) == 0 ? size : SIZE_MAX;
	if (!p->codes) {
		const char *at = p->size == 0 ? text : memmem(text, size, p->text, p->size);
		return at != NULL ? (size_t)(at - text) + p->size : SIZE_MAX;
	}
	/* a code covers one character, so a piece never covers more than four bytes for each of its own */
	size_t from = to_end && size > 4 * p->size ? size - 4 * p->size : 0;
	for (size_t i = from; i <= size; i++) {
		if (i < size && ((uint8_t)text[i] & 0xc0) == 0x80)
			continue;
		size_t n = covers(p, text + i, size - i);
		if (n != SIZE_MAX && (!to_end || i + n == size))
			return i + n;
	}
	return SIZE_MAX;
}

bool
sigma_matches(const struct sigma_pattern *p, const char *text, size_t size)
{
	size_t at = 0, i = 0;
	if (p->count == 0)
		return !p->from_start || !p->to_end || size == 0;
	if (p->from_start) {
		size_t n = covers(&p->pieces[0], text, size);
		if (n == SIZE_MAX)
			return false;
		at = n;
		i = 1;
		if (p->count == 1)
			return !p->to_end || at == size;
	}
	for (; i < p->count; i++) {
		size_t end = find(&p->pieces[i], text + at, size - at, p->to_end && i + 1 == p->count);
		if (end == SIZE_MAX)
			return false;
		at += end;
	}
	return true;
}

bool
sigma_pattern_of(struct sigma_set *set, const char *text, size_t size, bool cased, struct sigma_pattern *ret_pattern)
{
	size_t pieces = 1;
	char *kept = pool_alloc(&set->pool, size + 1);
	for (size_t i = 0; i < size; i++)
		pieces += (uint8_t)text[i] == SIGMA_ANY;
	struct sigma_piece *list = pool_alloc(&set->pool, pieces * sizeof(*list));
	if (kept == NULL || list == NULL)
		return false;
	if (cased)
		memcpy(kept, text, size);
	else
		sigma_fold(kept, text, size);
	struct sigma_pattern p = { .pieces = list, .cased = cased, .from_start = size == 0 || (uint8_t)text[0] != SIGMA_ANY,
		.to_end = size == 0 || (uint8_t)text[size - 1] != SIGMA_ANY };
	for (size_t begin = 0, i = 0; i <= size; i++) {
		if (i < size && (uint8_t)text[i] != SIGMA_ANY)
			continue;
		bool codes = memchr(kept + begin, SIGMA_ONE, i - begin) != NULL || memchr(kept + begin, SIGMA_DASH, i - begin) != NULL;
		if (i > begin)
			list[p.count++] = (struct sigma_piece){ kept + begin, i - begin, codes };
		begin = i + 1;
	}
	*ret_pattern = p;
	return true;
}

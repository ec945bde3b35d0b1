#include "triage/detect/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static inline unsigned char
fold(char c)
{
	return (unsigned char)((unsigned char)(c - 'A') < 26 ? c | 0x20 : c);
}

static inline bool
fits(char glob, char c)
{
	return glob == '?' || fold(glob) == fold(c);
}

/* length: of the text. What stands before the first star and behind the last is compared first: most names fall there. */
static bool
glob_part(const char *glob, size_t size, const char *text, size_t length)
{
	while (size > 0 && glob[size - 1] != '*') {
		if (length == 0 || !fits(glob[size - 1], text[length - 1]))
			return false;
		size--;
		length--;
	}
	size_t g = 0, t = 0, star = SIZE_MAX, again = 0;
	while (t < length) {
		if (g < size && glob[g] == '*') {
			star = ++g;
			again = t;
			if (g == size)
				return true;
		} else if (g < size && fits(glob[g], text[t])) {
			g++;
			t++;
		} else if (star != SIZE_MAX) {
			g = star;
			t = ++again;
		} else {
			return false;
		}
	}
	while (g < size && glob[g] == '*')
		g++;
	return g == size;
}

bool
words_glob(const char *glob, const char *text)
{
	return glob_part(glob, strlen(glob), text, strlen(text));
}

bool
words_glob_any(const char *globs, char separator, const char *text)
{
	size_t length = strlen(text);
	for (const char *at = globs; *at != '\0';) {
		const char *end = strchr(at, separator);
		size_t size = end != NULL ? (size_t)(end - at) : strlen(at);
		if (glob_part(at, size, text, length))
			return true;
		at += size + (end != NULL);
	}
	return false;
}

int64_t
words_event_id(const struct detect_event *e)
{
	static const char start[] = "{\"event_id\":";
	if (strncmp(e->data, start, sizeof(start) - 1) != 0)
		return -1;
	const char *digits = e->data + sizeof(start) - 1;
	int64_t id = 0;
	for (; *digits >= '0' && *digits <= '9' && id < 10000000; digits++)
		id = id * 10 + (*digits - '0');
	return *digits == ',' || *digits == '}' ? id : -1;
}

const char *
words_field(struct happening *h, const char *name)
{
	const struct detect_event *e = h->event;
	const char *const rows[][2] = { { "@message", e->message }, { "@meaning", e->meaning }, { "@user", e->user }, { "@path", e->path }, { "@host", e->host },
		{ "@source", e->source } };
	if (name[0] != '@')
		return happening_text(h, name);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i][0], name) == 0)
			return rows[i][1];
	return "";
}

size_t
words_cut(const char *text, size_t most)
{
	size_t size = strnlen(text, most + 1);
	if (size <= most)
		return size;
	for (size = most; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80;)
		size--;
	return size;
}

static void
put_cut(struct buf *out, const char *text)
{
	size_t size = words_cut(text, 300);
	buf_put(out, text, size);
	if (text[size] != '\0')
		buf_text(out, "...");
}

void
words_fill(struct buf *out, const char *sentence, struct happening *h)
{
	char name[64];
	for (const char *p = sentence; *p != '\0';) {
		size_t size = *p == '{' ? strcspn(p + 1, "}") : 0;
		if (*p != '{' || p[1 + size] == '\0' || size >= sizeof(name)) {
			buf_char(out, *p++);
			continue;
		}
		memcpy(name, p + 1, size);
		name[size] = '\0';
		put_cut(out, words_field(h, name));
		p += size + 2;
	}
}

const char *
words_base(const char *path)
{
	const char *slash = strrchr(path, '/'), *back = strrchr(path, '\\');
	const char *last = slash == NULL || (back != NULL && back > slash) ? back : slash;
	return last != NULL ? last + 1 : path;
}

bool
words_starts(const char *text, const char *start)
{
	return strncasecmp(text, start, strlen(start)) == 0;
}

bool
words_ends(const char *text, const char *end)
{
	size_t size = strlen(text), n = strlen(end);
	return size >= n && strcasecmp(text + size - n, end) == 0;
}

size_t
words_host_size(const char *host)
{
	return host[0] >= '0' && host[0] <= '9' ? strlen(host) : strcspn(host, ".");
}

bool
words_same_host(const char *a, const char *b)
{
	size_t n = words_host_size(a);
	return n > 0 && n == words_host_size(b) && strncasecmp(a, b, n) == 0;
}

#include "triage/base/mime.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WORD_MAX = 4096, PIECES_MAX = 100 };

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The line at `at` without its end; ret_next: where the next begins. */
static struct view
line_at(struct view in, size_t at, size_t *ret_next)
{
	const uint8_t *p = in.data + at, *end = memchr(p, '\n', in.size - at);
	size_t size = end != NULL ? (size_t)(end - p) : in.size - at;
	*ret_next = at + size + (end != NULL);
	if (size > 0 && p[size - 1] == '\r')
		size--;
	return (struct view){ p, size };
}

static void
put_bounded(struct buf *out, const uint8_t *data, size_t size)
{
	size_t left = out->size < MIME_VALUE_MAX ? MIME_VALUE_MAX - out->size : 0;
	buf_put(out, data, size < left ? size : left);
}

bool
mime_field(struct view in, size_t *at, char *name, struct buf *value)
{
	size_t next, colon = 0;
	buf_clear(value);
	if (*at >= in.size)
		return false;
	struct view line = line_at(in, *at, &next);
	if (line.size == 0) {
		*at = next;
		return false;
	}
	while (colon < line.size && line.data[colon] > ' ' && line.data[colon] < 0x7f && line.data[colon] != ':')
		colon++;
	size_t named = colon;
	while (colon < line.size && is_blank(line.data[colon]))
		colon++;
	if (named == 0 || colon == line.size || line.data[colon] != ':')
		return false;
	size_t size = named < MIME_NAME_MAX - 1 ? named : MIME_NAME_MAX - 1;
	for (size_t i = 0; i < size; i++)
		name[i] = (char)tolower(line.data[i]);
	name[size] = '\0';
	size_t from = colon + 1;
	while (from < line.size && is_blank(line.data[from]))
		from++;
	put_bounded(value, line.data + from, line.size - from);
	while (next < in.size && is_blank(in.data[next])) {
		line = line_at(in, next, &next);
		/* folding keeps one blank */
		for (from = 0; from < line.size && is_blank(line.data[from]); from++)
			continue;
		if (value->size > 0)
			buf_char(value, ' ');
		put_bounded(value, line.data + from, line.size - from);
	}
	while (value->size > 0 && is_blank((uint8_t)value->data[value->size - 1]))
		value->data[--value->size] = '\0';
	*at = next;
	return true;
}

/* --- characters --- */

/* Bytes of a charset as UTF-8; of one not known here as they are. */
static void
put_charset(struct buf *out, const char *charset, const uint8_t *data, size_t size)
{
	static const uint16_t upper[32] = { 0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
		0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178 };
	bool latin = strncasecmp(charset, "iso-8859-1", 10) == 0 && (charset[10] == '\0' || strcmp(charset + 10, "5") == 0);
	bool windows = strcasecmp(charset, "windows-1252") == 0 || strcasecmp(charset, "cp1252") == 0;
	if (!latin && !windows) {
		buf_put(out, data, size);
		return;
	}
	for (size_t i = 0; i < size; i++)
		text_code_point(out, data[i] >= 0x80 && data[i] < 0xa0 ? upper[data[i] - 0x80] : latin && charset[10] == '5' && data[i] == 0xa4 ? 0x20ac : data[i]);
}

/* --- codings --- */

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

void
mime_base64(struct mime_base64 *s, const uint8_t *data, size_t size, struct buf *out)
{
	for (size_t i = 0; i < size && !s->ended; i++) {
		int v = base64_value(data[i]);
		if (data[i] == '=') {
			s->ended = true;
			if (s->count >= 2)
				buf_char(out, (char)(s->bits >> (s->count == 2 ? 4 : 10)));
			if (s->count == 3)
				buf_char(out, (char)(s->bits >> 2));
			s->count = 0;
		}
		if (v < 0)
			continue;
		s->bits = s->bits << 6 | (uint32_t)v;
		if (++s->count < 4)
			continue;
		const char three[3] = { (char)(s->bits >> 16), (char)(s->bits >> 8), (char)s->bits };
		buf_put(out, three, 3);
		s->count = 0;
		s->bits = 0;
	}
}

static int
hex_value(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
mime_quoted(const uint8_t *line, size_t size, struct buf *out)
{
	while (size > 0 && is_blank(line[size - 1]))
		size--;
	bool soft = size > 0 && line[size - 1] == '=';
	size -= soft;
	for (size_t i = 0; i < size; i++) {
		int high = line[i] == '=' && size - i > 2 ? hex_value(line[i + 1]) : -1, low = high >= 0 ? hex_value(line[i + 2]) : -1;
		buf_char(out, low >= 0 ? (char)((unsigned)high << 4 | (unsigned)low) : (char)line[i]);
		i += low >= 0 ? 2 : 0;
	}
	return soft;
}

/* --- encoded words --- */

/* The encoded word at p; returns its length, 0 when there is none. */
static size_t
take_word(const char *p, size_t size, struct buf *out)
{
	char charset[40];
	size_t at = 2, n = 0;
	if (size < 8 || memcmp(p, "=?", 2) != 0)
		return 0;
	while (at < size && p[at] != '?' && p[at] != '*' && n < sizeof(charset) - 1)
		charset[n++] = p[at++];
	charset[n] = '\0';
	while (at < size && p[at] != '?' && p[at] > ' ')
		at++;	/* a language may follow */
	if (n == 0 || at + 3 > size || p[at] != '?' || p[at + 2] != '?')
		return 0;
	int coding = toupper((unsigned char)p[at + 1]);
	size_t from = at + 3, end = from;
	while (end + 1 < size && end - from < WORD_MAX && !(p[end] == '?' && p[end + 1] == '='))
		end++;
	if (end + 1 >= size || p[end] != '?' || p[end + 1] != '=' || (coding != 'B' && coding != 'Q'))
		return 0;
	SCOPED_BUF bytes;
	buf_init(&bytes, WORD_MAX + 16);
	if (coding == 'B') {
		struct mime_base64 state = { 0 };
		mime_base64(&state, (const uint8_t *)p + from, end - from, &bytes);
	} else {
		for (size_t i = from; i < end; i++) {
			int high = p[i] == '=' && end - i > 2 ? hex_value((uint8_t)p[i + 1]) : -1, low = high >= 0 ? hex_value((uint8_t)p[i + 2]) : -1;
			buf_char(&bytes, low >= 0 ? (char)((unsigned)high << 4 | (unsigned)low) : p[i] == '_' ? ' ' : p[i]);
			i += low >= 0 ? 2 : 0;
		}
	}
	put_charset(out, charset, (const uint8_t *)buf_cstr(&bytes), bytes.size);
	return end + 2;
}

void
mime_words(struct buf *out, const char *text, size_t size)
{
	bool after_word = false;
	for (size_t i = 0; i < size;) {
		size_t blank = i;
		/* blanks between two encoded words are none */
		while (after_word && blank < size && is_blank((uint8_t)text[blank]))
			blank++;
		size_t took = take_word(text + blank, size - blank, out);
		if (took > 0) {
			i = blank + took;
			after_word = true;
			continue;
		}
		after_word = false;
		buf_char(out, text[i++]);
	}
}

/* --- parameters --- */

/* One "name=value" from *p on, quotes taken off. False at the end. */
static bool
next_parameter(const char **p, char *name, size_t room, struct buf *value)
{
	const char *s = *p;
	size_t n = 0;
	buf_clear(value);
	while (*s == ';' || *s == ' ' || *s == '\t')
		s++;
	while (*s != '\0' && *s != '=' && *s != ';') {
		if (n < room - 1 && *s > ' ')
			name[n++] = (char)tolower((unsigned char)*s);
		s++;
	}
	name[n] = '\0';
	if (*s == '=')
		s++;
	while (*s == ' ' || *s == '\t')
		s++;
	if (*s == '"') {
		for (s++; *s != '\0' && *s != '"'; s++) {
			if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
				s++;
			buf_char(value, *s);
		}
		while (*s != '\0' && *s != ';')
			s++;
	} else {
		while (*s != '\0' && *s != ';')
			buf_char(value, *s++);
		while (value->size > 0 && is_blank((uint8_t)value->data[value->size - 1]))
			value->data[--value->size] = '\0';
	}
	*p = s;
	return n > 0 || *s != '\0';
}

/* A piece of an encoded parameter: the first says charset'language'. */
static void
put_percent(struct buf *out, const char *text, char *charset, size_t room, bool first)
{
	SCOPED_BUF bytes;
	buf_init(&bytes, MIME_VALUE_MAX);
	const char *mark = first ? strchr(text, '\'') : NULL, *second = mark != NULL ? strchr(mark + 1, '\'') : NULL;
	if (second != NULL) {
		snprintf(charset, room, "%.*s", (int)(mark - text < 39 ? mark - text : 39), text);
		text = second + 1;
	}
	for (; *text != '\0'; text++) {
		int high = *text == '%' ? hex_value((uint8_t)text[1]) : -1, low = high >= 0 ? hex_value((uint8_t)text[2]) : -1;
		buf_char(&bytes, low >= 0 ? (char)((unsigned)high << 4 | (unsigned)low) : *text);
		text += low >= 0 ? 2 : 0;
	}
	put_charset(out, charset, (const uint8_t *)buf_cstr(&bytes), bytes.size);
}

bool
mime_parameter(const char *value, const char *name, struct buf *out)
{
	SCOPED_BUF piece;
	char found[80], charset[40] = "";
	const char *p = strchr(value, ';');
	size_t size = strlen(name);
	bool any = false;
	buf_init(&piece, MIME_VALUE_MAX);
	buf_clear(out);
	for (unsigned i = 0; p != NULL && i < PIECES_MAX && next_parameter(&p, found, sizeof(found), &piece); i++) {
		if (strncmp(found, name, size) != 0 || (found[size] != '\0' && found[size] != '*'))
			continue;
		const char *text = buf_cstr(&piece);
		if (found[size] == '\0' && !any)
			mime_words(out, text, piece.size);
		else if (found[size] == '*' && strlen(found) > 0 && found[strlen(found) - 1] == '*')
			put_percent(out, text, charset, sizeof(charset), !any);
		else if (found[size] == '*')
			put_charset(out, charset, (const uint8_t *)text, piece.size);
		any = true;
	}
	return any;
}

/* --- dates --- */

static int
month_of(const char *text)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (int i = 0; i < 12; i++)
		if (strncasecmp(text, names + 3 * i, 3) == 0)
			return i + 1;
	return 0;
}

/* Minutes east of Greenwich of "+0100" or a name of old. */
static bool
zone_of(const char *text, int *ret_minutes)
{
	static const struct {
		char name[4];
		int hours;
	} names[] = { { "GMT", 0 }, { "UT", 0 }, { "UTC", 0 }, { "Z", 0 }, { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 },
		{ "PST", -8 }, { "PDT", -7 } };
	unsigned hours, minutes;
	char sign;
	if (sscanf(text, "%c%2u%2u", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-') && hours < 24 && minutes < 60) {
		*ret_minutes = (int)(hours * 60 + minutes) * (sign == '-' ? -1 : 1);
		return true;
	}
	size_t size = strcspn(text, " \t(");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (size == strlen(names[i].name) && strncasecmp(text, names[i].name, size) == 0) {
			*ret_minutes = names[i].hours * 60;
			return true;
		}
	return false;
}

bool
mime_date(const char *text, int64_t *ret_ns, bool *ret_zoned)
{
	unsigned day, year, hour, minute, second = 0;
	char month[16], iso[40];
	int used = 0, tail = 0, offset = 0;
	const char *p = strchr(text, ',');
	p = p != NULL && p - text < 12 ? p + 1 : text;
	while (*p == ' ' || *p == '\t')
		p++;
	if (isalpha((unsigned char)*p) && month_of(p) == 0)
		p += strcspn(p, " \t");	/* a day of the week without its comma */
	if (sscanf(p, "%2u%*[ -]%15[A-Za-z]%*[ -]%4u %2u:%2u%n", &day, month, &year, &hour, &minute, &used) != 5) {
		/* "Mar  5 10:11:12 2024", as ctime and mbox have it */
		if (sscanf(p, " %15[A-Za-z] %2u %2u:%2u:%2u %4u%n", month, &day, &hour, &minute, &second, &year, &used) != 6)
			return false;
	} else if (sscanf(p + used, ":%2u%n", &second, &tail) == 1) {
		used += tail;
	}
	if (year < 100)
		year += year < 50 ? 2000 : 1900;
	else if (year < 1000)
		year += 1900;
	snprintf(iso, sizeof(iso), "%04u-%02d-%02uT%02u:%02u:%02uZ", year, month_of(month), day, hour, minute, second > 59 ? 59 : second);
	if (month_of(month) == 0 || !when_parse(iso, ret_ns))
		return false;
	p += used;
	while (*p == ' ' || *p == '\t')
		p++;
	*ret_zoned = zone_of(p, &offset);
	*ret_ns -= (int64_t)offset * 60 * INT64_C(1000000000);
	return true;
}

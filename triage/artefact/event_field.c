/* event_field.c - the fields of an event: harmless text, JSON, bounds. */
#include "triage/artefact/artefact_inside.h"

#include "triage/artefact/plain.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <string.h>

enum { KEY_MAX = 100, SIMPLE_MAX = 4096 };
_Static_assert(6 * SIMPLE_MAX + 2 <= ARTEFACT_DATA_SPARE, "a simple value fits behind full data");

/*
 * Any bytes as text that can be shown: what would move or hide text is escaped. A backslash stays one even where it looks like an escape: in the
 * paths of Windows \x64\ is common, and who searches for it should find it.
 */
void
artefact_put_harmless(struct buf *into, const char *p, size_t size)
{
	size_t plain = plain_run(p, size);
	buf_put(into, p, plain);
	if (plain < size)
		text_safe_bytes(into, p + plain, size - plain);
}

/* Any bytes to harmless text in a->text; a value that is too long is cut. */
const char *
artefact_harmless(struct artefact *a, const void *bytes, size_t size)
{
	const char *p = bytes;
	if (size > ARTEFACT_VALUE_MAX) {
		size = ARTEFACT_VALUE_MAX;
		while (size > ARTEFACT_VALUE_MAX - 4 && ((unsigned char)p[size] & 0xc0) == 0x80)
			size--;
		a->cut = true;
	}
	buf_clear(&a->text);
	artefact_put_harmless(&a->text, p, size);
	return buf_cstr(&a->text);
}

/* What each byte of a key becomes: 256 of them. */
static const char key_form[] = "________________" "________________" "________________" "0123456789______" "_abcdefghijklmno" "pqrstuvwxyz_____"
    "_abcdefghijklmno" "pqrstuvwxyz_____" "________________" "________________" "________________" "________________" "________________" "________________"
    "________________" "________________";
_Static_assert(sizeof(key_form) == 257, "one for each byte");

static void
put_key(char *out, const char *key, size_t size)
{
	size_t i = 0;
	for (; size - i >= 8 && plain_key(plain_load(key + i)); i += 8)
		memcpy(out + i, key + i, 8);
	if (size - i < 8 && size >= 8 && plain_key(plain_load(key + size - 8)))
		memcpy(out + size - 8, key + size - 8, 8);
	else
		for (; i < size; i++)
			out[i] = key_form[(uint8_t)key[i]];
}

/* Begin a field. False when it must be left out: no room. */
static bool
field(struct artefact *a, const char *key, size_t needed)
{
	char *out = buf_room(&a->data, KEY_MAX + 4);
	size_t n = 0, size = strnlen(key, KEY_MAX);
	if (out == NULL)
		return false;
	if (!a->first_field)
		out[n++] = ',';
	out[n++] = '"';
	put_key(out + n, key, size);
	n += size;
	out[n++] = '"';
	out[n++] = ':';
	if (a->data.size + n + needed > ARTEFACT_DATA_MAX) {
		a->cut = true;
		return false;
	}
	a->first_field = false;
	buf_wrote(&a->data, n);
	return true;
}

/*
 * Write a value whose characters need no look as a JSON string: printable ASCII, line ends and tabs. False, with nothing written, when it has
 * others or is so long that its room is better measured first.
 */
static bool
put_simple(struct buf *into, const char *p, size_t size)
{
	char *out = size <= SIMPLE_MAX ? buf_room(into, 6 * size + 2) : NULL;
	size_t n = 0;
	if (out == NULL)
		return false;
	out[n++] = '"';
	for (size_t i = 0;;) {
		size_t run = plain_json_run(out + n, p + i, size - i);
		n += run;
		if ((i += run) >= size)
			break;
		if (p[i] == '"' || p[i] == '\\' || (p[i] == '/' && i > 0 && p[i - 1] == '<')) {
			out[n++] = '\\';
			out[n++] = p[i++];
		} else if (p[i] == '/') {
			out[n++] = p[i++];
		} else if (p[i] == '\n' || p[i] == '\r' || p[i] == '\t') {
			memcpy(out + n, p[i] == '\n' ? "\\u000a" : p[i] == '\r' ? "\\u000d" : "\\u0009", 6);
			n += 6;
			i++;
		} else {
			return false;
		}
	}
	out[n++] = '"';
	buf_wrote(into, n);
	return true;
}

/* Any bytes to harmless text in a->text: line ends and tabs are part of a value, only the JSON form escapes them. */
static void
clean(struct artefact *a, const char *p, size_t size)
{
	buf_clear(&a->text);
	for (size_t from = 0, i = 0; i <= size; i++) {
		if (i < size && p[i] != '\n' && p[i] != '\t' && p[i] != '\r')
			continue;
		artefact_put_harmless(&a->text, p + from, i - from);
		if (i < size)
			buf_char(&a->text, p[i]);
		from = i + 1;
	}
}

/* A field for which there was no room after all. */
static void
take_back(struct artefact *a, size_t before, bool was_first)
{
	a->data.size = before;
	a->data.data[before] = '\0';
	a->first_field = was_first;
	a->cut = true;
}

/* The most that harmless text can take as a JSON string: line ends and tabs, which it may hold, take six bytes each. */
static size_t
json_room(const struct buf *text)
{
	size_t room = 2 * text->size + 2;
	for (size_t i = 0; i < text->size; i++)
		room += text->data[i] == '\n' || text->data[i] == '\r' || text->data[i] == '\t' ? 4 : 0;
	return room;
}

void
artefact_bytes(struct artefact *a, const char *key, const void *text, size_t size)
{
	size_t kept = size > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : size;
	const char *p = text;
	size_t before = a->data.size;
	bool was_first = a->first_field;
	a->cut = a->cut || kept < size;
	if (!field(a, key, kept + 2))
		return;
	if (put_simple(&a->data, p, kept)) {
		if (a->data.size > ARTEFACT_DATA_MAX)
			take_back(a, before, was_first);
		return;
	}
	a->data.size = before;
	a->first_field = was_first;
	clean(a, p, kept);
	const char *value = buf_cstr(&a->text);
	if (!field(a, key, json_room(&a->text)))
		return;
	buf_char(&a->data, '"');
	text_json(&a->data, value);
	buf_char(&a->data, '"');
}

void
artefact_text(struct artefact *a, const char *key, const char *value)
{
	if (value != NULL && value[0] != '\0')
		artefact_bytes(a, key, value, strlen(value));
}

void
artefact_utf16(struct artefact *a, const char *key, const uint8_t *data, size_t units)
{
	size_t kept = units < ARTEFACT_VALUE_MAX ? units : ARTEFACT_VALUE_MAX;
	buf_clear(&a->wide);
	char *out = buf_room(&a->wide, kept);
	if (out == NULL) {
		a->text.failed = true;
		return;
	}
	size_t n = plain_from_utf16(out, data, kept);
	buf_wrote(&a->wide, n);
	size_t all = n;
	while (all < units && (data[2 * all] != 0 || data[2 * all + 1] != 0))
		all++;
	a->cut = a->cut || all > ARTEFACT_VALUE_MAX;
	all = all < ARTEFACT_VALUE_MAX ? all : ARTEFACT_VALUE_MAX;
	if (n < all)
		text_from_utf16le(&a->wide, data + 2 * n, all - n);
	artefact_bytes(a, key, buf_cstr(&a->wide), a->wide.size);
}

static void
put_number(struct artefact *a, const char *key, uint64_t value, bool negative)
{
	char text[24];
	size_t n = sizeof(text);
	do
		text[--n] = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	if (negative)
		text[--n] = '-';
	if (field(a, key, sizeof(text)))
		buf_put(&a->data, text + n, sizeof(text) - n);
}

void
artefact_number(struct artefact *a, const char *key, int64_t value)
{
	put_number(a, key, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

void
artefact_unsigned(struct artefact *a, const char *key, uint64_t value)
{
	put_number(a, key, value, false);
}

void
artefact_flag(struct artefact *a, const char *key, bool value)
{
	if (field(a, key, 8))
		buf_text(&a->data, value ? "true" : "false");
}

void
artefact_hex(struct artefact *a, const char *key, const void *data, size_t size)
{
	const uint8_t *p = data;
	size_t kept = size > ARTEFACT_VALUE_MAX / 2 ? ARTEFACT_VALUE_MAX / 2 : size;
	a->cut = a->cut || kept < size;
	if (!field(a, key, 2 * kept + 2))
		return;
	char *out = buf_room(&a->data, 2 * kept + 2);
	if (out == NULL)
		return;
	out[0] = '"';
	text_hex(out + 1, p, kept);
	out[2 * kept + 1] = '"';
	buf_wrote(&a->data, 2 * kept + 2);
}

void
artefact_when(struct artefact *a, const char *key, int64_t time)
{
	char text[WHEN_TEXT_SIZE];
	if (time != TRIAGE_TIME_NONE)
		artefact_text(a, key, when_text(time, 9, "Z", text));
}

size_t
artefact_mark(const struct artefact *a)
{
	return a->data.size;
}

const char *
artefact_since(const struct artefact *a, size_t mark, size_t *ret_size)
{
	const char *text = buf_cstr(&a->data) + mark;
	size_t size = a->data.size - mark;
	/* the comma before the first is not part of it */
	size_t comma = size > 0 && text[0] == ',' ? 1 : 0;
	*ret_size = size - comma;
	return text + comma;
}

void
artefact_fields(struct artefact *a, const char *text, size_t size)
{
	if (size == 0)
		return;
	if (a->data.size + size + 1 > ARTEFACT_DATA_MAX) {
		a->cut = true;
		return;
	}
	if (!a->first_field)
		buf_char(&a->data, ',');
	a->first_field = false;
	buf_put(&a->data, text, size);
}

void
artefact_cut(struct artefact *a)
{
	a->cut = true;
}

void
artefact_list(struct artefact *a, const char *key)
{
	a->list_left_out = !field(a, key, 8);
	a->in_list = a->first_item = true;
	if (!a->list_left_out)
		buf_char(&a->data, '[');
}

void
artefact_item(struct artefact *a, const char *value)
{
	size_t before = a->data.size, size = strlen(value);
	if (!a->in_list || a->list_left_out)
		return;
	a->cut = a->cut || size > ARTEFACT_VALUE_MAX;
	size = size > ARTEFACT_VALUE_MAX ? ARTEFACT_VALUE_MAX : size;
	if (a->data.size + size + 8 <= ARTEFACT_DATA_MAX) {
		if (!a->first_item)
			buf_char(&a->data, ',');
		if (put_simple(&a->data, value, size)) {
			if (a->data.size + 8 > ARTEFACT_DATA_MAX)
				take_back(a, before, a->first_field);
			else
				a->first_item = false;
			return;
		}
		a->data.size = before;
	}
	clean(a, value, size);
	if (a->data.size + json_room(&a->text) + 6 > ARTEFACT_DATA_MAX) {
		a->cut = true;
		return;
	}
	if (!a->first_item)
		buf_char(&a->data, ',');
	a->first_item = false;
	buf_char(&a->data, '"');
	text_json(&a->data, buf_cstr(&a->text));
	buf_char(&a->data, '"');
}

void
artefact_list_end(struct artefact *a)
{
	if (a->in_list && !a->list_left_out)
		buf_char(&a->data, ']');
	a->in_list = false;
}

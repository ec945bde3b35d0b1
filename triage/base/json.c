/* json.c - a pull parser for JSON text. Source: RFC 8259. Not handled: duplicate keys (all are given), big numbers. */
#include "triage/base/json.h"

#include "triage/base/text.h"

#include <string.h>

enum expect { EXPECT_VALUE, EXPECT_VALUE_OR_END, EXPECT_KEY, EXPECT_KEY_OR_END, EXPECT_COMMA_OR_END, EXPECT_NOTHING };

void
json_start(struct json *j, const char *text, size_t size)
{
	*j = (struct json){ .text = text, .size = size, .expect = EXPECT_VALUE, .event = JSON_NULL };
}

static enum json_event
give(struct json *j, enum json_event event)
{
	j->event = event;
	return event;
}

static int
peek(const struct json *j)
{
	return j->at < j->size ? (unsigned char)j->text[j->at] : -1;
}

static void
skip_space(struct json *j)
{
	for (int c; (c = peek(j)) == ' ' || c == '\t' || c == '\r' || c == '\n';)
		j->at++;
}

static bool
inside_object(const struct json *j)
{
	return j->depth > 0 && (j->in_object >> (j->depth - 1) & 1) != 0;
}

/* What may follow a whole value. */
static void
value_done(struct json *j)
{
	j->expect = j->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static enum json_event
enter(struct json *j, bool object)
{
	if (j->depth == JSON_DEPTH_MAX)
		return give(j, JSON_ERROR);
	j->at++;
	uint32_t bit = UINT32_C(1) << j->depth++;
	j->in_object = object ? j->in_object | bit : j->in_object & ~bit;
	j->expect = object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
	return give(j, object ? JSON_OBJECT : JSON_ARRAY);
}

static enum json_event
leave(struct json *j)
{
	bool object = inside_object(j);
	j->at++;
	j->depth--;
	value_done(j);
	return give(j, object ? JSON_OBJECT_END : JSON_ARRAY_END);
}

static bool
is_hex(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Length of the escape that begins with a backslash at p: 2 or 6, 0 when it is none. */
static size_t
escape_length(const char *p, size_t size)
{
	if (size < 2)
		return 0;
	if (memchr("\"\\/bfnrt", p[1], 8) != NULL)
		return 2;
	if (p[1] != 'u' || size < 6)
		return 0;
	for (size_t i = 2; i < 6; i++)
		if (!is_hex((unsigned char)p[i]))
			return 0;
	return 6;
}

/* The string at the opening quote; value is what stands between the quotes. */
static bool
take_string(struct json *j)
{
	size_t i = j->at + 1;
	while (i < j->size && j->text[i] != '"') {
		size_t step = text_plain(j->text + i, j->size - i);
		if (step > 0) {
			i += step;
			continue;
		}
		step = 1;
		if (j->text[i] == '\\')
			step = escape_length(j->text + i, j->size - i);
		else if ((unsigned char)j->text[i] < 0x20)
			step = 0;
		if (step == 0)
			break;
		i += step;
	}
	if (i >= j->size || j->text[i] != '"') {
		j->at = i;
		return false;
	}
	j->value = j->text + j->at + 1;
	j->value_size = i - j->at - 1;
	j->at = i + 1;
	return true;
}

static bool
take_digits(struct json *j)
{
	size_t from = j->at;
	while (peek(j) >= '0' && peek(j) <= '9')
		j->at++;
	return j->at > from;
}

static bool
take_number(struct json *j)
{
	size_t from = j->at;
	if (peek(j) == '-')
		j->at++;
	bool ok = true;
	if (peek(j) == '0')
		j->at++;
	else
		ok = take_digits(j);
	if (ok && peek(j) == '.') {
		j->at++;
		ok = take_digits(j);
	}
	if (ok && (peek(j) == 'e' || peek(j) == 'E')) {
		j->at++;
		if (peek(j) == '+' || peek(j) == '-')
			j->at++;
		ok = take_digits(j);
	}
	j->value = j->text + from;
	j->value_size = j->at - from;
	return ok;
}

static enum json_event
take_word(struct json *j, const char *word, enum json_event event)
{
	size_t size = strlen(word);
	if (j->size - j->at < size || memcmp(j->text + j->at, word, size) != 0)
		return give(j, JSON_ERROR);
	j->at += size;
	value_done(j);
	return give(j, event);
}

static enum json_event
take_value(struct json *j)
{
	int c = peek(j);
	if (c == '{' || c == '[')
		return enter(j, c == '{');
	if (c == 't')
		return take_word(j, "true", JSON_TRUE);
	if (c == 'f')
		return take_word(j, "false", JSON_FALSE);
	if (c == 'n')
		return take_word(j, "null", JSON_NULL);
	bool string = c == '"';
	if (string ? !take_string(j) : !take_number(j))
		return give(j, JSON_ERROR);
	value_done(j);
	return give(j, string ? JSON_STRING : JSON_NUMBER);
}

static enum json_event
take_key(struct json *j)
{
	if (peek(j) != '"' || !take_string(j))
		return give(j, JSON_ERROR);
	skip_space(j);
	if (peek(j) != ':')
		return give(j, JSON_ERROR);
	j->at++;
	j->expect = EXPECT_VALUE;
	return give(j, JSON_KEY);
}

enum json_event
json_next(struct json *j)
{
	if (j->event == JSON_ERROR || j->event == JSON_END)
		return j->event;
	skip_space(j);
	if (j->expect == EXPECT_NOTHING)
		return give(j, j->at == j->size ? JSON_END : JSON_ERROR);
	bool closing = peek(j) == (inside_object(j) ? '}' : ']');
	if (closing && (j->expect == EXPECT_COMMA_OR_END || j->expect == EXPECT_KEY_OR_END || j->expect == EXPECT_VALUE_OR_END))
		return leave(j);
	if (j->expect == EXPECT_COMMA_OR_END) {
		if (peek(j) != ',')
			return give(j, JSON_ERROR);
		j->at++;
		j->expect = inside_object(j) ? EXPECT_KEY : EXPECT_VALUE;
		skip_space(j);
	}
	return j->expect == EXPECT_KEY || j->expect == EXPECT_KEY_OR_END ? take_key(j) : take_value(j);
}

bool
json_skip(struct json *j)
{
	enum json_event event = j->event == JSON_KEY ? json_next(j) : j->event;
	if (event != JSON_OBJECT && event != JSON_ARRAY)
		return event != JSON_ERROR;
	unsigned outside = j->depth - 1;
	while (j->depth > outside)
		if (json_next(j) == JSON_ERROR)
			return false;
	return true;
}

static unsigned
hex_quad(const char *p)
{
	unsigned value = 0;
	for (size_t i = 0; i < 4; i++) {
		unsigned c = (unsigned char)p[i];
		value = value << 4 | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

static size_t
utf8_from(uint32_t c, char out[4])
{
	if (c == 0 || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)((0xf00u >> n & 0xf0) | c);
	return n;
}

/* Decode one character or escape at p of an already checked string: bytes into out, their number, and how much was read. */
static size_t
decode_one(const char *p, size_t size, char out[4], size_t *ret_read)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	*ret_read = 1;
	if (p[0] != '\\' || size < 2) {
		out[0] = p[0];
		return 1;
	}
	if (p[1] != 'u') {
		*ret_read = 2;
		out[0] = to[strchr(from, p[1]) - from];
		return 1;
	}
	*ret_read = 6;
	uint32_t c = hex_quad(p + 2);
	if (c >= 0xd800 && c <= 0xdbff && size >= 12 && p[6] == '\\' && p[7] == 'u') {
		uint32_t low = hex_quad(p + 8);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*ret_read = 12;
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return utf8_from(c, out);
}

bool
json_is(const struct json *j, const char *text)
{
	if (j->event != JSON_KEY && j->event != JSON_STRING)
		return false;
	size_t left = strlen(text);
	for (size_t i = 0; i < j->value_size;) {
		char one[4];
		size_t read, n = decode_one(j->value + i, j->value_size - i, one, &read);
		if (n > left || memcmp(one, text, n) != 0)
			return false;
		text += n;
		left -= n;
		i += read;
	}
	return left == 0;
}

void
json_string(const struct json *j, struct buf *out)
{
	if (j->event != JSON_KEY && j->event != JSON_STRING)
		return;
	for (size_t i = 0; i < j->value_size;) {
		const char *plain = j->value + i;
		const char *escape = memchr(plain, '\\', j->value_size - i);
		size_t run = escape != NULL ? (size_t)(escape - plain) : j->value_size - i;
		buf_put(out, plain, run);
		i += run;
		if (escape == NULL)
			break;
		char one[4];
		size_t read, n = decode_one(escape, j->value_size - i, one, &read);
		buf_put(out, one, n);
		i += read;
	}
}

bool
json_int(const struct json *j, int64_t *ret_value)
{
	if (j->event != JSON_NUMBER)
		return false;
	bool negative = j->value[0] == '-';
	uint64_t limit = negative ? UINT64_C(1) << 63 : (UINT64_C(1) << 63) - 1, value = 0;
	for (size_t i = negative ? 1 : 0; i < j->value_size; i++) {
		if (j->value[i] < '0' || j->value[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(j->value[i] - '0');
		if (value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

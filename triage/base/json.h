/*
 * json.h - a pull parser for JSON text (RFC 8259): no allocation, no recursion, at most JSON_DEPTH_MAX levels.
 *
 * json_start() borrows the text, which must outlive the parser. json_next() gives one event at a time; in an object
 * a JSON_KEY comes before each value. After JSON_END or JSON_ERROR every further call gives the same again. Text after
 * the one value, a missing comma, a control character in a string, deeper nesting: all are JSON_ERROR, `at` says where.
 *
 *     struct json j;
 *     json_start(&j, text, strlen(text));
 *     if (json_next(&j) == JSON_OBJECT)
 *             while (json_next(&j) == JSON_KEY)
 *                     if (json_is(&j, "count") && json_next(&j) == JSON_NUMBER)
 *                             json_int(&j, &count);
 *                     else
 *                             json_skip(&j);
 */
#ifndef TRIAGE_BASE_JSON_H
#define TRIAGE_BASE_JSON_H

#include "triage/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_DEPTH_MAX = 16 };

enum json_event {
	JSON_ERROR, JSON_END, JSON_OBJECT, JSON_OBJECT_END, JSON_ARRAY, JSON_ARRAY_END, JSON_KEY, JSON_STRING, JSON_NUMBER,
	JSON_TRUE, JSON_FALSE, JSON_NULL,
	JSON_EVENT_COUNT
};

struct json {
	const char *text;
	size_t size;
	size_t at;			/* bytes: next character to read, or where the error is */
	unsigned depth;
	uint32_t in_object;		/* bit n: level n + 1 is an object */
	int expect;			/* what may come next; private */
	enum json_event event;		/* the last one */
	const char *value;		/* of a key or string: between the quotes, undecoded; of a number: its digits */
	size_t value_size;
};

void json_start(struct json *j, const char *text, size_t size);
enum json_event json_next(struct json *j);

/*
 * Pass over the value that belongs to the last event: after JSON_KEY the value that follows, after JSON_OBJECT or JSON_ARRAY
 * all up to its end, after a plain value nothing. False when the text is broken.
 */
bool json_skip(struct json *j);

/* The last key or string, decoded, equals text. */
bool json_is(const struct json *j, const char *text);
/* Append the last key or string, decoded: UTF-8; \u0000 and lone surrogates become U+FFFD. */
void json_string(const struct json *j, struct buf *out);
/*
 * True when text is one whole object of plain values (strings without \u, whole numbers, true, false, null) without a space between them. It is looked at in
 * one go. False says nothing: the text may be an object with others in it, or broken; the parser knows.
 */
bool json_is_flat_object(const char *text, size_t size);
/* The last number as an integer. False (and untouched) when it is none, has a fraction or exponent, or does not fit. */
bool json_int(const struct json *j, int64_t *ret_value);

#endif

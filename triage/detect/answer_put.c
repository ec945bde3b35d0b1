#include "triage/detect/answer_put.h"

#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/detect/words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SENTENCE_MAX = 1200, TEXT_MAX = 1000 };

static void
comma(struct buf *b)
{
	char last = b->size > 0 ? b->data[b->size - 1] : '{';
	if (last != '{' && last != '[' && last != ':')
		buf_char(b, ',');
}

static void
member(struct buf *b, const char *name)
{
	comma(b);
	if (name != NULL)
		buf_format(b, "\"%s\":", name);
}

void
answer_begin(struct buf *b, const char *name, char bracket)
{
	member(b, name);
	buf_char(b, bracket);
}

void
answer_end(struct buf *b, char bracket)
{
	buf_char(b, bracket);
}

void
answer_text(struct buf *b, const char *name, const char *text)
{
	char cut[TEXT_MAX + 8];
	member(b, name);
	size_t kept = text != NULL ? words_cut(text, TEXT_MAX) : 0;
	if (kept > 0 && text[kept] != '\0') {
		snprintf(cut, sizeof(cut), "%.*s...", (int)kept, text);
		text = cut;
	}
	text_json_string(b, kept > 0 ? text : NULL);
}

void
answer_raw(struct buf *b, const char *name, const char *json)
{
	member(b, name);
	buf_text(b, json != NULL && json[0] != '\0' ? json : "null");
}

void
answer_number(struct buf *b, const char *name, uint64_t number)
{
	member(b, name);
	buf_format(b, "%" PRIu64, number);
}

void
answer_members(struct buf *b, const struct buf *members)
{
	comma(b);
	buf_put(b, buf_cstr(members), members->size);
	b->failed |= members->failed;
}

void
answer_share(struct buf *b, const char *name, double share)
{
	member(b, name);
	if (share < 0)
		buf_text(b, "null");
	else
		buf_format(b, "%.6f", share);
}

void
answer_bool(struct buf *b, const char *name, bool value)
{
	member(b, name);
	buf_text(b, value ? "true" : "false");
}

void
answer_time(struct buf *b, const char *name, int64_t ns)
{
	char text[WHEN_TEXT_SIZE];
	answer_text(b, name, when_text(ns, 9, "Z", text));
}

void
answer_say(struct buf *b, const char *format, ...)
{
	char sentence[SENTENCE_MAX];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (n >= (int)sizeof(sentence))
		memcpy(sentence + words_cut(sentence, sizeof(sentence) - 5), "...", 4);
	comma(b);
	text_json_string(b, sentence);
}

const char *
answer_certainty(unsigned confidence)
{
	return confidence >= 90 ? "established" : confidence >= 70 ? "very-probable" : confidence >= 40 ? "probable" : confidence > 0 ? "possible" : "";
}

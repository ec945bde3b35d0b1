/* html_text.c - writing into the page: messages, escaped text, numbers and times. */
#include "triage/report/html.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
page_raw(struct page *p, const char *html)
{
	output_text(p->out, html);
}

void
page_format(struct page *p, const char *format, ...)
{
	char text[500];
	va_list args;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n > 0)
		output_put(p->out, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* Give what stands in the scratch buffer to the file. */
static void
page_flush(struct page *p)
{
	output_buf(p->out, &p->scratch);
	buf_clear(&p->scratch);
}

void
page_text(struct page *p, const char *text)
{
	text_html(&p->scratch, text);
	page_flush(p);
}

void
page_evidence(struct page *p, const char *text)
{
	size_t size = strlen(text), shown = size;
	if (size > PATH_SHOWN_MAX) {
		shown = PATH_SHOWN_MAX;
		while (shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
			shown--;
	}
	char part[PATH_SHOWN_MAX + 1];
	memcpy(part, text, shown);
	part[shown] = '\0';
	page_text(p, part);
	if (shown < size)
		page_say(p, "em", "text.cut", NULL);
}

void
page_code(struct page *p, const char *text)
{
	page_raw(p, "<code>");
	page_evidence(p, text);
	page_raw(p, "</code>");
}

void
page_say(struct page *p, const char *tag, const char *key, const struct argument *arguments)
{
	struct buf *b = &p->scratch;
	buf_format(b, "<%s data-m=\"%s\"", tag, key);
	if (arguments != NULL) {
		SCOPED_BUF json;
		buf_init(&json, 1 << 16);
		messages_arguments_json(arguments, &json);
		buf_text(b, " data-a=\"");
		text_html(b, buf_cstr(&json));
		buf_char(b, '"');
		b->failed = b->failed || json.failed;
	}
	buf_char(b, '>');
	messages_html(p->messages, p->lang, key, arguments, b);
	buf_text(b, "</");
	buf_put(b, tag, strcspn(tag, " "));
	buf_char(b, '>');
	page_flush(p);
}

void
page_label(struct page *p, const char *attribute, const char *key, const struct argument *arguments)
{
	SCOPED_BUF plain, json;
	buf_init(&plain, 1 << 16);
	buf_init(&json, 1 << 16);
	messages_plain(p->messages, p->lang, key, arguments, &plain);
	messages_arguments_json(arguments, &json);
	struct buf *b = &p->scratch;
	buf_format(b, " %s=\"", attribute);
	text_html(b, buf_cstr(&plain));
	buf_format(b, "\" data-l=\"%s\" data-la=\"", key);
	text_html(b, buf_cstr(&json));
	buf_char(b, '"');
	b->failed = b->failed || plain.failed || json.failed;
	page_flush(p);
}

/* What a row with names says, with the names put in. */
static void
say_names(struct page *p, const char *key, const struct phrase *names)
{
	SCOPED_BUF texts;
	struct argument arguments[MESSAGE_NAMES_MAX + 1] = { [MESSAGE_NAMES_MAX] = { .kind = ARGUMENT_END } };
	buf_init(&texts, MESSAGE_NAMES_MAX * (PATH_SHOWN_MAX + 4));
	for (size_t i = 0; i < MESSAGE_NAMES_MAX; i++) {
		size_t size = names[i].size < PATH_SHOWN_MAX ? names[i].size : PATH_SHOWN_MAX;
		while (size < names[i].size && size > 0 && ((unsigned char)names[i].text[size] & 0xc0) == 0x80)
			size--;
		buf_put(&texts, names[i].text, size);
		if (size < names[i].size)
			buf_text(&texts, "\xe2\x80\xa6");
		buf_char(&texts, '\0');
	}
	const char *at = buf_cstr(&texts);
	for (size_t i = 0; i < MESSAGE_NAMES_MAX && !texts.failed; i++, at += strlen(at) + 1)
		arguments[i] = names[i].size > 0 ? (struct argument)AS_TEXT(at) : (struct argument){ .kind = ARGUMENT_END };
	page_say(p, "span", key, arguments);
}

/* lang: what a text that no table knows is written in; "": nobody can say. */
static void
told(struct page *p, const char *tag, const char *text, const char *lang, bool check)
{
	char key[64];
	const char *rest;
	struct phrase names[MESSAGE_NAMES_MAX];
	page_format(p, "<%s", tag);
	if ((check ? messages_told_check : messages_told)(p->messages, text, key, &rest)) {
		page_raw(p, ">");
		if (messages_names(p->messages, key, text, names)) {
			say_names(p, key, names);
			rest = "";
		} else {
			page_say(p, "span", key, NULL);
		}
		if (rest[0] == ':')
			page_say(p, "span", "text.colon", NULL);
		page_evidence(p, rest + (rest[0] == ':'));
	} else {
		page_format(p, lang[0] != '\0' ? " lang=\"%s\">" : " lang=\"%s\" dir=\"auto\">", lang);
		page_evidence(p, text);
	}
	page_format(p, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void
page_told(struct page *p, const char *tag, const char *text)
{
	told(p, tag, text, "en", false);
}

void
page_rule_text(struct page *p, const char *tag, const char *text)
{
	told(p, tag, text, "", false);
}

void
page_told_check(struct page *p, const char *tag, const char *text)
{
	told(p, tag, text, "en", true);
}

void
page_value(struct page *p, const char *tag, const struct argument *argument)
{
	const struct argument one[] = { *argument, { .kind = ARGUMENT_END } };
	page_say(p, tag, "value", one);
}

int64_t
page_local(const struct page *p, int64_t ns)
{
	return zone_local(p->zone, ns);
}

static bool
same_day(int64_t a, int64_t b)
{
	const int64_t day = INT64_C(86400) * 1000000000;
	return a / day - (a % day < 0) == b / day - (b % day < 0);
}

/* "+01:00" */
static const char *
offset_text(int32_t seconds, char out[24])
{
	int minutes = abs(seconds) / 60;
	snprintf(out, 24, "%c%02d:%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
	return out;
}

void
page_time(struct page *p, int64_t ns)
{
	if (ns == TRIAGE_TIME_NONE) {
		page_raw(p, "–");
		return;
	}
	char tag[WHEN_TEXT_SIZE + 20], text[WHEN_TEXT_SIZE], offset[24];
	snprintf(tag, sizeof(tag), "time datetime=\"%s\"", when_text(ns, 0, "Z", text));
	if (p->zone == NULL)
		page_say(p, tag, "time.utc", WITH(AS_TIME(ns, TIME_SECOND)));
	else
		page_say(p, tag, "time.both", WITH(AS_TIME(ns, TIME_SECOND),
		    AS_TIME(page_local(p, ns), same_day(ns, page_local(p, ns)) ? TIME_CLOCK_SECOND : TIME_SECOND),
		    AS_TEXT(offset_text(zone_offset(p->zone, ns), offset))));
}

void
page_section(struct page *p, const char *id, const char *title_key)
{
	page_format(p, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n", id, id);
	char tag[64];
	snprintf(tag, sizeof(tag), "h2 id=\"%s-title\"", id);
	page_say(p, tag, title_key, NULL);
	page_raw(p, "\n");
}

void
page_table_head(struct page *p, const char *caption_key, const char *const *keys)
{
	page_say(p, "caption", caption_key, NULL);
	page_raw(p, "<thead><tr>");
	for (size_t i = 0; keys[i] != NULL; i++)
		page_say(p, "th scope=\"col\"", keys[i], NULL);
	page_raw(p, "</tr></thead>\n<tbody>\n");
}

const char *
confidence_key(unsigned confidence)
{
	return confidence >= 90 ? "sure.established" : confidence >= 70 ? "sure.very-probable" : confidence >= 40 ? "sure.probable" :
	    "sure.possible";
}

struct severity_look {
	const char *key, *class, *symbol;
};

/* Colour never stands alone: each severity has its word and its shape. */
static const struct severity_look looks[TRIAGE_SEVERITY_COUNT] = {
	[TRIAGE_INFO] = { "severity.info", "info", "○" },
	[TRIAGE_LOW] = { "severity.low", "low", "●" },
	[TRIAGE_MEDIUM] = { "severity.medium", "med", "◆" },
	[TRIAGE_HIGH] = { "severity.high", "high", "▲" },
	[TRIAGE_CRITICAL] = { "severity.critical", "crit", "■" },
};

const char *
severity_key(int severity)
{
	return looks[severity].key;
}

const char *
severity_class(int severity)
{
	return looks[severity].class;
}

const char *
severity_symbol(int severity)
{
	return looks[severity].symbol;
}

int
severity_of(const char *word)
{
	for (unsigned i = 0; i < TRIAGE_SEVERITY_COUNT; i++)
		if (strcmp(word, triage_severity_name(i)) == 0)
			return (int)i;
	return TRIAGE_INFO;
}

const char *
key_or(struct page *p, char room[64], const char *prefix, const char *word, const char *fallback)
{
	int n = snprintf(room, 64, "%s.%s", prefix, word);
	return n > 0 && n < 64 && messages_has(p->messages, room) ? room : fallback;
}

const char *
kind_key(struct page *p, char room[64], const char *prefix, const char *kind, const char *technique, const char *fallback)
{
	char word[64];
	int n = technique[0] == 'T' ? snprintf(word, sizeof(word), "%s.t%.4s", kind, technique + 1) : 0;
	if (n > 0 && n < 64) {
		const char *narrow = key_or(p, room, prefix, word, NULL);
		if (narrow != NULL)
			return narrow;
	}
	return key_or(p, room, prefix, kind, fallback);
}

const char *
meta_text(struct page *p, const char *key, char *room, size_t size)
{
	snprintf(room, size, "%s", case_meta(p->reader, key));
	return room;
}

/* The fact as an integer. False when it is absent or no number. */
static bool
meta_integer(struct page *p, const char *key, int64_t *ret_value)
{
	const char *text = case_meta(p->reader, key);
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (text[0] == '\0' || *end != '\0' || errno != 0)
		return false;
	*ret_value = value;
	return true;
}

uint64_t
meta_number(struct page *p, const char *key)
{
	int64_t value;
	return meta_integer(p, key, &value) && value > 0 ? (uint64_t)value : 0;
}

int64_t
meta_time(struct page *p, const char *key)
{
	int64_t value;
	return meta_integer(p, key, &value) || when_parse(case_meta(p->reader, key), &value) ? value : TRIAGE_TIME_NONE;
}

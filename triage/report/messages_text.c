/* messages_text.c - messages with their arguments, as plain text, HTML and JSON. report.js has the same rules. */
#include "triage/report/messages.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 16 };

static void
put_phrase(const struct messages *m, enum lang lang, const char *key, struct buf *out)
{
	struct phrase phrase = messages_find(m, key, lang);
	buf_put(out, phrase.text, phrase.size);
}

/* 41207 as 41.207, 41 207, 41,207. */
static void
put_count(const struct messages *m, enum lang lang, int64_t number, struct buf *out)
{
	char digits[24];
	int size = snprintf(digits, sizeof(digits), "%ju", number < 0 ? (uintmax_t)(0 - (uint64_t)number) : (uintmax_t)number);
	if (number < 0)
		buf_char(out, '-');
	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			put_phrase(m, lang, "number.group", out);
		buf_char(out, digits[i]);
	}
}

/* Tenths as 98,7; a round number below and at the top of its scale without the tenth. */
static void
put_tenths(const struct messages *m, enum lang lang, int64_t tenths, struct buf *out)
{
	put_count(m, lang, tenths / 10, out);
	if (tenths % 10 == 0)
		return;
	put_phrase(m, lang, "number.point", out);
	buf_format(out, "%d", (int)(tenths % 10));
}

static void
put_bytes(const struct messages *m, enum lang lang, int64_t bytes, struct buf *out)
{
	static const char *const units[] = { "bytes.kilo", "bytes.mega", "bytes.giga", "bytes.tera" };
	if (bytes < 1000) {
		messages_plain(m, lang, "bytes.plain", WITH(AS_COUNT(bytes)), out);
		return;
	}
	int64_t unit = 1000;
	size_t which = 0;
	while (which + 1 < sizeof(units) / sizeof(units[0]) && bytes / unit >= 1000) {
		unit *= 1000;
		which++;
	}
	SCOPED_BUF number;
	buf_init(&number, 64);
	put_tenths(m, lang, bytes / unit * 10 + bytes % unit * 10 / unit, &number);
	messages_plain(m, lang, units[which], WITH(AS_TEXT(buf_cstr(&number))), out);
}

static void
put_share(const struct messages *m, enum lang lang, int64_t tenths, struct buf *out)
{
	SCOPED_BUF number;
	buf_init(&number, 64);
	put_tenths(m, lang, tenths, &number);
	messages_plain(m, lang, "number.percent", WITH(AS_TEXT(buf_cstr(&number))), out);
}

static void
put_time(const struct messages *m, enum lang lang, int64_t ns, enum time_form form, struct buf *out)
{
	char text[WHEN_TEXT_SIZE];	/* 2022-12-06T02:14:09 */
	if (when_text(ns, 0, "", text)[0] == '\0')
		return;
	int year, month, day;
	char month_key[24];
	if (sscanf(text, "%d-%d-%dT", &year, &month, &day) != 3)
		return;
	const char *clock = strchr(text, 'T');
	bool dated = form != TIME_CLOCK && form != TIME_CLOCK_SECOND;
	if (dated) {
		snprintf(month_key, sizeof(month_key), "month.%02d", month);
		char day_text[16] = "", year_text[16];
		snprintf(year_text, sizeof(year_text), "%d", year);
		snprintf(day_text, sizeof(day_text), "%d", day);
		messages_plain(m, lang, form == TIME_MONTH ? "date.month" : "date.day",
		    WITH(AS_TEXT(day_text), AS_KEY(month_key), AS_TEXT(year_text)), out);
	}
	if (form == TIME_DAY || form == TIME_MONTH || clock == NULL)
		return;
	if (dated)
		buf_char(out, ' ');
	buf_format(out, "%.*s", form == TIME_SECOND || form == TIME_CLOCK_SECOND ? 8 : 5, clock + 1);
}

void
messages_argument(const struct messages *m, enum lang lang, const struct argument *a, struct buf *out)
{
	switch (a->kind) {
	case ARGUMENT_TEXT:
		buf_text(out, a->text);
		break;
	case ARGUMENT_COUNT:
		put_count(m, lang, a->number, out);
		break;
	case ARGUMENT_BYTES:
		put_bytes(m, lang, a->number, out);
		break;
	case ARGUMENT_SHARE:
		put_share(m, lang, a->number, out);
		break;
	case ARGUMENT_TIME:
		put_time(m, lang, a->number, a->form, out);
		break;
	case ARGUMENT_KEY:
		put_phrase(m, lang, a->text, out);
		break;
	case ARGUMENT_END:
		break;
	}
}

static size_t
argument_count(const struct argument *arguments)
{
	size_t n = 0;
	while (arguments != NULL && arguments[n].kind != ARGUMENT_END)
		n++;
	return n;
}

/* The form for one or the form for more, when the message has both. */
static struct phrase
choose_form(struct phrase phrase, enum lang lang, const struct argument *arguments)
{
	const char *bar = memchr(phrase.text, '|', phrase.size);
	if (bar == NULL)
		return phrase;
	size_t first = (size_t)(bar - phrase.text);
	for (size_t i = 0; i < argument_count(arguments); i++)
		if (arguments[i].kind == ARGUMENT_COUNT) {
			bool one = arguments[i].number == 1 || (lang == LANG_FR && arguments[i].number == 0);
			return one ? (struct phrase){ phrase.text, first } : (struct phrase){ bar + 1, phrase.size - first - 1 };
		}
	return (struct phrase){ phrase.text, first };
}

enum piece_kind { PIECE_TEXT, PIECE_ARGUMENT, PIECE_CODE };

/* The piece of a message at *at, which moves on. text: of a PIECE_TEXT; index: of a PIECE_ARGUMENT. */
static enum piece_kind
next_piece(struct phrase phrase, size_t *at, struct phrase *ret_text, size_t *ret_index)
{
	const char *p = phrase.text + *at;
	size_t left = phrase.size - *at;
	if (p[0] == '`') {
		*at += 1;
		return PIECE_CODE;
	}
	if (left >= 3 && p[0] == '{' && p[1] >= '0' && p[1] <= '9' && p[2] == '}') {
		*ret_index = (size_t)(p[1] - '0');
		*at += 3;
		return PIECE_ARGUMENT;
	}
	size_t n = 1;
	while (n < left && p[n] != '`' && p[n] != '{')
		n++;
	*ret_text = (struct phrase){ p, n };
	*at += n;
	return PIECE_TEXT;
}

static void
render(const struct messages *m, enum lang lang, const char *key, const struct argument *arguments, bool html, struct buf *out)
{
	struct phrase phrase = choose_form(messages_find(m, key, lang), lang, arguments);
	size_t count = argument_count(arguments);
	bool code = false;
	SCOPED_BUF piece;
	buf_init(&piece, TEXT_MAX);
	for (size_t at = 0; at < phrase.size;) {
		struct phrase text;
		size_t index;
		enum piece_kind kind = next_piece(phrase, &at, &text, &index);
		if (kind == PIECE_CODE) {
			code = !code;
			if (html)
				buf_text(out, code ? "<code>" : "</code>");
			continue;
		}
		buf_clear(&piece);
		if (kind == PIECE_TEXT)
			buf_put(&piece, text.text, text.size);
		else if (index < count)
			messages_argument(m, lang, &arguments[index], &piece);
		if (html)
			text_html(out, buf_cstr(&piece));
		else
			buf_put(out, buf_cstr(&piece), piece.size);
		out->failed = out->failed || piece.failed;
	}
	if (html && code)
		buf_text(out, "</code>");
}

void
messages_plain(const struct messages *m, enum lang lang, const char *key, const struct argument *arguments, struct buf *out)
{
	render(m, lang, key, arguments, false, out);
}

void
messages_html(const struct messages *m, enum lang lang, const char *key, const struct argument *arguments, struct buf *out)
{
	render(m, lang, key, arguments, true, out);
}

/* floor: a time before 1970 belongs to the second that it lies in */
static int64_t
seconds_of(int64_t ns)
{
	return ns / 1000000000 - (ns % 1000000000 < 0);
}

void
messages_arguments_json(const struct argument *arguments, struct buf *out)
{
	static const char letters[] = { [ARGUMENT_TEXT] = 's', [ARGUMENT_COUNT] = 'n', [ARGUMENT_BYTES] = 'b', [ARGUMENT_SHARE] = 'p',
		[ARGUMENT_TIME] = 't', [ARGUMENT_KEY] = 'm' };
	buf_char(out, '[');
	for (size_t i = 0; i < argument_count(arguments); i++) {
		const struct argument *a = &arguments[i];
		buf_format(out, "%s\"%c:", i > 0 ? "," : "", letters[a->kind]);
		if (a->kind == ARGUMENT_TEXT || a->kind == ARGUMENT_KEY)
			text_json(out, a->text);
		else if (a->kind == ARGUMENT_TIME)
			buf_format(out, "%jd:%d", (intmax_t)seconds_of(a->number), (int)a->form);
		else
			buf_format(out, "%jd", (intmax_t)a->number);
		buf_char(out, '"');
	}
	buf_char(out, ']');
}

#include "triage/guided/text.h"

#include <string.h>

#define TEXT(name, nl, fr, de, en) { #name, { nl, fr, de, en } },
static const struct {
	const char *name, *in[GUIDED_LANGS];
} texts[] = {
#include "triage/guided/text.def"
};
#undef TEXT

/* What stands for a letter of the four languages where there is ASCII alone. */
static const struct {
	const char *letter, *plain;
} folds[] = {
	{ "à", "a" }, { "â", "a" }, { "ç", "c" }, { "é", "e" }, { "è", "e" }, { "ê", "e" }, { "ë", "e" }, { "î", "i" }, { "ï", "i" }, { "ô", "o" }, { "ù", "u" }, { "û", "u" },
	{ "É", "E" }, { "È", "E" }, { "À", "A" }, { "Ç", "C" }, { "Ê", "E" }, { "ó", "o" }, { "ö", "oe" }, { "ü", "ue" }, { "ä", "ae" }, { "Ö", "Oe" }, { "Ü", "Ue" }, { "Ä", "Ae" },
	{ "ß", "ss" }, { "«", "\"" }, { "»", "\"" }, { "°", "o" }, { "œ", "oe" }, { "’", "'" }, { "\u00a0", " " },
};

const char *
guided_lang_code(enum guided_lang lang)
{
	static const char *const codes[] = { "nl", "fr", "de", "en" };
	return codes[lang];
}

const char *
guided_lang_name(enum guided_lang lang)
{
	static const char *const names[] = { "Nederlands", "Français", "Deutsch", "English" };
	return names[lang];
}

const char *
guided_text(enum guided_lang lang, enum guided_word word)
{
	return texts[word].in[lang];
}

const char *
guided_word_name(enum guided_word word)
{
	return texts[word].name;
}

void
guided_say(struct buf *out, enum guided_lang lang, enum guided_word word, const char *first, const char *second, const char *third)
{
	const char *const fill[] = { first, second, third };
	for (const char *p = texts[word].in[lang]; *p != '\0'; p++) {
		if (p[0] == '{' && p[1] >= '1' && p[1] <= '3' && p[2] == '}') {
			buf_text(out, fill[p[1] - '1'] != NULL ? fill[p[1] - '1'] : "");
			p += 2;
		} else {
			buf_char(out, *p);
		}
	}
}

void
guided_ascii(struct buf *out, const char *text)
{
	while (*text != '\0') {
		size_t skip = 0;
		for (size_t i = 0; (unsigned char)*text >= 0x80 && i < sizeof(folds) / sizeof(folds[0]) && skip == 0; i++) {
			if (strncmp(text, folds[i].letter, strlen(folds[i].letter)) != 0)
				continue;
			buf_text(out, folds[i].plain);
			skip = strlen(folds[i].letter);
		}
		if (skip == 0) {
			buf_char(out, (unsigned char)*text < 0x80 ? *text : '?');
			skip = guided_cut(text, 1);
		}
		text += skip;
	}
}

static bool
goes_on(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

size_t
guided_columns(const char *text)
{
	size_t columns = 0;
	for (; *text != '\0'; text++)
		columns += !goes_on(*text);
	return columns;
}

size_t
guided_cut(const char *text, size_t columns)
{
	size_t at = 0;
	for (; columns > 0 && text[at] != '\0'; columns--)
		do
			at++;
		while (goes_on(text[at]));
	return at;
}

/* One line of a text, without its end, broken. */
static size_t
wrap_line(struct buf *out, const char *line, size_t size, size_t width)
{
	size_t indent = 0, lines = 1, column = 0;
	while (indent < size && line[indent] == ' ')
		indent++;
	size_t lead = indent < width / 2 ? indent : 0;
	for (size_t at = indent; at < size;) {
		size_t end = at, wide = 0, blanks = 0;
		for (; end < size && line[end] != ' '; end++)
			wide += !goes_on(line[end]);
		if (column == 0)
			buf_format(out, "%*s", (int)lead, ""), column = lead;
		else if (column + 1 + wide <= width)
			buf_char(out, ' '), column++;
		else
			buf_format(out, "\n%*s", (int)lead, ""), column = lead, lines++;
		while (wide > width - column) {
			size_t piece = guided_cut(line + at, width - column);
			buf_put(out, line + at, piece);
			buf_format(out, "\n%*s", (int)lead, "");
			wide -= width - column;
			at += piece;
			column = lead;
			lines++;
		}
		buf_put(out, line + at, end - at);
		column += wide;
		while (end + blanks < size && line[end + blanks] == ' ')
			blanks++;
		/* columns of a table stay apart */
		if (blanks > 1 && column + blanks < width)
			buf_format(out, "%*s", (int)blanks - 1, ""), column += blanks - 1;
		at = end + blanks;
	}
	return lines;
}

size_t
guided_wrap(struct buf *out, const char *text, size_t width)
{
	size_t lines = 0;
	for (;;) {
		size_t size = strcspn(text, "\n");
		lines += wrap_line(out, text, size, width);
		if (text[size] == '\0')
			return lines;
		buf_char(out, '\n');
		text += size + 1;
	}
}

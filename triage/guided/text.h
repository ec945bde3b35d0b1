/* text.h - the texts of guided mode in four languages; text.def is the table. */
#ifndef TRIAGE_GUIDED_TEXT_H
#define TRIAGE_GUIDED_TEXT_H

#include "triage/base/buf.h"

enum guided_lang { GUIDED_NL, GUIDED_FR, GUIDED_DE, GUIDED_EN, GUIDED_LANGS };

#define TEXT(name, nl, fr, de, en) SAY_##name,
enum guided_word {
#include "triage/guided/text.def"
	GUIDED_WORDS
};
#undef TEXT

const char *guided_lang_code(enum guided_lang lang);	/* "nl" */
const char *guided_lang_name(enum guided_lang lang);	/* "Nederlands" */
const char *guided_text(enum guided_lang lang, enum guided_word word);
const char *guided_word_name(enum guided_word word);	/* for tests */
/* Append the text with {1} {2} {3} filled in; NULL stands for "". */
void guided_say(struct buf *out, enum guided_lang lang, enum guided_word word, const char *first, const char *second, const char *third);
/* Append text for a terminal that shows ASCII alone: letters without their accents, other characters as ?. Line ends stay. */
void guided_ascii(struct buf *out, const char *text);
/*
 * Append text broken into lines of at most `width` columns (4 or more): between words, a word that is longer in the middle. Line ends stay; a
 * line that begins with blanks goes on indented likewise. The last line has no end. The number of lines.
 */
size_t guided_wrap(struct buf *out, const char *text, size_t width);
/* Columns that a text takes, and the bytes of its first `columns` columns: a code point is one. */
size_t guided_columns(const char *text);
size_t guided_cut(const char *text, size_t columns);

#endif

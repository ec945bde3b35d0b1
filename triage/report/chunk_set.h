/*
 * chunk_set.h - rows by the million, cut into pieces that a page can load one at a time: the form of data/report/.
 *
 * A set has a letter (t: timeline, f: files). Its piece number N is called "tN" and holds at most so many rows, each a line, its cells parted by tabs: first
 * numbers and words as the set puts them, then the row's text in two cells: how many UTF-16 units it shares with the text of the row before, and the rest. Words
 * are numbers of entries in the lists of "index"; a list that is full gives 0 ("…"). "index" says as well which lists are full and how many texts were cut, so
 * that the page can say what a search in it does not find.
 *
 * To find text without loading all, each run of three ASCII characters of a text, in lower case, falls in one of 65536 bins (chunk_gram()); for each bin
 * a row of bits says which pieces have something in it. Bins lie in 64 pieces of their own, "tg0" to "tg63"; of each bin six pieces a character, lowest first.
 */
#ifndef TRIAGE_REPORT_CHUNK_SET_H
#define TRIAGE_REPORT_CHUNK_SET_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

#include <stdint.h>

enum {
	CHUNK_ROWS = 8192,		/* of a piece, as long as there are at most CHUNKS_MOST pieces */
	CHUNKS_MOST = 1024,
	CHUNK_WORDS_MAX = 4096,		/* of a list */
	CHUNK_LISTS_MAX = 5,
	CHUNK_TEXT_MAX = 400,		/* bytes of a text that are kept; "…" stands for the rest */
	GRAM_BINS = 1 << 16, GRAM_SHARES = 64,
};

/* Where a finished piece goes. text: raw, to be put into a string literal. */
struct chunk_sink {
	enum triage_status (*put)(void *ctx, const char *name, const struct buf *text, struct triage_error *err);
	void *ctx;
};

struct chunk_set;

/* lists: names of the word lists, in the order of their numbers, ended by NULL. rows: about how many will come. */
WARN_UNUSED enum triage_status chunk_set_new(char letter, const char *const *lists, uint64_t rows, const struct chunk_sink *sink, struct chunk_set **ret_set,
    struct triage_error *err);
void chunk_set_free(struct chunk_set *s);	/* NULL is fine */

/* The cells of a row, then its text, which ends it. A new piece is begun as needed. */
void chunk_begin(struct chunk_set *s, int64_t key);	/* key: what the piece is found by (time in ms, file_id); the first of a piece is kept */
bool chunk_is_first(const struct chunk_set *s);		/* the row begun is the first of its piece */
void chunk_number(struct chunk_set *s, int64_t value);
void chunk_cell(struct chunk_set *s, const char *text);	/* as it is: no tab, no line end */
void chunk_word(struct chunk_set *s, unsigned list, const char *word);
WARN_UNUSED enum triage_status chunk_text(struct chunk_set *s, const char *text, struct triage_error *err);
/* The last piece and the bins; then the set's part of "index", a JSON object, into index. */
WARN_UNUSED enum triage_status chunk_set_end(struct chunk_set *s, struct buf *index, struct triage_error *err);

/* The bin of three lower-case ASCII characters. */
static inline unsigned
chunk_gram(unsigned a, unsigned b, unsigned c)
{
	return ((a << 14 | b << 7 | c) * UINT32_C(0x9e3779b1)) >> 16;
}

#endif

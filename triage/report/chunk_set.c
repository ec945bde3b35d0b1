#include "triage/report/chunk_set.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_MAX = 64 << 20, SLOTS = 2 * CHUNK_WORDS_MAX, LISTED_MAX = 1000, BITS_OF_CHAR = 6 };

/* A list of words, each once; present: those of the piece that is being written. */
struct words {
	const char *name;
	char *text[CHUNK_WORDS_MAX];		/* the first is "…" */
	uint16_t slot[SLOTS];			/* number + 1 */
	uint16_t listed[CHUNK_WORDS_MAX];
	bool present[CHUNK_WORDS_MAX];
	size_t count, listed_count;
	bool full;
};

struct chunk_set {
	char letter;
	struct chunk_sink sink;
	struct words *lists;
	size_t list_count;
	uint64_t per, rows, cut, in_piece;	/* cut: rows whose text is not whole */
	size_t pieces;
	struct buf piece, text, before, firsts, present;	/* before: text of the row before; present: JSON, which words each piece has */
	uint8_t *bins;						/* a bit for each bin, GRAM_BINS / 8 bytes a piece, CHUNKS_MOST pieces */
	bool memory;						/* ended */
};

enum triage_status
chunk_set_new(char letter, const char *const *lists, uint64_t rows, const struct chunk_sink *sink, struct chunk_set **ret_set, struct triage_error *err)
{
	struct chunk_set *s = calloc(1, sizeof(*s));
	bool memory = s != NULL;
	for (size_t i = 0; lists[i] != NULL && memory; i++) {
		s->list_count++;
		memory = s->list_count <= CHUNK_LISTS_MAX;
	}
	if (memory) {
		s->letter = letter;
		s->sink = *sink;
		s->per = rows / CHUNKS_MOST + 1 > CHUNK_ROWS ? rows / CHUNKS_MOST + 1 : CHUNK_ROWS;
		s->lists = calloc(s->list_count, sizeof(*s->lists));
		s->bins = calloc(CHUNKS_MOST, GRAM_BINS / 8);
		memory = s->lists != NULL && s->bins != NULL;
	}
	for (size_t i = 0; memory && i < s->list_count; i++) {
		s->lists[i].name = lists[i];
		s->lists[i].text[0] = strdup("…");
		s->lists[i].count = 1;
		memory = s->lists[i].text[0] != NULL;
	}
	if (!memory) {
		chunk_set_free(s);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the rows of the report");
		return TRIAGE_E_MEMORY;
	}
	buf_init(&s->piece, PIECE_MAX);
	buf_init(&s->text, 1 << 20);
	buf_init(&s->before, 1 << 20);
	buf_init(&s->firsts, 1 << 20);
	buf_init(&s->present, 64 << 20);
	*ret_set = s;
	return TRIAGE_OK;
}

void
chunk_set_free(struct chunk_set *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; s->lists != NULL && i < s->list_count; i++)
		for (size_t k = 0; k < s->lists[i].count; k++)
			free(s->lists[i].text[k]);
	free(s->lists);
	free(s->bins);
	buf_release(&s->piece);
	buf_release(&s->text);
	buf_release(&s->before);
	buf_release(&s->firsts);
	buf_release(&s->present);
	free(s);
}

void
chunk_begin(struct chunk_set *s, int64_t key)
{
	if (s->in_piece++ == 0)
		buf_format(&s->firsts, "%s%jd", s->pieces > 0 ? "," : "", (intmax_t)key);
	else
		buf_char(&s->piece, '\n');
}

bool
chunk_is_first(const struct chunk_set *s)
{
	return s->in_piece == 1;
}

void
chunk_number(struct chunk_set *s, int64_t value)
{
	char turned[24];
	size_t count = sizeof(turned);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	turned[--count] = '\t';
	do
		turned[--count] = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		turned[--count] = '-';
	buf_put(&s->piece, turned + count, sizeof(turned) - count);
}

void
chunk_cell(struct chunk_set *s, const char *text)
{
	buf_text(&s->piece, text);
	buf_char(&s->piece, '\t');
}

static size_t
word_number(struct chunk_set *s, struct words *l, const char *word)
{
	uint32_t hash = 2166136261u;
	for (const char *c = word; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	size_t at = hash % SLOTS;
	for (; l->slot[at] != 0; at = (at + 1) % SLOTS)
		if (strcmp(l->text[l->slot[at] - 1], word) == 0)
			return l->slot[at] - 1u;
	if (l->count == CHUNK_WORDS_MAX) {
		l->full = true;
		return 0;
	}
	char *copy = strdup(word);
	if (copy == NULL) {
		s->memory = true;
		return 0;
	}
	l->text[l->count] = copy;
	l->slot[at] = (uint16_t)(l->count + 1);
	return l->count++;
}

void
chunk_word(struct chunk_set *s, unsigned list, const char *word)
{
	struct words *l = &s->lists[list];
	size_t number = word_number(s, l, word);
	if (!l->present[number]) {
		l->present[number] = true;
		l->listed[l->listed_count++] = (uint16_t)number;
	}
	chunk_number(s, (int64_t)number);
}

/* --- text --- */

static unsigned
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned)(c + 32) : (unsigned char)c;
}

/* Bins of the text from `from` on: what stands before it is in the row before. */
static void
put_grams(struct chunk_set *s, size_t from)
{
	uint8_t *bins = s->bins + s->pieces * (GRAM_BINS / 8);
	const char *t = s->text.data;
	unsigned a = 0x80, b = 0x80;
	for (size_t i = from > 2 ? from - 2 : 0; i < s->text.size; i++) {
		unsigned c = lower(t[i]);
		if ((a | b | c) < 0x80) {
			unsigned bin = chunk_gram(a, b, c);
			bins[bin / 8] |= (uint8_t)(1u << bin % 8);
		}
		a = b;
		b = c;
	}
}

/* As ASCII characters alone are counted, bytes are UTF-16 units. */
static size_t
shared(const struct buf *a, const struct buf *b)
{
	size_t n = 0, most = a->size < b->size ? a->size : b->size;
	while (n < most && a->data[n] == b->data[n] && (a->data[n] & 0x80) == 0)
		n++;
	return n;
}

static void
take_text(struct chunk_set *s, const char *text)
{
	size_t size = strlen(text), kept = size;
	if (size > CHUNK_TEXT_MAX) {
		s->cut++;
		kept = CHUNK_TEXT_MAX;
		while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
			kept--;
	}
	buf_clear(&s->text);
	if (text_plain(text, kept) == kept)
		buf_put(&s->text, text, kept);
	else
		text_safe_bytes(&s->text, text, kept);
	if (kept < size)
		buf_text(&s->text, "…");
}

/* --- pieces --- */

/* Which words this piece has, as JSON: a list of numbers for each list, null where there are too many to say. */
static void
put_present(struct chunk_set *s)
{
	buf_text(&s->present, s->pieces > 0 ? ",[" : "[");
	for (size_t i = 0; i < s->list_count; i++) {
		struct words *l = &s->lists[i];
		bool many = l->listed_count > LISTED_MAX;
		buf_text(&s->present, i > 0 ? "," : "");
		buf_text(&s->present, many ? "null" : "[");
		for (size_t k = 0; k < l->listed_count; k++) {
			if (!many)
				buf_format(&s->present, "%s%u", k > 0 ? "," : "", l->listed[k]);
			l->present[l->listed[k]] = false;
		}
		buf_text(&s->present, many ? "" : "]");
		l->listed_count = 0;
	}
	buf_char(&s->present, ']');
}

static enum triage_status
end_piece(struct chunk_set *s, struct triage_error *err)
{
	char name[32];
	snprintf(name, sizeof(name), "%c%zu", s->letter, s->pieces);
	put_present(s);
	enum triage_status st = buf_check(&s->piece, err);
	if (st == TRIAGE_OK)
		st = s->sink.put(s->sink.ctx, name, &s->piece, err);
	buf_clear(&s->piece);
	buf_clear(&s->before);
	s->in_piece = 0;
	s->pieces++;
	return st;
}

enum triage_status
chunk_text(struct chunk_set *s, const char *text, struct triage_error *err)
{
	take_text(s, text);
	size_t same = shared(&s->text, &s->before);
	put_grams(s, same);
	chunk_number(s, (int64_t)same);
	buf_put(&s->piece, s->text.data + same, s->text.size - same);
	struct buf turn = s->before;
	s->before = s->text;
	s->text = turn;
	s->rows++;
	/* more rows than were told of go into the last piece */
	return s->in_piece == s->per && s->pieces + 1 < CHUNKS_MOST ? end_piece(s, err) : TRIAGE_OK;
}

/* One share of the bins: for each, six pieces a character. */
static enum triage_status
put_share(struct chunk_set *s, unsigned share, struct triage_error *err)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char name[32];
	unsigned first = share * (GRAM_BINS / GRAM_SHARES);
	buf_clear(&s->piece);
	for (unsigned bin = first; bin < first + GRAM_BINS / GRAM_SHARES; bin++)
		for (size_t at = 0; at < s->pieces; at += BITS_OF_CHAR) {
			unsigned bits = 0;
			for (size_t k = 0; k < BITS_OF_CHAR && at + k < s->pieces; k++)
				bits |= ((unsigned)s->bins[(at + k) * (GRAM_BINS / 8) + bin / 8] >> bin % 8 & 1u) << k;
			buf_char(&s->piece, digits[bits]);
		}
	snprintf(name, sizeof(name), "%cg%u", s->letter, share);
	enum triage_status st = buf_check(&s->piece, err);
	return st == TRIAGE_OK ? s->sink.put(s->sink.ctx, name, &s->piece, err) : st;
}

static void
put_index(struct chunk_set *s, struct buf *index)
{
	buf_format(index, "\"%c\":{\"rows\":%ju,\"per\":%ju,\"pieces\":%zu,\"first\":[%s],\"lists\":[", s->letter, (uintmax_t)s->rows, (uintmax_t)s->per, s->pieces, buf_cstr(&s->firsts));
	for (size_t i = 0; i < s->list_count; i++) {
		const struct words *l = &s->lists[i];
		buf_format(index, "%s{\"name\":\"%s\",\"full\":%s,\"words\":[", i > 0 ? "," : "", l->name, l->full ? "true" : "false");
		for (size_t k = 0; k < l->count; k++) {
			buf_text(index, k > 0 ? "," : "");
			text_json_string(index, l->text[k]);
		}
		buf_text(index, "]}");
	}
	buf_format(index, "],\"present\":[%s],\"cut\":%ju}", buf_cstr(&s->present), (uintmax_t)s->cut);
	index->failed = index->failed || s->firsts.failed || s->present.failed;
}

enum triage_status
chunk_set_end(struct chunk_set *s, struct buf *index, struct triage_error *err)
{
	enum triage_status st = s->in_piece > 0 ? end_piece(s, err) : TRIAGE_OK;
	/* few pieces are looked through as they are */
	for (unsigned share = 0; share < GRAM_SHARES && st == TRIAGE_OK && s->pieces > 4; share++)
		st = put_share(s, share, err);
	put_index(s, index);
	if (st == TRIAGE_OK && s->memory) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the rows of the report");
		return TRIAGE_E_MEMORY;
	}
	return st == TRIAGE_OK ? buf_check(index, err) : st;
}

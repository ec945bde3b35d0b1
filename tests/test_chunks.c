#include "tests/harness.h"

#include "triage/base/output.h"
#include "triage/report/chunk_set.h"
#include "triage/report/chunks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 200 };
struct kept {
	char name[NAMES_MAX][16];
	struct buf text[NAMES_MAX];
	size_t count;
};

static enum triage_status
keep(void *ctx, const char *name, const struct buf *text, struct triage_error *e)
{
	struct kept *k = ctx;
	(void)e;
	snprintf(k->name[k->count], sizeof(k->name[0]), "%s", name);
	buf_init(&k->text[k->count], 64 << 20);
	buf_put(&k->text[k->count], text->data, text->size);
	k->count++;
	return TRIAGE_OK;
}

static const char *
text_of(const struct kept *k, const char *name)
{
	for (size_t i = 0; i < k->count; i++)
		if (strcmp(k->name[i], name) == 0)
			return buf_cstr(&k->text[i]);
	return NULL;
}

static void
release(struct kept *k)
{
	for (size_t i = 0; i < k->count; i++)
		buf_release(&k->text[i]);
	free(k);
}

static void
row_text(unsigned i, char out[100])
{
	snprintf(out, 100, "/Shares/Dossier %u/Brief_%06u.docx%s", i / 900, i * 7919u % 1000003u, i == 30000 ? " ZebraFinch" : "");
}

/* So many rows of two lists. */
static struct kept *
made(unsigned rows, struct buf *index)
{
	static const char *const lists[] = { "host", "user", NULL };
	struct kept *k = calloc(1, sizeof(*k));
	struct chunk_set *s;
	assert_ok(chunk_set_new('t', lists, rows, &(const struct chunk_sink){ keep, k }, &s, &err));
	for (unsigned i = 0; i < rows; i++) {
		char text[100], user[20];
		row_text(i, text);
		snprintf(user, sizeof(user), "user%u", i / 10000);
		chunk_begin(s, 1000 + i);
		chunk_number(s, -(int64_t)i);
		chunk_word(s, 0, "FS01");
		chunk_word(s, 1, user);
		assert_ok(chunk_text(s, text, &err));
	}
	assert_ok(chunk_set_end(s, index, &err));
	chunk_set_free(s);
	return k;
}

static void
every_row_can_be_put_together_again(void **state)
{
	enum { ROWS = 50000 };
	(void)state;
	SCOPED_BUF index;
	buf_init(&index, 16 << 20);
	struct kept *k = made(ROWS, &index);
	unsigned row = 0;
	for (unsigned piece = 0; row < ROWS; piece++) {
		char name[16], before[200] = "";
		snprintf(name, sizeof(name), "t%u", piece);
		const char *at = text_of(k, name);
		assert_non_null(at);
		for (; at != NULL; row++) {
			long number, host, user;
			size_t same;
			int rest;
			char wanted[100];
			assert_int_equal(sscanf(at, "%ld\t%ld\t%ld\t%zu\t%n", &number, &host, &user, &same, &rest), 4);
			const char *end = strchr(at, '\n');
			size_t size = end != NULL ? (size_t)(end - at - rest) : strlen(at + rest);
			memcpy(before + same, at + rest, size);
			before[same + size] = '\0';
			row_text(row, wanted);
			assert_string_equal(before, wanted);
			assert_int_equal(number, -(long)row);
			assert_int_equal(host, 1);
			assert_int_equal(user, 1 + row / 10000);
			at = end != NULL ? end + 1 : NULL;
		}
		assert_int_equal(row, piece < 6 ? (piece + 1) * CHUNK_ROWS : ROWS);
	}
	assert_non_null(strstr(index.data, "\"t\":{\"rows\":50000,\"per\":8192,\"pieces\":7,\"first\":[1000,9192,17384,"));
	assert_non_null(strstr(index.data, "{\"name\":\"user\",\"full\":false,\"words\":[\"…\",\"user0\",\"user1\","));
	assert_non_null(strstr(index.data, "\"present\":[[[1],[1]],[[1],[1,2]],[[1],[2,3]]"));
	release(k);
}

/* The bits of a word: pieces that have all runs of three of it. */
static unsigned
pieces_with(const struct kept *k, const char *word, unsigned pieces)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned may = (1u << pieces) - 1, width = (pieces + 5) / 6;
	for (size_t i = 0; i + 2 < strlen(word); i++) {
		char name[16];
		unsigned bin = chunk_gram((unsigned)word[i], (unsigned)word[i + 1], (unsigned)word[i + 2]), bits = 0;
		snprintf(name, sizeof(name), "tg%u", bin / (GRAM_BINS / GRAM_SHARES));
		const char *share = text_of(k, name);
		assert_int_equal(strlen(share), width * (GRAM_BINS / GRAM_SHARES));
		for (unsigned c = 0; c < width; c++)
			bits |= (unsigned)(strchr(digits, share[bin % (GRAM_BINS / GRAM_SHARES) * width + c]) - digits) << 6 * c;
		may &= bits;
	}
	return may;
}

static void
a_word_leads_to_the_pieces_that_have_it(void **state)
{
	(void)state;
	SCOPED_BUF index;
	buf_init(&index, 16 << 20);
	struct kept *k = made(60000, &index);
	assert_int_equal(pieces_with(k, "zebrafinch", 8), 1u << 30000 / CHUNK_ROWS);	/* lower case finds capitals */
	assert_int_equal(pieces_with(k, "brief_", 8), 0xff);
	assert_int_equal(pieces_with(k, "nothere", 8), 0);
	release(k);
	k = made(9000, &index);
	assert_null(text_of(k, "tg0"));	/* so few are looked through without */
	release(k);
}

static void
what_is_hostile_becomes_a_sound_literal(void **state)
{
	(void)state;
	static const char text[] = "</script><!--<script>\"\\\n\t\x01\x7fé";
	SCOPED_BUF out;
	buf_init(&out, 1 << 20);
	chunk_literal(&out, text, sizeof(text) - 1);
	assert_string_equal(out.data, "\"\\u003c/script>\\u003c!--\\u003cscript>\\\"\\\\\\n\\t\\u0001\\u007fé\"");
}

static void
a_text_is_cut_and_made_visible(void **state)
{
	(void)state;
	static const char *const lists[] = { "host", NULL };
	struct kept *k = calloc(1, sizeof(*k));
	struct chunk_set *s;
	SCOPED_BUF index;
	buf_init(&index, 1 << 20);
	char *large = malloc(70000);
	memset(large, 'x', 69999);
	large[69999] = '\0';
	memcpy(large, "a\tb\nc\xe2\x80\xae", 8);
	assert_ok(chunk_set_new('f', lists, 1, &(const struct chunk_sink){ keep, k }, &s, &err));
	chunk_begin(s, 1);
	chunk_word(s, 0, "\"h\"");
	assert_ok(chunk_text(s, large, &err));
	assert_ok(chunk_set_end(s, &index, &err));
	chunk_set_free(s);
	const char *row = text_of(k, "f0");
	assert_int_equal(strncmp(row, "1\t0\ta\\x09b\\x0ac\\xe2\\x80\\xaexxx", 30), 0);
	assert_null(strchr(row, '\n'));
	assert_in_range(strlen(row), CHUNK_TEXT_MAX, CHUNK_TEXT_MAX + 40);
	assert_string_equal(row + strlen(row) - 3, "…");
	assert_non_null(strstr(index.data, "\"words\":[\"…\",\"\\\"h\\\"\"]"));
	assert_non_null(strstr(index.data, "\"cut\":1}"));	/* which the page says */
	free(large);
	release(k);
}

static void
a_list_does_not_grow_without_end(void **state)
{
	(void)state;
	static const char *const lists[] = { "user", NULL };
	struct kept *k = calloc(1, sizeof(*k));
	struct chunk_set *s;
	SCOPED_BUF index;
	buf_init(&index, 1 << 20);
	assert_ok(chunk_set_new('t', lists, 1, &(const struct chunk_sink){ keep, k }, &s, &err));
	for (int i = 0; i < CHUNK_WORDS_MAX + 10; i++) {
		char user[20];
		snprintf(user, sizeof(user), "u%d", i);
		chunk_begin(s, i);
		chunk_word(s, 0, user);
		assert_ok(chunk_text(s, "x", &err));
	}
	assert_ok(chunk_set_end(s, &index, &err));
	chunk_set_free(s);
	assert_non_null(strstr(index.data, "\"full\":true"));
	assert_non_null(strstr(index.data, "\"present\":[[null]],\"cut\":0}"));
	assert_non_null(strstr(text_of(k, "t0"), "\n0\t1\t"));
	release(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_can_be_put_together_again),
		cmocka_unit_test(a_word_leads_to_the_pieces_that_have_it),
		cmocka_unit_test(what_is_hostile_becomes_a_sound_literal),
		cmocka_unit_test(a_text_is_cut_and_made_visible),
		cmocka_unit_test(a_list_does_not_grow_without_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

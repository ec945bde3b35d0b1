#include "triage/analyse/rule_lexer.h"

#include <ctype.h>
#include <string.h>

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static char
peek(const struct rule_lexer *lx, size_t ahead)
{
	return ahead < lx->size - lx->at ? lx->text[lx->at + ahead] : '\0';
}

/* Past blanks and comments. False for a comment without end. */
static bool
skip_blanks(struct rule_lexer *lx)
{
	while (lx->at < lx->size) {
		char c = peek(lx, 0);
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			lx->at++;
		} else if (c == '/' && peek(lx, 1) == '/') {
			const char *end = memchr(lx->text + lx->at, '\n', lx->size - lx->at);
			lx->at = end != NULL ? (size_t)(end - lx->text) : lx->size;
		} else if (c == '/' && peek(lx, 1) == '*') {
			const char *end = memmem(lx->text + lx->at + 2, lx->size - lx->at - 2, "*/", 2);
			if (end == NULL)
				return false;
			lx->at = (size_t)(end - lx->text) + 2;
		} else {
			return true;
		}
	}
	return true;
}

static struct rule_word
take(struct rule_lexer *lx, enum rule_word_kind kind, size_t size)
{
	struct rule_word word = { kind, lx->text + lx->at, size };
	lx->at += size;
	lx->after_equals = kind == RULE_WORD_MARK && size == 1 && word.text[0] == '=';
	return word;
}

/* Length of "..." or /.../flags at the cursor, 0 when it does not end on its line. */
static size_t
quoted_size(const struct rule_lexer *lx, char quote)
{
	for (size_t i = 1; i < lx->size - lx->at; i++) {
		char c = peek(lx, i);
		if (c == '\n')
			return 0;
		if (c == '\\')
			i++;
		else if (c == quote)
			return i + 1;
	}
	return 0;
}

/* Length of a hex string, whose comments may hold braces; 0 when it does not end. */
static size_t
hex_size(const struct rule_lexer *lx)
{
	struct rule_lexer inner = { .text = lx->text, .size = lx->size, .at = lx->at + 1 };
	while (skip_blanks(&inner) && inner.at < inner.size) {
		if (inner.text[inner.at++] == '}')
			return inner.at - lx->at;
	}
	return 0;
}

static size_t
number_size(const struct rule_lexer *lx)
{
	size_t n = 0;
	if (peek(lx, 0) == '0' && peek(lx, 1) == 'x' && isxdigit((unsigned char)peek(lx, 2))) {
		for (n = 2; isxdigit((unsigned char)peek(lx, n));)
			n++;
		return n;
	}
	if (peek(lx, 0) == '0' && peek(lx, 1) == 'o' && peek(lx, 2) >= '0' && peek(lx, 2) <= '7') {
		for (n = 2; peek(lx, n) >= '0' && peek(lx, n) <= '7';)
			n++;
		return n;
	}
	while (isdigit((unsigned char)peek(lx, n)))
		n++;
	if (peek(lx, n) == '.' && isdigit((unsigned char)peek(lx, n + 1))) {
		for (n++; isdigit((unsigned char)peek(lx, n));)
			n++;
		return n;
	}
	if ((peek(lx, n) == 'K' || peek(lx, n) == 'M') && peek(lx, n + 1) == 'B')
		n += 2;
	return n;
}

static size_t
name_size(const struct rule_lexer *lx)
{
	size_t n = 1;
	while (is_name_char(peek(lx, n)))
		n++;
	return n;
}

static size_t
mark_size(const struct rule_lexer *lx)
{
	static const char *const pairs[] = { "..", "==", "!=", "<=", ">=", "<<", ">>" };
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (peek(lx, 0) == pairs[i][0] && peek(lx, 1) == pairs[i][1])
			return 2;
	return 1;
}

struct rule_word
rule_lexer_next(struct rule_lexer *lx)
{
	bool after_equals = lx->after_equals;
	if (!skip_blanks(lx))
		return take(lx, RULE_WORD_BAD, lx->size - lx->at);
	if (lx->at >= lx->size)
		return take(lx, RULE_WORD_END, 0);
	char c = peek(lx, 0);
	if (c == '"' || c == '/') {
		size_t size = quoted_size(lx, c);
		if (size == 0)
			return take(lx, RULE_WORD_BAD, lx->size - lx->at);
		while (c == '/' && (peek(lx, size) == 'i' || peek(lx, size) == 's'))
			size++;
		return take(lx, c == '"' ? RULE_WORD_STRING : RULE_WORD_REGEX, size);
	}
	if (c == '{' && after_equals) {
		size_t size = hex_size(lx);
		return size != 0 ? take(lx, RULE_WORD_HEX, size) : take(lx, RULE_WORD_BAD, lx->size - lx->at);
	}
	if (isdigit((unsigned char)c))
		return take(lx, RULE_WORD_NUMBER, number_size(lx));
	bool sigil = c == '$' || c == '#' || c == '@' || (c == '!' && peek(lx, 1) != '=');
	if (sigil || is_name_char(c))
		return take(lx, RULE_WORD_NAME, name_size(lx));
	return take(lx, RULE_WORD_MARK, mark_size(lx));
}

bool
rule_word_is(struct rule_word word, const char *text)
{
	size_t size = strlen(text);
	return word.size == size && memcmp(word.text, text, size) == 0;
}

bool
rule_word_number(struct rule_word word, uint64_t *ret_value)
{
	uint64_t value = 0, base = 10, unit = 1;
	size_t i = 0, end = word.size;
	if (word.kind != RULE_WORD_NUMBER)
		return false;
	if (end > 2 && word.text[0] == '0' && (word.text[1] == 'x' || word.text[1] == 'o')) {
		base = word.text[1] == 'x' ? 16 : 8;
		i = 2;
	} else if (end > 2 && word.text[end - 1] == 'B') {
		unit = word.text[end - 2] == 'K' ? 1 << 10 : 1 << 20;
		end -= 2;
	}
	for (; i < end; i++) {
		char c = word.text[i];
		uint64_t digit = c <= '9' ? (uint64_t)(c - '0') : (uint64_t)((c | 0x20) - 'a') + 10;
		if (c == '.' || __builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
			return false;
	}
	if (__builtin_mul_overflow(value, unit, &value) || value > INT64_MAX)
		return false;
	*ret_value = value;
	return true;
}

#include "triage/analyse/rule_literal.h"

#include <ctype.h>
#include <string.h>

struct run {
	uint8_t bytes[RULE_LITERAL_MAX];
	size_t size, least;
	struct rule_literal *best;
	size_t count;
};

/* Keep the run, in place of the shortest one when there is no more room. */
static void
end_run(struct run *run)
{
	struct rule_literal *to = &run->best[0];
	bool room = run->count < RULE_LITERALS;
	for (size_t i = 1; !room && i < run->count; i++)
		if (run->best[i].size < to->size)
			to = &run->best[i];
	if (run->size >= run->least && (room || to->size < run->size)) {
		to = room ? &run->best[run->count++] : to;
		memcpy(to->bytes, run->bytes, run->size);
		to->size = run->size;
	}
	run->size = 0;
}

static void
add_byte(struct run *run, uint8_t byte)
{
	if (run->size == RULE_LITERAL_MAX)
		end_run(run);
	run->bytes[run->size++] = byte;
}

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* --- regular expressions; text stands between the slashes --- */

/* Index behind a class [...] that begins at `at`. */
static size_t
behind_class(const char *text, size_t size, size_t at)
{
	at++;
	if (at < size && text[at] == '^')
		at++;
	if (at < size && text[at] == ']')
		at++;
	for (; at < size && text[at] != ']'; at++)
		if (text[at] == '\\')
			at++;
	return at + 1;
}

/* Index behind a group (...) that begins at `at`. */
static size_t
behind_group(const char *text, size_t size, size_t at)
{
	size_t depth = 0;
	while (at < size) {
		char c = text[at];
		if (c == '[') {
			at = behind_class(text, size, at);
			continue;
		}
		at += c == '\\' ? 2 : 1;
		depth += c == '(';
		if (c == ')' && --depth == 0)
			return at;
	}
	return size;
}

/* The byte of an escape at `at`, -1 when it stands for something else. ret_size: characters of the escape. */
static int
escaped_byte(const char *text, size_t size, size_t at, size_t *ret_size)
{
	char c = at + 1 < size ? text[at + 1] : 'w';
	*ret_size = 2;
	if (c == 'n' || c == 't' || c == 'r' || c == 'f' || c == 'a')
		return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'f' ? '\f' : '\a';
	if (c == 'x' && at + 3 < size && hex_value(text[at + 2]) >= 0 && hex_value(text[at + 3]) >= 0) {
		*ret_size = 4;
		return hex_value(text[at + 2]) * 16 + hex_value(text[at + 3]);
	}
	return isalnum((unsigned char)c) ? -1 : (unsigned char)c;
}

/* What is repeated: nothing is sure of a byte that may be left out, and nothing follows directly on one that may come twice. */
static void
repeat(struct run *run, char mark, bool of_byte)
{
	if (mark != '+' && of_byte && run->size != 0)
		run->size--;
	end_run(run);
}

/* False for an alternative outside brackets: then nothing is necessary. */
static bool
read_regex(struct run *run, const char *text, size_t size)
{
	bool of_byte = false;
	for (size_t at = 0; at < size;) {
		char c = text[at];
		size_t step = 1;
		int byte = (unsigned char)c;
		if (c == '|')
			return false;
		if (c == '*' || c == '?' || c == '+' || c == '{') {
			repeat(run, c, of_byte);
			of_byte = false;
			while (c == '{' && at + step < size && text[at + step - 1] != '}')
				step++;
			at += step;
			continue;
		}
		if (c == '(')
			step = behind_group(text, size, at) - at;
		else if (c == '[')
			step = behind_class(text, size, at) - at;
		else if (c == '\\')
			byte = escaped_byte(text, size, at, &step);
		if (c == '(' || c == '[' || c == '.' || c == '^' || c == '$' || c == ')')
			byte = -1;
		of_byte = byte >= 0;
		if (of_byte)
			add_byte(run, (uint8_t)byte);
		else
			end_run(run);
		at += step;
	}
	return true;
}

/* --- hex strings; text stands between the braces --- */

static size_t
behind_comment(const char *text, size_t size, size_t at)
{
	bool line = text[at + 1] == '/';
	const char *end = line ? memchr(text + at, '\n', size - at) : memmem(text + at + 2, size - at - 2, "*/", 2);
	return end == NULL ? size : (size_t)(end - text) + (line ? 1 : 2);
}

static void
read_hex(struct run *run, const char *text, size_t size)
{
	size_t depth = 0;
	for (size_t at = 0; at < size;) {
		char c = text[at];
		if (c == '/' && at + 1 < size) {
			at = behind_comment(text, size, at);
		} else if (isspace((unsigned char)c)) {
			at++;
		} else if (depth == 0 && at + 1 < size && hex_value(c) >= 0 && hex_value(text[at + 1]) >= 0) {
			add_byte(run, (uint8_t)(hex_value(c) * 16 + hex_value(text[at + 1])));
			at += 2;
		} else {
			/* wildcards come in twos: a nibble that is known must not be taken for the first of the next byte */
			end_run(run);
			depth += c == '(' || c == '[';
			depth -= (c == ')' || c == ']') && depth != 0;
			at += depth == 0 && (c == '?' || hex_value(c) >= 0) ? 2 : 1;
		}
	}
}

size_t
rule_literals_of(struct rule_word value, size_t least, struct rule_literal out[RULE_LITERALS])
{
	struct run run = { .best = out, .least = least };
	size_t end = value.size;
	if (value.kind == RULE_WORD_REGEX) {
		while (end > 1 && value.text[end - 1] != '/')
			end--;
		if (end < 2 || !read_regex(&run, value.text + 1, end - 2))
			return 0;
	} else if (value.kind == RULE_WORD_HEX && end >= 2) {
		read_hex(&run, value.text + 1, end - 2);
	}
	end_run(&run);
	return run.count;
}

#include "triage/analyse/rule_literal.h"

#include <ctype.h>
#include <string.h>

struct run {
	struct rule_literal now;	/* count is never 0 */
	size_t least;
	struct rule_literal *best;
	size_t count;
};

static void
begin_run(struct run *run)
{
	run->now.count = 1;
	run->now.any[0].size = 0;
}

static size_t
shortest(const struct rule_literal *l)
{
	size_t size = l->any[0].size;
	for (size_t i = 1; i < l->count; i++)
		if (l->any[i].size < size)
			size = l->any[i].size;
	return size;
}

/* Keep the run, in place of the shortest one when there is no more room. */
static void
end_run(struct run *run)
{
	struct rule_literal *to = &run->best[0];
	bool room = run->count < RULE_LITERALS;
	for (size_t i = 1; !room && i < run->count; i++)
		if (run->best[i].size < to->size)
			to = &run->best[i];
	run->now.size = shortest(&run->now);
	if (run->now.size >= run->least && run->now.size > 0 && (room || to->size < run->now.size)) {
		to = room ? &run->best[run->count++] : to;
		*to = run->now;
	}
	begin_run(run);
}

static void
add_byte(struct run *run, uint8_t byte)
{
	bool full = false;
	for (size_t i = 0; i < run->now.count; i++)
		full |= run->now.any[i].size == RULE_LITERAL_MAX;
	if (full)
		end_run(run);
	for (size_t i = 0; i < run->now.count; i++)
		run->now.any[i].bytes[run->now.any[i].size++] = byte;
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
	for (size_t i = 0; mark != '+' && of_byte && i < run->now.count; i++)
		run->now.any[i].size -= run->now.any[i].size != 0;
	end_run(run);
}

/* Words of a bracket "(curl|wget)" whose inside is text. False when it holds anything else, or too much. */
static bool
read_words(const char *text, size_t size, struct rule_literal *words)
{
	words->count = 1;
	words->any[0].size = 0;
	for (size_t at = 0; at < size;) {
		struct rule_run *word = &words->any[words->count - 1];
		size_t step = 1;
		int byte = (unsigned char)text[at];
		if (byte == '|' && words->count < RULE_ALTERNATIVES) {
			words->any[words->count++].size = 0;
			at++;
			continue;
		}
		if (strchr("|*?+{([.^$", byte) != NULL)
			return false;
		if (byte == '\\')
			byte = escaped_byte(text, size, at, &step);
		if (byte < 0 || word->size == RULE_LITERAL_MAX)
			return false;
		word->bytes[word->size++] = (uint8_t)byte;
		at += step;
	}
	return true;
}

/* Each of the words behind each of the runs so far; where that is too much, the runs end and the words begin new ones. */
static void
multiply(struct run *run, const struct rule_literal *words)
{
	size_t longest = 0, word = 0;
	for (size_t i = 0; i < run->now.count; i++)
		longest = run->now.any[i].size > longest ? run->now.any[i].size : longest;
	for (size_t i = 0; i < words->count; i++)
		word = words->any[i].size > word ? words->any[i].size : word;
	if (run->now.count * words->count > RULE_ALTERNATIVES || longest + word > RULE_LITERAL_MAX)
		end_run(run);
	struct rule_literal before = run->now;
	run->now.count = 0;
	for (size_t i = 0; i < before.count; i++)
		for (size_t k = 0; k < words->count; k++) {
			struct rule_run *to = &run->now.any[run->now.count++];
			*to = before.any[i];
			memcpy(to->bytes + to->size, words->any[k].bytes, words->any[k].size);
			to->size += words->any[k].size;
		}
}

/* A bracket from `at` to before `behind`. True when its words were taken. */
static bool
take_bracket(struct run *run, const char *text, size_t size, size_t at, size_t behind)
{
	struct rule_literal words;
	bool repeated = behind < size && strchr("*?+{", text[behind]) != NULL;
	if (repeated || behind < at + 2 || text[behind - 1] != ')' || !read_words(text + at + 1, behind - at - 2, &words))
		return false;
	multiply(run, &words);
	return true;
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
		if (c == '(') {
			step = behind_group(text, size, at) - at;
			if (take_bracket(run, text, size, at, at + step)) {
				of_byte = false;
				at += step;
				continue;
			}
		} else if (c == '[')
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
	begin_run(&run);
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

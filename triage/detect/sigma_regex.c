/*
 * sigma_regex.c - regular expressions of Sigma rules, by PCRE2.
 *
 * Each is compiled with a callout before every item, so that whoever matches can count the steps and stop: the limits of the library
 * are for each place where a match may begin, and a long text has many. Refused: \C, patterns of more than 8 KiB, deep parentheses.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "triage/detect/sigma_inside.h"

#include <pcre2.h>

#include <string.h>

enum { PATTERN_MAX = 8 << 10, PARENTHESES_MAX = 60, LITERAL_MAX = 200, LITERAL_MIN = 3 };

static void *
pool_malloc(size_t size, void *pool)
{
	return pool_alloc(pool, size);
}

static void
pool_free(void *block, void *pool)
{
	(void)block, (void)pool;
}

/* Skip a class or a group that begins at text[i]; gives the place behind it. */
static size_t
behind(const char *text, size_t size, size_t i)
{
	if (text[i] == '[') {
		i += i + 1 < size && text[i + 1] == '^' ? 2 : 1;
		i += i < size && text[i] == ']';
		for (; i < size && text[i] != ']'; i++)
			i += text[i] == '\\';
		return i < size ? i + 1 : size;
	}
	for (size_t depth = 0; i < size; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == '[')
			i = behind(text, size, i) - 1;	/* a class holds no group: one level */
		else if (text[i] == '(')
			depth++;
		else if (text[i] == ')' && --depth == 0)
			return i + 1;
	}
	return size;
}

/* The literal character at text[*i]; moves *i behind it. False: it is more than that one character. */
static bool
literal_at(const char *text, size_t size, size_t *i, char *out)
{
	static const char special[] = ".^$|()[]{}*+?";
	char c = text[*i];
	if (c == '\\') {
		if (*i + 1 >= size)
			return false;
		c = text[*i + 1];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (uint8_t)c >= 0x80)
			return false;
		*i += 2;
	} else {
		if (strchr(special, c) != NULL || (uint8_t)c >= 0x80)
			return false;
		(*i)++;
	}
	*out = c;
	return true;
}

/* The place behind what begins at text[i] and is no plain character; SIZE_MAX when it is not known what it means. */
static size_t
behind_item(const char *text, size_t size, size_t i)
{
	if (text[i] == '[' || text[i] == '(')
		return behind(text, size, i);
	if (text[i] == '{')
		return i + strcspn(text + i, "}") + (strchr(text + i, '}') != NULL);
	if (text[i] != '\\')
		return text[i] == '|' ? SIZE_MAX : i + 1;
	return i + 1 < size && strchr("dwsDWSbBAzZnrthvHV", text[i + 1]) != NULL ? i + 2 : SIZE_MAX;
}

/* Options within that change what characters mean. */
static bool
is_plain(const char *text)
{
	if (strstr(text, "\\Q") != NULL || strstr(text, "(*") != NULL)
		return false;
	for (const char *at = strstr(text, "(?"); at != NULL; at = strstr(at + 2, "(?"))
		if (memchr(at, 'x', strspn(at + 2, "imsxnJU^-") + 2) != NULL)
			return false;
	return true;
}

/*
 * The longest text that every match has, folded: a run of plain characters outside of groups, none of which may be left out. NULL when
 * there is an alternative at the outside, or something that this does not understand.
 */
static const char *
literal_of(struct sigma_set *set, const char *text, size_t size)
{
	char best[LITERAL_MAX], run[LITERAL_MAX];
	size_t best_size = 0, run_size = 0, i = 0;
	if (!is_plain(text))
		return NULL;
	while (i < size) {
		char c;
		bool literal = literal_at(text, size, &i, &c);
		/* what may be left out, or comes more than once, ends a run */
		if (literal && run_size < sizeof(run) && (i == size || strchr("?*+{", text[i]) == NULL)) {
			run[run_size++] = c;
			if (run_size > best_size)
				memcpy(best, run, best_size = run_size);
			continue;
		}
		run_size = 0;
		if (!literal)
			i = behind_item(text, size, i);
		if (i == SIZE_MAX)
			return NULL;
	}
	if (best_size < LITERAL_MIN)
		return NULL;
	sigma_fold(run, best, best_size);
	return sigma_keep(set, run, best_size);
}

enum triage_status
sigma_regex_of(struct sigma_loading *l, const struct sigma_yaml *node, unsigned flags, struct sigma_value *v, struct triage_error *err)
{
	int number;
	PCRE2_SIZE where;
	if (node->size > PATTERN_MAX || memchr(node->text, '\0', node->size) != NULL)
		return sigma_refuse(l, node->line, "a regular expression of more than %d bytes, or with a NUL byte", PATTERN_MAX);
	pcre2_general_context *general = pcre2_general_context_create(pool_malloc, pool_free, &l->set->pool);
	pcre2_compile_context *context = general != NULL ? pcre2_compile_context_create(general) : NULL;
	if (context == NULL)
		return sigma_no_memory(err);
	pcre2_set_parens_nest_limit(context, PARENTHESES_MAX);
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
	options |= (flags & SIGMA_RE_I) != 0 ? PCRE2_CASELESS : 0;
	options |= (flags & SIGMA_RE_M) != 0 ? PCRE2_MULTILINE : 0;
	options |= (flags & SIGMA_RE_S) != 0 ? PCRE2_DOTALL : 0;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)node->text, node->size, options, &number, &where, context);
	if (code == NULL) {
		char text[160];
		if (pcre2_get_error_message(number, (PCRE2_UCHAR *)text, sizeof(text)) < 0)
			text[0] = '\0';
		return number == PCRE2_ERROR_HEAP_FAILED ? sigma_no_memory(err) :
		    sigma_refuse(l, node->line, "a regular expression is wrong at its byte %zu: %s", (size_t)where, text);
	}
	*v = (struct sigma_value){ .kind = SIGMA_REGEX, .regex = code, .literal = literal_of(l->set, node->text, node->size) };
	return TRIAGE_OK;
}

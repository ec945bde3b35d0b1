#include "triage/base/glob.h"

#include <stddef.h>

static unsigned char
fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Match one character against the set at p ('['); *ret_next is past the ']'. A set that does not end is a plain '['. */
static bool
match_set(const char *p, char c, const char **ret_next)
{
	const char *q = p + 1;
	bool negate = *q == '!' || *q == '^', found = false, first = true;
	if (negate)
		q++;
	for (; *q != '\0' && (*q != ']' || first); first = false) {
		unsigned char low = fold(*q), high = low;
		if (q[1] == '-' && q[2] != '\0' && q[2] != ']') {
			high = fold(q[2]);
			q += 3;
		} else {
			q++;
		}
		found = found || (fold(c) >= low && fold(c) <= high);
	}
	if (*q != ']') {
		*ret_next = p + 1;
		return c == '[';
	}
	*ret_next = q + 1;
	return found != negate && c != '/';
}

/*
 * Only the latest star is ever retried, which is enough for '*' alone. A '**' may be retried after a later '*'
 * fails, so two retry points are kept: the latest '*' and the latest '**'.
 */
bool
glob_match(const char *pattern, const char *text)
{
	const char *star = NULL, *star_text = NULL, *deep = NULL, *deep_text = NULL;
	for (;;) {
		if (*pattern == '*') {
			if (pattern[1] == '*') {
				pattern += 2;
				if (*pattern == '\0')
					return true;
				deep = pattern;
				deep_text = text;
				star = NULL;
			} else {
				star = ++pattern;
				star_text = text;
			}
			continue;
		}
		if (*text == '\0' && *pattern == '\0')
			return true;
		const char *next = pattern + 1;
		bool ok = *text != '\0' && *pattern != '\0' &&
		    (*pattern == '?' ? *text != '/' : *pattern == '[' ? match_set(pattern, *text, &next) : fold(*pattern) == fold(*text));
		if (ok) {
			pattern = next;
			text++;
		} else if (star != NULL && *star_text != '\0' && *star_text != '/') {
			pattern = star;
			text = ++star_text;
		} else if (deep != NULL && *deep_text != '\0') {
			star = NULL;
			pattern = deep;
			text = ++deep_text;
		} else {
			return false;
		}
	}
}

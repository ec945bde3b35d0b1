/*
 * ioc_names.c - names, paths and patterns of names against the paths of evidence.
 *
 * A pattern is tried only on a path that holds four letters in a row that the pattern cannot do without: one look at each
 * four letters of the path finds the few patterns worth trying, however many there are. PCRE2 is held to MATCH_LIMIT steps a path.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "triage/detect/ioc.h"

#include "triage/base/glob.h"

#include <pcre2.h>

#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 2048, PATTERNS_MAX = 100000, MATCH_LIMIT = 20000, GRAM = 4, BUCKETS = 1 << 14, PATH_LIMIT = 8 << 10, TRIED_MAX = 256 };

struct pattern {
	struct ioc item;		/* key: the glob, or "" */
	pcre2_code *code, *except;	/* NULL: a glob; nothing excepted */
	uint32_t next;			/* 1 + index in the bucket */
	uint32_t gram;
};

struct ioc_patterns {
	struct pattern *list;
	size_t count, room;
	uint32_t buckets[BUCKETS];	/* 1 + index */
	uint8_t grams[BUCKETS];	/* a bit a gram, by other bits of the hash */
	pcre2_match_context *context;
	pcre2_match_data *match;
};

static uint32_t
gram_hash(uint32_t gram)
{
	return gram * 0x9e3779b1u;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static uint32_t
gram_at(const char *text)
{
	uint32_t gram = 0;
	for (size_t i = 0; i < GRAM; i++)
		gram = gram << 8 | (uint8_t)(text[i] == '\\' ? '/' : lower(text[i]));
	return gram;
}

/* --- what a pattern cannot do without --- */

/* The longest run of plain characters, outside of classes, groups and alternatives, whose last one is not optional. */
struct run {
	char best[64], now[64];
	size_t best_size, now_size;
};

static void
end_run(struct run *r)
{
	if (r->now_size > r->best_size) {
		memcpy(r->best, r->now, r->now_size);
		r->best_size = r->now_size;
	}
	r->now_size = 0;
}

static void
add_to_run(struct run *r, char c)
{
	if (r->now_size == sizeof(r->now))
		end_run(r);
	r->now[r->now_size++] = c == '\\' ? '/' : lower(c);
}

/* Behind a class or group that begins at text[i]; false when it does not end. */
static bool
skip_bracket(const char *text, size_t *i)
{
	size_t depth = 0;
	bool class = false;
	for (; text[*i] != '\0'; ++*i) {
		char c = text[*i];
		if (c == '\\' && text[*i + 1] != '\0')
			++*i;
		else if (class)
			class = c != ']';
		else if (c == '[') {
			class = true;
			if (text[*i + 1] == '^')
				++*i;
			if (text[*i + 1] == ']')
				++*i;
		} else if (c == '(')
			depth++;
		else if (c == ')')
			depth--;
		if (!class && depth == 0)
			return true;
	}
	return false;
}

static void
regex_run(const char *text, struct run *r)
{
	for (size_t i = 0; text[i] != '\0'; i++) {
		char c = text[i];
		bool plain = strchr("^$.[](){}*+?|", c) == NULL;
		if (c == '|') {
			r->best_size = r->now_size = 0;	/* any of the alternatives may do: nothing is sure */
			return;
		}
		if (c == '\\') {
			c = text[++i];
			if (c == '\0')
				break;
			plain = strchr("\\.-_/ ()[]{}+*?^$|&#!,;=@'~%:\"", c) != NULL;
		} else if (c == '[' || c == '(') {
			if (!skip_bracket(text, &i))
				break;
		}
		char after = text[i + 1];
		if (plain && (after == '*' || after == '?' || after == '{'))
			plain = false;
		if (plain)
			add_to_run(r, c);
		if (!plain || after == '+')
			end_run(r);
		if (after == '{')
			while (text[i + 1] != '\0' && text[i] != '}')
				i++;
	}
	end_run(r);
}

static void
glob_run(const char *text, struct run *r)
{
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (strchr("*?[]", text[i]) != NULL)
			end_run(r);
		else
			add_to_run(r, text[i]);
		if (text[i] == '[')
			while (text[i + 1] != '\0' && text[i] != ']')
				i++;
	}
	end_run(r);
}

/* --- filling --- */

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for patterns of names");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
patterns_new(struct ioc_store *s, struct triage_error *err)
{
	if (s->patterns != NULL)
		return TRIAGE_OK;
	struct ioc_patterns *p = calloc(1, sizeof(*p));
	s->patterns = p;
	if (p == NULL)
		return no_memory(err);
	p->context = pcre2_match_context_create(NULL);
	p->match = pcre2_match_data_create(1, NULL);
	if (p->context == NULL || p->match == NULL)
		return no_memory(err);
	pcre2_set_match_limit(p->context, MATCH_LIMIT);
	pcre2_set_depth_limit(p->context, MATCH_LIMIT);
	pcre2_set_heap_limit(p->context, 16 << 10);
	return TRIAGE_OK;
}

/* False: it does not compile, or matches nothing at all and so everything. */
static bool
compile(struct ioc_patterns *p, const char *text, pcre2_code **ret_code)
{
	int code;
	PCRE2_SIZE at;
	*ret_code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (*ret_code == NULL)
		return false;
	if (pcre2_match(*ret_code, (PCRE2_SPTR) "", 0, 0, 0, p->match, p->context) < 0)
		return true;
	pcre2_code_free(*ret_code);
	return false;
}

/* A shell pattern as it is laid against a path that begins with '/'. */
static void
put_glob(struct buf *out, const char *text)
{
	SCOPED_BUF path;
	buf_init(&path, 8 * PATTERN_MAX);
	ioc_key_of_path(&path, text, strlen(text));
	buf_text(out, "**/");
	buf_text(out, buf_cstr(&path) + (buf_cstr(&path)[0] == '/'));
}

enum triage_status
ioc_patterns_add(struct ioc_store *s, const char *text, bool glob, const char *except, uint32_t note, struct triage_error *err)
{
	enum triage_status st = patterns_new(s, err);
	if (st != TRIAGE_OK)
		return st;
	struct ioc_patterns *p = s->patterns;
	if (p->count == p->room) {
		size_t room = p->room == 0 ? 64 : p->room * 2;
		struct pattern *grown = reallocarray(p->list, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		p->list = grown;
		p->room = room;
	}
	struct pattern made = { .item = { .kind = IOC_PATTERN, .note = note } };
	struct run run = { .best_size = 0 };
	SCOPED_BUF key;
	buf_init(&key, 8 * PATTERN_MAX);
	if (glob)
		put_glob(&key, text);
	if (glob)
		glob_run(buf_cstr(&key), &run);
	else
		regex_run(text, &run);
	triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "a pattern that cannot be used");
	if (run.best_size < GRAM || strlen(text) > PATTERN_MAX || p->count == PATTERNS_MAX || key.failed)
		return TRIAGE_E_FORMAT;
	if (!glob && !compile(p, text, &made.code))
		return TRIAGE_E_FORMAT;
	if (except != NULL && except[0] != '\0' && !compile(p, except, &made.except)) {
		pcre2_code_free(made.code);
		return TRIAGE_E_FORMAT;
	}
	made.item.key = pool_text(&s->pool, buf_cstr(&key), key.size);
	made.item.value = pool_text(&s->pool, text, strlen(text));
	if (made.item.key == NULL || made.item.value == NULL) {
		pcre2_code_free(made.code);
		pcre2_code_free(made.except);
		return no_memory(err);
	}
	/* of the run, the four that stand in the middle: ends are common to many (".exe") */
	size_t middle = (run.best_size - GRAM) / 2;
	made.gram = gram_at(run.best + middle);
	uint32_t hash = gram_hash(made.gram);
	made.next = p->buckets[hash >> 18];
	p->list[p->count++] = made;
	p->buckets[hash >> 18] = (uint32_t)p->count;
	p->grams[(hash >> 3) % sizeof(p->grams)] |= (uint8_t)(1u << (hash & 7));
	s->kinds[IOC_PATTERN]++;
	return TRIAGE_OK;
}

void
ioc_patterns_free(struct ioc_patterns *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++) {
		pcre2_code_free(p->list[i].code);
		pcre2_code_free(p->list[i].except);
	}
	pcre2_match_data_free(p->match);
	pcre2_match_context_free(p->context);
	free(p->list);
	free(p);
}

/* --- looking --- */

/* One path with either separator: a list may be made for Windows or for Unix. */
struct written {
	const char *unix_path, *windows;
	size_t size;
	bool whole;			/* no pattern met a limit */
};

static bool
matches(const struct ioc_patterns *p, const pcre2_code *code, struct written *w)
{
	const char *const forms[] = { w->windows, w->unix_path };
	for (size_t i = 0; i < 2; i++) {
		int rc = pcre2_match(code, (PCRE2_SPTR)forms[i], w->size, 0, 0, p->match, p->context);
		if (rc >= 0)
			return true;
		w->whole &= rc == PCRE2_ERROR_NOMATCH;
	}
	return false;
}

static bool
holds(const struct ioc_patterns *p, const struct pattern *one, struct written *w)
{
	bool does = one->code == NULL ? glob_match(one->item.key, w->unix_path) : matches(p, one->code, w);
	return does && (one->except == NULL || !matches(p, one->except, w));
}

static void
match_patterns(const struct ioc_patterns *p, struct written *w, void (*each)(void *ctx, const struct ioc *i), void *ctx)
{
	uint32_t tried[TRIED_MAX];	/* of a gram that comes again the patterns were tried */
	size_t tried_count = 0;
	for (size_t i = 0; i + GRAM <= w->size; i++) {
		uint32_t gram = gram_at(w->unix_path + i), hash = gram_hash(gram);
		if ((p->grams[(hash >> 3) % sizeof(p->grams)] >> (hash & 7) & 1) == 0)
			continue;
		bool before = false;
		for (size_t k = 0; k < tried_count && !before; k++)
			before = tried[k] == gram;
		if (!before && tried_count < TRIED_MAX)
			tried[tried_count++] = gram;
		for (uint32_t at = before ? 0 : p->buckets[hash >> 18]; at != 0; at = p->list[at - 1].next)
			if (p->list[at - 1].gram == gram && holds(p, &p->list[at - 1], w))
				each(ctx, &p->list[at - 1].item);
	}
}

bool
ioc_match_path(const struct ioc_store *s, const char *path, void (*each)(void *ctx, const struct ioc *i), void *ctx)
{
	char unix_path[PATH_LIMIT + 1], windows[PATH_LIMIT + 1];
	size_t length = strlen(path), size = length < PATH_LIMIT ? length : PATH_LIMIT, name = 0;
	if (s->kinds[IOC_NAME] + s->kinds[IOC_PATH] + s->kinds[IOC_PATTERN] == 0)
		return true;
	path += length - size;		/* names, paths and patterns hold at the end */
	for (size_t i = 0; i < size; i++) {
		unix_path[i] = path[i] == '\\' ? '/' : lower(path[i]);
		windows[i] = unix_path[i] == '/' ? '\\' : unix_path[i];
		if (unix_path[i] == '/')
			name = i + 1;
	}
	unix_path[size] = windows[size] = '\0';
	const struct ioc *i = ioc_find(s, IOC_NAME, unix_path + name, size - name);
	if (i != NULL)
		each(ctx, i);
	for (i = ioc_find(s, IOC_PATH, unix_path + name, size - name); i != NULL; i = i->next != 0 ? &s->items[i->next - 1] : NULL) {
		SCOPED_BUF full;
		buf_init(&full, 8 * IOC_VALUE_MAX);
		ioc_key_of_path(&full, i->value, strlen(i->value));
		const char *end = buf_cstr(&full);
		if (full.size <= size && memcmp(unix_path + size - full.size, end, full.size) == 0 &&
		    (end[0] == '/' || full.size == size || unix_path[size - full.size - 1] == '/'))
			each(ctx, i);
	}
	struct written w = { unix_path, windows, size, true };
	if (s->patterns != NULL)
		match_patterns(s->patterns, &w, each, ctx);
	return w.whole;
}

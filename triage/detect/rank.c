#include "triage/detect/rank.h"

#include "triage/base/glob.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What of a path the key of a pattern is compared with. */
enum where { WHERE_ANY, WHERE_NAME, WHERE_FOLDER, WHERE_EXTENSION };

static const char wild[] = "*?[";

static unsigned char
fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static uint32_t
hash_key(enum where where, const char *text, size_t size)
{
	uint32_t h = 2166136261u ^ (uint32_t)where;
	for (size_t i = 0; i < size; i++)
		h = (h ^ fold(text[i])) * 16777619u;
	return (h ^ h >> 15) % RANK_BUCKETS;
}

static bool
is_literal(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (strchr(wild, text[i]) != NULL)
			return false;
	return size > 0;
}

/* The last folder of the glob without wildcards, if there is one. */
static void
find_folder(struct rank_pattern *p, const char *name)
{
	for (const char *end = name; end > p->glob;) {
		const char *start = --end;
		while (start > p->glob && start[-1] != '/')
			start--;
		if (is_literal(start, (size_t)(end - start))) {
			p->where = WHERE_FOLDER;
			p->key = start;
			p->key_size = (size_t)(end - start);
			return;
		}
		end = start;
	}
}

/* Choose the key: the rarest thing that a fitting path must have. */
static void
choose_key(struct rank_pattern *p)
{
	const char *slash = strrchr(p->glob, '/'), *name = slash != NULL ? slash + 1 : p->glob, *dot = strrchr(name, '.');
	p->where = WHERE_ANY;
	p->key = "";
	p->tried = p->glob;
	p->name_only = strncmp(p->glob, "**/", 3) == 0 && name == p->glob + 3 && strstr(name, "**") == NULL;
	if (p->name_only)
		p->tried = name;
	if (p->name_only)
		p->first = strchr(wild, name[0]) != NULL ? 0 : fold(name[0]);
	if (is_literal(name, strlen(name))) {
		p->where = WHERE_NAME;
		p->key = name;
		p->key_size = strlen(name);
		return;
	}
	find_folder(p, name);
	if (strcmp(name, "**") == 0 && strncmp(p->glob, "**/", 3) == 0 && is_literal(p->glob + 3, (size_t)(name - p->glob) - 4)) {
		p->run = p->glob + 3;
		p->run_size = (size_t)(name - p->glob) - 4;
	}
	if (p->where == WHERE_ANY && dot != NULL && is_literal(dot + 1, strlen(dot + 1))) {
		p->where = WHERE_EXTENSION;
		p->key = dot + 1;
		p->key_size = strlen(dot + 1);
	}
}

static int
compare_rank(const void *a, const void *b)
{
	const struct rank_pattern *x = a, *y = b;
	return x->rank != y->rank ? (x->rank > y->rank ? 1 : -1) : strcmp(x->glob, y->glob);
}

static enum triage_status
read_rows(struct rank_index *index, const struct table *table, const char *path, struct triage_error *err)
{
	size_t glob = table_column(table, "glob"), rank = table_column(table, "rank");
	if (glob == SIZE_MAX || rank == SIZE_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s needs the columns glob and rank", path);
		return TRIAGE_E_FORMAT;
	}
	for (size_t i = 0; i < index->count; i++) {
		char *end;
		const char *text = table_cell(table, i, rank);
		unsigned long value = strtoul(text, &end, 10);
		if (end == text || *end != '\0' || value < RANK_FIRST || value > RANK_LAST) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "table %s row %zu (%s): rank %s is no number from %d to %d",
			    path, i + 1, table_cell(table, i, glob), text, RANK_FIRST, RANK_LAST);
			return TRIAGE_E_FORMAT;
		}
		index->patterns[i] = (struct rank_pattern){ .glob = table_cell(table, i, glob), .rank = (unsigned)value };
		choose_key(&index->patterns[i]);
	}
	return TRIAGE_OK;
}

enum triage_status
rank_load(struct rank_index *index, const struct table *table, const char *path, struct triage_error *err)
{
	index->count = table_rows(table);
	index->patterns = calloc(index->count + 1, sizeof(*index->patterns));
	if (index->patterns == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for table %s", path);
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = read_rows(index, table, path, err);
	if (st != TRIAGE_OK)
		return st;
	qsort(index->patterns, index->count, sizeof(*index->patterns), compare_rank);
	for (size_t i = index->count; i-- > 0;) {
		struct rank_pattern *p = &index->patterns[i];
		uint32_t *head = p->where == WHERE_ANY ? &index->loose : &index->buckets[hash_key((enum where)p->where, p->key, p->key_size)];
		p->next = *head;
		*head = (uint32_t)i + 1;
	}
	return TRIAGE_OK;
}

/* key: where in path (or name) the literal of the pattern was found. */
static bool
fits(const struct rank_pattern *p, const char *key, const char *path, const char *name)
{
	if (p->run != NULL) {
		const char *start = key + p->key_size;
		if ((size_t)(start - path) <= p->run_size)
			return false;
		start -= p->run_size;
		return start[-1] == '/' && strncasecmp(start, p->run, p->run_size) == 0;
	}
	if (p->name_only)
		return (p->first == 0 || p->first == fold(name[0])) && glob_match(p->tried, name);
	return glob_match(p->tried, path);
}

/* Try the patterns of one bucket whose key is this text; best is lowered. */
static unsigned
try_bucket(const struct rank_index *index, enum where where, const char *key, size_t size, const char *path, const char *name, unsigned best)
{
	uint32_t i = where == WHERE_ANY ? index->loose : index->buckets[hash_key(where, key, size)];
	for (; i != 0; i = index->patterns[i - 1].next) {
		const struct rank_pattern *p = &index->patterns[i - 1];
		if (p->rank >= best)
			break;
		if (p->where != where || p->key_size != size || strncasecmp(p->key, key, size) != 0)
			continue;
		if (fits(p, key, path, name))
			return p->rank;
	}
	return best;
}

unsigned
rank_of(const struct rank_index *index, const char *path)
{
	unsigned best = RANK_LAST;
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path, *dot = strrchr(name, '.');
	best = try_bucket(index, WHERE_NAME, name, strlen(name), path, name, best);
	if (dot != NULL)
		best = try_bucket(index, WHERE_EXTENSION, dot + 1, strlen(dot + 1), path, name, best);
	for (const char *at = path; at < name;) {
		const char *end = strchr(at, '/');
		if (end > at)
			best = try_bucket(index, WHERE_FOLDER, at, (size_t)(end - at), path, name, best);
		at = end + 1;
	}
	return try_bucket(index, WHERE_ANY, "", 0, path, name, best);
}

void
rank_release(struct rank_index *index)
{
	free(index->patterns);
	*index = (struct rank_index){ 0 };
}

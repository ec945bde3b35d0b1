/* sigma_test.c - whether a test holds for the event at hand. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "triage/detect/sigma_match.h"

#include <pcre2.h>

#include <string.h>

enum { HEAP_KIB = 8192 };

/* --- regular expressions --- */

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

static int
count_step(pcre2_callout_block *block, void *ctx)
{
	struct sigma_matcher *m = ctx;
	(void)block;
	return ++m->steps > SIGMA_STEPS_EVENT ? PCRE2_ERROR_CALLOUT : 0;
}

bool
sigma_regex_setup(struct sigma_matcher *m)
{
	pcre2_general_context *general = pcre2_general_context_create(pool_malloc, pool_free, m->pool);
	pcre2_match_context *context = general != NULL ? pcre2_match_context_create(general) : NULL;
	pcre2_match_data *data = general != NULL ? pcre2_match_data_create(1, general) : NULL;
	if (context == NULL || data == NULL)
		return false;
	pcre2_set_callout(context, count_step, m);
	pcre2_set_heap_limit(context, HEAP_KIB);
	m->regex_context = context;
	m->regex_data = data;
	return true;
}

static bool
regex_matches(struct sigma_matcher *m, const struct sigma_value *v, const struct sigma_text *t)
{
	int rc = pcre2_match(v->regex, (PCRE2_SPTR)t->text, t->size, 0, 0, m->regex_data, m->regex_context);
	if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
		m->failed = true;
	return rc >= 0;
}

/* --- values --- */

static bool
field_equals(struct sigma_matcher *m, const struct sigma_value *v, const struct sigma_text *t)
{
	size_t count;
	const struct sigma_text *others = sigma_matcher_field(m, v->field, &count);
	for (size_t i = 0; i < count; i++) {
		const char *part = v->pattern.cased ? others[i].text : others[i].folded;
		const struct sigma_piece piece = { part, others[i].size, false };
		const struct sigma_pattern p = { .pieces = &piece, .count = 1, .from_start = v->pattern.from_start, .to_end = v->pattern.to_end };
		if (sigma_matches(&p, v->pattern.cased ? t->text : t->folded, t->size))
			return true;
	}
	return false;
}

static bool
compares(const struct sigma_value *v, const struct sigma_text *t)
{
	double n;
	bool number = v->time == SIGMA_NUMBER ? sigma_number_of(t->text, &n) : sigma_time_of(t->text, v->time, &n);
	return number && sigma_compare(v->compare, n, v->number);
}

static bool
value_holds(struct sigma_matcher *m, const struct sigma_value *v, const struct sigma_text *t)
{
	switch (v->kind) {
	case SIGMA_PATTERN:
		return sigma_matches(&v->pattern, v->pattern.cased ? t->text : t->folded, t->size);
	case SIGMA_REGEX:
		return (v->literal == NULL || memmem(t->folded, t->size, v->literal, strlen(v->literal)) != NULL) && regex_matches(m, v, t);
	case SIGMA_NETWORK:
		return sigma_in_network(v, t->text);
	case SIGMA_COMPARE:
		return compares(v, t);
	case SIGMA_FIELD:
		return field_equals(m, v, t);
	case SIGMA_EXISTS:
	case SIGMA_NULL:
		break;
	}
	return false;
}

static bool
is_empty(const struct sigma_text *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (texts[i].size > 0)
			return false;
	return true;
}

static bool
any_holds(struct sigma_matcher *m, const struct sigma_value *v, const struct sigma_text *texts, size_t count)
{
	if (v->kind == SIGMA_EXISTS)
		return (count > 0) == v->there;
	if (v->kind == SIGMA_NULL)
		return is_empty(texts, count);
	for (size_t i = 0; i < count && !m->failed; i++)
		if (value_holds(m, v, &texts[i]))
			return true;
	return false;
}

/* The texts that an item looks at. */
static const struct sigma_text *
texts_of(struct sigma_matcher *m, const struct sigma_item *item, size_t *ret_count)
{
	if (item->field != SIGMA_KEYWORDS)
		return sigma_matcher_field(m, item->field, ret_count);
	/* the message stands right behind the fields of data */
	*ret_count = m->field_count + 1;
	return m->texts;
}

static bool
item_holds(struct sigma_matcher *m, const struct sigma_item *item)
{
	size_t count, held = 0;
	const struct sigma_text *texts = texts_of(m, item, &count);
	for (size_t i = 0; i < item->count && !m->failed; i++) {
		bool holds = any_holds(m, &item->values[i], texts, count);
		held += holds;
		if (holds != item->all)
			break;
	}
	return (item->all ? held == item->count : held > 0) != item->negated;
}

bool
sigma_test_holds(struct sigma_matcher *m, const struct sigma_test *t)
{
	size_t held = 0;
	if (t->kind == SIGMA_ITEM)
		return item_holds(m, t->item);
	if (t->kind == SIGMA_NOT)
		return !sigma_test_holds(m, t->parts[0]);
	for (size_t i = 0; i < t->count && held < t->least && held + (t->count - i) >= t->least && !m->failed; i++)
		held += sigma_test_holds(m, t->parts[i]);
	return held >= t->least;
}

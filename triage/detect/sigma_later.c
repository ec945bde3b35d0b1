/* sigma_later.c - documents that speak of other rules: filters first, then correlations, also of correlations that come later in the files. */
#include "triage/detect/sigma_inside.h"

#include <string.h>

/* The filter's condition must hold beside the rule's own, as pySigma has it. */
static enum triage_status
narrow(struct sigma_loading *l, const struct sigma_yaml *filter, struct sigma_rule *r, struct triage_error *err)
{
	const struct sigma_test *test;
	enum triage_status st = sigma_detection_of(l, &r->logsource, filter, &test, err);
	struct sigma_test *both = st == TRIAGE_OK ? sigma_test_new(l->set, SIGMA_SOME, 2) : NULL;
	if (st != TRIAGE_OK)
		return st;
	if (both == NULL)
		return sigma_no_memory(err);
	both->parts[0] = r->test;
	both->parts[1] = test;
	both->count = both->least = 2;
	sigma_test_settle(both);
	r->test = both;
	return TRIAGE_OK;
}

enum triage_status
sigma_filter_of(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err)
{
	enum { FILTERS_A_RULE = 40 };	/* tests lie in each other */
	const struct sigma_yaml *filter = sigma_yaml_member(document, "filter"), *rules = sigma_yaml_member(filter, "rules");
	if (filter->kind != SIGMA_YAML_MAP || rules == NULL)
		return sigma_refuse(l, filter->line, "the filter is no map, or names no rules");
	bool list = rules->kind == SIGMA_YAML_LIST, any = rules->kind == SIGMA_YAML_SCALAR && strcmp(rules->text, "any") == 0;
	size_t narrowed = 0;
	for (size_t i = 0; i < l->set->rule_count; i++) {
		struct sigma_rule *r = &l->set->rules[i];
		bool named = any;
		for (const struct sigma_yaml *node = list ? rules->first : rules; node != NULL && !named; node = list ? node->next : NULL)
			named = node->kind == SIGMA_YAML_SCALAR && node->size > 0 && (strcmp(r->id, node->text) == 0 || strcmp(r->name, node->text) == 0);
		if (!named || r->test == NULL)
			continue;
		if (++r->filters > FILTERS_A_RULE)
			return sigma_refuse(l, filter->line, "more than %d filters on \"%.80s\"", FILTERS_A_RULE, r->title);
		enum triage_status st = narrow(l, filter, r, err);
		if (st != TRIAGE_OK)
			return st;
		narrowed++;
	}
	return narrowed > 0 ? TRIAGE_OK : sigma_refuse(l, filter->line, "no rule that is loaded is named by the filter");
}

static enum triage_status
read_one(struct sigma_loading *l, const struct sigma_later *d, bool *ret_used, struct triage_error *err)
{
	l->file = d->file;
	l->own = d->own;
	bool filter = sigma_yaml_member(d->document, "correlation") == NULL;
	enum triage_status st = filter ? sigma_filter_of(l, d->document, err) : sigma_correlation_of(l, d->document, err);
	*ret_used = st == TRIAGE_OK;
	if (st == TRIAGE_OK)
		l->set->files[d->file].rules += !filter;
	return st == TRIAGE_E_MEMORY ? sigma_refuse(l, d->document->line, "there is no memory left for it") : st;
}

/* Correlations of correlations need those first: again and again, until nothing more can be resolved. */
enum triage_status
sigma_load_later(struct sigma_loading *l, enum triage_status (*refused)(struct sigma_loading *l, const char *title, struct triage_error *err),
    struct triage_error *err)
{
	enum { ROUNDS_MAX = 20 };
	bool used, progress = true;
	for (unsigned round = 0; round < ROUNDS_MAX && l->later != NULL; round++) {
		bool last = !progress || round + 1 == ROUNDS_MAX;
		progress = false;
		struct sigma_later **at = &l->later;
		while (*at != NULL) {
			struct sigma_later *d = *at;
			enum triage_status st = TRIAGE_OK;
			bool filter = sigma_yaml_member(d->document, "correlation") == NULL;
			used = false;
			if (filter || round > 0)
				st = read_one(l, d, &used, err);
			bool gone = used || filter || last;
			if (gone && !used)
				st = refused(l, sigma_yaml_text(d->document, "title"), err);
			if (st != TRIAGE_OK && st != TRIAGE_E_FORMAT)
				return st;
			progress |= used || round == 0;
			if (gone)
				*at = d->next;
			else
				at = &d->next;
		}
	}
	return TRIAGE_OK;
}

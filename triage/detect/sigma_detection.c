/* sigma_detection.c - the detection part of a rule: selections as maps and lists, joined by conditions. */
#include "triage/detect/sigma_inside.h"

#include <stdlib.h>
#include <string.h>

enum { SELECTIONS_MAX = 500, PARTS_MAX = 5000 };

struct sigma_test *
sigma_test_new(struct sigma_set *set, enum sigma_test_kind kind, size_t parts)
{
	struct sigma_test *t = pool_alloc(&set->pool, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->kind = kind;
	t->parts = pool_alloc(&set->pool, (parts + 1) * sizeof(t->parts[0]));
	return t->parts != NULL ? t : NULL;
}

static unsigned
cost_of_item(const struct sigma_item *item)
{
	unsigned cost = item->field == SIGMA_KEYWORDS ? 1000 : 1;
	for (size_t i = 0; i < item->count && cost < 1u << 24; i++)
		cost += item->values[i].kind == SIGMA_REGEX ? 200 : item->values[i].kind == SIGMA_PATTERN && item->values[i].pattern.from_start ? 1 : 4;
	return cost;
}

void
sigma_test_settle(struct sigma_test *t)
{
	if (t->kind == SIGMA_ITEM) {
		t->cost = cost_of_item(t->item);
		return;
	}
	t->cost = 1;
	for (size_t i = 0; i < t->count; i++) {
		const struct sigma_test *part = t->parts[i];
		size_t at = i;
		/* insertion keeps the order of what costs the same */
		for (; at > 0 && t->parts[at - 1]->cost > part->cost; at--)
			t->parts[at] = t->parts[at - 1];
		t->parts[at] = part;
		t->cost = t->cost < 1u << 28 ? t->cost + part->cost : t->cost;
	}
}

/* A map: all its fields; an entry of a list of maps likewise. */
static enum triage_status
map_of(struct sigma_loading *l, const struct sigma_logsource *logsource, const struct sigma_yaml *map, const struct sigma_test **ret_test, struct triage_error *err)
{
	if (map->count == 0 || map->count > PARTS_MAX)
		return sigma_refuse(l, map->line, "a selection of 1 to %d fields is wanted", PARTS_MAX);
	struct sigma_test *t = sigma_test_new(l->set, SIGMA_SOME, map->count);
	if (t == NULL)
		return sigma_no_memory(err);
	for (const struct sigma_yaml *node = map->first; node != NULL; node = node->next) {
		enum triage_status st = sigma_item_of(l, logsource, node->key, node, &t->parts[t->count++], err);
		if (st != TRIAGE_OK)
			return st;
	}
	t->least = t->count;
	sigma_test_settle(t);
	*ret_test = t;
	return TRIAGE_OK;
}

/* A list: maps and keywords, one of which must hold. */
static enum triage_status
list_of(struct sigma_loading *l, const struct sigma_logsource *logsource, const struct sigma_yaml *list, const struct sigma_test **ret_test, struct triage_error *err)
{
	bool maps = false;
	for (const struct sigma_yaml *node = list->first; node != NULL; node = node->next)
		maps |= node->kind != SIGMA_YAML_SCALAR;
	if (!maps)
		return sigma_item_of(l, logsource, NULL, list, ret_test, err);
	if (list->count > PARTS_MAX)
		return sigma_refuse(l, list->line, "a list of more than %d selections", PARTS_MAX);
	struct sigma_test *t = sigma_test_new(l->set, SIGMA_SOME, list->count);
	if (t == NULL)
		return sigma_no_memory(err);
	for (const struct sigma_yaml *node = list->first; node != NULL; node = node->next) {
		const struct sigma_test **part = &t->parts[t->count++];
		enum triage_status st = node->kind == SIGMA_YAML_MAP ? map_of(l, logsource, node, part, err) :
		    node->kind == SIGMA_YAML_SCALAR ? sigma_item_of(l, logsource, NULL, node, part, err) :
		    sigma_refuse(l, node->line, "a list within a list");
		if (st != TRIAGE_OK)
			return st;
	}
	t->least = 1;
	sigma_test_settle(t);
	*ret_test = t;
	return TRIAGE_OK;
}

static enum triage_status
conditions_of(struct sigma_loading *l, const struct sigma_yaml *condition, const struct sigma_selection *selections, size_t count, const struct sigma_test **ret_test,
    struct triage_error *err)
{
	if (condition->kind != SIGMA_YAML_LIST)
		return sigma_condition_of(l, condition, selections, count, ret_test, err);
	if (condition->count == 0 || condition->count > PARTS_MAX)
		return sigma_refuse(l, condition->line, "a list of 1 to %d conditions is wanted", PARTS_MAX);
	struct sigma_test *t = sigma_test_new(l->set, SIGMA_SOME, condition->count);
	if (t == NULL)
		return sigma_no_memory(err);
	for (const struct sigma_yaml *node = condition->first; node != NULL; node = node->next) {
		enum triage_status st = sigma_condition_of(l, node, selections, count, &t->parts[t->count++], err);
		if (st != TRIAGE_OK)
			return st;
	}
	t->least = 1;
	sigma_test_settle(t);
	*ret_test = t;
	return TRIAGE_OK;
}

enum triage_status
sigma_detection_of(struct sigma_loading *l, const struct sigma_logsource *logsource, const struct sigma_yaml *detection, const struct sigma_test **ret_test,
    struct triage_error *err)
{
	struct sigma_selection selections[SELECTIONS_MAX];
	size_t count = 0;
	const struct sigma_yaml *condition = sigma_yaml_member(detection, "condition");
	if (condition == NULL)
		return sigma_refuse(l, detection->line, "there is no condition");
	if (sigma_yaml_member(detection, "timeframe") != NULL)
		return sigma_refuse(l, detection->line, "a timeframe, of Sigma 1: write a correlation instead");
	for (const struct sigma_yaml *node = detection->first; node != NULL; node = node->next) {
		if (node == condition || (strcmp(detection->key, "filter") == 0 && strcmp(node->key, "rules") == 0))
			continue;
		if (count == SELECTIONS_MAX)
			return sigma_refuse(l, node->line, "more than %d selections", SELECTIONS_MAX);
		selections[count].name = node->key;
		const struct sigma_test **test = &selections[count++].test;
		enum triage_status st = node->kind == SIGMA_YAML_MAP ? map_of(l, logsource, node, test, err) :
		    node->kind == SIGMA_YAML_LIST ? list_of(l, logsource, node, test, err) : sigma_item_of(l, logsource, NULL, node, test, err);
		if (st != TRIAGE_OK)
			return st;
	}
	return conditions_of(l, condition, selections, count, ret_test, err);
}

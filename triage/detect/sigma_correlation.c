/* sigma_correlation.c - rules about several events that other rules match. */
#include "triage/detect/sigma_inside.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
enum { CORRELATIONS_MAX = 5000, DEPTH_MAX = 16 };

static enum triage_status
type_of(struct sigma_loading *l, const struct sigma_yaml *map, struct sigma_correlation *c)
{
	static const char *const names[] = { "event_count", "value_count", "temporal", "temporal_ordered", "value_sum", "value_avg" };
	const char *type = sigma_yaml_text(map, "type");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(type, names[i]) == 0) {
			c->type = (enum sigma_correlation_type)i;
			return TRIAGE_OK;
		}
	return sigma_refuse(l, map->line, "correlations of type \"%.40s\" are not judged", type);
}

static enum triage_status
timespan_of(struct sigma_loading *l, const struct sigma_yaml *map, struct sigma_correlation *c)
{
	const char *text = sigma_yaml_text(map, "timespan");
	char *end;
	unsigned long number = strtoul(text, &end, 10);
	int64_t unit = *end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : *end == 'd' ? 86400 : *end == 'w' ? 604800 : *end == 'M' ? 2592000 : 0;
	if (text[0] < '0' || text[0] > '9' || unit == 0 || end[1] != '\0' || number == 0 || number > 1000000)
		return sigma_refuse(l, map->line, "timespan is a number with s, m, h or d behind it");
	c->timespan = (int64_t)number * unit * SECOND;
	return c->timespan / SECOND <= INT64_C(100) * 366 * 86400 ? TRIAGE_OK : sigma_refuse(l, map->line, "timespan is longer than a hundred years");
}

/* One criterion narrows what holds. */
static enum triage_status
criterion_of(struct sigma_loading *l, const struct sigma_yaml *node, struct sigma_correlation *c)
{
	double n;
	if (node->kind != SIGMA_YAML_SCALAR || !sigma_number_of(node->text, &n))
		return sigma_refuse(l, node->line, "the condition of a correlation compares with a number");
	/* counts are whole; sums and means take the next number there is */
	bool counts = c->type != SIGMA_VALUE_SUM && c->type != SIGMA_VALUE_AVG;
	double above = counts ? n + 1 : nextafter(n, DBL_MAX), below = counts ? n - 1 : nextafter(n, -DBL_MAX);
	if (strcmp(node->key, "gte") == 0 || strcmp(node->key, "gt") == 0)
		c->low = fmax(c->low, node->key[2] == 'e' ? n : above);
	else if (strcmp(node->key, "lte") == 0 || strcmp(node->key, "lt") == 0)
		c->high = fmin(c->high, node->key[2] == 'e' ? n : below);
	else if (strcmp(node->key, "eq") == 0 || strcmp(node->key, "neq") == 0) {
		c->low = c->high = n;
		c->outside = node->key[0] == 'n';
	} else
		return sigma_refuse(l, node->line, "the condition of a correlation takes gt, gte, lt, lte, eq, neq and field, not %.40s", node->key);
	return TRIAGE_OK;
}

static enum triage_status
condition_of(struct sigma_loading *l, const struct sigma_yaml *map, struct sigma_correlation *c)
{
	const struct sigma_yaml *condition = sigma_yaml_member(map, "condition");
	bool temporal = c->type == SIGMA_TEMPORAL || c->type == SIGMA_TEMPORAL_ORDERED;
	c->low = -DBL_MAX;
	c->high = DBL_MAX;
	if (condition == NULL && temporal) {
		c->low = (double)c->member_count;
		return TRIAGE_OK;
	}
	if (condition == NULL || condition->kind != SIGMA_YAML_MAP)
		return sigma_refuse(l, map->line, "the correlation has no condition, or one that is no map");
	for (const struct sigma_yaml *node = condition->first; node != NULL; node = node->next) {
		if (strcmp(node->key, "field") == 0)
			continue;
		enum triage_status st = criterion_of(l, node, c);
		if (st != TRIAGE_OK)
			return st;
	}
	if (temporal && c->low < 1)
		c->low = (double)c->member_count;
	if (c->low <= -DBL_MAX && c->high >= DBL_MAX)
		return sigma_refuse(l, condition->line, "the condition of the correlation compares nothing");
	if ((c->type == SIGMA_EVENT_COUNT || c->type == SIGMA_VALUE_COUNT) && (c->low > SIGMA_COUNT_MAX || (c->high < DBL_MAX && c->high > SIGMA_COUNT_MAX)))
		return sigma_refuse(l, condition->line, "the correlation counts to more than %d", (int)SIGMA_COUNT_MAX);
	return TRIAGE_OK;
}

static enum triage_status
members_of(struct sigma_loading *l, const struct sigma_yaml *map, struct sigma_correlation *c)
{
	const struct sigma_yaml *rules = sigma_yaml_member(map, "rules");
	if (rules == NULL)
		return sigma_refuse(l, map->line, "the correlation names no rules");
	bool list = rules->kind == SIGMA_YAML_LIST;
	for (const struct sigma_yaml *node = list ? rules->first : rules; node != NULL; node = list ? node->next : NULL) {
		size_t found = node->kind == SIGMA_YAML_SCALAR && node->size > 0 ? sigma_find(l->set, node->text) : SIZE_MAX;
		if (found == SIZE_MAX)
			return sigma_refuse(l, node->line, "no rule that is loaded is called %.60s", node->text != NULL ? node->text : "so");
		if (c->member_count == SIGMA_CORRELATED_MAX)
			return sigma_refuse(l, node->line, "more than %d rules in one correlation", SIGMA_CORRELATED_MAX);
		uint32_t inner = l->set->rules[found].correlation;
		if (inner != 0 && l->set->correlations[inner - 1].depth >= c->depth)
			c->depth = l->set->correlations[inner - 1].depth + 1;
		if (c->depth > DEPTH_MAX)
			return sigma_refuse(l, node->line, "more than %d correlations, one in another", DEPTH_MAX);
		c->members[c->member_count++] = (uint32_t)found;
	}
	return c->member_count > 0 ? TRIAGE_OK : sigma_refuse(l, map->line, "the correlation names no rules");
}

/* The field that a name means in a member: by an alias for that rule, else the name itself. */
static const char *
alias_of(const struct sigma_yaml *map, const struct sigma_rule *member, const char *name)
{
	const struct sigma_yaml *alias = sigma_yaml_member(sigma_yaml_member(map, "aliases"), name);
	const char *by_id = sigma_yaml_text(alias, member->id), *by_name = sigma_yaml_text(alias, member->name);
	return member->name[0] != '\0' && by_name[0] != '\0' ? by_name : member->id[0] != '\0' && by_id[0] != '\0' ? by_id : name;
}

/* Fields of a member that is a correlation itself are looked for in the event that completed it, so the source of its last member counts. */
static int
field_of(struct sigma_set *set, const struct sigma_yaml *map, const struct sigma_rule *member, const char *name)
{
	const char *meant = alias_of(map, member, name);
	while (member->correlation != 0) {
		const struct sigma_correlation *inner = &set->correlations[member->correlation - 1];
		member = &set->rules[inner->members[inner->member_count - 1]];
	}
	return sigma_field_of(set, &member->logsource, meant);
}

static enum triage_status
fields_of(struct sigma_loading *l, const struct sigma_yaml *map, struct sigma_correlation *c, struct triage_error *err)
{
	const struct sigma_yaml *by = sigma_yaml_member(map, "group-by"), *field = sigma_yaml_member(sigma_yaml_member(map, "condition"), "field");
	bool list = by != NULL && by->kind == SIGMA_YAML_LIST, valued = c->type == SIGMA_VALUE_COUNT || c->type == SIGMA_VALUE_SUM || c->type == SIGMA_VALUE_AVG;
	for (const struct sigma_yaml *node = list ? by->first : by; node != NULL; node = list ? node->next : NULL) {
		if (node->kind != SIGMA_YAML_SCALAR || c->group_by_count == SIGMA_GROUP_BY_MAX)
			return sigma_refuse(l, node->line, "group-by is a list of at most %d fields", SIGMA_GROUP_BY_MAX);
		for (size_t i = 0; i < c->member_count; i++)
			if ((c->group_by[i][c->group_by_count] = field_of(l->set, map, &l->set->rules[c->members[i]], node->text)) < 0)
				return sigma_no_memory(err);
		c->group_by_count++;
	}
	if (valued && (field == NULL || field->kind != SIGMA_YAML_SCALAR))
		return sigma_refuse(l, map->line, "the condition names no field to count, or several");
	for (size_t i = 0; valued && i < c->member_count; i++)
		if ((c->value[i] = field_of(l->set, map, &l->set->rules[c->members[i]], field->text)) < 0)
			return sigma_no_memory(err);
	return TRIAGE_OK;
}

enum triage_status
sigma_correlation_of(struct sigma_loading *l, const struct sigma_yaml *document, struct triage_error *err)
{
	struct sigma_set *set = l->set;
	const struct sigma_yaml *map = sigma_yaml_member(document, "correlation");
	struct sigma_correlation c = { .rule = 0 };
	struct sigma_rule r = { .logsource = { "", "", "" } };
	if (map->kind != SIGMA_YAML_MAP)
		return sigma_refuse(l, map->line, "the correlation is no map");
	enum triage_status st = sigma_head_of(l, document, &r, err);
	if (st == TRIAGE_OK)
		st = type_of(l, map, &c);
	if (st == TRIAGE_OK)
		st = timespan_of(l, map, &c);
	if (st == TRIAGE_OK)
		st = members_of(l, map, &c);
	if (st == TRIAGE_OK)
		st = condition_of(l, map, &c);
	if (st == TRIAGE_OK)
		st = fields_of(l, map, &c, err);
	if (st != TRIAGE_OK)
		return st;
	if (set->correlation_count >= CORRELATIONS_MAX)
		return sigma_refuse(l, map->line, "more than %d correlations", CORRELATIONS_MAX);
	if (!sigma_grow(&set->rules, set->rule_count, &set->rule_room, sizeof(*set->rules)) ||
	    !sigma_grow(&set->correlations, set->correlation_count, &set->correlation_room, sizeof(*set->correlations)))
		return sigma_no_memory(err);
	const char *generate = sigma_yaml_text(map, "generate");
	bool alone = strcmp(generate[0] != '\0' ? generate : sigma_yaml_text(document, "generate"), "true") == 0;
	for (size_t i = 0; i < c.member_count && !alone; i++)
		set->rules[c.members[i]].hidden = true;
	c.rule = (uint32_t)set->rule_count;
	r.correlation = (uint32_t)set->correlation_count + 1;
	set->correlations[set->correlation_count++] = c;
	set->rules[set->rule_count++] = r;
	return TRIAGE_OK;
}

bool
sigma_link_members(struct sigma_set *set)
{
	for (size_t r = 0; r < set->rule_count; r++) {
		size_t count = 0;
		for (size_t c = 0; c < set->correlation_count; c++)
			for (size_t i = 0; i < set->correlations[c].member_count; i++)
				count += set->correlations[c].members[i] == r;
		if (count == 0)
			continue;
		struct sigma_member *members = pool_alloc(&set->pool, count * sizeof(*members));
		if (members == NULL)
			return false;
		set->rules[r].members = members;
		/* from the last place down: an event takes one place of an order only */
		for (size_t c = 0; c < set->correlation_count; c++)
			for (size_t i = set->correlations[c].member_count; i-- > 0;)
				if (set->correlations[c].members[i] == r)
					members[set->rules[r].member_count++] = (struct sigma_member){ (uint32_t)c, (uint32_t)i };
	}
	return true;
}

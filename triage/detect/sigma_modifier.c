/*
 * sigma_modifier.c - a field of a selection with its modifiers and values, to one test.
 *
 * Values are drafts first, to which the modifiers are applied in the order written.
 */
#include "triage/detect/sigma_draft.h"

#include <string.h>
#include <strings.h>

enum { MODIFIERS_MAX = 12 };

enum modifier {
	MOD_CONTAINS, MOD_STARTSWITH, MOD_ENDSWITH, MOD_ALL, MOD_EXISTS, MOD_CASED, MOD_NEQ, MOD_WINDASH, MOD_RE, MOD_I, MOD_M, MOD_S, MOD_BASE64, MOD_BASE64OFFSET,
	MOD_UTF16LE, MOD_UTF16BE, MOD_UTF16, MOD_WIDE, MOD_LT, MOD_LTE, MOD_GT, MOD_GTE, MOD_MINUTE, MOD_HOUR, MOD_DAY, MOD_WEEK, MOD_MONTH, MOD_YEAR, MOD_CIDR,
	MOD_EXPAND, MOD_FIELDREF, MOD_COUNT
};

static const char *const modifier_names[MOD_COUNT] = {
	"contains", "startswith", "endswith", "all", "exists", "cased", "neq", "windash", "re", "i", "m", "s", "base64", "base64offset",
	"utf16le", "utf16be", "utf16", "wide", "lt", "lte", "gt", "gte", "minute", "hour", "day", "week", "month", "year", "cidr", "expand", "fieldref",
};

struct key {
	char field[256];
	enum modifier list[MODIFIERS_MAX];
	size_t count;
	bool has[MOD_COUNT];
};

static bool
is_number(enum modifier m)
{
	return m == MOD_LT || m == MOD_LTE || m == MOD_GT || m == MOD_GTE;
}

static bool
is_time(enum modifier m)
{
	return m >= MOD_MINUTE && m <= MOD_YEAR;
}

static enum triage_status
read_key(struct sigma_loading *l, unsigned line, const char *text, struct key *k)
{
	size_t size = strcspn(text, "|");
	*k = (struct key){ .count = 0 };
	if (size >= sizeof(k->field))
		return sigma_refuse(l, line, "a field name of more than %zu bytes", sizeof(k->field) - 1);
	memcpy(k->field, text, size);
	for (text += size; *text == '|'; text += size) {
		size = strcspn(++text, "|");
		unsigned m = 0;
		while (m < MOD_COUNT && (strlen(modifier_names[m]) != size || strncmp(modifier_names[m], text, size) != 0))
			m++;
		if (m == MOD_COUNT || k->count == MODIFIERS_MAX)
			return sigma_refuse(l, line, "the modifier |%.*s is not known", (int)(size < 40 ? size : 40), text);
		if ((m == MOD_I || m == MOD_M || m == MOD_S) && !k->has[MOD_RE])
			return sigma_refuse(l, line, "|%s stands only behind |re", modifier_names[m]);
		k->has[m] = true;
		k->list[k->count++] = (enum modifier)m;
	}
	if (k->has[MOD_EXPAND])
		return sigma_refuse(l, line, "|expand needs lists for its placeholders, and there are none");
	return TRIAGE_OK;
}

/* --- modifiers on drafts --- */

struct drafts {
	struct sigma_draft *list;
	size_t count, room;
};

static enum triage_status
encode64(struct sigma_loading *l, struct drafts *d, unsigned line, bool offset, struct triage_error *err)
{
	size_t count = d->count, variants = offset ? 3 : 1;
	if (count * variants > SIGMA_VALUES_MAX)
		return sigma_refuse(l, line, "more than %d values", SIGMA_VALUES_MAX);
	struct sigma_draft *list = pool_alloc(&l->set->pool, (count * variants + 1) * sizeof(*list));
	if (list == NULL)
		return sigma_no_memory(err);
	for (size_t i = 0; i < count; i++)
		for (size_t shift = 0; shift < variants; shift++)
			if (!sigma_draft_base64(l->set, &d->list[i], shift, !offset, &list[i * variants + shift]))
				return sigma_no_memory(err);
	*d = (struct drafts){ list, count * variants, 0 };
	return TRIAGE_OK;
}

static enum triage_status
apply(struct sigma_loading *l, struct drafts *d, enum modifier m, unsigned line, struct triage_error *err)
{
	bool coded = false, encoded = false, ok = true;
	for (size_t i = 0; i < d->count; i++) {
		coded |= sigma_draft_has_codes(&d->list[i]);
		encoded |= d->list[i].encoded;
	}
	bool encodes = m == MOD_BASE64 || m == MOD_BASE64OFFSET || m == MOD_UTF16LE || m == MOD_WIDE || m == MOD_UTF16BE || m == MOD_UTF16;
	if (encodes && coded)
		return sigma_refuse(l, line, "|%s cannot encode a wildcard", modifier_names[m]);
	if (encoded && m != MOD_BASE64 && m != MOD_BASE64OFFSET && m != MOD_ALL && m != MOD_CASED && m != MOD_NEQ)
		return sigma_refuse(l, line, "behind UTF-16 only |base64 and |base64offset make sense here: events are text");
	if (m == MOD_BASE64 || m == MOD_BASE64OFFSET)
		return encode64(l, d, line, m == MOD_BASE64OFFSET, err);
	for (size_t i = 0; i < d->count && ok; i++) {
		if (m == MOD_CONTAINS || m == MOD_STARTSWITH || m == MOD_ENDSWITH)
			ok = sigma_draft_surround(l->set, &d->list[i], m != MOD_STARTSWITH, m != MOD_ENDSWITH);
		else if (m == MOD_WINDASH)
			sigma_draft_windash(&d->list[i]);
		else if (encodes)
			ok = sigma_draft_utf16(l->set, &d->list[i], m == MOD_UTF16BE, m == MOD_UTF16);
	}
	return ok ? TRIAGE_OK : sigma_no_memory(err);
}

/* Values that are text: all modifiers applied, then patterns. */
static enum triage_status
text_values(struct sigma_loading *l, const struct key *k, const struct sigma_yaml *first, size_t count, struct sigma_value **ret_values, size_t *ret_count,
    struct triage_error *err)
{
	struct drafts d = { .list = pool_alloc(&l->set->pool, (count + 1) * sizeof(struct sigma_draft)) };
	if (d.list == NULL)
		return sigma_no_memory(err);
	const struct sigma_yaml *node = first;
	for (; d.count < count; node = node->next)
		if (!sigma_draft_of(l->set, node->text, node->size, &d.list[d.count++]))
			return sigma_no_memory(err);
	for (size_t i = 0; i < k->count; i++) {
		enum triage_status st = apply(l, &d, k->list[i], first->line, err);
		if (st != TRIAGE_OK)
			return st;
	}
	struct sigma_value *values = pool_alloc(&l->set->pool, (d.count + 1) * sizeof(*values));
	if (values == NULL)
		return sigma_no_memory(err);
	for (size_t i = 0; i < d.count; i++) {
		if (d.list[i].encoded)
			return sigma_refuse(l, first->line, "UTF-16 without |base64 or |base64offset: events are text");
		if (!sigma_pattern_of(l->set, d.list[i].text, d.list[i].size, k->has[MOD_CASED], &values[i].pattern))
			return sigma_no_memory(err);
	}
	/* null is written without quotes, and is no text */
	node = first;
	for (size_t i = 0; k->count == (size_t)k->has[MOD_NEQ] && i < count; i++, node = node->next)
		if (sigma_yaml_is_null(node))
			values[i] = (struct sigma_value){ .kind = SIGMA_NULL };
	*ret_values = values;
	*ret_count = d.count;
	return TRIAGE_OK;
}

static enum triage_status
number_value(struct sigma_loading *l, const struct key *k, const struct sigma_yaml *node, struct sigma_value *v)
{
	static const enum sigma_time parts[] = { SIGMA_MINUTE, SIGMA_HOUR, SIGMA_DAY, SIGMA_WEEK, SIGMA_MONTH, SIGMA_YEAR };
	*v = (struct sigma_value){ .kind = SIGMA_COMPARE, .compare = SIGMA_EQ };
	for (size_t i = 0; i < k->count; i++) {
		if (is_number(k->list[i]))
			v->compare = k->list[i] == MOD_LT ? SIGMA_LT : k->list[i] == MOD_LTE ? SIGMA_LTE : k->list[i] == MOD_GT ? SIGMA_GT : SIGMA_GTE;
		if (is_time(k->list[i]))
			v->time = parts[k->list[i] - MOD_MINUTE];
	}
	return sigma_number_of(node->text, &v->number) ? TRIAGE_OK : sigma_refuse(l, node->line, "a number is compared with %.40s, which is none", node->text);
}

static enum triage_status
special_value(struct sigma_loading *l, const struct sigma_logsource *logsource, const struct key *k, const struct sigma_yaml *node, struct sigma_value *v,
    struct triage_error *err)
{
	if (k->has[MOD_RE])
		return sigma_regex_of(l, node, (k->has[MOD_I] ? SIGMA_RE_I : 0) | (k->has[MOD_M] ? SIGMA_RE_M : 0) | (k->has[MOD_S] ? SIGMA_RE_S : 0), v, err);
	if (k->has[MOD_CIDR])
		return sigma_network_of(node->text, v) ? TRIAGE_OK : sigma_refuse(l, node->line, "%.60s is no range of addresses", node->text);
	if (k->has[MOD_EXISTS]) {
		bool yes = strcasecmp(node->text, "true") == 0 || strcasecmp(node->text, "yes") == 0;
		*v = (struct sigma_value){ .kind = SIGMA_EXISTS, .there = yes };
		return yes || strcasecmp(node->text, "false") == 0 || strcasecmp(node->text, "no") == 0 ? TRIAGE_OK :
		    sigma_refuse(l, node->line, "|exists is true or false");
	}
	if (k->has[MOD_FIELDREF]) {
		*v = (struct sigma_value){ .kind = SIGMA_FIELD, .field = sigma_field_of(l->set, logsource, node->text), .pattern = { .cased = k->has[MOD_CASED],
			.from_start = !k->has[MOD_CONTAINS] && !k->has[MOD_ENDSWITH], .to_end = !k->has[MOD_CONTAINS] && !k->has[MOD_STARTSWITH] } };
		return v->field < 0 ? sigma_no_memory(err) : TRIAGE_OK;
	}
	return number_value(l, k, node, v);
}

/* Modifiers that stand in each other's way. */
static enum triage_status
check_key(struct sigma_loading *l, const struct key *k, const struct sigma_yaml *node)
{
	bool number = false, time = false;
	for (size_t i = 0; i < k->count; i++) {
		number |= is_number(k->list[i]);
		time |= is_time(k->list[i]);
	}
	int special = k->has[MOD_RE] + k->has[MOD_CIDR] + k->has[MOD_EXISTS] + k->has[MOD_FIELDREF] + (number || time);
	bool text = k->has[MOD_WINDASH] || k->has[MOD_BASE64] || k->has[MOD_BASE64OFFSET] || k->has[MOD_UTF16] || k->has[MOD_UTF16LE] || k->has[MOD_UTF16BE] || k->has[MOD_WIDE];
	bool place = k->has[MOD_CONTAINS] || k->has[MOD_STARTSWITH] || k->has[MOD_ENDSWITH];
	if (special > 1 || (special == 1 && (text || (place && !k->has[MOD_FIELDREF] && !k->has[MOD_RE]))))
		return sigma_refuse(l, node->line, "modifiers that do not go together");
	if (k->field[0] == '\0' && special > (int)k->has[MOD_RE])
		return sigma_refuse(l, node->line, "keywords are text or regular expressions");
	return TRIAGE_OK;
}

static enum triage_status
values_of(struct sigma_loading *l, const struct sigma_logsource *logsource, const struct key *k, const struct sigma_yaml *first, size_t count,
    struct sigma_item *item, struct triage_error *err)
{
	bool special = k->has[MOD_RE] || k->has[MOD_CIDR] || k->has[MOD_EXISTS] || k->has[MOD_FIELDREF];
	for (size_t i = 0; i < k->count; i++)
		special |= is_number(k->list[i]) || is_time(k->list[i]);
	struct sigma_value *values = special ? pool_alloc(&l->set->pool, (count + 1) * sizeof(*values)) : NULL;
	if (special && values == NULL)
		return sigma_no_memory(err);
	enum triage_status st = TRIAGE_OK;
	if (!special)
		st = text_values(l, k, first, count, &values, &item->count, err);
	for (; special && item->count < count && st == TRIAGE_OK; first = first->next)
		st = special_value(l, logsource, k, first, &values[item->count++], err);
	item->values = values;
	return st;
}

enum triage_status
sigma_item_of(struct sigma_loading *l, const struct sigma_logsource *logsource, const char *key, const struct sigma_yaml *node,
    const struct sigma_test **ret_test, struct triage_error *err)
{
	struct key k;
	enum triage_status st = read_key(l, node->line, key != NULL ? key : "", &k);
	if (st == TRIAGE_OK)
		st = check_key(l, &k, node);
	if (st != TRIAGE_OK)
		return st;
	bool list = node->kind == SIGMA_YAML_LIST;
	const struct sigma_yaml *first = list ? node->first : node;
	size_t count = list ? node->count : 1;
	if (node->kind == SIGMA_YAML_MAP || count == 0 || count > SIGMA_VALUES_MAX)
		return sigma_refuse(l, node->line, "a field takes a value or a list of 1 to %d values", SIGMA_VALUES_MAX);
	for (const struct sigma_yaml *v = first; list && v != NULL; v = v->next)
		if (v->kind != SIGMA_YAML_SCALAR)
			return sigma_refuse(l, v->line, "a value that is a list or a map");
	struct sigma_item *item = pool_alloc(&l->set->pool, sizeof(*item));
	struct sigma_test *test = sigma_test_new(l->set, SIGMA_ITEM, 0);
	if (item == NULL || test == NULL)
		return sigma_no_memory(err);
	item->field = k.field[0] != '\0' ? sigma_field_of(l->set, logsource, k.field) : SIGMA_KEYWORDS;
	item->all = k.has[MOD_ALL];
	item->negated = k.has[MOD_NEQ];
	if (item->field == -2)
		return sigma_no_memory(err);
	st = values_of(l, logsource, &k, first, count, item, err);
	/* a keyword is looked for anywhere in a value */
	struct sigma_value *values = NULL;
	if (st == TRIAGE_OK && item->field == SIGMA_KEYWORDS && (values = pool_alloc(&l->set->pool, item->count * sizeof(*values))) == NULL)
		return sigma_no_memory(err);
	for (size_t i = 0; values != NULL && i < item->count; i++) {
		values[i] = item->values[i];
		values[i].pattern.from_start = values[i].pattern.to_end = false;
	}
	item->values = values != NULL ? values : item->values;
	test->item = item;
	sigma_test_settle(test);
	*ret_test = test;
	return st;
}

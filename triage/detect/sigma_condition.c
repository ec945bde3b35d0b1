/*
 * sigma_condition.c - conditions: and, or, not, parentheses, "1 of NAME*", "all of them", "2 of NAME*".
 *
 * Read by two stacks, so that no rule decides the depth of the program's own.
 */
#include "triage/detect/sigma_inside.h"

#include "triage/base/glob.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TOKENS_MAX = 4096, WORD_MAX = 256 };
enum operator { OP_OPEN, OP_OR, OP_AND, OP_NOT };

struct condition {
	struct sigma_loading *l;
	const struct sigma_selection *selections;
	size_t selection_count;
	unsigned line;
	const char *at;
	char word[WORD_MAX];		/* the token at hand; "" at the end */
	const struct sigma_test *values[TOKENS_MAX];
	enum operator operators[TOKENS_MAX];
	size_t value_count, operator_count, tokens;
};

static enum triage_status
next_word(struct condition *c)
{
	c->at += strspn(c->at, " \t\r\n");
	size_t size = *c->at == '(' || *c->at == ')' ? 1 : strcspn(c->at, " \t\r\n()|");
	if (*c->at == '|')
		return sigma_refuse(c->l, c->line, "an aggregation behind |, of Sigma 1: write a correlation instead");
	if (size >= sizeof(c->word) || ++c->tokens >= TOKENS_MAX)
		return sigma_refuse(c->l, c->line, "the condition is too long");
	memcpy(c->word, c->at, size);
	c->word[size] = '\0';
	c->at += size;
	return TRIAGE_OK;
}

static bool
is_word(const struct condition *c, const char *word)
{
	return strcasecmp(c->word, word) == 0;
}

/* The operator on top takes its values. False: they are not there. */
static bool
reduce(struct condition *c, struct triage_error *err, enum triage_status *st)
{
	enum operator op = c->operators[--c->operator_count];
	size_t takes = op == OP_NOT ? 1 : 2;
	if (op == OP_OPEN || c->value_count < takes)
		return false;
	struct sigma_test *t = sigma_test_new(c->l->set, op == OP_NOT ? SIGMA_NOT : SIGMA_SOME, takes);
	if (t == NULL) {
		*st = sigma_no_memory(err);
		return true;
	}
	c->value_count -= takes;
	for (size_t i = 0; i < takes; i++)
		t->parts[t->count++] = c->values[c->value_count + i];
	t->least = op == OP_AND ? 2 : 1;
	sigma_test_settle(t);
	c->values[c->value_count++] = t;
	return true;
}

static bool
is_chosen(const char *name, const char *pattern)
{
	if (strcasecmp(pattern, "them") == 0)
		return name[0] != '_';
	return glob_match(pattern, name);
}

/* "1 of selection_*": the word at hand is the number. */
static enum triage_status
take_of(struct condition *c, struct triage_error *err)
{
	bool all = is_word(c, "all");
	unsigned long least = is_word(c, "any") ? 1 : strtoul(c->word, NULL, 10);
	enum triage_status st = next_word(c);
	if (st == TRIAGE_OK && !is_word(c, "of"))
		return sigma_refuse(c->l, c->line, "a number without \"of\" behind it");
	if (st == TRIAGE_OK)
		st = next_word(c);
	if (st != TRIAGE_OK)
		return st;
	struct sigma_test *t = sigma_test_new(c->l->set, SIGMA_SOME, c->selection_count);
	if (t == NULL)
		return sigma_no_memory(err);
	for (size_t i = 0; i < c->selection_count; i++)
		if (is_chosen(c->selections[i].name, c->word))
			t->parts[t->count++] = c->selections[i].test;
	t->least = all ? t->count : least;
	if (t->count == 0)
		return sigma_refuse(c->l, c->line, "no selection is called %.60s", c->word);
	if (t->least < 1 || t->least > t->count)
		return sigma_refuse(c->l, c->line, "%lu of %zu selections can never hold", least, t->count);
	sigma_test_settle(t);
	c->values[c->value_count++] = t;
	return TRIAGE_OK;
}

static enum triage_status
take_value(struct condition *c, struct triage_error *err)
{
	if (is_word(c, "all") || is_word(c, "any") || (c->word[0] >= '0' && c->word[0] <= '9' && strspn(c->word, "0123456789") == strlen(c->word)))
		return take_of(c, err);
	for (size_t i = 0; i < c->selection_count; i++)
		if (strcmp(c->selections[i].name, c->word) == 0) {
			c->values[c->value_count++] = c->selections[i].test;
			return TRIAGE_OK;
		}
	return sigma_refuse(c->l, c->line, c->word[0] != '\0' ? "the condition names %.60s, and there is no such selection" : "the condition ends too early%s", c->word);
}

/* Operators that bind at least as tight as op come first. */
static enum triage_status
take_operator(struct condition *c, enum operator op, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && c->operator_count > 0 && c->operators[c->operator_count - 1] >= op)
		if (!reduce(c, err, &st))
			return sigma_refuse(c->l, c->line, "the condition makes no sense");
	c->operators[c->operator_count++] = op;
	return st;
}

static enum triage_status
close_group(struct condition *c, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (st == TRIAGE_OK && c->operator_count > 0 && c->operators[c->operator_count - 1] != OP_OPEN)
		if (!reduce(c, err, &st))
			return sigma_refuse(c->l, c->line, "the condition makes no sense");
	if (c->operator_count == 0)
		return sigma_refuse(c->l, c->line, "a ) without its (");
	c->operator_count--;
	return st;
}

/* One token; *value: a value has just been read, so an operator comes. */
static enum triage_status
take_token(struct condition *c, bool *value, struct triage_error *err)
{
	bool closes = is_word(c, ")");
	if (*value && closes)
		return close_group(c, err);
	if (*value) {
		bool and = is_word(c, "and");
		*value = false;
		if (!and && !is_word(c, "or"))
			return sigma_refuse(c->l, c->line, "the condition has %.60s where and, or, ) or its end is wanted", c->word);
		return take_operator(c, and ? OP_AND : OP_OR, err);
	}
	if (is_word(c, "not") || is_word(c, "(")) {
		c->operators[c->operator_count++] = is_word(c, "(") ? OP_OPEN : OP_NOT;
		return TRIAGE_OK;
	}
	*value = true;
	return take_value(c, err);
}

static enum triage_status
read_all(struct condition *c, struct triage_error *err)
{
	bool value = false;
	enum triage_status st = next_word(c);
	while (st == TRIAGE_OK && (c->word[0] != '\0' || !value)) {
		st = take_token(c, &value, err);
		if (st == TRIAGE_OK)
			st = next_word(c);
	}
	while (st == TRIAGE_OK && c->operator_count > 0) {
		if (c->operators[c->operator_count - 1] == OP_OPEN)
			return sigma_refuse(c->l, c->line, "a ( without its )");
		if (!reduce(c, err, &st))
			return sigma_refuse(c->l, c->line, "the condition makes no sense");
	}
	return st;
}

/* How deep tests lie in each other decides how deep the matcher goes. */
static bool
too_deep(const struct sigma_test *t, unsigned left)
{
	if (left == 0)
		return true;
	for (size_t i = 0; i < t->count; i++)
		if (too_deep(t->parts[i], left - 1))
			return true;
	return false;
}

enum triage_status
sigma_condition_of(struct sigma_loading *l, const struct sigma_yaml *text, const struct sigma_selection *selections, size_t count,
    const struct sigma_test **ret_test, struct triage_error *err)
{
	if (text->kind != SIGMA_YAML_SCALAR || text->size == 0)
		return sigma_refuse(l, text->line, "the condition is no text");
	struct condition *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return sigma_no_memory(err);
	*c = (struct condition){ .l = l, .selections = selections, .selection_count = count, .line = text->line, .at = text->text };
	enum triage_status st = read_all(c, err);
	const struct sigma_test *test = st == TRIAGE_OK ? c->values[0] : NULL;
	free(c);
	if (test != NULL && too_deep(test, SIGMA_NEST_MAX))
		return sigma_refuse(l, text->line, "the condition is nested too deep");
	if (test != NULL)
		*ret_test = test;
	return st;
}

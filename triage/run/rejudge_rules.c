/* rejudge_rules.c - the rules whose matches are in a case, with what rules of the same file and name say today. */
#include "triage/run/judge_inside.h"

#include <stdlib.h>
#include <string.h>

/* Columns of the view rules. */
enum { RULE_INDEX, RULE_NAME, RULE_NAMESPACE, RULE_TAGS, RULE_TITLE, RULE_WHY, RULE_INNOCENT, RULE_FAMILY, RULE_TECHNIQUE, RULE_KIND, RULE_SOURCE, RULE_VERSION,
	RULE_SEVERITY, RULE_CONFIDENCE };
enum { RULES_MAX = 1 << 20, TEXTS = 8 };

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the rules of the case");
	return TRIAGE_E_MEMORY;
}

static enum triage_severity
severity_of(const char *word)
{
	unsigned severity = 0;
	while (severity + 1 < TRIAGE_SEVERITY_COUNT && strcmp(triage_severity_name(severity), word) != 0)
		severity++;
	return (enum triage_severity)severity;
}

/* As it was at the time; false when out of memory. */
static bool
take_rule(struct judging *j, struct case_cursor *c, struct detect_rule *r)
{
	static const int columns[TEXTS] = { RULE_NAME, RULE_NAMESPACE, RULE_TITLE, RULE_WHY, RULE_INNOCENT, RULE_FAMILY, RULE_TECHNIQUE, RULE_KIND };
	const char **const slots[TEXTS] = { &r->name, &r->name_space, &r->title, &r->why, &r->innocent, &r->family, &r->technique, &r->kind };
	for (size_t i = 0; i < TEXTS; i++) {
		char *text = strdup(case_text(c, (size_t)columns[i]));
		if (text == NULL)
			return false;
		*slots[i] = j->rule_texts[j->rule_text_count++] = text;
	}
	char *version = strdup(case_text(c, RULE_VERSION));
	if (version == NULL)
		return false;
	r->version = j->rule_texts[j->rule_text_count++] = version;
	r->severity = severity_of(case_text(c, RULE_SEVERITY));
	r->confidence = (unsigned)case_int(c, RULE_CONFIDENCE);
	return true;
}

/* Today's words and weight of the same rule. They live as long as the rules that are loaded. */
static void
renew(const struct judging *j, struct detect_rule *r)
{
	for (size_t i = 0; j->s->rules != NULL && i < analyse_rule_count(j->s->rules); i++) {
		const struct analyse_rule *today = analyse_rule(j->s->rules, i);
		if (strcmp(today->name, r->name) != 0 || strcmp(today->name_space, r->name_space) != 0)
			continue;
		*r = (struct detect_rule){ .name = r->name, .name_space = r->name_space, .title = today->title, .why = today->why, .innocent = today->innocent,
		    .family = today->family, .technique = today->technique, .kind = today->kind, .version = today->version, .severity = today->severity,
		    .confidence = today->confidence };
		return;
	}
}

enum triage_status
rejudge_load_rules(struct judging *j, struct triage_error *err)
{
	struct case_cursor *c;
	uint64_t count = case_count(j->of_case, CASE_RULES);
	if (count > RULES_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "the case has %ju rules, more than there can be", (uintmax_t)count);
		return TRIAGE_E_LIMIT;
	}
	j->rules = calloc(count + 1, sizeof(*j->rules));
	j->rule_texts = calloc((count + 1) * (TEXTS + 1), sizeof(*j->rule_texts));
	j->file_matches = calloc(MATCHES_A_FILE, sizeof(*j->file_matches));
	if (j->rules == NULL || j->rule_texts == NULL || j->file_matches == NULL)
		return no_memory(err);
	enum triage_status st = case_rows(j->of_case, CASE_RULES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		/* they are numbered from 0 without gaps: what is not is no case of ours */
		if (j->rule_count == count || (uint64_t)case_int(c, RULE_INDEX) != j->rule_count) {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the rules of the case are not numbered as they should be");
			st = TRIAGE_E_FORMAT;
			break;
		}
		struct detect_rule *r = &j->rules[j->rule_count++];
		if (!take_rule(j, c, r)) {
			st = no_memory(err);
			break;
		}
		renew(j, r);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

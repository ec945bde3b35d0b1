/* environment_left_out.c - what of the rules and lists that were given is not used: files, rules, lines, each with its reason. */
#include "triage/run/environment.h"

#include "triage/base/text.h"
#include "triage/detect/sigma.h"

#include <stdio.h>

struct telling {
	environment_tell *tell;
	void *ctx;
};

static enum triage_status
put(const struct telling *t, enum triage_severity severity, const char *code, const char *message, struct triage_error *err)
{
	const struct triage_problem p = { .stage = "rules", .severity = severity, .code = code, .message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID,
		.offset = TRIAGE_NO_ID };
	return t->tell(t->ctx, &p, err);
}

static enum triage_status
yara_files(const struct analyse_set *rules, const struct telling *t, struct triage_error *err)
{
	char message[600], line[32];
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < analyse_file_count(rules) && st == TRIAGE_OK; i++) {
		const struct analyse_rule_file *f = analyse_file(rules, i);
		if (f->error[0] == '\0')
			continue;
		snprintf(line, sizeof(line), "line %u: ", f->error_line);
		snprintf(message, sizeof(message), "rule file %s was left out: %s%s", text_base_name(f->path), f->error_line != 0 ? line : "", f->error);
		st = put(t, f->twice ? TRIAGE_INFO : TRIAGE_LOW, "rule-file-error", message, err);
	}
	return st;
}

static enum triage_status
sigma_files(const struct sigma_set *set, const struct telling *t, struct triage_error *err)
{
	char message[600];
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sigma_file_count(set) && st == TRIAGE_OK; i++) {
		const struct sigma_file *f = sigma_file(set, i);
		if (f->error[0] == '\0')
			continue;
		snprintf(message, sizeof(message), "Sigma file %s was left out: %s", text_base_name(f->path), f->error);
		st = put(t, TRIAGE_LOW, "rule-file-error", message, err);
	}
	return st;
}

/* Rules that are not used, each by its line, gaps first; those about logs that no machine here has (elsewhere) are no gap. */
static enum triage_status
sigma_rules(const struct sigma_set *set, const struct telling *t, struct triage_error *err)
{
	enum { NAMED_MAX = 1000 };
	size_t refused = 0, named = 0, gaps = 0;
	char message[800];
	for (size_t i = 0; i < sigma_file_count(set); i++)
		refused += sigma_file(set, i)->refused;	/* beyond some thousands they are only counted there */
	for (int elsewhere = 0; elsewhere < 2; elsewhere++)
		for (size_t i = 0; i < sigma_refusal_count(set); i++) {
			const struct sigma_refusal *r = sigma_refusal(set, i);
			if (r->elsewhere != (elsewhere != 0))
				continue;
			gaps += !r->elsewhere;
			if (named == NAMED_MAX)
				continue;
			named++;
			snprintf(message, sizeof(message), "Sigma rule \"%s\" of %s was left out: line %u: %s", r->title, text_base_name(r->path), r->line, r->why);
			enum triage_status st = put(t, r->elsewhere ? TRIAGE_INFO : TRIAGE_LOW, "sigma-rule-left-out", message, err);
			if (st != TRIAGE_OK)
				return st;
		}
	if (refused <= named)
		return TRIAGE_OK;
	snprintf(message, sizeof(message), "%zu more Sigma rules were left out; triage rules check names them", refused - named);
	return put(t, gaps <= named && refused == sigma_refusal_count(set) ? TRIAGE_INFO : TRIAGE_LOW, "sigma-rule-left-out", message, err);
}

static enum triage_status
indicators(const struct detect_tables *tables, size_t index, const struct detect_ioc_list *list, const struct telling *t, struct triage_error *err)
{
	SCOPED_BUF message;
	buf_init(&message, 16 << 10);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < list->shown && st == TRIAGE_OK; i++) {
		size_t line;
		const char *reason, *text;
		detect_ioc_refused(tables, index, i, &line, &reason, &text);
		buf_clear(&message);
		buf_format(&message, "indicator list %s, line %zu is not looked for: %s: %s", list->name, line, text, reason);
		st = put(t, TRIAGE_INFO, "indicator-not-taken", buf_cstr(&message), err);
	}
	if (st != TRIAGE_OK || list->refused <= list->shown)
		return st;
	buf_clear(&message);
	buf_format(&message, "indicator list %s: %zu more lines are not looked for", list->name, list->refused - list->shown);
	return put(t, TRIAGE_INFO, "indicator-not-taken", buf_cstr(&message), err);
}

enum triage_status
environment_left_out(const struct analyse_set *rules, const struct detect_tables *tables, environment_tell *tell, void *ctx, struct triage_error *err)
{
	const struct telling t = { tell, ctx };
	const struct sigma_set *set = detect_sigma(tables);
	struct detect_ioc_list list;
	enum triage_status st = yara_files(rules, &t, err);
	if (st == TRIAGE_OK && set != NULL)
		st = sigma_files(set, &t, err);
	if (st == TRIAGE_OK && set != NULL)
		st = sigma_rules(set, &t, err);
	for (size_t i = 0; st == TRIAGE_OK && detect_ioc_list(tables, i, &list); i++)
		st = indicators(tables, i, &list, &t, err);
	return st;
}

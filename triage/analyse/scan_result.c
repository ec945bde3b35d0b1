/* scan_result.c - what a scan sends on: matches, and what could not be done. */
#include "triage/analyse/scan_inside.h"

#include <stdio.h>

enum { MESSAGE = 400 };

static const char *
error_words(int rc)
{
	switch (rc) {
	case ERROR_INSUFFICIENT_MEMORY:
		return "out of memory";
	case ERROR_SCAN_TIMEOUT:
		return "it took too long";
	case ERROR_TOO_MANY_MATCHES:
		return "too many matches";
	case ERROR_TOO_MANY_RE_FIBERS:
		return "a regular expression branched too often on this content";
	case ERROR_EXEC_STACK_OVERFLOW:
		return "a condition needs too much stack";
	default:
		return "YARA reports an error";
	}
}

static enum triage_status
send_problem(struct scan *scan, const char *code, enum triage_severity severity, const char *message, struct triage_error *err)
{
	return scan->io->problem(scan->io->ctx, &(struct triage_problem){ .stage = "yara", .severity = severity, .code = code,
		.message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID }, err);
}

enum triage_status
scan_tell_failure(struct group_scan *g, int rc, struct triage_error *err)
{
	char message[MESSAGE];
	const YR_RULE *first = g->group->rules->rules_table;
	g->scan->incomplete = true;
	snprintf(message, sizeof(message), "%zu rules (from %s of %s on) were not evaluated on this content: %s (YARA error %d). Examine it by hand.",
	    g->group->rule_count, first->identifier, first->ns->name, error_words(rc), rc);
	return send_problem(g->scan, "rule-group-failed", TRIAGE_MEDIUM, message, err);
}

enum triage_status
scan_tell_blamed(struct group_scan *g, const YR_RULE *rule, int rc, struct triage_error *err)
{
	char message[MESSAGE];
	g->scan->incomplete = true;
	snprintf(message, sizeof(message), "Rule %s of %s was not evaluated on this content: %s (YARA error %d). The other rules were.",
	    rule->identifier, rule->ns->name, error_words(rc), rc);
	return send_problem(g->scan, "rule-failed", TRIAGE_MEDIUM, message, err);
}

enum triage_status
scan_tell_overflow(struct group_scan *g, struct triage_error *err)
{
	char message[MESSAGE];
	if (g->overflowed == 0)
		return TRIAGE_OK;
	const YR_RULE *rule = &g->group->rules->rules_table[g->overflow->rule_idx];
	g->scan->incomplete = true;
	snprintf(message, sizeof(message), "String %s of rule %s of %s (and %ju more) has over %d hits: further ones were not looked for, "
	    "so conditions that count them may be wrong.",
	    g->overflow->identifier, rule->identifier, rule->ns->name, (uintmax_t)(g->overflowed - 1), YR_MAX_STRING_MATCHES);
	return send_problem(g->scan, "too-many-matches", TRIAGE_MEDIUM, message, err);
}

static enum triage_status
send_hits(struct scan *scan, enum scan_groups which, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < scan->hits.count && st == TRIAGE_OK; i++) {
		const struct hit *hit = &scan->hits.items[i];
		if (which == SCAN_BY_NAME && !hit->by_name)
			continue;
		st = scan->io->match(scan->io->ctx, &(struct triage_match){ .rule = hit->rule, .string_id = hit->id, .offset = hit->offset,
			.length = hit->length, .sample = hit->sample, .sample_size = hit->sample_size, .by_name = hit->by_name }, err);
	}
	return st;
}

enum triage_status
scan_finish(struct scan *scan, enum scan_groups which, struct triage_error *err)
{
	hits_settle(&scan->hits);
	enum triage_status st = send_hits(scan, which, err);
	if (st != TRIAGE_OK || scan->hits.dropped == 0)
		return st;
	char message[MESSAGE];
	snprintf(message, sizeof(message), "%ju more YARA string matches of this content are not listed; the first %zu, spread over all strings, are.",
	    (uintmax_t)scan->hits.dropped, scan->hits.limit);
	return send_problem(scan, "match-limit", TRIAGE_LOW, message, err);
}

bool
scan_is_incomplete(const struct scan *scan)
{
	return scan->incomplete;
}

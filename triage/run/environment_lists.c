/* environment_lists.c - what became of the lists of indicators: into the custody log, and a row for each of the first lines that were not taken. */
#include "triage/run/environment.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>

static enum triage_status
tell(struct supervisor *s, const char *code, const char *message, struct triage_error *err)
{
	const struct triage_problem p = { .stage = "rules", .severity = TRIAGE_INFO, .code = code, .message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID,
	    .offset = TRIAGE_NO_ID };
	return supervisor_problem(s, 0, 0, "", &p, err);
}

static enum triage_status
tell_refused(struct supervisor *s, size_t index, const struct detect_ioc_list *list, struct triage_error *err)
{
	SCOPED_BUF message;
	buf_init(&message, 16 << 10);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < list->shown && st == TRIAGE_OK; i++) {
		size_t line;
		const char *reason, *text;
		detect_ioc_refused(s->tables, index, i, &line, &reason, &text);
		buf_clear(&message);
		buf_format(&message, "indicator list %s, line %zu is not looked for: %s: %s", list->name, line, text, reason);
		st = tell(s, "indicator-not-taken", buf_cstr(&message), err);
	}
	if (st != TRIAGE_OK || list->refused <= list->shown)
		return st;
	buf_clear(&message);
	buf_format(&message, "indicator list %s: %zu more lines are not looked for", list->name, list->refused - list->shown);
	return tell(s, "indicator-not-taken", buf_cstr(&message), err);
}

enum triage_status
environment_lists(struct supervisor *s, struct triage_error *err)
{
	struct detect_ioc_list list;
	SCOPED_BUF detail;
	buf_init(&detail, 16 << 20);
	buf_text(&detail, "{\"lists\":[");
	enum triage_status st = TRIAGE_OK;
	size_t count = 0;
	for (; detect_ioc_list(s->tables, count, &list) && st == TRIAGE_OK; count++) {
		buf_format(&detail, "%s{\"form\":\"%s\",\"not_for_detection\":%zu,\"not_taken\":%zu,\"path\":", count > 0 ? "," : "", list.form, list.passed, list.refused);
		text_json_string(&detail, list.name);
		buf_format(&detail, ",\"taken\":%zu}", list.taken);
		st = tell_refused(s, count, &list, err);
	}
	buf_text(&detail, "]}");
	double chance = detect_false_positives(s->tables);
	if (st == TRIAGE_OK && chance > 0) {
		char message[200];
		snprintf(message, sizeof(message), "a Bloom filter is among the sets of known files: the chance that a file is called known by mistake, and so not searched, is %.2g",
		    chance);
		st = tell(s, "known-good-by-chance", message, err);
	}
	if (st == TRIAGE_OK)
		st = buf_check(&detail, err);
	return st == TRIAGE_OK && count > 0 ? case_custody(s->store, "triage", "indicators-loaded", buf_cstr(&detail), err) : st;
}

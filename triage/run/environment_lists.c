/* environment_lists.c - what became of the lists of indicators and of the town's own list: into the custody log. */
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
	SCOPED_BUF town;
	buf_init(&town, 4 << 20);
	detect_town_text(s->tables, &town);
	if (st == TRIAGE_OK)
		st = buf_check(&town, err);
	if (st == TRIAGE_OK && town.size > 0)
		st = case_custody(s->store, "triage", "town-list-loaded", buf_cstr(&town), err);
	return st == TRIAGE_OK && count > 0 ? case_custody(s->store, "triage", "indicators-loaded", buf_cstr(&detail), err) : st;
}

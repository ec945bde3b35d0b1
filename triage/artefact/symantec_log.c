/*
 * symantec_log.c - daily logs of Symantec AntiVirus Corporate Edition and Endpoint Protection (MMDDYYYY.Log, AVMan.log lines of the same form).
 *
 * Values with commas between them. The first is the wall clock as six bytes in hex: years since 1970, month from 0, day, hour, minute, second. Then event, category,
 * logger, computer, user, name of what was found, file, first and second action wanted, action taken, ... 13 is the description. Source: the maker's article TECH100099,
 * "Interpreting the log files for Symantec AntiVirus Corporate Edition and Symantec Endpoint Protection".
 */
#include "triage/artefact/antivirus.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 20, LEAST = 14, TIME_BYTES = 6 };
enum { TIME, EVENT, CATEGORY, LOGGER, COMPUTER, USER, VIRUS, PATH, WANTED, WANTED_NEXT, TAKEN, DESCRIPTION = 13, REMOTE = 39, REMOTE_ADDRESS = 40 };

struct state {
	struct log_lines lines;
};

static const struct { const char *number, *meaning; } events[] = {
	{ "2", "scan ended" }, { "3", "scan started" }, { "4", "definitions updated" }, { "5", "threat detected" }, { "6", "file could not be opened" },
	{ "7", "definitions loaded" }, { "12", "settings changed" }, { "13", "protection stopped" }, { "14", "protection started" }, { "16", "definitions fetched" },
	{ "20", "file kept" }, { "21", "scan stopped" }, { "22", "protection failed to start" }, { "23", "protection switched on" }, { "24", "protection switched off" },
	{ "26", "scan delayed" }, { "42", "protection failed" }, { "45", "tampering stopped" }, { "46", "repair begun" }, { "47", "action taken" },
	{ "48", "repair pending" }, { "49", "repair failed" }, { "50", "repair done" }, { "51", "repair ended" }, { "55", "protection installed" },
	{ "57", "protection removed" },
};
static const char *const actions[] = { "", "quarantined", "renamed", "deleted", "left alone", "cleaned", "macros cleaned or deleted", "saved", "sent in", "moved to backup",
	"backup renamed", "undone", "could not be changed", "backed up", "repair pending", "partly repaired", "process ends at restart", "excluded", "restart needed",
	"cleaned by deletion", "access denied", "process ended", "no repair known", "all actions failed" };

static bool
read_time(const char *text, struct log_time *t)
{
	uint8_t b[TIME_BYTES];
	if (strlen(text) != 2 * TIME_BYTES || !text_unhex(text, b, sizeof(b)))
		return false;
	*t = (struct log_time){ .local = true, .year = 1970 + b[0], .month = b[1] + 1, .day = b[2], .hour = b[3], .minute = b[4], .second = b[5] };
	return log_time_make(t, 0, 0);
}

static bool
shape(const char *line)
{
	char copy[4096];
	const char *values[ANTIVIRUS_VALUES];
	struct log_time t;
	snprintf(copy, sizeof(copy), "%s", line);
	return antivirus_split(copy, ",", true, values) >= LEAST && read_time(values[TIME], &t) && strspn(values[EVENT], "0123456789") == strlen(values[EVENT]);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 2 * good >= looked;
}

static const char *
action_of(const char *number)
{
	unsigned n;
	const char *p = number;
	return log_digits(&p, 1, 3, &n) && *p == '\0' && n < sizeof(actions) / sizeof(actions[0]) ? actions[n] : "";
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	const char *v[ANTIVIRUS_VALUES];
	struct log_time t;
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	if (antivirus_split(line->text, ",", true, v) < LEAST || !read_time(v[TIME], &t))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry of Symantec's log", (uintmax_t)line->number);
	struct antivirus_entry e = { .product = "Symantec", .threat = "", .path = v[PATH], .action = action_of(v[TAKEN]), .user = v[USER], .meaning = "logged" };
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(v[EVENT], events[i].number) == 0)
			e.meaning = events[i].meaning;
	bool found = strcmp(e.meaning, "threat detected") == 0;
	char text[2048];
	snprintf(text, sizeof(text), "%s%s%s%s%s%s", e.meaning, v[VIRUS][0] != '\0' ? ", " : "", v[VIRUS], v[DESCRIPTION][0] != '\0' ? ": " : "", v[DESCRIPTION], found && v[VIRUS][0] == '\0' ? " (no name)" : "");
	e.text = text;
	if (found)
		e.threat = v[VIRUS][0] != '\0' ? v[VIRUS] : "something without a name";
	antivirus_event(a, line, &t, &e);
	artefact_host(a, v[COMPUTER]);
	if (!found)
		artefact_text(a, "threat_name", v[VIRUS]);
	artefact_text(a, "computer", v[COMPUTER]);
	artefact_text(a, "event", v[EVENT]);
	artefact_text(a, "category", v[CATEGORY]);
	artefact_text(a, "action_wanted", action_of(v[WANTED]));
	artefact_text(a, "action_wanted_next", action_of(v[WANTED_NEXT]));
	artefact_text(a, "description", v[DESCRIPTION]);
	artefact_text(a, "remote_computer", v[REMOTE]);
	artefact_text(a, "remote_address", v[REMOTE_ADDRESS]);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_symantec_log = {
	.name = "symantec_log",
	.source = "other",
	.title = "log of Symantec AntiVirus and Endpoint Protection",
	.yields = "threats found, the file, account and action; scans, updates, protection switched off or removed",
	.reference = "TECH100099 of the maker",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

/*
 * mcafee_log.c - logs of McAfee VirusScan and Trellix Endpoint Security as text: AccessProtectionLog.txt, OnAccessScanLog.txt, OnDemandScanLog.txt, BufferOverflowProtectionLog.txt.
 *
 * Values with tabs between them: date, time, what was done, account, program, file or key, rule or threat, details. Date and time stand as Windows writes them in the country
 * of the machine. Which number is the month is taken from the clock ("AM", "PM": month first), and turned round for the rest of the file by a line that allows
 * it no more. A date that may be read in both ways is marked date_order. Source: files of the program.
 */
#include "triage/artefact/antivirus.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 20, LEAST = 3 };
enum { DATE, CLOCK, ACTION, USER, PROGRAM, TARGET, RULE, DETAIL };

struct state {
	struct log_lines lines;
	bool turned, told;
};

/* order: "mdy" or "dmy", the one that was right. ret_both: the other would do as well. */
static bool
read_time(const char *date, const char *clock, bool turned, struct log_time *t, bool *ret_turn, bool *ret_both)
{
	char text[96], other[96];
	bool american = strcasestr(clock, "AM") != NULL || strcasestr(clock, "PM") != NULL;
	snprintf(text, sizeof(text), "%s %s", date, clock);
	snprintf(other, sizeof(other), "%s", text);
	const char *p = text, *q = other;
	struct log_time t2;
	*ret_both = false;
	*ret_turn = turned;
	if (log_time_iso(&p, t))
		return *p == '\0';
	bool month_first = american != turned;
	bool first = log_time_order(&p, month_first ? "mdy" : "dmy", t) && *p == '\0', second = log_time_order(&q, month_first ? "dmy" : "mdy", &t2) && *q == '\0';
	*ret_both = first && second && t->month != t->day;
	if (!first && second) {
		*t = t2;
		*ret_turn = !turned;
	}
	return first || second;
}

static bool
shape(const char *line)
{
	char copy[2048];
	const char *v[ANTIVIRUS_VALUES];
	struct log_time t;
	bool turn, both;
	snprintf(copy, sizeof(copy), "%s", line);
	return antivirus_split(copy, "\t", false, v) >= LEAST && read_time(v[DATE], v[CLOCK], false, &t, &turn, &both);
}

/* Dates and tabs alone are many things: a word of this program too. */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const words[] = { "Access Protection", "McAfee", "Trellix", "Engine version", "DAT version", "Scan started", "Scan Summary", "Detected as", "Buffer Overflow", NULL };
	char line[1024];
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	if (good == 0 || 2 * good < looked)
		return false;
	for (size_t i = 0; i < LOOK && log_head_line(head, i, line, sizeof(line)); i++)
		if (text_has_any(line, words))
			return true;
	return false;
}

static const char *
meaning_of(const char *action)
{
	static const struct { const char *front, *meaning; } known[] = { { "Blocked by", "action blocked" }, { "Would be blocked", "action would be blocked" }, { "Deleted", "threat removed" },
		{ "Cleaned", "threat removed" }, { "Moved", "file quarantined" }, { "Scan started", "scan started" }, { "Scan Started", "scan started" }, { "Scan Complete", "scan ended" } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_begins(action, known[i].front))
			return known[i].meaning;
	return "logged";
}

/* Of a scan's line the value behind the file names the threat: "EICAR test file (Test)". */
static bool
names_a_threat(const char *action, const char *const v[], size_t count)
{
	static const char *const done[] = { "Deleted", "Cleaned", "Moved", "Not deleted", "Not cleaned", "Infected", "Would be deleted", "Delete failed", "Clean failed", "No Action", "Detected" };
	if (count <= RULE || v[RULE][0] == '\0')
		return false;
	for (size_t i = 0; i < sizeof(done) / sizeof(done[0]); i++)
		if (text_begins(action, done[i]))
			return true;
	return false;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	const char *v[ANTIVIRUS_VALUES];
	struct log_time t;
	bool turn, both;
	char text[1600];
	if (line->size == 0)
		return TRIAGE_OK;
	size_t count = antivirus_split(line->text, "\t", false, v);
	if (count < LEAST || !read_time(v[DATE], v[CLOCK], s->turned, &t, &turn, &both))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry of VirusScan", (uintmax_t)line->number);
	enum triage_status st = TRIAGE_OK;
	if (turn != s->turned && !s->told) {
		s->told = true;
		st = artefact_remark(a, TRIAGE_LOW, "date-order", line->offset, line->size, err,
		    "day and month of line %ju stand the other way round than was taken so far; dates marked date_order before it may be wrong", (uintmax_t)line->number);
	}
	s->turned = turn;
	if (st != TRIAGE_OK)
		return st;
	char *action = line->text + (v[ACTION] - line->text);
	for (size_t n = strlen(action); n > 0 && action[n - 1] == ' '; n--)
		action[n - 1] = '\0';
	bool found = names_a_threat(action, v, count);
	snprintf(text, sizeof(text), "%.300s%s%.500s%s%.600s", v[ACTION], v[PROGRAM][0] != '\0' ? ", " : "", v[PROGRAM], v[TARGET][0] != '\0' ? " on " : "", v[TARGET]);
	const struct antivirus_entry e = { .product = "McAfee", .threat = found ? v[RULE] : "", .path = v[TARGET], .action = v[ACTION], .user = v[USER], .meaning = meaning_of(v[ACTION]), .text = text };
	antivirus_event(a, line, &t, &e);
	artefact_text(a, "program", v[PROGRAM]);
	if (!found)
		artefact_text(a, "rule", v[RULE]);
	artefact_text(a, "detail", v[DETAIL]);
	if (both)
		artefact_text(a, "date_order", "taken from the clock's form");
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_mcafee_log = {
	.name = "mcafee_log",
	.source = "other",
	.title = "logs of McAfee VirusScan and Trellix Endpoint Security",
	.yields = "threats found, the file, account and action; acts that access protection stopped",
	.reference = "files of the program",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

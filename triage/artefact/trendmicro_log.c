/*
 * trendmicro_log.c - logs of Trend Micro OfficeScan and Apex One: pccnt35.log (files in which something was found) and OfcUrlf.log (web addresses that were blocked).
 *
 * Values with "<;>" between them. Virus log: date, time, name, result, kind of scan, a number, folder, file, a text, seconds since 1970 (later versions).
 * Web log: date, time, mode, address, rating in hex, category, rule, threshold, program, score, a text, a number, seconds since 1970. Date and time are wall clock
 * (YYYYMMDD; HMM, HHMM, HMMSS or HHMMSS); where the line has seconds since 1970 these count. Source: files of the program; result codes as its manual has them.
 */
#include "triage/artefact/antivirus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 20, VIRUS_LEAST = 8, WEB_LEAST = 10, VIRUS_SECONDS = 9, WEB_SECONDS = 12, SECONDS_TOO_FAR = 2 * 86400 };

struct state {
	struct log_lines lines;
};

static const char separator[] = "<;>";
static const char *const results[] = { "cleaned", "moved to quarantine", "deleted", "renamed", "access denied", "could not be cleaned", "could not be moved",
	"could not be deleted", "could not be renamed", "", "could not be cleaned, moved", "could not be cleaned, deleted", "could not be cleaned, renamed", "access denied",
	"could be neither cleaned nor moved", "could be neither cleaned nor deleted", "could be neither cleaned nor renamed" };
static const char *const scans[] = { "manual scan", "real-time scan", "scheduled scan", "scan now", "damage cleanup" };

static bool
number(const char *text, uint64_t most, uint64_t *ret)
{
	char *end;
	if (text[0] < '0' || text[0] > '9' || strlen(text) > 18)
		return false;
	*ret = strtoull(text, &end, 10);
	return *end == '\0' && *ret <= most;
}

/* Date and time of a line, by its seconds since 1970 where they agree to within the zones of the world. */
static bool
read_time(const char *date, const char *clock, const char *seconds, struct log_time *t)
{
	uint64_t d, c, s;
	size_t digits = strlen(clock);
	if (strlen(date) != 8 || !number(date, 99991231, &d) || digits < 3 || digits > 6 || !number(clock, 235959, &c))
		return false;
	bool no_seconds = digits < 5;
	if (no_seconds)
		c *= 100;
	*t = (struct log_time){ .local = true, .no_seconds = no_seconds, .year = (int)(d / 10000), .month = (int)(d / 100 % 100), .day = (int)(d % 100), .hour = (int)(c / 10000), .minute = (int)(c / 100 % 100),
		.second = (int)(c % 100) };
	if (!log_time_make(t, 0, 0))
		return false;
	if (number(seconds, INT32_MAX * UINT64_C(8), &s) && llabs((long long)s - t->ns / 1000000000) < SECONDS_TOO_FAR) {
		t->ns = (int64_t)s * 1000000000;
		t->local = t->no_seconds = false;
	}
	return true;
}

/* The web log has an address in the fourth, with its scheme or without; the virus log has a number there. */
static bool
is_web(const char *const values[], size_t count)
{
	uint64_t result;
	return count >= WEB_LEAST && values[3][0] != '\0' && !number(values[3], UINT64_MAX, &result);
}

static bool
shape(const char *line)
{
	char copy[2048];
	const char *values[ANTIVIRUS_VALUES];
	struct log_time t;
	snprintf(copy, sizeof(copy), "%s", line);
	return antivirus_split(copy, separator, false, values) >= VIRUS_LEAST && read_time(values[0], values[1], "", &t);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 2 * good >= looked;
}

static const char *
word_of(const char *text, const char *const words[], size_t count)
{
	uint64_t n;
	return number(text, count - 1, &n) ? words[n] : "";
}

static enum triage_status
send_web(struct artefact *a, const struct log_line *line, const char *const values[], const struct log_time *t, struct triage_error *err)
{
	struct antivirus_entry e = { .product = "Trend Micro", .threat = "", .path = values[8], .action = "", .user = "", .meaning = "address blocked", .text = values[3] };
	antivirus_event(a, line, t, &e);
	artefact_message(a, "Trend Micro, web address %s (%s), asked for by %s", values[3], values[5], values[8]);
	artefact_text(a, "url", values[3]);
	artefact_text(a, "category", values[5]);
	artefact_text(a, "mode", values[2]);
	artefact_text(a, "rating", values[4]);
	artefact_text(a, "score", values[9]);
	return artefact_send(a, err);
}

static enum triage_status
send_virus(struct artefact *a, const struct log_line *line, const char *const values[], const struct log_time *t, struct triage_error *err)
{
	char path[4096];
	size_t end = strlen(values[6]);
	int size = snprintf(path, sizeof(path), "%s%s%s", values[6], end == 0 || values[6][end - 1] == '\\' || values[7][0] == '\0' ? "" : "\\", values[7]);
	struct antivirus_entry e = { .product = "Trend Micro", .threat = values[2], .path = path, .action = word_of(values[3], results, sizeof(results) / sizeof(results[0])), .user = "",
		.meaning = "logged", .text = path };
	antivirus_event(a, line, t, &e);
	if (size >= (int)sizeof(path))
		artefact_cut(a);
	artefact_text(a, "result", values[3]);
	artefact_text(a, "scan", word_of(values[4], scans, sizeof(scans) / sizeof(scans[0])));
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	const char *values[ANTIVIRUS_VALUES];
	struct log_time t;
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	size_t count = antivirus_split(line->text, separator, false, values);
	bool web = is_web(values, count);
	if (count < VIRUS_LEAST || !read_time(values[0], values[1], values[web ? WEB_SECONDS : VIRUS_SECONDS], &t))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry of OfficeScan", (uintmax_t)line->number);
	return web ? send_web(a, line, values, &t, err) : send_virus(a, line, values, &t, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_trendmicro_log = {
	.name = "trendmicro_log",
	.source = "other",
	.title = "logs of Trend Micro OfficeScan and Apex One (pccnt35.log, OfcUrlf.log)",
	.yields = "threats found, the file, what was done with it; web addresses that were blocked and the program that asked",
	.reference = "files of the program",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

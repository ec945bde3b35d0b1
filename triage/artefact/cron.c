/*
 * cron.c - what runs by itself at set times: crontabs of the system and of users, cron.d, anacrontab, and jobs of at.
 *
 * A job is five fields of time (or @word), in crontabs of the system a user, and a command. Source: crontab(5) of cron and cronie, anacrontab(5), at(1). The
 * files hold no times of their own: jobs are told with the time at which the file was last written; a job of at by the name of its file too.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 100, TEXT_MAX = ARTEFACT_VALUE_MAX };

enum kind { USER_TAB, SYSTEM_TAB, ANACRON, AT_JOB };

struct job {
	char schedule[128], user[64], name[128];
	const char *command;
};

struct state {
	struct log_lines lines;
	enum kind kind;
	uint64_t uid;
	char user[128];
	struct buf script;
	bool begun, in_body, cut;	/* cut: lines of the script were left out */
};

/* One field of time: numbers, names, stars, ranges, steps. */
static bool
is_time_field(const char *p, size_t size)
{
	size_t n = strspn(p, "0123456789*/,-~MonTueWdThFriSatJabrAplyugcOtNvDJFMASOND?RHL#"), letters = 0;
	if (n < size || size == 0 || size > 80)
		return false;
	for (size_t i = 0; i < size; i++)
		letters += (p[i] >= 'A' && p[i] <= 'Z') || (p[i] >= 'a' && p[i] <= 'z');
	return letters == 0 || (letters >= 3 && letters % 3 == 0) || size == 1;
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

/* The schedule at the front of a line; *p moves behind it. */
static bool
read_schedule(const char **p, char *out, size_t size)
{
	static const char *const words[] = { "@reboot", "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@every_minute" };
	const char *s = skip_blanks(*p), *from = s;
	/* "-" in front keeps a job out of the log */
	s += *s == '-' && s[1] != '\0' && strchr("0123456789*", s[1]) != NULL;
	if (*s == '@') {
		size_t n = strcspn(s, " \t");
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strlen(words[i]) == n && strncmp(s, words[i], n) == 0 && s[n] != '\0') {
				snprintf(out, size, "%s", words[i]);
				*p = skip_blanks(s + n);
				return true;
			}
		return false;
	}
	for (int i = 0; i < 5; i++) {
		size_t n = strcspn(s, " \t");
		if (!is_time_field(s, n) || s[n] == '\0')
			return false;
		s = skip_blanks(s + n);
	}
	size_t n = (size_t)(s - from);
	while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '\t'))
		n--;
	snprintf(out, size, "%.*s", (int)n, from);
	*p = s;
	return *s != '\0';
}

/* NAME=value, NAME = value: sets the environment. */
static bool
is_environment(const char *line)
{
	size_t n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789\"'");
	return n > 0 && *skip_blanks(line + n) == '=';
}

static bool
is_user_name(const char *p, size_t size)
{
	return size > 0 && size < 33 && strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == size;
}

static bool
read_job(const char *line, enum kind kind, struct job *job)
{
	const char *p = line;
	*job = (struct job){ .command = "" };
	if (kind == ANACRON) {
		size_t period = strspn(p, "0123456789"), n = strcspn(p, " \t");
		if (p[0] != '@' && (period == 0 || period != n))
			return false;
		const char *delay = skip_blanks(p + n);
		size_t digits = strspn(delay, "0123456789");
		if (digits == 0 || (delay[digits] != ' ' && delay[digits] != '\t'))
			return false;
		snprintf(job->schedule, sizeof(job->schedule), "every %.*s days, %.*s minutes after", (int)(n < 20 ? n : 20), p, (int)(digits < 9 ? digits : 9), delay);
		p = skip_blanks(delay + digits);
		n = strcspn(p, " \t");
		snprintf(job->name, sizeof(job->name), "%.*s", (int)(n < 127 ? n : 127), p);
		job->command = skip_blanks(p + n);
		return *job->command != '\0';
	}
	if (!read_schedule(&p, job->schedule, sizeof(job->schedule)))
		return false;
	if (kind == SYSTEM_TAB) {
		size_t n = strcspn(p, " \t");
		if (!is_user_name(p, n) || p[n] == '\0')
			return false;
		snprintf(job->user, sizeof(job->user), "%.*s", (int)n, p);
		p = skip_blanks(p + n);
	}
	job->command = p;
	return *p != '\0';
}

static bool
is_quiet(const char *line)
{
	line = skip_blanks(line);
	return *line == '#' || *line == '\0' || is_environment(line);
}

static bool
is_job_line(const char *line)
{
	struct job job;
	return !is_quiet(line) && read_job(line, USER_TAB, &job);
}

static bool
is_tab_line(const char *line)
{
	return is_quiet(line) || is_job_line(line);
}

static bool
is_anacron_line(const char *line)
{
	struct job job;
	return is_quiet(line) || read_job(line, ANACRON, &job);
}

static bool
is_at_job(struct view head)
{
	char line[64];
	return log_head_line(head, 0, line, sizeof(line)) && strncmp(line, "#!/bin/sh", 9) == 0 && log_head_line(head, 1, line, sizeof(line)) &&
	    strncmp(line, "# atrun uid=", 12) == 0;
}

static bool
in_cron_place(const struct artefact_subject *who)
{
	static const char *const places[] = { "/etc/cron.d/", "/var/spool/cron/", "/etc/crontab", "/etc/anacrontab", "/var/cron/tabs/", "/spool/cron/crontabs/", "/etc/crontabs/" };
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (unix_path_has(who, places[i]))
			return true;
	return unix_named(who, "crontab*|anacrontab*|*.crontab|*.cron");
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked;
	if (is_at_job(head))
		return true;
	if (!in_cron_place(who) || unix_named(who, "*.c|*.h|*.py|*.md|*.html"))
		return false;
	if (unix_named(who, "*anacrontab*"))
		return log_head_count(head, LOOK, is_anacron_line, &looked) == looked && looked > 0;
	return log_head_count(head, LOOK, is_job_line, &looked) > 0 && 4 * log_head_count(head, LOOK, is_tab_line, &looked) >= 3 * looked;
}

static void
begin(struct artefact *a, struct state *s, const struct log_line *line)
{
	const struct artefact_subject *who = artefact_who(a);
	s->begun = true;
	buf_init(&s->script, TEXT_MAX);
	s->kind = unix_named(who, "*anacrontab*") ? ANACRON : strncmp(line->text, "#!/bin/sh", 9) == 0 ? AT_JOB :
	    unix_path_has(who, "/etc/cron.d/") || unix_path_has(who, "/etc/crontab") || unix_named(who, "crontab") ? SYSTEM_TAB : USER_TAB;
	/* the crontab of a user has the user's name */
	if (s->kind == USER_TAB && unix_path_has(who, "/cron"))
		snprintf(s->user, sizeof(s->user), "%s", who->name);
}

static enum triage_status
send_job(struct artefact *a, const struct state *s, const struct job *job, const struct log_line *line, struct triage_error *err)
{
	const char *user = job->user[0] != '\0' ? job->user : s->kind == ANACRON ? "root" : s->user;
	artefact_event(a, artefact_who(a)->mtime, "crontab last written");
	artefact_precision(a, "ns");
	artefact_offset(a, line->offset);
	artefact_user(a, user);
	artefact_text(a, "user", user);
	artefact_text(a, "schedule", job->schedule);
	artefact_text(a, "job", job->name);
	artefact_text(a, "command", job->command);
	artefact_technique(a, "T1053.003");
	artefact_message(a, "Cron job%s%s, %s: %s", user[0] != '\0' ? " of " : "", user, job->schedule, job->command);
	return artefact_send(a, err);
}

/* The name of a job's file: "a" or "=", five hex digits of its number, eight of the minute since 1970 when it is to run. */
static int64_t
time_of_name(const char *name)
{
	if (strlen(name) != 14 || strspn(name + 1, "0123456789abcdef") != 13)
		return TRIAGE_TIME_NONE;
	int64_t minutes = strtoll(name + 6, NULL, 16);
	return minutes > 1440 ? when_from_unix(minutes * 60, 0) : TRIAGE_TIME_NONE;
}

static enum triage_status
send_at(struct artefact *a, const struct state *s, struct triage_error *err)
{
	const struct artefact_subject *who = artefact_who(a);
	int64_t when = time_of_name(who->name);
	artefact_event(a, who->mtime, "at job last written");
	artefact_precision(a, "ns");
	artefact_offset(a, 0);
	artefact_unsigned(a, "uid", s->uid);
	artefact_text(a, "command", buf_cstr(&s->script));
	artefact_when(a, "runs", when);
	if (s->cut)
		artefact_cut(a);
	artefact_technique(a, "T1053.002");
	artefact_message(a, "Job of at for uid %ju: %.1000s", (uintmax_t)s->uid, buf_cstr(&s->script));
	enum triage_status st = artefact_send(a, err);
	artefact_again(a, when, "at job runs");
	artefact_precision(a, "min");
	return st == TRIAGE_OK ? artefact_send(a, err) : st;
}

/* A job of at first restores the environment and goes to its folder; what follows is the command. */
static void
take_at(struct state *s, const struct log_line *line)
{
	if (strncmp(line->text, "# atrun uid=", 12) == 0)
		s->uid = strtoull(line->text + 12, NULL, 10);
	else if (s->in_body && s->script.size + line->size + 1 > TEXT_MAX)
		s->cut = true;
	else if (s->in_body) {
		if (s->script.size > 0)
			buf_char(&s->script, '\n');
		buf_put(&s->script, line->text, line->size);
	}
	s->in_body = s->in_body || strcmp(line->text, "}") == 0;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	struct job job;
	if (!s->begun)
		begin(a, s, line);
	if (s->kind == AT_JOB) {
		take_at(s, line);
		return TRIAGE_OK;
	}
	if (is_quiet(line->text))
		return TRIAGE_OK;
	/* some crontabs of users name one: then it is part of the command, as cron itself would have it */
	if (read_job(line->text, s->kind, &job))
		return send_job(a, s, &job, line, err);
	return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no job", (uintmax_t)line->number);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	return st == TRIAGE_OK && last && s->begun && s->kind == AT_JOB ? send_at(a, s, err) : st;
}

static void
release(void *state)
{
	struct state *s = state;
	log_lines_release(&s->lines);
	buf_release(&s->script);
}

const struct artefact_kind artefact_cron = {
	.name = "cron",
	.source = "cron",
	.title = "jobs of cron and at",
	.yields = "commands that run by themselves, with user and schedule",
	.reference = "crontab(5), anacrontab(5), at(1)",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};

/*
 * syslog.c - the system logs of Unix: /var/log/syslog, messages, auth.log, secure, cron, maillog and all else that a syslog daemon writes.
 *
 * Forms: RFC 3164 ("Mar 11 22:55:30 host sshd[3]: ..."), RFC 5424, RFC 3339 dates, macOS. Dates without a year get it from
 * log_year.h and are marked "year_inferred"; those without a zone are local time. Lines without a date belong to the one before.
 */
#include "triage/artefact/log_year.h"
#include "triage/artefact/syslog_line.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 << 10, LOOK = 30, PREVIOUS = 1024 };

struct state {
	struct log_years years;
	struct buf held;		/* the text of the message that is not sent yet */
	struct buf structured;
	struct syslog_line line;	/* its parts; text and structured are not used */
	uint64_t offset;
	bool holds, undated, begun, told_no_year;
	char previous[PREVIOUS], previous_program[64];	/* the message sent last, for "repeated" */
};

static bool
is_level_word(const char *word)
{
	static const char *const words[] = { "INFO", "ERROR", "WARN", "WARNING", "DEBUG", "TRACE", "FATAL", "NOTICE", "info", "error", "warn", "warning", "debug",
		"verbose", "trivia", "In", "Er", "Wa", "Db", "No" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool
is_name(const char *text)
{
	for (; *text != '\0'; text++)
		if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9') || strchr("-._:/@%()+<>#", *text) != NULL))
			return false;
	return true;
}

static bool
shape(const char *text)
{
	struct syslog_line line;
	return syslog_line_read(text, &line) && line.tagged && is_name(line.host) && is_name(line.program) && !is_level_word(line.host) &&
	    strpbrk(line.host, "(<>") == NULL && (line.program[0] != '\0' || strncmp(line.text, "--- ", 4) == 0 || line.priority >= 0);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 2 * good >= looked;
}

/* "last message repeated 5 times" and its kin: how often, 0 when it is no such text. */
static unsigned
repeated(const char *text)
{
	const char *p = strstr(text, "message repeated ");
	unsigned n = 0;
	if (p == NULL || p - text > 12)
		return 0;
	p += strlen("message repeated ");
	return log_digits(&p, 1, 9, &n) && strncmp(p, " time", 5) == 0 ? n : 0;
}

static void
put_parts(struct artefact *a, const struct syslog_line *line)
{
	artefact_host(a, line->host);
	artefact_text(a, "program", line->program);
	artefact_text(a, "pid", line->pid);
	artefact_text(a, "facility", line->facility[0] != '\0' ? line->facility : syslog_facility(line->priority));
	artefact_text(a, "severity", line->level[0] != '\0' ? line->level : syslog_severity(line->priority));
	artefact_text(a, "message_id", line->msgid);
	artefact_text(a, "api", line->api);
	artefact_text(a, "caller", line->caller);
}

static enum triage_status
send_held(struct artefact *a, struct state *s, struct triage_error *err)
{
	struct syslog_line *line = &s->line;
	const char *text = buf_cstr(&s->held), *program = line->program;
	SCOPED_BUF again;
	buf_init(&again, 2 * PREVIOUS);
	if (!s->holds)
		return TRIAGE_OK;
	s->holds = false;
	unsigned times = repeated(text);
	const char *said = text;
	if (times > 0) {
		/* what was said again stands in brackets, or is the message before */
		const char *own = strstr(text, ": [");
		said = own != NULL ? own + 3 + strspn(own + 3, " ") : s->previous;
		buf_format(&again, "Repeated %u times: ", times);
		size_t front = again.size;
		buf_text(&again, said);
		if (own != NULL && again.size > front && again.data[again.size - 1] == ']')
			again.data[again.size - 1] = '\0';
		text = buf_cstr(&again);
		said = text + front;
		if (program[0] == '\0')
			snprintf(line->program, sizeof(line->program), "%s", s->previous_program);
	}
	artefact_event(a, line->time.ns, "logged");
	artefact_offset(a, s->offset);
	artefact_precision(a, log_precision(&line->time));
	if (line->time.local)
		artefact_local(a);
	put_parts(a, line);
	artefact_text(a, "message", text);
	if (s->structured.size > 0)
		artefact_text(a, "structured_data", buf_cstr(&s->structured));
	if (times > 0)
		artefact_unsigned(a, "repeated", times);
	if (s->undated)
		artefact_flag(a, "year_inferred", true);
	const char *meaning = unix_words(a, program, said);
	if (meaning != NULL)
		artefact_again(a, line->time.ns, meaning);
	else if (times > 0)
		artefact_message(a, "%s%s%s", program, program[0] != '\0' ? ": " : "", text);
	if (times == 0) {
		snprintf(s->previous, sizeof(s->previous), "%.*s", PREVIOUS - 1, text);
		snprintf(s->previous_program, sizeof(s->previous_program), "%.63s", program);
	}
	return artefact_send(a, err);
}

/* A line without a date goes on with the one before. */
static enum triage_status
add_line(struct artefact *a, struct state *s, const struct log_line *line, struct triage_error *err)
{
	if (line->size == 0)
		return TRIAGE_OK;
	if (!s->holds)
		return artefact_remark(a, TRIAGE_LOW, "line-without-time", line->offset, line->size, err, "line %ju has no date and none before it",
		    (uintmax_t)line->number);
	if (s->held.size + line->size + 1 < TEXT_MAX) {
		buf_char(&s->held, '\n');
		buf_put(&s->held, line->text, line->size);
		return TRIAGE_OK;
	}
	return artefact_remark(a, TRIAGE_LOW, "message-too-long", line->offset, line->size, err, "a message goes on for more than %u KiB: line %ju is left out",
	    (unsigned)(TEXT_MAX >> 10), (uintmax_t)line->number);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	struct syslog_line got;
	if (!s->begun) {
		buf_init(&s->held, TEXT_MAX + 8);
		buf_init(&s->structured, TEXT_MAX + 8);
		s->begun = true;
	}
	if (!syslog_line_read(line->text, &got))
		return add_line(a, s, line, err);
	enum triage_status st = send_held(a, s, err);
	bool undated = got.time.no_year;
	if (st == TRIAGE_OK && !log_years_date(&s->years, &got.time) && !s->told_no_year) {
		s->told_no_year = true;
		st = artefact_remark(a, TRIAGE_MEDIUM, "year-unknown", line->offset, 0, err,
		    "dates without a year, and no time of the file to tell it: these lines are in no timeline");
	}
	s->line = got;
	s->line.text = s->line.structured = NULL;
	s->undated = undated;
	s->offset = line->offset;
	s->holds = got.time.ns != TRIAGE_TIME_NONE;
	buf_clear(&s->held);
	buf_clear(&s->structured);
	buf_text(&s->held, got.text);
	buf_put(&s->structured, got.structured != NULL ? got.structured : "", got.structured_size);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st = log_years_step(a, &s->years, bytes, at, last, ret_used, syslog_line_date, take, s, err);
	return st == TRIAGE_OK && last ? send_held(a, s, err) : st;
}

static void
release(void *state)
{
	struct state *s = state;
	log_years_release(&s->years);
	buf_release(&s->held);
	buf_release(&s->structured);
}

const struct artefact_kind artefact_syslog = {
	.name = "syslog",
	.source = "syslog",
	.title = "system log of Unix (syslog)",
	.yields = "what the system and its services logged: logons by SSH, sudo, accounts made and changed, cron, mail, firewall, starts",
	.reference = "RFC 3164, RFC 5424, rsyslogd(8), syslogd(8)",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};

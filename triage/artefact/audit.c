/*
 * audit.c - the log of the Linux audit daemon: /var/log/audit/audit.log and its rotated files; and that of Laurel, /var/log/laurel/audit.log (audit_json.c).
 *
 * A line is "type=NAME msg=audit(SECONDS.MILLISECONDS:SERIAL): key=value ...", after "node=HOST " where logs of many machines are collected.
 * Lines of one time and serial number are one event. Source: auditd.conf(5), the audit event format of the kernel (kernel/audit.c,
 * auditsc.c). Values that could hold blanks or quotes are written as hex without quotes; enriched logs add names behind a byte 0x1d.
 */
#include "triage/artefact/audit_event.h"
#include "triage/artefact/log_line.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 20 };

struct state {
	struct log_lines lines;
	struct audit_event event;
};

/* The front of a line. False when it is none; *ret_body is what follows the colon. */
static bool
read_front(const char *p, struct audit_front *f)
{
	unsigned seconds, ms;
	*f = (struct audit_front){ .time = TRIAGE_TIME_NONE };
	if (strncmp(p, "node=", 5) == 0) {
		size_t n = strcspn(p + 5, " ");
		snprintf(f->node, sizeof(f->node), "%.*s", (int)(n < 255 ? n : 255), p + 5);
		p += 5 + n;
		p += *p == ' ';
	}
	if (strncmp(p, "type=", 5) != 0)
		return false;
	size_t n = strcspn(p + 5, " ");
	if (n == 0 || n >= sizeof(f->type) || strncmp(p + 5 + n, " msg=audit(", 11) != 0)
		return false;
	snprintf(f->type, sizeof(f->type), "%.*s", (int)n, p + 5);
	p += 5 + n + 11;
	char *end;
	seconds = (unsigned)strtoul(p, &end, 10);
	if (end == p || *end != '.' || end - p > 10)
		return false;
	p = end + 1;
	if (!log_digits(&p, 1, 3, &ms) || *p != ':' || p[1] < '0' || p[1] > '9')
		return false;
	f->serial = strtoull(p + 1, &end, 10);
	if (end[0] != ')' || end[1] != ':')
		return false;
	f->time = seconds < 86400 ? TRIAGE_TIME_NONE : when_from_unix(seconds, ms * 1000000);
	f->body = end + 2 + (end[2] == ' ');
	return true;
}

static bool
shape(const char *line)
{
	struct audit_front f;
	return read_front(line, &f) || audit_json_is(line);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 3 * good >= looked;
}

/* One line is one event. */
static enum triage_status
take_json(struct artefact *a, struct state *s, const struct log_line *line, struct triage_error *err)
{
	enum triage_status st = s->event.count > 0 ? audit_event_send(a, &s->event, err) : TRIAGE_OK;
	bool whole = audit_json_read(&s->event, line->text, line->size, line->offset);
	if (st == TRIAGE_OK && s->event.count > 0)
		st = audit_event_send(a, &s->event, err);
	return st != TRIAGE_OK || whole ? st : artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "not all of the audit event in line %ju could be read",
	    (uintmax_t)line->number);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	struct audit_front f;
	enum triage_status st = TRIAGE_OK;
	if (line->size == 0 || strncmp(line->text, "----", 4) == 0)
		return TRIAGE_OK;
	if (audit_json_is(line->text))
		return take_json(a, s, line, err);
	if (!read_front(line->text, &f))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no audit record", (uintmax_t)line->number);
	if (s->event.count > 0 && (s->event.serial != f.serial || s->event.time != f.time || strcmp(s->event.node, f.node) != 0))
		st = audit_event_send(a, &s->event, err);
	if (st == TRIAGE_OK && !audit_event_add(&s->event, &f, line->offset))
		st = artefact_remark(a, TRIAGE_LOW, "event-too-long", line->offset, line->size, err, "event %ju has too many records: line %ju is left out",
		    (uintmax_t)f.serial, (uintmax_t)line->number);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	return st == TRIAGE_OK && last && s->event.count > 0 ? audit_event_send(a, &s->event, err) : st;
}

static void
release(void *state)
{
	struct state *s = state;
	log_lines_release(&s->lines);
	buf_release(&s->event.records);
}

const struct artefact_kind artefact_audit = {
	.name = "audit",
	.source = "audit",
	.title = "log of the Linux audit daemon (audit.log), also as Laurel writes it",
	.yields = "commands with their arguments, system calls, logons, changes of accounts, with the user who logged on first",
	.reference = "auditd(8), kernel/audit.c of Linux",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};

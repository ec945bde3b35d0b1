/*
 * sccm.c - logs of the Configuration Manager client, and of what writes as it does (Intune, MDT): "<![LOG[text]LOG]!><time="..." date="..." component="...">".
 *
 * A text may have many lines. The time is the wall clock with the minutes that UTC is ahead of it behind it ("19:33:19.766-330"), or without them. Source:
 * CMTrace's form, seen in files of 2012 to 2024.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 24 << 10, BIAS_MAX = 14 * 60 };

static const char begin_mark[] = "<![LOG[", end_mark[] = "]LOG]!>";

struct sccm {
	struct log_lines lines;
	struct buf text;
	bool ready, open;
	uint64_t offset;
};

static bool
shape(const char *line)
{
	return strncmp(line, begin_mark, sizeof(begin_mark) - 1) == 0;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0;
	(void)who;
	return log_head_count(head, 1, shape, &looked) == 1;
}

/* "<time="19:33:19.766-330" date="11-28-2014" ..." */
static bool
time_of(const char *tail, struct log_time *t)
{
	char date[32], clock[48], both[90];
	int minutes = 0;
	bool zone = false;
	if (!text_between(tail, "time=\"", "\"", clock, sizeof(clock)) || !text_between(tail, "date=\"", "\"", date, sizeof(date)))
		return false;
	char *sign = strpbrk(clock, "+-");
	if (sign != NULL) {
		/* minutes from this clock to UTC */
		minutes = (int)strtol(sign, NULL, 10);
		zone = minutes >= -BIAS_MAX && minutes <= BIAS_MAX;
		*sign = '\0';
	}
	snprintf(both, sizeof(both), "%s %s", date, clock);
	const char *p = both;
	if (!log_time_order(&p, "mdy", t) || t->ns == TRIAGE_TIME_NONE)
		return false;
	if (zone) {
		t->ns += (int64_t)minutes * 60 * 1000000000;
		t->local = false;
	}
	return true;
}

static enum triage_status
send_entry(struct artefact *a, struct sccm *s, const char *tail, struct triage_error *err)
{
	static const char *const types[] = { "", "information", "warning", "error" };
	char component[128], type[8];
	struct log_time t;
	if (!time_of(tail, &t))
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", s->offset, s->text.size, err, "an entry at byte %ju has no time", (uintmax_t)s->offset);
	text_between(tail, "component=\"", "\"", component, sizeof(component));
	text_between(tail, "type=\"", "\"", type, sizeof(type));
	artefact_event(a, t.ns, "logged");
	artefact_offset(a, s->offset);
	artefact_precision(a, log_precision(&t));
	if (t.local)
		artefact_local(a);
	artefact_text(a, "component", component);
	artefact_text(a, "type", type[0] >= '1' && type[0] <= '3' ? types[type[0] - '0'] : "");
	text_put_between(a, "thread", tail, "thread=\"", "\"");
	text_put_between(a, "file", tail, "file=\"", "\"");
	text_put_between(a, "context", tail, "context=\"", "\"");
	artefact_text(a, "text", buf_cstr(&s->text));
	artefact_message(a, "%s: %s", component, buf_cstr(&s->text));
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct sccm *s = state;
	const char *p = line->text;
	enum triage_status st = TRIAGE_OK;
	if (shape(p)) {
		if (s->open)
			st = artefact_remark(a, TRIAGE_LOW, "record-cut", s->offset, s->text.size, err, "an entry at byte %ju has no end", (uintmax_t)s->offset);
		s->open = true;
		s->offset = line->offset;
		buf_clear(&s->text);
		p += sizeof(begin_mark) - 1;
	} else if (!s->open) {
		return TRIAGE_OK;
	} else if (s->text.size > 0) {
		buf_char(&s->text, '\n');
	}
	const char *end = strstr(p, end_mark);
	size_t n = end != NULL ? (size_t)(end - p) : strlen(p);
	if (s->text.size + n < TEXT_MAX)
		buf_put(&s->text, p, n);
	if (end == NULL || st != TRIAGE_OK)
		return st;
	s->open = false;
	return send_entry(a, s, end + sizeof(end_mark) - 1, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct sccm *s = state;
	if (!s->ready) {
		s->ready = true;
		buf_init(&s->text, TEXT_MAX + LOG_LINE_MAX);
	}
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	if (st == TRIAGE_OK && last && s->open)
		st = artefact_remark(a, TRIAGE_LOW, "record-cut", s->offset, s->text.size, err, "an entry at byte %ju has no end", (uintmax_t)s->offset);
	return st;
}

static void
release(void *state)
{
	struct sccm *s = state;
	log_lines_release(&s->lines);
	if (s->ready)
		buf_release(&s->text);
}

const struct artefact_kind artefact_sccm = {
	.name = "sccm",
	.source = "other",
	.title = "log of the Configuration Manager client, Intune or MDT",
	.yields = "software that was deployed, scripts that ran",
	.reference = "form of CMTrace",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct sccm),
	.release = release,
};

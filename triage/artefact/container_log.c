/*
 * container_log.c - what containers of containerd, CRI-O and Kubernetes printed: /var/log/pods/.../0.log, /var/log/containers/...log.
 *
 * "2023-11-14T22:13:20.123456789Z stdout F text": time, stream, F for a whole line or the end of one, P for a part that goes on in the next line of the same stream.
 * The fraction is written without the zeros at its end, so that one line in ten has a digit less than nine, and some have none.
 * Source: Kubernetes, "CRI container log format". The pod's name stands in the path.
 */
#include "triage/artefact/log_line.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 10, DIGITS_LEAST = 6, TEXT_MAX = 64 << 10, STREAMS = 2 };

struct state {
	struct log_lines lines;
	struct part {
		struct buf text;
		uint64_t offset;
		int64_t when;
		bool local, cut, holds;
	} parts[STREAMS];
	bool begun;
};

struct entry {
	struct log_time t;
	unsigned stream;		/* 0: stdout, 1: stderr */
	bool whole;
	const char *text;
};

static bool
read_line(const char *line, struct entry *e)
{
	const char *p = line;
	if (!log_time_iso(&p, &e->t))
		return false;
	if (strncmp(p, " stdout ", 8) != 0 && strncmp(p, " stderr ", 8) != 0)
		return false;
	e->stream = p[4] == 'e';
	p += 8;
	/* tags may follow the first, parted by ':' */
	if ((*p != 'F' && *p != 'P') || (p[1] != ' ' && p[1] != ':' && p[1] != '\0'))
		return false;
	e->whole = *p == 'F';
	p += strcspn(p, " ");
	e->text = *p == ' ' ? p + 1 : p;
	return true;
}

static bool
shape(const char *line)
{
	struct entry e;
	return read_line(line, &e) && e.t.digits >= DIGITS_LEAST;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 2 * good >= looked;
}

static enum triage_status
send_part(struct artefact *a, struct part *p, unsigned stream, struct triage_error *err)
{
	const char *text = buf_cstr(&p->text);
	artefact_event(a, p->when, "container output");
	if (p->local)
		artefact_local(a);
	artefact_offset(a, p->offset);
	artefact_text(a, "stream", stream == 0 ? "stdout" : "stderr");
	artefact_bytes(a, "message", text, p->text.size);
	if (p->cut)
		artefact_cut(a);
	artefact_message(a, "Container: %.1800s", text);
	p->holds = false;
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	struct entry e;
	if (line->size == 0)
		return TRIAGE_OK;
	if (!read_line(line->text, &e))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no output of a container", (uintmax_t)line->number);
	struct part *p = &s->parts[e.stream];
	if (!p->holds) {
		buf_clear(&p->text);
		*p = (struct part){ .text = p->text, .offset = line->offset, .when = e.t.ns, .local = e.t.local, .holds = true };
	}
	size_t size = strlen(e.text), room = TEXT_MAX - p->text.size;
	buf_put(&p->text, e.text, size < room ? size : room);
	p->cut = p->cut || size > room || line->cut;
	if (p->text.failed)
		return buf_check(&p->text, err);
	return e.whole ? send_part(a, p, e.stream, err) : TRIAGE_OK;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	for (unsigned i = 0; i < STREAMS && !s->begun; i++)
		buf_init(&s->parts[i].text, TEXT_MAX + 1);
	s->begun = true;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	/* a line of which the end is not there */
	for (unsigned i = 0; i < STREAMS && last && st == TRIAGE_OK; i++)
		if (s->parts[i].holds)
			st = send_part(a, &s->parts[i], i, err);
	return st;
}

static void
release(void *state)
{
	struct state *s = state;
	log_lines_release(&s->lines);
	for (unsigned i = 0; i < STREAMS && s->begun; i++)
		buf_release(&s->parts[i].text);
}

const struct artefact_kind artefact_container_log = {
	.name = "container_log",
	.source = "other",
	.title = "output of containers of containerd, CRI-O and Kubernetes",
	.yields = "what each container printed, with its time; which pod, by the path",
	.reference = "Kubernetes, CRI container log format",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};

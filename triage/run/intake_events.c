/* intake_events.c - what artefact parsers tell, checked and kept. Said by a process that may be taken over. */
#include "triage/artefact/artefact.h"
#include "triage/base/text.h"
#include "triage/run/intake_inside.h"

#include <stdio.h>
#include <string.h>

/* The unit that what comes now is about: the job's own, or the archive's member in work. */
static uint64_t
unit_of(const struct crew_job *job)
{
	return job->member != 0 ? job->member : job->unit.unit_id;
}

/* A text that is harmless already, as an honest worker's is, stays where it is. */
static const char *
harmless(struct buf *b, const char *text)
{
	size_t size = strlen(text);
	if (text_plain(text, size) == size)
		return text;
	buf_clear(b);
	text_safe(b, text);
	return buf_cstr(b);
}

bool
intake_event(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	static struct wire_event_store store;
	struct triage_event e;
	SCOPED_BUF host, user;	/* take memory only for what needs it */
	buf_init(&host, 16 << 10);
	buf_init(&user, 16 << 10);
	if (!wire_get_event(frame->payload, &store, &e))
		return false;
	e.host = e.host[0] != '\0' ? harmless(&host, e.host) : "";
	e.user = e.user[0] != '\0' ? harmless(&user, e.user) : "";
	e.message = harmless(&s->text, e.message);
	return !host.failed && !user.failed && !s->text.failed && case_put_event(s->store, unit_of(job), &e, err) == TRIAGE_OK;
}

bool
intake_fact(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_fact f;
	SCOPED_BUF subject;
	buf_init(&subject, 16 << 10);
	if (!wire_get_fact(frame->payload, &store, &f))
		return false;
	f.subject = harmless(&subject, f.subject);
	f.value = harmless(&s->text, f.value);
	return !subject.failed && !s->text.failed && case_put_fact(s->store, unit_of(job), &f, err) == TRIAGE_OK;
}

bool
intake_artefact(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	struct wire_store store;
	struct triage_parsed p;
	return wire_get_artefact(frame->payload, &store, &p) && case_put_artefact(s->store, unit_of(job), &p, err) == TRIAGE_OK;
}

/* Name of the row that a worker said it was at; what it says may be nonsense. */
static const char *
parser_name(uint32_t parser)
{
	const struct artefact_kind *kind = parser > 0 ? artefact_kind(parser - 1) : NULL;
	return kind != NULL ? kind->name : NULL;
}

bool
intake_not_parsed(struct supervisor *s, struct crew_job *job, struct triage_error *err)
{
	const char *name = parser_name(job->parser);
	char message[200];
	if (job->parsed)
		snprintf(message, sizeof(message), "workers died over it while it was parsed%s%s: its bytes were examined, its events are not known",
		    name != NULL ? " as " : "", name != NULL ? name : "");
	else
		snprintf(message, sizeof(message), "workers died over it: its bytes were examined alone; if a parser knows it, its events are not known");
	const struct triage_problem p = { .stage = "artefact", .severity = job->parsed ? TRIAGE_MEDIUM : TRIAGE_LOW, .code = "artefact-not-parsed", .message = message,
	    .inode = job->unit.inode, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID, .bytes = job->unit.size };
	if (supervisor_problem(s, job->source + 1, job->filesystem_id, job->unit.path, &p, err) != TRIAGE_OK)
		return false;
	return name == NULL || case_put_artefact(s->store, job->unit.unit_id, &(struct triage_parsed){ .parser = name }, err) == TRIAGE_OK;
}

/* intake_events.c - what artefact parsers tell, checked and kept. Said by a process that may be taken over. */
#include "triage/base/text.h"
#include "triage/run/intake_inside.h"

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
	buf_clear(b);
	text_safe(b, text);
	return buf_cstr(b);
}

bool
intake_event(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err)
{
	static struct wire_event_store store;
	struct triage_event e;
	SCOPED_BUF host, user;
	buf_init(&host, 16 << 10);
	buf_init(&user, 16 << 10);
	if (!wire_get_event(frame->payload, &store, &e))
		return false;
	e.host = e.host[0] != '\0' ? harmless(&host, e.host) : "";
	e.user = e.user[0] != '\0' ? harmless(&user, e.user) : "";
	e.message = harmless(&s->text, e.message);
	return !s->text.failed && case_put_event(s->store, unit_of(job), &e, err) == TRIAGE_OK;
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
	char parser[65];
	uint64_t bytes, events;
	return wire_get_artefact(frame->payload, parser, &bytes, &events) &&
	    case_put_artefact(s->store, unit_of(job), parser, bytes, events, err) == TRIAGE_OK;
}

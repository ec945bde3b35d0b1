/* audit_event.h - records of one serial number joined to one event. */
#ifndef TRIAGE_ARTEFACT_AUDIT_EVENT_H
#define TRIAGE_ARTEFACT_AUDIT_EVENT_H

#include "triage/artefact/artefact.h"

struct audit_front {
	char node[256], type[48];
	int64_t time;
	uint64_t serial;
	const char *body;		/* of the line */
};

struct audit_event {
	struct buf records;		/* TYPE NUL BODY NUL, count times */
	size_t count;
	int64_t time;
	uint64_t serial, offset;
	char node[256];
};

/* False when it is full: then nothing changed. */
bool audit_event_add(struct audit_event *e, const struct audit_front *f, uint64_t offset);
/* Sends what was added, and is empty after that. */
WARN_UNUSED enum triage_status audit_event_send(struct artefact *a, struct audit_event *e, struct triage_error *err);

/* audit_json.c: does a line look as Laurel writes them? Its records are added to e; false when not all of it could be read. */
bool audit_json_is(const char *line);
bool audit_json_read(struct audit_event *e, const char *text, size_t size, uint64_t offset);

#endif

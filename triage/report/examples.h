/* examples.h - what a finding rests on: the objects of "examples" in its detail, one after another. */
#ifndef TRIAGE_REPORT_EXAMPLES_H
#define TRIAGE_REPORT_EXAMPLES_H

#include "triage/base/buf.h"
#include "triage/base/json.h"

struct example {
	int64_t file_id, event_id, offset, length;	/* -1 when absent */
	int64_t time;					/* of an event, TRIAGE_TIME_NONE when absent */
	struct buf path, string_id, sample;		/* text of the evidence */
};

struct examples {
	struct json j;
	struct example at;
	struct buf time;
	bool inside;			/* the array of them */
};

/* detail: JSON text, borrowed until examples_end(). One that is broken, or has no examples, has none from there on. */
void examples_begin(struct examples *e, const char *detail);
/* NULL when there is no further one. Valid until the next call. */
const struct example *examples_next(struct examples *e);
void examples_end(struct examples *e);

#endif

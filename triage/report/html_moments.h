/* html_moments.h - moments that somebody judged, between those who list them and who draw them. */
#ifndef TRIAGE_REPORT_HTML_MOMENTS_H
#define TRIAGE_REPORT_HTML_MOMENTS_H

#include "triage/report/html.h"

enum { MOMENT_PLACE_SIZE = 256 };

struct moment {
	int64_t time;			/* ns, UTC */
	uint64_t event_id, finding_id;	/* event_id 0: the finding itself */
	uint64_t story_id;		/* 0: in no story */
	int severity;
	bool again;			/* a finding that comes before tells of this event already: for its lane alone, without text */
	char host[MOMENT_PLACE_SIZE], kind[32], technique[16];
	char *text;			/* what the event says, or the title of the finding */
};

/* html_lanes.c: one lane for each tactic of an attack. list: in order of time. */
WARN_UNUSED enum triage_status html_lanes(struct page *p, const struct moment *list, size_t count, struct triage_error *err);

#endif

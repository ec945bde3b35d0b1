/* clock_jumps.c - the clock of a Linux machine was set by an hour or more, as its logs and journal say; for Windows see gaps.c. */
#include "triage/detect/detections.h"
#include "triage/detect/judge.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR = 3600 };

static const char *const sources[] = { "syslog", "journal", NULL };

static enum triage_status
clock_jumps_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	(void)state, (void)err;
	if (strcmp(h->event->meaning, "clock changed") != 0)
		return TRIAGE_OK;
	double seconds = strtod(happening_text(h, "step_seconds"), NULL);
	bool by_hand = strcmp(happening_text(h, "syslog_identifier"), "systemd-timedated") == 0 || strcmp(happening_text(h, "program"), "systemd-timedated") == 0;
	if (!by_hand && !(seconds >= HOUR || seconds <= -HOUR))
		return TRIAGE_OK;
	struct fold *f = judge_claim_event(j, judge_detection(j, "anti-clock"), h, "", 1);
	if (f != NULL)
		fold_reason(&j->folds, f, "%.300s", h->event->message);
	return TRIAGE_OK;
}

const struct detector clock_jumps_detector = { .name = "clock_jumps", .sources = sources, .event = clock_jumps_event };

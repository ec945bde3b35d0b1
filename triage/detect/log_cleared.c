/* log_cleared.c - a Windows log was emptied on purpose: events 1102 and 104 of the event log service, 517 of older systems. */
#include "triage/detect/detections.h"
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

static const char *const sources[] = { "evtx", "evt", NULL };

static enum triage_status
log_cleared_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	int64_t id = words_event_id(h->event);
	(void)state, (void)err;
	if (id >= 0 && id != 1102 && id != 517 && id != 104)
		return TRIAGE_OK;
	bool security = happening_is(h, "Security", "Microsoft-Windows-Eventlog", 1102) || happening_is(h, "Security", "Security", 517);
	if (!security && !happening_is(h, NULL, "Microsoft-Windows-Eventlog", 104))
		return TRIAGE_OK;
	static const struct fold_plan plan = { .rule = "detect:log-cleared", .kind = "log-cleared", .family = "", .split = "",
		.title = "Windows logs were cleared", .technique = "T1070.001",
		.why = "Somebody emptied a log. What it said before that moment is gone from it; attackers do so to hide their steps.",
		.innocent = "A log cleared once when the machine was installed or prepared for cloning, or by an administrator to make room.", .version = "1",
		.check = CHECK_RECORD, .severity = TRIAGE_HIGH, .confidence = 70 };
	struct fold *f = judge_add_event(j, &plan, h, security);
	if (f == NULL)
		return TRIAGE_OK;
	f->classes |= CLASS_LOG;
	f->alone = true;
	const char *channel = happening_text(h, "data_channel");
	fold_reason(&j->folds, f, "Cleared: %s", security ? "Security" : channel[0] != '\0' ? channel : "a log whose name is not told");
	return TRIAGE_OK;
}

const struct detector log_cleared_detector = { .name = "log_cleared", .sources = sources, .event = log_cleared_event };

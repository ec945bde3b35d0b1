/* hidden.c - entries that the usual library does not show, or shows bent, and that only the raw bytes of the filesystem tell. */
#include "triage/detect/judge.h"

static enum triage_status
hidden_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	(void)state, (void)err;
	if ((s->file->flags & TRIAGE_ENTRY_HIDDEN) == 0)
		return TRIAGE_OK;
	static const struct fold_plan plan = { .rule = "detect:hidden-data", .kind = "hidden-data", .family = "", .split = "",
		.title = "Data that forensic tools do not show", .technique = "T1564",
		.why = "The metadata of this file is written so that common tools leave it out or show other bytes; this takes intent or damage.",
		.innocent = "A damaged filesystem, or a rare but valid way of writing the metadata.", .version = "1", .check = CHECK_HIDDEN,
		.severity = TRIAGE_HIGH, .confidence = 60 };
	struct fold *f = fold_for(&j->folds, &plan);
	if (f == NULL)
		return TRIAGE_OK;
	const struct fold_example e = judge_example(s, s->file->state == TRIAGE_STATE_ALLOCATED);
	fold_add(&j->folds, f, &e, s->changed);
	fold_reason(&j->folds, f, "The entry was found in the raw bytes of the filesystem and not in the listing of the library.");
	return TRIAGE_OK;
}

const struct detector hidden_detector = { .name = "hidden", .file = hidden_file };

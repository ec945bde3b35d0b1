/* known_bad.c - files whose digest stands on a list of known bad files that the examiner gave. One finding for each content. */
#include "triage/detect/judge.h"

enum { CONTENTS_MAX = 1000 };

struct known_bad {
	uint64_t contents;		/* folds made */
};

static enum triage_status
known_bad_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct known_bad *k = state;
	(void)err;
	if (s->file->known != DETECT_BAD)
		return TRIAGE_OK;
	struct fold_plan plan = { .rule = "detect:known-bad", .kind = "known-bad", .family = "", .split = s->file->sha256,
		.title = "File on a list of known bad files", .technique = "",
		.why = "The digest of this file is the same as one on a list of harmful files that was given for this examination.",
		.innocent = "A list that also names tools which the town uses itself; ask who made the list.", .version = "1", .check = CHECK_HASH,
		.severity = TRIAGE_CRITICAL, .confidence = judge_confidence(j, j->tables->scores.confidence_exact) };
	if (k->contents >= CONTENTS_MAX)
		plan.split = "more";
	size_t before = j->folds.count;
	struct fold *f = fold_for(&j->folds, &plan);
	if (f == NULL)
		return TRIAGE_OK;
	k->contents += j->folds.count > before;
	const struct fold_example e = judge_example(s, 0);
	fold_add(&j->folds, f, &e, s->appeared);
	if (plan.split == s->file->sha256)
		fold_reason(&j->folds, f, "SHA-256 %s", s->file->sha256);
	else
		fold_reason(&j->folds, f, "More than %d different files stand on the lists; this finding stands for the rest.", CONTENTS_MAX);
	return TRIAGE_OK;
}

const struct detector known_bad_detector = { .name = "known_bad", .state_size = sizeof(struct known_bad), .file = known_bad_file };

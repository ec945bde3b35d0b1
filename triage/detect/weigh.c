/*
 * weigh.c - how sure a claim is: its source classes vote, one each, when all is known. Comes last in detectors.def.
 *
 * A claim about a file has no host, one about an event has: where a case has one host, both are about that one, and the file's votes count for it.
 */
#include "triage/detect/judge.h"

#include <string.h>

/* The finding of the same claim with the host of the events, when there is exactly one. */
static struct fold *
same_claim(struct detect_judge *j, const struct fold *f)
{
	struct fold *found = NULL;
	for (size_t i = 0; i < j->folds.count; i++) {
		struct fold *g = j->folds.list[i];
		if (g == f || g->classes == 0 || g->count == 0 || g->plan.host[0] == '\0' || strcmp(g->plan.rule, f->plan.rule) != 0 || strcmp(g->plan.split, f->plan.split) != 0
		    || strcmp(g->plan.family, f->plan.family) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = g;
	}
	return found;
}

static void
join(struct detect_judge *j, struct fold *into, struct fold *f)
{
	for (size_t i = 0; i < f->example_count; i++)
		fold_example(&j->folds, into, &f->examples[i]);
	for (size_t i = 0; i < f->reason_count; i++)
		fold_reason(&j->folds, into, "%s", f->reasons[i]);
	for (size_t i = 0; i < f->user_count; i++)
		fold_user(&j->folds, into, f->users[i]);
	into->reasons_cut |= f->reasons_cut;
	into->users_cut |= f->users_cut;
	fold_time(into, f->first_time);
	fold_time(into, f->last_time);
	into->count += f->count;
	into->bytes += f->bytes;
	into->classes |= f->classes;
	if (f->plan.severity > into->plan.severity)
		into->plan.severity = f->plan.severity;
	f->count = 0;
	f->draft = true;
}

static void
weigh(struct detect_judge *j, struct fold *f)
{
	const struct scores *s = &j->tables->scores;
	int classes = __builtin_popcount(f->classes);
	double confidence = f->plan.confidence;
	if (classes == 1 && !f->alone && confidence > s->confidence_one)
		confidence = s->confidence_one;
	if (classes == 2 && confidence < s->confidence_two)
		confidence = s->confidence_two;
	if (classes >= 3 && confidence < s->confidence_three)
		confidence = s->confidence_three;
	f->plan.confidence = judge_confidence(j, confidence);
	if (f->plan.severity == TRIAGE_CRITICAL && classes < 2 && !f->alone)
		f->plan.severity = TRIAGE_HIGH;
}

static enum triage_status
weigh_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	(void)state, (void)err;
	for (size_t i = 0; i < j->folds.count; i++) {
		struct fold *f = j->folds.list[i];
		struct fold *other = f->classes != 0 && !f->draft && f->count > 0 && f->plan.host[0] == '\0' ? same_claim(j, f) : NULL;
		if (other != NULL)
			join(j, other, f);
	}
	for (size_t i = 0; i < j->folds.count; i++)
		if (j->folds.list[i]->classes != 0 && !j->folds.list[i]->draft)
			weigh(j, j->folds.list[i]);
	return TRIAGE_OK;
}

const struct detector weigh_detector = { .name = "weigh", .finish = weigh_finish };

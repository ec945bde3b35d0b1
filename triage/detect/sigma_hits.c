/* sigma_hits.c - Sigma rules that hold: one finding for each rule and host, with the accounts and the first and last time. */
#include "triage/detect/judge.h"

#include "triage/base/text.h"
#include "triage/detect/sigma_correlate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct sigma_hits {
	struct detect_judge *j;
	struct sigma_matcher *m;	/* NULL: there are no rules */
	struct sigma_correlate c;
};

static struct fold_plan
plan_of(const struct sigma_hits *s, const struct sigma_rule *r, char name[200])
{
	const char *known = r->id[0] != '\0' ? r->id : r->name;
	if (known[0] != '\0')
		snprintf(name, 200, "sigma:%s", known);
	else
		snprintf(name, 200, "sigma:%.150s:%u", text_base_name(r->file), r->line);
	return (struct fold_plan){ .rule = name, .kind = r->kind, .family = "", .split = "", .title = r->title, .technique = r->technique,
		.why = r->why[0] != '\0' ? r->why : "A Sigma rule holds for these events.", .innocent = r->innocent[0] != '\0' ? r->innocent : "The rule names none.",
		.version = r->version, .check = CHECK_RECORD, .severity = r->severity, .confidence = judge_confidence(s->j, r->confidence) };
}

static void
add_reason(const struct sigma_hits *s, struct fold *f, const struct sigma_rule *r)
{
	if (f->reason_count == 0)
		fold_reason(&s->j->folds, f, "Sigma rule \"%s\", line %u of %s; level %s, status %s", r->title, r->line, text_base_name(r->file), r->level, r->status);
}

static void
rule_holds(void *ctx, uint32_t index)
{
	struct sigma_hits *s = ctx;
	const struct sigma_rule *r = &s->m->set->rules[index];
	char name[200];
	if (!r->hidden) {
		const struct fold_plan plan = plan_of(s, r, name);
		struct fold *f = judge_add_event(s->j, &plan, s->m->h, 0);
		if (f != NULL)
			add_reason(s, f, r);
	}
	sigma_correlate_hit(&s->c, index);
}

static void
correlation_holds(void *ctx, const struct sigma_told *told)
{
	struct sigma_hits *s = ctx;
	const struct sigma_rule *r = &s->m->set->rules[told->rule];
	char name[200];
	struct fold_plan plan = plan_of(s, r, name);
	if (r->hidden)
		return;
	plan.host = told->host;
	struct fold *f = fold_for(&s->j->folds, &plan);
	if (f == NULL)
		return;
	const struct detect_event *e = s->m->h != NULL ? s->m->h->event : NULL;
	const struct fold_example example = { .path = told->now ? e->path : "", .file_id = told->file_id, .offset = told->offset, .event_id = told->event_id,
		.time = told->last, .string_id = "", .sample = told->now ? e->message : "the last of the events that the rule counts" };
	fold_add(&s->j->folds, f, &example, told->last);
	fold_time(f, told->first);
	if (told->now)
		fold_user(&s->j->folds, f, e->user);
	add_reason(s, f, r);
	fold_reason(&s->j->folds, f, "%.15g counted within its time span", told->measure);
}

static enum triage_status
sigma_begin(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct sigma_hits *s = state;
	s->j = j;
	if (j->tables->sigma == NULL || sigma_rule_count(j->tables->sigma) == 0)
		return TRIAGE_OK;
	s->m = sigma_matcher_new(j->tables->sigma, &j->pool);
	if (s->m == NULL || !sigma_correlate_init(&s->c, s->m, correlation_holds, s)) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for matching Sigma rules");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

static enum triage_status
sigma_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct sigma_hits *s = state;
	(void)j, (void)err;
	if (s->m != NULL)
		sigma_matcher_event(s->m, h, rule_holds, s);
	return TRIAGE_OK;
}

/* Rules that met a limit are named, so that no silence is taken for "nothing". */
static void
name_failures(struct detect_judge *j, const struct sigma_matcher *m)
{
	enum { NAMED_MAX = 5 };
	SCOPED_BUF text;
	size_t failed = 0;
	buf_init(&text, 1 << 16);
	for (size_t i = 0; i < m->set->rule_count; i++) {
		if (m->rules[i].failures == 0)
			continue;
		if (failed++ < NAMED_MAX)
			buf_format(&text, "%s\"%.100s\" (%" PRIu32 " events)", failed > 1 ? ", " : "", m->set->rules[i].title, m->rules[i].failures);
	}
	if (failed == 0)
		return;
	if (failed > NAMED_MAX)
		buf_format(&text, " and %zu more", failed - NAMED_MAX);
	SCOPED_BUF whole;
	buf_init(&whole, 1 << 16);
	buf_format(&whole, "Sigma rules whose regular expression took too long were left out for some events: %s.", buf_cstr(&text));
	const char *kept = whole.failed ? NULL : pool_text(&j->pool, whole.data, whole.size);
	judge_remark(j, kept != NULL ? kept : "Some Sigma rules were left out for some events: a regular expression took too long.");
}

static enum triage_status
sigma_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct sigma_hits *s = state;
	(void)err;
	if (s->m == NULL)
		return TRIAGE_OK;
	sigma_correlate_finish(&s->c);
	name_failures(j, s->m);
	if (s->c.lost > 0)
		judge_remark(j, "Some events were not counted for Sigma correlations: there are more groups than are kept.");
	if (s->m->cut)
		judge_remark(j, "Some events have more text than Sigma rules look at; they were judged by the beginning.");
	return TRIAGE_OK;
}

const struct detector sigma_hits_detector = { .name = "sigma_hits", .state_size = sizeof(struct sigma_hits), .begin = sigma_begin, .event = sigma_event,
	.finish = sigma_finish };

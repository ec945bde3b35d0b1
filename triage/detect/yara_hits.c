/*
 * yara_hits.c - rules that matched. High and critical: one finding for each rule and file, up to yara.rule_hits_max files,
 * the rest in one more; medium and below: one finding for each rule. Notes and marks are left to their own detectors.
 */
#include "triage/detect/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 1024, WEIGHT_PLACES_MAX = 20 };

struct rule_hits {
	const struct detect_rule *rule;
	uint64_t files;			/* that it matched */
	uint64_t last_file;		/* file_id + 1 of the latest */
	struct fold *fold;		/* what the matches of the latest file go to; NULL when refused */
	bool single;			/* the fold is of this file alone */
};

struct yara_hits {
	struct rule_hits *table;	/* open addressing by rule */
	size_t room, count;
};

static size_t
slot_of(const struct yara_hits *y, const struct detect_rule *rule)
{
	size_t i = (size_t)(((uintptr_t)rule >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (y->room - 1);
	while (y->table[i].rule != NULL && y->table[i].rule != rule)
		i = (i + 1) & (y->room - 1);
	return i;
}

static bool
grow(struct detect_judge *j, struct yara_hits *y)
{
	struct yara_hits bigger = { .room = y->room == 0 ? FIRST_ROOM : y->room * 2, .count = y->count };
	bigger.table = pool_alloc(&j->pool, bigger.room * sizeof(*bigger.table));
	if (bigger.table == NULL)
		return false;
	for (size_t i = 0; i < y->room; i++)
		if (y->table[i].rule != NULL)
			bigger.table[slot_of(&bigger, y->table[i].rule)] = y->table[i];
	*y = bigger;
	return true;
}

static enum triage_status
yara_begin(struct detect_judge *j, void *state, struct triage_error *err)
{
	if (grow(j, state))
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory while judging rule hits");
	return TRIAGE_E_MEMORY;
}

/* The entry of a rule; NULL when there is no memory. */
static struct rule_hits *
hits_of(struct detect_judge *j, struct yara_hits *y, const struct detect_rule *rule)
{
	size_t i = slot_of(y, rule);
	if (y->table[i].rule == rule)
		return &y->table[i];
	if ((y->count + 1) * 4 > y->room * 3) {
		if (!grow(j, y))
			return NULL;
		i = slot_of(y, rule);
	}
	y->count++;
	y->table[i].rule = rule;
	return &y->table[i];
}

static void
open_fold(struct detect_judge *j, struct rule_hits *h, const struct subject *s)
{
	const struct detect_rule *r = h->rule;
	char name[400], split[32] = "";
	snprintf(name, sizeof(name), "yara:%s.%s", r->name_space, r->name);
	h->single = r->severity >= TRIAGE_HIGH && (double)h->files <= j->tables->scores.rule_hits_max;
	if (h->single)
		snprintf(split, sizeof(split), "%" PRIu64, s->file->file_id);
	else if (r->severity >= TRIAGE_HIGH)
		snprintf(split, sizeof(split), "more");
	struct fold_plan plan = { .rule = name, .kind = r->kind, .family = r->family, .split = split,
		.title = r->title[0] != '\0' ? r->title : r->name, .technique = r->technique, .why = r->why, .innocent = r->innocent, .version = r->version,
		.check = CHECK_BYTES, .severity = r->severity, .confidence = judge_confidence(j, r->confidence) };
	h->fold = fold_for(&j->folds, &plan);
	if (h->fold == NULL && h->single) {
		plan.split = "more";
		h->single = false;
		h->fold = fold_for(&j->folds, &plan);
	}
	if (h->fold == NULL)
		return;
	h->fold->count++;
	fold_time(h->fold, s->appeared);
	if (!h->single && r->severity >= TRIAGE_HIGH)
		fold_reason(&j->folds, h->fold, "The rule matched more files than are listed one by one; this finding stands for the rest.");
}

static enum triage_status
yara_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct yara_hits *y = state;
	(void)err;
	for (size_t i = 0; i < s->match_count; i++) {
		const struct detect_match *m = &s->matches[i];
		if (strcmp(m->rule->kind, "ransom-note") == 0 || (strcmp(m->rule->kind, "encrypted") == 0 && m->rule->severity > TRIAGE_INFO) || strcmp(m->rule->name_space, "ioc") == 0)
			continue;
		struct rule_hits *h = hits_of(j, y, m->rule);
		if (h == NULL) {
			judge_remark(j, "Some rule hits could not be listed: the memory of the judge is full.");
			continue;
		}
		bool again = h->last_file == s->file->file_id + 1;
		if (!again) {
			h->last_file = s->file->file_id + 1;
			h->files++;
			judge_family_trait(j, m->rule->family, TRAIT_PROGRAM);
			open_fold(j, h, s);
		}
		if (h->fold == NULL || (again && !h->single))
			continue;
		struct fold_example e = judge_example(s, s->match_count < WEIGHT_PLACES_MAX ? (unsigned)s->match_count : WEIGHT_PLACES_MAX);
		if (m->string_id[0] != '\0') {
			e.offset = m->offset;
			e.length = m->length;
			e.string_id = m->string_id;
			e.sample = m->sample;
		}
		fold_example(&j->folds, h->fold, &e);
	}
	return TRIAGE_OK;
}

const struct detector yara_hits_detector = { .name = "yara_hits", .state_size = sizeof(struct yara_hits), .begin = yara_begin, .file = yara_file };

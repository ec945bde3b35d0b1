/*
 * ransom_note.c - ransom notes by content (rules of kind ransom-note), by a name that points to one family, and by both.
 *
 * One finding for each family, with the number of notes. Names that many use are left to note_names.c.
 */
#include "triage/detect/note_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { IDS_MAX = 16, FAMILY_GROUPS_MAX = 2048, NOTE_FOLDERS = 64, BOTH_BONUS = 10, WEAK_BONUS = 5, TITLE_SIZE = 300, LIST_FAMILIES = 4 };

/* Notes of one family. */
struct notes {
	struct notes *later;
	const char *family;
	uint64_t by_content, by_name, by_weak_name;
	unsigned confidence;		/* of the best rule */
	enum triage_severity severity;
	struct fold *fold;
	const struct folder *folders[NOTE_FOLDERS];
	size_t folder_count;
	uint64_t in_folders;		/* distinct, as far as they follow one another */
	const struct folder *latest;
};

struct ransom_note {
	struct notes *first, *last;
	size_t count;
	struct candidates candidates;
};

/* The most telling rule of kind ransom-note: one that names a family first, then the surest. */
static const struct detect_match *
best_match(const struct subject *s)
{
	const struct detect_match *best = NULL;
	for (size_t i = 0; i < s->match_count; i++) {
		const struct detect_match *m = &s->matches[i];
		if (strcmp(m->rule->kind, "ransom-note") != 0)
			continue;
		bool named = m->rule->family[0] != '\0', best_named = best != NULL && best->rule->family[0] != '\0';
		if (best == NULL || (named && !best_named) || (named == best_named && m->rule->confidence > best->rule->confidence))
			best = m;
	}
	return best;
}

/* A text in which notes of many families are quoted: a list of indicators, a lesson or an article. Real notes fit the rules of two at most. */
static bool
is_list_of_notes(const struct subject *s)
{
	const char *families[LIST_FAMILIES];
	size_t count = 0;
	for (size_t i = 0; i < s->match_count && count < LIST_FAMILIES; i++) {
		const struct detect_rule *r = s->matches[i].rule;
		size_t k = 0;
		if (strcmp(r->kind, "ransom-note") != 0 || r->family[0] == '\0')
			continue;
		while (k < count && strcmp(families[k], r->family) != 0 && !families_agree(families[k], r->family))
			k++;
		if (k == count)
			families[count++] = r->family;
	}
	return count == LIST_FAMILIES;
}

static struct notes *
notes_of(struct detect_judge *j, struct ransom_note *r, const char *family)
{
	for (struct notes *n = r->first; n != NULL; n = n->later)
		if (strcmp(n->family, family) == 0)
			return n;
	struct notes *n = r->count < FAMILY_GROUPS_MAX ? pool_alloc(&j->pool, sizeof(*n)) : NULL;
	if (n == NULL)
		return NULL;
	char title[TITLE_SIZE];
	snprintf(title, sizeof(title), "Ransom note: %s", family[0] != '\0' ? family : "unknown family");
	const struct fold_plan plan = { .rule = "detect:ransom-note", .kind = "ransom-note", .family = family, .split = "", .title = title,
		.technique = "T1486", .why = "Text that demands payment for encrypted or stolen files, in the name of the family given. A note says who signs it, "
					     "not who did it: leaked programs let anyone sign.",
		.innocent = "A lesson, an article or a collection of samples about ransomware.", .version = "1", .check = CHECK_TEXT,
		.severity = TRIAGE_LOW, .confidence = 1 };
	*n = (struct notes){ .family = pool_text(&j->pool, family, strlen(family)), .fold = fold_for(&j->folds, &plan) };
	if (n->family == NULL || n->fold == NULL)
		return NULL;
	if (r->last != NULL)
		r->last->later = n;
	else
		r->first = n;
	r->last = n;
	r->count++;
	return n;
}

static void
remember_name(struct detect_judge *j, const char *name)
{
	for (size_t i = 0; i < j->note_name_count; i++)
		if (strcmp(j->note_names[i], name) == 0)
			return;
	const char *copy = j->note_name_count < NOTE_NAMES_MAX ? pool_text(&j->pool, name, strlen(name)) : NULL;
	if (copy == NULL) {
		judge_remark(j, "Ransom notes, or what could be such, have more names than the judge searches for extensions.");
		return;
	}
	j->note_names[j->note_name_count++] = copy;
}

static void
remember_folder(struct notes *n, const struct folder *folder)
{
	if (folder == NULL || folder == n->latest)
		return;
	n->latest = folder;
	n->in_folders++;
	if (n->folder_count < NOTE_FOLDERS)
		n->folders[n->folder_count++] = folder;
}

/* The family of a strong name; NULL when no strong name fits. When several families use it, that of the content counts. */
static const char *
strong_family(const struct detect_judge *j, const uint32_t *ids, size_t count, const char *content_family)
{
	const char *first = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct name_rule *r = &j->tables->notes.rules[ids[i]];
		if (!r->strong)
			continue;
		if (families_agree(r->family, content_family))
			return r->family;
		if (first == NULL)
			first = r->family;
	}
	return first;
}

static void
take_note(struct detect_judge *j, struct ransom_note *r, const struct subject *s, const struct detect_match *m, const char *strong, bool weak)
{
	const char *family = m != NULL && m->rule->family[0] != '\0' ? m->rule->family : strong != NULL ? strong : "";
	struct notes *n = notes_of(j, r, family);
	if (n == NULL) {
		judge_remark(j, "Some ransom notes could not be listed: a limit was met.");
		return;
	}
	bool name_agrees = strong != NULL && (family[0] == '\0' || families_agree(strong, family) || strcmp(strong, family) == 0);
	n->by_content += m != NULL;
	n->by_name += name_agrees;
	n->by_weak_name += weak && !name_agrees;
	remember_folder(n, s->folder);
	struct fold_example e = judge_example(s, (m != NULL ? 2u : 0) + name_agrees);
	if (m != NULL) {
		if (m->rule->confidence > n->confidence)
			n->confidence = m->rule->confidence;
		if (m->rule->severity > n->severity)
			n->severity = m->rule->severity;
		fold_reason(&j->folds, n->fold, "The text fits the rule %s.%s: %s.", m->rule->name_space, m->rule->name, m->rule->title);
		if (m->string_id[0] != '\0') {
			e.offset = m->offset;
			e.length = m->length;
			e.string_id = m->string_id;
			e.sample = m->sample;
		}
	}
	fold_add(&j->folds, n->fold, &e, s->changed);
	j->notes++;
	if (s->changed != TRIAGE_TIME_NONE && (j->note_first == TRIAGE_TIME_NONE || s->changed < j->note_first))
		j->note_first = s->changed;
	if (s->changed != TRIAGE_TIME_NONE && (j->note_last == TRIAGE_TIME_NONE || s->changed > j->note_last))
		j->note_last = s->changed;
	judge_family_trait(j, family, (m != NULL ? TRAIT_NOTE : 0u) | (name_agrees ? TRAIT_NOTE_NAME : 0u));
}

static enum triage_status
note_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct ransom_note *r = state;
	uint32_t ids[IDS_MAX];
	(void)err;
	if (s->file->kind != TRIAGE_FILE_REGULAR || (s->file->flags & TRIAGE_ENTRY_INTERNAL) != 0)
		return TRIAGE_OK;
	const struct detect_match *m = best_match(s);
	if (m != NULL && is_list_of_notes(s)) {
		judge_remark(j, "A text that quotes the notes of four families or more was taken for a list of them, not for a note; the matches of its rules are kept.");
		m = NULL;
	}
	size_t count = s->ordinary ? name_set_match(&j->tables->notes.set, s->file->name, ids, IDS_MAX) : 0;
	if (m == NULL && count == 0)
		return TRIAGE_OK;
	const char *strong = strong_family(j, ids, count, m != NULL ? m->rule->family : "");
	bool text = s->file->content != NULL && s->file->content->text != TRIAGE_BINARY && s->look == LOOK_PLAIN;
	if (m != NULL || strong != NULL || text)
		remember_name(j, s->file->name);
	if (m != NULL || strong != NULL)
		take_note(j, r, s, m, strong, count > 0);
	else if (text)
		candidates_add(j, &r->candidates, s, ids, count);
	return TRIAGE_OK;
}

/* --- at the end --- */

static uint64_t
encrypted_beside(const struct notes *n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n->folder_count; i++)
		sum += n->folders[i]->encrypted + n->folders[i]->kept.count;
	return sum;
}

static void
put_reasons(struct detect_judge *j, const struct notes *n, uint64_t beside, unsigned traits)
{
	const struct scores *scores = &j->tables->scores;
	struct folds *folds = &j->folds;
	if (n->by_content > 0)
		fold_reason(folds, n->fold, "%" PRIu64 " files by their text.", n->by_content);
	if (n->by_name > 0)
		fold_reason(folds, n->fold, "%" PRIu64 " files by a name that %s uses.", n->by_name, n->family);
	if (n->by_weak_name > 0)
		fold_reason(folds, n->fold, "%" PRIu64 " of the files have a name that ransom notes use, and innocent files too.", n->by_weak_name);
	if (n->in_folders > 1)
		fold_reason(folds, n->fold, "The notes stand in %" PRIu64 " places of the folder tree.", n->in_folders);
	if (beside > 0)
		fold_reason(folds, n->fold, "%s%" PRIu64 " files beside the notes look encrypted.", n->folder_count == NOTE_FOLDERS ? "At least " : "", beside);
	if (n->family[0] == '\0')
		return;
	if (traits >= scores->very_probable_traits)
		fold_reason(folds, n->fold, "%u independent traits: very probably %s.", traits, n->family);
	else if (traits >= scores->probable_traits)
		fold_reason(folds, n->fold, "%u independent traits: probably %s.", traits, n->family);
	else
		fold_reason(folds, n->fold, "One trait only: the note says %s; who wrote it is not known.", n->family);
}

static void
judge_notes(struct detect_judge *j, struct notes *n)
{
	const struct scores *scores = &j->tables->scores;
	struct fold_plan *p = &n->fold->plan;
	unsigned family = judge_family_traits(j, n->family);
	uint64_t beside = encrypted_beside(n);
	bool files = (family & (TRAIT_EXTENSION | TRAIT_MARK | TRAIT_ENCRYPTED)) != 0;
	bool encrypted = files || (j->encrypted_high && (double)beside >= scores->siblings_with_note);
	double confidence = n->confidence;
	p->severity = n->severity > TRIAGE_HIGH ? TRIAGE_HIGH : n->severity;
	if (n->by_content == 0) {
		bool repeated = n->in_folders >= NOTE_REPEATED_MIN;
		p->severity = repeated || encrypted ? TRIAGE_HIGH : TRIAGE_MEDIUM;
		confidence = repeated || encrypted ? scores->confidence_two - 10 : scores->confidence_one;
	}
	if (n->by_content > 0 && (n->by_name > 0 || n->by_weak_name > 0))
		confidence += n->by_name > 0 ? BOTH_BONUS : WEAK_BONUS;
	if (encrypted) {
		bool sure = n->by_content > 0 || n->by_name > 0;
		p->severity = sure && p->severity >= TRIAGE_MEDIUM ? TRIAGE_CRITICAL : p->severity;
		confidence = confidence + BOTH_BONUS > scores->confidence_three ? confidence + BOTH_BONUS : scores->confidence_three;
	}
	p->confidence = judge_confidence(j, confidence);
	put_reasons(j, n, beside, judge_count_traits(family));
}

static enum triage_status
note_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct ransom_note *r = state;
	(void)err;
	for (struct notes *n = r->first; n != NULL; n = n->later)
		judge_notes(j, n);
	candidates_judge(j, &r->candidates);
	return TRIAGE_OK;
}

const struct detector ransom_note_detector = {
	.name = "ransom_note", .state_size = sizeof(struct ransom_note), .file = note_file, .finish = note_finish,
};

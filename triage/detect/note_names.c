#include "triage/detect/note_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TITLE_SIZE = 300 };

static uint32_t
hash_name(const char *name, const char *sha256)
{
	uint32_t h = 2166136261u;
	for (const char *p = name; *p != '\0'; p++)
		h = (h ^ (unsigned char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p)) * 16777619u;
	for (const char *p = sha256; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	return (h ^ h >> 15) % CANDIDATE_BUCKETS;
}

static struct candidate *
candidate_for(struct detect_judge *j, struct candidates *c, const struct subject *s)
{
	struct candidate **head = &c->buckets[hash_name(s->file->name, s->file->sha256)];
	for (struct candidate *x = *head; x != NULL; x = x->next)
		if (strcasecmp(x->name, s->file->name) == 0 && strcmp(x->sha256, s->file->sha256) == 0)
			return x;
	struct candidate *x = c->count < CANDIDATES_MAX ? pool_alloc(&j->pool, sizeof(*x)) : NULL;
	if (x == NULL)
		return NULL;
	*x = (struct candidate){ .next = *head, .file_id = s->file->file_id, .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE,
		.name = pool_text(&j->pool, s->file->name, strlen(s->file->name)), .sha256 = pool_text(&j->pool, s->file->sha256, strlen(s->file->sha256)),
		.path = pool_text(&j->pool, s->file->path, strlen(s->file->path)) };
	if (x->name == NULL || x->sha256 == NULL || x->path == NULL)
		return NULL;
	*head = x;
	if (c->last != NULL)
		c->last->later = x;
	else
		c->first = x;
	c->last = x;
	c->count++;
	return x;
}

void
candidates_add(struct detect_judge *j, struct candidates *c, const struct subject *s, const uint32_t *ids, size_t ids_count)
{
	struct candidate *x = candidate_for(j, c, s);
	if (x == NULL) {
		judge_remark(j, "More files have names that ransom notes also use than the judge compares; those beyond were not compared.");
		return;
	}
	x->count++;
	if (s->changed != TRIAGE_TIME_NONE && (x->first == TRIAGE_TIME_NONE || s->changed < x->first))
		x->first = s->changed;
	if (s->changed != TRIAGE_TIME_NONE && (x->last == TRIAGE_TIME_NONE || s->changed > x->last))
		x->last = s->changed;
	bool known = false;
	for (size_t i = 0; i < x->folder_count && !known; i++)
		known = x->folders[i] == s->folder;
	if (!known && x->folder_count < CANDIDATE_FOLDERS)
		x->folders[x->folder_count++] = s->folder;
	for (size_t i = 0; i < ids_count && x->count == 1 && x->family_count < CANDIDATE_FAMILIES; i++) {
		const char *family = j->tables->notes.rules[ids[i]].family;
		if (family[0] != '\0')
			x->families[x->family_count++] = family;
	}
}

/* Encrypted files in the folders of a candidate. */
static uint64_t
encrypted_beside(const struct candidate *x)
{
	uint64_t n = 0;
	for (size_t i = 0; i < x->folder_count; i++)
		n += x->folders[i]->encrypted + x->folders[i]->kept.count;
	return n;
}

/* The family that uses the name and whose extension or mark was seen; "" when none or unclear. */
static const char *
family_of(const struct detect_judge *j, const struct candidate *x)
{
	for (size_t i = 0; i < x->family_count; i++)
		if ((judge_family_traits(j, x->families[i]) & (TRAIT_EXTENSION | TRAIT_MARK)) != 0)
			return x->families[i];
	return "";
}

static void
put(struct detect_judge *j, struct fold *f, const struct candidate *x)
{
	const struct fold_example e = { .path = x->path, .file_id = x->file_id, .offset = TRIAGE_NO_ID, .string_id = "", .sample = "",
		.weight = x->count < 1000 ? (unsigned)x->count : 1000 };
	fold_example(&j->folds, f, &e);
	f->count += x->count;
	fold_time(f, x->first);
	fold_time(f, x->last);
	fold_reason(&j->folds, f, "%.200s stands in %s%zu folders with the same content.", x->name, x->folder_count == CANDIDATE_FOLDERS ? "at least " : "",
	    x->folder_count);
}

static void
put_beside(struct detect_judge *j, const struct candidate *x)
{
	const char *family = family_of(j, x);
	char title[TITLE_SIZE];
	snprintf(title, sizeof(title), "Ransom note: %s", family[0] != '\0' ? family : "unknown family");
	bool traits = family[0] != '\0';
	const struct fold_plan plan = { .rule = "detect:ransom-note-beside", .kind = "ransom-note", .family = family, .split = "", .title = title,
		.technique = "T1486", .why = "A file with a name that ransom notes use stands among encrypted files and is not encrypted itself.",
		.innocent = "A readme of a program that was in the folder before.", .version = "1", .check = CHECK_TEXT,
		.severity = traits ? TRIAGE_CRITICAL : TRIAGE_HIGH,
		.confidence = judge_confidence(j, traits ? j->tables->scores.confidence_two : j->tables->scores.confidence_one + 10) };
	struct fold *f = fold_for(&j->folds, &plan);
	if (f == NULL)
		return;
	put(j, f, x);
	fold_reason(&j->folds, f, "%s%" PRIu64 " files in its folders look encrypted.", x->folder_count == CANDIDATE_FOLDERS ? "At least " : "", encrypted_beside(x));
	if (traits) {
		fold_reason(&j->folds, f, "The name is one that %s uses, and files with its extension or mark were found: probably %s.", family, family);
		judge_family_trait(j, family, TRAIT_NOTE_NAME);
	}
	j->notes += x->count;
}

static void
put_repeated(struct detect_judge *j, const struct candidate *x)
{
	static const struct fold_plan plan = { .rule = "detect:repeated-note-name", .kind = "ransom-note", .family = "", .split = "",
		.title = "Same file in several folders under a name that ransom notes also use", .technique = "T1486",
		.why = "Encrypting programs leave the same note in every folder. The name alone says little, since honest files use it too.",
		.innocent = "A readme of a program that is there several times.", .version = "1", .check = CHECK_TEXT, .severity = TRIAGE_LOW, .confidence = 15 };
	struct fold *f = fold_for(&j->folds, &plan);
	if (f != NULL)
		put(j, f, x);
}

void
candidates_judge(struct detect_judge *j, struct candidates *c)
{
	for (const struct candidate *x = c->first; x != NULL; x = x->later) {
		if (j->encrypted_high && (double)encrypted_beside(x) >= j->tables->scores.siblings_with_note)
			put_beside(j, x);
		else if (x->folder_count >= NOTE_REPEATED_MIN)
			put_repeated(j, x);
	}
}

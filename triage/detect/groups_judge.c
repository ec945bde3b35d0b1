/*
 * groups_judge.c - which groups of files are a finding, and how sure.
 *
 * Critical takes two kinds of traits: random bytes in many files, the extension of a family, a mark, a note, the program.
 */
#include "triage/detect/groups.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TOP_FOLDERS = 5, NOTE_EXTENSION_MIN = 4, LISTED_MAX = 100, TITLE_SIZE = 300 };

/* What stands for a group being encrypted. */
struct case_for {
	bool name, mark, content, note, note_named, program;
	unsigned traits;
	uint64_t odd;			/* random, throughout or in parts, or with a head that is */
};

static bool
contains(const char *text, const char *part)
{
	return strcasestr(text, part) != NULL;
}

static bool
is_named_by_note(const struct detect_judge *j, const struct group *g)
{
	if (strlen(g->extension) < NOTE_EXTENSION_MIN || g->family[0] != '\0')
		return false;
	for (size_t i = 0; i < j->note_name_count; i++)
		if (contains(j->note_names[i], g->extension))
			return true;
	return false;
}

static struct case_for
weigh(const struct detect_judge *j, const struct group *g)
{
	const struct scores *scores = &j->tables->scores;
	unsigned family = judge_family_traits(j, g->family);
	struct case_for c = { .odd = g->random + g->partly + g->headless };
	c.note_named = is_named_by_note(j, g);
	c.name = g->strong > 0 && c.odd > 0;
	c.mark = g->marks > 0;
	c.note = c.note_named || (g->family[0] != '\0' ? (family & (TRAIT_NOTE | TRAIT_NOTE_NAME)) != 0 : j->notes > 0);
	c.program = (family & TRAIT_PROGRAM) != 0;
	double least = c.mark ? scores->siblings_with_mark : c.note || j->notes > 0 ? scores->siblings_with_note : scores->siblings_min;
	c.content = (double)c.odd >= least && c.odd > 0;
	c.traits = (unsigned)c.name + c.mark + c.content + c.note + c.program;
	return c;
}

static double
confidence_for(const struct scores *scores, unsigned traits)
{
	return traits >= 3 ? scores->confidence_three : traits == 2 ? scores->confidence_two : scores->confidence_one;
}

/* A family that its extension or a mark tells. False when there is nothing to say. */
static bool
judge_family(struct detect_judge *j, struct group *g, const struct case_for *c)
{
	const struct scores *scores = &j->tables->scores;
	struct fold_plan *p = &g->fold->plan;
	if (c->odd == 0 && !c->mark)
		return false;
	bool critical = (c->content || c->mark) && c->traits >= 2;
	bool high = c->mark || (double)c->odd >= scores->siblings_with_note;
	p->severity = critical ? TRIAGE_CRITICAL : high ? TRIAGE_HIGH : TRIAGE_MEDIUM;
	double confidence = confidence_for(scores, c->traits);
	if (c->mark && c->traits >= 2)
		confidence = scores->confidence_exact;
	else if (c->mark && g->mark_confidence > confidence)
		confidence = g->mark_confidence;
	p->confidence = judge_confidence(j, confidence);
	return true;
}

/* An extension that tells no family: it takes many files, and their own extension before it or a note. */
static bool
judge_extension(struct detect_judge *j, struct group *g, const struct case_for *c)
{
	const struct scores *scores = &j->tables->scores;
	struct fold_plan *p = &g->fold->plan;
	bool keeps = g->inner * 2 >= g->files;
	bool many = (double)c->odd >= scores->new_extension_files;
	bool enough = many || (c->note && (double)c->odd >= scores->siblings_with_note);
	bool varied = types_in(g->types) >= scores->types_min || (double)g->folders >= scores->folders_min;
	if (!c->mark && (!enough || !(keeps || c->note)))
		return false;
	bool tied = c->note_named || c->mark || (c->note && keeps);
	p->severity = tied ? TRIAGE_CRITICAL : TRIAGE_HIGH;
	double confidence = confidence_for(scores, 1u + keeps + (c->note || c->mark));
	int64_t hours = (int64_t)scores->new_extension_hours * INT64_C(3600000000000);
	bool sudden = g->fold->first_time != TRIAGE_TIME_NONE && when_since(g->fold->first_time, g->fold->last_time) <= hours;
	if (sudden)
		fold_reason(&j->folds, g->fold, "All were changed within %.0f hours.", scores->new_extension_hours);
	p->confidence = judge_confidence(j, confidence + (sudden ? 5 : 0) - (varied ? 0 : 15));
	return true;
}

static void
put_title(struct detect_judge *j, struct group *g)
{
	char title[TITLE_SIZE];
	const char *family = g->fold->plan.family;
	if (g->extension[0] != '\0' && !g->more_extensions)
		snprintf(title, sizeof(title), "Encrypted files: %s (.%s)", family[0] != '\0' ? family : "unknown family", g->extension);
	else
		snprintf(title, sizeof(title), "Encrypted files: %s", family[0] != '\0' ? family : "unknown family");
	fold_text(&j->folds, &g->fold->plan.title, title);
}

void
encrypted_folders_reason(struct detect_judge *j, struct fold *fold, const void *group)
{
	const struct folder *top[TOP_FOLDERS] = { NULL };
	uint64_t counts[TOP_FOLDERS] = { 0 }, in_all = 0, folders = 0, here = 0;
	for (const struct folder *f = j->folders.first; f != NULL; f = f->later) {
		uint64_t n = group != NULL ? folder_counted(f, group) : f->kept.count;
		if (n == 0)
			continue;
		folders++;
		here += n;
		in_all += f->files;
		size_t at = TOP_FOLDERS;
		while (at > 0 && n > counts[at - 1])
			at--;
		if (at == TOP_FOLDERS)
			continue;
		memmove(&top[at + 1], &top[at], (TOP_FOLDERS - at - 1) * sizeof(top[0]));
		memmove(&counts[at + 1], &counts[at], (TOP_FOLDERS - at - 1) * sizeof(counts[0]));
		top[at] = f;
		counts[at] = n;
	}
	if (folders == 0)
		return;
	fold_reason(&j->folds, fold, "They stand in %" PRIu64 " folders: %" PRIu64 " of the %" PRIu64 " files there (%" PRIu64 " %%), %" PRIu64 " bytes.", folders,
	    here, in_all, in_all > 0 ? here * 100 / in_all : 0, fold->bytes);
	for (size_t i = 0; i < TOP_FOLDERS && top[i] != NULL; i++)
		fold_reason(&j->folds, fold, "Folder %.300s: %" PRIu64 " of %" PRIu64 " files.", top[i]->path, counts[i], top[i]->files);
}

static void
put_content_reasons(struct detect_judge *j, struct group *g)
{
	struct folds *folds = &j->folds;
	struct fold *f = g->fold;
	if (g->random + g->partly > 0)
		fold_reason(folds, f, "%" PRIu64 " files are random throughout and %" PRIu64 " in parts; none of these is of a known format.", g->random, g->partly);
	if (g->random > 0)
		fold_reason(folds, f, "In %" PRIu64 " of the random ones all byte values are as frequent as chance makes them, which packed data seldom reaches.", g->even);
	if (g->headless > 0)
		fold_reason(folds, f, "%" PRIu64 " more lack the start that their original extension promises, as when only the head is encrypted.", g->headless);
	if (g->unjudged > 0)
		fold_reason(folds, f, "%" PRIu64 " more are counted by name or mark: too small, not read, or not readable.", g->unjudged);
	if (g->plain > 0)
		fold_reason(folds, f, "%" PRIu64 " are named so but are text or of a known format; they are not counted unless they carry a mark.", g->plain);
	if (g->inner > 0)
		fold_reason(folds, f, "%" PRIu64 " keep their original extension before the new one, of %u types or more.", g->inner, types_in(g->types));
}

static void
put_reasons(struct detect_judge *j, struct group *g, const struct case_for *c, bool folders)
{
	struct folds *folds = &j->folds;
	struct fold *f = g->fold;
	const struct scores *scores = &j->tables->scores;
	if (g->strong > 0)
		fold_reason(folds, f, "%" PRIu64 " files carry an extension (.%s%s) that %s gives and that no honest program uses.", g->strong, g->extension,
		    g->more_extensions ? " and others" : "", g->family);
	else if (g->weak > 0)
		fold_reason(folds, f, "The extension .%s is used by several encrypting programs, but innocently too.", g->extension);
	if (c->mark)
		fold_reason(folds, f, "%" PRIu64 " files carry the mark of the encrypting program (rule %s).", g->marks, g->mark_rule);
	put_content_reasons(j, g);
	if (c->note_named)
		fold_reason(folds, f, "A file that may be a ransom note has the extension in its name.");
	else if (c->note)
		fold_reason(folds, f, g->family[0] != '\0' ? "A ransom note in the name of the same family was found." : "A ransom note was found.");
	if (c->program)
		fold_reason(folds, f, "A program of the family was found.");
	unsigned family = judge_count_traits(judge_family_traits(j, g->family));
	if (g->family[0] != '\0' && family >= scores->probable_traits)
		fold_reason(folds, f, "%u independent traits of the family: %sprobably %s.", family, family >= scores->very_probable_traits ? "very " : "", g->family);
	if (folders)
		encrypted_folders_reason(j, f, g);
	else
		fold_reason(folds, f, "Its folders are not told: more than %d groups of encrypted files come before it.", LISTED_MAX);
}

void
encrypted_total(struct detect_judge *j, const struct fold *fold, bool decides)
{
	if (fold->plan.severity < TRIAGE_MEDIUM)
		return;
	j->encrypted_files += fold->count;
	j->encrypted_bytes += fold->bytes;
	j->encrypted_high = j->encrypted_high || fold->plan.severity >= TRIAGE_HIGH;
	j->encrypted_decides = j->encrypted_decides || (decides && fold->plan.severity == TRIAGE_CRITICAL);
	judge_family_trait(j, fold->plan.family, TRAIT_ENCRYPTED);
	if (fold->first_time != TRIAGE_TIME_NONE && (j->first_encrypted == TRIAGE_TIME_NONE || fold->first_time < j->first_encrypted))
		j->first_encrypted = fold->first_time;
	if (fold->last_time != TRIAGE_TIME_NONE && (j->last_encrypted == TRIAGE_TIME_NONE || fold->last_time > j->last_encrypted))
		j->last_encrypted = fold->last_time;
}

/* Extensions too rare to judge singly: many of them, each on a few files, is what some programs do on purpose. */
struct rare {
	uint64_t files, bytes, extensions;
	struct fold *fold;		/* of the first */
};

static void
judge_rare(struct detect_judge *j, const struct rare *rare, struct groups *groups)
{
	const struct scores *scores = &j->tables->scores;
	if ((double)rare->files < scores->new_extension_files || (double)rare->extensions < scores->new_extension_files / 3)
		return;
	struct fold *f = rare->fold;
	for (struct group *g = groups->first; g != NULL; g = g->later)
		g->found = g->found || g->rare;
	for (const struct group *g = groups->first; g != NULL; g = g->later) {
		if (!g->fold->draft || g->fold == f || g->family[0] != '\0' || g->inner * 2 < g->files || g->fold->count == 0)
			continue;
		for (size_t i = 0; i < g->fold->example_count; i++)
			fold_example(&j->folds, f, &g->fold->examples[i]);
		fold_time(f, g->fold->first_time);
		fold_time(f, g->fold->last_time);
	}
	f->count = rare->files;
	f->bytes = rare->bytes;
	f->draft = false;
	f->plan.severity = j->notes > 0 ? TRIAGE_CRITICAL : TRIAGE_HIGH;
	f->plan.confidence = judge_confidence(j, confidence_for(scores, 2u + (j->notes > 0)));
	fold_text(&j->folds, &f->plan.title, "Encrypted files: unknown family (many different extensions)");
	fold_reason(&j->folds, f, "%" PRIu64 " random files keep their original extension before one of %" PRIu64 " unknown ones.", rare->files, rare->extensions);
	encrypted_total(j, f, j->notes > 0);
}

/* Random files of one unknown extension without more: one low finding for all of them. */
static void
judge_unexplained(struct detect_judge *j, const struct group *g)
{
	const struct scores *scores = &j->tables->scores;
	static const struct fold_plan plan = { .rule = "detect:random-files", .kind = "encrypted", .family = "", .split = "",
		.title = "Many random files with an unknown extension", .technique = "T1486",
		.why = "Files that share an extension nobody knows are random throughout. Alone this is weak.",
		.innocent = "A program with a packed or encrypted format of its own: game data, caches, backups.", .version = "1", .check = CHECK_RANDOM,
		.severity = TRIAGE_LOW, .confidence = 20 };
	if ((double)(g->random + g->partly) < scores->new_extension_files || (double)g->folders < scores->folders_min)
		return;
	struct fold *f = fold_for(&j->folds, &plan);
	if (f == NULL)
		return;
	f->count += g->fold->count;
	f->bytes += g->fold->bytes;
	fold_time(f, g->fold->first_time);
	fold_time(f, g->fold->last_time);
	for (size_t i = 0; i < g->fold->example_count; i++)
		fold_example(&j->folds, f, &g->fold->examples[i]);
	fold_reason(&j->folds, f, "%" PRIu64 " files with the extension .%s in %" PRIu64 " folders.", g->fold->count, g->extension, g->folders);
}

void
groups_judge(struct detect_judge *j, struct groups *groups)
{
	size_t listed = 0;
	struct rare rare = { .files = 0 };
	for (struct group *g = groups->first; g != NULL; g = g->later) {
		const struct case_for c = weigh(j, g);
		bool keeps = g->inner * 2 >= g->files;
		bool found = g->family[0] != '\0' ? judge_family(j, g, &c) : judge_extension(j, g, &c);
		if (found) {
			g->found = true;
			g->fold->draft = false;
			put_title(j, g);
			put_reasons(j, g, &c, listed++ < LISTED_MAX);
			encrypted_total(j, g->fold, c.mark || c.note);
		} else if (g->family[0] == '\0' && keeps && c.odd > 0) {
			rare.files += g->fold->count;
			rare.bytes += g->fold->bytes;
			rare.extensions++;
			rare.fold = rare.fold != NULL ? rare.fold : g->fold;
			g->rare = true;
		} else if (g->family[0] == '\0') {
			judge_unexplained(j, g);
		}
	}
	judge_rare(j, &rare, groups);
}

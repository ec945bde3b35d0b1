/*
 * kept_names.c - files that kept their names while their bytes became random: some programs encrypt so.
 *
 * One such file says nothing. It takes many in a tree, of several types, in several folders, and most of the files there whose
 * extension tells what they must be.
 */
#include "triage/detect/groups.h"

#include <inttypes.h>
#include <string.h>

struct kept_tree {
	uint64_t files, bytes, folders, types, testable;
};

/* The extension says what the bytes must be: a fixed start, or a type that is not random inside. */
static bool
is_testable(const struct subject *s)
{
	const struct file_type *t = s->type;
	if (t == NULL || t->any || s->look == LOOK_UNJUDGED || s->file->state != TRIAGE_STATE_ALLOCATED)
		return false;
	return t->has_magic || (!t->high_entropy && strcmp(t->category, "other") != 0);
}

static enum triage_status
kept_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	(void)state, (void)err;
	if (!s->ordinary || j->claimed == s->file->file_id + 1 || !is_testable(s) || detect_name_is_skipped(j->tables, s->file->name))
		return TRIAGE_OK;
	struct folder *f = s->folder;
	f->testable++;
	bool odd = s->look == LOOK_RANDOM || s->look == LOOK_PARTLY;
	bool contradicts = s->file->type_mismatch || (s->look == LOOK_RANDOM && !s->type->high_entropy);
	if (!odd || !contradicts)
		return TRIAGE_OK;
	if (f->kept.count == 0) {
		const char *path = pool_text(&j->pool, s->file->path, strlen(s->file->path));
		f->kept.path = path != NULL ? path : "";
		f->kept.file_id = s->file->file_id;
	}
	f->kept.count++;
	f->kept.bytes += s->file->content->bytes;
	f->kept.types |= type_bit(s->type);
	if (s->changed != TRIAGE_TIME_NONE && (f->kept.first == TRIAGE_TIME_NONE || s->changed < f->kept.first))
		f->kept.first = s->changed;
	if (s->changed != TRIAGE_TIME_NONE && (f->kept.last == TRIAGE_TIME_NONE || s->changed > f->kept.last))
		f->kept.last = s->changed;
	return TRIAGE_OK;
}

static bool
is_struck(const struct detect_judge *j, const struct folder *f)
{
	return f->kept.count > 0 && (double)f->kept.count * 100 >= j->tables->scores.share_min * (double)f->testable;
}

static void
put_finding(struct detect_judge *j, const struct kept_tree *tree)
{
	const struct scores *scores = &j->tables->scores;
	bool tied = j->notes > 0 || j->encrypted_decides;
	const struct fold_plan plan = { .rule = "detect:encrypted-kept-names", .kind = "encrypted", .family = "", .split = "",
		.title = "Encrypted files under their own names", .technique = "T1486",
		.why = "These files kept their names, but their bytes are random and of no known format where the extension promises one. Such "
		       "files cannot be opened without the key.",
		.innocent = "Files that a program of the town keeps encrypted on purpose under common extensions.", .version = "1", .check = CHECK_RANDOM,
		.severity = tied ? TRIAGE_CRITICAL : TRIAGE_HIGH,
		.confidence = judge_confidence(j, tied ? scores->confidence_three : scores->confidence_two) };
	struct fold *fold = fold_for(&j->folds, &plan);
	if (fold == NULL)
		return;
	for (const struct folder *f = j->folders.first; f != NULL; f = f->later) {
		if (!is_struck(j, f))
			continue;
		const struct fold_example e = { .path = f->kept.path, .file_id = f->kept.file_id, .offset = TRIAGE_NO_ID, .string_id = "", .sample = "",
			.weight = f->kept.count < 1000 ? (unsigned)f->kept.count : 1000 };
		fold_example(&j->folds, fold, &e);
		fold_time(fold, f->kept.first);
		fold_time(fold, f->kept.last);
	}
	fold->count = tree->files;
	fold->bytes = tree->bytes;
	fold_reason(&j->folds, fold, "%" PRIu64 " files of %u types or more are random where their extension promises a known format: %" PRIu64
	    " %% of the files in these folders whose extension can be tested.", tree->files, types_in(tree->types),
	    tree->testable > 0 ? tree->files * 100 / tree->testable : 0);
	if (j->notes > 0)
		fold_reason(&j->folds, fold, "A ransom note was found.");
	encrypted_folders_reason(j, fold, NULL);
	j->kept_found = true;
	encrypted_total(j, fold, tied);
}

static enum triage_status
kept_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	const struct scores *scores = &j->tables->scores;
	struct kept_tree tree = { .files = 0 };
	(void)state, (void)err;
	for (const struct folder *f = j->folders.first; f != NULL; f = f->later) {
		if (!is_struck(j, f))
			continue;
		tree.files += f->kept.count;
		tree.bytes += f->kept.bytes;
		tree.testable += f->testable;
		tree.types |= f->kept.types;
		tree.folders++;
	}
	double least = j->notes > 0 ? scores->siblings_with_note : scores->siblings_min;
	bool spread = types_in(tree.types) >= scores->types_min && (double)tree.folders >= scores->folders_min;
	bool beside_note = j->notes > 0 && types_in(tree.types) >= 2;
	if (tree.files > 0 && (double)tree.files >= least && (spread || beside_note))
		put_finding(j, &tree);
	return TRIAGE_OK;
}

const struct detector kept_names_detector = { .name = "kept_names", .file = kept_file, .finish = kept_finish };

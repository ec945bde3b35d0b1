/*
 * mismatch.c - names that do not fit: a program under the name of a document, "invoice.pdf.exe", letters that run the other
 * way, and, folded and low, every other name whose extension the bytes contradict.
 */
#include "triage/detect/judge.h"

#include <string.h>
#include <strings.h>

static const char *const launched[] = { "exe", "scr", "com", "pif", "bat", "cmd", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "ps1", "msi", "cpl" };
static const char *const baits[] = { "document", "image", "audio", "video", "mail" };
static const char *const made_of_text[] = { "svg", "txt", "md", "tex", "ps", "eps" };

static const struct fold_plan disguise_plan = { .rule = "detect:disguised-program", .kind = "type-mismatch", .family = "", .split = "",
	.title = "Program under the name of a document or picture", .technique = "T1036.008",
	.why = "The extension promises a document, picture, sound, film or text, but the bytes are a program. Attackers hide tools so.",
	.innocent = "A program that its maker or a download manager stored under another name.", .version = "1", .check = CHECK_TYPE,
	.severity = TRIAGE_HIGH, .confidence = 60 };

static const struct fold_plan double_plan = { .rule = "detect:double-extension", .kind = "type-mismatch", .family = "", .split = "",
	.title = "Program whose name ends like that of a document", .technique = "T1036.007",
	.why = "Windows hides the last extension by default, so that a name such as invoice.pdf.exe is shown as invoice.pdf.",
	.innocent = "An installer or script that is named after the file which it makes.", .version = "1", .check = CHECK_TYPE,
	.severity = TRIAGE_MEDIUM, .confidence = 55 };

static const struct fold_plan reversed_plan = { .rule = "detect:reversed-name", .kind = "type-mismatch", .family = "", .split = "",
	.title = "Name with a mark that turns the direction of writing", .technique = "T1036.002",
	.why = "An invisible mark in the name makes its end appear turned round, so that a program can look like a picture.",
	.innocent = "A name in a language that is written from right to left.", .version = "1", .check = CHECK_NAME,
	.severity = TRIAGE_MEDIUM, .confidence = 50 };

static const struct fold_plan other_plan = { .rule = "detect:type-mismatch", .kind = "type-mismatch", .family = "", .split = "",
	.title = "Files whose bytes do not fit their extension", .technique = "T1036.008",
	.why = "The extension names one type and the bytes are of another. Alone this is weak: many programs name files freely.",
	.innocent = "Programs that use a common extension for a format of their own.", .version = "1", .check = CHECK_TYPE,
	.severity = TRIAGE_LOW, .confidence = 30 };

static bool
is_one_of(const char *const *words, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(words[i], word) == 0)
			return true;
	return false;
}
#define IS_ONE_OF(list, word) is_one_of(list, sizeof(list) / sizeof(list[0]), word)

static bool
is_double(const struct subject *s)
{
	const char *outer = extension_of(s->file->name);
	return outer != NULL && s->inner != NULL && IS_ONE_OF(launched, outer) && IS_ONE_OF(baits, s->inner->category) &&
	    !IS_ONE_OF(made_of_text, s->inner->extension);
}

/* U+202E and U+2067 as the display form writes them. */
static bool
is_reversed(const char *name)
{
	return strstr(name, "\\xe2\\x80\\xae") != NULL || strstr(name, "\\xe2\\x81\\xa7") != NULL;
}

static void
put(struct detect_judge *j, const struct subject *s, const struct fold_plan *plan, unsigned weight)
{
	struct fold *f = fold_for(&j->folds, plan);
	if (f == NULL)
		return;
	const struct fold_example e = judge_example(s, weight);
	fold_add(&j->folds, f, &e, s->appeared);
	const char *mime = s->file->content != NULL && s->file->content->mime != NULL ? s->file->content->mime : "";
	if (mime[0] != '\0')
		fold_reason(&j->folds, f, "Content of %s: %s", s->file->name, mime);
}

static enum triage_status
mismatch_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	const struct triage_content *c = s->file->content;
	(void)state, (void)err;
	if (s->file->kind != TRIAGE_FILE_REGULAR || (s->file->flags & TRIAGE_ENTRY_INTERNAL) != 0)
		return TRIAGE_OK;
	if (is_reversed(s->file->name))
		put(j, s, &reversed_plan, 0);
	if (s->ordinary && is_double(s))
		put(j, s, &double_plan, 0);
	bool whole = c != NULL && c->mime != NULL && s->file->state == TRIAGE_STATE_ALLOCATED && c->randomness.entropy > 0.01 &&
	    (s->file->flags & (TRIAGE_ENTRY_UNDECODED | TRIAGE_ENTRY_ENCRYPTED | TRIAGE_ENTRY_REUSED)) == 0;
	if (!whole || s->type == NULL || !s->file->type_mismatch)
		return TRIAGE_OK;
	if (detect_is_disguise(s->type, c->mime, c->magic != NULL ? c->magic : "", c->text))
		put(j, s, &disguise_plan, s->type->category[0] == 'd' || s->type->category[0] == 'i');
	else if ((s->file->flags & TRIAGE_ENTRY_SPARSE) == 0)
		put(j, s, &other_plan, !mime_is_unknown(c->mime));
	return TRIAGE_OK;
}

const struct detector mismatch_detector = { .name = "mismatch", .file = mismatch_file };

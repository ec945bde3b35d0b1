/* answers_keep.c - what must be kept for a later decryption: notes, files with keys, encrypted files beside which an older copy is known. */
#include "triage/detect/answers_inside.h"

#include "triage/detect/damage.h"

#include <string.h>

enum { SAMPLES = 10, NOTES = 5 };

static void
put_file(struct buf *out, const char *path, uint64_t file_id)
{
	answer_begin(out, NULL, '{');
	answer_text(out, "path", path);
	answer_number(out, "file_id", file_id);
	answer_end(out, '}');
}

/* A name alone that stands in several folders is low, and mostly no note. */
static bool
is_note(const struct detect_finding *f)
{
	return strcmp(f->kind, "ransom-note") == 0 && f->severity >= TRIAGE_MEDIUM;
}

static void
put_notes(const struct answering *a, struct buf *out)
{
	uint64_t count = 0;
	size_t told = 0;
	for (size_t i = 0; i < a->j->finding_count; i++)
		count += is_note(a->findings[i]) ? a->findings[i]->count : 0;
	if (count == 0)
		return;
	answer_begin(out, NULL, '{');
	answer_text(out, "what", "ransom-notes");
	answer_number(out, "count", count);
	answer_text(out, "text", "Notes hold the identifier of this victim, without which no key can be found.");
	answer_begin(out, "examples", '[');
	for (size_t i = 0; i < a->j->finding_count && told < NOTES; i++)
		if (is_note(a->findings[i]) && a->findings[i]->file_id != TRIAGE_NO_ID) {
			put_file(out, a->findings[i]->path, a->findings[i]->file_id);
			told++;
		}
	answer_end(out, ']');
	answer_end(out, '}');
}

/* A row counts where its family is named, by a note, a name or a mark. */
static bool
counts(const struct answering *a, const struct keep_rule *r)
{
	for (size_t i = 0; i < a->j->family_count; i++)
		if ((a->j->families[i].traits & ~(unsigned)TRAIT_PROGRAM) != 0 && (strcmp(a->j->families[i].name, r->family) == 0 || families_agree(a->j->families[i].name, r->family)))
			return true;
	return r->family[0] == '\0' && a->j->encrypted_files > 0;
}

static void
put_key_files(const struct answering *a, struct buf *out)
{
	const struct recovery *r = &a->j->tables->recovery;
	for (size_t i = 0; i < r->keep_count; i++) {
		const struct kept *k = &a->j->kept[i];
		if (k->count == 0 || !counts(a, &r->keeps[i]))
			continue;
		answer_begin(out, NULL, '{');
		answer_text(out, "what", r->keeps[i].what);
		answer_text(out, "family", r->keeps[i].family);
		answer_number(out, "count", k->count);
		answer_text(out, "text", r->keeps[i].text);
		answer_bool(out, "verified", r->keeps[i].verified);
		answer_begin(out, "examples", '[');
		for (size_t n = 0; n < KEPT_EXAMPLES && n < k->count; n++)
			if (k->paths[n] != NULL)
				put_file(out, k->paths[n], k->file_ids[n]);
		answer_end(out, ']');
		answer_end(out, '}');
	}
}

/* A few encrypted files of different types: those that have a sound older copy, or the others. */
static void
put_samples(const struct answering *a, struct buf *out, bool older, const char *what, const char *text)
{
	const struct damage_map *m = a->j->damage;
	uint64_t count = 0, types = 0;
	size_t told = 0;
	for (size_t i = 0; m != NULL && i < m->rows; i++)
		count += damage_is_encrypted(damage_row_at(m, i)->what) && damage_row_at(m, i)->older_copy == older;
	if (count == 0)
		return;
	answer_begin(out, NULL, '{');
	answer_text(out, "what", what);
	answer_number(out, "count", count);
	answer_text(out, "text", text);
	answer_begin(out, "examples", '[');
	for (size_t i = 0; i < m->rows && told < SAMPLES; i++) {
		const struct damage_row *r = damage_row_at(m, i);
		uint64_t bit = r->promise != NULL ? type_bit(r->promise) : 0;
		if (!damage_is_encrypted(r->what) || r->older_copy != older || (bit != 0 && (types & bit) != 0))
			continue;
		types |= bit;
		answer_begin(out, NULL, '{');
		answer_number(out, "file_id", r->file_id);
		answer_text(out, "folder", r->folder->path);
		answer_text(out, "type", r->promise != NULL ? r->promise->extension : "");
		answer_number(out, "bytes", r->bytes);
		answer_text(out, "damage", damage_word(r->what));
		answer_end(out, '}');
		told++;
	}
	answer_end(out, ']');
	answer_end(out, '}');
}

void
answer_keep(struct answering *a, struct buf *out)
{
	SCOPED_BUF list;
	buf_init(&list, out->max);
	answer_begin(&list, "items", '[');
	size_t empty = list.size;
	put_notes(a, &list);
	put_key_files(a, &list);
	put_samples(a, &list, true, "encrypted-with-older-copy", "The encrypted file and its older copy together are what those who look for a key ask for.");
	put_samples(a, &list, false, "encrypted-samples", "Some encrypted files of different types let the program be told and a tool be tried.");
	bool any = list.size > empty || a->j->encrypted_files > 0 || a->j->notes > 0;
	answer_end(&list, ']');
	answer_text(out, "answer", any ? "keep" : "nothing-of-the-kind");
	answer_text(out, "certainty", "");
	answer_members(out, &list);
	answer_begin(out, "reasons", '[');
	if (any)
		answer_say(out, "Keep all encrypted files, notes and files with keys: keys of several families were published years later, and some keys are stored beside the files.");
	answer_end(out, ']');
	answer_blind(a, out, !any);
}

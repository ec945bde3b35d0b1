#include "triage/detect/recovery.h"

#include "triage/detect/detections.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the tables of the judge");
	return TRIAGE_E_MEMORY;
}

static bool
is_among(const char *const *words, const char *word)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static enum triage_status
columns(const struct table *table, const char *path, const char *const *names, size_t *at, size_t count, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++)
		st = detections_column(table, path, names[i], &at[i], err);
	return st;
}

static enum triage_status
yes_or_no(const char *path, size_t row, const char *cell, bool *ret_yes, struct triage_error *err)
{
	*ret_yes = strcmp(cell, "yes") == 0;
	return *ret_yes || strcmp(cell, "no") == 0 ? TRIAGE_OK : detections_bad(path, row, "verified is not yes or no", cell, err);
}

enum triage_status
recovery_load_decryptors(struct recovery *r, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "family", "state", "text", "verified", "as_of" }, *const states[] = { "tool", "keys", "some", "none", "lost", NULL };
	enum { FAMILY, STATE, TEXT, VERIFIED, AS_OF, COLUMNS };
	size_t at[COLUMNS], rows = table_rows(table);
	enum triage_status st = columns(table, path, names, at, COLUMNS, err);
	if (st != TRIAGE_OK)
		return st;
	r->decryptors = calloc(rows + 1, sizeof(*r->decryptors));
	if (r->decryptors == NULL)
		return no_memory(err);
	for (size_t i = 0; i < rows && st == TRIAGE_OK; i++) {
		struct decryptor *d = &r->decryptors[i];
		*d = (struct decryptor){ .family = table_cell(table, i, at[FAMILY]), .state = table_cell(table, i, at[STATE]), .text = table_cell(table, i, at[TEXT]), .as_of = table_cell(table, i, at[AS_OF]) };
		if (d->family[0] == '\0' || d->text[0] == '\0' || !is_among(states, d->state))
			return detections_bad(path, i, "needs a family, a text, and as state tool, keys, some, none or lost", d->state, err);
		if (recovery_decryptor(r, d->family) != NULL)
			return detections_bad(path, i, "the family stands twice", d->family, err);
		st = yes_or_no(path, i, table_cell(table, i, at[VERIFIED]), &d->verified, err);
		r->decryptor_count++;
	}
	return st;
}

enum triage_status
recovery_load_keeps(struct recovery *r, const struct table *table, const char *path, struct triage_error *err)
{
	static const char *const names[] = { "family", "what", "pattern", "text", "verified" }, *const kinds[] = { "per-file-note", "key-file", "sidecar", "password-file", NULL };
	enum { FAMILY, WHAT, PATTERN, TEXT, VERIFIED, COLUMNS };
	size_t at[COLUMNS], rows = table_rows(table);
	enum triage_status st = columns(table, path, names, at, COLUMNS, err);
	if (st != TRIAGE_OK)
		return st;
	r->keeps = calloc(rows + 1, sizeof(*r->keeps));
	if (r->keeps == NULL)
		return no_memory(err);
	for (size_t i = 0; i < rows && st == TRIAGE_OK; i++) {
		struct keep_rule *k = &r->keeps[r->keep_count++];
		*k = (struct keep_rule){ .family = table_cell(table, i, at[FAMILY]), .what = table_cell(table, i, at[WHAT]), .text = table_cell(table, i, at[TEXT]) };
		if (table_cell(table, i, at[PATTERN])[0] == '\0' || k->text[0] == '\0' || !is_among(kinds, k->what))
			return detections_bad(path, i, "needs a pattern, a text, and as what per-file-note, key-file, sidecar or password-file", k->what, err);
		st = yes_or_no(path, i, table_cell(table, i, at[VERIFIED]), &k->verified, err);
		if (st == TRIAGE_OK)
			st = name_set_add(&r->names, table_cell(table, i, at[PATTERN]), (uint32_t)i, err);
	}
	return st;
}

void
recovery_release(struct recovery *r)
{
	free(r->decryptors);
	free(r->keeps);
	name_set_release(&r->names);
}

const struct decryptor *
recovery_decryptor(const struct recovery *r, const char *family)
{
	for (size_t i = 0; i < r->decryptor_count; i++)
		if (strcasecmp(r->decryptors[i].family, family) == 0)
			return &r->decryptors[i];
	return NULL;
}

#include "triage/report/indicators.h"

#include <stdlib.h>
#include <string.h>

enum { SHA256_TEXT = 64 };

/* Identifiers: OASIS CTI TC, extension definition of TLP 2.0. Tags: MISP taxonomy tlp. */
static const struct tlp levels[] = {
	{ "amber", "TLP:AMBER", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "tlp:amber" },
	{ "amber+strict", "TLP:AMBER+STRICT", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "tlp:amber+strict" },
	{ "clear", "TLP:CLEAR", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "tlp:clear" },
	{ "green", "TLP:GREEN", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "tlp:green" },
	{ "red", "TLP:RED", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "tlp:red" },
};

const struct tlp *
tlp_of(const struct report_options *options)
{
	for (size_t i = 0; options->tlp != NULL && i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strcmp(levels[i].word, options->tlp) == 0)
			return &levels[i];
	return &levels[0];
}

static bool
is_indicator(struct case_cursor *finding)
{
	static const char *const kinds[] = { "yara", "ransom-note", "known-bad", "webshell", "remote-access", "credential-access", "lateral-movement",
		"exfiltration", "protection-off", "backup-destroyed", "persistence", "ioc" };
	const char *severity = case_text(finding, CASE_FINDINGS_SEVERITY);
	if (strcmp(severity, "info") == 0 || strcmp(severity, "low") == 0)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(case_text(finding, CASE_FINDINGS_KIND), kinds[i]) == 0)
			return true;
	return false;
}

static int
by_digest_then_file(const void *a, const void *b)
{
	const struct indicator *x = a, *y = b;
	int order = strcmp(x->sha256, y->sha256);
	return order != 0 ? order : x->file.file_id < y->file.file_id ? -1 : x->file.file_id > y->file.file_id;
}

/* Files with a whole digest. */
static enum triage_status
add_digests(struct case_reader *reader, const struct pointed *p, struct indicators *n, struct triage_error *err)
{
	for (size_t i = 0; i < p->count; i++) {
		struct case_cursor *file;
		if (p->files[i].record)
			continue;	/* the log is the victim's; only what it tells is the attacker's */
		enum triage_status st = case_rows_of(reader, CASE_FILES, p->files[i].file_id, &file, err);
		if (st != TRIAGE_OK)
			return st;
		st = case_next(file, err);
		const char *sha256 = st == TRIAGE_OK ? case_text(file, CASE_FILES_SHA256) : "";
		if (strlen(sha256) == SHA256_TEXT && strspn(sha256, "0123456789abcdef") == SHA256_TEXT) {
			memcpy(n->items[n->count].sha256, sha256, SHA256_TEXT + 1);
			n->items[n->count++].file = p->files[i];
		}
		case_cursor_close(file);
		if (st != TRIAGE_OK && st != TRIAGE_END)
			return st;
	}
	return TRIAGE_OK;
}

/* Equal contents become one. */
static void
fold(struct indicators *n)
{
	size_t kept = 0;
	if (n->count > 0)
		qsort(n->items, n->count, sizeof(*n->items), by_digest_then_file);
	for (size_t i = 0; i < n->count; i++) {
		if (kept == 0 || strcmp(n->items[kept - 1].sha256, n->items[i].sha256) != 0)
			n->items[kept++] = n->items[i];
		n->items[kept - 1].count++;
	}
	n->count = kept;
}

enum triage_status
indicators_collect(struct case_reader *c, struct indicators *ret_indicators, struct triage_error *err)
{
	struct pointed p;
	enum triage_status st = pointed_collect(c, is_indicator, &p, err);
	if (st != TRIAGE_OK)
		return st;
	struct indicators n = { .items = calloc(p.count + 1, sizeof(*n.items)), .full = p.full };
	if (n.items == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for indicators");
		st = TRIAGE_E_MEMORY;
	}
	if (st == TRIAGE_OK)
		st = add_digests(c, &p, &n, err);
	pointed_release(&p);
	if (st != TRIAGE_OK) {
		indicators_release(&n);
		return st;
	}
	fold(&n);
	*ret_indicators = n;
	return TRIAGE_OK;
}

void
indicators_release(struct indicators *n)
{
	free(n->items);
	*n = (struct indicators){ 0 };
}

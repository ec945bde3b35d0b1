/* extract_select.c - which files are extracted, and in what order: decided by the case alone, so it is the same each time. */
#include "triage/run/extract.h"

#include "triage/report/export.h"

#include <stdlib.h>
#include <string.h>

enum { TIER_MALICIOUS, TIER_OTHER, TIER_VICTIM };

static bool
is_flagged(struct case_cursor *finding)
{
	const char *severity = case_text(finding, CASE_FINDINGS_SEVERITY);
	return strcmp(severity, "critical") == 0 || strcmp(severity, "high") == 0 || strcmp(case_text(finding, CASE_FINDINGS_KIND), "ransom-note") == 0;
}

static enum triage_status
look_at_finding(struct flagged *f, struct case_reader *reader, struct triage_error *err)
{
	static const char *const malicious[] = { "ransom-note", "known-bad", "yara", "webshell" };
	struct case_cursor *c;
	enum triage_status st = case_rows_of(reader, CASE_FINDINGS, f->finding_id, &c, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(c, err);
	f->tier = TIER_OTHER;
	if (st == TRIAGE_OK) {
		const char *kind = case_text(c, CASE_FINDINGS_KIND);
		for (size_t i = 0; i < sizeof(malicious) / sizeof(malicious[0]); i++)
			if (strcmp(kind, malicious[i]) == 0)
				f->tier = TIER_MALICIOUS;
		if (strcmp(kind, "encrypted") == 0 || strcmp(kind, "type-mismatch") == 0)
			f->tier = TIER_VICTIM;
		if (strncmp(case_text(c, CASE_FINDINGS_RULE), "yara:", 5) == 0)
			f->tier = TIER_MALICIOUS;
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static enum triage_status
look_at_file(struct flagged *f, struct case_reader *reader, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows_of(reader, CASE_FILES, f->file_id, &c, err);
	if (st != TRIAGE_OK)
		return st;
	st = case_next(c, err);
	if (st == TRIAGE_OK) {
		const char *content = case_text(c, CASE_FILES_CONTENT);
		bool read = strcmp(content, "complete") == 0 || strcmp(content, "partial") == 0;
		f->filesystem_id = (uint64_t)case_int(c, CASE_FILES_FILESYSTEM_ID);
		f->inode = (uint64_t)case_int(c, CASE_FILES_INODE);
		f->attr_type = (uint32_t)case_int(c, CASE_FILES_ATTR_TYPE);
		f->attr_id = (uint64_t)case_int(c, CASE_FILES_ATTR_ID);
		f->size = (uint64_t)case_int(c, CASE_FILES_BYTES_READ);
		f->has_content = read && !case_null(c, CASE_FILES_INODE) && f->size > 0;
		const char *sha256 = case_text(c, CASE_FILES_SHA256);
		f->whole = strlen(sha256) == 64 && strspn(sha256, "0123456789abcdef") == 64;
		if (f->whole)
			memcpy(f->sha256, sha256, 65);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

static int
by_weight(const void *a, const void *b)
{
	const struct flagged *x = a, *y = b;
	if (x->tier != y->tier)
		return x->tier < y->tier ? -1 : 1;
	if (x->finding_id != y->finding_id)
		return x->finding_id < y->finding_id ? -1 : 1;
	return x->file_id < y->file_id ? -1 : x->file_id > y->file_id;
}

/* Of the victim's own files a few are enough, to try a decryptor on. */
static void
leave_out_victims(struct extraction *x)
{
	uint64_t finding = 0;
	unsigned samples = 0;
	for (size_t i = 0; i < x->count; i++) {
		struct flagged *f = &x->files[i];
		if (f->tier != TIER_VICTIM || f->left_out != NULL)
			continue;
		samples = f->finding_id == finding ? samples : 0;
		finding = f->finding_id;
		if (f->has_content && samples++ >= EXTRACT_SAMPLES)
			f->left_out = "a file of the victim, of which some others are here as samples";
	}
}

enum triage_status
extract_select(struct extraction *x, struct case_reader *reader, struct triage_error *err)
{
	struct pointed p;
	enum triage_status st = pointed_collect(reader, is_flagged, &p, err);
	if (st != TRIAGE_OK)
		return st;
	x->files = calloc(p.count + 1, sizeof(*x->files));
	if (x->files == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for flagged files");
		st = TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < p.count && st == TRIAGE_OK; i++) {
		struct flagged *f = &x->files[x->count++];
		f->file_id = p.files[i].file_id;
		f->finding_id = p.files[i].finding_id;
		f->record = p.files[i].record;
		f->left_out = f->record ? "findings speak of records in it; these are in the timeline" : NULL;
		st = look_at_finding(f, reader, err);
		if (st == TRIAGE_OK)
			st = look_at_file(f, reader, err);
	}
	pointed_release(&p);
	if (st == TRIAGE_OK && x->count > 0) {
		qsort(x->files, x->count, sizeof(*x->files), by_weight);
		leave_out_victims(x);
	}
	return st;
}

/* pointed.c - the files that findings point at: by file_id, and by the examples in their detail. */
#include "triage/report/examples.h"
#include "triage/report/export.h"

#include <stdlib.h>
#include <string.h>

static enum triage_status
add(struct pointed *p, int64_t file_id, uint64_t finding_id, bool record, struct triage_error *err)
{
	if (file_id <= 0)
		return TRIAGE_OK;
	if (p->count == POINTED_MAX) {
		p->full = true;
		return TRIAGE_OK;
	}
	if (p->count == p->room) {
		size_t room = p->room == 0 ? 256 : p->room * 2;
		struct pointed_file *grown = reallocarray(p->files, room, sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the files of findings");
			return TRIAGE_E_MEMORY;
		}
		p->files = grown;
		p->room = room;
	}
	p->files[p->count++] = (struct pointed_file){ (uint64_t)file_id, finding_id, record };
	return TRIAGE_OK;
}

/* An event_id beside the file makes an example one of a record. ret_record: the last example is one. */
static enum triage_status
add_examples(struct pointed *p, const char *detail, uint64_t finding_id, bool *ret_record, struct triage_error *err)
{
	struct examples all;
	enum triage_status st = TRIAGE_OK;
	examples_begin(&all, detail);
	for (const struct example *e; st == TRIAGE_OK && (e = examples_next(&all)) != NULL;) {
		*ret_record = e->event_id >= 0;
		st = add(p, e->file_id, finding_id, *ret_record, err);
	}
	examples_end(&all);
	return st;
}

static int
by_file_then_record_then_finding(const void *a, const void *b)
{
	const struct pointed_file *x = a, *y = b;
	if (x->file_id != y->file_id)
		return x->file_id < y->file_id ? -1 : 1;
	if (x->record != y->record)
		return x->record ? 1 : -1;
	return x->finding_id < y->finding_id ? -1 : x->finding_id > y->finding_id;
}

enum triage_status
pointed_collect(struct case_reader *c, bool (*wanted)(struct case_cursor *finding), struct pointed *ret_pointed, struct triage_error *err)
{
	struct pointed p = { 0 };
	struct case_cursor *rows;
	enum triage_status st = case_rows(c, CASE_FINDINGS, CASE_BY_ID, &rows, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(rows, err)) == TRIAGE_OK) {
		if (wanted != NULL && !wanted(rows))
			continue;
		uint64_t id = (uint64_t)case_int(rows, CASE_FINDINGS_FINDING_ID);
		bool record = false;
		st = add_examples(&p, case_text(rows, CASE_FINDINGS_DETAIL), id, &record, err);
		if (st == TRIAGE_OK)
			st = add(&p, case_int(rows, CASE_FINDINGS_FILE_ID), id, record, err);
		if (st != TRIAGE_OK)
			break;
	}
	case_cursor_close(rows);
	if (st != TRIAGE_END) {
		pointed_release(&p);
		return st;
	}
	if (p.count > 0)
		qsort(p.files, p.count, sizeof(*p.files), by_file_then_record_then_finding);
	size_t kept = 0;
	for (size_t i = 0; i < p.count; i++)
		if (kept == 0 || p.files[kept - 1].file_id != p.files[i].file_id)
			p.files[kept++] = p.files[i];
	p.count = kept;
	*ret_pointed = p;
	return TRIAGE_OK;
}

void
pointed_release(struct pointed *p)
{
	free(p->files);
	*p = (struct pointed){ 0 };
}

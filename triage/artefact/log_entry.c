/* log_entry.c - entries of more than one line. */
#include "triage/artefact/log_entry.h"

#include <string.h>

struct taking {
	struct log_entries *e;
	const struct log_entry_row *row;
	void *state;
};

void
log_entries_release(struct log_entries *e)
{
	log_lines_release(&e->lines);
	buf_release(&e->text);
}

void
log_entries_release_state(void *state)
{
	log_entries_release(state);
}

static enum triage_status
send_held(struct artefact *a, const struct taking *t, struct triage_error *err)
{
	struct log_entries *e = t->e;
	if (!e->holds)
		return TRIAGE_OK;
	e->holds = false;
	if (e->text.failed) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a log entry");
		return TRIAGE_E_MEMORY;
	}
	return t->row->send(a, t->state, &(struct log_entry){ buf_cstr(&e->text), e->offset }, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	const struct taking *t = state;
	struct log_entries *e = t->e;
	if (t->row->begins(line->text)) {
		enum triage_status st = send_held(a, t, err);
		buf_clear(&e->text);
		buf_put(&e->text, line->text, line->size);
		e->offset = line->offset;
		e->holds = true;
		return st;
	}
	if (line->size == 0)
		return TRIAGE_OK;
	if (!e->holds)
		return artefact_remark(a, TRIAGE_LOW, "line-without-time", line->offset, line->size, err, "line %ju has no date and none before it",
		    (uintmax_t)line->number);
	if (e->text.size + line->size + 1 > LOG_ENTRY_MAX)
		return artefact_remark(a, TRIAGE_LOW, "entry-too-long", line->offset, line->size, err, "an entry goes on for more than %u KiB: line %ju is left out",
		    (unsigned)(LOG_ENTRY_MAX >> 10), (uintmax_t)line->number);
	buf_char(&e->text, '\n');
	buf_put(&e->text, line->text, line->size);
	return TRIAGE_OK;
}

enum triage_status
log_entries_step(struct artefact *a, struct log_entries *e, const struct log_entry_row *row, struct view bytes, uint64_t at, bool last, size_t *ret_used,
    void *state, struct triage_error *err)
{
	struct taking t = { e, row, state };
	if (!e->begun)
		buf_init(&e->text, LOG_ENTRY_MAX + 4 * LOG_LINE_MAX);
	e->begun = true;
	enum triage_status st = log_lines_step(a, &e->lines, bytes, at, last, ret_used, take, &t, err);
	return st == TRIAGE_OK && last ? send_held(a, &t, err) : st;
}

void
log_entry_event(struct artefact *a, const struct log_entry *entry, const struct log_time *t, const char *meaning)
{
	artefact_event(a, t->ns, meaning);
	artefact_offset(a, entry->offset);
	artefact_precision(a, log_precision(t));
	if (t->local)
		artefact_local(a);
}

/*
 * log_entry.h - logs whose entries begin with a date and may go on for more lines: each entry as one text.
 *
 * A row keeps a struct log_entries in its state. begins says whether a line begins an entry; lines that do not go on with the one before, joined by
 * LF, up to LOG_ENTRY_MAX bytes. Lines before the first entry are a remark.
 */
#ifndef TRIAGE_ARTEFACT_LOG_ENTRY_H
#define TRIAGE_ARTEFACT_LOG_ENTRY_H

#include "triage/artefact/log_line.h"

enum { LOG_ENTRY_MAX = 96 << 10 };

struct log_entries {
	struct log_lines lines;
	struct buf text;
	uint64_t offset;
	bool holds, begun;
};

struct log_entry {
	const char *text;		/* ended by NUL, with its date; borrowed until the callback returns */
	uint64_t offset;
};

struct log_entry_row {
	bool (*begins)(const char *line);
	enum triage_status (*send)(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err);
};

/* state goes to send. Errors: E_MEMORY, or what send returned. */
WARN_UNUSED enum triage_status log_entries_step(struct artefact *a, struct log_entries *e, const struct log_entry_row *row, struct view bytes, uint64_t at,
    bool last, size_t *ret_used, void *state, struct triage_error *err);
void log_entries_release(struct log_entries *e);
/* For a row's release: of a state that begins with a struct log_entries and has nothing else on the heap. */
void log_entries_release_state(void *state);

/* Begin an event of an entry: time, precision, local mark, offset. */
void log_entry_event(struct artefact *a, const struct log_entry *entry, const struct log_time *t, const char *meaning);

#endif

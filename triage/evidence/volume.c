/* volume.c - the list of partition table kinds and what they share; see volume.h. */
#include "triage/evidence/volume.h"

#include <stdarg.h>
#include <stdio.h>

#define TABLE(id) extern const struct table_kind id##_table;
#include "triage/evidence/tables.def"
#undef TABLE
const struct table_kind *const table_kinds[] = {
#define TABLE(id) &id##_table,
#include "triage/evidence/tables.def"
#undef TABLE
};
const size_t table_kind_count = sizeof(table_kinds) / sizeof(table_kinds[0]);

struct partition *
layout_add(struct layout *layout, const char *kind, uint64_t start, uint64_t length, int parent)
{
	if (layout->count == PARTITIONS_MAX) {
		layout->left_out++;
		return NULL;
	}
	struct partition *p = &layout->partitions[layout->count++];
	*p = (struct partition){ .start = start, .length = length, .parent = parent, .kind = kind };
	return p;
}

void
layout_note(struct layout *layout, enum triage_severity severity, const char *code, uint64_t offset, const char *format, ...)
{
	if (layout->notes == LAYOUT_NOTES_MAX)
		return;
	struct layout_note *note = &layout->note[layout->notes++];
	*note = (struct layout_note){ .severity = severity, .code = code, .offset = offset };
	va_list args;
	va_start(args, format);
	vsnprintf(note->text, sizeof(note->text), format, args);
	va_end(args);
}

/* type_mismatch.c - the name says one thing, the bytes another. */
#include "triage/detect/tables.h"

#include "triage/base/glob.h"

#include <string.h>

bool
detect_name_is_skipped(const struct detect_tables *tables, const char *name)
{
	for (size_t i = 0; i < tables->scores.skip_count; i++)
		if (glob_match(tables->scores.skip_names[i], name))
			return true;
	return false;
}

bool
detect_is_disguise(const struct file_type *type, const char *mime, const char *magic, enum triage_text_kind text)
{
	return type->lure && text == TRIAGE_BINARY && is_program(mime, magic);
}

bool
detect_type_mismatch(const struct detect_tables *tables, const char *name, const char *mime, enum triage_text_kind text, uint64_t size)
{
	if (size == 0 || strncmp(mime, "inode/", 6) == 0)
		return false;
	const struct file_type *type = file_type_of_name(&tables->types, name);
	if (type == NULL || type->any || detect_name_is_skipped(tables, name))
		return false;
	if (detect_is_disguise(type, mime, "", text))
		return true;
	if (mime[0] == '\0')
		mime = text == TRIAGE_BINARY ? "application/octet-stream" : "text/plain";
	return !file_type_accepts(type, mime);
}

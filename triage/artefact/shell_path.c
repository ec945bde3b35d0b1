/* shell_path.c - shell items in words: labels, paths, fields of an event. */
#include "triage/artefact/shell_item.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_MAX = 1 << 17 };

void
shell_item_label(struct buf *out, const struct shell_item *i)
{
	if (i->name.units > 0)
		wintext_append(out, i->name);
	else if (i->words != NULL)
		buf_format(out, "<%s>", i->words);
	else if (i->guid[0] != '\0')
		buf_format(out, "{%s}", i->guid);
	else if (strcmp(i->kind, "unknown") == 0)
		buf_format(out, "<unknown 0x%02x>", i->type);
	else
		buf_format(out, "<%s>", i->kind);
}

void
shell_path_add(struct buf *path, const struct shell_item *i)
{
	SCOPED_BUF label;
	buf_init(&label, LABEL_MAX);
	shell_item_label(&label, i);
	if (path->size > 0) {
		char last = path->data[path->size - 1], first = buf_cstr(&label)[0];
		/* a name in brackets is no part of a path: a blank stands beside it */
		if (last == '>' || first == '<')
			buf_char(path, ' ');
		else if (last != '\\' && first != '\\')
			buf_char(path, '\\');
	}
	buf_put(path, buf_cstr(&label), label.size);
}

void
shell_item_put(struct artefact *a, const struct shell_item *i)
{
	char text[64];
	wintext_put(a, "name", i->name);
	if (i->name.units == 0)
		artefact_text(a, "name", i->words);
	wintext_put(a, "short_name", i->short_name);
	wintext_put(a, "localized_name", i->localized);
	wintext_put(a, "description", i->description);
	wintext_put(a, "comments", i->comments);
	wintext_put(a, "archive_folder", i->folder);
	artefact_text(a, "item_kind", i->kind);
	artefact_text(a, "guid", i->guid);
	if (i->has_mft) {
		snprintf(text, sizeof(text), "%ju-%u", (uintmax_t)i->mft_entry, (unsigned)i->mft_sequence);
		artefact_text(a, "file_reference", text);
	}
	if (i->has_size && i->size != 0)
		artefact_unsigned(a, "size", i->size);
	if (i->has_size)
		artefact_unsigned(a, "attributes", i->attributes);
	artefact_when(a, "modified", i->modified);
	artefact_when(a, "created", i->created);
	artefact_when(a, "accessed", i->accessed);
}

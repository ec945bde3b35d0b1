/*
 * tools.h - programs for remote access, administration and attack, by their traces: rules/remote_tools.tsv.
 *
 * A row: tool; category; dual (yes: administrators and suppliers use it too); severity (at most, with one class of source); technique; files (globs over base
 * names of programs and their files); homes (globs over the path where a normal installation lies); services (globs over service names); keys (parts of a
 * registry key); unix (names of the program without ending); why. Lists have ';' between.
 */
#ifndef TRIAGE_DETECT_TOOLS_H
#define TRIAGE_DETECT_TOOLS_H

#include "triage/base/table.h"
#include "triage/detect/name_set.h"

#include <triage/record.h>

#include <stdbool.h>

enum { TOOL_FITS_MAX = 8 };

struct tool {
	const char *name, *category, *technique, *files, *homes, *services, *keys, *unix_names, *why;
	enum triage_severity severity;
	bool dual;
};

struct tools {
	struct tool *list;
	size_t count;
	struct name_set files, services, unix_names;	/* ids are indexes of list */
	char *texts;			/* the cut lists that the sets borrow */
};

WARN_UNUSED enum triage_status tools_load(struct tools *t, const struct table *table, const char *path, struct triage_error *err);
void tools_release(struct tools *t);

#endif

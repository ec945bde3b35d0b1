/*
 * places.h - places from which something starts by itself, and what is odd in each: rules/persistence.tsv.
 *
 * A row: detection; parser; key (globs over the registry key, "" for any); value (globs over the name of the value); field (of data that holds what is
 * started); test; normal (globs). Tests: any (there is something), other (it is none of normal), each (a word of the list is none of normal), command
 * (it looks like an intruder's), library (no usual place of a library, and none of normal), open (it runs from where everybody may write).
 * With '|' between alternatives. Events whose key is told as deleted count too: the trace is what matters.
 */
#ifndef TRIAGE_DETECT_PLACES_H
#define TRIAGE_DETECT_PLACES_H

#include "triage/detect/detections.h"

enum place_test { PLACE_ANY, PLACE_OTHER, PLACE_EACH, PLACE_COMMAND, PLACE_LIBRARY, PLACE_OPEN };

struct autostart_place {
	const struct detection *detection;
	const char *parser, *key, *value, *field, *normal;
	enum place_test test;
};

struct places {
	struct autostart_place *list;
	size_t count;
};

WARN_UNUSED enum triage_status places_load(struct places *p, const struct detections *d, const struct table *table, const char *path, struct triage_error *err);
void places_release(struct places *p);

#endif

/*
 * finder.h - something else that looks for places in a stream beside the rules; what it finds goes the way of matches.
 *
 * Each of its names is one more rule of the set, behind those that were compiled. It sees the same bytes as they do: whole streams and
 * windows, never content that was seen before or is known to be good. One place of each string is kept a stream, the first.
 */
#ifndef TRIAGE_ANALYSE_FINDER_H
#define TRIAGE_ANALYSE_FINDER_H

#include "triage/analyse/scan_inside.h"

/* Add its names to the rules of the set, as the last. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status finder_add_rules(struct analyse_set *set, const struct analyse_finder *finder, struct triage_error *err);

/* Look through bytes that lie at base of the stream; again: so many of the first were looked through before. */
void finder_look(struct scan *scan, struct view bytes, uint64_t base, size_t again);

#endif

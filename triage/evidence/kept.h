/*
 * kept.h - rows that are kept before they are told, so that a later one can still change an earlier one: a volume is locked
 * until what it holds could be opened.
 */
#ifndef TRIAGE_EVIDENCE_KEPT_H
#define TRIAGE_EVIDENCE_KEPT_H

#include "triage/evidence/evidence.h"

enum { KEPT_ROWS_MAX = 64 << 10 };

struct kept_row;

/* Zeroed: empty. */
struct kept {
	struct kept_row *rows;
	size_t count, room;
	uint64_t left_out;		/* problems beyond KEPT_ROWS_MAX */
};

/* A sink that keeps copies of evidence, volume, filesystem and problem rows in k. Errors of it: E_MEMORY. */
struct evidence_sink kept_sink(struct kept *k);
/* Change the state of a volume's row; nothing happens when there is none of that index. */
void kept_volume_state(struct kept *k, uint32_t index, enum triage_volume_state state);
/* True when a volume is kept that has a kind: a partition, a lock, a known format; not "none". */
bool kept_has_volume_of_kind(const struct kept *k);
/* Tell everything in the order in which it came. Errors: what the sink returned. */
WARN_UNUSED enum triage_status kept_tell(const struct kept *k, const struct evidence_sink *sink, struct triage_error *err);
void kept_release(struct kept *k);	/* leaves it empty */

#endif

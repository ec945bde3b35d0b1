/*
 * gate_wide.h - the same question as gate_places.h, put to GATE_WIDE places at once where the processor can (AVX2).
 *
 * Words of up to six bytes are sorted into GATE_BUCKETS groups. For each of their first GATE_LEADING bytes two tables of 16 say which groups have
 * a word with such a lower and such an upper half of the byte there; a place at which no group is left in any of these tables begins no word. What is left
 * is few places, and they are asked as gate_places.h asks. With more words than that serves, too much is left: gate_wide_make() says so.
 */
#ifndef TRIAGE_ANALYSE_GATE_WIDE_H
#define TRIAGE_ANALYSE_GATE_WIDE_H

#include "triage/analyse/gate_inside.h"

/*
 * Fill gate->wide from the words of the gate. wide.usable: the processor can, and it is worth it.
 */
void gate_wide_make(struct gate *gate);

/*
 * From *at on, in steps of GATE_WIDE places that all have GATE_LONG bytes before the stream ends: the first step in which a word may begin. *at is then its
 * place, and the bits that are returned are its places; 0: there is none until the first step that does not lie wholly before last, *at.
 */
uint32_t gate_wide_next(const struct gate *gate, const struct gate_filter *filters, const uint8_t *shorts, struct view stream, size_t last, size_t *at);

#endif

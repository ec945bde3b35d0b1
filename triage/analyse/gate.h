/*
 * gate.h - which rules can match a stream at all, told by one fast look at its bytes.
 *
 * A rule is gated for a class of streams when its condition cannot hold there unless some of its strings occur, or the stream's first
 * bytes or name are those that it wants (rule_formula.h). For each string of such a rule the
 * gate knows words that must occur for the string to match: the string itself where it is literal, else one of the atoms that
 * libyara's own automaton looks for, and each run of bytes that stands in its text outside brackets. All words are found in one pass over the stream; the rules whose formula then holds
 * are the candidates, and only they need be searched for by YARA. Leaving out the others changes no match.
 *
 * Source of the automaton's tables: yara/types.h of libyara 4.2 (transition, match table and match pool of YR_RULES).
 */
#ifndef TRIAGE_ANALYSE_GATE_H
#define TRIAGE_ANALYSE_GATE_H

#include "triage/analyse/rule_formula.h"
#include "triage/base/error.h"
#include "triage/base/view.h"

#include <yara.h>

struct gate;			/* built once, shared by forked workers */
struct gate_look;		/* one process's findings in the stream at hand */

WARN_UNUSED enum triage_status gate_new(struct gate **ret_gate, struct triage_error *err);
void gate_free(struct gate *gate);

/*
 * Add the rules of one compiled group. formulas: of each of its rules, in order, over the strings that it declares. tags: what a candidate is
 * told by. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status gate_add(struct gate *gate, const YR_RULES *rules, const struct rule_formula *const *formulas, const uint32_t *tags,
    struct triage_error *err);
/*
 * The classes (1 << enum file_class) for which the gate can tell nothing about a rule, the index-th that was added: its formula may hold
 * in any such stream. There it is never told as a candidate: treat it as one always.
 */
unsigned gate_standing(const struct gate *gate, size_t index);
/* No more rules come. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status gate_close(struct gate *gate, struct triage_error *err);
size_t gate_bytes(const struct gate *gate);

WARN_UNUSED enum triage_status gate_look_new(const struct gate *gate, struct gate_look **ret_look, struct triage_error *err);
void gate_look_free(struct gate_look *look);

/*
 * Look at a whole stream. names: what it is called, as the externals of rules. Tags of the candidates, each once, in no order that means anything; valid until the next call. False when the stream
 * meets words so often that looking costs more than it saves: then every rule is a candidate and ret_tags is untouched.
 */
bool gate_look_at(struct gate_look *look, struct view stream, const char *const names[RULE_NAME_COUNT], const uint32_t **ret_tags,
    size_t *ret_count);

#endif

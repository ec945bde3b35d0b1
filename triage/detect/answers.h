/*
 * answers.h - the answers of page 1 out of the finished findings and what the judge knows besides, each a JSON object.
 *
 * Every answer has `answer` (a fixed word), `certainty` (established, very-probable, probable, possible, or null where nothing is claimed) and `reasons`
 * (sentences). An answer that says that there is no trace has `blind`: what was not there to be read. Times are ISO 8601 in UTC. docs/answers.md lists
 * the words and members of each.
 */
#ifndef TRIAGE_DETECT_ANSWERS_H
#define TRIAGE_DETECT_ANSWERS_H

#include "triage/base/buf.h"
#include "triage/detect/detect.h"

/*
 * The earliest finding that an intruder left: of at least high severity (medium, when there is none such but several), with a time, and not more than a
 * year before the rest; NULL when there is none. Findings come sorted as the judge gives them.
 */
const struct detect_finding *answer_first_act(const struct detect_finding *const *findings, size_t count);
/* How an intruder came in, as far as a finding tells: remote-logon, guessed-password, web, remote-access-tool, database-server, mail, download, unknown. */
const char *answer_vector(const struct detect_finding *f);

/* The first act: an object with confidence, finding (its rule), host, kind, path, technique, time, title and vector, or null. */
void answer_entry(const struct detect_finding *const *findings, size_t count, struct buf *out);

/*
 * Accounts in findings of medium severity or more about logons, passwords and accounts, sorted by name: an array of objects with account, last_use
 * (time of the last finding that names it, or null), reasons (titles) and severity. Machine accounts and those of Windows itself are left out. A copied
 * password database adds "krbtgt" with the reason that it must be reset twice. *ret_left_out: there are more than are listed. Errors: E_MEMORY, E_LIMIT.
 */
WARN_UNUSED enum triage_status answer_accounts(const struct detect_finding *const *findings, size_t count, struct buf *out, bool *ret_left_out, struct triage_error *err);

/* All other answers, when the verdict stands. */
struct detect_judge;
WARN_UNUSED enum triage_status answers_make(struct detect_judge *j, double examined_share, struct triage_error *err);

#endif

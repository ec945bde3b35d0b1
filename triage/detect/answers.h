/*
 * answers.h - two answers of page 1, out of the finished findings alone: what the first act of an intruder was, and which accounts need a new password.
 */
#ifndef TRIAGE_DETECT_ANSWERS_H
#define TRIAGE_DETECT_ANSWERS_H

#include "triage/base/buf.h"
#include "triage/detect/detect.h"

/*
 * The earliest finding that an intruder left: of at least high severity (medium, when there is none such but several), with a time. Appends an object
 * with confidence, finding (its rule), host, kind, path, technique, time, title and vector (how they came in, as far as the kind tells:
 * remote-logon, guessed-password, web, remote-access-tool, unknown), or null.
 */
void answer_entry(const struct detect_finding *const *findings, size_t count, struct buf *out);

/*
 * Accounts in findings of medium severity or more about logons, passwords and accounts, sorted by name: an array of objects with account, last_use
 * (time of the last finding that names it, or null), reasons (titles) and severity. Machine accounts and those of Windows itself are left out. A copied
 * password database adds "krbtgt" with the reason that it must be reset twice. *ret_left_out: there are more than are listed. Errors: E_MEMORY, E_LIMIT.
 */
WARN_UNUSED enum triage_status answer_accounts(const struct detect_finding *const *findings, size_t count, struct buf *out, bool *ret_left_out, struct triage_error *err);

#endif

/*
 * share.h - a second bundle for those outside: supplier, CERT, neighbour town.
 *
 * It is a case of its own, made anew from the sealed one, and holds nothing that is not on a list: findings by kind, rule, technique, family and numbers; digests of
 * the attacker's files; times of the files and records that findings cite; network addresses in the address fields of these records. Paths, accounts and hosts are
 * commitments (share_secret.h). No other text of the evidence or of the examiner comes in: no titles with names, no samples, messages, note text,
 * mail or chat addresses, owners, labels, case numbers. Texts of rules come in when the rules are those of this program.
 *
 * Because it is a case, it has a report, a timeline, indicators and a chain of custody, and `triage verify`, `report` and `export` take it.
 */
#ifndef TRIAGE_RUN_SHARE_H
#define TRIAGE_RUN_SHARE_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct share_plan {
	const char *bundle, *output;	/* sealed; new */
	const char *secret;		/* file with the secret */
	bool make_secret;		/* that is to be made */
	const char *tlp, *lang, *rules_dir;
};

/* tell: each difference when the bundle is not what was sealed. ret_seal: 65 bytes. Errors: E_FORMAT (not intact), E_IO, E_USAGE (output exists), E_MEMORY. */
WARN_UNUSED enum triage_status share_make(const struct share_plan *plan, void (*tell)(void *ctx, const char *line), void *ctx, char *ret_seal, struct triage_error *err);

/* One commitment, opened: text is the path or name. */
struct share_opened {
	const char *kind, *digest, *salt, *text;	/* kind: file, account, host */
};
/*
 * Open the commitments of a share against the sealed bundle that it was made from. only: these alone; count 0: all. ret_closed: how many were not
 * found. Errors: E_FORMAT when one of the two is not intact or the share is of another bundle; E_IO.
 */
WARN_UNUSED enum triage_status share_reveal(const char *share, const char *bundle, const char *secret, const char *const *only, size_t only_count,
    void (*opened)(void *ctx, const struct share_opened *one), void (*tell)(void *ctx, const char *line), void *ctx, size_t *ret_closed, struct triage_error *err);

#endif

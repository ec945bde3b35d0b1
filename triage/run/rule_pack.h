/*
 * rule_pack.h - rules and tables updated offline: a signed pack takes the place of the folder that updates go to.
 *
 * A pack is an archive (analyse/pack.h) with a detached CMS signature (DER) beside it. The signature is checked over the whole file before a
 * byte of it is taken apart; then its version is held against the one in use, and all of it must load; then the folder changes at once.
 */
#ifndef TRIAGE_RUN_RULE_PACK_H
#define TRIAGE_RUN_RULE_PACK_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { RULE_VERSION_SIZE = 64 };

struct rule_pack_plan {
	const char *pack;
	const char *signature;		/* NULL: the pack's name with ".p7s" */
	const char *trust;		/* PEM: whose packs are taken */
	const char *in_use;		/* folder of rules that the pack is to be newer than */
	const char *built_in;		/* folder of those that came with the program */
	const char *into;		/* folder of rules that is replaced or made; what it held is kept as INTO.old */
	bool older;			/* an older pack is taken, too */
};

struct rule_pack_result {
	char version[RULE_VERSION_SIZE], before[RULE_VERSION_SIZE];	/* of the pack, of in_use; "" for none */
	char who[400];			/* who signed it */
	size_t files, rules;
	bool unchanged;			/* the pack is what is in use: nothing was done */
};

/* The version of a folder of rules, as its file VERSION has it: digits and letters with dots between; "" when there is none. */
void rule_pack_version(const char *folder, char ret_version[RULE_VERSION_SIZE]);
/* Below, equal or above 0, as 2026.9.1 is to 2026.11.1. */
int rule_pack_compare(const char *a, const char *b);

/* Is the folder of updates to be used? Yes when it is newer than the built-in one, or was taken with `older` beside that very version. */
bool rule_pack_is_used(const char *updates, const char *built_in);

/*
 * Errors: E_FORMAT (signature wrong or of somebody who is not trusted, no such archive, no version), E_USAGE (older than in_use, rules in it do not
 * load, no trust given, INTO or INTO.old is there and no folder of rules), E_IO, E_MEMORY. After an error the folder is as it was.
 */
WARN_UNUSED enum triage_status rule_pack_update(const struct rule_pack_plan *plan, struct rule_pack_result *ret_result, struct triage_error *err);

#endif

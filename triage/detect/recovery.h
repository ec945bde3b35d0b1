/*
 * recovery.h - what is known of decryption by family (rules/decryptors.tsv), and files that a later decryption needs (rules/keep.tsv).
 */
#ifndef TRIAGE_DETECT_RECOVERY_H
#define TRIAGE_DETECT_RECOVERY_H

#include "triage/base/table.h"
#include "triage/detect/name_set.h"

#include <stdbool.h>

/* Text is borrowed from the tables. */
struct decryptor {
	const char *family, *state, *text, *as_of;	/* state: tool, keys, some, none, lost */
	bool verified;
};

struct keep_rule {
	const char *family, *what, *text;
	bool verified;
};

struct recovery {
	struct decryptor *decryptors;
	size_t decryptor_count;
	struct keep_rule *keeps;
	size_t keep_count;
	struct name_set names;		/* ids are indexes of keeps */
};

WARN_UNUSED enum triage_status recovery_load_decryptors(struct recovery *r, const struct table *table, const char *path, struct triage_error *err);
WARN_UNUSED enum triage_status recovery_load_keeps(struct recovery *r, const struct table *table, const char *path, struct triage_error *err);
void recovery_release(struct recovery *r);
/* Of a family by its name, without regard to case; NULL: nothing is known. */
const struct decryptor *recovery_decryptor(const struct recovery *r, const char *family);

/* What the case holds of one row of keep.tsv, for the answers. */
enum { KEPT_EXAMPLES = 5 };
struct kept {
	uint64_t count;
	const char *paths[KEPT_EXAMPLES];
	uint64_t file_ids[KEPT_EXAMPLES];
};

#endif

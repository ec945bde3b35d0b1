/*
 * merge.h - parts of one machine's work (--shard K/N), brought together into the bundle that one run would have made.
 *
 * A part keeps in its bundle what the end of a run works from: data/shard/journal.db (case/store.h: case_keep()) and data/shard/arguments. Merging puts the parts'
 * journals together and lets the end of a run do its work on that: judge, exports, flagged files, seal. The evidence is opened once more for it, where it was: its layers
 * are looked at and flagged files are fetched; nothing is examined again.
 */
#ifndef TRIAGE_RUN_MERGE_H
#define TRIAGE_RUN_MERGE_H

#include "triage/run/supervisor.h"

enum { MERGE_PARTS_MAX = 10000 };

/* Is the stream one of this part? By what it is, not by a number given in the order of listing; a file and its older copies are in one part, where they are compared. */
bool merge_is_ours(const struct triage_plan *plan, uint64_t inode, uint32_t attr_type, uint32_t attr_id);
/* When the parts are together: the layers are known again, what is left is to say what no part has done. */
WARN_UNUSED enum triage_status merge_examined(struct supervisor *s, struct triage_error *err);
/* At the end of a part, before its own judgement: keep the journal. */
WARN_UNUSED enum triage_status merge_keep(struct supervisor *s, struct triage_error *err);

struct merge_plan {
	const char *const *bundles;	/* absolute */
	size_t count;
	const char *output;		/* absolute; must not exist */
	void *ctx;
	void (*tell)(void *ctx, const char *line);
};

/*
 * Verify the parts, see that they belong together, make output/work with the joint journal. ret_arguments: the file with the arguments of the run (PATH_MAX bytes);
 * ret_missing: for triage_plan.missing_parts. When SOURCE_DATE_EPOCH is set, the bundle is to have the bytes of one run: then OUTPUT.merge.json says of which parts it was made,
 * else an act in the chain of custody does. Errors: E_USAGE (no parts of one run, or the same part twice), E_FORMAT (a part is not what was sealed), E_IO.
 */
WARN_UNUSED enum triage_status merge_prepare(const struct merge_plan *plan, char *ret_arguments, struct buf *ret_missing, struct triage_error *err);
/* After an error: the folder that merge_prepare() made, with all that is in it. */
void merge_remove(const char *output);

#endif

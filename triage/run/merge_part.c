/* merge_part.c - what a run does otherwise when it is one part, or the end of several. */
#include "triage/run/merge.h"

#include <stdio.h>

bool
merge_is_ours(const struct triage_plan *plan, uint64_t inode, uint32_t attr_type, uint32_t attr_id)
{
	if (plan->shards < 2)
		return true;
	uint64_t x = (inode + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ ((uint64_t)attr_type << 32 | attr_id);
	x = (x ^ x >> 31) * UINT64_C(0xbf58476d1ce4e5b9);
	return (x ^ x >> 29) % plan->shards == plan->shard - 1;
}

enum triage_status
merge_examined(struct supervisor *s, struct triage_error *err)
{
	if (s->plan->missing_parts[0] == '\0')
		return TRIAGE_OK;
	char message[800];
	snprintf(message, sizeof(message), "these parts of the work were not given to merge, what they were to examine was not: %s", s->plan->missing_parts);
	return supervisor_problem(s, 0, 0, "", &(struct triage_problem){ .stage = "content", .severity = TRIAGE_HIGH, .code = "part-missing", .message = message,
		.inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID }, err);
}

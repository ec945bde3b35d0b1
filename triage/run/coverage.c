#include "triage/run/coverage.h"

#include <stdio.h>

enum triage_status
coverage_shadows(const struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	uint64_t total = 0, left_out = 0, failed = 0;
	for (size_t i = 0; i < s->source_count; i++) {
		total += s->sources[i].shadows;
		left_out += s->sources[i].shadows_left_out;
		failed += s->sources[i].shadows_failed;
	}
	if (total == 0)
		return TRIAGE_OK;
	char reason[80] = "";
	if (left_out > 0 && s->plan->no_vss)
		snprintf(reason, sizeof(reason), "left out by --vss none");
	else if (left_out > 0)
		snprintf(reason, sizeof(reason), "left out: only %u to %u of each volume (--vss)", s->plan->vss_first, s->plan->vss_last);
	const struct case_coverage_row row = { .what = "shadow-copies", .reason = reason, .total = total, .examined = total - left_out - failed,
	    .skipped = left_out, .failed = failed };
	return case_seal_coverage(z, &row, err);
}

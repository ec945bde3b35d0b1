/*
 * scores.h - the numbers of scores.tsv that the judge reads, by name. scores.def lists them.
 */
#ifndef TRIAGE_DETECT_SCORES_H
#define TRIAGE_DETECT_SCORES_H

#include "triage/base/error.h"
#include "triage/base/table.h"

#include <triage/record.h>

struct scores {
	double severity[TRIAGE_SEVERITY_COUNT];	/* weight before confidence */
	double confidence_max, confidence_one, confidence_two, confidence_three, confidence_exact;
	double probable_traits, very_probable_traits;
	double compromised_at, compromised_kinds, suspicious_at, incomplete_below;
	double mismatch_max, generic_max, rule_hits_max;
	double entropy_min, entropy_min_small, sample_min, chi_square_min, chi_square_max;
	double siblings_min, siblings_with_note, siblings_with_mark, types_min, folders_min, share_min;
	double new_extension_files, new_extension_hours, min_size;
	bool encrypted_is_compromised;
	char skip_names[8][32];		/* globs of base names that are not judged by their extension */
	size_t skip_count;
};

/* Errors: E_FORMAT names the row whose value is no number, or too many names. Rows that scores.def does not list are fine. */
WARN_UNUSED enum triage_status scores_load(struct scores *scores, const struct table *table, const char *path, struct triage_error *err);

#endif

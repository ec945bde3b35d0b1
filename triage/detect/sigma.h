/*
 * sigma.h - Sigma rules: read from YAML, compiled, and told about. Specification 2.1.0 of SigmaHQ/sigma-specification (rules, modifiers, correlations, filters).
 *
 * A set is loaded once and does not change afterwards. A rule that cannot be used is refused with its line and a reason; the others of its file are loaded
 * all the same. What a rule's log source and fields are here is told by two tables, sigma_logsources.tsv and sigma_fields.tsv.
 *
 * Not judged, and named as refused: aggregations of Sigma 1 ("| count() ..."), "action:" documents of Sigma 1, |expand (there are no
 * lists for placeholders), correlations by value_percentile and value_median, log sources that no artefact gives.
 */
#ifndef TRIAGE_DETECT_SIGMA_H
#define TRIAGE_DETECT_SIGMA_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct sigma_config {
	const char *tables;		/* folder of sigma_logsources.tsv and sigma_fields.tsv */
	const char *const *paths;	/* files, or folders that are searched for *.yml and *.yaml; links in folders are not followed */
	size_t path_count;
	const char *own;		/* the one among paths whose rules are our own: they may say kind and confidence; NULL: none */
};

struct sigma_file {
	const char *path;
	const char *sha256;		/* hex, "" when it could not be read */
	const char *error;		/* why nothing of it is used; "" */
	size_t rules, refused;
};

/* A rule that is not used, or a part of a file in which none could be read. */
struct sigma_refusal {
	const char *path, *title, *why;	/* title "" when it has none */
	unsigned line;
	bool elsewhere;			/* sound, but about a log that no artefact gives */
};

struct sigma_set;
/* Errors: E_IO when a path does not exist or a table is missing, E_FORMAT and E_LIMIT for the tables, E_MEMORY. A bad rule is no error. */
WARN_UNUSED enum triage_status sigma_load(const struct sigma_config *config, struct sigma_set **ret_set, struct triage_error *err);
void sigma_free(struct sigma_set *set);
size_t sigma_rule_count(const struct sigma_set *set);
size_t sigma_file_count(const struct sigma_set *set);
const struct sigma_file *sigma_file(const struct sigma_set *set, size_t index);
size_t sigma_refusal_count(const struct sigma_set *set);
const struct sigma_refusal *sigma_refusal(const struct sigma_set *set, size_t index);
/* The two tables, for the custody log. */
void sigma_tables(const struct sigma_set *set, void (*each)(void *ctx, const char *path, const char *sha256, size_t rows), void *ctx);

#endif

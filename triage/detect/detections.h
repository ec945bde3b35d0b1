/*
 * detections.h - the claims that detectors make, as data: rules/detections.tsv gives kind, technique, severity and the words of each.
 *
 * A detector names a claim by its id; its rule is "detect:<id>". What supports a claim votes by its class, one vote each: with one class
 * the confidence is that of the table, with two and three it rises to that of scores.tsv. A claim that is critical is told
 * as high until a second class supports it, unless the table says that it has no normal use ("alone").
 */
#ifndef TRIAGE_DETECT_DETECTIONS_H
#define TRIAGE_DETECT_DETECTIONS_H

#include "triage/base/table.h"
#include "triage/detect/folds.h"

enum source_class { CLASS_EXECUTION = 1, CLASS_LOG = 2, CLASS_CONTENT = 4, CLASS_REGISTRY = 8, CLASS_FILE = 16, CLASS_NETWORK = 32 };

struct detection {
	const char *id;			/* borrowed from the table, like all text here */
	const char *rule;		/* "detect:<id>" */
	const char *kind, *technique, *title, *why, *innocent, *version;
	enum triage_severity severity;
	unsigned confidence;
	bool alone;
};

struct detections {
	struct detection *list;
	size_t count;
};

WARN_UNUSED enum triage_status detections_load(struct detections *d, const struct table *table, const char *path, struct triage_error *err);
void detections_release(struct detections *d);
/* NULL when there is none. */
const struct detection *detections_find(const struct detections *d, const char *id);
/* A column that must be there, and a cell that must not be empty; E_FORMAT names table and row. */
WARN_UNUSED enum triage_status detections_column(const struct table *table, const char *path, const char *name, size_t *ret_column, struct triage_error *err);
/* Sets the error of a row (from 0) and its cell, and gives E_FORMAT. */
WARN_UNUSED enum triage_status detections_bad(const char *path, size_t row, const char *what, const char *cell, struct triage_error *err);
/* The detection that a row of another table names. */
WARN_UNUSED enum triage_status detections_named(const struct detections *d, const char *path, size_t row, const char *id, const struct detection **ret_detection,
    struct triage_error *err);

struct detect_judge;
struct happening;
struct subject;
/* The class that an event votes in, by its source. */
unsigned detection_class(const char *source, const char *parser);
/* Find or make the finding of a claim. split: "" or what sets it apart, which then ends its title. host: NULL is "". */
struct fold *judge_claim(struct detect_judge *j, const struct detection *d, const char *host, const char *split);
/* One event more, or one file more, that supports a claim; NULL when there is no room. */
struct fold *judge_claim_event(struct detect_judge *j, const struct detection *d, const struct happening *h, const char *split, unsigned weight);
struct fold *judge_claim_file(struct detect_judge *j, const struct detection *d, const struct subject *s, const char *split, unsigned weight);
/* The same by id; an id that the table does not have gives NULL, which judge_claim() and the others remark. */
const struct detection *judge_detection(const struct detect_judge *j, const char *id);

#endif

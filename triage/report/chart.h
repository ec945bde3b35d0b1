/*
 * chart.h - activity over time, counted in bounded memory and drawn as SVG.
 *
 * Moments are counted by day over the whole range of times that exist, and by hour or more in one short span around the
 * findings. Times given here are local to the page's zone already.
 */
#ifndef TRIAGE_REPORT_CHART_H
#define TRIAGE_REPORT_CHART_H

#include "triage/report/html.h"

enum { BUCKETS_MAX = 200, MARK_LEVELS = 3 };	/* marks: medium, high, critical */

struct chart {
	size_t count;				/* buckets; 0: nothing to draw */
	int64_t starts[BUCKETS_MAX + 1];	/* seconds; bucket i is [starts[i], starts[i + 1]) */
	uint64_t moments[BUCKETS_MAX];
	uint32_t marks[MARK_LEVELS][BUCKETS_MAX];
	enum time_form form;			/* how a bucket is named */
	bool even;				/* of files, not of moments: heights in proportion, no findings */
	uint64_t before, after;			/* moments that are not drawn */
};

struct activity;

WARN_UNUSED enum triage_status activity_new(struct activity **ret_activity, struct triage_error *err);
void activity_free(struct activity *a);		/* NULL is fine */
/* Count more closely between two moments (seconds): buckets of an hour, or of whole hours so that they fit. */
void activity_focus(struct activity *a, int64_t from, int64_t to);
void activity_add(struct activity *a, int64_t seconds);
uint64_t activity_total(const struct activity *a);
/*
 * Days, weeks, months or years, whichever fits. Left out at the early end: what is less than a hundredth of all moments and
 * comes before the rest; at the late end: what lies after latest (seconds; INT64_MAX: nothing).
 */
void activity_chart(const struct activity *a, int64_t latest, struct chart *ret_chart);
void activity_focus_chart(const struct activity *a, struct chart *ret_chart);

void chart_mark(struct chart *chart, int severity, int64_t seconds);
/* The drawing, and the same as a table for who cannot see it. label: message key with the count as {0}. */
void chart_draw(struct page *p, const struct chart *chart, const char *label);

#endif

/* chart_draw.c - a chart as SVG and as a table. Heights of moments are logarithmic: one busy day must not flatten the others. */
#include "triage/report/chart.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 1000, TOP = 22, HEIGHT = 150, BASE = TOP + HEIGHT, MARK_STEP = 17, LABELS = 5, TABLE_MAX = 120 };

static uint64_t
highest(const struct chart *chart)
{
	uint64_t most = 1;
	for (size_t i = 0; i < chart->count; i++)
		if (chart->moments[i] > most)
			most = chart->moments[i];
	return most;
}

static double
left_of(const struct chart *chart, size_t bucket)
{
	return (double)bucket * WIDTH / (double)chart->count;
}

static double
height_of(const struct chart *chart, uint64_t value, uint64_t most)
{
	return HEIGHT * (chart->even ? (double)value / (double)most : log1p((double)value) / log1p((double)most));
}

static void
put_bars(struct page *p, const struct chart *chart, uint64_t most)
{
	double gap = chart->count > 120 ? 0.5 : 1.5;
	page_raw(p, "<g class=\"bars\">");
	for (size_t i = 0; i < chart->count; i++) {
		if (chart->moments[i] == 0)
			continue;
		double height = height_of(chart, chart->moments[i], most);
		page_format(p, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", left_of(chart, i) + gap / 2, BASE - height,
		    left_of(chart, 1) - gap, height);
	}
	page_format(p, "</g><line class=\"axis\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n", WIDTH, BASE, BASE);
}

/* Begin of a bucket in nanoseconds. The first may begin before the earliest moment that nanoseconds can tell. */
static int64_t
start_of(const struct chart *chart, size_t bucket)
{
	int64_t ns;
	if (!__builtin_mul_overflow(chart->starts[bucket], INT64_C(1000000000), &ns))
		return ns;
	return chart->starts[bucket] < 0 ? INT64_MIN + 1 : INT64_MAX;
}

static void
put_labels(struct page *p, const struct chart *chart, int y)
{
	size_t labels = chart->count < LABELS ? chart->count : LABELS;
	for (size_t i = 0; i < labels; i++) {
		size_t bucket = labels == 1 ? 0 : i * (chart->count - 1) / (labels - 1);
		const char *anchor = i == 0 ? "start" : i + 1 == labels ? "end" : "middle";
		double x = i + 1 == labels && labels > 1 ? WIDTH : left_of(chart, bucket) + (i == 0 ? 0 : left_of(chart, 1) / 2);
		char tag[100];
		snprintf(tag, sizeof(tag), "text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\"", x, y, anchor);
		page_value(p, tag, &(struct argument)AS_TIME(start_of(chart, bucket), chart->form));
	}
	page_raw(p, "\n");
}

/* One row below the axis for each severity that has marks; the shape says which. Returns the y below the last row. */
static int
put_marks(struct page *p, const struct chart *chart)
{
	int y = BASE + 2;
	for (int level = MARK_LEVELS - 1; level >= 0; level--) {
		int severity = level + TRIAGE_MEDIUM;
		bool any = false;
		for (size_t i = 0; i < chart->count; i++)
			any = any || chart->marks[level][i] > 0;
		if (!any)
			continue;
		y += MARK_STEP;
		for (size_t i = 0; i < chart->count; i++)
			if (chart->marks[level][i] > 0)
				page_format(p, "<text class=\"mark %s\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", severity_class(severity),
				    left_of(chart, i) + left_of(chart, 1) / 2, y - 3, severity_symbol(severity));
	}
	return y;
}

static void
put_table(struct page *p, const struct chart *chart)
{
	static const char *const of_moments[] = { "chart.from", "chart.moments", "chart.findings", NULL }, *const of_files[] = { "chart.from", "damage.files", NULL };
	size_t rows = 0;
	page_raw(p, "<details class=\"noprint\">");
	page_say(p, "summary", "chart.table", NULL);
	page_raw(p, "<div class=\"scroll\"><table class=\"narrow\">");
	page_table_head(p, "chart.table", chart->even ? of_files : of_moments);
	for (size_t i = 0; i < chart->count; i++) {
		uint64_t marks = 0;
		for (size_t level = 0; level < MARK_LEVELS; level++)
			marks += chart->marks[level][i];
		if ((chart->moments[i] == 0 && marks == 0) || rows++ >= TABLE_MAX)
			continue;
		page_raw(p, "<tr>");
		page_value(p, "td", &(struct argument)AS_TIME(start_of(chart, i), chart->form));
		page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(chart->moments[i]));
		if (!chart->even)
			page_value(p, "td class=\"num\"", &(struct argument)AS_COUNT(marks));
		page_raw(p, "</tr>\n");
	}
	page_raw(p, "</tbody></table></div>");
	if (rows > TABLE_MAX)
		page_say(p, "p class=\"note\"", "table.more", WITH(AS_COUNT(rows - TABLE_MAX)));
	page_raw(p, "</details>\n");
}

void
chart_draw(struct page *p, const struct chart *chart, const char *label)
{
	uint64_t most = highest(chart), shown = 0;
	int levels = 0;
	for (size_t level = 0; level < MARK_LEVELS; level++) {
		bool any = false;
		for (size_t i = 0; i < chart->count; i++)
			any = any || chart->marks[level][i] > 0;
		levels += any;
	}
	for (size_t i = 0; i < chart->count; i++)
		shown += chart->moments[i];
	page_raw(p, "<figure>");
	page_say(p, "figcaption", label, WITH(AS_COUNT(shown)));
	page_format(p, "\n<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\"", WIDTH, BASE + levels * MARK_STEP + 24);
	page_label(p, "aria-label", label, WITH(AS_COUNT(shown)));
	page_raw(p, ">\n");
	page_format(p, "<line class=\"grid\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", WIDTH, TOP, TOP);
	page_say(p, "text class=\"soft\" x=\"0\" y=\"15\"", "chart.most", WITH(AS_COUNT(most)));
	put_bars(p, chart, most);
	int y = put_marks(p, chart);
	put_labels(p, chart, y + 18);
	page_raw(p, "</svg>\n");
	put_table(p, chart);
	page_raw(p, "</figure>\n");
}

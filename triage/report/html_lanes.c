/*
 * html_lanes.c - the judged moments by tactic of the attack: one lane each, in the order of an attack, all over the same time.
 *
 * An attack is a few busy hours with weeks between them. So the time is cut at its widest gaps, and what is left of it is drawn side by side. Marks are those of
 * severities; who cannot see them reads number and first moment in each lane, and the table below has all.
 */
#include "triage/report/html_moments.h"

#include "triage/base/when.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LANES_MAX = 16, SEGMENTS_MAX = 6, STEPS = 200, EDGE = 8, BREAK = 10, WIDTH = 1000 };
static const uint64_t gap_least = UINT64_C(6) * 3600 * 1000000000;

struct segment {
	size_t first, last;		/* moments */
	double x, width;		/* thousandths of the lane */
};

struct lane {
	char tactic[32];
	size_t count;
	int64_t first, last;
	uint8_t marks[STEPS];		/* enum triage_severity of the most severe mark there; 0: none, for info is not drawn */
};

struct lanes {
	const struct moment *list;
	size_t count;
	struct segment segments[SEGMENTS_MAX];
	size_t segment_count;
	struct lane lanes[LANES_MAX];
	size_t lane_count;
};

/* From the moment before; two moments may lie further apart than a signed number of nanoseconds can say. */
static uint64_t
gap_before(const struct lanes *l, size_t i)
{
	return (uint64_t)l->list[i].time - (uint64_t)l->list[i - 1].time;
}

/* Cut where the gaps are widest. */
static void
cut(struct lanes *l)
{
	size_t cuts[SEGMENTS_MAX - 1], count = 0;
	for (size_t i = 1; i < l->count; i++) {
		uint64_t gap = gap_before(l, i);
		size_t at = count;
		if (gap < gap_least)
			continue;
		while (at > 0 && gap > gap_before(l, cuts[at - 1]))
			at--;
		if (at == SEGMENTS_MAX - 1)
			continue;
		if (count < SEGMENTS_MAX - 1)
			count++;
		memmove(cuts + at + 1, cuts + at, (count - 1 - at) * sizeof(cuts[0]));
		cuts[at] = i;
	}
	size_t from = 0;
	while (from < l->count) {
		size_t to = l->count;
		for (size_t i = 0; i < count; i++)
			if (cuts[i] > from && cuts[i] < to)
				to = cuts[i];
		l->segments[l->segment_count++] = (struct segment){ .first = from, .last = to - 1 };
		from = to;
	}
}

/* A busy stretch gets more room, but none gets nearly all. */
static void
place_segments(struct lanes *l)
{
	double sum = 0, x = 0, room = WIDTH - (double)(l->segment_count - 1) * BREAK;
	for (size_t i = 0; i < l->segment_count; i++)
		sum += l->segments[i].width = 2 + log2((double)(l->segments[i].last - l->segments[i].first + 1));
	for (size_t i = 0; i < l->segment_count; i++) {
		l->segments[i].x = x;
		l->segments[i].width *= room / sum;
		x += l->segments[i].width + BREAK;
	}
}

static double
place(const struct lanes *l, const struct segment *s, int64_t time)
{
	int64_t from = l->list[s->first].time, to = l->list[s->last].time;
	double share = to > from ? (double)((uint64_t)time - (uint64_t)from) / (double)((uint64_t)to - (uint64_t)from) : 0.5;
	return s->x + EDGE + share * (s->width - 2 * EDGE);
}

/* The moments of one story go into the lane of its tactic. */
static void
add_story(struct lanes *l, uint64_t story, const char *tactic)
{
	struct lane *lane = NULL;
	for (size_t s = 0, i = 0; i < l->count; i++) {
		const struct moment *m = &l->list[i];
		while (i > l->segments[s].last)
			s++;
		if (m->story_id != story)
			continue;
		for (size_t k = 0; lane == NULL && k < l->lane_count; k++)
			lane = strcmp(l->lanes[k].tactic, tactic) == 0 ? &l->lanes[k] : NULL;
		if (lane == NULL && l->lane_count == LANES_MAX)
			return;
		if (lane == NULL) {
			lane = &l->lanes[l->lane_count++];
			*lane = (struct lane){ .first = m->time, .last = m->time };
			snprintf(lane->tactic, sizeof(lane->tactic), "%s", tactic);
		}
		lane->count++;
		lane->first = m->time < lane->first ? m->time : lane->first;
		lane->last = m->time > lane->last ? m->time : lane->last;
		size_t step = (size_t)(place(l, &l->segments[s], m->time) * STEPS / WIDTH);
		if (step < STEPS && m->severity > lane->marks[step])
			lane->marks[step] = (uint8_t)m->severity;
	}
}

static enum triage_status
collect(struct page *p, struct lanes *l, struct triage_error *err)
{
	struct case_cursor *c;
	enum triage_status st = case_rows(p->reader, CASE_STORIES, CASE_BY_ID, &c, err);
	if (st != TRIAGE_OK)
		return st;
	while ((st = case_next(c, err)) == TRIAGE_OK) {
		char tactic[32];
		snprintf(tactic, sizeof(tactic), "%s", case_text(c, CASE_STORIES_TACTIC));
		add_story(l, (uint64_t)case_int(c, CASE_STORIES_STORY_ID), tactic);
	}
	case_cursor_close(c);
	return st == TRIAGE_END ? TRIAGE_OK : st;
}

/* --- drawing --- */

static void
put_segments(struct page *p, const struct lanes *l)
{
	for (size_t i = 0; i < l->segment_count; i++)
		page_format(p, "<rect class=\"cell\" x=\"%.1f%%\" width=\"%.1f%%\" height=\"100%%\"/>", l->segments[i].x / 10, l->segments[i].width / 10);
}

static void
put_lane(struct page *p, const struct lanes *l, const struct lane *lane)
{
	char room[64], from[WHEN_TEXT_SIZE], to[WHEN_TEXT_SIZE];
	const char *key = key_or(p, room, "tactic", lane->tactic, "tactic.execution");
	page_raw(p, "<li>");
	page_say(p, "b", key, NULL);
	page_raw(p, "<svg aria-hidden=\"true\">");
	put_segments(p, l);
	for (size_t step = 0; step < STEPS; step++)
		if (lane->marks[step] > 0)
			page_format(p, "<text class=\"mark %s\" x=\"%.1f%%\" y=\"17\" text-anchor=\"middle\">%s</text>", severity_class(lane->marks[step]),
			    ((double)step + 0.5) * 100 / STEPS, severity_symbol(lane->marks[step]));
	page_raw(p, "</svg>");
	page_say(p, "span class=\"soft\"", "lanes.first", WITH(AS_COUNT(lane->count), AS_TIME(page_local(p, lane->first), TIME_MINUTE)));
	page_format(p, " <button type=\"button\" hidden data-from=\"%s\" data-to=\"%s\"", when_text(lane->first, 0, "", from), when_text(lane->last, 0, "", to));
	page_label(p, "aria-label", "lanes.show-lane", WITH(AS_KEY(key)));
	page_raw(p, ">");
	page_say(p, "span", "lanes.show", NULL);
	page_raw(p, "</button></li>\n");
}

/* When each stretch begins; on a narrow screen the first and the last alone. */
static void
put_axis(struct page *p, const struct lanes *l)
{
	page_raw(p, "<li aria-hidden=\"true\"><span></span><svg>");
	for (size_t i = 0; i < l->segment_count; i++) {
		bool last = i > 0 && i + 1 == l->segment_count;
		char tag[100];
		snprintf(tag, sizeof(tag), "text class=\"%s\" x=\"%.1f%%\" y=\"14\" text-anchor=\"%s\"", i > 0 && !last ? "soft between" : "soft", last ? 100.0 : l->segments[i].x / 10,
		    last ? "end" : "start");
		page_value(p, tag, &(struct argument)AS_TIME(page_local(p, l->list[l->segments[i].first].time), TIME_DAY));
	}
	page_raw(p, "</svg><span></span></li>\n");
}

/* In the order of an attack: the words of rules/tactics.tsv. */
static const char *const order[] = { "initial-access", "execution", "persistence", "privilege-escalation", "defence-evasion", "credential-access", "discovery", "lateral-movement",
	"collection", "command-and-control", "exfiltration", "impact" };

enum triage_status
html_lanes(struct page *p, const struct moment *list, size_t count, struct triage_error *err)
{
	struct lanes l = { .list = list, .count = count };
	if (count == 0)
		return TRIAGE_OK;
	cut(&l);
	place_segments(&l);
	enum triage_status st = collect(p, &l, err);
	if (st != TRIAGE_OK || l.lane_count == 0)
		return st;
	page_raw(p, "<figure>");
	page_say(p, "figcaption", "lanes.title", WITH(AS_TEXT(p->zone != NULL ? p->zone_name : "UTC")));
	page_say(p, "p class=\"sub\"", "lanes.intro", NULL);
	page_raw(p, "<ul class=\"lanes\">\n");
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < l.lane_count; i++)
			if (strcmp(l.lanes[i].tactic, order[k]) == 0)
				put_lane(p, &l, &l.lanes[i]);
	put_axis(p, &l);
	page_raw(p, "</ul></figure>\n");
	return TRIAGE_OK;
}

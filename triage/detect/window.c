/*
 * window.c - when files were encrypted: from the change journal (names that such programs give), from $MFT records read as an artefact, and from the
 * times of the damaged files themselves, set against the times of the ransom notes.
 */
#include "triage/detect/damage.h"
#include "triage/detect/minutes.h"
#include "triage/detect/words.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <inttypes.h>
#include <string.h>

enum { RATE_MAX = 1440, LEAST = 3, AGREE_PERCENT = 80, WINDOW_TEXT = 64 << 10 };
#define MINUTE INT64_C(60000000000)
#define HOUR (60 * MINUTE)

enum clock { CLOCK_USN, CLOCK_MFT, CLOCK_FILES, CLOCK_RECORDS, CLOCK_COUNT };
static const char *const clock_words[CLOCK_COUNT] = { "usn", "mft", "file-modified", "file-record-changed" };

struct window {
	struct minutes minutes[CLOCK_COUNT];
	int64_t oldest_usn;
	bool asked;			/* oldest_usn is set */
	bool full;
};

/* Last part of a name that encrypting programs gave here, or give. */
static bool
is_suspect(const struct detect_judge *j, const char *name)
{
	uint32_t ids[8];
	size_t count = name_set_match(&j->tables->extensions.set, name, ids, 8);
	for (size_t i = 0; i < count; i++)
		if (j->tables->extensions.rules[ids[i]].strong)
			return true;
	const char *extension = extension_of(name);
	const struct group *g = extension != NULL ? groups_find(j->groups, extension) : NULL;
	return g != NULL && (double)(g->random + g->partly + g->headless) >= j->tables->scores.siblings_with_note;
}

static enum triage_status
window_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct window *w = state;
	const struct detect_event *e = h->event;
	(void)err;
	if (strcmp(e->source, "usn") == 0) {
		if (!w->asked || e->time < w->oldest_usn)
			w->oldest_usn = e->time;
		w->asked = true;
		/* each change is told again when the file is closed */
		if (!words_ends(e->message, ": created") && !words_ends(e->message, ": renamed (new name)"))
			return TRIAGE_OK;
		if (is_suspect(j, happening_text(h, "name")))
			w->full = !minutes_add(&w->minutes[CLOCK_USN], &j->pool, e->time) || w->full;
	} else if (strstr(e->meaning, "record changed") != NULL && strstr(e->meaning, "name record") == NULL && is_suspect(j, happening_text(h, "name"))) {
		w->full = !minutes_add(&w->minutes[CLOCK_MFT], &j->pool, e->time) || w->full;
	}
	return TRIAGE_OK;
}

static void
put_time(struct buf *b, const char *name, int64_t time)
{
	char text[WHEN_TEXT_SIZE];
	buf_format(b, "\"%s\":", name);
	if (time == TRIAGE_TIME_NONE)
		buf_text(b, "null");
	else
		buf_format(b, "\"%s\"", when_text(time, 9, "Z", text));
}

/* Files a step, from the first minute of the span to its last; the step grows until there are no more than RATE_MAX of them. */
static void
put_rate(struct buf *b, const struct minute *const *sorted, size_t count, const struct minutes_span *span)
{
	int64_t from = span->first / MINUTE, to = span->last / MINUTE, step = 1;
	static const int64_t steps[] = { 1, 5, 15, 60, 360, 1440, 10080 };
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && (to - from) / step >= RATE_MAX; i++)
		step = steps[i];
	while ((to - from) / step >= RATE_MAX)
		step *= 2;
	buf_text(b, "\"rate\":{");
	put_time(b, "start", from * MINUTE);
	buf_format(b, ",\"step_minutes\":%" PRId64 ",\"counts\":[", step);
	size_t i = 0;
	while (i < count && sorted[i]->number < from)
		i++;
	for (int64_t at = from; at <= to; at += step) {
		uint64_t n = 0;
		for (; i < count && sorted[i]->number < at + step; i++)
			n += sorted[i]->count;
		buf_format(b, "%s%" PRIu64, at > from ? "," : "", n);
	}
	buf_text(b, "]}");
}

/* Which clock the window is taken from. Times that the program put back show: then few of them fall together. */
static enum clock
choose(const struct window *w, const struct minutes_span spans[CLOCK_COUNT])
{
	const struct minutes *files = &w->minutes[CLOCK_FILES], *records = &w->minutes[CLOCK_RECORDS];
	if (w->minutes[CLOCK_USN].all >= LEAST)
		return CLOCK_USN;
	bool together = files->all > 0 && spans[CLOCK_FILES].inside * 100 >= files->all * AGREE_PERCENT;
	bool better = records->all > 0 && spans[CLOCK_RECORDS].inside * 100 >= records->all * AGREE_PERCENT;
	if (files->all >= 1 && (together || !better))
		return CLOCK_FILES;
	return records->all >= 1 ? CLOCK_RECORDS : CLOCK_MFT;
}

/* The journal begins after the first note or damaged file. */
static bool
is_cut(const struct detect_judge *j, const struct window *w, const struct minutes_span *files)
{
	return w->asked && ((j->note_first != TRIAGE_TIME_NONE && w->oldest_usn > j->note_first) || (files->first != TRIAGE_TIME_NONE && when_since(files->first, w->oldest_usn) > MINUTE));
}

static const char *
remark_on(const struct detect_judge *j, enum clock clock, const struct minutes_span *span)
{
	if (j->window_cut)
		return "The oldest entry of the change journal is later than the first ransom note or damaged file: it was written over, and the start is at the latest this.";
	if (clock == CLOCK_RECORDS)
		return "The dates of last change do not fall together, as when a program puts them back: the dates of change of the records are used.";
	if (j->note_first != TRIAGE_TIME_NONE && (when_since(j->note_first, span->first) > HOUR || when_since(span->last, j->note_first) > HOUR))
		return "The first ransom note is dated outside of this window by more than an hour.";
	return "";
}

static void
put_sources(struct buf *b, const struct detect_judge *j, const struct window *w, const struct minutes_span spans[CLOCK_COUNT])
{
	bool first = true;
	buf_text(b, "\"sources\":[");
	for (size_t i = 0; i < CLOCK_COUNT; i++) {
		if (w->minutes[i].all == 0)
			continue;
		buf_format(b, "%s{\"source\":\"%s\",", first ? "" : ",", clock_words[i]);
		put_time(b, "first", spans[i].first);
		buf_char(b, ',');
		put_time(b, "last", spans[i].last);
		buf_format(b, ",\"counted\":%" PRIu64 ",\"inside\":%" PRIu64 "}", w->minutes[i].all, spans[i].inside);
		first = false;
	}
	if (j->note_first != TRIAGE_TIME_NONE) {
		buf_format(b, "%s{\"source\":\"ransom-notes\",", first ? "" : ",");
		put_time(b, "first", j->note_first);
		buf_char(b, ',');
		put_time(b, "last", j->note_last);
		buf_format(b, ",\"counted\":%" PRIu64 ",\"inside\":%" PRIu64 "}", j->notes, j->notes);
	}
	buf_char(b, ']');
}

static void
put_window(struct detect_judge *j, struct window *w, const struct minute **const sorted[CLOCK_COUNT])
{
	SCOPED_BUF b;
	struct minutes_span spans[CLOCK_COUNT];
	buf_init(&b, WINDOW_TEXT);
	for (size_t i = 0; i < CLOCK_COUNT; i++)
		spans[i] = minutes_find(sorted[i], w->minutes[i].count);
	enum clock clock = choose(w, spans);
	struct minutes_span span = spans[clock];
	if (span.first == TRIAGE_TIME_NONE)
		return;
	j->window_by_journal = clock == CLOCK_USN;
	j->window_cut = clock == CLOCK_USN && is_cut(j, w, &spans[CLOCK_FILES]);
	const char *remark = remark_on(j, clock, &span);
	/* the journal may begin after the attack did */
	if (clock == CLOCK_USN && spans[CLOCK_FILES].first != TRIAGE_TIME_NONE && spans[CLOCK_FILES].first < span.first && w->oldest_usn > spans[CLOCK_FILES].first)
		span.first = spans[CLOCK_FILES].first;
	j->first_encrypted = span.first;
	j->last_encrypted = span.last;
	buf_char(&b, '{');
	put_time(&b, "first", span.first);
	buf_char(&b, ',');
	put_time(&b, "last", span.last);
	buf_format(&b, ",\"peak_per_minute\":%" PRIu64 ",\"source\":\"%s\",\"remark\":", span.most, clock_words[clock]);
	text_json_string(&b, remark);
	buf_char(&b, ',');
	put_rate(&b, sorted[clock], w->minutes[clock].count, &span);
	buf_char(&b, ',');
	put_sources(&b, j, w, spans);
	buf_char(&b, '}');
	if (remark[0] != '\0')
		judge_remark(j, remark);
	j->window = b.failed ? NULL : pool_text(&j->texts, buf_cstr(&b), b.size);
}

static enum triage_status
window_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct window *w = state;
	const struct minute **sorted[CLOCK_COUNT] = { NULL };
	(void)err;
	for (size_t i = 0; j->damage != NULL && i < j->damage->rows; i++) {
		const struct damage_row *r = damage_row_at(j->damage, i);
		if (!damage_is_encrypted(r->what) && r->what != DAMAGE_RENAMED && r->what != DAMAGE_ZEROED && r->what != DAMAGE_ZEROED_PART)
			continue;
		w->full = !minutes_add(&w->minutes[CLOCK_FILES], &j->pool, r->changed) || w->full;
		w->full = !minutes_add(&w->minutes[CLOCK_RECORDS], &j->pool, r->record_changed) || w->full;
	}
	/* a name that programs give says nothing of an attack when no file stands for it, as in a list of samples */
	bool any = j->encrypted_files > 0 || w->minutes[CLOCK_FILES].all > 0 || j->notes > 0;
	for (size_t i = 0; i < CLOCK_COUNT && any; i++)
		any = minutes_sort(&w->minutes[i], &j->pool, &sorted[i]);
	if (any)
		put_window(j, w, sorted);
	if (w->full)
		judge_remark(j, "Files were changed in more minutes than the judge counts: the time of the encryption rests on those that were counted.");
	return TRIAGE_OK;
}

static const char *const sources[] = { "usn", "mft", NULL };
const struct detector window_detector = {
	.name = "window", .state_size = sizeof(struct window), .sources = sources, .event = window_event, .finish = window_finish,
};

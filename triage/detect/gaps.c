/*
 * gaps.c - what is missing in Windows logs: numbers of records that jump, silence, a log service that ended by itself, a clock that was set.
 *
 * Each log file is looked at by itself. Records come in order of time, which is that of their numbers but for clock changes: a jump opens a hole,
 * and records that come later and lie in it fill it again.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <string.h>

enum { LOGS_MAX = 4096, BUCKETS = 512, HOLES_MAX = 32, HOLE_LEAST = 1, RHYTHM_LEAST = 1000, GAPS_TOLD = 3, EVTX_HEAD = 4096, EVTX_CHUNK = 65536 };
#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

struct hole {
	int64_t first, last;		/* numbers missing, both ends included */
	int64_t missing;		/* of them still */
	int64_t before, after;		/* times of the records around it */
	bool between_parts;		/* the records around it lie in different chunks of the file, or others lie between them: a chunk half written over */
	uint64_t from, to;		/* places of the records around it */
	struct fold_example example;	/* the record after it */
};

struct log {
	struct log *next, *later;
	uint64_t file_id;
	const char *host, *channel;
	int64_t number, time;		/* of the last record */
	uint64_t offset;		/* the same; TRIAGE_NO_OFFSET when not known */
	uint64_t records, long_gaps;	/* all; silences of more than an hour */
	struct hole holes[HOLES_MAX];
	size_t hole_count;
	uint64_t holes_more;
	struct { int64_t from, to; struct fold_example example; } silence;	/* the longest while the machine was on */
	int64_t second_longest;
};

struct gaps_state {
	struct log *buckets[BUCKETS], *first, *last;
	size_t count;
	int64_t stopped, ended, resumed;	/* last stop of the machine; end of the log service not yet explained, and the first record after it; 0: none */
	struct fold_example ended_example;
	const char *ended_host;
};

static struct log *
log_of(struct detect_judge *j, struct gaps_state *s, struct happening *h)
{
	const struct detect_event *e = h->event;
	struct log **head = &s->buckets[e->file_id % BUCKETS];
	for (struct log *l = *head; l != NULL; l = l->next)
		if (l->file_id == e->file_id)
			return l;
	const char *channel = happening_text(h, "channel");
	struct log *l = s->count < LOGS_MAX ? pool_alloc(&j->pool, sizeof(*l)) : NULL;
	if (l == NULL)
		return NULL;
	l->file_id = e->file_id;
	l->host = pool_text(&j->pool, e->host, strlen(e->host));
	l->channel = pool_text(&j->pool, channel, strlen(channel));
	l->number = -1;
	l->offset = TRIAGE_NO_OFFSET;
	l->time = l->silence.from = l->silence.to = TRIAGE_TIME_NONE;
	if (l->host == NULL || l->channel == NULL)
		return NULL;
	l->next = *head;
	*head = l;
	if (s->last != NULL)
		s->last->later = l;
	else
		s->first = l;
	s->last = l;
	s->count++;
	return l;
}

/* Chunks of an evtx file are written and lost as a whole: what is missing between two was not cut out of one. */
static bool
other_chunk(uint64_t before, uint64_t after)
{
	return before != TRIAGE_NO_OFFSET && after != TRIAGE_NO_OFFSET && before >= EVTX_HEAD && after >= EVTX_HEAD && (before - EVTX_HEAD) / EVTX_CHUNK != (after - EVTX_HEAD) / EVTX_CHUNK;
}

static void
see_number(struct detect_judge *j, struct log *l, const struct happening *h, int64_t number)
{
	for (size_t i = 0; i < l->hole_count; i++)
		l->holes[i].between_parts |= strcmp(h->event->parser, "evtx") == 0 && h->event->offset > l->holes[i].from && h->event->offset < l->holes[i].to;
	if (number <= l->number) {
		for (size_t i = 0; i < l->hole_count; i++)
			if (number >= l->holes[i].first && number <= l->holes[i].last)
				l->holes[i].missing--;
		return;
	}
	if (l->number >= 0 && number > l->number + HOLE_LEAST) {
		if (l->hole_count < HOLES_MAX)
			l->holes[l->hole_count++] = (struct hole){ .first = l->number + 1, .last = number - 1, .missing = number - l->number - 1, .before = l->time, .after = h->event->time,
				.from = l->offset, .to = h->event->offset,
				.between_parts = strcmp(h->event->parser, "evtx") == 0 && other_chunk(l->offset, h->event->offset), .example = judge_keep_example(j, h, 1) };
		else
			l->holes_more++;
	}
	l->number = number;
	l->offset = h->event->offset;
}

static void
see_silence(struct detect_judge *j, struct gaps_state *s, struct log *l, const struct happening *h)
{
	int64_t gap = l->time == TRIAGE_TIME_NONE ? 0 : when_since(l->time, h->event->time);
	l->records++;
	if (gap > HOUR && when_since(s->stopped, l->time) > 10 * MINUTE && strcmp(h->event->meaning, "started") != 0) {
		l->long_gaps++;
		if (gap > when_since(l->silence.from, l->silence.to) || l->silence.from == TRIAGE_TIME_NONE) {
			l->second_longest = l->silence.from == TRIAGE_TIME_NONE ? 0 : when_since(l->silence.from, l->silence.to);
			l->silence.from = l->time;
			l->silence.to = h->event->time;
			l->silence.example = judge_keep_example(j, h, 1);
		} else if (gap > l->second_longest) {
			l->second_longest = gap;
		}
	}
	l->time = h->event->time;
}

static void
see_clock(struct detect_judge *j, struct happening *h, int64_t id)
{
	int64_t before, after;
	bool security = id == 4616 && strcasecmp(happening_text(h, "provider"), "Microsoft-Windows-Security-Auditing") == 0;
	if (!security && !(id == 1 && strcasecmp(happening_text(h, "provider"), "Microsoft-Windows-Kernel-General") == 0))
		return;
	if (!when_parse(happening_text(h, security ? "previous_time" : "old_time"), &before) || !when_parse(happening_text(h, "new_time"), &after))
		return;
	int64_t moved = when_since(before, after);
	if (moved < HOUR && moved > -HOUR)
		return;
	struct fold *f = judge_claim_event(j, judge_detection(j, "anti-clock"), h, "", 1);
	if (f != NULL)
		fold_reason(&j->folds, f, "By %" PRId64 " minutes: %.300s", moved / MINUTE, h->event->message);
}

/* The end of the log service is part of each shutdown; without one near it, it is told. */
static void
see_service(struct detect_judge *j, struct gaps_state *s, struct happening *h, int64_t id)
{
	const struct detect_event *e = h->event;
	if (strcmp(e->meaning, "stopped") == 0 || strcmp(e->meaning, "shutdown begun") == 0 || strcmp(e->meaning, "sleep") == 0 || strcmp(e->meaning, "unexpected shutdown") == 0)
		s->stopped = e->time;
	if (strcmp(e->meaning, "started") == 0)
		s->ended = s->resumed = 0;	/* it was a restart */
	if (s->ended != 0 && s->resumed == 0 && when_since(s->ended, e->time) > 10 * MINUTE)
		s->resumed = e->time;
	/* other records go on, and no start of the machine is near */
	if (s->resumed != 0 && when_since(s->resumed, e->time) > 10 * MINUTE) {
		struct fold *f = when_since(s->stopped, s->ended) <= 10 * MINUTE ? NULL : judge_claim(j, judge_detection(j, "log-service-off"), s->ended_host != NULL ? s->ended_host : "", "");
		if (f != NULL) {
			fold_add(&j->folds, f, &s->ended_example, s->ended);
			f->classes |= CLASS_LOG;
		}
		s->ended = s->resumed = 0;
	}
	if (id == 1100 && s->ended == 0 && strcasecmp(happening_text(h, "provider"), "Microsoft-Windows-Eventlog") == 0) {
		s->ended = e->time;
		s->ended_example = judge_keep_example(j, h, 1);
		s->ended_host = pool_text(&j->pool, e->host, strlen(e->host));
	}
}

static enum triage_status
gaps_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct gaps_state *s = state;
	int64_t number = 0, id = words_event_id(h->event);
	(void)err;
	if (strcmp(happening_text(h, "recovered"), "true") == 0)
		return TRIAGE_OK;
	see_service(j, s, h, id);
	see_clock(j, h, id);
	/* an export holds what was asked for: what is not in it may be in the log */
	if (strcmp(happening_text(h, "exported"), "true") == 0)
		return TRIAGE_OK;
	struct log *l = log_of(j, s, h);
	if (l == NULL) {
		judge_remark(j, "There are more files of logs than the judge tells apart; those beyond were not searched for gaps.");
		return TRIAGE_OK;
	}
	if (happening_number(h, "record_id", &number) && number > 0)
		see_number(j, l, h, number);
	see_silence(j, s, l, h);
	return TRIAGE_OK;
}

static void
tell_hole(struct detect_judge *j, const struct log *l, const struct hole *hole)
{
	struct fold *f = judge_claim(j, judge_detection(j, hole->between_parts ? "log-gap-part" : "log-gap-records"), l->host, "");
	if (f == NULL)
		return;
	fold_add(&j->folds, f, &hole->example, hole->before);
	fold_time(f, hole->after);
	f->classes |= CLASS_LOG;
	fold_reason(&j->folds, f, "Log %s: records %" PRId64 " to %" PRId64 " are not there (%" PRId64 " records, %" PRId64 " minutes).", l->channel, hole->first, hole->last, hole->missing,
	    when_since(hole->before, hole->after) / MINUTE);
}

static enum triage_status
gaps_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct gaps_state *s = state;
	(void)err;
	for (struct log *l = s->first; l != NULL; l = l->later) {
		/* a file with holes all over was put together from parts: a few cuts are what speaks */
		for (size_t i = 0; i < l->hole_count && l->holes_more == 0 && l->hole_count <= HOLES_MAX / 2; i++)
			if (l->holes[i].missing > 0 && l->records > 20)
				tell_hole(j, l, &l->holes[i]);
		int64_t longest = l->silence.from == TRIAGE_TIME_NONE ? 0 : when_since(l->silence.from, l->silence.to);
		if (l->records < RHYTHM_LEAST || longest < 12 * HOUR || longest / 4 < l->second_longest || (strcasecmp(l->channel, "Security") != 0 && strcasecmp(l->channel, "System") != 0))
			continue;
		struct fold *f = judge_claim(j, judge_detection(j, "log-gap-time"), l->host, "");
		if (f == NULL)
			continue;
		fold_add(&j->folds, f, &l->silence.example, l->silence.from);
		fold_time(f, l->silence.to);
		f->classes |= CLASS_LOG;
		fold_reason(&j->folds, f, "Log %s: silent for %" PRId64 " hours; no other silence was longer than %" PRId64 " hours.", l->channel, longest / HOUR, l->second_longest / HOUR);
	}
	return TRIAGE_OK;
}

static const char *const sources[] = { "evtx", "evt", NULL };
const struct detector gaps_detector = { .name = "gaps", .state_size = sizeof(struct gaps_state), .sources = sources, .event = gaps_event, .finish = gaps_finish };

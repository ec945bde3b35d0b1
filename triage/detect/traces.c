/*
 * traces.c - what the change journal, the times of files and the usage records tell of hiding and taking away: shredders, packed archives that
 * were deleted again, forged dates of birth, programs that sent much more than they use to.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/when.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum { ARCHIVES_LEAST = 3, LETTERS_LEAST = 8, STOMPED_MANY = 40, ARCHIVES_MAX = 20000, APPS_MAX = 20000, BUCKETS = 1024 };
#define SECOND INT64_C(1000000000)
#define DAY (86400 * SECOND)
#define SENT_LEAST (UINT64_C(500) << 20)	/* bytes on one day */

/* What one program sent, by day. */
struct sender {
	struct sender *next, *later;
	const char *app, *host;
	int64_t day;			/* at hand */
	uint64_t sent_today, most, others;	/* bytes: of the day at hand, of the best day, of all other days */
	int64_t most_day;
	unsigned days;
	struct fold_example example;
};

struct archive {
	struct archive *next;
	const char *name;
	bool deleted;
};

struct traces_state {
	uint32_t letters;		/* bit n: a name of only this letter was given by renaming */
	uint64_t renames;
	struct fold_example shredded;
	int64_t shred_first, shred_last;
	const char *shred_host, *archive_host;
	struct archive *archives[BUCKETS];
	size_t archive_count, gone;
	const char *gone_names[3];
	struct fold_example archived;
	int64_t archive_first, archive_last;
	struct sender *senders[BUCKETS], *first, *last;
	size_t sender_count;
	struct fold *stomped;
};

static uint32_t
hash_of(const char *text)
{
	uint32_t h = 2166136261u;
	for (const char *p = text; *p != '\0'; p++)
		h = (h ^ (unsigned char)tolower((unsigned char)*p)) * 16777619u;
	return (h ^ h >> 13) % BUCKETS;
}

/* "AAAAAAAA.AAA": 0 for A, -1 when the name is not of one letter. */
static int
one_letter(const char *name)
{
	size_t n = strlen(name);
	if (n < 4 || name[0] < 'A' || name[0] > 'Z')
		return -1;
	for (const char *p = name; *p != '\0'; p++)
		if (*p != name[0] && *p != '.')
			return -1;
	return name[0] - 'A';
}

static bool
has_reason(struct happening *h, const char *word)
{
	const char *reason;
	for (size_t at = 0; (reason = happening_next(h, "reason", &at)) != NULL;)
		if (strcmp(reason, word) == 0)
			return true;
	return false;
}

static void
see_archive(struct detect_judge *j, struct traces_state *s, struct happening *h, const char *name)
{
	bool made = has_reason(h, "FILE_CREATE"), gone = has_reason(h, "FILE_DELETE");
	struct archive **head = &s->archives[hash_of(name)], *a = *head;
	while (a != NULL && strcasecmp(a->name, name) != 0)
		a = a->next;
	if (a == NULL && made) {
		a = s->archive_count < ARCHIVES_MAX ? pool_alloc(&j->pool, sizeof(*a)) : NULL;
		if (a == NULL || (a->name = pool_text(&j->pool, name, strlen(name))) == NULL) {
			judge_remark(j, "The change journal names more archives than the judge keeps; those beyond were not judged.");
			return;
		}
		a->next = *head;
		*head = a;
		s->archive_count++;
		if (s->archive_first == 0)
			s->archive_first = h->event->time;
	}
	if (a == NULL || !gone || a->deleted)
		return;
	a->deleted = true;
	s->archive_last = h->event->time;
	if (s->gone == 0) {
		s->archived = judge_keep_example(j, h, 1);
		s->archive_host = pool_text(&j->pool, h->event->host, strlen(h->event->host));
	}
	if (s->gone < 3)
		s->gone_names[s->gone] = a->name;
	s->gone++;
}

static void
see_journal(struct detect_judge *j, struct traces_state *s, struct happening *h)
{
	const char *told = h->event->message;	/* begins with the name: most are passed over without taking the data apart */
	if (strstr(told, ".7z") == NULL && strstr(told, ".rar") == NULL && strstr(told, ".tar.gz") == NULL && (told[0] == '\0' || told[1] != told[0] || told[2] != told[0]))
		return;
	const char *name = happening_text(h, "name");
	int letter = one_letter(name);
	if (letter >= 0) {
		s->letters |= UINT32_C(1) << letter;
		s->renames++;
		s->shred_last = h->event->time;
		if (s->renames == 1) {
			s->shred_first = h->event->time;
			s->shredded = judge_keep_example(j, h, 1);
			s->shred_host = pool_text(&j->pool, h->event->host, strlen(h->event->host));
		}
	}
	if (words_ends(name, ".7z") || words_ends(name, ".rar") || words_ends(name, ".7z.001") || words_ends(name, ".tar.gz"))
		see_archive(j, s, h, name);
}

static void
end_day(struct sender *a)
{
	if (a->sent_today > a->most) {
		a->others += a->most;
		a->most = a->sent_today;
		a->most_day = a->day;
	} else {
		a->others += a->sent_today;
	}
	a->sent_today = 0;
}

static void
see_usage(struct detect_judge *j, struct traces_state *s, struct happening *h)
{
	int64_t sent = 0, day = h->event->time / DAY;
	const char *app = happening_text(h, "app");
	if (!happening_number(h, "bytes_sent", &sent) || sent <= 0 || app[0] == '\0')
		return;
	struct sender **head = &s->senders[hash_of(app)], *a = *head;
	while (a != NULL && (strcasecmp(a->app, app) != 0 || strcmp(a->host, h->event->host) != 0))
		a = a->next;
	if (a == NULL) {
		a = s->sender_count < APPS_MAX ? pool_alloc(&j->pool, sizeof(*a)) : NULL;
		if (a == NULL || (a->app = pool_text(&j->pool, app, strlen(app))) == NULL || (a->host = pool_text(&j->pool, h->event->host, strlen(h->event->host))) == NULL) {
			judge_remark(j, "More programs used the network than the judge keeps; those beyond were not compared with their other days.");
			return;
		}
		a->day = INT64_MIN;
		a->next = *head;
		*head = a;
		if (s->last != NULL)
			s->last->later = a;
		else
			s->first = a;
		s->last = a;
		s->sender_count++;
	}
	if (a->day != day) {
		end_day(a);
		a->day = day;
		a->days++;
		a->example = judge_keep_example(j, h, 1);
	}
	a->sent_today += (uint64_t)sent;
}

static enum triage_status
traces_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	(void)err;
	if (strcmp(h->event->source, "usn") == 0)
		see_journal(j, state, h);
	else if (strcmp(h->event->parser, "ese.network") == 0)
		see_usage(j, state, h);
	return TRIAGE_OK;
}

/*
 * The birth in the attributes lies days before the one that only the kernel sets, and has no fraction of a second. Copying and unpacking keep
 * the modification, rarely the birth.
 */
static enum triage_status
traces_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	static const char endings[] = "*.exe|*.dll|*.sys|*.ps1|*.bat|*.cmd|*.vbs|*.js|*.aspx|*.php|*.jsp|*.hta";
	struct traces_state *st = state;
	int64_t shown = s->file->times[TRIAGE_BTIME], kept = s->file->times[TRIAGE_FN_BTIME];
	(void)err;
	if (!s->ordinary || s->file->state != TRIAGE_STATE_ALLOCATED || shown == TRIAGE_TIME_NONE || kept == TRIAGE_TIME_NONE || shown % SECOND != 0 || kept % SECOND == 0 || when_since(shown, kept) < DAY
	    || s->file->known == DETECT_GOOD || !words_glob_any(endings, '|', s->file->name))
		return TRIAGE_OK;
	struct fold *f = judge_claim_file(j, judge_detection(j, "anti-timestomp"), s, "", strstr(s->file->path, "/Windows/") != NULL ? 2 : 1);
	if (f != NULL)
		fold_reason(&j->folds, f, "%.300s: shown as made %" PRId64 " days before it came onto this volume", s->file->path, when_since(shown, kept) / DAY);
	if (f != NULL)
		st->stomped = f;
	return TRIAGE_OK;
}

static void
tell_sender(struct detect_judge *j, struct sender *a)
{
	end_day(a);
	uint64_t others = a->days > 1 ? a->others / (a->days - 1) : 0;
	if (a->most < SENT_LEAST || (a->days > 1 ? a->most < 8 * others : a->most < 2 * SENT_LEAST))
		return;
	struct fold *f = judge_claim(j, judge_detection(j, "exfil-bytes"), a->host, "");
	if (f == NULL)
		return;
	fold_add(&j->folds, f, &a->example, a->most_day * DAY);
	f->classes |= CLASS_EXECUTION;
	fold_reason(&j->folds, f, "%.300s sent %" PRIu64 " MiB on one day; on its other %u days %" PRIu64 " MiB a day.", a->app, a->most >> 20, a->days - 1, others >> 20);
}

static enum triage_status
traces_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct traces_state *s = state;
	struct fold *f;
	(void)err;
	if (__builtin_popcount(s->letters) >= LETTERS_LEAST && s->shred_host != NULL && (f = judge_claim(j, judge_detection(j, "anti-secure-delete"), s->shred_host, "")) != NULL) {
		fold_add(&j->folds, f, &s->shredded, s->shred_first);
		fold_time(f, s->shred_last);
		f->count += s->renames - 1;
		f->classes |= CLASS_FILE;
		fold_reason(&j->folds, f, "The change journal holds %" PRIu64 " names of one letter repeated, of %d letters, as SDelete gives them before it deletes.", s->renames, __builtin_popcount(s->letters));
	}
	if (s->gone >= ARCHIVES_LEAST && s->archive_host != NULL && (f = judge_claim(j, judge_detection(j, "exfil-archive"), s->archive_host, "")) != NULL) {
		fold_add(&j->folds, f, &s->archived, s->archive_first);
		fold_time(f, s->archive_last);
		f->count += s->gone - 1;
		f->classes |= CLASS_FILE;
		fold_reason(&j->folds, f, "%zu archives were made and deleted again, among them %.100s, %.100s and %.100s.", s->gone, s->gone_names[0], s->gone_names[1], s->gone_names[2]);
	}
	for (struct sender *a = s->first; a != NULL; a = a->later)
		tell_sender(j, a);
	if (s->stomped != NULL && s->stomped->count > STOMPED_MANY)
		s->stomped->plan.severity = TRIAGE_LOW;	/* that many come from an archive or an installer that keeps dates */
	return TRIAGE_OK;
}

static const char *const sources[] = { "usn", "srum", NULL };
const struct detector traces_detector = { .name = "traces", .state_size = sizeof(struct traces_state), .sources = sources, .file = traces_file, .event = traces_event, .finish = traces_finish };

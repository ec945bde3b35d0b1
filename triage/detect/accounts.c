/*
 * accounts.c - what single events do not show of accounts: those that lived for days only, and passwords reset for many at once.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <string.h>

enum { ACCOUNTS_MAX = 20000, BUCKETS = 512, RESETS = 10 };
#define MINUTE (INT64_C(60) * 1000000000)
#define DAY (INT64_C(86400) * 1000000000)

struct account {
	struct account *next;
	const char *sid;
	int64_t made;
	bool told;
};

struct accounts_state {
	struct account *buckets[BUCKETS];
	size_t count;
	int64_t reset_begun;
	unsigned resets;
	const char *reset_names[RESETS];
};

static struct account *
account_of(struct detect_judge *j, struct accounts_state *s, const char *sid, bool make)
{
	uint32_t hash = 2166136261u;
	for (const char *p = sid; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	struct account **head = &s->buckets[(hash ^ hash >> 13) % BUCKETS];
	for (struct account *a = *head; a != NULL; a = a->next)
		if (strcmp(a->sid, sid) == 0)
			return a;
	if (!make)
		return NULL;
	struct account *a = s->count < ACCOUNTS_MAX ? pool_alloc(&j->pool, sizeof(*a)) : NULL;
	if (a == NULL || (a->sid = pool_text(&j->pool, sid, strlen(sid))) == NULL) {
		judge_remark(j, "More accounts were made than the judge keeps; of those beyond it is not known how long they lived.");
		return NULL;
	}
	a->next = *head;
	*head = a;
	s->count++;
	return a;
}

static void
made(struct detect_judge *j, struct accounts_state *s, const struct happening *h, const char *key)
{
	struct account *a = account_of(j, s, key, true);
	if (a == NULL)
		return;
	a->made = h->event->time;
	a->told = false;
}

static void
deleted(struct detect_judge *j, struct accounts_state *s, struct happening *h, const char *key)
{
	struct account *a = account_of(j, s, key, false);
	if (a == NULL || a->told || when_since(a->made, h->event->time) > 7 * DAY)
		return;
	struct fold *f = judge_claim_event(j, judge_detection(j, "account-short-lived"), h, "", 1);
	a->told = true;
	if (f == NULL)
		return;
	fold_time(f, a->made);
	fold_reason(&j->folds, f, "%.300s, %" PRId64 " minutes after it was made", h->event->message, when_since(a->made, h->event->time) / MINUTE);
}

static void
reset(struct detect_judge *j, struct accounts_state *s, struct happening *h)
{
	const char *name = happening_text(h, "target_user_name"), *by = happening_text(h, "subject_user_name");
	size_t n = strlen(by);
	if (n > 0 && by[n - 1] == '$')
		return;
	if (s->reset_begun == 0 || when_since(s->reset_begun, h->event->time) > 10 * MINUTE) {
		s->reset_begun = h->event->time;
		s->resets = 0;
	}
	for (unsigned i = 0; i < s->resets && i < RESETS; i++)
		if (strcmp(s->reset_names[i], name) == 0)
			return;
	if (s->resets < RESETS && (s->reset_names[s->resets] = pool_text(&j->pool, name, strlen(name))) != NULL)
		s->resets++;
	if (s->resets < RESETS)
		return;
	struct fold *f = judge_claim_event(j, judge_detection(j, "account-password-reset"), h, "", 1);
	if (f != NULL)
		fold_reason(&j->folds, f, "%.200s reset the passwords of %d and more accounts within ten minutes", by, RESETS);
}

static enum triage_status
accounts_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct accounts_state *s = state;
	int64_t id = words_event_id(h->event);
	(void)err;
	if (id == 4720 || id == 4726 || id == 4724) {
		const char *sid = happening_text(h, "target_sid");
		if (strcasecmp(happening_text(h, "provider"), "Microsoft-Windows-Security-Auditing") != 0 || sid[0] == '\0')
			return TRIAGE_OK;
		if (id == 4720)
			made(j, s, h, sid);
		if (id == 4726)
			deleted(j, s, h, sid);
		if (id == 4724)
			reset(j, s, h);
		return TRIAGE_OK;
	}
	const char *meaning = h->event->meaning;
	if (id != -1 || (strcmp(meaning, "account created") != 0 && strcmp(meaning, "account deleted") != 0) || strcmp(h->event->source, "registry") == 0)
		return TRIAGE_OK;
	const char *name = happening_text(h, "acct");
	name = name[0] != '\0' ? name : happening_text(h, "user");
	name = name[0] != '\0' ? name : h->event->user;
	if (strcmp(meaning, "account deleted") == 0)
		deleted(j, s, h, name);
	else
		made(j, s, h, name);
	return TRIAGE_OK;
}

static const char *const sources[] = { "evtx", "audit", "syslog", "journal", NULL };
const struct detector accounts_detector = { .name = "accounts", .state_size = sizeof(struct accounts_state), .sources = sources, .event = accounts_event };

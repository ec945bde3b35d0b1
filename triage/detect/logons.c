/*
 * logons.c - guessed passwords, remote logons from new or foreign places, fan-out with given credentials; and the list of contacts.
 *
 * Failed logons are counted by host and address in windows of an hour. A success from the same address within an hour after a burst of at least
 * BURST failures is the guess that worked.
 */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include "triage/base/when.h"

#include <string.h>

enum { BURST = 20, BURST_TRIES = 10, SPRAY_ACCOUNTS = 10, FAN_OUT = 5, SOURCES_MAX = 100000, BUCKETS = 65536, NAMES_MAX = 16, ROAST_SERVICES = 5 };
#define HOUR (INT64_C(3600) * 1000000000)
#define DAY (24 * HOUR)

/* What was seen from one address (or of one account that goes out) on one host. */
struct trail {
	struct trail *next;
	uint32_t hash;
	char kind;			/* 'f' failures from an address, 'p' a pair of account and address, 'w' an account on its way out, 'k' tickets of an account */
	const char *host, *key;
	int64_t begun, last;		/* of the window */
	uint64_t in_window, total;
	const char *names[NAMES_MAX];	/* distinct accounts or targets of the window */
	size_t name_count;
	bool told, told_many;
};

struct logons_state {
	struct trail *buckets[BUCKETS];
	size_t count;
	int64_t first_seen;		/* of all logon records */
};

static struct trail *
trail_of(struct detect_judge *j, struct logons_state *s, char kind, const char *host, const char *key, bool *ret_new)
{
	uint32_t hash = 2166136261u ^ (unsigned char)kind;
	for (const char *p = host; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	for (const char *p = key; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	hash ^= hash >> 13;
	struct trail **head = &s->buckets[hash % BUCKETS];
	*ret_new = false;
	for (struct trail *t = *head; t != NULL; t = t->next)
		if (t->hash == hash && t->kind == kind && strcmp(t->key, key) == 0 && strcmp(t->host, host) == 0)
			return t;
	struct trail *t = s->count < SOURCES_MAX ? pool_alloc(&j->pool, sizeof(*t)) : NULL;
	if (t == NULL || (t->host = pool_text(&j->pool, host, strlen(host))) == NULL || (t->key = pool_text(&j->pool, key, strlen(key))) == NULL) {
		judge_remark(j, "There are more sources of logons than the judge tells apart; those beyond were not judged.");
		return NULL;
	}
	t->kind = kind;
	t->hash = hash;
	t->begun = t->last = TRIAGE_TIME_NONE;
	t->next = *head;
	*head = t;
	s->count++;
	*ret_new = true;
	return t;
}

static void
note_time(struct trail *t, int64_t when, int64_t window)
{
	if (t->begun == TRIAGE_TIME_NONE || when_since(t->begun, when) > window) {
		t->begun = when;
		t->in_window = 0;
		t->name_count = 0;
	}
	t->last = when;
	t->in_window++;
	t->total++;
}

/* Whether it is a new one. */
static bool
note_name(struct detect_judge *j, struct trail *t, const char *name)
{
	for (size_t i = 0; i < t->name_count; i++)
		if (strcmp(t->names[i], name) == 0)
			return false;
	if (t->name_count == NAMES_MAX || name[0] == '\0' || (t->names[t->name_count] = pool_text(&j->pool, name, strlen(name))) == NULL)
		return false;
	t->name_count++;
	return true;
}

static void
failed(struct detect_judge *j, struct logons_state *s, struct happening *h, const struct logon *l)
{
	bool new;
	struct trail *t = trail_of(j, s, 'f', h->event->host, l->address, &new);
	if (t == NULL)
		return;
	note_time(t, h->event->time, HOUR);
	note_name(j, t, l->account);
	if (t->in_window >= BURST || (t->told && t->in_window > 1)) {
		struct fold *f = judge_claim_event(j, judge_detection(j, "brute-force"), h, "", 1);
		if (f != NULL && !t->told)
			fold_reason(&j->folds, f, "From %s by %s: more than %d failed logons within an hour, first on %s.", l->address, l->protocol, BURST - 1,
			    l->account[0] != '\0' ? l->account : "an account that is not told");
		if (f != NULL)
			fold_user(&j->folds, f, l->account);
		t->told = true;
	}
	if (t->name_count >= SPRAY_ACCOUNTS) {
		struct fold *f = judge_claim_event(j, judge_detection(j, "password-spray"), h, "", 1);
		if (f != NULL && !t->told_many)
			fold_reason(&j->folds, f, "From %s by %s: %d and more accounts within an hour, among them %s, %s and %s.", l->address, l->protocol, SPRAY_ACCOUNTS, t->names[0], t->names[1], t->names[2]);
		t->told_many = true;
	}
}

static void
worked(struct detect_judge *j, struct logons_state *s, struct happening *h, const struct logon *l)
{
	bool new;
	char pair[2 * LOGON_TEXT_MAX + 2];
	struct trail *t = trail_of(j, s, 'f', h->event->host, l->address, &new);
	struct fold *f;
	if (t != NULL && !new && t->in_window >= BURST_TRIES && when_since(t->last, h->event->time) <= HOUR) {
		f = judge_claim_event(j, judge_detection(j, "brute-force-success"), h, "", 1);
		if (f != NULL) {
			fold_reason(&j->folds, f, "%s logged on from %s by %s after %ju failed logons from there.", l->account, l->address, l->protocol, (uintmax_t)t->in_window);
			/* the same person who mistyped is no guesser */
			if (t->name_count == 1 && t->in_window < BURST && strcmp(t->names[0], l->account) == 0 && f->count == 1)
				f->plan.severity = TRIAGE_MEDIUM;
			else
				f->plan.severity = TRIAGE_CRITICAL;
			fold_user(&j->folds, f, l->account);
		}
		t->in_window = 0;
	}
	if (!l->interactive && !logon_is_public(l->address))
		return;
	size_t n = strlen(l->account);
	memcpy(pair, l->account, n);
	pair[n] = '\t';
	memcpy(pair + n + 1, l->address, strlen(l->address) + 1);
	t = trail_of(j, s, 'p', h->event->host, pair, &new);
	if (t != NULL && new && when_since(s->first_seen, h->event->time) > 7 * DAY) {
		f = judge_claim_event(j, judge_detection(j, "logon-new-source"), h, "", 1);
		if (f != NULL)
			fold_reason(&j->folds, f, "%s from %s by %s, for the first time.", l->account, l->address, l->protocol);
	}
	if (strcmp(l->protocol, "rdp") != 0 && strcmp(l->protocol, "network") != 0)
		return;
	if (logon_is_public(l->address) && (f = judge_claim_event(j, judge_detection(j, "logon-public"), h, "", 1)) != NULL)
		fold_reason(&j->folds, f, "%s from %s by %s.", l->account, l->address, l->protocol);
	if (l->own && (f = judge_claim_event(j, judge_detection(j, "logon-tunnel"), h, "", 1)) != NULL)
		fold_reason(&j->folds, f, "%s by remote desktop from %s.", l->account, l->address);
}

/* Accounts that visit many machines within an hour. */
static void
went(struct detect_judge *j, struct logons_state *s, struct happening *h, const struct logon *l)
{
	bool new;
	if (strcmp(l->protocol, "rdp") == 0) {
		struct fold *f = judge_claim_event(j, judge_detection(j, "lateral-rdp-out"), h, "", 1);
		if (f != NULL)
			fold_reason(&j->folds, f, "To %s", l->address);
	}
	if (strcmp(l->protocol, "explicit-credentials") != 0 || l->account[0] == '\0')
		return;
	struct trail *t = trail_of(j, s, 'w', h->event->host, l->account, &new);
	if (t == NULL)
		return;
	note_time(t, h->event->time, HOUR);
	if (!note_name(j, t, l->address) || t->name_count < FAN_OUT)
		return;
	struct fold *f = judge_claim_event(j, judge_detection(j, "lateral-explicit-fan-out"), h, "", 1);
	if (f != NULL)
		fold_reason(&j->folds, f, "%s to %zu machines within an hour, the last %s, with %.200s", l->account, t->name_count, l->address, happening_text(h, "process_name"));
}

/* Tickets for many services with the weak cipher, asked for by one account. */
static void
roast(struct detect_judge *j, struct logons_state *s, struct happening *h)
{
	int64_t cipher = 0;
	bool new;
	const char *service = happening_text(h, "service_name"), *account = happening_text(h, "target_user_name");
	size_t n = strlen(service), m = strcspn(account, "@");
	if (!happening_is(h, NULL, "Microsoft-Windows-Security-Auditing", 4769) || !happening_number(h, "ticket_encryption_type", &cipher) || (cipher != 0x17 && cipher != 0x18)
	    || n == 0 || service[n - 1] == '$' || strcasecmp(service, "krbtgt") == 0 || m == 0 || account[m - 1] == '$')
		return;
	struct trail *t = trail_of(j, s, 'k', h->event->host, account, &new);
	if (t == NULL)
		return;
	note_time(t, h->event->time, HOUR / 6);
	if (!note_name(j, t, service) || t->name_count < ROAST_SERVICES)
		return;
	struct fold *f = judge_claim_event(j, judge_detection(j, "credential-kerberoast"), h, "", 1);
	if (f != NULL) {
		fold_reason(&j->folds, f, "%s asked for %zu services within ten minutes, the last %s, from %.100s", account, t->name_count, service, happening_text(h, "ip_address"));
		fold_user(&j->folds, f, service);
	}
}

static enum triage_status
logons_event(struct detect_judge *j, void *state, struct happening *h, struct triage_error *err)
{
	struct logons_state *s = state;
	struct logon l;
	(void)err;
	if (words_event_id(h->event) == 4769)
		roast(j, s, h);
	if (!logon_read(h, &l))
		return TRIAGE_OK;
	if (!l.own && !contacts_add(&j->contacts, &j->pool, h, &l))
		judge_remark(j, "There are more contacts with other machines than are listed.");
	if (l.kind == LOGON_WENT) {
		went(j, s, h, &l);
		return TRIAGE_OK;
	}
	if (s->first_seen == 0)
		s->first_seen = h->event->time;
	if (l.kind == LOGON_FAILED)
		failed(j, s, h, &l);
	else if (l.kind == LOGON_WORKED)
		worked(j, s, h, &l);
	return TRIAGE_OK;
}

const struct detector logons_detector = { .name = "logons", .state_size = sizeof(struct logons_state), .event = logons_event };

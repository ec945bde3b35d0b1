/* answers_attack.c - was it attacked, can it come back, was protection off, did data leave. */
#include "triage/detect/answers_inside.h"

#include "triage/base/when.h"

#include <string.h>

static void
head(struct buf *out, const char *answer, unsigned confidence)
{
	answer_text(out, "answer", answer);
	answer_text(out, "certainty", answer_certainty(confidence));
	if (confidence > 0)
		answer_number(out, "confidence", confidence);
}

/* --- was this system attacked? --- */

static void
say_stories(struct answering *a, struct buf *out)
{
	char when[WHEN_TEXT_SIZE];
	size_t said = 0;
	for (size_t i = 0; i < a->j->stories.count && said < SAID_MAX; i++) {
		const struct detect_story *s = &a->j->stories.list[i];
		if (s->severity < TRIAGE_MEDIUM)
			continue;
		answer_say(out, "%s: %s%s%s (%s, %s)%s%s.", s->tactic, s->title, s->host[0] != '\0' ? " on " : "", s->host, triage_severity_name(s->severity),
		    answer_certainty(s->confidence), s->first_time != TRIAGE_TIME_NONE ? ", from " : "", when_text(s->first_time, 0, "Z", when));
		said++;
	}
}

void
answer_attacked(struct answering *a, struct buf *out)
{
	const char *word = a->j->verdict.word;
	bool known = a->traces || strcmp(word, "nothing-found") == 0;
	unsigned confidence = 0;
	for (size_t i = 0; i < a->j->stories.count; i++)
		if (a->j->stories.list[i].severity >= (a->attacked ? TRIAGE_HIGH : TRIAGE_MEDIUM) && a->j->stories.list[i].confidence > confidence)
			confidence = a->j->stories.list[i].confidence;
	for (size_t i = 0; i < a->j->finding_count && a->attacked; i++)
		if (a->findings[i]->severity >= TRIAGE_HIGH && a->findings[i]->confidence > confidence)
			confidence = a->findings[i]->confidence;
	head(out, a->attacked ? "yes" : a->traces ? "traces" : known ? "no-trace-found" : "too-little-examined", a->traces ? confidence : 0);
	answer_share(out, "examined_share", a->share);
	answer_begin(out, "reasons", '[');
	say_stories(a, out);
	if (!a->traces)
		answer_say(out, "No rule or detector found anything of weight in what could be read.");
	answer_say(out, "%.1f %% of the content bytes were examined.", a->share * 100);
	answer_end(out, ']');
	answer_blind(a, out, true);
}

/* --- is anything still active or able to come back? --- */

static bool
can_return(const struct detect_finding *f)
{
	static const char *const kinds[] = { "persistence", "remote-access", "account", "webshell", NULL };
	return f->severity >= TRIAGE_MEDIUM && (answer_is_kind(f, kinds) || strncmp(f->technique, "T1572", 5) == 0 || strncmp(f->technique, "T1197", 5) == 0 ||
	    strncmp(f->technique, "T1090", 5) == 0);
}

void
answer_active(struct answering *a, struct buf *out)
{
	SCOPED_BUF list;
	const struct detect_finding *best;
	buf_init(&list, out->max);
	size_t count = answer_items(a, &list, can_return, &best);
	a->comes_back = best != NULL && best->severity >= TRIAGE_HIGH && a->traces;
	head(out, a->comes_back ? "can-come-back" : count > 0 ? "possible-ways-back" : "no-way-back-found", best != NULL ? best->confidence : 0);
	answer_members(out, &list);
	answer_begin(out, "reasons", '[');
	if (count > 0)
		answer_say(out, "%zu finding(s) tell of a program, account, remote tool, tunnel or page by which somebody could come back; what the system was doing when it was shut off is not on a disk.", count);
	else
		answer_say(out, "No start of a program, account, remote tool, tunnel or page of an intruder was found; what ran in memory alone is not on a disk.");
	answer_end(out, ']');
	answer_blind(a, out, count == 0);
}

/* --- was protection switched off, when, by whom? --- */

static bool
weakens(const struct detect_finding *f)
{
	static const char *const kinds[] = { "protection-off", "log-cleared", "log-gap", "backup-destroyed", NULL };
	return f->severity >= TRIAGE_MEDIUM && answer_is_kind(f, kinds);
}

/* A more telling finding, as of another machine, has the same title. */
static bool
title_before(const struct answering *a, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(a->findings[i]->title, a->findings[index]->title) == 0)
			return true;
	return false;
}

void
answer_protection(struct answering *a, struct buf *out)
{
	static const char *const logs[] = { "log-cleared", "log-gap", NULL }, *const backups[] = { "backup-destroyed", NULL }, *const guards[] = { "protection-off", NULL };
	SCOPED_BUF list;
	const struct detect_finding *best;
	bool guard = false;
	buf_init(&list, out->max);
	size_t count = answer_items(a, &list, weakens, &best);
	for (size_t i = 0; i < a->j->finding_count; i++) {
		const struct detect_finding *f = a->findings[i];
		if (!weakens(f) || f->severity < TRIAGE_HIGH)
			continue;
		a->logs_hurt = a->logs_hurt || answer_is_kind(f, logs);
		a->backups_hurt = a->backups_hurt || answer_is_kind(f, backups);
		guard = guard || answer_is_kind(f, guards);
	}
	bool sure = best != NULL && best->severity >= TRIAGE_HIGH;
	head(out, sure ? "yes" : count > 0 ? "possible" : "no-trace-found", best != NULL ? best->confidence : 0);
	answer_bool(out, "protection_off", guard);
	answer_bool(out, "logs_hurt", a->logs_hurt);
	answer_bool(out, "backups_hurt", a->backups_hurt);
	answer_members(out, &list);
	answer_begin(out, "reasons", '[');
	if (count == 0)
		answer_say(out, "No record or command that switches off virus protection, logging or backups was found.");
	for (size_t i = 0, said = 0; i < a->j->finding_count && said < SAID_MAX; i++)
		if (weakens(a->findings[i]) && !title_before(a, i) && ++said)
			answer_say(out, "%s.", a->findings[i]->title);
	answer_end(out, ']');
	answer_begin(out, "blind", '[');
	if (count == 0)
		answer_unread(a, out);
	if (count == 0 && !answer_has_source(a, "evtx") && !answer_has_source(a, "evt") && !answer_has_source(a, "journal") && !answer_has_source(a, "syslog"))
		answer_say(out, "No event log and no system log was read.");
	answer_end(out, ']');
}

/* --- did data leave? --- */

static bool
takes_data(const struct detect_finding *f)
{
	static const char *const kinds[] = { "exfiltration", NULL };
	return answer_is_kind(f, kinds);
}

/* What would show a theft, and is not there. */
static void
say_blind(const struct answering *a, struct buf *out)
{
	static const struct {
		const char *sources[4], *text;
	} lights[] = {
		{ { "srum" }, "No record of bytes sent by each program (SRUM) was read." },
		{ { "prefetch", "audit", "shell-history" }, "No record of the programs that ran (prefetch, audit log, shell history) was read." },
		{ { "usn", "mft" }, "No change journal was read: archives that were made and deleted again do not show." },
		{ { "browser" }, "No history of a browser was read." },
	};
	for (size_t i = 0; i < sizeof(lights) / sizeof(lights[0]); i++) {
		bool seen = false;
		for (size_t k = 0; k < 4 && lights[i].sources[k] != NULL; k++)
			seen = seen || answer_has_source(a, lights[i].sources[k]);
		if (!seen)
			answer_say(out, "%s", lights[i].text);
	}
	answer_say(out, "Logs of the firewall, the proxy and the provider do not lie on this disk: only they show what crossed the border.");
}

void
answer_data_left(struct answering *a, struct buf *out)
{
	SCOPED_BUF list;
	const struct detect_finding *best;
	buf_init(&list, out->max);
	size_t count = answer_items(a, &list, takes_data, &best), voices = 0;
	for (size_t i = 0; i < a->j->finding_count; i++)
		voices += takes_data(a->findings[i]) && a->findings[i]->severity >= TRIAGE_MEDIUM;
	a->data_left = a->traces && best != NULL && (best->severity == TRIAGE_CRITICAL || (best->severity >= TRIAGE_HIGH && voices > 1));
	a->data_maybe = voices > 0;
	head(out, a->data_left ? "likely" : voices > 0 ? "possible" : "no-trace-found", best != NULL && voices > 0 ? best->confidence : 0);
	answer_members(out, &list);
	answer_begin(out, "reasons", '[');
	for (size_t i = 0, said = 0; i < a->j->finding_count && said < SAID_MAX; i++) {
		const struct detect_finding *f = a->findings[i];
		if (!takes_data(f) || f->severity < TRIAGE_MEDIUM)
			continue;
		if (!title_before(a, i) && ++said)
			answer_say(out, "%s.", f->title);
		/* amounts, tools, destinations and folders stand in the words of the detector */
		for (size_t k = 0; k < f->reason_count && said < SAID_MAX; k++, said++)
			answer_say(out, "%s", f->reasons[k]);
	}
	if (voices == 0)
		answer_say(out, count > 0 ? "What points to a theft of data has little weight: see the list." : "No command, setting, amount sent or archive that points to a theft of data was found in what could be read.");
	if (a->j->notes > 0)
		answer_say(out, "What a ransom note says about stolen data is a claim.");
	answer_end(out, ']');
	answer_begin(out, "blind", '[');
	say_blind(a, out);
	if (voices == 0)
		answer_unread(a, out);
	answer_end(out, ']');
}

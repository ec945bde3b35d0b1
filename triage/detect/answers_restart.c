/* answers_restart.c - what a restart needs: contacts, accounts, the last state from before, and what to do first. */
#include "triage/detect/answers_inside.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { PEERS_MAX = 100, POINTS_TOLD = 200, NEXT_MAX = 5 };

/* --- contacts --- */

static bool
in_intrusion(const struct answering *a, const struct detect_contact *c)
{
	return a->first != NULL && (c->last_time == TRIAGE_TIME_NONE || c->last_time >= a->first->first_time);
}

static void
put_contact(struct buf *out, const struct detect_contact *c)
{
	answer_begin(out, NULL, '{');
	answer_text(out, "host", c->host);
	answer_text(out, "direction", c->direction);
	answer_text(out, "peer", c->peer);
	answer_text(out, "account", c->account);
	answer_text(out, "protocol", c->protocol);
	answer_time(out, "first", c->first_time);
	answer_time(out, "last", c->last_time);
	answer_number(out, "count", c->count);
	answer_number(out, "failed", c->failed);
	answer_end(out, '}');
}

void
answer_contacts(struct answering *a, struct buf *out)
{
	size_t all = detect_contact_count(a->j), during = 0, outward = 0;
	for (size_t i = 0; i < all; i++) {
		const struct detect_contact *c = detect_contact(a->j, i);
		during += in_intrusion(a, c);
		outward += in_intrusion(a, c) && strcmp(c->direction, "to") == 0;
	}
	answer_text(out, "answer", during > 0 ? "during-the-intrusion" : all > 0 ? "seen" : "none-seen");
	answer_text(out, "certainty", all > 0 ? "established" : "");
	answer_number(out, "contacts", all);
	answer_number(out, "during_the_intrusion", during);
	answer_number(out, "outward_during_the_intrusion", outward);
	answer_begin(out, "items", '[');
	size_t told = 0;
	for (size_t i = 0; i < all; i++) {
		const struct detect_contact *c = detect_contact(a->j, i);
		if ((during > 0 && !in_intrusion(a, c)) || c->count == c->failed)
			continue;
		if (told++ < PEERS_MAX)
			put_contact(out, c);
	}
	answer_end(out, ']');
	answer_left_out(out, "items_left_out", told, PEERS_MAX);
	answer_begin(out, "reasons", '[');
	if (outward > 0)
		answer_say(out, "%zu contact(s) went out from here since the first act: look at these machines next.", outward);
	if (all == 0)
		answer_say(out, "No record of a logon from or to another machine was read.");
	answer_end(out, ']');
	answer_begin(out, "blind", '[');
	if (all == 0)
		answer_unread(a, out);
	if (!answer_has_source(a, "evtx") && !answer_has_source(a, "evt") && !answer_has_source(a, "syslog") && !answer_has_source(a, "journal") && !answer_has_source(a, "utmp"))
		answer_say(out, "No log of logons was read.");
	answer_end(out, ']');
}

/* --- accounts --- */

void
answer_reset(struct answering *a, struct buf *out)
{
	const char *accounts = a->j->verdict.accounts_to_reset;
	bool any = strncmp(accounts, "[{", 2) == 0;
	a->domain_exposed = strstr(accounts, "\"account\":\"krbtgt\"") != NULL;
	answer_text(out, "answer", a->domain_exposed ? "whole-domain" : any ? "named-accounts" : a->traces ? "none-named" : "none");
	answer_text(out, "certainty", a->domain_exposed ? "very-probable" : any ? "probable" : "");
	answer_raw(out, "accounts", accounts);
	answer_begin(out, "reasons", '[');
	if (a->domain_exposed)
		answer_say(out, "The passwords of the whole domain were copied or could be: reset krbtgt twice, at least ten hours apart, then all accounts.");
	if (a->traces)
		answer_say(out, "Beyond these: local administrators, service accounts, VPN, mail and cloud, backup, hypervisors, network devices, and the remote tools of suppliers.");
	answer_end(out, ']');
	answer_blind(a, out, !any);
}

/* --- the last state from before the first act --- */

static const char *const state_words[] = { [POINT_THERE] = "there", [POINT_DELETED] = "deleted", [POINT_ENCRYPTED] = "encrypted" };

static const char *
use_of(const struct answering *a, const struct restore_point *p)
{
	if (p->state != POINT_THERE)
		return "lost";
	if (p->time == TRIAGE_TIME_NONE || a->first == NULL)
		return "not-judged";
	/* local time of an unknown zone may be up to twelve hours later */
	int64_t time = strcmp(p->dated_by, "name-local") == 0 ? p->time + 12 * 3600 * INT64_C(1000000000) : p->time;
	if (time < a->first->first_time)
		return "system";
	return a->encrypted == TRIAGE_TIME_NONE || time < a->encrypted ? "data-only" : "worthless";
}

static void
put_point(struct buf *out, const struct answering *a, const char *name, const struct restore_point *p)
{
	answer_begin(out, name, '{');
	answer_text(out, "kind", p->kind);
	answer_text(out, "place", p->place);
	answer_time(out, "time", p->time);
	answer_text(out, "dated_by", p->dated_by);
	answer_text(out, "state", state_words[p->state]);
	answer_text(out, "use", use_of(a, p));
	if (p->file_id != TRIAGE_NO_ID)
		answer_number(out, "file_id", p->file_id);
	answer_end(out, '}');
}

void
answer_restore(struct answering *a, struct buf *out)
{
	const struct restore_point *data = NULL;
	size_t lost = 0, count = a->j->point_count;
	for (size_t i = 0; i < count; i++) {
		const struct restore_point *p = &a->j->points[i];
		const char *use = use_of(a, p);
		if (strcmp(use, "system") == 0 || (strcmp(use, "not-judged") == 0 && p->time != TRIAGE_TIME_NONE))
			a->restore = p;
		if (strcmp(use, "data-only") == 0)
			data = p;
		lost += p->state != POINT_THERE;
	}
	answer_text(out, "answer", a->first == NULL ? (a->restore != NULL ? "points-seen" : "none-seen") : a->restore != NULL ? "before-the-first-act" : data != NULL ? "data-only" : "none-seen");
	answer_text(out, "certainty", a->restore != NULL && a->first != NULL ? answer_certainty(a->first->confidence) : "");
	answer_time(out, "before", a->first != NULL ? a->first->first_time : TRIAGE_TIME_NONE);
	if (a->restore != NULL)
		put_point(out, a, "last_before_first_act", a->restore);
	else
		answer_raw(out, "last_before_first_act", NULL);
	if (data != NULL)
		put_point(out, a, "last_for_data", data);
	else
		answer_raw(out, "last_for_data", NULL);
	/* without a trace of an intruder, a backup that is gone was put away in its time */
	answer_bool(out, "backups_reached", a->backups_hurt || (lost > 0 && a->traces));
	answer_number(out, "lost", lost);
	answer_begin(out, "points", '[');
	for (size_t i = count > POINTS_TOLD ? count - POINTS_TOLD : 0; i < count; i++)
		put_point(out, a, NULL, &a->j->points[i]);
	answer_end(out, ']');
	answer_left_out(out, "points_left_out", count, POINTS_TOLD);
	answer_begin(out, "reasons", '[');
	if (a->first != NULL)
		answer_say(out, "States from before the first act are candidates for a system; later ones hold the intruder's doors and are good for data only, after a scan; those after the encryption are worthless.");
	if (a->restore != NULL && strcmp(a->restore->kind, "vss") == 0)
		answer_say(out, "A shadow copy on the attacked disk is no backup: copy what is needed out of it, and do not roll the machine back.");
	if (lost > 0)
		answer_say(out, "%zu backup file(s) were deleted or encrypted.", lost);
	if (count == 0)
		answer_say(out, "No backup or shadow copy lies in this evidence: ask the backup server, the storage and the supplier.");
	answer_end(out, ']');
	answer_begin(out, "blind", '[');
	answer_say(out, "Backups on other machines, tapes and in the cloud do not show here; whether a backup can be read back was not tried.");
	if (a->restore == NULL && data == NULL)
		answer_unread(a, out);
	answer_end(out, ']');
}

/* --- what to do first --- */

static void
step(struct buf *out, size_t *n, const char *code, const char *text)
{
	if (*n >= NEXT_MAX)
		return;
	answer_begin(out, NULL, '{');
	answer_text(out, "code", code);
	answer_text(out, "text", text);
	answer_end(out, '}');
	(*n)++;
}

static void
say_steps(struct answering *a, struct buf *out)
{
	char text[300], when[WHEN_TEXT_SIZE];
	size_t n = 0;
	if (a->comes_back || a->attacked)
		step(out, &n, "do.isolate", "Keep the machine off, or on without any network: what was found can come back.");
	if (a->traces)
		step(out, &n, "do.logs", "Ask at once for the logs of VPN, firewall, gateways, mail and cloud: they are written over within hours or days.");
	if (a->domain_exposed)
		step(out, &n, "do.passwords", "Reset krbtgt twice, at least ten hours apart, and then every account of the domain.");
	else if (a->traces)
		step(out, &n, "do.passwords", "Give new passwords to the accounts in the list, from a machine that is known to be untouched.");
	if (a->restore != NULL && a->first != NULL) {
		snprintf(text, sizeof(text), "Restore systems only from a state before %s; newer ones for data alone.", when_text(a->first->first_time, 0, "Z", when));
		step(out, &n, "do.restore-before", text);
	} else if (a->attacked) {
		step(out, &n, "do.restore", "Find a backup from before the first act, on another machine than this one.");
	}
	if (a->attacked)
		step(out, &n, "do.police", "Lodge a complaint with the police and hand over this bundle.");
	if (a->states[MACHINE_CONTACTED] > 0)
		step(out, &n, "do.other", "Examine the machines that were reached from here next.");
	if (a->traces && !a->attacked)
		step(out, &n, "do.look", "Have a person who knows the machine look at the findings: traces are no proof.");
	if (a->j->facts.unread_count > 0 || !a->traces)
		step(out, &n, "do.gaps", "Close the gaps: see what could not be read.");
	if (n < NEXT_MAX && !a->traces)
		step(out, &n, "do.keep", "Keep this bundle and the disk: new knowledge may tell more of them.");
}

static void
say_donts(struct answering *a, struct buf *out)
{
	size_t n = 0;
	step(out, &n, "dont.reinstall", "Do not install anew before an image or this bundle and the logs are safe.");
	if (a->j->encrypted_files > 0 || a->j->notes > 0) {
		step(out, &n, "dont.delete", "Do not delete encrypted files, notes and key files: keys may be found or published later, and some are stored in them.");
		step(out, &n, "dont.contact", "Do not contact anybody whom a note names.");
	}
	if (a->traces)
		step(out, &n, "dont.login", "Do not log on to this machine with an account of an administrator.");
	if (!a->attacked)
		step(out, &n, "dont.conclude", "Do not call the machine clean: what could not be read is not judged.");
}

void
answer_next(struct answering *a, struct buf *out)
{
	answer_text(out, "answer", a->attacked ? "act" : a->traces ? "look" : "complete");
	answer_text(out, "certainty", "");
	answer_begin(out, "do", '[');
	say_steps(a, out);
	answer_end(out, ']');
	answer_begin(out, "do_not", '[');
	say_donts(a, out);
	answer_end(out, ']');
	answer_begin(out, "reasons", '[');
	answer_end(out, ']');
}

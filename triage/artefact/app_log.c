/*
 * app_log.c - logons that applications noted in logs of their own, wherever these lie: Nextcloud, Zimbra, Keycloak, OpenVPN, Grafana, backup consoles ...
 *
 * A log is known by its name (*.log and what rotation makes of it) and by lines that begin with a date (log_front.h): most of them are neither read by a row of their own nor worth a place in
 * the timeline. Only entries that tell of a logon, with an address (app_logon.h), become events. What lies below /var/log is read whole by unix_log.
 */
#include "triage/artefact/app_logon.h"
#include "triage/artefact/log_entry.h"
#include "triage/artefact/log_front.h"
#include "triage/artefact/unix_words.h"

#include <string.h>

enum { LOOK = 30 };

static bool
begins(const char *line)
{
	struct log_time t;
	return log_front(&line, &t);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked;
	if (!unix_named(who, "*.log|*.log.[0-9]*|*.log-[0-9]*|*.log_[0-9]*|*_log|*.out"))
		return false;
	size_t good = log_head_count(head, LOOK, begins, &looked);
	return good > 0 && 2 * good >= looked;
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	const char *text = entry->text;
	struct app_logon logon;
	struct log_time t;
	(void)state;
	if (!log_front(&text, &t) || !app_logon_read(text, &logon))
		return TRIAGE_OK;
	log_entry_event(a, entry, &t, logon.failed ? "failed logon" : "logon");
	artefact_text(a, "log", artefact_who(a)->name);
	(void)app_logon_put(a, &logon, artefact_who(a)->name);
	artefact_text(a, "message", text);
	artefact_message(a, "%s%s%s from %s, by %s: %.1200s", logon.failed ? "Failed logon" : "Logon", logon.user[0] != '\0' ? " of " : "", logon.user, logon.address, artefact_who(a)->name, text);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	return log_entries_step(a, state, &row, bytes, at, last, ret_used, state, err);
}

const struct artefact_kind artefact_app_log = {
	.name = "app_log",
	.source = "other",
	.title = "logons in logs of applications",
	.yields = "who was and was not logged on by a program that keeps a log of its own, from which address; other entries are left",
	.reference = "logs of Nextcloud, Zimbra, Keycloak, OpenVPN and others; RFC 8259 for those in JSON",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct log_entries),
	.release = log_entries_release_state,
};

/*
 * unix_log.c - logs below /var/log whose format is not known, but whose lines begin with a date: each entry at its time, as it stands.
 *
 * Only what no other claims comes here, and only from where logs lie (those of fail2ban and Tomcat are known by their names). Dates as log_front.h
 * reads them; those without a zone are local time. A level that stands in the text is a field, and so is a logon that it tells of (app_logon.h).
 */
#include "triage/artefact/app_logon.h"
#include "triage/artefact/log_entry.h"
#include "triage/artefact/log_front.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 30, LEAST = 2 };

struct state {
	struct log_entries entries;
};

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
	if (!unix_path_has(who, "/var/log/") && !unix_named(who, "fail2ban*|catalina*|localhost.2*|host-manager.*"))
		return false;
	size_t good = log_head_count(head, LOOK, begins, &looked);
	return good >= LEAST && 2 * good >= looked;
}

static void
put_level(struct artefact *a, const char *text)
{
	static const char *const words[] = { "EMERG", "ALERT", "CRITICAL", "FATAL", "ERROR", "WARNING", "WARN", "NOTICE", "INFO", "DEBUG", "TRACE" };
	char front[72];
	snprintf(front, sizeof(front), "%.71s", text);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *s = strcasestr(front, words[i]);
		if (s != NULL && s - front < 60) {
			artefact_text(a, "severity", words[i]);
			return;
		}
	}
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	struct unix_capture got[UNIX_CAPTURES];
	const char *text = entry->text;
	struct app_logon logon;
	struct log_time t;
	size_t count;
	(void)state;
	if (!log_front(&text, &t))
		return TRIAGE_OK;
	log_entry_event(a, entry, &t, "logged");
	artefact_text(a, "log", artefact_who(a)->name);
	put_level(a, text);
	artefact_text(a, "message", text);
	artefact_message(a, "%s: %.1600s", artefact_who(a)->name, text);
	if (app_logon_read(text, &logon))
		artefact_again(a, t.ns, app_logon_put(a, &logon, artefact_who(a)->name));
	/* fail2ban says whom it blocked */
	const char *ban = strstr(text, "] Ban ");
	if (strncmp(text, "fail2ban", 8) == 0 && ban != NULL && unix_match("] Ban {address_}", ban, got, &count)) {
		artefact_bytes(a, "address", got[0].text, got[0].size);
		artefact_technique(a, "T1110");
		artefact_again(a, t.ns, "address blocked");
	}
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	struct state *s = state;
	return log_entries_step(a, &s->entries, &row, bytes, at, last, ret_used, s, err);
}

const struct artefact_kind artefact_unix_log = {
	.name = "unix_log",
	.source = "other",
	.title = "other logs below /var/log",
	.yields = "entries of logs of any program, at the times that stand in them",
	.reference = "hier(7)",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_entries_release_state,
};

/*
 * veeam.c - logs of Veeam Backup & Replication below ProgramData\Veeam\Backup: jobs that ran, sessions, what was deleted, and by whom.
 *
 * "[14.11.2023 22:13:20] <01> Info     text", since version 10 with milliseconds, since 12 with the thread's name behind the level; lines without a date go on with the one
 * before. Times are the wall clock of the server; day and month stand in this order whatever its language. Source: logs of versions 9.5 to 12.
 */
#include "triage/artefact/log_entry.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 20, LEAST = 2 };

struct line {
	struct log_time t;
	char thread[24], level[24];
	const char *text;
};

static bool
read_line(const char *line, struct line *l)
{
	const char *p = line + 1;
	if (*line != '[' || (!log_time_order(&p, "dmy", &l->t) && !log_time_iso(&p, &l->t)) || *p != ']')
		return false;
	p++;
	p += strspn(p, " \t");
	size_t n = *p == '<' ? strcspn(p, ">") : 0;
	if (n < 2 || n >= sizeof(l->thread) || p[n] != '>')
		return false;
	snprintf(l->thread, sizeof(l->thread), "%.*s", (int)(n - 1), p + 1);
	p += n + 1;
	p += strspn(p, " \t");
	n = strcspn(p, " \t");
	static const char *const levels[] = { "Info", "Warning", "Error", "Debug", "Trace", "Fatal" };
	l->level[0] = '\0';
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strlen(levels[i]) == n && strncasecmp(p, levels[i], n) == 0)
			snprintf(l->level, sizeof(l->level), "%s", levels[i]);
	if (l->level[0] == '\0')
		return false;
	p += n;
	l->text = p + strspn(p, " \t");
	return true;
}

static bool
begins(const char *line)
{
	struct line l;
	return read_line(line, &l);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0, good = log_head_count(head, LOOK, begins, &looked);
	(void)who;
	/* a banner of stars and versions stands in front of some */
	return good >= LEAST && 3 * good >= looked;
}

static const char *
meaning_of(const struct line *l)
{
	/* what is looked for in the words of the product itself, which are not translated */
	static const char *const deleted[] = { "deleting backup", "backup has been deleted", "removing backup", "deleting restore point", "removing restore point", "deletebackup",
		"job has been deleted", "deleting job", NULL };
	static const char *const ended[] = { "job has been completed", "backup job has been finished", NULL };
	bool session = strcasestr(l->text, "job session '") != NULL && strcasestr(l->text, "complete") != NULL;
	return text_has_any(l->text, deleted) ? "backup deleted" : session || text_has_any(l->text, ended) ? "backup ended" :
	    strcmp(l->level, "Error") == 0 || strcmp(l->level, "Fatal") == 0 ? "error" : "logged";
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	struct line l;
	(void)state;
	if (!read_line(entry->text, &l))
		return TRIAGE_OK;
	log_entry_event(a, entry, &l.t, meaning_of(&l));
	artefact_text(a, "log", artefact_who(a)->name);
	artefact_text(a, "severity", l.level);
	artefact_text(a, "thread", l.thread);
	artefact_text(a, "message", l.text);
	bool error = strcmp(l.level, "Error") == 0 || strcmp(l.level, "Fatal") == 0;
	artefact_message(a, "Veeam%s: %.1600s", error ? " (error)" : strcmp(l.level, "Warning") == 0 ? " (warning)" : "", l.text);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	return log_entries_step(a, state, &row, bytes, at, last, ret_used, state, err);
}

const struct artefact_kind artefact_veeam = {
	.name = "veeam",
	.source = "other",
	.title = "log of Veeam Backup & Replication",
	.yields = "backup jobs that ran, failed and ended; backups and jobs that were deleted",
	.reference = "logs of versions 9.5 to 12",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct log_entries),
	.release = log_entries_release_state,
};

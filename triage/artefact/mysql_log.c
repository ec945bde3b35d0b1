/*
 * mysql_log.c - the logs of MySQL and MariaDB: errors, all statements (general log), slow statements.
 *
 * Errors: "2023-11-14T22:13:20.123456Z 0 [Note] [MY-010747] [Server] text" (MySQL), "2023-11-14 22:13:20 0 [Note] text" (MariaDB), "231114 22:13:20 [Note] text" (older).
 * General log: "2023-11-14T22:13:20.123456Z<TAB>8 Query<TAB>select 1" or "231114 22:13:20<TAB> 8 Connect<TAB>root@localhost", where a line without a date has that
 * of the one before. Slow log: blocks of "# Time: ...", "# User@Host: ...", "# Query_time: ...". Times with a Z are UTC, others local.
 */
#include "triage/artefact/log_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 30 };

enum form { NONE, ERRORS, GENERAL, SLOW };

struct state {
	struct log_entries entries;
	struct log_time last;		/* of the general log */
	bool has_last;
};

/* "231114 22:13:20", with a blank before the hour when it has one digit. */
static bool
short_date(const char **p, struct log_time *t)
{
	const char *s = *p;
	struct log_time got = { .local = true };
	unsigned day;
	if (strspn(s, "0123456789") != 6 || s[6] != ' ' || !log_digits(&s, 6, 6, &day))
		return false;
	s += strspn(s, " ");
	got.year = 2000 + (int)(day / 10000);
	got.month = (int)(day / 100 % 100);
	got.day = (int)(day % 100);
	if (!log_clock(&s, &got) || !log_time_make(&got, 0, 0))
		return false;
	*t = got;
	*p = s;
	return true;
}

static bool
is_command(const char *p)
{
	static const char *const names[] = { "Connect", "Query", "Quit", "Init DB", "Prepare", "Execute", "Close stmt", "Field List", "Statistics", "Ping", "Change user", "Shutdown",
		"Reset stmt", "Fetch", "Kill", "Refresh", "Binlog Dump", "Debug", "Set option", "Drop DB", "Create DB" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);
		if (strncmp(p, names[i], n) == 0 && (p[n] == '\t' || p[n] == '\0' || p[n] == ' '))
			return true;
	}
	return false;
}

/* What follows the date in an entry of the error log: thread [Note] ... Old logs, of the short date, have no thread; without one many other programs write so. */
static bool
is_error_text(const char *p, bool old)
{
	p += strspn(p, " ");
	size_t digits = strspn(p, "0123456789");
	if (digits == 0 && !old)
		return false;
	p += digits;
	p += strspn(p, " ");
	static const char *const words[] = { "[Note]", "[Warning]", "[ERROR]", "[System]", "[Error]" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* The form of a line that begins an entry. *p goes behind the date when there is one, else *ret_dated is false. */
static enum form
read_front(const char **p, struct log_time *t, bool *ret_dated)
{
	const char *s = *p;
	*ret_dated = true;
	if (strncmp(s, "# Time: ", 8) == 0) {
		s += 8;
		if (!log_time_iso(&s, t) && !short_date(&s, t))
			return NONE;
		*p = s;
		return SLOW;
	}
	bool old = !log_time_iso(&s, t) && short_date(&s, t);
	*ret_dated = s != *p;
	if (!*ret_dated && (s[0] != '\t' || s[1] != '\t'))
		return NONE;
	if (*ret_dated && is_error_text(s, old)) {
		*p = s + strspn(s, " ");
		return ERRORS;
	}
	if (*s != '\t')
		return NONE;
	s += strspn(s, "\t ");
	size_t digits = strspn(s, "0123456789");
	if (digits == 0 || s[digits] != ' ' || !is_command(s + digits + 1))
		return NONE;
	*p = s;
	return GENERAL;
}

static bool
begins(const char *line)
{
	struct log_time t;
	bool dated;
	return read_front(&line, &t, &dated) != NONE;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, begins, &looked);
	(void)who;
	/* a slow log has some lines for each entry */
	return good > 0 && 6 * good >= looked;
}

static enum triage_status
send_slow(struct artefact *a, const char *text, struct triage_error *err)
{
	char user[128] = "", client[128] = "", seconds[32] = "";
	const char *who = strstr(text, "# User@Host: "), *took = strstr(text, "# Query_time: "), *statement = took != NULL ? strchr(took, '\n') : NULL;
	if (who != NULL) {
		who += strlen("# User@Host: ");
		snprintf(user, sizeof(user), "%.*s", (int)strcspn(who, "[ \n"), who);
		const char *address = strchr(who, '@');
		address = address != NULL ? strchr(address, '[') : NULL;
		if (address != NULL)
			snprintf(client, sizeof(client), "%.*s", (int)strcspn(address + 1, "]\n"), address + 1);
	}
	if (took != NULL)
		snprintf(seconds, sizeof(seconds), "%.*s", (int)strcspn(took + 14, " \n"), took + 14);
	artefact_user(a, user);
	artefact_text(a, "user", user);
	artefact_text(a, "client", client);
	artefact_text(a, "seconds", seconds);
	artefact_text(a, "command", statement != NULL ? statement + 1 : "");
	artefact_message(a, "Slow statement of %s, %s seconds: %.1200s", user, seconds, statement != NULL ? statement + 1 : "");
	return artefact_send(a, err);
}

static enum triage_status
send_general(struct artefact *a, const char *p, struct triage_error *err)
{
	size_t thread = strspn(p, "0123456789"), name = strcspn(p + thread + 1, "\t\n");
	const char *command = p + thread + 1, *text = command + name + (command[name] == '\t');
	artefact_bytes(a, "thread", p, thread);
	artefact_bytes(a, "action", command, name);
	artefact_text(a, "command", text);
	if (strncmp(command, "Connect", 7) == 0) {
		char user[128];
		bool refused = strncmp(text, "Access denied", 13) == 0;
		const char *from = refused && strchr(text, '\'') != NULL ? strchr(text, '\'') + 1 : text;
		snprintf(user, sizeof(user), "%.*s", (int)strcspn(from, "@' \n"), from);
		artefact_user(a, user);
		artefact_text(a, "user", user);
		if (refused)
			artefact_technique(a, "T1110");
	}
	if (strcasestr(text, "INTO OUTFILE") != NULL || strcasestr(text, "INTO DUMPFILE") != NULL)
		artefact_technique(a, "T1505.003");
	artefact_message(a, "MySQL %.*s: %.1500s", (int)name, command, text);
	return artefact_send(a, err);
}

static enum triage_status
send_error(struct artefact *a, const char *p, struct triage_error *err)
{
	size_t digits = strspn(p, "0123456789");
	if (digits > 0)
		artefact_bytes(a, "thread", p, digits);
	p += digits;
	p += strspn(p, " ");
	size_t word = strcspn(p, "]");
	if (*p == '[' && p[word] == ']') {
		artefact_bytes(a, "severity", p + 1, word - 1);
		p += word + 1;
		p += strspn(p, " ");
	}
	artefact_text(a, "message", p);
	if (strstr(p, "Access denied for user") != NULL)
		artefact_technique(a, "T1110");
	artefact_message(a, "MySQL: %.1500s", p);
	return artefact_send(a, err);
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	struct state *s = state;
	const char *p = entry->text;
	struct log_time t;
	bool dated;
	enum form form = read_front(&p, &t, &dated);
	if (!dated && !s->has_last)
		return artefact_remark(a, TRIAGE_LOW, "line-without-time", entry->offset, 0, err, "an entry that has no date and none before it");
	t = dated ? t : s->last;
	s->last = t;
	s->has_last = true;
	bool refused = strstr(entry->text, "Access denied") != NULL;
	log_entry_event(a, entry, &t, refused ? "failed logon" : form == ERRORS ? "logged" : form == SLOW ? "command run" :
	    strstr(p, " Connect") != NULL && strcspn(p, "\t") > (size_t)(strstr(p, " Connect") - p) ? "logon" : "command run");
	return form == SLOW ? send_slow(a, p, err) : form == GENERAL ? send_general(a, p, err) : send_error(a, p, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	struct state *s = state;
	return log_entries_step(a, &s->entries, &row, bytes, at, last, ret_used, s, err);
}

const struct artefact_kind artefact_mysql_log = {
	.name = "mysql_log",
	.source = "database",
	.title = "logs of MySQL and MariaDB",
	.yields = "logons, refused logons, statements and errors of a MySQL server",
	.reference = "MySQL, Server Logs; MariaDB, Server Logs",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_entries_release_state,
};

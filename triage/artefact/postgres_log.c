/*
 * postgres_log.c - the log of PostgreSQL, as text with the usual prefixes.
 *
 * "2023-11-14 22:13:20.123 CET [4711] anna@shop LOG:  text": date, zone by name, then what log_line_prefix says, then a word of severity with a colon. The client may
 * stand before the date, and as services have it, all be parted by colons: "2023-11-14 22:13:20 UTC:192.0.2.9(4000):anna@shop:[4711]:LOG:  text". A zone that
 * is not UTC or a number is local time. DETAIL, HINT, STATEMENT, QUERY and CONTEXT belong to the message before. Not handled: csvlog, jsonlog.
 */
#include "triage/artefact/log_entry.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 20, PREFIX_MOST = 200, CLIENT_MOST = 64 };

struct state {
	struct log_entries entries;
};

/* Where the word of severity begins, NULL when there is none. *ret_size: of the word. */
static const char *
severity(const char *p, size_t *ret_size)
{
	static const char *const words[] = { "LOG:  ", "ERROR:  ", "FATAL:  ", "PANIC:  ", "WARNING:  ", "NOTICE:  ", "INFO:  ", "DEBUG:  ", "DETAIL:  ", "HINT:  ", "STATEMENT:  ",
		"QUERY:  ", "CONTEXT:  ", "LOCATION:  " };
	const char *best = NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *s = strstr(p, words[i]);
		if (s == NULL || s - p > PREFIX_MOST || (s > p && s[-1] != ' ' && s[-1] != ':') || (best != NULL && s > best))
			continue;
		best = s;
		*ret_size = strlen(words[i]) - 3;
	}
	return best;
}

/* A client that stands before the date: its name or address, up to the blank. */
static size_t
client_size(const char *line)
{
	size_t n = strcspn(line, " ");
	struct log_time t;
	const char *s = line;
	return n > 0 && n <= CLIENT_MOST && line[n] == ' ' && !log_time_iso(&s, &t) ? n : 0;
}

static bool
read_front(const char **p, struct log_time *t)
{
	const char *s = *p;
	size_t zone, word, client = client_size(s);
	s += client > 0 ? client + 1 : 0;
	if (!log_time_iso(&s, t))
		return false;
	/* "CET": the name of a zone alone is not a zone */
	zone = *s == ' ' ? strspn(s + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
	if (t->local && zone >= 3 && zone <= 5 && (s[1 + zone] == ' ' || s[1 + zone] == ':'))
		s += 1 + zone;
	if ((*s != ' ' && *s != ':') || severity(s, &word) == NULL)
		return false;
	*p = s + 1;
	return true;
}

static bool
is_front(const char *line)
{
	struct log_time t;
	return read_front(&line, &t);
}

/* More about the message before has a date of its own. */
static bool
begins(const char *line)
{
	static const char *const more[] = { "DETAIL", "HINT", "STATEMENT", "QUERY", "CONTEXT", "LOCATION" };
	struct log_time t;
	size_t size = 0;
	if (!read_front(&line, &t))
		return false;
	const char *word = severity(line, &size);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (word != NULL && strlen(more[i]) == size && strncmp(word, more[i], size) == 0)
			return false;
	return true;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, is_front, &looked);
	(void)who;
	return good > 0 && 3 * good >= looked;
}

/* "[4711] anna@shop " or "[4711-1] user=anna,db=shop " or "192.0.2.9(4000):anna@shop:[4711]:": the parts that are plain. */
static void
put_prefix(struct artefact *a, const char *p, size_t size)
{
	char prefix[PREFIX_MOST + 1], user[128] = "", database[128] = "";
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(size < PREFIX_MOST ? size : PREFIX_MOST), p);
	const char *pid = strchr(prefix, '['), *at = strchr(prefix, '@'), *named = strstr(prefix, "user="), *db = strstr(prefix, "db="), *client = strstr(prefix, "client=");
	if (pid != NULL)
		artefact_bytes(a, "pid", pid + 1, strspn(pid + 1, "0123456789"));
	if (named != NULL) {
		snprintf(user, sizeof(user), "%.*s", (int)strcspn(named + 5, ", "), named + 5);
		if (db != NULL)
			snprintf(database, sizeof(database), "%.*s", (int)strcspn(db + 3, ", "), db + 3);
	} else if (at != NULL) {
		const char *from = at;
		while (from > prefix && from[-1] != ' ' && from[-1] != ':')
			from--;
		snprintf(user, sizeof(user), "%.*s", (int)(at - from), from);
		snprintf(database, sizeof(database), "%.*s", (int)strcspn(at + 1, " :"), at + 1);
	}
	artefact_text(a, "user", user);
	artefact_user(a, user);
	artefact_text(a, "database", database);
	size_t port = strcspn(prefix, "( "), digits = prefix[port] == '(' ? strspn(prefix + port + 1, "0123456789") : 0;
	if (client != NULL)
		artefact_bytes(a, "client", client + 7, strcspn(client + 7, ", "));
	else if (port > 0 && digits > 0 && strncmp(prefix + port + 1 + digits, "):", 2) == 0)
		artefact_bytes(a, "client", prefix, port);
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	static const struct { const char *front, *meaning, *technique; } known[] = { { "connection authorized", "logon", "" }, { "connection received", "connected", "" },
		{ "disconnection", "logoff", "" }, { "password authentication failed", "failed logon", "T1110" }, { "no pg_hba.conf entry", "refused", "" },
		{ "database system is ready", "service started", "" }, { "database system is shut down", "service stopped", "" }, { "statement: ", "command run", "" },
		{ "execute ", "command run", "" } };
	const char *p = entry->text, *technique = "", *meaning = "logged";
	struct log_time t;
	size_t size = 0;
	(void)state;
	if (!read_front(&p, &t))
		return TRIAGE_OK;
	const char *word = severity(p, &size), *text = word + size + 3;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(text, known[i].front, strlen(known[i].front)) == 0) {
			meaning = known[i].meaning;
			technique = known[i].technique;
		}
	/* a statement that runs programs */
	if (strcasestr(text, "COPY ") != NULL && strcasestr(text, " PROGRAM ") != NULL)
		technique = "T1059";
	log_entry_event(a, entry, &t, meaning);
	artefact_bytes(a, "severity", word, size);
	if (client_size(entry->text) > 0)
		artefact_bytes(a, "client", entry->text, client_size(entry->text));
	put_prefix(a, p, (size_t)(word - p));
	artefact_text(a, "message", text);
	artefact_technique(a, technique);
	artefact_message(a, "PostgreSQL: %.1500s", text);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	struct state *s = state;
	return log_entries_step(a, &s->entries, &row, bytes, at, last, ret_used, s, err);
}

const struct artefact_kind artefact_postgres_log = {
	.name = "postgres_log",
	.source = "database",
	.title = "PostgreSQL log",
	.yields = "logons, failed logons, errors and logged statements of a PostgreSQL server",
	.reference = "PostgreSQL, Error Reporting and Logging",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_entries_release_state,
};

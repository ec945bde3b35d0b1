/*
 * exim_log.c - the main log and the log of rejections of the mail server Exim: mainlog, rejectlog, paniclog.
 *
 * A line is "2024-03-05 10:11:12 1rhQfT-0001xx-Ab <= sender H=name [192.0.2.1] P=esmtpsa A=login:user S=1234 ...": a time, its zone and the number of the process in brackets where the settings
 * want them, the message's identifier, and what became of it: <= came, => and -> delivered, >> passed on at once, *> would have been, ** failed, == delayed, Completed. Lines without an
 * identifier tell of the server, of refused connections and of failed logons. Times without a zone are local. Source: The Exim specification, chapter "Log files".
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 20, VALUE = 512, ID_MOST = 40 };

struct state {
	struct log_lines lines;
};

/* The letters of an identifier: three groups, 6-6-2 or 6-11-4. Its length, 0 when it is none. */
static size_t
id_size(const char *p)
{
	static const unsigned forms[][3] = { { 6, 6, 2 }, { 6, 11, 4 } };
	for (size_t f = 0; f < 2; f++) {
		size_t at = 0;
		bool fits = true;
		for (size_t g = 0; g < 3 && fits; g++) {
			size_t n = strspn(p + at, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
			fits = n == forms[f][g] && p[at + n] == (g < 2 ? '-' : ' ');
			at += n + (g < 2);
		}
		if (fits)
			return at;
	}
	return 0;
}

/* The front: time, process, identifier. *p moves to what follows. False when it is none. */
static bool
read_front(const char **p, struct log_time *t, char pid[16], char id[ID_MOST])
{
	const char *s = *p;
	pid[0] = id[0] = '\0';
	if (s[0] < '1' || s[0] > '2' || !log_time_iso(&s, t) || *s != ' ')
		return false;
	s++;
	size_t digits = *s == '[' ? strspn(s + 1, "0123456789") : 0;
	if (digits > 0 && digits < 16 && s[1 + digits] == ']' && s[2 + digits] == ' ') {
		snprintf(pid, 16, "%.*s", (int)digits, s + 1);
		s += digits + 3;
	}
	size_t n = id_size(s);
	if (n > 0) {
		snprintf(id, ID_MOST, "%.*s", (int)n, s);
		s += n + 1;
	}
	*p = s;
	return true;
}

static const struct mark { const char *text, *meaning, *words; } marks[] = {
	{ "<= ", "mail received", "Mail from" }, { "=> ", "mail delivered", "Mail delivered to" }, { "-> ", "mail delivered", "Mail delivered to" }, { ">> ", "mail delivered", "Mail passed on to" },
	{ "*> ", "delivery suppressed", "Mail not delivered, as its settings say, to" }, { "** ", "delivery failed", "Mail could not be delivered to" }, { "== ", "delivery delayed", "Mail is delayed for" },
};

static const struct mark *
mark_of(const char *p)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strncmp(p, marks[i].text, strlen(marks[i].text)) == 0)
			return &marks[i];
	return NULL;
}

/* What Exim alone writes: a message and what became of it, or one of its sentences. */
static bool
shape(const char *line)
{
	static const char *const sentences[] = { " daemon started: pid=", " authenticator failed for ", "Start queue run: pid=", "End queue run: pid=", " rejected RCPT ", " rejected EHLO or HELO ", "no host name found for IP address ",
		"SMTP connection from ", " rejected connection in \"connect\" ACL", " rejected MAIL ", " rejected after DATA", NULL };
	struct log_time t;
	char pid[16], id[ID_MOST];
	const char *p = line;
	if (!read_front(&p, &t, pid, id))
		return false;
	if (id[0] != '\0')
		return mark_of(p) != NULL || strncmp(p, "Completed", 9) == 0 || strncmp(p, "H=", 2) == 0 || strstr(p, "rejected") != NULL || strncmp(p, "SMTP error from ", 16) == 0;
	for (size_t i = 0; sentences[i] != NULL; i++)
		if (strstr(p, sentences[i]) != NULL)
			return true;
	return false;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	/* headers of what was rejected may be most of its lines */
	return good > 0 && (2 * good >= looked || unix_named(who, "rejectlog*"));
}

/* Below what was rejected stands its header: each field behind a letter for its kind, or a blank. */
static bool
is_header(const char *p)
{
	if (*p == ' ' || *p == '\t' || *p == '-' || strncmp(p, "Envelope-", 9) == 0)
		return true;
	return *p != '\0' && strchr("BCFIPRST*", *p) != NULL && p[1] == ' ' && p[2 + strcspn(p + 2, " :")] == ':';
}

/* " KEY=value" up to a blank, or to the end of its quotes. False when it is not there. */
static bool
value_of(const char *p, const char *key, char out[VALUE], bool *ret_cut)
{
	size_t size = strlen(key);
	for (const char *at = p; (at = strstr(at, key)) != NULL; at += size) {
		if (at != p && at[-1] != ' ')
			continue;
		const char *from = at + size;
		bool quoted = *from == '"';
		size_t n = quoted ? strcspn(from + 1, "\"") : strcspn(from, " ");
		n -= !quoted && n > 0 && from[n - 1] == ':';
		*ret_cut = *ret_cut || n >= VALUE;
		snprintf(out, VALUE, "%.*s", (int)(n < VALUE ? n : VALUE - 1), from + quoted);
		return true;
	}
	out[0] = '\0';
	return false;
}

/* The first address in brackets, "[192.0.2.1]:25" without its port. */
static void
address_of(const char *p, char out[VALUE])
{
	out[0] = '\0';
	for (const char *open = strchr(p, '['); open != NULL; open = strchr(open + 1, '[')) {
		size_t n = strspn(open + 1, "0123456789abcdefABCDEF.:");
		if (n >= 3 && n < 64 && open[1 + n] == ']') {
			snprintf(out, VALUE, "%.*s", (int)n, open + 1);
			return;
		}
	}
}

static void
put_fields(struct artefact *a, const char *p, bool received, char user[VALUE])
{
	const struct { const char *key, *name; } fields[] = { { "H=", "host" }, { "P=", "protocol" }, { "S=", "bytes" }, { "id=", "message_id" }, { "T=", received ? "subject" : "transport" },
		{ "R=", received ? "reference" : "router" }, { "U=", "local_user" }, { "F=", "sender" }, { "X=", "cipher" }, { "C=", "confirmation" } };
	char value[VALUE];
	bool cut = false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (value_of(p, fields[i].key, value, &cut))
			artefact_text(a, fields[i].name, value);
	if (value_of(p, "A=", value, &cut)) {
		const char *name = strchr(value, ':');
		artefact_text(a, "authenticator", value);
		snprintf(user, VALUE, "%s", name != NULL ? name + 1 : "");
	}
	if (user[0] == '\0' && text_between(p, "(set_id=", ")", value, sizeof(value)))
		snprintf(user, VALUE, "%s", value);
	if (cut)
		artefact_cut(a);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct log_time t;
	char pid[16], id[ID_MOST], address[VALUE], user[VALUE] = "", who[VALUE];
	const char *p = line->text;
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	if (!read_front(&p, &t, pid, id)) {
		if (is_header(p))
			return TRIAGE_OK;
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is none of Exim", (uintmax_t)line->number);
	}
	const struct mark *m = id[0] != '\0' ? mark_of(p) : NULL;
	bool failed = strstr(p, " authenticator failed for ") != NULL, rejected = m == NULL && strstr(p, "rejected") != NULL;
	artefact_event(a, t.ns, m != NULL ? m->meaning : failed ? "failed logon" : rejected ? "refused" : strncmp(p, "Completed", 9) == 0 ? "mail completed" : "logged");
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&t));
	if (t.local)
		artefact_local(a);
	artefact_text(a, "message_number", id);
	artefact_text(a, "pid", pid);
	size_t n = m != NULL ? strcspn(p + 3, " ") : 0;
	snprintf(who, sizeof(who), "%.*s", (int)(n < VALUE ? n : VALUE - 1), m != NULL ? p + 3 : "");
	artefact_text(a, m == &marks[0] ? "from" : "to", who);
	put_fields(a, p, m == &marks[0], user);
	address_of(p, address);
	artefact_text(a, "address", address);
	artefact_text(a, "text", p);
	artefact_user(a, user);
	if (failed)
		artefact_technique(a, "T1110");
	if (m != NULL)
		artefact_message(a, "%s %s%s%s%s%s", m->words, who, address[0] != '\0' ? ", other side " : "", address, user[0] != '\0' ? ", logged on as " : "", user);
	else
		artefact_message(a, "Exim: %.1500s", p);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_exim_log = {
	.name = "exim_log",
	.source = "mail",
	.title = "logs of the mail server Exim (mainlog, rejectlog)",
	.yields = "mail that came and went, from whom, to whom, through which machine, by which account; refused mail and failed logons",
	.reference = "The Exim specification, chapter on log files",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

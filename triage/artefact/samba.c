/*
 * samba.c - the logs of Samba: log.smbd, log.nmbd, log.HOST and those that rotation makes of them.
 *
 * "[2023/11/14 22:13:20.123456,  3] ../source3/smbd/service.c:1130(make_connection_snum)", then the text on lines that begin with blanks. Also the audit of full_audit
 * and of authentication ("Auth: [SMB2,(null)] user [DOM]\[anna] at [...] with [NTLMv2] status [NT_STATUS_OK] workstation [...] remote host [ipv4:192.0.2.1:50]").
 * Times are local.
 */
#include "triage/artefact/log_entry.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 30 };

struct state {
	struct log_entries entries;
};

/* "[DATE,  LEVEL, pid=4711] FILE:LINE(FUNCTION)"; *p goes to the level. */
static bool
read_front(const char **p, struct log_time *t)
{
	const char *s = *p;
	if (*s != '[' || (s++, !log_time_iso(&s, t)) || *s != ',')
		return false;
	const char *close = strstr(s, "] ");
	if (close == NULL || close - s > 300)
		return false;
	s++;
	s += strspn(s, " ");
	*p = s;
	return *s >= '0' && *s <= '9';
}

static bool
begins(const char *line)
{
	struct log_time t;
	return read_front(&line, &t);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, begins, &looked);
	(void)who;
	return good > 0 && 5 * good >= looked;
}

/* The value in brackets behind a word. */
static bool
bracket(const char *text, const char *front, char *out, size_t size)
{
	const char *p = strstr(text, front);
	if (p == NULL)
		return false;
	p += strlen(front);
	snprintf(out, size, "%.*s", (int)strcspn(p, "]\n"), p);
	return true;
}

static void
put_auth(struct artefact *a, const char *text, const struct log_time *t)
{
	char domain[128] = "", user[128] = "", status[64] = "", remote[128] = "", workstation[128] = "";
	const char *pair = strstr(text, " user [");
	if (!bracket(text, "status [", status, sizeof(status)) || pair == NULL)
		return;
	(void)bracket(text, " user [", domain, sizeof(domain));
	const char *name = strstr(pair, "]\\[");
	if (name != NULL)
		(void)bracket(name, "]\\[", user, sizeof(user));
	(void)bracket(text, "remote host [", remote, sizeof(remote));
	(void)bracket(text, "workstation [", workstation, sizeof(workstation));
	bool ok = strcmp(status, "NT_STATUS_OK") == 0;
	artefact_text(a, "user", user);
	artefact_text(a, "domain", domain);
	artefact_text(a, "status", status);
	artefact_text(a, "address", remote);
	artefact_text(a, "workstation", workstation);
	artefact_user(a, user);
	artefact_technique(a, ok ? "T1021.002" : "T1110");
	artefact_message(a, "%s of %s\\%s from %s: %s", ok ? "SMB logon" : "Failed SMB logon", domain, user, remote, status);
	artefact_again(a, t->ns, ok ? "logon" : "failed logon");
}

/* "files (ipv4:192.0.2.1:50) connect to service share initially as user anna (uid=1000, gid=1000) (pid 7)" */
static void
put_connect(struct artefact *a, const char *text, const struct log_time *t)
{
	char client[128], share[128], user[128] = "", address[128] = "";
	const char *connect = strstr(text, "connect to service "), *closed = strstr(text, "closed connection to service ");
	const char *p = closed != NULL ? closed + strlen("closed connection to service ") : connect != NULL ? connect + strlen("connect to service ") : NULL;
	if (p == NULL || strstr(text, " (ipv") == NULL)
		return;
	const char *from = text + strspn(text, " \n");
	snprintf(client, sizeof(client), "%.*s", (int)strcspn(from, " \n"), from);
	const char *ip = strstr(text, " (ipv");
	snprintf(address, sizeof(address), "%.*s", (int)strcspn(ip + 2, ")\n"), ip + 2);
	snprintf(share, sizeof(share), "%.*s", (int)strcspn(p, " \n"), p);
	const char *as = strstr(p, "as user ");
	if (as != NULL)
		snprintf(user, sizeof(user), "%.*s", (int)strcspn(as + 8, " \n"), as + 8);
	artefact_text(a, "client", client);
	artefact_text(a, "address", address);
	artefact_text(a, "share", share);
	artefact_text(a, "user", user);
	artefact_user(a, user);
	artefact_technique(a, "T1021.002");
	artefact_message(a, "%s (%s) %s the share %s%s%s", client, address, closed != NULL ? "left" : "opened", share, user[0] != '\0' ? " as " : "", user);
	artefact_again(a, t->ns, closed != NULL ? "share closed" : "share opened");
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	const char *p = entry->text;
	struct log_time t;
	(void)state;
	if (!read_front(&p, &t))
		return TRIAGE_OK;
	const char *close = strstr(p, "] "), *line = close + 2, *text = strchr(line, '\n');
	size_t place = strcspn(line, "\n");
	log_entry_event(a, entry, &t, "logged");
	artefact_bytes(a, "level", p, strspn(p, "0123456789"));
	artefact_bytes(a, "place", line, place);
	text = text != NULL ? text + 1 : "";
	text += strspn(text, " \t");
	artefact_text(a, "message", text);
	artefact_message(a, "Samba: %.1500s", text[0] != '\0' ? text : line);
	if (strstr(text, "Auth: [") != NULL)
		put_auth(a, text, &t);
	else
		put_connect(a, text, &t);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	struct state *s = state;
	return log_entries_step(a, &s->entries, &row, bytes, at, last, ret_used, s, err);
}

const struct artefact_kind artefact_samba = {
	.name = "samba",
	.source = "other",
	.title = "Samba logs",
	.yields = "logons to shares, refused logons, shares opened and closed, with the client's address",
	.reference = "smb.conf(5), Samba debug format",
	.precision = "us",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_entries_release_state,
};

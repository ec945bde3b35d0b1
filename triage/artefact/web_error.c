/*
 * web_error.c - what went wrong in a web server: the error logs of Apache httpd, nginx, lighttpd and PHP.
 *
 * Apache: "[Wed Oct 11 14:32:52.123456 2000] [core:error] [pid 7:tid 8] [client 192.0.2.1:50] text"; nginx: "2023/01/01 10:00:00 [error] 7#8: *9 text,
 * client: 192.0.2.1, server: ..., request: "..."; PHP: "[11-Oct-2020 10:00:00 UTC] PHP Warning:  text"; lighttpd:
 * "2020-10-11 10:00:00: (mod_fastcgi.c.421) FastCGI-stderr: text". Times are local unless a zone is named.
 */
#include "triage/artefact/log_entry.h"
#include "triage/artefact/web_request.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 20 };

enum form { NONE, APACHE, NGINX, PHP, LIGHTTPD };

struct state {
	struct log_entries entries;
};

/* The form of a line, its time, and where its text goes on. */
static enum form
read_front(const char **p, struct log_time *t)
{
	const char *s = *p;
	if (*s == '[') {
		s++;
		bool apache = log_time_asctime(&s, t);
		if (!apache && !log_time_clf(&s, t))
			return NONE;
		/* "UTC" or "Europe/Amsterdam" behind the date of PHP */
		if (!apache && *s == ' ')
			s += strcspn(s, "]");
		if (*s != ']' || s[1] != ' ')
			return NONE;
		*p = s + 2;
		if (apache)
			return (*p)[0] == '[' || strncmp(*p, "AH", 2) == 0 || strncmp(*p, "mod_", 4) == 0 ? APACHE : NONE;
		return strncmp(*p, "PHP ", 4) == 0 || strncmp(*p, "NOTICE: ", 8) == 0 || strncmp(*p, "WARNING: ", 9) == 0 || strncmp(*p, "ERROR: ", 7) == 0 ? PHP : NONE;
	}
	if (s[0] != '\0' && strnlen(s, 5) == 5 && s[4] == '/' && log_time_iso(&s, t) && s[0] == ' ' && s[1] == '[') {
		size_t level = strspn(s + 2, "abcdefghijklmnopqrstuvwxyz");
		if (level > 0 && s[2 + level] == ']' && s[3 + level] == ' ' && s[4 + level] >= '0' && s[4 + level] <= '9') {
			*p = s + 1;
			return NGINX;
		}
	}
	/* a file of its source and the line there */
	if (s == *p && s[0] >= '1' && s[0] <= '2' && log_time_iso(&s, t) && strncmp(s, ": (", 3) == 0) {
		size_t name = strspn(s + 3, "abcdefghijklmnopqrstuvwxyz0123456789_-"), line = strncmp(s + 3 + name, ".c.", 3) == 0 ? strspn(s + 6 + name, "0123456789") : 0;
		if (name > 0 && line > 0 && strncmp(s + 6 + name + line, ") ", 2) == 0) {
			*p = s + 2;
			return LIGHTTPD;
		}
	}
	return NONE;
}

static bool
begins(const char *line)
{
	struct log_time t;
	return read_front(&line, &t) != NONE;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, begins, &looked);
	(void)who;
	return good > 0 && 3 * good >= looked;
}

static void
put_part(struct artefact *a, const char *key, const char *p, size_t size)
{
	if (size > 0)
		artefact_bytes(a, key, p, size);
}

/* "[core:error] [pid 7:tid 8] [client 192.0.2.1:50] text" */
static const char *
put_apache(struct artefact *a, const char *p, char *client, size_t room)
{
	bool has_port = false;
	for (unsigned i = 0; i < 6 && *p == '['; i++) {
		size_t n = strcspn(p, "]\n");
		if (p[n] != ']')
			break;
		if (strncmp(p, "[client ", 8) == 0) {
			snprintf(client, room, "%.*s", (int)(n - 8 < room ? n - 8 : room - 1), p + 8);
			/* the port stands behind the last colon, of an address of IPv6 too; versions that write no process write no port */
			char *colon = has_port ? strrchr(client, ':') : NULL;
			if (colon != NULL && colon[1] != '\0' && strspn(colon + 1, "0123456789") == strlen(colon + 1)) {
				artefact_text(a, "port", colon + 1);
				*colon = '\0';
			}
			artefact_text(a, "client", client);
		} else if (strncmp(p, "[pid ", 5) == 0) {
			put_part(a, "pid", p + 5, strcspn(p + 5, ":]"));
			has_port = true;
		} else if (i == 0) {
			put_part(a, "severity", p + 1, n - 1);
		}
		p += n + 1;
		p += *p == ' ';
	}
	return p;
}

/* ", client: 192.0.2.1, server: x, request: "GET / HTTP/1.1", upstream: "...", host: "x"" at the end of a line of nginx. */
static void
put_nginx(struct artefact *a, const char *p, char *client, size_t room)
{
	static const char *const names[] = { ", client: ", ", server: ", ", request: ", ", upstream: ", ", host: ", ", referrer: " };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *s = strstr(p, names[i]);
		char key[16], value[1024];
		if (s == NULL)
			continue;
		s += strlen(names[i]);
		size_t n = *s == '"' ? strcspn(s + 1, "\"") : strcspn(s, ",\n");
		snprintf(value, sizeof(value), "%.*s", (int)(n < sizeof(value) ? n : sizeof(value) - 1), *s == '"' ? s + 1 : s);
		snprintf(key, sizeof(key), "%.*s", (int)(strlen(names[i]) - 4), names[i] + 2);
		if (strcmp(key, "request") == 0)
			web_request_put(a, value);
		else
			artefact_text(a, key, value);
		if (strcmp(key, "client") == 0)
			snprintf(client, room, "%.200s", value);
	}
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	const char *p = entry->text;
	char client[256] = "";
	struct log_time t;
	(void)state;
	enum form form = read_front(&p, &t);
	log_entry_event(a, entry, &t, "error logged");
	if (form == APACHE) {
		p = put_apache(a, p, client, sizeof(client));
	} else if (form == NGINX) {
		size_t level = strcspn(p, "]");
		put_part(a, "severity", p + 1, level - 1);
		p += level + 2;
		put_part(a, "pid", p, strspn(p, "0123456789"));
		const char *colon = strstr(p, ": ");
		p = colon != NULL ? colon + 2 : p;
		put_nginx(a, p, client, sizeof(client));
	} else if (form == LIGHTTPD) {
		size_t n = strcspn(p, ")");
		put_part(a, "source_line", p + 1, n - 1);
		p += n + 2;
	} else {
		put_part(a, "severity", p, strcspn(p, ":\n"));
	}
	artefact_text(a, "message", p);
	artefact_message(a, "%s%s%.1500s", client, client[0] != '\0' ? ": " : "", p);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	struct state *s = state;
	return log_entries_step(a, &s->entries, &row, bytes, at, last, ret_used, s, err);
}

const struct artefact_kind artefact_web_error = {
	.name = "web_error",
	.source = "web",
	.title = "web server error log (Apache, nginx, lighttpd, PHP)",
	.yields = "errors and warnings with the client and the request that caused them",
	.reference = "Apache httpd ErrorLogFormat, nginx error_log, lighttpd server.errorlog, PHP error_log",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_entries_release_state,
};

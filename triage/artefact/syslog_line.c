/* syslog_line.c - a line of a system log to its parts. */
#include "triage/artefact/syslog_line.h"

#include <stdio.h>
#include <string.h>

enum { PRIORITY_MOST = 191 };

const char *
syslog_facility(int priority)
{
	static const char *const names[24] = { "kernel message", "user-level message", "mail system", "system daemon", "security/authorization message",
		"syslog message", "line printer", "network news", "UUCP", "clock daemon", "security/authorization message (private)", "FTP daemon", "NTP",
		"log audit", "log alert", "clock daemon (cron)", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7" };
	return priority < 0 ? "" : names[priority / 8 % 24];
}

const char *
syslog_severity(int priority)
{
	static const char *const names[8] = { "EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG" };
	return priority < 0 ? "" : names[priority % 8];
}

/* "<34>" */
static int
read_priority(const char **p)
{
	const char *s = *p;
	unsigned value;
	if (*s != '<' || (s++, !log_digits(&s, 1, 3, &value)) || *s != '>' || value > PRIORITY_MOST)
		return -1;
	*p = s + 1;
	return (int)value;
}

/* RFC 3339 or a date without a year; RFC 3339 needs its T, for many other logs have a blank there: of those one is known. */
static bool
read_date(const char **p, struct log_time *t)
{
	if (log_time_named(p, t))
		return true;
	/* OpenWrt: "Tue Nov 14 22:13:20 2023 daemon.info ..."; Cisco has a colon behind its date with a year */
	if (log_time_asctime(p, t))
		return true;
	if (strnlen(*p, 11) < 11 || ((*p)[10] != 'T' && (*p)[10] != ' '))
		return false;
	const char *s = *p;
	bool blank = s[10] == ' ';
	if (!log_time_iso(&s, t))
		return false;
	/* ProFTPD's own log: "2023-11-14 22:13:20,124 host proftpd[71] host (client[192.0.2.1]): text" */
	if (blank && (*s != ' ' || strncmp(s + 1 + strcspn(s + 1, " "), " proftpd[", 9) != 0))
		return false;
	*p = s;
	return true;
}

bool
syslog_line_date(const char *line, struct log_time *t)
{
	if (read_priority(&line) >= 0 && line[0] == '1' && line[1] == ' ')
		line += 2;
	return read_date(&line, t);
}

/* A word up to a blank, cut to fit. '-' is the empty value of RFC 5424. */
static void
take_word(const char **p, char *out, size_t size, bool dash_is_none)
{
	size_t n = strcspn(*p, " ");
	snprintf(out, size, "%.*s", (int)(n < 4096 ? n : 4096), *p);
	if (dash_is_none && strcmp(out, "-") == 0)
		out[0] = '\0';
	*p += n;
	if (**p == ' ')
		++*p;
}

/* [id name="value" ...][id ...], with \] inside a value. */
static size_t
structured_size(const char *p)
{
	const char *s = p;
	bool quoted = false;
	if (*s == '-')
		return 1;
	while (*s == '[') {
		for (s++; *s != '\0' && (quoted || *s != ']'); s++)
			if (*s == '"')
				quoted = !quoted;
			else if (*s == '\\' && s[1] != '\0')
				s++;
		if (*s == '\0')
			return 0;
		s++;
	}
	return (size_t)(s - p);
}

static bool
read_5424(const char *p, struct syslog_line *r)
{
	if (!log_time_iso(&p, &r->time) || *p++ != ' ')
		return false;
	take_word(&p, r->host, sizeof(r->host), true);
	take_word(&p, r->program, sizeof(r->program), true);
	take_word(&p, r->pid, sizeof(r->pid), true);
	take_word(&p, r->msgid, sizeof(r->msgid), true);
	r->structured_size = structured_size(p);
	r->structured = p;
	p += r->structured_size;
	if (r->structured_size == 1)
		r->structured_size = 0;
	while (*p == ' ')
		p++;
	if (strncmp(p, "\xef\xbb\xbf", 3) == 0)
		p += 3;
	r->text = p;
	r->tagged = true;
	return true;
}

/* "<Error>" and, for the security daemon of macOS, " [user{api} caller]" behind it. */
static void
read_level(const char **p, struct syslog_line *r)
{
	size_t n = strcspn(*p + 1, ">");
	if (**p != '<' || n == 0 || n > 12 || (*p)[n + 1] != '>')
		return;
	snprintf(r->level, sizeof(r->level), "%.*s", (int)n, *p + 1);
	*p += n + 2;
	const char *s = *p + (**p == ' '), *open = *s == '[' ? strpbrk(s, "{]") : NULL, *close = open != NULL && *open == '{' ? strchr(open, '}') : NULL,
	    *end = close != NULL ? strstr(close, "]:") : NULL;
	if (end == NULL || end - s > 200)
		return;
	snprintf(r->facility, sizeof(r->facility), "%.*s", (int)(open - s - 1), s + 1);
	snprintf(r->api, sizeof(r->api), "%.*s", (int)(close - open - 1), open + 1);
	close += 1 + (close[1] == ' ');
	if (close < end)
		snprintf(r->caller, sizeof(r->caller), "%.*s", (int)(end - close), close);
	*p = end + 1;
}

/* "daemon.info", as BusyBox and OpenWrt write it in front of the program. */
static void
read_selector(const char **p, struct syslog_line *r)
{
	static const char *const levels[] = { "emerg", "alert", "crit", "err", "error", "warn", "warning", "notice", "info", "debug" };
	size_t n = strcspn(*p, " "), dot = strcspn(*p, ".");
	if (dot == 0 || dot >= n || strspn(*p, "abcdefghijklmnopqrstuvwxyz0123456789") != dot || (*p)[n] != ' ')
		return;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (strlen(levels[i]) == n - dot - 1 && strncmp(*p + dot + 1, levels[i], n - dot - 1) == 0) {
			snprintf(r->facility, sizeof(r->facility), "%.*s", (int)(dot < 32 ? dot : 32), *p);
			snprintf(r->level, sizeof(r->level), "%s", levels[i]);
			*p += n + 1;
			return;
		}
}

/* PROGRAM[PID]: or PROGRAM: or, as ProFTPD has it, PROGRAM[PID]; where none of these is, the first word. Moves to the text. */
static void
read_tag(const char **p, struct syslog_line *r)
{
	const char *s = *p;
	/* Cisco: "asa : %ASA-6-113039: text" */
	s += s[0] == ':' && s[1] == ' ' && s[2] == '%' ? 2 : 0;
	size_t n = strcspn(s, " :[");
	/* a colon may be part of a name: "a::b" */
	while (s[n] == ':' && s[n + 1] != ' ' && s[n + 1] != '\0')
		n += 1 + strcspn(s + n + 1, " :[");
	snprintf(r->program, sizeof(r->program), "%.*s", (int)(n < 4096 ? n : 4096), s);
	s += n;
	if (*s == '[') {
		size_t pid = strcspn(s + 1, "] ");
		if (s[pid + 1] == ']') {
			snprintf(r->pid, sizeof(r->pid), "%.*s", (int)(pid < 4096 ? pid : 4096), s + 1);
			s += pid + 2;
		}
	}
	if (*s == ' ' && s[1] == '<') {
		s++;
		read_level(&s, r);
	}
	/* launchd says whom it means in brackets */
	if (*s == ' ' && s[1] == '(' && r->pid[0] != '\0' && strstr(s, "): ") != NULL)
		s = strstr(s, "): ") + 1;
	bool numbered = *s == ' ' && r->pid[0] != '\0' && r->pid[strspn(r->pid, "0123456789")] == '\0';
	r->tagged = (*s == ':' || numbered) && n > 0;
	if (*s == ':')
		s++;
	while (*s == ' ')
		s++;
	*p = s;
}

bool
syslog_line_read(const char *line, struct syslog_line *ret)
{
	*ret = (struct syslog_line){ .priority = read_priority(&line) };
	if (ret->priority >= 0 && line[0] == '1' && line[1] == ' ' && read_5424(line + 2, ret))
		return true;
	if (!read_date(&line, &ret->time))
		return false;
	/* the last message came again: "Mar 11 09:39:39: --- last message repeated 5 times ---" */
	const char *p = line + (*line == ':');
	if (*p++ != ' ')
		return false;
	while (*p == ' ')
		p++;
	ret->text = p;
	if (strncmp(p, "--- ", 4) == 0) {
		ret->tagged = true;
		return true;
	}
	/* a host stands first, unless the first word is PROGRAM: or PROGRAM[PID] */
	size_t n = strcspn(p, " ");
	const char *bracket = memchr(p, '[', n);
	size_t dot = strcspn(p, ".");
	bool selector = dot < n && strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789") == dot && strcspn(p, ":[") > n && !ret->time.no_year;
	bool no_host = n == 0 || selector || p[n - 1] == ':' || (bracket != NULL && bracket > p && p[n - 1] == ']' && p[n + (p[n] == ' ')] == '<') || p[n] == '\0';
	if (!no_host)
		take_word(&p, ret->host, sizeof(ret->host), false);
	while (*p == ' ')
		p++;
	read_selector(&p, ret);
	read_tag(&p, ret);
	ret->text = p;
	return true;
}

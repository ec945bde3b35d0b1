/* log_front.c - dates at the front of lines of programs that follow no standard: plain, behind a tag, in logfmt, in JSON. */
#include "triage/artefact/log_front.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
read_date(const char **p, struct log_time *t)
{
	const char *s = *p;
	bool bracket = *s == '[' || *s == '(';
	s += bracket;
	if (!log_time_iso(&s, t) && !log_time_asctime(&s, t) && !log_time_clf(&s, t) && !(log_time_named(&s, t) && !t->no_year))
		return false;
	if (bracket && *s != ']' && *s != ')' && *s != ' ')
		return false;
	if (!bracket && (*s == '\0' || strchr(" \t:,;|-[", *s) == NULL))
		return false;
	*p = s + strspn(s, "]):,;|- \t");
	return true;
}

/* Seconds since 1970 with a fraction, or milliseconds. */
static bool
read_count(const char *s, struct log_time *t)
{
	size_t whole = strspn(s, "0123456789"), part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
	if (whole != 10 && whole != 13)
		return false;
	uint64_t value = strtoull(s, NULL, 10);
	uint32_t nano = 0, unit = 100000000;
	for (size_t i = 0; whole == 10 && i < part && unit > 0; i++, unit /= 10)
		nano += (uint32_t)(s[whole + 1 + i] - '0') * unit;
	if (whole == 13)
		nano = (uint32_t)(value % 1000) * 1000000;
	*t = (struct log_time){ .ns = when_from_unix((int64_t)(whole == 13 ? value / 1000 : value), nano), .digits = whole == 13 ? 3 : part < 9 ? (unsigned)part : 9 };
	return t->ns != TRIAGE_TIME_NONE;
}

static bool
read_json(const char *line, struct log_time *t)
{
	static const char *const keys[] = { "\"time\"", "\"timestamp\"", "\"@timestamp\"", "\"ts\"", "\"t\"", "\"date\"", "\"datetime\"", "\"asctime\"", "\"eventTime\"" };
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *s = strstr(line, keys[i]);
		if (s == NULL)
			continue;
		s += strlen(keys[i]);
		s += strspn(s, ": \t");
		/* MongoDB: {"$date":"..."} */
		if (strncmp(s, "{\"$date\":", 9) == 0)
			s += 9;
		bool text = *s == '"';
		s += text;
		const char *end = s;
		if (text ? log_time_iso(&end, t) && *end == '"' : read_count(s, t))
			return true;
	}
	return false;
}

static bool
read_logfmt(const char *line, struct log_time *t)
{
	static const char *const keys[] = { "time=", "t=", "ts=" };
	/* "host=" ends as "t=" does: only whole keys count */
	for (const char *at = line; *at != '\0' && at - line <= 4 * LOG_FRONT_TAG; at++)
		for (size_t i = 0; (at == line || at[-1] == ' ') && i < sizeof(keys) / sizeof(keys[0]); i++) {
			const char *s = at + strlen(keys[i]);
			if (strncmp(at, keys[i], strlen(keys[i])) != 0)
				continue;
			s += *s == '"';
			if (log_time_iso(&s, t) && (*s == '"' || *s == ' '))
				return true;
		}
	return false;
}

bool
log_front(const char **p, struct log_time *t)
{
	const char *line = *p;
	if (line[0] == '{')
		return read_json(line, t);
	if (read_date(p, t))
		return true;
	/* a tag: "ERROR    2023-...", "W, [2023-...", "[ERROR|auth] 2023-..." */
	for (size_t i = 1; i < LOG_FRONT_TAG && line[i - 1] != '\0'; i++) {
		const char *s = line + i;
		if ((line[i - 1] == ' ' || line[i - 1] == '[') && *s >= '0' && *s <= '9' && read_date(&s, t)) {
			*p = s;
			return true;
		}
	}
	return read_logfmt(line, t);
}

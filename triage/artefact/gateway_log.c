/*
 * gateway_log.c - logs of firewalls and VPN gateways that write key=value: FortiGate, Sophos, SonicWall, and others of that form.
 *
 * FortiGate: date=2023-11-14 time=22:13:20 devname="FW" type="event" subtype="vpn" action="tunnel-up" user="anna" remip=203.0.113.9 msg="..."; eventtime and tz say which moment it
 * was. Sophos: device="SFW" date=... time=... SonicWall: id=firewall sn=... time="2023-11-14 22:13:20" fw=... src=... msg="...". The front that a syslog server
 * puts before a line is passed over. Times without a zone are those of the device's clock.
 */
#include "triage/artefact/log_line.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LOOK = 20, KEYS_MOST = 100, KEY_SIZE = 40, VALUE_SIZE = 2048, FRONT_MOST = 200 };

struct state {
	struct log_lines lines;
};

/* What the message and the time are made of. */
struct said {
	char date[24], time[40], zone[16], event_time[24], user[128], source[64], remote[64], target[64], action[64], message[512], type[64], subtype[64], device[128], status[64];
};

static bool
is_key(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* The next KEY=VALUE at *p, which moves behind it; the value may be in quotes. ret_cut: it did not fit. False when there is none. */
static bool
next_pair(const char **p, char key[KEY_SIZE], char value[VALUE_SIZE], bool *ret_cut)
{
	const char *s = *p;
	for (;;) {
		s += strspn(s, " ,|\t");
		size_t n = 0;
		while (is_key(s[n]))
			n++;
		if (n > 0 && n < KEY_SIZE && s[n] == '=') {
			snprintf(key, KEY_SIZE, "%.*s", (int)n, s);
			s += n + 1;
			break;
		}
		n += strcspn(s + n, " ,|\t");
		if (s[n] == '\0')
			return false;
		s += n;
	}
	bool quoted = *s == '"';
	size_t n = quoted ? strcspn(s + 1, "\"") : strcspn(s, " ,|\t");
	snprintf(value, VALUE_SIZE, "%.*s", (int)(n < VALUE_SIZE ? n : VALUE_SIZE - 1), s + quoted);
	*ret_cut = *ret_cut || n >= VALUE_SIZE;
	s += quoted + n;
	*p = s + (quoted && *s == '"');
	return true;
}

/* Where the pairs begin: at the date of the device, or what stands before it. NULL when the line has no such thing near its front. */
static const char *
pairs_of(const char *line)
{
	const char *date = strstr(line, "date="), *id = strstr(line, "id=firewall "), *device = strstr(line, "device=\"");
	const char *p = id != NULL ? id : device != NULL && date != NULL && device < date ? device : date;
	if (p == NULL || p - line > FRONT_MOST || (p > line && p[-1] != ' ' && p[-1] != '>' && p[-1] != ',' && p[-1] != ':'))
		return NULL;
	if (p == id)
		return strstr(id, " time=\"") != NULL ? p : NULL;
	return date != NULL && strspn(date + 5, "\"0123456789-") >= 10 && strstr(date, "time=") != NULL ? p : NULL;
}

static bool
shape(const char *line)
{
	return pairs_of(line) != NULL;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 3 * good >= 2 * looked;
}

static void
note(struct said *s, const char *key, const char *value)
{
	static const struct { const char *key; size_t at, size; } wanted[] = {
#define WANT(name, field) { name, offsetof(struct said, field), sizeof(((struct said *)0)->field) }
		WANT("date", date), WANT("time", time), WANT("tz", zone), WANT("eventtime", event_time), WANT("user", user), WANT("user_name", user), WANT("usr", user),
		WANT("srcip", source), WANT("src_ip", source), WANT("src", source), WANT("remip", remote), WANT("remote_ip", remote), WANT("dstip", target), WANT("dst_ip", target),
		WANT("dst", target), WANT("action", action), WANT("log_subtype", action), WANT("msg", message), WANT("message", message), WANT("logdesc", message), WANT("type", type),
		WANT("log_type", type), WANT("subtype", subtype), WANT("log_component", subtype), WANT("devname", device), WANT("device_name", device), WANT("fw", device),
		WANT("status", status),
#undef WANT
	};
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		char *into = (char *)s + wanted[i].at;
		if (strcmp(wanted[i].key, key) == 0 && into[0] == '\0' && strcmp(value, "N/A") != 0)
			snprintf(into, wanted[i].size, "%.*s", (int)wanted[i].size - 1, value);
	}
}

/* eventtime in seconds, milliseconds or nanoseconds; else date, time and zone. */
static bool
moment(const struct said *s, struct log_time *t)
{
	char text[96];
	const char *p = text;
	size_t digits = strspn(s->event_time, "0123456789");
	if (digits >= 10 && digits <= 19 && s->event_time[digits] == '\0') {
		uint64_t value = strtoull(s->event_time, NULL, 10), unit = digits == 10 ? 1 : digits == 13 ? 1000 : digits == 16 ? 1000000 : digits == 19 ? 1000000000 : 0;
		if (unit != 0 && value / unit < UINT64_C(9000000000)) {
			*t = (struct log_time){ .ns = when_from_unix((int64_t)(value / unit), (uint32_t)(value % unit * (1000000000 / unit))),
				.digits = unit == 1 ? 0 : unit == 1000 ? 3 : unit == 1000000 ? 6 : 9 };
			return t->ns != TRIAGE_TIME_NONE;
		}
	}
	snprintf(text, sizeof(text), "%s%s%s%s%s", s->date, s->date[0] != '\0' ? " " : "", s->time, s->zone[0] == '+' || s->zone[0] == '-' ? " " : "",
	    s->zone[0] == '+' || s->zone[0] == '-' ? s->zone : "");
	return log_time_iso(&p, t);
}

static const char *
meaning_of(const struct said *s, const char **ret_technique)
{
	bool vpn = strcasestr(s->subtype, "vpn") != NULL || strcasestr(s->message, "vpn") != NULL;
	bool logon = strcasestr(s->action, "login") != NULL || strcasestr(s->message, "login") != NULL || strcasestr(s->message, "logged in") != NULL;
	bool failed = strcasestr(s->status, "fail") != NULL || strcasestr(s->message, "fail") != NULL || strcasestr(s->action, "fail") != NULL || strcasestr(s->message, "denied") != NULL;
	*ret_technique = "";
	if ((vpn || logon) && failed) {
		*ret_technique = "T1110";
		return "failed logon";
	}
	if (vpn && (strstr(s->action, "tunnel-up") != NULL || strcasestr(s->message, "established") != NULL || logon)) {
		*ret_technique = "T1133";
		return "logon";
	}
	if (vpn && strstr(s->action, "tunnel-down") != NULL)
		return "logoff";
	if (logon)
		return "logon";
	return strstr(s->action, "deny") != NULL || strcasestr(s->action, "denied") != NULL || strcasestr(s->action, "drop") != NULL ? "refused" : "logged";
}

static enum triage_status
send_line(struct artefact *a, const char *pairs, const struct log_line *line, struct triage_error *err)
{
	struct said s = { .date = "" };
	struct log_time t;
	char key[KEY_SIZE], value[VALUE_SIZE], keys[KEYS_MOST][KEY_SIZE];
	const char *technique, *p = pairs;
	size_t count = 0;
	bool cut = false;
	while (next_pair(&p, key, value, &cut))
		note(&s, key, value);
	if (!moment(&s, &t))
		return artefact_remark(a, TRIAGE_LOW, "time-damaged", line->offset, line->size, err, "line %ju has no time", (uintmax_t)line->number);
	artefact_event(a, t.ns, meaning_of(&s, &technique));
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&t));
	if (t.local)
		artefact_local(a);
	artefact_host(a, s.device);
	artefact_user(a, s.user);
	p = pairs;
	while (next_pair(&p, key, value, &cut)) {
		bool known = count == KEYS_MOST;
		cut = cut || known;
		for (size_t i = 0; i < count && !known; i++)
			known = strcasecmp(keys[i], key) == 0;
		if (known)
			continue;
		snprintf(keys[count++], KEY_SIZE, "%s", key);
		artefact_text(a, key, value);
	}
	if (cut)
		artefact_cut(a);
	artefact_technique(a, technique);
	const char *from = s.remote[0] != '\0' ? s.remote : s.source;
	artefact_message(a, "Firewall %s%s%s%s%s%s%s%s%s%s%s: %s", s.type, s.subtype[0] != '\0' ? " " : "", s.subtype, s.action[0] != '\0' ? ", " : "", s.action,
	    s.user[0] != '\0' ? ", user " : "", s.user, from[0] != '\0' ? ", from " : "", from, s.target[0] != '\0' ? " to " : "", s.target, s.message);
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	const char *pairs = pairs_of(line->text);
	if (pairs == NULL)
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry of a firewall", (uintmax_t)line->number);
	return send_line(a, pairs, line, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_gateway_log = {
	.name = "gateway_log",
	.source = "syslog",
	.title = "firewall and VPN logs of key=value form (FortiGate, Sophos, SonicWall)",
	.yields = "VPN sessions, logons and refused logons, traffic allowed and refused, with addresses and users",
	.reference = "FortiOS Log Message Reference, Sophos Firewall syslog guide, SonicOS log event reference",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

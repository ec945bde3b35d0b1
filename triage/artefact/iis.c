/*
 * iis.c - web and mail requests in W3C extended logs: IIS (W3SVC, FTP, SMTP), HTTP.sys errors, Exchange.
 *
 * Times are UTC. Source: W3C WD-logfile-960323; field names of IIS 5 to 10, of HTTP.sys and of Exchange 2013 to 2019. Not handled: logs in the older formats
 * of IIS (IIS native, NCSA), sites set to local time, which nothing in the log tells.
 */
#include "triage/artefact/text_fields.h"
#include "triage/artefact/w3c.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Names of the columns that have words of their own in data, in the order of preference. */
static const struct {
	const char *key, *columns[5];
} fixed[] = {
	{ "client", { "c-ip", "client-ip", "ClientIpAddress", "client-hostname" } },
	{ "method", { "cs-method", "Method", "HttpMethod" } },
	{ "status", { "sc-status", "HttpStatus", "status" } },
	{ "agent", { "cs(User-Agent)", "UserAgent", "user-agent" } },
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const telling[] = { "cs-method", "cs-uri", "c-ip", "sc-status", "s-reason", "ClientIpAddress", "client-ip", "sender-address",
		"HttpStatus", "connector-id", "session-id", NULL };
	char fields[W3C_NAMES];
	(void)who;
	return w3c_head(head, "Fields:", fields, sizeof(fields)) && text_has_any(fields, telling) && strcasestr(fields, "src-ip") == NULL;
}

static const char *
first_of(const struct w3c *w, const struct w3c_line *line, const char *const *columns)
{
	for (; *columns != NULL; columns++) {
		const char *value = w3c_value(w, line, *columns);
		if (value[0] != '\0')
			return value;
	}
	return "";
}

static void
put_columns(struct artefact *a, const struct w3c *w, const struct w3c_line *line)
{
	char key[64];
	for (size_t i = 0; i < w->columns; i++) {
		const char *name = w3c_name(w, i);
		bool is_fixed = strcasecmp(name, "date") == 0 || strcasecmp(name, "time") == 0 || strcasecmp(name, "date-time") == 0 ||
		    strcasecmp(name, "DateTime") == 0;
		for (size_t k = 0; k < sizeof(fixed) / sizeof(fixed[0]); k++)
			for (size_t n = 0; fixed[k].columns[n] != NULL; n++)
				is_fixed |= strcasecmp(name, fixed[k].columns[n]) == 0;
		text_snake(name, key, sizeof(key));
		if (!is_fixed && key[0] != '\0')
			artefact_text(a, key, line->values[i]);
	}
}

static enum triage_status
take(struct artefact *a, const struct w3c *w, const struct w3c_line *line, struct triage_error *err)
{
	static const char *const users[] = { "cs-username", "AuthenticatedUser", "authenticated-user", NULL };
	static const char *const stems[] = { "cs-uri-stem", "cs-uri", "UrlStem", NULL }, *const queries[] = { "cs-uri-query", "UrlQuery", NULL };
	char url[8192];
	const char *stem = first_of(w, line, stems), *query = first_of(w, line, queries), *shown[4];
	bool question = query[0] != '\0' && query[0] != '?';
	snprintf(url, sizeof(url), "%s%s%s", stem, question ? "?" : "", query);
	artefact_event(a, line->when.ns, stem[0] != '\0' ? "request" : "logged");
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&line->when));
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		shown[i] = first_of(w, line, fixed[i].columns);
		artefact_text(a, fixed[i].key, shown[i]);
	}
	artefact_text(a, "url", url);
	put_columns(a, w, line);
	artefact_user(a, first_of(w, line, users));
	artefact_host(a, w3c_value(w, line, "s-computername"));
	if (stem[0] != '\0')
		artefact_message(a, "%s %s %s%s%s%s%s", shown[0][0] != '\0' ? shown[0] : "somebody", shown[1], url, shown[2][0] != '\0' ? ": " : "", shown[2],
		    shown[3][0] != '\0' ? ", agent " : "", shown[3]);
	else if (strcasestr(w3c_name(w, w->columns - 1), "queuename") != NULL)
		artefact_message(a, "Connection of %s refused or dropped: %s", shown[0], w3c_value(w, line, "s-reason"));
	else
		artefact_message(a, "Log line of %s%s%s", shown[0][0] != '\0' ? shown[0] : "the service", shown[1][0] != '\0' ? ": " : "", shown[1]);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	return w3c_step(a, state, bytes, at, last, ret_used, take, err);
}

static void
release(void *state)
{
	w3c_release(state);
}

const struct artefact_kind artefact_iis = {
	.name = "iis",
	.source = "web",
	.title = "W3C log of IIS, HTTP.sys or Exchange",
	.yields = "requests with client, method, address, status, account and agent",
	.reference = "W3C WD-logfile-960323; documentation of IIS and Exchange",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct w3c),
	.release = release,
};

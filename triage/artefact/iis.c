/*
 * iis.c - web and mail requests in W3C extended logs: IIS (W3SVC, FTP, SMTP), HTTP.sys errors, Exchange.
 *
 * Times are UTC, of IIS Advanced Logging also local, as its columns say. Source: W3C WD-logfile-960323; field names of IIS 5 to 10, of HTTP.sys and of Exchange 2013 to 2019 (requests, message
 * tracking, commands, control panel). Not handled: logs in the older formats
 * of IIS (IIS native, NCSA), sites set to local time, which nothing in the log tells.
 */
#include "triage/artefact/text_fields.h"
#include "triage/artefact/w3c.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { CLIENT, METHOD, STATUS, AGENT, FIXED, USER = FIXED, STEM, QUERY, COMPUTER, REASON, QUEUE, EVENT, SENDER, RECIPIENT, SUBJECT, CMDLET, TOLD, CHOICES = 4, KEY = 48 };

/* Columns that tell the same, in the order of preference. The first four have words of their own in data. */
static const char *const columns[TOLD][CHOICES] = {
	[CLIENT] = { "c-ip", "client-ip", "ClientIpAddress", "client-hostname" },
	[METHOD] = { "cs-method", "Method", "HttpMethod" },
	[STATUS] = { "sc-status", "HttpStatus", "status" },
	[AGENT] = { "cs(User-Agent)", "UserAgent", "user-agent" },
	[USER] = { "cs-username", "AuthenticatedUser", "authenticated-user" },
	[STEM] = { "cs-uri-stem", "cs-uri", "UrlStem" },
	[QUERY] = { "cs-uri-query", "UrlQuery" },
	[COMPUTER] = { "s-computername" },
	[REASON] = { "s-reason" },
	[QUEUE] = { "s-queuename" },
	[EVENT] = { "event-id" },
	[SENDER] = { "sender-address" },
	[RECIPIENT] = { "recipient-address" },
	[SUBJECT] = { "message-subject" },
	[CMDLET] = { "Cmdlet", "CmdletName" },
};

static const char *const keys[FIXED] = { "client", "method", "status", "agent" };

struct iis {
	struct w3c w;
	uint32_t change;		/* the names for which the rest was made */
	int at[TOLD][CHOICES];		/* columns, -1 for none */
	char key[W3C_COLUMNS][KEY];	/* of the columns that go to data as they are; "" for the others */
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const telling[] = { "cs-method", "cs-uri", "c-ip", "sc-status", "s-reason", "ClientIpAddress", "client-ip", "sender-address",
		"HttpStatus", "connector-id", "session-id", NULL };
	char fields[W3C_NAMES], software[128];
	(void)who;
	return w3c_head(head, "Fields:", fields, sizeof(fields)) && (text_has_any(fields, telling) || (w3c_head(head, "Software:", software, sizeof(software)) &&
	    strcasestr(software, "Microsoft Exchange") != NULL)) && strcasestr(fields, "src-ip") == NULL;
}

static void
learn_columns(struct iis *x)
{
	x->change = x->w.change;
	for (size_t i = 0; i < x->w.columns; i++) {
		bool is_time = (int)i == x->w.date_at || (int)i == x->w.time_at || (int)i == x->w.both_at;
		bool twice = false;
		text_snake(is_time ? "" : w3c_name(&x->w, i), x->key[i], KEY);
		for (size_t k = 0; k < i; k++)
			twice |= strcmp(x->key[k], x->key[i]) == 0;
		for (size_t k = 0; k < FIXED; k++)
			twice |= strcmp(keys[k], x->key[i]) == 0;
		if ((twice && x->key[i][0] != '\0') || strcmp(x->key[i], "url") == 0)
			snprintf(x->key[i], KEY, "column_%zu", i + 1);
	}
	for (size_t k = 0; k < TOLD; k++)
		for (size_t n = 0; n < CHOICES; n++) {
			x->at[k][n] = columns[k][n] != NULL ? w3c_column(&x->w, columns[k][n]) : -1;
			if (k < FIXED && x->at[k][n] >= 0)
				x->key[x->at[k][n]][0] = '\0';
		}
}

static const char *
value(const struct iis *x, const struct w3c_line *line, size_t what)
{
	for (size_t n = 0; n < CHOICES; n++)
		if (x->at[what][n] >= 0 && line->values[x->at[what][n]][0] != '\0')
			return line->values[x->at[what][n]];
	return "";
}

/* The command of a line of the control panel's log, in a value of any column: "S:CMD=Set-OabVirtualDirectory.ExternalUrl='...'". */
static const char *
panel_command(const struct iis *x, const struct w3c_line *line)
{
	for (size_t i = 0; x->w.commas && i < x->w.columns; i++) {
		const char *found = strstr(line->values[i], "S:CMD=");
		if (found != NULL)
			return found + 6;
	}
	return "";
}

/* What a line of Exchange that is no request tells. False: nothing that is known. */
static bool
tell_exchange(struct artefact *a, const struct iis *x, const struct w3c_line *line)
{
	const char *event = value(x, line, EVENT), *cmdlet = value(x, line, CMDLET), *command = panel_command(x, line);
	if (x->at[SENDER][0] >= 0 && event[0] != '\0') {
		artefact_source(a, "mail");
		artefact_message(a, "Mail %s from %s to %s: %s", event, value(x, line, SENDER), value(x, line, RECIPIENT), value(x, line, SUBJECT));
	} else if (cmdlet[0] != '\0') {
		artefact_message(a, "Exchange command %s%s%s", cmdlet, value(x, line, USER)[0] != '\0' ? " by " : "", value(x, line, USER));
	} else if (command[0] != '\0') {
		artefact_text(a, "exchange_command", command);
		artefact_message(a, "Exchange command by its control panel: %s", command);
	} else if (x->w.kind[0] != '\0') {
		artefact_message(a, "Exchange, %s%s%s%s%s", x->w.kind, value(x, line, CLIENT)[0] != '\0' ? ": " : "", value(x, line, CLIENT), event[0] != '\0' ? ", " : "", event);
	} else {
		return false;
	}
	return true;
}

static enum triage_status
send_line(struct artefact *a, const struct iis *x, const struct w3c_line *line, struct triage_error *err)
{
	char url[8192];
	const char *stem = value(x, line, STEM), *query = value(x, line, QUERY), *shown[FIXED];
	bool question = query[0] != '\0' && query[0] != '?';
	snprintf(url, sizeof(url), "%s%s%s", stem, question ? "?" : "", query);
	artefact_event(a, line->when.ns, stem[0] != '\0' ? "request" : x->at[SENDER][0] >= 0 && x->at[EVENT][0] >= 0 ? "mail handled" : value(x, line, CMDLET)[0] != '\0' ||
	    panel_command(x, line)[0] != '\0' ? "command run" : "logged");
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&line->when));
	if (x->w.local)
		artefact_local(a);
	for (size_t i = 0; i < FIXED; i++) {
		shown[i] = value(x, line, i);
		artefact_text(a, keys[i], shown[i]);
	}
	artefact_text(a, "url", url);
	for (size_t i = 0; i < x->w.columns; i++)
		if (x->key[i][0] != '\0')
			artefact_text(a, x->key[i], line->values[i]);
	artefact_user(a, value(x, line, USER));
	artefact_host(a, value(x, line, COMPUTER));
	if (stem[0] != '\0')
		artefact_message(a, "%s %s %s%s%s%s%s", shown[CLIENT][0] != '\0' ? shown[CLIENT] : "somebody", shown[METHOD], url, shown[STATUS][0] != '\0' ? ": " : "",
		    shown[STATUS], shown[AGENT][0] != '\0' ? ", agent " : "", shown[AGENT]);
	else if (x->at[QUEUE][0] >= 0)
		artefact_message(a, "Connection of %s refused or dropped: %s", shown[CLIENT], value(x, line, REASON));
	else if (!tell_exchange(a, x, line))
		artefact_message(a, "Log line of %s%s%s", shown[CLIENT][0] != '\0' ? shown[CLIENT] : "the service", shown[METHOD][0] != '\0' ? ": " : "",
		    shown[METHOD]);
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, const struct w3c_line *line, struct triage_error *err)
{
	struct iis *x = state;
	if (x->change != x->w.change)
		learn_columns(x);
	return send_line(a, x, line, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct iis *x = state;
	return w3c_step(a, &x->w, bytes, at, last, ret_used, take, x, err);
}

static void
release(void *state)
{
	w3c_release(&((struct iis *)state)->w);
}

const struct artefact_kind artefact_iis = {
	.name = "iis",
	.source = "web",
	.title = "W3C log of IIS, HTTP.sys or Exchange",
	.yields = "requests with client, method, address, status, account and agent; of Exchange also mail that it handled and commands that it ran",
	.reference = "W3C WD-logfile-960323; documentation of IIS and Exchange",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct iis),
	.release = release,
};

/*
 * anydesk.c - remote sessions of AnyDesk: ad.trace, ad_svc.trace, connection_trace.txt, file_transfer_trace.txt.
 *
 * Traces: level, time in UTC, program, numbers, module - text. Of their many lines those that tell of sessions, peers, accounts, files and settings are
 * sent. connection_trace.txt: one session a line, wall clock of the machine. Source: files of AnyDesk 5 to 8, documentation of trace files by AnyDesk.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct anydesk {
	struct log_lines lines;
	char user[128];
};

/* Words of a trace line and what they say. */
static const struct {
	const char *words, *meaning;
} kinds[] = {
	{ "Logged in from", "peer logged in" }, { "Incoming session request", "session requested" }, { "Accept request from", "session requested" },
	{ "External address", "own address" }, { "Connecting to", "session begun" }, { "Connection established", "session begun" },
	{ "Session started", "session begun" }, { "Session stopped", "session ended" }, { "Session closed", "session ended" },
	{ "session has ended", "session ended" }, { "Client-ID", "peer identified" }, { "Remote OS", "peer identified" }, { "Remote version", "peer identified" },
	{ "Authenticated", "authenticated" }, { "Authentication", "authenticated" }, { "password", "authenticated" }, { "Permission", "permission" },
	{ "Files dropped", "files transferred" }, { "file transfer", "files transferred" }, { "Preparing files", "files transferred" },
	{ "app.prepare_task", "files transferred" }, { "app.local_file_transfer", "files transferred" }, { "app.file_transfer", "files transferred" }, { "app.deleter", "files deleted" },
	{ "Accepting from", "session requested" },
	{ "clipbrd", "clipboard" }, { "Relay", "relay" }, { "Install", "installed" }, { "Service started", "program started" },
	{ "Starting", "program started" }, { "Tunnel", "tunnel" }, { "Privacy", "privacy mode" },
};

/* "   info 2023-11-14 22:13:20.123       gsvc   3424   1304   68   anynet.any_socket - text" */
static bool
trace_line(const char *line, struct log_time *t, char level[12], const char **rest)
{
	static const char *const levels[] = { "info", "warning", "error", "debug", "fatal", "notice" };
	const char *p = line + strspn(line, " ");
	size_t n = strcspn(p, " ");
	bool known = false;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		known |= n == strlen(levels[i]) && strncmp(p, levels[i], n) == 0;
	if (!known)
		return false;
	snprintf(level, 12, "%.*s", (int)n, p);
	p += n + strspn(p + n, " ");
	if (!log_time_iso(&p, t) || *p != ' ')
		return false;
	*rest = p + strspn(p, " ");
	return true;
}

static bool
is_trace(const char *line)
{
	struct log_time t;
	char level[12];
	const char *rest;
	return trace_line(line, &t, level, &rest) && strstr(rest, " - ") != NULL;
}

/* "Incoming    2023-11-14, 22:13    User     123456789     123456789" */
static bool
session_line(const char *line, struct log_time *t, const char **rest)
{
	const char *p = line + strcspn(line, " \t");
	if (!text_begins(line, "Incoming") && !text_begins(line, "Outgoing"))
		return false;
	p += strspn(p, " \t");
	char when[40];
	const char *comma = strchr(p, ',');
	if (comma == NULL || comma - p != 10)
		return false;
	const char *clock = comma + 1 + strspn(comma + 1, " ");
	size_t n = strcspn(clock, " \t");
	snprintf(when, sizeof(when), "%.10s %.*s", p, (int)(n < 20 ? n : 20), clock);
	const char *w = when;
	if (!log_time_iso(&w, t))
		return false;
	*rest = clock + n + strspn(clock + n, " \t");
	return true;
}

static bool
is_session(const char *line)
{
	struct log_time t;
	const char *rest;
	return session_line(line, &t, &rest);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0, traces = log_head_count(head, 20, is_trace, &looked);
	(void)who;
	if (traces >= 1 && 2 * traces >= looked)
		return true;
	size_t sessions = log_head_count(head, 20, is_session, &looked);
	return sessions >= 1 && 2 * sessions >= looked;
}

static void
put_peer(struct artefact *a, const char *module, const char *text)
{
	char value[256];
	if (text_between(text, "Logged in from ", " on relay", value, sizeof(value))) {
		char *port = strrchr(value, ':');
		if (port != NULL && strchr(value, ':') == port)
			*port = '\0';
		artefact_text(a, "remote_address", value);
	}
	text_put_between(a, "relay", text, "on relay ", ".");
	text_put_between(a, "external_address", text, "External address: ", ".");
	if (text_between(text, "Client-ID: ", " ", value, sizeof(value))) {
		value[strspn(value, "0123456789")] = '\0';
		artefact_text(a, strcmp(module, "anynet.any_socket") == 0 ? "remote_id" : "own_id", value);
	}
	if (strstr(text, "Client-ID: ") != NULL)
		return;
	if (text_between(text, "Incoming session request: ", NULL, value, sizeof(value))) {
		char *bracket = strrchr(value, '(');
		artefact_text(a, "request", value);
		if (bracket != NULL) {
			bracket[strcspn(bracket, ")")] = '\0';
			artefact_text(a, "remote_id", bracket + 1);
		}
	} else if (text_between(text, "Accept request from ", " ", value, sizeof(value))) {
		value[strcspn(value, ",")] = '\0';
		artefact_text(a, "remote_id", value);
	}
}

static enum triage_status
send_trace(struct artefact *a, struct anydesk *d, const struct log_time *t, const char *level, const char *rest, uint64_t offset, struct triage_error *err)
{
	const char *text = strstr(rest, " - "), *meaning = NULL;
	char program[32], module[64];
	if (text == NULL)
		return TRIAGE_OK;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && meaning == NULL; i++)
		if (strcasestr(rest, kinds[i].words) != NULL)
			meaning = kinds[i].meaning;
	if (meaning == NULL)
		return TRIAGE_OK;
	const char *from = text;
	while (from > rest && from[-1] != ' ')
		from--;
	snprintf(program, sizeof(program), "%.*s", (int)strcspn(rest, " "), rest);
	snprintf(module, sizeof(module), "%.*s", (int)(text - from), from);
	text += 3;
	artefact_event(a, t->ns, meaning);
	artefact_offset(a, offset);
	artefact_precision(a, log_precision(t));
	artefact_technique(a, "T1219");
	artefact_text(a, "level", level);
	artefact_text(a, "program", program);
	artefact_text(a, "module", module);
	put_peer(a, module, text);
	artefact_text(a, "text", text);
	artefact_user(a, d->user);
	artefact_message(a, "AnyDesk: %s", text);
	return artefact_send(a, err);
}

static enum triage_status
send_session(struct artefact *a, const char *line, const struct log_time *t, const char *rest, uint64_t offset, struct triage_error *err)
{
	char words[3][128] = { "", "", "" };
	bool incoming = text_begins(line, "Incoming");
	for (size_t i = 0; i < 3 && *rest != '\0'; i++) {
		size_t n = strcspn(rest, " \t");
		snprintf(words[i], sizeof(words[i]), "%.*s", (int)(n < 127 ? n : 127), rest);
		rest += n + strspn(rest + n, " \t");
	}
	artefact_event(a, t->ns, incoming ? "session accepted" : "session begun");
	artefact_offset(a, offset);
	artefact_precision(a, "min");
	artefact_local(a);
	artefact_technique(a, "T1219");
	artefact_text(a, "direction", incoming ? "incoming" : "outgoing");
	artefact_text(a, "accepted_by", words[0]);
	artefact_text(a, "remote_id", words[1]);
	artefact_text(a, "remote_alias", words[2]);
	artefact_message(a, "AnyDesk: %s session %s %s, accepted by %s", incoming ? "incoming" : "outgoing", incoming ? "from" : "to", words[1], words[0]);
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct anydesk *d = state;
	struct log_time t;
	char level[12];
	const char *rest;
	if (trace_line(line->text, &t, level, &rest))
		return send_trace(a, d, &t, level, rest, line->offset, err);
	if (session_line(line->text, &t, &rest))
		return send_session(a, line->text, &t, rest, line->offset, err);
	/* rows of stars, and what goes on from the line before */
	const char *p = line->text + strspn(line->text, " \t*");
	if (*p == '\0' || p - line->text > 20)
		return TRIAGE_OK;
	return artefact_remark(a, TRIAGE_INFO, "line-damaged", line->offset, line->size, err, "line %ju has no time", (uintmax_t)line->number);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct anydesk *d = state;
	if (at == 0)
		text_user_of_path(artefact_who(a)->path, d->user, sizeof(d->user));
	return log_lines_step(a, &d->lines, bytes, at, last, ret_used, take, d, err);
}

static void
release(void *state)
{
	log_lines_release(&((struct anydesk *)state)->lines);
}

const struct artefact_kind artefact_anydesk = {
	.name = "anydesk",
	.source = "remote-access",
	.title = "traces of AnyDesk",
	.yields = "sessions with the peer's number and address, files that were transferred",
	.reference = "AnyDesk, trace files",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct anydesk),
	.release = release,
};

/*
 * teamviewer.c - remote sessions of TeamViewer: Connections_incoming.txt, Connections.txt, TeamViewer*_Logfile.log.
 *
 * The lists have one session a line, in UTC, parted by tabs or by two blanks and more. The log has wall clock, and a line "Start: ... (UTC+1:00)" that tells the zone. Of the log's lines
 * those that tell of sessions, peers, accounts and files are sent. Source: files of TeamViewer 11 to 15.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { COLUMNS = 8 };

struct teamviewer {
	struct log_lines lines;
	bool zone_known;
	int zone;			/* minutes east */
	char user[128];
};

static const struct {
	const char *words, *meaning;
} kinds[] = {
	{ "A connection from", "session begun" }, { "client hello received", "peer seen" }, { "New Participant added", "peer joined" },
	{ "AddParticipant", "peer joined" }, { "ParticipantRemoved", "peer left" }, { "LocalParticipantLeft", "peer left" },
	{ "Session ended", "session ended" }, { "SessionTerminat", "session ended" }, { "CLoginServer::AuthenticateServer", "authenticated" },
	{ "LoginOutgoing", "session begun" }, { "Authentication", "authenticated" }, { "punch received", "address of the peer" },
	{ "UDPv4", "address of the peer" }, { "UDPv6", "address of the peer" }, { "CommandHandlerRouting", "session begun" },
	{ "trying connection to", "session begun" }, { "FileTransfer", "files transferred" }, { "Write file", "files transferred" },
	{ "Download from", "files transferred" }, { "Send file", "files transferred" }, { "VPN", "tunnel" }, { "Start:", "program started" },
	{ "Account", "account" }, { "tvdesktopserver", "session begun" }, { "SetPassword", "password changed" }, { "VideoSession", "session begun" },
	{ "Uninstall", "removed" },
};

/* "1660360496<tab>Name<tab>16-02-2024 14:16:32<tab>16-02-2024 14:18:36<tab>User<tab>RemoteControl<tab>{guid}"; without Name: outgoing. */
static size_t
session_line(const char *line, char columns[COLUMNS][256], struct log_time *start, struct log_time *end)
{
	size_t count = 0, at = 0;
	bool tabs = strchr(line, '\t') != NULL;
	if (line[0] < '0' || line[0] > '9' || (!tabs && strstr(line, "  ") == NULL))
		return 0;
	for (; count < COLUMNS && *line != '\0'; count++) {
		const char *blanks = tabs ? strchr(line, '\t') : strstr(line, "  ");
		size_t n = blanks != NULL ? (size_t)(blanks - line) : strlen(line);
		snprintf(columns[count], 256, "%.*s", (int)(n < 255 ? n : 255), line);
		line += n;
		line += tabs ? (*line == '\t') : strspn(line, " ");
	}
	/* the place of the first time tells whether a name stands before it */
	for (at = 1; at <= 2 && at + 1 < count; at++) {
		const char *p = columns[at], *q = columns[at + 1];
		if (log_time_order(&p, "dmy", start)) {
			if (!log_time_order(&q, "dmy", end))
				end->ns = TRIAGE_TIME_NONE;
			return at;
		}
	}
	return 0;
}

static bool
is_session(const char *line)
{
	char columns[COLUMNS][256];
	struct log_time start, end;
	return session_line(line, columns, &start, &end) > 0;
}

/* "2024/02/16 15:16:31.123  1234  5678 S0   text" */
static bool
log_entry(const char *line, struct log_time *t, const char **rest)
{
	const char *p = line;
	if (strlen(line) < 24 || line[4] != '/' || !log_time_iso(&p, t) || *p != ' ')
		return false;
	p += strspn(p, " ");
	size_t digits = strspn(p, "0123456789");
	if (digits == 0 || p[digits] != ' ')
		return false;
	*rest = p;
	return true;
}

static bool
is_log(const char *line)
{
	struct log_time t;
	const char *rest;
	return log_entry(line, &t, &rest);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0, sessions = log_head_count(head, 10, is_session, &looked);
	if (sessions >= 1 && 2 * sessions >= looked)
		return true;
	size_t entries = log_head_count(head, 40, is_log, &looked);
	char line[512];
	if (entries == 0)
		return false;
	if (strcasestr(who->name, "TeamViewer") != NULL)
		return true;
	for (size_t i = 0; i < 40 && log_head_line(head, i, line, sizeof(line)); i++)
		if (strcasestr(line, "TeamViewer") != NULL)
			return 2 * entries >= looked;
	return false;
}

static enum triage_status
send_session(struct artefact *a, char columns[COLUMNS][256], size_t at, const struct log_time *start, const struct log_time *end, uint64_t offset,
    struct triage_error *err)
{
	bool incoming = at == 2;
	artefact_event(a, start->ns, "session started");
	artefact_offset(a, offset);
	artefact_technique(a, "T1219");
	artefact_text(a, "direction", incoming ? "incoming" : "outgoing");
	artefact_text(a, "remote_id", columns[0]);
	artefact_text(a, "remote_name", incoming ? columns[1] : "");
	artefact_when(a, "start_time", start->ns);
	artefact_when(a, "end_time", end->ns);
	artefact_text(a, "account", columns[at + 2]);
	artefact_text(a, "mode", columns[at + 3]);
	artefact_text(a, "session_id", at + 4 < COLUMNS ? columns[at + 4] : "");
	artefact_user(a, columns[at + 2]);
	artefact_message(a, "TeamViewer session %s %s%s%s%s (%s)", incoming ? "from" : "to", columns[0], incoming ? " (" : "", incoming ? columns[1] : "",
	    incoming ? ")" : "", columns[at + 3]);
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && end->ns != TRIAGE_TIME_NONE) {
		artefact_again(a, end->ns, "session ended");
		st = artefact_send(a, err);
	}
	return st;
}

/* "Start:              2024/02/16 15:16:30.000 (UTC+1:00)" */
static void
take_zone(struct teamviewer *v, const char *line)
{
	char zone[32];
	if (!text_begins(line, "Start:") || !text_between(line, "(UTC", ")", zone, sizeof(zone)))
		return;
	int hours = 0, minutes = 0;
	bool west = zone[0] == '-';
	if (zone[0] == '\0' || sscanf(zone + 1, "%2d:%2d", &hours, &minutes) >= 1) {
		v->zone = (hours * 60 + minutes) * (west ? -1 : 1);
		v->zone_known = hours <= 14 && minutes < 60;
	}
}

static enum triage_status
send_entry(struct artefact *a, struct teamviewer *v, struct log_time *t, const char *rest, uint64_t offset, struct triage_error *err)
{
	const char *meaning = NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && meaning == NULL; i++)
		if (strcasestr(rest, kinds[i].words) != NULL)
			meaning = kinds[i].meaning;
	if (meaning == NULL)
		return TRIAGE_OK;
	const char *text = rest;
	for (int i = 0; i < 3; i++)
		text += strcspn(text, " "), text += strspn(text, " ");
	artefact_event(a, v->zone_known ? t->ns - (int64_t)v->zone * 60 * 1000000000 : t->ns, meaning);
	artefact_offset(a, offset);
	artefact_precision(a, log_precision(t));
	if (!v->zone_known)
		artefact_local(a);
	artefact_technique(a, "T1219");
	if (strstr(text, "A connection from TeamViewer ID ") != NULL)
		text_put_between(a, "remote_id", text, "A connection from TeamViewer ID ", " ");
	else
		text_put_between(a, "remote_id", text, "client hello received from ", ",");
	text_put_between(a, "remote_address", text, "punch received a=", ":");
	text_put_between(a, "participant", text, "New Participant added in CParticipantManager ", " (ID");
	artefact_text(a, "text", text);
	artefact_user(a, v->user);
	artefact_message(a, "TeamViewer: %s", text);
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct teamviewer *v = state;
	char columns[COLUMNS][256] = { "" };
	struct log_time t, end = { .ns = TRIAGE_TIME_NONE };
	const char *rest;
	take_zone(v, line->text);
	if (log_entry(line->text, &t, &rest))
		return send_entry(a, v, &t, rest, line->offset, err);
	size_t at = session_line(line->text, columns, &t, &end);
	if (at > 0)
		return send_session(a, columns, at, &t, &end, line->offset, err);
	if ((strchr(line->text, '\t') != NULL || strstr(line->text, "  ") != NULL) && line->text[0] >= '0' && line->text[0] <= '9')
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no session", (uintmax_t)line->number);
	return TRIAGE_OK;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct teamviewer *v = state;
	if (at == 0)
		text_user_of_path(artefact_who(a)->path, v->user, sizeof(v->user));
	return log_lines_step(a, &v->lines, bytes, at, last, ret_used, take, v, err);
}

static void
release(void *state)
{
	log_lines_release(&((struct teamviewer *)state)->lines);
}

const struct artefact_kind artefact_teamviewer = {
	.name = "teamviewer",
	.source = "remote-access",
	.title = "sessions and log of TeamViewer",
	.yields = "sessions with the peer's number, name and account; files that were transferred",
	.reference = "files of TeamViewer 11 to 15",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct teamviewer),
	.release = release,
};

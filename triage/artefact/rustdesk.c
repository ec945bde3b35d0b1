/*
 * rustdesk.c - the log of RustDesk: "[2024-03-01 10:11:12.123456 +01:00] INFO [src/server/connection.rs:123] text".
 *
 * Of the lines those that tell of connections, peers, logons and files are sent. Source: files of RustDesk 1.1 and 1.2, flexi_logger's detailed format.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct rustdesk {
	struct log_lines lines;
	char user[128];
};

static const struct {
	const char *words, *meaning;
} kinds[] = {
	{ "Connection opened from", "session begun" }, { "Connection closed", "session ended" }, { "login", "authenticated" },
	{ "logon", "authenticated" }, { "password", "authenticated" }, { "punch", "address of the peer" }, { "relay", "relay" }, { "file transfer", "files transferred" },
	{ "send_file", "files transferred" }, { "new file", "files transferred" }, { "rendezvous", "server" }, { "Latency", "server" }, { "id:", "own number" },
	{ "start", "program started" }, { "exit", "program ended" }, { "install", "installed" }, { "tunnel", "tunnel" }, { "port forward", "tunnel" },
	{ "connection.rs", "session" },
};

static bool
split(const char *line, struct log_time *t, char level[12], char source[128], const char **text)
{
	static const char *const levels[] = { "INFO", "WARN", "ERROR", "DEBUG", "TRACE" };
	const char *p = line + 1;
	if (line[0] != '[' || !log_time_iso(&p, t) || *p++ != ']' || *p++ != ' ')
		return false;
	size_t n = strcspn(p, " ");
	bool known = false;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		known |= n == strlen(levels[i]) && strncmp(p, levels[i], n) == 0;
	if (!known)
		return false;
	snprintf(level, 12, "%.*s", (int)n, p);
	p += n + strspn(p + n, " ");
	source[0] = '\0';
	if (*p == '[') {
		n = strcspn(p, "]");
		snprintf(source, 128, "%.*s", (int)(n > 0 && n < 127 ? n - 1 : 0), p + 1);
		p += n + (p[n] == ']');
	}
	*text = p + strspn(p, " ");
	return strstr(source, ".rs") != NULL;
}

static bool
shape(const char *line)
{
	struct log_time t;
	char level[12], source[128];
	const char *text;
	return split(line, &t, level, source, &text);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const words[] = { "rendezvous", "src/server", "src\\server", "rustdesk", "hbb_common", "src/ipc", "src\\ipc", NULL };
	char line[512];
	size_t looked = 0, fits = log_head_count(head, 20, shape, &looked);
	if (fits == 0 || 2 * fits < looked)
		return false;
	if (strcasestr(who->path, "rustdesk") != NULL)
		return true;
	for (size_t i = 0; i < 40 && log_head_line(head, i, line, sizeof(line)); i++)
		if (text_has_any(line, words))
			return true;
	return false;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct rustdesk *r = state;
	struct log_time t;
	char level[12], source[128];
	const char *text, *meaning = NULL;
	if (!split(line->text, &t, level, source, &text))
		return line->size == 0 || line->text[0] != '[' ? TRIAGE_OK : artefact_remark(a, TRIAGE_INFO, "line-damaged", line->offset, line->size, err,
		    "line %ju has no time", (uintmax_t)line->number);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && meaning == NULL; i++)
		if (strcasestr(text, kinds[i].words) != NULL || strcasestr(source, kinds[i].words) != NULL)
			meaning = kinds[i].meaning;
	if (meaning == NULL)
		return TRIAGE_OK;
	artefact_event(a, t.ns, meaning);
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&t));
	if (t.local)
		artefact_local(a);
	artefact_technique(a, "T1219");
	artefact_text(a, "level", level);
	artefact_text(a, "source", source);
	text_put_between(a, "remote_address", text, "Connection opened from ", ".\n");
	artefact_text(a, "text", text);
	artefact_user(a, r->user);
	artefact_message(a, "RustDesk: %s", text);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct rustdesk *r = state;
	if (at == 0)
		text_user_of_path(artefact_who(a)->path, r->user, sizeof(r->user));
	return log_lines_step(a, &r->lines, bytes, at, last, ret_used, take, r, err);
}

static void
release(void *state)
{
	log_lines_release(&((struct rustdesk *)state)->lines);
}

const struct artefact_kind artefact_rustdesk = {
	.name = "rustdesk",
	.source = "remote-access",
	.title = "log of RustDesk",
	.yields = "sessions with the peer's address, files that were transferred",
	.reference = "files of RustDesk 1.1 and 1.2",
	.precision = "us",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct rustdesk),
	.release = release,
};

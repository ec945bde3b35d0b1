/*
 * mssql_errorlog.c - the error log of Microsoft SQL Server: ERRORLOG, ERRORLOG.1, SQLAGENT.OUT.
 *
 * UTF-16LE with a mark, or UTF-8; a line begins with time, process and text, lines without a time go on with the one before. Source: files of SQL Server
 * 2008 to 2019 and their documentation. Wall clock of the machine.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX = 16 << 10 };

struct errorlog {
	struct log_lines lines;
	struct buf text;		/* of the entry at hand */
	bool ready, open;
	struct log_time when;
	char process[32];
	uint64_t offset;
};

static const struct {
	const char *words, *meaning;
} kinds[] = {
	{ "Login failed", "failed logon" }, { "Login succeeded", "logon" }, { "xp_cmdshell", "setting changed" }, { "Configuration option", "setting changed" },
	{ "SQL Server is starting", "service started" }, { "Microsoft SQL Server", "service started" }, { "SQL Server is terminating", "service stopped" },
	{ "SQL Trace", "trace changed" }, { "backed up", "backup made" }, { "was restored", "database restored" }, { "Starting up database", "database opened" },
	{ "Attempting to load library", "library loaded" }, { "Common language runtime", "code loaded" }, { "Error:", "error" },
};

/* "2023-11-14 22:13:20.12 spid51s     text"; SQL Agent: "2023-11-14 22:13:20 - ! [298] text" */
static bool
split(const char *line, struct log_time *t, const char **process, size_t *process_size, const char **text)
{
	const char *p = line;
	if (!log_time_iso(&p, t) || *p != ' ')
		return false;
	p += strspn(p, " ");
	*process = p;
	*process_size = strcspn(p, " \t");
	if (*process_size == 0 || *process_size > 24)
		return false;
	if (p[0] == '-' && *process_size == 1) {
		*process = "SQL Agent";
		*process_size = 9;
		*text = p + 1 + strspn(p + 1, " ");
	} else {
		*text = p + *process_size + strspn(p + *process_size, " \t");
	}
	return true;
}

static bool
shape(const char *line)
{
	struct log_time t;
	const char *process, *text;
	size_t size;
	if (!split(line, &t, &process, &size, &text) || !t.local)
		return false;
	static const char *const names[] = { "Server", "Logon", "Backup", "spid", "SQL Agent" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(process, names[i], strlen(names[i])) == 0)
			return strncmp(process, "SQL Agent", 9) != 0 || strchr("!?+", text[0]) != NULL;
	return false;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	char line[1024];
	size_t looked = 0, fits = log_head_count(head, 30, shape, &looked);
	if (fits == 0)
		return false;
	if (text_begins(who->name, "ERRORLOG") || text_begins(who->name, "SQLAGENT"))
		return true;
	for (size_t i = 0; i < 30 && log_head_line(head, i, line, sizeof(line)); i++)
		if (strstr(line, "SQL Server") != NULL || strstr(line, "SQLServer") != NULL)
			return 3 * fits >= looked;
	return fits >= 3 && 2 * fits >= looked;
}

static enum triage_status
end_entry(struct artefact *a, struct errorlog *e, struct triage_error *err)
{
	const char *text = buf_cstr(&e->text), *meaning = "logged";
	char client[128], user[256];
	if (!e->open)
		return TRIAGE_OK;
	e->open = false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcasestr(text, kinds[i].words) != NULL) {
			meaning = kinds[i].meaning;
			break;
		}
	artefact_event(a, e->when.ns, meaning);
	artefact_offset(a, e->offset);
	artefact_precision(a, e->when.digits == 2 ? "10ms" : log_precision(&e->when));
	artefact_local(a);
	artefact_text(a, "process", e->process);
	artefact_text(a, "text", text);
	if (text_between(text, "[CLIENT: ", "]", client, sizeof(client)))
		artefact_text(a, "client", client);
	if (strncmp(text, "Login ", 6) == 0 && text_between(text, "for user '", "'", user, sizeof(user))) {
		artefact_text(a, "login", user);
		artefact_user(a, user);
	}
	text_put_between(a, "error", text, "Error: ", ",");
	text_put_between(a, "severity", text, "Severity: ", ",");
	text_put_between(a, "state", text, "State: ", ".");
	text_put_between(a, "option", text, "Configuration option '", "'");
	artefact_message(a, "SQL Server: %s", text);
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct errorlog *e = state;
	struct log_time t;
	const char *process, *text;
	size_t size;
	if (split(line->text, &t, &process, &size, &text)) {
		enum triage_status st = end_entry(a, e, err);
		if (st != TRIAGE_OK)
			return st;
		e->open = true;
		e->when = t;
		e->offset = line->offset;
		snprintf(e->process, sizeof(e->process), "%.*s", (int)size, process);
		buf_clear(&e->text);
		buf_text(&e->text, text);
		return TRIAGE_OK;
	}
	if (!e->open)
		return line->size == 0 ? TRIAGE_OK : artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju has no time",
		    (uintmax_t)line->number);
	if (line->size > 0 && e->text.size + line->size < TEXT_MAX) {
		buf_char(&e->text, '\n');
		buf_put(&e->text, line->text, line->size);
	}
	return TRIAGE_OK;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct errorlog *e = state;
	if (!e->ready) {
		e->ready = true;
		buf_init(&e->text, TEXT_MAX + LOG_LINE_MAX + 16);
	}
	enum triage_status st = log_lines_step(a, &e->lines, bytes, at, last, ret_used, take, e, err);
	return st == TRIAGE_OK && last ? end_entry(a, e, err) : st;
}

static void
release(void *state)
{
	struct errorlog *e = state;
	log_lines_release(&e->lines);
	if (e->ready)
		buf_release(&e->text);
}

const struct artefact_kind artefact_mssql_errorlog = {
	.name = "mssql_errorlog",
	.source = "database",
	.title = "error log of Microsoft SQL Server",
	.yields = "logons and failed logons with their origin, changed settings, starts, backups",
	.reference = "documentation of SQL Server, files of 2008 to 2019",
	.precision = "10ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct errorlog),
	.release = release,
};

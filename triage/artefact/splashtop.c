/*
 * splashtop.c - the log of the Splashtop streamer: SPLog.txt, FTCLog.txt, agent_log.txt: "<1>Nov14 22:13:20.123 SM_03280[FTCnnel] text".
 *
 * Lines have no year: it is that of the file's last change, one less where the months then would lie after it. Wall clock. Of the lines those that tell of
 * sessions, peers and files are sent. Source: dissect.target, Synacktiv on legitimate remote tools.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct splashtop {
	struct log_lines lines;
};

static const struct {
	const char *words, *meaning;
} kinds[] = {
	{ "OnUploadRequest", "file sent to this machine" }, { "OnUploadFileCPRequest", "file sent to this machine" }, { "OnDownloadRequest", "file taken from this machine" },
	{ "ftc", "files transferred" }, { "session", "session" }, { "connect", "connection" }, { "login", "authenticated" }, { "auth", "authenticated" },
	{ "relay", "relay" }, { "server start", "program started" }, { "client", "peer" },
};

/* "<1>Nov14 22:13:20.123 text" */
static bool
split(const char *line, struct log_time *t, const char **text)
{
	const char *p = line;
	unsigned day;
	if (p[0] == '<' && p[1] >= '0' && p[1] <= '9' && p[2] == '>')
		p += 3;
	*t = (struct log_time){ .year = 2000, .no_year = true, .local = true };
	if (!log_month(&p, &t->month) || !log_digits(&p, 2, 2, &day) || *p++ != ' ')
		return false;
	t->day = (int)day;
	struct log_time clock = *t;
	if (!log_clock(&p, &clock) || *p != ' ')
		return false;
	*t = clock;
	t->no_year = true;
	t->local = true;
	uint32_t fraction = 0;
	for (unsigned i = 0; i < 9; i++)
		fraction = fraction * 10 + (i < t->digits ? (uint32_t)(p[(int)i - (int)t->digits] - '0') : 0);
	*text = p + 1;
	return log_time_make(t, fraction, 0);
}

static bool
shape(const char *line)
{
	struct log_time t;
	const char *text;
	return line[0] == '<' && split(line, &t, &text);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0, fits = log_head_count(head, 20, shape, &looked);
	char line[512];
	if (fits == 0 || 2 * fits < looked)
		return false;
	if (strcasestr(who->path, "splashtop") != NULL || text_begins(who->name, "SPLog") || text_begins(who->name, "FTCLog"))
		return true;
	for (size_t i = 0; i < 40 && log_head_line(head, i, line, sizeof(line)); i++)
		if (strstr(line, " SM_") != NULL || strcasestr(line, "splashtop") != NULL)
			return true;
	return false;
}

/* The year so that the line is not after the file's last change. */
static void
set_year(struct artefact *a, struct log_time *t)
{
	int64_t mtime = artefact_who(a)->mtime, year_ns = INT64_C(31556952) * 1000000000;
	int year = mtime == TRIAGE_TIME_NONE ? 1970 : 1970 + (int)(mtime / year_ns);
	log_set_year(t, year + 1);
	/* a day's room: the wall clock may be ahead of UTC */
	for (int back = 0; back < 2 && (t->ns == TRIAGE_TIME_NONE || t->ns > mtime + INT64_C(86400) * 1000000000); back++)
		log_set_year(t, year - back);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct log_time t;
	const char *text, *meaning = NULL;
	char name[512];
	(void)state;
	if (!split(line->text, &t, &text))
		return line->text[0] != '<' ? TRIAGE_OK : artefact_remark(a, TRIAGE_INFO, "line-damaged", line->offset, line->size, err, "line %ju has no time",
		    (uintmax_t)line->number);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && meaning == NULL; i++)
		if (strcasestr(text, kinds[i].words) != NULL)
			meaning = kinds[i].meaning;
	if (meaning == NULL)
		return TRIAGE_OK;
	if (artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", line->offset, line->size, err, "lines without a year in a file without a time");
	set_year(a, &t);
	artefact_event(a, t.ns, meaning);
	artefact_offset(a, line->offset);
	artefact_precision(a, log_precision(&t));
	artefact_local(a);
	artefact_technique(a, "T1219");
	bool file = text_between(text, "\"fileName\":\"", "\"", name, sizeof(name));
	artefact_text(a, "file_name", name);
	text_put_between(a, "file_size", text, "\"fileSize\":\"", "\"");
	artefact_flag(a, "year_from_file", true);
	artefact_text(a, "text", text);
	artefact_message(a, "Splashtop, %s: %s", meaning, file ? name : text);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct splashtop *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

static void
release(void *state)
{
	log_lines_release(&((struct splashtop *)state)->lines);
}

const struct artefact_kind artefact_splashtop = {
	.name = "splashtop",
	.source = "remote-access",
	.title = "log of the Splashtop streamer",
	.yields = "sessions, files sent to and taken from the machine",
	.reference = "dissect.target; Synacktiv, legitimate remote tools",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct splashtop),
	.release = release,
};

/*
 * sophos_log.c - the log of Sophos Anti-Virus: SAV.txt.
 *
 * "20160926 122635 File "C:\...\a.txt" belongs to virus/spyware 'EICAR-AV-Test'." in UTF-16LE or UTF-8, blanks or tabs behind the times, wall clock of the machine. Texts are in the language of the
 * installation: those that are not known are events without a meaning of their own. Source: files of the program.
 */
#include "triage/artefact/antivirus.h"
#include "triage/artefact/text_fields.h"

#include <string.h>

enum { LOOK = 20, VALUE = 1024 };

struct state {
	struct log_lines lines;
};

static const struct { const char *word, *meaning, *action; } known[] = {
	{ "belongs to virus/spyware '", "threat detected", "" },
	{ "detected in '", "threat detected", "" },
	{ "has been quarantined", "file quarantined", "quarantined" },
	{ "moved in \"", "file quarantined", "moved" },
	{ "was cleaned", "threat removed", "cleaned" },
	{ "was deleted", "threat removed", "deleted" },
	{ "sent for Sophos Live Protection", "file looked up in the cloud", "" },
	{ "On-access scanning has been disabled", "protection switched off", "" },
	{ "On-access scanning has been enabled", "protection switched on", "" },
	{ "scan started", "scan started", "" },
	{ "scan completed", "scan ended", "" },
};

static bool
read_front(const char **p, struct log_time *t)
{
	unsigned date, clock;
	*t = (struct log_time){ .local = true };
	if (!log_digits(p, 8, 8, &date) || (**p != ' ' && **p != '\t') || (++*p, !log_digits(p, 6, 6, &clock)) || (**p != ' ' && **p != '\t'))
		return false;
	*p += strspn(*p, " \t");
	t->year = (int)(date / 10000), t->month = (int)(date / 100 % 100), t->day = (int)(date % 100);
	t->hour = (int)(clock / 10000), t->minute = (int)(clock / 100 % 100), t->second = (int)(clock % 100);
	return log_time_make(t, 0, 0) && **p != '\0';
}

static bool
shape(const char *line)
{
	struct log_time t;
	return read_front(&line, &t);
}

/* The form is plain: something else of this program must be in it too. */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const char *const words[] = { "Sophos", "virus/spyware", "data detection", "On-access scanning", "Scan '", NULL };
	char line[512];
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	if (good == 0 || 2 * good < looked)
		return false;
	for (size_t i = 0; i < LOOK && log_head_line(head, i, line, sizeof(line)); i++)
		if (text_has_any(line, words))
			return true;
	return text_begins(who->name, "SAV.");
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	char threat[VALUE] = "", path[VALUE] = "";
	const char *p = line->text;
	struct log_time t;
	struct antivirus_entry e = { .product = "Sophos", .threat = "", .path = path, .action = "", .user = "", .meaning = "logged" };
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	if (!read_front(&p, &t))
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry of Sophos Anti-Virus", (uintmax_t)line->number);
	e.text = p;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(p, known[i].word) != NULL) {
			e.meaning = known[i].meaning;
			e.action = known[i].action;
			break;
		}
	(void)(text_between(p, "virus/spyware '", "'", threat, sizeof(threat)) || text_between(p, "Virus/spyware '", "'", threat, sizeof(threat)));
	(void)(text_between(p, "ile \"", "\"", path, sizeof(path)) || text_between(p, "detected in '", "'", path, sizeof(path)) || text_between(p, "File: '", "'", path, sizeof(path)));
	if (strcmp(e.meaning, "threat detected") == 0)
		e.threat = threat;
	antivirus_event(a, line, &t, &e);
	if (strlen(threat) == VALUE - 1 || strlen(path) == VALUE - 1)
		artefact_cut(a);
	if (e.threat[0] == '\0')
		artefact_text(a, "threat_name", threat);
	artefact_text(a, "text", p);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_sophos_log = {
	.name = "sophos_log",
	.source = "other",
	.title = "log of Sophos Anti-Virus (SAV.txt)",
	.yields = "threats found, the file, what was done with it",
	.reference = "files of the program",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

/*
 * group_policy_script.c - scripts that group policy runs at start, shutdown, logon and logoff: scripts.ini, psscripts.ini.
 *
 * UTF-16LE or ANSI, sections with pairs 0CmdLine, 0Parameters. Source: [MS-GPSCR]. The file's own last change is the only time.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct scripts {
	struct log_lines lines;
	char section[32], command[4096], parameters[4096];
	unsigned number;
	bool open;
	uint64_t offset;
};

static const char *const sections[] = { "Startup", "Shutdown", "Logon", "Logoff", NULL };

static const char *
section_of(const char *line)
{
	for (size_t i = 0; sections[i] != NULL; i++)
		if (line[0] == '[' && text_begins(line + 1, sections[i]) && line[1 + strlen(sections[i])] == ']')
			return sections[i];
	return NULL;
}

/* "0CmdLine=..." or "0Parameters=..." */
static const char *
pair_of(const char *line, unsigned *number, bool *command)
{
	const char *p = line;
	if (!log_digits(&p, 1, 4, number))
		return NULL;
	*command = text_begins(p, "CmdLine=");
	if (!*command && !text_begins(p, "Parameters="))
		return NULL;
	return strchr(p, '=') + 1;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	char line[4200];
	static const uint8_t wide[] = "C\0m\0d\0L\0i\0n\0e\0=";
	bool section = false, command;
	unsigned number;
	(void)who;
	/* most files have neither */
	if (memmem(head.data, head.size, "CmdLine=", 8) == NULL && memmem(head.data, head.size, wide, sizeof(wide)) == NULL)
		return false;
	for (size_t i = 0; i < 40 && log_head_line(head, i, line, sizeof(line)); i++) {
		section |= section_of(line) != NULL;
		if (section && pair_of(line, &number, &command) != NULL)
			return true;
	}
	return false;
}

static enum triage_status
end_script(struct artefact *a, struct scripts *s, struct triage_error *err)
{
	if (!s->open)
		return TRIAGE_OK;
	s->open = false;
	if (s->command[0] == '\0')
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", s->offset, 0, err, "parameters without a script");
	if (artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", s->offset, 0, err, "the file's own time is not known: %s is in no timeline", s->command);
	artefact_event(a, artefact_who(a)->mtime, "policy last changed");
	artefact_offset(a, s->offset);
	artefact_technique(a, s->section[0] == 'L' ? "T1037.003" : "T1037");
	artefact_text(a, "when", s->section);
	artefact_text(a, "command", s->command);
	artefact_text(a, "parameters", s->parameters);
	artefact_message(a, "Group policy runs %s %s at %s", s->command, s->parameters, s->section);
	return artefact_send(a, err);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct scripts *s = state;
	const char *section = section_of(line->text), *value;
	enum triage_status st = TRIAGE_OK;
	unsigned number = 0;
	bool command = false;
	if (section != NULL || line->text[0] == '[') {
		st = end_script(a, s, err);
		snprintf(s->section, sizeof(s->section), "%s", section != NULL ? section : "");
		return st;
	}
	if (s->section[0] == '\0' || (value = pair_of(line->text, &number, &command)) == NULL)
		return TRIAGE_OK;
	if (!s->open || number != s->number) {
		st = end_script(a, s, err);
		s->open = true;
		s->number = number;
		s->offset = line->offset;
		s->command[0] = s->parameters[0] = '\0';
	}
	snprintf(command ? s->command : s->parameters, sizeof(s->command), "%s", value);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct scripts *s = state;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	return st == TRIAGE_OK && last ? end_script(a, s, err) : st;
}

static void
release(void *state)
{
	log_lines_release(&((struct scripts *)state)->lines);
}

const struct artefact_kind artefact_group_policy_script = {
	.name = "group_policy_script",
	.source = "other",
	.title = "scripts of group policy (scripts.ini, psscripts.ini)",
	.yields = "commands that run at start, shutdown, logon and logoff",
	.reference = "[MS-GPSCR]",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct scripts),
	.release = release,
};

/*
 * setupapi.c - devices and drivers that were installed: setupapi.dev.log, setupapi.app.log, setupapi.setup.log of Windows Vista and later.
 *
 * Sections from ">>>  [what]" with "Section start" to "<<<  [Exit status: ...]". Wall clock. Source: Microsoft, "SetupAPI text logs". Not handled: the
 * older form of Windows XP.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { KEPT = 24, TEXT = 512 };

struct setupapi {
	struct log_lines lines;
	bool open;
	char title[1024], command[1024], status[256];
	struct log_time start, end;
	uint64_t offset;
	char told[KEPT][TEXT];		/* lines that name a device, a driver, an error */
	size_t told_count, left_out;
};

static bool
shape(const char *line)
{
	return strncmp(line, ">>>  [", 6) == 0 || strncmp(line, ">>>  Section start ", 19) == 0;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked = 0;
	char line[64];
	(void)who;
	if (log_head_count(head, 40, shape, &looked) >= 2)
		return true;
	for (size_t i = 0; i < 4 && log_head_line(head, i, line, sizeof(line)); i++)
		if (strcmp(line, "[Device Install Log]") == 0 || strcmp(line, "[Setup Log]") == 0)
			return true;
	return false;
}

static enum triage_status
end_section(struct artefact *a, struct setupapi *s, struct triage_error *err)
{
	if (!s->open)
		return TRIAGE_OK;
	s->open = false;
	if (s->start.ns == TRIAGE_TIME_NONE)
		return artefact_remark(a, TRIAGE_LOW, "record-without-time", s->offset, 0, err, "the section %s has no time", s->title);
	bool device = text_begins(s->title, "Device Install ("), removed = text_begins(s->title, "Delete Device") ||
	    text_begins(s->title, "Device Uninstall") || text_begins(s->title, "Driver Uninstall") || text_begins(s->title, "Uninstall Driver Package");
	artefact_event(a, s->start.ns, removed ? "device or driver removed" : device ? "device or driver installed" : "set up");
	artefact_offset(a, s->offset);
	artefact_precision(a, log_precision(&s->start));
	artefact_local(a);
	artefact_text(a, "section", s->title);
	artefact_text(a, "exit_status", s->status);
	artefact_text(a, "command", s->command);
	if (s->told_count > 0) {
		artefact_list(a, "lines");
		for (size_t i = 0; i < s->told_count; i++)
			artefact_item(a, s->told[i]);
		artefact_list_end(a);
	}
	if (s->left_out > 0)
		artefact_unsigned(a, "lines_left_out", s->left_out);
	artefact_message(a, "%s%s%s", s->title, s->status[0] != '\0' ? ": " : "", s->status);
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && s->end.ns != TRIAGE_TIME_NONE && s->end.ns != s->start.ns) {
		artefact_again(a, s->end.ns, "section ended");
		st = artefact_send(a, err);
	}
	return st;
}

/* Lines inside a section that say which device, driver, file or error. */
static void
keep_line(struct setupapi *s, const char *line)
{
	static const char *const words[] = { "HardwareID", "InfName", "DevDesc", "Device ID", "Driver INF", "Published", "Signer", "cmd:", "Service", "ImagePath",
		"Error", "!!!", "Copying file", "Catalog", "Install Device: Starting", "SWD\\", "USBSTOR\\", NULL };
	line += strspn(line, " \t");
	if (!text_has_any(line, words))
		return;
	if (s->told_count == KEPT)
		s->left_out++;
	else
		snprintf(s->told[s->told_count++], TEXT, "%s", line);
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct setupapi *s = state;
	const char *p = line->text;
	if (strncmp(p, ">>>  [", 6) == 0) {
		enum triage_status st = end_section(a, s, err);
		s->open = true;
		s->offset = line->offset;
		s->start.ns = s->end.ns = TRIAGE_TIME_NONE;
		s->told_count = s->left_out = 0;
		s->command[0] = s->status[0] = '\0';
		snprintf(s->title, sizeof(s->title), "%s", p + 6);
		size_t n = strlen(s->title);
		if (n > 0 && s->title[n - 1] == ']')
			s->title[n - 1] = '\0';
		return st;
	}
	if (!s->open)
		return TRIAGE_OK;
	if (strncmp(p, ">>>  Section start ", 19) == 0) {
		p += 19;
		if (!log_time_iso(&p, &s->start))
			s->start.ns = TRIAGE_TIME_NONE;
	} else if (strncmp(p, "<<<  Section end ", 17) == 0) {
		p += 17;
		if (!log_time_iso(&p, &s->end))
			s->end.ns = TRIAGE_TIME_NONE;
	} else if (strncmp(p, "<<<  [Exit status", 17) == 0) {
		text_between(p, ": ", "]", s->status, sizeof(s->status));
		return end_section(a, s, err);
	} else if (strstr(p, " cmd: ") != NULL && s->command[0] == '\0') {
		text_between(p, " cmd: ", NULL, s->command, sizeof(s->command));
	} else {
		keep_line(s, p);
	}
	return TRIAGE_OK;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct setupapi *s = state;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	return st == TRIAGE_OK && last ? end_section(a, s, err) : st;
}

static void
release(void *state)
{
	log_lines_release(&((struct setupapi *)state)->lines);
}

const struct artefact_kind artefact_setupapi = {
	.name = "setupapi",
	.source = "other",
	.title = "devices and drivers that were installed (setupapi.dev.log)",
	.yields = "first and later connections of devices, drivers that were installed, and how it ended",
	.reference = "Microsoft, SetupAPI text logs",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct setupapi),
	.release = release,
};

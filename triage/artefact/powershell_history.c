/*
 * powershell_history.c - commands typed into PowerShell: ConsoleHost_history.txt of PSReadLine.
 *
 * UTF-8, one command a line, a line that ends with a backtick goes on in the next. Source: PSReadLine. No times are kept: the file's own last change is
 * that of the last command. The file is known by its name: its content can be any text.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <string.h>
#include <strings.h>

enum { CHUNK = 50, CHUNK_BYTES = 24 << 10 };

struct history {
	struct log_lines lines;
	struct buf command;		/* the lines of one command so far */
	bool ready;
	uint64_t number, first, offset, command_offset;	/* number: commands so far; first: of the chunk at hand, 0 for none */
	size_t in_chunk, bytes;
	char last[256];
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t n = strlen(who->name);
	for (size_t i = 0; i < head.size && i < 512; i++)
		if (head.data[i] == 0)
			return false;
	if (strcasestr(who->name, "ConsoleHost_history") != NULL)
		return true;
	return strcasestr(who->path, "/PSReadLine/") != NULL && n > 12 && strcasecmp(who->name + n - 12, "_history.txt") == 0;
}

static enum triage_status
end_chunk(struct artefact *a, struct history *h, struct triage_error *err)
{
	char user[128];
	if (h->first == 0)
		return TRIAGE_OK;
	artefact_list_end(a);
	artefact_unsigned(a, "first", h->first);
	artefact_unsigned(a, "last", h->number);
	text_user_of_path(artefact_who(a)->path, user, sizeof(user));
	artefact_user(a, user);
	artefact_message(a, "PowerShell history, commands %ju to %ju, typed at this time or before: %s", (uintmax_t)h->first, (uintmax_t)h->number, h->last);
	h->first = 0;
	return artefact_send(a, err);
}

static enum triage_status
end_command(struct artefact *a, struct history *h, struct triage_error *err)
{
	const char *command = buf_cstr(&h->command);
	enum triage_status st = TRIAGE_OK;
	if (command[strspn(command, " \t\n")] == '\0')
		return TRIAGE_OK;
	if (h->first != 0 && (h->in_chunk == CHUNK || h->bytes + h->command.size > CHUNK_BYTES))
		st = end_chunk(a, h, err);
	if (st != TRIAGE_OK)
		return st;
	h->number++;
	if (h->first == 0) {
		h->first = h->number;
		h->in_chunk = h->bytes = 0;
		artefact_event(a, artefact_who(a)->mtime, "last command");
		artefact_offset(a, h->command_offset);
		artefact_technique(a, "T1059.001");
		artefact_list(a, "commands");
	}
	artefact_item(a, command);
	h->in_chunk++;
	h->bytes += h->command.size;
	strncpy(h->last, command, sizeof(h->last) - 1);
	/* a character cut at the end is left out */
	for (size_t n = strlen(h->last); n == sizeof(h->last) - 1 && n > 0 && ((unsigned char)h->last[n - 1] & 0x80); n--)
		h->last[n - 1] = '\0';
	return TRIAGE_OK;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct history *h = state;
	bool more = line->size > 0 && line->text[line->size - 1] == '`' && line->ended;
	if (h->command.size == 0)
		h->command_offset = line->offset;
	else
		buf_char(&h->command, '\n');
	buf_put(&h->command, line->text, line->size - more);
	if (more && h->command.size < LOG_LINE_MAX)
		return TRIAGE_OK;
	enum triage_status st = end_command(a, h, err);
	buf_clear(&h->command);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct history *h = state;
	if (!h->ready) {
		h->ready = true;
		buf_init(&h->command, 4 * (size_t)LOG_LINE_MAX);
	}
	enum triage_status st = log_lines_step(a, &h->lines, bytes, at, last, ret_used, take, h, err);
	if (st == TRIAGE_OK && last)
		st = end_command(a, h, err);
	if (st == TRIAGE_OK && last && h->first != 0 && artefact_who(a)->mtime == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_LOW, "record-without-time", 0, 0, err, "the file's own time is not known: its commands are in no timeline");
	return st == TRIAGE_OK && last ? end_chunk(a, h, err) : st;
}

static void
release(void *state)
{
	struct history *h = state;
	log_lines_release(&h->lines);
	if (h->ready)
		buf_release(&h->command);
}

const struct artefact_kind artefact_powershell_history = {
	.name = "powershell_history",
	.source = "shell-history",
	.title = "command history of PowerShell (PSReadLine)",
	.yields = "commands that a person typed, in order; the time of the last",
	.reference = "PSReadLine, HistorySavePath",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct history),
	.release = release,
};

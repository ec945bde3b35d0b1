/*
 * powershell_transcript.c - what was typed into a PowerShell session and what it answered: transcripts of PowerShell 3 to 7.
 *
 * Rows of asterisks part the blocks: a head with the session's start in digits, commands with their own start (when these are asked for), an end. The words are
 * in the language of the machine, so that a block is known by its shape: the place of lines and the digits of times. Wall clock of the machine.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/text_fields.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HEAD_MAX = 8 << 10, BODY_MAX = 24 << 10, STARS = 22, TIME_DIGITS = 14, HEAD_LINES = 40 };

enum part { BEFORE, IN_STARS, IN_BODY };

struct transcript {
	struct log_lines lines;
	struct buf head, kept, body;	/* lines, each ended by LF; kept: the head of the session at hand */
	bool ready, session;	/* session: the head at hand is that of a session, not of a command */
	enum part part;
	struct log_time when;		/* of the block at hand */
	uint64_t offset, head_offset;
	unsigned chunk;
	char user[128], host[128];
};

static bool
is_stars(const char *line)
{
	size_t n = strspn(line, "*");
	return n >= STARS && line[n] == '\0';
}

/* The time of a line "words: 20220721023749". */
static bool
time_of(const char *line, struct log_time *t)
{
	const char *p = strrchr(line, ':');
	unsigned v[6] = { 0 };
	if (p == NULL)
		return false;
	p += 1 + strspn(p + 1, " \xc2\xa0");
	if (strspn(p, "0123456789") != TIME_DIGITS || p[TIME_DIGITS] != '\0')
		return false;
	if (sscanf(p, "%4u%2u%2u%2u%2u%2u", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5]) != 6)
		return false;
	*t = (struct log_time){ .year = (int)v[0], .month = (int)v[1], .day = (int)v[2], .hour = (int)v[3], .minute = (int)v[4], .second = (int)v[5], .local = true };
	return log_time_make(t, 0, 0);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	char line[4096];
	struct log_time t;
	bool name = strcasestr(who->name, "PowerShell_transcript") != NULL;
	if (!log_head_line(head, 0, line, sizeof(line)) || !is_stars(line))
		return false;
	for (size_t i = 1; i < 6 && log_head_line(head, i, line, sizeof(line)); i++) {
		if (strcasestr(line, "PowerShell") != NULL)
			name = true;
		if (time_of(line, &t))
			return name;
	}
	return false;
}

/* Fields of the head: "Key: value" lines, their keys in lower snake case. */
static void
put_head(struct artefact *a, struct transcript *t)
{
	char line[1024], key[48];
	struct text_keys seen = { .count = 0 };
	const char *p = buf_cstr(&t->kept);
	int place = -1;
	for (; *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n') {
		size_t n = strcspn(p, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)(n < sizeof(line) ? n : sizeof(line) - 1), p);
		char *colon = strchr(line, ':');
		struct log_time unused;
		place += place >= 0;
		if (colon == NULL)
			continue;
		*colon = '\0';
		char *value = colon + 1 + strspn(colon + 1, " ");
		text_snake(line, key, sizeof(key));
		*colon = ':';
		if (place < 0 && time_of(line, &unused)) {
			place = 0;
			continue;
		}
		if (text_key_is_new(&seen, key[0] != '\0' ? key : "text") && strcmp(key, "commands") != 0)
			artefact_text(a, key[0] != '\0' ? key : "text", value);
		/* the account stands behind the time; the machine says its system in brackets */
		if (place == 1)
			snprintf(t->user, sizeof(t->user), "%s", value);
		char *bracket = strstr(value, " (Microsoft Windows");
		if (place > 0 && place < 6 && t->host[0] == '\0' && (bracket != NULL || strcmp(key, "machine") == 0))
			snprintf(t->host, sizeof(t->host), "%.*s", (int)(bracket != NULL ? (size_t)(bracket - value) : strlen(value)), value);
	}
}

/* The first command of a body: what stands behind the prompt. */
static void
first_command(const char *body, char *out, size_t size)
{
	const char *p = strstr(body, "PS "), *end = p != NULL ? strchr(p, '>') : NULL;
	out[0] = '\0';
	if (end != NULL) {
		end += strspn(end, "> ");
		snprintf(out, size, "%.*s", (int)strcspn(end, "\n"), end);
	}
}

/* Send the block at hand: its head once, its body in parts. */
static enum triage_status
send_block(struct artefact *a, struct transcript *t, struct triage_error *err)
{
	SCOPED_BUF joined;
	char command[300];
	buf_init(&joined, 2 * BODY_MAX + LOG_LINE_MAX + 1024);
	for (const char *p = buf_cstr(&t->body); *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
		if (*p != '\n') {
			buf_text(&joined, joined.size > 0 ? "; " : "");
			buf_put(&joined, p, strcspn(p, "\n"));
		}
	artefact_event(a, t->when.ns, t->session && t->chunk == 0 ? "session started" : "command");
	artefact_offset(a, t->offset);
	artefact_local(a);
	artefact_technique(a, "T1059.001");
	if (t->session && t->chunk == 0)
		put_head(a, t);
	if (t->chunk > 0)
		artefact_unsigned(a, "part", t->chunk + 1);
	artefact_text(a, "commands", buf_cstr(&joined));
	artefact_user(a, t->user);
	artefact_host(a, t->host);
	first_command(buf_cstr(&t->body), command, sizeof(command));
	if (t->session && t->chunk == 0)
		artefact_message(a, "PowerShell session of %s%s%s", t->user[0] != '\0' ? t->user : "somebody", command[0] != '\0' ? ": " : "", command);
	else
		artefact_message(a, "PowerShell command%s%s", command[0] != '\0' ? ": " : "", command[0] != '\0' ? command : " output");
	t->chunk++;
	buf_clear(&t->body);
	return artefact_send(a, err);
}

static enum triage_status
end_session(struct artefact *a, struct transcript *t, const struct log_time *when, uint64_t offset, struct triage_error *err)
{
	enum triage_status st = t->chunk == 0 || t->body.size > 0 ? send_block(a, t, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return st;
	t->when.year = 0;
	artefact_event(a, when->ns, "session ended");
	artefact_offset(a, offset);
	artefact_local(a);
	artefact_user(a, t->user);
	artefact_host(a, t->host);
	artefact_message(a, "End of the PowerShell session of %s", t->user[0] != '\0' ? t->user : "somebody");
	return artefact_send(a, err);
}

/* The second row of stars: what is between them tells what begins. */
static enum triage_status
end_head(struct artefact *a, struct transcript *t, struct triage_error *err)
{
	struct log_time when = { 0 };
	char line[1024];
	size_t lines = 0, at = 0;
	bool found = false;
	enum triage_status st = TRIAGE_OK;
	for (const char *p = buf_cstr(&t->head); *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n', lines++) {
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p, "\n"), p);
		if (!found && time_of(line, &when)) {
			found = true;
			at = lines;
		}
	}
	if (!found)
		return TRIAGE_OK;
	/* words, a time, and no more: the end; a time alone: a command; a time and more: a session */
	if (at == 1 && lines == 2 && t->when.year != 0)
		return end_session(a, t, &when, t->head_offset, err);
	if (t->when.year != 0 && (t->chunk == 0 || t->body.size > 0))
		st = send_block(a, t, err);
	t->session = lines > at + 1 || t->when.year == 0;
	if (t->session) {
		t->user[0] = t->host[0] = '\0';
		buf_clear(&t->kept);
		buf_put(&t->kept, t->head.data, t->head.size);
	}
	t->when = when;
	t->offset = t->head_offset;
	t->chunk = 0;
	buf_clear(&t->body);
	return st;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct transcript *t = state;
	enum triage_status st = TRIAGE_OK;
	if (is_stars(line->text)) {
		if (t->part == IN_STARS)
			st = end_head(a, t, err);
		t->part = t->part == IN_STARS ? IN_BODY : IN_STARS;
		if (t->part == IN_STARS) {
			buf_clear(&t->head);
			t->head_offset = line->offset;
		}
		return st;
	}
	if (t->part == IN_STARS) {
		if (t->head.size + line->size < HEAD_MAX) {
			buf_put(&t->head, line->text, line->size);
			buf_char(&t->head, '\n');
		} else {
			t->part = IN_BODY;	/* no head: a row of stars that a program wrote */
		}
		return TRIAGE_OK;
	}
	if (t->when.year == 0)
		return TRIAGE_OK;
	if (t->body.size > 0 && t->body.size + line->size > BODY_MAX)
		st = send_block(a, t, err);
	buf_put(&t->body, line->text, line->size);
	buf_char(&t->body, '\n');
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct transcript *t = state;
	if (!t->ready) {
		t->ready = true;
		buf_init(&t->head, 2 * HEAD_MAX);
		buf_init(&t->kept, 2 * HEAD_MAX);
		buf_init(&t->body, BODY_MAX + LOG_LINE_MAX + 1024);
	}
	enum triage_status st = log_lines_step(a, &t->lines, bytes, at, last, ret_used, take, t, err);
	if (st != TRIAGE_OK || !last)
		return st;
	/* a cut head is a head too */
	if (t->part == IN_STARS)
		st = end_head(a, t, err);
	return st == TRIAGE_OK && t->when.year != 0 && (t->chunk == 0 || t->body.size > 0) ? send_block(a, t, err) : st;
}

static void
release(void *state)
{
	struct transcript *t = state;
	log_lines_release(&t->lines);
	if (t->ready) {
		buf_release(&t->head);
		buf_release(&t->kept);
		buf_release(&t->body);
	}
}

const struct artefact_kind artefact_powershell_transcript = {
	.name = "powershell_transcript",
	.source = "shell-history",
	.title = "transcript of a PowerShell session",
	.yields = "commands and their output, account, machine, program",
	.reference = "Start-Transcript of Windows PowerShell 5.1 and PowerShell 7",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct transcript),
	.release = release,
};

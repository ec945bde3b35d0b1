/*
 * shell_history.c - what was typed into a shell: the histories of bash, zsh, fish, and of others that keep plain lines.
 *
 * bash with HISTTIMEFORMAT: "#SECONDS" before each command, which may be many lines. zsh with EXTENDED_HISTORY: ": SECONDS:ELAPSED;COMMAND", a line
 * that ends in a backslash goes on. fish: "- cmd: COMMAND" and "  when: SECONDS". Commands without a time are told with the time at which
 * the file was last written, many in one event. Not decoded: the bytes that zsh writes for those above 0x7f (meta, 0x83).
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 60, COMMAND_MAX = 64 << 10, CHUNK_LINES = 100, CHUNK_BYTES = 24 << 10 };

struct state {
	struct log_lines lines;
	struct buf command;		/* not sent yet; its lines joined by LF */
	struct buf plain;		/* commands without time, each ended by NUL */
	int64_t time;			/* of command, TRIAGE_TIME_NONE when it has none */
	unsigned elapsed;
	uint64_t offset, plain_offset, plain_first, plain_last;
	size_t plain_count;
	bool begun, holds, has_elapsed, stamped, continues, fish;
	char user[128];
	const char *shell;
};

/* "#1380630977" */
static bool
is_stamp(const char *line)
{
	size_t n = line[0] == '#' ? strspn(line + 1, "0123456789") : 0;
	return n >= 9 && n <= 11 && line[1 + n] == '\0';
}

/* ": 1457771210:0;command" */
static bool
is_zsh(const char *line)
{
	if (line[0] != ':' || line[1] != ' ')
		return false;
	const char *p = line + 2 + strspn(line + 2, " ");
	size_t n = strspn(p, "0123456789"), m = p[n] == ':' ? strspn(p + n + 1, "0123456789") : 0;
	return n >= 9 && n <= 11 && m > 0 && p[n + 1 + m] == ';';
}

static bool
is_fish(const char *line)
{
	return strncmp(line, "- cmd: ", 7) == 0;
}

static bool
is_fish_when(const char *line)
{
	return strncmp(line, "  when: ", 8) == 0 && line[8] >= '1' && line[8] <= '9';
}

static bool
is_plain(const char *line)
{
	(void)line;
	return true;
}

#define HISTORY_NAMES "*.bash_history*|*.zsh_history*|.sh_history*|.ash_history*|.ksh_history*|.mksh_history*|.mysql_history*|.psql_history*|.python_history*|" \
	".sqlite_history*|.rediscli_history*|.mongo_history*|.node_repl_history*|.irb_history*|.php_history*|.history|.zhistory|.fish_history|bash_history*|" \
	"zsh_history*|*_bash_history*|*_zsh_history*|.mariadb_history*"

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, stamps = log_head_count(head, LOOK, is_stamp, &looked);
	if (stamps > 0 && 5 * stamps >= looked && looked > 1)
		return true;
	if (3 * log_head_count(head, LOOK, is_zsh, &looked) > looked)
		return true;
	if (log_head_count(head, 1, is_fish, &looked) == 1 && log_head_count(head, LOOK, is_fish_when, &looked) > 0)
		return true;
	return unix_named(who, HISTORY_NAMES) && log_head_count(head, LOOK, is_plain, &looked) > 0;
}

static const char *
shell_name(const struct artefact_subject *who)
{
	static const char *const names[] = { "bash", "zsh", "fish", "mysql", "mariadb", "psql", "python", "sqlite", "rediscli", "mongo", "node", "irb", "php", "ksh", "ash",
		"sh" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasestr(who->name, names[i]) != NULL)
			return names[i];
	return "shell";
}

/* Commands without a time: one event for all that were collected. */
static enum triage_status
send_plain(struct artefact *a, struct state *s, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	const char *last = "";
	if (s->plain_count == 0)
		return TRIAGE_OK;
	int64_t time = artefact_who(a)->mtime;
	if (time == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_LOW, "time-unknown", s->plain_offset, s->plain.size, err, "%zu commands without a time, in a file without one",
		    s->plain_count);
	artefact_event(a, time, "history last written");
	artefact_precision(a, "ns");
	artefact_offset(a, s->plain_offset);
	artefact_user(a, s->user);
	artefact_text(a, "shell", s->shell);
	artefact_text(a, "user", s->user);
	artefact_unsigned(a, "first_line", s->plain_first);
	artefact_unsigned(a, "last_line", s->plain_last);
	artefact_list(a, "commands");
	for (size_t at = 0; at < s->plain.size; at += strlen(s->plain.data + at) + 1) {
		last = s->plain.data + at;
		artefact_item(a, last);
	}
	artefact_list_end(a);
	artefact_message(a, "%zu command%s in the %s history%s%s whose times are not known, the last: %s", s->plain_count, s->plain_count == 1 ? "" : "s", s->shell,
	    s->user[0] != '\0' ? " of " : "", s->user, last);
	artefact_technique(a, "T1059.004");
	s->plain_count = 0;
	buf_clear(&s->plain);
	return st == TRIAGE_OK ? artefact_send(a, err) : st;
}

static enum triage_status
add_plain(struct artefact *a, struct state *s, const struct log_line *line, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (line->size == 0)
		return TRIAGE_OK;
	if (s->plain_count == CHUNK_LINES || (s->plain_count > 0 && s->plain.size + line->size > CHUNK_BYTES))
		st = send_plain(a, s, err);
	if (s->plain_count++ == 0) {
		s->plain_first = line->number;
		s->plain_offset = line->offset;
	}
	s->plain_last = line->number;
	buf_put(&s->plain, line->text, line->size + 1);
	return st;
}

static enum triage_status
send_command(struct artefact *a, struct state *s, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (!s->holds)
		return TRIAGE_OK;
	s->holds = false;
	if (s->command.size == 0)
		return TRIAGE_OK;
	artefact_event(a, s->time, "command run");
	artefact_offset(a, s->offset);
	artefact_user(a, s->user);
	artefact_text(a, "shell", s->shell);
	artefact_text(a, "user", s->user);
	artefact_text(a, "command", buf_cstr(&s->command));
	if (s->has_elapsed)
		artefact_unsigned(a, "elapsed_seconds", s->elapsed);
	artefact_message(a, "%s%s in %s: %s", s->user, s->user[0] != '\0' ? " ran" : "Command run", s->shell, buf_cstr(&s->command));
	artefact_technique(a, "T1059.004");
	st = artefact_send(a, err);
	buf_clear(&s->command);
	return st;
}

static enum triage_status
begin_command(struct artefact *a, struct state *s, const struct log_line *line, const char *digits, struct triage_error *err)
{
	enum triage_status st = send_command(a, s, err);
	int64_t seconds = strtoll(digits, NULL, 10);
	if (st == TRIAGE_OK)
		st = send_plain(a, s, err);
	s->time = seconds > 86400 && seconds < INT64_C(9000000000) ? when_from_unix(seconds, 0) : TRIAGE_TIME_NONE;
	if (st == TRIAGE_OK && s->time == TRIAGE_TIME_NONE)
		st = artefact_remark(a, TRIAGE_LOW, "time-damaged", line->offset, line->size, err, "line %ju: a time that is none", (uintmax_t)line->number);
	s->offset = line->offset;
	s->holds = s->time != TRIAGE_TIME_NONE;
	s->has_elapsed = false;
	buf_clear(&s->command);
	return st;
}

/* More of a command. */
static enum triage_status
add_text(struct artefact *a, struct state *s, const struct log_line *line, const char *text, struct triage_error *err)
{
	size_t n = strlen(text);
	if (s->command.size + n + 1 > COMMAND_MAX)
		return artefact_remark(a, TRIAGE_LOW, "command-too-long", line->offset, line->size, err, "a command is longer than %u KiB: line %ju is left out",
		    (unsigned)(COMMAND_MAX >> 10), (uintmax_t)line->number);
	if (s->command.size > 0)
		buf_char(&s->command, '\n');
	buf_put(&s->command, text, n);
	return TRIAGE_OK;
}

static enum triage_status
take_fish(struct artefact *a, struct state *s, struct log_line *line, struct triage_error *err)
{
	if (is_fish(line->text)) {
		enum triage_status st = send_command(a, s, err);
		s->offset = line->offset;
		s->time = TRIAGE_TIME_NONE;
		buf_clear(&s->command);
		buf_text(&s->command, line->text + 7);
		return st;
	}
	if (is_fish_when(line->text) && s->command.size > 0) {
		int64_t seconds = strtoll(line->text + 8, NULL, 10);
		s->time = seconds > 86400 && seconds < INT64_C(9000000000) ? when_from_unix(seconds, 0) : TRIAGE_TIME_NONE;
		s->holds = true;
		return send_command(a, s, err);
	}
	return TRIAGE_OK;
}

static void
begin(struct artefact *a, struct state *s)
{
	buf_init(&s->command, COMMAND_MAX + 8);
	buf_init(&s->plain, CHUNK_BYTES + LOG_LINE_MAX * 4 + 8);
	unix_home_user(artefact_who(a), s->user, sizeof(s->user));
	if (s->user[0] == '\0')
		snprintf(s->user, sizeof(s->user), "%s", artefact_who(a)->owner);
	s->shell = shell_name(artefact_who(a));
	s->begun = true;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st;
	if (!s->begun)
		begin(a, s);
	if (s->fish || (line->number == 1 && is_fish(line->text))) {
		s->shell = s->fish ? s->shell : "fish";
		s->fish = true;
		return take_fish(a, s, line, err);
	}
	bool zsh = !s->continues && is_zsh(line->text);
	if (zsh || is_stamp(line->text)) {
		s->stamped = true;
		if (strcmp(s->shell, "shell") == 0)
			s->shell = zsh ? "zsh" : "bash";
		st = begin_command(a, s, line, zsh ? line->text + 2 + strspn(line->text + 2, " ") : line->text + 1, err);
		s->continues = false;
		if (st == TRIAGE_OK && zsh) {
			const char *elapsed = strchr(line->text + 2, ':') + 1, *text = strchr(elapsed, ';') + 1;
			s->elapsed = (unsigned)strtoul(elapsed, NULL, 10);
			s->has_elapsed = true;
			st = add_text(a, s, line, text, err);
			s->continues = line->size > 0 && line->text[line->size - 1] == '\\';
		}
		return st;
	}
	if (s->holds) {
		s->continues = s->continues && line->size > 0 && line->text[line->size - 1] == '\\';
		return add_text(a, s, line, line->text, err);
	}
	return add_plain(a, s, line, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	if (st == TRIAGE_OK && last)
		st = send_command(a, s, err);
	if (st == TRIAGE_OK && last)
		st = send_plain(a, s, err);
	return st;
}

static void
release(void *state)
{
	struct state *s = state;
	log_lines_release(&s->lines);
	buf_release(&s->command);
	buf_release(&s->plain);
}

const struct artefact_kind artefact_shell_history = {
	.name = "shell_history",
	.source = "shell-history",
	.title = "shell history (bash, zsh, fish and others)",
	.yields = "commands that were typed, with times where the shell kept them",
	.reference = "bash(1), zshoptions(1), fish history files",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};

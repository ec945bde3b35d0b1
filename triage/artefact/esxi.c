/*
 * esxi.c - the logs of VMware ESXi: hostd, vmkernel, vobd, vpxa, auth, shell, syslog.
 *
 * "2023-11-14T22:13:20.123Z info hostd[2099] [Originator@6876 sub=Vimsvc] text", "...Z cpu3:2097648)text", "...Z shell[2100]: [root]: esxcli vm process list",
 * "...Z sshd[2101]: Accepted ...", since 8.0 with "In(14) " before the program. No host stands in it. Times are UTC.
 */
#include "triage/artefact/log_entry.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 20 };

struct state {
	struct log_entries entries;
};

struct front {
	struct log_time time;
	char level[16], program[64], pid[32];
	const char *text;
};

static bool
is_level(const char *p, size_t size)
{
	static const char *const words[] = { "info", "verbose", "warning", "error", "trivia", "debug", "panic", "Panic", "notice" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == size && strncmp(words[i], p, size) == 0)
			return true;
	/* "In(14)", "Wa(4)", "Er(3)" */
	return size >= 5 && size <= 8 && p[2] == '(' && p[size - 1] == ')' && strspn(p + 3, "0123456789") == size - 4 && p[0] >= 'A' && p[0] <= 'Z';
}

/* PROGRAM[PID] or, of the kernel, cpu3:2097648) */
static bool
read_program(const char **p, struct front *f)
{
	const char *s = *p;
	size_t n = strcspn(s, " [:");
	if (strncmp(s, "cpu", 3) == 0 && strspn(s + 3, "0123456789") > 0 && strchr(s, ')') != NULL && strcspn(s, ")") < 40) {
		size_t close = strcspn(s, ")");
		snprintf(f->program, sizeof(f->program), "vmkernel");
		snprintf(f->pid, sizeof(f->pid), "%.*s", (int)close, s);
		*p = s + close + 1;
		return true;
	}
	if (n == 0 || n >= sizeof(f->program) || (s[n] != '[' && s[n] != ':'))
		return false;
	snprintf(f->program, sizeof(f->program), "%.*s", (int)n, s);
	s += n;
	if (*s == '[') {
		size_t pid = strspn(s + 1, "0123456789ABCDEFabcdef");
		if (pid == 0 || s[1 + pid] != ']')
			return false;
		snprintf(f->pid, sizeof(f->pid), "%.*s", (int)(pid < 31 ? pid : 31), s + 1);
		s += pid + 2;
	}
	s += *s == ':';
	*p = s + (*s == ' ');
	return true;
}

static bool
read_front(const char *line, struct front *f)
{
	*f = (struct front){ .text = "" };
	if (strnlen(line, 11) < 11 || line[10] != 'T' || !log_time_iso(&line, &f->time) || f->time.local || line[-1] != 'Z' || line[0] != ' ')
		return false;
	line++;
	size_t n = strcspn(line, " ");
	if (is_level(line, n) && line[n] == ' ') {
		snprintf(f->level, sizeof(f->level), "%.*s", (int)n, line);
		line += n + 1;
	}
	if (!read_program(&line, f))
		return false;
	/* since 8.0 the kernel's own front stands behind the program */
	if (strcmp(f->program, "vmkernel") == 0 && f->pid[0] == '\0')
		(void)read_program(&line, f);
	f->text = line;
	return true;
}

static bool
begins(const char *line)
{
	struct front f;
	return read_front(line, &f);
}

/* Programs that only ESXi has, or shells and logons in a log without a host. */
static bool
is_known(const char *line)
{
	static const char *const names[] = { "hostd", "Hostd", "vmkernel", "vobd", "vpxa", "Vpxa", "Rhttpproxy", "rhttpproxy", "shell", "ESXShell", "SSH", "vmkwarning", "vmkdevmgr", "Fdm",
		"hostd-probe", "sdrsInjector", "esxupdate", "storageRM", "usbarb", "vmauthd", "DCUI", "VSANMGMTSVC",
		"envoy" };
	struct front f;
	if (!read_front(line, &f))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], f.program) == 0)
			return true;
	return f.level[0] != '\0' && strchr(f.level, '(') != NULL && f.pid[0] != '\0';
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, begins, &looked), known = log_head_count(head, LOOK, is_known, &looked);
	bool place = unix_named(who, "auth.log*|syslog.log*") && good == looked;
	return good > 0 && 2 * good >= looked && (4 * known >= good || place);
}

/* "[root]: command" of a shell. */
static bool
put_shell(struct artefact *a, const struct front *f)
{
	struct unix_capture got[UNIX_CAPTURES];
	size_t count;
	char user[128];
	if (strcmp(f->program, "shell") != 0 && strcmp(f->program, "ESXShell") != 0 && strcmp(f->program, "SSH") != 0)
		return false;
	artefact_source(a, "shell-history");
	if (!unix_match("[{user}]: {command}", f->text, got, &count)) {
		artefact_message(a, "%s: %s", f->program, f->text);
		return false;
	}
	snprintf(user, sizeof(user), "%.*s", (int)(got[0].size < 127 ? got[0].size : 127), got[0].text);
	artefact_user(a, user);
	artefact_text(a, "user", user);
	artefact_bytes(a, "command", got[1].text, got[1].size);
	artefact_text(a, "shell", "esxi");
	artefact_technique(a, strstr(f->text, "vm process kill") != NULL || strstr(f->text, "vim-cmd vmsvc/power.off") != NULL ? "T1489" : "T1059.012");
	artefact_message(a, "%s ran in the shell of ESXi: %s", user, got[1].text);
	return true;
}

static const char *
meaning_of(const char *text)
{
	static const struct { const char *part, *meaning; } known[] = { { "SSH access has been enabled", "SSH enabled" }, { "SSH login enabled", "SSH enabled" },
		{ "ESXi Shell has been enabled", "shell enabled" }, { "logged in as", "logon" }, { "logged out", "logoff" }, { "Rejected password for user", "failed logon" },
		{ "Cannot login ", "failed logon" }, { "Task Created", "task begun" }, { "State Transition (VM_STATE_ON -> VM_STATE_POWERING_OFF)", "machine switched off" },
		{ "was created on", "account created" }, { "Removed virtual machine", "machine removed" } };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(text, known[i].part) != NULL)
			return known[i].meaning;
	return "logged";
}

static enum triage_status
send(struct artefact *a, void *state, const struct log_entry *entry, struct triage_error *err)
{
	struct front f;
	(void)state;
	if (!read_front(entry->text, &f))
		return TRIAGE_OK;
	log_entry_event(a, entry, &f.time, meaning_of(f.text));
	artefact_text(a, "program", f.program);
	artefact_text(a, "pid", f.pid);
	artefact_text(a, "severity", f.level);
	artefact_text(a, "message", f.text);
	if (put_shell(a, &f)) {
		artefact_again(a, f.time.ns, "command run");
		return artefact_send(a, err);
	}
	const char *meaning = unix_words(a, f.program, f.text);
	if (meaning != NULL)
		artefact_again(a, f.time.ns, meaning);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	static const struct log_entry_row row = { begins, send };
	struct state *s = state;
	return log_entries_step(a, &s->entries, &row, bytes, at, last, ret_used, s, err);
}

const struct artefact_kind artefact_esxi = {
	.name = "esxi",
	.source = "syslog",
	.title = "logs of VMware ESXi",
	.yields = "commands in its shell, logons, SSH switched on, machines switched off, tasks",
	.reference = "VMware ESXi log files",
	.precision = "ms",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_entries_release_state,
};

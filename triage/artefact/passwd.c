/*
 * passwd.c - the accounts and groups of a Unix machine: passwd, shadow, group and their backups.
 *
 * Seven, nine or four fields with colons between. Source: passwd(5), shadow(5), group(5). Facts of passwd have the uid as their subject, those
 * of shadow and group the account's name, for no number stands there. Of a password only its kind is told, never its hash.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 200, FIELDS = 9, FIELDS_PASSWD = 7, FIELDS_SHADOW = 9, FIELDS_GROUP = 4, SECONDS_A_DAY = 86400, DAYS_MOST = 100000 };

enum kind { UNKNOWN, PASSWD, SHADOW, GROUP };

struct state {
	struct log_lines lines;
	enum kind kind;
};

/* The parts of a line, in place. Returns their count. */
static size_t
split(char *line, char *parts[FIELDS + 1])
{
	size_t count = 0;
	for (char *p = line; count <= FIELDS; p++) {
		parts[count++] = p;
		p = strchr(p, ':');
		if (p == NULL)
			break;
		*p = '\0';
	}
	return count;
}

static bool
is_name(const char *s)
{
	size_t n = strcspn(s, ":");
	if (n == 0 || n > 64)
		return false;
	/* "+::::::" takes accounts from the network */
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x21 || strchr("/\"'()=<>,;", s[i]) != NULL)
			return false;
	return true;
}

static bool
is_number(const char *s, bool may_be_empty)
{
	size_t n = strspn(s, "0123456789");
	return s[n] == '\0' && n < 12 && (n > 0 || may_be_empty);
}

static enum kind
kind_of_parts(char **parts, size_t count)
{
	if (count == FIELDS_PASSWD && is_number(parts[2], false) && is_number(parts[3], false) && (parts[5][0] == '/' || parts[5][0] == '\0') &&
	    (parts[6][0] == '/' || parts[6][0] == '\0'))
		return PASSWD;
	if (count == FIELDS_SHADOW) {
		bool numbers = true;
		for (size_t i = 2; i < FIELDS_SHADOW; i++)
			numbers = numbers && (is_number(parts[i], true) || strcmp(parts[i], "-1") == 0);
		if (numbers && (parts[1][0] == '\0' || strchr("*!$xLN_", parts[1][0]) != NULL || strlen(parts[1]) == 13))
			return SHADOW;
	}
	return count == FIELDS_GROUP && is_number(parts[2], false) && strlen(parts[1]) < 3 ? GROUP : UNKNOWN;
}

static enum kind
kind_of_line(const char *line)
{
	char copy[1024], *parts[FIELDS + 1];
	if (!is_name(line) || strlen(line) >= sizeof(copy))
		return UNKNOWN;
	snprintf(copy, sizeof(copy), "%s", line);
	size_t count = split(copy, parts);
	return count <= FIELDS ? kind_of_parts(parts, count) : UNKNOWN;
}

static bool
is_passwd(const char *line)
{
	return kind_of_line(line) == PASSWD || line[0] == '#';
}

static bool
is_shadow(const char *line)
{
	return kind_of_line(line) == SHADOW || line[0] == '#';
}

static bool
is_group(const char *line)
{
	return kind_of_line(line) == GROUP || line[0] == '#';
}

static bool
is_root(const char *line)
{
	return strncmp(line, "root:", 5) == 0;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked;
	/* most files end here */
	if (memmem(head.data, head.size, "root:", 5) == NULL)
		return false;
	/* an account root, and nearly all lines of one shape; for groups the name must say so too */
	if (log_head_count(head, LOOK, is_root, &looked) == 0)
		return false;
	return 4 * log_head_count(head, LOOK, is_passwd, &looked) >= 3 * looked || 4 * log_head_count(head, LOOK, is_shadow, &looked) >= 3 * looked ||
	    (unix_named(who, "*group*") && 4 * log_head_count(head, LOOK, is_group, &looked) >= 3 * looked);
}

static const char *
password_kind(const char *p)
{
	if (p[0] == '\0')
		return "none: anyone may log on";
	if (p[0] == '!' || p[0] == '*' || strcmp(p, "x") == 0 || strncmp(p, "LK", 2) == 0)
		return p[0] == '!' && p[1] == '$' ? "locked" : p[0] == 'x' ? "in shadow" : "no password logon";
	static const struct { const char *front, *name; } kinds[] = { { "$1$", "MD5" }, { "$2", "bcrypt" }, { "$5$", "SHA-256" }, { "$6$", "SHA-512" }, { "$y$", "yescrypt" },
		{ "$gy$", "GOST yescrypt" }, { "$7$", "scrypt" }, { "$sha1$", "SHA-1" } };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(p, kinds[i].front, strlen(kinds[i].front)) == 0)
			return kinds[i].name;
	return "DES or unknown";
}

static bool
is_login_shell(const char *shell)
{
	const char *name = strrchr(shell, '/') != NULL ? strrchr(shell, '/') + 1 : shell;
	return strcmp(name, "nologin") != 0 && strcmp(name, "false") != 0 && strcmp(name, "sync") != 0 && strcmp(name, "halt") != 0 && strcmp(name, "shutdown") != 0;
}

static enum triage_status
put_account(struct artefact *a, char **parts, const struct log_line *line, struct triage_error *err)
{
	const char *uid = parts[2];
	bool other_root = strtoul(uid, NULL, 10) == 0 && strcmp(parts[0], "root") != 0;
	/* a second name of root does not take the first one's place */
	unsigned weight = other_root ? 30 : 60;
	enum triage_status st = artefact_fact(a, "account", uid, "name", parts[0], weight, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "account", uid, "home", parts[5], weight, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "account", uid, "shell", parts[6], weight, err);
	if (st == TRIAGE_OK)
		st = artefact_fact(a, "account", uid, "full_name", parts[4], weight, err);
	if (st != TRIAGE_OK)
		return st;
	/* the accounts that can be used are moments too: the file was written then */
	bool shell = is_login_shell(parts[6]);
	if (!shell && !other_root)
		return TRIAGE_OK;
	artefact_event(a, artefact_who(a)->mtime, "account list last written");
	artefact_precision(a, "ns");
	artefact_offset(a, line->offset);
	artefact_user(a, parts[0]);
	artefact_text(a, "user", parts[0]);
	artefact_text(a, "uid", uid);
	artefact_text(a, "gid", parts[3]);
	artefact_text(a, "full_name", parts[4]);
	artefact_text(a, "home", parts[5]);
	artefact_text(a, "shell", parts[6]);
	artefact_text(a, "password", password_kind(parts[1]));
	if (other_root)
		artefact_technique(a, "T1136.001");
	artefact_message(a, "Account %s, uid %s, home %s, shell %s%s", parts[0], uid, parts[5], parts[6], other_root ? ": has the rights of root" : "");
	return artefact_send(a, err);
}

static enum triage_status
put_shadow(struct artefact *a, char **parts, const struct log_line *line, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	unsigned long days = strtoul(parts[2], NULL, 10), expires = strtoul(parts[7], NULL, 10);
	bool locked = parts[1][0] == '!' || parts[1][0] == '*';
	if (locked)
		st = artefact_fact(a, "account", parts[0], "disabled", "yes", 40, err);
	if (st != TRIAGE_OK || days < 2 || days > DAYS_MOST)
		return st;
	int64_t time = when_from_unix((int64_t)days * SECONDS_A_DAY, 0);
	artefact_event(a, time, "password last changed");
	artefact_precision(a, "day");
	artefact_offset(a, line->offset);
	artefact_user(a, parts[0]);
	artefact_text(a, "user", parts[0]);
	artefact_text(a, "password", password_kind(parts[1]));
	artefact_text(a, "maximum_days", parts[4]);
	if (expires > 1 && expires <= DAYS_MOST)
		artefact_when(a, "expires", when_from_unix((int64_t)expires * SECONDS_A_DAY, 0));
	artefact_message(a, "Password of %s last changed; kind: %s", parts[0], password_kind(parts[1]));
	st = artefact_send(a, err);
	if (st == TRIAGE_OK)
		st = artefact_fact_time(a, "account", parts[0], "last_password_change", time, 50, err);
	return st;
}

/* Groups that give power are told; all are facts of their members. */
static enum triage_status
put_group(struct artefact *a, char **parts, const struct log_line *line, struct triage_error *err)
{
	static const char *const strong[] = { "root", "sudo", "wheel", "adm", "admin", "docker", "lxd", "disk", "shadow", "libvirt", "kvm" };
	enum triage_status st = TRIAGE_OK;
	bool is_strong = false;
	for (size_t i = 0; i < sizeof(strong) / sizeof(strong[0]); i++)
		is_strong = is_strong || strcmp(parts[0], strong[i]) == 0;
	if (parts[3][0] == '\0')
		return TRIAGE_OK;
	if (is_strong) {
		artefact_event(a, artefact_who(a)->mtime, "group list last written");
		artefact_precision(a, "ns");
		artefact_offset(a, line->offset);
		artefact_text(a, "group", parts[0]);
		artefact_text(a, "gid", parts[2]);
		artefact_text(a, "members", parts[3]);
		artefact_message(a, "Group %s has the members %.1000s", parts[0], parts[3]);
		st = artefact_send(a, err);
	}
	for (char *member = parts[3]; st == TRIAGE_OK && member != NULL && *member != '\0';) {
		char *next = strchr(member, ',');
		if (next != NULL)
			*next++ = '\0';
		st = artefact_fact(a, "account", member, "groups", parts[0], 40, err);
		member = next;
	}
	return st;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	char *parts[FIELDS + 1];
	if (line->size == 0 || line->text[0] == '#' || line->text[0] == '+')
		return TRIAGE_OK;
	size_t count = is_name(line->text) ? split(line->text, parts) : 0;
	enum kind kind = count > 0 && count <= FIELDS ? kind_of_parts(parts, count) : UNKNOWN;
	s->kind = s->kind == UNKNOWN ? kind : s->kind;
	if (kind == UNKNOWN || kind != s->kind)
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no account", (uintmax_t)line->number);
	return kind == PASSWD ? put_account(a, parts, line, err) : kind == SHADOW ? put_shadow(a, parts, line, err) : put_group(a, parts, line, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_passwd = {
	.name = "passwd",
	.source = "other",
	.title = "accounts of Unix (passwd, shadow, group)",
	.yields = "accounts with home and shell, when passwords were changed, members of groups",
	.reference = "passwd(5), shadow(5), group(5)",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

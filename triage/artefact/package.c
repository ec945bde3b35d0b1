/*
 * package.c - what was installed, changed and removed: logs of dpkg, apt, yum, dnf, zypper and pacman, and dpkg's list of what is there.
 *
 * dpkg.log: "2016-08-06 17:35:39 install NAME OLD NEW". apt history.log: blocks of "Start-Date: ..." to "End-Date: ...". apt term.log: "Log started: ...". yum.log:
 * "Jan 12 10:00:00 Installed: NAME" without a year. dnf: "2021-03-04T10:22:33Z SUBDEBUG Installed: NAME". zypper: "2021-03-04 10:22:33|install|NAME|...".
 * pacman: "[2021-03-04T10:22:33+0000] [ALPM] installed NAME". dpkg status: blocks with "Package:" and "Status:", no times: that of the file;
 * "Conffiles:" and lines " PATH MD5" name configuration files, which are facts as those of package_sums.c are.
 */
#include "triage/artefact/log_year.h"
#include "triage/artefact/package_forms.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK = 20, NAMES_MAX = 128 << 10, TERM_MAX = 24 << 10, DIGEST = 32, CONFFILE_WEIGHT = 60 };

struct state {
	struct log_years years;
	struct buf block;		/* lines of a block of apt, each ended by LF */
	struct buf names;		/* of dpkg status, each ended by NUL */
	struct log_time start;
	uint64_t offset;
	size_t installed, named;
	bool block_cut;			/* lines of the block were left out */
	char package[256];
	bool begun, in_block, status, has_status, in_place, conffiles;
	enum package_form form;
};

static bool
date_of_line(const char *line, struct log_time *t)
{
	struct package_line got;
	if (package_line_read(line, &got) == PACKAGE_NONE)
		return false;
	*t = got.time;
	return true;
}

static bool
shape(const char *line)
{
	struct package_line got;
	return package_line_read(line, &got) != PACKAGE_NONE;
}

static bool
is_status_line(const char *line)
{
	return strncmp(line, "Status: ", 8) == 0 && (strstr(line, " installed") != NULL || strstr(line, " config-files") != NULL);
}

static bool
is_dpkg_status(struct view head)
{
	char line[16];
	size_t looked;
	return log_head_line(head, 0, line, sizeof(line)) && strncmp(line, "Package: ", 9) == 0 && log_head_count(head, 12, is_status_line, &looked) > 0;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	/* blocks have lines that are no front, and what a terminal showed even more */
	return (good > 0 && 5 * good >= looked) || (good > 0 && log_head_count(head, 1, shape, &looked) == 1) || is_dpkg_status(head);
}

/* Begin an event at the time of a line. */
static void
event(struct artefact *a, const struct log_time *t, uint64_t offset, const char *meaning)
{
	artefact_event(a, t->ns, meaning);
	artefact_offset(a, offset);
	artefact_precision(a, log_precision(t));
	if (t->local)
		artefact_local(a);
}

static enum triage_status
send_line(struct artefact *a, const struct package_line *l, uint64_t offset, bool year_inferred, struct triage_error *err)
{
	event(a, &l->time, offset, package_meaning(l->action));
	artefact_text(a, "program", l->program);
	artefact_text(a, "action", l->action);
	artefact_text(a, "package", l->package);
	artefact_text(a, "version", l->version);
	artefact_text(a, "old_version", l->old_version);
	artefact_text(a, "requested_by", l->by);
	artefact_text(a, "message", l->text);
	if (year_inferred)
		artefact_flag(a, "year_inferred", true);
	artefact_user(a, l->by);
	if (l->package[0] != '\0')
		artefact_message(a, "%s: %s of %s%s%s%s%s", l->program, l->action, l->package, l->version[0] != '\0' ? " " : "", l->version,
		    l->old_version[0] != '\0' ? ", was " : "", l->old_version);
	else
		artefact_message(a, "%s: %s", l->program, l->text);
	return artefact_send(a, err);
}

/* "Key: value" lines of a block of apt; without "-" in keys. Returns the first list's name. */
static const char *
put_block(struct artefact *a, struct buf *block)
{
	static const struct { const char *front, *key, *word; } keys[] = { { "Commandline: ", "command", NULL }, { "Requested-By: ", "requested_by", NULL },
		{ "Install: ", "install", "Install" }, { "Reinstall: ", "reinstall", "Reinstall" }, { "Upgrade: ", "upgrade", "Upgrade" }, { "Downgrade: ", "downgrade", "Downgrade" },
		{ "Remove: ", "remove", "Remove" }, { "Purge: ", "purge", "Purge" }, { "Error: ", "error", NULL } };
	const char *what = "";
	for (char *p = block->data; p != NULL && *p != '\0';) {
		char *end = strchr(p, '\n');
		size_t size = end != NULL ? (size_t)(end - p) : strlen(p);
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			size_t n = strlen(keys[i].front);
			if (size < n || strncmp(p, keys[i].front, n) != 0)
				continue;
			artefact_bytes(a, keys[i].key, p + n, size - n);
			what = keys[i].word != NULL && what[0] == '\0' ? keys[i].word : what;
			break;
		}
		p = end != NULL ? end + 1 : NULL;
	}
	return what;
}

/* The text behind a front in a block, up to the end of its line. */
static void
block_value(const struct buf *block, const char *front, char *out, size_t size)
{
	const char *p = strstr(buf_cstr(block), front);
	snprintf(out, size, "%.*s", p != NULL ? (int)strcspn(p + strlen(front), "\n") : 0, p != NULL ? p + strlen(front) : "");
}

/* The block that was begun: its start, and its end when it has one. */
static enum triage_status
send_block(struct artefact *a, struct state *s, const struct log_time *end, struct triage_error *err)
{
	char command[600], by[128];
	if (!s->in_block)
		return TRIAGE_OK;
	s->in_block = false;
	bool term = s->form == PACKAGE_APT_TERM;
	event(a, &s->start, s->offset, term ? "package terminal opened" : "package change begun");
	artefact_text(a, "program", "apt");
	if (term)
		artefact_text(a, "output", buf_cstr(&s->block));
	const char *what = term ? "" : put_block(a, &s->block);
	if (s->block_cut)
		artefact_cut(a);
	if (end != NULL)
		artefact_when(a, "ended", end->ns);
	block_value(&s->block, "Commandline: ", command, sizeof(command));
	block_value(&s->block, "Requested-By: ", by, sizeof(by));
	by[strcspn(by, " ")] = '\0';
	artefact_user(a, by);
	artefact_message(a, "%s%s%s%s%s%s", term ? "apt's terminal output" : "apt: ", term ? "" : command[0] != '\0' ? command : "no command line",
	    what[0] != '\0' ? " (" : "", what, what[0] != '\0' ? ")" : "", end == NULL && !term ? ", no end is logged" : "");
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && end != NULL) {
		artefact_again(a, end->ns, term ? "package terminal closed" : "package change ended");
		st = artefact_send(a, err);
	}
	return st;
}

/* --- dpkg status --- */

static enum triage_status
send_names(struct artefact *a, struct state *s, struct triage_error *err)
{
	if (s->named == 0)
		return TRIAGE_OK;
	artefact_event(a, artefact_who(a)->mtime, "package list last written");
	artefact_precision(a, "ns");
	artefact_offset(a, 0);
	artefact_text(a, "program", "dpkg");
	artefact_unsigned(a, "installed", s->installed);
	artefact_list(a, "packages");
	for (size_t at = 0; at < s->names.size; at += strlen(s->names.data + at) + 1)
		artefact_item(a, s->names.data + at);
	artefact_list_end(a);
	artefact_message(a, "%zu packages of Debian listed as installed, %zu of them here", s->installed, s->named);
	s->named = 0;
	buf_clear(&s->names);
	return artefact_send(a, err);
}

/* " /etc/NAME MD5", perhaps with a word behind; "newconffile" for the digest of one that is not there yet. */
static enum triage_status
take_conffile(struct artefact *a, struct state *s, struct log_line *line, struct triage_error *err)
{
	char value[DIGEST + 8];
	char *path = line->text + 1, *space = strchr(path, ' ');
	size_t n = space != NULL ? strspn(space + 1, "0123456789abcdef") : 0;
	if (n != DIGEST || path[0] != '/' || (space[1 + n] != '\0' && space[1 + n] != ' ') || !s->in_place)
		return TRIAGE_OK;
	snprintf(value, sizeof(value), "config %.*s", DIGEST, space + 1);
	*space = '\0';
	return artefact_fact(a, "package-file", path, s->package, value, CONFFILE_WEIGHT, err);
}

static enum triage_status
take_status(struct artefact *a, struct state *s, struct log_line *line, struct triage_error *err)
{
	char entry[600];
	if (s->conffiles && line->text[0] == ' ' && s->package[0] != '\0')
		return take_conffile(a, s, line, err);
	s->conffiles = strcmp(line->text, "Conffiles:") == 0;
	if (strncmp(line->text, "Package: ", 9) == 0)
		snprintf(s->package, sizeof(s->package), "%s", line->text + 9);
	else if (strncmp(line->text, "Status: ", 8) == 0)
		s->has_status = strstr(line->text, " installed") != NULL;
	else if (strncmp(line->text, "Version: ", 9) == 0 && s->has_status) {
		size_t n = (size_t)snprintf(entry, sizeof(entry), "%s %.300s", s->package, line->text + 9);
		enum triage_status st = s->names.size + n + 8 > NAMES_MAX ? send_names(a, s, err) : TRIAGE_OK;
		buf_put(&s->names, entry, strlen(entry) + 1);
		s->installed++;
		s->named++;
		s->has_status = false;
		return st;
	}
	return TRIAGE_OK;
}

static enum triage_status
take_block(struct artefact *a, struct state *s, const struct log_line *line, const struct package_line *got, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (got->ends) {
		if (s->in_block)
			return send_block(a, s, &got->time, err);
		return artefact_remark(a, TRIAGE_LOW, "block-without-start", line->offset, line->size, err, "line %ju ends what was not begun", (uintmax_t)line->number);
	}
	st = send_block(a, s, NULL, err);
	s->start = got->time;
	s->offset = line->offset;
	s->in_block = true;
	buf_clear(&s->block);
	s->block_cut = false;
	return st;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	struct package_line got;
	if (!s->begun) {
		buf_init(&s->block, 4 * LOG_LINE_MAX);
		buf_init(&s->names, NAMES_MAX);
		s->begun = true;
		s->status = strncmp(line->text, "Package: ", 9) == 0;
		s->in_place = strcmp(artefact_who(a)->path, "/var/lib/dpkg/status") == 0;
	}
	if (s->status)
		return take_status(a, s, line, err);
	enum package_form form = package_line_read(line->text, &got);
	if (form == PACKAGE_APT_HISTORY || form == PACKAGE_APT_TERM) {
		s->form = form;
		return take_block(a, s, line, &got, err);
	}
	if (form == PACKAGE_NONE) {
		if (s->in_block && s->block.size + line->size + 1 < (s->form == PACKAGE_APT_TERM ? TERM_MAX : 3 * LOG_LINE_MAX)) {
			buf_put(&s->block, line->text, line->size);
			buf_char(&s->block, '\n');
			return TRIAGE_OK;
		}
		s->block_cut = s->in_block;
		if (line->size == 0 || s->in_block)
			return TRIAGE_OK;
		return artefact_remark(a, TRIAGE_INFO, "line-unknown", line->offset, line->size, err, "line %ju says nothing of a package", (uintmax_t)line->number);
	}
	bool inferred = got.time.no_year;
	if (!log_years_date(&s->years, &got.time))
		return artefact_remark(a, TRIAGE_MEDIUM, "year-unknown", line->offset, line->size, err, "a date without a year, in a file without a time");
	return send_line(a, &got, line->offset, inferred, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st = log_years_step(a, &s->years, bytes, at, last, ret_used, date_of_line, take, s, err);
	if (st == TRIAGE_OK && last)
		st = send_block(a, s, NULL, err);
	return st == TRIAGE_OK && last ? send_names(a, s, err) : st;
}

static void
release(void *state)
{
	struct state *s = state;
	log_years_release(&s->years);
	buf_release(&s->block);
	buf_release(&s->names);
}

const struct artefact_kind artefact_package = {
	.name = "package",
	.source = "package",
	.title = "package manager logs (dpkg, apt, yum, dnf, zypper, pacman)",
	.yields = "what was installed, upgraded and removed, when, and by which command",
	.reference = "dpkg(1), apt-get(8), dnf(8), zypper(8), pacman(8)",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};

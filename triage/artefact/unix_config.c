/*
 * unix_config.c - settings through which programs start by themselves or gain rights on Unix: ld.so.preload, rc.local, sudoers, sshd_config, autostart, udev
 * rules, files that shells read at their start, PAM, hooks of modprobe, apt and the message of the day.
 *
 * Known by their places alone. One event a file, with the time at which it was last written and those of its lines that are in force.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 24 << 10 };

struct place {
	const char *part;		/* of the path; one that ends in '/' is a folder, any other is the path's end */
	const char *front;		/* only lines with this in them, NULL for all */
	const char *what, *technique;
};

static const struct place places[] = {
	{ "/ld.so.preload", NULL, "Libraries loaded into every program", "T1574.006" },
	{ "/etc/rc.local", NULL, "Commands at system start", "T1037.004" },
	{ "/etc/rc.d/rc.local", NULL, "Commands at system start", "T1037.004" },
	{ "/etc/rc.local.d/local.sh", NULL, "Commands at system start", "T1037.004" },
	{ "/etc/init.d/boot.local", NULL, "Commands at system start", "T1037.004" },
	{ "/etc/sudoers", NULL, "Who may run what as another user", "" },
	{ "/etc/sudoers.d/", NULL, "Who may run what as another user", "T1548.003" },
	{ "/etc/ssh/sshd_config", NULL, "Settings of the SSH server", "" },
	{ "/etc/ssh/sshd_config.d/", NULL, "Settings of the SSH server", "" },
	{ "/etc/hosts", NULL, "Names of hosts", "" },
	{ "/samba/smb.conf", NULL, "Shares of Samba", "" },
	{ "/etc/exports", NULL, "Folders shared by NFS", "" },
	{ "/etc/udev/rules.d/", "RUN", "Programs that run when a device comes", "T1546.017" },
	{ "/.config/autostart/", "Exec=", "Programs that start with a user's session", "T1547.013" },
	{ "/etc/xdg/autostart/", "Exec=", "Programs that start with each session", "" },
	{ "/.bashrc", NULL, "Commands at the start of a shell", "" },
	{ "/.bash_profile", NULL, "Commands at the start of a shell", "" },
	{ "/.bash_logout", NULL, "Commands at the end of a shell", "" },
	{ "/.profile", NULL, "Commands at the start of a shell", "" },
	{ "/.zshrc", NULL, "Commands at the start of a shell", "" },
	{ "/etc/profile", NULL, "Commands at the start of each shell", "" },
	{ "/etc/bash.bashrc", NULL, "Commands at the start of each shell", "" },
	{ "/etc/profile.d/", NULL, "Commands at the start of each shell", "" },
	{ "/etc/pam.d/", NULL, "Modules that decide who logs on", "" },
	{ "/etc/modprobe.d/", "install", "Commands in place of kernel modules", "" },
	{ "/etc/apt/apt.conf.d/", "Invoke", "Commands of the package manager", "" },
	{ "/etc/update-motd.d/", NULL, "Commands at each logon", "" },
};

struct state {
	struct log_lines lines;
	struct buf kept;		/* lines in force, each ended by NUL */
	size_t count, left_out;
	uint64_t offset;
	bool begun;
};

static const struct place *
place_of(const struct artefact_subject *who)
{
	size_t size = strlen(who->path);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		size_t n = strlen(places[i].part);
		if (places[i].part[n - 1] == '/' ? strstr(who->path, places[i].part) != NULL : size >= n && strcmp(who->path + size - n, places[i].part) == 0)
			return &places[i];
	}
	return NULL;
}

static bool
is_any(const char *line)
{
	(void)line;
	return true;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked;
	return place_of(who) != NULL && log_head_count(head, 1, is_any, &looked) > 0;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	struct state *s = state;
	const struct place *place = place_of(artefact_who(a));
	const char *text = line->text + strspn(line->text, " \t");
	(void)err;
	if (!s->begun)
		buf_init(&s->kept, LINES_MAX);
	s->begun = true;
	/* the names of sudoers may begin with '#' and a digit, and #include is no comment */
	bool comment = *text == '#' && strncmp(text, "#include", 8) != 0 && !(text[1] >= '0' && text[1] <= '9');
	if (*text == '\0' || comment || place == NULL || (place->front != NULL && strstr(text, place->front) == NULL))
		return TRIAGE_OK;
	size_t n = strlen(text) + 1;
	s->offset = s->count == 0 ? line->offset : s->offset;
	s->count++;
	if (s->kept.size + n <= LINES_MAX)
		buf_put(&s->kept, text, n);
	else
		s->left_out++;
	return TRIAGE_OK;
}

static enum triage_status
send_lines(struct artefact *a, const struct state *s, struct triage_error *err)
{
	const struct artefact_subject *who = artefact_who(a);
	const struct place *place = place_of(who);
	const char *first = s->kept.size > 0 ? s->kept.data : "";
	char user[128];
	if (s->count == 0 || place == NULL)
		return TRIAGE_OK;
	artefact_event(a, who->mtime, "settings last written");
	artefact_precision(a, "ns");
	artefact_offset(a, s->offset);
	artefact_user(a, unix_home_user(who, user, sizeof(user)));
	artefact_text(a, "name", who->name);
	artefact_list(a, "lines");
	for (size_t at = 0; at < s->kept.size; at += strlen(s->kept.data + at) + 1)
		artefact_item(a, s->kept.data + at);
	artefact_list_end(a);
	artefact_technique(a, place->technique);
	artefact_message(a, "%s (%s): %.800s%s", place->what, who->name, first, s->count > 1 ? " and more" : "");
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && s->left_out > 0)
		st = artefact_remark(a, TRIAGE_LOW, "lines-left-out", 0, 0, err, "%zu lines are not told: more than %u KiB are in force", s->left_out,
		    (unsigned)(LINES_MAX >> 10));
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	enum triage_status st = log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
	return st == TRIAGE_OK && last ? send_lines(a, s, err) : st;
}

static void
release(void *state)
{
	struct state *s = state;
	log_lines_release(&s->lines);
	buf_release(&s->kept);
}

const struct artefact_kind artefact_unix_config = {
	.name = "unix_config",
	.source = "other",
	.title = "settings of Unix that start programs or give rights",
	.yields = "lines in force of ld.so.preload, rc.local, sudoers, sshd_config, hosts, exports, smb.conf, udev rules and autostart",
	.reference = "ld.so(8), sudoers(5), sshd_config(5), udev(7), Desktop Entry Specification",
	.precision = "ns",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = release,
};

/*
 * ftp_log.c - the log of vsftpd, and the transfer log (xferlog) that vsftpd, proftpd and wu-ftpd write.
 *
 * vsftpd: "Mon Jun  6 18:43:59 2016 [pid 3] [jean] OK UPLOAD: Client "192.0.2.9", "/path", 1884648 bytes, 41264.44Kbyte/sec". xferlog: "Mon Jun  6 18:43:59 2016 SECONDS
 * HOST SIZE FILE TYPE FLAG DIRECTION MODE USER SERVICE METHOD ID STATUS". Source: vsftpd.conf(5), xferlog(5). Times are local.
 */
#include "triage/artefact/log_line.h"
#include "triage/artefact/unix_words.h"

#include <stdio.h>
#include <string.h>

enum { LOOK = 20 };

struct state {
	struct log_lines lines;
};

enum form { NONE, VSFTPD, XFERLOG };

static enum form
read_front(const char **p, struct log_time *t)
{
	struct unix_capture got[UNIX_CAPTURES];
	size_t count;
	if (!log_time_asctime(p, t) || **p != ' ')
		return NONE;
	if (strncmp(*p, " [pid ", 6) == 0)
		return VSFTPD;
	return unix_match(" {seconds#} {client_} {size#} {file_} {type_} {flag_} {direction_} {mode_} {user_} {service_} {}", *p, got, &count) && got[3].size > 0 &&
	    got[4].size == 1 && got[6].size == 1 ? XFERLOG : NONE;
}

static bool
shape(const char *line)
{
	struct log_time t;
	return read_front(&line, &t) != NONE;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t looked, good = log_head_count(head, LOOK, shape, &looked);
	(void)who;
	return good > 0 && 2 * good >= looked;
}

static void
put(struct artefact *a, const char *key, const char *p, size_t size, char *copy, size_t room)
{
	snprintf(copy, room, "%.*s", (int)(size < room ? size : room - 1), p);
	if (size >= room)
		artefact_cut(a);
	artefact_text(a, key, copy);
}

/* " [pid 3] [jean] OK UPLOAD: Client "192.0.2.9", "/path", ..." */
static void
put_vsftpd(struct artefact *a, const char *p, int64_t time)
{
	char value[1024], user[128] = "", action[64], client[128] = "", file[1024] = "";
	artefact_text(a, "message", p + 1);
	p += 6;
	put(a, "pid", p, strcspn(p, "]"), value, sizeof(value));
	p += strcspn(p, "]");
	p += strspn(p, "] ");
	if (*p == '[') {
		put(a, "user", p + 1, strcspn(p + 1, "]"), user, sizeof(user));
		artefact_user(a, user);
		p += strcspn(p, "]");
		p += strspn(p, "] ");
	}
	put(a, "action", p, strcspn(p, ":"), action, sizeof(action));
	const char *q = strstr(p, "Client \"");
	if (q != NULL) {
		q += 8;
		put(a, "client", q, strcspn(q, "\""), client, sizeof(client));
		q += strcspn(q, "\"");
		q = strstr(q, ", \"");
		if (q != NULL)
			put(a, "file", q + 3, strcspn(q + 3, "\""), file, sizeof(file));
	}
	bool failed_logon = strcmp(action, "FAIL LOGIN") == 0;
	artefact_message(a, "FTP %s%s%s%s%s%s%s", action, user[0] != '\0' ? " of " : "", user, client[0] != '\0' ? " from " : "", client, file[0] != '\0' ? ": " : "", file);
	if (failed_logon)
		artefact_technique(a, "T1110");
	artefact_again(a, time, failed_logon ? "failed logon" : strcmp(action, "OK LOGIN") == 0 ? "logon" : strstr(action, "UPLOAD") != NULL ? "file received" :
	    strstr(action, "DOWNLOAD") != NULL ? "file sent" : "logged");
}

static void
put_xferlog(struct artefact *a, const char *p, int64_t time)
{
	static const char *const keys[] = { "seconds", "client", "size", "file", "type", "flag", "direction", "mode", "user", "service" };
	struct unix_capture got[UNIX_CAPTURES];
	char value[10][512] = { "" };
	size_t count = 0;
	(void)unix_match(" {seconds#} {client_} {size#} {file_} {type_} {flag_} {direction_} {mode_} {user_} {service_} {}", p, got, &count);
	for (size_t i = 0; i < count && i < 10; i++)
		put(a, keys[i], got[i].text, got[i].size, value[i], sizeof(value[i]));
	bool in = value[6][0] == 'i';
	artefact_user(a, value[8]);
	artefact_message(a, "FTP: %s %s %s, %s bytes, client %s", value[8], in ? "put" : value[6][0] == 'd' ? "deleted" : "got", value[3], value[2], value[1]);
	artefact_again(a, time, in ? "file received" : value[6][0] == 'd' ? "file deleted" : "file sent");
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	const char *p = line->text;
	struct log_time t;
	(void)state;
	if (line->size == 0)
		return TRIAGE_OK;
	enum form form = read_front(&p, &t);
	if (form == NONE)
		return artefact_remark(a, TRIAGE_LOW, "line-damaged", line->offset, line->size, err, "line %ju is no entry of FTP", (uintmax_t)line->number);
	artefact_event(a, t.ns, "logged");
	artefact_offset(a, line->offset);
	artefact_local(a);
	if (form == VSFTPD)
		put_vsftpd(a, p, t.ns);
	else
		put_xferlog(a, p, t.ns);
	return artefact_send(a, err);
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	struct state *s = state;
	return log_lines_step(a, &s->lines, bytes, at, last, ret_used, take, s, err);
}

const struct artefact_kind artefact_ftp_log = {
	.name = "ftp_log",
	.source = "other",
	.title = "logs of FTP servers (vsftpd, xferlog)",
	.yields = "logons by FTP, and files that were put, got and deleted, with the client's address",
	.reference = "vsftpd.conf(5), xferlog(5)",
	.precision = "s",
	.claims = claims,
	.step = step,
	.state_size = sizeof(struct state),
	.release = log_lines_release_state,
};

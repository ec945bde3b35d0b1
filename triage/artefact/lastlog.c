/*
 * lastlog.c - when each account of a Linux machine logged on last: /var/log/lastlog.
 *
 * One record of 292 bytes for each uid, by its number: seconds (4, little endian), terminal (32), host (256). Most of the file is a hole of zeros. Source:
 * lastlog(8), bits/utmp.h of glibc. Not handled: big endian machines, lastlog2 (SQLite).
 */
#include "triage/artefact/unix_words.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { RECORD = 292, LINE = 4, LINE_SIZE = 32, HOST = 36, HOST_SIZE = 256, TIME_LEAST = 86400 };

/* Text up to the first NUL, nothing but zeros behind it. */
static bool
is_field(const uint8_t *p, size_t size)
{
	size_t n = 0;
	while (n < size && p[n] >= 0x20 && p[n] != 0x7f)
		n++;
	for (; n < size; n++)
		if (p[n] != 0)
			return false;
	return true;
}

static bool
is_record(const uint8_t *r)
{
	return is_field(r + LINE, LINE_SIZE) && is_field(r + HOST, HOST_SIZE);
}

static bool
is_empty(const uint8_t *r)
{
	return load_le32(r) == 0 && r[LINE] == 0 && r[HOST] == 0;
}

/* Both texts end: without that any text whose lines are long would be records. */
static bool
is_certain(const uint8_t *r)
{
	return is_record(r) && r[LINE + LINE_SIZE - 1] == 0 && r[HOST + HOST_SIZE - 1] == 0;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t count = head.size / RECORD, sound = 0, used = 0;
	bool named = unix_named(who, "lastlog*");
	if (who->size % RECORD != 0 && !named)
		return false;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *r = head.data + i * RECORD;
		bool counts = named ? is_record(r) : is_certain(r);
		sound += counts;
		used += counts && load_le32(r) > TIME_LEAST && r[LINE] != 0;
	}
	/* of a hole alone nothing can be said but by the name */
	return count > 0 && 10 * sound >= 9 * count && (used > 0 || named);
}

static enum triage_status
send_record(struct artefact *a, const uint8_t *r, uint64_t uid, struct triage_error *err)
{
	char line[LINE_SIZE + 1], host[HOST_SIZE + 1], subject[24];
	int64_t time = load_le32(r) < TIME_LEAST ? TRIAGE_TIME_NONE : when_from_unix(load_le32(r), 0);
	snprintf(line, sizeof(line), "%.*s", LINE_SIZE, (const char *)r + LINE);
	snprintf(host, sizeof(host), "%.*s", HOST_SIZE, (const char *)r + HOST);
	snprintf(subject, sizeof(subject), "%ju", (uintmax_t)uid);
	artefact_event(a, time, "last logon");
	artefact_offset(a, uid * RECORD);
	artefact_text(a, "type", "LASTLOG");
	artefact_unsigned(a, "uid", uid);
	artefact_text(a, "line", line);
	artefact_text(a, "remote", host);
	artefact_message(a, "Last logon of uid %ju on %s%s%s", (uintmax_t)uid, line, host[0] != '\0' ? " from " : "", host);
	enum triage_status st = artefact_send(a, err);
	return st == TRIAGE_OK ? artefact_fact_time(a, "account", subject, "last_login", time, 60, err) : st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	size_t done = 0;
	enum triage_status st = TRIAGE_OK;
	(void)state;
	for (; st == TRIAGE_OK && bytes.size - done >= RECORD; done += RECORD) {
		const uint8_t *r = bytes.data + done;
		if (!is_record(r))
			st = artefact_remark(a, TRIAGE_LOW, "record-damaged", at + done, RECORD, err, "a record that is none at byte %ju", (uintmax_t)(at + done));
		else if (!is_empty(r))
			st = send_record(a, r, (at + done) / RECORD, err);
	}
	if (st == TRIAGE_OK && last && done < bytes.size) {
		st = artefact_remark(a, TRIAGE_LOW, "record-cut", at + done, bytes.size - done, err, "the last record is cut: %zu of %u bytes", bytes.size - done,
		    (unsigned)RECORD);
		done = bytes.size;
	}
	*ret_used = done;
	return st;
}

const struct artefact_kind artefact_lastlog = {
	.name = "lastlog",
	.source = "utmp",
	.title = "last logon of each account (lastlog)",
	.yields = "when, where and from which host each account logged on last",
	.reference = "lastlog(8), bits/utmp.h of glibc",
	.precision = "s",
	.claims = claims,
	.step = step,
};

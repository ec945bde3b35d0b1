/*
 * utmp.c - who logged on, from where, and when the machine started: utmp, wtmp and btmp of glibc on 64-bit Linux.
 *
 * Records of 384 bytes, little endian. Source: utmp(5) and bits/utmp.h of glibc (32-bit time fields, also on 64-bit machines).
 * Not handled: the 400-byte records of musl and of some ARM systems, big endian machines.
 */
#include "triage/artefact/artefact.h"

#include "triage/base/when.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
	RECORD = 384,
	TYPE = 0, PID = 4, LINE = 8, LINE_SIZE = 32, ID = 40, ID_SIZE = 4, USER = 44, USER_SIZE = 32, HOST = 76, HOST_SIZE = 256,
	SESSION = 336, SECONDS = 340, MICROSECONDS = 344, ADDRESS = 348, ADDRESS_SIZE = 16,
};

enum { EMPTY, RUN_LVL, BOOT_TIME, NEW_TIME, OLD_TIME, INIT_PROCESS, LOGIN_PROCESS, USER_PROCESS, DEAD_PROCESS, ACCOUNTING, TYPE_COUNT };

static const char *const type_names[TYPE_COUNT] = {
	"EMPTY", "RUN_LVL", "BOOT_TIME", "NEW_TIME", "OLD_TIME", "INIT_PROCESS", "LOGIN_PROCESS", "USER_PROCESS", "DEAD_PROCESS", "ACCOUNTING",
};

/* A text field ends at its first NUL; what follows that is left from older records. */
static bool
is_text_field(const uint8_t *field, size_t size)
{
	for (size_t i = 0; i < size && field[i] != 0; i++)
		if (field[i] < 0x20 || field[i] == 0x7f)
			return false;
	return true;
}

static bool
is_record(const uint8_t *r)
{
	return load_le32(r + TYPE) < TYPE_COUNT && load_le32(r + MICROSECONDS) < 1000000 && is_text_field(r + LINE, LINE_SIZE) &&
	    is_text_field(r + USER, USER_SIZE) && is_text_field(r + HOST, HOST_SIZE);
}

static bool
is_zero(const uint8_t *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (p[i] != 0)
			return false;
	return true;
}

/* By the shape of its first records, whatever its name: no other format has these fields in bounds and something in them. */
static bool
claims(const struct artefact_subject *who, struct view head)
{
	size_t records = head.size / RECORD, looked = records < 16 ? records : 16, sound = 0, meaningful = 0;
	(void)who;
	for (size_t i = 0; i < looked; i++) {
		const uint8_t *r = head.data + i * RECORD;
		sound += is_record(r);
		meaningful += is_record(r) && load_le32(r + TYPE) != EMPTY && load_le32(r + SECONDS) > 86400 && (r[LINE] != 0 || r[USER] != 0);
	}
	return meaningful > 0 && is_record(head.data) && 4 * sound >= 3 * looked;
}

static void
put_field(struct artefact *a, const char *key, const uint8_t *field, size_t size, char *copy)
{
	size_t n = strnlen((const char *)field, size);
	memcpy(copy, field, n);
	copy[n] = '\0';
	artefact_text(a, key, copy);
}

static void
put_address(struct artefact *a, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];
	if (is_zero(address, ADDRESS_SIZE))
		return;
	/* an IPv4 address fills the first four bytes alone */
	int family = is_zero(address + 4, ADDRESS_SIZE - 4) ? AF_INET : AF_INET6;
	if (inet_ntop(family, address, text, sizeof(text)) != NULL)
		artefact_text(a, "address", text);
}

static enum triage_status
send_record(struct artefact *a, const uint8_t *r, uint64_t offset, struct triage_error *err)
{
	char line[LINE_SIZE + 1], user[USER_SIZE + 1], remote[HOST_SIZE + 1];
	uint32_t type = load_le32(r + TYPE);
	bool failed = strcasestr(artefact_who(a)->name, "btmp") != NULL;
	int64_t when = when_from_unix((int32_t)load_le32(r + SECONDS), load_le32(r + MICROSECONDS) * 1000);
	if (type == EMPTY || load_le32(r + SECONDS) == 0)
		return TRIAGE_OK;
	artefact_event(a, when, failed ? "failed logon" : type == USER_PROCESS ? "logon" : type == DEAD_PROCESS ? "logoff" : "logged");
	artefact_offset(a, offset);
	artefact_text(a, "type", type_names[type]);
	put_field(a, "line", r + LINE, LINE_SIZE, line);
	put_field(a, "user", r + USER, USER_SIZE, user);
	put_field(a, "remote", r + HOST, HOST_SIZE, remote);
	artefact_number(a, "pid", (int32_t)load_le32(r + PID));
	artefact_number(a, "session", (int32_t)load_le32(r + SESSION));
	put_address(a, r + ADDRESS);
	artefact_user(a, type == USER_PROCESS || type == LOGIN_PROCESS || failed ? user : "");
	if (failed)
		artefact_message(a, "Failed logon of %s on %s%s%s", user, line, remote[0] != '\0' ? " from " : "", remote);
	else if (type == USER_PROCESS)
		artefact_message(a, "Logon of %s on %s%s%s", user, line, remote[0] != '\0' ? " from " : "", remote);
	else if (type == DEAD_PROCESS)
		artefact_message(a, "End of the session on %s", line);
	else if (type == BOOT_TIME)
		artefact_message(a, "System start, kernel %s", remote);
	else if (type == RUN_LVL)
		artefact_message(a, "%s %s", strcmp(user, "shutdown") == 0 ? "System shutdown" : "Run level change", remote);
	else
		artefact_message(a, "%s %s %s", type_names[type], user, line);
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && type == BOOT_TIME)
		st = artefact_fact_time(a, "host", "", "last_boot", when, 50, err);
	if (st == TRIAGE_OK && type == RUN_LVL && strcmp(user, "shutdown") == 0)
		st = artefact_fact_time(a, "host", "", "last_shutdown", when, 50, err);
	return st;
}

static enum triage_status
step(struct artefact *a, void *state, struct view bytes, uint64_t at, bool last, size_t *ret_used, struct triage_error *err)
{
	size_t done = 0;
	enum triage_status st = TRIAGE_OK;
	(void)state;
	for (; st == TRIAGE_OK && bytes.size - done >= RECORD; done += RECORD) {
		const uint8_t *r = bytes.data + done;
		if (is_record(r))
			st = send_record(a, r, at + done, err);
		else
			st = artefact_remark(a, TRIAGE_LOW, "record-damaged", at + done, RECORD, err, "a record that is none at byte %ju", (uintmax_t)(at + done));
	}
	if (st == TRIAGE_OK && last && done < bytes.size) {
		st = artefact_remark(a, TRIAGE_LOW, "record-cut", at + done, bytes.size - done, err, "the last record is cut: %zu of %u bytes",
		    bytes.size - done, (unsigned)RECORD);
		done = bytes.size;
	}
	*ret_used = done;
	return st;
}

const struct artefact_kind artefact_utmp = {
	.name = "utmp",
	.source = "utmp",
	.title = "logons of Linux (utmp, wtmp, btmp)",
	.yields = "logons, logoffs and failed logons with terminal and origin; starts and shutdowns",
	.reference = "utmp(5), bits/utmp.h of glibc",
	.precision = "us",
	.claims = claims,
	.step = step,
};

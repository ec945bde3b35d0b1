/*
 * utmp.c - who logged on, from where, and when the machine started: utmp, wtmp and btmp of glibc on Linux.
 *
 * Records of 384 bytes with times of 32 bits (x86, and most 64-bit machines), or of 400 bytes with times of 64 bits (ARM, RISC-V, S/390 and others); little or
 * big endian, as the machine is. Which of the four it is shows in the first records. Source: utmp(5), bits/utmp.h and bits/utmp-size.h of glibc.
 */
#include "triage/artefact/artefact.h"

#include "triage/base/when.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
	TYPE = 0, PID = 4, LINE = 8, LINE_SIZE = 32, ID = 40, ID_SIZE = 4, USER = 44, USER_SIZE = 32, HOST = 76, HOST_SIZE = 256,
	SESSION = 336, ADDRESS_SIZE = 16, LOOK = 16, RECORD_MOST = 400, TIME_LEAST = 86400,
};

struct layout {
	size_t size, seconds, microseconds, address;
	bool wide, big;			/* times of 64 bits; big endian */
};

static const struct layout layouts[] = {
	{ 384, 340, 344, 348, false, false }, { 400, 344, 352, 360, true, false }, { 384, 340, 344, 348, false, true }, { 400, 344, 352, 360, true, true },
};

struct state {
	const struct layout *layout;
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

static uint32_t
load_32(const struct layout *l, const uint8_t *p)
{
	return l->big ? load_be32(p) : load_le32(p);
}

/* A type is two bytes, with two of padding behind it. */
static unsigned
type_of(const struct layout *l, const uint8_t *r)
{
	return l->big ? load_be16(r + TYPE) : load_le16(r + TYPE);
}

static int64_t
time_field(const struct layout *l, const uint8_t *p)
{
	if (!l->wide)
		return (int32_t)load_32(l, p);
	return (int64_t)(l->big ? load_be64(p) : load_le64(p));
}

static bool
is_record(const struct layout *l, const uint8_t *r)
{
	int64_t us = time_field(l, r + l->microseconds);
	return type_of(l, r) < TYPE_COUNT && load_le16(r + TYPE + 2) == 0 && us >= 0 && us < 1000000 && is_text_field(r + LINE, LINE_SIZE) &&
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

/* How many of the first records are sound, and whether one of them says something: a time that can be, and a terminal or a user. */
static size_t
count_sound(const struct layout *l, struct view head, size_t *ret_looked, bool *ret_says)
{
	size_t records = head.size / l->size, sound = 0;
	*ret_looked = records < LOOK ? records : LOOK;
	*ret_says = false;
	for (size_t i = 0; i < *ret_looked; i++) {
		const uint8_t *r = head.data + i * l->size;
		int64_t seconds = time_field(l, r + l->seconds);
		sound += is_record(l, r);
		*ret_says = *ret_says || (is_record(l, r) && type_of(l, r) != EMPTY && seconds > TIME_LEAST && when_unix_fits(seconds) && (r[LINE] != 0 || r[USER] != 0));
	}
	return sound;
}

/* By the shape of its first records, whatever its name: no other format has these fields in bounds and something in them. */
static const struct layout *
layout_of(struct view head)
{
	const struct layout *best = NULL;
	size_t best_share = 0;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		size_t looked;
		bool says;
		size_t sound = count_sound(&layouts[i], head, &looked, &says), share = looked > 0 ? 100 * sound / looked : 0;
		if (!says || share < 50 || !is_record(&layouts[i], head.data) || share <= best_share)
			continue;
		best = &layouts[i];
		best_share = share;
	}
	return best;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return layout_of(head) != NULL;
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
send_record(struct artefact *a, const struct layout *l, const uint8_t *r, uint64_t offset, struct triage_error *err)
{
	char line[LINE_SIZE + 1], user[USER_SIZE + 1], remote[HOST_SIZE + 1];
	unsigned type = type_of(l, r);
	int64_t seconds = time_field(l, r + l->seconds);
	bool failed = strcasestr(artefact_who(a)->name, "btmp") != NULL;
	int64_t when = when_from_unix(seconds, (uint32_t)time_field(l, r + l->microseconds) * 1000);
	if (type == EMPTY || seconds == 0)
		return TRIAGE_OK;
	artefact_event(a, when, failed ? "failed logon" : type == USER_PROCESS ? "logon" : type == DEAD_PROCESS ? "logoff" : "logged");
	artefact_offset(a, offset);
	artefact_text(a, "type", type_names[type]);
	put_field(a, "line", r + LINE, LINE_SIZE, line);
	put_field(a, "user", r + USER, USER_SIZE, user);
	put_field(a, "remote", r + HOST, HOST_SIZE, remote);
	artefact_number(a, "pid", (int32_t)load_32(l, r + PID));
	artefact_number(a, "session", l->wide ? time_field(l, r + SESSION) : (int32_t)load_32(l, r + SESSION));
	put_address(a, r + l->address);
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
		artefact_message(a, "%s%s%s", strcmp(user, "shutdown") == 0 ? "System shutdown" : "Run level change", remote[0] != '\0' ? " " : "", remote);
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
	struct state *s = state;
	size_t done = 0;
	enum triage_status st = TRIAGE_OK;
	*ret_used = 0;
	/* enough to tell the layouts apart, the same for each way in which the stream may come */
	if (s->layout == NULL && !last && bytes.size < LOOK * RECORD_MOST)
		return TRIAGE_OK;
	if (s->layout == NULL) {
		const struct layout *l = layout_of((struct view){ bytes.data, bytes.size < LOOK * RECORD_MOST ? bytes.size : LOOK * RECORD_MOST });
		s->layout = l != NULL ? l : &layouts[0];
	}
	const struct layout *l = s->layout;
	for (; st == TRIAGE_OK && bytes.size - done >= l->size; done += l->size) {
		const uint8_t *r = bytes.data + done;
		if (is_zero(r, l->size) && strcasestr(artefact_who(a)->name, "tmp") != NULL && strcasestr(artefact_who(a)->name, "utmp") == NULL)
			/* wtmp and btmp only grow: a record of zeros was made so by a hand, or lost with the power */
			st = artefact_remark(a, TRIAGE_MEDIUM, "record-wiped", at + done, l->size, err, "a record of nothing but zeros at byte %ju: wiped, or never written",
			    (uintmax_t)(at + done));
		else if (is_record(l, r))
			st = send_record(a, l, r, at + done, err);
		else
			st = artefact_remark(a, TRIAGE_LOW, "record-damaged", at + done, l->size, err, "a record that is none at byte %ju", (uintmax_t)(at + done));
	}
	if (st == TRIAGE_OK && last && done < bytes.size) {
		st = artefact_remark(a, TRIAGE_LOW, "record-cut", at + done, bytes.size - done, err, "the last record is cut: %zu of %zu bytes", bytes.size - done, l->size);
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
	.state_size = sizeof(struct state),
};

/*
 * journal.c - the binary log of systemd: /var/log/journal/MACHINE/system.journal, user-UID.journal, and those set aside with "@" or "~".
 *
 * Objects lie one after the other behind the header, 8 bytes aligned, little endian. All are walked in order, not by the arrays that index them: so
 * files that were not closed, or whose index is damaged, give all they have. Source: "Journal File Format" of systemd, journal-def.h.
 * Handled: the compact form, payloads packed with XZ, LZ4 and Zstandard. Not checked: hashes and seals.
 */
#include "triage/artefact/artefact.h"
#include "triage/artefact/journal_data.h"
#include "triage/artefact/unix_words.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FLAGS = 12, HEADER_SIZE = 88, TAIL_OBJECT = 136, ENTRY_COUNT = 152, HEADER_LEAST = 208, HEADER_MOST = 4096,
	COMPACT = 16, FLAGS_KNOWN = 31,
	TYPE = 0, OBJECT_FLAGS = 1, OBJECT_SIZE = 8, OBJECT_HEAD = 16,
	TYPE_DATA = 1, TYPE_ENTRY = 3, TYPE_MOST = 7,
	PAYLOAD = 64, PAYLOAD_COMPACT = 72,
	SEQUENCE = 16, REALTIME = 24, MONOTONIC = 32, BOOT_ID = 40, ID_SIZE = 16, ITEMS = 64, ITEM = 16, ITEM_COMPACT = 4,
	FIELDS_MAX = 1024, NAME_MAX_SIZE = 64, SLOTS = 4096, HOSTS_MOST = 8, SPENT_TIMES = 16, SPENT_LEAST = 64 << 20,
	JUMP_LEAST = 60,			/* seconds */
};

struct walk {
	struct artefact *a;
	struct view all;
	bool compact;
	uint64_t header_size, tail, entries;
	uint64_t spent, spend_most;	/* bytes of values told */
	char host[256], told_host[256];
	unsigned told;			/* host names told: a journal of many machines tells a few */
	uint32_t epoch, slots[SLOTS];	/* names that this entry has: epoch and hash */
	uint64_t hashes[SLOTS];
	struct buf message, identifier;
	struct journal_unpack unpack;
	uint64_t last_realtime, last_monotonic;	/* of the entry before, with its boot */
	uint8_t last_boot[ID_SIZE];
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return head.size >= HEADER_LEAST && memcmp(head.data, "LPKSHHRH", 8) == 0;
}

/* An object that lies whole inside the file and says so soundly. */
static bool
is_object(struct view all, uint64_t at)
{
	if (at % 8 != 0 || !view_has(all, at, OBJECT_HEAD))
		return false;
	const uint8_t *o = all.data + at;
	uint64_t size = load_le64(o + OBJECT_SIZE);
	static const uint8_t least[TYPE_MOST + 1] = { 0, PAYLOAD, 40, ITEMS, OBJECT_HEAD, OBJECT_HEAD, 24, 24 };
	return o[TYPE] >= 1 && o[TYPE] <= TYPE_MOST && size >= least[o[TYPE]] && view_has(all, at, size) && (load_le64(o) >> 16) == 0;
}

/* The value "NAME=VALUE" of a data object. False when there is none at that offset. */
static bool
data_at(struct walk *w, uint64_t at, struct view *ret_value, bool *ret_cut)
{
	size_t head = w->compact ? PAYLOAD_COMPACT : PAYLOAD;
	*ret_cut = false;
	if (at < w->header_size || !is_object(w->all, at) || w->all.data[at + TYPE] != TYPE_DATA)
		return false;
	const uint8_t *o = w->all.data + at;
	uint64_t size = load_le64(o + OBJECT_SIZE);
	unsigned packed = o[OBJECT_FLAGS] & JOURNAL_PACKED;
	if (size <= head)
		return false;
	*ret_value = (struct view){ o + head, (size_t)(size - head) };
	if (packed != 0)
		return journal_unpack(&w->unpack, packed, *ret_value, ret_value, ret_cut);
	return true;
}

/* Does this entry not have the name yet? */
static bool
is_new_name(struct walk *w, const char *name)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(1099511628211);
	for (size_t i = hash % SLOTS, n = 0; n < SLOTS; i = (i + 1) % SLOTS, n++) {
		if (w->slots[i] != w->epoch) {
			w->slots[i] = w->epoch;
			w->hashes[i] = hash;
			return true;
		}
		if (w->hashes[i] == hash)
			return false;
	}
	return false;
}

/* Names that unix_words() uses: a field of the journal with one of them gets a number. */
static const char *const word_names[] = { "user", "address", "port", "method", "command", "fingerprint", "as_user", "directory", "tty", "group", "uid", "gid", "home",
	"shell", "service", "session", "host", "sequence", "monotonic_usec", "severity" };

static void
put_value(struct walk *w, const char *name, struct view value)
{
	char key[NAME_MAX_SIZE + 8];
	snprintf(key, sizeof(key), "%s", name);
	for (char *c = key; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	size_t n = strlen(key);
	for (unsigned i = 2; i < 10 && !is_new_name(w, key); i++)
		snprintf(key + n, sizeof(key) - n, "_%u", i);
	artefact_bytes(w->a, key, value.data, value.size);
	if (strcmp(name, "MESSAGE") == 0 && w->message.size == 0)
		buf_put(&w->message, value.data, value.size < ARTEFACT_VALUE_MAX ? value.size : ARTEFACT_VALUE_MAX);
	else if (strcmp(name, "SYSLOG_IDENTIFIER") == 0 || (strcmp(name, "_COMM") == 0 && w->identifier.size == 0)) {
		buf_clear(&w->identifier);
		buf_put(&w->identifier, value.data, value.size < 255 ? value.size : 255);
	} else if (strcmp(name, "_HOSTNAME") == 0)
		snprintf(w->host, sizeof(w->host), "%.*s", (int)(value.size < 255 ? value.size : 255), (const char *)value.data);
}

static const char *
text_of(struct buf *b)
{
	for (size_t i = 0; i < b->size; i++)
		if (b->data[i] == '\0')
			b->data[i] = ' ';
	return buf_cstr(b);
}

static void
begin_entry(struct walk *w, const uint8_t *o, uint64_t at, int64_t time)
{
	w->epoch++;
	w->host[0] = '\0';
	buf_clear(&w->message);
	buf_clear(&w->identifier);
	for (size_t i = 0; i < sizeof(word_names) / sizeof(word_names[0]); i++)
		(void)is_new_name(w, word_names[i]);
	artefact_event(w->a, time, "logged");
	artefact_offset(w->a, at);
	artefact_unsigned(w->a, "sequence", load_le64(o + SEQUENCE));
	artefact_unsigned(w->a, "monotonic_usec", load_le64(o + MONOTONIC));
}

static enum triage_status
put_items(struct walk *w, const uint8_t *o, uint64_t at, size_t *ret_sound, struct triage_error *err)
{
	size_t item = w->compact ? ITEM_COMPACT : ITEM;
	uint64_t count = (load_le64(o + OBJECT_SIZE) - ITEMS) / item, damaged = 0;
	*ret_sound = 0;
	for (uint64_t i = 0; i < count && i < FIELDS_MAX && w->spent <= w->spend_most; i++) {
		const uint8_t *p = o + ITEMS + i * item;
		struct view value;
		bool cut;
		char name[NAME_MAX_SIZE + 1];
		uint64_t where = w->compact ? load_le32(p) : load_le64(p);
		const uint8_t *equals = data_at(w, where, &value, &cut) ? memchr(value.data, '=', value.size < NAME_MAX_SIZE + 1 ? value.size : NAME_MAX_SIZE + 1) : NULL;
		if (equals == NULL || equals == value.data) {
			damaged++;
			continue;
		}
		size_t n = (size_t)(equals - value.data);
		memcpy(name, value.data, n);
		name[n] = '\0';
		put_value(w, name, (struct view){ equals + 1, value.size - n - 1 });
		w->spent += value.size;
		++*ret_sound;
	}
	if (count > FIELDS_MAX || damaged > 0)
		return artefact_remark(w->a, TRIAGE_LOW, "entry-damaged", at, 0, err, "an entry of %ju fields: %ju are damaged or left out", (uintmax_t)count,
		    (uintmax_t)(damaged + (count > FIELDS_MAX ? count - FIELDS_MAX : 0)));
	return TRIAGE_OK;
}

/*
 * The two clocks of an entry go together but for a clock that was set, and for sleep, which the second does not count. Within one boot, what the first went
 * further than the second is told.
 */
static enum triage_status
send_jump(struct walk *w, const uint8_t *o, uint64_t at, int64_t time, struct triage_error *err)
{
	uint64_t realtime = load_le64(o + REALTIME), monotonic = load_le64(o + MONOTONIC), before = w->last_realtime, ticks = w->last_monotonic;
	bool same = before != 0 && memcmp(w->last_boot, o + BOOT_ID, ID_SIZE) == 0;
	w->last_realtime = realtime;
	w->last_monotonic = monotonic;
	memcpy(w->last_boot, o + BOOT_ID, ID_SIZE);
	/* microseconds of 300 years: what is compared does not overflow */
	if (!same || monotonic < ticks || monotonic > INT64_MAX / 2)
		return TRIAGE_OK;
	int64_t moved = (int64_t)(realtime - before) - (int64_t)(monotonic - ticks), seconds = moved / 1000000;
	if (seconds < JUMP_LEAST && seconds > -JUMP_LEAST)
		return TRIAGE_OK;
	artefact_event(w->a, time, "clock changed");
	artefact_offset(w->a, at);
	artefact_part(w->a, "clock");
	artefact_host(w->a, w->told_host);
	artefact_number(w->a, "step_seconds", seconds);
	artefact_when(w->a, "previous_time", when_from_unix((int64_t)(before / 1000000), (uint32_t)(before % 1000000) * 1000));
	artefact_unsigned(w->a, "monotonic_usec", monotonic);
	artefact_hex(w->a, "boot_id", o + BOOT_ID, ID_SIZE);
	artefact_message(w->a, "The clock moved by %" PRId64 " seconds more than time went by: it was set%s", seconds, seconds > 0 ? ", or the machine slept" : " back");
	return artefact_send(w->a, err);
}

static enum triage_status
send_entry(struct walk *w, uint64_t at, struct triage_error *err)
{
	const uint8_t *o = w->all.data + at;
	uint64_t us = load_le64(o + REALTIME);
	int64_t time = us / 1000000 > 86400 && us / 1000000 < UINT64_C(9000000000) ? when_from_unix((int64_t)(us / 1000000), (uint32_t)(us % 1000000) * 1000) :
	    TRIAGE_TIME_NONE;
	size_t sound;
	enum triage_status st = time != TRIAGE_TIME_NONE ? send_jump(w, o, at, time, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return st;
	begin_entry(w, o, at, time);
	st = put_items(w, o, at, &sound, err);
	if (st != TRIAGE_OK || sound == 0)
		return st;
	w->entries++;
	if (time == TRIAGE_TIME_NONE)
		return artefact_remark(w->a, TRIAGE_LOW, "time-damaged", at, 0, err, "an entry whose time is none: %ju microseconds", (uintmax_t)us);
	artefact_host(w->a, w->host);
	const char *meaning = unix_words(w->a, text_of(&w->identifier), text_of(&w->message));
	artefact_source(w->a, "journal");
	if (meaning != NULL)
		artefact_again(w->a, time, meaning);
	st = artefact_send(w->a, err);
	if (st == TRIAGE_OK && w->host[0] != '\0' && strcmp(w->host, w->told_host) != 0 && w->told < HOSTS_MOST) {
		w->told++;
		snprintf(w->told_host, sizeof(w->told_host), "%s", w->host);
		st = artefact_fact(w->a, "host", "", "hostname", w->host, 30, err);
	}
	return st;
}

/* From a place where no object is to the next. */
static uint64_t
resync(const struct walk *w, uint64_t at, bool *ret_only_zeros)
{
	*ret_only_zeros = true;
	for (; at < w->all.size && !is_object(w->all, at); at += 8)
		*ret_only_zeros = *ret_only_zeros && (at + 8 > w->all.size || load_le64(w->all.data + at) == 0);
	return at < w->all.size ? at : w->all.size;
}

static enum triage_status
walk(struct walk *w, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (uint64_t at = w->header_size; at < w->all.size && st == TRIAGE_OK;) {
		if (!is_object(w->all, at)) {
			bool zeros;
			uint64_t next = resync(w, at, &zeros);
			if (!zeros || (at < w->tail && next < w->all.size))
				st = artefact_remark(w->a, TRIAGE_LOW, "object-damaged", at, next - at, err, "%ju bytes at %ju are no object", (uintmax_t)(next - at),
				    (uintmax_t)at);
			at = next;
			continue;
		}
		if (w->all.data[at + TYPE] == TYPE_ENTRY)
			st = send_entry(w, at, err);
		if (w->spent > w->spend_most)
			return st != TRIAGE_OK ? st : artefact_remark(w->a, TRIAGE_MEDIUM, "journal-bomb", at, w->all.size - at, err,
			    "the entries hold more than %u times what the file has: the rest, from byte %ju, is not read", (unsigned)SPENT_TIMES, (uintmax_t)at);
		at += (load_le64(w->all.data + at + OBJECT_SIZE) + 7) & ~UINT64_C(7);
	}
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (all.size < HEADER_LEAST)
		return artefact_remark(a, TRIAGE_LOW, "header-cut", 0, all.size, err, "the file ends inside its header");
	struct walk *w = calloc(1, sizeof(*w));
	if (w == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a journal");
		return TRIAGE_E_MEMORY;
	}
	uint32_t flags = load_le32(all.data + FLAGS);
	w->a = a;
	w->all = all;
	w->compact = (flags & COMPACT) != 0;
	w->header_size = load_le64(all.data + HEADER_SIZE);
	w->tail = load_le64(all.data + TAIL_OBJECT);
	w->spend_most = (uint64_t)all.size * SPENT_TIMES + SPENT_LEAST;
	buf_init(&w->message, ARTEFACT_VALUE_MAX + 8);
	buf_init(&w->identifier, 256);
	if (w->header_size < HEADER_LEAST || w->header_size > HEADER_MOST || w->header_size % 8 != 0) {
		st = artefact_remark(a, TRIAGE_LOW, "header-damaged", HEADER_SIZE, 8, err, "a header of %ju bytes: objects are looked for", (uintmax_t)w->header_size);
		w->header_size = HEADER_LEAST;
	}
	if (st == TRIAGE_OK && (flags & ~(uint32_t)FLAGS_KNOWN) != 0)
		st = artefact_remark(a, TRIAGE_MEDIUM, "version-unknown", FLAGS, 4, err, "flags %#x: a journal of a newer kind", (unsigned)flags);
	if (st == TRIAGE_OK)
		st = walk(w, err);
	uint64_t count = load_le64(all.data + ENTRY_COUNT);
	if (st == TRIAGE_OK && count > w->entries)
		st = artefact_remark(a, TRIAGE_LOW, "entries-missing", ENTRY_COUNT, 0, err, "%ju entries found, the header says %ju", (uintmax_t)w->entries, (uintmax_t)count);
	journal_unpack_release(&w->unpack);
	buf_release(&w->message);
	buf_release(&w->identifier);
	free(w);
	return st;
}

const struct artefact_kind artefact_journal = {
	.name = "journal",
	.source = "journal",
	.title = "systemd journal",
	.yields = "what the kernel, the system and its services logged, with the fields that the journal adds: logons, sudo, accounts, services, starts",
	.reference = "systemd, Journal File Format, journal-def.h",
	.precision = "us",
	.claims = claims,
	.parse = parse,
};

/*
 * regf_log.c - the transaction logs of a hive, applied to a copy: what was on its way to disk when the machine went down.
 *
 * Old logs (to Windows 8): header, "DIRT", a bit for each sector of the bins, the sectors. New logs (from Windows 8.1): header, then entries
 * "HvLE" with pages, each under two Marvin32 hashes and with a sequence number. Source: specification of M. Suhanov.
 */
#include "triage/artefact/regf.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum {
	H_PRIMARY = 4, H_SECONDARY = 8, H_WRITTEN = 12, H_TYPE = 28, H_SIZE = 40, H_SUM = 508,
	TYPE_PRIMARY = 0, TYPE_NEW_LOG = 6,
	E_SIZE = 4, E_SEQUENCE = 12, E_BINS = 16, E_PAGES = 20, E_HASH_1 = 24, E_HASH_2 = 32, E_REFS = 40, E_REF = 8,
	BIN_ALIGN = 4096, LOGS_MAX = 4,
};

bool
regf_is_dirty(const struct regf *h)
{
	return h->primary != h->secondary || !h->sum_right;
}

static uint32_t
rotated(uint32_t x, unsigned bits)
{
	return x << bits | x >> (32 - bits);
}

static void
marvin_mix(uint32_t *lo, uint32_t *hi)
{
	*hi ^= *lo;
	*lo = rotated(*lo, 20) + *hi;
	*hi = rotated(*hi, 9) ^ *lo;
	*lo = rotated(*lo, 27) + *hi;
	*hi = rotated(*hi, 19);
}

/* Marvin32 with the seed of the registry. size: a multiple of 4. */
static uint64_t
marvin(const uint8_t *p, size_t size)
{
	uint32_t lo = UINT32_C(0x7a4e55c5), hi = UINT32_C(0x82ef4d88);
	for (size_t i = 0; i + 4 <= size; i += 4) {
		lo += load_le32(p + i);
		marvin_mix(&lo, &hi);
	}
	lo += 0x80;
	marvin_mix(&lo, &hi);
	marvin_mix(&lo, &hi);
	return (uint64_t)hi << 32 | lo;
}

static void
store_le32(uint8_t *p, uint32_t x)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(x >> 8 * i);
}

/* --- the copy --- */

struct copy {
	uint8_t *data;
	size_t size, room;		/* room: what it may grow to, all of it there */
	uint32_t expected;		/* the least sequence number that applies */
	struct regf_log told;
};

static bool
is_log(struct view log)
{
	return log.size > REGF_SECTOR && memcmp(log.data, "regf", 4) == 0 && load_le32(log.data + H_TYPE) != TYPE_PRIMARY &&
	    load_le32(log.data + H_SUM) == regf_sum(log.data);
}

static bool
grow(struct copy *c, uint64_t bins)
{
	if (bins > c->room - REGF_HEADER)
		return false;
	if (REGF_HEADER + bins > c->size)
		c->size = REGF_HEADER + (size_t)bins;
	store_le32(c->data + H_SIZE, (uint32_t)bins);
	return true;
}

/* --- new logs --- */

/* The entry at the front of in. False when it is none, or its hashes or sizes are not right. */
static bool
entry_is_sound(struct view in, size_t room)
{
	if (in.size < REGF_SECTOR)
		return false;
	uint64_t size = load_le32(in.data + E_SIZE), pages = load_le32(in.data + E_PAGES), bins = load_le32(in.data + E_BINS), total = E_REFS + pages * E_REF;
	if (size < REGF_SECTOR || size % REGF_SECTOR != 0 || size > in.size || total > size || bins % BIN_ALIGN != 0 || bins > room - REGF_HEADER)
		return false;
	if (marvin(in.data + E_REFS, (size_t)size - E_REFS) != load_le64(in.data + E_HASH_1) || marvin(in.data, E_HASH_2) != load_le64(in.data + E_HASH_2))
		return false;
	for (uint64_t i = 0; i < pages; i++) {
		const uint8_t *ref = in.data + E_REFS + i * E_REF;
		uint64_t to = load_le32(ref), n = load_le32(ref + 4);
		if (to > bins || n > bins - to || n > size - total)
			return false;
		total += n;
	}
	return true;
}

static void
apply_entry(struct copy *c, const uint8_t *entry)
{
	uint32_t pages = load_le32(entry + E_PAGES), sequence = load_le32(entry + E_SEQUENCE);
	const uint8_t *from = entry + E_REFS + (size_t)pages * E_REF;
	grow(c, load_le32(entry + E_BINS));
	for (uint32_t i = 0; i < pages; i++) {
		const uint8_t *ref = entry + E_REFS + (size_t)i * E_REF;
		memcpy(c->data + REGF_HEADER + load_le32(ref), from, load_le32(ref + 4));
		from += load_le32(ref + 4);
	}
	if (c->told.entries++ == 0)
		c->told.first = sequence;
	c->told.last = sequence;
	c->told.pages += pages;
	c->expected = sequence + 1;
}

static void
apply_new_log(struct copy *c, struct view log)
{
	size_t at = REGF_SECTOR;
	while (!c->told.gap && log.size - at >= REGF_SECTOR && memcmp(log.data + at, "HvLE", 4) == 0) {
		struct view entry = { log.data + at, log.size - at };
		if (!entry_is_sound(entry, c->room)) {
			c->told.damaged++;
			return;
		}
		uint32_t sequence = load_le32(entry.data + E_SEQUENCE);
		/* what is older is in the hive already; after the first the numbers go up by one */
		if (sequence >= c->expected && c->told.entries > 0 && sequence != c->expected)
			c->told.gap = true;
		else if (sequence >= c->expected)
			apply_entry(c, entry.data);
		at += load_le32(entry.data + E_SIZE);
	}
}

/* --- old logs --- */

static void
apply_old_log(struct copy *c, struct view log)
{
	uint64_t bins = load_le32(log.data + H_SIZE), bitmap = bins / REGF_SECTOR / 8;
	if (log.size < REGF_SECTOR + 4 || memcmp(log.data + REGF_SECTOR, "DIRT", 4) != 0)
		return;
	uint64_t from = REGF_SECTOR + (4 + bitmap + REGF_SECTOR - 1) / REGF_SECTOR * REGF_SECTOR;
	const uint8_t *bits = log.data + REGF_SECTOR + 4;
	if (from > log.size || bins > c->room - REGF_HEADER) {
		c->told.damaged++;
		return;
	}
	uint64_t dirty = 0;
	for (uint64_t i = 0; i < bitmap; i++)
		dirty += (unsigned)__builtin_popcount(bits[i]);
	if (dirty > (log.size - from) / REGF_SECTOR) {
		c->told.damaged++;
		return;
	}
	grow(c, bins);
	for (uint64_t i = 0; i < bitmap * 8; i++) {
		if ((bits[i / 8] >> i % 8 & 1) == 0)
			continue;
		memcpy(c->data + REGF_HEADER + i * REGF_SECTOR, log.data + from, REGF_SECTOR);
		from += REGF_SECTOR;
	}
	c->told.entries = 1;
	c->told.pages = (unsigned)dirty;
	c->told.first = c->told.last = load_le32(log.data + H_SECONDARY);
	c->told.old = true;
}

static bool
old_log_applies(const struct regf *h, struct view log)
{
	return load_le32(log.data + H_TYPE) != TYPE_NEW_LOG && load_le32(log.data + H_PRIMARY) == load_le32(log.data + H_SECONDARY) &&
	    (!h->sum_right || load_le64(log.data + H_WRITTEN) == h->written);
}

/* --- both --- */

/* The header of the hive from the newest log, when its own is damaged. */
static void
repair_header(struct copy *c, const struct view *logs, size_t count)
{
	const uint8_t *newest = logs[0].data;
	for (size_t i = 1; i < count; i++)
		if (load_le32(logs[i].data + H_PRIMARY) > load_le32(newest + H_PRIMARY))
			newest = logs[i].data;
	memcpy(c->data, newest, REGF_SECTOR);
	store_le32(c->data + H_TYPE, TYPE_PRIMARY);
	c->expected = 0;
}

static void
apply_logs(struct copy *c, const struct regf *h, const struct view *logs, size_t count)
{
	const struct view *old = NULL;
	for (size_t i = 0; i < count; i++)
		if (old_log_applies(h, logs[i]) && (old == NULL || load_le32(logs[i].data + H_PRIMARY) > load_le32(old->data + H_PRIMARY)))
			old = &logs[i];
	for (size_t i = 0; i < count; i++)
		if (load_le32(logs[i].data + H_TYPE) == TYPE_NEW_LOG)
			apply_new_log(c, logs[i]);
	if (c->told.entries == 0 && old != NULL)
		apply_old_log(c, *old);
}

static int
by_first_entry(const void *a, const void *b)
{
	const struct view *x = a, *y = b;
	uint32_t p = x->size >= 2 * REGF_SECTOR ? load_le32(x->data + REGF_SECTOR + E_SEQUENCE) : 0;
	uint32_t q = y->size >= 2 * REGF_SECTOR ? load_le32(y->data + REGF_SECTOR + E_SEQUENCE) : 0;
	return p < q ? -1 : p > q;
}

enum triage_status
regf_recover(struct view all, const struct view *logs, size_t count, uint8_t **ret_copy, size_t *ret_size, struct regf_log *ret_log, struct triage_error *err)
{
	struct view sound[LOGS_MAX];
	struct copy c = { .size = all.size, .room = all.size > REGF_HEADER ? all.size : REGF_HEADER };
	struct regf h;
	size_t n = 0;
	*ret_copy = NULL;
	*ret_log = (struct regf_log){ 0 };
	if (!regf_open(&h, all))
		return TRIAGE_OK;
	for (size_t i = 0; i < count && n < LOGS_MAX; i++)
		if (is_log(logs[i])) {
			sound[n++] = logs[i];
			/* new bins stand in the log as a whole */
			c.room += logs[i].size;
		}
	if (n == 0)
		return TRIAGE_OK;
	SCOPED_FREE uint8_t *data = fault_hit() ? NULL : calloc(1, c.room);
	if (data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a hive of %zu bytes", c.room);
		return TRIAGE_E_MEMORY;
	}
	memcpy(data, all.data, all.size);
	c.data = data;
	c.expected = h.secondary;
	qsort(sound, n, sizeof(sound[0]), by_first_entry);
	if (!h.sum_right)
		repair_header(&c, sound, n);
	apply_logs(&c, &h, sound, n);
	*ret_log = c.told;
	if (c.told.entries == 0)
		return TRIAGE_OK;
	*ret_copy = TAKE(data);
	*ret_size = c.size;
	return TRIAGE_OK;
}

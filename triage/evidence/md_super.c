/* md_super.c - see md_super.h. */
#include "triage/evidence/md_super.h"

#include "triage/base/view.h"

#include <string.h>

#define MD_MAGIC UINT32_C(0xa92b4efc)
#define KIB 1024
enum { SECTOR = 512, SECTOR_BITS = 9, DISKS_MAX = 1920, OLD_DISKS_MAX = 27 };
/* version 1, bytes */
enum { MAJOR = 4, FEATURES = 8, SET = 16, NAME = 32, LEVEL = 72, LAYOUT = 76, SIZE = 80, CHUNK = 88, DISKS = 92, DATA_OFFSET = 128,
	DATA_SIZE = 136, SUPER_OFFSET = 144, RECOVERED = 152, NUMBER = 160, EVENTS = 200, RESYNCED = 208, SUM = 216, ROLE_COUNT = 220,
	ROLES = 256 };
enum { FEATURE_RECOVERY = 2, FEATURE_RESHAPE = 4, FEATURE_BAD_BLOCKS = 8, FEATURE_REPLACEMENT = 16, FEATURE_JOURNAL = 512, FEATURE_PPL = 1024,
	FEATURE_ZONE_LAYOUT = 4096 };
/* version 0.90, 32-bit words */
enum { OLD_MINOR = 2, OLD_SET = 5, OLD_LEVEL = 7, OLD_SIZE = 8, OLD_DISKS = 10, OLD_SET_MORE = 13, OLD_STATE = 33, OLD_SUM = 38, OLD_EVENTS = 39,
	OLD_LAYOUT = 64, OLD_CHUNK = 65, OLD_DISK = 128, OLD_DISK_WORDS = 32, OLD_THIS = 992, OLD_WORDS = 1024, DISK_ROLE = 3, DISK_STATE = 4 };
enum { DISK_FAULTY = 1, DISK_IN_STEP = 4, STATE_CLEAN = 1, RESHAPE_MINOR = 91 };

/* Sectors to bytes; what does not fit is as much as there can be. */
static uint64_t
sectors(uint64_t count)
{
	return count > UINT64_MAX >> SECTOR_BITS ? UINT64_MAX : count << SECTOR_BITS;
}

/* The sum over 32-bit words, the field of the sum itself taken as zero, its halves added. */
static bool
sum_holds(const uint8_t *raw)
{
	uint32_t count = load_le32(raw + ROLE_COUNT);
	if (count > DISKS_MAX)
		return false;
	uint64_t sum = 0;
	size_t size = ROLES + (size_t)count * 2, at = 0;
	for (; at + 4 <= size; at += 4)
		sum += at == SUM ? 0 : load_le32(raw + at);
	if (at < size)
		sum += load_le16(raw + at);
	return (uint32_t)((sum & UINT32_MAX) + (sum >> 32)) == load_le32(raw + SUM);
}

static bool
read_new(struct reader *r, uint64_t at, unsigned version, struct md_super *s)
{
	size_t got = 0;
	const uint8_t *raw = s->raw;
	*s = (struct md_super){ .version = version, .at = at };
	if (reader_read(r, at, s->raw, MD_RAW, &got, NULL) != TRIAGE_OK || got < ROLES || load_le32(raw) != MD_MAGIC || load_le32(raw + MAJOR) != 1 ||
	    load_le64(raw + SUPER_OFFSET) != at / SECTOR)
		return false;
	uint32_t features = load_le32(raw + FEATURES);
	s->sound = sum_holds(raw);
	memcpy(s->set, raw + SET, sizeof(s->set));
	memcpy(s->name, raw + NAME, MD_NAME);
	s->level = (int32_t)load_le32(raw + LEVEL);
	s->layout = load_le32(raw + LAYOUT);
	s->layout_said = (features & FEATURE_ZONE_LAYOUT) != 0;
	s->chunk = sectors(load_le32(raw + CHUNK));
	s->disks = load_le32(raw + DISKS);
	s->size = sectors(load_le64(raw + SIZE));
	s->data_at = sectors(load_le64(raw + DATA_OFFSET));
	s->data_size = sectors(load_le64(raw + DATA_SIZE));
	bool partly = (features & FEATURE_RECOVERY) != 0 && (features & FEATURE_JOURNAL) == 0;
	s->valid = partly ? sectors(load_le64(raw + RECOVERED)) : UINT64_MAX;
	s->events = load_le64(raw + EVENTS);
	s->number = load_le32(raw + NUMBER);
	s->reshaping = (features & FEATURE_RESHAPE) != 0;
	s->clean = load_le64(raw + RESYNCED) == UINT64_MAX;
	s->replacement = (features & FEATURE_REPLACEMENT) != 0;
	s->journalled = (features & (FEATURE_JOURNAL | FEATURE_PPL)) != 0;
	s->bad_blocks = (features & FEATURE_BAD_BLOCKS) != 0;
	return s->disks > 0 && s->disks <= DISKS_MAX;
}

static uint32_t
word(const struct md_super *s, size_t index)
{
	return s->big_endian ? load_be32(s->raw + index * 4) : load_le32(s->raw + index * 4);
}

static bool
old_sum_holds(const struct md_super *s)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < OLD_WORDS; i++)
		sum += i == OLD_SUM ? 0 : word(s, i);
	return (uint32_t)((sum & UINT32_MAX) + (sum >> 32)) == word(s, OLD_SUM);
}

static void
store_be32(uint8_t *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool
read_old(struct reader *r, uint64_t at, struct md_super *s)
{
	*s = (struct md_super){ .version = 90, .at = at };
	if (reader_read_all(r, at, s->raw, MD_RAW, NULL) != TRIAGE_OK)
		return false;
	s->big_endian = load_be32(s->raw) == MD_MAGIC;
	if (word(s, 0) != MD_MAGIC || word(s, 1) != 0)
		return false;
	s->sound = old_sum_holds(s);
	store_be32(s->set, word(s, OLD_SET));
	for (size_t i = 0; i < 3; i++)
		store_be32(s->set + 4 + 4 * i, word(s, OLD_SET_MORE + i));
	s->level = (int32_t)word(s, OLD_LEVEL);
	s->layout = word(s, OLD_LAYOUT);
	s->chunk = word(s, OLD_CHUNK);
	s->disks = word(s, OLD_DISKS);
	s->size = s->level > 0 ? (uint64_t)word(s, OLD_SIZE) * KIB : 0;
	s->data_size = at;
	s->valid = UINT64_MAX;
	s->events = (uint64_t)word(s, OLD_EVENTS + !s->big_endian) << 32 | word(s, OLD_EVENTS + s->big_endian);
	s->number = word(s, OLD_THIS);
	s->reshaping = word(s, OLD_MINOR) == RESHAPE_MINOR;
	s->clean = (word(s, OLD_STATE) & STATE_CLEAN) != 0;
	/* a member smaller than its share is a disk whose last partition is the member */
	return s->disks > 0 && s->disks <= OLD_DISKS_MAX && s->size <= at;
}

uint32_t
md_super_role(const struct md_super *s, uint32_t number)
{
	if (s->version != 90) {
		uint32_t count = load_le32(s->raw + ROLE_COUNT);
		return number < count && number < DISKS_MAX ? load_le16(s->raw + ROLES + (size_t)number * 2) : MD_ROLE_SPARE;
	}
	if (number >= OLD_DISKS_MAX)
		return MD_ROLE_SPARE;
	size_t disk = OLD_DISK + (size_t)number * OLD_DISK_WORDS;
	uint32_t state = word(s, disk + DISK_STATE);
	if ((state & DISK_FAULTY) != 0)
		return MD_ROLE_FAULTY;
	return (state & DISK_IN_STEP) != 0 && word(s, disk + DISK_ROLE) < s->disks ? word(s, disk + DISK_ROLE) : MD_ROLE_SPARE;
}

bool
md_super_read(struct reader *r, struct md_super *ret_super)
{
	/* first those whose checksum holds; then any */
	for (unsigned any = 0; any < 2; any++) {
		if (read_new(r, 0, 101, ret_super) && (any || ret_super->sound))
			return true;
		if (read_new(r, 4 * KIB, 102, ret_super) && (any || ret_super->sound))
			return true;
		if (r->size < 128 * KIB)
			continue;
		if (read_new(r, (r->size / SECTOR - 16) / 8 * 8 * SECTOR, 100, ret_super) && (any || ret_super->sound))
			return true;
		uint64_t piece = 64 * KIB;
		if (read_old(r, r->size / piece * piece - piece, ret_super) && (any || ret_super->sound))
			return true;
	}
	return false;
}

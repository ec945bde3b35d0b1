#include "triage/evidence/fat_file.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <string.h>

enum {
	SLOT_ATTRIBUTES = 11, SLOT_CASE = 12, SLOT_TENTHS = 13, SLOT_CREATED_TIME = 14, SLOT_CREATED = 16, SLOT_ACCESSED = 18,
	SLOT_CLUSTER_HIGH = 20, SLOT_TIME = 22, SLOT_DATE = 24, SLOT_CLUSTER = 26, SLOT_SIZE = 28,
	CASE_BASE = 0x08, CASE_EXTENSION = 0x10, NAME_DELETED = 0xe5, NAME_KANJI = 0x05, NAME_BASE = 8, NAME_SIZE = 11,
	LONG_CHECKSUM = 13, LONG_LAST = 0x40, ATTRIBUTE_BITS = 0x3f,
};

/* Long name slots seen so far, in the order of the directory: the last part of the name first. */
struct long_name {
	uint8_t units[FAT_LONG_PARTS][FAT_LONG_UNITS * 2];
	size_t count;
	uint8_t checksum;
	bool deleted;
	uint8_t next;		/* live: the number that has to come next */
};

struct fat_file
fat_slot_parse(const struct fat *x, const uint8_t *slot)
{
	struct fat_file f = {
		.attributes = slot[SLOT_ATTRIBUTES], .deleted = slot[0] == NAME_DELETED, .valid = load_le32(slot + SLOT_SIZE),
		.modified = when_from_dos(load_le16(slot + SLOT_DATE), load_le16(slot + SLOT_TIME), 0),
		.accessed = when_from_dos(load_le16(slot + SLOT_ACCESSED), 0, 0),
		.created = when_from_dos(load_le16(slot + SLOT_CREATED), load_le16(slot + SLOT_CREATED_TIME), slot[SLOT_TENTHS]),
		.chain = { .first = load_le16(slot + SLOT_CLUSTER), .size = load_le32(slot + SLOT_SIZE) },
	};
	if (x->kind == FAT_32)
		f.chain.first |= (uint32_t)(load_le16(slot + SLOT_CLUSTER_HIGH) & 0x0fff) << 16;
	if ((f.attributes & FAT_DIRECTORY) != 0)
		f.kind = FAT_FILE_DIRECTORY;
	else if ((f.attributes & FAT_LABEL) != 0 && f.chain.first == 0 && f.chain.size == 0)
		f.kind = FAT_FILE_LABEL;
	else if ((f.attributes & FAT_LABEL) != 0)
		f.hidden = true;
	f.chain.deleted = f.deleted;
	return f;
}

bool
fat_slot_plausible(const struct fat *x, const uint8_t *slot, bool deleted)
{
	static const char never[] = "\"*+,./:;<=>?[\\]|";
	struct fat_file f = fat_slot_parse(x, slot);
	if ((slot[SLOT_ATTRIBUTES] & ~ATTRIBUTE_BITS) != 0 || slot[0] == ' ' || slot[0] == 0)
		return false;
	for (size_t i = deleted ? 1 : 0; i < NAME_SIZE; i++)
		if ((slot[i] < 0x20 && !(i == 0 && slot[i] == NAME_KANJI)) || memchr(never, slot[i], sizeof(never) - 1) != NULL ||
		    (slot[i] >= 'a' && slot[i] <= 'z'))
			return false;
	if (f.chain.first != 0 && !fat_is_cluster(x, f.chain.first))
		return false;
	if (f.kind == FAT_FILE_DIRECTORY && f.chain.first == 0)
		return false;
	return f.modified != TRIAGE_TIME_NONE && f.chain.size / x->cluster <= x->clusters;
}

/* What no driver writes, whatever the date is. */
static bool
slot_impossible(const struct fat *x, const uint8_t *slot)
{
	struct fat_file f = fat_slot_parse(x, slot);
	if ((slot[SLOT_ATTRIBUTES] & ATTRIBUTE_BITS) == FAT_LONG_NAME)
		return load_le16(slot + SLOT_CLUSTER) != 0;
	for (size_t i = 0; i < NAME_SIZE; i++)
		if (slot[i] < 0x20 && !(i == 0 && slot[i] == NAME_KANJI))
			return true;
	return (slot[SLOT_ATTRIBUTES] & ~ATTRIBUTE_BITS) != 0 || (f.chain.first != 0 && !fat_is_cluster(x, f.chain.first)) ||
	    f.chain.size / x->cluster > x->clusters;
}

bool
fat_slots_noise(const struct fat *x, struct view slots)
{
	enum { ENOUGH = 8 };
	size_t impossible = 0, others = 0;
	for (size_t at = 0; at + FAT_SLOT <= slots.size && slots.data[at] != 0; at += FAT_SLOT)
		*(slot_impossible(x, slots.data + at) ? &impossible : &others) += 1;
	return impossible >= ENOUGH && impossible > others;
}

bool
fat_slots_hold(const struct fat *x, struct view slots)
{
	size_t files = 0;
	bool ended = false;
	for (size_t at = 0; at + FAT_SLOT <= slots.size; at += FAT_SLOT) {
		const uint8_t *slot = slots.data + at;
		bool empty = slot[0] == 0;
		for (size_t i = 1; i < FAT_SLOT && empty; i++)
			empty = slot[i] == 0;
		if (ended != empty && ended)
			return false;
		ended = empty;
		if (empty || ((slot[SLOT_ATTRIBUTES] & ATTRIBUTE_BITS) == FAT_LONG_NAME && slot[SLOT_CASE] == 0 &&
		    load_le16(slot + SLOT_CLUSTER) == 0))
			continue;
		if (!fat_slot_plausible(x, slot, slot[0] == NAME_DELETED))
			return false;
		files++;
	}
	return files >= 2;
}

/* The short name: base, dot, extension, in the case that the slot asks for. */
static void
put_short_name(struct buf *out, const uint8_t *slot)
{
	size_t base = NAME_BASE, end = NAME_SIZE;
	while (base > 1 && slot[base - 1] == ' ')
		base--;
	while (end > NAME_BASE && slot[end - 1] == ' ')
		end--;
	for (size_t i = 0; i < end; i++) {
		if (i == base && i < NAME_BASE)
			i = NAME_BASE;
		if (i == NAME_BASE) {
			if (end == NAME_BASE)
				break;
			buf_char(out, '.');
		}
		uint8_t c = slot[i];
		bool lower = (slot[SLOT_CASE] & (i < NAME_BASE ? CASE_BASE : CASE_EXTENSION)) != 0;
		if (i == 0 && c == NAME_DELETED)
			c = '_';
		else if (i == 0 && c == NAME_KANJI)
			c = NAME_DELETED;
		buf_char(out, (char)(lower && c >= 'A' && c <= 'Z' ? c + 32 : c));
	}
}

/* The checksum of a short name that ties a long one to it. first stands for its first byte. */
static uint8_t
name_checksum(const uint8_t *slot, uint8_t first)
{
	uint8_t sum = first;
	for (size_t i = 1; i < NAME_SIZE; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + slot[i]);
	return sum;
}

/* Does the long name belong to this short one? A deleted one lost its first byte: some letter has to fit. */
static bool
name_belongs(const struct long_name *l, const uint8_t *slot, bool deleted)
{
	if (l->count == 0 || l->deleted != deleted || (!deleted && l->next != 0))
		return false;
	if (!deleted)
		return name_checksum(slot, slot[0]) == l->checksum;
	for (unsigned c = 0x21; c < 256; c++)
		if (name_checksum(slot, (uint8_t)c) == l->checksum)
			return c < 'a' || c > 'z';
	return false;
}

/* The parts stand last first; each has 13 units, the name ends at a zero. */
static void
put_long_name(struct buf *out, const struct long_name *l)
{
	uint8_t units[FAT_LONG_PARTS * FAT_LONG_UNITS * 2];
	size_t count = 0;
	for (size_t i = l->count; i-- > 0;) {
		memcpy(units + count * 2, l->units[i], FAT_LONG_UNITS * 2);
		count += FAT_LONG_UNITS;
	}
	for (size_t i = 0; i < count; i++)
		if (load_le16(units + i * 2) == 0)
			count = i;
	text_from_utf16le(out, units, count);
}

static void
take_long_part(struct long_name *l, const uint8_t *slot)
{
	bool deleted = slot[0] == NAME_DELETED, begins = !deleted && (slot[0] & LONG_LAST) != 0;
	uint8_t number = slot[0] & 0x1f;
	if (begins || l->count == FAT_LONG_PARTS || l->deleted != deleted || l->checksum != slot[LONG_CHECKSUM] ||
	    (!deleted && number != l->next))
		*l = (struct long_name){ .checksum = slot[LONG_CHECKSUM], .deleted = deleted, .next = begins ? number : 0xff };
	if (!deleted && (number == 0 || number != l->next))
		return;
	l->next = (uint8_t)(number - 1);
	memcpy(l->units[l->count], slot + 1, 10);
	memcpy(l->units[l->count] + 10, slot + 14, 12);
	memcpy(l->units[l->count] + 22, slot + 28, 4);
	l->count++;
}

bool
fat_slots_next(const struct fat *x, struct fat_slots *s, struct fat_file *ret_file)
{
	struct long_name l = { .count = 0 };
	for (; s->at < s->bytes.size / FAT_SLOT; s->at++) {
		const uint8_t *slot = s->bytes.data + s->at * FAT_SLOT;
		bool deleted = slot[0] == NAME_DELETED, careful = deleted || s->strict || s->ended;
		if (slot[0] == 0) {
			s->ended = true;
			continue;
		}
		if ((slot[SLOT_ATTRIBUTES] & ATTRIBUTE_BITS) == FAT_LONG_NAME) {
			take_long_part(&l, slot);
			continue;
		}
		bool dots = s->at < 2 && (memcmp(slot, ".          ", NAME_SIZE) == 0 ||
		    memcmp(slot, "..         ", NAME_SIZE) == 0);
		if (dots || (careful && !fat_slot_plausible(x, slot, deleted))) {
			l.count = 0;
			continue;
		}
		struct fat_file f = fat_slot_parse(x, slot);
		f.deleted |= s->ended;
		f.chain.deleted |= s->ended;
		f.slot = f.stream_slot = s->at++;
		buf_clear(&s->name);
		if (name_belongs(&l, slot, deleted))
			put_long_name(&s->name, &l);
		if (s->name.size == 0)
			put_short_name(&s->name, slot);
		*ret_file = f;
		return true;
	}
	return false;
}

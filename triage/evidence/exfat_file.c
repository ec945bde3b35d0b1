/* exfat_file.c - exFAT: a file is a set of slots: file, stream extension, names. */
#include "triage/evidence/fat_file.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

enum {
	IN_USE = 0x80, TYPE_FILE = 0x05, TYPE_STREAM = 0x40, TYPE_NAME = 0x41, TYPE_BITMAP = 0x01, TYPE_UPCASE = 0x02,
	    TYPE_LABEL = 0x03,
	SET_COUNT = 1, SET_CHECKSUM = 2, FILE_ATTRIBUTES = 4, FILE_CREATED = 8, FILE_MODIFIED = 12, FILE_ACCESSED = 16,
	FILE_CREATED_10MS = 20, FILE_MODIFIED_10MS = 21, FILE_CREATED_ZONE = 22, FILE_MODIFIED_ZONE = 23, FILE_ACCESSED_ZONE = 24,
	STREAM_FLAGS = 1, STREAM_NAME_LENGTH = 3, STREAM_VALID = 8, STREAM_CLUSTER = 20, STREAM_SIZE = 24, FLAG_CONTIGUOUS = 2,
	NAME_UNITS = 15, SET_MIN = 2, SET_MAX = 18, NAME_MAX_UNITS = 255,
};

/* A time word with its tenths and zone: quarters of an hour east of UTC, when the high bit is set. */
static int64_t
take_time(const uint8_t *slot, size_t at, uint8_t tenths, uint8_t zone)
{
	int64_t ns = when_from_dos(load_le16(slot + at + 2), load_le16(slot + at), tenths);
	if (ns == TRIAGE_TIME_NONE || (zone & 0x80) == 0)
		return ns;
	int quarters = (zone & 0x7f) < 64 ? zone & 0x7f : (zone & 0x7f) - 128;
	return ns - quarters * INT64_C(900000000000);
}

bool
exfat_slot_parse(const uint8_t *file, const uint8_t *stream, struct fat_file *ret_file)
{
	uint8_t type = file[0] & (uint8_t)~IN_USE;
	if (type == TYPE_BITMAP || type == TYPE_UPCASE) {
		*ret_file = (struct fat_file){
			.kind = type == TYPE_BITMAP ? FAT_FILE_BITMAP : FAT_FILE_UPCASE, .deleted = (file[0] & IN_USE) == 0,
			.valid = load_le64(file + STREAM_SIZE), .modified = TRIAGE_TIME_NONE, .accessed = TRIAGE_TIME_NONE,
			    .created = TRIAGE_TIME_NONE,
			.chain = { .first = load_le32(file + STREAM_CLUSTER), .size = load_le64(file + STREAM_SIZE) },
		};
		return true;
	}
	if (type != TYPE_FILE || (stream[0] & ~IN_USE) != TYPE_STREAM)
		return false;
	struct fat_file f = {
		.deleted = (file[0] & IN_USE) == 0, .attributes = file[FILE_ATTRIBUTES], .valid = load_le64(stream + STREAM_VALID),
		.created = take_time(file, FILE_CREATED, file[FILE_CREATED_10MS], file[FILE_CREATED_ZONE]),
		.modified = take_time(file, FILE_MODIFIED, file[FILE_MODIFIED_10MS], file[FILE_MODIFIED_ZONE]),
		.accessed = take_time(file, FILE_ACCESSED, 0, file[FILE_ACCESSED_ZONE]),
		.chain = { .first = load_le32(stream + STREAM_CLUSTER), .size = load_le64(stream + STREAM_SIZE),
			.contiguous = (stream[STREAM_FLAGS] & FLAG_CONTIGUOUS) != 0 },
	};
	f.kind = (f.attributes & FAT_DIRECTORY) != 0 ? FAT_FILE_DIRECTORY : FAT_FILE;
	if (f.chain.size > INT64_MAX)
		f.chain.size = 0;
	if (f.valid > f.chain.size)
		f.valid = f.chain.size;
	f.chain.deleted = f.deleted;
	*ret_file = f;
	return true;
}

bool
exfat_set_holds(struct view slots)
{
	if (slots.size < 3 * FAT_SLOT || (slots.data[0] & ~IN_USE) != TYPE_FILE)
		return false;
	size_t count = slots.data[SET_COUNT];
	if (count < SET_MIN || count > SET_MAX || (count + 1) * FAT_SLOT > slots.size)
		return false;
	uint16_t sum = 0;
	for (size_t i = 0; i < (count + 1) * FAT_SLOT; i++) {
		/* Deleting clears the high bit of each type, and leaves the checksum. */
		uint8_t byte = i % FAT_SLOT == 0 ? slots.data[i] | IN_USE : slots.data[i];
		if (i != SET_CHECKSUM && i != SET_CHECKSUM + 1)
			sum = (uint16_t)((sum << 15 | sum >> 1) + byte);
	}
	return sum == load_le16(slots.data + SET_CHECKSUM);
}

static void
put_name(struct buf *out, const uint8_t *set, size_t count)
{
	uint8_t units[NAME_MAX_UNITS * 2 + NAME_UNITS * 2];
	size_t length = set[FAT_SLOT + STREAM_NAME_LENGTH], have = 0;
	for (size_t i = 2; i <= count && have < length; i++) {
		const uint8_t *slot = set + i * FAT_SLOT;
		if ((slot[0] & ~IN_USE) != TYPE_NAME)
			break;
		memcpy(units + have * 2, slot + 2, NAME_UNITS * 2);
		have += NAME_UNITS;
	}
	text_from_utf16le(out, units, have < length ? have : length);
}

/* The set that begins at slot s->at. Slots of it that were used again end it. */
static bool
take_set(struct fat_slots *s, struct fat_file *ret_file)
{
	struct view rest = { s->bytes.data + s->at * FAT_SLOT, s->bytes.size - s->at * FAT_SLOT };
	bool in_use = (rest.data[0] & IN_USE) != 0, careful = s->strict || s->ended;
	size_t count = rest.data[SET_COUNT];
	if (count < SET_MIN || count > SET_MAX || (count + 1) * FAT_SLOT > rest.size || (careful && !exfat_set_holds(rest)) ||
	    !exfat_slot_parse(rest.data, rest.data + FAT_SLOT, ret_file) || ret_file->kind > FAT_FILE_DIRECTORY) {
		s->damaged |= in_use && !careful;
		return false;
	}
	if (((rest.data[FAT_SLOT] & IN_USE) != 0) != in_use || (rest.data[2 * FAT_SLOT] & ~IN_USE) != TYPE_NAME) {
		s->damaged |= in_use && !careful;
		return false;
	}
	buf_clear(&s->name);
	put_name(&s->name, rest.data, count);
	ret_file->slot = s->at;
	ret_file->stream_slot = s->at + 1;
	s->at += in_use ? count + 1 : 3;
	return true;
}

bool
exfat_slots_next(const struct fat *x, struct fat_slots *s, struct fat_file *ret_file)
{
	(void)x;
	while (s->at < s->bytes.size / FAT_SLOT) {
		const uint8_t *slot = s->bytes.data + s->at * FAT_SLOT;
		uint8_t type = slot[0] & (uint8_t)~IN_USE;
		bool found = false, system = (slot[0] & IN_USE) != 0 && !s->strict && !s->ended;
		if (slot[0] == 0) {
			s->ended = true;
		} else if (type == TYPE_FILE) {
			found = take_set(s, ret_file);
		} else if (system && (type == TYPE_BITMAP || type == TYPE_UPCASE)) {
			found = exfat_slot_parse(slot, slot, ret_file);
			buf_clear(&s->name);
			buf_text(&s->name, type == TYPE_BITMAP ? "$ALLOC_BITMAP" : "$UPCASE_TABLE");
			ret_file->slot = ret_file->stream_slot = s->at++;
		} else if (system && type == TYPE_LABEL) {
			*ret_file = (struct fat_file){
				.kind = FAT_FILE_LABEL, .slot = s->at, .stream_slot = s->at, .modified = TRIAGE_TIME_NONE,
				.accessed = TRIAGE_TIME_NONE, .created = TRIAGE_TIME_NONE,
			};
			found = true;
			s->at++;
		}
		if (found) {
			ret_file->deleted |= s->ended;
			ret_file->chain.deleted |= s->ended;
			return true;
		}
		s->at++;
	}
	return false;
}

/* The bitmap's slot stands in the root; the first clusters of the root are enough. */
enum triage_status
exfat_find_bitmap(struct fat *x, struct triage_error *err)
{
	SCOPED_FREE uint8_t *cluster = malloc(x->cluster);
	struct triage_error why;
	bool bad;
	uint32_t flags = 0, at = x->root_cluster;
	if (cluster == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a cluster of %u bytes", x->cluster);
		return TRIAGE_E_MEMORY;
	}
	for (size_t count = 0; count < 16 && fat_is_cluster(x, at); count++, at = fat_next(x, at)) {
		if (cache_read(x->cache, fat_cluster_place(x, at), cluster, x->cluster, &bad, &why) != TRIAGE_OK)
			continue;
		for (size_t i = 0; i + FAT_SLOT <= x->cluster; i += FAT_SLOT) {
			struct fat_file f;
			/* Bit 0 of the flags is set for the second bitmap of a transactional volume. */
			if (cluster[i] != (TYPE_BITMAP | IN_USE) || (cluster[i + STREAM_FLAGS] & 1) != 0 ||
			    !exfat_slot_parse(cluster + i, cluster + i, &f))
				continue;
			f.chain.size = f.chain.size < (x->clusters + 7) / 8 ? f.chain.size : (x->clusters + 7) / 8;
			return fat_chain_map(x, &f.chain, &x->bitmap, &flags, err);
		}
	}
	return TRIAGE_OK;
}

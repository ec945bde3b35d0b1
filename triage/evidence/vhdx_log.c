/* vhdx_log.c - see vhdx_log.h. */
#include "triage/evidence/vhdx_log.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>

enum { UNIT = 4096, LOG_MAX = 32 << 20,
	SUMS = 16 };	/* how many times the journal's size may be summed up in all: overlapping entries must not cost hours */
enum { ENTRY_SUM = 4, ENTRY_LENGTH = 8, ENTRY_TAIL = 12, ENTRY_SEQUENCE = 16, ENTRY_COUNT = 24, ENTRY_GUID = 32, ENTRY_HEAD = 64 };
enum { DESCRIPTOR = 32, DATA_TRAILING = 4, DATA_LEADING = 8, ZERO_LENGTH = 8, DESCRIPTOR_AT = 16, DESCRIPTOR_SEQUENCE = 24 };
enum { SECTOR_HIGH = 4, SECTOR_LOW = 4092 };

uint32_t
vhdx_crc(const uint8_t *bytes, size_t size, size_t hole)
{
	static uint32_t table[256];
	if (table[1] == 0)
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t crc = i;
			for (unsigned bit = 0; bit < 8; bit++)
				crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0x82f63b78) : 0);
			table[i] = crc;
		}
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < size; i++)
		crc = crc >> 8 ^ table[(uint8_t)(crc ^ (i >= hole && i < hole + 4 ? 0 : bytes[i]))];
	return ~crc;
}

/* The journal, which is a ring, and an entry put together from it. */
struct ring {
	const uint8_t *bytes;
	uint64_t size;
	const uint8_t *guid;
	uint8_t *entry;			/* room for `size` bytes */
	uint64_t *budget;		/* bytes that may still be summed up */
};

struct entry {
	uint64_t sequence, next;	/* next: where the following one begins */
	uint32_t length, tail, descriptors;
};

/* How many units the descriptors with the head take up; the sectors of data follow them. */
static uint64_t
head_units(uint32_t descriptors)
{
	return ((uint64_t)descriptors * DESCRIPTOR + ENTRY_HEAD + UNIT - 1) / UNIT;
}

/* Put the entry at `at` together into r->entry. False when there is no whole one. */
static bool
take_entry(const struct ring *r, uint64_t at, struct entry *e)
{
	const uint8_t *head = r->bytes + at;
	if (memcmp(head, "loge", 4) != 0 || memcmp(head + ENTRY_GUID, r->guid, VHDX_GUID) != 0)
		return false;
	*e = (struct entry){ .sequence = load_le64(head + ENTRY_SEQUENCE), .length = load_le32(head + ENTRY_LENGTH),
	    .tail = load_le32(head + ENTRY_TAIL), .descriptors = load_le32(head + ENTRY_COUNT) };
	if (e->length == 0 || e->length % UNIT != 0 || e->length > r->size || e->tail % UNIT != 0 || e->tail >= r->size || e->sequence == 0 ||
	    head_units(e->descriptors) > e->length / UNIT || e->length > *r->budget)
		return false;
	*r->budget -= e->length;
	uint64_t first = r->size - at < e->length ? r->size - at : e->length;
	memcpy(r->entry, r->bytes + at, (size_t)first);
	memcpy(r->entry + first, r->bytes, (size_t)(e->length - first));
	e->next = (at + e->length) % r->size;
	return vhdx_crc(r->entry, e->length, ENTRY_SUM) == load_le32(r->entry + ENTRY_SUM);
}

/* Where the sector of data number `index` of the entry in r->entry lies, NULL when it is torn or not there. */
static const uint8_t *
data_sector(const struct ring *r, const struct entry *e, uint64_t index)
{
	uint64_t at = (head_units(e->descriptors) + index) * UNIT;
	if (at + UNIT > e->length)
		return NULL;
	const uint8_t *s = r->entry + at;
	uint64_t sequence = (uint64_t)load_le32(s + SECTOR_HIGH) << 32 | load_le32(s + SECTOR_LOW);
	return memcmp(s, "data", 4) == 0 && sequence == e->sequence ? s : NULL;
}

/* Go through the descriptors; each gets a patch when log is not NULL. False when one of them is wrong. */
static bool
go_through(const struct ring *r, const struct entry *e, struct vhdx_log *log, size_t *sectors)
{
	uint64_t data = 0;
	for (uint32_t i = 0; i < e->descriptors; i++) {
		const uint8_t *d = r->entry + ENTRY_HEAD + (size_t)i * DESCRIPTOR;
		struct disk_patch p = { .at = load_le64(d + DESCRIPTOR_AT), .size = UNIT };
		if (load_le64(d + DESCRIPTOR_SEQUENCE) != e->sequence || p.at % UNIT != 0)
			return false;
		if (memcmp(d, "zero", 4) == 0) {
			p.size = load_le64(d + ZERO_LENGTH);
		} else {
			const uint8_t *s = memcmp(d, "desc", 4) == 0 ? data_sector(r, e, data++) : NULL;
			if (s == NULL)
				return false;
			if (log != NULL) {
				uint8_t *out = log->sectors + *sectors * UNIT;
				memcpy(out, s, UNIT);
				memcpy(out, d + DATA_LEADING, 8);
				memcpy(out + UNIT - 4, d + DATA_TRAILING, 4);
				p.data = out;
			}
			++*sectors;
		}
		if (p.size > INT64_MAX || p.at > INT64_MAX - p.size)
			return false;
		if (log != NULL)
			log->patches[log->count++] = p;
	}
	return true;
}

/* A run of entries with rising sequence. */
struct run {
	uint64_t start, sequence;	/* where it begins; the number of its last entry */
	uint64_t count, descriptors, sectors;
	bool whole;			/* its last entry says that the run begins inside it */
};

static void
follow(const struct ring *r, uint64_t start, struct run *run)
{
	struct entry e;
	uint64_t at = start, covered = 0, tail = UINT64_MAX;
	*run = (struct run){ .start = start };
	while (covered < r->size && take_entry(r, at, &e) && (run->count == 0 || e.sequence == run->sequence + 1)) {
		size_t sectors = 0;
		if (!go_through(r, &e, NULL, &sectors))
			break;
		run->count++;
		run->sequence = e.sequence;
		run->descriptors += e.descriptors;
		run->sectors += sectors;
		tail = e.tail;
		covered += e.length;
		at = e.next;
	}
	run->whole = run->count > 0 && (tail + r->size - start) % r->size < covered;
	/* what was flushed already is in the file: the last entry says where what is not begins */
	run->start = run->whole ? tail : start;
}

/* The newest whole run. Entries that a run went over are not begun at again. */
static void
newest(const struct ring *r, struct run *best)
{
	struct run run;
	*best = (struct run){ 0 };
	for (uint64_t at = 0; at < r->size;) {
		follow(r, at, &run);
		if (run.whole && run.sequence > best->sequence)
			*best = run;
		struct entry e;
		uint64_t step = UNIT;
		for (uint64_t i = 0, next = at; i < run.count && take_entry(r, next, &e) && next + e.length <= r->size; i++) {
			next += e.length;
			step = next - at;
		}
		at += step;
	}
}

static enum triage_status
make_patches(const struct ring *r, const struct run *best, struct vhdx_log *log, bool *ret_all, struct triage_error *err)
{
	log->patches = fault_hit() ? NULL : calloc((size_t)best->descriptors + 1, sizeof(*log->patches));
	log->sectors = calloc((size_t)best->sectors + 1, UNIT);
	if (log->patches == NULL || log->sectors == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the journal of a VHDX");
		return TRIAGE_E_MEMORY;
	}
	struct entry e;
	size_t sectors = 0;
	uint64_t sequence = 0;
	for (uint64_t at = best->start, i = 0; i < best->count && sequence != best->sequence; i++, at = e.next) {
		size_t more = 0;
		if (!take_entry(r, at, &e) || (i > 0 && e.sequence != sequence + 1) || !go_through(r, &e, NULL, &more) || log->count + e.descriptors > best->descriptors ||
		    sectors + more > best->sectors)
			break;
		(void)go_through(r, &e, log, &sectors);
		sequence = e.sequence;
	}
	*ret_all = sequence == best->sequence;
	return TRIAGE_OK;
}

enum triage_status
vhdx_log_read(struct disk_layer *layer, uint64_t at, uint64_t size, const uint8_t guid[VHDX_GUID], struct vhdx_log *log, bool *ret_found,
    struct triage_error *err)
{
	*ret_found = false;
	if (size > LOG_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, at, "a journal of %ju bytes, limit %d", (uintmax_t)size, LOG_MAX);
		return TRIAGE_E_LIMIT;
	}
	if (size < UNIT || size % UNIT != 0)
		return TRIAGE_OK;
	log->bytes = fault_hit() ? NULL : malloc(2 * (size_t)size);
	if (log->bytes == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the journal of a VHDX");
		return TRIAGE_E_MEMORY;
	}
	/* what cannot be read is zeros: no entry is whole there */
	disk_file_read(layer->file, at, log->bytes, (size_t)size, NULL, NULL);
	uint64_t budget = size * SUMS;
	const struct ring ring = { .bytes = log->bytes, .size = size, .guid = guid, .entry = log->bytes + size, .budget = &budget };
	struct run best;
	newest(&ring, &best);
	enum triage_status st = best.whole ? make_patches(&ring, &best, log, ret_found, err) : TRIAGE_OK;
	if (!*ret_found)
		log->count = 0;
	free(log->bytes);
	log->bytes = NULL;
	return st;
}

void
vhdx_log_release(struct vhdx_log *log)
{
	free(log->bytes);
	free(log->sectors);
	free(log->patches);
	*log = (struct vhdx_log){ 0 };
}

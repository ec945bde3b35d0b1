/* lvm_disk.c - see lvm_disk.h. */
#include "triage/evidence/lvm_disk.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/checksum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, LABEL_SECTORS = 4, LABEL_SUM = 16, LABEL_SUMMED = 20, LABEL_HEADER = 20, LABEL_TYPE = 24 };
enum { AREA_HEADER = 512, AREA_SUMMED = 4, AREA_MAGIC = 4, AREA_VERSION = 20, AREA_START = 24, AREA_SIZE = 32, AREA_TEXTS = 40, TEXT_FLAGS = 20,
	TEXT_IGNORED = 1, RING_MAX = 64 << 20, RING_WORK = 4 };

#define LVM_CRC_START UINT32_C(0xf597a6cf)
#define AREA_NAME " LVM2 x[5A%r0N*>"
#define ID_LETTERS "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#"

static bool
is_id(const char *id)
{
	for (size_t i = 0; i < LVM_ID; i++)
		if (id[i] == '\0' || strchr(ID_LETTERS, id[i]) == NULL)
			return false;
	return true;
}

/* Pairs of place and size up to one whose place is zero. Returns where the next list begins, SECTOR when it runs off the end. */
static size_t
read_areas(const uint8_t *sector, size_t at, struct lvm_pv *pv, bool keep)
{
	for (; at + 16 <= SECTOR; at += 16) {
		uint64_t place = load_le64(sector + at), size = load_le64(sector + at + 8);
		if (place == 0)
			return at + 16;
		if (!keep || pv->area_count == LVM_AREAS_MAX)
			continue;
		pv->areas[pv->area_count].at = place;
		pv->areas[pv->area_count++].size = size;
	}
	return SECTOR;
}

static bool
read_label(struct reader *r, uint64_t number, struct lvm_pv *pv)
{
	uint8_t sector[SECTOR];
	*pv = (struct lvm_pv){ 0 };
	if (reader_read_all(r, number * SECTOR, sector, SECTOR, NULL) != TRIAGE_OK || memcmp(sector, "LABELONE", 8) != 0 ||
	    memcmp(sector + LABEL_TYPE, "LVM2 001", 8) != 0 || load_le64(sector + 8) != number)
		return false;
	uint32_t header = load_le32(sector + LABEL_HEADER);
	if (header < 32 || header > SECTOR - LVM_ID - 8)
		return false;
	pv->sound = crc32_more(LVM_CRC_START, sector + LABEL_SUMMED, SECTOR - LABEL_SUMMED) == load_le32(sector + LABEL_SUM);
	memcpy(pv->id, sector + header, LVM_ID);
	pv->size = load_le64(sector + header + LVM_ID);
	size_t at = read_areas(sector, header + LVM_ID + 8, pv, false);
	read_areas(sector, at, pv, true);
	return is_id(pv->id);
}

bool
lvm_pv_read(struct reader *r, struct lvm_pv *ret_pv)
{
	for (unsigned any = 0; any < 2; any++)
		for (uint64_t number = 0; number < LABEL_SECTORS; number++)
			if (read_label(r, number, ret_pv) && (any || ret_pv->sound))
				return true;
	return false;
}

static enum triage_status
bytes_new(size_t size, char **ret_bytes, struct triage_error *err)
{
	char *bytes = fault_hit() ? NULL : malloc(size + 1);
	if (bytes == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for LVM metadata");
		return TRIAGE_E_MEMORY;
	}
	bytes[size] = '\0';
	*ret_bytes = bytes;
	return TRIAGE_OK;
}

/* True when the area lies inside the volume, as far as it can be read. */
static bool
area_bounds(struct reader *r, const struct lvm_pv *pv, size_t area, uint64_t *ret_size)
{
	uint64_t at = pv->areas[area].at, size = pv->areas[area].size;
	if (at >= r->size || size <= AREA_HEADER)
		return false;
	*ret_size = size < r->size - at ? size : r->size - at;
	return *ret_size > AREA_HEADER;
}

/* Read a text of the ring: behind the end of the area it goes on behind the header. */
static bool
ring_read(struct reader *r, uint64_t at, uint64_t area_size, uint64_t offset, char *bytes, size_t size)
{
	uint64_t tail = area_size - offset;
	size_t first = tail < size ? (size_t)tail : size;
	return reader_read_all(r, at + offset, bytes, first, NULL) == TRIAGE_OK &&
	    (first == size || reader_read_all(r, at + AREA_HEADER, bytes + first, size - first, NULL) == TRIAGE_OK);
}

enum triage_status
lvm_area_read(struct reader *r, const struct lvm_pv *pv, size_t area, enum lvm_text_state *ret_state, struct lvm_text *ret_text,
    struct triage_error *err)
{
	uint8_t header[AREA_HEADER];
	uint64_t area_size, at = pv->areas[area].at;
	char *bytes;
	*ret_state = LVM_TEXT_DAMAGED;
	if (!area_bounds(r, pv, area, &area_size) || reader_read_all(r, at, header, AREA_HEADER, NULL) != TRIAGE_OK ||
	    memcmp(header + AREA_MAGIC, AREA_NAME, 16) != 0 || load_le32(header + AREA_VERSION) != 1 ||
	    crc32_more(LVM_CRC_START, header + AREA_SUMMED, AREA_HEADER - AREA_SUMMED) != load_le32(header))
		return TRIAGE_OK;
	const uint8_t *place = header + AREA_TEXTS;
	uint64_t offset = load_le64(place), size = load_le64(place + 8);
	if (offset == 0 || (load_le32(place + TEXT_FLAGS) & TEXT_IGNORED) != 0) {
		*ret_state = LVM_TEXT_NONE;
		return TRIAGE_OK;
	}
	if (offset < AREA_HEADER || offset >= area_size || size == 0 || size > area_size - AREA_HEADER || size > LVM_TEXT_MAX)
		return TRIAGE_OK;
	enum triage_status st = bytes_new((size_t)size, &bytes, err);
	if (st != TRIAGE_OK)
		return st;
	uint64_t bad = r->bad_bytes;
	if (!ring_read(r, at, area_size, offset, bytes, (size_t)size) || r->bad_bytes != bad ||
	    crc32_more(LVM_CRC_START, bytes, (size_t)size) != load_le32(place + 16)) {
		free(bytes);
		return TRIAGE_OK;
	}
	st = lvm_text_parse(bytes, (size_t)size, ret_text, err);
	*ret_state = st == TRIAGE_OK ? LVM_TEXT_GOOD : LVM_TEXT_DAMAGED;
	return st == TRIAGE_E_MEMORY ? st : TRIAGE_OK;
}

/* True when a text seems to begin here: a name and an opening brace on the first line, then an identifier. */
static bool
text_begins(const char *bytes, size_t size)
{
	size_t name = 0;
	while (name < size && name < 128 && bytes[name] != ' ' && bytes[name] > ' ' && bytes[name] < 0x7f)
		name++;
	static const char behind[] = " {\nid = \"";
	return name > 0 && size - name > sizeof(behind) && memcmp(bytes + name, behind, sizeof(behind) - 1) == 0;
}

/* Parse a copy of the text at `from` of the ring, and keep it when it is newer than what is kept. work: bytes that may still be parsed. */
static enum triage_status
ring_try(const char *ring, size_t size, size_t from, uint64_t *work, bool *found, struct lvm_text *best, struct triage_error *err)
{
	struct lvm_text text;
	struct triage_error why;
	char *bytes;
	size_t tail = strnlen(ring + from, size - from), rest = from + tail == size ? strnlen(ring, from) : 0;
	if (tail + rest > LVM_TEXT_MAX || tail + rest > *work)
		return TRIAGE_OK;
	*work -= tail + rest;
	enum triage_status st = bytes_new(tail + rest, &bytes, err);
	if (st != TRIAGE_OK)
		return st;
	memcpy(bytes, ring + from, tail);
	memcpy(bytes + tail, ring, rest);
	st = lvm_text_parse(bytes, tail + rest, &text, &why);
	if (st == TRIAGE_E_MEMORY) {
		*err = why;
		return st;
	}
	uint32_t group = st == TRIAGE_OK ? lvm_group_section(&text) : 0;
	uint32_t kept = *found ? lvm_group_section(best) : 0;
	bool better = group != 0 && (!*found || lvm_number(&text, group, "seqno", 0) > lvm_number(best, kept, "seqno", 0));
	if (better && *found)
		lvm_text_release(best);
	if (better)
		*best = text;
	else if (st == TRIAGE_OK)
		lvm_text_release(&text);
	*found = *found || better;
	return TRIAGE_OK;
}

enum triage_status
lvm_ring_search(struct reader *r, const struct lvm_pv *pv, size_t area, bool *ret_found, struct lvm_text *ret_text, struct triage_error *err)
{
	uint64_t area_size;
	char *bytes;
	*ret_found = false;
	if (!area_bounds(r, pv, area, &area_size))
		return TRIAGE_OK;
	size_t size = area_size - AREA_HEADER < RING_MAX ? (size_t)(area_size - AREA_HEADER) : RING_MAX;
	uint64_t work = (uint64_t)size * RING_WORK;
	enum triage_status st = bytes_new(size, &bytes, err);
	if (st != TRIAGE_OK)
		return st;
	SCOPED_FREE char *ring = bytes;
	if (reader_read_all(r, pv->areas[area].at + AREA_HEADER, ring, size, NULL) != TRIAGE_OK)
		return TRIAGE_OK;
	for (size_t at = 0; at < size && st == TRIAGE_OK; at += SECTOR) {
		if (text_begins(ring + at, size - at))
			st = ring_try(ring, size, at, &work, ret_found, ret_text, err);
	}
	if (st != TRIAGE_OK && *ret_found)
		lvm_text_release(ret_text);
	return st;
}

uint32_t
lvm_group_section(const struct lvm_text *t)
{
	for (uint32_t i = t->nodes[0].child; i != 0; i = t->nodes[i].next)
		if (t->nodes[i].kind == LVM_SECTION && lvm_get(t, i, "seqno", LVM_NUMBER) != NULL && lvm_get(t, i, "id", LVM_STRING) != NULL)
			return i;
	return 0;
}

bool
lvm_id(const struct lvm_node *n, char out[LVM_ID])
{
	size_t used = 0;
	for (uint32_t i = 0; n != NULL && n->kind == LVM_STRING && i < n->text_size; i++) {
		if (n->text[i] == '-')
			continue;
		if (used == LVM_ID)
			return false;
		out[used++] = n->text[i];
	}
	return used == LVM_ID && is_id(out);
}

void
lvm_id_text(const char id[LVM_ID], char *out)
{
	snprintf(out, 39, "%.6s-%.4s-%.4s-%.4s-%.4s-%.4s-%.6s", id, id + 6, id + 10, id + 14, id + 18, id + 22, id + 26);
}

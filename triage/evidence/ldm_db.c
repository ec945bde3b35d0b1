/* ldm_db.c - see ldm_db.h. */
#include "triage/evidence/ldm_db.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/layer_text.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, DATABASE = 1 << 20, HEAD_SECTOR = 6, TOC_SECTOR = 1, TOC_SECOND = 2, CONFIG_AT = 0x2e, CONFIG_SIZE = 0x36 };
enum { HEAD_DISK = 0x30, HEAD_GROUP = 0xb0, HEAD_NAME = 0xf0, HEAD_DATA = 0x11b, HEAD_CONFIG = 0x12b, HEAD_CONFIG_SIZE = 0x133 };
enum { RECORD_HEAD = 16, RECORD_GROUP = 8, RECORD_PART = 12, RECORD_PARTS = 14, RECORD_FLAGS = 0x12, RECORD_TYPE = 0x13, RECORD_BODY = 0x18,
	RECORD_MAX = 4096, PIECE_MIN = 128 };

/* Keep a GUID in lower case; what is none becomes "". */
static void
guid_text(char out[LDM_GUID])
{
	out[LDM_GUID - 1] = '\0';
	if (strspn(out, "0123456789abcdefABCDEF-") != LDM_GUID - 1)
		out[0] = '\0';
	for (char *c = out; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'F' ? *c + 32 : *c);
}

static void
guid_field(const uint8_t *from, char out[LDM_GUID])
{
	memcpy(out, from, LDM_GUID - 1);
	guid_text(out);
}

static bool
head_at(struct reader *r, uint64_t at, struct ldm_head *h)
{
	uint8_t raw[SECTOR];
	*h = (struct ldm_head){ 0 };
	if (at >= r->size || reader_read_all(r, at, raw, SECTOR, NULL) != TRIAGE_OK || memcmp(raw, "PRIVHEAD", 8) != 0 || load_be16(raw + 12) != 2)
		return false;
	guid_field(raw + HEAD_DISK, h->disk);
	guid_field(raw + HEAD_GROUP, h->group);
	memcpy(h->group_name, raw + HEAD_NAME, sizeof(h->group_name) - 1);
	uint64_t limit = (uint64_t)INT64_MAX / SECTOR, data = load_be64(raw + HEAD_DATA), config = load_be64(raw + HEAD_CONFIG);
	uint64_t size = load_be64(raw + HEAD_CONFIG_SIZE);
	if (data > limit || config > limit || size == 0 || size > limit)
		return false;
	h->data_at = data * SECTOR;
	h->config_at = config * SECTOR;
	h->config_size = size * SECTOR;
	return true;
}

bool
ldm_head_read(struct reader *r, struct ldm_head *ret_head)
{
	if (head_at(r, HEAD_SECTOR * SECTOR, ret_head)) {
		ret_head->whole = true;
		return true;
	}
	/* a disk with a GPT keeps it at the end of a partition that is the database */
	if (r->size < DATABASE || !head_at(r, r->size / SECTOR * SECTOR - SECTOR, ret_head))
		return false;
	ret_head->whole = ret_head->config_at < r->size && r->size > 2 * (uint64_t)DATABASE;
	ret_head->config_at = ret_head->whole ? ret_head->config_at : 0;
	return true;
}

/* Where the records are, from one of the tables of contents: bytes into the database. */
static bool
find_config(const uint8_t *db, size_t size, size_t *ret_at)
{
	for (size_t i = TOC_SECTOR; i <= TOC_SECOND; i++) {
		const uint8_t *toc = db + i * SECTOR;
		if ((i + 1) * SECTOR > size || memcmp(toc, "TOCBLOCK", 8) != 0)
			continue;
		uint64_t at = load_be64(toc + CONFIG_AT);
		if (at < size / SECTOR && memcmp(db + at * SECTOR, "VMDB", 4) == 0) {
			*ret_at = (size_t)at * SECTOR;
			return true;
		}
	}
	return false;
}

/* A record being read: fields whose length stands before them. */
struct record {
	const uint8_t *bytes;
	size_t size, at;
	bool torn;
};

static const uint8_t *
field(struct record *r, size_t *ret_size)
{
	*ret_size = 0;
	if (r->torn || r->at >= r->size || r->bytes[r->at] > r->size - r->at - 1) {
		r->torn = true;
		return r->bytes;
	}
	*ret_size = r->bytes[r->at];
	const uint8_t *p = r->bytes + r->at + 1;
	r->at += 1 + *ret_size;
	return p;
}

static uint64_t
number(struct record *r)
{
	size_t size;
	const uint8_t *p = field(r, &size);
	uint64_t value = 0;
	r->torn = r->torn || size > 8;
	for (size_t i = 0; i < size && size <= 8; i++)
		value = value << 8 | p[i];
	return value;
}

static void
string(struct record *r, char *out, size_t room)
{
	size_t size;
	const uint8_t *p = field(r, &size);
	size = size < room - 1 ? size : room - 1;
	memcpy(out, p, size);
	out[size] = '\0';
}

/* size bytes of fixed fields. */
static const uint8_t *
fixed(struct record *r, size_t size)
{
	static const uint8_t none[64];
	if (r->torn || size > r->size - r->at) {
		r->torn = true;
		return none;
	}
	r->at += size;
	return r->bytes + r->at - size;
}

static uint64_t
sectors(struct record *r, uint64_t count)
{
	r->torn = r->torn || count > (uint64_t)INT64_MAX / SECTOR;
	return r->torn ? 0 : count * SECTOR;
}

static void
read_volume(struct record *r, struct ldm_object *o)
{
	char skipped[LDM_NAME];
	string(r, o->type, sizeof(o->type));
	string(r, skipped, sizeof(skipped));	/* drive letter that is not to be given */
	fixed(r, 14 + 7);			/* state, numbers */
	number(r);				/* how many components */
	fixed(r, 8 + 8);			/* commits, identifiers */
	o->size = sectors(r, number(r));
	fixed(r, 4 + 1);
	layer_uuid(fixed(r, 16), o->guid);
}

static void
read_component(struct record *r, uint8_t flags, struct ldm_object *o)
{
	char state[LDM_NAME];
	string(r, state, sizeof(state));
	o->layout = *fixed(r, 1);
	fixed(r, 4);
	number(r);				/* how many partitions */
	fixed(r, 8 + 8);
	o->parent = number(r);
	fixed(r, 1);
	if ((flags & 0x10) != 0)
		o->chunk = sectors(r, number(r));
}

static void
read_partition(struct record *r, uint8_t flags, struct ldm_object *o)
{
	fixed(r, 12);
	o->start = sectors(r, load_be64(fixed(r, 8)));
	o->offset = sectors(r, load_be64(fixed(r, 8)));
	o->size = sectors(r, number(r));
	o->parent = number(r);
	o->disk = number(r);
	if ((flags & 0x08) != 0)
		o->column = number(r);
}

/* One whole record. False when it is of a kind that is not needed. */
static bool
read_record(const uint8_t *bytes, size_t size, struct ldm_object *o, bool *ret_torn)
{
	struct record r = { .bytes = bytes, .size = size, .at = RECORD_BODY };
	uint8_t flags = bytes[RECORD_FLAGS], type = bytes[RECORD_TYPE];
	*o = (struct ldm_object){ 0 };
	*ret_torn = false;
	if (type != 0x51 && type != 0x32 && type != 0x33 && type != 0x34 && type != 0x44)
		return false;
	o->id = number(&r);
	string(&r, o->name, sizeof(o->name));
	if (type == 0x51) {
		o->kind = LDM_VOLUME;
		read_volume(&r, o);
	} else if (type == 0x32) {
		o->kind = LDM_COMPONENT;
		read_component(&r, flags, o);
	} else if (type == 0x33) {
		o->kind = LDM_PARTITION;
		read_partition(&r, flags, o);
	} else {
		o->kind = LDM_DISK;
		if (type == 0x34)
			string(&r, o->name, LDM_GUID);
		else
			layer_uuid(fixed(&r, 16), o->name);
		guid_text(o->name);
	}
	*ret_torn = r.torn;
	return !r.torn;
}

/* The records lie in pieces of one size; a long one takes several, which share a group number. Returns its size, 0 when a piece is missing. */
static size_t
gather(const uint8_t *pieces, size_t count, size_t piece, size_t first, uint8_t *out)
{
	const uint8_t *head = pieces + first * piece;
	size_t parts = load_be16(head + RECORD_PARTS), body = piece - RECORD_HEAD, found = 1;
	if (parts * body + RECORD_HEAD > RECORD_MAX)
		return 0;
	memcpy(out, head, piece);
	for (size_t i = 0; i < count && parts > 1; i++) {
		const uint8_t *p = pieces + i * piece;
		size_t part = load_be16(p + RECORD_PART);
		if (memcmp(p, "VBLK", 4) != 0 || part == 0 || part >= parts || memcmp(p + RECORD_GROUP, head + RECORD_GROUP, 4) != 0)
			continue;
		memcpy(out + RECORD_HEAD + part * body, p + RECORD_HEAD, body);
		found++;
	}
	return found >= parts ? RECORD_HEAD + parts * body : 0;
}

static enum triage_status
read_records(const uint8_t *pieces, size_t count, size_t piece, struct ldm_db *db, struct triage_error *err)
{
	uint8_t record[RECORD_MAX];
	size_t room = count < LDM_OBJECTS_MAX ? count : LDM_OBJECTS_MAX;
	db->objects = fault_hit() ? NULL : calloc(room + 1, sizeof(*db->objects));
	if (db->objects == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the database of dynamic disks");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < count && db->count < room; i++) {
		const uint8_t *p = pieces + i * piece;
		bool torn = false;
		if (memcmp(p, "VBLK", 4) != 0 || load_be16(p + RECORD_PARTS) == 0 || load_be16(p + RECORD_PART) != 0)
			continue;
		memset(record, 0, sizeof(record));
		size_t size = gather(pieces, count, piece, i, record);
		db->count += size != 0 && read_record(record, size, &db->objects[db->count], &torn);
		db->torn += torn || size == 0;
	}
	return TRIAGE_OK;
}

enum triage_status
ldm_db_read(struct reader *r, const struct ldm_head *head, bool *ret_found, struct ldm_db *ret_db, struct triage_error *err)
{
	*ret_db = (struct ldm_db){ 0 };
	*ret_found = false;
	if (head->config_at >= r->size)
		return TRIAGE_OK;
	uint64_t left = r->size - head->config_at;
	size_t size = DATABASE, at;
	size = left < size ? (size_t)left : size;
	SCOPED_FREE uint8_t *db = fault_hit() ? NULL : calloc(1, size + SECTOR);
	if (db == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the database of dynamic disks");
		return TRIAGE_E_MEMORY;
	}
	if (reader_read_all(r, head->config_at, db, size, NULL) != TRIAGE_OK || !find_config(db, size, &at))
		return TRIAGE_OK;
	uint32_t piece = load_be32(db + at + 8), first = load_be32(db + at + 12);
	if (piece < PIECE_MIN || piece > SECTOR || first < SECTOR || first >= size - at)
		return TRIAGE_OK;
	*ret_found = true;
	return read_records(db + at + first, (size - at - first) / piece, piece, ret_db, err);
}

void
ldm_db_release(struct ldm_db *db)
{
	free(db->objects);
	*db = (struct ldm_db){ 0 };
}

bool
ldm_names_volumes(struct reader *r)
{
	struct ldm_head head;
	struct ldm_db db = { 0 };
	bool found = false, named = false;
	struct triage_error ignored;
	if (ldm_head_read(r, &head) && ldm_db_read(r, &head, &found, &db, &ignored) == TRIAGE_OK)
		for (size_t i = 0; i < db.count; i++)
			named = named || db.objects[i].kind == LDM_VOLUME;
	ldm_db_release(&db);
	return named;
}

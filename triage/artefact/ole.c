/*
 * ole.c - OLE compound files of versions 3 and 4. Source: MS-CFB. Little endian. The red-black tree of the directory is not walked here: entries
 * are taken one after the other, which shows those that the tree has lost too.
 */
#include "triage/artefact/ole.h"

#include "triage/base/fault.h"
#include "triage/base/when.h"

#include <stdlib.h>
#include <string.h>

enum { HEADER = 512, SECTOR_SHIFT = 30, MINI_SHIFT = 32, DIRECTORY_START = 48, MINI_CUTOFF = 56, MINI_FAT_START = 60, DIFAT_START = 68, DIFAT = 76, DIFAT_COUNT = 109 };
enum { ENTRY = 128, NAME_UNITS = 32, NAME_SIZE = 64, TYPE = 66, LEFT = 68, RIGHT = 72, CHILD = 76, CREATED = 100, MODIFIED = 108, START = 116, SIZE = 120 };

static const uint32_t last_real = 0xfffffff9;	/* larger numbers are marks, not sectors */

static const uint8_t signature[8] = { 0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1 };

/* Chains of one kind: sectors of a space of bytes, and which of them are taken. */
struct space {
	struct view bytes;		/* sector n begins at n << shift */
	unsigned shift;
	size_t sectors;
	const uint32_t *table;		/* the table of next sectors as numbers of the sectors that hold it; of the mini space: NULL */
	size_t table_count;
	struct view table_bytes;	/* of the mini space: the table itself */
	uint8_t *taken;
};

struct ole {
	struct view in;
	struct space big, mini;
	uint32_t *fat;
	struct buf directory, mini_bytes, mini_table;
	uint64_t cutoff;
	bool version_3;
};

bool
ole_is(struct view head)
{
	return head.size >= HEADER && memcmp(head.data, signature, sizeof(signature)) == 0 && load_le16(head.data + 28) == 0xfffe &&
	    (load_le16(head.data + SECTOR_SHIFT) == 9 || load_le16(head.data + SECTOR_SHIFT) == 12) && load_le16(head.data + MINI_SHIFT) == 6;
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a compound file");
	return TRIAGE_E_MEMORY;
}

/* Take a sector of a space; false when it lies outside or is taken. */
static bool
take(struct space *s, uint32_t sector)
{
	if (sector >= s->sectors || (s->taken[sector / 8] >> sector % 8 & 1) != 0)
		return false;
	s->taken[sector / 8] = (uint8_t)(s->taken[sector / 8] | 1 << sector % 8);
	return true;
}

static struct view
sector_bytes(const struct space *s, uint32_t sector)
{
	size_t at = (size_t)sector << s->shift, size = (size_t)1 << s->shift;
	size_t left = at < s->bytes.size ? s->bytes.size - at : 0;
	return (struct view){ s->bytes.data + (left > 0 ? at : 0), left < size ? left : size };
}

static uint32_t
next_sector(const struct space *s, uint32_t sector)
{
	if (s->table == NULL)
		return view_has(s->table_bytes, 4 * (uint64_t)sector, 4) ? load_le32(s->table_bytes.data + 4 * (size_t)sector) : UINT32_MAX;
	size_t per = ((size_t)1 << s->shift) / 4, index = sector / per;
	if (index >= s->table_count)
		return UINT32_MAX;
	struct view table = sector_bytes(s, s->table[index]);
	return view_has(table, 4 * (sector % per), 4) ? load_le32(table.data + 4 * (sector % per)) : UINT32_MAX;
}

/* A chain to its end, or until want bytes are there. True when nothing was missing. */
static bool
read_chain(struct space *s, uint32_t start, uint64_t want, struct buf *out)
{
	uint32_t sector = start;
	while (out->size < want && sector <= last_real) {
		if (!take(s, sector))
			return false;
		struct view part = sector_bytes(s, sector);
		buf_put(out, part.data, part.size < want - out->size ? part.size : (size_t)(want - out->size));
		sector = next_sector(s, sector);
	}
	return want == UINT64_MAX ? true : out->size == want;
}

/* Sectors that hold the table: 109 in the header, the rest in a chain of sectors of their own. False when the chain is not sound. */
static bool
read_fat(struct ole *o)
{
	struct space *s = &o->big;
	size_t per = ((size_t)1 << s->shift) / 4 - 1;
	bool sound = true;
	for (size_t i = 0; i < DIFAT_COUNT; i++) {
		uint32_t sector = load_le32(o->in.data + DIFAT + 4 * i);
		if (sector <= last_real && take(s, sector))
			o->fat[s->table_count++] = sector;
		else if (sector <= last_real)
			sound = false;
	}
	uint32_t sector = load_le32(o->in.data + DIFAT_START);
	while (sector <= last_real) {
		if (!take(s, sector))
			return false;
		struct view part = sector_bytes(s, sector);
		if (part.size < 4 * (per + 1))
			return false;
		for (size_t i = 0; i < per; i++) {
			uint32_t of_table = load_le32(part.data + 4 * i);
			if (of_table <= last_real && take(s, of_table))
				o->fat[s->table_count++] = of_table;
			else if (of_table <= last_real)
				sound = false;
		}
		sector = load_le32(part.data + 4 * per);
	}
	return sound;
}

/* The mini space: its table, and its bytes, which are the stream of the root entry. False when either is cut. */
static bool
open_mini(struct ole *o)
{
	bool sound = read_chain(&o->big, load_le32(o->in.data + MINI_FAT_START), UINT64_MAX, &o->mini_table);
	for (size_t i = 0; i < ole_count(o); i++) {
		struct ole_entry e = ole_entry(o, i);
		if (e.type != OLE_ROOT)
			continue;
		sound = read_chain(&o->big, e.start, e.size, &o->mini_bytes) && sound;
		break;
	}
	o->mini.shift = 6;
	o->mini.bytes = (struct view){ (const uint8_t *)buf_cstr(&o->mini_bytes), o->mini_bytes.size };
	o->mini.table_bytes = (struct view){ (const uint8_t *)buf_cstr(&o->mini_table), o->mini_table.size };
	o->mini.sectors = (o->mini.bytes.size + 63) / 64;
	return sound;
}

static enum triage_status
read_tables(struct ole *o, const char **ret_damage, struct triage_error *err)
{
	o->fat = fault_hit() ? NULL : calloc(o->big.sectors + 1, sizeof(*o->fat));
	o->big.taken = fault_hit() ? NULL : calloc(o->big.sectors / 8 + 1, 1);
	if (o->fat == NULL || o->big.taken == NULL)
		return no_memory(err);
	o->big.table = o->fat;
	if (!read_fat(o))
		*ret_damage = "the list of sectors that hold the table is not sound";
	if (!read_chain(&o->big, load_le32(o->in.data + DIRECTORY_START), UINT64_MAX, &o->directory))
		*ret_damage = "the directory is cut";
	if (!open_mini(o))
		*ret_damage = "the small streams are cut";
	o->mini.taken = fault_hit() ? NULL : calloc(o->mini.sectors / 8 + 1, 1);
	return o->mini.taken == NULL || o->directory.failed || o->mini_bytes.failed || o->mini_table.failed ? no_memory(err) : TRIAGE_OK;
}

enum triage_status
ole_open(struct view in, struct ole **ret_ole, const char **ret_damage, struct triage_error *err)
{
	if (!ole_is(in)) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "no compound file");
		return TRIAGE_E_FORMAT;
	}
	struct ole *o = fault_hit() ? NULL : calloc(1, sizeof(*o));
	if (o == NULL)
		return no_memory(err);
	o->in = in;
	o->big.shift = load_le16(in.data + SECTOR_SHIFT);
	o->version_3 = o->big.shift == 9;
	/* the header fills the place of one sector; a last sector may be cut */
	size_t head = (size_t)1 << o->big.shift;
	o->big.bytes = in.size > head ? (struct view){ in.data + head, in.size - head } : (struct view){ in.data, 0 };
	o->big.sectors = (o->big.bytes.size + head - 1) >> o->big.shift;
	o->cutoff = load_le32(in.data + MINI_CUTOFF);
	buf_init(&o->directory, in.size);
	buf_init(&o->mini_bytes, in.size);
	buf_init(&o->mini_table, in.size);
	*ret_damage = NULL;
	enum triage_status st = read_tables(o, ret_damage, err);
	if (st != TRIAGE_OK) {
		ole_close(o);
		return st;
	}
	*ret_ole = o;
	return TRIAGE_OK;
}

void
ole_close(struct ole *o)
{
	if (o == NULL)
		return;
	free(o->fat);
	free(o->big.taken);
	free(o->mini.taken);
	buf_release(&o->directory);
	buf_release(&o->mini_bytes);
	buf_release(&o->mini_table);
	free(o);
}

size_t
ole_count(const struct ole *o)
{
	return o->directory.size / ENTRY;
}

struct ole_entry
ole_entry(const struct ole *o, size_t index)
{
	const uint8_t *p = (const uint8_t *)o->directory.data + index * ENTRY;
	size_t named = load_le16(p + NAME_SIZE) / 2;
	struct ole_entry e = { .type = p[TYPE], .start = load_le32(p + START), .size = load_le64(p + SIZE), .created = when_from_filetime(load_le64(p + CREATED)),
		.modified = when_from_filetime(load_le64(p + MODIFIED)),
		.left = load_le32(p + LEFT), .right = load_le32(p + RIGHT), .child = load_le32(p + CHILD) };
	e.name = wintext_wide((struct view){ p, 2 * NAME_UNITS }, 0, named < NAME_UNITS ? named : NAME_UNITS);
	/* the high half is not defined in version 3 */
	if (o->version_3)
		e.size &= UINT32_MAX;
	return e;
}

enum triage_status
ole_read(struct ole *o, const struct ole_entry *e, struct buf *out, bool *ret_cut, struct triage_error *err)
{
	struct space *s = e->size < o->cutoff ? &o->mini : &o->big;
	buf_clear(out);
	*ret_cut = !read_chain(s, e->start, e->size, out);
	return out->failed ? no_memory(err) : TRIAGE_OK;
}

/* ldm_disks.h - three Windows dynamic disks and their database, written record by record. */
#ifndef TRIAGE_TESTS_LDM_DISKS_H
#define TRIAGE_TESTS_LDM_DISKS_H

#include "tests/layer_harness.h"

enum { DISKS = 3, DATA_AT = 63, CONFIG = 1024, SIZE = CONFIG * 512 + (1 << 20), PIECE = 128, FIRST_PIECE = 512, VMDB = 17 };

extern const struct layer_kind ldm_layer;

static uint8_t disks[DISKS][SIZE];
static uint8_t database[1 << 20];
static size_t pieces;
static struct layer_member members[DISKS];
static struct told told;
static size_t used;

static inline void
store_be(uint8_t *p, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p[size - 1 - i] = (uint8_t)(value >> (8 * i));
}

struct record {
	uint8_t bytes[1024];
	size_t size;
};

static inline void
raw(struct record *r, const void *bytes, size_t size)
{
	memcpy(r->bytes + r->size, bytes, size);
	r->size += size;
}

static inline void
zeros(struct record *r, size_t size)
{
	r->size += size;
}

static inline void
text(struct record *r, const char *s)
{
	r->bytes[r->size++] = (uint8_t)strlen(s);
	raw(r, s, strlen(s));
}

static inline void
number(struct record *r, uint32_t value)
{
	r->bytes[r->size++] = 4;
	store_be(r->bytes + r->size, value, 4);
	r->size += 4;
}

static inline struct record
begin_record(uint8_t type, uint8_t flags, uint32_t id, const char *name)
{
	struct record r = { .size = 0x18 - 16 };
	r.bytes[2] = flags;
	r.bytes[3] = type;
	number(&r, id);
	text(&r, name);
	return r;
}

/* Cut the record into as many pieces as it needs. */
static inline void
put_record(const struct record *r, uint32_t group)
{
	size_t body = PIECE - 16, parts = (r->size + body - 1) / body;
	for (size_t i = 0; i < parts; i++) {
		uint8_t *p = database + VMDB * 512 + FIRST_PIECE + pieces++ * PIECE;
		memcpy(p, "VBLK", 4);
		store_be(p + 8, group, 4);
		store_be(p + 12, i, 2);
		store_be(p + 14, parts, 2);
		memcpy(p + 16, r->bytes + i * body, r->size - i * body < body ? r->size - i * body : body);
	}
}

static inline void
put_volume(uint32_t id, const char *name, uint32_t components, uint32_t sectors)
{
	struct record r = begin_record(0x51, 0, id, name);
	text(&r, "gen");
	text(&r, "");
	zeros(&r, 14);
	raw(&r, "\3", 1);
	zeros(&r, 6);
	number(&r, components);
	zeros(&r, 16);
	number(&r, sectors);
	zeros(&r, 5);
	uint8_t guid[16];
	memset(guid, (int)id, 16);
	raw(&r, guid, 16);
	put_record(&r, id);
}

static inline void
put_component(uint32_t id, uint32_t volume, uint8_t layout, uint32_t partitions, uint32_t chunk)
{
	struct record r = begin_record(0x32, chunk != 0 ? 0x10 : 0, id, "c");
	text(&r, "ACTIVE");
	raw(&r, &layout, 1);
	zeros(&r, 4);
	number(&r, partitions);
	zeros(&r, 16);
	number(&r, volume);
	zeros(&r, 1);
	if (chunk != 0) {
		number(&r, chunk);
		number(&r, 2);
	}
	put_record(&r, id);
}

static inline void
put_partition(uint32_t id, uint32_t component, uint32_t disk, uint32_t start, uint32_t offset, uint32_t sectors, uint32_t column)
{
	struct record r = begin_record(0x33, 8, id, "p");
	uint8_t places[16];
	store_be(places, start, 8);
	store_be(places + 8, offset, 8);
	zeros(&r, 12);
	raw(&r, places, 16);
	number(&r, sectors);
	number(&r, component);
	number(&r, disk);
	number(&r, column);
	put_record(&r, id);
}

static const char *const disk_ids[DISKS] = {
	"11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222", "33333333-3333-3333-3333-333333333333",
};

static inline void
put_disks(void)
{
	for (uint32_t d = 0; d < DISKS; d++) {
		struct record r = begin_record(d == 0 ? 0x44 : 0x34, 0, 100 + d, "Disk");
		uint8_t guid[16];
		memset(guid, 0x11, 16);
		if (d == 0)
			raw(&r, guid, 16);
		else
			text(&r, disk_ids[d]);
		put_record(&r, 100 + d);
	}
}

static inline void
put_head(uint8_t *sector, unsigned d)
{
	memset(sector, 0, 512);
	memcpy(sector, "PRIVHEAD", 8);
	store_be(sector + 12, 2, 2);
	memcpy(sector + 0x30, disk_ids[d], 36);
	memcpy(sector + 0xb0, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", 36);
	memcpy(sector + 0xf0, "TownDg0", 7);
	store_be(sector + 0x11b, DATA_AT, 8);
	store_be(sector + 0x123, CONFIG - DATA_AT, 8);
	store_be(sector + 0x12b, CONFIG, 8);
	store_be(sector + 0x133, 2048, 8);
}

static inline int
begin(void **state)
{
	(void)state;
	memset(disks, 0, sizeof(disks));
	memset(database, 0, sizeof(database));
	pieces = 0;
	for (unsigned d = 0; d < DISKS; d++)
		for (size_t sector = 0; sector < CONFIG; sector++)
			memset(disks[d] + sector * 512, (int)(d * 80 + sector % 79 + 1), 512);
	memcpy(database + 512, "TOCBLOCK", 8);
	store_be(database + 512 + 0x2e, VMDB, 8);
	memcpy(database + VMDB * 512, "VMDB", 4);
	store_be(database + VMDB * 512 + 8, PIECE, 4);
	store_be(database + VMDB * 512 + 12, FIRST_PIECE, 4);
	return 0;
}

static inline int
end(void **state)
{
	(void)state;
	told_close(members, used, &told);
	used = 0;
	return 0;
}

static inline void
finish_disks(void)
{
	for (unsigned d = 0; d < DISKS; d++) {
		put_head(disks[d] + 6 * 512, d);
		memcpy(disks[d] + CONFIG * 512, database, sizeof(database));
	}
}

static inline void
put_town(void)
{
	put_disks();
	put_volume(1, "Volume1", 1, 10);
	put_component(11, 1, 2, 1, 0);
	put_partition(21, 11, 100, 5, 0, 10, 0);
	put_volume(2, "a name so long that its record needs more than one piece of the database, which is what this is here to show", 1, 12);
	put_component(12, 2, 2, 2, 0);
	put_partition(23, 12, 101, 40, 8, 4, 0);
	put_partition(22, 12, 100, 20, 0, 8, 0);
	put_volume(3, "Stripe", 1, 16);
	put_component(13, 3, 1, 2, 2);
	put_partition(25, 13, 101, 60, 0, 8, 1);
	put_partition(24, 13, 100, 70, 0, 8, 0);
	put_volume(4, "Mirror", 2, 6);
	put_component(14, 4, 2, 1, 0);
	put_component(15, 4, 2, 1, 0);
	put_partition(26, 14, 102, 90, 0, 6, 0);
	put_partition(27, 15, 101, 90, 0, 6, 0);
	finish_disks();
}

#endif

/* Windows dynamic disks: the database, the layouts, disks that are missing, and damage. */
#include "tests/layer_harness.h"

#include "triage/evidence/checksum.h"
#include "triage/evidence/ldm_db.h"
#include "triage/evidence/signature.h"
#include "triage/evidence/source.h"

enum { DISKS = 3, DATA_AT = 63, CONFIG = 1024, SIZE = CONFIG * 512 + (1 << 20), PIECE = 128, FIRST_PIECE = 512, VMDB = 17 };

extern const struct layer_kind ldm_layer;

static uint8_t disks[DISKS][SIZE];
static uint8_t database[1 << 20];
static size_t pieces;
static struct layer_member members[DISKS];
static struct told told;
static size_t used;

static void
store_be(uint8_t *p, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p[size - 1 - i] = (uint8_t)(value >> (8 * i));
}

struct record {
	uint8_t bytes[1024];
	size_t size;
};

static void
raw(struct record *r, const void *bytes, size_t size)
{
	memcpy(r->bytes + r->size, bytes, size);
	r->size += size;
}

static void
zeros(struct record *r, size_t size)
{
	r->size += size;
}

static void
text(struct record *r, const char *s)
{
	r->bytes[r->size++] = (uint8_t)strlen(s);
	raw(r, s, strlen(s));
}

static void
number(struct record *r, uint32_t value)
{
	r->bytes[r->size++] = 4;
	store_be(r->bytes + r->size, value, 4);
	r->size += 4;
}

static struct record
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
static void
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

static void
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

static void
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

static void
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

static void
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

static void
store_le32(uint8_t *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void
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

static int
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

static int
end(void **state)
{
	(void)state;
	told_close(members, used, &told);
	used = 0;
	return 0;
}

static void
finish_disks(void)
{
	for (unsigned d = 0; d < DISKS; d++) {
		put_head(disks[d] + 6 * 512, d);
		memcpy(disks[d] + CONFIG * 512, database, sizeof(database));
	}
}

static void
open_disks(unsigned which)
{
	struct told_bytes bytes[DISKS];
	told_close(members, used, &told);
	for (unsigned i = 0; i < DISKS; i++)
		bytes[i] = (struct told_bytes){ (which >> i & 1) != 0 ? disks[i] : NULL, SIZE };
	used = told_open(&ldm_layer, bytes, DISKS, members, &told);
}

static void
assert_sector(unsigned volume, uint64_t sector, unsigned d, size_t disk_sector)
{
	uint8_t buf[512];
	struct triage_error err;
	assert_non_null(told.readers[volume]);
	assert_int_equal(reader_read_all(told.readers[volume], sector * 512, buf, 512, &err), TRIAGE_OK);
	assert_number_equal(buf[0], disks[d][(DATA_AT + disk_sector) * 512]);
	assert_number_equal(buf[511], disks[d][(DATA_AT + disk_sector) * 512]);
}

static void
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

static void
volumes_of_every_layout_are_named_and_read(void **state)
{
	(void)state;
	put_town();
	open_disks(7);
	assert_told(&told, "volume ldm Volume1 examined uuid=01010101-0101-0101-0101-010101010101 length=5120 member=0 note=simple volume of the Windows disk group TownDg0 "
	    "(aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee), 1 parts\n");
	assert_told(&told, "volume ldm a name so long");
	assert_told(&told, "spanned volume");
	assert_told(&told, "striped volume");
	assert_told(&told, "mirrored volume");
	assert_number_equal(told.volumes, 4);
	assert_number_equal(told.problems, 0);
	assert_sector(0, 9, 0, 14);
	assert_sector(1, 7, 0, 27);
	assert_sector(1, 8, 1, 40);
	assert_sector(2, 1, 0, 71);
	assert_sector(2, 2, 1, 60);
	assert_sector(2, 4, 0, 72);
	assert_sector(3, 3, 2, 93);
}

static void
missing_disks_are_told_and_a_mirror_does_without(void **state)
{
	(void)state;
	put_town();
	open_disks(3);
	assert_told(&told, "volume ldm Mirror examined");
	assert_sector(3, 3, 1, 93);
	open_disks(1);
	assert_told(&told, "problem 0 high array-incomplete");
	assert_told(&told, "1 of its parts lie on disks that were not given");
	assert_told(&told, "volume ldm Mirror damaged");
	assert_sector(1, 7, 0, 27);
}

static void
the_database_of_a_gpt_disk_names_its_volumes(void **state)
{
	(void)state;
	put_town();
	put_head(database + sizeof(database) - 512, 0);
	struct told_bytes bytes[1] = { { database, sizeof(database) } };
	used = told_open(&ldm_layer, bytes, 1, members, &told);
	assert_told(&told, "volume ldm Volume1 unsupported");
	assert_told(&told, "of which only the database was given: give the whole disk");
	assert_number_equal(told.volumes, 4);
}

static void
signatures_name_both_kinds(void **state)
{
	(void)state;
	struct triage_error err;
	struct signature_hit hit;
	static struct signature_scan scan;
	static uint8_t pool[1 << 20];
	put_town();
	assert_int_equal(reader_memory(disks[1], SIZE, &scan.reader, &err), TRIAGE_OK);
	scan.size = SIZE;
	assert_true(signature_find(&scan, NULL, &hit));
	assert_string_equal(hit.row->name, "LDM_member");
	assert_string_equal(hit.uuid, disk_ids[1]);
	assert_string_equal(hit.label, "TownDg0");
	reader_close(scan.reader);
	memcpy(pool, "SPACEDB \2\0", 10);
	memcpy(pool + 32, "\x33\x22\x11\0\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16);
	memset(&scan, 0, sizeof(scan));
	assert_int_equal(reader_memory(pool, sizeof(pool), &scan.reader, &err), TRIAGE_OK);
	scan.size = sizeof(pool);
	assert_true(signature_find(&scan, NULL, &hit));
	assert_string_equal(hit.row->name, "storage_spaces_member");
	assert_string_equal(hit.uuid, "00112233-4455-6677-8899-aabbccddeeff");
	reader_close(scan.reader);
}

/* What a probe tells of volumes: "KIND@START ", one after another. */
static char volumes_told[400];

static enum triage_status
keep_volume(void *ctx, const struct triage_volume *v, struct triage_error *err)
{
	(void)ctx, (void)err;
	size_t used_text = strlen(volumes_told);
	snprintf(volumes_told + used_text, sizeof(volumes_told) - used_text, "%s@%" PRIu64 " ", v->kind, v->start / 512);
	return TRIAGE_OK;
}

static enum triage_status
keep_nothing(void *ctx, const struct triage_evidence *e, struct triage_error *err)
{
	(void)ctx, (void)e, (void)err;
	return TRIAGE_OK;
}

static enum triage_status
keep_no_filesystem(void *ctx, const struct triage_filesystem *fs, struct triage_error *err)
{
	(void)ctx, (void)fs, (void)err;
	return TRIAGE_OK;
}

static enum triage_status
keep_no_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)p, (void)err;
	return TRIAGE_OK;
}

/* The first disk as one with a GPT: its data and its database are partitions, the header lies at the end of the second. */
static void
make_gpt(void)
{
	uint8_t *d = disks[0], *header = d + 512, *entries = d + 1024;
	static const uint8_t data[16] = { 0xa0, 0x60, 0x9b, 0xaf, 0x31, 0x14, 0x62, 0x4f, 0xbc, 0x68, 0x33, 0x11, 0x71, 0x4a, 0x69, 0xad };
	static const uint8_t metadata[16] = { 0xaa, 0xc8, 0x08, 0x58, 0x8f, 0x7e, 0xe0, 0x42, 0x85, 0xd2, 0xe1, 0xe9, 0x04, 0x34, 0xcf, 0xb3 };
	put_head(d + SIZE - 512, 0);
	memset(d, 0, 34 * 512);
	d[446 + 4] = 0xee;
	store_le32(d + 446 + 8, 1);
	d[510] = 0x55;
	d[511] = 0xaa;
	memcpy(entries, data, 16);
	store_le32(entries + 32, DATA_AT);
	store_le32(entries + 40, CONFIG - 1);
	memcpy(entries + 128, metadata, 16);
	store_le32(entries + 128 + 32, CONFIG);
	store_le32(entries + 128 + 40, SIZE / 512 - 1);
	memcpy(header, "EFI PART\0\0\1\0\x5c", 13);
	store_le32(header + 24, 1);
	store_le32(header + 72, 2);
	store_le32(header + 80, 128);
	store_le32(header + 84, 128);
	store_le32(header + 88, crc32_end(crc32_more(CRC32_START, entries, 128 * 128)));
	store_le32(header + 16, crc32_end(crc32_more(CRC32_START, header, 92)));
}

static void
volumes_of_a_gpt_disk_are_read_from_it(void **state)
{
	(void)state;
	struct triage_error err = { .text = "" };
	struct evidence_source source = { .kind = TRIAGE_EVIDENCE_RAW };
	const struct evidence_sink sink = { .evidence = keep_nothing, .volume = keep_volume, .filesystem = keep_no_filesystem, .problem = keep_no_problem };
	static uint8_t want[512], got[512];
	bool same = false;
	put_town();
	memcpy(want, disks[0] + (DATA_AT + 5) * 512, sizeof(want));
	make_gpt();
	volumes_told[0] = '\0';
	assert_int_equal(reader_memory(disks[0], SIZE, &source.reader, &err), TRIAGE_OK);
	assert_int_equal(evidence_probe(&source, &sink, &err), TRIAGE_OK);
	assert_non_null(strstr(volumes_told, "ldm@68 "));
	assert_null(strstr(volumes_told, "gpt@63 "));
	for (size_t i = 0; i < source.inside_count; i++)
		if (reader_read_all(source.inside[i].reader, 0, got, sizeof(got), &err) == TRIAGE_OK && memcmp(got, want, sizeof(want)) == 0)
			same = true;
	assert_true(same);
	source_forget(&source);
	reader_close(source.reader);
}

/* A table of partitions of the given type over the data of the first disk, probed. */
static void
probe_with_table(uint8_t type)
{
	struct triage_error err = { .text = "" };
	struct evidence_source source = { .kind = TRIAGE_EVIDENCE_RAW };
	const struct evidence_sink sink = { .evidence = keep_nothing, .volume = keep_volume, .filesystem = keep_no_filesystem, .problem = keep_no_problem };
	uint8_t *table = disks[0] + 446;
	memset(disks[0], 0, 512);
	table[4] = type;
	store_le32(table + 8, DATA_AT);
	store_le32(table + 12, CONFIG - DATA_AT);
	disks[0][510] = 0x55;
	disks[0][511] = 0xaa;
	volumes_told[0] = '\0';
	assert_int_equal(reader_memory(disks[0], SIZE, &source.reader, &err), TRIAGE_OK);
	assert_int_equal(evidence_probe(&source, &sink, &err), TRIAGE_OK);
	source_forget(&source);
	reader_close(source.reader);
}

static void
partitions_of_a_dynamic_disk_are_left_to_its_database(void **state)
{
	(void)state;
	char partition[32];
	snprintf(partition, sizeof(partition), "mbr@%u ", (unsigned)DATA_AT);
	put_town();
	probe_with_table(0x42);
	assert_null(strstr(volumes_told, "mbr@"));
	assert_non_null(strstr(volumes_told, "ldm@"));
	/* of another type they are partitions like any other */
	probe_with_table(0x07);
	assert_non_null(strstr(volumes_told, partition));
	/* and of this type too, when there is no database that could name the volumes */
	memset(disks[0] + CONFIG * 512, 0, sizeof(database));
	probe_with_table(0x42);
	assert_non_null(strstr(volumes_told, partition));
}

static void
damage_neither_crashes_nor_hangs(void **state)
{
	(void)state;
	uint32_t random = 5;
	put_town();
	for (unsigned round = 0; round < 300; round++) {
		uint8_t *db = disks[0] + CONFIG * 512;
		memcpy(db, database, 64 << 10);
		for (unsigned change = 0; change < 1 + round % 3; change++) {
			random = random * 1103515245 + 12345;
			size_t at = (random >> 8) % (pieces * PIECE);
			random = random * 1103515245 + 12345;
			db[VMDB * 512 + FIRST_PIECE + at] = (uint8_t)(random >> 16);
		}
		open_disks(7);
		told_read_all(&told);
	}
	memcpy(disks[0] + CONFIG * 512, database, sizeof(database));
	memset(disks[0] + CONFIG * 512 + 512, 0, 1024);
	open_disks(1);
	assert_told(&told, "ldm-database-damaged");
	for (size_t size = 0; size < SIZE; size += 39989) {
		struct told_bytes bytes[1] = { { disks[1], size } };
		told_close(members, used, &told);
		used = told_open(&ldm_layer, bytes, 1, members, &told);
		told_read_all(&told);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(volumes_of_every_layout_are_named_and_read),
		TEST(missing_disks_are_told_and_a_mirror_does_without),
		TEST(the_database_of_a_gpt_disk_names_its_volumes),
		TEST(volumes_of_a_gpt_disk_are_read_from_it),
		TEST(signatures_name_both_kinds),
		TEST(partitions_of_a_dynamic_disk_are_left_to_its_database),
		TEST(damage_neither_crashes_nor_hangs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

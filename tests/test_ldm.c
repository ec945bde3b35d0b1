/* test_ldm.c - Windows dynamic disks: the database, the layouts, disks that are missing, and damage. */
#include "tests/ldm_disks.h"

#include "triage/evidence/signature.h"

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
		TEST(signatures_name_both_kinds),
		TEST(damage_neither_crashes_nor_hangs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

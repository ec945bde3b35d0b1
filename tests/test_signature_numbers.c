/* test_signature_numbers.c - identifiers that stand elsewhere than in a superblock, or in several versions of it. */
#include "tests/image_harness.h"

#include "triage/evidence/signature.h"
#include "triage/evidence/volume.h"

enum { VOLUME = 1 << 20, BEFS_INODE = 0x20c00, BEFS_ATTRIBUTES = BEFS_INODE + 232 };

extern const struct table_kind sgi_table;

static uint8_t volume[VOLUME];

static void
store(size_t at, uint64_t value, size_t size, bool big)
{
	for (size_t i = 0; i < size; i++)
		volume[at + (big ? size - 1 - i : i)] = (uint8_t)(value >> (8 * i));
}

static struct signature_hit
found(void)
{
	struct signature_hit hit;
	struct triage_error err;
	struct signature_scan *scan = calloc(1, sizeof(*scan));
	assert_non_null(scan);
	assert_int_equal(reader_memory(volume, VOLUME, &scan->reader, &err), TRIAGE_OK);
	scan->size = VOLUME;
	assert_true(signature_find(scan, NULL, &hit));
	reader_close(scan->reader);
	free(scan);
	return hit;
}

/* One attribute of the root folder at `at`; returns where the next one goes. */
static size_t
befs_attribute(size_t at, const char *name, uint64_t value, bool big)
{
	size_t size = strlen(name);
	store(at, 0x4c4c4e47, 4, big);
	store(at + 4, size, 2, big);
	store(at + 6, 8, 2, big);
	memcpy(volume + at + 8, name, size);
	store(at + 8 + size + 3, value, 8, big);
	return at + 8 + size + 3 + 8 + 1;
}

/* Group 2 of 64 blocks, block 3 of it, blocks of 1024 bytes: the root's inode is at 0x20c00. */
static void
befs(bool big)
{
	memset(volume, 0, sizeof(volume));
	memcpy(volume + 512, "town hall", 9);
	store(512 + 32, 0x42465331, 4, big);
	store(512 + 40, 1024, 4, big);
	store(512 + 44, 10, 4, big);
	store(512 + 80, 6, 4, big);
	store(512 + 116, 2, 4, big);
	store(512 + 120, 3, 2, big);
	store(BEFS_INODE, 0x3bbe0ad9, 4, big);
	store(BEFS_INODE + 64, 1024, 4, big);
	size_t next = befs_attribute(BEFS_ATTRIBUTES, "be:other", 1, big);
	befs_attribute(next, "be:volume_id", 0x95d89dec82f6b73b, big);
}

static void
befs_is_told_by_the_number_that_its_root_folder_holds(void **state)
{
	(void)state;
	assert_int_equal(((2 << 6) + 3) * 1024, BEFS_INODE);
	for (int big = 0; big < 2; big++) {
		befs(big);
		struct signature_hit hit = found();
		assert_string_equal(hit.row->name, "befs");
		assert_string_equal(hit.label, "town hall");
		assert_string_equal(hit.uuid, "95d89dec82f6b73b");
		assert_int_equal(hit.block_size, 1024);
	}
}

static void
befs_with_attributes_that_lie_has_no_number(void **state)
{
	static const struct { size_t at; uint64_t value; size_t size; } lies[] = {
		{ BEFS_INODE, 0, 4 },				/* no inode */
		{ BEFS_INODE + 64, 232, 4 },			/* no room for attributes */
		{ BEFS_INODE + 64, UINT32_MAX, 4 },		/* an inode beyond the volume */
		{ BEFS_ATTRIBUTES + 4, 0, 2 },			/* the list ends at once */
		{ BEFS_ATTRIBUTES + 6, UINT16_MAX, 2 },		/* a value beyond the inode */
		{ 512 + 44, 60, 4 }, { 512 + 80, 31, 4 }, { 512 + 116, UINT32_MAX, 4 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		befs(false);
		store(lies[i].at, lies[i].value, lies[i].size, false);
		assert_string_equal(found().uuid, "");
	}
}

static void
both_versions_of_ufs_have_one_name(void **state)
{
	static const struct { size_t at; uint32_t magic; bool big; } made[] = {
		{ 8192, 0x00011954, false }, { 8192, 0x00011954, true }, { 65536, 0x19540119, false }, { 0, 0x19540119, true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		memset(volume, 0, sizeof(volume));
		store(made[i].at + 52, 2048, 4, made[i].big);
		store(made[i].at + 144, 0x4b0e640a, 4, made[i].big);
		store(made[i].at + 148, 0xec56ac70, 4, made[i].big);
		store(made[i].at + 1372, made[i].magic, 4, made[i].big);
		struct signature_hit hit = found();
		assert_string_equal(hit.type, "ufs");
		assert_string_equal(hit.uuid, "4b0e640aec56ac70");
		assert_int_equal(hit.block_size, 2048);
	}
}

static void
arrays_of_one_maker_have_names_of_their_own(void **state)
{
	(void)state;
	memset(volume, 0, sizeof(volume));
	store(VOLUME - 512, 0x11de11de, 4, false);
	memcpy(volume + VOLUME - 512 + 8, "Linux-MD\xde\xad\xbe\xef\0\0\0\0\x39\x23\xf6\xe3\x20\x9a\x73\xe6", 24);
	assert_string_equal(found().uuid, "4C696E75:782D4D44:DEADBEEF:00000000:3923F6E3:209A73E6");
	volume[VOLUME - 512 + 31]++;
	assert_string_equal(found().uuid, "4C696E75:782D4D44:DEADBEEF:00000000:3923F6E3:209A73E7");
}

static void
a_disk_of_a_mainframe_is_named_with_its_serial(void **state)
{
	(void)state;
	memset(volume, 0, sizeof(volume));
	memcpy(volume + 8192, "\xe5\xd6\xd3\xf1\xe5\xd6\xd3\xf1\xf0\xe7\xf3\xf7\xf2\xc1", 14);	/* VOL1 VOL1 0X372A */
	assert_string_equal(found().row->name, "dasd");
	assert_string_equal(found().label, "0X372A");
	memset(volume, 0, sizeof(volume));
	memcpy(volume + 1024, "\xd3\xd5\xe7\xf1\xd9\xd4\xf3\x40\x40\x40", 10);	/* LNX1 RM3 */
	assert_string_equal(found().label, "RM3");
}

static void
a_fat_label_that_hides_clusters_is_shown_when_there_is_no_other(void **state)
{
	(void)state;
	memset(volume, 0, sizeof(volume));
	memcpy(volume, "\xeb\x3c\x90MSDOS5.0\0\x02\x01\x01\0\x01\x10\0\0\x08\xf8\x01\0", 24);	/* 512, 1, 1 reserved, 1 FAT, 16 entries, 2048 sectors */
	memcpy(volume + 36, "\x80\0\x29\x01\x02\x03\x04NO NAME    FAT12   ", 26);
	memcpy(volume + 510, "\x55\xaa", 2);
	memcpy(volume + 512, "\xf8\xff\xff", 3);
	memcpy(volume + 1024, "HIDDEN     \x08", 12);
	volume[1024 + 26] = 5;
	assert_string_equal(found().label, "HIDDEN");
	memcpy(volume + 1024 + 32, "LABEL      \x08", 12);
	assert_string_equal(found().label, "LABEL");
	volume[1024 + 32] = 0xe5;
	assert_string_equal(found().label, "HIDDEN");
}

/* With tables that have no slice inside, nothing is said: then it is rather no such table. */
static void
slices_beyond_the_medium_are_told(void **state)
{
	struct triage_error err;
	struct layout *layout = calloc(1, sizeof(*layout));
	(void)state;
	memset(volume, 0, sizeof(volume));
	store(0, 0x0be5a941, 4, true);
	static const uint32_t slices[][3] = { { 100, 63, 0x83 }, { 100, VOLUME / 512 + 5, 0x83 }, { 100, 0, 6 } };
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++)
			store(312 + i * 12 + k * 4, slices[i][k], 4, true);
	for (int inside = 1; inside >= 0; inside--) {
		struct reader *reader = NULL;
		*layout = (struct layout){ .sector_size = 512 };
		assert_int_equal(reader_memory(volume, VOLUME, &reader, &err), TRIAGE_OK);
		assert_int_equal(sgi_table.read(reader, layout), inside);
		assert_int_equal(layout->count, inside * 2);
		reader_close(reader);
		store(312 + 4, VOLUME / 512 + 9, 4, true);
	}
	free(layout);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(befs_is_told_by_the_number_that_its_root_folder_holds),
		cmocka_unit_test(befs_with_attributes_that_lie_has_no_number),
		cmocka_unit_test(both_versions_of_ufs_have_one_name),
		cmocka_unit_test(a_disk_of_a_mainframe_is_named_with_its_serial),
		cmocka_unit_test(a_fat_label_that_hides_clusters_is_shown_when_there_is_no_other),
		cmocka_unit_test(slices_beyond_the_medium_are_told),
		cmocka_unit_test(arrays_of_one_maker_have_names_of_their_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

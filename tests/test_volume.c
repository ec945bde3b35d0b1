/* test_volume.c - partition tables and how the probe weighs them against signatures. Media are made here, a few MiB of zeros. */
#include "tests/image_harness.h"

#include "triage/evidence/checksum.h"
#include "triage/evidence/volume.h"

enum { MIB = 1 << 20, MEDIUM = 8 * MIB };

static uint8_t medium[MEDIUM];
static struct seen seen;

static void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static int
clear_medium(void **state)
{
	(void)state;
	memset(medium, 0, sizeof(medium));
	return 0;
}

/* An ext2 superblock that claims size bytes. */
static void
put_ext2(uint64_t at, uint64_t size, const char *label)
{
	uint8_t *super = medium + at + 1024;
	store_le(super + 4, size / 1024, 4);
	store_le(super + 56, 0xef53, 2);
	super[104] = 0x11;
	memcpy(super + 120, label, strlen(label));
}

/* A FAT16 of 4 MiB without files. */
static void
put_fat16(uint64_t at)
{
	uint8_t *boot = medium + at;
	memcpy(boot, "\xeb\x3c\x90mkfs.fat", 11);
	store_le(boot + 11, 512, 2);
	boot[13] = 1;
	store_le(boot + 14, 1, 2);
	boot[16] = 2;
	store_le(boot + 17, 512, 2);
	store_le(boot + 19, 8192, 2);
	boot[21] = 0xf8;
	store_le(boot + 22, 32, 2);
	boot[38] = 0x29;
	store_le(boot + 39, 0xcafe1234, 4);
	memcpy(boot + 54, "FAT16   ", 8);
	store_le(boot + 510, 0xaa55, 2);
}

static void
put_entry(uint64_t table_at, size_t i, uint8_t type, uint32_t start, uint32_t count)
{
	uint8_t *e = medium + table_at + 446 + i * 16;
	e[4] = type;
	store_le(e + 8, start, 4);
	store_le(e + 12, count, 4);
	store_le(medium + table_at + 510, 0xaa55, 2);
}

/* A GPT header and one entry, at the start or (copy) at the end. */
static void
put_gpt(uint32_t sector, bool copy)
{
	uint64_t last = MEDIUM / sector - 1, my = copy ? last : 1, entries = copy ? last - 16384 / sector : 2;
	uint8_t *header = medium + my * sector, *entry = medium + entries * sector;
	entry[0] = 0xaf;
	memset(entry + 16, 0x22, 16);
	store_le(entry + 32, MIB / sector, 8);
	store_le(entry + 40, 3 * MIB / sector - 1, 8);
	for (size_t i = 0; i < 4; i++)
		entry[56 + 2 * i] = (uint8_t)"Data"[i];
	memcpy(header, "EFI PART\0\0\1\0", 12);
	store_le(header + 12, 92, 4);
	store_le(header + 24, my, 8);
	store_le(header + 32, copy ? 1 : last, 8);
	store_le(header + 72, entries, 8);
	store_le(header + 80, 128, 4);
	store_le(header + 84, 128, 4);
	store_le(header + 88, crc32_end(crc32_more(CRC32_START, entry, 16384)), 4);
	store_le(header + 16, 0, 4);
	store_le(header + 16, crc32_end(crc32_more(CRC32_START, header, 92)), 4);
}

static void
put_protective(void)
{
	put_entry(0, 0, 0xee, 1, UINT32_MAX);
}

static void
a_filesystem_without_table_is_one_volume_of_kind_none(void **state)
{
	(void)state;
	put_ext2(0, MEDIUM, "whole");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "volume 0 parent=-1 none examined at=0 length=8388608 label=whole uuid=11000000-0000-0000-0000-000000000000\n");
	assert_seen(&seen, "filesystem 0 volume=0 ext2 at=0 length=8388608 label=whole");
	assert_number_equal(seen.problems, 0);
}

static void
mbr_partitions_carry_their_filesystems(void **state)
{
	(void)state;
	put_entry(0, 0, 0x83, 2048, 4096);
	put_entry(0, 1, 0x0e, 6144, 8192);
	put_ext2(MIB, 2 * MIB, "one");
	put_fat16(3 * MIB);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "volume 0 parent=-1 mbr examined at=1048576 length=2097152 label=one");
	assert_seen(&seen, "filesystem 0 volume=0 ext2 at=1048576 length=2097152");
	assert_seen(&seen, "filesystem 1 volume=1 fat16 at=3145728 length=4194304 label= uuid=CAFE-1234");
	assert_number_equal(seen.problems, 0);
	/* a partition that is said to begin at its own table takes nothing up: what lies in it is found by its mark */
	put_entry(0, 1, 0x0e, 0, 14336);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "mbr unsupported at=0 length=7340032");
	assert_seen(&seen, "fat16 at=3145728");
	assert_seen(&seen, "problem volumes volume-not-in-table at=3145728");
}

static void
logical_partitions_hang_under_their_extended_partition(void **state)
{
	(void)state;
	put_entry(0, 0, 0x05, 2048, 12288);
	put_entry(MIB, 0, 0x83, 64, 2000);
	put_entry(MIB, 1, 0x05, 4096, 4096);
	put_entry(3 * MIB, 0, 0x83, 64, 2000);
	put_ext2(MIB + 64 * 512, 2000 * 512, "first");
	put_ext2(3 * MIB + 64 * 512, 2000 * 512, "second");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "volume 0 parent=-1 mbr examined at=1048576 length=6291456");
	assert_seen(&seen, "volume 1 parent=0 mbr examined at=1081344 length=1024000 label=first");
	assert_seen(&seen, "volume 2 parent=0 mbr examined at=3178496 length=1024000 label=second");
	assert_number_equal(seen.volumes, 3);
	assert_number_equal(seen.problems, 0);
	/* also when the table says that it is something else; not when what it begins with is no table */
	put_entry(0, 0, 0x80, 2048, 12288);
	store_le(medium + MIB + 440, 0x5eed, 4);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "volume 2 parent=0 mbr examined at=3178496 length=1024000 label=second");
	assert_seen(&seen, "problem volumes partition-type-wrong at=1048576");
	medium[MIB] = 0xeb;
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_null(strstr(seen.text, "partition-type-wrong"));
}

static void
a_chain_of_logical_partitions_that_comes_back_is_cut(void **state)
{
	(void)state;
	put_entry(0, 0, 0x05, 2048, 12288);
	put_entry(MIB, 0, 0x83, 64, 2000);
	put_entry(MIB, 1, 0x05, 4096, 4096);
	put_entry(3 * MIB, 0, 0x83, 64, 2000);
	put_entry(3 * MIB, 1, 0x05, 0, 4096);	/* relative to the first: back to the start */
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "problem volumes partition-loop at=1048576");
	assert_number_equal(seen.volumes, 3);
}

static void
a_chain_that_leads_nowhere_is_told(void **state)
{
	(void)state;
	put_entry(0, 0, 0x0f, 2048, 12288);
	put_entry(MIB, 0, 0x83, 64, 2000);
	put_entry(MIB, 1, 0x05, 0x7fffffff, 4096);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "problem volumes partition-chain-broken");
	assert_number_equal(seen.volumes, 2);
}

static void
a_gpt_gives_name_and_identifier(void **state)
{
	(void)state;
	put_protective();
	put_gpt(512, false);
	put_gpt(512, true);
	put_ext2(MIB, 2 * MIB, "files");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "volume 0 parent=-1 gpt examined at=1048576 length=2097152 label=Data uuid=22222222-2222-2222-2222-222222222222\n");
	assert_seen(&seen, "filesystem 0 volume=0 ext2 at=1048576 length=2097152 label=files uuid=11000000-");
	assert_number_equal(seen.problems, 0);
}

static void
a_damaged_gpt_is_replaced_by_its_copy(void **state)
{
	(void)state;
	for (unsigned which = 0; which < 3; which++) {
		clear_medium(NULL);
		put_protective();
		put_gpt(512, false);
		put_gpt(512, true);
		put_ext2(MIB, 2 * MIB, "files");
		if (which == 0)
			medium[512 + 60] ^= 1;		/* the header */
		if (which == 1)
			medium[1024 + 33] ^= 1;		/* an entry */
		if (which == 2)
			memset(medium + 512, 0, 512);	/* all of it */
		probe_bytes(medium, MEDIUM, 512, &seen);
		assert_seen(&seen, "problem volumes gpt-primary-damaged at=512");
		assert_seen(&seen, "gpt examined at=1048576");
	}
}

static void
two_damaged_gpts_are_told_and_the_first_volume_is_still_found(void **state)
{
	(void)state;
	put_protective();
	put_gpt(512, false);
	medium[512 + 60] ^= 1;
	put_ext2(MIB, 2 * MIB, "files");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "problem volumes gpt-damaged at=512");
	assert_seen(&seen, "problem volumes partition-table-damaged");
	assert_seen(&seen, "filesystem 0 volume=0 ext2 at=1048576 length=2097152");
}

static void
tables_of_4096_byte_sectors_are_understood_whatever_the_reader_says(void **state)
{
	(void)state;
	put_protective();
	put_gpt(4096, false);
	put_ext2(MIB, 2 * MIB, "big");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "sector=4096");
	assert_seen(&seen, "gpt examined at=1048576 length=2097152");
	assert_seen(&seen, "problem volumes sector-size-guessed");
	clear_medium(NULL);
	put_entry(0, 0, 0x83, 256, 512);
	put_ext2(MIB, 2 * MIB, "big");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "mbr examined at=1048576 length=2097152 label=big");
	probe_bytes(medium, MEDIUM, 4096, &seen);
	assert_seen(&seen, "mbr examined at=1048576 length=2097152 label=big");
	assert_not_seen(&seen, "sector-size");
}

static void
a_table_that_makes_sense_in_both_sector_sizes_is_told(void **state)
{
	(void)state;
	put_entry(0, 0, 0x83, 256, 512);
	put_ext2(256 * 512, 512 * 512, "small");
	put_ext2(MIB, 2 * MIB, "large");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "problem volumes sector-size-unsure");
	assert_seen(&seen, "mbr examined at=131072 length=262144 label=small");
	probe_bytes(medium, MEDIUM, 4096, &seen);
	assert_seen(&seen, "problem volumes sector-size-unsure");
	assert_seen(&seen, "mbr examined at=1048576 length=2097152 label=large");
}

static void
boot_code_partitions_and_swap_are_no_loss(void **state)
{
	(void)state;
	put_protective();
	put_gpt(512, false);
	memcpy(medium + 1024, "\x48\x61\x68\x21\x49\x64\x6f\x6e\x74\x4e\x65\x65\x64\x45\x46\x49", 16);	/* BIOS boot */
	store_le(medium + 512 + 88, crc32_end(crc32_more(CRC32_START, medium + 1024, 16384)), 4);
	store_le(medium + 512 + 16, 0, 4);
	store_le(medium + 512 + 16, crc32_end(crc32_more(CRC32_START, medium + 512, 92)), 4);
	memset(medium + MIB, 0x90, 4096);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "gpt unsupported at=1048576");
	assert_number_equal(seen.loudest, TRIAGE_LOW);
	clear_medium(NULL);
	memcpy(medium + 4086, "SWAPSPACE2", 10);
	store_le(medium + 1024, 1, 4);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "swap unsupported at=0");
	assert_number_equal(seen.loudest, TRIAGE_LOW);
}

static void
a_boot_sector_with_nonsense_entries_is_a_filesystem_not_a_table(void **state)
{
	(void)state;
	put_fat16(0);
	put_entry(0, 0, 0x72, 5000, 7000);	/* text of the boot code read as an entry */
	medium[446] = 0;
	probe_bytes(medium, 4 * MIB, 512, &seen);
	assert_seen(&seen, "volume 0 parent=-1 none examined at=0");
	assert_number_equal(seen.volumes, 1);
	assert_number_equal(seen.filesystems, 1);
}

static void
a_medium_that_is_two_things_is_examined_as_both(void **state)
{
	(void)state;
	put_ext2(0, MEDIUM, "old");
	put_entry(0, 0, 0x83, 2048, 4096);
	put_ext2(MIB, 2 * MIB, "new");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "problem volumes two-layouts");
	assert_seen(&seen, "none examined at=0 length=8388608 label=old");
	assert_seen(&seen, "mbr examined at=1048576 length=2097152 label=new");
}

static void
a_partition_beyond_the_end_is_damaged_and_one_across_it_is_cut(void **state)
{
	(void)state;
	put_entry(0, 0, 0x83, 2048, 1 << 20);
	put_entry(0, 1, 0x83, 1 << 24, 2048);
	put_ext2(MIB, 500 * MIB, "cut");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "volume 0 parent=-1 mbr examined at=1048576 length=536870912");
	assert_seen(&seen, "problem volumes volume-cut at=1048576");
	assert_seen(&seen, "filesystem 0 volume=0 ext2 at=1048576 length=7340032");
	assert_seen(&seen, "problem volumes filesystem-cut at=8388608");
	assert_seen(&seen, "volume 1 parent=-1 mbr damaged at=8589934592");
	assert_seen(&seen, "problem volumes volume-outside");
}

static void
a_lost_table_does_not_hide_the_first_filesystem(void **state)
{
	(void)state;
	put_fat16(63 * 512);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "problem volumes partition-table-damaged");
	assert_seen(&seen, "volume 0 parent=-1 none examined at=32256 length=4194304");
}

static void
nothing_known_is_one_volume_and_one_problem(void **state)
{
	(void)state;
	uint32_t random = 7;
	probe_bytes(medium, 0, 512, &seen);
	assert_seen(&seen, "none empty at=0 length=0");
	assert_seen(&seen, "problem volumes no-filesystem");
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "none empty at=0 length=8388608");
	assert_seen(&seen, "problem volumes no-filesystem");
	memset(medium, 'a', MEDIUM);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "none unsupported at=0");
	assert_seen(&seen, "it is text");
	for (size_t i = 0; i < MEDIUM; i++) {
		random = random * 1103515245 + 12345;
		medium[i] = (uint8_t)(random >> 16);
	}
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "none unsupported at=0");
	assert_seen(&seen, "look random");
}

static void
a_lock_with_nothing_behind_its_header_is_a_lock(void **state)
{
	(void)state;
	put_entry(0, 0, 0x83, 2048, 4096);
	memcpy(medium + MIB, "LUKS\xba\xbe\0\2", 8);
	memcpy(medium + MIB + 24, "secret", 6);
	memcpy(medium + MIB + 168, "202265fe-9842-4c2d-ac9b-aba1b05deb63", 36);
	probe_bytes(medium, MEDIUM, 512, &seen);
	assert_seen(&seen, "volume 0 parent=-1 luks locked at=1048576 length=2097152 label=secret uuid=202265fe-9842-4c2d-ac9b-aba1b05deb63\n");
	assert_seen(&seen, "problem volumes volume-locked at=1048576");
	assert_number_equal(seen.filesystems, 0);
}

static void
more_partitions_than_there_is_room_for_are_counted(void **state)
{
	(void)state;
	struct layout *layout = calloc(1, sizeof(*layout));
	assert_non_null(layout);
	for (unsigned i = 0; i < PARTITIONS_MAX + 7; i++)
		layout_add(layout, "mbr", i, 1, NO_PARENT);
	assert_number_equal(layout->count, PARTITIONS_MAX);
	assert_number_equal(layout->left_out, 7);
	free(layout);
}

#define TEST(name) cmocka_unit_test_setup(name, clear_medium)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_filesystem_without_table_is_one_volume_of_kind_none),
		TEST(mbr_partitions_carry_their_filesystems),
		TEST(logical_partitions_hang_under_their_extended_partition),
		TEST(a_chain_of_logical_partitions_that_comes_back_is_cut),
		TEST(a_chain_that_leads_nowhere_is_told),
		TEST(a_gpt_gives_name_and_identifier),
		TEST(a_damaged_gpt_is_replaced_by_its_copy),
		TEST(two_damaged_gpts_are_told_and_the_first_volume_is_still_found),
		TEST(tables_of_4096_byte_sectors_are_understood_whatever_the_reader_says),
		TEST(a_table_that_makes_sense_in_both_sector_sizes_is_told),
		TEST(boot_code_partitions_and_swap_are_no_loss),
		TEST(a_boot_sector_with_nonsense_entries_is_a_filesystem_not_a_table),
		TEST(a_medium_that_is_two_things_is_examined_as_both),
		TEST(a_partition_beyond_the_end_is_damaged_and_one_across_it_is_cut),
		TEST(a_lost_table_does_not_hide_the_first_filesystem),
		TEST(nothing_known_is_one_volume_and_one_problem),
		TEST(a_lock_with_nothing_behind_its_header_is_a_lock),
		TEST(more_partitions_than_there_is_room_for_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

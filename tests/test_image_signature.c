/* test_image_signature.c - what the signatures read: labels, identifiers, states, and what they must not take for theirs. */
#include "tests/image_harness.h"

#include "triage/evidence/checksum.h"
#include "triage/evidence/signature.h"

enum { MIB = 1 << 20, VOLUME = 8 * MIB };

static uint8_t volume[VOLUME];

static void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static void
store_be(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[size - 1 - i] = (uint8_t)(value >> (8 * i));
}

static void
store_utf16le(uint8_t *at, const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		store_le(at + 2 * i, (uint8_t)text[i], 2);
}

static int
clear_volume(void **state)
{
	(void)state;
	memset(volume, 0, sizeof(volume));
	return 0;
}

/* The first signature of the volume; false when there is none. */
static bool
find(size_t size, struct signature_hit *hit)
{
	struct triage_error err;
	struct signature_scan *scan = calloc(1, sizeof(*scan));
	assert_non_null(scan);
	assert_int_equal(reader_memory(volume, size, &scan->reader, &err), TRIAGE_OK);
	scan->size = size;
	bool found = signature_find(scan, NULL, hit);
	reader_close(scan->reader);
	free(scan);
	return found;
}

static struct signature_hit
found(void)
{
	struct signature_hit hit;
	assert_true(find(VOLUME, &hit));
	return hit;
}

static void
put_ntfs(void)
{
	memcpy(volume, "\xeb\x52\x90NTFS    ", 11);
	store_le(volume + 11, 512, 2);
	volume[13] = 8;
	store_le(volume + 40, VOLUME / 512 - 1, 8);
	store_le(volume + 48, 4, 8);
	volume[64] = 0xf6;	/* records of 1024 bytes */
	store_le(volume + 72, UINT64_C(0x09cbb6de30c87310), 8);
	/* $MFT record 3: a resident $VOLUME_NAME that runs over the end of a sector */
	uint8_t *record = volume + 4 * 4096 + 3 * 1024;
	memcpy(record, "FILE", 4);
	store_le(record + 4, 48, 2);
	store_le(record + 6, 3, 2);
	store_le(record + 20, 456, 2);
	store_le(record + 48, 0x0101, 2);
	uint8_t *attribute = record + 456;
	store_le(attribute, 0x60, 4);
	store_le(attribute + 4, 64, 4);
	store_le(attribute + 16, 32, 4);
	store_le(attribute + 20, 24, 2);
	store_utf16le(attribute + 24, "a label of 16 ch");
	memcpy(record + 50, record + 510, 2);	/* fixups */
	memcpy(record + 52, record + 1022, 2);
	store_le(record + 510, 0x0101, 2);
	store_le(record + 1022, 0x0101, 2);
}

static void
ntfs_label_is_read_across_fixups(void **state)
{
	(void)state;
	put_ntfs();
	struct signature_hit hit = found();
	assert_string_equal(hit.row->name, "ntfs");
	assert_string_equal(hit.type, "ntfs");
	assert_string_equal(hit.label, "a label of 16 ch");
	assert_string_equal(hit.uuid, "09CBB6DE30C87310");
	assert_number_equal(hit.block_size, 4096);
	volume[4 * 4096 + 3 * 1024 + 510] ^= 1;	/* the fixup does not hold any more */
	assert_string_equal(found().label, "");
}

static void
ntfs_with_impossible_sizes_is_not_believed(void **state)
{
	(void)state;
	struct signature_hit hit;
	put_ntfs();
	volume[13] = 3;
	assert_false(find(VOLUME, &hit));
	put_ntfs();
	store_le(volume + 48, UINT64_MAX, 8);
	assert_false(find(VOLUME, &hit));
	put_ntfs();
	store_le(volume + 40, UINT64_MAX, 8);
	assert_false(find(VOLUME, &hit));
}

static void
put_fat(unsigned sectors)
{
	memcpy(volume, "\xeb\x3c\x90mkfs.fat", 11);
	store_le(volume + 11, 512, 2);
	volume[13] = 1;
	store_le(volume + 14, 1, 2);
	volume[16] = 2;
	store_le(volume + 17, 512, 2);
	store_le(volume + 19, sectors, 2);
	volume[21] = 0xf8;
	store_le(volume + 22, 40, 2);
	volume[38] = 0x29;
	store_le(volume + 39, 0xdeadbeef, 4);
	memcpy(volume + 43, "STALE      ", 11);
	memcpy(volume + 54, "FAT16   ", 8);
}

static void
fat_is_named_by_its_clusters_and_labelled_by_its_root(void **state)
{
	(void)state;
	uint8_t *root = volume + 81 * 512;
	put_fat(8192);
	assert_string_equal(found().type, "fat16");
	assert_string_equal(found().uuid, "DEAD-BEEF");
	assert_string_equal(found().label, "");	/* the boot sector's copy is not taken */
	put_fat(4000);
	assert_string_equal(found().type, "fat12");
	memcpy(root, "\xe5" "ELETED    \x08", 12);
	memcpy(root + 32, "A\0b\0c\0d\0e\0\x0f\0", 13);
	memcpy(root + 64, "REAL LABEL \x08", 12);
	assert_string_equal(found().label, "REAL LABEL");
	root[64] = 0x05;	/* stands for 0xe5, which would mean deleted */
	assert_string_equal(found().label, "\\xe5EAL LABEL");
}

static void
fat32_with_a_looping_root_ends(void **state)
{
	(void)state;
	put_fat(0);
	store_le(volume + 17, 0, 2);
	store_le(volume + 22, 0, 2);
	store_le(volume + 32, VOLUME / 512, 4);
	store_le(volume + 36, 100, 4);
	store_le(volume + 44, 2, 4);
	memcpy(volume + 82, "FAT32   ", 8);
	store_le(volume + 512 + 8, 2, 4);	/* cluster 2 follows itself */
	for (size_t i = 0; i < 512; i += 32)
		volume[201 * 512 + i] = 'x';
	struct signature_hit hit = found();
	assert_string_equal(hit.type, "fat32");
	assert_string_equal(hit.label, "");
}

static void
exfat_label_comes_from_its_root(void **state)
{
	(void)state;
	memcpy(volume, "\xeb\x76\x90" "EXFAT   ", 11);
	store_le(volume + 72, VOLUME / 512, 8);
	store_le(volume + 80, 8, 4);
	store_le(volume + 88, 16, 4);
	store_le(volume + 92, 100, 4);
	store_le(volume + 96, 4, 4);
	store_le(volume + 100, 0x9c238877, 4);
	volume[108] = 9;
	volume[109] = 3;
	uint8_t *root = volume + (16 + 2 * 8) * 512;
	root[0] = 0x81;
	root[32] = 0x83;
	root[33] = 5;
	store_utf16le(root + 34, "stick");
	assert_string_equal(found().type, "exfat");
	assert_string_equal(found().label, "stick");
	assert_string_equal(found().uuid, "9C23-8877");
	volume[109] = 200;	/* clusters of 2 ^ 209 bytes */
	struct signature_hit hit;
	assert_false(find(VOLUME, &hit));
}

static void
put_ext(uint32_t compat, uint32_t incompat, uint32_t ro)
{
	store_le(volume + 1080, 0xef53, 2);
	store_le(volume + 1028, VOLUME / 1024, 4);
	store_le(volume + 1116, compat, 4);
	store_le(volume + 1120, incompat, 4);
	store_le(volume + 1124, ro, 4);
	memset(volume + 1128, 0xab, 16);
	memcpy(volume + 1144, "data", 5);
}

static void
features_tell_the_ext_family_apart(void **state)
{
	(void)state;
	put_ext(0, 0x2, 0x1);
	assert_string_equal(found().type, "ext2");
	put_ext(4, 0x2, 0x3);
	assert_string_equal(found().type, "ext3");
	put_ext(4, 0x2 | 0x40, 0x3);
	assert_string_equal(found().type, "ext4");
	assert_string_equal(found().note, "");
	put_ext(4, 0x2 | 0x4 | 0x40, 0x3);
	assert_non_null(strstr(found().note, "journal"));
	put_ext(0, 0x8, 0);
	assert_string_equal(found().row->name, "jbd");
	assert_null(found().type);
}

static void
iso_label_takes_joliets_spelling_and_isos_length(void **state)
{
	(void)state;
	uint8_t *primary = volume + 32768, *joliet = primary + 2048;
	memcpy(primary, "\1CD001\1", 7);
	memset(primary + 40, ' ', 32);
	memcpy(primary + 40, "A_LONG_LABEL_OVER_16_CHARS", 26);
	store_le(primary + 80, 100, 4);
	store_le(primary + 128, 2048, 2);
	memcpy(primary + 830, "2009092410344000", 16);
	assert_string_equal(found().label, "A_LONG_LABEL_OVER_16_CHARS");
	assert_string_equal(found().uuid, "2009-09-24-10-34-40-00");
	assert_number_equal(found().length, 204800);
	memcpy(joliet, "\2CD001\1", 7);
	memcpy(joliet + 88, "%/E", 3);
	for (size_t i = 0; i < 16; i++)
		joliet[41 + 2 * i] = (uint8_t)"A long label ove"[i];
	assert_string_equal(found().label, "A long label oveR_16_CHARS");
	memset(joliet + 40, 0, 32);
	for (size_t i = 0; i < 5; i++)
		joliet[41 + 2 * i] = (uint8_t)"Other"[i];
	assert_string_equal(found().label, "Other");
}

static void
lvm_and_md_members_are_named_in_the_words_of_the_contract(void **state)
{
	(void)state;
	memcpy(volume + 512, "LABELONE", 8);
	store_le(volume + 520, 1, 8);
	store_le(volume + 532, 32, 4);
	memcpy(volume + 536, "LVM2 001", 8);
	memcpy(volume + 544, "Vynv4kAPH8xQERHSBb8VJ3SvFFPB5O1U", 32);
	struct signature_hit hit = found();
	assert_string_equal(signature_kind(hit.row), "lvm");
	assert_string_equal(hit.uuid, "Vynv4k-APH8-xQER-HSBb-8VJ3-SvFF-PB5O1U");
	clear_volume(NULL);
	uint8_t *super = volume + VOLUME - 65536;
	store_le(super, 0xa92b4efc, 4);
	store_le(super + 20, 0x37c76b91, 4);
	store_le(super + 28, 1, 4);
	store_le(super + 40, 2, 4);
	hit = found();
	assert_string_equal(signature_kind(hit.row), "md");
	assert_string_equal(hit.uuid, "37c76b91-0000-0000-0000-000000000000");
	assert_non_null(strstr(hit.note, "level 1 array of 2 disks"));
}

static void
put_bitlocker_copy(uint64_t at, const char *label)
{
	uint8_t *block = volume + at, *entry = block + 112;
	memcpy(block, "-FVE-FS-", 8);
	store_le(block + 8, 512 / 16, 2);
	store_le(block + 10, 2, 2);		/* version */
	store_le(block + 64, 48 + 40 + 36, 4);
	store_le(block + 72, 48, 4);
	memset(block + 80, 0x55, 16);
	store_le(entry, 40, 2);			/* description */
	store_le(entry + 2, 7, 2);
	store_utf16le(entry + 8, label);
	entry += 40;
	store_le(entry, 36, 2);			/* volume master key under a recovery password */
	store_le(entry + 2, 2, 2);
	memset(entry + 8, 0xc3, 16);
	store_le(entry + 34, 0x0800, 2);
	store_le(block + 512 + 4, crc32_end(crc32_more(CRC32_START, block, 512)), 4);
}

static void
bitlocker_names_its_recovery_key_from_a_whole_copy(void **state)
{
	(void)state;
	memcpy(volume, "\xeb\x58\x90-FVE-FS-", 11);
	store_le(volume + 176, MIB, 8);
	store_le(volume + 184, 2 * MIB, 8);
	store_le(volume + 192, UINT64_MAX, 8);
	put_bitlocker_copy(MIB, "PC-1 C: today");
	put_bitlocker_copy(2 * MIB, "PC-1 C: today");
	struct signature_hit hit = found();
	assert_string_equal(hit.row->name, "BitLocker");
	assert_number_equal(hit.row->state, TRIAGE_VOLUME_LOCKED);
	assert_string_equal(hit.label, "PC-1 C: today");
	assert_string_equal(hit.uuid, "55555555-5555-5555-5555-555555555555");
	assert_string_equal(hit.note, "recovery password C3C3C3C3-C3C3-C3C3-C3C3-C3C3C3C3C3C3");
	volume[MIB + 120] = 'X';	/* the first copy is damaged: the second is taken */
	assert_string_equal(found().label, "PC-1 C: today");
	volume[2 * MIB + 120] = 'Y';	/* both are: better something than nothing */
	assert_string_equal(found().label, "XC-1 C: today");
}

static void
xfs_is_named_and_read(void **state)
{
	(void)state;
	memcpy(volume, "XFSB", 4);
	store_be(volume + 4, 4096, 4);
	store_be(volume + 8, 2048, 8);
	memset(volume + 32, 0x31, 16);
	store_be(volume + 88, 1, 4);
	memcpy(volume + 108, "backup", 6);
	struct signature_hit hit = found();
	assert_string_equal(hit.row->name, "xfs");
	assert_string_equal(hit.label, "backup");
	assert_number_equal(hit.length, 8388608);
	assert_string_equal(hit.type, "xfs");
}

static void
noise_and_zeros_have_no_signature(void **state)
{
	(void)state;
	struct signature_hit hit;
	uint32_t random = 1;
	assert_false(find(VOLUME, &hit));
	for (size_t size = 0; size < 3000; size += 13)
		assert_false(find(size, &hit));
	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i < VOLUME; i++) {
			random = random * 1103515245 + 12345;
			volume[i] = (uint8_t)(random >> 16);
		}
		if (find(VOLUME, &hit))
			fail_msg("noise is taken for %s", hit.row->name);
	}
}

static void
hostile_labels_come_out_harmless(void **state)
{
	(void)state;
	put_ext(0, 2, 1);
	memcpy(volume + 1144, "\x1b[2J\xff\n\xe2\x80\xae", 10);
	assert_string_equal(found().label, "\\x1b[2J\\xff\\x0a\\xe2\\x80\\xae");
}

#define TEST(name) cmocka_unit_test_setup(name, clear_volume)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ntfs_label_is_read_across_fixups),
		TEST(ntfs_with_impossible_sizes_is_not_believed),
		TEST(fat_is_named_by_its_clusters_and_labelled_by_its_root),
		TEST(fat32_with_a_looping_root_ends),
		TEST(exfat_label_comes_from_its_root),
		TEST(features_tell_the_ext_family_apart),
		TEST(iso_label_takes_joliets_spelling_and_isos_length),
		TEST(lvm_and_md_members_are_named_in_the_words_of_the_contract),
		TEST(bitlocker_names_its_recovery_key_from_a_whole_copy),
		TEST(xfs_is_named_and_read),
		TEST(noise_and_zeros_have_no_signature),
		TEST(hostile_labels_come_out_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

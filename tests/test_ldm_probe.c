/* test_ldm_probe.c - Windows dynamic disks behind a table of partitions: what a probe tells of their volumes. */
#include "tests/ldm_disks.h"

#include "triage/evidence/checksum.h"
#include "triage/evidence/source.h"

static void
store_le32(uint8_t *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(volumes_of_a_gpt_disk_are_read_from_it),
		TEST(partitions_of_a_dynamic_disk_are_left_to_its_database),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

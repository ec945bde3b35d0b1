/* test_walk_exfat.c - exFAT made set by set: contiguous files and chains, what was deleted, and sets that contradict themselves. */
#include "fat_volume.h"

#include "triage/base/when.h"

/* exFAT: sectors and clusters of 512 bytes, table in sector 24, heap from sector 32; root in cluster 4, bitmap in 2. */
enum { EX_TABLE = 24, EX_HEAP = 32, EX_CLUSTERS = 96 };

static struct seen s;
static uint8_t out[32 << 10];

static uint8_t *
ex_cluster(struct fv *v, unsigned cluster)
{
	return v->bytes + (EX_HEAP + cluster - 2) * SECTOR;
}

static void
ex_use(struct fv *v, unsigned cluster, uint32_t next)
{
	put(v->bytes + EX_TABLE * SECTOR + cluster * 4, next, 4);
	ex_cluster(v, 2)[(cluster - 2) / 8] |= (uint8_t)(1 << (cluster - 2) % 8);
}

/* A set of three slots; contiguous: no chain in the table. Returns the slot behind it. */
static uint8_t *
ex_file(uint8_t *slot, const char *name, unsigned attributes, unsigned cluster, uint64_t size, uint64_t valid, bool contiguous)
{
	uint16_t sum = 0;
	memset(slot, 0, 3 * SLOT);
	slot[0] = 0x85;
	slot[1] = 2;
	put(slot + 4, attributes, 2);
	for (unsigned at = 8; at <= 16; at += 4)
		put(slot + at, UINT32_C(0x54216000), 4);
	slot[22] = slot[23] = 0x80 | 4;	/* one hour east */
	slot[SLOT] = 0xc0;
	slot[SLOT + 1] = contiguous ? 3 : 1;
	slot[SLOT + 3] = (uint8_t)strlen(name);
	put(slot + SLOT + 8, valid, 8);
	put(slot + SLOT + 20, cluster, 4);
	put(slot + SLOT + 24, size, 8);
	slot[2 * SLOT] = 0xc1;
	for (size_t i = 0; i < strlen(name); i++)
		slot[2 * SLOT + 2 + i * 2] = (uint8_t)name[i];
	for (size_t i = 0; i < 3 * SLOT; i++)
		if (i != 2 && i != 3)
			sum = (uint16_t)((sum << 15 | sum >> 1) + slot[i]);
	put(slot + 2, sum, 2);
	return slot + 3 * SLOT;
}

static struct fv *
ex_new(void)
{
	struct fv *v = calloc(1, sizeof(*v));
	assert_non_null(v);
	memcpy(v->bytes + 3, "EXFAT   ", 8);
	put(v->bytes + 80, EX_TABLE, 4);
	put(v->bytes + 84, 8, 4);
	put(v->bytes + 88, EX_HEAP, 4);
	put(v->bytes + 92, EX_CLUSTERS, 4);
	put(v->bytes + 96, 4, 4);
	v->bytes[108] = 9;
	uint8_t *root = ex_cluster(v, 4);
	root[0] = 0x81;
	put(root + 20, 2, 4);
	put(root + 24, EX_CLUSTERS / 8, 8);
	ex_use(v, 2, UINT32_MAX);
	ex_use(v, 4, UINT32_MAX);
	return v;
}

static void
ex_read(const struct fv *v, const char *name, size_t size, uint32_t *ret_flags)
{
	struct volume volume;
	struct triage_error err;
	list_bytes(v->bytes, sizeof(v->bytes), "exfat", &s);
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "exfat", &err), TRIAGE_OK);
	assert_number_equal(read_stream(&volume, &seen_need(&s, name)->e, out, sizeof(out), ret_flags), size);
	volume_close(&volume);
}

static void
exfat_files_are_read_contiguous_or_by_chain(void **state)
{
	struct fv *v = ex_new();
	uint32_t flags;
	int64_t want;
	(void)state;
	uint8_t *slot = ex_file(ex_cluster(v, 4) + SLOT, "whole.bin", 0x20, 10, 1000, 600, true);
	ex_file(slot, "chained.bin", 0x20, 20, 1000, 1000, false);
	ex_use(v, 20, 30);
	ex_use(v, 30, UINT32_MAX);
	memset(ex_cluster(v, 10), 'a', 2 * SECTOR);
	memset(ex_cluster(v, 20), 'c', SECTOR);
	memset(ex_cluster(v, 30), 'd', SECTOR);
	ex_read(v, "whole.bin", 1000, &flags);
	assert_int_equal(out[599], 'a');
	assert_int_equal(out[600], 0);
	assert_int_equal(flags, 0);
	ex_read(v, "chained.bin", 1000, &flags);
	assert_int_equal(out[511], 'c');
	assert_int_equal(out[999], 'd');
	assert_int_equal(flags, 0);
	assert_true(when_parse("2022-01-01T11:00:00Z", &want));
	assert_number_equal(seen_need(&s, "whole.bin")->e.times[TRIAGE_BTIME], want);
	free(v);
}

static void
a_deleted_exfat_file_is_read_and_its_reuse_is_flagged(void **state)
{
	struct fv *v = ex_new();
	uint32_t flags;
	(void)state;
	uint8_t *slot = ex_cluster(v, 4) + SLOT;
	ex_file(slot, "gone.bin", 0x20, 10, 1000, 1000, true);
	for (unsigned i = 0; i < 3; i++)
		slot[i * SLOT] &= 0x7f;
	memset(ex_cluster(v, 10), 'a', 2 * SECTOR);
	ex_read(v, "gone.bin", 1000, &flags);
	assert_int_equal(seen_need(&s, "gone.bin")->e.state, TRIAGE_STATE_DELETED);
	assert_int_equal(out[999], 'a');
	assert_int_equal(flags, 0);
	ex_use(v, 11, UINT32_MAX);
	ex_read(v, "gone.bin", 1000, &flags);
	assert_int_equal(flags, EVIDENCE_CONTENT_REUSED);
	free(v);
}

static void
an_exfat_set_that_contradicts_itself_is_told(void **state)
{
	struct fv *v = ex_new();
	(void)state;
	uint8_t *slot = ex_cluster(v, 4) + SLOT;
	ex_file(ex_file(slot, "broken.bin", 0x20, 10, 1000, 1000, true), "whole.bin", 0x20, 10, 1000, 1000, true);
	slot[SLOT] = 0x33;
	list_bytes(v->bytes, sizeof(v->bytes), "exfat", &s);
	assert_number_equal(seen_problems(&s, "directory-cut"), 1);
	seen_need(&s, "whole.bin");
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exfat_files_are_read_contiguous_or_by_chain),
		cmocka_unit_test(a_deleted_exfat_file_is_read_and_its_reuse_is_flagged),
		cmocka_unit_test(an_exfat_set_that_contradicts_itself_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "image_harness.h"

#include "triage/evidence/apfs.h"

/* An APFS container of 16 blocks: checkpoints in 1 to 4, the map of objects in 5 and 6, super blocks of volumes from 8 on. */
enum { BLOCK = 4096, BLOCKS = 16, RING = 1, RING_BLOCKS = 4, MAP = 5, TREE = 6, VOLUMES = 8 };

static uint8_t medium[BLOCK * BLOCKS];
static struct seen seen;

static void
put(uint8_t *p, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t
get32(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

static uint8_t *
block_at(unsigned block)
{
	return medium + (size_t)block * BLOCK;
}

static void
seal(unsigned block)
{
	uint8_t *p = block_at(block);
	uint64_t a = 0, b = 0;
	for (size_t i = 8; i < BLOCK; i += 4) {
		a = (a + get32(p + i)) % UINT32_MAX;
		b = (b + a) % UINT32_MAX;
	}
	uint64_t low = UINT32_MAX - (a + b) % UINT32_MAX;
	put(p, low, 4);
	put(p + 4, UINT32_MAX - (a + low) % UINT32_MAX, 4);
}

static void
head(unsigned block, uint64_t number, uint64_t transaction, uint32_t type)
{
	memset(block_at(block), 0, BLOCK);
	put(block_at(block) + 8, number, 8);
	put(block_at(block) + 16, transaction, 8);
	put(block_at(block) + 24, type, 4);
}

/* A super block of the container that lists `volumes` volumes, numbered from 1026. */
static void
put_super(unsigned block, uint64_t transaction, unsigned volumes)
{
	uint8_t *p = block_at(block);
	head(block, 1, transaction, UINT32_C(0x80000001));
	memcpy(p + 32, "NXSB", 4);
	put(p + 36, BLOCK, 4);
	put(p + 40, BLOCKS, 8);
	memset(p + 72, 0x11, 16);
	put(p + 104, RING_BLOCKS, 4);
	put(p + 112, RING, 8);
	put(p + 160, MAP, 8);
	put(p + 180, 100, 4);
	for (unsigned i = 0; i < volumes; i++)
		put(p + 184 + i * 8, 1026 + i, 8);
	/* libblkid and our signature take the type without its flags */
	put(p + 24, 1, 2);
	put(p + 26, 0x8000, 2);
	seal(block);
}

static void
put_volume(unsigned i, const char *name, bool encrypted)
{
	uint8_t *p = block_at(VOLUMES + i);
	head(VOLUMES + i, 1026 + i, 5, 13);
	memcpy(p + 32, "APSB", 4);
	put(p + 184, 3, 8);
	put(p + 192, 2, 8);
	memset(p + 240, 0x20 + (int)i, 16);
	put(p + 264, encrypted ? 0 : 1, 8);
	memcpy(p + 704, name, strlen(name));
	seal(VOLUMES + i);
}

/* The map of objects: one leaf, which is the root, with `count` keys. */
static void
put_map(unsigned count)
{
	uint8_t *p = block_at(TREE), *keys = p + 56 + 64;
	head(MAP, MAP, 5, UINT32_C(0x4000000b));
	put(block_at(MAP) + 48, TREE, 8);
	seal(MAP);
	head(TREE, TREE, 5, UINT32_C(0x40000002));
	put(p + 32, 7, 2);
	put(p + 36, count, 4);
	put(p + 42, 64, 2);
	for (unsigned i = 0; i < count; i++) {
		put(p + 56 + i * 4, i * 16, 2);
		put(p + 58 + i * 4, (i + 1) * 16, 2);
		put(keys + i * 16, 1026 + i, 8);
		put(keys + i * 16 + 8, 4, 8);
		put(p + BLOCK - 40 - (i + 1) * 16 + 8, VOLUMES + i, 8);
	}
	seal(TREE);
}

static void
make_container(void)
{
	memset(medium, 0, sizeof(medium));
	put_super(0, 3, 1);
	put_super(RING + 1, 5, 3);	/* the newest */
	put_super(RING + 3, 4, 2);
	put_map(3);
	put_volume(0, "Macintosh HD", false);
	put_volume(1, "Data", true);
	put_volume(2, "System", false);
}

static void
each_volume_of_the_newest_checkpoint_is_told(void **state)
{
	(void)state;
	make_container();
	put(block_at(VOLUMES + 2) + 56, 0x20, 8);
	seal(VOLUMES + 2);
	probe_bytes(medium, sizeof(medium), 512, &seen);
	assert_number_equal(seen.volumes, 4);
	assert_number_equal(seen.filesystems, 1);
	assert_seen(&seen, "volume 1 parent=0 apfs examined at=0 length=65536 label=Macintosh HD uuid=20202020-2020-2020-2020-202020202020\n");
	assert_seen(&seen, "volume 2 parent=0 apfs locked at=0 length=65536 label=Data ");
	assert_seen(&seen, "volume 3 parent=0 apfs unsupported at=0 length=65536 label=System ");
	assert_seen(&seen, "filesystem 0 volume=1 apfs at=0 ");
	assert_seen(&seen, "volume-locked");
	assert_seen(&seen, "it is sealed");
}

static void
a_checkpoint_that_is_not_whole_is_passed_over(void **state)
{
	(void)state;
	make_container();
	block_at(RING + 1)[2000] ^= 1;
	probe_bytes(medium, sizeof(medium), 512, &seen);
	assert_number_equal(seen.volumes, 3);
	assert_not_seen(&seen, "System");
}

static void
a_volume_that_cannot_be_found_is_told(void **state)
{
	(void)state;
	make_container();
	put_map(2);
	probe_bytes(medium, sizeof(medium), 512, &seen);
	assert_seen(&seen, "volume 3 parent=0 apfs damaged ");
	assert_seen(&seen, "volume-damaged");
	make_container();
	memset(block_at(0) + 100, 0, 8);	/* the first super block is damaged, and the ring is not where it says */
	probe_bytes(medium, sizeof(medium), 512, &seen);
	assert_seen(&seen, "no checkpoint of this APFS container is whole");
	assert_number_equal(seen.volumes, 1);
	assert_seen(&seen, "volume 0 parent=-1 apfs damaged ");
}

static void
what_a_volume_says_it_has_is_read(void **state)
{
	struct apfs_volume v;
	struct reader *r;
	struct triage_error err = { .text = "" };
	(void)state;
	make_container();
	put(block_at(VOLUMES) + 216, 9, 8);
	seal(VOLUMES);
	assert_int_equal(reader_memory(medium, sizeof(medium), &r, &err), TRIAGE_OK);
	assert_true(apfs_volume_read(r, BLOCK, VOLUMES, &v));
	assert_number_equal(v.inodes, 5);
	assert_number_equal(v.snapshots, 9);
	assert_false(apfs_volume_read(r, BLOCK, TREE, &v));
	assert_false(apfs_volume_read(r, BLOCK, UINT64_MAX, &v));
	reader_close(r);
}

static void
any_cut_and_change_is_survived(void **state)
{
	static struct apfs_container c;
	struct triage_error err = { .text = "" };
	struct reader *r;
	uint32_t random = 1;
	(void)state;
	make_container();
	for (size_t size = 0; size < sizeof(medium); size += 777) {
		uint8_t *cut = malloc(size + 1);
		assert_non_null(cut);
		memcpy(cut, medium, size);
		assert_int_equal(reader_memory(cut, size, &r, &err), TRIAGE_OK);
		if (apfs_read(r, &c, &err) == TRIAGE_OK)
			assert_true(c.count <= 3);
		reader_close(r);
		free(cut);
	}
	for (unsigned round = 0; round < 3000; round++) {
		static const unsigned blocks[] = { 0, RING + 1, MAP, TREE, TREE, VOLUMES };
		make_container();
		for (unsigned k = 0; k < 3; k++) {
			random = random * 1664525 + 1013904223;
			unsigned block = blocks[(random >> 8) % 6];
			random = random * 1664525 + 1013904223;
			block_at(block)[8 + (random >> 8) % 190] = (uint8_t)(random >> 24);
			seal(block);
		}
		assert_int_equal(reader_memory(medium, sizeof(medium), &r, &err), TRIAGE_OK);
		if (apfs_read(r, &c, &err) == TRIAGE_OK)
			assert_true(c.count <= APFS_VOLUMES_MAX);
		reader_close(r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_volume_of_the_newest_checkpoint_is_told),
		cmocka_unit_test(a_checkpoint_that_is_not_whole_is_passed_over),
		cmocka_unit_test(a_volume_that_cannot_be_found_is_told),
		cmocka_unit_test(what_a_volume_says_it_has_is_read),
		cmocka_unit_test(any_cut_and_change_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Linux md: superblocks of every version, members that are missing, stale, spare or there twice. */
#include "tests/layer_harness.h"

#include "triage/base/view.h"
#include "triage/evidence/md_super.h"

#include <stdlib.h>

enum { MEMBERS = 4, SIZE = 512 << 10, CHUNK = 64 << 10, DATA_AT = 128 << 10, DATA = 256 << 10 };

extern const struct layer_kind linux_raid_layer;

static uint8_t disks[MEMBERS][SIZE];
static struct layer_member members[MEMBERS];
static struct told told;
static size_t used;

static void
store(uint8_t *p, uint64_t value, size_t size, bool big)
{
	for (size_t i = 0; i < size; i++)
		p[big ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

struct shape {
	unsigned minor;		/* 0, 1, 2 of version 1 */
	int level;
	uint32_t layout, count;
	uint64_t size;		/* bytes of each */
};

static const uint64_t super_places[] = { (SIZE / 512 - 16) / 8 * 8 * 512, 0, 4096 };

static void
seal(uint8_t *super)
{
	uint64_t sum = 0;
	store(super + 216, 0, 4, false);
	for (size_t i = 0; i < 256 + load_le32(super + 220) * 2; i += 4)
		sum += load_le32(super + i);
	store(super + 216, (sum & UINT32_MAX) + (sum >> 32), 4, false);
}

static uint64_t
data_at(const struct shape *s)
{
	return s->minor == 0 ? 0 : DATA_AT;
}

/* A superblock of version 1 for the member with that number, whose roles are their numbers. */
static uint8_t *
put_super(uint8_t *disk, const struct shape *s, uint32_t number, uint64_t events)
{
	uint8_t *super = disk + super_places[s->minor];
	memset(super, 0, 512);
	store(super, 0xa92b4efc, 4, false);
	store(super + 4, 1, 4, false);
	memset(super + 16, 0x42, 16);
	memcpy(super + 32, "town:0", 6);
	store(super + 72, (uint32_t)s->level, 4, false);
	store(super + 76, s->layout, 4, false);
	store(super + 80, s->size / 512, 8, false);
	store(super + 88, CHUNK / 512, 4, false);
	store(super + 92, s->count, 4, false);
	store(super + 128, data_at(s) / 512, 8, false);
	store(super + 136, DATA / 512, 8, false);
	store(super + 144, super_places[s->minor] / 512, 8, false);
	store(super + 160, number, 4, false);
	store(super + 200, events, 8, false);
	store(super + 208, UINT64_MAX, 8, false);
	store(super + 220, 8, 4, false);
	for (uint32_t i = 0; i < 8; i++)
		store(super + 256 + 2 * i, i < s->count ? i : 0xffff, 2, false);
	seal(super);
	return super;
}

/* Chunk c of the volume is the byte c + 1 throughout. */
static void
put_chunk(uint32_t disk, const struct shape *s, uint32_t row, uint8_t byte)
{
	memset(disks[disk] + data_at(s) + (size_t)row * CHUNK, byte, CHUNK);
}

static void
put_five(const struct shape *s)
{
	/* left symmetric on three: ab P / d P c / P ef */
	static const uint8_t rows[3][3] = { { 1, 2, 1 ^ 2 }, { 4, 3 ^ 4, 3 }, { 5 ^ 6, 5, 6 } };
	for (uint32_t row = 0; row < 3; row++)
		for (uint32_t d = 0; d < 3; d++)
			put_chunk(d, s, row, rows[row][d]);
	for (uint32_t d = 0; d < 3; d++)
		put_super(disks[d], s, d, 10);
}

static const struct shape five = { .minor = 2, .level = 5, .layout = 2, .count = 3, .size = 3 * CHUNK };
static const struct shape one = { .minor = 1, .level = 1, .count = 2, .size = 4 * CHUNK };

static int
begin(void **state)
{
	(void)state;
	memset(disks, 0, sizeof(disks));
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

/* Open the disks whose bit is set. */
static void
open_disks(unsigned which)
{
	struct told_bytes bytes[MEMBERS];
	told_close(members, used, &told);
	for (unsigned i = 0; i < MEMBERS; i++)
		bytes[i] = (struct told_bytes){ (which >> i & 1) != 0 ? disks[i] : NULL, SIZE };
	used = told_open(&linux_raid_layer, bytes, MEMBERS, members, &told);
}

/* The byte that all of a chunk of the first volume is; -1 when it differs within. */
static int
chunk_byte(uint32_t chunk)
{
	static uint8_t buf[CHUNK];
	struct triage_error err;
	assert_non_null(told.readers[0]);
	assert_int_equal(reader_read_all(told.readers[0], (uint64_t)chunk * CHUNK, buf, CHUNK, &err), TRIAGE_OK);
	for (size_t i = 0; i < CHUNK; i++)
		if (buf[i] != buf[0])
			return -1;
	return buf[0];
}

static void
assert_chunks(uint32_t count)
{
	assert_number_equal(told.readers[0]->size, (uint64_t)count * CHUNK);
	for (uint32_t c = 0; c < count; c++)
		assert_number_equal(chunk_byte(c), c + 1);
	assert_number_equal(told.readers[0]->bad_bytes, 0);
}

static void
an_array_is_named_and_read_in_any_order_of_its_members(void **state)
{
	(void)state;
	struct shape s = five;
	for (s.minor = 0; s.minor < 3; s.minor++) {
		begin(NULL);
		put_five(&s);
		open_disks(7);
		assert_told(&told, "volume md town:0 examined uuid=42424242-4242-4242-4242-424242424242 length=393216 member=0 note=level 5, metadata 1.");
		assert_number_equal(told.problems, 0);
		assert_chunks(6);
		uint64_t run;
		struct reader *below;
		assert_number_equal(told.readers[0]->ops->place(told.readers[0], 2 * CHUNK + 5, &below, &run), data_at(&s) + CHUNK + 5);
		assert_ptr_equal(below, members[2].reader);
		assert_number_equal(run, CHUNK - 5);
	}
	uint8_t spare[SIZE];
	memcpy(spare, disks[0], SIZE);
	memcpy(disks[0], disks[2], SIZE);
	memcpy(disks[2], spare, SIZE);
	open_disks(7);
	assert_chunks(6);
}

static void
a_missing_member_is_named_and_made_up_for(void **state)
{
	(void)state;
	put_five(&five);
	open_disks(5);
	assert_told(&told, "array-degraded");
	assert_told(&told, "2 of 3 members; missing: role 1");
	assert_chunks(6);
	open_disks(4);
	assert_told(&told, "problem 0 high array-incomplete");
	assert_told(&told, "missing: role 0 1");
	assert_number_equal(chunk_byte(2), 3);
	assert_number_equal(chunk_byte(0), 0);
	assert_number_equal(told.readers[0]->bad_bytes, CHUNK);
}

static void
a_stale_member_is_left_out_unless_nothing_else_is_there(void **state)
{
	(void)state;
	put_five(&five);
	put_chunk(0, &five, 0, 0x77);
	put_super(disks[0], &five, 0, 5);
	open_disks(7);
	assert_told(&told, "volume 0 (role 0) is stale, at event 5 when the array is at 10: it is left out");
	assert_chunks(6);
	open_disks(3);
	assert_told(&told, "it is used for want of a better one");
	assert_number_equal(chunk_byte(0), 0x77);
	assert_number_equal(chunk_byte(1), 2);
}

static void
a_member_that_the_others_call_faulty_is_left_out(void **state)
{
	(void)state;
	for (uint32_t d = 0; d < 2; d++)
		put_chunk(d, &one, 0, d == 0 ? 9 : 1);
	put_super(disks[0], &one, 0, 9);
	uint8_t *super = put_super(disks[1], &one, 1, 10);
	store(super + 256, 0xfffe, 2, false);
	seal(super);
	open_disks(3);
	assert_told(&told, "volume 0 (role 0) is stale");
	assert_number_equal(chunk_byte(0), 1);
}

static void
one_leg_of_a_mirror_is_enough_and_a_rebuild_is_believed_as_far_as_it_got(void **state)
{
	(void)state;
	for (uint32_t d = 0; d < 2; d++)
		for (uint32_t row = 0; row < 4; row++)
			put_chunk(d, &one, row, (uint8_t)(d == 0 && row >= 2 ? 0x66 : row + 1));
	put_super(disks[1], &one, 1, 10);
	uint8_t *super = put_super(disks[0], &one, 0, 10);
	open_disks(2);
	assert_chunks(4);
	store(super + 8, 2 | 8, 4, false);
	store(super + 152, 2 * CHUNK / 512, 8, false);
	seal(super);
	open_disks(3);
	assert_told(&told, "role 0 has a log of bad blocks");
	assert_told(&told, "role 0 was being rebuilt and is in step up to byte 131072");
	assert_chunks(4);
	open_disks(1);
	assert_told(&told, "array-incomplete");
	assert_number_equal(chunk_byte(1), 2);
	assert_number_equal(chunk_byte(2), 0);
}

static void
spares_and_second_claims_are_named(void **state)
{
	(void)state;
	put_five(&five);
	memcpy(disks[3], disks[0], SIZE);
	open_disks(15);
	assert_told(&told, "volume 3 claims role 0 as well: it is left out");
	assert_chunks(6);
	put_super(disks[3], &five, 5, 10);
	open_disks(15);
	assert_told(&told, "volume 3 is a spare and holds no data of it");
	open_disks(8);
	assert_told(&told, "volume md town:0 damaged");
	assert_told(&told, "array-unreadable");
}

static void
what_is_not_read_is_named_with_the_reason(void **state)
{
	(void)state;
	put_five(&five);
	for (uint32_t d = 0; d < 3; d++) {
		store(disks[d] + 4096 + 8, 4, 4, false);
		seal(disks[d] + 4096);
	}
	open_disks(7);
	assert_told(&told, "volume md town:0 unsupported");
	assert_told(&told, "a change of its shape was under way");
	struct shape odd = five;
	odd.layout = 6;
	put_five(&odd);
	open_disks(7);
	assert_told(&told, "volume md town:0 damaged");
}

/* Version 0.90, on level 0 with two members. */
static void
put_old(uint32_t d, bool big)
{
	uint8_t *super = disks[d] + SIZE - (64 << 10);
	uint64_t sum = 0;
	const uint32_t words[][2] = {
		{ 0, 0xa92b4efc }, { 2, 90 }, { 5, 0x01020304 }, { 7, 0 }, { 10, 2 }, { 13, 0x05060708 }, { 14, 9 }, { 15, 10 }, { 33, 1 },
		{ big ? 40 : 39, 3 }, { 65, CHUNK }, { 128 + 3, 0 }, { 128 + 4, 6 }, { 160 + 3, 1 }, { 160 + 4, 6 }, { 992, d },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		store(super + words[i][0] * 4, words[i][1], 4, big);
	for (size_t i = 0; i < 1024; i++)
		sum += big ? load_be32(super + i * 4) : load_le32(super + i * 4);
	store(super + 38 * 4, (sum & UINT32_MAX) + (sum >> 32), 4, big);
	for (uint32_t row = 0; row < 7; row++)
		memset(disks[d] + (size_t)row * CHUNK, (int)(2 * row + d + 1), CHUNK);
}

static void
the_old_superblock_is_read_in_both_byte_orders(void **state)
{
	(void)state;
	for (unsigned big = 0; big < 2; big++) {
		begin(NULL);
		put_old(0, big);
		put_old(1, big);
		open_disks(3);
		assert_told(&told, "examined uuid=01020304-0506-0708-0000-00090000000a length=917504");
		assert_told(&told, "note=level 0, metadata 0.90, 2 of 2 members\n");
		assert_chunks(14);
	}
	open_disks(1);
	assert_told(&told, "array-incomplete");
	assert_number_equal(chunk_byte(2), 3);
	assert_number_equal(chunk_byte(1), 0);
}

static void
stripes_of_members_that_differ_in_size_lie_in_zones(void **state)
{
	(void)state;
	/* members of 1, 2 and 3 chunks: abc, then de, then f; the first kernels counted on where the volume's chunks begin */
	static const uint8_t later[3][3] = { { 1, 2, 3 }, { 0, 4, 5 }, { 0, 0, 6 } }, first[3][3] = { { 1, 2, 3 }, { 0, 5, 4 }, { 0, 0, 6 } };
	struct shape s = { .minor = 2, .level = 0, .count = 3 };
	for (unsigned said = 0; said < 3; said++) {
		begin(NULL);
		for (uint32_t d = 0; d < 3; d++) {
			uint8_t *super = put_super(disks[d], &s, d, 1);
			store(super + 136, (d + 1) * CHUNK / 512, 8, false);
			store(super + 8, said > 0 ? 4096 : 0, 4, false);
			store(super + 76, said, 4, false);
			seal(super);
			for (uint32_t row = 0; row <= d; row++)
				put_chunk(d, &s, row, said == 1 ? first[row][d] : later[row][d]);
		}
		open_disks(7);
		assert_chunks(6);
		assert_true((strstr(told.text, "which of two layouts") != NULL) == (said == 0));
	}
	open_disks(6);
	assert_told(&told, "volume md town:0 unsupported");
}

static void
a_wrong_checksum_is_told_and_a_sound_superblock_is_preferred(void **state)
{
	(void)state;
	put_five(&five);
	disks[1][4096 + 32] ^= 1;
	open_disks(7);
	assert_told(&told, "the superblock of volume 1 does not match its checksum");
	assert_chunks(6);
	memset(disks[0] + 4096, 0xff, 512);
	open_disks(7);
	assert_told(&told, "problem 0 high md-superblock-damaged");
	assert_told(&told, "missing: role 0");
}

static void
damage_neither_crashes_nor_hangs(void **state)
{
	(void)state;
	uint32_t random = 3;
	for (unsigned round = 0; round < 1500; round++) {
		struct shape s = five;
		static const int levels[] = { 5, 6, 10, 0, 1, -1, 4 };
		s.level = levels[round % 7];
		s.layout = s.level == 10 ? 0x102 : 2;
		begin(NULL);
		put_five(&s);
		for (unsigned change = 0; change < 1 + round % 4; change++) {
			random = random * 1103515245 + 12345;
			uint32_t d = random >> 16 & 1, at = (random >> 8) % 264;
			random = random * 1103515245 + 12345;
			disks[d][4096 + at] = (uint8_t)(random >> 16);
			if (round % 2 == 0 && load_le32(disks[d] + 4096 + 220) < 100)
				seal(disks[d] + 4096);
		}
		open_disks(7);
		told_read_all(&told);
	}
	for (size_t size = 0; size < SIZE; size += 3989) {
		struct told_bytes bytes[2] = { { disks[0], size }, { disks[1], SIZE } };
		told_close(members, used, &told);
		used = told_open(&linux_raid_layer, bytes, 2, members, &told);
		told_read_all(&told);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_array_is_named_and_read_in_any_order_of_its_members),
		TEST(a_missing_member_is_named_and_made_up_for),
		TEST(a_stale_member_is_left_out_unless_nothing_else_is_there),
		TEST(a_member_that_the_others_call_faulty_is_left_out),
		TEST(one_leg_of_a_mirror_is_enough_and_a_rebuild_is_believed_as_far_as_it_got),
		TEST(spares_and_second_claims_are_named),
		TEST(what_is_not_read_is_named_with_the_reason),
		TEST(the_old_superblock_is_read_in_both_byte_orders),
		TEST(stripes_of_members_that_differ_in_size_lie_in_zones),
		TEST(a_wrong_checksum_is_told_and_a_sound_superblock_is_preferred),
		TEST(damage_neither_crashes_nor_hangs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

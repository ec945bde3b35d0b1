#include "ext_volume.h"

static struct seen s;
static uint8_t out[512 << 10];

/* Read inode 12 of v. */
static size_t
read_file(struct ev *v, uint32_t *ret_flags)
{
	struct volume volume;
	struct triage_error err;
	const struct triage_entry e = { .inode = 12 };
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	memset(out, 0xee, sizeof(out));
	size_t got = read_stream(&volume, &e, out, sizeof(out), ret_flags);
	volume_close(&volume);
	return got;
}

/* Fill block with its letter. */
static void
fill(struct ev *v, unsigned block, int letter)
{
	memset(ev_block(v, block), letter, EV_BLOCK);
}

static void
put_header(uint8_t *node, unsigned entries, unsigned depth)
{
	ev_put(node, 0xf30a, 2);
	ev_put(node + 2, entries, 2);
	ev_put(node + 4, 4, 2);
	ev_put(node + 6, depth, 2);
}

static void
put_extent(uint8_t *node, unsigned index, unsigned logical, unsigned count, unsigned block)
{
	ev_put(node + 12 + index * 12, logical, 4);
	ev_put(node + 12 + index * 12 + 4, count, 2);
	ev_put(node + 12 + index * 12 + 8, block, 4);
}

static uint8_t *
extent_file(struct ev *v, uint64_t size)
{
	uint8_t *i = ev_make(v, 12, EV_FILE, size, 0);
	ev_put(i + 32, EV_EXTENTS, 4);
	return i + 40;
}

static void
direct_and_indirect_blocks_are_read_in_order(void **state)
{
	struct ev *v = ev_new();
	uint8_t *i = ev_make(v, 12, EV_FILE, 15 * EV_BLOCK - 10, 40);
	uint32_t flags;
	(void)state;
	ev_put(i + 40 + 12 * 4, 60, 4);
	ev_put(ev_block(v, 60), 61, 4);
	ev_put(ev_block(v, 60) + 8, 62, 4);
	for (unsigned b = 40; b < 52; b++)
		fill(v, b, 'a' + (int)b - 40);
	fill(v, 61, 'x');
	fill(v, 62, 'z');
	assert_number_equal(read_file(v, &flags), 15 * EV_BLOCK - 10);
	assert_int_equal(out[0], 'a');
	assert_int_equal(out[12 * EV_BLOCK - 1], 'l');
	assert_int_equal(out[12 * EV_BLOCK], 'x');
	assert_int_equal(out[13 * EV_BLOCK], 0);
	assert_int_equal(out[15 * EV_BLOCK - 11], 'z');
	assert_int_equal(flags, 0);
	free(v);
}

static void
blocks_behind_two_levels_of_pointers_are_found(void **state)
{
	struct ev *v = ev_new();
	uint64_t at = (12 + 256 + 256 + 3) * EV_BLOCK;
	uint8_t *i = ev_make(v, 12, EV_FILE, 0, 0);
	struct volume volume;
	struct triage_error err;
	struct evidence_content *c;
	size_t got;
	(void)state;
	ev_put(i + 4, at + 5, 4);
	ev_put(i + 40 + 13 * 4, 60, 4);
	ev_put(ev_block(v, 60) + 4, 61, 4);
	ev_put(ev_block(v, 61) + 3 * 4, 62, 4);
	fill(v, 62, 'd');
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(volume.fs, 12, 0, 0, &c, &err), TRIAGE_OK);
	assert_int_equal(evidence_content_read(c, at - 1, out, 100, &got, &err), TRIAGE_OK);
	assert_number_equal(got, 6);
	assert_memory_equal(out, "\0ddddd", 6);
	assert_int_equal(evidence_content_flags(c), 0);
	evidence_content_close(c);
	volume_close(&volume);
	free(v);
}

static void
extents_holes_and_unwritten_blocks_are_read(void **state)
{
	struct ev *v = ev_new();
	uint8_t *map = extent_file(v, 8 * EV_BLOCK);
	uint32_t flags;
	(void)state;
	put_header(map, 3, 0);
	put_extent(map, 0, 0, 2, 40);
	put_extent(map, 1, 3, 32768 + 2, 50);
	put_extent(map, 2, 5, 1, 42);
	for (unsigned b = 40; b < 53; b++)
		fill(v, b, 'a' + (int)b - 40);
	assert_number_equal(read_file(v, &flags), 8 * EV_BLOCK);
	assert_int_equal(out[EV_BLOCK], 'b');
	assert_int_equal(out[2 * EV_BLOCK], 0);
	assert_int_equal(out[3 * EV_BLOCK], 0);
	assert_int_equal(out[5 * EV_BLOCK], 'c');
	assert_int_equal(out[6 * EV_BLOCK], 0);
	assert_int_equal(flags, 0);
	free(v);
}

/* A tree of two leaves in blocks 60 and 61. */
static struct ev *
make_tree(void)
{
	struct ev *v = ev_new();
	uint8_t *map = extent_file(v, 4 * EV_BLOCK);
	put_header(map, 2, 1);
	ev_put(map + 12, 0, 4);
	ev_put(map + 16, 60, 4);
	ev_put(map + 24, 2, 4);
	ev_put(map + 28, 61, 4);
	put_header(ev_block(v, 60), 1, 0);
	put_extent(ev_block(v, 60), 0, 0, 2, 40);
	put_header(ev_block(v, 61), 1, 0);
	put_extent(ev_block(v, 61), 0, 2, 2, 50);
	fill(v, 41, 'a');
	fill(v, 50, 'b');
	return v;
}

static void
a_tree_of_extents_is_walked(void **state)
{
	struct ev *v = make_tree();
	uint32_t flags;
	(void)state;
	assert_number_equal(read_file(v, &flags), 4 * EV_BLOCK);
	assert_int_equal(out[EV_BLOCK], 'a');
	assert_int_equal(out[2 * EV_BLOCK], 'b');
	assert_int_equal(flags, 0);
	free(v);
}

static void
a_lost_leaf_is_filler_and_the_next_one_is_read(void **state)
{
	struct ev *v = make_tree();
	uint32_t flags;
	(void)state;
	memset(ev_block(v, 60), 0, EV_BLOCK);
	assert_number_equal(read_file(v, &flags), 4 * EV_BLOCK);
	assert_int_equal(out[EV_BLOCK], 0);
	assert_int_equal(out[2 * EV_BLOCK], 'b');
	assert_true((flags & EVIDENCE_CONTENT_FILLER) != 0);
	free(v);
}

static void
a_tree_with_too_many_ways_ends(void **state)
{
	struct ev *v = ev_new();
	uint8_t *map = extent_file(v, 400 * EV_BLOCK);
	uint32_t flags;
	(void)state;
	/* five levels of 84 pointers each to one block: 84 to the fifth ways to the same empty leaf */
	put_header(map, 4, 5);
	for (unsigned i = 0; i < 4; i++)
		ev_put(map + 16 + i * 12, 60, 4);
	for (unsigned depth = 5; depth-- > 0;) {
		uint8_t *node = ev_block(v, 64 - depth);
		put_header(node, depth == 0 ? 0 : 84, depth);
		for (unsigned i = 0; i < 84 && depth > 0; i++)
			ev_put(node + 16 + i * 12, 64 - depth + 1, 4);
	}
	assert_number_equal(read_file(v, &flags), 400 * EV_BLOCK);
	assert_true((flags & EVIDENCE_CONTENT_FILLER) != 0);
	free(v);
}

static void
a_block_outside_the_volume_is_filler(void **state)
{
	struct ev *v = ev_new();
	uint32_t flags;
	(void)state;
	ev_put(ev_make(v, 12, EV_FILE, EV_BLOCK, 40) + 40, EV_BLOCKS, 4);
	read_file(v, &flags);
	assert_int_equal(flags, EVIDENCE_CONTENT_FILLER);
	free(v);
}

static void
inline_data_is_read_from_the_inode_and_its_attribute(void **state)
{
	struct ev *v = ev_new();
	uint8_t *i = ev_make(v, 12, EV_FILE, 70, 0);
	uint32_t flags;
	(void)state;
	ev_put(i + 32, 0x10000000, 4);
	memset(i + 40, 'm', 60);
	ev_put(i + 160, 0xea020000, 4);
	i[164] = 4;
	i[165] = 7;
	ev_put(i + 166, 40, 2);
	ev_put(i + 172, 10, 4);
	memcpy(i + 180, "data", 4);
	memset(i + 204, 'n', 10);
	assert_number_equal(read_file(v, &flags), 70);
	assert_int_equal(out[59], 'm');
	assert_int_equal(out[60], 'n');
	assert_int_equal(out[69], 'n');
	assert_int_equal(flags, 0);
	free(v);
}

static void
a_deleted_file_whose_block_is_in_use_again_is_flagged(void **state)
{
	struct ev *v = ev_new();
	uint32_t flags;
	(void)state;
	ev_make(v, 12, EV_FILE, 2 * EV_BLOCK, 40);
	ev_block(v, EV_INODE_BITMAP)[1] = 0;
	read_file(v, &flags);
	assert_int_equal(flags, 0);
	ev_block(v, EV_BLOCK_BITMAP)[(41 - 1) / 8] |= 1 << (41 - 1) % 8;
	read_file(v, &flags);
	assert_int_equal(flags, EVIDENCE_CONTENT_REUSED);
	ev_allocate(v, 12);
	read_file(v, &flags);
	assert_int_equal(flags, 0);
	free(v);
}

static void
extents_name_the_bytes_of_the_image(void **state)
{
	struct ev *v = ev_new();
	struct volume volume;
	struct triage_error err;
	struct evidence_content *c;
	struct evidence_sink sink = seen_sink(&s);
	(void)state;
	ev_make(v, 12, EV_FILE, 1500, 40);
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(volume.fs, 12, 0, 0, &c, &err), TRIAGE_OK);
	assert_int_equal(evidence_content_extents(c, &sink, &err), TRIAGE_OK);
	assert_number_equal(s.extent_count, 1);
	assert_number_equal(s.extents[0].image_offset, 40 * EV_BLOCK);
	assert_number_equal(s.extents[0].length, 1500);
	evidence_content_close(c);
	volume_close(&volume);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direct_and_indirect_blocks_are_read_in_order),
		cmocka_unit_test(blocks_behind_two_levels_of_pointers_are_found),
		cmocka_unit_test(extents_holes_and_unwritten_blocks_are_read),
		cmocka_unit_test(a_tree_of_extents_is_walked),
		cmocka_unit_test(a_lost_leaf_is_filler_and_the_next_one_is_read),
		cmocka_unit_test(a_tree_with_too_many_ways_ends),
		cmocka_unit_test(a_block_outside_the_volume_is_filler),
		cmocka_unit_test(inline_data_is_read_from_the_inode_and_its_attribute),
		cmocka_unit_test(a_deleted_file_whose_block_is_in_use_again_is_flagged),
		cmocka_unit_test(extents_name_the_bytes_of_the_image),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

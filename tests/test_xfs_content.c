#include "xfs_volume.h"

static struct seen s;
static uint8_t bytes[256 * XV_BLOCK];

/* Read the file at inode 65 whole. */
static size_t
read_65(const struct xv *v, uint32_t *ret_flags)
{
	struct volume open;
	struct triage_error err = { .text = "" };
	struct triage_entry e = { .inode = 65 };
	if (volume_open(&open, v->bytes, sizeof(v->bytes), "xfs", &err) != TRIAGE_OK)
		fail_msg("open: %s", err.text);
	size_t got = read_stream(&open, &e, bytes, sizeof(bytes), ret_flags);
	volume_close(&open);
	return got;
}

static struct xv *
with_file(uint64_t size, unsigned format)
{
	struct xv *v = xv_new(true);
	xv_short_name(v, XV_ROOT, 65, 1, "file");
	xv_make(v, 65, XV_FILE, format, size);
	for (unsigned i = 0; i < 8; i++)
		memset(xv_block(v, XV_DATA + i), 'a' + (int)i, XV_BLOCK);
	return v;
}

static void
rows_holes_and_unwritten_parts_are_mapped(void **state)
{
	uint32_t flags;
	(void)state;
	struct xv *v = with_file(6 * XV_BLOCK + 5, XV_EXTENTS);
	xv_extent(v, 65, 1, XV_DATA + 1, 1, false);
	xv_extent(v, 65, 2, XV_DATA + 3, 2, true);
	xv_extent(v, 65, 5, XV_DATA + 5, 1, false);
	xv_extent(v, 65, 6, XV_DATA + 4, 3, false);	/* two blocks of it are beyond the size */
	assert_number_equal(read_65(v, &flags), 6 * XV_BLOCK + 5);
	assert_number_equal(flags, 0);
	static const char want[] = { 0, 'b', 0, 0, 0, 'f', 'e' };
	for (size_t i = 0; i < sizeof(want); i++)
		assert_number_equal(bytes[i * XV_BLOCK], want[i]);
	xv_list(v, &s);
	assert_number_equal(seen_need(&s, "file")->e.place, (XV_DATA + 1) * XV_BLOCK);
	free(v);
}

/* Inode 65 gets a tree of one leaf with two rows. */
static struct xv *
with_tree(void)
{
	struct xv *v = with_file(4 * XV_BLOCK, XV_BTREE);
	uint8_t *root = xv_fork(v, 65), *leaf = xv_block(v, XV_DATA + 20);
	xv_put(root, 1, 2);
	xv_put(root + 2, 1, 2);
	xv_put(root + 4 + (XV_INODE - 176 - 4) / 16 * 8, XV_DATA + 20, 8);
	xv_put(xv_inode(v, 65) + 76, 2, 4);
	xv_seal_inode(v, 65);
	memcpy(leaf, "BMA3", 4);
	xv_put(leaf + 6, 2, 2);
	xv_put(leaf + 56, 65, 8);
	xv_row(leaf + 72, 0, XV_DATA, 2, false);
	xv_row(leaf + 88, 2, XV_DATA + 6, 2, false);
	xv_seal(v, leaf, XV_BLOCK, 64);
	return v;
}

static void
a_tree_of_rows_is_followed(void **state)
{
	uint32_t flags;
	(void)state;
	struct xv *v = with_tree();
	assert_number_equal(read_65(v, &flags), 4 * XV_BLOCK);
	assert_number_equal(flags, 0);
	assert_true(bytes[0] == 'a' && bytes[XV_BLOCK] == 'b' && bytes[2 * XV_BLOCK] == 'g' && bytes[3 * XV_BLOCK] == 'h');
	xv_list(v, &s);
	assert_number_equal(seen_need(&s, "file")->e.place, XV_DATA * XV_BLOCK);
	free(v);
}

static void
a_tree_that_breaks_is_unknown_not_zero(void **state)
{
	uint32_t flags;
	(void)state;
	struct xv *v = with_tree();
	xv_block(v, XV_DATA + 20)[5] = 1;	/* a level that a leaf cannot have */
	read_65(v, &flags);
	assert_true((flags & EVIDENCE_CONTENT_FILLER) != 0);
	free(v);
	v = with_tree();
	xv_block(v, XV_DATA + 20)[100] ^= 1;	/* read all the same, but its checksum is wrong */
	read_65(v, &flags);
	assert_true((flags & EVIDENCE_CONTENT_FILLER) != 0);
	assert_number_equal(bytes[0], 'a');
	free(v);
	v = with_file(3 * XV_BLOCK, XV_EXTENTS);
	xv_extent(v, 65, 0, XV_GROUP - 1, 2, false);	/* over the edge of its group */
	xv_extent(v, 65, 2, XV_DATA, 1, false);
	read_65(v, &flags);
	assert_true((flags & EVIDENCE_CONTENT_FILLER) != 0);
	assert_number_equal(bytes[2 * XV_BLOCK], 'a');
	free(v);
}

static void
a_file_on_the_realtime_device_is_named_and_not_read(void **state)
{
	struct volume open;
	struct evidence_content *c;
	struct triage_error err = { .text = "" };
	(void)state;
	struct xv *v = with_file(XV_BLOCK, XV_EXTENTS);
	xv_extent(v, 65, 0, XV_DATA, 1, false);
	xv_inode(v, 65)[91] = 1;
	xv_seal_inode(v, 65);
	xv_list(v, &s);
	assert_number_equal(seen_problems(&s, "on-other-device"), 1);
	assert_number_equal(seen_need(&s, "file")->e.place, 0);
	assert_int_equal(volume_open(&open, v->bytes, sizeof(v->bytes), "xfs", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(open.fs, 65, 0, 0, &c, &err), TRIAGE_E_UNSUPPORTED);
	volume_close(&open);
	free(v);
}

static void
wrong_checksums_are_told_and_their_structures_read(void **state)
{
	(void)state;
	const struct {
		unsigned block, at;
	} places[] = { { 0, 300 }, { 1, 300 }, { XV_INODE_TREE, 900 }, { 32, 512 + 400 } };
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct xv *v = with_file(0, XV_EXTENTS);
		xv_block(v, places[i].block)[places[i].at] ^= 0x40;
		xv_list(v, &s);
		assert_number_equal(seen_problems(&s, "checksum-error"), 1);
		seen_need(&s, "file");
		free(v);
	}
}

static void
a_damaged_tree_of_inodes_is_replaced_by_a_search(void **state)
{
	(void)state;
	struct xv *v = with_file(0, XV_EXTENTS);
	memset(xv_block(v, XV_INODE_TREE), 0, XV_BLOCK);
	xv_list(v, &s);
	assert_number_equal(seen_problems(&s, "inode-tree-damaged"), 1);
	assert_number_equal(seen_need(&s, "file")->e.state, TRIAGE_STATE_ALLOCATED);
	free(v);
}

static void
a_chunk_taken_out_of_the_tree_hides_nothing(void **state)
{
	(void)state;
	struct xv *v = with_file(0, XV_EXTENTS);
	xv_put(xv_block(v, XV_INODE_TREE) + 6, 0, 2);
	xv_seal_tree(v, XV_INODE_TREE);
	xv_list(v, &s);
	assert_number_equal(seen_problems(&s, "inode-tree-damaged"), 1);
	seen_need(&s, "file");
	free(v);
}

static void
holes_of_a_chunk_are_no_inodes(void **state)
{
	(void)state;
	struct xv *v = with_file(0, XV_EXTENTS);
	xv_put(xv_record(v) + 4, 0x8000, 2);	/* the last four */
	xv_put(xv_record(v) + 6, 60, 1);
	xv_seal_tree(v, XV_INODE_TREE);
	xv_put(xv_block(v, 1) + 16, 60, 4);
	xv_seal(v, xv_block(v, 1), 512, 312);
	memset(xv_inode(v, XV_ROOT + 60), 'x', 4 * XV_INODE);
	xv_list(v, &s);
	assert_number_equal(s.problem_count, 0);
	free(v);
}

static void
a_log_that_does_not_end_with_an_unmount_is_told(void **state)
{
	(void)state;
	struct xv *v = xv_new(true);
	xv_block(v, XV_LOG)[512 + 9] = 0;
	xv_list(v, &s);
	assert_number_equal(seen_problems(&s, "log-dirty"), 1);
	free(v);
	v = xv_new(true);
	memset(xv_block(v, XV_LOG), 0, XV_LOG_BLOCKS * XV_BLOCK);	/* never written */
	xv_list(v, &s);
	assert_number_equal(s.problem_count, 0);
	free(v);
	v = xv_new(true);
	xv_put(v->bytes + 48, 0, 8);
	xv_seal(v, v->bytes, 512, 224);
	xv_list(v, &s);
	assert_number_equal(seen_problems(&s, "log-elsewhere"), 1);
	free(v);
}

static void
a_copy_of_the_super_block_stands_in(void **state)
{
	(void)state;
	struct xv *v = with_file(0, XV_EXTENTS);
	memset(v->bytes, 0xff, 512);
	xv_list(v, &s);
	assert_number_equal(seen_problems(&s, "super-block-damaged"), 1);
	seen_need(&s, "file");
	free(v);
}

static void
features_that_are_not_known_are_refused_by_number(void **state)
{
	struct volume open;
	struct triage_error err = { .text = "" };
	(void)state;
	struct xv *v = xv_new(true);
	xv_put(v->bytes + 216, 0x40000003, 4);
	assert_int_equal(volume_open(&open, v->bytes, sizeof(v->bytes), "xfs", &err), TRIAGE_E_UNSUPPORTED);
	assert_non_null(strstr(err.text, "0x40000000"));
	volume_close(&open);
	xv_put(v->bytes + 216, 0x13, 4);
	xv_seal(v, v->bytes, 512, 224);
	xv_list(v, &s);
	assert_number_equal(seen_problems(&s, "needs-repair"), 1);
	free(v);
}

/* Everything in one volume: for cuts and changes. */
static struct xv *
with_all(void)
{
	struct xv *v = with_tree();
	xv_short_name(v, XV_ROOT, 70, 2, "folder");
	xv_short_name(v, XV_ROOT, 71, 7, "link");
	xv_make(v, 70, XV_DIRECTORY, XV_EXTENTS, XV_BLOCK);
	xv_extent(v, 70, 0, XV_DATA + 30, 1, false);
	size_t first = xv_directory(v, XV_DATA + 30, 70, XV_ROOT), next = xv_entry(v, XV_DATA + 30, first, 72, 1, "gone");
	xv_space(v, XV_DATA + 30, first, next);
	xv_directory_end(v, XV_DATA + 30, xv_entry(v, XV_DATA + 30, next, 73, 1, "here"));
	xv_make(v, 72, XV_FILE, XV_EXTENTS, 100);
	xv_extent(v, 72, 0, XV_FREE, 1, false);
	xv_free(v, 72);
	xv_make(v, 73, XV_FILE, XV_EXTENTS, 3000);
	xv_extent(v, 73, 0, XV_DATA, 3, false);
	xv_make(v, 71, XV_LINK, XV_EXTENTS, 300);
	xv_extent(v, 71, 0, XV_DATA + 40, 1, false);
	memcpy(xv_block(v, XV_DATA + 40), "XSLM", 4);
	xv_put(xv_block(v, XV_DATA + 40) + 8, 300, 4);
	return v;
}

static enum triage_status
count_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	uint64_t *seen_inodes = ctx;
	(void)err;
	assert_number_equal(e->edge, seen_inodes[0]);
	if (++seen_inodes[0] < 100)
		seen_inodes[seen_inodes[0]] = e->inode;
	return TRIAGE_OK;
}

static enum triage_status
take_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)err;
	assert_true(p->message[0] != '\0');
	return TRIAGE_OK;
}

/* Open, list, and read a little of every inode that was met. Returns the entries listed. */
static uint64_t
exercise(const uint8_t *data, size_t size)
{
	static uint64_t inodes[100];
	struct evidence_sink sink = { .ctx = inodes, .entry = count_entry, .problem = take_problem };
	struct triage_error err = { .text = "" };
	struct volume v;
	inodes[0] = 0;
	if (volume_open(&v, data, size, "xfs", &err) == TRIAGE_OK) {
		assert_int_equal(evidence_fs_list(v.fs, &sink, &err), TRIAGE_OK);
		for (uint64_t i = 1; i < 100 && i <= inodes[0]; i++) {
			struct evidence_content *c;
			size_t got;
			if (evidence_content_open(v.fs, inodes[i], 0, 0, &c, &err) != TRIAGE_OK)
				continue;
			if (evidence_content_read(c, 0, bytes, 4096, &got, &err) == TRIAGE_OK)
				assert_true(got <= 4096);
			evidence_content_close(c);
		}
	}
	volume_close(&v);
	return inodes[0];
}

static void
any_cut_is_survived(void **state)
{
	(void)state;
	struct xv *v = with_all();
	uint64_t whole = exercise(v->bytes, sizeof(v->bytes));
	assert_number_equal(whole, 6);	/* root, file, folder, link, here, gone */
	for (size_t size = 512; size < sizeof(v->bytes); size += 1531) {
		uint8_t *cut = malloc(size);	/* its own block, so that a read behind the end is seen */
		assert_non_null(cut);
		memcpy(cut, v->bytes, size);
		exercise(cut, size);
		free(cut);
	}
	/* the second group has nothing that is needed */
	assert_number_equal(exercise(v->bytes, XV_GROUP * XV_BLOCK), whole);
	free(v);
}

static void
any_change_is_survived(void **state)
{
	(void)state;
	struct xv *v = with_all();
	uint32_t random = 1;
	for (unsigned round = 0; round < 3000; round++) {
		size_t at[6];
		uint8_t old[6];
		for (size_t k = 0; k < 6; k++) {
			static const unsigned blocks[] = { 0, 0, 1, 2, 3, 32, 32, 33, 35, 36, XV_LOG, XV_DATA + 20, XV_DATA + 30, XV_DATA + 40 };
			random = random * 1664525 + 1013904223;
			at[k] = blocks[(random >> 8) % (sizeof(blocks) / sizeof(blocks[0]))] * XV_BLOCK;
			random = random * 1664525 + 1013904223;
			at[k] += (random >> 8) % (random >> 30 == 0 ? XV_BLOCK : 240);
			old[k] = v->bytes[at[k]];
			v->bytes[at[k]] = (uint8_t)(random >> 24 & (random >> 29 < 3 ? 0xff : 0x03));
		}
		exercise(v->bytes, sizeof(v->bytes));
		for (size_t k = 6; k-- > 0;)
			v->bytes[at[k]] = old[k];
	}
	assert_number_equal(exercise(v->bytes, sizeof(v->bytes)), 6);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_holes_and_unwritten_parts_are_mapped),
		cmocka_unit_test(a_tree_of_rows_is_followed),
		cmocka_unit_test(a_tree_that_breaks_is_unknown_not_zero),
		cmocka_unit_test(a_file_on_the_realtime_device_is_named_and_not_read),
		cmocka_unit_test(wrong_checksums_are_told_and_their_structures_read),
		cmocka_unit_test(a_damaged_tree_of_inodes_is_replaced_by_a_search),
		cmocka_unit_test(a_chunk_taken_out_of_the_tree_hides_nothing),
		cmocka_unit_test(holes_of_a_chunk_are_no_inodes),
		cmocka_unit_test(a_log_that_does_not_end_with_an_unmount_is_told),
		cmocka_unit_test(a_copy_of_the_super_block_stands_in),
		cmocka_unit_test(features_that_are_not_known_are_refused_by_number),
		cmocka_unit_test(any_cut_is_survived),
		cmocka_unit_test(any_change_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

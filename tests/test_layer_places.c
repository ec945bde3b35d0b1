/* test_layer_places.c - where the bytes of files on volumes inside volumes lie on the medium, with layers made for the test. */
#include "tests/layer_rows.h"

#include "triage/evidence/fs.h"

/* List the filesystem told last, and read its file "data" with its extents. */
static void
list_file(struct evidence_source *source, struct seen *seen, uint8_t *bytes)
{
	struct triage_error err = { .text = "" };
	struct evidence_fs *fs;
	struct evidence_content *c;
	struct evidence_sink sink = seen_sink(seen);
	size_t got;
	memset(seen, 0, sizeof(*seen));
	if (evidence_fs_open(source, &rows.fs[rows.filesystems - 1], &fs, &err) != TRIAGE_OK)
		fail_msg("%s", err.text);
	assert_int_equal(evidence_fs_list(fs, &sink, &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(fs, 12, 0, 0, &c, &err), TRIAGE_OK);
	assert_int_equal(evidence_content_read(c, 0, bytes, 12 * EV_BLOCK, &got, &err), TRIAGE_OK);
	assert_number_equal(got, 12 * EV_BLOCK);
	assert_int_equal(evidence_content_extents(c, &sink, &err), TRIAGE_OK);
	evidence_content_close(c);
	evidence_fs_close(fs);
}

static void
extents_are_split_where_the_volume_below_splits(void **state)
{
	enum { HERE = 45 * EV_BLOCK + 512, SMALL = HERE + FAKE_TAIL };	/* the first part ends inside the file's sixth block */
	static struct seen seen;
	static uint8_t bytes[12 * EV_BLOCK], image[EV_SIZE];
	struct evidence_source source;
	(void)state;
	put_ext(image);
	put_partition(0, 0, FIRST, SMALL);
	put_partition(0, 1, SECOND, PART);
	memcpy(medium[0] + FIRST, image, HERE);
	memcpy(medium[0] + SECOND, image + HERE, EV_SIZE - HERE);
	put_tail(medium[0] + FIRST, SMALL);
	put_tail(medium[0] + SECOND, PART);
	source_begin(&source, 0, NULL);
	tell(&source);
	list_file(&source, &seen, bytes);
	for (size_t i = 0; i < sizeof(bytes); i++)
		assert_int_equal(bytes[i], 'a' + (int)(i / EV_BLOCK));
	assert_number_equal(seen.extent_count, 2);
	assert_number_equal(seen.extents[0].image_offset, FIRST + 40 * EV_BLOCK);
	assert_number_equal(seen.extents[0].length, HERE - 40 * EV_BLOCK);
	assert_number_equal(seen.extents[1].file_offset, HERE - 40 * EV_BLOCK);
	assert_number_equal(seen.extents[1].image_offset, SECOND);
	for (size_t i = 0; i < seen.extent_count; i++)
		assert_memory_equal(medium[0] + seen.extents[i].image_offset, bytes + seen.extents[i].file_offset, seen.extents[i].length);
	assert_number_equal(seen.extents[0].length + seen.extents[1].length, sizeof(bytes));
	const struct seen_entry *e = seen_find(&seen, "data", "", 0);
	assert_non_null(e);
	assert_number_equal(e->e.place, FIRST + 40 * EV_BLOCK);
	assert_number_equal(seen_problems(&seen, "no-plain-place"), 0);
	source_end(&source);
}

static void
encrypted_bytes_have_no_place_and_it_is_said_once(void **state)
{
	static struct seen seen;
	static uint8_t bytes[12 * EV_BLOCK];
	struct evidence_source source;
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_lock(medium[0] + FIRST);
	put_ext(medium[0] + FIRST + FAKE_HEAD);
	turn(medium[0] + FIRST + FAKE_HEAD, PART - FAKE_HEAD);
	source_begin(&source, 0, &right);
	tell(&source);
	source_forget(&source);		/* as in another process: the volume is found again when it is needed */
	list_file(&source, &seen, bytes);
	assert_int_equal(bytes[0], 'a');
	assert_int_equal(bytes[sizeof(bytes) - 1], 'l');
	assert_number_equal(seen.extent_count, 0);
	assert_number_equal(seen_problems(&seen, "no-plain-place"), 1);
	assert_number_equal(seen_find(&seen, "data", "", 0)->e.place, 0);
	source_forget(&source);
	source.in.keys = NULL;
	struct evidence_fs *fs;
	struct triage_error err = { .text = "" };
	assert_int_equal(evidence_fs_open(&source, &rows.fs[0], &fs, &err), TRIAGE_E_FORMAT);
	source_end(&source);
}

static void
places_are_walked_down_to_the_medium_asked_for(void **state)
{
	struct reader *whole, *part, *inner, *other;
	struct triage_error err = { .text = "" };
	uint64_t run = 0;
	(void)state;
	assert_int_equal(reader_memory(medium[0], MEDIUM, &whole, &err), TRIAGE_OK);
	assert_int_equal(reader_memory(medium[1], MEDIUM, &other, &err), TRIAGE_OK);
	assert_int_equal(reader_slice(whole, 1000, 5000, &part, &err), TRIAGE_OK);
	assert_int_equal(reader_slice(part, 100, 300, &inner, &err), TRIAGE_OK);
	assert_number_equal(reader_place_in(inner, 20, whole, &run), 1120);
	assert_number_equal(run, 280);
	assert_number_equal(reader_place_in(inner, 20, part, &run), 120);
	assert_true(reader_place_in(inner, 20, other, &run) == TRIAGE_NO_OFFSET);
	assert_number_equal(run, 280);
	assert_true(reader_place_in(inner, 300, whole, &run) == TRIAGE_NO_OFFSET);
	assert_number_equal(run, 0);
	reader_close(inner);
	reader_close(part);
	reader_close(other);
	reader_close(whole);
}

#define TEST(name) cmocka_unit_test_setup(name, clear)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(extents_are_split_where_the_volume_below_splits),
		TEST(encrypted_bytes_have_no_place_and_it_is_said_once),
		TEST(places_are_walked_down_to_the_medium_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "ext_volume.h"

#include "triage/evidence/fs.h"
#include "triage/evidence/unallocated.h"

static struct seen s;

static void
use_block(struct ev *v, unsigned block)
{
	ev_block(v, EV_BLOCK_BITMAP)[(block - 1) / 8] |= (uint8_t)(1 << (block - 1) % 8);
}

/* Blocks 1 to 99, 120 and from 150 on are in use. */
static struct ev *
half_full(void)
{
	struct ev *v = ev_new();
	for (unsigned i = 1; i < EV_BLOCKS; i++)
		if (i < 100 || i == 120 || i >= 150)
			use_block(v, i);
	return v;
}

struct run_seen {
	uint64_t offset, length;
};

static size_t
runs_from(struct volume *volume, uint64_t from, struct run_seen *runs, size_t room)
{
	struct evidence_unallocated *u;
	struct triage_error err;
	size_t count = 0;
	assert_int_equal(evidence_unallocated_open(volume->fs, from, &u, &err), TRIAGE_OK);
	while (count < room && evidence_unallocated_next(u, &runs[count].offset, &runs[count].length, &err) == TRIAGE_OK)
		count++;
	assert_number_equal(evidence_unallocated_unknown(u), 0);
	evidence_unallocated_close(u);
	return count;
}

static void
runs_are_what_the_bitmap_calls_free(void **state)
{
	struct ev *v = half_full();
	struct volume volume;
	struct triage_error err;
	struct run_seen runs[8];
	(void)state;
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	assert_number_equal(runs_from(&volume, 0, runs, 8), 2);
	assert_number_equal(runs[0].offset, 100 * EV_BLOCK);
	assert_number_equal(runs[0].length, 20 * EV_BLOCK);
	assert_number_equal(runs[1].offset, 121 * EV_BLOCK);
	assert_number_equal(runs[1].length, 29 * EV_BLOCK);
	assert_number_equal(runs_from(&volume, 110 * EV_BLOCK + 5, runs, 8), 2);
	assert_number_equal(runs[0].offset, 110 * EV_BLOCK + 5);
	assert_number_equal(runs[0].length, 10 * EV_BLOCK - 5);
	volume_close(&volume);
	free(v);
}

static void
slack_behind_the_last_unit_and_the_end_of_the_medium_are_kept(void **state)
{
	struct ev *v = half_full();
	uint8_t *larger = calloc(1, EV_SIZE + 3000);
	struct volume volume;
	struct triage_error err;
	struct run_seen runs[8];
	(void)state;
	assert_non_null(larger);
	memcpy(larger, v->bytes, EV_SIZE);
	assert_int_equal(volume_open(&volume, larger, EV_SIZE + 3000, "ext4", &err), TRIAGE_OK);
	assert_number_equal(runs_from(&volume, 0, runs, 8), 3);
	assert_number_equal(runs[2].offset, EV_SIZE);
	assert_number_equal(runs[2].length, 3000);
	volume_close(&volume);
	assert_int_equal(volume_open(&volume, larger, 130 * EV_BLOCK + 7, "ext4", &err), TRIAGE_OK);
	assert_number_equal(runs_from(&volume, 0, runs, 8), 2);
	assert_number_equal(runs[1].length, 9 * EV_BLOCK + 7);
	volume_close(&volume);
	free(larger);
	free(v);
}

/* List with carving on. */
static void
list_carved(struct volume *volume, struct ev *v)
{
	struct triage_error err = { .text = "" };
	struct evidence_sink sink = seen_sink(&s);
	memset(&s, 0, sizeof(s));
	assert_int_equal(volume_open(volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	volume->fs->carve = true;
	assert_int_equal(evidence_fs_list(volume->fs, &sink, &err), TRIAGE_OK);
}

static void
free_space_is_a_stream_that_reads_as_its_pieces(void **state)
{
	struct ev *v = half_full();
	struct volume volume;
	static uint8_t out[64 * EV_BLOCK];
	uint32_t flags;
	(void)state;
	memset(ev_block(v, 119), 'a', EV_BLOCK);
	memset(ev_block(v, 120), 'x', EV_BLOCK);
	memset(ev_block(v, 121), 'b', EV_BLOCK);
	list_carved(&volume, v);
	const struct seen_entry *e = seen_need(&s, "unallocated@102400");
	assert_int_equal(e->e.state, TRIAGE_STATE_CARVED);
	assert_string_equal(seen_parent(&s, e), "$Unallocated");
	assert_number_equal(read_stream(&volume, &e->e, out, sizeof(out), &flags), 49 * EV_BLOCK);
	assert_number_equal(flags, 0);
	assert_int_equal(out[20 * EV_BLOCK - 1], 'a');
	assert_int_equal(out[20 * EV_BLOCK], 'b');
	assert_number_equal(seen_problems(&s, "unallocated"), 1);
	volume_close(&volume);
	free(v);
}

static void
a_carved_record_is_an_entry_with_its_bytes(void **state)
{
	struct ev *v = half_full();
	struct volume volume;
	uint8_t out[8192];
	uint32_t flags;
	(void)state;
	uint8_t *bin = ev_block(v, 130);
	memcpy(bin, "hbin", 4);
	ev_put(bin + 8, 4096, 4);
	ev_put(bin + 32, 4096 - 32, 4);
	memset(ev_block(v, 60), 0, EV_BLOCK);
	memcpy(ev_block(v, 60), bin, 40);	/* the same in use is none of it */
	list_carved(&volume, v);
	const struct seen_entry *e = seen_need(&s, "hbin@133120");
	assert_int_equal(e->e.state, TRIAGE_STATE_CARVED);
	assert_number_equal(e->e.place, 133120);
	assert_number_equal(read_stream(&volume, &e->e, out, sizeof(out), &flags), 4096);
	assert_memory_equal(out, bin, 4096);
	assert_null(seen_find(&s, "hbin@61440", "", 0));
	volume_close(&volume);
	free(v);
}

static void
an_ordinary_listing_has_none_of_it(void **state)
{
	struct ev *v = half_full();
	(void)state;
	ev_list(v, &s);
	assert_null(seen_find(&s, "$Unallocated", "", 0));
	free(v);
}

static void
a_bitmap_that_cannot_be_had_is_said(void **state)
{
	struct ev *v = half_full();
	struct volume volume;
	(void)state;
	ev_put(ev_block(v, 2), 5000, 4);
	list_carved(&volume, v);
	assert_number_equal(seen_problems(&s, "unallocated-part"), 1);
	volume_close(&volume);
	free(v);
}

static void
keys_that_nobody_sent_are_refused(void **state)
{
	struct ev *v = half_full();
	struct volume volume;
	struct triage_error err;
	struct evidence_content *c;
	(void)state;
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(volume.fs, EV_SIZE, EVIDENCE_ATTR_CARVED, 1, &c, &err), TRIAGE_E_FORMAT);
	assert_int_equal(evidence_content_open(volume.fs, 0, EVIDENCE_ATTR_CARVED, 0, &c, &err), TRIAGE_E_FORMAT);
	assert_int_equal(evidence_content_open(volume.fs, 0, EVIDENCE_ATTR_UNALLOCATED, UINT32_MAX, &c, &err), TRIAGE_E_FORMAT);
	volume_close(&volume);
	free(v);
}

static void
bytes_behind_the_end_of_a_file_are_listed_beside_it(void **state)
{
	struct ev *v = half_full();
	struct volume volume;
	static uint8_t out[EV_BLOCK];
	uint32_t flags;
	(void)state;
	ev_make(v, 12, EV_FILE, 1000, 50);
	ev_root_name(v, 12, 1, "minutes.txt");
	memset(ev_block(v, 50), 'a', 1000);
	memcpy(ev_block(v, 50) + 1010, "old bytes", 9);
	list_carved(&volume, v);
	const struct seen_entry *e = seen_need(&s, "minutes.txt-slack");
	assert_int_equal(e->e.state, TRIAGE_STATE_CARVED);
	assert_number_equal(e->e.parent, seen_need(&s, "minutes.txt")->e.parent);
	assert_number_equal(e->e.place, 50 * EV_BLOCK + 1000);
	assert_number_equal(read_stream(&volume, &e->e, out, sizeof(out), &flags), 24);
	assert_memory_equal(out + 10, "old bytes", 9);
	assert_number_equal(seen_problems(&s, "slack"), 1);
	volume_close(&volume);
	memset(ev_block(v, 50) + 1000, 0, 24);
	list_carved(&volume, v);
	assert_null(seen_find(&s, "minutes.txt-slack", "", 0));
	volume_close(&volume);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_what_the_bitmap_calls_free),
		cmocka_unit_test(slack_behind_the_last_unit_and_the_end_of_the_medium_are_kept),
		cmocka_unit_test(bytes_behind_the_end_of_a_file_are_listed_beside_it),
		cmocka_unit_test(free_space_is_a_stream_that_reads_as_its_pieces),
		cmocka_unit_test(a_carved_record_is_an_entry_with_its_bytes),
		cmocka_unit_test(an_ordinary_listing_has_none_of_it),
		cmocka_unit_test(a_bitmap_that_cannot_be_had_is_said),
		cmocka_unit_test(keys_that_nobody_sent_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

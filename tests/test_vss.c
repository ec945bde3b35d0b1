/* test_vss.c - volume shadow copies. Volumes are made here, 2 MiB: block n is full of the byte n, structures lie from block 64 on. */
#include "tests/harness.h"

#include "triage/evidence/fs.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/vss.h"
#include "triage/evidence/vss_search.h"

enum { BLOCK = 16384, BLOCKS = 128, VOLUME = BLOCKS * BLOCK, COPIES = 8 };
enum { CATALOGUE = 64, OLD = 70, NEW = 90 };	/* of a store: header, list, ranges, bitmap, previous bitmap, then what it keeps */
enum { LIST = 1, RANGES = 2, BITMAP = 3, PREVIOUS = 4, KEPT = 5 };

extern const struct layer_kind vss_layer;

static uint8_t volume[VOLUME];
static uint8_t seen_bytes[VOLUME];

struct seen {
	struct layer_volume copies[COPIES];
	size_t count;
	char problems[2000];		/* codes, one a line */
};
static struct seen seen;

static void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint8_t *
put_head(size_t block, unsigned type, size_t relative, size_t next)
{
	static const uint8_t identifier[16] = { 0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e, 0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52 };
	uint8_t *at = volume + block * BLOCK;
	memset(at, 0, BLOCK);
	memcpy(at, identifier, sizeof(identifier));
	store_le(at + 16, 1, 4);
	store_le(at + 20, type, 4);
	store_le(at + 24, relative * BLOCK, 8);
	store_le(at + 32, block * BLOCK, 8);
	store_le(at + 40, next * BLOCK, 8);
	return at;
}

static void
put_volume_header(size_t catalogue)
{
	uint8_t spare[BLOCK], *at = volume + 0x1e00;
	memcpy(spare, volume + 64 * BLOCK, BLOCK);
	memcpy(at, put_head(64, 1, 0, 0), 16);
	memcpy(volume + 64 * BLOCK, spare, BLOCK);
	memset(at + 16, 0, 496);
	store_le(at + 16, 1, 4);
	store_le(at + 20, 1, 4);
	store_le(at + 24, 0x1e00, 8);
	store_le(at + 48, catalogue * BLOCK, 8);
}

static void
put_store(size_t base)
{
	static const uint8_t name[] = { 'T', 0, 'O', 0, 'W', 0, 'N', 0 };
	uint8_t *info = put_head(base, 4, 0, 0) + 128;
	store_le(volume + base * BLOCK + 48, 64 + 2 * (2 + sizeof(name)), 8);
	memset(info + 16, (int)base, 16);
	memset(info + 32, 0xee, 16);
	store_le(info + 56, 0x00420009, 4);
	for (size_t i = 0; i < 2; i++) {
		store_le(info + 64 + i * (2 + sizeof(name)), sizeof(name), 2);
		memcpy(info + 66 + i * (2 + sizeof(name)), name, sizeof(name));
	}
	put_head(base + LIST, 3, LIST, 0);
	put_head(base + RANGES, 5, RANGES, 0);
	put_head(base + BITMAP, 6, BITMAP, 0);
}

/* The entries of one store, number 0 or 1 of the catalogue. */
static void
put_entry(size_t number, size_t base, bool with_previous)
{
	uint8_t *copy = volume + CATALOGUE * BLOCK + 128 + number * 256, *store = copy + 128;
	memset(copy, 0, 256);
	store_le(copy, 2, 8);
	store_le(copy + 8, VOLUME, 8);
	memset(copy + 16, (int)(base + 1), 16);
	store_le(copy + 48, UINT64_C(133000000000000000) + base * 10000000, 8);
	store_le(store, 3, 8);
	store_le(store + 8, (base + LIST) * BLOCK, 8);
	memset(store + 16, (int)(base + 1), 16);
	store_le(store + 32, base * BLOCK, 8);
	store_le(store + 40, (base + RANGES) * BLOCK, 8);
	store_le(store + 48, (base + BITMAP) * BLOCK, 8);
	store_le(store + 72, with_previous ? (base + PREVIOUS) * BLOCK : 0, 8);
}

/* Append a descriptor to the list of a store. */
static void
put_descriptor(size_t base, size_t original, uint64_t relative, uint64_t stored, uint32_t flags, uint32_t sectors)
{
	static const uint8_t empty[32];
	uint8_t *at = volume + (base + LIST) * BLOCK + 128;
	while (memcmp(at, empty, sizeof(empty)) != 0)
		at += 32;
	store_le(at, original * BLOCK, 8);
	store_le(at + 8, relative, 8);
	store_le(at + 16, stored, 8);
	store_le(at + 24, flags, 4);
	store_le(at + 28, sectors, 4);
}

static void
keep(size_t base, size_t original, size_t at)
{
	put_descriptor(base, original, KEPT * BLOCK, at * BLOCK, 0x88, 0);
}

static void
forward(size_t base, size_t original, size_t to)
{
	put_descriptor(base, original, to * BLOCK, 0, 1, 0);
}

static void
put_bit(size_t block, size_t number)
{
	volume[block * BLOCK + 128 + number / 8] |= (uint8_t)(1u << number % 8);
}

/* Two stores without descriptors. */
static int
setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < BLOCKS; i++)
		memset(volume + i * BLOCK, (int)i, BLOCK);
	put_volume_header(CATALOGUE);
	put_head(CATALOGUE, 2, 0, 0);
	put_store(OLD);
	put_store(NEW);
	put_entry(0, NEW, false);	/* not by age */
	put_entry(1, OLD, false);
	return 0;
}

static enum triage_status
take_copy(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	(void)err;
	struct seen *s = ctx;
	assert_true(s->count < COPIES);
	assert_true((v->reader != NULL) == (v->state == TRIAGE_VOLUME_EXAMINED));
	assert_true(v->label[0] != '\0');
	s->copies[s->count++] = *v;
	return TRIAGE_OK;
}

static enum triage_status
take_problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	(void)severity, (void)offset, (void)bytes, (void)err;
	struct seen *s = ctx;
	assert_number_equal(member, 0);
	assert_true(message[0] != '\0');
	size_t used = strlen(s->problems);
	snprintf(s->problems + used, sizeof(s->problems) - used, "%s\n", code);
	return TRIAGE_OK;
}

static struct reader *
open_volume(size_t size)
{
	struct triage_error err = { .text = "" };
	struct reader *r;
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(reader_memory(volume, size, &r, &err), TRIAGE_OK);
	struct layer_member member = { .reader = r, .signature = "ntfs" };
	struct layer_sink sink = { .ctx = &seen, .volume = take_copy, .problem = take_problem };
	assert_int_equal(vss_layer.open(&member, 1, NULL, &sink, &err), TRIAGE_OK);
	return r;
}

static void
close_volume(struct reader *r)
{
	for (size_t i = 0; i < seen.count; i++)
		reader_close(seen.copies[i].reader);
	reader_close(r);
}

/* One byte of a copy. */
static unsigned
byte_at(size_t copy, uint64_t offset)
{
	uint8_t byte = 0xff;
	assert_true(copy < seen.count);
	assert_int_equal(reader_read_all(seen.copies[copy].reader, offset, &byte, 1, NULL), TRIAGE_OK);
	return byte;
}

#define assert_block(copy, block, want) \
	do { \
		assert_number_equal(byte_at((copy), (uint64_t)(block) * BLOCK), (want)); \
		assert_number_equal(byte_at((copy), (uint64_t)(block) * BLOCK + BLOCK - 1), (want)); \
	} while (0)

static void
copies_are_told_oldest_first_with_names_and_times(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.problems, "");
	assert_string_equal(seen.copies[0].kind, "vss");
	assert_string_equal(seen.copies[0].label, "shadow copy of 2022-06-18T04:27:50Z");
	assert_string_equal(seen.copies[0].uuid, "46464646-4646-4646-4646-464646464646");
	assert_string_equal(seen.copies[1].uuid, "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a");
	assert_number_equal(seen.copies[1].created - seen.copies[0].created, 20000000000);
	assert_number_equal(seen.copies[0].length, VOLUME);
	assert_non_null(strstr(seen.copies[1].note, "store 5b5b5b5b-5b5b-5b5b-5b5b-5b5b5b5b5b5b, set eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee, "
	    "made on TOWN by TOWN, attributes 0x00420009, 1 blocks of 16 KiB kept"));
	close_volume(r);
}

static void
a_block_comes_from_its_own_store_then_newer_ones_then_the_volume(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	keep(OLD, 4, OLD + KEPT + 1);
	keep(NEW, 4, NEW + KEPT);
	keep(NEW, 5, NEW + KEPT + 1);
	struct reader *r = open_volume(VOLUME);
	assert_block(0, 3, OLD + KEPT);
	assert_block(0, 4, OLD + KEPT + 1);
	assert_block(0, 5, NEW + KEPT + 1);
	assert_block(0, 6, 6);
	assert_block(1, 3, 3);
	assert_block(1, 4, NEW + KEPT);
	assert_block(1, 5, NEW + KEPT + 1);
	/* across all of them in one read */
	assert_int_equal(reader_read_all(seen.copies[0].reader, 2 * BLOCK + 100, seen_bytes, 5 * BLOCK, NULL), TRIAGE_OK);
	static const uint8_t want[] = { 2, OLD + KEPT, OLD + KEPT + 1, NEW + KEPT + 1, 6, 7 };
	for (size_t i = 0; i < 5 * BLOCK; i++)
		assert_number_equal(seen_bytes[i], want[(i + 100) / BLOCK]);
	close_volume(r);
}

static void
the_last_of_several_descriptors_of_a_block_holds_and_unused_ones_are_passed_over(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	keep(NEW, 3, NEW + KEPT + 1);
	put_descriptor(NEW, 3, 0, (NEW + KEPT + 2) * BLOCK, 4, 0);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 3, NEW + KEPT + 1);
	close_volume(r);
}

static void
an_overlay_is_seen_by_its_own_copy_alone_and_by_sectors(void **state)
{
	(void)state;
	keep(OLD, 7, OLD + KEPT);
	put_descriptor(OLD, 7, KEPT * BLOCK, (OLD + KEPT + 1) * BLOCK, 2, 0x80000002);
	put_descriptor(OLD, 7, 1, (OLD + KEPT + 1) * BLOCK, 2, 0x4);
	put_descriptor(NEW, 7, KEPT * BLOCK, (NEW + KEPT) * BLOCK, 2, 0xffffffff);
	put_descriptor(NEW, 8, KEPT * BLOCK, (NEW + KEPT) * BLOCK, 2, 0x1);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(byte_at(0, 7 * BLOCK + 511), OLD + KEPT);
	assert_number_equal(byte_at(0, 7 * BLOCK + 512), OLD + KEPT + 1);
	assert_number_equal(byte_at(0, 7 * BLOCK + 3 * 512 - 1), OLD + KEPT + 1);
	assert_number_equal(byte_at(0, 7 * BLOCK + 3 * 512), OLD + KEPT);
	assert_number_equal(byte_at(0, 8 * BLOCK - 1), OLD + KEPT + 1);
	assert_number_equal(byte_at(0, 8 * BLOCK), 8);
	assert_block(1, 7, NEW + KEPT);
	assert_number_equal(byte_at(1, 8 * BLOCK), NEW + KEPT);
	assert_number_equal(byte_at(1, 8 * BLOCK + 512), 8);
	close_volume(r);
}

static void
a_forwarded_block_is_looked_for_in_the_next_newer_state(void **state)
{
	(void)state;
	forward(OLD, 10, 20);
	forward(OLD, 11, 21);
	keep(NEW, 20, NEW + KEPT);
	forward(NEW, 21, 22);
	struct reader *r = open_volume(VOLUME);
	assert_block(0, 10, NEW + KEPT);
	assert_block(0, 11, 22);
	assert_block(0, 20, NEW + KEPT);
	assert_block(1, 10, 10);
	assert_block(1, 21, 22);
	close_volume(r);
}

static void
what_becomes_of_where_a_forwarder_points_is_told_of_its_block(void **state)
{
	(void)state;
	forward(NEW, 10, 20);
	keep(NEW, 20, NEW + KEPT);	/* overwritten: kept for 10 */
	forward(NEW, 11, 21);
	forward(NEW, 21, 22);		/* moved on */
	forward(NEW, 12, 23);
	forward(NEW, 23, 12);		/* came home */
	forward(NEW, 13, 13);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 10, NEW + KEPT);
	assert_block(1, 20, 20);
	assert_block(1, 11, 22);
	assert_block(1, 12, 12);
	assert_block(1, 13, 13);
	assert_block(1, 23, 23);
	assert_true(vss_same_as_live(seen.copies[1].reader, 12 * BLOCK, 2 * BLOCK));
	close_volume(r);
}

static void
what_was_not_in_use_is_zeros_in_the_newest_copy(void **state)
{
	(void)state;
	put_head(NEW + PREVIOUS, 6, PREVIOUS, 0);
	put_entry(0, NEW, true);
	for (size_t i = 30; i < 34; i++)
		put_bit(NEW + BITMAP, i);
	put_bit(NEW + PREVIOUS, 30);
	put_bit(NEW + PREVIOUS, 31);
	put_bit(NEW + PREVIOUS, 32);
	put_bit(OLD + BITMAP, 35);
	forward(NEW, 10, 31);		/* this one holds what block 10 was */
	keep(NEW, 32, NEW + KEPT);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 29, 29);
	assert_block(1, 30, 0);
	assert_block(1, 31, 31);
	assert_block(1, 32, NEW + KEPT);
	assert_block(1, 33, 33);	/* in use in the copy before */
	assert_block(0, 30, 30);	/* not the newest: what lies there now */
	assert_block(0, 35, 35);
	assert_number_equal(seen.copies[1].reader->bad_bytes, 0);
	close_volume(r);
}

/* A stream of two runs in r: a block at `block` and a piece of block 20; its digest, or false. */
static bool
places_of(struct reader *r, size_t block, uint64_t size, uint8_t out[32])
{
	struct triage_error e;
	struct evidence_fs fs = { .reader = r };
	struct evidence_content c = { .fs = &fs, .size = size, .initialised = size, .resident_place = RUN_FILLER };
	assert_int_equal(run_list_add(&c.map, block * BLOCK, BLOCK, &e), TRIAGE_OK);
	assert_int_equal(run_list_add(&c.map, 20 * BLOCK + 4096, 8192, &e), TRIAGE_OK);
	bool told = vss_stream_places(&c, out);
	run_list_release(&c.map);
	return told;
}

static void
a_stream_is_known_by_where_its_bytes_come_from(void **state)
{
	(void)state;
	const uint64_t size = BLOCK + 8192;
	uint8_t live[32], copy[32], other[32];
	keep(OLD, 3, OLD + KEPT);
	keep(OLD, 4, OLD + KEPT + 1);
	keep(NEW, 3, NEW + KEPT);
	memset(volume + (OLD + KEPT + 1) * BLOCK, 4, BLOCK);	/* kept, but as it is now */
	put_descriptor(OLD, 12, KEPT * BLOCK, (OLD + KEPT) * BLOCK, 2, 0x2);
	struct reader *r = open_volume(VOLUME), *old = seen.copies[0].reader, *new = seen.copies[1].reader;
	/* served from the volume, wholly or because what was kept is the same */
	for (size_t block = 4; block < 7; block++) {
		assert_true(places_of(r, block, size, live));
		assert_true(places_of(old, block, size, copy));
		assert_memory_equal(copy, live, 32);
		assert_true(places_of(new, block, size, copy));
		assert_memory_equal(copy, live, 32);
	}
	/* another place, another size, other bytes */
	assert_true(places_of(r, 7, size, other));
	assert_memory_not_equal(other, live, 32);
	assert_true(places_of(r, 6, size - 1, other));
	assert_memory_not_equal(other, live, 32);
	assert_true(places_of(r, 3, size, live));
	assert_true(places_of(old, 3, size, copy));
	assert_true(places_of(new, 3, size, other));
	assert_memory_not_equal(copy, live, 32);
	assert_memory_not_equal(copy, other, 32);
	/* one sector differs */
	assert_true(places_of(r, 12, size, live));
	assert_true(places_of(old, 12, size, copy));
	assert_memory_not_equal(copy, live, 32);
	/* not all of it is mapped */
	assert_false(places_of(r, 6, size + 1, other));
	close_volume(r);
}

static void
what_equals_the_live_volume_is_known_without_reading(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	keep(NEW, 5, NEW + KEPT);
	forward(NEW, 8, 9);
	put_descriptor(OLD, 12, KEPT * BLOCK, (OLD + KEPT) * BLOCK, 2, 0x2);
	put_bit(NEW + BITMAP, 14);
	struct reader *r = open_volume(VOLUME), *old = seen.copies[0].reader, *new = seen.copies[1].reader;
	assert_true(vss_same_as_live(old, 4 * BLOCK, BLOCK));
	assert_false(vss_same_as_live(old, 3 * BLOCK, 2 * BLOCK));
	assert_false(vss_same_as_live(old, 4 * BLOCK, BLOCK + 1));
	assert_true(vss_same_as_live(new, 0, 5 * BLOCK));
	assert_false(vss_same_as_live(new, 8 * BLOCK + 100, 1));
	assert_true(vss_same_as_live(old, 12 * BLOCK, 512));
	assert_false(vss_same_as_live(old, 12 * BLOCK, 513));
	assert_true(vss_same_as_live(new, 12 * BLOCK, BLOCK));
	assert_false(vss_same_as_live(new, 14 * BLOCK, 1));
	assert_true(vss_same_as_live(old, 14 * BLOCK, 1));
	assert_true(vss_same_as_live(old, VOLUME, 0));
	assert_false(vss_same_as_live(old, VOLUME, 1));
	assert_false(vss_same_as_live(r, 0, 1));
	close_volume(r);
}

static void
a_copy_says_where_its_bytes_lie(void **state)
{
	(void)state;
	keep(NEW, 5, NEW + KEPT);
	put_bit(NEW + BITMAP, 7);
	struct reader *r = open_volume(VOLUME), *new = seen.copies[1].reader, *below = NULL;
	uint64_t run = 0;
	assert_number_equal(new->ops->place(new, 100, &below, &run), 100);
	assert_number_equal(run, 5 * BLOCK - 100);
	assert_ptr_equal(below, r);
	assert_number_equal(new->ops->place(new, 5 * BLOCK + 10, &below, &run), (NEW + KEPT) * BLOCK + 10);
	assert_number_equal(run, BLOCK - 10);
	assert_true(new->ops->place(new, 7 * BLOCK, &below, &run) == TRIAGE_NO_OFFSET);
	assert_number_equal(run, BLOCK);
	close_volume(r);
}

static void
descriptors_that_point_outside_are_bad_bytes_and_said(void **state)
{
	(void)state;
	keep(NEW, 3, BLOCKS + 5);
	put_descriptor(NEW, 4, UINT64_MAX - BLOCK, UINT64_MAX - 511, 1, 0);
	put_descriptor(NEW, SIZE_MAX / BLOCK, 0, BLOCK, 0, 0);
	struct reader *r = open_volume(VOLUME);
	assert_block(1, 3, 0);
	assert_number_equal(seen.copies[1].reader->bad_bytes, 2);
	assert_block(1, 4, 4);
	assert_string_equal(seen.problems, "vss-list-nonsense\n");
	close_volume(r);
}

static void
chains_that_lead_in_circles_end_and_are_said(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	store_le(volume + (NEW + LIST) * BLOCK + 40, (NEW + LIST) * BLOCK, 8);
	store_le(volume + CATALOGUE * BLOCK + 40, CATALOGUE * BLOCK, 8);
	store_le(volume + (NEW + BITMAP) * BLOCK + 40, (NEW + BITMAP) * BLOCK, 8);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.problems, "vss-catalogue-damaged\nvss-list-damaged\n");
	assert_non_null(strstr(seen.copies[0].note, "a newer copy is damaged"));
	assert_block(1, 3, NEW + KEPT);
	close_volume(r);
}

static void
a_copy_whose_list_is_lost_is_damaged_and_the_others_are_read(void **state)
{
	(void)state;
	keep(NEW, 3, NEW + KEPT);
	volume[(OLD + LIST) * BLOCK] = 0;
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_int_equal(seen.copies[0].state, TRIAGE_VOLUME_DAMAGED);
	assert_non_null(strstr(seen.copies[0].note, "its block list is lost"));
	assert_block(1, 3, NEW + KEPT);
	close_volume(r);
}

static void
a_copy_on_another_volume_is_named(void **state)
{
	(void)state;
	memset(volume + 0x1e00 + 80, 0x77, 16);
	memset(volume + CATALOGUE * BLOCK + 128 + 128, 0, 128);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_int_equal(seen.copies[1].state, TRIAGE_VOLUME_UNSUPPORTED);
	assert_non_null(strstr(seen.copies[1].note, "another volume"));
	close_volume(r);
}

static void
a_volume_without_shadow_copies_has_none(void **state)
{
	(void)state;
	memset(volume + 0x1e00, 0, 512);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 0);
	assert_string_equal(seen.problems, "");
	close_volume(r);
}

static void
a_shadow_copy_has_no_shadow_copies(void **state)
{
	(void)state;
	struct triage_error err = { .text = "" };
	struct seen inner = { .count = 0 };
	struct layer_sink sink = { .ctx = &inner, .volume = take_copy, .problem = take_problem };
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_true(vss_is_snapshot(seen.copies[0].reader));
	assert_false(vss_is_snapshot(r));
	struct layer_member member = { .reader = seen.copies[0].reader, .signature = "ntfs" };
	assert_int_equal(vss_layer.open(&member, 1, NULL, &sink, &err), TRIAGE_OK);
	assert_number_equal(inner.count, 0);
	close_volume(r);
}

static void
deleted_copies_come_back(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	keep(NEW, 5, NEW + KEPT);
	put_volume_header(0);
	memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.problems, "vss-deleted\n");
	assert_string_equal(seen.copies[0].label, "deleted shadow copy of unknown age");
	assert_true(seen.copies[0].created == TRIAGE_TIME_NONE);
	assert_non_null(strstr(seen.copies[0].note, "100.0 % of them still there (not checked against present use)"));
	assert_non_null(strstr(seen.copies[0].note, "its age is not known"));
	assert_block(0, 3, OLD + KEPT);
	assert_block(0, 5, NEW + KEPT);
	assert_block(1, 3, 3);
	close_volume(r);
}

static void
an_old_catalogue_block_gives_deleted_copies_their_age(void **state)
{
	(void)state;
	put_store(OLD);
	keep(NEW, 5, NEW + KEPT);
	put_volume_header(0);		/* the header forgot the catalogue, its block is there */
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	assert_string_equal(seen.copies[0].label, "deleted shadow copy of 2022-06-18T04:27:50Z");
	assert_null(strstr(seen.copies[0].note, "its age"));
	assert_block(1, 5, NEW + KEPT);
	close_volume(r);
}

static void
a_deleted_copy_without_its_header_comes_back_and_a_header_alone_is_said(void **state)
{
	(void)state;
	keep(OLD, 3, OLD + KEPT);
	memset(volume + OLD * BLOCK, 1, BLOCK);
	memset(volume + (NEW + LIST) * BLOCK, 1, BLOCK);
	put_volume_header(0);
	memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 1);
	assert_string_equal(seen.problems, "vss-deleted-lost\nvss-deleted\n");
	assert_non_null(strstr(seen.copies[0].note, "its header is lost"));
	assert_string_equal(seen.copies[0].uuid, "");
	assert_block(0, 3, OLD + KEPT);
	close_volume(r);
}

static void
a_copy_that_is_there_is_not_read_through_deleted_ones(void **state)
{
	(void)state;
	keep(OLD, 5, OLD + KEPT);
	keep(NEW, 5, NEW + KEPT);
	keep(NEW, 6, NEW + KEPT + 1);
	memset(volume + CATALOGUE * BLOCK + 128, 0, 256);	/* the newer one is gone, the entry freed */
	store_le(volume + CATALOGUE * BLOCK + 128, 1, 8);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 2);
	/* of unknown age, so told first */
	assert_string_equal(seen.copies[0].label, "deleted shadow copy of unknown age");
	assert_string_equal(seen.copies[1].label, "shadow copy of 2022-06-18T04:27:50Z");
	assert_block(1, 5, OLD + KEPT);
	assert_block(1, 6, 6);
	assert_block(0, 6, NEW + KEPT + 1);
	close_volume(r);
}

static void
structures_that_were_written_for_another_place_are_no_traces(void **state)
{
	(void)state;
	put_volume_header(0);
	memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
	memmove(volume + (NEW + 10) * BLOCK, volume + NEW * BLOCK, 4 * BLOCK);	/* as inside an image file */
	memset(volume + NEW * BLOCK, 0, 4 * BLOCK);
	struct reader *r = open_volume(VOLUME);
	assert_number_equal(seen.count, 1);
	close_volume(r);
}

static void
the_volume_is_searched_only_when_copies_are_missing(void **state)
{
	(void)state;
	struct reader small = { .size = VOLUME }, large = { .size = UINT64_C(1) << 40 };
	struct vss_store stores[2] = { { .placed = true, .created = 5, .has_id = true }, { .placed = true, .created = 6, .previous_at = 1, .has_id = true } };
	struct vss_set set = { .volume = &large, .stores = stores, .count = 2 };
	struct vss_catalogue c = { .enabled = false };
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_NONE);
	c.enabled = true;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_NONE);
	c.damaged = true;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	c.damaged = false;
	c.freed = 1;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_FILES);
	set.volume = &small;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	c.freed = 0;
	stores[0].previous_at = 1;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	stores[0].previous_at = 0;
	stores[1].list.broken = true;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
	stores[1].list.broken = false;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_NONE);
	set.count = 0;
	set.volume = &large;
	assert_int_equal(vss_search_policy(&set, &c), VSS_SEARCH_ALL);
}

/* All that damage is asked: no crash, no endless loop, all bytes given or refused. */
static void
read_everything(size_t size)
{
	struct reader *r = open_volume(size);
	for (size_t i = 0; i < seen.count; i++) {
		struct reader *copy = seen.copies[i].reader, *below;
		uint64_t run;
		if (copy == NULL)
			continue;
		assert_true(copy->size <= size);
		assert_int_equal(reader_read_all(copy, 0, seen_bytes, copy->size, NULL), TRIAGE_OK);
		(void)vss_same_as_live(copy, 0, copy->size);
		for (uint64_t at = 0; at < copy->size; at += run) {
			(void)copy->ops->place(copy, at, &below, &run);
			assert_true(run > 0);
		}
	}
	close_volume(r);
}

static void
fill_all(void)
{
	setup(NULL);
	put_head(NEW + PREVIOUS, 6, PREVIOUS, 0);
	put_entry(0, NEW, true);
	for (size_t i = 1; i < 8; i++) {
		keep(OLD, i, OLD + KEPT + i);
		keep(NEW, i + 4, NEW + KEPT + i);
		forward(OLD, 20 + i, 30 + i);
		forward(NEW, 30 + i, 40 + i);
		put_descriptor(NEW, i, KEPT * BLOCK, (NEW + KEPT) * BLOCK, 2, 0x0f0f0f0f);
		put_bit(NEW + BITMAP, 50 + i);
		put_bit(NEW + PREVIOUS, 50 + i);
	}
}

static void
cut_volumes_are_survived(void **state)
{
	(void)state;
	fill_all();
	for (size_t size = 0; size < VOLUME; size += 7 * 512 + 100)
		read_everything(size);
	put_volume_header(0);
	for (size_t size = 0; size < VOLUME; size += 4 * 7 * 512 + 100)
		read_everything(size);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
random_changes_are_survived(void **state)
{
	(void)state;
	static const size_t structures[] = { CATALOGUE, OLD, OLD + LIST, OLD + BITMAP, OLD + RANGES, NEW, NEW + LIST, NEW + BITMAP, NEW + PREVIOUS };
	static const uint8_t bytes[] = { 0, 1, 2, 3, 4, 5, 6, 0x40, 0x7f, 0x80, 0xff };
	uint32_t seed = 1;
	for (unsigned round = 0; round < 1500; round++) {
		fill_all();
		if (round % 3 == 0)
			put_volume_header(0);
		if (round % 6 == 0)
			memset(volume + CATALOGUE * BLOCK, 0, BLOCK);
		for (unsigned i = 0; i < 1 + round % 5; i++) {
			size_t which = structures[next_random(&seed) % (sizeof(structures) / sizeof(structures[0]))];
			volume[which * BLOCK + next_random(&seed) % 700] = bytes[next_random(&seed) % sizeof(bytes)];
		}
		if (round % 7 == 0)
			volume[0x1e00 + 16 + next_random(&seed) % 80] = (uint8_t)next_random(&seed);
		read_everything(VOLUME);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(copies_are_told_oldest_first_with_names_and_times, setup),
		cmocka_unit_test_setup(a_block_comes_from_its_own_store_then_newer_ones_then_the_volume, setup),
		cmocka_unit_test_setup(the_last_of_several_descriptors_of_a_block_holds_and_unused_ones_are_passed_over, setup),
		cmocka_unit_test_setup(an_overlay_is_seen_by_its_own_copy_alone_and_by_sectors, setup),
		cmocka_unit_test_setup(a_forwarded_block_is_looked_for_in_the_next_newer_state, setup),
		cmocka_unit_test_setup(what_becomes_of_where_a_forwarder_points_is_told_of_its_block, setup),
		cmocka_unit_test_setup(what_was_not_in_use_is_zeros_in_the_newest_copy, setup),
		cmocka_unit_test_setup(what_equals_the_live_volume_is_known_without_reading, setup),
		cmocka_unit_test_setup(a_stream_is_known_by_where_its_bytes_come_from, setup),
		cmocka_unit_test_setup(a_copy_says_where_its_bytes_lie, setup),
		cmocka_unit_test_setup(descriptors_that_point_outside_are_bad_bytes_and_said, setup),
		cmocka_unit_test_setup(chains_that_lead_in_circles_end_and_are_said, setup),
		cmocka_unit_test_setup(a_copy_whose_list_is_lost_is_damaged_and_the_others_are_read, setup),
		cmocka_unit_test_setup(a_copy_on_another_volume_is_named, setup),
		cmocka_unit_test_setup(a_volume_without_shadow_copies_has_none, setup),
		cmocka_unit_test_setup(a_shadow_copy_has_no_shadow_copies, setup),
		cmocka_unit_test_setup(deleted_copies_come_back, setup),
		cmocka_unit_test_setup(an_old_catalogue_block_gives_deleted_copies_their_age, setup),
		cmocka_unit_test_setup(a_deleted_copy_without_its_header_comes_back_and_a_header_alone_is_said, setup),
		cmocka_unit_test_setup(a_copy_that_is_there_is_not_read_through_deleted_ones, setup),
		cmocka_unit_test_setup(structures_that_were_written_for_another_place_are_no_traces, setup),
		cmocka_unit_test(the_volume_is_searched_only_when_copies_are_missing),
		cmocka_unit_test(cut_volumes_are_survived),
		cmocka_unit_test(random_changes_are_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

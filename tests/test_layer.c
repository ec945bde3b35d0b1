/* test_layer.c - volumes inside volumes, with layers made for the test: rows, addresses, bounds. */
#include "tests/ext_volume.h"
#include "tests/fake_layers.h"

#include "triage/evidence/fs.h"

#include <inttypes.h>

enum { MIB = 1 << 20, MEDIUM = 8 * MIB, FIRST = MIB, SECOND = 4 * MIB, PART = 2 * MIB };

static uint8_t medium[2][MEDIUM];
static const struct layer_key the_key = { (const uint8_t *)"open", 4 }, wrong_key = { (const uint8_t *)"shut", 4 };
static const struct layer_keys right = { 1, &the_key }, wrong = { 1, &wrong_key };

/* What a probe tells, one line a row; the last listing and its extents. */
static struct rows {
	char text[64 << 10];
	size_t used;
	uint32_t volumes, filesystems;
	struct triage_filesystem fs[32];
} rows;

static __attribute__((format(printf, 1, 2))) enum triage_status
line(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(rows.text + rows.used, sizeof(rows.text) - rows.used, format, args);
	va_end(args);
	assert_true(n > 0 && (size_t)n < sizeof(rows.text) - rows.used);
	rows.used += (size_t)n;
	return TRIAGE_OK;
}

static enum triage_status
row_evidence(void *ctx, const struct triage_evidence *e, struct triage_error *err)
{
	(void)ctx, (void)err;
	return line("evidence size=%" PRIu64 "\n", e->size);
}

static enum triage_status
row_volume(void *ctx, const struct triage_volume *v, struct triage_error *err)
{
	(void)ctx, (void)err;
	assert_number_equal(v->index, rows.volumes++);
	assert_true(v->parent == UINT32_MAX || v->parent < v->index);
	return line("volume %u parent=%d %s %s at=%" PRIu64 " length=%" PRIu64 " label=%s uuid=%s\n", v->index, (int)v->parent, v->kind,
	    triage_volume_state_name(v->state), v->start, v->length, v->label, v->uuid);
}

static enum triage_status
row_filesystem(void *ctx, const struct triage_filesystem *f, struct triage_error *err)
{
	(void)ctx, (void)err;
	assert_number_equal(f->index, rows.filesystems);
	assert_true(f->volume < rows.volumes && rows.filesystems < 32);
	struct triage_filesystem *kept = &rows.fs[rows.filesystems++];
	*kept = *f;
	kept->type = "ext4";
	kept->label = kept->uuid = "";
	return line("filesystem %u volume=%u %s at=%" PRIu64 " length=%" PRIu64 "\n", f->index, f->volume, f->type, f->start, f->length);
}

static enum triage_status
row_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)err;
	return line("problem %s at=%" PRId64 ": %s\n", p->code, (int64_t)p->offset, p->message);
}

static const struct evidence_sink row_sink = { .evidence = row_evidence, .volume = row_volume, .filesystem = row_filesystem,
	.problem = row_problem };

#define assert_told(what) \
	do { \
		if (strstr(rows.text, (what)) == NULL) \
			fail_msg("not told: %s\ntold:\n%s", (what), rows.text); \
	} while (0)
#define assert_not_told(what) \
	do { \
		if (strstr(rows.text, (what)) != NULL) \
			fail_msg("told: %s\nall:\n%s", (what), rows.text); \
	} while (0)

static int
clear(void **state)
{
	(void)state;
	memset(medium, 0, sizeof(medium));
	fake_halves_damaged = false;
	assert_number_equal(fake_open_readers, 0);
	return 0;
}

static void
put_partition(unsigned which, unsigned i, uint32_t at, uint32_t size)
{
	uint8_t *e = medium[which] + 446 + i * 16;
	e[4] = 0x83;
	ev_put(e + 8, at / 512, 4);
	ev_put(e + 12, size / 512, 4);
	ev_put(medium[which] + 510, 0xaa55, 2);
}

static void
put_lock(uint8_t *at)
{
	memcpy(at, "LUKS\xba\xbe\0\2", 8);
	memcpy(at + 168, "202265fe-9842-4c2d-ac9b-aba1b05deb63", 36);
}

/* What rot will show as it was. */
static void
turn(uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] ^= 0xff;
}

static void
put_tail(uint8_t *start, size_t size)
{
	memcpy(start + size - FAKE_TAIL, "$XIDE$", 6);
}

/* A file "data" of 12 blocks from block 40, each full of its letter. */
static void
put_ext(uint8_t *at)
{
	struct ev *v = ev_new();
	ev_make(v, 12, EV_FILE, 12 * EV_BLOCK, 40);
	ev_root_name(v, 12, 1, "data");
	for (int b = 0; b < 12; b++)
		memset(ev_block(v, 40 + (unsigned)b), 'a' + b, EV_BLOCK);
	memcpy(at, v->bytes, sizeof(v->bytes));
	free(v);
}

static void
source_begin(struct evidence_source *source, unsigned which, const struct layer_keys *keys)
{
	struct triage_error err = { .text = "" };
	*source = (struct evidence_source){ .kind = TRIAGE_EVIDENCE_RAW, .in.keys = keys };
	assert_int_equal(reader_memory(medium[which], MEDIUM, &source->reader, &err), TRIAGE_OK);
}

static void
source_end(struct evidence_source *source)
{
	source_forget(source);
	reader_close(source->reader);
	assert_number_equal(fake_open_readers, 0);
}

static void
tell(struct evidence_source *source)
{
	struct triage_error err = { .text = "" };
	memset(&rows, 0, sizeof(rows));
	assert_int_equal(evidence_probe(source, &row_sink, &err), TRIAGE_OK);
}

static void
tell_once(const struct layer_keys *keys)
{
	struct evidence_source source;
	source_begin(&source, 0, keys);
	tell(&source);
	source_end(&source);
}

static void
a_lock_without_key_stays_locked_and_says_what_to_give(void **state)
{
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_lock(medium[0] + FIRST);
	tell_once(NULL);
	assert_told("volume 0 parent=-1 luks locked at=1048576 length=2097152 label= uuid=202265fe-9842-4c2d-ac9b-aba1b05deb63\n");
	assert_told("problem volume-locked at=1048576: volume 1, 202265fe-9842-4c2d-ac9b-aba1b05deb63 (luks): it is encrypted; its files are not examined; protector of the test\n");
	assert_number_equal(rows.volumes, 1);
	tell_once(&wrong);
	assert_told("luks locked");
	assert_number_equal(rows.volumes, 1);
}

static void
an_opened_lock_holds_a_volume_and_its_filesystem(void **state)
{
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_lock(medium[0] + FIRST);
	put_ext(medium[0] + FIRST + FAKE_HEAD);
	turn(medium[0] + FIRST + FAKE_HEAD, PART - FAKE_HEAD);
	tell_once(&right);
	assert_told("volume 0 parent=-1 luks examined at=1048576 length=2097152");
	assert_told("volume 1 parent=0 luks examined at=0 length=2093056 label= uuid=\n");
	assert_told("filesystem 0 volume=1 ext4 at=0 length=2093056\n");
	assert_not_told("problem");
	assert_number_equal(rows.fs[0].reader_type, EVIDENCE_ON_VOLUME);
}

static void
a_table_inside_a_volume_makes_partitions_below_it(void **state)
{
	uint8_t *inside = medium[0] + FIRST + FAKE_HEAD;
	(void)state;
	put_partition(0, 0, 2048 * 512 / 2, 4096);
	memcpy(inside + 446, medium[0] + 446, 66);	/* the same table, in the lock */
	put_partition(0, 0, FIRST, PART);
	put_lock(medium[0] + FIRST);
	put_ext(inside + MIB / 2);
	ev_put(inside + 446 + 12, EV_SIZE / 512, 4);
	turn(inside, PART - FAKE_HEAD);
	tell_once(&right);
	assert_told("volume 1 parent=0 luks examined at=0 length=2093056");
	assert_told("volume 2 parent=1 mbr examined at=0 length=262144");
	assert_told("filesystem 0 volume=2 ext4 at=0 length=262144\n");
	assert_number_equal(rows.volumes, 3);
}

static void
nothing_known_inside_a_volume_is_said_as_of_a_partition(void **state)
{
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_lock(medium[0] + FIRST);
	turn(medium[0] + FIRST + FAKE_HEAD, PART - FAKE_HEAD);
	tell_once(&right);
	assert_told("volume 1 parent=0 luks empty");
	assert_told("problem no-filesystem at=-1: volume 2, inside volume 1: nothing known here");
}

static void
parts_are_joined_once_all_volumes_are_known(void **state)
{
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_partition(0, 1, SECOND, PART);
	put_ext(medium[0] + FIRST);
	put_tail(medium[0] + FIRST, PART);
	put_tail(medium[0] + SECOND, PART);
	tell_once(NULL);
	assert_told("volume 0 parent=-1 lsi_mega_raid_member examined at=1048576");
	assert_told("volume 1 parent=-1 lsi_mega_raid_member examined at=4194304");
	assert_told("volume 2 parent=0 md examined at=1048576 length=4193280 label=joined uuid=1-2-3\n");
	assert_told("filesystem 0 volume=2 ext4 at=0 length=4193280\n");
	assert_not_told("problem");
}

static void
parts_that_cannot_be_joined_keep_their_state_and_the_whole_says_why(void **state)
{
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_tail(medium[0] + FIRST, PART);
	fake_halves_damaged = true;
	tell_once(NULL);
	assert_told("volume 0 parent=-1 lsi_mega_raid_member unsupported");
	assert_told("volume 1 parent=0 md damaged at=0 length=0 label=joined");
	assert_told("problem volume-damaged at=-1: volume 2, inside volume 1 (md): it is damaged or incomplete; its files are not examined; "
		    "one member of 2 is missing\n");
	assert_not_told("volume-unsupported");
}

static void
a_part_inside_a_lock_is_joined_with_one_outside(void **state)
{
	uint8_t *inside = medium[0] + SECOND + FAKE_HEAD;
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_partition(0, 1, SECOND, PART);
	put_ext(medium[0] + FIRST);
	put_tail(medium[0] + FIRST, PART);
	put_lock(medium[0] + SECOND);
	put_tail(inside, PART - FAKE_HEAD);
	turn(inside, PART - FAKE_HEAD);
	tell_once(&right);
	assert_told("volume 2 parent=1 luks examined");
	assert_told("volume 3 parent=0 md examined at=1048576 length=4189184");
	assert_told("filesystem 0 volume=3 ext4");
}

static void
locks_in_locks_are_followed_to_a_bound(void **state)
{
	(void)state;
	put_partition(0, 0, FIRST, PART);
	for (size_t level = 12; level-- > 0;) {
		uint8_t *at = medium[0] + FIRST + level * FAKE_HEAD;
		put_lock(at);
		if (level > 0)
			turn(at, PART - level * FAKE_HEAD);
	}
	tell_once(&right);
	assert_told("volume 8 parent=7 luks locked");
	assert_told("problem layers-too-deep at=-1: volume 9 lies in 8 volumes");
	assert_number_equal(rows.volumes, 9);
}

static void
shadow_copies_hang_below_the_live_filesystem_and_are_not_searched_for_shadows(void **state)
{
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_ext(medium[0] + FIRST);
	memcpy(medium[0] + FIRST + FAKE_MARK, "SHADE", 5);
	tell_once(NULL);
	assert_told("volume 0 parent=-1 mbr examined at=1048576");
	assert_told("filesystem 0 volume=0 ext4 at=1048576");
	assert_told("volume 1 parent=0 vss examined at=1048576 length=2097152 label=1970-01-02T00:00:00Z");
	assert_told("filesystem 1 volume=1 ext4 at=0");
	assert_told("volume 2 parent=0 vss examined at=1048576 length=2097152 label=1970-01-03T00:00:00Z");
	assert_told("filesystem 2 volume=2 ext4 at=0");
	assert_told("problem vss-damaged at=1049088: volume 1 (shade): a store is damaged\n");
	assert_number_equal(rows.volumes, 3);
}

static void
shadow_copies_are_left_out_as_asked_and_still_named(void **state)
{
	struct evidence_source source;
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_ext(medium[0] + FIRST);
	memcpy(medium[0] + FIRST + FAKE_MARK, "SHADE", 5);
	source_begin(&source, 0, NULL);
	source.in.vss_first = source.in.vss_last = 2;
	tell(&source);
	assert_told("volume 1 parent=0 vss unsupported at=0 length=2097152");
	assert_told("problem vss-left-out at=-1: volume 2, a shadow copy of volume 1, is left out as --vss says");
	assert_told("volume 2 parent=0 vss examined");
	assert_number_equal(rows.filesystems, 2);
	source.in.vss_none = true;
	tell(&source);
	assert_told("volume 2 parent=0 vss unsupported");
	assert_number_equal(rows.filesystems, 1);
	source_end(&source);
}

static void
parts_in_two_containers_are_joined_when_probed_together(void **state)
{
	struct evidence_source a, b;
	struct evidence_source *both[] = { &a, NULL, &b };
	struct triage_error err = { .text = "" };
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_partition(1, 0, SECOND, PART);
	put_ext(medium[0] + FIRST);
	put_tail(medium[0] + FIRST, PART);
	put_tail(medium[1] + SECOND, PART);
	source_begin(&a, 0, NULL);
	source_begin(&b, 1, NULL);
	assert_int_equal(evidence_probe_together(both, 3, &err), TRIAGE_OK);
	tell(&a);
	assert_told("volume 1 parent=0 md examined at=1048576 length=4193280");
	assert_told("filesystem 0 volume=1 ext4");
	assert_number_equal(rows.fs[0].reader_type, EVIDENCE_ON_VOLUME_TOGETHER);
	struct triage_filesystem fs = rows.fs[0];
	tell(&b);
	assert_told("volume 0 parent=-1 lsi_mega_raid_member examined at=4194304");
	assert_told("problem volume-elsewhere at=4194304");
	assert_number_equal(rows.volumes, 1);
	struct evidence_fs *opened;
	assert_int_equal(evidence_fs_open(&a, &fs, &opened, &err), TRIAGE_OK);
	evidence_fs_close(opened);
	source_forget(&a);
	source_forget(&b);
	assert_int_equal(evidence_fs_open(&a, &fs, &opened, &err), TRIAGE_E_FORMAT);
	source_end(&a);
	source_end(&b);
}

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

static void
random_damage_never_breaks_the_probe(void **state)
{
	uint32_t random = 20241124;
	static uint8_t kept[MEDIUM];
	uint8_t *inside = medium[0] + FIRST + FAKE_HEAD;
	(void)state;
	put_partition(0, 0, FIRST, PART);
	put_partition(0, 1, SECOND, PART);
	put_lock(medium[0] + FIRST);
	put_ext(inside);
	memcpy(inside + FAKE_MARK, "SHADE", 5);
	put_tail(inside, PART - FAKE_HEAD);
	turn(inside, PART - FAKE_HEAD);
	put_ext(medium[0] + SECOND);
	put_tail(medium[0] + SECOND, PART);
	memcpy(kept, medium[0], MEDIUM);
	static const uint32_t spots[] = { 440, FIRST, FIRST + FAKE_HEAD, FIRST + PART - FAKE_TAIL, SECOND, SECOND + PART - FAKE_TAIL };
	for (unsigned round = 0; round < 400; round++) {
		uint32_t touched[8];
		for (size_t i = 0; i < 8; i++) {
			random = random * 1664525 + 1013904223;
			touched[i] = spots[(random >> 8) % 6] + (random >> 20) % 512;
			medium[0][touched[i]] = (uint8_t)(random >> 12);
		}
		tell_once(&right);
		assert_true(rows.volumes > 0);
		for (size_t i = 0; i < 8; i++)
			medium[0][touched[i]] = kept[touched[i]];
	}
}

#define TEST(name) cmocka_unit_test_setup(name, clear)
int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_lock_without_key_stays_locked_and_says_what_to_give),
		TEST(an_opened_lock_holds_a_volume_and_its_filesystem),
		TEST(a_table_inside_a_volume_makes_partitions_below_it),
		TEST(nothing_known_inside_a_volume_is_said_as_of_a_partition),
		TEST(parts_are_joined_once_all_volumes_are_known),
		TEST(parts_that_cannot_be_joined_keep_their_state_and_the_whole_says_why),
		TEST(a_part_inside_a_lock_is_joined_with_one_outside),
		TEST(locks_in_locks_are_followed_to_a_bound),
		TEST(shadow_copies_hang_below_the_live_filesystem_and_are_not_searched_for_shadows),
		TEST(shadow_copies_are_left_out_as_asked_and_still_named),
		TEST(parts_in_two_containers_are_joined_when_probed_together),
		TEST(extents_are_split_where_the_volume_below_splits),
		TEST(encrypted_bytes_have_no_place_and_it_is_said_once),
		TEST(places_are_walked_down_to_the_medium_asked_for),
		TEST(random_damage_never_breaks_the_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

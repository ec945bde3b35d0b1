/* test_layer.c - volumes inside volumes, with layers made for the test: rows and bounds. */
#include "tests/layer_rows.h"

#include "triage/evidence/fs.h"

static const struct layer_key wrong_key = { (const uint8_t *)"shut", 4 };
static const struct layer_keys wrong = { 1, &wrong_key };

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
		TEST(random_damage_never_breaks_the_probe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

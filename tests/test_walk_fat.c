/* test_walk_fat.c - FAT12 made slot by slot: names, times, chains, what was deleted, and folders that lead astray. */
#include "fat_volume.h"

#include "triage/base/when.h"

/* FAT12: 1 reserved sector, 1 table of 1 sector, 32 root slots in 2 sectors, clusters of 512 bytes from sector 4. */
enum { TABLE = 1, ROOT = 2, DATA = 4, LONG = 0x0f, LABEL = 0x08, FOLDER = 0x10 };

static struct seen s;
static uint8_t out[32 << 10];

static struct fv *
fv_new(void)
{
	struct fv *v = calloc(1, sizeof(*v));
	assert_non_null(v);
	put(v->bytes + 11, SECTOR, 2);
	v->bytes[13] = 1;
	put(v->bytes + 14, 1, 2);
	v->bytes[16] = 1;
	put(v->bytes + 17, 32, 2);
	put(v->bytes + 19, SECTORS, 2);
	put(v->bytes + 22, 1, 2);
	return v;
}

static uint8_t *
cluster_of(struct fv *v, unsigned cluster)
{
	return v->bytes + (DATA + cluster - 2) * SECTOR;
}

static void
set_next(struct fv *v, unsigned cluster, unsigned next)
{
	uint8_t *p = v->bytes + TABLE * SECTOR + cluster * 3 / 2;
	if ((cluster & 1) != 0) {
		p[0] = (uint8_t)((p[0] & 0x0f) | next << 4);
		p[1] = (uint8_t)(next >> 4);
	} else {
		p[0] = (uint8_t)next;
		p[1] = (uint8_t)((p[1] & 0xf0) | next >> 8);
	}
}

/* A short slot. name: 11 characters. */
static void
put_slot(uint8_t *slot, const char *name, unsigned attributes, unsigned cluster, uint32_t size)
{
	memset(slot, 0, SLOT);
	memcpy(slot, name, 11);
	slot[11] = (uint8_t)attributes;
	put(slot + 14, 0x6000, 2);
	put(slot + 16, 0x5421, 2);
	put(slot + 18, 0x5422, 2);
	put(slot + 22, 0x6001, 2);
	put(slot + 24, 0x5421, 2);
	put(slot + 26, cluster, 2);
	put(slot + 28, size, 4);
}

static uint8_t *
root_slot(struct fv *v, unsigned index)
{
	return v->bytes + ROOT * SECTOR + index * SLOT;
}

static uint8_t
checksum(const char *name)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < 11; i++)
		sum = (uint8_t)((sum << 7 | sum >> 1) + (uint8_t)name[i]);
	return sum;
}

/* One long slot with up to 13 characters. */
static void
put_long(uint8_t *slot, unsigned number, const char *part, uint8_t sum)
{
	static const unsigned char at[13] = { 1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30 };
	bool ended = false;
	memset(slot, 0, SLOT);
	slot[0] = (uint8_t)number;
	slot[11] = LONG;
	slot[13] = sum;
	for (size_t i = 0; i < 13; i++) {
		unsigned unit = ended ? 0xffff : (unsigned char)part[i];
		ended |= unit == 0;
		put(slot + at[i], unit, 2);
	}
}

static void
put_dots(struct fv *v, unsigned cluster, unsigned parent)
{
	put_slot(cluster_of(v, cluster), ".          ", FOLDER, cluster, 0);
	put_slot(cluster_of(v, cluster) + SLOT, "..         ", FOLDER, parent, 0);
}

static void
fv_list(const struct fv *v)
{
	list_bytes(v->bytes, sizeof(v->bytes), "fat12", &s);
}

static size_t
fv_read(const struct fv *v, const char *name, uint32_t *ret_flags)
{
	struct volume volume;
	struct triage_error err;
	fv_list(v);
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "fat12", &err), TRIAGE_OK);
	size_t got = read_stream(&volume, &seen_need(&s, name)->e, out, sizeof(out), ret_flags);
	volume_close(&volume);
	return got;
}

static void
a_folder_of_noise_gives_no_files(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	for (unsigned i = 0; i < 12; i++)
		memset(root_slot(v, i), 0x11, SLOT);
	put_slot(root_slot(v, 5), "REAL    TXT", 0x20, 0, 0);
	fv_list(v);
	seen_need(&s, "REAL.TXT");
	assert_number_equal(s.count, 2);
	free(v);
}

static void
short_names_have_their_dot_and_case(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_slot(root_slot(v, 0), "README  TXT", 0x20, 0, 0);
	put_slot(root_slot(v, 1), "LOWER   EXT", 0x20, 0, 0);
	root_slot(v, 1)[12] = 0x18;
	put_slot(root_slot(v, 2), "NOEXTENS   ", 0x20, 0, 0);
	fv_list(v);
	seen_need(&s, "README.TXT");
	seen_need(&s, "lower.ext");
	seen_need(&s, "NOEXTENS");
	assert_number_equal(s.count, 4);
	assert_number_equal(seen_need(&s, "README.TXT")->e.inode, 3);
	assert_number_equal(s.entries[0].e.inode, 2);
	free(v);
}

static void
a_long_name_belongs_to_the_short_one_behind_it(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_long(root_slot(v, 0), 0x42, "name.txt", checksum("ALONGN~1TXT"));
	put_long(root_slot(v, 1), 0x01, "a rather long", checksum("ALONGN~1TXT"));
	put_slot(root_slot(v, 2), "ALONGN~1TXT", 0x20, 0, 0);
	put_long(root_slot(v, 3), 0x41, "of another", checksum("ANOTHER TXT"));
	put_slot(root_slot(v, 4), "STRANGERTXT", 0x20, 0, 0);
	fv_list(v);
	seen_need(&s, "a rather longname.txt");
	seen_need(&s, "STRANGER.TXT");
	assert_number_equal(s.count, 3);
	free(v);
}

static void
a_deleted_file_keeps_its_long_name_or_loses_a_letter(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_long(root_slot(v, 0), 0xe5, "secret.txt", checksum("SECRET  TXT"));
	put_slot(root_slot(v, 1), "SECRET  TXT", 0x20, 5, 100);
	root_slot(v, 1)[0] = 0xe5;
	put_slot(root_slot(v, 2), "OTHER   TXT", 0x20, 6, 100);
	root_slot(v, 2)[0] = 0xe5;
	fv_list(v);
	assert_int_equal(seen_need(&s, "secret.txt")->e.state, TRIAGE_STATE_DELETED);
	assert_int_equal(seen_need(&s, "_THER.TXT")->e.state, TRIAGE_STATE_DELETED);
	free(v);
}

static void
times_are_taken_as_written(void **state)
{
	struct fv *v = fv_new();
	int64_t want;
	(void)state;
	put_slot(root_slot(v, 0), "FILE    TXT", 0x20, 0, 0);
	root_slot(v, 0)[13] = 150;
	fv_list(v);
	const struct triage_entry *e = &seen_need(&s, "FILE.TXT")->e;
	assert_true(when_parse("2022-01-01T12:00:01.5Z", &want));
	assert_number_equal(e->times[TRIAGE_BTIME], want);
	assert_true(when_parse("2022-01-01T12:00:02Z", &want));
	assert_number_equal(e->times[TRIAGE_MTIME], want);
	assert_true(when_parse("2022-01-02T00:00:00Z", &want));
	assert_number_equal(e->times[TRIAGE_ATIME], want);
	assert_true(e->times[TRIAGE_CTIME] == TRIAGE_TIME_NONE);
	free(v);
}

static void
a_chain_is_followed_and_a_broken_one_is_flagged(void **state)
{
	struct fv *v = fv_new();
	uint32_t flags;
	(void)state;
	put_slot(root_slot(v, 0), "FILE    TXT", 0x20, 3, 1100);
	set_next(v, 3, 7);
	set_next(v, 7, 5);
	set_next(v, 5, 0xfff);
	memset(cluster_of(v, 3), 'a', SECTOR);
	memset(cluster_of(v, 7), 'b', SECTOR);
	memset(cluster_of(v, 5), 'c', SECTOR);
	assert_number_equal(fv_read(v, "FILE.TXT", &flags), 1100);
	assert_int_equal(out[511], 'a');
	assert_int_equal(out[512], 'b');
	assert_int_equal(out[1099], 'c');
	assert_int_equal(flags, 0);
	set_next(v, 7, 0);
	fv_read(v, "FILE.TXT", &flags);
	assert_int_equal(out[512], 'b');
	assert_int_equal(out[1099], 0);
	assert_int_equal(flags, EVIDENCE_CONTENT_FILLER);
	free(v);
}

static void
a_deleted_file_is_guessed_around_clusters_in_use(void **state)
{
	struct fv *v = fv_new();
	uint32_t flags;
	(void)state;
	put_slot(root_slot(v, 0), "\xe5" "ELETED TXT", 0x20, 3, 1000);
	memset(cluster_of(v, 3), 'a', SECTOR);
	memset(cluster_of(v, 5), 'b', SECTOR);
	set_next(v, 4, 0xfff);
	assert_number_equal(fv_read(v, "_ELETED.TXT", &flags), 1000);
	assert_int_equal(out[511], 'a');
	assert_int_equal(out[512], 'b');
	assert_int_equal(flags, EVIDENCE_CONTENT_GUESSED);
	set_next(v, 3, 0xfff);
	fv_read(v, "_ELETED.TXT", &flags);
	assert_int_equal(flags, EVIDENCE_CONTENT_GUESSED | EVIDENCE_CONTENT_REUSED);
	free(v);
}

static void
deleted_files_that_lived_side_by_side_do_not_share_clusters(void **state)
{
	struct fv *v = fv_new();
	uint32_t flags;
	(void)state;
	/* the first was written at 12:00:10 in clusters 3 and 5, the second made at 12:00:04 in 4 and 6, written last */
	put_slot(root_slot(v, 0), "\xe5" "IRST   TXT", 0x20, 3, 1000);
	put(root_slot(v, 0) + 22, 0x6005, 2);
	put_slot(root_slot(v, 1), "\xe5" "ECOND  TXT", 0x20, 4, 1000);
	put(root_slot(v, 1) + 14, 0x6002, 2);
	put(root_slot(v, 1) + 22, 0x6008, 2);
	for (unsigned c = 3; c <= 6; c++)
		memset(cluster_of(v, c), '0' + (int)c, SECTOR);
	fv_read(v, "_IRST.TXT", &flags);
	assert_int_equal(out[0], '3');
	assert_int_equal(out[999], '5');
	fv_read(v, "_ECOND.TXT", &flags);
	assert_int_equal(out[0], '4');
	assert_int_equal(out[999], '6');
	free(v);
}

static void
two_folders_on_one_cluster_are_entered_once(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_slot(root_slot(v, 0), "ONE        ", FOLDER, 3, 0);
	put_slot(root_slot(v, 1), "TWO        ", FOLDER, 3, 0);
	set_next(v, 3, 0xfff);
	put_dots(v, 3, 0);
	for (unsigned i = 2; i < 16; i++)
		put_slot(cluster_of(v, 3) + i * SLOT, "LOOP       ", FOLDER, 3, 0);
	fv_list(v);
	assert_number_equal(s.count, 3 + 14);
	assert_true((seen_need(&s, "TWO")->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	assert_true((seen_need(&s, "LOOP")->e.flags & TRIAGE_ENTRY_CYCLE) != 0);
	free(v);
}

static void
a_folder_whose_chain_runs_in_a_circle_is_cut_and_told(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_slot(root_slot(v, 0), "RING       ", FOLDER, 3, 0);
	set_next(v, 3, 4);
	set_next(v, 4, 3);
	put_dots(v, 3, 0);
	put_slot(cluster_of(v, 4), "FILE       ", 0x20, 0, 0);
	fv_list(v);
	assert_number_equal(seen_problems(&s, "directory-cut"), 1);
	assert_null(seen_find(&s, "FILE", "", 1));
	free(v);
}

static void
a_deleted_folder_does_not_take_the_cluster_of_a_live_one(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_slot(root_slot(v, 0), "\xe5" "LD        ", FOLDER, 3, 0);
	put_slot(root_slot(v, 1), "NEW        ", FOLDER, 3, 0);
	set_next(v, 3, 0xfff);
	put_dots(v, 3, 0);
	put_slot(cluster_of(v, 3) + 2 * SLOT, "FILE       ", 0x20, 0, 0);
	fv_list(v);
	assert_true((seen_need(&s, "_LD")->e.flags & TRIAGE_ENTRY_REUSED) != 0);
	assert_string_equal(seen_parent(&s, seen_need(&s, "FILE")), "NEW");
	free(v);
}

static void
names_in_a_deleted_folder_are_deleted(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_slot(root_slot(v, 0), "\xe5" "LD        ", FOLDER, 3, 0);
	put_dots(v, 3, 0);
	put_slot(cluster_of(v, 3) + 2 * SLOT, "FILE       ", 0x20, 5, 10);
	fv_list(v);
	const struct seen_entry *e = seen_need(&s, "FILE");
	assert_int_equal(e->e.state, TRIAGE_STATE_DELETED);
	assert_string_equal(seen_parent(&s, e), "_LD");
	free(v);
}

static void
a_folder_nothing_leads_to_is_found_in_free_space(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_dots(v, 9, 0);
	put_slot(cluster_of(v, 9) + 2 * SLOT, "LOST    TXT", 0x20, 5, 10);
	fv_list(v);
	const struct seen_entry *e = seen_need(&s, "LOST.TXT");
	assert_int_equal(e->e.state, TRIAGE_STATE_ORPHAN);
	assert_string_equal(s.entries[s.entries[e->e.parent].e.parent].name, "$OrphanFiles");
	free(v);
}

static void
a_file_that_poses_as_a_label_is_marked_hidden(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_slot(root_slot(v, 0), "MY DISK    ", LABEL, 0, 0);
	put_slot(root_slot(v, 1), "HIDDEN  EXE", LABEL, 5, 100);
	fv_list(v);
	assert_int_equal(seen_need(&s, "$VOLUME_LABEL")->e.flags, TRIAGE_ENTRY_INTERNAL);
	assert_int_equal(seen_need(&s, "HIDDEN.EXE")->e.flags, TRIAGE_ENTRY_HIDDEN | TRIAGE_ENTRY_HAS_CONTENT);
	free(v);
}

static void
names_behind_the_end_mark_are_found(void **state)
{
	struct fv *v = fv_new();
	(void)state;
	put_slot(root_slot(v, 0), "FIRST      ", 0x20, 0, 0);
	put_slot(root_slot(v, 5), "BEHIND     ", 0x20, 5, 10);
	fv_list(v);
	assert_int_equal(seen_need(&s, "BEHIND")->e.state, TRIAGE_STATE_DELETED);
	free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_of_noise_gives_no_files),
		cmocka_unit_test(short_names_have_their_dot_and_case),
		cmocka_unit_test(a_long_name_belongs_to_the_short_one_behind_it),
		cmocka_unit_test(a_deleted_file_keeps_its_long_name_or_loses_a_letter),
		cmocka_unit_test(times_are_taken_as_written),
		cmocka_unit_test(a_chain_is_followed_and_a_broken_one_is_flagged),
		cmocka_unit_test(a_deleted_file_is_guessed_around_clusters_in_use),
		cmocka_unit_test(deleted_files_that_lived_side_by_side_do_not_share_clusters),
		cmocka_unit_test(two_folders_on_one_cluster_are_entered_once),
		cmocka_unit_test(a_folder_whose_chain_runs_in_a_circle_is_cut_and_told),
		cmocka_unit_test(a_deleted_folder_does_not_take_the_cluster_of_a_live_one),
		cmocka_unit_test(names_in_a_deleted_folder_are_deleted),
		cmocka_unit_test(a_folder_nothing_leads_to_is_found_in_free_space),
		cmocka_unit_test(a_file_that_poses_as_a_label_is_marked_hidden),
		cmocka_unit_test(names_behind_the_end_mark_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

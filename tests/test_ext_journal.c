/* The journal of ext: blocks 100 to 149 of the small volume hold it, so block n of the journal is block 100 + n. */
#include "ext_volume.h"

#include "triage/evidence/ext_journal.h"

static struct seen s;

#define EJ_MAGIC UINT32_C(0xc03b3998)

enum {
	EJ_FIRST = 100, EJ_BLOCKS = 50,
	EJ_64BIT = 0x2, EJ_SUM_2 = 0x8, EJ_SUM_3 = 0x10, EJ_FAST = 0x20,
	EJ_ESCAPED = 1, EJ_SAME_ID = 2, EJ_LAST = 8,
	EJ_OLD_DIR = 40, EJ_OLD_FILE = 44,
};

static void
put_be(uint8_t *p, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static uint8_t *
ej_block(struct ev *v, unsigned at)
{
	return ev_block(v, EJ_FIRST + at);
}

static void
ej_head(struct ev *v, unsigned at, unsigned type, uint32_t sequence)
{
	put_be(ej_block(v, at), EJ_MAGIC, 4);
	put_be(ej_block(v, at) + 4, type, 4);
	put_be(ej_block(v, at) + 8, sequence, 4);
}

/* A volume with an empty journal that begins with transaction `sequence`. */
static struct ev *
ej_new(uint32_t features, uint32_t sequence)
{
	struct ev *v = ev_new();
	uint8_t *super = v->bytes + 1024, *inode = ev_make(v, 8, 0100600, EJ_BLOCKS * EV_BLOCK, 0);
	ev_put(super + 92, 0x4, 4);
	ev_put(super + 0xe0, 8, 4);
	ev_put(inode + 28, EJ_BLOCKS * 2, 4);
	ev_put(inode + 32, EV_EXTENTS, 4);
	ev_put(inode + 40, 0xf30a, 2);
	ev_put(inode + 42, 1, 2);
	ev_put(inode + 44, 4, 2);
	ev_put(inode + 52 + 4, EJ_BLOCKS, 2);
	ev_put(inode + 52 + 8, EJ_FIRST, 4);
	ej_head(v, 0, 4, 0);
	put_be(ej_block(v, 0) + 12, EV_BLOCK, 4);
	put_be(ej_block(v, 0) + 16, EJ_BLOCKS, 4);
	put_be(ej_block(v, 0) + 20, 1, 4);
	put_be(ej_block(v, 0) + 24, sequence, 4);
	put_be(ej_block(v, 0) + 40, features, 4);
	return v;
}

static size_t
tag_bytes(uint32_t features)
{
	if ((features & EJ_SUM_3) != 0)
		return 16;
	return 8u + ((features & EJ_SUM_2) != 0 ? 2u : 0u) + ((features & EJ_64BIT) != 0 ? 4u : 0u);
}

/* Log count blocks as they are now: a descriptor at `at`, the copies, a commit. Returns the block behind it. */
static unsigned
ej_log(struct ev *v, uint32_t features, unsigned at, uint32_t sequence, const unsigned *blocks, unsigned count)
{
	uint8_t *tag = ej_block(v, at) + 12;
	unsigned next = at;
	ej_head(v, at, 1, sequence);
	for (unsigned i = 0; i < count; i++) {
		unsigned flags = (i == 0 ? 0 : EJ_SAME_ID) | (i + 1 == count ? EJ_LAST : 0);
		next = next + 1 < EJ_BLOCKS ? next + 1 : 1;
		uint8_t *copy = memcpy(ej_block(v, next), ev_block(v, blocks[i]), EV_BLOCK);
		if (copy[0] == 0xc0 && copy[1] == 0x3b && copy[2] == 0x39 && copy[3] == 0x98) {
			memset(copy, 0, 4);
			flags |= EJ_ESCAPED;
		}
		put_be(tag, blocks[i], 4);
		put_be((features & EJ_SUM_3) != 0 ? tag + 4 : tag + 6, flags, (features & EJ_SUM_3) != 0 ? 4 : 2);
		tag += tag_bytes(features) + (i == 0 ? 16 : 0);
	}
	next = next + 1 < EJ_BLOCKS ? next + 1 : 1;
	ej_head(v, next, 2, sequence);
	return next + 1 < EJ_BLOCKS ? next + 1 : 1;
}

static unsigned
table_block(unsigned inode)
{
	return EV_TABLE + (inode - 1) * EV_INODE / EV_BLOCK;
}

/* A file of 2,000 bytes with inode 12, named "secret" in the root, of generation 7. */
static void
make_file(struct ev *v)
{
	ev_put(ev_make(v, 12, EV_FILE, 2000, EJ_OLD_FILE) + 100, 7, 4);
	ev_root_name(v, 12, 1, "secret");
	memset(ev_block(v, EJ_OLD_FILE), 'a', EV_BLOCK);
	memset(ev_block(v, EJ_OLD_FILE + 1), 'b', EV_BLOCK);
}

/* What a current kernel leaves of it: no name, and an inode without size and blocks. */
static void
remove_file(struct ev *v)
{
	uint8_t *i = ev_inode(v, 12);
	memset(ev_block(v, EV_DATA) + 24, 0, EV_BLOCK - 24);
	ev_name(v, EV_DATA, 24, EV_BLOCK - 24, 0, 0, "", 0);
	memset(i + 40, 0, 60);
	ev_put(i + 4, 0, 4);
	ev_put(i + 26, 0, 2);
	ev_put(i + 20, 1700000000, 4);
	ev_block(v, EV_INODE_BITMAP)[11 / 8] &= (uint8_t)~(1 << 11 % 8);
}

static const unsigned both[] = { EV_DATA, EV_TABLE + 2 };

static size_t
read_entry(struct ev *v, const struct triage_entry *e, uint8_t *out, size_t room, uint32_t *ret_flags)
{
	struct volume volume;
	struct triage_error err;
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	size_t got = read_stream(&volume, e, out, room, ret_flags);
	volume_close(&volume);
	return got;
}

static void
a_deleted_file_comes_back_with_name_times_and_content(void **state)
{
	static const uint32_t features[] = { 0, EJ_64BIT, EJ_SUM_2, EJ_SUM_2 | EJ_64BIT, EJ_SUM_3, EJ_SUM_3 | EJ_64BIT };
	(void)state;
	assert_number_equal(table_block(12), both[1]);
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		struct ev *v = ej_new(features[i], 50);
		uint8_t out[4096];
		uint32_t flags;
		make_file(v);
		unsigned next = ej_log(v, features[i], 1, 40, both, 2);
		remove_file(v);
		ej_log(v, features[i], next, 41, both, 2);
		ev_list(v, &s);
		assert_number_equal(s.problem_count, 0);
		const struct triage_entry *e = &seen_need(&s, "secret")->e;
		assert_int_equal(e->state, TRIAGE_STATE_DELETED);
		assert_number_equal(e->flags & TRIAGE_ENTRY_REUSED, 0);
		assert_number_equal(e->size, 2000);
		assert_number_equal(e->times[TRIAGE_MTIME], INT64_C(1600000016000000000));
		assert_number_equal(read_entry(v, e, out, sizeof(out), &flags), 2000);
		assert_int_equal(out[0], 'a');
		assert_int_equal(out[1999], 'b');
		assert_number_equal(flags, 0);
		assert_null(seen_find(&s, "inode-12", "", 0));
		free(v);
	}
}

static void
blocks_that_went_to_another_file_are_counted(void **state)
{
	struct ev *v = ej_new(0, 50);
	uint8_t out[4096];
	uint32_t flags;
	(void)state;
	make_file(v);
	ej_log(v, 0, 1, 40, both, 2);
	remove_file(v);
	ev_block(v, EV_BLOCK_BITMAP)[(EJ_OLD_FILE + 1 - 1) / 8] |= (uint8_t)(1 << (EJ_OLD_FILE + 1 - 1) % 8);
	ev_list(v, &s);
	const struct triage_entry *e = &seen_need(&s, "secret")->e;
	read_entry(v, e, out, sizeof(out), &flags);
	assert_number_equal(flags, EVIDENCE_CONTENT_REUSED);
	struct volume volume;
	struct triage_error err;
	struct evidence_content *c;
	uint64_t reused;
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	assert_int_equal(evidence_content_open(volume.fs, e->inode, e->attr_type, e->attr_id, &c, &err), TRIAGE_OK);
	assert_number_equal(evidence_content_reused(c, &reused), 2);
	assert_number_equal(reused, 1);
	evidence_content_close(c);
	volume_close(&volume);
	free(v);
}

static void
a_number_that_went_to_another_file_still_gives_the_first_one(void **state)
{
	struct ev *v = ej_new(EJ_SUM_3, 50);
	uint8_t out[4096];
	uint32_t flags;
	(void)state;
	make_file(v);
	unsigned next = ej_log(v, EJ_SUM_3, 1, 40, both, 2);
	remove_file(v);
	next = ej_log(v, EJ_SUM_3, next, 41, both, 2);
	ev_put(ev_make(v, 12, EV_FILE, 500, 60) + 100, 8, 4);
	ev_root_name(v, 12, 1, "innocent");
	ej_log(v, EJ_SUM_3, next, 42, both, 2);
	ev_list(v, &s);
	assert_int_equal(seen_need(&s, "innocent")->e.state, TRIAGE_STATE_ALLOCATED);
	assert_number_equal(seen_need(&s, "innocent")->e.size, 500);
	const struct triage_entry *e = &seen_need(&s, "secret")->e;
	assert_int_equal(e->state, TRIAGE_STATE_DELETED);
	assert_number_equal(e->flags & TRIAGE_ENTRY_REUSED, 0);
	assert_number_equal(read_entry(v, e, out, sizeof(out), &flags), 2000);
	assert_int_equal(out[0], 'a');
	free(v);
}

static void
an_earlier_name_of_a_living_file_has_no_content_of_its_own(void **state)
{
	struct ev *v = ej_new(0, 50);
	(void)state;
	make_file(v);
	unsigned next = ej_log(v, 0, 1, 40, both, 2);
	memset(ev_block(v, EV_DATA) + 24, 0, EV_BLOCK - 24);
	ev_root_name(v, 12, 1, "public");
	ej_log(v, 0, next, 41, both, 2);
	ev_list(v, &s);
	const struct triage_entry *e = &seen_need(&s, "secret")->e;
	assert_int_equal(e->state, TRIAGE_STATE_DELETED);
	assert_true((e->flags & TRIAGE_ENTRY_REUSED) != 0);
	assert_int_equal(seen_need(&s, "public")->e.state, TRIAGE_STATE_ALLOCATED);
	free(v);
}

static void
a_deleted_folder_gives_its_files(void **state)
{
	struct ev *v = ej_new(0, 50);
	static const unsigned all[] = { EV_DATA, EJ_OLD_DIR, EV_TABLE + 2, EV_TABLE + 3 };
	(void)state;
	ev_put(ev_make(v, 12, EV_DIRECTORY, EV_BLOCK, EJ_OLD_DIR) + 100, 7, 4);
	ev_put(ev_make(v, 13, EV_FILE, 10, EJ_OLD_FILE) + 100, 9, 4);
	ev_root_name(v, 12, 2, "folder");
	ev_name(v, EJ_OLD_DIR, ev_dots(v, EJ_OLD_DIR, 12, 2), EV_BLOCK - 24, 13, 1, "inside", 6);
	ej_log(v, 0, 1, 40, all, 4);
	remove_file(v);
	memset(ev_inode(v, 13) + 40, 0, 60);
	ev_put(ev_inode(v, 13) + 4, 0, 4);
	ev_put(ev_inode(v, 13) + 26, 0, 2);
	ev_block(v, EV_INODE_BITMAP)[12 / 8] &= (uint8_t)~(1 << 12 % 8);
	memset(ev_block(v, EJ_OLD_DIR), 'x', EV_BLOCK);		/* and its block went to another file */
	ev_list(v, &s);
	const struct seen_entry *e = seen_need(&s, "inside");
	assert_string_equal(seen_parent(&s, e), "folder");
	assert_number_equal(e->e.size, 10);
	free(v);
}

static void
copies_before_a_revocation_are_of_another_folder(void **state)
{
	struct ev *v = ej_new(0, 50);
	(void)state;
	make_file(v);
	unsigned next = ej_log(v, 0, 1, 40, both, 2);
	remove_file(v);
	ej_head(v, next, 5, 41);
	put_be(ej_block(v, next) + 12, 16 + 4, 4);
	put_be(ej_block(v, next) + 16, EV_DATA, 4);
	ev_list(v, &s);
	assert_null(seen_find(&s, "secret", "", 0));
	/* the inode is known all the same, without its name */
	assert_number_equal(seen_need(&s, "inode-12")->e.size, 2000);
	free(v);
}

static void
a_transaction_goes_on_at_the_start_of_the_ring(void **state)
{
	struct ev *v = ej_new(0, 50);
	(void)state;
	make_file(v);
	ej_log(v, 0, EJ_BLOCKS - 2, 40, both, 2);		/* the second copy is in block 1 */
	remove_file(v);
	ev_list(v, &s);
	assert_number_equal(seen_need(&s, "secret")->e.size, 2000);
	ej_head(v, 1, 1, 45);					/* and is written over by a younger descriptor */
	ev_list(v, &s);
	const struct triage_entry *e = &seen_need(&s, "secret")->e;
	assert_true(e->size == 0 || e->size == TRIAGE_NO_ID);
	free(v);
}

static void
sequence_numbers_may_run_over(void **state)
{
	struct ev *v = ej_new(0, 2);
	(void)state;
	make_file(v);
	unsigned next = ej_log(v, 0, 1, UINT32_MAX, both, 2);
	remove_file(v);
	next = ej_log(v, 0, next, 0, both, 2);
	ev_put(ev_make(v, 12, EV_FILE, 500, 60) + 100, 8, 4);
	ev_root_name(v, 12, 1, "innocent");
	ej_log(v, 0, next, 1, both, 2);
	ev_list(v, &s);
	assert_number_equal(seen_need(&s, "secret")->e.size, 2000);
	free(v);
}

static void
escaped_blocks_get_their_first_bytes_back(void **state)
{
	struct ev *v = ej_new(0, 50);
	struct volume volume;
	struct triage_error err;
	uint8_t got[EV_BLOCK];
	const unsigned block = 70;
	const struct ext_logged *rows;
	(void)state;
	memset(ev_block(v, block), 'm', EV_BLOCK);
	put_be(ev_block(v, block), EJ_MAGIC, 4);
	ej_log(v, 0, 1, 40, &block, 1);
	assert_int_equal(volume_open(&volume, v->bytes, sizeof(v->bytes), "ext4", &err), TRIAGE_OK);
	struct ext *x = volume.fs->state;
	assert_int_equal(ext_journal_load(x, &err), TRIAGE_OK);
	assert_number_equal(ext_journal_copies(x->journal, block, UINT32_MAX, &rows), 1);
	assert_true(ext_journal_read(x, rows, 0, got, sizeof(got)));
	assert_memory_equal(got, ev_block(v, block), EV_BLOCK);
	assert_true(ext_journal_read(x, rows, 2, got, 4));
	assert_memory_equal(got, ev_block(v, block) + 2, 4);
	assert_false(ext_journal_read(x, rows, EV_BLOCK - 1, got, 2));
	volume_close(&volume);
	free(v);
}

static void
what_cannot_come_back_is_said(void **state)
{
	struct ev *v = ej_new(0, 50);
	(void)state;
	make_file(v);
	remove_file(v);
	ev_list(v, &s);
	assert_number_equal(seen_problems(&s, "deleted-bare"), 1);
	assert_int_equal(seen_need(&s, "inode-12")->e.state, TRIAGE_STATE_ORPHAN);
	free(v);
}

struct keys {
	struct triage_entry entries[256];
	size_t count;
};

static enum triage_status
keep_key(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	struct keys *k = ctx;
	(void)err;
	if (k->count < sizeof(k->entries) / sizeof(k->entries[0]))
		k->entries[k->count++] = *e;
	return TRIAGE_OK;
}

static enum triage_status
drop_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)p, (void)err;
	return TRIAGE_OK;
}

static void
damage_never_harms(void **state)
{
	static struct keys keys;

	uint32_t seed = 20261124;
	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		uint32_t features = round % 3 == 0 ? EJ_SUM_3 | EJ_64BIT : round % 3 == 1 ? EJ_SUM_2 : 0;
		struct ev *v = ej_new(features | (round % 7 == 0 ? EJ_FAST : 0), 50);
		struct volume volume;
		struct triage_error err;
		struct evidence_sink sink = { .ctx = &keys, .entry = keep_key, .problem = drop_problem };
		make_file(v);
		unsigned next = ej_log(v, features, 1 + round % 40, 40, both, 2);
		remove_file(v);
		ej_log(v, features, next, 41, both, 2);
		for (unsigned i = 0; i < 1 + round % 9; i++) {
			seed = seed * 1664525 + 1013904223;
			size_t block = (seed >> 28) % 4 == 0 ? EV_TABLE + 2 : (seed >> 28) % 4 == 1 ? EJ_FIRST : EJ_FIRST + round % 40 + (seed >> 26) % 4;
			ev_block(v, (unsigned)block)[(seed >> 8) % ((seed & 1) != 0 ? 64 : EV_BLOCK)] = (uint8_t)(seed >> 16);
		}
		keys.count = 0;
		size_t size = round % 50 == 0 ? EV_SIZE - round / 50 * 2000 : EV_SIZE;
		if (volume_open(&volume, v->bytes, size, "ext4", &err) == TRIAGE_OK) {
			assert_int_equal(evidence_fs_list(volume.fs, &sink, &err), TRIAGE_OK);
			for (size_t i = 0; i < keys.count; i++) {
				struct evidence_content *c;
				uint8_t out[512];
				size_t got;
				const struct triage_entry *e = &keys.entries[i];
				if ((e->flags & TRIAGE_ENTRY_HAS_CONTENT) == 0 ||
				    evidence_content_open(volume.fs, e->inode, e->attr_type, e->attr_id, &c, &err) != TRIAGE_OK)
					continue;
				(void)!evidence_content_read(c, 0, out, sizeof(out), &got, &err);
				evidence_content_close(c);
			}
		}
		volume_close(&volume);
		free(v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deleted_file_comes_back_with_name_times_and_content),
		cmocka_unit_test(blocks_that_went_to_another_file_are_counted),
		cmocka_unit_test(a_number_that_went_to_another_file_still_gives_the_first_one),
		cmocka_unit_test(an_earlier_name_of_a_living_file_has_no_content_of_its_own),
		cmocka_unit_test(a_deleted_folder_gives_its_files),
		cmocka_unit_test(copies_before_a_revocation_are_of_another_folder),
		cmocka_unit_test(a_transaction_goes_on_at_the_start_of_the_ring),
		cmocka_unit_test(sequence_numbers_may_run_over),
		cmocka_unit_test(escaped_blocks_get_their_first_bytes_back),
		cmocka_unit_test(what_cannot_come_back_is_said),
		cmocka_unit_test(damage_never_harms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

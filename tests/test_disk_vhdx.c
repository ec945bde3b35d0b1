/* test_disk_vhdx.c - VHDX: blocks of each kind, parents, the journal, damaged heads. */
#include "tests/disk_opened.h"

static void
vhdx_of_both_sector_sizes(void **state)
{
	(void)state;
	for (uint32_t sector = 512; sector <= 4096; sector *= 8) {
		struct opened o;
		begin(&o);
		add(&o, "a.vhdx", make_vhdx(big, &(struct vhdx_options){ .sector = sector, .id = 1, .bat = { 2, 6 } }));
		open_first(&o);
		assert_int_equal(o.status, TRIAGE_OK);
		assert_number_equal(evidence_reader(o.source)->sector_size, sector);
		assert_number_equal(o.got[0] | o.got[MIB - 1], 0);
		assert_memory_equal(o.got + MIB, big + MIB, MIB);
		assert_number_equal(o.bad, 0);
		assert_number_equal(o.seen.problems, 0);
		end(&o);
	}
}

static void
vhdx_differencing_reads_through_by_its_bitmap(void **state)
{
	(void)state;
	for (uint32_t sector = 512; sector <= 4096; sector *= 8) {
		struct opened o;
		uint8_t bits[2] = { 0x05, 0x80 };	/* sectors 0, 2 and 15 */
		begin(&o);
		add(&o, "child.avhdx", make_vhdx(big, &(struct vhdx_options){ .sector = sector, .id = 1, .parent = "..\\vm\\base.vhdx",
		    .linkage = "{02020202-0202-0202-0202-020202020202}", .partly = bits, .partly_size = 2, .bat = { 7, 0 } }));
		add(&o, "base.vhdx", make_vhdx(big_below, &(struct vhdx_options){ .sector = sector, .id = 2, .bat = { 6, 6 } }));
		open_first(&o);
		assert_int_equal(o.status, TRIAGE_OK);
		assert_number_equal(o.seen.problems, 0);
		for (size_t s = 0; s < MIB / sector; s++) {
			bool here = s == 0 || s == 2 || s == 15;
			assert_memory_equal(o.got + s * sector, (here ? big : big_below) + s * sector, sector);
		}
		assert_memory_equal(o.got + MIB, big_below + MIB, MIB);
		assert_number_equal(o.bad, 0);
		end(&o);
	}
}

static void
vhdx_without_its_parent_names_it(void **state)
{
	struct opened o;
	uint8_t bits[2] = { 0x05, 0x80 };
	(void)state;
	begin(&o);
	add(&o, "child.avhdx", make_vhdx(big, &(struct vhdx_options){ .sector = 512, .id = 1, .parent = "..\\vm\\base.vhdx",
	    .linkage = "{02020202-0202-0202-0202-020202020202}", .partly = bits, .partly_size = 2, .bat = { 7, 0 } }));
	open_first(&o);
	assert_int_equal(o.status, TRIAGE_OK);
	assert_seen(&o.seen, "the parent base.vhdx is not beside it");
	assert_number_equal(o.bad, 2 * MIB - 3 * 512);
	end(&o);
}

static void
vhdx_journal_is_laid_over_the_file(void **state)
{
	static const size_t starts[] = { 0, 8192, X_LOG_SIZE - 4096, X_LOG_SIZE - 8192 };
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct opened o;
		begin(&o);
		add(&o, "a.vhdx", make_unclosed(starts[i], false));
		open_first(&o);
		assert_int_equal(o.status, TRIAGE_OK);
		assert_seen(&o.seen, "journal-replayed");
		assert_memory_equal(o.got, big, 2 * MIB);
		end(&o);
	}
}

static void
vhdx_journal_that_is_torn_counts_as_far_as_it_is_whole(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "a.vhdx", make_unclosed(0, true));
	open_first(&o);
	assert_int_equal(o.status, TRIAGE_OK);
	assert_memory_equal(o.got, big, MIB);
	assert_number_equal(o.got[MIB] | o.got[2 * MIB - 1], 0);
	end(&o);
}

static void
vhdx_with_damaged_heads_is_read_by_their_copies(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	struct made m = make_vhdx(big, &(struct vhdx_options){ .sector = 512, .id = 1, .bat = { 6, 6 } });
	m.bytes[(128 << 10) + 100] ^= 1;
	m.bytes[(192 << 10) + 200] ^= 1;
	add(&o, "a.vhdx", m);
	open_first(&o);
	assert_int_equal(o.status, TRIAGE_OK);
	assert_memory_equal(o.got, big, 2 * MIB);
	assert_number_equal(o.seen.problems, 2);
	end(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vhdx_of_both_sector_sizes),
		cmocka_unit_test(vhdx_differencing_reads_through_by_its_bitmap),
		cmocka_unit_test(vhdx_without_its_parent_names_it),
		cmocka_unit_test(vhdx_journal_is_laid_over_the_file),
		cmocka_unit_test(vhdx_journal_that_is_torn_counts_as_far_as_it_is_whole),
		cmocka_unit_test(vhdx_with_damaged_heads_is_read_by_their_copies),
	};
	return cmocka_run_group_tests(tests, setup_big, teardown_big);
}

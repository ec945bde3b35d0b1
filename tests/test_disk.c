/* test_disk.c - virtual disks made here: what each unit of QCOW2, VHD, VMDK and VDI reads as, and what is said when something is not there. */
#include "tests/disk_opened.h"

static void
qcow2_clusters_of_each_kind(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "a.qcow2", make_qcow2(medium, "dcz-dcz-ddddcccc", NULL));
	open_first(&o);
	assert_units(&o, "dd00dd00dddddddd", medium, below);
	assert_number_equal(o.source->kind, TRIAGE_EVIDENCE_QCOW2);
	assert_number_equal(o.bad, 0);
	assert_number_equal(o.seen.problems, 0);
	end(&o);
}

static void
qcow2_backing_is_taken_from_the_same_folder_by_base_name_alone(void **state)
{
	static const char *const names[] = { "base.img", "/etc/base.img", "../../base.img", "C:\\images\\base.img", "file:base.img" };
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct opened o;
		begin(&o);
		add(&o, "a.qcow2", make_qcow2(medium, "dcz-dcz--ddd----", names[i]));
		add(&o, "base.img", plain(below, MEDIUM - 100));
		open_first(&o);
		assert_units(&o, "dd0bdd0bbdddbbb?", medium, below);
		assert_memory_equal(o.got + MEDIUM - UNIT, below + MEDIUM - UNIT, UNIT - 100);
		assert_number_equal(o.got[MEDIUM - 1], 0);
		assert_number_equal(o.bad, 0);
		end(&o);
	}
}

static void
a_missing_parent_is_named_and_its_part_is_bad(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "a.qcow2", make_qcow2(medium, "dcz-dcz--ddd----", "/srv/base.img"));
	open_first(&o);
	assert_units(&o, "dd00dd000ddd0000", medium, below);
	assert_seen(&o.seen, "parent-missing");
	assert_seen(&o.seen, "the parent base.img is not beside it");
	assert_number_equal(o.bad, 7 * UNIT);
	assert_number_equal(source_bad_within(evidence_reader(o.source), 3 * UNIT, 2 * UNIT), UNIT);
	end(&o);
}

static void
names_that_are_none_open_nothing(void **state)
{
	static const char *const names[] = { "..", "/", "a/..", "" };
	(void)state;
	char name[COMPANION_NAME];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(companion_name(names[i], name));
	char lengthy[400];
	memset(lengthy, 'a', sizeof(lengthy) - 1);
	lengthy[sizeof(lengthy) - 1] = '\0';
	assert_false(companion_name(lengthy, name));
	assert_true(companion_name("a/b\\c", name));
	assert_string_equal(name, "c");
}

static void
links_and_folders_are_not_companions(void **state)
{
	struct opened o;
	char path[200], target[200];
	(void)state;
	begin(&o);
	add(&o, "a.qcow2", make_qcow2(medium, "----------------", "link"));
	add(&o, "target", plain(below, MEDIUM));
	snprintf(path, sizeof(path), "%s/link", o.files.folder);
	snprintf(target, sizeof(target), "%s/target", o.files.folder);
	assert_return_code(symlink(target, path), 0);
	open_first(&o);
	assert_units(&o, "0000000000000000", medium, below);
	assert_seen(&o.seen, "parent-missing");
	unlink(path);
	end(&o);
}

static void
a_chain_that_leads_back_is_seen(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "a.qcow2", make_qcow2(medium, "dddddddd--------", "b.qcow2"));
	add(&o, "b.qcow2", make_qcow2(below, "--------dddd----", "a.qcow2"));
	open_first(&o);
	assert_units(&o, "ddddddddbbbb0000", medium, below);
	assert_seen(&o.seen, "parent-loop");
	assert_number_equal(o.bad, 4 * UNIT);
	end(&o);
}

static void
a_cut_qcow2_is_read_as_far_as_it_goes(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	struct made m = make_qcow2(medium, "dddddddddddddddd", NULL);
	m.size -= 3 * UNIT;
	add(&o, "a.qcow2", m);
	open_first(&o);
	assert_units(&o, "ddddddddddddd000", medium, below);
	assert_number_equal(o.bad, 3 * UNIT);
	end(&o);
}

static void
qcow2_that_is_locked_or_has_a_data_file_is_named(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct opened o;
		begin(&o);
		struct made m = make_qcow2(medium, "dddddddddddddddd", NULL);
		store_be(m.bytes + (i == 0 ? 32 : 72), i == 0 ? 2 : 4, i == 0 ? 4 : 8);
		add(&o, "a.qcow2", m);
		open_first(&o);
		assert_int_equal(o.status, TRIAGE_E_UNSUPPORTED);
		assert_non_null(strstr(o.err.text, i == 0 ? "locked with LUKS" : "external data file"));
		end(&o);
	}
}

static void
vhd_differencing_reads_through_sector_by_sector(void **state)
{
	struct opened o;
	uint8_t here[8 * UNITS], all[8 * UNITS];
	(void)state;
	sectors_of("d-h-ddddhhhh----", here);
	sectors_of("ddddddddddddddd-", all);
	begin(&o);
	add(&o, "child.vhd", make_vhd(medium, here, 5, 9, ".\\Base.vhd"));
	add(&o, "Base.vhd", make_vhd(below, all, 9, 0, NULL));
	open_first(&o);
	assert_units(&o, "db?bdddd????bbb0", medium, below);
	assert_memory_equal(o.got + 2 * UNIT, below + 2 * UNIT, UNIT / 2);
	assert_memory_equal(o.got + 2 * UNIT + UNIT / 2, medium + 2 * UNIT + UNIT / 2, UNIT / 2);
	assert_number_equal(o.bad, 0);
	assert_number_equal(o.seen.problems, 0);
	assert_number_equal(o.source->kind, TRIAGE_EVIDENCE_VHD);
	end(&o);
}

static void
vhd_with_another_parent_says_so(void **state)
{
	struct opened o;
	uint8_t here[8 * UNITS];
	(void)state;
	sectors_of("d---------------", here);
	begin(&o);
	add(&o, "child.vhd", make_vhd(medium, here, 5, 9, "base.vhd"));
	add(&o, "base.vhd", make_vhd(below, here, 8, 0, NULL));
	open_first(&o);
	assert_seen(&o.seen, "parent-changed");
	end(&o);
}

static void
vhd_without_its_footer_is_read_by_the_copy(void **state)
{
	struct opened o;
	uint8_t here[8 * UNITS];
	(void)state;
	sectors_of("dddddddddddddddd", here);
	begin(&o);
	struct made m = make_vhd(medium, here, 5, 0, NULL);
	m.size -= 512;
	add(&o, "a.vhd", m);
	open_first(&o);
	assert_units(&o, "dddddddddddddddd", medium, below);
	assert_seen(&o.seen, "footer-damaged");
	assert_number_equal(o.bad, 0);
	end(&o);
	begin(&o);
	m = make_vhd(medium, here, 5, 0, NULL);
	m.bytes[m.size - 512 + 80] ^= 1;
	m.bytes[80] ^= 1;
	m.bytes[512 + 200] ^= 1;
	add(&o, "a.vhd", m);
	open_first(&o);
	assert_units(&o, "dddddddddddddddd", medium, below);
	assert_seen(&o.seen, "the checksum of the footer is wrong");
	assert_seen(&o.seen, "the checksum of the header is wrong");
	end(&o);
}

static void
vhd_whose_head_is_gone_is_read_by_its_footer(void **state)
{
	struct opened o;
	uint8_t here[8 * UNITS];
	(void)state;
	sectors_of("dddd-ddddddddddd", here);
	begin(&o);
	struct made m = make_vhd(medium, here, 5, 0, NULL);
	memset(m.bytes, 0, 512);
	add(&o, "a.vhd", m);
	open_first(&o);
	assert_units(&o, "dddd0ddddddddddd", medium, below);
	end(&o);
}

static void
vmdk_stream_is_read_by_its_footer_or_grain_by_grain(void **state)
{
	(void)state;
	for (size_t cut = 0; cut < 3; cut++) {
		struct opened o;
		begin(&o);
		struct made m = make_vmdk_stream(medium, "d-dddd----dddddd");
		m.size -= cut * 1536;
		add(&o, "renamed.vmdk", m);
		open_first(&o);
		assert_units(&o, "d0dddd0000dddddd", medium, below);
		assert_number_equal(o.source->kind, TRIAGE_EVIDENCE_VMDK);
		assert_number_equal(o.bad, 0);
		if (cut == 0)
			assert_number_equal(o.seen.problems, 0);
		else
			assert_seen(&o.seen, "footer-missing");
		end(&o);
	}
}

/* A snapshot of ESX over a flat disk, as a datastore holds them: two descriptors, a COWD, flat bytes. */
static void
vmdk_snapshot_over_a_flat_disk(void **state)
{
	(void)state;
	for (int missing = 0; missing < 2; missing++) {
		struct opened o;
		begin(&o);
		add(&o, "vm-000001.vmdk", text("# Disk DescriptorFile\r\nversion=1\r\nCID=aaaa0001\r\nparentCID=bbbb0002\r\ncreateType=\"vmfsSparse\"\r\n"
		    "parentFileNameHint=\"/vmfs/volumes/4f/vm/vm.vmdk\"\r\nRW 128 VMFSSPARSE \"vm-000001-delta.vmdk\"\r\n"));
		add(&o, "vm-000001-delta.vmdk", make_cowd(medium, "d--dd-------dddd"));
		add(&o, "vm.vmdk", text("# Disk DescriptorFile\nversion=1\nCID=bbbb0002\nparentCID=ffffffff\ncreateType=\"vmfs\"\n"
		    "RW 96 VMFS \"vm-flat.vmdk\"\nRW 8 ZERO\nRW 24 FLAT \"vm-flat.vmdk\" 104\n"));
		if (!missing)
			add(&o, "vm-flat.vmdk", plain(below, MEDIUM));
		open_first(&o);
		assert_units(&o, missing ? "d00dd0000000dddd" : "dbbddbbbbbbbdddd", medium, below);
		assert_number_equal(o.bad, missing ? 9 * UNIT : 0);
		if (missing)
			assert_seen(&o.seen, "the extent vm-flat.vmdk is not beside it");
		else
			assert_number_equal(o.seen.problems, 0);
		end(&o);
	}
}

static void
vmdk_zero_extents_and_offsets_into_a_flat_file(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "vm.vmdk", text("# Disk DescriptorFile\nversion=1\nCID=bbbb0002\nparentCID=ffffffff\ncreateType=\"custom\"\n"
	    "RW 32 FLAT \"all.bin\" 32\nRW 32 ZERO\nRW 64 FLAT \"all.bin\" 64\n"));
	add(&o, "all.bin", plain(below, MEDIUM));
	open_first(&o);
	assert_units(&o, "????0000bbbbbbbb", medium, below);
	assert_memory_equal(o.got, below + 4 * UNIT, 4 * UNIT);
	end(&o);
}

static void
vmdk_extent_without_its_descriptor_says_so(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "vm-delta.vmdk", make_cowd(medium, "d--dd-------dddd"));
	open_first(&o);
	assert_units(&o, "d00dd0000000dddd", medium, below);
	assert_seen(&o.seen, "descriptor-missing");
	end(&o);
}

static void
sesparse_is_named(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "vm.vmdk", text("# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\nRW 128 SESPARSE \"x\"\n"));
	open_first(&o);
	assert_int_equal(o.status, TRIAGE_E_UNSUPPORTED);
	assert_non_null(strstr(o.err.text, "seSparse"));
	end(&o);
}

static void
vdi_blocks_of_each_kind_and_a_snapshot(void **state)
{
	struct opened o;
	(void)state;
	begin(&o);
	add(&o, "a.vdi", make_vdi(medium, "d-zddddd-ddddddd", 1));
	open_first(&o);
	assert_units(&o, "d00ddddd0ddddddd", medium, below);
	assert_number_equal(o.source->kind, TRIAGE_EVIDENCE_VDI);
	assert_number_equal(o.bad, 0);
	assert_number_equal(o.seen.problems, 0);
	end(&o);
	begin(&o);
	add(&o, "snapshot.vdi", make_vdi(medium, "d-zddddd-ddddddd", 4));
	open_first(&o);
	assert_units(&o, "d00ddddd0ddddddd", medium, below);
	assert_number_equal(o.bad, 2 * UNIT);
	assert_seen(&o.seen, "42424242424242424242424242424242");
	end(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qcow2_clusters_of_each_kind),
		cmocka_unit_test(qcow2_backing_is_taken_from_the_same_folder_by_base_name_alone),
		cmocka_unit_test(a_missing_parent_is_named_and_its_part_is_bad),
		cmocka_unit_test(names_that_are_none_open_nothing),
		cmocka_unit_test(links_and_folders_are_not_companions),
		cmocka_unit_test(a_chain_that_leads_back_is_seen),
		cmocka_unit_test(a_cut_qcow2_is_read_as_far_as_it_goes),
		cmocka_unit_test(qcow2_that_is_locked_or_has_a_data_file_is_named),
		cmocka_unit_test(vhd_differencing_reads_through_sector_by_sector),
		cmocka_unit_test(vhd_with_another_parent_says_so),
		cmocka_unit_test(vhd_without_its_footer_is_read_by_the_copy),
		cmocka_unit_test(vhd_whose_head_is_gone_is_read_by_its_footer),
		cmocka_unit_test(vmdk_stream_is_read_by_its_footer_or_grain_by_grain),
		cmocka_unit_test(vmdk_snapshot_over_a_flat_disk),
		cmocka_unit_test(vmdk_zero_extents_and_offsets_into_a_flat_file),
		cmocka_unit_test(vmdk_extent_without_its_descriptor_says_so),
		cmocka_unit_test(sesparse_is_named),
		cmocka_unit_test(vdi_blocks_of_each_kind_and_a_snapshot),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}

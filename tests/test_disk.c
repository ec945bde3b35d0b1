/* test_disk.c - virtual disks made here: what each unit of them reads as, and what is said when something is not there. */
#include "tests/disk_make.h"

struct opened {
	struct files files;
	struct seen seen;
	struct evidence_source *source;
	struct triage_error err;
	enum triage_status status;
	uint8_t *got;
	uint64_t bad;
};

static void
begin(struct opened *o)
{
	memset(o, 0, sizeof(*o));
	files_begin(&o->files);
}

static void
add(struct opened *o, const char *name, struct made m)
{
	files_add(&o->files, name, m.bytes, m.size);
	free(m.bytes);
}

/* Open the first file and read all of it. */
static void
open_first(struct opened *o)
{
	struct evidence_sink sink = seen_sink(&o->seen);
	struct evidence_input in = files_input(&o->files, TRIAGE_EVIDENCE_RAW);
	in.count = 1;
	o->status = evidence_open(&in, &sink, &o->source, &o->err);
	if (o->status != TRIAGE_OK)
		return;
	struct reader *r = evidence_reader(o->source);
	o->got = calloc(1, r->size);
	assert_non_null(o->got);
	assert_int_equal(reader_read_all(r, 0, o->got, r->size, &o->err), TRIAGE_OK);
	o->bad = r->bad_bytes;
	assert_number_equal(source_bad_within(r, 0, r->size), o->bad);
}

static void
end(struct opened *o)
{
	evidence_close(o->source);
	free(o->got);
	files_end(&o->files);
}

/* Each unit is as the letter says: d of medium, b of the medium below, 0 zeros, ? anything. */
static void
assert_units(const struct opened *o, const char *want, const uint8_t *medium, const uint8_t *below)
{
	static const uint8_t zeros[UNIT];
	assert_int_equal(o->status, TRIAGE_OK);
	assert_number_equal(evidence_reader(o->source)->size, MEDIUM);
	for (size_t i = 0; i < UNITS; i++) {
		const uint8_t *from = want[i] == 'd' ? medium + i * UNIT : want[i] == 'b' ? below + i * UNIT : zeros;
		if (want[i] != '?' && memcmp(o->got + i * UNIT, from, UNIT) != 0)
			fail_msg("unit %zu is not %c", i, want[i]);
	}
}

static uint8_t medium[MEDIUM], below[MEDIUM];

static int
setup(void **state)
{
	(void)state;
	fill(medium, sizeof(medium), 1);
	fill(below, sizeof(below), 2);
	return 0;
}

static struct made
plain(const uint8_t *bytes, size_t size)
{
	struct made m = made_new(size);
	memcpy(m.bytes, bytes, size);
	m.size = size;
	return m;
}

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

/* Which sectors a VHD holds: all of some units, none of others, half of one. */
static void
sectors_of(const char *what, uint8_t *here)
{
	for (size_t i = 0; i < 8 * UNITS; i++)
		here[i] = what[i / 8] == 'd' || (what[i / 8] == 'h' && i % 8 >= 4);
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

static struct made
text(const char *words)
{
	return plain((const uint8_t *)words, strlen(words));
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

/* --- VHDX --- */

static uint8_t *big, *big_below;

static int
setup_big(void **state)
{
	(void)state;
	big = malloc(2 * MIB);
	big_below = malloc(2 * MIB);
	if (big == NULL || big_below == NULL)
		return 1;
	fill(big, 2 * MIB, 3);
	fill(big_below, 2 * MIB, 4);
	return setup(state);
}

static int
teardown_big(void **state)
{
	(void)state;
	free(big);
	free(big_below);
	return 0;
}

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

/* The table in the file says that nothing is there; the journal says where the blocks are. */
static struct made
make_unclosed(size_t first_at, bool torn)
{
	struct made m = make_vhdx(big, &(struct vhdx_options){ .sector = 512, .id = 1, .bat = { 0, 0 } });
	uint8_t sector[4096] = { 0 };
	vhdx_header(m.bytes + (128 << 10), 8, 1, true);
	store_le(sector, 6 | UINT64_C(2) << 20, 8);
	size_t next = vhdx_log_entry(&m, first_at, 41, first_at, X_BAT, sector);
	store_le(sector + 8, 6 | UINT64_C(3) << 20, 8);
	(void)vhdx_log_entry(&m, next, 42, first_at, X_BAT, sector);
	/* an older run, which must not win */
	memset(sector, 0, sizeof(sector));
	(void)vhdx_log_entry(&m, (next + 16384) % X_LOG_SIZE, 7, (next + 16384) % X_LOG_SIZE, X_BAT, sector);
	if (torn)
		m.bytes[X_LOG + (next + 5000) % X_LOG_SIZE] ^= 1;
	return m;
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

/* --- damage --- */

static void
a_head_of_which_nothing_is_left_is_named(void **state)
{
	static const struct {
		const char *head, *name;
	} heads[] = { { "QFI\xfb\0\0\0\2", "QCOW2" }, { "KDMV\1\0\0\0", "VMDK" }, { "COWD\1\0\0\0", "VMDK" }, { "vhdxfile", "VHDX" }, { "conectix", "VHD" } };
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct opened o;
		begin(&o);
		struct made m = made_new(4096);
		memcpy(m.bytes, heads[i].head, 8);
		m.size = 4096;
		add(&o, "a", m);
		open_first(&o);
		assert_int_equal(o.status, TRIAGE_E_FORMAT);
		assert_non_null(strstr(o.err.text, heads[i].name));
		end(&o);
	}
}

static struct made
make_kind(size_t kind)
{
	uint8_t here[8 * UNITS];
	static const uint8_t bits[2] = { 0x05, 0x80 };
	sectors_of("d-h-ddddhhhh----", here);
	switch (kind) {
	case 0: return make_qcow2(medium, "dcz-dcz-ddddcccc", "base.img");
	case 1: return make_vhd(medium, here, 5, 9, "base.img");
	case 2: return make_vmdk_stream(medium, "d-dddd----dddddd");
	case 3: return make_cowd(medium, "d--dd-------dddd");
	case 4: return text("# Disk DescriptorFile\nCID=aaaa0001\nparentCID=bbbb0002\nparentFileNameHint=\"base.img\"\nRW 96 FLAT \"base.img\" 8\n"
	    "RW 32 SPARSE \"base.img\"\n");
	case 5: return make_vdi(medium, "d-zddddd-ddddddd", 4);
	case 6: return make_unclosed(X_LOG_SIZE - 4096, false);
	default: return make_vhdx(big, &(struct vhdx_options){ .sector = 512, .id = 1, .parent = "base.img",
	    .linkage = "{02020202-0202-0202-0202-020202020202}", .partly = bits, .partly_size = 2, .bat = { 7, 0 } });
	}
}

enum { KINDS = 8, CUTS = 20, CHANGES = 600, CHANGES_VHDX = 100 };

/* Whatever it opens to is read whole, in pieces of odd sizes; nothing more is asked of it. */
static void
survive(const struct made *m)
{
	struct opened o;
	begin(&o);
	files_add(&o.files, "a", m->bytes, m->size);
	files_add(&o.files, "base.img", below, sizeof(below));
	struct evidence_sink sink = seen_sink(&o.seen);
	struct evidence_input in = files_input(&o.files, TRIAGE_EVIDENCE_RAW);
	in.count = 1;
	(void)evidence_needs_open(&in);
	if (evidence_open(&in, &sink, &o.source, &o.err) == TRIAGE_OK) {
		static uint8_t buf[1 << 17];
		struct reader *r = evidence_reader(o.source);
		for (uint64_t at = 0; at < r->size && at < 3 * MIB; at += 99991) {
			size_t got;
			assert_int_equal(reader_read(r, at, buf, 99991, &got, &o.err), TRIAGE_OK);
		}
		if (r->size > 100000) {
			size_t got;
			assert_int_equal(reader_read(r, r->size - 70001, buf, 70001, &got, &o.err), TRIAGE_OK);
		}
		assert_true(source_bad_within(r, 0, r->size) <= r->size);
	}
	end(&o);
}

static void
cut_and_changed_disks_never_break_the_reader(void **state)
{
	(void)state;
	uint64_t random = UINT64_C(88172645463325252);
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct made m = make_kind(kind);
		size_t whole = m.size, structures = kind >= 6 ? X_BITMAP + 64 : m.size;
		for (size_t i = 0; i < CUTS; i++) {
			m.size = whole * i / CUTS;
			survive(&m);
		}
		m.size = whole;
		uint8_t *copy = malloc(m.size);
		assert_non_null(copy);
		memcpy(copy, m.bytes, m.size);
		for (size_t i = 0; i < (kind >= 6 ? CHANGES_VHDX : CHANGES); i++) {
			for (size_t n = 0; n < 1 + i % 4; n++) {
				random ^= random << 13, random ^= random >> 7, random ^= random << 17;
				/* half of them in the first KiB, where the headers lie */
				size_t at = (size_t)(random >> 8) % (i % 2 == 0 && structures > 1024 ? 1024 : structures);
				m.bytes[at] = (uint8_t)(random & 3 ? random : 0xff);
			}
			survive(&m);
			memcpy(m.bytes, copy, m.size);
		}
		free(copy);
		free(m.bytes);
	}
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
		cmocka_unit_test(vhdx_of_both_sector_sizes),
		cmocka_unit_test(vhdx_differencing_reads_through_by_its_bitmap),
		cmocka_unit_test(vhdx_without_its_parent_names_it),
		cmocka_unit_test(vhdx_journal_is_laid_over_the_file),
		cmocka_unit_test(vhdx_journal_that_is_torn_counts_as_far_as_it_is_whole),
		cmocka_unit_test(vhdx_with_damaged_heads_is_read_by_their_copies),
		cmocka_unit_test(a_head_of_which_nothing_is_left_is_named),
		cmocka_unit_test(cut_and_changed_disks_never_break_the_reader),
	};
	return cmocka_run_group_tests(tests, setup_big, teardown_big);
}

/* test_disk_damage.c - virtual disks of each kind, cut and changed. */
#include "tests/disk_opened.h"

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
		cmocka_unit_test(a_head_of_which_nothing_is_left_is_named),
		cmocka_unit_test(cut_and_changed_disks_never_break_the_reader),
	};
	return cmocka_run_group_tests(tests, setup_big, teardown_big);
}

/* test_nested.c - containers that lie in a filesystem: known by name, their files as readers. */
#include "disk_make.h"

#include "triage/evidence/content.h"
#include "triage/evidence/disk.h"
#include "triage/evidence/inside.h"
#include "triage/run/nested.h"

static void
names_tell_disks_from_their_parts(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		enum nested_name what;
	} names[] = {
		{ "/vm/DC01.VHDX", NESTED_DISK }, { "/vm/dc01_9A8B.avhdx", NESTED_DISK }, { "/a.vhd", NESTED_DISK }, { "/vmfs/x/x.vmdk", NESTED_DISK },
		{ "/x.qcow2", NESTED_DISK }, { "/x.vdi", NESTED_DISK }, { "/case/disk.E01", NESTED_DISK }, { "/case/disk.E02", NESTED_OTHER },
		{ "/x-flat.vmdk", NESTED_PART }, { "/x-000001-delta.vmdk", NESTED_PART }, { "/x-s001.vmdk", NESTED_PART }, { "/x-ctk.vmdk", NESTED_PART },
		{ "/x-000001.vmdk", NESTED_DISK }, { "/s001.vmdk", NESTED_DISK }, { "/backup.img", NESTED_RAW }, { "/x.iso", NESTED_RAW },
		{ "/x.raw", NESTED_RAW }, { "/x.txt", NESTED_OTHER }, { "/.img", NESTED_OTHER }, { "/img/readme", NESTED_OTHER }, { "", NESTED_OTHER },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (nested_name_of(names[i].path) != names[i].what)
			fail_msg("%s is taken as %d", names[i].path, nested_name_of(names[i].path));
	assert_number_equal(nested_stem("/x-flat.vmdk"), 2);
	assert_number_equal(nested_stem("/x-s001.vmdk"), 2);
	assert_number_equal(nested_stem("/x-ctk.vmdk"), 0);
}

/* A stream of three pieces: data, a piece of which nobody knows where it lies, data. */
struct broken {
	uint8_t data[3 * UNIT];
};

static enum triage_status
broken_read(struct evidence_content *c, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	const struct broken *b = c->state;
	(void)err;
	memcpy(buf, b->data + offset, size);
	for (size_t i = 0; i < size; i++)
		if ((offset + i) / UNIT == 1) {
			buf[i] = 0;
			c->flags |= EVIDENCE_CONTENT_FILLER;
		}
	return TRIAGE_OK;
}

static void
what_is_unknown_of_a_stream_is_bad_in_its_place(void **state)
{
	(void)state;
	static struct broken b;
	static const struct content_ops ops = { .read = broken_read };
	uint8_t out[3 * UNIT];
	struct reader *r;
	struct triage_error err;
	struct evidence_content *c = calloc(1, sizeof(*c));
	assert_non_null(c);
	fill(b.data, sizeof(b.data), 7);
	*c = (struct evidence_content){ .size = sizeof(b.data), .initialised = sizeof(b.data), .ops = &ops, .state = &b };
	assert_int_equal(inside_reader(c, &r, &err), TRIAGE_OK);
	assert_number_equal(r->size, sizeof(b.data));
	assert_int_equal(reader_read_all(r, 0, out, UNIT, &err), TRIAGE_OK);
	assert_memory_equal(out, b.data, UNIT);
	assert_number_equal(r->bad_bytes, 0);
	assert_int_equal(reader_read_all(r, 100, out, sizeof(out) - 200, &err), TRIAGE_OK);
	assert_memory_equal(out, b.data + 100, UNIT - 100);
	assert_memory_equal(out + 2 * UNIT - 100, b.data + 2 * UNIT, UNIT - 100);
	assert_number_equal(r->bad_bytes, UNIT);
	assert_number_equal(source_bad_within(r, 0, r->size), UNIT);
	assert_number_equal(source_bad_within(r, UNIT, UNIT), UNIT);
	assert_number_equal(c->flags, EVIDENCE_CONTENT_FILLER);
	reader_close(r);
}

/* A folder of one other file. */
struct beside {
	const char *name;
	const uint8_t *bytes;
	size_t size;
	unsigned asked;
};

static enum triage_status
find_in(void *ctx, const char *name, struct reader **ret_reader, struct companion_id *ret_id, struct triage_error *err)
{
	struct beside *b = ctx;
	b->asked++;
	if (strcmp(name, b->name) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "no %s", name);
		return TRIAGE_E_IO;
	}
	*ret_id = (struct companion_id){ 1, 2 };
	return reader_memory(b->bytes, b->size, ret_reader, err);
}

/* Open a QCOW2 in memory that names base.img; the medium's bytes go to out. */
static void
open_overlay(struct beside *beside, const struct disk_finder *finder, struct seen *seen, uint8_t *out)
{
	static uint8_t medium[MEDIUM];
	struct triage_error err = { .text = "" };
	struct evidence_sink sink = seen_sink(seen);
	struct evidence_source *source;
	struct reader *file;
	fill(medium, sizeof(medium), 1);
	struct made m = make_qcow2(medium, "d-d-d-d-d-d-d-d-", "/elsewhere/base.img");
	const char *path = "/vm/top.qcow2";
	const uint64_t size = m.size;
	assert_int_equal(reader_memory(m.bytes, m.size, &file, &err), TRIAGE_OK);
	struct reader *const readers[] = { file };
	memset(seen, 0, sizeof(*seen));
	const struct evidence_input in = { .kind = TRIAGE_EVIDENCE_RAW, .count = 1, .readers = readers, .paths = &path, .sizes = &size, .finder = finder };
	assert_false(evidence_needs_open(&in));
	assert_int_equal(evidence_open(&in, &sink, &source, &err), TRIAGE_OK);
	assert_int_equal(source->kind, TRIAGE_EVIDENCE_QCOW2);
	assert_int_equal(reader_read_all(evidence_reader(source), 0, out, MEDIUM, &err), TRIAGE_OK);
	for (size_t i = 0; i < UNITS; i += 2)
		assert_memory_equal(out + i * UNIT, medium + i * UNIT, UNIT);
	assert_int_equal(beside == NULL ? 0 : beside->asked, beside == NULL ? 0 : 1);
	evidence_close(source);
	reader_close(file);
	free(m.bytes);
}

static void
a_disk_in_a_reader_finds_its_parent_where_it_is_told(void **state)
{
	(void)state;
	static uint8_t base[MEDIUM], out[MEDIUM];
	static struct seen seen;
	fill(base, sizeof(base), 2);
	struct beside beside = { .name = "base.img", .bytes = base, .size = sizeof(base) };
	open_overlay(&beside, &(struct disk_finder){ .ctx = &beside, .find = find_in }, &seen, out);
	for (size_t i = 1; i < UNITS; i += 2)
		assert_memory_equal(out + i * UNIT, base + i * UNIT, UNIT);
	assert_number_equal(seen.problems, 0);
}

static void
a_disk_in_a_reader_names_the_parent_that_is_not_there(void **state)
{
	(void)state;
	static uint8_t out[MEDIUM];
	static struct seen seen;
	open_overlay(NULL, NULL, &seen, out);
	assert_seen(&seen, "parent-missing");
	assert_seen(&seen, "base.img");
}

static void
plain_bytes_without_a_table_are_no_disk(void **state)
{
	(void)state;
	static uint8_t noise[1 << 20];
	struct triage_error err = { .text = "" };
	static struct seen seen;
	struct evidence_sink sink = seen_sink(&seen);
	struct evidence_source *source;
	struct reader *file;
	fill(noise, sizeof(noise), 3);
	for (unsigned disk = 0; disk < 2; disk++) {
		const char *path = "/x.img";
		const uint64_t size = sizeof(noise);
		if (disk) {
			/* one partition of type Linux, from sector 8 on */
			memset(noise, 0, 512);
			noise[446 + 4] = 0x83;
			store_le(noise + 446 + 8, 8, 4);
			store_le(noise + 446 + 12, 100, 4);
			memcpy(noise + 510, "\x55\xaa", 2);
		}
		assert_int_equal(reader_memory(noise, sizeof(noise), &file, &err), TRIAGE_OK);
		struct reader *const readers[] = { file };
		const struct evidence_input in = { .kind = TRIAGE_EVIDENCE_RAW, .count = 1, .readers = readers, .paths = &path, .sizes = &size };
		assert_int_equal(evidence_open(&in, &sink, &source, &err), TRIAGE_OK);
		assert_int_equal(evidence_probe_together(&source, 1, &err), TRIAGE_OK);
		assert_int_equal(inside_is_no_disk(source), disk == 0);
		evidence_close(source);
		reader_close(file);
	}
}

static void
zeros_that_stand_for_what_is_lost_are_not_called_empty(void **state)
{
	(void)state;
	static uint8_t medium[MEDIUM];
	static struct seen seen;
	struct triage_error err = { .text = "" };
	struct evidence_sink sink = seen_sink(&seen);
	struct evidence_source *source;
	struct reader *file;
	struct made m = make_qcow2(medium, "----------------", "gone.img");
	const char *path = "/top.qcow2";
	const uint64_t size = m.size;
	assert_int_equal(reader_memory(m.bytes, m.size, &file, &err), TRIAGE_OK);
	struct reader *const readers[] = { file };
	const struct evidence_input in = { .kind = TRIAGE_EVIDENCE_RAW, .count = 1, .readers = readers, .paths = &path, .sizes = &size };
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(evidence_open(&in, &sink, &source, &err), TRIAGE_OK);
	assert_int_equal(evidence_probe(source, &sink, &err), TRIAGE_OK);
	assert_seen(&seen, "volume 0 parent=-1 none damaged");
	assert_seen(&seen, "problem volumes volume-unreadable");
	evidence_close(source);
	reader_close(file);
	free(m.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_tell_disks_from_their_parts),
		cmocka_unit_test(what_is_unknown_of_a_stream_is_bad_in_its_place),
		cmocka_unit_test(a_disk_in_a_reader_finds_its_parent_where_it_is_told),
		cmocka_unit_test(a_disk_in_a_reader_names_the_parent_that_is_not_there),
		cmocka_unit_test(zeros_that_stand_for_what_is_lost_are_not_called_empty),
		cmocka_unit_test(plain_bytes_without_a_table_are_no_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

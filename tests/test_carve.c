#include "walk_seen.h"

#include "triage/evidence/carve.h"
#include "triage/evidence/checksum.h"

enum { SPACE = 3 << 20 };

static uint8_t space[SPACE];

struct found {
	char kind[32], facts[CARVE_FACTS + 1];
	uint64_t offset, length;
	int64_t time;
	uint32_t count;
};

static struct found found[64];
static size_t found_count;

static enum triage_status
take_hit(void *ctx, const struct carve_hit *hit, struct triage_error *err)
{
	(void)ctx, (void)err;
	if (found_count == sizeof(found) / sizeof(found[0]))
		return TRIAGE_OK;
	struct found *f = &found[found_count++];
	*f = (struct found){ .offset = hit->offset, .length = hit->length, .time = hit->time, .count = hit->count };
	snprintf(f->kind, sizeof(f->kind), "%s", hit->kind->name);
	snprintf(f->facts, sizeof(f->facts), "%s", buf_cstr(hit->facts));
	return TRIAGE_OK;
}

static void
put(uint8_t *p, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void
carve_space(uint64_t offset, uint64_t length, uint64_t beyond)
{
	struct reader *r;
	struct carve c;
	struct triage_error err;
	found_count = 0;
	assert_int_equal(reader_memory(space, sizeof(space), &r, &err), TRIAGE_OK);
	assert_int_equal(carve_init(&c, r, &(struct carve_sink){ .hit = take_hit }, &err), TRIAGE_OK);
	assert_int_equal(carve_run(&c, offset, length, beyond, &err), TRIAGE_OK);
	assert_number_equal(c.examined, length);
	assert_number_equal(c.unreadable, 0);
	carve_release(&c);
	reader_close(r);
}

/* 2022-12-06 00:00 UTC */
#define TIME_FILETIME UINT64_C(133147584000000000)
#define TIME_NS INT64_C(1670284800000000000)

static void
put_utf16(uint8_t *p, const char *text)
{
	for (size_t i = 0; text[i] != '\0'; i++)
		put(p + 2 * i, (uint8_t)text[i], 2);
}

static size_t
put_usn(uint8_t *p, unsigned version, const char *name)
{
	size_t at = version == 2 ? 60 : 76, size = strlen(name) * 2, length = (at + size + 7) / 8 * 8;
	memset(p, 0, length);
	put(p, length, 4);
	put(p + 4, version, 2);
	put(p + at - 28, TIME_FILETIME, 8);
	put(p + at - 20, 0x200, 4);
	put(p + at - 4, size, 2);
	put(p + at - 2, at, 2);
	put_utf16(p + at, name);
	return length;
}

static void
put_chunk(uint8_t *p)
{
	memset(p, 0, 65536);
	memcpy(p, "ElfChnk", 8);
	put(p + 24, 5, 8);
	put(p + 32, 7, 8);
	put(p + 40, 128, 4);
	put(p + 48, 600, 4);
	put(p + 512, 0x2a2a, 4);
	put(p + 528, TIME_FILETIME, 8);
	put(p + 52, crc32_end(crc32_more(CRC32_START, p + 512, 88)), 4);
	put(p + 124, crc32_end(crc32_more(crc32_more(CRC32_START, p, 120), p + 128, 384)), 4);
}

/* A record with a $FILE_NAME, in use. */
static void
put_record(uint8_t *p, const char *name)
{
	size_t size = 66 + strlen(name) * 2, length = (24 + size + 7) / 8 * 8;
	memset(p, 0, 1024);
	memcpy(p, "FILE", 4);
	put(p + 4, 48, 2);
	put(p + 6, 3, 2);
	put(p + 16, 1, 2);
	put(p + 20, 56, 2);
	put(p + 22, 1, 2);
	put(p + 24, 56 + length + 8, 4);
	put(p + 28, 1024, 4);
	put(p + 48, 0xabcd, 2);
	put(p + 510, 0xabcd, 2);
	put(p + 1022, 0xabcd, 2);
	put(p + 56, 0x30, 4);
	put(p + 60, length, 4);
	put(p + 72, size, 4);
	put(p + 76, 24, 2);
	p[80 + 64] = (uint8_t)strlen(name);
	p[80 + 65] = 1;
	put_utf16(p + 80 + 66, name);
	put(p + 56 + length, 0xffffffff, 4);
}

static void
put_bin(uint8_t *p)
{
	memset(p, 0, 4096);
	memcpy(p, "hbin", 4);
	put(p + 4, 0x3000, 4);
	put(p + 8, 4096, 4);
	put(p + 20, TIME_FILETIME, 8);
	put(p + 32, (uint32_t)-96, 4);
	put(p + 128, 4096 - 128, 4);
}

static size_t
put_link(uint8_t *p)
{
	static const uint8_t head[] = { 0x4c, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 };
	static const char path[] = "C:\\evil.exe";
	memset(p, 0, 200);
	memcpy(p, head, sizeof(head));
	put(p + 20, 0x82, 4);
	put(p + 44, TIME_FILETIME, 8);
	put(p + 76, 28 + sizeof(path), 4);
	put(p + 80, 28, 4);
	put(p + 84, 1, 4);
	put(p + 92, 28, 4);
	memcpy(p + 104, path, sizeof(path));
	return 104 + sizeof(path) + 4;
}

static void
each_kind_is_found_where_it_lies(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	put_chunk(space + 512);
	put_record(space + 100 * 1024, "evil.exe");
	size_t usn = put_usn(space + 200 * 1024 + 8, 2, "notes.txt"), usn3 = put_usn(space + 300 * 1024 + 16, 3, "x");
	put_bin(space + 400 * 1024);
	size_t link = put_link(space + 500 * 1024 + 4);
	carve_space(0, SPACE, 0);
	assert_number_equal(found_count, 6);
	const struct found want[] = {
		{ "evtx-chunk", "event records 5 to 7", 512, 65536, TIME_NS, 3 },
		{ "mft-record", "evil.exe", 100 * 1024, 1024, TRIAGE_TIME_NONE, 1 },
		{ "usn-records", "notes.txt", 200 * 1024 + 8, usn, TIME_NS, 1 },
		{ "usn3-records", "x", 300 * 1024 + 16, usn3, TIME_NS, 1 },
		{ "hbin", "bin 12288 of its hive, 1 cells in use", 400 * 1024, 4096, TIME_NS, 1 },
		{ "lnk", "C:\\evil.exe", 500 * 1024 + 4, link, TIME_NS, 1 },
	};
	for (size_t i = 0; i < found_count; i++) {
		assert_string_equal(found[i].kind, want[i].kind);
		assert_string_equal(found[i].facts, want[i].facts);
		assert_number_equal(found[i].offset, want[i].offset);
		assert_number_equal(found[i].length, want[i].length);
		assert_number_equal(found[i].time, want[i].time);
		assert_number_equal(found[i].count, want[i].count);
	}
}

static void
a_record_across_two_windows_is_found_once(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	put_chunk(space + CARVE_WINDOW - 1024);
	carve_space(0, SPACE, 0);
	assert_number_equal(found_count, 1);
	assert_number_equal(found[0].offset, CARVE_WINDOW - 1024);
	assert_string_equal(found[0].facts, "event records 5 to 7");
	/* and when it only goes on behind the part that is asked for */
	carve_space(0, CARVE_WINDOW, 0);
	assert_number_equal(found[0].length, 1024);
	carve_space(0, CARVE_WINDOW, SPACE - CARVE_WINDOW);
	assert_number_equal(found[0].length, 65536);
}

static void
records_of_the_change_journal_that_follow_are_one_hit(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	size_t at = 0;
	for (unsigned i = 0; i < 10; i++)
		at += put_usn(space + at, 2, "a");
	put_usn(space + 4096, 2, "behind the end of the page");
	carve_space(0, SPACE, 0);
	assert_number_equal(found_count, 1);
	assert_number_equal(found[0].count, 11);
	assert_string_equal(found[0].facts, "a and 10 more");
}

static void
what_lies_behind_an_overwritten_chunk_is_found(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	put_chunk(space);
	put_chunk(space + 8192);
	carve_space(0, SPACE, 0);
	assert_number_equal(found_count, 2);
	assert_number_equal(found[1].offset, 8192);
	space[8192 + 520] ^= 1;
	carve_space(0, SPACE, 0);
	assert_string_equal(found[1].facts, "event records 5 to 7, some overwritten");
	space[8192 + 130] ^= 1;		/* the sum of its head */
	carve_space(0, SPACE, 0);
	assert_number_equal(found_count, 1);
}

static void
what_only_looks_like_a_record_is_none(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	put_record(space, "torn");
	space[510] ^= 1;
	put_usn(space + 8192, 2, "future");
	put(space + 8192 + 32, UINT64_MAX / 4, 8);
	put_usn(space + 16384, 2, "a/b");
	put_usn(space + 24576, 2, "no reason");
	put(space + 24576 + 40, 0, 4);
	put_usn(space + 32768, 2, "longer");
	put(space + 32768, 128, 4);
	put_bin(space + 40960);
	put(space + 40960 + 8, 4095, 4);
	put_link(space + 49152);
	put(space + 49152 + 66, 1, 2);
	put_link(space + 57344);
	space[57344 + 10] = 1;
	carve_space(0, SPACE, 0);
	assert_number_equal(found_count, 0);
}

static void
damage_and_cuts_never_harm(void **state)
{
	uint32_t seed = 7;
	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		memset(space, 0, 256 << 10);
		put_chunk(space);
		put_record(space + 66 * 1024, "evil.exe");
		put_usn(space + 68 * 1024, 2, "a");
		put_usn(space + 69 * 1024, 3, "b");
		put_bin(space + 72 * 1024);
		put_link(space + 80 * 1024);
		for (unsigned i = 0; i < 8; i++) {
			static const unsigned places[] = { 0, 66, 68, 69, 72, 80 };
			seed = seed * 1664525 + 1013904223;
			space[places[(seed >> 8) % 6] * 1024 + (seed >> 16) % 160] = (uint8_t)(seed >> 3);
		}
		carve_space(round % 2 * 512, 4096 + seed % (100 << 10), 0);
		for (size_t i = 0; i < found_count; i++)
			assert_true(found[i].length > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_found_where_it_lies),
		cmocka_unit_test(a_record_across_two_windows_is_found_once),
		cmocka_unit_test(records_of_the_change_journal_that_follow_are_one_hit),
		cmocka_unit_test(what_lies_behind_an_overwritten_chunk_is_found),
		cmocka_unit_test(what_only_looks_like_a_record_is_none),
		cmocka_unit_test(damage_and_cuts_never_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_unpack_beside.c - members that belong to another one: found before and behind it, in each kind of archive and within another, and what bounds keep out. */
#include "tests/analyse_pass.h"

#include "triage/analyse/unpack.h"

#include <stdlib.h>

enum { TOLD = 8 };

static char folder[64];
static struct bench *bench;

/* What each member that was asked got for ".log1". */
struct seen {
	char answers[1000];
	char codes[TOLD][40];
	size_t problems;
};

static const char *const made[] = { "zip", "tar", "tar.gz", "7z" };

static int
make_archives(void **state)
{
	(void)state;
	char command[2000];
	strcpy(folder, "/tmp/triage-beside-XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	/* 64 bytes tell what a file is; "other.LOG1" begins with other ones, "b" comes behind what belongs to it */
	snprintf(command, sizeof(command), "cd %s && mkdir s && printf 'regf%%060d first' 0 > s/A.LOG1 && printf hive > s/a && printf 'regf%%060d second' 0 > s/b.log1 && printf hive > s/b && "
	    "printf hive > s/other && printf 'text%%060d' 0 > s/other.LOG1 && printf hive > alone && L='s/b.log1 s/b s/a s/A.LOG1 s/other s/other.LOG1 alone' && "
	    "zip -qX x.zip $L && tar -cf x.tar $L && tar -czf x.tar.gz $L && 7z a -bd -y x.7z $L > l && zip -qX x.outer.zip x.zip && "
	    "cp s/a c && { printf 'regf%%060d' 0; head -c 68000000 /dev/zero; } > c.LOG1 && zip -qX x.big.zip c c.LOG1 && zip -qX x.none.zip s/a s/b && "
	    "head -c $(grep -abo s/A.LOG1 x.zip | head -n 1 | cut -d: -f1) x.zip > x.cut.zip && head -c 70000000 /dev/zero > zeros && L='s/a zeros s/A.LOG1' && "
	    "tar -cJf x.zeros.tar.xz $L && zip -qX - $L | head -c -40 > x.zeros.zip && "
	    "zip -q0X x.hit.zip s/a s/b.log1 s/b s/A.LOG1 && printf x | dd of=x.hit.zip bs=1 seek=$(grep -abo second x.hit.zip | head -n 1 | cut -d: -f1) conv=notrunc 2> l", folder);
	if (system(command) != 0)
		return -1;
	bench = bench_new("rule r { strings: $a = \"NOWHERE-AT-ALL\" condition: $a }");
	return 0;
}

static int
remove_archives(void **state)
{
	(void)state;
	char command[200];
	bench_free(bench);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static enum triage_status
on_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	(void)ctx;
	return bench_read(bench, offset, buf, size, ret_got, err);
}

static enum triage_status
on_match(void *ctx, const struct triage_match *m, struct triage_error *err)
{
	(void)ctx, (void)m, (void)err;
	return TRIAGE_OK;
}

static enum triage_status
on_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	struct seen *s = ctx;
	(void)err;
	if (s->problems < TOLD)
		snprintf(s->codes[s->problems++], sizeof(s->codes[0]), "%s", p->code);
	return TRIAGE_OK;
}

static enum triage_status
on_member(void *ctx, const struct triage_member *m, struct triage_error *err)
{
	(void)ctx, (void)m, (void)err;
	return TRIAGE_OK;
}

static enum triage_status
on_member_done(void *ctx, const struct triage_content *c, struct triage_error *err)
{
	(void)ctx, (void)c, (void)err;
	return TRIAGE_OK;
}

/* A parser that takes what begins with "hive" and asks for its log. */
static enum triage_status
on_bytes(void *ctx, const struct analyse_subject *who, struct view bytes, uint64_t at, bool last, struct triage_error *err)
{
	struct seen *s = ctx;
	struct view log;
	(void)at, (void)last, (void)err;
	if (bytes.size < 4 || memcmp(bytes.data, "hive", 4) != 0)
		return TRIAGE_OK;
	size_t used = strlen(s->answers);
	assert_non_null(who->beside);
	bool there = who->beside(who->beside_ctx, ".log1", &log);
	assert_false(who->beside(who->beside_ctx, ".log2", &log));
	snprintf(s->answers + used, sizeof(s->answers) - used, "%s:%.*s ", who->name, there ? (int)log.size - 64 : 0, there ? (const char *)log.data + 64 : "");
	return TRIAGE_OK;
}

static bool
begins(const char *ending, struct view head)
{
	return strcasecmp(ending, ".log1") == 0 && (head.size == 0 || (head.size >= 64 && memcmp(head.data, "regf", 4) == 0));
}

static struct seen
ask(const char *name)
{
	struct seen s = { 0 };
	char path[200];
	snprintf(path, sizeof(path), "%s/x.%s", folder, name);
	size_t size;
	uint8_t *data = bench_file(path, &size);
	assert_non_null(data);
	bench->data = data;
	bench->size = size;
	const struct analyse_subject who = { .size = bench->size, .path = "/x", .name = "x", .owner = "", .force = true };
	const struct unpack_io io = { .stream = { .ctx = &s, .read = on_read, .match = on_match, .problem = on_problem, .bytes = on_bytes }, .member = on_member,
		.member_done = on_member_done, .beside = begins };
	assert_int_equal(analyse_unpack(bench->pass, &who, &io, &bench->err), TRIAGE_OK);
	free(data);
	return s;
}

static void
before_and_behind_in_each_kind_of_archive(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		struct seen s = ask(made[i]);
		/* 7z and its like put them in an order of their own */
		if (strstr(s.answers, "a: first ") == NULL || strstr(s.answers, "b: second ") == NULL || strstr(s.answers, "other: ") == NULL ||
		    strstr(s.answers, "alone: ") == NULL)
			fail_msg("%s: %s", made[i], s.answers);
		assert_number_equal(s.problems, 0);
	}
}

static void
in_an_archive_within_another(void **state)
{
	(void)state;
	struct seen s = ask("outer.zip");
	assert_string_equal(s.answers, "b: second a: first other: alone: ");
	assert_number_equal(s.problems, 0);
}

static void
none_is_no_problem(void **state)
{
	(void)state;
	struct seen s = ask("none.zip");
	assert_string_equal(s.answers, "a: b: ");
	assert_number_equal(s.problems, 0);
}

static void
one_that_is_too_large_is_told(void **state)
{
	(void)state;
	struct seen s = ask("big.zip");
	assert_string_equal(s.answers, "c: ");
	/* 68 MB out of a small archive are more than is unpacked anyway */
	assert_number_equal(s.problems, 2);
	assert_string_equal(s.codes[0], "companion-unreadable");
	assert_string_equal(s.codes[1], "archive-limit");
}

static void
an_archive_that_is_cut_gives_what_it_has(void **state)
{
	(void)state;
	struct seen s = ask("cut.zip");
	bool told = false;
	assert_string_equal(s.answers, "b: second a: ");
	for (size_t i = 0; i < s.problems; i++)
		told = told || strcmp(s.codes[i], "companion-unreadable") == 0;
	if (!told)
		fail_msg("%s, %zu problems, %s", s.answers, s.problems, s.codes[0]);
}

static void
what_lies_behind_a_damaged_one_is_found(void **state)
{
	(void)state;
	struct seen s = ask("hit.zip");
	bool told = false;
	assert_string_equal(s.answers, "a: first b: ");
	for (size_t i = 0; i < s.problems; i++)
		told = told || strcmp(s.codes[i], "companion-unreadable") == 0;
	assert_true(told);
}

/* What is passed over on the way is unpacked too: no more of it than the archive's own walk unpacks, whether sizes are said before or behind. */
static void
what_lies_behind_too_many_bytes_is_told(void **state)
{
	(void)state;
	static const char *const names[] = { "zeros.tar.xz", "zeros.zip" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct seen s = ask(names[i]);
		if (strcmp(s.answers, "a: ") != 0 || s.problems == 0 || strcmp(s.codes[0], "companion-unreadable") != 0)
			fail_msg("%s: %s, %zu problems, %s", names[i], s.answers, s.problems, s.codes[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_and_behind_in_each_kind_of_archive),
		cmocka_unit_test(in_an_archive_within_another),
		cmocka_unit_test(none_is_no_problem),
		cmocka_unit_test(one_that_is_too_large_is_told),
		cmocka_unit_test(an_archive_that_is_cut_gives_what_it_has),
		cmocka_unit_test(what_lies_behind_a_damaged_one_is_found),
		cmocka_unit_test(what_lies_behind_too_many_bytes_is_told),
	};
	return cmocka_run_group_tests(tests, make_archives, remove_archives);
}

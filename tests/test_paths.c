/* test_paths.c - paths joined from the edges of a listing. */
#include "tests/harness.h"

#include "triage/run/paths.h"

static struct triage_entry
folder(uint64_t edge, uint64_t parent, const char *name)
{
	return (struct triage_entry){ .edge = edge, .parent = parent, .kind = TRIAGE_FILE_DIRECTORY, .name = (const uint8_t *)name, .name_size = strlen(name) };
}

static void
names_are_joined_from_the_root(void **state)
{
	(void)state;
	struct triage_error err;
	struct paths p;
	struct buf out;
	buf_init(&out, 1 << 20);
	paths_init(&p);
	struct triage_entry root = folder(0, TRIAGE_NO_ID, ""), docs = folder(3, 0, "docs"), deep = folder(9, 3, "a\nb");
	assert_int_equal(paths_add(&p, &root, &err), TRIAGE_OK);
	assert_int_equal(paths_add(&p, &docs, &err), TRIAGE_OK);
	assert_int_equal(paths_add(&p, &deep, &err), TRIAGE_OK);
	assert_int_equal(paths_join(&p, 9, (const uint8_t *)"x.txt", 5, &out, &err), TRIAGE_OK);
	assert_string_equal(buf_cstr(&out), "/docs/a\\x0ab/x.txt");
	assert_int_equal(paths_join(&p, 0, (const uint8_t *)"y", 1, &out, &err), TRIAGE_OK);
	assert_string_equal(buf_cstr(&out), "/y");
	buf_release(&out);
	paths_release(&p);
}

static void
folders_out_of_order_are_refused(void **state)
{
	(void)state;
	struct triage_error err;
	struct paths p;
	paths_init(&p);
	struct triage_entry root = folder(0, TRIAGE_NO_ID, ""), stray = folder(5, 4, "x"), late = folder(0, 0, "y"), second = folder(7, TRIAGE_NO_ID, "");
	assert_int_equal(paths_add(&p, &stray, &err), TRIAGE_E_FORMAT);
	assert_int_equal(paths_add(&p, &root, &err), TRIAGE_OK);
	assert_int_equal(paths_add(&p, &stray, &err), TRIAGE_E_FORMAT);
	assert_int_equal(paths_add(&p, &late, &err), TRIAGE_E_FORMAT);
	assert_int_equal(paths_add(&p, &second, &err), TRIAGE_E_FORMAT);
	paths_release(&p);
}

static void
a_path_too_long_keeps_its_end(void **state)
{
	(void)state;
	struct triage_error err;
	struct paths p;
	struct buf out;
	char name[256];
	memset(name, 'n', 255);
	name[255] = '\0';
	buf_init(&out, 1 << 20);
	paths_init(&p);
	struct triage_entry root = folder(0, TRIAGE_NO_ID, "");
	assert_int_equal(paths_add(&p, &root, &err), TRIAGE_OK);
	for (uint64_t i = 1; i <= 1000; i++) {
		struct triage_entry e = folder(i, i - 1, name);
		assert_int_equal(paths_add(&p, &e, &err), TRIAGE_OK);
	}
	assert_int_equal(paths_join(&p, 140, (const uint8_t *)"f", 1, &out, &err), TRIAGE_OK);
	assert_number_equal(out.size, 140 * 256 + 2);
	assert_int_equal(paths_join(&p, 1000, (const uint8_t *)"f", 1, &out, &err), TRIAGE_OK);
	assert_true(out.size <= PATHS_MAX + 300);
	assert_int_equal(strncmp(buf_cstr(&out), "/.../n", 6), 0);
	buf_release(&out);
	paths_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_joined_from_the_root), cmocka_unit_test(folders_out_of_order_are_refused),
		cmocka_unit_test(a_path_too_long_keeps_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_bag_fails.c - calls that fail while a bundle is sealed, in a child whose own filter says so: the bundle is sealed and whole, or does not look sealed, and the
 * message names the call's cause.
 */
#include "tests/bundle_make.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* The call fails from now on in this process. */
static void
fail_call(int call, int error)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	if (f == NULL || seccomp_rule_add(f, SCMP_ACT_ERRNO((unsigned)error), call, 0) != 0 || seccomp_load(f) != 0)
		_exit(9);
	seccomp_release(f);
}

static int
seal_it(void)
{
	char seal[65];
	struct triage_error why = { 0 };
	enum triage_status st = bag_seal(path_in(""), &info, seal, &why);
	return st == TRIAGE_OK ? 0 : why.text[0] != '\0' && why.sys_errno != 0 ? 1 : 2;
}

static int
put_it(void)
{
	struct triage_error why = { 0 };
	enum triage_status st = bag_put(path_in(""), "later.json", "{}", 2, &why);
	return st == TRIAGE_OK ? 0 : why.text[0] != '\0' ? 1 : 2;
}

static int
with_failing(int call, int error, int (*act)(void))
{
	int status, pid = fork();
	if (pid == 0) {
		fail_call(call, error);
		_exit(act());
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
a_seal_that_fails_does_not_look_like_one(void **state)
{
	(void)state;
	static const struct {
		int call, error;
	} rows[] = {
		{ SCMP_SYS(rename), EIO }, { SCMP_SYS(fsync), EIO }, { SCMP_SYS(write), ENOSPC }, { SCMP_SYS(getdents64), EIO }, { SCMP_SYS(read), EIO },
		{ SCMP_SYS(openat2), EACCES }, { SCMP_SYS(newfstatat), EIO },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int said = with_failing(rows[i].call, rows[i].error, seal_it);
		if (said != 1 || access(path_in("manifest-sha256.txt"), F_OK) == 0)
			fail_msg("row %zu: %d", i, said);
		assert_false(is_intact());
	}
	assert_int_equal(seal_it(), 0);
	assert_true(is_intact());
	/* what was sealed and cannot be taken back stays whole */
	assert_int_equal(with_failing(SCMP_SYS(unlink), EROFS, seal_it), 1);
	assert_true(is_intact());
}

static void
without_openat2_the_bundle_is_sealed_and_read_all_the_same(void **state)
{
	(void)state;
	assert_int_equal(with_failing(SCMP_SYS(openat2), ENOSYS, seal_it), 0);
	assert_true(is_intact());
}

static void
one_more_file_is_there_whole_or_not_at_all(void **state)
{
	(void)state;
	struct stat s;
	static const int calls[] = { SCMP_SYS(renameat2), SCMP_SYS(write), SCMP_SYS(openat), SCMP_SYS(fsync) };
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		assert_int_equal(with_failing(calls[i], EIO, put_it), 1);
		if (stat(path_in("later.json"), &s) == 0)
			assert_int_equal(s.st_size, 2);
		unlink(path_in("later.json"));
		assert_int_not_equal(access(path_in("later.json.part"), F_OK), 0);
	}
	/* a filesystem that cannot rename without replacing, as FAT over FUSE: it is looked first */
	assert_int_equal(with_failing(SCMP_SYS(renameat2), EINVAL, put_it), 0);
	assert_int_equal(with_failing(SCMP_SYS(renameat2), EINVAL, put_it), 1);
	assert_int_equal(put_it(), 1);
	assert_int_equal(stat(path_in("later.json"), &s), 0);
	assert_int_equal(s.st_size, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_seal_that_fails_does_not_look_like_one, begin_bundle, end_bundle),
		cmocka_unit_test_setup_teardown(without_openat2_the_bundle_is_sealed_and_read_all_the_same, begin_bundle, end_bundle),
		cmocka_unit_test_setup_teardown(one_more_file_is_there_whole_or_not_at_all, begin_bundle, end_bundle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_sandbox_lacks.c - kernels that lack something: each call that a seal is made of fails in turn, in a child whose own filter says so. What is only one layer is
 * missing from the layers, what nothing can stand in for refuses the worker, and no seal is said to be there that is not.
 */
#include "tests/harness.h"

#include "triage/run/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum seal { BEGIN, OPENING, FULL, OPENER };

/* What fails: a call, with an error, where its argument arg is value (arg 9: always). */
struct lack {
	int call, error, arg;
	uint64_t value;
};

static const char *const files[] = { "/etc/passwd", "/none" };

/* Exit of the child: bit 8 is set when the seal was refused; the layers beneath. The filter of the test is there before the seal, and stays. */
static void
sealed_child(const struct lack *lack, enum seal seal, int to)
{
	struct triage_error err;
	unsigned layers = 0;
	int keep[3] = { to, open("/", O_RDONLY | O_DIRECTORY), 0 };	/* one is named that is replaced in any case */
	if (lack->error < 0 && setresuid(65534, 65534, 65534) != 0)
		_exit(9);
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	if (f == NULL || (geteuid() == 0 && seccomp_attr_set(f, SCMP_FLTATR_CTL_NNP, 0) != 0))
		_exit(9);
	int rc = lack->arg == 9 ? seccomp_rule_add(f, SCMP_ACT_ERRNO((unsigned)lack->error), lack->call, 0) :
	    seccomp_rule_add(f, SCMP_ACT_ERRNO((unsigned)lack->error), lack->call, 1, SCMP_CMP((unsigned)lack->arg, SCMP_CMP_EQ, lack->value));
	if (lack->call >= 0 && (rc != 0 || seccomp_load(f) != 0))
		_exit(9);
	const struct sandbox_config config = { .keep_fds = keep, .keep_count = 3, .memory = 256 << 20, .parent = getppid() };
	enum triage_status st = sandbox_begin(&config, &layers, &err);
	if (st == TRIAGE_OK && seal == OPENING)
		st = sandbox_open_only(files, 2, &layers, &err);
	if (st == TRIAGE_OK && seal == OPENER)
		st = sandbox_opener(keep[1], &layers, &err);
	if (st == TRIAGE_OK && seal == FULL)
		st = sandbox_full(&layers, &err);
	unsigned said = layers | (st != TRIAGE_OK ? 1u << 8 : 0);
	_exit(write(to, &said, sizeof(said)) == sizeof(said) ? 0 : 8);
}

static unsigned
without(const struct lack *lack, enum seal seal)
{
	int pipes[2], status;
	unsigned said = 0;
	assert_int_equal(pipe(pipes), 0);
	int pid = fork();
	if (pid == 0)
		sealed_child(lack, seal, pipes[1]);
	close(pipes[1]);
	ssize_t n = read(pipes[0], &said, sizeof(said));
	close(pipes[0]);
	waitpid(pid, &status, 0);
	if (n != (ssize_t)sizeof(said) || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the child said nothing: status %x", (unsigned)status);
	return said;
}

enum { REFUSED = 1 << 8, LATER = SANDBOX_USER | SANDBOX_CAPABILITIES | SANDBOX_NO_NEW_PRIVS | SANDBOX_LANDLOCK | SANDBOX_SECCOMP, FIRST = SANDBOX_ALL & ~LATER };

static unsigned
landlock_here(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1 ? SANDBOX_LANDLOCK : 0;
}

static const struct lack nothing = { -1, 0, 9, 0 }, ordinary_user = { -1, -1, 9, 0 };	/* of a negative error: root has become nobody before */

static void
a_kernel_that_lacks_nothing_has_all_layers(void **state)
{
	(void)state;
	unsigned all = (SANDBOX_ALL & ~SANDBOX_LANDLOCK) | landlock_here();
	assert_int_equal(without(&nothing, FULL), all);
	assert_int_equal(without(&nothing, OPENER), all);
	assert_int_equal(without(&ordinary_user, FULL), all);
	/* seal 1 stands on its filter and on Landlock; user and capabilities are given up by seal 2 */
	assert_int_equal(without(&nothing, OPENING), FIRST | SANDBOX_NO_NEW_PRIVS | landlock_here());
}

static void
a_layer_that_is_missing_is_missing_from_what_is_told(void **state)
{
	(void)state;
	const struct {
		struct lack lack;
		unsigned missing;
	} rows[] = {
		{ { SCMP_SYS(prlimit64), EPERM, 1, RLIMIT_FSIZE }, SANDBOX_LIMITS },
		{ { SCMP_SYS(prctl), EINVAL, 0, PR_SET_PDEATHSIG }, SANDBOX_PARENT_DEATH },
		{ { SCMP_SYS(prctl), EINVAL, 0, PR_SET_DUMPABLE }, SANDBOX_NOT_DUMPABLE },
		{ { SCMP_SYS(capget), EPERM, 9, 0 }, SANDBOX_CAPABILITIES },
		{ { SCMP_SYS(capset), EPERM, 9, 0 }, SANDBOX_CAPABILITIES },
		{ { SCMP_SYS(prctl), EPERM, 0, PR_CAPBSET_DROP }, 0 },
		{ { SCMP_SYS(landlock_create_ruleset), ENOSYS, 9, 0 }, SANDBOX_LANDLOCK },
		{ { SCMP_SYS(landlock_create_ruleset), ENOMEM, 2, 0 }, SANDBOX_LANDLOCK },
		{ { SCMP_SYS(landlock_restrict_self), E2BIG, 9, 0 }, SANDBOX_LANDLOCK },
		{ { SCMP_SYS(close_range), ENOSYS, 9, 0 }, 0 },
	};
	unsigned all = (SANDBOX_ALL & ~SANDBOX_LANDLOCK) | landlock_here();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rlimit files_limit, few = { 1024, 1024 };
		getrlimit(RLIMIT_NOFILE, &files_limit);
		few.rlim_max = files_limit.rlim_max < 4096 ? files_limit.rlim_max : 4096;
		setrlimit(RLIMIT_NOFILE, &few);	/* without close_range(2) each descriptor is closed by itself */
		unsigned said = without(&rows[i].lack, FULL);
		if (said != (all & ~rows[i].missing))
			fail_msg("row %zu: layers %x, should be %x", i, said, all & ~rows[i].missing);
	}
	assert_int_equal(without(&(struct lack){ SCMP_SYS(landlock_add_rule), EINVAL, 9, 0 }, OPENER), all & ~(unsigned)SANDBOX_LANDLOCK);
	assert_int_equal(without(&(struct lack){ SCMP_SYS(landlock_add_rule), EINVAL, 9, 0 }, OPENING), FIRST | SANDBOX_NO_NEW_PRIVS);
	if (geteuid() == 0) {
		assert_int_equal(without(&(struct lack){ SCMP_SYS(setgroups), EPERM, 9, 0 }, FULL), all & ~(unsigned)SANDBOX_USER);
		assert_int_equal(without(&(struct lack){ SCMP_SYS(setresuid), EPERM, 9, 0 }, FULL), all & ~(unsigned)SANDBOX_USER);
	}
}

static void
without_filters_no_worker_is_sealed(void **state)
{
	(void)state;
	const struct lack no_filters = { SCMP_SYS(seccomp), EINVAL, 0, 1 }, no_promise = { SCMP_SYS(prctl), EINVAL, 0, PR_SET_NO_NEW_PRIVS },
	    no_closing = { SCMP_SYS(close_range), EPERM, 9, 0 }, no_null = { SCMP_SYS(openat), EMFILE, 2, O_RDWR | O_CLOEXEC };
	for (enum seal seal = OPENING; seal <= OPENER; seal++) {
		unsigned said = without(&no_filters, seal);
		assert_true((said & REFUSED) != 0 && (said & SANDBOX_SECCOMP) == 0);
		/* an ordinary user needs the promise for a filter; root may do without, and then it is told */
		said = without(&no_promise, seal);
		assert_true((said & (SANDBOX_NO_NEW_PRIVS | SANDBOX_LANDLOCK)) == 0);
	}
	assert_int_equal(without(&no_closing, BEGIN), REFUSED);
	assert_int_equal(without(&no_null, BEGIN), REFUSED);
	assert_int_equal(without(&(struct lack){ SCMP_SYS(dup2), EBADF, 9, 0 }, BEGIN), REFUSED);
}

static void
a_worker_whose_supervisor_is_gone_does_not_begin(void **state)
{
	(void)state;
	int status, pid = fork();
	if (pid == 0) {
		struct triage_error err;
		unsigned layers = 0;
		const struct sandbox_config config = { .keep_count = 0, .parent = getppid() + 1 };
		if (sandbox_begin(&config, &layers, &err) != TRIAGE_OK)
			_exit(7);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static void
more_descriptors_than_there_is_room_for_refuse_the_worker(void **state)
{
	(void)state;
	int status, pid = fork();
	if (pid == 0) {
		static int many[1025];
		struct triage_error err;
		unsigned layers = 0;
		const struct sandbox_config config = { .keep_fds = many, .keep_count = 1025, .parent = getppid() };
		_exit(sandbox_begin(&config, &layers, &err) == TRIAGE_E_IO && layers == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
every_layer_has_its_word(void **state)
{
	(void)state;
	for (unsigned bit = 1; bit <= SANDBOX_SECCOMP; bit <<= 1)
		assert_string_not_equal(sandbox_layer_name(bit), "?");
	assert_string_equal(sandbox_layer_name(1u << 20), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_that_lacks_nothing_has_all_layers),
		cmocka_unit_test(a_layer_that_is_missing_is_missing_from_what_is_told),
		cmocka_unit_test(without_filters_no_worker_is_sealed),
		cmocka_unit_test(a_worker_whose_supervisor_is_gone_does_not_begin),
		cmocka_unit_test(more_descriptors_than_there_is_room_for_refuse_the_worker),
		cmocka_unit_test(every_layer_has_its_word),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* seals_harness.h - an act tried inside a seal, in a child of its own, with a folder, a channel and evidence as a worker or the opener has them. */
#ifndef TRIAGE_TESTS_SEALS_HARNESS_H
#define TRIAGE_TESTS_SEALS_HARNESS_H

#include "tests/harness.h"

#include "triage/run/opener.h"
#include "triage/run/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SEALS = 3, NUMBERS = 520, X32 = 0x40000000, MEMORY = 64 << 20 };
enum outcome { PASSED, REFUSED, KILLED, NOT_SEALED };
static const char *const seal_names[SEALS] = { "seal 1", "seal 2", "opener" }, *const outcomes[] = { "passed", "refused", "killed", "not sealed" };

static char folder[] = "/tmp/triage-seals.XXXXXX";	/* what the opener and seal 1 may read */
static int beside[2] = { -1, -1 };			/* a channel that stays open in the child as descriptor KEPT */
static int kept_file = -1;				/* the evidence, opened for reading */
static unsigned long tried, denied;
static bool landlocked;

/* Seal this process as `which`. The channel and the evidence stay open. */
static inline bool
enter(int which, int parent)
{
	struct triage_error err;
	unsigned layers = 0;
	int root = open(folder, O_RDONLY | O_DIRECTORY);
	const int keep[] = { root, beside[1], kept_file };
	const struct sandbox_config config = { .keep_fds = keep, .keep_count = 3, .memory = MEMORY, .parent = parent };
	const char *const paths[] = { folder };
	if (sandbox_begin(&config, &layers, &err) != TRIAGE_OK)
		return false;
	switch (which) {
	case 0: return sandbox_open_only(paths, 1, &layers, &err) == TRIAGE_OK;
	case 1: return sandbox_full(&layers, &err) == TRIAGE_OK && (layers & SANDBOX_SECCOMP) != 0;
	default: return sandbox_opener(root, &layers, &err) == TRIAGE_OK && (layers & SANDBOX_SECCOMP) != 0;
	}
}

struct act {
	int (*run)(const struct act *act);	/* 0 when it succeeded; -1 with errno */
	long number;
};

/* Outcome of an act in a seal. A call that the filter refuses fails with EACCES. */
static inline enum outcome
try(int which, const struct act *act)
{
	int parent = getpid(), status, pid = fork();
	if (pid == 0) {
		if (!enter(which, parent))
			_exit(3);
		_exit(act->run(act) == 0 ? 0 : errno == EACCES ? 1 : 2);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	tried++;
	enum outcome o = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? KILLED : !WIFEXITED(status) ? PASSED : WEXITSTATUS(status) == 1 ? REFUSED :
	    WEXITSTATUS(status) == 3 ? NOT_SEALED : PASSED;
	denied += o == KILLED || o == REFUSED;
	return o;
}

/* 0: it succeeded. What it says is only believed from a process that ended by itself. */
static inline bool
succeeds(int which, const struct act *act)
{
	int parent = getpid(), status, pid = fork();
	if (pid == 0) {
		if (!enter(which, parent))
			_exit(3);
		_exit(act->run(act) == 0 ? 0 : 1);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		fail_msg("%s could not be entered", seal_names[which]);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline void
put(const char *name, const char *text)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static inline void
put_link(const char *name, const char *target)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(symlink(target, path), 0);
}

static inline int
set_up(void **state)
{
	(void)state;
	char path[PATH_MAX];
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/sub", folder);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/pipe", folder);
	mkfifo(path, 0644);
	put("file", "text");
	put("sub/inner", "text");
	put_link("to_passwd", "/etc/passwd");
	put_link("to_etc", "/etc");
	put_link("to_sub", "sub");
	/* descriptor 3 is the root in the child, 4 the channel, 5 the evidence: see enter() */
	snprintf(path, sizeof(path), "%s/file", folder);
	while (dup(0) < 6)
		continue;
	int pair[2], file = open(path, O_RDONLY);
	if (file < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return -1;
	close(3);
	beside[0] = fcntl(pair[0], F_DUPFD, 100);
	beside[1] = dup2(pair[1], 4);
	kept_file = dup2(file, 5);
	close_range(6, 99, 0);
	landlocked = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 1;
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	char command[PATH_MAX + 20];
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	const char *to = getenv("SEALS_FIGURES");	/* where the figures go: "tried denied" */
	FILE *f = to != NULL ? fopen(to, "we") : NULL;
	if (f != NULL) {
		fprintf(f, "%lu %lu\n", tried, denied);
		fclose(f);
	}
	return system(command);
}

#endif

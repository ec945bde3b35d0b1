/* test_sandbox.c - each forbidden act is tried inside the worker's seals, in a child of its own. */
#include "tests/harness.h"

#include "triage/run/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum outcome { ALLOWED, REFUSED, KILLED, NOT_SEALED };

static const char *const outcomes[] = { "allowed", "refused", "killed", "not sealed" };

/* Run act in a sealed child. act returns 0 when it succeeded. */
static enum outcome
try_sealed(int (*act)(void), bool opener)
{
	int parent = getpid();
	int pid = fork();
	if (pid == 0) {
		struct triage_error err;
		unsigned layers = 0;
		int root = open("/", O_RDONLY | O_DIRECTORY);
		const struct sandbox_config config = { .keep_fds = &root, .keep_count = 1, .parent = parent };
		if (sandbox_begin(&config, &layers, &err) != TRIAGE_OK)
			_exit(3);
		enum triage_status st = opener ? sandbox_opener(root, &layers, &err) : sandbox_full(&layers, &err);
		if (st != TRIAGE_OK || (layers & SANDBOX_SECCOMP) == 0)
			_exit(3);
		_exit(act() == 0 ? 0 : 1);
	}
	int status;
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		return KILLED;
	return WEXITSTATUS(status) == 0 ? ALLOWED : WEXITSTATUS(status) == 1 ? REFUSED : NOT_SEALED;
}

static int try_read_zero(void) { char c; return read(0, &c, 0) >= 0 ? 0 : -1; }
static int try_memory(void) { return mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ? 0 : -1; }
static int try_open(void) { return open("/etc/passwd", O_RDONLY) >= 0 ? 0 : -1; }
static int try_open_write(void) { return open("/tmp/triage-sandbox-escape", O_WRONLY | O_CREAT, 0600) >= 0 ? 0 : -1; }
static int try_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : -1; }
static int try_exec(void) { return execl("/bin/true", "true", (char *)NULL); }
static int try_fork(void) { return (int)syscall(SYS_fork) >= 0 ? 0 : -1; }
static int try_clone(void) { return (int)syscall(SYS_clone, 17, 0, 0, 0, 0) >= 0 ? 0 : -1; }
static int try_ptrace(void) { return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : -1; }
static int try_kill_parent(void) { return kill(getppid(), 0); }
static int try_executable_memory(void) { return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ? 0 : -1; }
static int try_make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}
static int try_ioctl(void) { return (int)syscall(SYS_ioctl, 3, 0x1277, 0); }	/* BLKDISCARD */
static int try_unlink(void) { return (int)syscall(SYS_unlink, "/tmp/none"); }
static int try_mount(void) { return (int)syscall(SYS_mount, "none", "/", "tmpfs", 0, 0); }
static int try_io_uring(void) { return (int)syscall(SYS_io_uring_setup, 1, 0); }
static int try_bpf(void) { return (int)syscall(SYS_bpf, 0, 0, 0); }
static int try_memfd(void) { return (int)syscall(SYS_memfd_create, "x", 0) >= 0 ? 0 : -1; }
static int try_setuid(void) { return (int)syscall(SYS_setuid, 0); }
static int try_process_vm(void) { return (int)syscall(SYS_process_vm_readv, getppid(), 0, 0, 0, 0, 0); }

static void
expect(const char *name, int (*act)(void), bool opener, enum outcome want)
{
	enum outcome got = try_sealed(act, opener);
	if (got != want)
		fail_msg("%s was %s, should be %s", name, outcomes[got], outcomes[want]);
}

static void
sealed_workers_can_read_and_use_memory(void **state)
{
	(void)state;
	expect("read", try_read_zero, false, ALLOWED);
	expect("anonymous memory", try_memory, false, ALLOWED);
}

static void
probes_of_libraries_fail_softly(void **state)
{
	(void)state;
	expect("open", try_open, false, REFUSED);
	expect("open for writing", try_open_write, false, REFUSED);
	expect("socket", try_socket, false, REFUSED);
	expect("ioctl", try_ioctl, false, REFUSED);
	assert_int_not_equal(access("/tmp/triage-sandbox-escape", F_OK), 0);
}

static void
everything_else_kills(void **state)
{
	(void)state;
	expect("exec", try_exec, false, KILLED);
	expect("fork", try_fork, false, KILLED);
	expect("clone", try_clone, false, KILLED);
	expect("ptrace", try_ptrace, false, KILLED);
	expect("kill", try_kill_parent, false, KILLED);
	expect("executable memory", try_executable_memory, false, KILLED);
	expect("making memory executable", try_make_executable, false, KILLED);
	expect("unlink", try_unlink, false, KILLED);
	expect("mount", try_mount, false, KILLED);
	expect("io_uring", try_io_uring, false, KILLED);
	expect("bpf", try_bpf, false, KILLED);
	expect("memfd", try_memfd, false, KILLED);
	expect("setuid", try_setuid, false, KILLED);
	expect("process_vm_readv", try_process_vm, false, KILLED);
}

static void
the_opener_reads_but_never_writes_or_runs(void **state)
{
	(void)state;
	expect("open", try_open, true, ALLOWED);
	expect("open for writing", try_open_write, true, KILLED);
	expect("exec", try_exec, true, KILLED);
	expect("socket", try_socket, true, KILLED);
	expect("unlink", try_unlink, true, KILLED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_workers_can_read_and_use_memory), cmocka_unit_test(probes_of_libraries_fail_softly),
		cmocka_unit_test(everything_else_kills), cmocka_unit_test(the_opener_reads_but_never_writes_or_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

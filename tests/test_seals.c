/*
 * test_seals.c - every system call number of the kernel's table, and a list of escapes, tried inside each seal, each in a child of its own; what
 * happened is held against docs/sandbox.md, call by call.
 *
 * --without CALL,... COMMAND...: runs a command on a kernel that seems not to have these calls.
 */
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
static bool
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
static enum outcome
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

/* --- the table --- */

static int
call_number(const struct act *act)
{
	/* no pointer, no length, no descriptor that exists: a call that gets through does nothing */
	return syscall(act->number, -1L, -1L, -1L, -1L, -1L, -1L) == -1 ? -1 : 0;
}

/* What docs/sandbox.md says of a call, per seal: "yes", "EACCES", "no", or a condition. False: it is not in the table. */
static bool
documented(const char *name, char said[SEALS][80])
{
	char path[PATH_MAX], line[1000], row[200];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/docs/sandbox.md", root != NULL ? root : ".");
	snprintf(row, sizeof(row), "| `%s` |", name);
	FILE *f = fopen(path, "re");
	bool found = false;
	if (f == NULL)
		fail_msg("cannot read %s", path);
	while (!found && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, row, strlen(row)) == 0)
			found = sscanf(line + strlen(row), " %79[^|] | %79[^|] | %79[^|] |", said[0], said[1], said[2]) == 3;
	fclose(f);
	for (int i = 0; i < SEALS && found; i++)
		for (size_t n = strlen(said[i]); n > 0 && said[i][n - 1] == ' ';)
			said[i][--n] = '\0';
	return found;
}

/* A condition: these arguments do not meet it, so it must kill; but the kernel without Landlock seems to have no openat2(). */
static enum outcome
wanted(const char *said, const char *name)
{
	if (strcmp(name, "openat2") == 0 && strncmp(said, "if ", 3) == 0)
		return PASSED;
	return strcmp(said, "yes") == 0 ? PASSED : strcmp(said, "EACCES") == 0 ? REFUSED : KILLED;
}

/* The kernel itself lets its two calls for probes past every filter; they do nothing outside of the place where a debugger put them. */
static bool
is_beyond_filters(int number)
{
#ifdef __x86_64__
	return number == 335 || number == 336;
#else
	return number < 0;
#endif
}

/* The build for the address sanitizer has a filter of its own: there the table is tried in the worker's seal alone. tests/e2e/sandbox.sh runs the other build. */
static bool
skipped(int which, int step, int number)
{
#ifdef TRIAGE_ASAN
	return which != 1 || number % step != 0;
#else
	return which != 1 && number % step != 0;
#endif
}

static bool
is_for_asan(const char *name)
{
#ifdef TRIAGE_ASAN
	return strcmp(name, "sigaltstack") == 0 || strcmp(name, "rt_sigaction") == 0;
#else
	return name == NULL;
#endif
}

static void
every_call_does_what_the_document_says(void **state)
{
	(void)state;
	unsigned wrong = 0, rows = 0;
	for (int number = 0; number < NUMBERS; number++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number), said[SEALS][80] = { "no", "no", "no" };
		rows += name != NULL && documented(name, said);
		for (int which = 0; which < SEALS && !(name != NULL && is_for_asan(name)) && !is_beyond_filters(number); which++) {
			if (skipped(which, 1, number))
				continue;
			const struct act act = { call_number, number };
			enum outcome got = try(which, &act), want = wanted(said[which], name != NULL ? name : "");
			if (got == want)
				continue;
			print_message("# %s: call %d %s was %s, the document says %s\n", seal_names[which], number, name != NULL ? name : "?", outcomes[got], said[which]);
			wrong++;
		}
		free(name);
	}
	assert_int_equal(wrong, 0);
	assert_true(rows > 60);
}

/* The rows of the document are those of the filter: one for a call that the filter does not know would be read as a promise. */
static void
the_document_has_a_row_for_each_call_of_the_filter(void **state)
{
	(void)state;
	static const char *const names[] = {
#define CALL(name, one, two, opener) #name,
#include "triage/run/sandbox_calls.def"
#undef CALL
	};
	char said[SEALS][80];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!is_for_asan(names[i]) && !documented(names[i], said))
			fail_msg("%s is in the filter and not in docs/sandbox.md", names[i]);
}

#ifdef __x86_64__
static void
the_x32_table_is_closed(void **state)
{
	(void)state;
	for (int number = 0; number < NUMBERS; number++) {
		const struct act act = { call_number, X32 | number };
		for (int which = 0; which < SEALS; which++)
			if (!skipped(which, 8, number) && try(which, &act) != KILLED)
				fail_msg("%s: x32 call %d got through", seal_names[which], number);
	}
}

static int
call_i386(const struct act *act)
{
	long result;
	/* the kernel's 32-bit entry, from 64-bit code */
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(act->number), "b"(0), "c"(0), "d"(0) : "memory", "r8", "r9", "r10", "r11");
	return result < 0 ? -1 : 0;
}

static void
the_i386_entry_is_closed(void **state)
{
	(void)state;
	static const long numbers[] = { 1 /* exit */, 2 /* fork */, 3 /* read: 64-bit number of close() */, 4, 5, 11, 20, 102, 120, 192, 295 };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		for (int which = 0; which < SEALS; which++) {
			const struct act act = { call_i386, numbers[i] };
			int status, parent = getpid(), pid = fork();
			if (pid == 0) {
				if (!enter(which, parent))
					_exit(3);
				act.run(&act);
				_exit(0);
			}
			waitpid(pid, &status, 0);
			tried++;
			/* SIGSEGV: a kernel without that entry */
			bool closed = WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV);
			denied += closed;
			if (!closed)
				fail_msg("%s: i386 call %ld got through", seal_names[which], numbers[i]);
		}
	}
}
#endif

/* --- escapes: arguments that would do harm --- */

static int supervisor;

#define ESCAPE(id, expression) static int id(const struct act *act) { (void)act; return (expression) >= 0 ? 0 : -1; }
#define CALLED(id, ...) ESCAPE(id, syscall(__VA_ARGS__))
static char *const no_arguments[] = { NULL };
CALLED(read_passwd, SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY)
CALLED(read_passwd_old, SYS_open, "/etc/passwd", O_RDONLY)
CALLED(write_file, SYS_openat, AT_FDCWD, "/tmp/triage-seals-escape", O_WRONLY | O_CREAT, 0600)
CALLED(write_inside, SYS_openat, 3, "written", O_RDWR | O_CREAT, 0600)
CALLED(cut_inside, SYS_openat, 3, "file", O_RDONLY | O_TRUNC)
CALLED(run_true, SYS_execve, "/bin/true", no_arguments, no_arguments)
CALLED(run_true_at, SYS_execveat, AT_FDCWD, "/bin/true", no_arguments, no_arguments, 0)
CALLED(internet, SYS_socket, AF_INET, SOCK_STREAM, 0)
CALLED(netlink, SYS_socket, AF_NETLINK, SOCK_RAW, 0)
CALLED(local_pair, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, beside)
CALLED(trace_supervisor, SYS_ptrace, 16 /* ATTACH */, supervisor, 0, 0)
CALLED(read_supervisor, SYS_process_vm_readv, supervisor, 0, 0, 0, 0, 0)
CALLED(write_supervisor, SYS_process_vm_writev, supervisor, 0, 0, 0, 0, 0)
CALLED(kill_supervisor, SYS_kill, supervisor, 0)
CALLED(kill_supervisor_thread, SYS_tgkill, supervisor, supervisor, 0)
CALLED(queue_to_supervisor, SYS_rt_sigqueueinfo, supervisor, SIGKILL, 0)
CALLED(limit_supervisor, SYS_prlimit64, supervisor, RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY }, NULL)
CALLED(steal_descriptor, SYS_pidfd_open, supervisor, 0)
CALLED(compare_kernel, SYS_kcmp, supervisor, supervisor, 0, 0, 0)
CALLED(ring, SYS_io_uring_setup, 1, &(char[256]){ 0 })
CALLED(page_faults, SYS_userfaultfd, 0)
CALLED(bpf_program, SYS_bpf, 0, &(char[128]){ 0 }, 128)
CALLED(counters, SYS_perf_event_open, &(char[128]){ 0 }, 0, -1, -1, 0)
CALLED(erase_device, SYS_ioctl, 5, 0x1277 /* BLKDISCARD */, &(uint64_t[2]){ 0, 512 })
CALLED(type_to_terminal, SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x")
CALLED(new_process, SYS_fork)
CALLED(new_process_shared, SYS_vfork)
CALLED(new_thread, SYS_clone, SIGCHLD, 0, 0, 0, 0)
CALLED(new_clone3, SYS_clone3, &(uint64_t[8]){ 0 }, 64)
CALLED(new_namespace, SYS_unshare, 0x10000000 /* CLONE_NEWUSER */)
CALLED(other_namespace, SYS_setns, 3, 0)
CALLED(mount_over, SYS_mount, "none", "/tmp", "tmpfs", 0, 0)
CALLED(new_root, SYS_chroot, "/tmp")
CALLED(by_handle, SYS_open_by_handle_at, 3, &(char[128]){ 0 }, 0)
CALLED(memory_file, SYS_memfd_create, "x", 0)
CALLED(executable, SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
CALLED(mapped_file, SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE, 5, 0)
CALLED(read_implies_run, SYS_personality, 0x0400000)
CALLED(become_root, SYS_setresuid, 0, 0, 0)
CALLED(take_capabilities, SYS_capset, &(uint32_t[2]){ 0x20080522, 0 }, &(uint32_t[6]){ ~0u, ~0u, ~0u, ~0u, ~0u, ~0u })
CALLED(no_filter, SYS_seccomp, 1, 0, 0)
CALLED(be_dumpable, SYS_prctl, PR_SET_DUMPABLE, 1)
CALLED(key_ring, SYS_keyctl, 0, 0, 0, 0, 0)
CALLED(load_module, SYS_finit_module, 3, "", 0)
CALLED(shared_memory, SYS_shmget, 0, 4096, 0600)
CALLED(remove_file, SYS_unlinkat, 3, "file", 0)
CALLED(move_file, SYS_renameat2, 3, "file", 3, "moved", 0)
CALLED(change_mode, SYS_fchmodat, 3, "file", 0777)
CALLED(change_times, SYS_utimensat, 3, "file", 0, 0)
CALLED(set_attribute, SYS_setxattr, "/tmp", "user.x", "x", 1, 0)
CALLED(lock_waiters, SYS_futex, &(uint32_t){ 0 }, 6 /* FUTEX_LOCK_PI */, 0, 0, 0, 0)
CALLED(requeue, SYS_futex, &(uint32_t){ 0 }, 12 /* FUTEX_CMP_REQUEUE_PI */, 1, 1, &(uint32_t){ 0 }, 0)
CALLED(send_elsewhere, SYS_sendto, 4, "x", 1, 0, &(struct sockaddr){ .sa_family = AF_UNIX, .sa_data = "\0name" }, sizeof(struct sockaddr))
CALLED(write_evidence, SYS_write, 5, "x", 1)
CALLED(send_signal_group, SYS_kill, -1, SIGKILL)
CALLED(set_clock, SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){ 0, 0 })
CALLED(stop_machine, SYS_reboot, 0xfee1dead, 0x28121969, 0, 0)

static int
make_executable(const struct act *act)
{
	(void)act;
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

#ifndef TRIAGE_ASAN	/* its shadow memory is without limits */
/* Take sixteen times the memory that is allowed, piece by piece, and use it. number: flags of mmap(), 0 for the heap. */
static int
eat_memory(const struct act *act)
{
	for (int i = 0; i < 256; i++) {
		char *p = act->number == 0 ? sbrk(MEMORY / 16) : mmap(NULL, MEMORY / 16, PROT_READ | PROT_WRITE, (int)act->number, -1, 0);
		if (p == MAP_FAILED || p == (void *)-1)
			return -1;
		for (size_t k = 0; k < MEMORY / 16; k += 4096)
			p[k] = 1;
	}
	return 0;
}

/* Reserve without the right to write, which is not counted, then ask for it. */
static int
eat_by_rights(const struct act *act)
{
	(void)act;
	char *p = mmap(NULL, (size_t)MEMORY * 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? -1 : mprotect(p, (size_t)MEMORY * 16, PROT_READ | PROT_WRITE);
}

static int
eat_by_growing(const struct act *act)
{
	(void)act;
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return mremap(p, 4096, (size_t)MEMORY * 16, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0;
}

static int
eat_stack(const struct act *act)
{
	char room[64 << 10];
	memset(room, (int)act->number, sizeof(room));
	const struct act next = { NULL, act->number + 1 };
	return act->number * (long)sizeof(room) > MEMORY ? 0 : eat_stack(&next) + (room[9] == 'x');
}

#endif

#define OPENING 1
#define WORKER 2
#define OPENER 4
#define ALL 7

static const struct escape {
	const char *name;
	struct act act;
	unsigned seals;		/* in which it must fail */
} escapes[] = {
#define FAILS(id, seals) { #id, { id, 0 }, seals },
	FAILS(read_passwd, WORKER) FAILS(read_passwd_old, WORKER) FAILS(write_file, ALL) FAILS(write_inside, ALL) FAILS(cut_inside, ALL)
	FAILS(run_true, ALL) FAILS(run_true_at, ALL) FAILS(internet, ALL) FAILS(netlink, ALL) FAILS(local_pair, ALL)
	FAILS(trace_supervisor, ALL) FAILS(read_supervisor, ALL) FAILS(write_supervisor, ALL) FAILS(kill_supervisor, ALL)
	FAILS(kill_supervisor_thread, ALL) FAILS(queue_to_supervisor, ALL) FAILS(limit_supervisor, ALL) FAILS(steal_descriptor, ALL)
	FAILS(compare_kernel, ALL) FAILS(ring, ALL) FAILS(page_faults, ALL) FAILS(bpf_program, ALL) FAILS(counters, ALL) FAILS(erase_device, ALL)
	FAILS(type_to_terminal, ALL) FAILS(new_process, ALL) FAILS(new_process_shared, ALL) FAILS(new_thread, ALL) FAILS(new_clone3, ALL)
	FAILS(new_namespace, ALL) FAILS(other_namespace, ALL) FAILS(mount_over, ALL) FAILS(new_root, ALL) FAILS(by_handle, ALL)
	FAILS(memory_file, OPENING | WORKER) FAILS(executable, ALL) FAILS(mapped_file, ALL) FAILS(read_implies_run, ALL)
	FAILS(become_root, WORKER | OPENER) FAILS(take_capabilities, WORKER | OPENER) FAILS(no_filter, WORKER | OPENER) FAILS(be_dumpable, WORKER | OPENER)
	FAILS(key_ring, ALL) FAILS(load_module, ALL) FAILS(shared_memory, ALL) FAILS(remove_file, ALL) FAILS(move_file, ALL) FAILS(change_mode, ALL)
	FAILS(change_times, ALL) FAILS(set_attribute, ALL) FAILS(lock_waiters, ALL) FAILS(requeue, ALL) FAILS(send_elsewhere, ALL)
	FAILS(write_evidence, ALL) FAILS(send_signal_group, ALL) FAILS(set_clock, ALL) FAILS(stop_machine, ALL) FAILS(make_executable, ALL)
#ifndef TRIAGE_ASAN
	{ "eat_memory, private", { eat_memory, MAP_PRIVATE | MAP_ANONYMOUS }, ALL }, { "eat_memory, shared", { eat_memory, MAP_SHARED | MAP_ANONYMOUS }, ALL },
	{ "eat_memory, growing down", { eat_memory, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN }, ALL },
	{ "eat_memory, huge pages", { eat_memory, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB }, ALL }, { "eat_memory, heap", { eat_memory, 0 }, ALL },
	FAILS(eat_by_rights, ALL) FAILS(eat_by_growing, ALL) FAILS(eat_stack, ALL)
#endif
};

/* 0: it succeeded. What it says is only believed from a process that ended by itself. */
static bool
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

static void
no_escape_succeeds(void **state)
{
	(void)state;
	unsigned wrong = 0;
	supervisor = getpid();
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		for (int which = 0; which < SEALS; which++) {
			if ((escapes[i].seals >> which & 1) == 0)
				continue;
			bool out = succeeds(which, &escapes[i].act);
			tried++;
			denied += !out;
			wrong += out;
			if (out)
				print_message("# %s: %s succeeded\n", seal_names[which], escapes[i].name);
		}
	}
	assert_int_equal(wrong, 0);
	assert_int_not_equal(access("/tmp/triage-seals-escape", F_OK), 0);
	struct stat info;
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/file", folder);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_size, 4);
	snprintf(path, sizeof(path), "%s/written", folder);
	assert_int_not_equal(access(path, F_OK), 0);
}

/* What each seal is for still works, or the test above would prove little. */
CALLED(read_evidence, SYS_pread64, 5, &(char[1]){ 0 }, 1, 0)
CALLED(say_something, SYS_sendto, 4, "x", 1, 0, NULL, 0)
CALLED(open_inside, SYS_openat, 3, "file", O_RDONLY)
CALLED(take_memory, SYS_mmap, 0, MEMORY / 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
CALLED(wake, SYS_futex, &(uint32_t){ 0 }, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, 0, 0, 0)

static void
what_a_seal_is_for_works(void **state)
{
	(void)state;
	static const struct escape works[] = {
		FAILS(read_evidence, ALL) FAILS(say_something, ALL) FAILS(open_inside, OPENING | OPENER) FAILS(take_memory, ALL) FAILS(wake, ALL)
	};
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		for (int which = 0; which < SEALS; which++)
			if ((works[i].seals >> which & 1) != 0 && !succeeds(which, &works[i].act))
				fail_msg("%s: %s fails", seal_names[which], works[i].name);
}

static void
landlock_leaves_what_was_named_alone(void **state)
{
	(void)state;
	static const struct act outside = { read_passwd, 0 };
	if (!landlocked)
		return;	/* the run says so in its case: tests/e2e/sandbox.sh */
	assert_false(succeeds(0, &outside));
	assert_false(succeeds(2, &outside));
}

/* --- descriptors through the socket of the opener --- */

static void
the_opener_gives_nothing_from_outside(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		bool given;
	} cases[] = {
		{ "file", true }, { "sub/inner", true }, { "/etc/passwd", false }, { "../../etc/passwd", false }, { "sub/../file", true }, { "sub/../../file", false },
		{ "to_passwd", false }, { "to_etc/passwd", false }, { "to_sub/inner", false }, { "pipe", false }, { "sub", false }, { "", false }, { ".", false }, { "..", false },
		{ "sub//inner", true }, { "/proc/self/fd/3", false }, { "file/", false },
	};
	int channel[2], parent = getpid(), status;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
	int pid = fork();
	if (pid == 0) {
		struct triage_error err;
		unsigned layers = 0;
		int root = open(folder, O_RDONLY | O_DIRECTORY);
		const int keep[] = { root, channel[1] };
		const struct sandbox_config config = { .keep_fds = keep, .keep_count = 2, .memory = MEMORY, .file_bytes = OPENER_XATTR_MAX, .parent = parent };
		if (sandbox_begin(&config, &layers, &err) == TRIAGE_OK && sandbox_opener(root, &layers, &err) == TRIAGE_OK)
			opener_serve(root, NULL, channel[1]);
		_exit(0);
	}
	close(channel[1]);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct triage_error err;
		int fd = -1;
		bool given = opener_request(channel[0], (const uint8_t *)cases[i].path, strlen(cases[i].path), OPENER_CONTENT, 0, &fd, &err) == TRIAGE_OK;
		tried++;
		denied += !given;
		/* without openat2() a way up or an empty name is refused even where it would stay inside */
		bool strict = !landlocked && (strcmp(cases[i].path, "sub/../file") == 0 || strcmp(cases[i].path, "sub//inner") == 0);
		if (given != cases[i].given && !strict)
			fail_msg("%s: given %d", cases[i].path, given);
		if (given) {
			assert_true((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
			assert_int_equal(write(fd, "x", 1), -1);
			close(fd);
		}
	}
	close(channel[0]);
	waitpid(pid, &status, 0);
}

/* A sealed worker that sends the descriptor of its evidence: the supervisor reads its frames and gets no descriptor. */
static int
send_descriptor(const struct act *act)
{
	(void)act;
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	static char word[] = "x";
	struct msghdr message = { .msg_iov = &(struct iovec){ word, 1 }, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof(control.room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &(int){ 5 }, sizeof(int));
	return sendmsg(4, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static void
a_descriptor_that_a_worker_sends_does_not_arrive(void **state)
{
	(void)state;
	static const struct act act = { send_descriptor, 0 };
	struct triage_error err;
	int next = dup(0), after;
	close(next);
	succeeds(1, &act);
	struct wire_stream s;
	wire_stream_init(&s, beside[0]);
	assert_int_equal(wire_fill(&s, true, &err), TRIAGE_OK);
	wire_stream_release(&s);
	after = dup(0);
	close(after);
	assert_int_equal(after, next);
}

/* --- */

static void
put(const char *name, const char *text)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
put_link(const char *name, const char *target)
{
	char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(symlink(target, path), 0);
}

static int
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

static int
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

/* A kernel that lacks calls, for the command that follows. */
static int
without(char **argv)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	for (char *name = strtok(argv[0], ","); name != NULL; name = strtok(NULL, ","))
		if (filter == NULL || seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name(name), 0) != 0)
			return 2;
	/* root needs no promise to set it, so that what runs begins as it would without */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, geteuid() != 0);
	if (seccomp_load(filter) != 0)
		return 2;
	execvp(argv[1], argv + 1);
	return 127;
}

int
main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "--without") == 0)
		return without(argv + 2);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_seal_is_for_works), cmocka_unit_test(every_call_does_what_the_document_says),
		cmocka_unit_test(the_document_has_a_row_for_each_call_of_the_filter),
#ifdef __x86_64__
		cmocka_unit_test(the_x32_table_is_closed), cmocka_unit_test(the_i386_entry_is_closed),
#endif
		cmocka_unit_test(no_escape_succeeds), cmocka_unit_test(landlock_leaves_what_was_named_alone),
		cmocka_unit_test(the_opener_gives_nothing_from_outside), cmocka_unit_test(a_descriptor_that_a_worker_sends_does_not_arrive),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}

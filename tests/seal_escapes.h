/* seal_escapes.h - acts that would do harm if a seal let them through, and in which seals each must fail. */
#ifndef TRIAGE_TESTS_SEAL_ESCAPES_H
#define TRIAGE_TESTS_SEAL_ESCAPES_H

#include "tests/seals_harness.h"

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

#endif

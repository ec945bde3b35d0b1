#include "triage/run/sandbox.h"

#include "triage/base/scoped.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { NOBODY = 65534 };

const char *
sandbox_layer_name(unsigned bit)
{
	switch (bit) {
	case SANDBOX_LIMITS: return "resource-limits";
	case SANDBOX_PARENT_DEATH: return "parent-death-signal";
	case SANDBOX_NOT_DUMPABLE: return "not-dumpable";
	case SANDBOX_USER: return "unprivileged-user";
	case SANDBOX_CAPABILITIES: return "no-capabilities";
	case SANDBOX_NO_NEW_PRIVS: return "no-new-privileges";
	case SANDBOX_LANDLOCK: return "landlock";
	case SANDBOX_SECCOMP: return "seccomp";
	default: return "?";
	}
}

static int
compare_fd(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static bool
close_others(const int *keep, size_t count)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return false;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(null, fd) < 0)
			return false;
	int sorted[1024];
	if (count > sizeof(sorted) / sizeof(sorted[0]))
		return false;
	memcpy(sorted, keep, count * sizeof(*keep));
	qsort(sorted, count, sizeof(*sorted), compare_fd);
	unsigned next = 3;
	for (size_t i = 0; i < count; i++) {
		if (sorted[i] < (int)next)
			continue;
		if ((unsigned)sorted[i] > next && close_range(next, (unsigned)sorted[i] - 1, 0) != 0)
			return false;
		next = (unsigned)sorted[i] + 1;
	}
	return close_range(next, ~0u, 0) == 0;
}

/* Bytes of private writable memory that this process has now (VmData), 0 when not known. */
static uint64_t
private_memory(void)
{
	SCOPED_FILE file = fopen("/proc/self/status", "re");
	char line[256];
	unsigned long long kilobytes = 0;
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "VmData: %llu", &kilobytes) == 1)
			break;
	return (uint64_t)kilobytes << 10;
}

static bool
limit(__rlimit_resource_t resource, rlim_t value)
{
	return setrlimit(resource, &(struct rlimit){ value, value }) == 0;
}

enum triage_status
sandbox_begin(const struct sandbox_config *config, unsigned *layers, struct triage_error *err)
{
	uint64_t now = private_memory();
	if (!close_others(config->keep_fds, config->keep_count)) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "sandbox: closing descriptors");
		return TRIAGE_E_IO;
	}
	bool ok = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, config->file_bytes);
#ifndef TRIAGE_ASAN
	if (config->memory != 0)
		ok = ok && limit(RLIMIT_DATA, now + config->memory) && limit(RLIMIT_MEMLOCK, 0);
#else
	(void)now;
#endif
	*layers |= ok ? SANDBOX_LIMITS : 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
		*layers |= SANDBOX_PARENT_DEATH;
	/* the parent may have died between fork and prctl */
	if (getppid() != config->parent)
		_exit(1);
	if (prctl(PR_SET_DUMPABLE, 0) == 0)
		*layers |= SANDBOX_NOT_DUMPABLE;
	return TRIAGE_OK;
}

static bool
drop_capabilities(uint64_t keep)
{
	for (int cap = 0; cap <= 63; cap++)
		if ((keep >> cap & 1) == 0 && prctl(PR_CAPBSET_DROP, cap) != 0 && errno == EPERM)
			break;	/* not privileged: nothing to drop from */
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct now[2] = { 0 };
	if (syscall(SYS_capget, &header, now) != 0)
		return false;
	struct __user_cap_data_struct data[2] = { 0 };
	for (unsigned i = 0; i < 2; i++) {
		uint32_t wanted = (uint32_t)(keep >> (32 * i)) & now[i].permitted;
		data[i] = (struct __user_cap_data_struct){ .effective = wanted, .permitted = wanted };
	}
	return syscall(SYS_capset, &header, data) == 0;
}

static bool
drop_user(void)
{
	if (geteuid() != 0)
		return getuid() == geteuid();	/* already without privileges */
	return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

/* Every filesystem right that this kernel's Landlock knows. Source: landlock(7). */
static uint64_t
landlock_rights(long abi)
{
	uint64_t rights = (UINT64_C(1) << 13) - 1;	/* EXECUTE .. MAKE_SYM */
	if (abi >= 2)
		rights |= UINT64_C(1) << 13;		/* REFER */
	if (abi >= 3)
		rights |= UINT64_C(1) << 14;		/* TRUNCATE */
	if (abi >= 5)
		rights |= UINT64_C(1) << 15;		/* IOCTL_DEV */
	return rights;
}

/* Deny every path but those below the descriptors given, which may be read. no_new_privs must be set. */
static bool
landlock(const int *fds, size_t count, uint64_t allow)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1)
		return false;
	struct landlock_ruleset_attr attr = { .handled_access_fs = landlock_rights(abi) };
	SCOPED_FD ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct landlock_path_beneath_attr rule = { .allowed_access = allow, .parent_fd = fds[i] };
		if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
			return false;
	}
	return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

/*
 * What libtsk, libyara, libmagic, OpenSSL and glibc need once everything is open: reading by offset, memory
 * that is never executable, the clock, randomness for hash tables, signals for exit, and the channel.
 */
static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
	SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(getrusage), SCMP_SYS(poll),
	SCMP_SYS(ppoll),
#ifdef TRIAGE_ASAN
	SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction),
#endif
};

/* Probes of libraries that must fail softly instead of killing the worker. */
static const int refused[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(socket), SCMP_SYS(ioctl), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(prlimit64), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(fcntl), SCMP_SYS(getcwd),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(getuid), SCMP_SYS(geteuid),
};

/* Seal 1 and the opener need more, until seal 2 narrows it; filters stack, so what seal 2 lacks is denied from then on. */
static const int opening[] = {
	SCMP_SYS(fcntl), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(readlink), SCMP_SYS(access), SCMP_SYS(statx),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
	/* entering seal 2 */
	SCMP_SYS(prctl), SCMP_SYS(capget), SCMP_SYS(capset), SCMP_SYS(setgroups), SCMP_SYS(setresgid), SCMP_SYS(setresuid),
	SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule), SCMP_SYS(landlock_restrict_self), SCMP_SYS(seccomp),
	SCMP_SYS(rt_sigaction), SCMP_SYS(prlimit64),
};

static const int listing[] = {
	SCMP_SYS(fcntl), SCMP_SYS(statx), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(flistxattr), SCMP_SYS(fgetxattr),
	SCMP_SYS(llistxattr), SCMP_SYS(lgetxattr), SCMP_SYS(memfd_create), SCMP_SYS(newfstatat), SCMP_SYS(fstatfs),
};

static bool
add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		/* negative numbers are calls that this architecture does not have */
		int rc = calls[i] < 0 ? 0 : seccomp_rule_add(filter, action, calls[i], 0);
		if (rc != 0 && rc != -EEXIST && rc != -EACCES)
			return false;
	}
	return true;
}

#define ADD(filter, action, table) add_all(filter, action, table, sizeof(table) / sizeof((table)[0]))

/* Anonymous memory without execution; file mappings only where files may be opened. */
static bool
add_memory(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0),
	           SCMP_A3(SCMP_CMP_MASKED_EQ, 0x20 /* MAP_ANONYMOUS */, 0x20)) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0)) == 0;
}

static bool
add_read_only_open(scmp_filter_ctx filter)
{
	/* O_ACCMODE, O_CREAT, O_TRUNC all clear */
	const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0)) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0)) == 0;
}

static bool
no_new_privs(unsigned *layers)
{
	bool ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	*layers |= ok ? SANDBOX_NO_NEW_PRIVS : 0;
	return ok;
}

/* Load filter and free it. */
static bool
load(scmp_filter_ctx filter, bool built)
{
	bool ok = built && seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
	    seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok;
}

enum triage_status
sandbox_open_only(const char *const *paths, size_t count, unsigned *layers, struct triage_error *err)
{
	int fds[1024] = { 0 };
	size_t opened = 0;
	for (size_t i = 0; i < count && opened < sizeof(fds) / sizeof(fds[0]); i++) {
		fds[opened] = open(paths[i], O_PATH | O_CLOEXEC);
		opened += fds[opened] >= 0;
	}
	/* files of other users must stay readable until they are open: CAP_DAC_READ_SEARCH, and the two that seal 2 needs */
	const uint64_t keep = UINT64_C(1) << CAP_DAC_READ_SEARCH | UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID |
	    UINT64_C(1) << CAP_SETPCAP;
	bool capped = drop_capabilities(keep), private = no_new_privs(layers);
	if (private && landlock(fds, opened, LANDLOCK_ACCESS_FS_READ_FILE))
		*layers |= SANDBOX_LANDLOCK;
	for (size_t i = 0; i < opened; i++)
		close(fds[i]);
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool built = filter != NULL && capped && ADD(filter, SCMP_ACT_ALLOW, allowed) && ADD(filter, SCMP_ACT_ALLOW, opening) &&
	    add_memory(filter) && add_read_only_open(filter);
	if (filter == NULL || !load(filter, built)) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "sandbox: seal 1 could not be set; this kernel lacks seccomp filters");
		return TRIAGE_E_UNSUPPORTED;
	}
	return TRIAGE_OK;
}

enum triage_status
sandbox_full(unsigned *layers, struct triage_error *err)
{
#ifdef TRIAGE_FAULT
	/* valgrind makes calls of its own inside the process that it watches; only the build for tests knows this */
	if (getenv("TRIAGE_FAULT_NO_SANDBOX") != NULL)
		return TRIAGE_OK;
#endif
	if (drop_user())
		*layers |= SANDBOX_USER;
	if (drop_capabilities(0))
		*layers |= SANDBOX_CAPABILITIES;
	/* changing the user clears these two */
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (no_new_privs(layers) && landlock(NULL, 0, 0))
		*layers |= SANDBOX_LANDLOCK;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool built = filter != NULL && ADD(filter, SCMP_ACT_ALLOW, allowed) && ADD(filter, SCMP_ACT_ERRNO(EACCES), refused) && add_memory(filter);
	if (filter == NULL || !load(filter, built)) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "sandbox: seal 2 could not be set; this kernel lacks seccomp filters");
		return TRIAGE_E_UNSUPPORTED;
	}
	*layers |= SANDBOX_SECCOMP;
	return TRIAGE_OK;
}

enum triage_status
sandbox_opener(int root, unsigned *layers, struct triage_error *err)
{
	/* reading all files and not changing their access times is what the opener is for */
	if (drop_capabilities(UINT64_C(1) << CAP_DAC_READ_SEARCH | UINT64_C(1) << CAP_FOWNER))
		*layers |= SANDBOX_CAPABILITIES;
	*layers |= SANDBOX_USER;	/* keeps its user on purpose: see above */
	if (no_new_privs(layers) && landlock(&root, 1, LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR))
		*layers |= SANDBOX_LANDLOCK;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool built = filter != NULL && ADD(filter, SCMP_ACT_ALLOW, allowed) && ADD(filter, SCMP_ACT_ALLOW, listing) && add_memory(filter) &&
	    add_read_only_open(filter) && seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat2), 0) == 0;
	if (filter == NULL || !load(filter, built)) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "sandbox: the opener's filter could not be set");
		return TRIAGE_E_UNSUPPORTED;
	}
	*layers |= SANDBOX_SECCOMP;
	return TRIAGE_OK;
}

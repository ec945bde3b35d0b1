#include "triage/run/sandbox.h"

#include "triage/base/scoped.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum { NOBODY = 65534, STACK = 16 << 20 };

enum seal { SEAL_OPENING, SEAL_WORKER, SEAL_OPENER, SEAL_COUNT };

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

/* close_range(2), also where the kernel does not have it. */
static bool
close_span(unsigned first, unsigned last)
{
	struct rlimit files;
	if (close_range(first, last, 0) == 0)
		return true;
	if (errno != ENOSYS || getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_max > 1 << 24)
		return false;
	for (unsigned fd = first; fd <= last && fd < files.rlim_max; fd++)
		close((int)fd);
	return true;
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
		if ((unsigned)sorted[i] > next && !close_span(next, (unsigned)sorted[i] - 1))
			return false;
		next = (unsigned)sorted[i] + 1;
	}
	return close_span(next, ~0u);
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
	struct rlimit stack = { STACK, STACK };
	bool ok = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, config->file_bytes) && getrlimit(RLIMIT_STACK, &stack) == 0;
	/* the stack is not in RLIMIT_DATA */
	ok = ok && limit(RLIMIT_STACK, stack.rlim_cur < STACK ? stack.rlim_cur : STACK);
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

/* What a seal does with a call: see sandbox_calls.def. */
enum action {
	KILL, ALLOW, REFUSE,
	READ_ONLY,		/* open() and openat() without a flag that writes, creates or cuts */
	BENEATH,		/* openat2(), whose flags no filter can see: only where Landlock holds it to reading, else as if the kernel had none */
	PLAIN_MEMORY,		/* mmap(): anonymous, private, never executable, and nothing that RLIMIT_DATA would not count */
	NO_EXEC,		/* mprotect() */
	WAIT_WAKE,		/* futex(): the four plain operations */
	CONNECTED,		/* sendto() without an address */
	ASK_LIMIT,		/* prlimit64() that sets nothing */
};

static const struct call {
	int number;		/* negative: this architecture does not have it */
	enum action action[SEAL_COUNT];
} calls[] = {
#define CALL(name, one, two, opener) { SCMP_SYS(name), { one, two, opener } },
#include "triage/run/sandbox_calls.def"
#undef CALL
};

/* One rule: the call is allowed where each of count arguments is as compared. */
static bool
allow_if(scmp_filter_ctx filter, int number, unsigned count, const struct scmp_arg_cmp *args)
{
	int rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, args);
	return rc == 0 || rc == -EEXIST;
}

static bool
add_rule(scmp_filter_ctx filter, int number, enum action action, bool landlocked)
{
	const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
	/* shared memory, and memory that grows down, are not in RLIMIT_DATA; these flags alone may be there or not */
	const uint64_t free_flags = MAP_NORESERVE | MAP_STACK | MAP_FIXED | MAP_FIXED_NOREPLACE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	const struct scmp_arg_cmp memory[] = { SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), SCMP_A3(SCMP_CMP_MASKED_EQ, ~free_flags, flags) };
	const struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), no_address = SCMP_A4(SCMP_CMP_EQ, 0, 0),
	    no_limit = SCMP_A2(SCMP_CMP_EQ, 0, 0), read_at = SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0), read_path = SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0);
	static const uint64_t waits[] = { FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET };
	bool ok = true;
	switch (action) {
	case KILL: return true;
	case ALLOW: return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) == 0;
	case REFUSE: return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), number, 0) == 0;
	case READ_ONLY: return allow_if(filter, number, 1, number == SCMP_SYS(open) ? &read_path : &read_at);
	case BENEATH: return seccomp_rule_add(filter, landlocked ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS), number, 0) == 0;
	case PLAIN_MEMORY: return allow_if(filter, number, 2, memory);
	case NO_EXEC: return allow_if(filter, number, 1, &no_exec);
	case CONNECTED: return allow_if(filter, number, 1, &no_address);
	case ASK_LIMIT: return allow_if(filter, number, 1, &no_limit);
	case WAIT_WAKE: break;
	}
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		const struct scmp_arg_cmp op = SCMP_A1(SCMP_CMP_MASKED_EQ, (uint32_t)~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME), waits[i]);
		ok = ok && allow_if(filter, number, 1, &op);
	}
	return ok;
}

/* Load the filter of a seal. landlocked: Landlock holds every open to reading. */
static bool
filter(enum seal seal, bool landlocked)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool ok = f != NULL;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && ok; i++) {
		if (calls[i].number >= 0)
			ok = add_rule(f, calls[i].number, calls[i].action[seal], landlocked);
	}
	ok = ok && seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
	    seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 && seccomp_load(f) == 0;
	if (f != NULL)
		seccomp_release(f);
	return ok;
}

static bool
no_new_privs(unsigned *layers)
{
	bool ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	*layers |= ok ? SANDBOX_NO_NEW_PRIVS : 0;
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
	if (!capped || !filter(SEAL_OPENING, (*layers & SANDBOX_LANDLOCK) != 0)) {
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
	if (!filter(SEAL_WORKER, false)) {
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
	if (!filter(SEAL_OPENER, (*layers & SANDBOX_LANDLOCK) != 0)) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "sandbox: the opener's filter could not be set");
		return TRIAGE_E_UNSUPPORTED;
	}
	*layers |= SANDBOX_SECCOMP;
	return TRIAGE_OK;
}

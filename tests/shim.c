/*
 * shim.c - for tests, to be preloaded: the n-th call of a class fails in triage and the processes of it that write (not in sealed workers), the disk
 * is full, files are bounded, the clock goes back, or the power is cut.
 *
 * SHIM_FAIL="CLASS ERRNO N once|from"  CLASS: read write sync rename open fork socket memory sqlite. ERRNO: a number; 0: kill -9 at that call
 * SHIM_SPACE=BYTES      after so many bytes written to files: ENOSPC (the write that passes it is short)
 * SHIM_FILE_MAX=BYTES   no file grows beyond: EFBIG, as on FAT32
 * SHIM_CLOCK=N          from the N-th question on, the clock of the day is one day back
 * SHIM_POWER=FOLDER SHIM_BUNDLE=FOLDER  before a kill, every file of the bundle that was written since its last fsync gets the content that it had then
 * SHIM_COUNT=FILE       calls of each class, "class count" a line
 * SHIM_PLACES=FILE SHIM_FRAMES=N  of each allocation its number and what stands for the N calls that lead to it, a line (with SHIM_FAIL="memory ...")
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum class { READ, WRITE, SYNC, RENAME, OPEN, FORK, SOCKET, MEMORY, SQLITE, CLOCK, CLASSES };
static const char *const names[] = { "read", "write", "sync", "rename", "open", "fork", "socket", "memory", "sqlite", "clock" };
static struct shared {
	_Atomic uint64_t count[CLASSES], written;
} *shared;
static bool sealed;		/* this process is a worker: left alone */
static pid_t first;
static unsigned failing = CLASSES;
static int with;
static uint64_t at, space, file_max, clock_at;
static bool from;
static const char *power, *bundle;
static int places = -1;
static unsigned frames;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static uint64_t
number(const char *name)
{
	const char *text = getenv(name);
	return text != NULL ? strtoull(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void
begin(void)
{
	char class[20], how[20];
	unsigned long long n;
	const char *order = getenv("SHIM_FAIL");
	first = getpid();
	space = number("SHIM_SPACE");
	file_max = number("SHIM_FILE_MAX");
	clock_at = number("SHIM_CLOCK");
	power = getenv("SHIM_POWER");
	bundle = getenv("SHIM_BUNDLE");
	if (order != NULL && sscanf(order, "%19s %d %llu %19s", class, &with, &n, how) == 4) {
		at = n;
		from = strcmp(how, "from") == 0;
		for (failing = 0; failing < CLASSES && strcmp(class, names[failing]) != 0;)
			failing++;
	}
	const char *to = getenv("SHIM_PLACES");
	frames = (unsigned)number("SHIM_FRAMES");
	if (to != NULL) {
		void *first_use[4];	/* loads what it needs, which allocates */
		backtrace(first_use, 4);
		places = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	}
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared = p != MAP_FAILED ? p : NULL;
}

__attribute__((destructor)) static void
end(void)
{
	const char *to = getenv("SHIM_COUNT");
	FILE *f = to != NULL && getpid() == first ? fopen(to, "w") : NULL;
	for (unsigned i = 0; f != NULL && i < CLASSES; i++)
		fprintf(f, "%s %llu\n", names[i], (unsigned long long)shared->count[i]);
	if (f != NULL)
		fclose(f);
}

/* --- power: what was not synced is gone --- */

static void
note(char *path, const char *kind, ino_t inode)
{
	sprintf(path, "%s/%s.%llu", power, kind, (unsigned long long)inode);
}

static void
copy(const char *source, const char *target)
{
	char buf[65536];
	int in = (int)syscall(SYS_openat, AT_FDCWD, source, O_RDONLY), out = (int)syscall(SYS_openat, AT_FDCWD, target, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	for (ssize_t n; in >= 0 && (n = syscall(SYS_read, in, buf, sizeof(buf))) > 0;)
		if (syscall(SYS_write, out, buf, n) != n)
			abort();
	syscall(SYS_close, in);
	syscall(SYS_close, out);
}

static void
changed(int fd)
{
	struct stat s;
	char path[4096];
	if (power == NULL || fstat(fd, &s) != 0 || !S_ISREG(s.st_mode))
		return;
	note(path, "dirty", s.st_ino);
	syscall(SYS_close, (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT, 0644));
}

static void
synced(int fd)
{
	struct stat s;
	char path[4096], self[64];
	if (power == NULL || fstat(fd, &s) != 0 || !S_ISREG(s.st_mode))
		return;
	note(path, "synced", s.st_ino);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	copy(self, path);
	note(path, "dirty", s.st_ino);
	unlink(path);
}

static int
lose(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
	char dirty[4096], old[4096];
	(void)ftw;
	if (type != FTW_F || !S_ISREG(s->st_mode))
		return 0;
	note(dirty, "dirty", s->st_ino);
	note(old, "synced", s->st_ino);
	if (access(dirty, F_OK) != 0)
		return 0;
	if (access(old, F_OK) == 0)
		copy(old, path);
	else if (truncate(path, 0) != 0)
		abort();
	return 0;
}

/* --- which call fails --- */

/* Where an allocation is asked for; callers are told apart by their addresses, which all processes of a run share. */
__attribute__((noinline)) static void
tell_place(uint64_t n)
{
	enum { OURS = 3, MOST = 20 };
	void *stack[MOST];
	char line[64];
	static _Thread_local bool within;
	uint64_t hash = UINT64_C(14695981039346656037);
	if (places < 0 || within)
		return;
	within = true;
	int depth = backtrace(stack, (int)(frames + OURS < MOST ? frames + OURS : MOST));
	for (int i = OURS; i < depth; i++)
		hash = (hash ^ (uintptr_t)stack[i]) * UINT64_C(1099511628211);
	int size = snprintf(line, sizeof(line), "%llu %016llx\n", (unsigned long long)n, (unsigned long long)hash);
	if (syscall(SYS_write, places, line, size) != size)
		abort();
	within = false;
}

__attribute__((noinline)) static bool
fails(enum class class)
{
	if (sealed || shared == NULL)
		return false;
	uint64_t n = atomic_fetch_add(&shared->count[class], 1) + 1;
	if (class == MEMORY)
		tell_place(n);
	if (class != failing || (from ? n < at : n != at))
		return false;
	if (with == 0) {
		if (power != NULL)
			nftw(bundle, lose, 16, FTW_PHYS);
		kill(first, SIGKILL);
		syscall(SYS_exit_group, 137);
	}
	errno = with;
	return true;
}

static bool
is_file(int fd)
{
	struct stat s;
	return fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
}

/* Bytes of size that may be written at offset; -1 with errno. */
static ssize_t
room(int fd, size_t size, off_t offset)
{
	if (!is_file(fd) || sealed)
		return (ssize_t)size;
	if (fails(WRITE))
		return -1;
	if (file_max != 0 && (uint64_t)offset + size > file_max) {
		errno = EFBIG;
		return -1;
	}
	if (space != 0) {
		uint64_t before = atomic_fetch_add(&shared->written, size);
		if (before >= space) {
			errno = ENOSPC;
			return -1;
		}
		size = before + size > space ? (size_t)(space - before) : size;
	}
	changed(fd);
	return (ssize_t)size;
}

ssize_t
write(int fd, const void *data, size_t size)
{
	ssize_t n = room(fd, size, lseek(fd, 0, SEEK_CUR));
	return n < 0 ? -1 : syscall(SYS_write, fd, data, n);
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	ssize_t n = room(fd, size, offset);
	return n < 0 ? -1 : syscall(SYS_pwrite64, fd, data, n, offset);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) { return pwrite64(fd, data, size, offset); }

int
ftruncate64(int fd, off64_t size)
{
	if (is_file(fd) && fails(WRITE))
		return -1;
	changed(fd);
	return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

ssize_t read(int fd, void *data, size_t size) { return is_file(fd) && fails(READ) ? -1 : syscall(SYS_read, fd, data, size); }
ssize_t pread64(int fd, void *data, size_t size, off64_t at_) { return fails(READ) ? -1 : syscall(SYS_pread64, fd, data, size, at_); }
ssize_t pread(int fd, void *data, size_t size, off_t at_) { return pread64(fd, data, size, at_); }

int
fsync(int fd)
{
	if (fails(SYNC))
		return -1;
	synced(fd);
	return 0;	/* the disk under the test need not be waited for */
}

int fdatasync(int fd) { return fsync(fd); }
int rename(const char *a, const char *b) { return fails(RENAME) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 0); }
int renameat2(int x, const char *a, int y, const char *b, unsigned flags) { return fails(RENAME) ? -1 : (int)syscall(SYS_renameat2, x, a, y, b, flags); }
int unlink(const char *path) { return fails(RENAME) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0); }

static int
open_as(int folder, const char *path, int flags, mode_t mode)
{
	bool writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 && strncmp(path, "/dev/", 5) != 0;
	return writes && fails(OPEN) ? -1 : (int)syscall(SYS_openat, folder, path, flags, mode);
}
#define MODE(last) va_list list; va_start(list, last); mode_t mode = (last & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0; va_end(list)
int open64(const char *path, int flags, ...) { MODE(flags); return open_as(AT_FDCWD, path, flags, mode); }
int open(const char *path, int flags, ...) { MODE(flags); return open_as(AT_FDCWD, path, flags, mode); }
int openat64(int f, const char *path, int flags, ...) { MODE(flags); return open_as(f, path, flags, mode); }
int openat(int f, const char *path, int flags, ...) { MODE(flags); return open_as(f, path, flags, mode); }
int mkdir(const char *path, mode_t mode) { return fails(OPEN) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode); }

pid_t fork(void) { return fails(FORK) ? -1 : NEXT(fork)(); }
int socketpair(int a, int b, int c, int d[2]) { return fails(SOCKET) ? -1 : (int)syscall(SYS_socketpair, a, b, c, d); }
/* the first thing that a worker or opener does is to close what it should not have */
int
close_range(unsigned a, unsigned b, int flags)
{
	sealed = true;
	return (int)syscall(SYS_close_range, a, b, flags);
}

struct sqlite3_stmt;
int
sqlite3_step(struct sqlite3_stmt *s)
{
	static int (*next)(struct sqlite3_stmt *);
	if (next == NULL)
		next = (int (*)(struct sqlite3_stmt *))(uintptr_t)dlsym(RTLD_NEXT, "sqlite3_step");
	return fails(SQLITE) ? (errno == ENOMEM ? 7 : errno == ENOSPC ? 13 : 10) : next(s);
}

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *malloc(size_t n) { return failing == MEMORY && fails(MEMORY) ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t m) { return failing == MEMORY && fails(MEMORY) ? NULL : __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { return failing == MEMORY && fails(MEMORY) ? NULL : __libc_realloc(p, n); }

int
clock_gettime(clockid_t id, struct timespec *t)
{
	static int (*next)(clockid_t, struct timespec *);
	if (next == NULL)
		next = NEXT(clock_gettime);
	int rc = next(id, t);
	if (id == CLOCK_REALTIME && clock_at != 0 && shared != NULL && !sealed && atomic_fetch_add(&shared->count[CLOCK], 1) + 1 >= clock_at)
		t->tv_sec -= 86400;
	return rc;
}

/*
 * shared.c - linked into what is built to measure coverage (FLAVOUR=cov): the counters of gcov lie in memory that all children share. Workers end with _exit() in
 * their seals and could write no file; so what they reach is in the counts that the first process writes at its end.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

extern char coverage_begin[], coverage_end[];	/* counters.ld */

__attribute__((constructor)) static void
share(void)
{
	size_t size = (size_t)(coverage_end - coverage_begin);
	void *there = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (there == MAP_FAILED)
		return;
	memcpy(there, coverage_begin, size);
	mremap(there, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, coverage_begin);
}

/* That of the library sets the counts of the child back, which here are everybody's. */
pid_t __gcov_fork(void);
pid_t
__gcov_fork(void)
{
	return fork();
}

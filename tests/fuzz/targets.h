/*
 * targets.h - the fuzz targets: one function each, called by libFuzzer (tests/fuzz/run.sh) and by tests/test_replay.c.
 *
 * A target takes any bytes, gives 0, and stops the process with a line on stderr when a promise of the code does not hold.
 */
#ifndef TRIAGE_TESTS_FUZZ_TARGETS_H
#define TRIAGE_TESTS_FUZZ_TARGETS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TARGET(name) int fuzz_one_##name(const uint8_t *data, size_t size);
#include "tests/fuzz/targets.def"
#undef TARGET

struct fuzz_target {
	const char *name;
	int (*one)(const uint8_t *data, size_t size);
};

/* A promise of the code under test. */
#define FUZZ_NEED(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #holds); \
			abort(); \
		} \
	} while (0)

/* At the foot of each fuzz_*.c: the entry that libFuzzer wants; nothing in the replay. */
#ifdef FUZZ_REPLAY
#define FUZZ_MAIN(name)
#else
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#define FUZZ_MAIN(name) \
	int \
	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) \
	{ \
		return fuzz_one_##name(data, size); \
	}
#endif

/* A copy that ends where its allocation ends, so that one byte read too far is seen. Free it. */
static inline uint8_t *
fuzz_copy(const void *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	FUZZ_NEED(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

/* The bytes as text that ends with NUL. Free it. */
static inline char *
fuzz_text(const void *data, size_t size)
{
	char *text = malloc(size + 1);
	FUZZ_NEED(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* A nameless file that holds the bytes, and a path by which it can be opened. Close what comes back. */
enum { FUZZ_PATH = 40 };
static inline int
fuzz_file(const void *data, size_t size, char path[FUZZ_PATH])
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	FUZZ_NEED(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	snprintf(path, FUZZ_PATH, "/proc/self/fd/%d", fd);
	return fd;
}

/* A folder of this process's own, the same at each call. What is put into it is the caller's to take away; it goes itself when the process ends. */
static char fuzz_folder_made[FUZZ_PATH];
static inline void
fuzz_folder_gone(void)
{
	static const char *const left[] = { "case.db", "out" };
	char path[FUZZ_PATH + 10];
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", fuzz_folder_made, left[i]);
		unlink(path);
	}
	rmdir(fuzz_folder_made);
}

static inline void
fuzz_folder(char path[FUZZ_PATH])
{
	if (fuzz_folder_made[0] == '\0') {
		snprintf(fuzz_folder_made, FUZZ_PATH, "%s/triage-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		FUZZ_NEED(mkdtemp(fuzz_folder_made) != NULL && atexit(fuzz_folder_gone) == 0);
	}
	memcpy(path, fuzz_folder_made, FUZZ_PATH);
}

/* False when there can be no file of this name. */
static inline bool
fuzz_write(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	FUZZ_NEED(size == 0 || write(fd, data, size) == (ssize_t)size);
	close(fd);
	return true;
}

/* The rules of this tree. */
static inline const char *
fuzz_rules(void)
{
	static char path[4096];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/rules", root != NULL ? root : ".");
	return path;
}

#endif

/*
 * test_bag_nth.c - the n-th call fails, for every n, while a bundle is sealed, put one more file into, and verified. Calls and allocations of our own code go through
 * this file. The bundle is sealed and whole, or does not look sealed; a verification of which a call failed never says that all is well.
 */
#include "tests/bundle_make.h"

#include "triage/report/later.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>

static long at, calls;		/* which of them fails, 0: none; how many there were */
static bool from_there;		/* and all after it */

static bool
fails(int error)
{
	if (at == 0 || (++calls != at && !(from_there && calls > at)))
		return false;
	errno = error;
	return true;
}

#define PASS(name) \
	static __typeof__(&name) next; \
	next = next != NULL ? next : (__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name)

void *
realloc(void *p, size_t size)
{
	PASS(realloc);
	return fails(ENOMEM) ? NULL : next(p, size);
}

void *
reallocarray(void *p, size_t count, size_t size)
{
	return realloc(p, count * size);
}

char *
strdup(const char *text)
{
	return strndup(text, strlen(text));
}

char *
strndup(const char *text, size_t size)
{
	size = strnlen(text, size);
	char *copy = realloc(NULL, size + 1);
	return copy != NULL ? memcpy(copy, text, size), copy[size] = '\0', copy : NULL;
}

void *
malloc(size_t size)
{
	PASS(malloc);
	return fails(ENOMEM) ? NULL : next(size);
}

int
open(const char *path, int flags, ...)
{
	va_list list;
	va_start(list, flags);
	mode_t mode = (flags & O_CREAT) != 0 ? va_arg(list, mode_t) : 0;
	va_end(list);
	return fails(EIO) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

DIR *
fdopendir(int fd)
{
	PASS(fdopendir);
	return fails(ENOMEM) ? NULL : next(fd);
}

struct dirent *
readdir(DIR *dir)
{
	static struct dirent *(*next)(DIR *);
	next = next != NULL ? next : (struct dirent * (*)(DIR *))(uintptr_t)dlsym(RTLD_NEXT, "readdir64");
	return fails(EIO) ? NULL : next(dir);
}

int
fstatat(int fd, const char *path, struct stat *to, int flags)
{
	return fails(EIO) ? -1 : (int)syscall(SYS_newfstatat, fd, path, to, flags);
}

int
fstat(int fd, struct stat *to)
{
	return fails(EIO) ? -1 : (int)syscall(SYS_newfstatat, fd, "", to, AT_EMPTY_PATH);
}

ssize_t
read(int fd, void *data, size_t size)
{
	return fails(EIO) ? -1 : syscall(SYS_read, fd, data, size);
}

ssize_t
write(int fd, const void *data, size_t size)
{
	return fails(ENOSPC) ? -1 : syscall(SYS_write, fd, data, size);
}

int
fsync(int fd)
{
	(void)fd;
	return fails(EIO) ? -1 : 0;
}

int
rename(const char *a, const char *b)
{
	return fails(EIO) ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 0);
}

int
renameat2(int x, const char *a, int y, const char *b, unsigned flags)
{
	return fails(EIO) ? -1 : (int)syscall(SYS_renameat2, x, a, y, b, flags);
}

int
unlink(const char *path)
{
	return fails(EROFS) ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

/* act() with the n-th call failing. False: there were fewer. */
static bool
tried(enum triage_status (*act)(struct triage_error *), long n, bool all_after, enum triage_status *ret_status, struct triage_error *ret_why)
{
	*ret_why = (struct triage_error){ 0 };
	at = n;
	calls = 0;
	from_there = all_after;
	*ret_status = act(ret_why);
	at = 0;
	return calls >= n;
}

static enum triage_status
seal_it(struct triage_error *ret_why)
{
	char seal[65];
	return bag_seal(path_in(""), &info, seal, ret_why);
}

static void
a_seal_of_which_the_nth_call_fails_is_whole_or_is_none(void **state)
{
	enum triage_status st;
	struct triage_error why;
	long n = 1, refused = 0;
	(void)state;
	for (int all_after = 0; all_after < 2; all_after++)
		for (n = 1; tried(seal_it, n, all_after, &st, &why); n++) {
			if (st != TRIAGE_OK && (why.text[0] == '\0' || (st == TRIAGE_E_IO && why.sys_errno == 0)))
				fail_msg("call %ld: refused without a cause: %s", n, why.text);
			if (access(path_in(BAG_MANIFEST), F_OK) == 0 ? !is_intact() : st == TRIAGE_OK)
				fail_msg("call %ld: half a seal, status %d", n, st);
			refused += st != TRIAGE_OK;
		}
	assert_true(n > 60 && refused > 120);
	assert_status(TRIAGE_OK, seal_it(&err));
	assert_true(is_intact());
}

static enum triage_status
put_it(struct triage_error *ret_why)
{
	return bag_put(path_in(""), "later.json", "{}", 2, ret_why);
}

static void
one_more_file_of_which_the_nth_call_fails_is_whole_or_is_not_there(void **state)
{
	enum triage_status st;
	struct triage_error why;
	struct stat there;
	long n = 1;
	(void)state;
	for (; tried(put_it, n, false, &st, &why); n++) {
		bool found = stat(path_in("later.json"), &there) == 0;
		if (found ? there.st_size != 2 : st == TRIAGE_OK || why.text[0] == '\0')
			fail_msg("call %ld: status %d: %s", n, st, why.text);
		unlink(path_in("later.json"));
	}
	assert_true(n > 8);
	assert_int_equal(stat(path_in("later.json"), &there), 0);
}

static void
a_verification_of_which_the_nth_call_fails_does_not_say_that_all_is_well(void **state)
{
	enum triage_status st;
	struct triage_error why;
	long n = 1, well = 0;
	struct later_end end;
	static const struct later_member members[] = { { "from", "J. Peeters" }, { "to", "A. de Vries" }, { NULL, NULL } };
	(void)state;
	assert_status(TRIAGE_OK, seal_it(&err));
	assert_status(TRIAGE_OK, later_walk(path_in(""), &end, NULL, NULL, &err));
	assert_status(TRIAGE_OK, later_add(path_in(""), &end, "J. Peeters", "handed-over", members, NULL, &err));
	assert_true(is_intact());
	for (; tried(verified, n, false, &st, &why); n++) {
		if (st == TRIAGE_OK)
			print_message("call %ld fails, and all is well\n", n);
		well += st == TRIAGE_OK;
	}
	assert_true(n > 100);
	assert_number_equal(well, 0);
}

static void
lists_and_small_files_have_an_end(void **state)
{
	(void)state;
	struct bag_list list = { .count = BAG_FILES_MAX };
	struct bag_file *file;
	assert_status(TRIAGE_E_LIMIT, bag_list_add(&list, "a", 1, &file, &err));
	list = (struct bag_list){ .folder_count = BAG_FILES_MAX };
	assert_status(TRIAGE_E_LIMIT, bag_list_folder(&list, path_in(""), "data", true, &err));
	SCOPED_BUF text;
	buf_init(&text, 1 << 16);
	write_whole(path_in("small"), "12345", 5);
	assert_status(TRIAGE_E_LIMIT, bag_read(path_in(""), "small", 4, &text, &err));
	assert_status(TRIAGE_E_LIMIT, bag_read(path_in(""), "data", 100, &text, &err));	/* no file */
	assert_status(TRIAGE_OK, bag_read(path_in(""), "small", 5, &text, &err));
	assert_string_equal(buf_cstr(&text), "12345");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_seal_of_which_the_nth_call_fails_is_whole_or_is_none, begin_bundle, end_bundle),
		cmocka_unit_test_setup_teardown(one_more_file_of_which_the_nth_call_fails_is_whole_or_is_not_there, begin_bundle, end_bundle),
		cmocka_unit_test_setup_teardown(a_verification_of_which_the_nth_call_fails_does_not_say_that_all_is_well, begin_bundle, end_bundle),
		cmocka_unit_test_setup_teardown(lists_and_small_files_have_an_end, begin_bundle, end_bundle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* harness.h - cmocka in the order that it wants its headers, decimal comparisons, calls that must succeed. */
#ifndef TRIAGE_TESTS_HARNESS_H
#define TRIAGE_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A call whose last argument is &err. */
#define assert_ok(call) \
	do { \
		struct triage_error err = { 0 }; \
		enum triage_status st_ = (call); \
		if (st_ != TRIAGE_OK) \
			fail_msg("%s: %d: %s", #call, st_, err.text); \
	} while (0)

#define assert_number_equal(got, want) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (got_ != want_) \
			fail_msg("%s is %lld, not %lld", #got, got_, want_); \
	} while (0)

/* Path of a file under fixtures/, whatever folder the test runs in. */
static inline const char *
fixture(const char *name)
{
	static char path[4096];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/fixtures/%s", root != NULL ? root : ".", name);
	return path;
}

#endif

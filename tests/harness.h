/* harness.h - cmocka in the order that it wants its headers, and decimal comparisons. */
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

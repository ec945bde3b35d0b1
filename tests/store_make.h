/* store_make.h - a journal for tests: its next units, and opened again as after a run that was killed. */
#ifndef TRIAGE_TESTS_STORE_MAKE_H
#define TRIAGE_TESTS_STORE_MAKE_H

#include "tests/case_make.h"

static inline size_t
next_units(struct made *m, struct case_unit *units, size_t max)
{
	const struct case_unit after = { 0 };
	size_t count = 0;
	assert_ok(case_next_units(m->store, &after, max, units, &count, &err));
	return count;
}

static inline void
release_units(struct case_unit *units, size_t count)
{
	for (size_t i = 0; i < count; i++)
		case_unit_release(&units[i]);
}

static inline void
reopen(struct made *m)
{
	case_close(m->store);
	m->store = NULL;
	assert_ok(case_resume(m->journal, &m->store, &err));
}

#endif

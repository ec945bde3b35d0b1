/*
 * fault.h - fail the n-th call, for the torture tests. In a build without -DTRIAGE_FAULT nothing of it remains.
 *
 * TRIAGE_FAULT_AT=N in the environment makes the N-th fault_hit() (counted from 1) return true once;
 * TRIAGE_FAULT_FROM=N makes it and all later ones true. With TRIAGE_FAULT_COUNT=FILE nothing fails and the number
 * of hits is written to FILE at exit.
 */
#ifndef TRIAGE_BASE_FAULT_H
#define TRIAGE_BASE_FAULT_H

#include <stdbool.h>

#ifdef TRIAGE_FAULT
bool fault_hit(void);
#else
static inline bool
fault_hit(void)
{
	return false;
}
#endif

#endif

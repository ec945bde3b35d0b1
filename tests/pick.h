/*
 * pick.h - numbers that look as if drawn by lot and are the same in every run, for tests and measurements.
 */
#ifndef TRIAGE_TESTS_PICK_H
#define TRIAGE_TESTS_PICK_H

#include <stdint.h>

#define PICK_START UINT64_C(88172645463325252)

static uint64_t pick_seed = PICK_START;	/* set it to PICK_START to draw the same again */

/* 0 to below - 1. */
static inline unsigned
pick(unsigned below)
{
	pick_seed ^= pick_seed << 13;
	pick_seed ^= pick_seed >> 7;
	pick_seed ^= pick_seed << 17;
	return (unsigned)(pick_seed >> 33) % below;
}

#endif

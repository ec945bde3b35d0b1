/*
 * glob.h - shell patterns over names, case-insensitive for ASCII. '*' any run without '/', '?' one character without
 * '/', '[a-f0-9]' and '[!...]' sets, '**' any run with '/'. No backtracking blow-up: linear in pattern times text.
 */
#ifndef TRIAGE_BASE_GLOB_H
#define TRIAGE_BASE_GLOB_H

#include <stdbool.h>

bool glob_match(const char *pattern, const char *text);

#endif

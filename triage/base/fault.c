#include "triage/base/fault.h"

#ifdef TRIAGE_FAULT
#include <stdio.h>
#include <stdlib.h>

static unsigned long hits;

static unsigned long
number_of(const char *name)
{
	const char *text = getenv(name);
	return text != NULL ? strtoul(text, NULL, 10) : 0;
}

bool
fault_hit(void)
{
	hits++;
	const char *count = getenv("TRIAGE_FAULT_COUNT");
	if (count != NULL) {
		FILE *f = fopen(count, "we");
		if (f != NULL) {
			fprintf(f, "%lu\n", hits);
			fclose(f);
		}
		return false;
	}
	unsigned long from = number_of("TRIAGE_FAULT_FROM");
	return hits == number_of("TRIAGE_FAULT_AT") || (from != 0 && hits >= from);
}
#else
typedef int fault_is_off;	/* ISO C wants one declaration in a file */
#endif

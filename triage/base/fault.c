#include "triage/base/fault.h"

#ifdef TRIAGE_FAULT
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static unsigned long hits;
static pid_t first_pid;

static unsigned long
number_of(const char *name)
{
	const char *text = getenv(name);
	return text != NULL ? strtoul(text, NULL, 10) : 0;
}

bool
fault_hit(void)
{
	/* forked workers go on from the count of their parent, but may not write files */
	if (first_pid == 0)
		first_pid = getpid();
	hits++;
	const char *count = getenv("TRIAGE_FAULT_COUNT");
	if (count != NULL) {
		FILE *f = getpid() == first_pid ? fopen(count, "we") : NULL;
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

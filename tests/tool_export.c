/*
 * tool_export.c - tool_export CASE.db FOLDER [NAME...]: the exporters so named (none: all that write into a bundle) over a case, one after the other; prints the
 * seconds of each by the clock and by the processor, the bytes, and the most memory.
 */
#include "triage/base/digest.h"
#include "triage/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double
wall(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double
cpu(struct rusage *u)
{
	getrusage(RUSAGE_SELF, u);
	return (double)u->ru_utime.tv_sec + (double)u->ru_stime.tv_sec + 1e-6 * (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

static bool
wanted(const struct exporter *x, char **names, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], x->name) == 0)
			return true;
	return count == 0 && !x->beside;
}

int
main(int argc, char **argv)
{
	struct triage_error err = { 0 };
	struct case_reader *reader = NULL;
	struct rusage u;
	const struct report_options options = { .lang = "en", .timezone = "Europe/Brussels", .from = TRIAGE_TIME_NONE, .to = TRIAGE_TIME_NONE, .rules_dir = "" };
	if (argc < 3)
		return 2;
	enum triage_status st = digest_setup(&err);
	if (st == TRIAGE_OK)
		st = case_open(argv[1], &reader, &err);
	for (size_t i = 0; i < exporter_count() && st == TRIAGE_OK; i++) {
		const struct exporter *x = exporter_at(i);
		if (!wanted(x, argv + 3, argc - 3))
			continue;
		bool both = x->pair != NULL && wanted(x->pair, argv + 3, argc - 3), written = false;
		for (size_t k = 0; k < i; k++)
			written = written || (exporter_at(k)->pair == x && wanted(exporter_at(k), argv + 3, argc - 3));
		if (written)
			continue;
		double w = wall(), c = cpu(&u);
		st = (both ? report_export_pair : report_export)(x, reader, &options, argv[2], &err);
		double c2 = cpu(&u);
		printf("%-18s %6.1f s, %6.1f s of processor, %ld MiB\n", x->name, wall() - w, c2 - c, u.ru_maxrss >> 10);
		fflush(stdout);
	}
	case_reader_close(reader);
	if (st != TRIAGE_OK)
		fprintf(stderr, "%s\n", err.text);
	return st != TRIAGE_OK;
}

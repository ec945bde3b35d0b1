/* syslog_line.h - one line of a system log taken apart: RFC 3164, RFC 5424, and the forms that syslog daemons write to files. */
#ifndef TRIAGE_ARTEFACT_SYSLOG_LINE_H
#define TRIAGE_ARTEFACT_SYSLOG_LINE_H

#include "triage/artefact/log_line.h"

struct syslog_line {
	struct log_time time;
	int priority;			/* -1 when not written */
	char host[256], program[256], pid[32], level[32], msgid[64];
	char facility[64], api[64], caller[64];	/* of macOS */
	const char *structured, *text;	/* borrowed from the line; structured is ended by structured_size */
	size_t structured_size;
	bool tagged;			/* PROGRAM: or PROGRAM[PID]: stands in it */
};

/* False when the line does not begin with a date of these forms. */
bool syslog_line_read(const char *line, struct syslog_line *ret);
/* The date alone, for the search for the year. */
bool syslog_line_date(const char *line, struct log_time *t);
const char *syslog_facility(int priority);
const char *syslog_severity(int priority);

#endif

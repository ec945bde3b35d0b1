/* log_front.h - the moment with which a line of a log of any program begins, in the forms that programs use without a standard. */
#ifndef TRIAGE_ARTEFACT_LOG_FRONT_H
#define TRIAGE_ARTEFACT_LOG_FRONT_H

#include "triage/artefact/log_line.h"

enum { LOG_FRONT_TAG = 40 };		/* bytes that may stand before a date: a level, a component in brackets */

/*
 * A date as log_line.h reads them (with a year), in brackets or not, at the front of the line or behind a tag of at most LOG_FRONT_TAG bytes; "time=" or "t=" and a
 * date (logfmt); an object of JSON in one line with a member time, timestamp, @timestamp, ts, t, date, datetime, asctime or eventTime that is a date or seconds or milliseconds since
 * 1970. *p moves behind the date, for JSON and logfmt not at all. False when the line has none.
 */
bool log_front(const char **p, struct log_time *t);

#endif

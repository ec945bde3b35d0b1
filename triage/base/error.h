/* error.h - filling struct triage_error. */
#ifndef TRIAGE_BASE_ERROR_H
#define TRIAGE_BASE_ERROR_H

#include <triage/error.h>

#define WARN_UNUSED __attribute__((warn_unused_result))

/*
 * Fill err. Keeps errno's value at the time of the call in sys_errno when status is TRIAGE_E_IO and appends
 * its text. offset: bytes, or TRIAGE_NO_OFFSET. err may be NULL. Always write
 *     triage_error_set(err, TRIAGE_E_X, ...);
 *     return TRIAGE_E_X;
 */
void triage_error_set(struct triage_error *err, enum triage_status status, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif

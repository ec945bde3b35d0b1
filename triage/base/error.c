#include "triage/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
triage_error_set(struct triage_error *err, enum triage_status status, uint64_t offset, const char *format, ...)
{
	int saved = errno;
	if (err == NULL)
		return;
	err->status = status;
	err->sys_errno = status == TRIAGE_E_IO ? saved : 0;
	err->offset = offset;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (n < 0)
		err->text[0] = '\0';
	if (err->sys_errno != 0 && n > 0 && (size_t)n < sizeof(err->text)) {
		char reason[96];
		/* strerrordesc_np neither allocates nor depends on the locale */
		const char *text = strerrordesc_np(saved);
		snprintf(reason, sizeof(reason), ": %s", text != NULL ? text : "unknown error");
		strncat(err->text, reason, sizeof(err->text) - strlen(err->text) - 1);
	}
	for (char *p = err->text; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	errno = saved;
}

/*
 * border.h - what a worker may say, and when. The worker may have been taken over by what it reads: a frame that is out of turn, too long or one too
 * many costs it its life and the object that it is at, and nothing else.
 */
#ifndef TRIAGE_RUN_BORDER_H
#define TRIAGE_RUN_BORDER_H

#include "triage/run/crew.h"

#define BORDER_NOT_ALLOWED "it sent a message that its task does not allow"
#define BORDER_TOO_MUCH "it sent more than its task may"

/* NULL: the frame may be looked at; *ret_job is the index of its job, untouched before READY. Else why the worker is not believed any more. Counts. */
const char *border_refuses(struct crew_worker *w, const struct wire_frame *frame, size_t *ret_job);

#endif

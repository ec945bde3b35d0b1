/* work.h - the folder work/ of a bundle, which is there until the bundle is sealed. */
#ifndef TRIAGE_RUN_WORK_H
#define TRIAGE_RUN_WORK_H

#include <triage/error.h>

/* Remove the folder and what a run keeps in it; what is gone already is no error. E_IO: something cannot be removed, or is not of a run. */
enum triage_status work_clear(const char *work, struct triage_error *err);

#endif

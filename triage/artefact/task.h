/* task.h - the two forms of scheduled tasks, joined by one row. */
#ifndef TRIAGE_ARTEFACT_TASK_H
#define TRIAGE_ARTEFACT_TASK_H

#include "triage/artefact/artefact.h"

bool task_xml_is(struct view head);
WARN_UNUSED enum triage_status task_xml_parse(struct artefact *a, struct view all, struct triage_error *err);

bool task_job_is(struct view head, uint64_t size);
WARN_UNUSED enum triage_status task_job_parse(struct artefact *a, struct view all, struct triage_error *err);

#endif

/* intake_inside.h - shared by the files that take what workers say. */
#ifndef TRIAGE_RUN_INTAKE_INSIDE_H
#define TRIAGE_RUN_INTAKE_INSIDE_H

#include "triage/run/extract.h"

/* The filesystem of a list job, or NULL. */
struct run_filesystem *intake_filesystem(struct supervisor *s, uint64_t id);
/* The archive's member in work, if any, is given up; its rows go with those of the archive. */
void intake_forget_member(struct crew_job *job);
/* A listing ended with st; text: why not well. False with err when the journal cannot be written. */
bool intake_list_done(struct supervisor *s, struct crew_job *job, enum triage_status st, const char *text, struct triage_error *err);

/* intake_layers.c: containers, volumes, filesystems. */
bool intake_evidence(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
bool intake_volume(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
bool intake_filesystem_found(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
/* Hostile text (labels, descriptions, messages) is kept in its harmless form, in store. False with err when there is no memory for it. */
bool intake_harmless(const char **text, char *store, size_t size, struct triage_error *err);

/* intake_events.c: what artefact parsers tell. */
bool intake_event(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
bool intake_fact(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
/* The result of a job comes that was done for the bytes alone: say so, and which parser had it before, where that is known. */
bool intake_not_parsed(struct supervisor *s, struct crew_job *job, struct triage_error *err);
bool intake_artefact(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);

#endif

/* collections.h - evidence that a collector took off a machine: its paths become those of the machine. See collection.h. */
#ifndef TRIAGE_RUN_COLLECTIONS_H
#define TRIAGE_RUN_COLLECTIONS_H

#include "triage/run/supervisor.h"

struct case_sealer;

/* After the listing: recognise collections among the folders that were given, and give their files the paths of the machine. */
WARN_UNUSED enum triage_status collections_find(struct supervisor *s, struct triage_error *err);
/* A member of an archive that was given: path, "/FILE!/NAME", becomes that of the machine. */
void collections_member(struct supervisor *s, const struct crew_job *job, struct buf *path);
/* An archive that was given has been read, and its result comes next. */
WARN_UNUSED enum triage_status collections_archive_done(struct supervisor *s, const struct crew_job *job, struct triage_error *err);
/* What collectors' own logs say goes to the custody text, a record for each log. */
WARN_UNUSED enum triage_status collections_logs(struct supervisor *s, struct triage_error *err);
/* A row for each collection. */
WARN_UNUSED enum triage_status collections_cover(struct supervisor *s, struct case_sealer *z, struct triage_error *err);

#endif

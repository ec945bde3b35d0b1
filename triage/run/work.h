/* work.h - the folder work/ of a bundle, which is there until the bundle is sealed. */
#ifndef TRIAGE_RUN_WORK_H
#define TRIAGE_RUN_WORK_H

#include <triage/error.h>

/* Remove the folder and what a run keeps in it; what is gone already is no error. E_IO: something cannot be removed, or is not of a run. */
enum triage_status work_clear(const char *work, struct triage_error *err);

/*
 * A commit over two files at once (the journal, and what a part keeps of it) has a super-journal beside the journal, "journal.db-mj" and digits
 * (https://www.sqlite.org/tempfiles.html, 2.3). A run that is killed in that moment may leave it. To be called when the journal is closed, or gone.
 */
void work_forget_super_journals(const char *work);

#endif

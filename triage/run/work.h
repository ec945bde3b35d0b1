/* work.h - the folder work/ of a bundle, which is there until the bundle is sealed. */
#ifndef TRIAGE_RUN_WORK_H
#define TRIAGE_RUN_WORK_H

#include <triage/error.h>

/* Remove the folder and what a run keeps in it; what is gone already is no error. E_IO: something cannot be removed, or is not of a run. */
enum triage_status work_clear(const char *work, struct triage_error *err);

/*
 * What a run that is killed in one moment leaves, and no later one uses: the super-journal of a commit over two files at once (the journal, and what a part keeps
 * of it), "journal.db-mj" and digits; temporary files of SQLite (https://www.sqlite.org/tempfiles.html) and of digests that are being sorted, which lose their
 * names as soon as they are open. To be called when the journal is closed, or gone.
 */
void work_forget_leftovers(const char *work);

#endif

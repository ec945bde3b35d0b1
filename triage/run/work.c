/* work.c - clears work/ away. The journal goes first: a run that is cut off after that has left a sealed bundle, and triage_tidy() does the rest. */
#include "triage/run/work.h"

#include "triage/base/error.h"
#include <triage/run.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
work_forget_leftovers(const char *work)
{
	static const char *const fronts[] = { "journal.db-mj", "etilqs_", ".hashset-" };
	DIR *dir = opendir(work);
	char path[4500];
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;)
		for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++)
			if (strncmp(e->d_name, fronts[i], strlen(fronts[i])) == 0 && snprintf(path, sizeof(path), "%s/%s", work, e->d_name) < (int)sizeof(path))
				(void)unlink(path);
	if (dir != NULL)
		closedir(dir);
}

enum triage_status
work_clear(const char *work, struct triage_error *err)
{
	static const char *const names[] = { "journal.db", "journal.db-journal", "arguments" };
	char path[4500];
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", work, names[i]);
		if (unlink(path) != 0 && errno != ENOENT) {
			triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot remove %s", path);
			return TRIAGE_E_IO;
		}
	}
	work_forget_leftovers(work);
	if (rmdir(work) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot remove %s", work);
		return TRIAGE_E_IO;
	}
	return TRIAGE_OK;
}

enum triage_status
triage_tidy(const char *bundle, struct triage_error *err)
{
	char work[4300], path[4500];
	struct stat info;
	snprintf(work, sizeof(work), "%s/work", bundle);
	snprintf(path, sizeof(path), "%s/journal.db", work);
	if (lstat(work, &info) != 0 || !S_ISDIR(info.st_mode) || lstat(path, &info) == 0)
		return TRIAGE_END;
	snprintf(path, sizeof(path), "%s/tagmanifest-sha256.txt", bundle);
	return lstat(path, &info) == 0 ? work_clear(work, err) : TRIAGE_END;
}

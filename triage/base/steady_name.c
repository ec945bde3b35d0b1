/* steady_name.c - names of disks that outlive a restart. */
#include "triage/base/steady_name.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const char *
steady_name(const char *folder, const char *path, char room[PATH_MAX])
{
	struct stat device, there;
	if (stat(path, &device) != 0 || !S_ISBLK(device.st_mode))
		return path;
	DIR *links = opendir(folder);
	if (links == NULL)
		return path;
	char best[NAME_MAX + 1] = "";
	for (const struct dirent *link; (link = readdir(links)) != NULL;) {
		if (link->d_name[0] == '.' || (best[0] != '\0' && strcmp(link->d_name, best) >= 0) || fstatat(dirfd(links), link->d_name, &there, 0) != 0)
			continue;
		if (S_ISBLK(there.st_mode) && there.st_rdev == device.st_rdev)
			snprintf(best, sizeof(best), "%s", link->d_name);
	}
	closedir(links);
	if (best[0] == '\0' || (size_t)snprintf(room, PATH_MAX, "%s/%s", folder, best) >= PATH_MAX)
		return path;
	return room;
}

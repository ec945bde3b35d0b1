#include "triage/guided/mounts.h"

#include "triage/base/scoped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOUNTS_MAX = 4096 };

/* \040 and its like, in place. */
static void
undo_octal(char *text)
{
	char *out = text;
	for (const char *p = text; *p != '\0';) {
		if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' && p[3] >= '0' && p[3] <= '7') {
			*out++ = (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0'));
			p += 4;
		} else {
			*out++ = *p++;
		}
	}
	*out = '\0';
}

static bool
has_word(const char *list, const char *word)
{
	size_t length = strlen(word);
	for (const char *p = list; p != NULL; p = strchr(p, ','), p = p != NULL ? p + 1 : NULL)
		if (strncmp(p, word, length) == 0 && (p[length] == ',' || p[length] == '\0'))
			return true;
	return false;
}

/* "36 35 98:0 /root /point rw,noatime [tags] - type source rw,errors=continue" */
static bool
parse(const char *line, struct guided_mount *m)
{
	char options[512], above[512];
	const char *tail = strstr(line, " - ");
	if (tail == NULL)
		return false;
	if (sscanf(line, "%*u %*u %u:%u %*s %1023s %511s", &m->major, &m->minor, m->point, options) != 4 ||
	    sscanf(tail + 3, "%31s %255s %511s", m->type, m->source, above) != 3)
		return false;
	undo_octal(m->point);
	undo_octal(m->source);
	m->read_only = has_word(options, "ro") || has_word(above, "ro");
	return true;
}

enum triage_status
guided_mounts_read(const char *root, struct guided_mounts *ret_mounts, struct triage_error *err)
{
	char path[4096];
	SCOPED_FREE char *line = NULL;
	size_t room = 0;
	struct guided_mounts found = { 0 };
	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	SCOPED_FILE file = fopen(path, "re");
	while (file != NULL && found.count < MOUNTS_MAX && getline(&line, &room, file) > 0) {
		struct guided_mount m;
		if (!parse(line, &m))
			continue;
		void *grown = reallocarray(found.items, found.count + 1, sizeof(*found.items));
		if (grown == NULL) {
			guided_mounts_release(&found);
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the table of mounts");
			return TRIAGE_E_MEMORY;
		}
		found.items = grown;
		found.items[found.count++] = m;
	}
	*ret_mounts = found;
	return TRIAGE_OK;
}

void
guided_mounts_release(struct guided_mounts *mounts)
{
	free(mounts->items);
	*mounts = (struct guided_mounts){ 0 };
}

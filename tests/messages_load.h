/* messages_load.h - the texts of the report for a test, and the lines of the files whose texts they are. */
#ifndef TRIAGE_TESTS_MESSAGES_LOAD_H
#define TRIAGE_TESTS_MESSAGES_LOAD_H

#include "tests/harness.h"

#include "triage/report/messages.h"

#include <glob.h>

enum { LINE_SIZE = 4096 };

static inline int
load_messages(void **state)
{
	struct messages *m;
	struct triage_error err;
	if (messages_new(&m, &err) != TRIAGE_OK)
		return -1;
	*state = m;
	return 0;
}

static inline int
unload_messages(void **state)
{
	messages_free(*state);
	return 0;
}

static inline const char *
key_at(const struct messages *m, size_t i, char room[100])
{
	struct phrase key = messages_key(m, i);
	snprintf(room, 100, "%.*s", (int)key.size, key.text);
	return room;
}

/* The files that a pattern names below the root of the project; there is one at least. */
static inline void
files_like(const char *pattern, glob_t *files)
{
	char path[4200];
	const char *root = getenv("TRIAGE_ROOT");
	snprintf(path, sizeof(path), "%s/%s", root != NULL ? root : ".", pattern);
	assert_int_equal(glob(path, 0, NULL, files), 0);
}

/* Shows each line of the files, without its end, to take; what that counts, added up. */
static inline size_t
count_in_lines(struct messages *m, const char *pattern, size_t (*take)(struct messages *m, const char *path, char *line))
{
	char line[LINE_SIZE];
	size_t count = 0;
	glob_t files;
	files_like(pattern, &files);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *file = fopen(files.gl_pathv[i], "r");
		assert_non_null(file);
		while (fgets(line, sizeof(line), file) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			count += take(m, files.gl_pathv[i], line);
		}
		fclose(file);
	}
	globfree(&files);
	return count;
}

#endif

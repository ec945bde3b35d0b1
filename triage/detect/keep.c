/* keep.c - files that a later decryption needs, counted by the rows of keep.tsv; which of them count is known when the family is. */
#include "triage/detect/judge.h"

#include <string.h>

enum { IDS_MAX = 8 };

static enum triage_status
keep_begin(struct detect_judge *j, void *state, struct triage_error *err)
{
	(void)state;
	j->kept = pool_alloc(&j->pool, (j->tables->recovery.keep_count + 1) * sizeof(*j->kept));
	if (j->kept != NULL)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory while judging");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
keep_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	uint32_t ids[IDS_MAX];
	size_t count = s->ordinary && !s->file->shadow ? name_set_match(&j->tables->recovery.names, s->file->name, ids, IDS_MAX) : 0;
	(void)state, (void)err;
	for (size_t i = 0; i < count; i++) {
		struct kept *k = &j->kept[ids[i]];
		const char *path = k->count < KEPT_EXAMPLES ? pool_text(&j->pool, s->file->path, strlen(s->file->path)) : NULL;
		if (path != NULL) {
			k->paths[k->count] = path;
			k->file_ids[k->count] = s->file->file_id;
		}
		k->count++;
	}
	return TRIAGE_OK;
}

const struct detector keep_detector = { .name = "keep", .begin = keep_begin, .file = keep_file };

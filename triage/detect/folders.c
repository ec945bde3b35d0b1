#include "triage/detect/folders.h"

#include <triage/record.h>

#include <string.h>

bool
folders_init(struct folders *folders, struct pool *pool)
{
	*folders = (struct folders){ .pool = pool, .rest = { .path = "", .kept = { .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE } } };
	folders->buckets = pool_alloc(pool, FOLDERS_BUCKETS * sizeof(struct folder *));
	folders->end = &folders->first;
	return folders->buckets != NULL;
}

static bool
is_folder(const struct folder *f, uint64_t filesystem_id, const char *path, size_t size)
{
	return f->filesystem_id == filesystem_id && strncmp(f->path, path, size) == 0 && f->path[size] == '\0';
}

struct folder *
folder_of(struct folders *folders, uint64_t filesystem_id, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t size = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
	if (folders->latest != NULL && is_folder(folders->latest, filesystem_id, path, size))
		return folders->latest;
	uint64_t h = UINT64_C(14695981039346656037) ^ filesystem_id;
	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)path[i]) * UINT64_C(1099511628211);
	struct folder **head = &folders->buckets[(h ^ h >> 29) % FOLDERS_BUCKETS];
	for (struct folder *f = *head; f != NULL; f = f->next)
		if (is_folder(f, filesystem_id, path, size))
			return folders->latest = f;
	struct folder *f = folders->count < FOLDERS_MAX ? pool_alloc(folders->pool, sizeof(*f)) : NULL;
	const char *copy = f != NULL ? pool_text(folders->pool, path, size) : NULL;
	if (copy == NULL)
		return &folders->rest;
	*f = (struct folder){ .next = *head, .path = copy, .filesystem_id = filesystem_id, .kept = { .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE } };
	*head = f;
	*folders->end = f;
	folders->end = &f->later;
	folders->count++;
	return folders->latest = f;
}

bool
folder_count(struct folder *folder, const void *group)
{
	for (size_t i = 0; i < FOLDER_SLOTS; i++) {
		bool fresh = folder->slots[i].group == NULL;
		if (fresh || folder->slots[i].group == group) {
			folder->slots[i].group = group;
			folder->slots[i].count++;
			return fresh;
		}
	}
	return false;
}

uint64_t
folder_counted(const struct folder *folder, const void *group)
{
	for (size_t i = 0; i < FOLDER_SLOTS; i++)
		if (folder->slots[i].group == group)
			return folder->slots[i].count;
	return 0;
}

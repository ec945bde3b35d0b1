#include "triage/detect/folds.h"

#include "triage/base/fault.h"
#include "triage/detect/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_KEPT_MAX = 16 << 10, REASON_SIZE = 600 };
static const char MORE[] = "...";

void
folds_init(struct folds *folds, struct pool *pool)
{
	*folds = (struct folds){ .pool = pool };
}

void
folds_release(struct folds *folds)
{
	free(folds->list);
	*folds = (struct folds){ .pool = folds->pool };
}

/* A copy, cut at a character when it is very long; "" when the pool is full. */
static const char *
keep_text(struct folds *folds, const char *text)
{
	size_t size = words_cut(text, TEXT_KEPT_MAX);
	const char *copy = size > 0 ? pool_text(folds->pool, text, size) : NULL;
	return copy != NULL ? copy : "";
}

void
fold_text(struct folds *folds, const char **slot, const char *text)
{
	const char *copy = keep_text(folds, text);
	if (copy[0] != '\0' || text[0] == '\0')
		*slot = copy;
}

static uint32_t
hash_plan(const struct fold_plan *plan)
{
	const char *const parts[] = { plan->rule, plan->kind, plan->family, plan->host != NULL ? plan->host : "", plan->split };
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *p = parts[i], *end = p + words_cut(p, TEXT_KEPT_MAX); p < end; p++)
			h = (h ^ (unsigned char)*p) * 16777619u;
		h = (h ^ 0xff) * 16777619u;
	}
	return (h ^ h >> 13) % FOLD_BUCKETS;
}

/* kept: as keep_text() left it. */
static bool
same_text(const char *kept, const char *text)
{
	size_t size = words_cut(text, TEXT_KEPT_MAX);
	return strncmp(kept, text, size) == 0 && kept[size] == '\0';
}

static bool
same_plan(const struct fold_plan *a, const struct fold_plan *b)
{
	return same_text(a->rule, b->rule) && same_text(a->kind, b->kind) && same_text(a->family, b->family) && same_text(a->host, b->host != NULL ? b->host : "")
	    && same_text(a->split, b->split);
}

static bool
list_has_room(struct folds *folds)
{
	if (folds->count < folds->room)
		return true;
	size_t room = folds->room < 64 ? 64 : folds->room * 2;
	if (folds->count >= FOLDS_MAX || fault_hit())
		return false;
	struct fold **list = realloc(folds->list, room * sizeof(*list));
	if (list == NULL)
		return false;
	folds->list = list;
	folds->room = room;
	return true;
}

/* NULL when not all of its text could be kept: it would stand for others. */
static struct fold *
fold_new(struct folds *folds, const struct fold_plan *plan)
{
	struct fold *f = list_has_room(folds) && folds->count < FOLDS_MAX ? pool_alloc(folds->pool, sizeof(*f)) : NULL;
	if (f == NULL)
		return NULL;
	*f = (struct fold){ .plan = *plan, .first_time = TRIAGE_TIME_NONE, .last_time = TRIAGE_TIME_NONE };
	const char **const texts[] = { &f->plan.rule, &f->plan.kind, &f->plan.family, &f->plan.split, &f->plan.title, &f->plan.technique, &f->plan.why, &f->plan.host,
		&f->plan.innocent, &f->plan.version };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = *texts[i] != NULL ? *texts[i] : "";
		*texts[i] = keep_text(folds, text);
		if ((*texts[i])[0] == '\0' && text[0] != '\0')
			return NULL;
	}
	return f;
}

struct fold *
fold_for(struct folds *folds, const struct fold_plan *plan)
{
	struct fold **head = &folds->buckets[hash_plan(plan)];
	for (struct fold *f = *head; f != NULL; f = f->next)
		if (same_plan(&f->plan, plan))
			return f;
	struct fold *f = fold_new(folds, plan);
	if (f == NULL) {
		folds->refused++;
		return NULL;
	}
	f->next = *head;
	*head = f;
	folds->list[folds->count++] = f;
	return f;
}

void
fold_time(struct fold *fold, int64_t when)
{
	if (when == TRIAGE_TIME_NONE)
		return;
	if (fold->first_time == TRIAGE_TIME_NONE || when < fold->first_time)
		fold->first_time = when;
	if (fold->last_time == TRIAGE_TIME_NONE || when > fold->last_time)
		fold->last_time = when;
}

static bool
comes_before(const struct fold_example *a, const struct fold_example *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight;
	int order = strcmp(a->path, b->path);
	if (order != 0)
		return order < 0;
	return a->file_id != b->file_id ? a->file_id < b->file_id : a->event_id < b->event_id;
}

void
fold_add(struct folds *folds, struct fold *fold, const struct fold_example *example, int64_t when)
{
	fold->count++;
	fold_time(fold, when);
	fold_example(folds, fold, example);
}

void
fold_example(struct folds *folds, struct fold *fold, const struct fold_example *example)
{
	size_t at = fold->example_count;
	while (at > 0 && comes_before(example, &fold->examples[at - 1]))
		at--;
	if (at == FOLD_EXAMPLES_MAX)
		return;
	struct fold_example kept = *example;
	kept.path = keep_text(folds, example->path);
	if (kept.path[0] == '\0' && example->path[0] != '\0')
		return;
	kept.string_id = keep_text(folds, example->string_id);
	kept.sample = keep_text(folds, example->sample);
	if (fold->example_count < FOLD_EXAMPLES_MAX)
		fold->example_count++;
	memmove(&fold->examples[at + 1], &fold->examples[at], (fold->example_count - at - 1) * sizeof(kept));
	fold->examples[at] = kept;
}

void
fold_user(struct folds *folds, struct fold *fold, const char *user)
{
	if (user[0] == '\0' || fold->users_cut)
		return;
	for (size_t i = 0; i < fold->user_count; i++)
		if (same_text(fold->users[i], user))
			return;
	const char *kept = fold->user_count < FOLD_USERS_MAX ? keep_text(folds, user) : "";
	if (kept[0] != '\0')
		fold->users[fold->user_count++] = kept;
	else
		fold->users_cut = true;
}

void
fold_reason(struct folds *folds, struct fold *fold, const char *format, ...)
{
	char text[REASON_SIZE];
	va_list args;
	if (fold->reasons_cut)
		return;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (n <= 0)
		return;
	if ((size_t)n >= sizeof(text))
		memcpy(text + words_cut(text, sizeof(text) - sizeof(MORE)), MORE, sizeof(MORE));
	for (size_t i = 0; i < fold->reason_count; i++)
		if (strcmp(fold->reasons[i], text) == 0)
			return;
	const char *kept = fold->reason_count < FOLD_REASONS_MAX ? keep_text(folds, text) : "";
	if (kept[0] != '\0')
		fold->reasons[fold->reason_count++] = kept;
	else
		fold->reasons_cut = true;
}

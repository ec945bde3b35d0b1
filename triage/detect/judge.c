/* judge.c - what detectors ask of the judge: traits of families, remarks, examples, findings about events. */
#include "triage/detect/judge.h"
#include "triage/detect/words.h"

#include <string.h>

enum { SAMPLE_KEPT = 500 };

static bool
is_namesake(const char *a, const char *b)
{
	size_t size = strlen(a);
	return strncmp(a, b, size) == 0 && b[size] == ' ' && b[size + 1] >= '0' && b[size + 1] <= '9';
}

bool
families_agree(const char *a, const char *b)
{
	return a[0] != '\0' && b[0] != '\0' && (strcmp(a, b) == 0 || is_namesake(a, b) || is_namesake(b, a));
}

void
judge_family_trait(struct detect_judge *j, const char *family, unsigned traits)
{
	size_t i = 0;
	if (family[0] == '\0')
		return;
	while (i < j->family_count && strcmp(j->families[i].name, family) != 0)
		i++;
	if (i == FAMILIES_MAX) {
		judge_remark(j, "Rules name more families than the judge tells apart.");
		return;
	}
	if (i == j->family_count) {
		const char *name = pool_text(&j->pool, family, strlen(family));
		if (name == NULL)
			return;
		j->families[j->family_count++] = (struct family){ .name = name };
	}
	j->families[i].traits |= traits;
}

unsigned
judge_family_traits(const struct detect_judge *j, const char *family)
{
	unsigned traits = 0;
	for (size_t i = 0; i < j->family_count; i++)
		if (families_agree(j->families[i].name, family))
			traits |= j->families[i].traits;
	return traits;
}

unsigned
judge_count_traits(unsigned traits)
{
	return (unsigned)__builtin_popcount(traits & ~(unsigned)TRAIT_ENCRYPTED);
}

void
judge_remark(struct detect_judge *j, const char *text)
{
	for (size_t i = 0; i < j->remark_count; i++)
		if (strcmp(j->remarks[i], text) == 0)
			return;
	if (j->remark_count < REMARKS_MAX)
		j->remarks[j->remark_count++] = text;
	if (j->remark_count == REMARKS_MAX)
		j->remarks[REMARKS_MAX - 1] = "More limits were met than are listed.";
}

const char *
detect_remark(const struct detect_judge *j, size_t index)
{
	return index < j->remark_count ? j->remarks[index] : NULL;
}

struct fold_example
judge_example(const struct subject *s, unsigned weight)
{
	return (struct fold_example){ .path = s->file->path, .file_id = s->file->file_id, .offset = TRIAGE_NO_ID, .string_id = "", .sample = "",
		.weight = weight };
}

struct fold_example
judge_event_example(const struct happening *h, unsigned weight)
{
	const struct detect_event *e = h->event;
	return (struct fold_example){ .path = e->path, .file_id = e->file_id, .offset = e->offset, .event_id = e->event_id, .time = e->time, .string_id = "",
		.sample = e->message, .weight = weight };
}

struct fold_example
judge_keep_example(struct detect_judge *j, const struct happening *h, unsigned weight)
{
	struct fold_example e = judge_event_example(h, weight);
	const char *path = pool_text(&j->pool, e.path, strlen(e.path)), *sample = pool_text(&j->pool, e.sample, words_cut(e.sample, SAMPLE_KEPT));
	e.path = path != NULL ? path : "";
	e.sample = sample != NULL ? sample : "";
	return e;
}

struct fold *
judge_add_event(struct detect_judge *j, const struct fold_plan *plan, const struct happening *h, unsigned weight)
{
	struct fold_plan placed = *plan;
	if (placed.host == NULL)
		placed.host = h->event->host;
	struct fold *f = fold_for(&j->folds, &placed);
	if (f == NULL)
		return NULL;
	const struct fold_example e = judge_event_example(h, weight);
	fold_add(&j->folds, f, &e, h->event->time);
	fold_user(&j->folds, f, h->event->user);
	return f;
}

unsigned
judge_confidence(const struct detect_judge *j, double confidence)
{
	double most = j->tables->scores.confidence_max < 95 ? j->tables->scores.confidence_max : 95;
	return confidence < 1 ? 1 : confidence > most ? (unsigned)most : (unsigned)confidence;
}

void
judge_note_filesystem(struct detect_judge *j, const struct detect_file *file)
{
	if (j->runs == NULL && (j->runs = pool_alloc(&j->pool, FILE_RUNS_MAX * sizeof(*j->runs))) == NULL)
		return;
	if (j->run_count == 0 || j->runs[j->run_count - 1].filesystem_id != file->filesystem_id) {
		if (j->run_count == FILE_RUNS_MAX) {
			judge_remark(j, "There are more filesystems than are told apart by machine.");
			return;
		}
		j->runs[j->run_count++] = (struct file_run){ .file_id = file->file_id, .filesystem_id = file->filesystem_id };
	}
	struct file_run *r = &j->runs[j->run_count - 1];
	r->files += file->content != NULL;
	r->examined += file->content != NULL && (file->content->state == TRIAGE_CONTENT_COMPLETE || file->content->state == TRIAGE_CONTENT_PARTIAL);
}

uint64_t
judge_filesystem_of(const struct detect_judge *j, uint64_t file_id)
{
	size_t low = 0, high = j->run_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (j->runs[middle].file_id <= file_id)
			low = middle + 1;
		else
			high = middle;
	}
	return file_id == TRIAGE_NO_ID || low == 0 ? 0 : j->runs[low - 1].filesystem_id;
}

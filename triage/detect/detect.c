#include "triage/detect/answers.h"
#include "triage/detect/judge.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

#define POOL_LIMIT ((size_t)512 << 20)
#define TEXTS_LIMIT ((size_t)512 << 20)
#define TEXTS_SPARE ((size_t)64 << 20)	/* of it, for the verdict and the answers: details leave it free */
#define DETAIL_LIMIT ((size_t)16 << 20)	/* more than 20 examples and accounts of the longest texts make */

#define DETECTOR(id) extern const struct detector id##_detector;
#include "triage/detect/detectors.def"
#undef DETECTOR

static const struct detector *const detectors[] = {
#define DETECTOR(id) &id##_detector,
#include "triage/detect/detectors.def"
#undef DETECTOR
};

enum { DETECTOR_COUNT = sizeof(detectors) / sizeof(detectors[0]) };
_Static_assert((int)DETECTOR_COUNT <= (int)DETECTORS_MAX, "states[] has room for all detectors");

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory while judging");
	return TRIAGE_E_MEMORY;
}

enum triage_status
detect_judge_new(const struct detect_tables *tables, struct detect_judge **ret_judge, struct triage_error *err)
{
	struct detect_judge *j = calloc(1, sizeof(*j));
	if (j == NULL)
		return no_memory(err);
	j->tables = tables;
	j->first_encrypted = j->last_encrypted = j->note_first = j->note_last = TRIAGE_TIME_NONE;
	pool_init(&j->pool, POOL_LIMIT);
	pool_init(&j->texts, TEXTS_LIMIT);
	folds_init(&j->folds, &j->pool);
	happening_init(&j->happening);
	buf_init(&j->scratch, (size_t)4 << 20);
	j->families = calloc(FAMILIES_MAX, sizeof(*j->families));
	bool ok = j->families != NULL && folders_init(&j->folders, &j->pool);
	for (size_t i = 0; i < DETECTOR_COUNT && ok; i++)
		ok = (j->states[i] = pool_alloc(&j->pool, detectors[i]->state_size + 1)) != NULL;
	enum triage_status st = ok ? TRIAGE_OK : no_memory(err);
	for (size_t i = 0; i < DETECTOR_COUNT && st == TRIAGE_OK; i++)
		if (detectors[i]->begin != NULL)
			st = detectors[i]->begin(j, j->states[i], err);
	if (st != TRIAGE_OK) {
		detect_judge_free(j);
		return st;
	}
	*ret_judge = j;
	return TRIAGE_OK;
}

void
detect_judge_free(struct detect_judge *j)
{
	if (j == NULL)
		return;
	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		if (detectors[i]->release != NULL && j->states[i] != NULL)
			detectors[i]->release(j->states[i]);
	folds_release(&j->folds);
	happening_release(&j->happening);
	stories_release(&j->stories);
	buf_release(&j->scratch);
	pool_release(&j->pool);
	pool_release(&j->texts);
	free(j->families);
	free(j->findings);
	free(j);
}

/* --- the run --- */

static struct subject
look_at(struct detect_judge *j, const struct detect_file *file, const struct detect_match *matches, size_t match_count)
{
	struct subject s = { .file = file, .matches = matches, .match_count = match_count, .changed = file->times[TRIAGE_MTIME],
		.appeared = file->times[TRIAGE_BTIME] };
	/* the birth in $FILE_NAME is set by the kernel alone; one in the attributes that is older was copied or forged */
	if (file->times[TRIAGE_FN_BTIME] > s.appeared)
		s.appeared = file->times[TRIAGE_FN_BTIME];
	if (s.appeared == TRIAGE_TIME_NONE)
		s.appeared = s.changed;
	s.ordinary = file->kind == TRIAGE_FILE_REGULAR && file->stream[0] == '\0' && (file->flags & TRIAGE_ENTRY_INTERNAL) == 0;
	s.look = judge_look(j->tables, file);
	if (!s.ordinary)
		return s;
	s.type = file_type_of_name(&j->tables->types, file->name);
	s.inner = file_type_inner(&j->tables->types, file->name);
	s.folder = folder_of(&j->folders, file->filesystem_id, file->path);
	s.folder->files++;
	s.promise = damage_promise(&j->tables->types, file->name, &s.kept);
	s.damage = damage_look(&s, s.promise);
	return s;
}

enum triage_status
detect_judge_file(struct detect_judge *j, const struct detect_file *file, const struct detect_match *matches, size_t match_count,
    struct triage_error *err)
{
	if (j->finished) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the judge has already finished");
		return TRIAGE_E_USAGE;
	}
	const struct subject s = look_at(j, file, matches, match_count);
	judge_note_filesystem(j, file);
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < DETECTOR_COUNT && st == TRIAGE_OK; i++)
		if (detectors[i]->file != NULL)
			st = detectors[i]->file(j, j->states[i], &s, err);
	return st;
}

static bool
wants_source(const struct detector *d, const char *source)
{
	if (d->sources == NULL)
		return true;
	for (const char *const *s = d->sources; *s != NULL; s++)
		if (strcmp(*s, source) == 0)
			return true;
	return false;
}

/* The detectors that see events of this source, one a bit. */
static uint64_t
wanted_by(struct detect_judge *j, const char *source)
{
	struct heard *h = &j->heard[((unsigned char)source[0] * 7u + (source[0] != '\0' ? (unsigned char)source[1] * 3u + (source[1] != '\0' ? (unsigned char)source[2] : 0) : 0)) % HEARD_MAX];
	uint64_t wanted = 0;
	if (h->wanted != 0 && strcmp(h->source, source) == 0)
		return h->wanted;
	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		wanted |= detectors[i]->event != NULL && wants_source(detectors[i], source) ? UINT64_C(1) << i : 0;
	size_t size = strlen(source) + 1;
	if (size <= sizeof(h->source)) {
		memcpy(h->source, source, size);
		h->wanted = wanted;
	}
	return wanted;
}

enum triage_status
detect_judge_event(struct detect_judge *j, const struct detect_event *event, struct triage_error *err)
{
	if (j->finished) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the judge has already finished");
		return TRIAGE_E_USAGE;
	}
	enum triage_status st = TRIAGE_OK;
	happening_begin(&j->happening, event);
	for (uint64_t wanted = wanted_by(j, event->source); wanted != 0 && st == TRIAGE_OK; wanted &= wanted - 1) {
		int i = __builtin_ctzll(wanted);
		st = detectors[i]->event(j, j->states[i], &j->happening, err);
	}
	if (j->happening.cut)
		judge_remark(j, "Some events have more or longer fields than are looked at, or data that is damaged; they were judged by what could be read.");
	return st;
}

static int
compare_findings(const void *a, const void *b)
{
	const struct detect_finding *x = a, *y = b;
	if (x->severity != y->severity)
		return x->severity < y->severity ? 1 : -1;
	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	const char *const pairs[][2] = { { x->kind, y->kind }, { x->rule, y->rule }, { x->path, y->path }, { x->title, y->title }, { x->detail, y->detail } };
	int order = 0;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) && order == 0; i++)
		order = strcmp(pairs[i][0], pairs[i][1]);
	return order != 0 ? order : (x->file_id > y->file_id) - (x->file_id < y->file_id);
}

static enum triage_status
make_finding(struct detect_judge *j, struct fold *f, struct buf *detail, struct triage_error *err)
{
	double factor = j->tables->town != NULL ? town_weigh(j->tables->town, &j->folds, f) : 1;
	buf_clear(detail);
	fold_detail(f, detail);
	enum triage_status st = buf_check(detail, err);
	if (st != TRIAGE_OK)
		return st;
	if (j->texts.used + detail->size > TEXTS_LIMIT - TEXTS_SPARE) {
		j->folds.refused++;
		return TRIAGE_OK;
	}
	const char *text = pool_text(&j->texts, buf_cstr(detail), detail->size);
	if (text == NULL)
		return no_memory(err);
	double score = factor * j->tables->scores.severity[f->plan.severity] * f->plan.confidence / 100;
	const struct fold_example *best = f->example_count > 0 ? &f->examples[0] : NULL;
	j->findings[j->finding_count++] = (struct detect_finding){ .severity = f->plan.severity, .confidence = f->plan.confidence,
		.score = score < 1e6 ? (unsigned)(score + 0.5) : 1000000, .rule = f->plan.rule, .kind = f->plan.kind, .title = f->plan.title,
		.technique = f->plan.technique, .host = f->plan.host, .path = best != NULL ? best->path : "", .file_id = best != NULL ? best->file_id : TRIAGE_NO_ID,
		.first_time = f->first_time, .last_time = f->last_time, .count = f->count, .classes = f->classes, .family = f->plan.family,
		.users = f->users, .reasons = f->reasons, .user_count = f->user_count, .reason_count = f->reason_count, .detail = text };
	return TRIAGE_OK;
}

static enum triage_status
make_findings(struct detect_judge *j, struct triage_error *err)
{
	SCOPED_BUF detail;
	buf_init(&detail, DETAIL_LIMIT);
	j->findings = fault_hit() ? NULL : calloc(j->folds.count + 1, sizeof(*j->findings));
	if (j->findings == NULL)
		return no_memory(err);
	/* the most severe first: if there is no room for all, it is the others that are left out */
	for (unsigned severity = TRIAGE_SEVERITY_COUNT; severity-- > 0;)
		for (size_t i = 0; i < j->folds.count; i++) {
			struct fold *f = j->folds.list[i];
			if (f->draft || f->told || f->count == 0 || f->plan.severity != severity)
				continue;
			enum triage_status st = make_finding(j, f, &detail, err);
			if (st != TRIAGE_OK)
				return st;
			f->told = true;	/* the town's list may have lowered its severity */
		}
	if (j->finding_count > 1)
		qsort(j->findings, j->finding_count, sizeof(*j->findings), compare_findings);
	if (j->folds.refused > 0)
		judge_remark(j, "Some objects could not be listed: the limit of findings was met.");
	if (j->pool.refused)
		judge_remark(j, "The memory of the judge was full: some of what was seen could not be kept, and was judged less or not at all.");
	if (j->folders.rest.files > 0)
		judge_remark(j, "There are more folders than the judge tells apart; those beyond were judged together.");
	return TRIAGE_OK;
}

enum triage_status
detect_judge_finish(struct detect_judge *j, double examined_share, struct triage_error *err)
{
	if (j->finished) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "the judge has already finished");
		return TRIAGE_E_USAGE;
	}
	j->finished = true;
	if (!contacts_finish(&j->contacts, &j->pool))
		judge_remark(j, "There was no memory to list the contacts with other machines.");
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < DETECTOR_COUNT && st == TRIAGE_OK; i++)
		if (detectors[i]->finish != NULL)
			st = detectors[i]->finish(j, j->states[i], err);
	if (st == TRIAGE_OK)
		st = make_findings(j, err);
	if (st == TRIAGE_OK)
		st = stories_make(&j->stories, &j->tables->tactics, &j->tables->scores, j->findings, j->finding_count, j->first_encrypted, j->last_encrypted, err);
	if (st == TRIAGE_OK)
		st = judge_verdict(j, examined_share, err);
	return st == TRIAGE_OK ? answers_make(j, examined_share, err) : st;
}

void
detect_judge_case(struct detect_judge *j, const struct detect_case *facts)
{
	j->facts = *facts;
}

size_t
detect_finding_count(const struct detect_judge *j)
{
	return j->finding_count;
}

const struct detect_finding *
detect_finding(const struct detect_judge *j, size_t index)
{
	return index < j->finding_count ? &j->findings[index] : NULL;
}

size_t
detect_contact_count(const struct detect_judge *j)
{
	return j->contacts.sorted != NULL ? j->contacts.count : 0;
}

const struct detect_contact *
detect_contact(const struct detect_judge *j, size_t index)
{
	return index < detect_contact_count(j) ? j->contacts.sorted[index] : NULL;
}

const struct detect_verdict *
detect_verdict(const struct detect_judge *j)
{
	return &j->verdict;
}

size_t
detect_story_count(const struct detect_judge *j)
{
	return j->stories.count;
}

const struct detect_story *
detect_story(const struct detect_judge *j, size_t index)
{
	return index < j->stories.count ? &j->stories.list[index] : NULL;
}

size_t
detect_story_of(const struct detect_judge *j, size_t finding)
{
	return finding < j->finding_count && j->stories.of_finding[finding] != UINT32_MAX ? j->stories.of_finding[finding] : SIZE_MAX;
}

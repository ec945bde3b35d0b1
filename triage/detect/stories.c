#include "triage/detect/stories.h"

#include "triage/base/fault.h"
#include "triage/base/when.h"
#include "triage/detect/happening.h"
#include "triage/detect/detections.h"

#include "triage/detect/words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_WHAT, COLUMN_NAME, COLUMN_TACTIC };

static const char TACTIC[] = "tactic", TECHNIQUE[] = "technique", KIND[] = "kind", DEFAULT_TACTIC[] = "execution";
static const int64_t DAY = INT64_C(86400) * 1000000000;

/* --- tactics --- */

static const char *
row_text(const struct tactics *t, size_t row, size_t column)
{
	return table_cell(t->table, row, column);
}

size_t
tactic_order(const struct tactics *t, const char *tactic)
{
	for (size_t i = 0; i < t->order_count; i++)
		if (strcmp(row_text(t, i, COLUMN_NAME), tactic) == 0)
			return i;
	return t->order_count;
}

enum triage_status
tactics_load(struct tactics *t, const struct table *table, const char *path, struct triage_error *err)
{
	*t = (struct tactics){ .table = table };
	while (t->order_count < table_rows(table) && strcmp(row_text(t, t->order_count, COLUMN_WHAT), TACTIC) == 0)
		t->order_count++;
	for (size_t i = t->order_count; i < table_rows(table); i++) {
		const char *what = row_text(t, i, COLUMN_WHAT);
		if ((strcmp(what, TECHNIQUE) == 0 || strcmp(what, KIND) == 0) && tactic_order(t, row_text(t, i, COLUMN_TACTIC)) < t->order_count)
			continue;
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s: \"%s %s\": the first column is tactic (these rows come first), technique or kind, and the third one of the tactics",
		    path, what, row_text(t, i, COLUMN_NAME));
		return TRIAGE_E_FORMAT;
	}
	return TRIAGE_OK;
}

/* A technique stands for those below it: T1021 for T1021.001. */
static bool
is_of(const char *technique, const char *row)
{
	size_t n = strlen(row);
	return strncmp(technique, row, n) == 0 && (technique[n] == '\0' || technique[n] == '.');
}

const char *
tactic_of(const struct tactics *t, const char *technique, const char *kind)
{
	const char *found = NULL;
	size_t longest = 0;
	for (size_t i = t->order_count; i < table_rows(t->table); i++) {
		const char *what = row_text(t, i, COLUMN_WHAT), *name = row_text(t, i, COLUMN_NAME);
		/* a technique is more exact than a kind */
		size_t weight = strcmp(what, KIND) == 0 ? 1 : 1 + strlen(name);
		bool fits = strcmp(what, KIND) == 0 ? strcmp(name, kind) == 0 : technique[0] != '\0' && is_of(technique, name);
		if (fits && weight > longest) {
			longest = weight;
			found = row_text(t, i, COLUMN_TACTIC);
		}
	}
	return found != NULL ? found : DEFAULT_TACTIC;
}

/* --- stories --- */

/* The one machine of the case, to which what was found in files belongs too; "" when there are several or none. */
static const char *
only_host(const struct detect_finding *findings, size_t count)
{
	const char *host = "";
	for (size_t i = 0; i < count; i++) {
		if (findings[i].host[0] == '\0')
			continue;
		if (host[0] != '\0' && !words_same_host(host, findings[i].host))
			return "";
		host = findings[i].host;
	}
	return host;
}

/* Stories by host: a case may hold as many names of machines as findings. */
enum { HOST_BUCKETS = 4096, HOST_OWN_MAX = 256 };
struct host_index {
	uint32_t heads[HOST_BUCKETS];	/* index + 1 of a story; 0: none */
	uint32_t next[];		/* the same, by story */
};

static struct detect_story *
story_for(struct stories *s, struct host_index *index, const char *host, const char *tactic, bool begin)
{
	char own[HOST_OWN_MAX];
	size_t size = words_host_size(host);
	for (size_t i = 0; i < size && i + 1 < sizeof(own); i++)
		own[i] = (char)tolower((unsigned char)host[i]);
	own[size < sizeof(own) ? size : sizeof(own) - 1] = '\0';
	uint32_t *head = &index->heads[happening_hash(own) % HOST_BUCKETS];
	for (uint32_t i = *head; i != 0; i = index->next[i - 1])
		if ((strcmp(s->list[i - 1].host, host) == 0 || words_same_host(s->list[i - 1].host, host)) && strcmp(s->list[i - 1].tactic, tactic) == 0)
			return &s->list[i - 1];
	if (!begin)
		return NULL;
	s->list[s->count] = (struct detect_story){ .host = host, .tactic = tactic, .first_time = TRIAGE_TIME_NONE, .last_time = TRIAGE_TIME_NONE };
	index->next[s->count] = *head;
	*head = (uint32_t)s->count + 1;
	return &s->list[s->count++];
}

/* How much a moment has to do with the encryption: 1 near it, 0.6 far away. */
static double
relevance(int64_t when, int64_t first, int64_t last)
{
	if (first == TRIAGE_TIME_NONE)
		return 1;
	if (when == TRIAGE_TIME_NONE)
		return 0.8;
	int64_t before = when_since(when, first), after = when_since(last, when);
	if (before < 30 * DAY && after < 2 * DAY)
		return 1;
	return before < 180 * DAY && after < 30 * DAY ? 0.8 : 0.6;
}

/* The class that a finding votes in; detectors and rules that say nothing of it rest on logs (Sigma) or on content. */
static unsigned
votes_of(const struct detect_finding *f)
{
	return f->classes != 0 ? f->classes : strncmp(f->rule, "sigma:", 6) == 0 ? CLASS_LOG : CLASS_CONTENT;
}

/* Doubt shrinks with each finding that agrees, as far as the classes of source allow. */
static unsigned
join_confidence(const struct scores *scores, unsigned a, unsigned b, unsigned classes)
{
	int n = __builtin_popcount(classes);
	unsigned joined = 100 - (100 - a) * (100 - b / 2) / 100, surer = a > b ? a : b;
	unsigned most = (unsigned)(n >= 3 ? scores->confidence_three : n == 2 ? scores->confidence_two : scores->confidence_one);
	if (joined > most)
		joined = most;
	return joined > surer ? joined : surer;
}

static void
add_finding(struct detect_story *s, const struct scores *scores, const struct detect_finding *f, double weight)
{
	double points = f->score * weight;
	if (s->finding_count == 0) {
		s->title = f->title;
		s->severity = f->severity;
		s->confidence = f->confidence;
		s->points = points;
		s->generic = true;
	} else {
		s->points = points > s->points ? points + s->points / 10 : s->points + points / 10;
		if (f->severity >= TRIAGE_MEDIUM && f->severity >= s->severity)
			s->confidence = join_confidence(scores, s->confidence, f->confidence, s->classes | votes_of(f));
	}
	if (f->severity >= TRIAGE_MEDIUM)
		s->classes |= votes_of(f);
	s->detected |= strcmp(f->kind, "sigma") != 0 && (f->classes & CLASS_LOG) != 0;
	s->generic &= strcmp(f->kind, "yara") == 0;
	s->finding_count++;
	if (f->first_time != TRIAGE_TIME_NONE && (s->first_time == TRIAGE_TIME_NONE || f->first_time < s->first_time))
		s->first_time = f->first_time;
	if (f->last_time != TRIAGE_TIME_NONE && (s->last_time == TRIAGE_TIME_NONE || f->last_time > s->last_time))
		s->last_time = f->last_time;
}

struct ranked {
	struct detect_story story;
	size_t order;			/* of its tactic */
	uint32_t before;		/* its index when it was made */
};

static int
compare_stories(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->story.severity != y->story.severity)
		return x->story.severity < y->story.severity ? 1 : -1;
	if (x->story.points < y->story.points || x->story.points > y->story.points)
		return x->story.points < y->story.points ? 1 : -1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->story.host, y->story.host);
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the stories");
	return TRIAGE_E_MEMORY;
}

/* The most telling first; what only generic rules say comes last and is not shown on page 1. */
static enum triage_status
sort_stories(struct stories *s, const struct tactics *tactics, size_t findings, struct triage_error *err)
{
	struct ranked *ranked = fault_hit() ? NULL : calloc(s->count + 1, sizeof(*ranked));
	uint32_t *now = fault_hit() ? NULL : calloc(s->count + 1, sizeof(*now));
	if (ranked != NULL && now != NULL) {
		for (uint32_t i = 0; i < s->count; i++)
			ranked[i] = (struct ranked){ s->list[i], tactic_order(tactics, s->list[i].tactic), i };
		if (s->count > 1)
			qsort(ranked, s->count, sizeof(*ranked), compare_stories);
		size_t shown = 0;
		for (uint32_t i = 0; i < s->count; i++) {
			s->list[i] = ranked[i].story;
			s->list[i].shown = !s->list[i].generic && shown < STORIES_SHOWN;
			shown += s->list[i].shown;
			now[ranked[i].before] = i;
		}
		for (size_t i = 0; i < findings; i++)
			if (s->of_finding[i] != UINT32_MAX)
				s->of_finding[i] = now[s->of_finding[i]];
	}
	bool done = ranked != NULL && now != NULL;
	free(ranked);
	free(now);
	return done ? TRIAGE_OK : no_memory(err);
}

enum triage_status
stories_make(struct stories *s, const struct tactics *tactics, const struct scores *scores, const struct detect_finding *findings, size_t count, int64_t first,
    int64_t last, struct triage_error *err)
{
	const char *only = only_host(findings, count);
	*s = (struct stories){ .list = fault_hit() ? NULL : calloc(count + 1, sizeof(*s->list)) };
	s->of_finding = fault_hit() ? NULL : calloc(count + 1, sizeof(*s->of_finding));
	struct host_index *index = fault_hit() ? NULL : calloc(1, sizeof(*index) + (count + 1) * sizeof(index->next[0]));
	if (s->list == NULL || s->of_finding == NULL || index == NULL) {
		free(index);
		return no_memory(err);
	}
	for (size_t i = 0; i < count; i++) {
		const struct detect_finding *f = &findings[i];
		const char *host = f->host[0] != '\0' ? f->host : only;
		struct detect_story *story = story_for(s, index, host, tactic_of(tactics, f->technique, f->kind), f->severity >= TRIAGE_MEDIUM);
		s->of_finding[i] = story != NULL ? (uint32_t)(story - s->list) : UINT32_MAX;
		if (story != NULL)
			add_finding(story, scores, f, relevance(f->last_time, first, last));
	}
	free(index);
	return sort_stories(s, tactics, count, err);
}

void
stories_release(struct stories *s)
{
	free(s->list);
	free(s->of_finding);
	*s = (struct stories){ .list = NULL };
}

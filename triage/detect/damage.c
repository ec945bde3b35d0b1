#include "triage/detect/damage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SIBLINGS = 5, SIBLINGS_PERCENT = 25, ALONE = 30, TITLE_SIZE = 300, RENAMED_FILES = 30, RENAMED_STRONG = 3 };

bool
damage_is_encrypted(unsigned what)
{
	return what >= DAMAGE_WHOLE && what <= DAMAGE_PARTS;
}

static uint64_t
hash_path(const char *path, size_t size)
{
	uint64_t h = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)path[i]) * UINT64_C(1099511628211);
	return h ^ h >> 29;
}

static enum triage_status
damage_begin(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct damage_map *m = state;
	m->chunks = pool_alloc(&j->pool, (DAMAGE_ROWS_MAX / DAMAGE_CHUNK + 1) * sizeof(struct damage_row *));
	m->buckets = pool_alloc(&j->pool, DAMAGE_BUCKETS * sizeof(struct damage_row *));
	m->endings = pool_alloc(&j->pool, ENDING_BUCKETS * sizeof(struct ending *));
	m->types = pool_alloc(&j->pool, (j->tables->types.count + 1) * sizeof(struct damage_count));
	m->all.first = m->all.last = TRIAGE_TIME_NONE;
	j->damage = m;
	if (m->chunks != NULL && m->buckets != NULL && m->endings != NULL && m->types != NULL)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the damage map");
	return TRIAGE_E_MEMORY;
}

static uint32_t
filesystem_of(struct detect_judge *j, struct damage_map *m, uint64_t id)
{
	size_t i = m->filesystem_count;
	while (i > 0 && m->filesystems[i - 1].id != id)
		i--;
	if (i > 0)
		return (uint32_t)i - 1;
	if (m->filesystem_count == DAMAGE_FILESYSTEMS) {
		judge_remark(j, "There are more filesystems than the damage map sums up singly; those beyond are counted with the last one.");
		return DAMAGE_FILESYSTEMS - 1;
	}
	m->filesystems[m->filesystem_count] = (struct damage_filesystem){ .id = id, .count = { .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE } };
	return (uint32_t)m->filesystem_count++;
}

static struct damage_row *
row_new(struct detect_judge *j, struct damage_map *m)
{
	if (m->rows == DAMAGE_ROWS_MAX) {
		judge_remark(j, "More files are damaged or cannot be told than the damage map holds; those beyond are shown as intact.");
		return NULL;
	}
	struct damage_row **chunk = &m->chunks[m->rows / DAMAGE_CHUNK];
	if (*chunk == NULL)
		*chunk = pool_alloc(&j->pool, DAMAGE_CHUNK * sizeof(struct damage_row));
	if (*chunk == NULL) {
		judge_remark(j, "The damage map met its limit of memory; files beyond are shown as intact.");
		return NULL;
	}
	return damage_row_at(m, m->rows++);
}

/* --- names --- */

/* Endings that people and programs add to names all the time. */
static bool
is_common(const char *ending)
{
	static const char *const common[] = { "bak", "old", "orig", "save", "tmp", "temp", "in", "tmpl", "template", "dist", "sample", "example", "default", "erb",
		"j2", "tt", "mustache", "new", "part", "swp", "rej", "patch", "diff", "md5", "sha1", "sha256", "asc", "sig", "sum", "crdownload", "download",
		"copy", "backup", "bck", "disabled", "off", "rpmsave", "rpmnew", "rpmorig", "ucf-dist", "ucf-old" };
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcasecmp(common[i], ending) == 0)
			return true;
	return strncasecmp(ending, "dpkg-", 5) == 0;
}

static struct ending *
ending_for(struct detect_judge *j, struct damage_map *m, const struct subject *s, size_t cut)
{
	/* all that was added, without its first dot */
	const char *text = s->file->name + strlen(s->file->name) - cut + 1;
	struct ending **head = &m->endings[happening_hash(text) % ENDING_BUCKETS];
	for (struct ending *e = *head; e != NULL; e = e->next)
		if (strcasecmp(e->text, text) == 0)
			return e;
	if (is_common(text))
		return NULL;
	const struct fold_plan plan = { .rule = "detect:renamed-files", .kind = "encrypted", .family = "", .split = text, .title = "", .technique = "T1486",
		.why = "These files have names that encrypting programs give, but their bytes are sound: their old names make them usable again.",
		.innocent = "Someone who renamed files, or a program with an ending of its own.", .version = "1", .check = CHECK_NAME,
		.severity = TRIAGE_MEDIUM, .confidence = 40 };
	struct ending *e = m->ending_count < ENDINGS_MAX ? pool_alloc(&j->pool, sizeof(*e)) : NULL;
	const char *copy = e != NULL ? pool_text(&j->pool, text, strlen(text)) : NULL;
	struct fold *f = copy != NULL ? fold_for(&j->folds, &plan) : NULL;
	if (f == NULL) {
		judge_remark(j, "Sound files have more unknown endings than the judge tells apart; those beyond are not taken for renamed ones.");
		return NULL;
	}
	f->draft = true;
	*e = (struct ending){ .next = *head, .text = copy, .fold = f };
	m->ending_count++;
	return *head = e;
}

/* --- one file --- */

static void
remember_kept(struct detect_judge *j, struct damage_map *m, const struct subject *s)
{
	static const struct fold_plan plan = { .rule = "detect:damaged-files", .kind = "encrypted", .family = "", .split = "",
		.title = "Files damaged under their own names", .technique = "T1486",
		.why = "Parts of these files are random or zeros where their format cannot be. They kept their names, but cannot be opened as they are.",
		.innocent = "A disk that failed, a copy that was cut off, or files that a program of the town keeps encrypted under common extensions.",
		.version = "1", .check = CHECK_RANDOM, .severity = TRIAGE_HIGH, .confidence = 40 };
	if (m->kept == NULL) {
		m->kept = fold_for(&j->folds, &plan);
		if (m->kept != NULL)
			m->kept->draft = true;
	}
	if (m->kept == NULL)
		return;
	const struct fold_example e = judge_example(s, s->promise != NULL);
	fold_add(&j->folds, m->kept, &e, s->changed);
	m->kept->bytes += s->file->size;
}

/* An older copy in a shadow volume: what it holds tells what the file was, and that it can be had back. */
static void
take_older(struct damage_map *m, const struct subject *s)
{
	if (s->damage.what != DAMAGE_INTACT || !s->damage.sound || s->file->content == NULL || s->file->size == 0)
		return;
	uint64_t h = hash_path(s->file->path, strlen(s->file->path));
	for (struct damage_row *r = m->buckets[h % DAMAGE_BUCKETS]; r != NULL; r = r->next)
		if (r->path_hash == h) {
			r->older_copy = true;
			if (r->proof == PROOF_NONE && r->random && (r->what == DAMAGE_UNKNOWN || damage_is_encrypted(r->what)))
				r->proof = PROOF_PROMISE;
		}
}

static void
fill_row(struct damage_map *m, struct damage_row *r, const struct subject *s, const struct group *group, size_t cut, uint32_t filesystem)
{
	const struct damage_guess *g = &s->damage;
	*r = (struct damage_row){ .file_id = s->file->file_id, .bytes = s->file->size, .folder = s->folder, .group = group, .promise = s->promise,
		.reason = g->reason, .changed = s->changed, .record_changed = s->file->times[TRIAGE_CTIME], .filesystem = filesystem, .permille = (int16_t)g->permille, .cut = (uint16_t)(cut < UINT16_MAX ? cut : 0),
		.what = (uint8_t)g->what, .proof = (uint8_t)g->proof, .random = damage_is_encrypted(g->what), .altered = g->changed };
	r->path_hash = hash_path(s->file->path, strlen(s->file->path) - cut);
	r->next = m->buckets[r->path_hash % DAMAGE_BUCKETS];
	m->buckets[r->path_hash % DAMAGE_BUCKETS] = r;
}

static void
count_testable(struct damage_map *m, const struct subject *s)
{
	bool told = s->promise != NULL && (s->promise->has_magic || damage_type_is_text(s->promise));
	m->testable += told;
	if (s->promise != NULL) {
		m->types[s->promise->index].files++;
		m->types[s->promise->index].bytes += s->file->size;
	}
	s->folder->bytes += s->file->size;
	s->folder->mapped++;
}

static enum triage_status
damage_file(struct detect_judge *j, void *state, const struct subject *s, struct triage_error *err)
{
	struct damage_map *m = state;
	(void)err;
	if (!s->ordinary || s->file->state != TRIAGE_STATE_ALLOCATED || s->file->member)
		return TRIAGE_OK;
	if (s->file->shadow) {
		take_older(m, s);
		return TRIAGE_OK;
	}
	uint32_t filesystem = filesystem_of(j, m, s->file->filesystem_id);
	m->filesystems[filesystem].count.files++;
	m->filesystems[filesystem].count.bytes += s->file->size;
	count_testable(m, s);
	const struct group *group = j->claimed == s->file->file_id + 1 ? j->claimed_group : NULL;
	bool skipped = group == NULL && detect_name_is_skipped(j->tables, s->file->name);
	size_t cut = s->kept < strlen(s->file->name) ? strlen(s->file->name) - s->kept : 0;
	struct ending *ending = NULL;
	if (s->damage.what == DAMAGE_INTACT && cut > 1 && s->damage.sound && s->file->size > 0)
		ending = ending_for(j, m, s, cut);
	if ((s->damage.what == DAMAGE_INTACT && ending == NULL) || skipped)
		return TRIAGE_OK;
	struct damage_row *r = row_new(j, m);
	if (r == NULL)
		return TRIAGE_OK;
	fill_row(m, r, s, group, cut, filesystem);
	if (ending != NULL) {
		const struct fold_example e = judge_example(s, 0);
		r->ending = ending;
		r->what = DAMAGE_RENAMED;
		r->reason = "The name was changed, the bytes are sound.";
		ending->files++;
		ending->types |= type_bit(s->promise);
		fold_add(&j->folds, ending->fold, &e, s->appeared);
		ending->fold->bytes += s->file->size;
	} else if (s->damage.proof == PROOF_PROMISE && s->damage.what != DAMAGE_UNKNOWN) {
		s->folder->broken++;
		m->promised++;
		m->promised_types |= s->promise != NULL ? type_bit(s->promise) : 0;
		if (group == NULL)
			remember_kept(j, m, s);
	}
	return TRIAGE_OK;
}

/* --- at the end --- */

static bool
group_stands(const struct group *g)
{
	return g != NULL && g->found;
}

/* Whether enough in the case, or in the folder, agrees with a guess from the promise alone. */
static bool
siblings_agree(const struct damage_map *m, const struct damage_row *r)
{
	return m->context || (r->folder->broken >= SIBLINGS && r->folder->broken * 100 >= r->folder->mapped * SIBLINGS_PERCENT);
}

static void
judge_ending(struct detect_judge *j, struct ending *e)
{
	const struct scores *scores = &j->tables->scores;
	uint32_t ids[4];
	char name[TITLE_SIZE], title[TITLE_SIZE];
	snprintf(name, sizeof(name), "a.%.200s", e->text);
	const char *dot = strrchr(e->text, '.'), *last = dot != NULL ? dot + 1 : e->text;
	size_t count = name_set_match(&j->tables->extensions.set, name, ids, 4);
	bool strong = false, noted = false;
	for (size_t i = 0; i < count; i++)
		strong = strong || j->tables->extensions.rules[ids[i]].strong;
	for (size_t i = 0; i < j->note_name_count && strlen(last) >= 4; i++)
		noted = noted || strcasestr(j->note_names[i], last) != NULL;
	const struct group *g = groups_find(j->groups, last);
	bool many = e->files >= RENAMED_FILES && types_in(e->types) >= scores->types_min;
	e->tells = group_stands(g) || noted || (strong && e->files >= RENAMED_STRONG) || (many && (j->notes > 0 || j->encrypted_high));
	if (!e->tells)
		return;
	e->fold->draft = false;
	e->fold->plan.confidence = judge_confidence(j, (strong || noted) && j->notes > 0 ? scores->confidence_two : scores->confidence_one);
	snprintf(title, sizeof(title), "Files renamed but not encrypted (.%.100s)", e->text);
	fold_text(&j->folds, &e->fold->plan.title, title);
	fold_reason(&j->folds, e->fold, "%" PRIu64 " files of %u types or more hold together as the format that their old extension promises.", e->files,
	    types_in(e->types));
}

static void
settle(struct damage_map *m, struct damage_row *r)
{
	bool stands = r->proof == PROOF_MARK || (r->proof == PROOF_PROMISE && siblings_agree(m, r));
	if (r->what == DAMAGE_RENAMED) {
		r->what = r->ending->tells ? DAMAGE_RENAMED : DAMAGE_INTACT;
	} else if (damage_is_encrypted(r->what)) {
		if (!stands && !group_stands(r->group)) {
			r->what = DAMAGE_UNKNOWN;
			r->reason = r->proof == PROOF_PROMISE ? "Not what the name promises, but few files beside agree." : r->reason;
		}
	} else if (r->what == DAMAGE_UNKNOWN && r->altered && group_stands(r->group)) {
		r->what = DAMAGE_PARTS;
	} else if (r->what == DAMAGE_UNKNOWN && group_stands(r->group) && r->group->strong > 0 && r->bytes > 0 && r->bytes < 64) {
		r->what = DAMAGE_WHOLE;
		r->permille = 1000;
		r->reason = "Too small to be told by its bytes: the name stands for it.";
	} else if ((r->what == DAMAGE_ZEROED || r->what == DAMAGE_ZEROED_PART) && !stands && !group_stands(r->group)) {
		r->what = DAMAGE_UNKNOWN;
	}
}

static void
put_kept(struct detect_judge *j, struct damage_map *m)
{
	const struct scores *scores = &j->tables->scores;
	if (m->kept == NULL || j->kept_found || !m->context || (double)m->kept->count < scores->siblings_with_note)
		return;
	bool tied = j->notes > 0 || j->encrypted_decides;
	if (!tied && (double)m->kept->count < scores->siblings_min)
		return;
	m->kept->draft = false;
	m->kept->plan.severity = tied ? TRIAGE_CRITICAL : TRIAGE_HIGH;
	m->kept->plan.confidence = judge_confidence(j, tied ? scores->confidence_three : scores->confidence_two);
	fold_reason(&j->folds, m->kept, "%" PRIu64 " files of %u types or more contradict the format that their extension promises.", m->kept->count,
	    types_in(m->promised_types));
	if (j->notes > 0)
		fold_reason(&j->folds, m->kept, "A ransom note was found.");
	encrypted_total(j, m->kept, tied);
}

static enum triage_status
damage_finish(struct detect_judge *j, void *state, struct triage_error *err)
{
	struct damage_map *m = state;
	bool groups = false;
	for (const struct group *g = j->groups != NULL ? j->groups->first : NULL; g != NULL; g = g->later)
		groups = groups || g->found;
	bool many = m->promised >= ALONE && types_in(m->promised_types) >= 2 && m->promised * 100 >= m->testable;
	m->context = groups || j->encrypted_high || (j->notes > 0 && m->promised >= SIBLINGS) || many;
	for (size_t i = 0; i < ENDING_BUCKETS; i++)
		for (struct ending *e = m->endings[i]; e != NULL; e = e->next)
			judge_ending(j, e);
	for (size_t i = 0; i < m->rows; i++)
		settle(m, damage_row_at(m, i));
	put_kept(j, m);
	m->settled = true;
	if (damage_sum_up(j, m))
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the damage map");
	return TRIAGE_E_MEMORY;
}

static void
damage_release(void *state)
{
	free(((struct damage_map *)state)->sums);
}

const struct detector damage_detector = {
	.name = "damage", .state_size = sizeof(struct damage_map), .begin = damage_begin, .file = damage_file, .finish = damage_finish, .release = damage_release,
};

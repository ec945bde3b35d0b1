/* damage_sum.c - the damage map summed up: the case, filesystems, the first folders of the tree (departments), folders with damage, types. */
#include "triage/detect/damage.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 3, DEPARTMENTS_MAX = 20000, FOLDERS_LISTED = 50000, DEPARTMENT_BUCKETS = 4096 };

struct department {
	struct department *next;
	const char *path;		/* not ended: size bytes */
	size_t size;
	uint64_t filesystem_id;
	unsigned depth;
	struct damage_count count;
};

struct departments {
	struct department *buckets[DEPARTMENT_BUCKETS];
	size_t count;
};

static const struct damage_count nothing = { .first = TRIAGE_TIME_NONE, .last = TRIAGE_TIME_NONE };

static void
widen(struct damage_count *c, int64_t first, int64_t last)
{
	if (first != TRIAGE_TIME_NONE && (c->first == TRIAGE_TIME_NONE || first < c->first))
		c->first = first;
	if (last != TRIAGE_TIME_NONE && (c->last == TRIAGE_TIME_NONE || last > c->last))
		c->last = last;
}

static void
count_row(struct damage_count *c, const struct damage_row *r)
{
	bool damaged = r->what != DAMAGE_INTACT && r->what != DAMAGE_UNKNOWN && r->what != DAMAGE_RENAMED;
	c->by[r->what]++;
	c->older_copies += r->older_copy && r->what != DAMAGE_INTACT;
	if (!damaged)
		return;
	c->damaged_files++;
	c->damaged_bytes += r->bytes;
	widen(c, r->changed, r->changed);
}

static void
add(struct damage_count *to, const struct damage_count *c)
{
	to->files += c->files;
	to->bytes += c->bytes;
	to->damaged_files += c->damaged_files;
	to->damaged_bytes += c->damaged_bytes;
	to->older_copies += c->older_copies;
	for (size_t i = 0; i < DAMAGE_COUNT; i++)
		to->by[i] += c->by[i];
	widen(to, c->first, c->last);
}

static bool
put(struct damage_map *m, const char *scope, const char *name, uint64_t filesystem_id, unsigned depth, const struct damage_count *c)
{
	if (m->sum_count == m->sum_room) {
		size_t room = m->sum_room == 0 ? 1024 : m->sum_room * 2;
		struct detect_damage_sum *grown = reallocarray(m->sums, room, sizeof(*grown));
		if (grown == NULL)
			return false;
		m->sums = grown;
		m->sum_room = room;
	}
	uint64_t part = c->by[DAMAGE_HEAD] + c->by[DAMAGE_TAIL] + c->by[DAMAGE_BLOCKS] + c->by[DAMAGE_PARTS];
	uint64_t zeroed = c->by[DAMAGE_ZEROED] + c->by[DAMAGE_ZEROED_PART];
	uint64_t other = c->by[DAMAGE_WHOLE] + part + zeroed + c->by[DAMAGE_RENAMED] + c->by[DAMAGE_UNKNOWN];
	m->sums[m->sum_count++] = (struct detect_damage_sum){ .scope = scope, .name = name, .filesystem_id = filesystem_id, .depth = depth, .files = c->files,
		.bytes = c->bytes, .damaged_files = c->damaged_files, .damaged_bytes = c->damaged_bytes, .intact = c->files > other ? c->files - other : 0,
		.whole = c->by[DAMAGE_WHOLE], .part = part, .renamed = c->by[DAMAGE_RENAMED], .zeroed = zeroed, .unknown = c->by[DAMAGE_UNKNOWN],
		.older_copies = c->older_copies, .first = c->first, .last = c->last };
	return true;
}

/* --- departments --- */

static void
add_department(struct detect_judge *j, struct departments *d, const struct folder *f, size_t size, unsigned depth, const struct damage_count *c)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ f->filesystem_id;
	for (size_t i = 0; i < size; i++)
		h = (h ^ (unsigned char)f->path[i]) * UINT64_C(1099511628211);
	struct department **head = &d->buckets[(h ^ h >> 29) % DEPARTMENT_BUCKETS];
	struct department *x = *head;
	while (x != NULL && !(x->filesystem_id == f->filesystem_id && x->size == size && memcmp(x->path, f->path, size) == 0))
		x = x->next;
	if (x == NULL) {
		x = d->count < DEPARTMENTS_MAX ? pool_alloc(&j->pool, sizeof(*x)) : NULL;
		if (x == NULL) {
			judge_remark(j, "There are more folders near the root than the damage map sums up.");
			return;
		}
		const char *path = pool_text(&j->pool, f->path, size);
		*x = (struct department){ .next = *head, .path = path != NULL ? path : "", .size = path != NULL ? size : 0, .filesystem_id = f->filesystem_id,
			.depth = depth, .count = nothing };
		*head = x;
		d->count++;
	}
	add(&x->count, c);
}

static void
add_folder(struct detect_judge *j, struct departments *d, const struct folder *f)
{
	struct damage_count c = f->damage != NULL ? *f->damage : nothing;
	c.files = f->mapped;
	c.bytes = f->bytes;
	unsigned depth = 0;
	for (const char *at = f->path; depth < DEPTH_MAX && *at == '/' && at[1] != '\0';) {
		size_t size = strcspn(at + 1, "/");
		at += 1 + size;
		add_department(j, d, f, (size_t)(at - f->path), ++depth, &c);
	}
}

static int
compare_sums(const void *a, const void *b)
{
	const struct detect_damage_sum *x = a, *y = b;
	int order = strcmp(x->scope, y->scope);
	if (order == 0 && x->filesystem_id != y->filesystem_id)
		order = x->filesystem_id < y->filesystem_id ? -1 : 1;
	return order != 0 ? order : strcmp(x->name, y->name);
}

static bool
put_departments(struct damage_map *m, const struct departments *d)
{
	bool ok = true;
	for (size_t i = 0; i < DEPARTMENT_BUCKETS && ok; i++)
		for (const struct department *x = d->buckets[i]; x != NULL && ok; x = x->next)
			ok = put(m, "department", x->path, x->filesystem_id, x->depth, &x->count);
	return ok;
}

static bool
put_folders(struct detect_judge *j, struct damage_map *m)
{
	size_t listed = 0;
	bool ok = true;
	for (const struct folder *f = j->folders.first; f != NULL && ok; f = f->later) {
		const struct damage_count *c = f->damage;
		if (c == NULL || (c->damaged_files == 0 && c->by[DAMAGE_RENAMED] == 0))
			continue;
		if (listed++ == FOLDERS_LISTED) {
			judge_remark(j, "More folders hold damaged files than the damage map lists.");
			return true;
		}
		struct damage_count all = *c;
		all.files = f->mapped;
		all.bytes = f->bytes;
		ok = put(m, "folder", f->path[0] != '\0' ? f->path : "/", f->filesystem_id, 0, &all);
	}
	return ok;
}

bool
damage_sum_up(struct detect_judge *j, struct damage_map *m)
{
	struct departments *d = calloc(1, sizeof(*d));
	if (d == NULL)
		return false;
	for (size_t i = 0; i < j->tables->types.count; i++)
		m->types[i].first = m->types[i].last = TRIAGE_TIME_NONE;
	for (size_t i = 0; i < m->rows; i++) {
		const struct damage_row *r = damage_row_at(m, i);
		if (r->folder->damage == NULL && (r->folder->damage = pool_alloc(&j->pool, sizeof(struct damage_count))) != NULL)
			*r->folder->damage = nothing;
		if (r->folder->damage != NULL)
			count_row(r->folder->damage, r);
		count_row(&m->filesystems[r->filesystem].count, r);
		if (r->promise != NULL)
			count_row(&m->types[r->promise->index], r);
	}
	for (size_t i = 0; i < m->filesystem_count; i++)
		add(&m->all, &m->filesystems[i].count);
	for (const struct folder *f = j->folders.first; f != NULL; f = f->later)
		if (f->mapped > 0)
			add_folder(j, d, f);
	bool ok = m->all.files == 0 || put(m, "case", "", 0, 0, &m->all);
	for (size_t i = 0; i < m->filesystem_count && ok; i++)
		ok = put(m, "filesystem", "", m->filesystems[i].id, 0, &m->filesystems[i].count);
	ok = ok && put_departments(m, d) && put_folders(j, m);
	for (size_t i = 0; i < j->tables->types.count && ok; i++)
		if (m->types[i].files > 0)
			ok = put(m, "type", j->tables->types.types[i].extension, 0, 0, &m->types[i]);
	if (ok && m->sum_count > 1)
		qsort(m->sums, m->sum_count, sizeof(*m->sums), compare_sums);
	free(d);
	return ok;
}

/* --- for the caller --- */

size_t
detect_damage_count(const struct detect_judge *j)
{
	return j->damage != NULL && j->damage->settled ? j->damage->rows : 0;
}

bool
detect_damage(const struct detect_judge *j, size_t index, struct detect_damage *ret)
{
	const struct damage_row *r = damage_row_at(j->damage, index);
	*ret = (struct detect_damage){ .file_id = r->file_id, .damage = damage_word(r->what), .reason = r->reason, .cut = r->cut, .older_copy = r->older_copy,
		.share = damage_is_encrypted(r->what) || r->what == DAMAGE_ZEROED ? r->permille / 1000.0 : -1 };
	if (r->what == DAMAGE_UNKNOWN || (r->what != DAMAGE_RENAMED && r->group == NULL))
		ret->cut = 0;
	return r->what != DAMAGE_INTACT;
}

size_t
detect_damage_sum_count(const struct detect_judge *j)
{
	return j->damage != NULL ? j->damage->sum_count : 0;
}

const struct detect_damage_sum *
detect_damage_sum(const struct detect_judge *j, size_t index)
{
	return &j->damage->sums[index];
}

size_t
detect_damage_filesystem_count(const struct detect_judge *j)
{
	return j->damage != NULL ? j->damage->filesystem_count : 0;
}

uint64_t
detect_damage_filesystem(const struct detect_judge *j, size_t index)
{
	return j->damage->filesystems[index].id;
}

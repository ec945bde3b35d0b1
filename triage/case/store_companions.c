/* store_companions.c - files that belong to another one beside them by their names: "SYSTEM.LOG1" to "SYSTEM". */
#include "triage/base/scoped.h"
#include "triage/case/store_inside.h"

#include <string.h>

enum { ENDING_MAX = 15, COMPANIONS_MAX = 200000 };

struct one {
	uint64_t filesystem_id;
	char *path;			/* the whole, in lower case */
	size_t stem;			/* bytes of path without the ending */
	char ending[ENDING_MAX + 1];	/* as it is written */
	uint64_t inode, entry_id;
	uint32_t attr_type, attr_id;
	struct case_unit raw;		/* its raw_path, for a mounted volume */
};

struct case_companions {
	struct case_store *owner;	/* while they are found */
	struct one *all;		/* by filesystem, stem, ending */
	size_t count, room, left_out;
};

void
case_companions_free(struct case_companions *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->count; i++) {
		free(all->all[i].path);
		free(all->all[i].raw.raw_path);
	}
	free(all->all);
	free(all);
}

static char *
lower(const char *text)
{
	char *copy = strdup(text);
	for (char *p = copy; copy != NULL && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return copy;
}

static int
compare_stems(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
	return order != 0 ? order : (a_size > b_size) - (a_size < b_size);
}

static int
by_place(const void *x, const void *y)
{
	const struct one *a = x, *b = y;
	if (a->filesystem_id != b->filesystem_id)
		return a->filesystem_id < b->filesystem_id ? -1 : 1;
	int order = compare_stems(a->path, a->stem, b->path, b->stem);
	return order != 0 ? order : strcmp(a->path, b->path);
}

/* The part of a path that the caller knows as an ending: from its last '.' or '-' on. NULL when there is none. */
static const char *
ending_of(const char *path, bool (*is_ending)(const char *ending))
{
	static const char marks[] = ".-";
	for (size_t i = 0; i < 2; i++) {
		const char *mark = strrchr(path, marks[i]);
		if (mark != NULL && mark > path && mark[-1] != '/' && strlen(mark) <= ENDING_MAX && is_ending(mark))
			return mark;
	}
	return NULL;
}

static enum triage_status
keep(struct case_companions *all, sqlite3_stmt *row, const char *path, const char *ending, struct triage_error *err)
{
	if (all->count == COMPANIONS_MAX) {
		all->left_out++;
		return TRIAGE_OK;
	}
	if (all->count == all->room) {
		size_t room = all->room == 0 ? 64 : all->room * 2;
		struct one *grown = reallocarray(all->all, room, sizeof(*grown));
		if (grown == NULL)
			return store_no_memory(err);
		all->all = grown;
		all->room = room;
	}
	struct one *one = &all->all[all->count];
	uint64_t entry_id = (uint64_t)sqlite3_column_int64(row, 0);
	*one = (struct one){ .filesystem_id = entry_id >> ENTRY_EDGE_BITS, .entry_id = entry_id, .stem = (size_t)(ending - path),
	    .inode = (uint64_t)sqlite3_column_int64(row, 2), .attr_type = (uint32_t)sqlite3_column_int64(row, 3),
	    .attr_id = (uint32_t)sqlite3_column_int64(row, 4) };
	memcpy(one->ending, ending, strlen(ending) + 1);
	one->path = lower(path);
	if (one->path == NULL)
		return store_no_memory(err);
	all->count++;
	return sqlite3_column_int(row, 5) != 0 ? store_raw_path(all->owner, entry_id, &one->raw, err) : TRIAGE_OK;
}

enum triage_status
case_find_companions(struct case_store *s, bool (*is_ending)(const char *ending), struct case_companions **ret_companions, struct triage_error *err)
{
	sqlite3_stmt *rows;
	struct case_companions *all = calloc(1, sizeof(*all));
	if (all == NULL)
		return store_no_memory(err);
	all->owner = s;
	/* 0 TRIAGE_STATE_ALLOCATED, 1 TRIAGE_ENTRY_HAS_CONTENT, 7 TRIAGE_EVIDENCE_DIRECTORY; attr_ids beyond 32 bits are those of members of archives */
	enum triage_status st = sql_prepare(&s->q, "SELECT e.entry_id, e.path, e.inode, e.attr_type, e.attr_id, (SELECT v.kind FROM filesystem f"
	    " JOIN evidence v ON v.evidence_id = f.evidence_id WHERE f.filesystem_id = e.entry_id >> 40) = 7 FROM entry e"
	    " WHERE e.state = 0 AND (e.flags & 1) <> 0 AND length(e.stream) = 0 AND e.attr_id < 1 << 32", &rows, err);
	if (st != TRIAGE_OK) {
		free(all);
		return st;
	}
	while ((st = sql_step(&s->q, rows, err)) == TRIAGE_OK) {
		const char *path = sql_text(rows, 1), *ending = ending_of(path, is_ending);
		if (ending != NULL && (st = keep(all, rows, path, ending, err)) != TRIAGE_OK)
			break;
	}
	sqlite3_finalize(rows);
	if (st != TRIAGE_END) {
		case_companions_free(all);
		return st;
	}
	if (all->count > 0)
		qsort(all->all, all->count, sizeof(*all->all), by_place);
	*ret_companions = all;
	return TRIAGE_OK;
}

size_t
case_companions_left_out(const struct case_companions *all)
{
	return all->left_out;
}

size_t
case_companions_of(const struct case_companions *all, const struct case_unit *u, struct case_companion *out, size_t max)
{
	size_t low = 0, high = all != NULL ? all->count : 0, count = 0;
	if (high == 0 || u->path == NULL)
		return 0;
	SCOPED_FREE char *path = lower(u->path);
	struct one wanted = { .filesystem_id = u->filesystem_id, .path = path, .stem = path != NULL ? strlen(path) : 0 };
	while (path != NULL && low < high) {
		size_t middle = low + (high - low) / 2;
		const struct one *one = &all->all[middle];
		bool before = one->filesystem_id != wanted.filesystem_id ? one->filesystem_id < wanted.filesystem_id :
		    compare_stems(one->path, one->stem, wanted.path, wanted.stem) < 0;
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	for (; path != NULL && low < all->count && count < max; low++) {
		const struct one *one = &all->all[low];
		if (one->filesystem_id != wanted.filesystem_id || compare_stems(one->path, one->stem, wanted.path, wanted.stem) != 0)
			break;
		out[count++] = (struct case_companion){ .ending = one->ending, .inode = one->inode, .attr_type = one->attr_type, .attr_id = one->attr_id,
		    .raw_path = one->raw.raw_path, .raw_path_size = one->raw.raw_path_size };
	}
	return count;
}

#include "triage/evidence/fat_guess.h"

#include "triage/base/scoped.h"
#include "triage/evidence/fat_folder.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 1 << 20 };
#define STEPS_MAX (UINT64_C(1) << 26)	/* comparisons and clusters in all */

struct deleted {
	uint64_t inode;
	int64_t made, written;
	uint32_t first, count;	/* clusters */
	bool disturbed;		/* another file begins inside its run and lived beside it, or it does so in another's */
	struct run_list map;	/* of a disturbed one */
};

struct fat_guess {
	struct fat *x;
	struct deleted *files;	/* by first cluster */
	size_t count, room;
	uint64_t steps;
	struct fat_seen taken;	/* clusters that belong to a deleted file or folder */
};

static enum triage_status
take_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	struct fat_guess *g = ctx;
	struct fat *x = g->x;
	if (e->state == TRIAGE_STATE_ALLOCATED || e->inode < FAT_FIRST_SLOT || g->count >= FILES_MAX)
		return TRIAGE_OK;
	if (e->kind == TRIAGE_FILE_DIRECTORY) {
		uint8_t slot[FAT_SLOT];
		struct triage_error why;
		bool bad;
		if ((e->flags & TRIAGE_ENTRY_REUSED) == 0 &&
		    cache_read(x->cache, x->base + (e->inode - FAT_FIRST_SLOT) * FAT_SLOT, slot, sizeof(slot), &bad,
		    &why) == TRIAGE_OK)
			fat_seen_add(&g->taken, fat_slot_parse(x, slot).chain.first);
		return TRIAGE_OK;
	}
	if (e->place < x->fs->start + x->data || e->size == 0 || e->size > (uint64_t)x->clusters * x->cluster)
		return TRIAGE_OK;
	if (g->count == g->room) {
		size_t room = g->room == 0 ? 64 : g->room * 2;
		struct deleted *files = realloc(g->files, room * sizeof(*files));
		if (files == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu deleted files", g->count);
			return TRIAGE_E_MEMORY;
		}
		g->files = files;
		g->room = room;
	}
	g->files[g->count++] = (struct deleted){
		.inode = e->inode, .made = e->times[TRIAGE_BTIME], .written = e->times[TRIAGE_MTIME],
		.first = (uint32_t)((e->place - x->fs->start - x->data) / x->cluster + 2),
		    .count = (uint32_t)((e->size + x->cluster - 1) / x->cluster),
	};
	return TRIAGE_OK;
}

static enum triage_status
ignore_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)p, (void)err;	/* told when the volume was listed */
	return TRIAGE_OK;
}

static int
compare_files(const void *left, const void *right)
{
	const struct deleted *a = left, *b = right;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->inode < b->inode ? -1 : a->inode > b->inode;
}

/* Do other deleted files begin inside the run of file i that lived beside it? Then none of them is in one run for sure. */
static void
find_disturbed(struct fat_guess *g, size_t i)
{
	struct deleted *a = &g->files[i];
	for (size_t k = i + 1; k < g->count && g->files[k].first - a->first < a->count && g->steps < STEPS_MAX; k++, g->steps++) {
		struct deleted *b = &g->files[k];
		if (b->first != a->first && b->made != TRIAGE_TIME_NONE && b->made <= a->written)
			a->disturbed = b->disturbed = true;
	}
}

/* Lay out a disturbed file over clusters that are free and nobody's. */
static enum triage_status
lay_out(struct fat_guess *g, struct deleted *d, const struct fat_seen *firsts, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint32_t left = d->count;
	for (uint32_t c = d->first; left > 0 && fat_is_cluster(g->x, c) && g->steps < STEPS_MAX && st == TRIAGE_OK; c++,
	    g->steps++) {
		if (c != d->first && (fat_seen_has(&g->taken, c) || fat_seen_has(firsts, c)))
			continue;
		if (fat_allocated(g->x, c))
			continue;
		fat_seen_add(&g->taken, c);
		st = run_list_add(&d->map, fat_cluster_place(g->x, c), g->x->cluster, err);
		left--;
	}
	if (left > 0 && st == TRIAGE_OK)
		run_list_release(&d->map);	/* it does not fit: no better than one run */
	return st;
}

static int
compare_written(const void *left, const void *right)
{
	const struct deleted *a = *(struct deleted *const *)left, *b = *(struct deleted *const *)right;
	if (a->written != b->written)
		return a->written < b->written ? -1 : 1;
	return compare_files(a, b);
}

/* First the files in one run, then the others in the order in which they were finished. */
static enum triage_status
lay_out_all(struct fat_guess *g, struct triage_error *err)
{
	struct fat_seen firsts;
	size_t count = 0;
	SCOPED_FREE struct deleted **disturbed = malloc((g->count + 1) * sizeof(*disturbed));
	enum triage_status st = fat_seen_init(&firsts, g->x, err);
	if (st == TRIAGE_OK && disturbed == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu deleted files", g->count);
		st = TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < g->count && st == TRIAGE_OK; i++)
		find_disturbed(g, i);
	for (size_t i = 0; i < g->count && st == TRIAGE_OK; i++) {
		struct deleted *d = &g->files[i];
		fat_seen_add(&firsts, d->first);
		if (d->disturbed && !fat_allocated(g->x, d->first))
			disturbed[count++] = d;
		else
			for (uint32_t k = 0; k < d->count && g->steps < STEPS_MAX; k++, g->steps++)
				fat_seen_add(&g->taken, (uint64_t)d->first + k);
	}
	if (st == TRIAGE_OK && count > 1)
		qsort(disturbed, count, sizeof(disturbed[0]), compare_written);
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++)
		st = lay_out(g, disturbed[i], &firsts, err);
	fat_seen_release(&firsts);
	return st;
}

enum triage_status
fat_guess_new(struct evidence_fs *fs, struct fat_guess **ret_guess, struct triage_error *err)
{
	struct fat_guess *g = calloc(1, sizeof(*g));
	if (g == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	g->x = fs->state;
	struct evidence_sink sink = { .ctx = g, .entry = take_entry, .problem = ignore_problem };
	enum triage_status st = fat_seen_init(&g->taken, g->x, err);
	if (st == TRIAGE_OK)
		st = fat_list(fs, &sink, err);
	if (st == TRIAGE_OK && g->count > 1)
		qsort(g->files, g->count, sizeof(g->files[0]), compare_files);
	if (st == TRIAGE_OK)
		st = lay_out_all(g, err);
	if (st != TRIAGE_OK) {
		fat_guess_free(g);
		return st;
	}
	*ret_guess = g;
	return TRIAGE_OK;
}

void
fat_guess_free(struct fat_guess *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->count; i++)
		run_list_release(&g->files[i].map);
	free(g->files);
	fat_seen_release(&g->taken);
	free(g);
}

enum triage_status
fat_guess_find(const struct fat_guess *g, uint64_t inode, struct run_list *map, bool *ret_found, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	*ret_found = false;
	for (size_t i = 0; i < g->count && !*ret_found; i++) {
		const struct deleted *d = &g->files[i];
		if (d->inode != inode || d->map.count == 0)
			continue;
		*ret_found = true;
		for (size_t k = 0; k < d->map.count && st == TRIAGE_OK; k++)
			st = run_list_add(map, d->map.runs[k].place, d->map.runs[k].length, err);
	}
	return st;
}

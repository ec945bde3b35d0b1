/* worker_open.c - what a worker holds open: containers, the volumes in them, filesystems; and when the keys have served. */
#include "triage/run/worker_inside.h"

#include <sys/syscall.h>
#include <unistd.h>

bool
worker_stat(int fd, struct stat *ret_info)
{
	return syscall(SYS_fstat, fd, ret_info) == 0;
}

/* What opening meets is told by the probe alone: in another job it would be put down to that job's object, in some worker or other. */
enum triage_status
worker_open_source(struct worker *w, size_t index, struct triage_error *err)
{
	worker_use_nested(w, index);
	if (w->opened[index] != NULL)
		return TRIAGE_OK;
	kept_release(&w->met[index]);
	struct evidence_sink sink = kept_sink(&w->met[index]);
	if (w->setup->sources[index].inside != NULL)
		return worker_open_nested(w, index, &sink, err);
	if (atomic_load_explicit(&w->setup->page->unopened, memory_order_relaxed) != 0 && evidence_needs_open(&w->inputs[index])) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET,
		    "opening it, or another container of this run that names its extents or its parent by file, took workers down: examine it alone, or a raw copy of it");
		return TRIAGE_E_UNSUPPORTED;
	}
	return evidence_open(&w->inputs[index], &sink, &w->opened[index], err);
}

static bool
is_container(const struct worker *w, size_t index)
{
	return w->setup->sources[index].kind != TRIAGE_EVIDENCE_DIRECTORY;
}

/* Volumes may reach over several containers that were given; one that lies in another is looked at alone. */
static bool
is_given(const struct worker *w, size_t index)
{
	return is_container(w, index) && w->setup->sources[index].inside == NULL;
}

enum triage_status
worker_find_volumes(struct worker *w, size_t source, struct triage_error *err)
{
	size_t containers = 0, given = 0;	/* those that were given come first */
	if (evidence_probed(w->opened[source]))
		return TRIAGE_OK;
	for (size_t i = 0; i < w->setup->source_count; i++)
		containers += is_given(w, i);
	if (containers < 2 || !is_given(w, source) || atomic_load_explicit(&w->setup->page->alone, memory_order_relaxed) != 0)
		return evidence_probe_together(&w->opened[source], 1, err);
	for (size_t i = 0; i < w->setup->source_count; i++) {
		/* one that cannot be opened says so in its own probe */
		struct triage_error ignored;
		if (is_given(w, i) && worker_open_source(w, i, &ignored) != TRIAGE_OK)
			w->opened[i] = NULL;
		given += w->setup->sources[i].inside == NULL;
		worker_beat(w);
	}
	return evidence_probe_together(w->opened, given, err);
}

void
worker_spend_keys(struct worker *w)
{
	struct triage_error ignored;
	if (w->setup->layers.keys->list.count == 0)
		return;
	for (size_t i = 0; i < w->setup->source_count; i++) {
		enum triage_status st = is_container(w, i) ? worker_open_source(w, i, &ignored) : TRIAGE_E_UNSUPPORTED;
		if (st == TRIAGE_OK)
			st = worker_find_volumes(w, i, &ignored);
		worker_beat(w);	/* whatever failed fails again where a job needs it, and is told there */
	}
	keys_wipe(w->setup->layers.keys);
}

void
worker_close_filesystems(struct worker *w, size_t source)
{
	for (size_t i = 0; i < OPEN_FILESYSTEMS; i++) {
		if (w->cache[i].fs == NULL || w->cache[i].source != source)
			continue;
		evidence_fs_close(w->cache[i].fs);
		w->cache[i].fs = NULL;
		w->cache[i].used = 0;
	}
}

enum triage_status
worker_open_filesystem(struct worker *w, size_t source, const struct triage_filesystem *fs, struct evidence_fs **ret_fs, struct triage_error *err)
{
	size_t oldest = 0;
	for (size_t i = 0; i < OPEN_FILESYSTEMS; i++) {
		if (w->cache[i].fs != NULL && w->cache[i].source == source && w->cache[i].index == fs->index) {
			w->cache[i].used = ++w->clock;
			*ret_fs = w->cache[i].fs;
			return TRIAGE_OK;
		}
		if (w->cache[i].used < w->cache[oldest].used)
			oldest = i;
	}
	struct evidence_fs *opened;
	enum triage_status st = worker_open_source(w, source, err);
	if (st == TRIAGE_OK && fs->reader_type != EVIDENCE_ON_MEDIUM)
		st = worker_find_volumes(w, source, err);
	if (st == TRIAGE_OK)
		st = evidence_fs_open(w->opened[source], fs, &opened, err);
	if (st != TRIAGE_OK)
		return st;
	evidence_fs_close(w->cache[oldest].fs);
	w->cache[oldest].fs = opened;
	w->cache[oldest].source = source;
	w->cache[oldest].index = fs->index;
	w->cache[oldest].used = ++w->clock;
	*ret_fs = opened;
	return TRIAGE_OK;
}

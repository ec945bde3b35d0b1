/* worker_nested.c - containers that lie in a filesystem of other evidence: their files become readers. See evidence/inside.h. */
#include "triage/run/worker_inside.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/evidence/disk.h"
#include "triage/evidence/inside.h"
#include "triage/run/opener.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { OPEN_MAX = 8, SEGMENTS_MAX = 1000, EXTENSION = 3 };

/* Where the files beside a container are: ctx of the disk finder. */
struct finding {
	struct worker *w;
	size_t index;
};

/* A mounted volume's file, from the opener. */
static enum triage_status
open_mounted(struct worker *w, size_t host, const struct source_file *f, struct reader **ret_reader, struct triage_error *err)
{
	int fd;
	struct stat info;
	enum triage_status st = opener_request(w->setup->openers[host], f->raw_path, f->raw_path_size, OPENER_CONTENT, 0, &fd, err);
	if (st == TRIAGE_E_CRASHED)
		_exit(2);	/* as in worker_do_content() */
	if (st != TRIAGE_OK)
		return st;
	uint64_t size = worker_stat(fd, &info) && info.st_size > 0 ? (uint64_t)info.st_size : 0;
	return companion_reader(fd, size, ret_reader, err);
}

static enum triage_status
open_file(struct worker *w, size_t index, const struct source_file *f, struct reader **ret_reader, struct triage_error *err)
{
	const struct source_inside *in = w->setup->sources[index].inside;
	if (w->setup->sources[in->source].kind == TRIAGE_EVIDENCE_DIRECTORY)
		return open_mounted(w, in->source, f, ret_reader, err);
	struct evidence_content *content;
	enum triage_status st = evidence_content_open(w->nested[index].fs, f->inode, f->attr_type, f->attr_id, &content, err);
	return st == TRIAGE_OK ? inside_reader(content, ret_reader, err) : st;
}

/* The file of that name: beside the container before elsewhere, as written before in other case. */
static const struct source_file *
file_named(const struct source_inside *in, const char *name)
{
	for (unsigned pass = 0; pass < 4; pass++)
		for (size_t i = 0; i < in->count; i++) {
			const char *here = text_base_name(in->files[i].path);
			bool same = pass % 2 == 0 ? strcmp(here, name) == 0 : strcasecmp(here, name) == 0;
			if (same && in->files[i].beside == (pass < 2))
				return &in->files[i];
		}
	return NULL;
}

/* Files of one filesystem are told apart by inode and stream. */
static struct companion_id
id_of(const struct source_inside *in, const struct source_file *f)
{
	return (struct companion_id){ .device = in->filesystem_id ^ (uint64_t)f->attr_id << 32, .inode = f->inode + 1 };
}

static enum triage_status
find_beside(void *ctx, const char *name, struct reader **ret_reader, struct companion_id *ret_id, struct triage_error *err)
{
	const struct finding *finding = ctx;
	const struct source_inside *in = finding->w->setup->sources[finding->index].inside;
	const struct source_file *f = file_named(in, name);
	if (f == NULL) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "there is no %s", name);
		return TRIAGE_E_IO;
	}
	*ret_id = id_of(in, f);
	return open_file(finding->w, finding->index, f, ret_reader, err);
}

static void
close_nested(struct worker *w, size_t index)
{
	struct worker_nested *n = &w->nested[index];
	for (size_t i = index + 1; i < w->setup->source_count; i++)
		if (w->setup->sources[i].inside != NULL && w->setup->sources[i].inside->source == index && w->opened[i] != NULL)
			close_nested(w, i);	/* as deep as containers lie in each other: twice */
	worker_close_filesystems(w, index);
	evidence_close(w->opened[index]);
	w->opened[index] = NULL;
	for (size_t i = 0; i < n->count; i++)
		reader_close(n->readers[i]);
	free(n->readers);
	free(n->paths);
	free(n->sizes);
	evidence_fs_close(n->fs);
	*n = (struct worker_nested){ .used = n->used };
}

void
worker_use_nested(struct worker *w, size_t index)
{
	for (const struct source_inside *in; (in = w->setup->sources[index].inside) != NULL; index = in->source)
		w->nested[index].used = ++w->clock;
}

/* Each costs caches and tables: the ones used longest ago are closed, unless a key that is gone by now had opened them. */
static void
make_room(struct worker *w, size_t wanted)
{
	size_t open = 0, oldest = SIZE_MAX, host = w->setup->sources[wanted].inside->source;
	for (size_t i = 0; i < w->setup->source_count; i++) {
		if (w->setup->sources[i].inside == NULL || w->opened[i] == NULL)
			continue;
		open++;
		if (i != host && (oldest == SIZE_MAX || w->nested[i].used < w->nested[oldest].used))
			oldest = i;
	}
	if (open >= OPEN_MAX && oldest != SIZE_MAX && !w->keyed)
		close_nested(w, oldest);
}

/* A segment of the same E01: the stem is the same, the extension counts. */
static bool
is_segment(const char *first, const char *other)
{
	size_t size = strlen(first);
	const char *end = other + size - EXTENSION;
	return strlen(other) == size && strncasecmp(first, other, size - EXTENSION) == 0 && (end[0] == 'e' || end[0] == 'E' || end[0] == first[size - EXTENSION]) &&
	    strcasecmp(end, "e01") != 0 && strspn(end + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == EXTENSION - 1;
}

static enum triage_status
add_file(struct worker *w, size_t index, const struct source_file *f, struct triage_error *err)
{
	struct worker_nested *n = &w->nested[index];
	struct reader *reader;
	enum triage_status st = open_file(w, index, f, &reader, err);
	if (st != TRIAGE_OK)
		return st;
	n->readers[n->count] = reader;
	n->paths[n->count] = f->path;
	n->sizes[n->count++] = reader->size;
	return TRIAGE_OK;
}

static enum triage_status
add_files(struct worker *w, size_t index, struct triage_error *err)
{
	const struct source_inside *in = w->setup->sources[index].inside;
	struct worker_nested *n = &w->nested[index];
	const char *name = text_base_name(in->files[0].path);
	bool ewf = strlen(name) > EXTENSION && strcasecmp(name + strlen(name) - EXTENSION, "e01") == 0;
	n->readers = calloc(SEGMENTS_MAX, sizeof(*n->readers));
	n->paths = calloc(SEGMENTS_MAX, sizeof(*n->paths));
	n->sizes = calloc(SEGMENTS_MAX, sizeof(*n->sizes));
	if (n->readers == NULL || n->paths == NULL || n->sizes == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	enum triage_status st = add_file(w, index, &in->files[0], err);
	for (size_t i = 1; i < in->count && ewf && st == TRIAGE_OK && n->count < SEGMENTS_MAX; i++)
		if (in->files[i].beside && is_segment(name, text_base_name(in->files[i].path)))
			st = add_file(w, index, &in->files[i], err);
	return st;
}

enum triage_status
worker_open_nested(struct worker *w, size_t index, const struct evidence_sink *sink, struct triage_error *err)
{
	const struct source_inside *in = w->setup->sources[index].inside;
	struct worker_nested *n = &w->nested[index];
	struct finding finding = { w, index };
	worker_misbehave_at(w, "nested");
	const struct disk_finder finder = { .ctx = &finding, .find = find_beside, .self = id_of(in, &in->files[0]) };
	enum triage_status st = TRIAGE_OK;
	if (w->setup->sources[in->source].kind != TRIAGE_EVIDENCE_DIRECTORY) {
		/* at most twice deep: what a container lies in is opened before it */
		st = worker_open_source(w, in->source, err);
		if (st == TRIAGE_OK && in->fs.reader_type != EVIDENCE_ON_MEDIUM)
			st = worker_find_volumes(w, in->source, err);
		make_room(w, index);
		if (st == TRIAGE_OK)
			st = evidence_fs_open(w->opened[in->source], &in->fs, &n->fs, err);
	}
	if (st == TRIAGE_OK)
		st = add_files(w, index, err);
	struct evidence_input *input = &w->inputs[index];
	input->kind = n->count > 1 ? TRIAGE_EVIDENCE_EWF : TRIAGE_EVIDENCE_RAW;
	input->count = n->count;
	input->readers = n->readers;
	input->paths = n->paths;
	input->sizes = n->sizes;
	input->finder = &finder;
	if (st == TRIAGE_OK)
		st = evidence_open(input, sink, &w->opened[index], err);
	input->finder = NULL;
	if (st != TRIAGE_OK) {
		w->opened[index] = NULL;
		close_nested(w, index);
	}
	return st;
}

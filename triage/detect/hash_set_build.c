/* hash_set_build.c - a sorted set out of any number of digests: runs that fit in memory are sorted and kept on disk, then merged. */
#include "triage/detect/hash_set.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum { RUN_BYTES = 32 << 20, RUNS_MAX = 4096, HEADER = 128 };

/* The digests of one kind. */
struct pile {
	uint8_t *rows;			/* RUN_BYTES, from the first digest on */
	size_t count;
	FILE **runs;
	uint8_t (*heads)[DIGEST_MAX];	/* the next row of each run, while merging */
	size_t run_count;
};

struct hash_set_builder {
	char folder[4096];
	struct pile piles[DIGEST_KIND_COUNT];
};

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a hash set");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
io_error(const char *what, const char *path, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot %s %s", what, path);
	return TRIAGE_E_IO;
}

enum triage_status
hash_set_builder_new(const char *folder, struct hash_set_builder **ret_builder, struct triage_error *err)
{
	struct hash_set_builder *b = fault_hit() ? NULL : calloc(1, sizeof(*b));
	if (b == NULL)
		return no_memory(err);
	snprintf(b->folder, sizeof(b->folder), "%s", folder);
	*ret_builder = b;
	return TRIAGE_OK;
}

void
hash_set_builder_free(struct hash_set_builder *b)
{
	if (b == NULL)
		return;
	for (size_t k = 0; k < DIGEST_KIND_COUNT; k++) {
		for (size_t i = 0; i < b->piles[k].run_count; i++)
			fclose(b->piles[k].runs[i]);
		free(b->piles[k].runs);
		free(b->piles[k].heads);
		free(b->piles[k].rows);
	}
	free(b);
}

static int
compare_16(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static int
compare_20(const void *a, const void *b)
{
	return memcmp(a, b, 20);
}

static int
compare_32(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

static int (*const compare[DIGEST_KIND_COUNT])(const void *, const void *) = {
	[DIGEST_MD5] = compare_16, [DIGEST_SHA1] = compare_20, [DIGEST_SHA256] = compare_32,
};

/* What is in memory, sorted, into a file without a name. */
static enum triage_status
spill(struct hash_set_builder *b, enum digest_kind kind, struct triage_error *err)
{
	struct pile *p = &b->piles[kind];
	size_t size = digest_size(kind);
	char path[4200];
	if (p->count == 0)
		return TRIAGE_OK;
	if (p->runs == NULL)
		p->runs = calloc(RUNS_MAX, sizeof(FILE *));
	if (p->runs == NULL || p->run_count == RUNS_MAX)
		return no_memory(err);
	qsort(p->rows, p->count, size, compare[kind]);
	snprintf(path, sizeof(path), "%s/.hashset-XXXXXX", b->folder);
	SCOPED_FD fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return io_error("make a file in", b->folder, err);
	unlink(path);
	FILE *run = fdopen(fd, "w+b");
	if (run == NULL)
		return no_memory(err);
	fd_take(&fd);
	p->runs[p->run_count++] = run;
	if (fwrite(p->rows, size, p->count, run) != p->count || fflush(run) != 0 || fseek(run, 0, SEEK_SET) != 0)
		return io_error("write to a file in", b->folder, err);
	p->count = 0;
	return TRIAGE_OK;
}

enum triage_status
hash_set_builder_add(struct hash_set_builder *b, enum digest_kind kind, const uint8_t *digest, struct triage_error *err)
{
	struct pile *p = &b->piles[kind];
	size_t size = digest_size(kind);
	if (p->rows == NULL && (fault_hit() || (p->rows = malloc(RUN_BYTES)) == NULL))
		return no_memory(err);
	if ((p->count + 1) * size > RUN_BYTES) {
		enum triage_status st = spill(b, kind, err);
		if (st != TRIAGE_OK)
			return st;
	}
	memcpy(p->rows + p->count++ * size, digest, size);
	return TRIAGE_OK;
}

/* All runs of a kind in order, without twins, to out. */
static enum triage_status
merge(struct hash_set_builder *b, enum digest_kind kind, FILE *out, struct digest *sum, uint64_t *ret_count, struct triage_error *err)
{
	struct pile *p = &b->piles[kind];
	size_t size = digest_size(kind), left = 0;
	uint8_t last[DIGEST_MAX];
	enum triage_status st = spill(b, kind, err);
	if (st != TRIAGE_OK || p->run_count == 0)
		return st;
	p->heads = calloc(p->run_count, sizeof(*p->heads));
	if (p->heads == NULL)
		return no_memory(err);
	for (size_t i = 0; i < p->run_count; i++)
		if (fread(p->heads[i], size, 1, p->runs[i]) == 1)
			left++;
	while (left > 0) {
		size_t least = 0;
		for (size_t i = 1; i < left; i++)
			if (memcmp(p->heads[i], p->heads[least], size) < 0)
				least = i;
		if (*ret_count == 0 || memcmp(last, p->heads[least], size) != 0) {
			memcpy(last, p->heads[least], size);
			digest_update(sum, last, size);
			++*ret_count;
			if (fwrite(last, size, 1, out) != 1)
				return io_error("write", "the hash set", err);
		}
		if (fread(p->heads[least], size, 1, p->runs[least]) == 1)
			continue;
		if (ferror(p->runs[least]))
			return io_error("read back a file in", b->folder, err);
		/* a run that is used up changes places with the last */
		left--;
		FILE *empty = p->runs[least];
		p->runs[least] = p->runs[left];
		p->runs[left] = empty;
		memcpy(p->heads[least], p->heads[left], size);
	}
	return TRIAGE_OK;
}

static void
put_number(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static enum triage_status
write_all(struct hash_set_builder *b, FILE *out, const char *path, uint64_t counts[DIGEST_KIND_COUNT], struct triage_error *err)
{
	uint8_t header[HEADER] = "TRIAGE-HASHSET\n", value[DIGEST_MAX];
	struct digest *sum;
	enum triage_status st = digest_new(DIGEST_SHA256, &sum, err);
	if (st != TRIAGE_OK)
		return st;
	if (fwrite(header, sizeof(header), 1, out) != 1)
		st = io_error("write", path, err);
	for (unsigned kind = 0; kind < DIGEST_KIND_COUNT && st == TRIAGE_OK; kind++) {
		counts[kind] = 0;
		st = merge(b, (enum digest_kind)kind, out, sum, &counts[kind], err);
		put_number(header + 24 + 8 * kind, counts[kind], 8);
	}
	digest_final(sum, value);
	digest_free(sum);
	put_number(header + 16, 1, 4);
	put_number(header + 20, HEADER, 4);
	memcpy(header + 48, value, 32);
	if (st == TRIAGE_OK && (fseek(out, 0, SEEK_SET) != 0 || fwrite(header, sizeof(header), 1, out) != 1 || fflush(out) != 0 || fsync(fileno(out)) != 0))
		st = io_error("write", path, err);
	return st;
}

enum triage_status
hash_set_builder_write(struct hash_set_builder *b, const char *path, uint64_t ret_counts[DIGEST_KIND_COUNT], struct triage_error *err)
{
	SCOPED_FD fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	SCOPED_FILE out = fd < 0 ? NULL : fdopen(fd, "w+b");
	if (out == NULL)
		return io_error(errno == EEXIST ? "make (a file is there already)" : "make", path, err);
	fd_take(&fd);
	enum triage_status st = write_all(b, out, path, ret_counts, err);
	if (st != TRIAGE_OK)
		unlink(path);
	return st;
}

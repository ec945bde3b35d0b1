/* disk.c - reads through the layers of a disk: see disk.h. */
#include "triage/evidence/disk_inside.h"

#include "triage/base/fault.h"
#include "triage/evidence/unpack.h"

#include <stdlib.h>
#include <string.h>

static const char why_parent[] = "in a parent file that is missing";
static const char why_unpack[] = "damaged compressed block";
static const char why_memory[] = "no memory to unpack a block";
static const char why_nothing[] = "tables that lead nowhere";

void
disk_run_is(struct disk_run *run, enum disk_what what, uint64_t size, const char *why)
{
	*run = (struct disk_run){ .what = what, .size = size, .why = why };
}

/* What lies at offset, through all layers. run->size is at most want. */
static void
find_run(struct disk *d, uint64_t offset, uint64_t want, struct disk_run *run)
{
	struct disk_layer *l = d->top;
	uint64_t limit = want;
	for (;;) {
		if (offset >= l->size) {
			disk_run_is(run, DISK_ZERO, limit, NULL);
			return;
		}
		limit = l->size - offset < limit ? l->size - offset : limit;
		disk_run_is(run, DISK_BAD, limit, why_nothing);
		l->kind->map(l, offset, limit, run);
		if (run->size == 0)
			disk_run_is(run, DISK_BAD, limit, why_nothing);
		limit = run->size < limit ? run->size : limit;
		run->size = limit;
		if (run->what != DISK_BELOW)
			return;
		if (l->below == NULL)
			break;
		l = l->below;
	}
	disk_run_is(run, l->needs_below ? DISK_BAD : DISK_ZERO, limit, why_parent);
}

static void
serve_bad(struct disk *d, uint64_t offset, uint64_t size, const char *why)
{
	d->base.bad_bytes += size;
	bad_list_add(&d->bad, offset, size, why);
}

struct serving {
	struct disk *disk;
	uint64_t offset;
};

static void
bad_in_file(void *ctx, uint64_t distance, uint64_t size, const char *why)
{
	const struct serving *s = ctx;
	serve_bad(s->disk, s->offset + distance, size, why);
}

/* The packed bytes of a block into the scratch room; the size of what is there. */
static size_t
read_packed(struct disk *d, const struct disk_run *run)
{
	struct disk_file *f = run->file;
	size_t size = run->packed_size;
	if (run->at >= f->reader->size)
		return 0;
	if (f->reader->size - run->at < size)
		size = (size_t)(f->reader->size - run->at);
	if (size > d->packed_room) {
		uint8_t *grown = fault_hit() ? NULL : realloc(d->packed, size);
		if (grown == NULL)
			return 0;
		d->packed = grown;
		d->packed_room = size;
	}
	return disk_file_read(f, run->at, d->packed, size, NULL, NULL) ? size : 0;
}

/* The slot that holds the unpacked block of a run, NULL when memory is short. */
static struct disk_block *
block_of(struct disk *d, const struct disk_run *run)
{
	size_t slots = run->block_size > LARGE_BLOCK ? FEW_BLOCKS : DISK_BLOCKS, oldest = 0;
	for (size_t i = 0; i < DISK_BLOCKS; i++) {
		struct disk_block *b = &d->blocks[i];
		if (b->file == run->file && b->at == run->at && b->size == run->block_size && b->packed_size == run->packed_size) {
			b->used = ++d->clock;
			return b;
		}
	}
	for (size_t i = 1; i < slots; i++)
		if (d->blocks[i].used < d->blocks[oldest].used)
			oldest = i;
	struct disk_block *b = &d->blocks[oldest];
	b->file = NULL;
	if (b->room < run->block_size) {
		uint8_t *grown = fault_hit() ? NULL : realloc(b->data, run->block_size);
		if (grown == NULL)
			return NULL;
		b->data = grown;
		b->room = run->block_size;
	}
	size_t packed = read_packed(d, run);
	*b = (struct disk_block){ .file = run->file, .at = run->at, .size = run->block_size, .packed_size = run->packed_size,
	    .used = ++d->clock, .data = b->data, .room = b->room };
	/* the last block of a disk may stand for more than the disk has: what it does not tell is nowhere */
	b->whole = unpack_block(run->packing, (struct view){ d->packed, packed }, b->data, b->size, run->block + b->size > d->base.size);
	return b;
}

static void
serve_packed(struct disk *d, uint64_t offset, uint8_t *buf, const struct disk_run *run)
{
	const struct disk_block *b = block_of(d, run);
	if (b == NULL) {
		memset(buf, 0, (size_t)run->size);
		serve_bad(d, offset, run->size, why_memory);
		return;
	}
	memcpy(buf, b->data + (offset - run->block), (size_t)run->size);
	if (!b->whole)
		serve_bad(d, offset, run->size, why_unpack);
}

/* A packed run is only served when what its kind says of it can be. */
static bool
packed_fits(const struct disk_run *run, uint64_t offset)
{
	return run->block_size > 0 && run->block_size <= DISK_BLOCK_MAX && run->packed_size > 0 && run->packed_size <= 2 * DISK_BLOCK_MAX &&
	    offset >= run->block && offset - run->block < run->block_size && run->size <= run->block_size - (offset - run->block);
}

static void
serve(struct disk *d, uint64_t offset, uint8_t *buf, const struct disk_run *run)
{
	struct serving s = { d, offset };
	if (run->what == DISK_DATA) {
		disk_file_read(run->file, run->at, buf, (size_t)run->size, bad_in_file, &s);
	} else if (run->what == DISK_PACKED && packed_fits(run, offset)) {
		serve_packed(d, offset, buf, run);
	} else {
		memset(buf, 0, (size_t)run->size);
		if (run->what != DISK_ZERO)
			serve_bad(d, offset, run->size, run->why != NULL ? run->why : why_nothing);
	}
}

/* True when next goes on where run ends, in the same way: both become one. */
static bool
join(struct disk_run *run, const struct disk_run *next)
{
	bool same = run->what == next->what && (run->what == DISK_ZERO ||
	    (run->what == DISK_DATA && run->file == next->file && run->at + run->size == next->at));
	if (same)
		run->size += next->size;
	return same;
}

static enum triage_status
disk_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct disk *d = (struct disk *)r;
	(void)err;
	uint64_t at = offset, end = offset + size;
	struct disk_run run, next;
	find_run(d, at, end - at, &run);
	while (at < end) {
		bool more = false;
		while (at + run.size < end) {
			find_run(d, at + run.size, end - at - run.size, &next);
			more = !join(&run, &next);
			if (more)
				break;
		}
		serve(d, at, buf + (at - offset), &run);
		at += run.size;
		if (more)
			run = next;
	}
	return TRIAGE_OK;
}

static void
disk_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	bad_list_each(&((struct disk *)r)->bad, each, ctx);
}

static void
disk_close(struct reader *r)
{
	struct disk *d = (struct disk *)r;
	for (struct disk_layer *l = d->top; l != NULL;) {
		struct disk_layer *below = l->below;
		if (l->kind->close != NULL)
			l->kind->close(l);
		free(l->parent);
		free(l);
		l = below;
	}
	for (size_t i = 0; i < d->file_count; i++) {
		reader_close(d->files[i]->reader);
		free(d->files[i]);
	}
	for (size_t i = 0; i < DISK_BLOCKS; i++)
		free(d->blocks[i].data);
	bad_list_release(&d->bad);
	disk_pages_free(d->pages);
	free(d->packed);
	free(d);
}

const struct reader_ops disk_ops = { .name = "disk", .read = disk_read, .bad_ranges = disk_bad_ranges, .close = disk_close };

bool
disk_head(struct disk_layer *layer, uint64_t at, void *buf, size_t size)
{
	return at <= INT64_MAX && disk_file_read(layer->file, at, buf, size, NULL, NULL);
}

bool
disk_table(struct disk_layer *layer, struct disk_file *file, uint64_t at, void *buf, size_t size)
{
	return disk_pages_read(layer->disk->pages, file, at, buf, size);
}

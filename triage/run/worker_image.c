/* worker_image.c - the image job: digests of the whole medium, and the ranges of it that could not be read. */
#include "triage/run/worker_inside.h"

#include <stdio.h>

enum { RANGES_TOLD = 200 };

struct image {
	struct worker *w;
	struct reader *reader;
	uint64_t ranges, folded, first;		/* bad ranges; bytes of those beyond RANGES_TOLD, and where the first of them begins */
};

static enum triage_status
image_read(void *ctx, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	struct image *i = ctx;
	size_t got = 0;
	enum triage_status st = reader_read(i->reader, offset, buf, size, &got, err);
	atomic_fetch_add_explicit(&i->w->setup->page->bytes, got, memory_order_relaxed);
	atomic_fetch_add_explicit(&i->w->setup->page->beat, 1, memory_order_relaxed);
	*ret_got = got;
	return st;
}

static void
image_problem(const struct image *i, uint64_t offset, uint64_t size, const char *message)
{
	wire_put_problem(&i->w->wire, i->w->job, &(struct triage_problem){ .stage = "image", .severity = TRIAGE_MEDIUM, .code = "bad-sectors",
	    .message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = offset, .bytes = size });
}

static void
image_bad_range(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	struct image *i = ctx;
	if (i->ranges++ >= RANGES_TOLD) {
		if (i->folded == 0)
			i->first = offset;
		i->folded += size;
		return;
	}
	char message[200];
	snprintf(message, sizeof(message), "%s: sectors %ju to %ju (512 bytes each) read as zeros", why, (uintmax_t)(offset / 512),
	    (uintmax_t)((offset + size - 1) / 512));
	image_problem(i, offset, size, message);
}

static void
image_tell_folded(const struct image *i)
{
	char message[200];
	if (i->ranges <= RANGES_TOLD)
		return;
	snprintf(message, sizeof(message), "%ju more ranges that read as zeros, %ju bytes in all, the first at sector %ju (512 bytes each)",
	    (uintmax_t)(i->ranges - RANGES_TOLD), (uintmax_t)i->folded, (uintmax_t)(i->first / 512));
	image_problem(i, i->first, i->folded, message);
}

void
worker_do_image(struct worker *w, struct wire_cursor *c)
{
	struct triage_error err = { .offset = TRIAGE_NO_OFFSET };
	size_t source = (size_t)wire_get_u64(c);
	unsigned which = (unsigned)wire_get_u64(c);
	struct analyse_digests digests = { 0 };
	worker_at_stage(w, WORKER_IMAGE);
	keys_wipe(w->setup->layers.keys);	/* a worker that hashes opens no lock */
	enum triage_status st = worker_open_source(w, source, &err);
	if (st == TRIAGE_OK) {
		struct image image = { .w = w, .reader = evidence_reader(w->opened[source]) };
		const struct analyse_io io = { .ctx = &image, .read = image_read };
		st = analyse_digest(&io, which, &digests, &err);
		if (st == TRIAGE_OK && image.reader->ops->bad_ranges != NULL)
			image.reader->ops->bad_ranges(image.reader, image_bad_range, &image);
		image_tell_folded(&image);
	}
	if (st == TRIAGE_OK) {
		size_t mark;
		wire_begin(&w->wire, WIRE_DIGESTS, w->job, &mark);
		wire_put_text(&w->wire, digests.md5);
		wire_put_text(&w->wire, digests.sha1);
		wire_put_text(&w->wire, digests.sha256);
		wire_end(&w->wire, mark);
	}
	worker_done(w, st, &err);
}

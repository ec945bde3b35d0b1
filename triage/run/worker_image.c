/* worker_image.c - the image job: digests of the whole medium, and the ranges of it that could not be read. */
#include "triage/run/worker_inside.h"

#include <stdio.h>

struct image {
	struct worker *w;
	struct reader *reader;
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
image_bad_range(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	struct worker *w = ctx;
	char message[200];
	snprintf(message, sizeof(message), "%s: sectors %ju to %ju (512 bytes each) read as zeros", why, (uintmax_t)(offset / 512),
	    (uintmax_t)((offset + size - 1) / 512));
	wire_put_problem(&w->wire, w->job, &(struct triage_problem){ .stage = "image", .severity = TRIAGE_MEDIUM, .code = "bad-sectors",
	    .message = message, .inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = offset, .bytes = size });
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
		struct image image = { w, evidence_reader(w->opened[source]) };
		const struct analyse_io io = { .ctx = &image, .read = image_read };
		st = analyse_digest(&io, which, &digests, &err);
		if (st == TRIAGE_OK && image.reader->ops->bad_ranges != NULL)
			image.reader->ops->bad_ranges(image.reader, image_bad_range, w);
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

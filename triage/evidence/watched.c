#include "triage/evidence/watched.h"

#include <stdlib.h>

struct watched {
	struct reader base;
	struct reader *slice;	/* owned */
	void (*beat)(void *ctx);
	void *ctx;
};

static enum triage_status
watched_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct watched *w = (struct watched *)r;
	uint64_t bad = w->slice->bad_bytes;
	w->beat(w->ctx);
	enum triage_status st = reader_read_all(w->slice, offset, buf, size, err);
	r->bad_bytes += w->slice->bad_bytes - bad;
	return st;
}

static uint64_t
watched_place(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run)
{
	*ret_below = ((struct watched *)r)->slice;
	*ret_run = r->size - offset;
	return offset;
}

static void
watched_close(struct reader *r)
{
	reader_close(((struct watched *)r)->slice);
	free(r);
}

static const struct reader_ops watched_ops = { .name = "watched", .read = watched_read, .place = watched_place, .close = watched_close };

enum triage_status
watched_slice(struct reader *parent, uint64_t start, uint64_t length, void (*beat)(void *ctx), void *ctx, struct reader **ret_reader,
    struct triage_error *err)
{
	struct reader *slice;
	enum triage_status st = reader_slice(parent, start, length, &slice, err);
	if (st != TRIAGE_OK || beat == NULL) {
		if (st == TRIAGE_OK)
			*ret_reader = slice;
		return st;
	}
	struct watched *w = calloc(1, sizeof(*w));
	if (w == NULL) {
		reader_close(slice);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	w->base = (struct reader){ .ops = &watched_ops, .size = slice->size, .sector_size = slice->sector_size };
	w->slice = slice;
	w->beat = beat;
	w->ctx = ctx;
	*ret_reader = &w->base;
	return TRIAGE_OK;
}

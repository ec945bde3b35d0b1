/* shared_reader.c - see shared_reader.h. */
#include "triage/evidence/shared_reader.h"

#include "triage/base/fault.h"

#include <stdlib.h>

struct shared_reader {
	struct reader *below;
	size_t shares;
};

struct handle {
	struct reader base;
	struct shared_reader *shared;
};

static struct reader *
below(const struct reader *r)
{
	return ((const struct handle *)r)->shared->below;
}

static enum triage_status
handle_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct reader *b = below(r);
	uint64_t bad = b->bad_bytes;
	enum triage_status st = reader_read_all(b, offset, buf, size, err);
	r->bad_bytes += b->bad_bytes - bad;
	return st;
}

static void
handle_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	if (below(r)->ops->bad_ranges != NULL)
		below(r)->ops->bad_ranges(below(r), each, ctx);
}

static uint64_t
handle_place(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run)
{
	*ret_below = below(r);
	*ret_run = r->size - offset;
	return offset;
}

static void
handle_close(struct reader *r)
{
	shared_release(((struct handle *)r)->shared);
	free(r);
}

static const struct reader_ops handle_ops = {
	.name = "shared", .read = handle_read, .bad_ranges = handle_bad_ranges, .place = handle_place, .close = handle_close,
};

enum triage_status
shared_new(struct reader *reader, struct shared_reader **ret_shared, struct triage_error *err)
{
	struct shared_reader *s = fault_hit() ? NULL : calloc(1, sizeof(*s));
	if (s == NULL) {
		reader_close(reader);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	*s = (struct shared_reader){ .below = reader, .shares = 1 };
	*ret_shared = s;
	return TRIAGE_OK;
}

enum triage_status
shared_handle(struct shared_reader *shared, struct reader **ret_reader, struct triage_error *err)
{
	struct handle *h = fault_hit() ? NULL : calloc(1, sizeof(*h));
	if (h == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	h->base = (struct reader){ .ops = &handle_ops, .size = shared->below->size, .sector_size = shared->below->sector_size };
	h->shared = shared;
	shared->shares++;
	*ret_reader = &h->base;
	return TRIAGE_OK;
}

void
shared_release(struct shared_reader *shared)
{
	if (shared == NULL || --shared->shares > 0)
		return;
	reader_close(shared->below);
	free(shared);
}

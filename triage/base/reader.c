#include "triage/base/reader.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum { PLACE_DEPTH = 64, PLACE_STEP = 4096 };

enum triage_status
reader_read(struct reader *r, uint64_t offset, void *buf, size_t size, size_t *ret_got, struct triage_error *err)
{
	if (offset >= r->size) {
		*ret_got = 0;
		return TRIAGE_OK;
	}
	if (size > r->size - offset)
		size = (size_t)(r->size - offset);
	enum triage_status st = size == 0 ? TRIAGE_OK : r->ops->read(r, offset, buf, size, err);
	if (st != TRIAGE_OK)
		return st;
	*ret_got = size;
	return TRIAGE_OK;
}

enum triage_status
reader_read_all(struct reader *r, uint64_t offset, void *buf, size_t size, struct triage_error *err)
{
	if (offset > r->size || size > r->size - offset) {
		triage_error_set(err, TRIAGE_E_SHORT, r->size, "%zu bytes wanted at %ju, the medium ends at %ju",
		    size, (uintmax_t)offset, (uintmax_t)r->size);
		return TRIAGE_E_SHORT;
	}
	size_t got;
	return reader_read(r, offset, buf, size, &got, err);
}

void
reader_close(struct reader *r)
{
	if (r != NULL)
		r->ops->close(r);
}

uint64_t
reader_place_in(struct reader *r, uint64_t offset, struct reader *medium, uint64_t *ret_run)
{
	uint64_t run = offset < r->size ? r->size - offset : 0;
	for (unsigned depth = 0; depth < PLACE_DEPTH && run > 0; depth++) {
		if (r == medium) {
			*ret_run = run;
			return offset;
		}
		struct reader *below = NULL;
		uint64_t part = 0, at = TRIAGE_NO_OFFSET;
		if (r->ops->place == NULL)
			break;	/* another medium, or bytes that lie nowhere as they are served */
		at = r->ops->place(r, offset, &below, &part);
		if (at == TRIAGE_NO_OFFSET || below == NULL || part == 0 || at >= below->size) {
			uint64_t step = at == TRIAGE_NO_OFFSET && part > 0 ? part : PLACE_STEP - offset % PLACE_STEP;
			*ret_run = step < run ? step : run;
			return TRIAGE_NO_OFFSET;
		}
		run = part < run ? part : run;
		run = below->size - at < run ? below->size - at : run;
		offset = at;
		r = below;
	}
	*ret_run = run;
	return TRIAGE_NO_OFFSET;
}

struct slice {
	struct reader base;
	struct reader *parent;
	uint64_t start;
};

static enum triage_status
slice_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct slice *s = (struct slice *)r;
	uint64_t bad = s->parent->bad_bytes;
	enum triage_status st = reader_read_all(s->parent, s->start + offset, buf, size, err);
	r->bad_bytes += s->parent->bad_bytes - bad;
	return st;
}

static void
slice_close(struct reader *r)
{
	free(r);
}

static uint64_t
slice_place(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run)
{
	struct slice *s = (struct slice *)r;
	*ret_below = s->parent;
	*ret_run = r->size - offset;
	return s->start + offset;
}

static const struct reader_ops slice_ops = { .name = "slice", .read = slice_read, .place = slice_place, .close = slice_close };

enum triage_status
reader_slice(struct reader *parent, uint64_t start, uint64_t length, struct reader **ret_reader, struct triage_error *err)
{
	if (start > parent->size || length > parent->size - start) {
		triage_error_set(err, TRIAGE_E_SHORT, parent->size, "volume of %ju bytes at %ju runs past the end of the medium at %ju",
		    (uintmax_t)length, (uintmax_t)start, (uintmax_t)parent->size);
		return TRIAGE_E_SHORT;
	}
	struct slice *s = calloc(1, sizeof(*s));
	if (s == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	s->base = (struct reader){ .ops = &slice_ops, .size = length, .sector_size = parent->sector_size };
	s->parent = parent;
	s->start = start;
	*ret_reader = &s->base;
	return TRIAGE_OK;
}

struct memory {
	struct reader base;
	const uint8_t *data;
};

static enum triage_status
memory_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	(void)err;
	memcpy(buf, ((struct memory *)r)->data + offset, size);
	return TRIAGE_OK;
}

static const struct reader_ops memory_ops = { .name = "memory", .read = memory_read, .close = slice_close };

enum triage_status
reader_memory(const void *data, size_t size, struct reader **ret_reader, struct triage_error *err)
{
	struct memory *m = calloc(1, sizeof(*m));
	if (m == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	m->base = (struct reader){ .ops = &memory_ops, .size = size, .sector_size = 512 };
	m->data = data;
	*ret_reader = &m->base;
	return TRIAGE_OK;
}

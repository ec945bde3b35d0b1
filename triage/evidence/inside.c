/* inside.c - see inside.h. */
#include "triage/evidence/inside.h"

#include "triage/base/fault.h"
#include "triage/evidence/bad_list.h"
#include "triage/evidence/content.h"
#include "triage/evidence/kept.h"
#include "triage/evidence/source.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 4096 };
static const char why_stream[] = "the file that holds it is damaged or incomplete here";

struct inside {
	struct reader base;
	struct evidence_content *content;	/* NULL for a borrowed reader */
	struct reader *borrowed;
	struct bad_list bad;
};

/* Read a part of the stream; true when all of it is whole. What could not be read at all is zeros. */
static bool
read_part(struct evidence_content *c, uint64_t offset, uint8_t *buf, size_t size)
{
	const uint32_t lost = EVIDENCE_CONTENT_BAD | EVIDENCE_CONTENT_FILLER;
	uint32_t before = c->flags;
	size_t got = 0;
	c->flags &= ~lost;
	if (evidence_content_read(c, offset, buf, size, &got, NULL) != TRIAGE_OK)
		got = 0;
	memset(buf + got, 0, size - got);
	bool whole = got == size && (c->flags & lost) == 0;
	c->flags |= before;
	return whole;
}

static enum triage_status
inside_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct inside *in = (struct inside *)r;
	(void)err;
	if (read_part(in->content, offset, buf, size))
		return TRIAGE_OK;
	/* once more in pieces, so that what is whole is not counted among what is bad */
	for (size_t done = 0; done < size;) {
		size_t left = PIECE - (offset + done) % PIECE, piece = left < size - done ? left : size - done;
		if (!read_part(in->content, offset + done, buf + done, piece)) {
			r->bad_bytes += piece;
			bad_list_add(&in->bad, offset + done, piece, why_stream);
		}
		done += piece;
	}
	return TRIAGE_OK;
}

static void
inside_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	bad_list_each(&((struct inside *)r)->bad, each, ctx);
}

static void
inside_close(struct reader *r)
{
	struct inside *in = (struct inside *)r;
	evidence_content_close(in->content);
	bad_list_release(&in->bad);
	free(in);
}

static const struct reader_ops inside_ops = { .name = "inside", .read = inside_read, .bad_ranges = inside_bad_ranges, .close = inside_close };

static enum triage_status
new_reader(struct inside **ret_inside, struct triage_error *err)
{
	*ret_inside = fault_hit() ? NULL : calloc(1, sizeof(**ret_inside));
	if (*ret_inside != NULL)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	return TRIAGE_E_MEMORY;
}

enum triage_status
inside_reader(struct evidence_content *content, struct reader **ret_reader, struct triage_error *err)
{
	struct inside *in;
	enum triage_status st = new_reader(&in, err);
	if (st != TRIAGE_OK) {
		evidence_content_close(content);
		return st;
	}
	in->base = (struct reader){ .ops = &inside_ops, .size = evidence_content_size(content), .sector_size = 512 };
	in->content = content;
	*ret_reader = &in->base;
	return TRIAGE_OK;
}

static enum triage_status
borrowed_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct reader *below = ((struct inside *)r)->borrowed;
	uint64_t bad = below->bad_bytes;
	enum triage_status st = reader_read_all(below, offset, buf, size, err);
	r->bad_bytes += below->bad_bytes - bad;
	return st;
}

static void
borrowed_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	struct reader *below = ((struct inside *)r)->borrowed;
	if (below->ops->bad_ranges != NULL)
		below->ops->bad_ranges(below, each, ctx);
}

static const struct reader_ops borrowed_ops = { .name = "borrowed", .read = borrowed_read, .bad_ranges = borrowed_bad_ranges, .close = inside_close };

enum triage_status
inside_borrow(struct reader *reader, struct reader **ret_reader, struct triage_error *err)
{
	struct inside *in;
	enum triage_status st = new_reader(&in, err);
	if (st != TRIAGE_OK)
		return st;
	in->base = (struct reader){ .ops = &borrowed_ops, .size = reader->size, .sector_size = reader->sector_size };
	in->borrowed = reader;
	*ret_reader = &in->base;
	return TRIAGE_OK;
}

bool
inside_is_no_disk(const struct evidence_source *source)
{
	return source->kind == TRIAGE_EVIDENCE_RAW && source->probed && source->filesystems == 0 && !kept_has_volume_of_kind(&source->found);
}

/*
 * pieces.h - a medium made of a few pieces with zeros between them, so that a seed of some KiB stands for an image of many MiB.
 *
 * Little endian. Head: u32 sectors of 512 bytes of the medium (at most PIECES_SECTORS_MAX are believed), u32 variant (what it
 * means is up to the target). Then pieces: u32 first sector, u32 sectors, their bytes; the last may be cut. Later pieces lie
 * over earlier ones. fixtures/pieces.py writes and unpacks them.
 */
#ifndef TRIAGE_TESTS_FUZZ_PIECES_H
#define TRIAGE_TESTS_FUZZ_PIECES_H

#include "tests/fuzz/targets.h"

#include "triage/base/reader.h"
#include "triage/base/view.h"

enum { PIECES_MAX = 256, PIECES_SECTOR = 512, PIECES_SECTORS_MAX = 96 << 11, PIECES_HEAD = 8 };

struct pieces {
	struct reader base;
	uint32_t variant;
	size_t count;
	struct {
		uint64_t at;
		struct view bytes;
	} piece[PIECES_MAX];
};

static enum triage_status
pieces_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	const struct pieces *p = (struct pieces *)r;
	(void)err;
	FUZZ_NEED(offset <= r->size && size <= r->size - offset);
	memset(buf, 0, size);
	for (size_t i = 0; i < p->count; i++) {
		uint64_t from = p->piece[i].at, to = from + p->piece[i].bytes.size;
		uint64_t first = from > offset ? from : offset, end = to < offset + size ? to : offset + size;
		if (first < end)
			memcpy(buf + (first - offset), p->piece[i].bytes.data + (first - from), (size_t)(end - first));
	}
	return TRIAGE_OK;
}

static void
pieces_close(struct reader *r)
{
	(void)r;
}

/* data must outlive p. False when there is no head. */
static inline bool
pieces_open(struct pieces *p, const uint8_t *data, size_t size)
{
	static const struct reader_ops ops = { .name = "pieces", .read = pieces_read, .close = pieces_close };
	if (size < PIECES_HEAD)
		return false;
	uint64_t sectors = load_le32(data);
	*p = (struct pieces){ .variant = load_le32(data + 4) };
	p->base = (struct reader){ .ops = &ops, .sector_size = 512,
	    .size = (sectors < PIECES_SECTORS_MAX ? sectors : PIECES_SECTORS_MAX) * PIECES_SECTOR };
	for (size_t at = PIECES_HEAD; size - at > PIECES_HEAD && p->count < PIECES_MAX;) {
		uint64_t bytes = (uint64_t)load_le32(data + at + 4) * PIECES_SECTOR;
		p->piece[p->count].at = (uint64_t)load_le32(data + at) * PIECES_SECTOR;
		at += PIECES_HEAD;
		bytes = bytes < size - at ? bytes : size - at;
		p->piece[p->count++].bytes = (struct view){ data + at, (size_t)bytes };
		at += (size_t)bytes;
	}
	return true;
}

#endif

#include "triage/evidence/lock_map.h"

#include "triage/base/fault.h"
#include "triage/evidence/bad_list.h"
#include "triage/evidence/lock_crypto.h"

#include <stdlib.h>
#include <string.h>

enum { STEP = 32 << 10, SECTOR_MAX = 4096 };
static const char why_bad[] = "unreadable below the encryption";

struct lock_reader {
	struct reader base;
	struct reader *below;
	struct lock_map map;
	uint64_t starts[LOCK_RUNS];	/* of each run, bytes into this reader */
	struct bad_list bad;
	uint8_t edge[SECTOR_MAX];	/* a sector of which only a part is asked for */
};

enum triage_status
lock_map_add(struct lock_map *m, const struct lock_run *run, struct triage_error *err)
{
	if (run->size == 0)
		return TRIAGE_OK;
	uint64_t size;
	if (m->count == LOCK_RUNS || __builtin_add_overflow(m->size, run->size, &size)) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "an encrypted volume in too many or too large pieces");
		return TRIAGE_E_LIMIT;
	}
	m->size = size;
	m->runs[m->count++] = *run;
	return TRIAGE_OK;
}

void
lock_map_release(struct lock_map *m)
{
	for (size_t i = 0; i < m->cipher_count; i++)
		lock_cipher_free(m->ciphers[i]);
	lock_wipe_free(m->held, m->held_size);
	*m = (struct lock_map){ 0 };
}

static void
serve_bad(struct lock_reader *l, uint64_t offset, uint8_t *buf, size_t size)
{
	memset(buf, 0, size);
	l->base.bad_bytes += size;
	bad_list_add(&l->bad, offset, size, why_bad);
}

/* Read below. False when any of it is unreadable or lies beyond the end. */
static bool
read_below(struct lock_reader *l, uint64_t below, uint8_t *buf, size_t size)
{
	uint64_t before = l->below->bad_bytes;
	return reader_read_all(l->below, below, buf, size, NULL) == TRIAGE_OK && l->below->bad_bytes == before;
}

/* Something in here is unreadable: piece by piece, zeros for those that are not whole. at, below: of buf. False when no piece came. */
static bool
read_pieces(struct lock_reader *l, uint64_t at, uint64_t below, uint8_t *buf, size_t size, size_t piece, const struct lock_run *run,
    uint64_t number)
{
	bool any = false;
	for (size_t done = 0; done < size; done += piece) {
		piece = piece < size - done ? piece : size - done;
		bool whole = read_below(l, below + done, buf + done, piece);
		if (whole && run->kind == LOCK_RUN_CIPHER)
			whole = lock_cipher_open(run->cipher, number, buf + done, piece);
		if (!whole)
			serve_bad(l, at + done, buf + done, piece);
		any = any || whole;
		number += run->kind == LOCK_RUN_CIPHER ? lock_cipher_step(run->cipher) : 0;
	}
	return any;
}

/* Whole sectors of a CIPHER run. into: bytes into the run. */
static bool
open_sectors(struct lock_reader *l, size_t i, uint64_t into, uint8_t *buf, size_t size)
{
	const struct lock_run *run = &l->map.runs[i];
	uint32_t sector = lock_cipher_sector(run->cipher), step = lock_cipher_step(run->cipher);
	bool any = false;
	while (size > 0) {
		size_t some = size < STEP ? size : STEP;
		uint64_t number = run->number + into / sector * step;
		if (read_below(l, run->below + into, buf, some) && lock_cipher_open(run->cipher, number, buf, some))
			any = true;
		else
			any = read_pieces(l, l->starts[i] + into, run->below + into, buf, some, sector, run, number) || any;
		into += some;
		buf += some;
		size -= some;
	}
	return any;
}

/* Any part of a CIPHER run: its edges through a sector of our own. */
static bool
read_cipher(struct lock_reader *l, size_t i, uint64_t into, uint8_t *buf, size_t size)
{
	uint32_t sector = lock_cipher_sector(l->map.runs[i].cipher);
	bool any = false;
	while (size > 0) {
		size_t inside = (size_t)(into % sector), some = size - size % sector;
		if (inside != 0 || some == 0) {
			some = sector - inside < size ? sector - inside : size;
			any = open_sectors(l, i, into - inside, l->edge, sector) || any;
			memcpy(buf, l->edge + inside, some);
		} else {
			any = open_sectors(l, i, into, buf, some) || any;
		}
		into += some;
		buf += some;
		size -= some;
	}
	return any;
}

static bool
read_plain(struct lock_reader *l, size_t i, uint64_t into, uint8_t *buf, size_t size)
{
	const struct lock_run *run = &l->map.runs[i];
	if (read_below(l, run->below + into, buf, size))
		return true;
	return read_pieces(l, l->starts[i] + into, run->below + into, buf, size, l->base.sector_size, run, 0);
}

static bool
read_run(struct lock_reader *l, size_t i, uint64_t into, uint8_t *buf, size_t size)
{
	switch (l->map.runs[i].kind) {
	case LOCK_RUN_CIPHER: return read_cipher(l, i, into, buf, size);
	case LOCK_RUN_PLAIN: return read_plain(l, i, into, buf, size);
	case LOCK_RUN_HELD: memcpy(buf, l->map.runs[i].held + into, size); break;
	case LOCK_RUN_ZERO: memset(buf, 0, size); break;
	}
	return true;
}

static size_t
run_at(const struct lock_reader *l, uint64_t offset)
{
	size_t i = l->map.count - 1;
	while (i > 0 && l->starts[i] > offset)
		i--;
	return i;
}

static enum triage_status
lock_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct lock_reader *l = (struct lock_reader *)r;
	bool any = false;
	for (size_t i = run_at(l, offset); size > 0; i++) {
		uint64_t into = offset - l->starts[i], left = l->map.runs[i].size - into;
		size_t some = left < size ? (size_t)left : size;
		any = read_run(l, i, into, buf, some) || any;
		offset += some;
		buf += some;
		size -= some;
	}
	if (any)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_IO, offset, "nothing can be read below the encryption");
	return TRIAGE_E_IO;
}

static void
lock_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	bad_list_each(&((struct lock_reader *)r)->bad, each, ctx);
}

static uint64_t
lock_place(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run)
{
	struct lock_reader *l = (struct lock_reader *)r;
	*ret_below = l->below;
	*ret_run = 0;
	if (offset >= r->size)
		return TRIAGE_NO_OFFSET;
	size_t i = run_at(l, offset);
	uint64_t into = offset - l->starts[i];
	*ret_run = l->map.runs[i].size - into;
	return l->map.runs[i].kind == LOCK_RUN_PLAIN ? l->map.runs[i].below + into : TRIAGE_NO_OFFSET;
}

static void
lock_close(struct reader *r)
{
	struct lock_reader *l = (struct lock_reader *)r;
	lock_map_release(&l->map);
	bad_list_release(&l->bad);
	lock_wipe_free(l, sizeof(*l));
}

static const struct reader_ops lock_ops = {
	.name = "lock", .read = lock_read, .bad_ranges = lock_bad_ranges, .place = lock_place, .close = lock_close,
};

enum triage_status
lock_map_reader(struct lock_map *m, struct reader *below, struct reader **ret_reader, struct triage_error *err)
{
	struct lock_reader *l = m->count == 0 || fault_hit() ? NULL : calloc(1, sizeof(*l));
	if (l == NULL) {
		lock_map_release(m);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for an unlocked volume");
		return TRIAGE_E_MEMORY;
	}
	l->base = (struct reader){ .ops = &lock_ops, .sector_size = m->sector_size };
	l->below = below;
	l->map = *m;
	*m = (struct lock_map){ 0 };
	for (size_t i = 0; i < l->map.count; i++) {
		l->starts[i] = l->base.size;
		l->base.size += l->map.runs[i].size;
	}
	*ret_reader = &l->base;
	return TRIAGE_OK;
}

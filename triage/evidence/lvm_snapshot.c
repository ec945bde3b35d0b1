/*
 * lvm_snapshot.c - classic snapshots: what changed since lies in the store as it was before, all the rest in the origin. Source: the
 * kernel's documentation of device-mapper snapshots, and stores written by Linux 6.1 for the layout of the table of exceptions.
 */
#include "triage/evidence/lvm.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/view.h"
#include "triage/evidence/layer_text.h"

#include <stdlib.h>
#include <string.h>

#define STORE_MAGIC UINT32_C(0x70416e53)
enum { SECTOR = 512, VALID = 4, VERSION = 8, CHUNK = 12, HEADER = 16, ENTRY = 16, CHUNK_MAX = 1 << 20, EXCEPTIONS_MAX = ARRAY_SEGMENTS_MAX / 4 };

struct exception {
	uint64_t old, kept;		/* chunks: of the origin, and of the store that has what was there */
};

struct exceptions {
	struct exception *list;
	size_t count, room;
	uint64_t chunk;			/* bytes */
	bool torn;			/* the table goes on where it cannot be read, or beyond what is kept */
};

static int
by_old(const void *a, const void *b)
{
	const struct exception *x = a, *y = b;
	return x->old < y->old ? -1 : x->old > y->old;
}

static enum triage_status
keep(struct exceptions *x, uint64_t old, uint64_t kept, struct triage_error *err)
{
	if (x->count == x->room) {
		size_t room = x->room == 0 ? 256 : x->room * 2;
		struct exception *grown = fault_hit() ? NULL : realloc(x->list, room * sizeof(*grown));
		if (grown == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a snapshot");
			return TRIAGE_E_MEMORY;
		}
		x->list = grown;
		x->room = room;
	}
	x->list[x->count++] = (struct exception){ .old = old, .kept = kept };
	return TRIAGE_OK;
}

/* The table lies in chunks of its own, each before the chunks that it names; it ends with an entry of zero. */
static enum triage_status
read_table(struct reader *r, struct exceptions *x, struct triage_error *err)
{
	SCOPED_FREE uint8_t *area = fault_hit() ? NULL : malloc(x->chunk);
	uint64_t per_area = x->chunk / ENTRY, chunks = r->size / x->chunk;
	if (area == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a snapshot");
		return TRIAGE_E_MEMORY;
	}
	for (uint64_t at = 1; at < chunks; at += per_area + 1) {
		uint64_t bad = r->bad_bytes;
		if (reader_read_all(r, at * x->chunk, area, x->chunk, NULL) != TRIAGE_OK || r->bad_bytes != bad) {
			x->torn = true;
			return TRIAGE_OK;
		}
		for (uint64_t i = 0; i < per_area; i++) {
			uint64_t old = load_le64(area + i * ENTRY), kept = load_le64(area + i * ENTRY + 8);
			if (kept == 0)
				return TRIAGE_OK;
			x->torn = x->torn || kept >= chunks || x->count == EXCEPTIONS_MAX;
			if (x->torn)
				return TRIAGE_OK;
			enum triage_status st = keep(x, old, kept, err);
			if (st != TRIAGE_OK)
				return st;
		}
	}
	return TRIAGE_OK;
}

static enum triage_status
add_piece(struct array *a, struct reader *r, uint64_t start, uint64_t at, uint64_t length, struct triage_error *err)
{
	struct array_part part = { .reader = r, .start = at, .length = length };
	if (length == 0)
		return TRIAGE_OK;
	return array_add(a, &(struct array_segment){ .start = start, .length = length, .layout = ARRAY_MIRROR, .parts = 1 }, &part, err);
}

/* The origin, with what is in the store laid over it. */
static enum triage_status
overlay(struct array *a, struct reader *origin, struct reader *store, const struct exceptions *x, struct triage_error *err)
{
	uint64_t done = 0;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < x->count && st == TRIAGE_OK; i++) {
		if (x->list[i].old >= origin->size / x->chunk + 1 || x->list[i].old * x->chunk < done || x->list[i].old * x->chunk >= origin->size)
			continue;	/* beyond the origin, or there twice */
		uint64_t at = x->list[i].old * x->chunk, left = origin->size - at, length = left < x->chunk ? left : x->chunk;
		st = add_piece(a, origin, done, done, at - done, err);
		if (st == TRIAGE_OK)
			st = add_piece(a, store, at, x->list[i].kept * x->chunk, length, err);
		done = at + length;
	}
	return st == TRIAGE_OK ? add_piece(a, origin, done, done, origin->size - done, err) : st;
}

static enum triage_status
lay(struct lvm_volume *v, const struct lvm_volume *origin, const struct exceptions *x, struct triage_error *err)
{
	struct array *a;
	struct reader *below[2] = { 0 };
	enum triage_status st = array_new(origin->size, 512, &a, err);
	for (size_t i = 0; i < 2 && st == TRIAGE_OK; i++) {
		st = shared_handle(i == 0 ? origin->shared : v->shared, &below[i], err);
		if (st == TRIAGE_OK)
			st = array_own(a, below[i], err);
	}
	if (st == TRIAGE_OK)
		st = overlay(a, below[0], below[1], x, err);
	if (st == TRIAGE_OK) {
		shared_release(v->shared);
		v->shared = NULL;
		v->size = origin->size;
		v->lost += origin->lost;
		return shared_new(array_reader(a), &v->shared, err);
	}
	reader_close(array_reader(a));
	return st;
}

static void
refuse(struct lvm_volume *v, enum triage_volume_state state, const char *why)
{
	v->state = state;
	layer_copy(why, v->why, sizeof(v->why));
}

enum triage_status
lvm_snapshot_add(struct lvm_volume *v, const struct lvm_volume *origin, struct triage_error *err)
{
	uint8_t header[HEADER];
	struct reader *store;
	struct exceptions x = { 0 };
	if (v->shared == NULL || origin->shared == NULL || origin->origin != 0) {
		refuse(v, TRIAGE_VOLUME_DAMAGED, "its store or its origin cannot be read");
		return TRIAGE_OK;
	}
	enum triage_status st = shared_handle(v->shared, &store, err);
	if (st != TRIAGE_OK)
		return st;
	bool there = reader_read_all(store, 0, header, HEADER, NULL) == TRIAGE_OK && load_le32(header) == STORE_MAGIC && load_le32(header + VERSION) == 1;
	x.chunk = there && load_le32(header + CHUNK) <= CHUNK_MAX / SECTOR ? (uint64_t)load_le32(header + CHUNK) * SECTOR : 0;
	if (x.chunk == 0) {
		refuse(v, TRIAGE_VOLUME_UNSUPPORTED, "its store is of a kind that is not read, or damaged");
	} else if (load_le32(header + VALID) == 0) {
		refuse(v, TRIAGE_VOLUME_DAMAGED, "it was given up when its store was full: what it kept is not whole");
	} else {
		st = read_table(store, &x, err);
		if (x.count > 0)
			qsort(x.list, x.count, sizeof(*x.list), by_old);
		if (st == TRIAGE_OK)
			st = lay(v, origin, &x, err);
		if (st == TRIAGE_OK && x.torn)
			layer_copy("its table of changes is damaged: part of what it shows is newer than it should be", v->why, sizeof(v->why));
	}
	reader_close(store);
	free(x.list);
	return st;
}

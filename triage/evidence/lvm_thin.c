/*
 * lvm_thin.c - thin volumes: a tree in the pool's metadata says where in its data each block lies; blocks without an entry are zeros.
 * Source: the thin-provisioning-tools' documentation of the metadata, and pools written by Linux 6.1.
 */
#include "triage/evidence/lvm.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"
#include "triage/evidence/layer_text.h"

#include <stdlib.h>
#include <string.h>

#define THIN_MAGIC UINT64_C(27022010)
enum { SECTOR = 512, BLOCK = 4096, MAGIC_AT = 32, ROOT_AT = 320, DATA_BLOCK_AT = 336, CHUNK_MAX = 1 << 30 };
enum { NODE_FLAGS = 4, NODE_NUMBER = 8, NODE_ENTRIES = 16, NODE_ROOM = 20, NODE_VALUE = 24, NODE_KEYS = 32, NODE_INNER = 1, NODE_LEAF = 2, DEPTH_MAX = 16,
	TIME_BITS = 24 };

struct node {
	uint8_t bytes[BLOCK];
	uint32_t entries, room, at;
	bool inner;
};

struct walk {
	struct reader *metadata;
	struct array *array;
	struct reader *data;
	uint64_t chunk, size;		/* bytes */
	uint64_t done;			/* bytes of the volume that are placed */
	uint64_t start, place, length;	/* the run that is being gathered: bytes of the volume, of the data */
	uint64_t left;			/* nodes that may still be read: no tree has more than the metadata has blocks */
	bool torn;
	struct node nodes[DEPTH_MAX];
};

static bool
node_read(struct walk *w, uint64_t block, struct node *n)
{
	uint64_t bad = w->metadata->bad_bytes;
	if (w->left == 0 || block >= w->metadata->size / BLOCK || reader_read_all(w->metadata, block * BLOCK, n->bytes, BLOCK, NULL) != TRIAGE_OK ||
	    w->metadata->bad_bytes != bad || load_le64(n->bytes + NODE_NUMBER) != block)
		return false;
	w->left--;
	uint32_t flags = load_le32(n->bytes + NODE_FLAGS);
	n->entries = load_le32(n->bytes + NODE_ENTRIES);
	n->room = load_le32(n->bytes + NODE_ROOM);
	n->at = 0;
	n->inner = (flags & NODE_INNER) != 0;
	return (flags & (NODE_INNER | NODE_LEAF)) != 0 && load_le32(n->bytes + NODE_VALUE) == 8 && n->room <= (BLOCK - NODE_KEYS) / 16 && n->entries <= n->room;
}

static uint64_t
node_key(const struct node *n, uint32_t i)
{
	return load_le64(n->bytes + NODE_KEYS + (size_t)i * 8);
}

static uint64_t
node_value(const struct node *n, uint32_t i)
{
	return load_le64(n->bytes + NODE_KEYS + ((size_t)n->room + i) * 8);
}

/* The value of a key in a tree. */
static bool
tree_find(struct walk *w, uint64_t block, uint64_t key, uint64_t *ret_value)
{
	struct node *n = &w->nodes[0];
	for (unsigned depth = 0; depth < DEPTH_MAX && node_read(w, block, n); depth++) {
		uint32_t i = 0;
		while (i + 1 < n->entries && node_key(n, i + 1) <= key)
			i++;
		if (n->entries == 0 || (!n->inner && node_key(n, i) != key))
			return false;
		block = node_value(n, i);
		if (!n->inner) {
			*ret_value = block;
			return true;
		}
	}
	return false;
}

static enum triage_status
add_gap(struct walk *w, uint64_t end, struct triage_error *err)
{
	if (end <= w->done)
		return TRIAGE_OK;
	enum triage_status st = array_add(w->array, &(struct array_segment){
		.start = w->done, .length = end - w->done, .layout = ARRAY_ZERO,
	}, NULL, err);
	w->done = end;
	return st;
}

/* Add the run that was gathered, and zeros before it. */
static enum triage_status
flush(struct walk *w, struct triage_error *err)
{
	struct array_part part = { .reader = w->data, .start = w->place, .length = w->length };
	if (w->length == 0)
		return TRIAGE_OK;
	enum triage_status st = add_gap(w, w->start, err);
	if (st == TRIAGE_OK)
		st = array_add(w->array, &(struct array_segment){ .start = w->start, .length = w->length, .layout = ARRAY_MIRROR, .parts = 1 }, &part, err);
	w->done = w->start + w->length;
	w->length = 0;
	return st;
}

static enum triage_status
add_block(struct walk *w, uint64_t key, uint64_t value, struct triage_error *err)
{
	uint64_t block = value >> TIME_BITS, start, place;
	if (__builtin_mul_overflow(key, w->chunk, &start) || __builtin_mul_overflow(block, w->chunk, &place) || start < w->done ||
	    (w->length > 0 && start < w->start + w->length)) {
		w->torn = true;
		return TRIAGE_OK;
	}
	if (start >= w->size)
		return TRIAGE_OK;
	uint64_t length = w->size - start < w->chunk ? w->size - start : w->chunk;
	if (w->length > 0 && start == w->start + w->length && place == w->place + w->length) {
		w->length += length;
		return TRIAGE_OK;
	}
	enum triage_status st = flush(w, err);
	w->start = start;
	w->place = place;
	w->length = length;
	return st;
}

/* Every leaf of the tree in order, without recursion. */
static enum triage_status
tree_walk(struct walk *w, uint64_t root, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	unsigned depth = 0;
	w->torn = !node_read(w, root, &w->nodes[0]);
	bool open = !w->torn;
	while (open && st == TRIAGE_OK) {
		struct node *n = &w->nodes[depth];
		if (n->at == n->entries) {
			open = depth > 0;
			depth -= open;
			continue;
		}
		uint32_t i = n->at++;
		if (!n->inner)
			st = add_block(w, node_key(n, i), node_value(n, i), err);
		else if (depth + 1 < DEPTH_MAX && node_read(w, node_value(n, i), &w->nodes[depth + 1]))
			depth++;
		else
			w->torn = true;
	}
	if (st == TRIAGE_OK)
		st = flush(w, err);
	return st == TRIAGE_OK ? add_gap(w, w->size, err) : st;
}

enum triage_status
lvm_thin_add(struct array *a, struct reader *metadata, struct reader *data, uint64_t device, uint64_t size, bool *ret_torn, struct triage_error *err)
{
	uint8_t super[512];
	uint64_t root;
	struct walk *w = fault_hit() ? NULL : calloc(1, sizeof(*w));
	if (w == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a thin volume");
		return TRIAGE_E_MEMORY;
	}
	*w = (struct walk){ .metadata = metadata, .array = a, .data = data, .size = size, .left = metadata->size / BLOCK };
	enum triage_status st = TRIAGE_E_FORMAT;
	bool there = reader_read_all(metadata, 0, super, sizeof(super), NULL) == TRIAGE_OK && load_le64(super + MAGIC_AT) == THIN_MAGIC;
	uint64_t sectors = there ? load_le32(super + DATA_BLOCK_AT) : 0;
	w->chunk = sectors * SECTOR;
	if (sectors == 0 || sectors > CHUNK_MAX / SECTOR) {
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "the metadata of its thin pool is damaged or missing");
	} else if (!tree_find(w, load_le64(super + ROOT_AT), device, &root)) {
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "the metadata of its thin pool does not know it, or is damaged");
	} else {
		w->left = metadata->size / BLOCK;
		st = tree_walk(w, root, err);
		*ret_torn = w->torn;
	}
	free(w);
	return st;
}

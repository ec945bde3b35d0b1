/* mft_path.c - paths from the references to parents in an $MFT. Twelve bytes a record are kept; names are read where they lie. */
#include "triage/artefact/mft_path.h"

#include "triage/base/fault.h"
#include "triage/base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROOT = 5, SECTOR = 512 };

struct mft_node {
	uint32_t parent;
	uint16_t parent_sequence, sequence;
	uint16_t name_at;		/* in the record that holds it */
	uint8_t units;			/* 0: no name */
	bool in_use;
	uint32_t holder;		/* slot of the record that holds the name */
};

bool
mft_paths_open(struct mft_paths *p, struct view all, size_t record_size)
{
	*p = (struct mft_paths){ .all = all, .record_size = record_size, .count = all.size / record_size };
	p->nodes = fault_hit() ? NULL : calloc(p->count + 1, sizeof(*p->nodes));
	return p->nodes != NULL;
}

void
mft_paths_close(struct mft_paths *p)
{
	free(p->nodes);
	p->nodes = NULL;
}

static struct mft_node *
node_of(const struct mft_paths *p, uint64_t entry)
{
	return entry >= p->first && entry - p->first < p->count ? &p->nodes[entry - p->first] : NULL;
}

void
mft_paths_add(struct mft_paths *p, size_t slot, const struct mft_record *r)
{
	int best = mft_best_name(r);
	if (!p->first_known) {
		p->first_known = true;
		p->first = r->entry >= slot ? r->entry - slot : 0;
	}
	struct mft_node *n = node_of(p, r->base != 0 ? ntfs_entry(r->base) : r->entry);
	if (n == NULL)
		return;
	if (r->base == 0) {
		n->sequence = r->sequence;
		n->in_use = r->in_use;
	}
	if (best < 0 || (r->base != 0 && n->units != 0) || r->names[best].parent > UINT32_MAX)
		return;
	n->parent = (uint32_t)r->names[best].parent;
	n->parent_sequence = r->names[best].parent_sequence;
	n->name_at = r->name_at[best];
	n->units = (uint8_t)r->names[best].units;
	n->holder = (uint32_t)slot;
}

/* Units of a name in the table itself: the last two bytes of a sector lie in the update sequence. */
static void
read_units(const struct mft_paths *p, const struct mft_node *n, uint8_t *units)
{
	const uint8_t *record = p->all.data + (size_t)n->holder * p->record_size;
	size_t usa = load_le16(record + 4);
	for (size_t i = 0; i < n->units; i++) {
		size_t at = n->name_at + 2 * i;
		bool tail = at % SECTOR == SECTOR - 2 && memcmp(record + at, record + usa, 2) == 0;
		memcpy(units + 2 * i, tail ? record + usa + 2 * (at / SECTOR + 1) : record + at, 2);
	}
}

/* Folders take a new sequence number when they are deleted: what lay in them still names the old one. */
static bool
is_that_folder(const struct mft_node *n, uint16_t sequence)
{
	return n->units != 0 && (n->sequence == sequence || (!n->in_use && n->sequence == (uint16_t)(sequence + 1)) || sequence == 0);
}

bool
mft_path_is_of(const struct mft_paths *p, uint64_t reference, const struct ntfs_name *n)
{
	uint8_t units[2 * 255];
	const struct mft_node *node = node_of(p, ntfs_entry(reference));
	if (node == NULL || !node->in_use || node->sequence != ntfs_sequence(reference) || node->units != n->units || node->parent != n->parent)
		return false;
	read_units(p, node, units);
	return memcmp(units, n->name, 2 * n->units) == 0;
}

void
mft_path(const struct mft_paths *p, const struct ntfs_name *n, struct buf *path)
{
	const struct mft_node *chain[MFT_PATH_DEPTH];
	uint8_t units[2 * 255];
	size_t depth = 0, length = n->units;
	uint64_t parent = n->parent;
	uint16_t sequence = n->parent_sequence;
	const struct mft_node *seen = NULL;	/* one met before: it moves up to each power of two */
	bool circle = false;
	while (parent != ROOT) {
		const struct mft_node *up = node_of(p, parent);
		if (up != NULL && up == seen) {
			circle = true;
			depth = 0;
			break;
		}
		if ((depth & (depth + 1)) == 0)
			seen = up;
		if (up == NULL || !is_that_folder(up, sequence) || depth == MFT_PATH_DEPTH || (length += up->units) > MFT_PATH_UNITS)
			break;
		chain[depth++] = up;
		parent = up->parent;
		sequence = up->parent_sequence;
	}
	bool is_root = n->parent == ROOT && n->units == 1 && load_le16(n->name) == '.';
	if (parent != ROOT)
		buf_format(path, circle ? "/(parent %" PRIu64 "-%u in a circle)" : "/(parent %" PRIu64 "-%u not known)", circle ? n->parent : parent,
		    circle ? n->parent_sequence : sequence);
	while (depth-- > 0) {
		read_units(p, chain[depth], units);
		buf_char(path, '/');
		text_from_utf16le(path, units, chain[depth]->units);
	}
	buf_char(path, '/');
	if (!is_root)
		text_from_utf16le(path, n->name, n->units);
}

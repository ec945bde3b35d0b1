/*
 * vmdk.c - VMDK disks of VMware: a descriptor, by itself or inside a sparse file, and the extents that it names.
 * Source: VMware, "Virtual Disk Format 5.0".
 */
#include "triage/evidence/vmdk_descriptor.h"
#include "triage/evidence/vmdk_sparse.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"

#include <string.h>

enum { SECTOR = 512 };

static const char why_extent[] = "in an extent file of the VMDK that is missing or damaged";
static const uint8_t sesparse_magic[] = { 0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0 };

struct extent {
	uint64_t start, size;		/* bytes of the disk */
	enum vmdk_extent_type type;	/* OTHER: not to be had */
	struct disk_file *file;
	uint64_t at;			/* bytes into file, of a flat one */
	struct vmdk_sparse sparse;
};

struct vmdk {
	size_t count;
	struct extent extents[];	/* by start, without gaps */
};

static bool
vmdk_claims(const uint8_t *head, size_t size, struct reader *file)
{
	(void)file;
	return vmdk_sparse_is(head, size) || vmdk_is_text(head, size) ||
	    (size >= sizeof(sesparse_magic) && memcmp(head, sesparse_magic, sizeof(sesparse_magic)) == 0);
}

/* What it is made of stands in its text. */
static bool
vmdk_needs_open(const uint8_t *head, size_t size)
{
	(void)head, (void)size;
	return true;
}

static void
vmdk_map(struct disk_layer *layer, uint64_t offset, uint64_t want, struct disk_run *run)
{
	const struct vmdk *v = layer->state;
	size_t low = 0, high = v->count - 1;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;
		if (v->extents[middle].start <= offset)
			low = middle;
		else
			high = middle - 1;
	}
	const struct extent *x = &v->extents[low];
	uint64_t inside = offset - x->start, left = x->size - inside;
	if (x->type == VMDK_FLAT)
		*run = (struct disk_run){ .what = DISK_DATA, .size = want, .file = x->file, .at = x->at + inside };
	else if (x->type == VMDK_SPARSE)
		vmdk_sparse_map(layer, &x->sparse, x->start, inside, run);
	else
		disk_run_is(run, x->type == VMDK_ZERO ? DISK_ZERO : DISK_BAD, left, why_extent);
	run->size = run->size < left ? run->size : left;
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
refuse_sesparse(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, 0, "this is a VMDK disk image with space-efficient extents (seSparse) of ESXi; convert it with "
	    "`vmkfstools -i IMAGE OUTPUT -d thin` on the host or with `qemu-img convert -f vmdk -O raw IMAGE OUTPUT`");
	return TRIAGE_E_UNSUPPORTED;
}

/* The descriptor: size bytes at `at` of layer->file. */
static enum triage_status
read_text(struct disk_layer *layer, uint64_t at, uint64_t size, struct vmdk_descriptor *d, struct triage_error *err)
{
	SCOPED_FREE char *text = fault_hit() ? NULL : calloc(1, (size_t)size + 1);
	if (text == NULL)
		return no_memory(err);
	if (size > 0)
		disk_file_read(layer->file, at, (uint8_t *)text, (size_t)size, NULL, NULL);
	return vmdk_descriptor_read(text, (size_t)size, d, err);
}

static enum triage_status
open_sparse_extent(struct disk_layer *layer, struct extent *x, struct triage_error *err)
{
	struct triage_error why = { .text = "" };
	enum triage_status st = vmdk_sparse_open(layer, x->file, &x->sparse, &why);
	if (st == TRIAGE_E_FORMAT) {
		x->type = VMDK_OTHER;
		return disk_problem(layer, TRIAGE_HIGH, "extent-damaged", x->start, err, "extent %s: %s; what lies there reads as zeros", x->file->name, why.text);
	}
	if (st != TRIAGE_OK)
		*err = why;
	return st;
}

static enum triage_status
open_extent(struct disk_layer *layer, const struct vmdk_extent_line *line, struct disk_file *self, struct extent *x, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	x->type = line->type;
	x->at = line->offset * SECTOR;
	if (line->type == VMDK_ZERO)
		return TRIAGE_OK;
	if (line->type == VMDK_SESPARSE)
		return refuse_sesparse(err);
	if (line->type == VMDK_OTHER)
		return disk_problem(layer, TRIAGE_HIGH, "extent-unsupported", x->start, err, "extent %.200s is of kind %s (a mapping of a physical device, "
		    "or not known): what lies there reads as zeros; acquire that device itself", line->name, line->word);
	x->file = self;
	if (self == NULL && (st = disk_companion(layer, line->name, "extent", &x->file, err)) != TRIAGE_OK)
		return st;
	if (x->file == NULL)
		x->type = VMDK_OTHER;
	else if (x->type == VMDK_SPARSE)
		st = open_sparse_extent(layer, x, err);
	return st;
}

/* All extents of the descriptor. self: the file that they lie in when there is one only and the descriptor is inside it. */
static enum triage_status
open_extents(struct disk_layer *layer, const struct vmdk_descriptor *d, struct disk_file *self, struct triage_error *err)
{
	struct vmdk *v = layer->state = calloc(1, sizeof(*v) + d->count * sizeof(v->extents[0]));
	if (v == NULL)
		return no_memory(err);
	for (size_t i = 0; i < d->count; i++) {
		struct extent *x = &v->extents[v->count];
		uint64_t size = d->extents[i].sectors * SECTOR;
		if (size == 0)
			continue;
		if (size > INT64_MAX - layer->size) {
			triage_error_set(err, TRIAGE_E_FORMAT, 0, "the extents of this VMDK together are larger than any medium");
			return TRIAGE_E_FORMAT;
		}
		*x = (struct extent){ .start = layer->size, .size = size };
		layer->size += size;
		v->count++;
		enum triage_status st = open_extent(layer, &d->extents[i], self, x, err);
		if (st != TRIAGE_OK)
			return st;
	}
	if (v->count == 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "the descriptor of this VMDK names no extents: give the descriptor file, or get a whole copy");
		return TRIAGE_E_FORMAT;
	}
	return d->more ? disk_problem(layer, TRIAGE_HIGH, "extent-limit", layer->size, err, "the descriptor names more than %d extents: the rest of the "
	    "disk is not examined", DISK_FILES_MAX) : TRIAGE_OK;
}

static enum triage_status
take_identity(struct disk_layer *layer, const struct vmdk_descriptor *d, struct triage_error *err)
{
	snprintf(layer->id, sizeof(layer->id), "%s", d->cid);
	if (d->parent_cid[0] == '\0' || strcmp(d->parent_cid, "ffffffff") == 0)
		return TRIAGE_OK;
	snprintf(layer->parent_id, sizeof(layer->parent_id), "%s", d->parent_cid);
	layer->needs_below = true;
	if (d->parent[0] == '\0')
		return disk_problem(layer, TRIAGE_HIGH, "parent-missing", 0, err, "it needs a parent but does not name it: what lies there reads as zeros; "
		    "look for the disk with CID=%s", d->parent_cid);
	layer->parent = strdup(d->parent);
	return layer->parent != NULL ? TRIAGE_OK : no_memory(err);
}

/* One extent without its descriptor: as much of the disk as it holds. */
static enum triage_status
open_alone(struct disk_layer *layer, struct triage_error *err)
{
	struct vmdk *v = layer->state = calloc(1, sizeof(*v) + sizeof(v->extents[0]));
	if (v == NULL)
		return no_memory(err);
	v->count = 1;
	struct extent *x = &v->extents[0];
	*x = (struct extent){ .type = VMDK_SPARSE, .file = layer->file };
	enum triage_status st = vmdk_sparse_open(layer, layer->file, &x->sparse, err);
	if (st != TRIAGE_OK)
		return st;
	layer->size = x->size = x->sparse.size;
	return disk_problem(layer, TRIAGE_MEDIUM, "descriptor-missing", 0, err, "this is an extent of a VMDK without its descriptor (the small .vmdk "
	    "text file): only this part is examined, and what lies in other extents or in a parent reads as zeros; give the descriptor instead");
}

static enum triage_status
open_with(struct disk_layer *layer, bool sparse, uint64_t at, uint64_t size, struct vmdk_descriptor *d, struct triage_error *err)
{
	enum triage_status st = read_text(layer, at, size, d, err);
	if (st != TRIAGE_OK)
		return st;
	if (strcasecmp(d->type, "seSparse") == 0)
		return refuse_sesparse(err);
	if (sparse && d->count == 0)
		return open_alone(layer, err);
	/* a file that holds its only extent may have been renamed: the name does not matter */
	st = open_extents(layer, d, sparse && d->count == 1 ? layer->file : NULL, err);
	return st == TRIAGE_OK ? take_identity(layer, d, err) : st;
}

static enum triage_status
vmdk_open(struct disk_layer *layer, struct triage_error *err)
{
	uint8_t head[8] = { 0 };
	struct vmdk_descriptor d = { 0 };
	uint64_t at = 0, size = layer->file->reader->size;
	(void)disk_head(layer, 0, head, sizeof(head));
	if (memcmp(head, sesparse_magic, sizeof(head)) == 0)
		return refuse_sesparse(err);
	bool sparse = vmdk_sparse_is(head, sizeof(head));
	if (sparse && !vmdk_sparse_text(layer->file, &at, &size))
		return open_alone(layer, err);
	enum triage_status st = open_with(layer, sparse, at, size < VMDK_TEXT_MAX ? size : VMDK_TEXT_MAX, &d, err);
	vmdk_descriptor_release(&d);
	return st;
}

static void
vmdk_close(struct disk_layer *layer)
{
	struct vmdk *v = layer->state;
	for (size_t i = 0; v != NULL && i < v->count; i++)
		vmdk_sparse_release(&v->extents[i].sparse);
	free(v);
}

const struct disk_kind vmdk_disk = { .name = "VMDK", .kind = TRIAGE_EVIDENCE_VMDK, .claims = vmdk_claims, .needs_open = vmdk_needs_open,
    .open = vmdk_open, .map = vmdk_map, .close = vmdk_close };

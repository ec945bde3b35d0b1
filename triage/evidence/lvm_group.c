/* lvm_group.c - a volume group as its text tells of it; see lvm.h. */
#include "triage/evidence/lvm.h"

#include "triage/base/fault.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, EXTENT_SECTORS_MAX = 1 << 30 };

static void *
zeroed(size_t count, size_t size)
{
	return fault_hit() ? NULL : calloc(count + 1, size);
}

static size_t
count_sections(const struct lvm_text *t, uint32_t parent)
{
	size_t count = 0;
	for (uint32_t i = parent != 0 ? t->nodes[parent].child : 0; i != 0; i = t->nodes[i].next)
		count += t->nodes[i].kind == LVM_SECTION;
	return count;
}

static int
by_name(const void *a, const void *b)
{
	const struct lvm_name *x = a, *y = b;
	int order = memcmp(x->name, y->name, x->size < y->size ? x->size : y->size);
	if (order != 0)
		return order;
	return x->size < y->size ? -1 : x->size > y->size;
}

int64_t
lvm_lookup(const struct lvm_names *names, const char *name, size_t size)
{
	struct lvm_name wanted = { .name = name, .size = (uint32_t)size };
	const struct lvm_name *found = names->count == 0 ? NULL : bsearch(&wanted, names->list, names->count, sizeof(wanted), by_name);
	return found != NULL ? (int64_t)found->index : LVM_NONE;
}

static void
read_disk(struct lvm_group *g, uint32_t node, struct lvm_disk *d)
{
	uint64_t first = lvm_number(g->text, node, "pe_start", 0);
	*d = (struct lvm_disk){ .node = node, .first = first > UINT64_MAX / SECTOR ? UINT64_MAX : first * SECTOR };
	lvm_id(lvm_get(g->text, node, "id", LVM_STRING), d->id);
}

static void
read_volume(struct lvm_group *g, uint32_t node, struct lvm_volume *v)
{
	*v = (struct lvm_volume){ .node = node, .visible = lvm_list_has(g->text, node, "status", "VISIBLE"), .member = SIZE_MAX };
}

/* The sections below `parent`, in the order of the text, and their names sorted. */
static enum triage_status
read_sections(struct lvm_group *g, uint32_t parent, bool disks, struct lvm_names *names, struct triage_error *err)
{
	const struct lvm_text *t = g->text;
	size_t count = count_sections(t, parent), used = 0;
	names->list = zeroed(count, sizeof(*names->list));
	if (disks)
		g->disks = zeroed(count, sizeof(*g->disks));
	else
		g->volumes = zeroed(count, sizeof(*g->volumes));
	if (names->list == NULL || (disks ? (void *)g->disks : (void *)g->volumes) == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a volume group");
		return TRIAGE_E_MEMORY;
	}
	for (uint32_t i = parent != 0 ? t->nodes[parent].child : 0; i != 0; i = t->nodes[i].next) {
		if (t->nodes[i].kind != LVM_SECTION)
			continue;
		if (disks)
			read_disk(g, i, &g->disks[used]);
		else
			read_volume(g, i, &g->volumes[used]);
		names->list[used] = (struct lvm_name){ .name = t->nodes[i].name, .size = t->nodes[i].name_size, .index = (uint32_t)used };
		used++;
	}
	names->count = used;
	*(disks ? &g->disk_count : &g->volume_count) = used;
	qsort(names->list, used, sizeof(*names->list), by_name);
	return TRIAGE_OK;
}

/* Snapshots: a hidden volume says which volume is the origin and which one keeps what changed. */
static void
mark_snapshots(struct lvm_group *g)
{
	for (size_t i = 0; i < g->volume_count; i++) {
		uint32_t segment = lvm_find(g->text, g->volumes[i].node, "segment1");
		const struct lvm_node *store = segment != 0 ? lvm_get(g->text, segment, "cow_store", LVM_STRING) : NULL;
		const struct lvm_node *origin = store != NULL ? lvm_get(g->text, segment, "origin", LVM_STRING) : NULL;
		if (origin == NULL)
			continue;
		int64_t kept = lvm_lookup(&g->volume_names, store->text, store->text_size);
		int64_t from = lvm_lookup(&g->volume_names, origin->text, origin->text_size);
		if (kept == LVM_NONE || from == LVM_NONE)
			continue;
		g->volumes[kept].origin = (uint32_t)from + 1;
		g->volumes[kept].visible = true;	/* LVM shows the snapshot by the name of its store */
		g->volumes[i].visible = false;
	}
}

enum triage_status
lvm_group_read(const struct lvm_text *text, struct lvm_group *ret_group, struct triage_error *err)
{
	struct lvm_group *g = ret_group;
	*g = (struct lvm_group){ .text = text, .node = lvm_group_section(text) };
	uint64_t sectors = lvm_number(text, g->node, "extent_size", 0);
	if (g->node == 0 || sectors == 0 || sectors > EXTENT_SECTORS_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "its metadata names no extent size that can be");
		return TRIAGE_E_FORMAT;
	}
	g->extent = sectors * SECTOR;
	enum triage_status st = read_sections(g, lvm_find(text, g->node, "physical_volumes"), true, &g->disk_names, err);
	if (st == TRIAGE_OK)
		st = read_sections(g, lvm_find(text, g->node, "logical_volumes"), false, &g->volume_names, err);
	if (st == TRIAGE_OK)
		mark_snapshots(g);
	return st;
}

void
lvm_group_release(struct lvm_group *g)
{
	for (size_t i = 0; i < g->volume_count; i++)
		shared_release(g->volumes[i].shared);
	free(g->disks);
	free(g->volumes);
	free(g->disk_names.list);
	free(g->volume_names.list);
	*g = (struct lvm_group){ 0 };
}

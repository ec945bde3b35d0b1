/* qcow2_check.c - see qcow2_check.h. */
#include "triage/evidence/qcow2_check.h"

#include "triage/base/text.h"
#include "triage/base/view.h"

#include <inttypes.h>
#include <string.h>

enum { REFTABLE_MAX = 8 << 20, PIECE = 4096, SNAPSHOTS_TOLD = 20, SNAPSHOT_HEAD = 40, NAMES_ROOM = 700 };
#define REFTABLE_OFFSET UINT64_C(0xfffffffffffffe00)

/* Index of the last byte of [at, at + size) that is not 0, or -1; read backwards in pieces. */
static int64_t
last_byte_set(struct disk_layer *layer, uint64_t at, uint64_t size)
{
	uint8_t piece[PIECE];
	while (size > 0) {
		size_t part = size % PIECE != 0 ? (size_t)(size % PIECE) : PIECE;
		size -= part;
		if (!disk_head(layer, at + size, piece, part))
			continue;
		while (part > 0)
			if (piece[--part] != 0)
				return (int64_t)(size + part);
	}
	return -1;
}

enum triage_status
qcow2_check_end(struct disk_layer *layer, const struct qcow2_tables *t, bool *ret_cut, struct triage_error *err)
{
	uint8_t entry[8];
	uint64_t file_size = layer->file->reader->size, table_size = t->refcounts_clusters * t->cluster;
	*ret_cut = false;
	if (t->refcount_order > 6 || table_size > REFTABLE_MAX || t->refcounts_at > file_size)
		return TRIAGE_OK;
	int64_t last = last_byte_set(layer, t->refcounts_at, table_size);
	if (last < 0 || !disk_head(layer, t->refcounts_at + (uint64_t)last / 8 * 8, entry, sizeof(entry)))
		return TRIAGE_OK;
	uint64_t block_at = load_be64(entry) & REFTABLE_OFFSET;
	uint64_t per_block = t->cluster * 8 >> t->refcount_order, last_cluster;
	int64_t count_at = block_at < file_size ? last_byte_set(layer, block_at, t->cluster) : 0;
	if (__builtin_mul_overflow((uint64_t)last / 8, per_block, &last_cluster) || count_at < 0)
		return TRIAGE_OK;
	last_cluster += (uint64_t)count_at * 8 >> t->refcount_order;
	/* the cluster in which the file ends may be cut by right; one that begins behind the end may not */
	if (last_cluster <= file_size / t->cluster || last_cluster > INT64_MAX / t->cluster)
		return TRIAGE_OK;
	*ret_cut = true;
	return disk_problem(layer, TRIAGE_HIGH, "file-cut", file_size, err, "the file has %" PRIu64 " bytes, but its tables count clusters up to %" PRIu64
	    ": it was cut off in copying; what lay there reads as zeros; get a whole copy", file_size, (last_cluster + 1) * t->cluster);
}

enum triage_status
qcow2_tell_snapshots(struct disk_layer *layer, const struct qcow2_tables *t, struct triage_error *err)
{
	if (t->snapshots == 0)
		return TRIAGE_OK;
	SCOPED_BUF names;
	buf_init(&names, NAMES_ROOM);
	uint64_t at = t->snapshots_at;
	for (uint32_t i = 0; i < t->snapshots && i < SNAPSHOTS_TOLD; i++) {
		uint8_t head[SNAPSHOT_HEAD];
		char name[256];
		if (!disk_head(layer, at, head, sizeof(head)))
			break;
		uint64_t id_size = load_be16(head + 12), name_size = load_be16(head + 14), extra = load_be32(head + 36);
		size_t told = name_size < sizeof(name) ? (size_t)name_size : sizeof(name);
		at += SNAPSHOT_HEAD + extra + id_size;
		if (!disk_head(layer, at, name, told))
			break;
		buf_text(&names, i == 0 ? ": " : ", ");
		text_display(&names, name, told);
		at = (at + name_size + 7) & ~UINT64_C(7);
	}
	if (t->snapshots > SNAPSHOTS_TOLD)
		buf_text(&names, ", ...");
	return disk_problem(layer, TRIAGE_INFO, "internal-snapshots", t->snapshots_at, err, "the image holds %" PRIu32 " internal snapshots%s: the "
	    "present state is examined; for an earlier one use `qemu-img convert -l snapshot.name=NAME -O raw IMAGE OUTPUT`", t->snapshots, buf_cstr(&names));
}

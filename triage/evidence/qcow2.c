/*
 * qcow2.c - QCOW2 disks, versions 2 and 3: two levels of tables over clusters, subclusters, compressed clusters, a backing file.
 * Source: docs/interop/qcow2.txt of QEMU, "Qcow2 Image File Format". All numbers are big endian.
 */
#include "triage/evidence/disk.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/view.h"
#include "triage/evidence/qcow2_check.h"

#include <inttypes.h>
#include <string.h>

enum { AT_VERSION = 4, AT_BACKING = 8, AT_BACKING_SIZE = 16, AT_CLUSTER_BITS = 20, AT_SIZE = 24, AT_CRYPT = 32, AT_L1_SIZE = 36, AT_L1 = 40,
	AT_REFTABLE = 48, AT_REFTABLE_CLUSTERS = 56, AT_SNAPSHOTS = 60, AT_SNAPSHOTS_AT = 64, AT_INCOMPATIBLE = 72, AT_REFCOUNT_ORDER = 96,
	AT_HEADER_LENGTH = 100, AT_COMPRESSION = 104 };
enum { HEADER_V2 = 72, HEADER_V3 = 104, HEADER_ROOM = 112, SECTOR = 512, SUBCLUSTERS = 32, BACKING_NAME_MAX = 1023 };
enum { INCOMPATIBLE_DIRTY = 1, INCOMPATIBLE_CORRUPT = 2, INCOMPATIBLE_DATA_FILE = 4, INCOMPATIBLE_COMPRESSION = 8, INCOMPATIBLE_SUBCLUSTERS = 16 };
enum { EXTENSIONS_MAX = 64, FORMAT_NAME_MAX = 32 };
#define EXTENSION_FORMAT UINT32_C(0xe2792aca)
#define ENTRY_OFFSET UINT64_C(0x00fffffffffffe00)
#define ENTRY_COMPRESSED (UINT64_C(1) << 62)
#define ENTRY_ZERO UINT64_C(1)

static const char why_l1[] = "the table of tables (L1) of the QCOW2 cannot be read";
static const char why_l2[] = "a cluster table (L2) of the QCOW2 cannot be read";
static const char why_entry[] = "a damaged entry in a cluster table of the QCOW2";

struct qcow2 {
	uint32_t version;
	unsigned cluster_bits;
	uint64_t cluster;		/* bytes */
	uint64_t l1_at;
	uint64_t l1_size;		/* entries */
	unsigned l2_bits;		/* entries of an L2 table, as a power of two */
	bool subclusters;
	bool cut;			/* the file is shorter than its own tables say */
	enum disk_packing packing;
};

static bool
qcow2_claims(const uint8_t *head, size_t size, struct reader *file)
{
	(void)file;
	return size >= 8 && memcmp(head, "QFI\xfb", 4) == 0;
}

static bool
qcow2_needs_open(const uint8_t *head, size_t size)
{
	return size >= AT_BACKING + 8 && load_be64(head + AT_BACKING) != 0;
}

/* The file's last cluster is often written only as far as there was something to write. */
static void
run_of_data(const struct disk_layer *layer, const struct qcow2 *q, uint64_t at, uint64_t cluster_end, uint64_t size, struct disk_run *run)
{
	uint64_t end = layer->file->reader->size;
	*run = (struct disk_run){ .what = DISK_DATA, .size = size, .file = layer->file, .at = at };
	if (q->cut || end >= cluster_end || end <= cluster_end - q->cluster || end >= at + size)
		return;
	if (end > at)
		run->size = end - at;
	else
		disk_run_is(run, DISK_ZERO, size, NULL);
}

static void
map_compressed(const struct disk_layer *layer, const struct qcow2 *q, uint64_t offset, uint64_t entry, struct disk_run *run)
{
	unsigned offset_bits = 62 - (q->cluster_bits - 8);
	uint64_t at = entry & ((UINT64_C(1) << offset_bits) - 1);
	uint64_t sectors = (entry & (ENTRY_COMPRESSED - 1)) >> offset_bits;
	uint64_t inside = offset & (q->cluster - 1);
	*run = (struct disk_run){ .what = DISK_PACKED, .size = q->cluster - inside, .file = layer->file, .at = at, .block = offset - inside,
	    .block_size = (uint32_t)q->cluster, .packed_size = (uint32_t)((sectors + 1) * SECTOR - (at & (SECTOR - 1))), .packing = q->packing };
}

/* How many subclusters from first on have the same two bits. */
static unsigned
subclusters_alike(uint64_t bitmap, unsigned first)
{
	unsigned count = 1;
	uint64_t bits = bitmap >> first & (UINT64_C(1) << SUBCLUSTERS | 1);
	while (first + count < SUBCLUSTERS && (bitmap >> (first + count) & (UINT64_C(1) << SUBCLUSTERS | 1)) == bits)
		count++;
	return count;
}

static void
map_subclusters(const struct disk_layer *layer, const struct qcow2 *q, uint64_t offset, uint64_t cluster_at, uint64_t bitmap, struct disk_run *run)
{
	uint64_t inside = offset & (q->cluster - 1), unit = q->cluster / SUBCLUSTERS;
	unsigned first = (unsigned)(inside / unit);
	uint64_t size = (first + subclusters_alike(bitmap, first)) * unit - inside;
	bool allocated = (bitmap >> first & 1) != 0, zero = (bitmap >> (first + SUBCLUSTERS) & 1) != 0;
	if (allocated && (zero || cluster_at == 0))
		disk_run_is(run, DISK_BAD, size, why_entry);
	else if (allocated)
		run_of_data(layer, q, cluster_at + inside, cluster_at + q->cluster, size, run);
	else
		disk_run_is(run, zero ? DISK_ZERO : DISK_BELOW, size, NULL);
}

/* offset lies in the cluster that the entry is about; bitmap: the second half of an extended entry. */
static void
map_entry(const struct disk_layer *layer, const struct qcow2 *q, uint64_t offset, uint64_t entry, uint64_t bitmap, struct disk_run *run)
{
	uint64_t inside = offset & (q->cluster - 1), size = q->cluster - inside, at = entry & ENTRY_OFFSET;
	if ((entry & ENTRY_COMPRESSED) != 0)
		map_compressed(layer, q, offset, entry, run);
	else if ((at & (q->cluster - 1)) != 0 || (!q->subclusters && q->version < 3 && (entry & ENTRY_ZERO) != 0))
		disk_run_is(run, DISK_BAD, size, why_entry);
	else if (q->subclusters)
		map_subclusters(layer, q, offset, at, bitmap, run);
	else if ((entry & ENTRY_ZERO) != 0)
		disk_run_is(run, DISK_ZERO, size, NULL);
	else if (at == 0)
		disk_run_is(run, DISK_BELOW, size, NULL);
	else
		run_of_data(layer, q, at + inside, at + q->cluster, size, run);
}

static void
qcow2_map(struct disk_layer *layer, uint64_t offset, uint64_t want, struct disk_run *run)
{
	const struct qcow2 *q = layer->state;
	uint8_t raw[16];
	uint64_t cluster = offset >> q->cluster_bits, l1_index = cluster >> q->l2_bits;
	uint64_t span = UINT64_C(1) << (q->l2_bits + q->cluster_bits), left = span - (offset & (span - 1));
	(void)want;
	if (l1_index >= q->l1_size || !disk_table(layer, layer->file, q->l1_at + l1_index * 8, raw, 8)) {
		disk_run_is(run, DISK_BAD, left, why_l1);
		return;
	}
	uint64_t l2_at = load_be64(raw) & ENTRY_OFFSET;
	if (l2_at == 0) {
		disk_run_is(run, DISK_BELOW, left, NULL);
		return;
	}
	size_t entry_size = q->subclusters ? 16 : 8;
	uint64_t l2_index = cluster & ((UINT64_C(1) << q->l2_bits) - 1);
	if ((l2_at & (q->cluster - 1)) != 0)
		disk_run_is(run, DISK_BAD, left, why_l1);
	else if (!disk_table(layer, layer->file, l2_at + l2_index * entry_size, raw, entry_size))
		disk_run_is(run, DISK_BAD, q->cluster - (offset & (q->cluster - 1)), why_l2);
	else
		map_entry(layer, q, offset, load_be64(raw), q->subclusters ? load_be64(raw + 8) : 0, run);
}

static enum triage_status
unsupported(const char *what, const char *advice, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, 0, "this is a QCOW2 disk image %s; %s", what, advice);
	return TRIAGE_E_UNSUPPORTED;
}

/* The name of the backing file and its format. */
static enum triage_status
read_backing(struct disk_layer *layer, const uint8_t *head, uint64_t extensions_at, struct triage_error *err)
{
	uint64_t at = load_be64(head + AT_BACKING);
	uint32_t size = load_be32(head + AT_BACKING_SIZE);
	if (at == 0 || size == 0)
		return TRIAGE_OK;
	layer->parent = calloc(1, BACKING_NAME_MAX + 1);
	if (layer->parent == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	layer->parent_maybe_raw = true;
	if (size > BACKING_NAME_MAX || !disk_head(layer, at, layer->parent, size))
		memset(layer->parent, 0, BACKING_NAME_MAX + 1);
	for (unsigned i = 0; i < EXTENSIONS_MAX && extensions_at + 8 <= at; i++) {
		uint8_t extension[8 + FORMAT_NAME_MAX] = { 0 };
		if (!disk_head(layer, extensions_at, extension, 8) || load_be32(extension) == 0)
			break;
		uint32_t length = load_be32(extension + 4);
		if (load_be32(extension) == EXTENSION_FORMAT && length == 3 && disk_head(layer, extensions_at + 8, extension + 8, 3))
			layer->parent_raw = memcmp(extension + 8, "raw", 3) == 0;
		extensions_at += 8 + (((uint64_t)length + 7) & ~UINT64_C(7));
	}
	return TRIAGE_OK;
}

static enum triage_status
read_features(struct disk_layer *layer, struct qcow2 *q, const uint8_t *head, uint64_t *ret_header, struct triage_error *err)
{
	uint64_t features = load_be64(head + AT_INCOMPATIBLE);
	const uint64_t known = INCOMPATIBLE_DIRTY | INCOMPATIBLE_CORRUPT | INCOMPATIBLE_DATA_FILE | INCOMPATIBLE_COMPRESSION | INCOMPATIBLE_SUBCLUSTERS;
	*ret_header = load_be32(head + AT_HEADER_LENGTH);
	if ((features & INCOMPATIBLE_DATA_FILE) != 0)
		return unsupported("with an external data file", "examine that data file, or convert the image with `qemu-img convert -O raw`", err);
	if ((features & ~known) != 0)
		return unsupported("with features of a later version", "convert it with `qemu-img convert -O raw` of the system that made it", err);
	q->subclusters = (features & INCOMPATIBLE_SUBCLUSTERS) != 0;
	if ((features & INCOMPATIBLE_COMPRESSION) != 0 && *ret_header > AT_COMPRESSION) {
		if (head[AT_COMPRESSION] > 1)
			return unsupported("with an unknown compression", "convert it with `qemu-img convert -O raw`", err);
		q->packing = head[AT_COMPRESSION] == 1 ? DISK_ZSTD : DISK_DEFLATE;
	}
	if ((features & INCOMPATIBLE_CORRUPT) != 0)
		return disk_problem(layer, TRIAGE_MEDIUM, "marked-corrupt", AT_INCOMPATIBLE, err,
		    "the image is marked as damaged by the system that wrote it: some clusters may hold what does not belong there");
	if ((features & INCOMPATIBLE_DIRTY) != 0)
		return disk_problem(layer, TRIAGE_INFO, "not-closed", AT_INCOMPATIBLE, err, "the image was in use when it was copied or its machine crashed");
	return TRIAGE_OK;
}

static enum triage_status
read_geometry(struct disk_layer *layer, struct qcow2 *q, const uint8_t *head, struct triage_error *err)
{
	uint32_t bits = load_be32(head + AT_CLUSTER_BITS);
	layer->size = load_be64(head + AT_SIZE);
	if (bits < 9 || bits > 21 || layer->size > INT64_MAX || (q->subclusters && bits < 14)) {
		triage_error_set(err, TRIAGE_E_FORMAT, AT_CLUSTER_BITS, "this QCOW2 tells of an impossible size of clusters or of the disk");
		return TRIAGE_E_FORMAT;
	}
	q->cluster_bits = bits;
	q->cluster = UINT64_C(1) << bits;
	q->l2_bits = bits - (q->subclusters ? 4 : 3);
	q->l1_size = load_be32(head + AT_L1_SIZE);
	q->l1_at = load_be64(head + AT_L1);
	if (q->l1_at > INT64_MAX - (q->l1_size + 1) * 8)
		q->l1_size = 0;
	return TRIAGE_OK;
}

static enum triage_status
qcow2_open(struct disk_layer *layer, struct triage_error *err)
{
	uint8_t head[HEADER_ROOM] = { 0 };
	uint64_t header_length = HEADER_V2;
	struct qcow2 *q = layer->state = calloc(1, sizeof(*q));
	if (q == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	if (!disk_head(layer, 0, head, HEADER_V2) || (load_be32(head + AT_VERSION) >= 3 && !disk_head(layer, 0, head, HEADER_ROOM))) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "this QCOW2 is cut off inside its header");
		return TRIAGE_E_FORMAT;
	}
	q->version = load_be32(head + AT_VERSION);
	q->packing = DISK_DEFLATE;
	if (q->version < 2 || q->version > 3)
		return unsupported("of another version than 2 or 3", "convert it with `qemu-img convert -O raw`", err);
	if (load_be32(head + AT_CRYPT) != 0)
		return unsupported(load_be32(head + AT_CRYPT) == 2 ? "locked with LUKS" : "locked with AES", "unlock it with `qemu-img convert --object secret,... "
		    "-O raw` and the key, and examine the result", err);
	enum triage_status st = TRIAGE_OK;
	if (q->version >= 3)
		st = read_features(layer, q, head, &header_length, err);
	if (st == TRIAGE_OK)
		st = read_geometry(layer, q, head, err);
	if (st == TRIAGE_OK)
		st = read_backing(layer, head, header_length, err);
	if (st != TRIAGE_OK)
		return st;
	const struct qcow2_tables tables = { .cluster = q->cluster, .refcounts_at = load_be64(head + AT_REFTABLE),
	    .refcounts_clusters = load_be32(head + AT_REFTABLE_CLUSTERS), .refcount_order = q->version >= 3 ? load_be32(head + AT_REFCOUNT_ORDER) : 4,
	    .snapshots = load_be32(head + AT_SNAPSHOTS), .snapshots_at = load_be64(head + AT_SNAPSHOTS_AT) };
	if ((st = qcow2_check_end(layer, &tables, &q->cut, err)) != TRIAGE_OK)
		return st;
	return qcow2_tell_snapshots(layer, &tables, err);
}

static void
qcow2_close(struct disk_layer *layer)
{
	free(layer->state);
}

const struct disk_kind qcow2_disk = { .name = "QCOW2", .kind = TRIAGE_EVIDENCE_QCOW2, .claims = qcow2_claims, .needs_open = qcow2_needs_open,
    .open = qcow2_open, .map = qcow2_map, .close = qcow2_close };

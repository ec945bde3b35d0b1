/*
 * probe_gap.c - what no partition covers: the volumes in it that no table names (any more), and the space itself, which is searched
 * like free space of a filesystem when that is wanted. See probe.h.
 *
 * A volume is recognised where it begins: boot sectors, superblocks and labels have their marks at fixed places. Tables of today put
 * volumes at multiples of 1 MiB, those of old at cylinders; there it is looked for always, at every sector of the beginning of a gap,
 * and at every sector when unallocated space is searched anyway. A mark alone proves nothing: our own drivers have to open it.
 */
#include "triage/evidence/probe.h"

#include "triage/base/view.h"
#include "triage/evidence/fs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SECTOR = 512, MIB = 1 << 20, CYLINDER = 16065 * SECTOR, TRACK = 63 * SECTOR,
	MARKS = 66 << 10,			/* bytes from the start of a volume in which its marks lie */
	WINDOW = 1 << 20,
	DENSE = 2 * MIB,			/* bytes of a gap of which each sector is looked at in any case */
	SPARSE_MAX = 8192,			/* multiples of 1 MiB that are looked at in one gap; of a larger one fewer, spread evenly */
	LOST_MAX = 64,				/* volumes of one space */
	TRIES_MAX = 4096,			/* marks in one space that may prove to be none */
};
#define DENSE_FULL (UINT64_C(64) << 30)		/* the same when unallocated space is searched */

struct range {
	uint64_t start, end;
};

struct gaps {
	struct probe *probe;
	uint32_t parent;
	bool no_table;
	unsigned lost, left_out, tries;
	bool tries_over;
	uint64_t step, step_from;	/* the widest step that a gap was looked at in, and where it was taken up first */
	uint8_t *window;		/* WINDOW + MARKS bytes */
	uint64_t window_at;
	size_t window_size;
};

static bool
mark(const uint8_t *p, size_t size, size_t at, const char *bytes, size_t count)
{
	return at + count <= size && memcmp(p + at, bytes, count) == 0;
}

/* Could a volume begin here? Only what a look at fixed places can tell. */
static bool
has_mark(const uint8_t *p, size_t size)
{
	if (size < SECTOR)
		return false;
	if (p[510] == 0x55 && p[511] == 0xaa) {
		uint32_t sector = load_le16(p + 11);
		bool jump = p[0] == 0xeb || p[0] == 0xe9;
		if (mark(p, size, 3, "NTFS    ", 8) || mark(p, size, 3, "EXFAT   ", 8) || mark(p, size, 3, "-FVE-FS-", 8))
			return true;
		if (jump && sector >= 512 && sector <= 4096 && (sector & (sector - 1)) == 0 && p[13] != 0 && (p[13] & (p[13] - 1)) == 0 &&
		    (p[16] == 1 || p[16] == 2) && load_le16(p + 14) != 0)
			return true;
	}
	if (mark(p, size, 0, "XFSB", 4) || mark(p, size, 0, "LUKS\xba\xbe", 6) || mark(p, size, 512, "LABELONE", 8) || mark(p, size, 32, "NXSB", 4) ||
	    mark(p, size, 4096, "\xfc\x4e\x2b\xa9", 4) || mark(p, size, 64 << 10 | 64, "_BHRfS_M", 8))
		return true;
	/* a copy of an ext superblock says which group it stands in */
	if (mark(p, size, 1024 + 56, "\x53\xef", 2) && size >= 2048 && load_le16(p + 1024 + 90) == 0)
		return true;
	return (mark(p, size, 1024, "H+\0\4", 4) || mark(p, size, 1024, "HX\0\5", 4)) && size >= 2048;
}

/* Bytes at `at` of the space: at least as many as marks need, or all there are. NULL when they cannot be read. */
static const uint8_t *
look_at(struct gaps *g, uint64_t at, uint64_t end, bool dense, size_t *ret_size)
{
	uint64_t inside = at - g->window_at, left = end - at;
	size_t need = left < MARKS ? (size_t)left : MARKS;
	if (at < g->window_at || inside > g->window_size || g->window_size - inside < need) {
		struct triage_error ignored;
		size_t want = dense ? WINDOW + MARKS : MARKS;
		want = left < want ? (size_t)left : want;
		g->window_size = 0;
		if (reader_read(g->probe->reader, at, g->window, want, &g->window_size, &ignored) != TRIAGE_OK)
			g->window_size = 0;
		g->window_at = at;
		inside = 0;
	}
	*ret_size = g->window_size - (size_t)inside;
	return *ret_size > 0 ? g->window + inside : NULL;
}

/* --- one candidate --- */

struct lost {
	uint64_t start, length;
	struct signature_hit hit;
};

/* A volume that is read, or that somebody can unlock or put together: nothing less is believed where no table points. */
static bool
worth_telling(const struct signature_hit *hit)
{
	static const char *const others[] = { "LVM2_member", "linux_raid_member", "apfs", "btrfs", "ReFS" };
	if (hit->type != NULL || hit->row->state == TRIAGE_VOLUME_LOCKED)
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(hit->row->name, others[i]) == 0)
			return true;
	return false;
}

/* Where a first partition begins, by custom: there a mark alone is believed when there is no table. */
static bool
is_usual(uint64_t at)
{
	return at == TRACK || at == 256 * SECTOR || at == MIB || at == UINT64_C(2048) * 4096 || at == UINT64_C(409640) * SECTOR;
}

/* Is there a volume at `at` of the gap? The copy of an NTFS boot sector behind its volume leads to one whose start is gone. */
static bool
volume_at(struct gaps *g, uint64_t at, const struct range *gap, struct lost *lost)
{
	struct probe *probe = g->probe;
	uint64_t size = probe->reader->size;
	if (!probe_find(probe, at, gap->end - at, NULL, &lost->hit) || !worth_telling(&lost->hit))
		return false;
	const struct signature_hit *hit = &lost->hit;
	lost->start = at;
	lost->length = hit->length == 0 || hit->length > size - at ? gap->end - at : hit->length;
	bool ntfs = hit->type != NULL && strcmp(hit->type, "ntfs") == 0;
	if (ntfs && lost->length < size - at)
		lost->length += SECTOR;	/* the copy of its boot sector */
	if (hit->type == NULL || (g->no_table && is_usual(at)) || fs_opens(probe->reader, hit->type, at, lost->length))
		return true;
	if (!ntfs || hit->length == 0 || hit->length > at - gap->start)
		return false;
	lost->start = at - hit->length;
	lost->length = hit->length + SECTOR;
	return fs_opens(probe->reader, hit->type, lost->start, lost->length);
}

static enum triage_status
send_lost(struct gaps *g, const struct lost *lost, const struct range *gap, struct triage_error *err)
{
	struct probe *probe = g->probe;
	char beyond[120] = "";
	uint32_t index;
	if (g->lost >= LOST_MAX) {
		g->left_out++;
		return TRIAGE_OK;
	}
	if (lost->start + lost->length > gap->end && !g->no_table)
		snprintf(beyond, sizeof(beyond), "; it reaches beyond %" PRIu64 ", where a partition of the table begins: what lies there may be overwritten", gap->end);
	const char *kind = g->no_table ? "none" : signature_kind(lost->hit.row);
	enum triage_status st = TRIAGE_OK;
	if (g->no_table && g->lost == 0)
		st = source_problem(probe->sink, "volumes", TRIAGE_HIGH, "partition-table-damaged", 0, 0, err,
		    "there is no partition table, but a %s lies at %" PRIu64 ": it is examined, as are others that are found by their beginning", lost->hit.row->name,
		    lost->start);
	g->lost++;
	if (st == TRIAGE_OK)
		st = probe_send(probe, &(struct probe_volume){ .start = lost->start, .length = lost->length, .kind = kind, .label = "", .uuid = "",
		    .parent = g->parent }, &lost->hit, &index, err);
	if (st != TRIAGE_OK || (g->no_table && g->lost == 1) || index == UINT32_MAX)
		return st;
	return source_problem(probe->sink, "volumes", TRIAGE_MEDIUM, "volume-not-in-table", probe_place(probe, lost->start), lost->length, err,
	    "volume %" PRIu32 " (%s) is not in the partition table: its entry was deleted, or it is left over from an earlier division; it is examined%s",
	    index + 1, lost->hit.row->name, beyond);
}

/* --- one gap --- */

/* The unknown rest of a volume, or space that no partition has: searched as free space is. */
enum triage_status
probe_space_rows(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, struct triage_error *err)
{
	bool layered = probe->volume != UINT32_MAX || v->inner;
	struct reader *reader;
	if (!probe->source->in.carve || there < SECTOR)
		return TRIAGE_OK;
	enum triage_status st = layered ? probe_reader(probe, v, index, there, &reader, err) : TRIAGE_OK;
	if (st != TRIAGE_OK)
		return st;
	return probe->sink->filesystem(probe->sink->ctx, &(struct triage_filesystem){
		.index = probe->source->filesystems++, .volume = index, .type = "unallocated", .label = "", .uuid = "",
		.start = layered ? 0 : v->start, .length = there, .block_size = SECTOR,
		.reader_type = !layered ? EVIDENCE_ON_MEDIUM : probe->together ? EVIDENCE_ON_VOLUME_TOGETHER : EVIDENCE_ON_VOLUME,
	}, err);
}

/* A row for space that is in no volume; only where it is going to be searched. */
static enum triage_status
send_space(struct gaps *g, uint64_t start, uint64_t end, struct triage_error *err)
{
	struct probe *probe = g->probe;
	if (!probe->source->in.carve || g->no_table || end - start < SECTOR)
		return TRIAGE_OK;
	if (probe->source->volumes == PROBE_VOLUMES_MAX) {
		probe->volumes_left_out++;
		return TRIAGE_OK;
	}
	uint32_t index = probe->source->volumes++;
	uint64_t place = probe_place(probe, start);
	enum triage_status st = probe->sink->volume(probe->sink->ctx, &(struct triage_volume){
		.index = index, .parent = g->parent, .state = TRIAGE_VOLUME_EXAMINED, .start = place == TRIAGE_NO_ID ? 0 : place, .length = end - start,
		.kind = "unallocated", .label = "", .uuid = "",
	}, err);
	if (st != TRIAGE_OK)
		return st;
	const struct probe_volume v = { .start = start, .length = end - start, .kind = "unallocated", .label = "", .uuid = "", .parent = g->parent };
	return probe_space_rows(probe, &v, index, end - start, err);
}

/* The next place behind `at` where a volume may begin. */
static uint64_t
next_place(uint64_t at, const struct range *gap, uint64_t dense, uint64_t step)
{
	if (at - gap->start < dense)
		return at + SECTOR;
	uint64_t best = (at / step + 1) * step;
	uint64_t cylinder = (at / CYLINDER + 1) * CYLINDER, track = (at - at % CYLINDER) + TRACK;
	if (track <= at)
		track += CYLINDER;
	if (step == MIB && cylinder < best)
		best = cylinder;
	if (step == MIB && track < best)
		best = track;
	return best;
}

static enum triage_status
search_gap(struct gaps *g, const struct range *gap, struct triage_error *err)
{
	struct evidence_source *source = g->probe->source;
	uint64_t dense = source->in.carve ? DENSE_FULL : DENSE, step = MIB, at = gap->start, rest = gap->start;
	enum triage_status st = TRIAGE_OK;
	while ((gap->end - gap->start) / step > SPARSE_MAX)
		step *= 2;
	if (step > MIB && gap->end - gap->start > dense && step > g->step) {
		g->step = step;
		g->step_from = gap->start + dense;
	}
	/* volumes begin at sectors of the space */
	at += (SECTOR - at % SECTOR) % SECTOR;
	for (unsigned turn = 0; at < gap->end && st == TRIAGE_OK; turn++) {
		struct lost lost;
		size_t size;
		if (turn % 4096 == 0 && source->in.beat != NULL)
			source->in.beat(source->in.beat_ctx);
		const uint8_t *p = look_at(g, at, gap->end, at - gap->start < dense, &size);
		bool marked = p != NULL && has_mark(p, size);
		g->tries_over = g->tries_over || (marked && g->tries == TRIES_MAX);
		bool found = marked && g->tries < TRIES_MAX && volume_at(g, at, gap, &lost) && lost.start >= rest;
		g->tries += marked && !found && !g->tries_over;
		if (found) {
			uint64_t end = lost.start + lost.length;
			st = send_space(g, rest, lost.start, err);
			if (st == TRIAGE_OK)
				st = send_lost(g, &lost, gap, err);
			rest = end < gap->end ? end : gap->end;
			at = rest + (SECTOR - rest % SECTOR) % SECTOR;
			continue;
		}
		/* nothing can be read here: the bytes behind may be as bad, so go on by a window */
		at = p == NULL && at - gap->start < dense ? at + WINDOW : next_place(at, gap, dense, step);
	}
	return st == TRIAGE_OK ? send_space(g, rest, gap->end, err) : st;
}

/* --- all gaps --- */

static int
by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	return x->start < y->start ? -1 : x->start > y->start;
}

enum triage_status
probe_gaps(struct probe *probe, const struct layout *layout, unsigned *ret_lost, struct triage_error *err)
{
	uint64_t size = probe->reader->size, end = 0;
	size_t count = 0, partitions = layout != NULL ? layout->count : 0;
	struct gaps g = { .probe = probe, .parent = probe->volume, .no_table = layout == NULL, .window = malloc(WINDOW + MARKS) };
	struct range *taken = calloc(partitions + 1, sizeof(*taken));
	enum triage_status st = TRIAGE_OK;
	if (g.window == NULL || taken == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		st = TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < partitions && st == TRIAGE_OK; i++) {
		const struct partition *p = &layout->partitions[i];
		if (!p->container && !p->holds_table && p->length > 0 && p->start < size)
			taken[count++] = (struct range){ p->start, p->length < size - p->start ? p->start + p->length : size };
	}
	if (st == TRIAGE_OK) {
		taken[count++] = (struct range){ size, size };
		qsort(taken, count, sizeof(*taken), by_start);
	}
	for (size_t i = 0; i < count && st == TRIAGE_OK; i++) {
		if (taken[i].start > end)
			st = search_gap(&g, &(struct range){ end, taken[i].start }, err);
		end = taken[i].end > end ? taken[i].end : end;
	}
	if (st == TRIAGE_OK && g.left_out > 0)
		st = source_problem(probe->sink, "volumes", TRIAGE_MEDIUM, "too-many-lost-volumes", TRIAGE_NO_ID, 0, err,
		    "%u volumes beyond the first %d that no partition table names are not examined", g.left_out, LOST_MAX);
	if (st == TRIAGE_OK && g.tries_over)
		st = source_problem(probe->sink, "volumes", TRIAGE_MEDIUM, "too-many-marks", TRIAGE_NO_ID, 0, err,
		    "%d places look like the beginning of a volume and are none: no more of them are tried, so a volume that no partition table names may be missing", TRIES_MAX);
	if (st == TRIAGE_OK && g.step > 0)
		st = source_problem(probe->sink, "volumes", TRIAGE_INFO, "volume-search-sparse", probe_place(probe, g.step_from), 0, err,
		    "what no partition covers is large: from %" PRIu64 " on volumes that no table names are only looked for every %" PRIu64 " MiB%s", g.step_from,
		    g.step / MIB, probe->source->in.carve ? "" : "; when unallocated space is searched too, at every sector of its first 64 GiB");
	free(taken);
	free(g.window);
	*ret_lost = g.lost;
	return st;
}

/* probe_volume.c - one volume: its row, its filesystem, and what stands in the way; see probe.h. */
#include "triage/evidence/probe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLE = PROBE_SAMPLE, SAMPLES = 32 };

bool
probe_find(struct probe *probe, uint64_t start, uint64_t size, const struct signature *after, struct signature_hit *hit)
{
	struct signature_scan *scan = &probe->scan;
	if (scan->reader != probe->reader || scan->start != start || scan->size != size) {
		memset(scan->have, 0, sizeof(scan->have));
		memset(scan->used, 0, sizeof(scan->used));
	}
	scan->reader = probe->reader;
	scan->start = start;
	scan->size = size;
	return signature_find(scan, after, hit);
}

/* Counts of byte values so even that only ciphertext, compressed data or noise has them. 64 KiB are wanted for a judgement. */
static bool
even_counts(const uint32_t *counts, size_t bytes)
{
	if (bytes < SAMPLE)
		return false;
	double expected = (double)bytes / 256, chi = 0;
	for (size_t i = 0; i < 256; i++)
		chi += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
	return chi < 350;
}

enum probe_look
probe_look(struct probe *probe, uint64_t start, uint64_t size)
{
	struct reader *r = probe->reader;
	uint8_t *sample = probe->sample;
	uint32_t counts[256] = { 0 };
	size_t got = 0;
	uint64_t bad = r->bad_bytes;
	bool zero = true, text = true;
	if (reader_read(r, start, sample, size < SAMPLE ? (size_t)size : SAMPLE, &got, NULL) != TRIAGE_OK)
		return LOOK_OTHER;
	for (size_t i = 0; i < got; i++) {
		uint8_t c = sample[i];
		counts[c]++;
		zero = zero && c == 0;
		text = text && (c >= ' ' || c == '\t' || c == '\n' || c == '\r') && c != 0x7f;
	}
	if (even_counts(counts, got))
		return LOOK_RANDOM;
	if (text && got > 0)
		return LOOK_TEXT;
	for (uint64_t i = 1; zero && i <= SAMPLES && size > SAMPLE; i++) {
		uint64_t at = (size - SAMPLE) / SAMPLES * i;
		if (reader_read(r, start + at, sample, SAMPLE, &got, NULL) != TRIAGE_OK)
			return LOOK_OTHER;
		for (size_t b = 0; b < got; b++)
			zero = zero && sample[b] == 0;
	}
	return !zero ? LOOK_OTHER : r->bad_bytes != bad ? LOOK_LOST : LOOK_ZERO;
}

static enum triage_status
send_unknown(struct probe *probe, const struct probe_volume *v, const char *name, enum probe_look look, struct triage_error *err)
{
	static const char *const looks[] = {
		[LOOK_RANDOM] = "its bytes look random: encrypted as a whole (VeraCrypt, a lost header) or wiped",
		[LOOK_TEXT] = "it is text: a loose file? give the folder that it lies in",
		[LOOK_OTHER] = "it may be damaged, of an unknown kind, or no volume",
	};
	uint64_t place = probe_place(probe, v->start);
	if (look == LOOK_ZERO)
		return source_problem(probe->sink, "volumes", TRIAGE_INFO, "no-filesystem", place, v->length, err,
		    "%s: nothing known here, and %s", name, v->length == 0 ? "it has no bytes" : "all that was sampled is zero");
	if (look == LOOK_LOST)
		return source_problem(probe->sink, "volumes", TRIAGE_HIGH, "volume-unreadable", place, v->length, err,
		    "%s: its bytes cannot be read, so nobody can say what it holds: the image is cut or damaged; get a whole copy", name);
	return source_problem(probe->sink, "volumes", v->no_files ? TRIAGE_LOW : TRIAGE_MEDIUM, "no-filesystem", place, v->length, err,
	    "%s: no filesystem, encryption, array or partition table known here was found (ntfs, fat, exfat, ext2-4, "
	    "iso9660, hfs+, apfs, ufs, xfs, btrfs, luks, bitlocker, lvm, md and others were looked for); %s", name, looks[look]);
}

static enum triage_status
send_filesystem(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, const struct signature_hit *hit,
    struct triage_error *err)
{
	bool layered = probe->volume != UINT32_MAX || v->inner;
	struct reader *reader;
	enum triage_status st = layered ? probe_reader(probe, v, index, there, &reader, err) : TRIAGE_OK;
	if (st == TRIAGE_OK)
		st = probe->sink->filesystem(probe->sink->ctx, &(struct triage_filesystem){
			.index = probe->source->filesystems++, .volume = index, .type = hit->type, .label = hit->label, .uuid = hit->uuid,
			.start = layered ? 0 : v->start, .length = there, .block_size = hit->block_size,
			.reader_type = !layered ? EVIDENCE_ON_MEDIUM : probe->together ? EVIDENCE_ON_VOLUME_TOGETHER : EVIDENCE_ON_VOLUME,
		}, err);
	if (st != TRIAGE_OK)
		return st;
	if (hit->length > there)
		st = source_problem(probe->sink, "volumes", hit->length - there < hit->block_size ? TRIAGE_LOW : TRIAGE_HIGH,
		    "filesystem-cut", layered ? TRIAGE_NO_ID : v->start + there, hit->length - there, err,
		    "volume %" PRIu32 ": its %s claims %" PRIu64 " bytes, but %" PRIu64 " are there: the image or the volume was cut; what lies behind "
		    "cannot be read", index + 1, hit->type, hit->length, there);
	if (st == TRIAGE_OK && hit->note[0] != '\0')
		st = source_problem(probe->sink, "volumes", TRIAGE_LOW, "filesystem-note", probe_place(probe, v->start), 0, err,
		    "volume %" PRIu32 " (%s): %s", index + 1, hit->type, hit->note);
	return st;
}

/* What one format has of another: BitLocker on sticks carries a FAT, an XFS has its log inside, a machine at rest lies in its swap. */
static bool
goes_with(const struct signature *row, const struct signature *other)
{
	static const struct {
		const char *row, *other;
	} pairs[] = { { "BitLocker", "vfat" }, { "xfs", "xfs_external_log" }, { "scoutfs_meta", "scoutfs_data" },
	    { "swsuspend", "swap" } };
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strcmp(row->name, pairs[i].row) == 0 && strcmp(other->name, pairs[i].other) == 0)
			return true;
	return false;
}

/* Other signatures in the same place: leftovers, or a disguise. */
static enum triage_status
send_others(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, const struct signature_hit *hit,
    struct triage_error *err)
{
	enum { OTHERS_MAX = 8 };
	const struct signature *after = hit->row;
	for (unsigned i = 0; i < OTHERS_MAX; i++) {
		struct signature_hit other;
		if (!probe_find(probe, v->start, there, after, &other))
			break;
		after = other.row;
		if (goes_with(hit->row, other.row) || strcmp(other.row->name, hit->row->name) == 0)
			continue;
		enum triage_status st = source_problem(probe->sink, "volumes", TRIAGE_LOW, "second-signature", probe_place(probe, v->start), 0, err,
		    "volume %" PRIu32 " is taken as %s; it carries the signature of %s too%s%s", index + 1, hit->row->name, other.row->name,
		    other.uuid[0] != '\0' ? ", " : "", other.uuid);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

/* UDF over an ISO 9660: the ISO side is read. */
static bool
readable_side(struct probe *probe, uint64_t start, uint64_t size, const struct signature_hit *hit, struct signature_hit *ret_side)
{
	if (strcmp(hit->row->name, "udf") != 0)
		return false;
	return probe_find(probe, start, size, hit->row, ret_side) && ret_side->type != NULL && strcmp(ret_side->type, "iso9660") == 0;
}

static enum triage_status
send_cut(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, struct triage_error *err)
{
	if (there == v->length)
		return TRIAGE_OK;
	return source_problem(probe->sink, "volumes", TRIAGE_HIGH, there == 0 ? "volume-outside" : "volume-cut",
	    probe->volume == UINT32_MAX ? v->start : probe_place(probe, v->start), v->length - there, err,
	    "volume %" PRIu32 " has %" PRIu64 " bytes at %" PRIu64 ", but %s ends at %" PRIu64 ": the image was cut or its last segments are missing",
	    index + 1, v->length, v->start, probe->volume == UINT32_MAX ? "the medium" : "what it lies in", probe->reader->size);
}

/* What a volume is, judged from its table or layer and its signature. */
struct judgement {
	bool apfs;			/* a container whose volumes are told one by one */
	const struct signature_hit *readable;	/* the filesystem in it, NULL for none */
	bool by_table;				/* its row is named by what it lies in, not by its signature */
	enum probe_look look;
	enum triage_volume_state state;
};

static struct judgement
judge(struct probe *probe, const struct probe_volume *v, const struct signature_hit *hit, uint64_t there, struct signature_hit *side)
{
	struct judgement j = { .state = TRIAGE_VOLUME_EXAMINED, .look = LOOK_OTHER };
	bool two_sided = hit != NULL && readable_side(probe, v->start, there, hit, side);
	bool unknown = hit == NULL && !v->container;
	j.readable = two_sided ? side : hit != NULL && hit->type != NULL ? hit : NULL;
	j.by_table = v->inner || hit == NULL || (j.readable != NULL && !two_sided);
	if (unknown)
		j.look = probe_look(probe, v->start, there);
	j.apfs = hit != NULL && strcmp(hit->row->name, "apfs") == 0;
	if (there == 0 && v->length > 0)
		j.state = TRIAGE_VOLUME_DAMAGED;
	else if (j.apfs)
		j.state = probe_apfs_state(probe, v, there);
	else if (j.readable == NULL && hit != NULL)
		j.state = hit->row->state;
	else if (unknown)
		j.state = j.look == LOOK_ZERO || v->length == 0 ? TRIAGE_VOLUME_EMPTY : j.look == LOOK_LOST ? TRIAGE_VOLUME_DAMAGED : TRIAGE_VOLUME_UNSUPPORTED;
	return j;
}

/* The table's text or the signature's. A volume of a layer that is named by nobody is named as what it holds, but for a filesystem: that has a row. */
static const char *
choose_text(const struct judgement *j, const char *of_table, const char *of_hit)
{
	bool take_table = of_table[0] != '\0' && j->by_table;
	return take_table || of_hit == NULL || of_hit[0] == '\0' ? of_table : of_hit;
}

static enum triage_status
send_row(struct probe *probe, const struct probe_volume *v, uint32_t index, const struct judgement *j, const struct signature_hit *hit,
    struct triage_error *err)
{
	uint64_t place = probe->volume == UINT32_MAX && !v->inner ? v->start : probe_place(probe, v->start);
	return probe->sink->volume(probe->sink->ctx, &(struct triage_volume){
		.index = index, .parent = v->parent, .state = j->state, .start = place == TRIAGE_NO_ID ? 0 : place, .length = v->length,
		.label = choose_text(j, v->label, hit != NULL ? hit->label : NULL), .uuid = choose_text(j, v->uuid, hit != NULL ? hit->uuid : NULL),
		.kind = j->by_table ? v->kind : signature_kind(hit->row),
	}, err);
}

enum triage_status
probe_send(struct probe *probe, const struct probe_volume *v, const struct signature_hit *hit, uint32_t *ret_index, struct triage_error *err)
{
	uint64_t size = probe->reader->size;
	uint64_t left = v->start < size ? size - v->start : 0, there = v->length < left ? v->length : left;
	struct signature_hit side;
	char name[PROBE_NAME];
	bool taken = false, full = probe->source->volumes == PROBE_VOLUMES_MAX;
	uint32_t index = full ? UINT32_MAX : probe->source->volumes++;
	if (ret_index != NULL)
		*ret_index = index;
	if (full) {
		probe->volumes_left_out++;
		return TRIAGE_OK;
	}
	struct judgement j = judge(probe, v, hit, there, &side);
	probe_name(probe, v, index, name);
	enum triage_status st = send_row(probe, v, index, &j, hit, err);
	if (st == TRIAGE_OK)
		st = send_cut(probe, v, index, there, err);
	if (st == TRIAGE_OK && j.readable != NULL)
		st = send_filesystem(probe, v, index, there, j.readable, err);
	if (st == TRIAGE_OK && j.apfs && there > 0)
		st = probe_apfs(probe, v, index, there, err);
	if (st == TRIAGE_OK && hit != NULL && there > 0)
		st = probe_offer(probe, v, index, there, hit, &taken, err);
	if (st == TRIAGE_OK && hit != NULL && j.readable == NULL && !j.apfs && !taken)
		st = probe_obstacle(probe, name, probe_place(probe, v->start), v->length, hit, err);
	if (st == TRIAGE_OK && hit == NULL && !v->container && (there > 0 || v->length == 0))
		st = send_unknown(probe, v, name, j.look, err);
	if (st == TRIAGE_OK && hit == NULL && !v->container && j.look != LOOK_RANDOM)
		st = probe_space_rows(probe, v, index, there, err);
	if (st == TRIAGE_OK && hit != NULL && !taken)	/* a member of a mirror shows what the whole holds */
		st = send_others(probe, v, index, there, j.readable == &side ? &side : hit, err);
	return st;
}

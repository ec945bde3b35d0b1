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
	if (scan->start != start || scan->size != size) {
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
	return zero ? LOOK_ZERO : LOOK_OTHER;
}

static enum triage_status
send_unknown(struct probe *probe, const struct probe_volume *v, uint32_t index, enum probe_look look, struct triage_error *err)
{
	static const char *const looks[] = {
		[LOOK_RANDOM] = "its bytes look random: encrypted as a whole (VeraCrypt, a lost header) or wiped",
		[LOOK_TEXT] = "it is text: a loose file? give the folder that it lies in",
		[LOOK_OTHER] = "it may be damaged, of an unknown kind, or no volume",
	};
	if (look == LOOK_ZERO)
		return source_problem(probe->sink, "volumes", TRIAGE_INFO, "no-filesystem", v->start, v->length, err,
		    "volume %" PRIu32 " at %" PRIu64 ": nothing known here, and %s", index, v->start, v->length == 0 ? "it has no bytes" : "all that was sampled is zero");
	return source_problem(probe->sink, "volumes", v->no_files ? TRIAGE_LOW : TRIAGE_MEDIUM, "no-filesystem", v->start, v->length, err,
	    "volume %" PRIu32 " at %" PRIu64 ": no filesystem, encryption, array or partition table known here was found (ntfs, fat, exfat, ext2-4, "
	    "iso9660, hfs+, apfs, ufs, xfs, btrfs, luks, bitlocker, lvm, md and others were looked for); %s", index, v->start, looks[look]);
}

/* What is in the way of reading a volume whose signature is known. */
static enum triage_status
send_obstacle(struct probe *probe, const struct probe_volume *v, uint32_t index, const struct signature_hit *hit, struct triage_error *err)
{
	bool locked = hit->row->state == TRIAGE_VOLUME_LOCKED;
	enum triage_severity severity = locked ? TRIAGE_HIGH : hit->row->no_files ? TRIAGE_LOW : TRIAGE_MEDIUM;
	const char *lost = hit->row->no_files ? "it holds no files of its own" : "its files are not examined";
	return source_problem(probe->sink, "volumes", severity, locked ? "volume-locked" : "volume-unsupported",
	    v->start, v->length, err, "volume %" PRIu32 " at %" PRIu64 " is %s%s%s%s%s: %s; %s; %s",
	    index, v->start, hit->row->name, hit->uuid[0] != '\0' ? " " : "", hit->uuid, hit->note[0] != '\0' ? " with " : "", hit->note,
	    locked ? "it is encrypted" : "this version does not read it", lost, hit->row->advice);
}

static enum triage_status
send_filesystem(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, const struct signature_hit *hit,
    struct triage_error *err)
{
	enum triage_status st = probe->sink->filesystem(probe->sink->ctx, &(struct triage_filesystem){
		.index = probe->filesystems++, .volume = index, .type = hit->type, .label = hit->label, .uuid = hit->uuid,
		.start = v->start, .length = there, .block_size = hit->block_size,
	}, err);
	if (st != TRIAGE_OK)
		return st;
	if (hit->length > there)
		st = source_problem(probe->sink, "volumes", hit->length - there < hit->block_size ? TRIAGE_LOW : TRIAGE_HIGH,
		    "filesystem-cut", v->start + there, hit->length - there, err,
		    "volume %" PRIu32 ": its %s claims %" PRIu64 " bytes, but %" PRIu64 " are there: the image or the volume was cut; what lies behind "
		    "cannot be read", index, hit->type, hit->length, there);
	if (st == TRIAGE_OK && hit->note[0] != '\0')
		st = source_problem(probe->sink, "volumes", TRIAGE_LOW, "filesystem-note", v->start, 0, err, "volume %" PRIu32 " (%s): %s", index,
		    hit->type, hit->note);
	return st;
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
		/* BitLocker on sticks carries a FAT of its own */
		bool disguise = strcmp(hit->row->name, "BitLocker") == 0 && strcmp(other.row->name, "vfat") == 0;
		if (disguise || strcmp(other.row->name, hit->row->name) == 0)
			continue;
		enum triage_status st = source_problem(probe->sink, "volumes", TRIAGE_LOW, "second-signature", v->start, 0, err,
		    "volume %" PRIu32 " is taken as %s; it carries the signature of %s too%s%s", index, hit->row->name, other.row->name,
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
send_place(struct probe *probe, const struct probe_volume *v, uint32_t index, uint64_t there, struct triage_error *err)
{
	if (there == v->length)
		return TRIAGE_OK;
	return source_problem(probe->sink, "volumes", TRIAGE_HIGH, there == 0 ? "volume-outside" : "volume-cut", v->start, v->length - there, err,
	    "volume %" PRIu32 " has %" PRIu64 " bytes at %" PRIu64 ", but the medium ends at %" PRIu64 ": the image was cut or its last segments are missing",
	    index, v->length, v->start, probe->reader->size);
}

enum triage_status
probe_send(struct probe *probe, const struct probe_volume *v, const struct signature_hit *hit, uint32_t *ret_index, struct triage_error *err)
{
	uint64_t size = probe->reader->size;
	uint64_t left = v->start < size ? size - v->start : 0, there = v->length < left ? v->length : left;
	struct signature_hit side;
	bool two_sided = hit != NULL && readable_side(probe, v->start, there, hit, &side);
	const struct signature_hit *readable = two_sided ? &side : hit != NULL && hit->type != NULL ? hit : NULL;
	enum probe_look look = hit == NULL && !v->container ? probe_look(probe, v->start, there) : LOOK_OTHER;
	bool container = hit != NULL && strcmp(hit->row->name, "apfs") == 0;
	enum triage_volume_state state = TRIAGE_VOLUME_EXAMINED;
	if (there == 0 && v->length > 0)
		state = TRIAGE_VOLUME_DAMAGED;
	else if (container)
		state = probe_apfs_state(probe, v, there);
	else if (readable == NULL && hit != NULL)
		state = hit->row->state;
	else if (hit == NULL && !v->container)
		state = look == LOOK_ZERO || v->length == 0 ? TRIAGE_VOLUME_EMPTY : TRIAGE_VOLUME_UNSUPPORTED;
	bool by_table = hit == NULL || (readable != NULL && !two_sided);
	const char *label = v->label[0] != '\0' && by_table ? v->label : hit != NULL && hit->label[0] != '\0' ? hit->label : v->label;
	const char *uuid = v->uuid[0] != '\0' && by_table ? v->uuid : hit != NULL && hit->uuid[0] != '\0' ? hit->uuid : v->uuid;
	uint32_t index = probe->volumes++;
	if (ret_index != NULL)
		*ret_index = index;
	enum triage_status st = probe->sink->volume(probe->sink->ctx, &(struct triage_volume){
		.index = index, .parent = v->parent, .state = state, .label = label, .uuid = uuid, .start = v->start, .length = v->length,
		.kind = by_table ? v->kind : signature_kind(hit->row),
	}, err);
	if (st == TRIAGE_OK)
		st = send_place(probe, v, index, there, err);
	if (st == TRIAGE_OK && readable != NULL)
		st = send_filesystem(probe, v, index, there, readable, err);
	if (st == TRIAGE_OK && container && there > 0)
		st = probe_apfs(probe, v, index, there, err);
	if (st == TRIAGE_OK && hit != NULL && readable == NULL && !container)
		st = send_obstacle(probe, v, index, hit, err);
	if (st == TRIAGE_OK && hit == NULL && !v->container && (there > 0 || v->length == 0))
		st = send_unknown(probe, v, index, look, err);
	if (st == TRIAGE_OK && hit != NULL)
		st = send_others(probe, v, index, there, two_sided ? &side : hit, err);
	return st;
}

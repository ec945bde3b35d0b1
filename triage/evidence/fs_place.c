/*
 * fs_place.c - where bytes of a filesystem lie in the evidence. Drivers count from the start of the evidence when the volume lies on
 * the medium, and from the start of the volume when it lies inside another; here the second is made the first.
 */
#include "triage/evidence/fs.h"

#include <inttypes.h>
#include <stdio.h>

enum { SAMPLES = 64 };

uint64_t
fs_image_offset(const struct evidence_fs *fs, uint64_t offset, uint64_t *ret_run)
{
	*ret_run = UINT64_MAX - offset;
	if (!fs->layered)
		return offset;
	if (offset < fs->start || offset - fs->start >= fs->reader->size)
		return TRIAGE_NO_OFFSET;
	uint64_t place = reader_place_in(fs->reader, offset - fs->start, fs->medium, ret_run);
	*ret_run = *ret_run > 0 ? *ret_run : 1;
	return place;
}

/* --- the listing of a layered volume: entries and problems pass through here --- */

struct placing {
	const struct evidence_fs *fs;
	const struct evidence_sink *to;
};

static enum triage_status
place_entry(void *ctx, const struct triage_entry *e, struct triage_error *err)
{
	const struct placing *p = ctx;
	struct triage_entry placed = *e;
	uint64_t run, place = e->place == 0 || e->place == TRIAGE_NO_ID ? TRIAGE_NO_OFFSET : fs_image_offset(p->fs, e->place, &run);
	placed.place = place == TRIAGE_NO_OFFSET ? 0 : place;
	return p->to->entry(p->to->ctx, &placed, err);
}

static enum triage_status
place_problem(void *ctx, const struct triage_problem *problem, struct triage_error *err)
{
	const struct placing *p = ctx;
	struct triage_problem placed = *problem;
	uint64_t run, place = problem->offset == TRIAGE_NO_ID ? TRIAGE_NO_OFFSET : fs_image_offset(p->fs, problem->offset, &run);
	placed.offset = place == TRIAGE_NO_OFFSET ? TRIAGE_NO_ID : place;
	return p->to->problem(p->to->ctx, &placed, err);
}

/* Said once a filesystem: why its files have no image offsets. */
static enum triage_status
tell_unplaced(const struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	unsigned nowhere = 0;
	uint64_t run;
	for (unsigned i = 0; i < SAMPLES; i++)
		nowhere += fs_image_offset(fs, fs->start + fs->reader->size / SAMPLES * i, &run) == TRIAGE_NO_OFFSET;
	if (nowhere == 0)
		return TRIAGE_OK;
	char message[240];
	snprintf(message, sizeof(message), "%s of this %s filesystem lies nowhere in the evidence as it is read (encrypted, put together or only in part): "
	    "no image offsets are given there", nowhere == SAMPLES ? "all" : "part", fs->type);
	return sink->problem(sink->ctx, &(struct triage_problem){
		.stage = "list", .severity = TRIAGE_INFO, .code = "no-plain-place", .message = message, .inode = TRIAGE_NO_ID,
		.edge = TRIAGE_NO_ID, .offset = TRIAGE_NO_ID,
	}, err);
}

enum triage_status
evidence_fs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err)
{
	if (!fs->layered)
		return fs_list(fs, sink, err);
	struct placing p = { .fs = fs, .to = sink };
	struct evidence_sink placing = *sink;
	placing.ctx = &p;
	placing.entry = place_entry;
	placing.problem = place_problem;
	placing.evidence = NULL;	/* a listing sends none of these */
	placing.volume = NULL;
	placing.filesystem = NULL;
	placing.extent = NULL;
	enum triage_status st = fs_list(fs, &placing, err);
	return st == TRIAGE_OK ? tell_unplaced(fs, sink, err) : st;
}

#include "triage/run/coverage.h"

#include "triage/evidence/unallocated.h"

#include <stdio.h>

/* Streams of shadow copies: how many of them were not read, because they hold what a stream that was read holds. */
static enum triage_status
coverage_equal(const struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	struct case_shadows n;
	enum triage_status st = case_count_shadows(s->store, &n, err);
	if (st != TRIAGE_OK || n.units == 0)
		return st;
	char reason[240];
	snprintf(reason, sizeof(reason), "equal to the volume as it is now or to an older copy, and not read again: %ju streams, %ju bytes; read: %ju streams, "
	    "%ju bytes", (uintmax_t)n.same, (uintmax_t)n.bytes_same, (uintmax_t)(n.done - n.same), (uintmax_t)(n.bytes_done - n.bytes_same));
	return case_seal_coverage(z, &(struct case_coverage_row){ .what = "shadow-copy-streams", .reason = reason, .total = n.units, .examined = n.done,
	    .skipped = n.units - n.done, .bytes_total = n.bytes, .bytes_examined = n.bytes_done }, err);
}

enum triage_status
coverage_shadows(const struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	uint64_t total = 0, left_out = 0, failed = 0;
	for (size_t i = 0; i < s->source_count; i++) {
		total += s->sources[i].shadows;
		left_out += s->sources[i].shadows_left_out;
		failed += s->sources[i].shadows_failed;
	}
	if (total == 0)
		return TRIAGE_OK;
	char reason[80] = "";
	if (left_out > 0 && s->plan->no_vss)
		snprintf(reason, sizeof(reason), "left out by --vss none");
	else if (left_out > 0)
		snprintf(reason, sizeof(reason), "left out: only %u to %u of each volume (--vss)", s->plan->vss_first, s->plan->vss_last);
	const struct case_coverage_row row = { .what = "shadow-copies", .reason = reason, .total = total, .examined = total - left_out - failed,
	    .skipped = left_out, .failed = failed };
	enum triage_status st = case_seal_coverage(z, &row, err);
	return st == TRIAGE_OK ? coverage_equal(s, z, err) : st;
}

enum triage_status
coverage_containers(const struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	const struct run_containers *c = &s->containers;
	char reason[300] = "", same[100] = "";
	if (c->found == 0)
		return TRIAGE_OK;
	if (c->same > 0)
		snprintf(same, sizeof(same), "; %ju more in shadow copies are as in the volume or an older copy", (uintmax_t)c->same);
	if (!s->plan->nested)
		snprintf(reason, sizeof(reason), "files named like disk images: not looked into without --nested or --profile full%s", same);
	else
		snprintf(reason, sizeof(reason), "disk images in filesystems%s%s", c->plain > 0 ? "; those left out hold no disk, or are beyond the limits of --nested" :
		    c->left_out > 0 ? "; those left out are beyond the limits of --nested" : "", same);
	return case_seal_coverage(z, &(struct case_coverage_row){ .what = "disk-images-inside", .reason = reason, .total = c->found,
	    .examined = c->opened, .skipped = c->left_out + c->plain, .failed = c->failed }, err);
}

static enum triage_status
one_artefact(void *ctx, const struct case_artefact *a, struct triage_error *err)
{
	char what[80], reason[80];
	snprintf(what, sizeof(what), "artefact %s", a->parser);
	snprintf(reason, sizeof(reason), "%ju event%s", (uintmax_t)a->events, a->events == 1 ? "" : "s");
	return case_seal_coverage(ctx, &(struct case_coverage_row){ .what = what, .reason = reason, .total = a->streams, .examined = a->whole,
	    .failed = a->streams - a->whole, .bytes_total = a->bytes, .bytes_examined = a->bytes }, err);
}

enum triage_status
coverage_artefacts(const struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	return case_each_artefact(s->store, one_artefact, z, err);
}

enum triage_status
coverage_space(const struct supervisor *s, struct case_sealer *z, struct triage_error *err)
{
	static const struct {
		const char *what, *reason;
		uint32_t attr_type;
		bool outside;
	} rows[] = {
		{ "unallocated-space", "free space of filesystems and what lies behind them in their volumes, as their own tables say: searched by rules and carvers",
		    EVIDENCE_ATTR_UNALLOCATED, false },
		{ "space-outside-volumes", "before, between and behind partitions, and volumes in which no structure is known: searched by rules and carvers",
		    EVIDENCE_ATTR_UNALLOCATED, true },
		{ "file-slack", "behind the ends of files, where it is not all zeros: searched by rules and carvers", EVIDENCE_ATTR_SLACK, false },
	};
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && s->plan->carve && st == TRIAGE_OK; i++) {
		struct case_space n = { 0 };
		st = case_count_space(s->store, rows[i].attr_type, rows[i].outside, &n, err);
		if (st == TRIAGE_OK)
			st = case_seal_coverage(z, &(struct case_coverage_row){ .what = rows[i].what, .reason = rows[i].reason, .total = n.units,
			    .examined = n.done, .failed = n.units - n.done, .bytes_total = n.bytes, .bytes_examined = n.bytes_done }, err);
	}
	/* a gap that nobody would otherwise see */
	bool image = false;
	for (size_t i = 0; i < s->source_count; i++)
		image = image || s->crew_sources[i].kind != TRIAGE_EVIDENCE_DIRECTORY;
	if (st == TRIAGE_OK && !s->plan->carve && image)
		st = case_seal_coverage(z, &(struct case_coverage_row){ .what = "unallocated-space",
		    .reason = "space that belongs to no file (free, slack, outside partitions) is searched with --profile full only" }, err);
	return st;
}

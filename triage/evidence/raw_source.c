/* raw_source.c - a raw image, a device or a split raw image as a source: lays the segments out and names the gaps. */
#include "triage/base/scoped.h"
#include "triage/evidence/inside.h"
#include "triage/evidence/raw.h"
#include "triage/evidence/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SECTOR = 512, MAX_SEGMENTS = 1 << 16 };

/* What numbers a segment: the part after the last dot of the name, or the whole name. */
static const char *
numbering(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	const char *dot = strrchr(name, '.');
	return dot != NULL ? dot + 1 : name;
}

size_t
raw_place(const char *const *names, size_t count, const char *missing)
{
	const char *wanted = numbering(missing);
	size_t place = 0;
	while (place < count) {
		const char *here = numbering(names[place]);
		size_t a = strlen(here), b = strlen(wanted);
		if (a > b || (a == b && strcasecmp(here, wanted) > 0))
			break;
		place++;
	}
	return place;
}

/* Segments in order, missing ones where their names put them. names: of those missing, NULL for the others. */
static uint64_t
lay_out(const struct evidence_input *in, struct raw_segment *segments, const char **names)
{
	uint64_t end = 0;
	size_t count = 0;
	for (size_t i = 0; i <= in->count; i++) {
		for (size_t m = 0; m < in->missing; m++) {
			if (raw_place(in->paths, in->count, in->missing_names[m]) != i)
				continue;
			names[count] = in->missing_names[m];
			segments[count++] = (struct raw_segment){ .fd = -1, .start = end, .size = in->sizes[0] };
			end += in->sizes[0];
		}
		if (i == in->count)
			break;
		segments[count++] = (struct raw_segment){ .fd = in->fds[i], .start = end, .size = in->sizes[i] };
		end += in->sizes[i];
	}
	return end;
}

static enum triage_status
check_sizes(const struct evidence_input *in, struct triage_error *err)
{
	uint64_t sum = 0;
	if (in->count > MAX_SEGMENTS || in->missing > MAX_SEGMENTS) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "%zu segments, limit %d", in->count, MAX_SEGMENTS);
		return TRIAGE_E_LIMIT;
	}
	for (size_t i = 0; i < in->count + in->missing; i++) {
		uint64_t size = in->sizes[i < in->count ? i : 0];
		if (size > INT64_MAX - sum) {
			triage_error_set(err, TRIAGE_E_LIMIT, sum, "the segments together are larger than any medium");
			return TRIAGE_E_LIMIT;
		}
		sum += size;
	}
	return TRIAGE_OK;
}

static enum triage_status
report_missing(const struct raw_segment *segments, const char *const *names, size_t count, const struct evidence_sink *sink,
    struct triage_error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i] == NULL)
			continue;
		enum triage_status st = source_problem(sink, "open", TRIAGE_HIGH, "segment-missing", segments[i].start, segments[i].size, err,
		    "segment %s is missing: %" PRIu64 " bytes (the size of the first segment is assumed) read as zeros; find the file and put it "
		    "beside the others", names[i], segments[i].size);
		if (st != TRIAGE_OK)
			return st;
	}
	return TRIAGE_OK;
}

/* All segments but the last are equally long when they were written by one tool and none was cut. */
static enum triage_status
report_uneven(const struct evidence_input *in, const struct evidence_sink *sink, struct triage_error *err)
{
	uint64_t end = 0;
	for (size_t i = 0; i < in->count; i++) {
		bool odd = i + 1 < in->count ? in->sizes[i] != in->sizes[0] : in->sizes[i] > in->sizes[0];
		end += in->sizes[i];
		if (!odd)
			continue;
		const char *slash = strrchr(in->paths[i], '/');
		enum triage_status st = source_problem(sink, "open", TRIAGE_LOW, "segment-size", end, 0, err,
		    "segment %s has %" PRIu64 " bytes, the first has %" PRIu64 ": if it was cut in copying, everything behind it is "
		    "shifted; compare it with the original", slash != NULL ? slash + 1 : in->paths[i], in->sizes[i], in->sizes[0]);
		return st;
	}
	return TRIAGE_OK;
}

static bool
raw_claims(const struct evidence_input *in, const uint8_t *head, size_t size)
{
	(void)in, (void)head, (void)size;
	return true;
}

/* An apple disk image says what it is at its end. */
static enum triage_status
refuse_dmg(struct reader *r, struct triage_error *err)
{
	uint8_t trailer[4];
	if (r->size >= SECTOR && reader_read_all(r, r->size - SECTOR, trailer, sizeof(trailer), NULL) == TRIAGE_OK &&
	    memcmp(trailer, "koly", 4) == 0) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, r->size - SECTOR, "this is an Apple disk image (DMG); this version does not read it; "
		    "convert it with `dmg2img IMAGE OUTPUT` and examine the result");
		return TRIAGE_E_UNSUPPORTED;
	}
	return TRIAGE_OK;
}

static enum triage_status
raw_open(struct evidence_source *source, const uint8_t *head, size_t head_size,
    const struct evidence_sink *sink, struct triage_error *err)
{
	(void)head, (void)head_size;
	const struct evidence_input *in = &source->in;
	enum triage_status st = check_sizes(in, err);
	if (st != TRIAGE_OK)
		return st;
	if (in->readers != NULL) {
		source->kind = TRIAGE_EVIDENCE_RAW;
		st = inside_borrow(in->readers[0], &source->reader, err);
		return st == TRIAGE_OK ? refuse_dmg(source->reader, err) : st;
	}
	size_t count = in->count + in->missing;
	SCOPED_FREE struct raw_segment *segments = calloc(count, sizeof(*segments));
	SCOPED_FREE const char **names = calloc(count, sizeof(*names));
	if (segments == NULL || names == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu segments", in->count);
		return TRIAGE_E_MEMORY;
	}
	uint64_t size = lay_out(in, segments, names);
	uint32_t sector = in->sector_size == 4096 ? 4096 : SECTOR;
	if ((st = raw_reader(segments, count, size, sector, &source->reader, err)) != TRIAGE_OK)
		return st;
	bool device = in->kind == TRIAGE_EVIDENCE_DEVICE;
	source->kind = device ? TRIAGE_EVIDENCE_DEVICE : count > 1 ? TRIAGE_EVIDENCE_SPLIT : TRIAGE_EVIDENCE_RAW;
	if (!device && count == 1 && (st = refuse_dmg(source->reader, err)) != TRIAGE_OK)
		return st;
	if (in->kind == TRIAGE_EVIDENCE_EWF && (st = source_problem(sink, "open", TRIAGE_HIGH, "not-ewf", 0, 0, err,
	    "named like an E01, but it does not begin like one: damaged, encrypted or renamed; read as raw bytes")) != TRIAGE_OK)
		return st;
	if ((st = report_missing(segments, names, count, sink, err)) != TRIAGE_OK)
		return st;
	return report_uneven(in, sink, err);
}

const struct source_kind raw_source = { .name = "raw", .claims = raw_claims, .open = raw_open };

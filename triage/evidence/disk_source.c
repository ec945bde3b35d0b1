/* disk_source.c - virtual disks as a kind of source: the file as raw_source.c lays it out, companions from its folder. */
#include "triage/evidence/disk.h"

#include "triage/evidence/raw.h"

#include <string.h>

extern const struct source_kind raw_source;

static enum triage_status
find_beside(void *ctx, const char *name, struct reader **ret_reader, struct companion_id *ret_id, struct triage_error *err)
{
	return companion_open(ctx, name, ret_reader, ret_id, err);
}

static enum triage_status
find_nowhere(void *ctx, const char *name, struct reader **ret_reader, struct companion_id *ret_id, struct triage_error *err)
{
	(void)ctx, (void)ret_reader, (void)ret_id;
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open %s", name);
	return TRIAGE_E_IO;
}

/* A device is what it is: whoever wrote these bytes to its first sector must not make us look elsewhere. */
static bool
disk_claims(const struct evidence_input *in, const uint8_t *head, size_t size)
{
	struct reader *file = NULL;
	if (in->kind == TRIAGE_EVIDENCE_DEVICE)
		return false;
	if (in->readers != NULL)
		return disk_kind_of(head, size, in->count == 1 ? in->readers[0] : NULL) != NULL;
	const struct raw_segment segment = { .fd = in->fds[0], .size = in->sizes[0] };
	if (in->count + in->missing == 1 && in->sizes[0] > 0 && raw_reader(&segment, 1, segment.size, 512, &file, NULL) != TRIAGE_OK)
		file = NULL;
	bool claimed = disk_kind_of(head, size, file) != NULL;
	reader_close(file);
	return claimed;
}

static enum triage_status
disk_source_open(struct evidence_source *source, const uint8_t *head, size_t size, const struct evidence_sink *sink, struct triage_error *err)
{
	enum triage_status st = raw_source.open(source, head, size, sink, err);
	if (st != TRIAGE_OK)
		return st;
	struct reader *file = source->reader;
	source->reader = NULL;
	const char *slash = strrchr(source->in.paths[0], '/');
	char *path;	/* the finder's context is not written to */
	memcpy(&path, &source->in.paths[0], sizeof(path));
	const struct disk_finder finder = { .ctx = path, .find = find_beside }, nowhere = { .find = find_nowhere };
	if (source->in.readers != NULL) {
		const struct disk_finder *given = source->in.finder != NULL ? source->in.finder : &nowhere;
		return disk_open(file, slash != NULL ? slash + 1 : source->in.paths[0], given->self, given, sink, &source->reader, &source->kind, err);
	}
	return disk_open(file, slash != NULL ? slash + 1 : source->in.paths[0], companion_id_of(source->in.fds[0]), &finder, sink,
	    &source->reader, &source->kind, err);
}

const struct source_kind disk_source = { .name = "disk", .claims = disk_claims, .open = disk_source_open };

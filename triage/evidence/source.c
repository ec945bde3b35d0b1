/* source.c - picks the kind of container by its first bytes; see source.h. */
#include "triage/evidence/source.h"

#include "triage/base/fault.h"
#include "triage/evidence/disk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 1024 };

#define SOURCE(id) extern const struct source_kind id##_source;
#include "triage/evidence/sources.def"
#undef SOURCE
static const struct source_kind *const source_kinds[] = {
#define SOURCE(id) &id##_source,
#include "triage/evidence/sources.def"
#undef SOURCE
};

/* The first bytes of the first segment; as many as there are. */
static size_t
read_head(const struct evidence_input *in, uint8_t *head, size_t size)
{
	size_t done = 0;
	if (in->readers != NULL)
		return reader_read(in->readers[0], 0, head, size, &done, NULL) == TRIAGE_OK ? done : 0;
	while (in->count > 0 && done < size) {
		ssize_t n = fault_hit() ? -1 : pread(in->fds[0], head + done, size - done, (off_t)done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

/* Every kind reads by the descriptors that it is given. */
bool
evidence_needs_open(const struct evidence_input *in)
{
	uint8_t head[HEAD];
	size_t size = read_head(in, head, sizeof(head));
	return in->count > 0 && in->kind != TRIAGE_EVIDENCE_DEVICE && in->readers == NULL && disk_needs_open(head, size);
}

char *
evidence_open_folder(const struct evidence_input *in)
{
	uint8_t head[HEAD];
	size_t size = read_head(in, head, sizeof(head));
	return in->kind != TRIAGE_EVIDENCE_DEVICE && in->count > 0 && disk_needs_open(head, size) ? companion_folder(in->paths[0]) : NULL;
}

enum triage_status
evidence_open(const struct evidence_input *in, const struct evidence_sink *sink,
    struct evidence_source **ret_source, struct triage_error *err)
{
	uint8_t head[HEAD];
	if (in->count == 0) {
		triage_error_set(err, TRIAGE_E_USAGE, TRIAGE_NO_OFFSET, "no file given for this evidence");
		return TRIAGE_E_USAGE;
	}
	struct evidence_source *source = calloc(1, sizeof(*source));
	if (source == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	source->in = *in;
	size_t size = read_head(in, head, sizeof(head));
	size_t kind = 0;
	while (!source_kinds[kind]->claims(in, head, size))
		kind++;
	enum triage_status st = source_kinds[kind]->open(source, head, size, sink, err);
	if (st != TRIAGE_OK) {
		evidence_close(source);
		return st;
	}
	source->in.finder = NULL;
	source->reader->bad_bytes = 0;	/* what opening met is in the bad ranges; the caller counts from here */
	*ret_source = source;
	return TRIAGE_OK;
}

void
evidence_close(struct evidence_source *source)
{
	if (source == NULL)
		return;
	source_forget(source);
	reader_close(source->reader);
	free(source);
}

enum triage_status
source_keep(struct evidence_source *source, struct reader *reader, uint32_t volume, struct triage_error *err)
{
	if (source->inside_count == source->inside_room) {
		size_t room = source->inside_room == 0 ? 16 : source->inside_room * 2;
		struct source_volume *grown = reallocarray(source->inside, room, sizeof(*grown));
		if (grown == NULL) {
			reader_close(reader);
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			return TRIAGE_E_MEMORY;
		}
		source->inside = grown;
		source->inside_room = room;
	}
	source->inside[source->inside_count++] = (struct source_volume){ .reader = reader, .volume = volume };
	return TRIAGE_OK;
}

struct reader *
source_volume_reader(const struct evidence_source *source, uint32_t volume)
{
	for (size_t i = 0; i < source->inside_count; i++)
		if (source->inside[i].volume == volume)
			return source->inside[i].reader;
	return NULL;
}

void
source_forget(struct evidence_source *source)
{
	while (source->inside_count > 0)
		reader_close(source->inside[--source->inside_count].reader);
	free(source->inside);
	source->inside = NULL;
	source->inside_room = 0;
	source->volumes = source->filesystems = 0;
	source->probed = source->together = false;
	kept_release(&source->found);
}

struct reader *
evidence_reader(struct evidence_source *source)
{
	return source->reader;
}

struct within {
	uint64_t offset, end, bad;
};

static void
count_within(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	struct within *w = ctx;
	(void)why;
	uint64_t from = offset > w->offset ? offset : w->offset;
	uint64_t to = offset + size < w->end ? offset + size : w->end;
	if (to > from)
		w->bad += to - from;
}

uint64_t
source_bad_within(struct reader *r, uint64_t offset, uint64_t size)
{
	struct within w = { .offset = offset, .end = size > UINT64_MAX - offset ? UINT64_MAX : offset + size };
	if (r->ops->bad_ranges != NULL)
		r->ops->bad_ranges(r, count_within, &w);
	return w.bad;
}

enum triage_status
source_problem(const struct evidence_sink *sink, const char *stage, enum triage_severity severity, const char *code,
    uint64_t offset, uint64_t bytes, struct triage_error *err, const char *format, ...)
{
	char message[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return sink->problem(sink->ctx, &(struct triage_problem){
		.stage = stage, .severity = severity, .code = code, .message = message,
		.inode = TRIAGE_NO_ID, .edge = TRIAGE_NO_ID, .offset = offset, .bytes = bytes,
	}, err);
}

/*
 * source.h - an opened container, shared by the two halves of this room: containers and volumes, filesystems.
 *
 * It holds the reader of the whole medium and nothing of libtsk: whoever needs libtsk stacks tsk_image.h on it.
 */
#ifndef TRIAGE_EVIDENCE_SOURCE_H
#define TRIAGE_EVIDENCE_SOURCE_H

#include "triage/evidence/evidence.h"
#include "triage/evidence/kept.h"

/* A reader that the probe made: of a volume inside another, or of one that is looked into. */
struct source_volume {
	struct reader *reader;		/* owned */
	uint32_t volume;		/* index of its row, UINT32_MAX while it has none */
};

struct evidence_source {
	struct evidence_input in;	/* a copy; what it points to belongs to the caller of evidence_open() */
	struct reader *reader;		/* the whole medium; owned */
	enum triage_evidence_kind kind;	/* as found, not as guessed by name */
	char stored_md5[33];		/* lower-case hex, "" when none is stored */
	char stored_sha1[41];
	char about[1024];		/* what the acquiring tool wrote about case, examiner and dates; display form, "" for none */
	/* what the probe found; see probe.h */
	bool probed, together;		/* together: with the other sources of the run */
	struct kept found;		/* rows that evidence_probe() has not told yet */
	uint32_t volumes, filesystems;	/* rows so far */
	struct source_volume *inside;	/* in the order in which they were made: what lies on another comes later */
	size_t inside_count, inside_room;
};

/* Take a reader over, also when it fails: then it is closed. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status source_keep(struct evidence_source *source, struct reader *reader, uint32_t volume, struct triage_error *err);
/* The reader of a volume, NULL when the probe made none. */
struct reader *source_volume_reader(const struct evidence_source *source, uint32_t volume);
/* Forget what was probed: rows and readers, the inner ones first. File systems on them must be closed before. */
void source_forget(struct evidence_source *source);

/*
 * How many bytes of [offset, offset + size) of r are known to be unreadable, missing or checksum-bad. Covers what was
 * read so far, and what was known from the start (missing segments). A cache between r and the caller does not matter.
 * Readers that keep no list of bad ranges (slices, memory) give 0: ask the reader of the whole medium.
 */
uint64_t source_bad_within(struct reader *r, uint64_t offset, uint64_t size);

/* Send one problem row about the container or its volumes. offset: bytes or TRIAGE_NO_ID; bytes: 0 when not known. */
WARN_UNUSED enum triage_status source_problem(const struct evidence_sink *sink, const char *stage, enum triage_severity severity,
    const char *code, uint64_t offset, uint64_t bytes, struct triage_error *err, const char *format, ...)
	__attribute__((format(printf, 8, 9)));

/* One kind of container that is read, or recognised and refused. Its row stands at the foot of its file; see sources.def. */
struct source_kind {
	const char *name;
	/* True when the first segment's first bytes (size of them, at most 1024) are this kind's. */
	bool (*claims)(const struct evidence_input *in, const uint8_t *head, size_t size);
	/* Make source->reader and fill kind and stored hashes. head: as in claims(). Errors as evidence_open(). */
	enum triage_status (*open)(struct evidence_source *source, const uint8_t *head, size_t size,
	    const struct evidence_sink *sink, struct triage_error *err);
};

#endif

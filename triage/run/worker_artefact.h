/* worker_artefact.h - the stream in work, in the hands of the artefact parser that claims it. */
#ifndef TRIAGE_RUN_WORKER_ARTEFACT_H
#define TRIAGE_RUN_WORKER_ARTEFACT_H

#include "triage/artefact/artefact.h"
#include "triage/run/worker_inside.h"

/* A file beside the stream, read when a parser first asks for it. */
struct worker_companion {
	char ending[WORKER_ENDING_MAX + 1];
	uint64_t inode;
	uint32_t attr_type, attr_id;
	struct view raw_path;		/* mounted volumes only; borrowed */
	uint8_t *bytes;			/* owned, NULL until read */
	size_t size;
	bool failed;
};

struct worker_artefact {
	struct worker *w;
	struct artefact *artefact;	/* NULL when no parser claims the stream, or it gave up */
	struct artefact_subject who;
	const struct artefact_kind *kind;	/* NULL when no parser claims it */
	uint64_t bytes, events;
	int64_t mtime, btime;		/* of the job's own stream */
	bool live_mft;			/* the stream is the $MFT of a volume that was listed: its times are there already */
	bool member;			/* in a member of an archive: no creation time, and what belongs to it lies in the archive */
	bool (*beside)(void *beside_ctx, const char *ending, struct view *ret_bytes);	/* of the member; NULL when nothing can be beside it */
	void *beside_ctx;
	size_t source;
	struct evidence_fs *fs;		/* NULL for a mounted volume */
	struct worker_companion companions[WORKER_COMPANIONS_MAX];
	size_t companion_count;
};

/* The next bytes of a stream, as analyse_io.bytes tells them. Errors: what the channel says; what the parser cannot do is a problem row. */
WARN_UNUSED enum triage_status worker_artefact_bytes(struct worker_artefact *a, const struct analyse_subject *who, struct view bytes, uint64_t at, bool last,
    struct triage_error *err);
void worker_artefact_release(struct worker_artefact *a);

#endif

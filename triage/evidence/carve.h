/*
 * carve.h - records recognised in bytes that belong to no file.
 *
 * One const row a kind, at the foot of its file, listed in carvers.def. A magic at an aligned place makes a candidate; the row's
 * check proves it (checksums, fix-ups, lengths, plausible times) and reads its first facts. One pass, bounded memory.
 */
#ifndef TRIAGE_EVIDENCE_CARVE_H
#define TRIAGE_EVIDENCE_CARVE_H

#include "triage/base/buf.h"
#include "triage/base/reader.h"
#include "triage/base/view.h"

#include <triage/record.h>

enum {
	CARVE_AHEAD = 64 << 10,		/* bytes that a check may see, as far as the run has them */
	CARVE_WINDOW = 1 << 20, CARVE_FACTS = 400,
	CARVE_KINDS = 16,
	CARVE_HITS = 1 << 16,		/* of one kind that are sent; more are counted */
};

struct carver;

struct carve_hit {
	const struct carver *kind;
	uint64_t offset, length;	/* bytes; offset in the reader; both inside the run */
	uint64_t proved;		/* bytes of it that are surely its own: the search goes on behind them; 0: all */
	int64_t time;			/* ns, of the record itself; TRIAGE_TIME_NONE when it has none */
	uint32_t count;			/* records in it, at least 1 */
	struct buf *facts;		/* UTF-8 of any kind, at most CARVE_FACTS bytes: the name in it, what is damaged */
};

struct carver {
	const char *name;		/* "evtx-chunk" */
	uint32_t align;			/* bytes, a power of two, 4 or more */
	uint32_t magic_at;		/* bytes into the record */
	uint8_t magic_size;
	const char *magic;
	uint32_t need;			/* bytes that have to be there */
	/* Length of the record at the start of bytes (need .. CARVE_AHEAD of them), 0 when it is none. May be longer than bytes. */
	uint64_t (*check)(struct view bytes, struct carve_hit *hit);
};

extern const struct carver *const carvers[];
extern const size_t carver_count;

struct carve_sink {
	void *ctx;
	enum triage_status (*hit)(void *ctx, const struct carve_hit *hit, struct triage_error *err);
};

struct carve {
	struct reader *reader;
	struct carve_sink sink;
	uint8_t *window;
	struct buf facts;
	uint64_t hits[CARVE_KINDS];	/* found, by row; more than CARVE_HITS were not sent */
	uint64_t next[CARVE_KINDS];	/* where the last hit of each row ends */
	uint64_t examined, unreadable;	/* bytes */
};

WARN_UNUSED enum triage_status carve_init(struct carve *c, struct reader *reader, const struct carve_sink *sink, struct triage_error *err);
void carve_release(struct carve *c);

/*
 * Examine [offset, offset + length) of the reader; records that begin there may go on for `beyond` bytes more. Calls go
 * forward. Unreadable bytes are counted. Errors: those of the sink.
 */
WARN_UNUSED enum triage_status carve_run(struct carve *c, uint64_t offset, uint64_t length, uint64_t beyond, struct triage_error *err);

#endif

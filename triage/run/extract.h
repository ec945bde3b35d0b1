/*
 * extract.h - flagged files, brought into the bundle: data/extracted/, each in a zip archive that no double click opens.
 *
 * Which: what findings of high or critical severity point at, and ransom notes. The bytes are read once more from the evidence, by a sealed
 * worker; the supervisor checks that their digest is the one that was judged, locks them away and never looks into them.
 *
 *     <sha256>.zip      the content, AES-256, password "infected"
 *     <sha256>.json     where it lay under which names, its times and digests, the findings
 *     index.jsonl       every flagged file: which archive holds it, or why none does
 *
 * Bounds: `--extract-max` bytes in all, EXTRACT_FILES contents, EXTRACT_FILE_MAX bytes each, EXTRACT_SAMPLES of the victim's own encrypted files for
 * each finding. In what order: malware, tools and notes by severity, then other flagged files, then samples.
 */
#ifndef TRIAGE_RUN_EXTRACT_H
#define TRIAGE_RUN_EXTRACT_H

#include "triage/case/query.h"
#include "triage/run/supervisor.h"

enum { EXTRACT_FILES = 500, EXTRACT_SAMPLES = 3 };
#define EXTRACT_FILE_MAX (UINT64_C(64) << 20)
#define EXTRACT_MAX_DEFAULT (UINT64_C(256) << 20)

/* A file that a finding points at. */
struct flagged {
	uint64_t file_id, finding_id;
	unsigned tier;			/* lower comes first */
	uint64_t filesystem_id, inode, attr_id, size;	/* size: bytes that were read of it */
	uint32_t attr_type;
	bool has_content;
	bool record;			/* findings speak of records in it alone */
	char sha256[65];		/* as it was judged; "" when it was not read whole. After extraction: of what was read */
	bool whole;
	const char *left_out;		/* why it is in no archive; NULL: it is */
};

enum extract_state { EXTRACT_WAITING, EXTRACT_READ, EXTRACT_FAILED };

struct extraction {
	struct flagged *files;
	size_t count;
	char folder[4400];
	/* the file in work */
	struct buf bytes;
	uint64_t expected;
	enum extract_state state;
	char why[240];
	bool no_worker;			/* none can be started: the rest is not waited for either, and fails for the same reason */
	/* so far */
	uint64_t total;
	size_t written, failed;
};

/*
 * Extract what was judged into data/extracted of the bundle, after the findings are in the case; facts and a custody act say how much. What cannot be
 * extracted is in the index and a problem row, never a failure. Errors: E_IO when the bundle cannot be written, E_INTERRUPTED, E_MEMORY.
 */
WARN_UNUSED enum triage_status extract_flagged(struct supervisor *s, struct case_sealer *z, struct triage_error *err);
/* Remove what an attempt before left. */
WARN_UNUSED enum triage_status extract_clear(struct supervisor *s, struct triage_error *err);

/* extract_select.c: which files, in their order. */
WARN_UNUSED enum triage_status extract_select(struct extraction *x, struct case_reader *reader, struct triage_error *err);
/* extract_write.c: the archive and what is said about it; the index of all. */
WARN_UNUSED enum triage_status extract_write(struct extraction *x, size_t index, struct case_reader *reader, struct triage_error *err);
WARN_UNUSED enum triage_status extract_index(const struct extraction *x, struct case_reader *reader, struct triage_error *err);

/* --- from workers --- */
bool extract_bytes(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
bool extract_end(struct supervisor *s, struct crew_job *job, const struct wire_frame *frame, struct triage_error *err);
void extract_lost(struct supervisor *s, const char *why);

#endif

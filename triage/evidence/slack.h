/*
 * slack.h - what lies between the end of a file and the end of the units given to it: bytes of whoever had them before.
 *
 * A listing notes its files; afterwards each is opened once more for its map alone, and the pieces behind its end (or behind what was
 * ever written of it) that are not all zeros are kept. Compressed, encrypted by a driver's own decoder, and resident files have none.
 */
#ifndef TRIAGE_EVIDENCE_SLACK_H
#define TRIAGE_EVIDENCE_SLACK_H

#include "triage/evidence/evidence.h"

enum {
	SLACK_FILES_MAX = 16 << 20,	/* files that are looked at; 24 bytes of memory each */
	SLACK_PIECES_MAX = 1 << 18,	/* pieces that are kept; more are counted */
	SLACK_PIECE = 64 << 20,		/* bytes of one; a longer one is several */
};

struct slack_file {
	uint64_t edge, inode;
	uint32_t attr_type, attr_id;
};

struct slack_piece {
	uint64_t place, length;		/* bytes into the volume */
	uint64_t edge;			/* of the first name of its file */
};

struct slack {
	struct slack_file *files;
	size_t count, room;
	struct slack_piece *pieces;
	size_t piece_count, piece_room;
	uint64_t examined, unreadable;	/* bytes behind the ends of files */
	uint64_t zero;			/* of those: in pieces that are all zeros */
	uint64_t files_left_out, pieces_left_out;
};

/* Note an entry of the listing; what can have no slack is passed over. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status slack_note(struct slack *s, const struct triage_entry *e, struct triage_error *err);
/* Find the pieces, in order of their places. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status slack_gather(struct slack *s, struct evidence_fs *fs, struct triage_error *err);
/*
 * List once more for the names: send an entry for each piece, "NAME-slack" in its file's folder, keyed by place and length under
 * attr_type. Sorts pieces by edge. edge: number of the next entry, moved on. Errors: E_MEMORY and the sink's.
 */
WARN_UNUSED enum triage_status slack_send(struct slack *s, struct evidence_fs *fs, const struct evidence_sink *sink, uint32_t attr_type,
    uint64_t *edge, struct triage_error *err);
void slack_release(struct slack *s);

#endif

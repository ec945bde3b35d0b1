/* mft_record.h - one FILE record of an $MFT taken apart. */
#ifndef TRIAGE_ARTEFACT_MFT_RECORD_H
#define TRIAGE_ARTEFACT_MFT_RECORD_H

#include "triage/artefact/ntfs_parts.h"

enum { MFT_RECORD_MIN = 512, MFT_RECORD_MAX = 4096, MFT_NAMES = 8, MFT_STREAMS = 16 };

struct mft_stream {
	const uint8_t *name;		/* UTF-16LE, borrowed; units 0: the file's own data */
	size_t units;
	uint64_t size;			/* bytes */
	bool resident;
	struct view content;		/* of a resident one */
};

/* All that is borrowed lives as long as the bytes given to mft_record_read(). */
struct mft_record {
	uint64_t entry, base;		/* base: reference of the record that this one extends, 0 for none */
	uint16_t sequence, links;
	bool in_use, directory;
	bool has_standard;
	uint64_t created, modified, changed, accessed;	/* FILETIME, of $STANDARD_INFORMATION */
	uint32_t attributes, security_id, reparse_tag;
	uint64_t usn;
	struct ntfs_name names[MFT_NAMES];
	uint16_t name_at[MFT_NAMES];	/* offset of the name's units in the record */
	size_t name_count;
	struct mft_stream streams[MFT_STREAMS];
	size_t stream_count, left_out;	/* left_out: names and streams beyond the room here */
	bool cut;			/* the list of attributes is not sound to its end */
	size_t end;			/* bytes: where the attributes end; behind it lies what was there before */
};

enum mft_kind { MFT_EMPTY, MFT_FILE, MFT_BAD, MFT_OTHER };

/* What lies in a slot of the table: nothing, a record, one that Windows marked as bad, something else. */
enum mft_kind mft_kind(struct view slot);
/* Bytes of a record as its first one says, 0 when it is none. */
size_t mft_record_size(struct view head);
/* record: fixups undone. position: its number by its place, for records that do not hold their own. */
void mft_record_read(struct view record, uint64_t position, struct mft_record *ret);
/* Which of its names people know it by; -1 for none. */
int mft_best_name(const struct mft_record *r);

#endif

/*
 * signature.h - what lies at the start of a volume: filesystems, encrypted volumes, members of arrays, swap.
 *
 * One const row a signature, listed in signatures.def in the order in which they are believed. Names are libblkid's, so
 * that what the table says can be compared with `blkid -p`. A row's check proves more than the magic and reads label
 * and UUID; it sees the volume only through scan_at(), which bounds every read.
 */
#ifndef TRIAGE_EVIDENCE_SIGNATURE_H
#define TRIAGE_EVIDENCE_SIGNATURE_H

#include "triage/base/reader.h"

#include <triage/record.h>

#include <stdbool.h>

enum { SIGNATURE_MAGICS = 12, SIGNATURE_LABEL = 400, SIGNATURE_UUID = 80, SIGNATURE_NOTE = 300 };

struct signature_magic {
	int64_t at;			/* bytes from the start of the volume; negative: from its end */
	uint8_t size;			/* bytes; 0 ends the list */
	const char *bytes;
};

enum { SCAN_PIECE = 4096, SCAN_PIECES = 16 };

/* A volume under the scanner. Set reader, start and size; the rest is zero. */
struct signature_scan {
	struct reader *reader;
	uint64_t start, size;		/* bytes, start in the reader */
	uint64_t at[SCAN_PIECES];
	size_t have[SCAN_PIECES];	/* 0: empty */
	uint64_t used[SCAN_PIECES], clock;
	uint8_t pieces[SCAN_PIECES][SCAN_PIECE];
};

struct signature_hit {
	const struct signature *row;
	const char *type;		/* for struct triage_filesystem; NULL when libtsk does not read it */
	char label[SIGNATURE_LABEL];	/* display form, "" for none */
	char uuid[SIGNATURE_UUID];
	char note[SIGNATURE_NOTE];	/* more for people: key identifiers, state; "" for none */
	uint32_t block_size;		/* bytes, 0 when not known */
	uint64_t length;		/* bytes that the superblock claims, 0 when not known */
};

struct signature {
	const char *name;		/* as libblkid prints it */
	const char *kind;		/* the contract's word for such a volume, NULL for name */
	const char *type;		/* of the filesystem record; NULL when libtsk does not read it */
	enum triage_volume_state state;	/* EXAMINED, LOCKED or UNSUPPORTED */
	const char *advice;		/* what to do when it is not EXAMINED; NULL for what a layer opens: the layer says */
	bool no_files;			/* nothing is lost when it is not read: swap, a journal */
	uint32_t uuid_at;		/* 16 bytes there are the UUID, 0: none so plain */
	uint32_t label_at, label_size;	/* bytes there are the label, 0: none so plain */
	struct signature_magic magics[SIGNATURE_MAGICS];	/* none: check is always asked */
	/* True when it is one. magic: where the magic was found, bytes from the start of the volume. NULL: the magic is enough. */
	bool (*check)(struct signature_scan *scan, uint64_t magic, struct signature_hit *hit);
};

/*
 * size bytes (at most SCAN_PIECE) at offset of the volume; NULL when they do not lie inside it or cannot be read. Valid
 * until SCAN_PIECES - 1 further calls: the piece used longest ago is given up first.
 */
const uint8_t *scan_at(struct signature_scan *scan, uint64_t offset, size_t size);

/* The first row that holds, in order, starting behind row `after` (NULL: from the first). False when there is none. */
bool signature_find(struct signature_scan *scan, const struct signature *after, struct signature_hit *hit);
const char *signature_kind(const struct signature *row);

/* Label from bytes up to size or the first NUL, trailing blanks cut. */
void hit_label(struct signature_hit *hit, const uint8_t *bytes, size_t size);
/* Label from UTF-16, at most 128 units, up to the first NUL. */
void hit_label_utf16(struct signature_hit *hit, const uint8_t *bytes, size_t units, bool big_endian);
/* 16 bytes as 8-4-4-4-12 hex; nothing when all are zero. */
void hit_uuid(struct signature_hit *hit, const uint8_t *bytes);
/* 16 bytes in the mixed order of a Windows GUID as text into out (37 bytes). */
void signature_guid(const uint8_t *bytes, char *out);
void hit_uuid_text(struct signature_hit *hit, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Append UTF-16BE or LE as UTF-8 to out (size bytes with the NUL), in display form. */
void signature_utf16(const uint8_t *bytes, size_t units, bool big_endian, char *out, size_t size);

#endif

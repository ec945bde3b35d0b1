/*
 * ewf_section.h - the list of sections in one E01 segment, walked also where it is damaged.
 *
 * Layout, little endian: a 13-byte file header (signature 8, 1, segment number 2, 0 0), then sections, each with a 76-byte
 * descriptor: type (16), file offset of the next (8), size with the descriptor (8), padding (40), Adler-32 of the 72 bytes before.
 * Source: "Expert Witness Compression Format Specification" by ASR Data, 2002; "EWF specification" by the libewf project.
 *
 * Where a descriptor is damaged, the walk goes on at the next one whose checksum holds and whose links fit its own place:
 * that place rule keeps an E01 that lies as a file inside this E01 from being taken for a part of it.
 */
#ifndef TRIAGE_EVIDENCE_EWF_SECTION_H
#define TRIAGE_EVIDENCE_EWF_SECTION_H

#include "triage/base/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EWF_FILE_HEADER = 13, EWF_DESCRIPTOR = 76 };

enum ewf_type {
	EWF_HEADER, EWF_HEADER2, EWF_VOLUME, EWF_SECTORS, EWF_TABLE, EWF_TABLE2, EWF_HASH, EWF_DIGEST, EWF_ERROR2, EWF_SESSION,
	EWF_NEXT, EWF_DONE, EWF_OTHER
};

/* Where the bytes of a segment come from: the descriptor is the caller's, and is not used when there is a reader, which is likewise. */
struct ewf_file {
	int fd;
	struct reader *reader;		/* of an image that lies in a filesystem; else NULL */
};

struct ewf_section {
	enum ewf_type type;		/* volume, disk and data are one: EWF_VOLUME */
	uint64_t at, end;		/* file offsets: of the descriptor, behind the contents; end <= file size */
	uint64_t skipped;		/* bytes before at that belong to no section, because the list was broken there */
};

struct ewf_walk {
	struct ewf_file file;
	uint64_t size;			/* of the file */
	uint64_t at;			/* where the next descriptor should be */
	uint64_t known;			/* up to here every byte belongs to a section that was given */
	unsigned steps;
	bool whole;			/* it came to a next or done section */
	bool last;			/* that was done: the image ends with this segment */
	const char *damage;		/* the first that was met, NULL for none; a constant text */
	uint64_t damage_at;		/* file offset */
	bool over;
};

void ewf_walk_begin(struct ewf_walk *w, struct ewf_file file, uint64_t size);
/* The next section, in the order of the file. False when there is none any more. next and done are given too. */
bool ewf_walk_next(struct ewf_walk *w, struct ewf_section *ret_section);

/* True when data begins with a descriptor whose checksum holds, of a type that is known. */
bool ewf_descriptor(const uint8_t *data, size_t size);
/* Read exactly size bytes of a segment. */
bool ewf_read_at(struct ewf_file file, uint64_t at, void *buf, size_t size);
/* The Adler-32 of size bytes stands behind them. */
bool ewf_sum_holds(const uint8_t *data, size_t size);

#endif

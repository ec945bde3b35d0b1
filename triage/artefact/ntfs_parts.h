/* ntfs_parts.h - what the parsers of NTFS's own files share: names, references, attribute flags, fixups. */
#ifndef TRIAGE_ARTEFACT_NTFS_PARTS_H
#define TRIAGE_ARTEFACT_NTFS_PARTS_H

#include "triage/artefact/artefact.h"

/* The content of a $FILE_NAME attribute, as it also lies in index entries and log records. */
struct ntfs_name {
	uint64_t parent;		/* entry number */
	uint16_t parent_sequence;
	uint64_t created, modified, changed, accessed;	/* FILETIME */
	uint64_t allocated, size;	/* bytes */
	uint32_t attributes;
	uint8_t space;			/* 0 POSIX, 1 Win32, 2 DOS, 3 both */
	const uint8_t *name;		/* UTF-16LE, borrowed */
	size_t units;
};

enum { NTFS_NAME_FIXED = 66, NTFS_NAME_MAX = NTFS_NAME_FIXED + 2 * 255, NTFS_SPACE_DOS = 2 };

/* False when the bytes do not hold such a content: name cut or empty, name space unknown. */
bool ntfs_name_read(struct view content, struct ntfs_name *ret_name);
/* The same, and the times are ones that a machine sets (1970 to 2100), the name has no control characters: for search in slack. */
bool ntfs_name_is_likely(struct view content, struct ntfs_name *ret_name);
/* A FILETIME between 1980 and 2100. */
bool ntfs_time_is_likely(uint64_t filetime);
/*
 * A digest of what was sent, so that copies of it in slack and on repeated pages are not sent again: true when the same was noted before. seen: `count` digests, zero at first.
 * salt: what else must be the same. Where the table is full, nothing is noted and the answer is false: then it is sent again.
 */
bool ntfs_was_sent(uint64_t *seen, size_t count, uint64_t salt, const uint8_t *content, size_t size);
/* UTF-16 units without control characters, path separators and NUL. */
bool ntfs_units_are_name(const uint8_t *units, size_t count);

/*
 * Undo the update sequence of a record of `size` bytes in place. False when its table is not sound; ret_torn: sectors whose last two bytes
 * are not those of the sequence, so that they are of another write.
 */
bool ntfs_fixup(uint8_t *record, size_t size, unsigned *ret_torn);

/* UTF-16LE as UTF-8 into b, which is cleared first. Returns its text. */
const char *ntfs_text(struct buf *b, const uint8_t *units, size_t count);
/* Fields: attribute flags in words; a file reference as entry and sequence. */
void ntfs_put_attributes(struct artefact *a, uint32_t attributes);
void ntfs_put_reference(struct artefact *a, const char *entry_key, const char *sequence_key, uint64_t reference);
void ntfs_put_space(struct artefact *a, uint8_t space);

static inline uint64_t
ntfs_entry(uint64_t reference)
{
	return reference & UINT64_C(0xffffffffffff);
}

static inline uint16_t
ntfs_sequence(uint64_t reference)
{
	return (uint16_t)(reference >> 48);
}

#endif

/*
 * bitlocker.h - the header and the metadata of a BitLocker volume: how it is encrypted and who may unlock it.
 *
 * Three copies of the metadata lie in the volume; the boot sector says where. Fields are little-endian.
 * Sources: J. Metz, BitLocker Drive Encryption (BDE) format specification (libbde); N. Kumar and V. Kumar, BitLocker and Windows Vista, 2008.
 * Not read: a volume on which only newly written parts are encrypted so far (its boot sector has a mark of its own).
 */
#ifndef TRIAGE_EVIDENCE_BITLOCKER_H
#define TRIAGE_EVIDENCE_BITLOCKER_H

#include "triage/base/reader.h"
#include "triage/base/view.h"

#include <stdbool.h>

enum { BITLOCKER_COPIES = 3, BITLOCKER_PROTECTORS = 64, BITLOCKER_GUID = 16, BITLOCKER_GUID_TEXT = 37 };

enum bitlocker_flavour { BITLOCKER_VISTA, BITLOCKER_SEVEN, BITLOCKER_TO_GO, BITLOCKER_ON_WRITE };

enum bitlocker_protector_type {
	BITLOCKER_CLEAR = 0x0000, BITLOCKER_TPM = 0x0100, BITLOCKER_STARTUP = 0x0200, BITLOCKER_RECOVERY = 0x0800, BITLOCKER_PASSWORD = 0x2000,
};

/* An entry of the metadata. data: what follows its head. */
struct bitlocker_entry {
	uint16_t type, value;
	struct view data;
};
enum { ENTRY_VMK = 2, ENTRY_FVEK = 3, ENTRY_STARTUP_KEY = 6, ENTRY_DESCRIPTION = 7, ENTRY_HEADER_PLACE = 15 };
enum { VALUE_KEY = 1, VALUE_STRETCH = 3, VALUE_SEALED = 5, VALUE_EXTERNAL = 9 };

struct bitlocker_protector {
	uint16_t type;			/* enum bitlocker_protector_type, or others */
	uint8_t guid[BITLOCKER_GUID];
	struct view entries;		/* its own entries: salts, sealed keys */
};

struct bitlocker {
	enum bitlocker_flavour flavour;
	uint32_t sector_size, cluster_size;	/* bytes, as the boot sector says */
	uint64_t copies[BITLOCKER_COPIES];	/* where they lie, bytes */
	uint64_t copy_size;		/* bytes that each takes away from the volume */
	/* of the copy that is used; all below is zero when there is none */
	int used;			/* which one, -1 for none */
	bool whole;			/* its checksum fits (there is none in Windows Vista) */
	unsigned damaged;		/* bit n: copy n is missing or damaged */
	uint16_t version;		/* 1: Vista, 2 */
	uint64_t encrypted;		/* bytes from the start that are encrypted; UINT64_MAX in version 1 */
	uint64_t header_at, header_size;	/* version 2: where the first bytes of the volume have been moved, bytes */
	uint64_t mirror;		/* version 1: a field of the boot sector that was overwritten */
	uint8_t guid[BITLOCKER_GUID];
	uint16_t method;
	struct view description;	/* UTF-16LE: computer, drive, date */
	struct view sealed_key;		/* the key of the volume, sealed with the master key */
	struct bitlocker_protector protectors[BITLOCKER_PROTECTORS];
	size_t protector_count;
	uint8_t *bytes;			/* owned; the views point here */
};

/* The entry at the front of rest, which is moved behind it. False at the end, or when it does not fit. */
bool bitlocker_entry_next(struct view *rest, struct bitlocker_entry *ret_entry);

/*
 * Read it. bitlocker_release() it also after an error. Errors: E_FORMAT (not BitLocker at all, or no copy of the metadata is left: then
 * flavour and copies are set and used is -1), E_IO, E_MEMORY.
 */
WARN_UNUSED enum triage_status bitlocker_read(struct reader *volume, struct bitlocker *b, struct triage_error *err);
void bitlocker_release(struct bitlocker *b);

/* "recovery password GUID, TPM GUID", as Windows shows them to the owner; cut at size. */
void bitlocker_list_protectors(const struct bitlocker *b, char *out, size_t size);

#endif

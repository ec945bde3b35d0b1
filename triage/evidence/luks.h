/*
 * luks.h - the header of a LUKS volume, of both versions in one shape.
 *
 * Sources: LUKS1 On-Disk Format Specification 1.2.3; LUKS2 On-Disk Format Specification 1.1.3 (both of the cryptsetup project).
 * Not read: data integrity (dm-integrity), hardware encryption (OPAL), a reencryption that is under way.
 */
#ifndef TRIAGE_EVIDENCE_LUKS_H
#define TRIAGE_EVIDENCE_LUKS_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum { LUKS_MANY = 32, LUKS_TEXT = 72, LUKS_SALT = 64, LUKS_KEY = 128, LUKS_UUID = 40, LUKS_LABEL = 48 };
enum { LUKS1_HEADER = 592, LUKS2_BINARY = 4096, LUKS2_HEADER_MIN = 16 << 10, LUKS2_HEADER_MAX = 4 << 20 };

/* How a key is made from a passphrase. Texts are as written in the header, cut to fit. */
struct luks_kdf {
	char type[LUKS_TEXT];		/* pbkdf2, argon2i, argon2id */
	char hash[LUKS_TEXT];		/* of pbkdf2 */
	uint64_t iterations, time, memory, cpus;	/* memory: KiB */
	uint8_t salt[LUKS_SALT];
	uint64_t salt_size;
};

struct luks_slot {
	unsigned number;
	char type[LUKS_TEXT];		/* luks2; reencrypt while that is under way */
	uint64_t key_size;		/* bytes of the volume key */
	uint64_t priority;		/* 0: only when asked for, 1: normal, 2: first */
	char area_type[LUKS_TEXT];
	uint64_t area_at, area_size;	/* bytes */
	char area_cipher[LUKS_TEXT];
	uint64_t area_key_size;
	struct luks_kdf kdf;
	char split_type[LUKS_TEXT], split_hash[LUKS_TEXT];
	uint64_t stripes;
};

struct luks_digest {
	struct luks_kdf kdf;
	uint64_t slots, segments;	/* bit n: number n */
	uint8_t value[LUKS_SALT];
	uint64_t value_size;
};

struct luks_segment {
	unsigned number;
	char type[LUKS_TEXT];		/* crypt, linear; others are not read */
	uint64_t at, size;		/* bytes; size UINT64_MAX: to the end of the volume */
	uint64_t tweak;			/* number of its first sector, in units of 512 bytes */
	char cipher[LUKS_TEXT];
	uint64_t sector_size;
	bool integrity;
	char flags[LUKS_TEXT];		/* backup-...: of a reencryption */
};

struct luks {
	unsigned version;		/* 1, 2 */
	char uuid[LUKS_UUID + 1];	/* as written; not checked to be text */
	char label[LUKS_LABEL + 1];
	struct luks_slot slots[LUKS_MANY];
	struct luks_digest digests[LUKS_MANY];
	struct luks_segment segments[LUKS_MANY];
	size_t slot_count, digest_count, segment_count;
	char requirements[LUKS_TEXT];	/* what a reader must understand, comma between; "" for none */
	bool detached;			/* LUKS1: the payload is said to lie elsewhere */
	/* what was wrong with the header on the way here; "" for nothing */
	char remark[200];
	uint64_t remark_at;		/* bytes */
};

/*
 * Read the header of a volume. *ret_luks is large: free() it. Errors: E_FORMAT (err says what is broken), E_UNSUPPORTED (version), E_IO,
 * E_MEMORY. After E_FORMAT and E_UNSUPPORTED *ret_luks is set too when at least version and UUID could be read, else NULL.
 */
WARN_UNUSED enum triage_status luks_read(struct reader *volume, struct luks **ret_luks, struct triage_error *err);

/* The two versions: head holds the first LUKS2_BINARY bytes of the volume, zeros beyond its end. */
WARN_UNUSED enum triage_status luks1_read(const uint8_t *head, uint64_t volume_size, struct luks *l, struct triage_error *err);
WARN_UNUSED enum triage_status luks2_read(struct reader *volume, const uint8_t *head, struct luks *l, struct triage_error *err);
/* The JSON area of version 2. Errors: E_FORMAT (offset: bytes into the text). */
WARN_UNUSED enum triage_status luks2_json(const char *text, size_t size, struct luks *l, struct triage_error *err);

#endif

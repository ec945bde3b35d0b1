/*
 * lock_map.h - a reader of the volume inside a lock: runs of bytes that are decrypted, lie plainly, are held here or are zeros.
 */
#ifndef TRIAGE_EVIDENCE_LOCK_MAP_H
#define TRIAGE_EVIDENCE_LOCK_MAP_H

#include "triage/base/reader.h"
#include "triage/evidence/lock_cipher.h"

enum lock_run_kind { LOCK_RUN_CIPHER, LOCK_RUN_PLAIN, LOCK_RUN_HELD, LOCK_RUN_ZERO };

struct lock_run {
	enum lock_run_kind kind;
	uint64_t size;			/* bytes; of a CIPHER run whole sectors */
	uint64_t below;			/* CIPHER, PLAIN: bytes into the reader below */
	uint64_t number;		/* CIPHER: number of its first sector, as the cipher counts */
	struct lock_cipher *cipher;	/* CIPHER: one of the map's */
	const uint8_t *held;		/* HELD: size bytes, part of the map's held */
};

enum { LOCK_RUNS = 40, LOCK_CIPHERS = 32 };

/* What a lock holds, in order from its first byte. Zero it, fill it, hand it to lock_map_reader() or release it. */
struct lock_map {
	struct lock_run runs[LOCK_RUNS];
	struct lock_cipher *ciphers[LOCK_CIPHERS];	/* owned */
	size_t count, cipher_count;
	uint64_t size;			/* of all runs, bytes; lock_map_add() keeps it */
	uint32_t sector_size;		/* that the reader tells */
	uint8_t *held;			/* owned, wiped; NULL for none */
	size_t held_size;
};

/* Append a run; one of no bytes is left out. Parts that lie beyond the reader below read as bad. Errors: E_LIMIT. */
WARN_UNUSED enum triage_status lock_map_add(struct lock_map *m, const struct lock_run *run, struct triage_error *err);
void lock_map_release(struct lock_map *m);

/*
 * Takes m over (m is empty afterwards), also when it fails. below must outlive the reader. Sectors of which a byte is unreadable below are
 * zeros and count as bad whole: nothing of them can be decrypted. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status lock_map_reader(struct lock_map *m, struct reader *below, struct reader **ret_reader, struct triage_error *err);

#endif

/*
 * hash_set.h - large sets of digests of known files, looked up where they lie on disk: our own sorted sets, and Bloom filters.
 *
 * Our format (all numbers little endian): 128 bytes of header, then the MD5, the SHA-1 and the SHA-256 digests, each kind sorted and without twins.
 *   0  16  "TRIAGE-HASHSET\n" and a NUL
 *  16   4  version, 1        20   4  bytes of header, 128
 *  24  24  count of MD5, of SHA-1, of SHA-256 (8 bytes each)
 *  48  32  SHA-256 of all bytes behind the header
 *  80  48  zero
 *
 * Bloom filters are those of DCSO (github.com/DCSO/bloom), which CIRCL's hashlookup publishes: six numbers of 8 bytes (version 1, capacity n, chance p as a
 * double, k, bits m, elements N), then the bits; a key is the SHA-1 as upper-case hex, hashed by FNV-1 of 64 bits modulo 2^64 - 59; each of k rounds
 * multiplies (modulo 2^64) by a second prime and reduces again.
 */
#ifndef TRIAGE_DETECT_HASH_SET_H
#define TRIAGE_DETECT_HASH_SET_H

#include "triage/base/digest.h"
#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hash_set_kind { HASH_SET_NONE, HASH_SET_SORTED, HASH_SET_BLOOM, HASH_SET_DATABASE };
/* By the first bytes: DATABASE is SQLite, which must be turned into a set first; NONE: a text, or nothing known. */
enum hash_set_kind hash_set_kind_of(const char *path);

struct hash_set {
	enum hash_set_kind kind;
	uint8_t *map;			/* of the file, read-only; inherited by forked workers */
	size_t size;
	uint64_t counts[DIGEST_KIND_COUNT];	/* sorted */
	const uint8_t *rows[DIGEST_KIND_COUNT];
	uint64_t k, bits, elements, capacity;	/* Bloom */
	double chance;			/* Bloom: as the filter itself says */
	char sha256[65];		/* of the file */
};

/* Errors: E_IO, E_FORMAT (not one of these, cut short, or its digest does not fit); each names the file. digest_setup() was called. */
WARN_UNUSED enum triage_status hash_set_open(const char *path, struct hash_set *ret_set, struct triage_error *err);
void hash_set_close(struct hash_set *set);
bool hash_set_has(const struct hash_set *set, enum digest_kind kind, const uint8_t *digest);
/* Chance that a digest that is not in it seems to be: 0 for a sorted set; for a Bloom filter by its elements and bits. */
double hash_set_false_positives(const struct hash_set *set);

/* --- making one: any number of digests in bounded memory --- */

struct hash_set_builder;
/* folder: where sorted runs are kept (unlinked at once). */
WARN_UNUSED enum triage_status hash_set_builder_new(const char *folder, struct hash_set_builder **ret_builder, struct triage_error *err);
WARN_UNUSED enum triage_status hash_set_builder_add(struct hash_set_builder *b, enum digest_kind kind, const uint8_t *digest, struct triage_error *err);
/* Write the set to a new file. Errors: E_IO (also when it exists), E_MEMORY. ret_counts: digests of each kind, without twins. */
WARN_UNUSED enum triage_status hash_set_builder_write(struct hash_set_builder *b, const char *path, uint64_t ret_counts[DIGEST_KIND_COUNT],
    struct triage_error *err);
void hash_set_builder_free(struct hash_set_builder *b);

#endif

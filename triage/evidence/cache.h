/*
 * cache.h - a small direct-mapped cache over a reader, for tables of small records (inodes, MFT records, index blocks).
 * The reader must outlive it. Memory: CACHE_SLOTS * CACHE_PIECE bytes.
 */
#ifndef TRIAGE_EVIDENCE_CACHE_H
#define TRIAGE_EVIDENCE_CACHE_H

#include "triage/base/reader.h"

#include <stdbool.h>

enum { CACHE_SLOTS = 256, CACHE_PIECE = 32768 };

struct cache;

WARN_UNUSED enum triage_status cache_new(struct reader *reader, struct cache **ret_cache, struct triage_error *err);
void cache_free(struct cache *c);	/* NULL is fine */

/*
 * Copy size bytes at offset. Large requests bypass the cache. Unreadable bytes are zeros.
 * ret_bad: true when any of these bytes is unreadable. Errors: E_SHORT past the end of the reader, E_IO.
 */
WARN_UNUSED enum triage_status cache_read(struct cache *c, uint64_t offset, void *buf, size_t size, bool *ret_bad,
    struct triage_error *err);

#endif

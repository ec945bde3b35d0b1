/*
 * ewf_chunk.h - the bytes of E01 chunks: inflated, checked, and the last ones kept.
 *
 * A chunk is a zlib stream, or the bytes as they are with their Adler-32 (4, little endian) behind them. The last one of
 * the medium may be shorter. What fails its check is served as zeros: nobody knows which of its bytes are right.
 */
#ifndef TRIAGE_EVIDENCE_EWF_CHUNK_H
#define TRIAGE_EVIDENCE_EWF_CHUNK_H

#include "triage/evidence/ewf_map.h"

enum ewf_state { EWF_GOOD, EWF_ABSENT, EWF_DAMAGED, EWF_UNREADABLE };	/* the last: its segment ends first, or its medium fails */

struct ewf_chunks;		/* of one map, which must outlive it */

WARN_UNUSED enum triage_status ewf_chunks_new(const struct ewf_map *map, struct ewf_chunks **ret_chunks, struct triage_error *err);
void ewf_chunks_free(struct ewf_chunks *c);	/* NULL is fine */

/*
 * Copy size bytes from inside of chunk; inside + size lies in it. Zeros unless EWF_GOOD. chunk < map->chunks.
 */
enum ewf_state ewf_chunks_copy(struct ewf_chunks *c, uint64_t chunk, size_t inside, uint8_t *out, size_t size);

#endif

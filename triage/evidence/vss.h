/* vss.h - what the frame asks of volume shadow copies beyond the layer's row. */
#ifndef TRIAGE_EVIDENCE_VSS_H
#define TRIAGE_EVIDENCE_VSS_H

#include "triage/base/reader.h"

#include <stdbool.h>

struct evidence_content;

/*
 * True only when every byte of [offset, offset + length) of a snapshot is served from the volume as it is now, at the same place:
 * no descriptor of this or a newer shadow copy touches it, and it is not served as zeros. Costs no read of content. False also for
 * readers of another kind, ranges that leave the snapshot, and when the block lists cannot be loaded.
 */
bool vss_same_as_live(struct reader *snapshot, uint64_t offset, uint64_t length);

/*
 * True for the reader of a shadow copy. What it shows is an NTFS volume with a catalogue of its own, of copies that are told already:
 * the layer makes none of it. Behind a slice or a cache this cannot be seen.
 */
bool vss_is_snapshot(const struct reader *r);

/*
 * What a stream holds, told without reading it: a SHA-256 over its sizes and the places from which its bytes come (of a resident
 * stream: over its bytes). Two streams of one volume and its shadow copies that have the same digest hold the same bytes; not the
 * other way round. False when it cannot be told so: compressed, damaged or deleted streams, bytes that a shadow copy lost.
 */
bool vss_stream_places(const struct evidence_content *c, uint8_t ret_digest[32]);

#endif

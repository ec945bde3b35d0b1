/* vss.h - what the frame asks of volume shadow copies beyond the layer's row. */
#ifndef TRIAGE_EVIDENCE_VSS_H
#define TRIAGE_EVIDENCE_VSS_H

#include "triage/base/reader.h"

#include <stdbool.h>

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

#endif

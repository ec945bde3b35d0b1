/* vmdk_stream.h - a stream-optimised extent that has lost its directory: its grains say themselves where they belong. */
#ifndef TRIAGE_EVIDENCE_VMDK_STREAM_H
#define TRIAGE_EVIDENCE_VMDK_STREAM_H

#include "triage/evidence/vmdk_sparse.h"

/* Go from marker to marker, from byte `from` of the file on, and fill s->rebuilt. Errors: E_MEMORY; E_FORMAT when the disk is too large. */
WARN_UNUSED enum triage_status vmdk_stream_rebuild(struct disk_layer *layer, struct vmdk_sparse *s, uint64_t from, struct triage_error *err);

#endif

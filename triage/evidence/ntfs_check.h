/*
 * ntfs_check.h - what other tools do not show. We read NTFS by our own code; a stream that the widespread library
 * would drop or bend is marked, because that is a way to hide.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_CHECK_H
#define TRIAGE_EVIDENCE_NTFS_CHECK_H

#include "triage/evidence/ntfs_file.h"

/* run_flags: enum ntfs_run_flags as ntfs_stream_map() gave them. */
bool ntfs_hidden(const struct ntfs_stream *stream, uint32_t run_flags);

#endif

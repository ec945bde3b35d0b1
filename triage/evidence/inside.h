/*
 * inside.h - containers that lie in the filesystem of other evidence: a virtual machine's disk on its host, an image on an image.
 *
 * A file of a filesystem becomes a reader, and evidence_open() takes that instead of a descriptor.
 */
#ifndef TRIAGE_EVIDENCE_INSIDE_H
#define TRIAGE_EVIDENCE_INSIDE_H

#include "triage/evidence/evidence.h"

/* A reader over a stream, which it takes over, also when this fails. What is bad of the stream is bad here, with its place. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status inside_reader(struct evidence_content *content, struct reader **ret_reader, struct triage_error *err);

/* The same bytes and bad ranges as another reader, which outlives it. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status inside_borrow(struct reader *reader, struct reader **ret_reader, struct triage_error *err);

/* True when a source that was probed, and read as plain bytes, holds nothing that makes a disk of it: it is a file like any other. */
bool inside_is_no_disk(const struct evidence_source *source);

#endif

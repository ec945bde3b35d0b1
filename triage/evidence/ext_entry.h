/*
 * ext_entry.h - an ext inode as an entry.
 */
#ifndef TRIAGE_EVIDENCE_EXT_ENTRY_H
#define TRIAGE_EVIDENCE_EXT_ENTRY_H

#include "triage/base/buf.h"
#include "triage/evidence/ext_inode.h"

enum triage_file_kind ext_kind_of_mode(uint16_t mode);
/* From the type that a name carries. */
enum triage_file_kind ext_kind_of_type(uint8_t type);

/*
 * Fill everything of e that comes from the inode. link: memory for a symbolic link's target, which e borrows.
 * ret_misfit: seconds of a time that does not fit, 0 for none.
 */
WARN_UNUSED enum triage_status ext_entry_fill(struct ext *x, const struct ext_inode *inode, struct triage_entry *e,
    struct buf *link,
    int64_t *ret_misfit, struct triage_error *err);

#endif

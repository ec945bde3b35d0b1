/*
 * vmdk_descriptor.h - the text that says what a VMDK is made of. Source: VMware, "Virtual Disk Format 5.0", The Descriptor File.
 */
#ifndef TRIAGE_EVIDENCE_VMDK_DESCRIPTOR_H
#define TRIAGE_EVIDENCE_VMDK_DESCRIPTOR_H

#include "triage/evidence/disk.h"

enum { VMDK_TEXT_MAX = 1 << 20, VMDK_NAME = 1024 };

enum vmdk_extent_type { VMDK_FLAT, VMDK_SPARSE, VMDK_ZERO, VMDK_SESPARSE, VMDK_OTHER };

struct vmdk_extent_line {
	enum vmdk_extent_type type;
	uint64_t sectors;
	uint64_t offset;		/* sectors into the file, of a flat one */
	char word[16];			/* the type as written, for messages */
	char name[VMDK_NAME];		/* as written, "" for none */
};

struct vmdk_descriptor {
	char cid[16], parent_cid[16];	/* lower-case hex, "" when not said */
	char type[64];			/* createType */
	char parent[VMDK_NAME];		/* parentFileNameHint, "" when not said */
	struct vmdk_extent_line *extents;	/* owned */
	size_t count;
	bool more;			/* extents beyond the bound were left out */
};

/* True when a file begins like a descriptor. */
bool vmdk_is_text(const uint8_t *head, size_t size);

/* Read the text (of size bytes, up to a NUL). Lines that are not understood are passed over. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status vmdk_descriptor_read(const char *text, size_t size, struct vmdk_descriptor *d, struct triage_error *err);
void vmdk_descriptor_release(struct vmdk_descriptor *d);

#endif

/*
 * lvm_disk.h - what LVM2 writes on a physical volume: label, header, and metadata areas, each a ring in which every change of
 * the volume group leaves a new text behind the last. Source: the LVM2 on-disk format as described by lvmdump(8), pvck(8) and
 * the libvslvm project's "Logical Volume Manager (LVM) format" document.
 */
#ifndef TRIAGE_EVIDENCE_LVM_DISK_H
#define TRIAGE_EVIDENCE_LVM_DISK_H

#include "triage/base/reader.h"
#include "triage/evidence/lvm_text.h"

#include <stdbool.h>

enum { LVM_ID = 32, LVM_AREAS_MAX = 16 };

struct lvm_pv {
	char id[LVM_ID];		/* without dashes */
	bool sound;			/* the label's checksum holds */
	uint64_t size;			/* bytes that the device had */
	struct {
		uint64_t at, size;	/* bytes */
	} areas[LVM_AREAS_MAX];		/* of metadata */
	size_t area_count;
};

/* Read label and header. False when there is none that makes sense. */
bool lvm_pv_read(struct reader *r, struct lvm_pv *ret_pv);

enum lvm_text_state { LVM_TEXT_GOOD, LVM_TEXT_NONE, LVM_TEXT_DAMAGED };
/*
 * The text that is in force in a metadata area. NONE: the area is unused, or says that it is to be ignored. Errors: E_MEMORY
 * only; ret_text is filled when GOOD.
 */
WARN_UNUSED enum triage_status lvm_area_read(struct reader *r, const struct lvm_pv *pv, size_t area, enum lvm_text_state *ret_state,
    struct lvm_text *ret_text, struct triage_error *err);
/*
 * The newest of all whole texts that lie in the ring, by its sequence number. For when the header or the text in force is damaged.
 * Errors: E_MEMORY only; ret_found is false when there is none.
 */
WARN_UNUSED enum triage_status lvm_ring_search(struct reader *r, const struct lvm_pv *pv, size_t area, bool *ret_found, struct lvm_text *ret_text,
    struct triage_error *err);

/* The section of the volume group in a text: the first that has a sequence number; 0 for none. */
uint32_t lvm_group_section(const struct lvm_text *t);
/* Copy an identifier without its dashes. False when it is none. */
bool lvm_id(const struct lvm_node *n, char out[LVM_ID]);
/* As LVM prints it, into out (39 bytes). */
void lvm_id_text(const char id[LVM_ID], char *out);

#endif

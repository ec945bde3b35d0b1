/*
 * vss_catalogue.h - the catalogue: which shadow copies there are, and when they were made.
 */
#ifndef TRIAGE_EVIDENCE_VSS_CATALOGUE_H
#define TRIAGE_EVIDENCE_VSS_CATALOGUE_H

#include "triage/evidence/vss_store.h"

struct vss_catalogue {
	struct vss_volume volume;	/* the header at 0x1e00 */
	bool enabled;			/* there is one */
	bool damaged;			/* it names a catalogue that is not there, or whose chain breaks */
	bool full;			/* more than VSS_STORES_MAX stores: the rest is left out */
	size_t freed;			/* entries that were in use once */
};

/* Read the header and the catalogue; what it names is added to the set, unsorted. Errors: E_MEMORY. */
WARN_UNUSED enum triage_status vss_catalogue_read(struct vss_set *set, struct vss_catalogue *ret_catalogue, struct triage_error *err);

/* One entry of 128 bytes of a catalogue block: what it says is written to the store of its identifier, which is added if need be. */
void vss_catalogue_entry(struct vss_set *set, const uint8_t *entry, struct vss_catalogue *c);

#endif

/* registry_mru.h - lists of what was used last: values named by numbers or letters, and a value that gives their order. */
#ifndef TRIAGE_ARTEFACT_REGISTRY_MRU_H
#define TRIAGE_ARTEFACT_REGISTRY_MRU_H

#include "triage/artefact/registry_plugin.h"

enum { MRU_MAX = 512, MRU_UNKNOWN = -1 };

struct mru_order {
	uint32_t slots[MRU_MAX];	/* newest first */
	unsigned count;
	bool letters;			/* names are letters: the order is the text MRUList, not MRUListEx */
};

void mru_order_read(struct registry *r, const struct registry_key *k, struct mru_order *ret_order);
/* The number that the name of a value stands for: "12", or a letter. */
bool mru_slot(const char *name, bool letters, uint32_t *ret_slot);
/* 0 for the newest; MRU_UNKNOWN when the order does not name it. */
int mru_position(const struct mru_order *order, uint32_t slot);

#endif

/*
 * contacts.h - the machines that came here and to which somebody went from here: one row a host, direction, peer, account, protocol and source.
 */
#ifndef TRIAGE_DETECT_CONTACTS_H
#define TRIAGE_DETECT_CONTACTS_H

#include "triage/detect/logon.h"
#include "triage/detect/pool.h"

enum { CONTACTS_MAX = 50000, CONTACT_BUCKETS = 65536 };

struct contact {
	struct contact *next, *later;	/* in its bucket; in the order of first sight */
	uint32_t hash;
	struct detect_contact row;
};

struct contacts {
	struct contact *buckets[CONTACT_BUCKETS];
	struct contact *first, *last;
	size_t count;
	const struct detect_contact **sorted;	/* after contacts_finish() */
};

/* False when there is no room: it was not kept. */
bool contacts_add(struct contacts *c, struct pool *pool, const struct happening *h, const struct logon *l);
/* Put them in order: by first time, then by their texts. False: no memory, and there are none. */
bool contacts_finish(struct contacts *c, struct pool *pool);

#endif

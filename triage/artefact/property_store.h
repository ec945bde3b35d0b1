/*
 * property_store.h - the serialised property storages that links, jump lists and shell items carry (MS-PROPSTORE).
 *
 *     struct property_walk w = property_begin(store);
 *     struct property p;
 *     while (property_next(&w, &p))
 *             ...
 * Bytes that are not sound end the walk.
 */
#ifndef TRIAGE_ARTEFACT_PROPERTY_STORE_H
#define TRIAGE_ARTEFACT_PROPERTY_STORE_H

#include "triage/artefact/wintext.h"

struct property_walk {
	struct view store;
	size_t at, set_end;	/* the next value; the end of the storage that it lies in, 0 before the first */
	const uint8_t *set;	/* GUID_SIZE bytes */
};

struct property {
	char set[GUID_TEXT_SIZE];	/* the format id */
	uint32_t id;			/* 0 when it has a name instead */
	struct wintext name;
	uint16_t type;			/* VT_... */
	struct view value;		/* behind the type */
};

struct property_walk property_begin(struct view store);
bool property_next(struct property_walk *w, struct property *ret_property);
/* What a text, a GUID (as text in room), a number or a time says; "" of other types. room: PROPERTY_TEXT bytes. */
enum { PROPERTY_TEXT = 520 };
const char *property_value(const struct property *p, char *room);
/* Text of a text type, else empty. */
struct wintext property_text(const struct property *p);
/* The name of a property that an analyst asks for, NULL for others. */
const char *property_key(const struct property *p);
/* Where a property store begins in bytes: 4 before its first storage's mark; SIZE_MAX when there is none. */
size_t property_find(struct view in);
/* in begins with a storage. */
bool property_mark(struct view in);

#endif

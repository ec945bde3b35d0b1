/*
 * happening.h - an event before the detectors: the fields of its data by name.
 *
 * The data of an event (a JSON object that a parser wrote) is taken apart when the first detector asks, once for all of them. A nested
 * object gives names with a dot ("user_data.subject"), a list the same name several times. Names are compared without regard to case.
 */
#ifndef TRIAGE_DETECT_HAPPENING_H
#define TRIAGE_DETECT_HAPPENING_H

#include "triage/base/buf.h"
#include "triage/detect/detect.h"

#include <stdbool.h>

enum { HAPPENING_FIELDS_MAX = 512, HAPPENING_NAME_MAX = 128 };

struct happening_field {
	const char *name, *value;	/* text; numbers and true, false as written, null as "" */
	uint32_t hash;			/* of the name, without regard to case */
};

struct happening {
	const struct detect_event *event;
	struct buf text, key;		/* names and values, each ended by NUL; the name at hand */
	struct happening_field fields[HAPPENING_FIELDS_MAX];
	size_t count;
	bool apart;			/* data was taken apart */
	bool cut;			/* there are more fields, one has a longer name, or data is no sound JSON: it was not all taken, which the judge remarks */
};

void happening_init(struct happening *h);
void happening_release(struct happening *h);
/* The next event; borrowed until the one after it. */
void happening_begin(struct happening *h, const struct detect_event *event);
/* The first value of a field of data, "" when there is none. Lives until the next happening_begin(). */
const char *happening_text(struct happening *h, const char *name);
/* False (and *ret_value untouched) when there is no such field or it is no whole number; 0x numbers are read too. */
bool happening_number(struct happening *h, const char *name, int64_t *ret_value);
/* The next value of a field, from *at on (0 at first), NULL when there is none left. */
const char *happening_next(struct happening *h, const char *name, size_t *at);
/* All fields in order, for those who look at every value. */
const struct happening_field *happening_fields(struct happening *h, size_t *ret_count);
uint32_t happening_hash(const char *name);

/* event_id of an event of a Windows log, of channel and provider in any case; provider or channel NULL: any. */
bool happening_is(struct happening *h, const char *channel, const char *provider, int64_t event_id);

#endif

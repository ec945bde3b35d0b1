/* text_fields.h - small things that parsers of text logs share: the part of a line between two words, the user that a path names. */
#ifndef TRIAGE_ARTEFACT_TEXT_FIELDS_H
#define TRIAGE_ARTEFACT_TEXT_FIELDS_H

#include "triage/artefact/artefact.h"

/*
 * Copy what stands behind `before` and in front of `after` (NULL or not there: to the end of the line) into out, cut to size - 1 bytes, without blanks
 * at its ends. False when `before` is not in the line; out is "" then.
 */
bool text_between(const char *line, const char *before, const char *after, char *out, size_t size);
/* The same as a field of the event, when it is there and not empty. */
void text_put_between(struct artefact *a, const char *key, const char *line, const char *before, const char *after);
bool text_begins(const char *line, const char *with);		/* compared without case */
bool text_has_any(const char *line, const char *const *words);	/* words ends with NULL; compared without case */
/* "/Users/anna/AppData/...", "/home/anna/..." -> "anna"; "" when the path names none. */
void text_user_of_path(const char *path, char *out, size_t size);
/* Keys that an event has already: a key may come once. */
struct text_keys {
	char key[48][48];
	size_t count;
};
bool text_key_is_new(struct text_keys *k, const char *key);	/* remembers it; false when it was there, or there is no room */
/*
 * The value of the first line that begins with KEY=, compared without case, into out; "" when there is none. ret_cut: set when it is longer than size - 1 bytes,
 * else left as it is. Returns out. O(text) a call.
 */
const char *text_value_of(const char *text, const char *key, char *out, size_t size, bool *ret_cut);
/* "cs(User-Agent)" -> "cs_user_agent" */
void text_snake(const char *name, char *out, size_t size);

#endif

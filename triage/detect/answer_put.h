/*
 * answer_put.h - JSON of the answers, piece by piece: a comma is set where one is needed. Names are literals; text is escaped,
 * and ends with "..." where it is longer than 1,000 bytes; "" is null.
 */
#ifndef TRIAGE_DETECT_ANSWER_PUT_H
#define TRIAGE_DETECT_ANSWER_PUT_H

#include "triage/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* '{' or '[' as the next element of a list, or, with a name, as a member; the end is answer_end() with '}' or ']'. */
void answer_begin(struct buf *b, const char *name, char bracket);
void answer_end(struct buf *b, char bracket);
void answer_text(struct buf *b, const char *name, const char *text);
void answer_raw(struct buf *b, const char *name, const char *json);	/* "" or NULL is null */
void answer_number(struct buf *b, const char *name, uint64_t number);
void answer_members(struct buf *b, const struct buf *members);	/* written before into a buffer of their own, which must not have failed, or b fails too */
void answer_share(struct buf *b, const char *name, double share);	/* 0 to 1; negative is null */
void answer_bool(struct buf *b, const char *name, bool value);
void answer_time(struct buf *b, const char *name, int64_t ns);
void answer_say(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));	/* a sentence as the next element of a list */

/* Word of the ladder for a confidence of 0 to 100: established, very-probable, probable, possible; 0 is "". */
const char *answer_certainty(unsigned confidence);

#endif

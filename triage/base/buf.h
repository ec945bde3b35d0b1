/*
 * buf.h - a growable byte buffer with a maximum chosen by a person.
 *
 * buf_init() never allocates; appends fail with E_LIMIT beyond max and E_MEMORY when allocation fails, and then
 * stay failed (buf.failed) so that a run of appends needs one check. data is NUL-terminated when not NULL.
 * buf_release() leaves it empty and reusable.
 */
#ifndef TRIAGE_BASE_BUF_H
#define TRIAGE_BASE_BUF_H

#include "triage/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t size;		/* bytes used, without the NUL */
	size_t room, max;
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
void buf_clear(struct buf *b);			/* empty, keeps its memory, not failed any more */
void buf_put(struct buf *b, const void *data, size_t size);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *buf_cstr(const struct buf *b);	/* never NULL */
WARN_UNUSED enum triage_status buf_check(const struct buf *b, struct triage_error *err);	/* OK, or why it failed */

bool buf_grow(struct buf *b, size_t size);	/* room for size more bytes and a NUL */

/* Where the next size bytes go, with room for a NUL behind them; the caller writes them and then says buf_wrote(). NULL when there is no room. */
static inline char *
buf_room(struct buf *b, size_t size)
{
	if (!b->failed && size < b->room - b->size && size <= b->max - b->size)
		return b->data + b->size;
	return buf_grow(b, size) ? b->data + b->size : NULL;
}

static inline void
buf_wrote(struct buf *b, size_t size)
{
	b->size += size;
	b->data[b->size] = '\0';
}

static inline void
buf_scoped_release_(struct buf *b)
{
	buf_release(b);
}
#define SCOPED_BUF __attribute__((cleanup(buf_scoped_release_))) struct buf

#endif

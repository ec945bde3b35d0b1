/*
 * reader.h - the one way in which evidence bytes are read: a sized, bounded read-at interface. Layers stack.
 *
 * A reader counts the bytes it served that are known to be wrong or missing (`bad_bytes`): a caller compares
 * the counter before and after its reads to learn whether what it got is whole. Bad bytes read as zeros.
 */
#ifndef TRIAGE_BASE_READER_H
#define TRIAGE_BASE_READER_H

#include "triage/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct reader;

struct reader_ops {
	const char *name;
	/*
	 * Read exactly size bytes at offset; both lie inside reader->size. Unreadable parts are zeroed, added to
	 * reader->bad_bytes and kept for reader_bad_ranges(). Errors: E_IO only when nothing at all can be read.
	 */
	enum triage_status (*read)(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err);
	/* optional: call each for every bad range met so far, sorted by offset. */
	void (*bad_ranges)(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx);
	/*
	 * optional: where the byte at offset lies in the reader below, for readers that only rearrange bytes. ret_below: that reader;
	 * ret_run: how many bytes from there on lie together (at most to the reader's end). TRIAGE_NO_OFFSET when the byte lies nowhere as
	 * it is served (a hole, encrypted, compressed); ret_run is then how many bytes lie nowhere, 0 when that is not known. A reader
	 * without this call serves its own medium: offsets are its own.
	 */
	uint64_t (*place)(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run);
	void (*close)(struct reader *r);	/* frees r */
};

struct reader {
	const struct reader_ops *ops;
	uint64_t size;			/* bytes */
	uint32_t sector_size;		/* 512 or 4096 */
	uint64_t bad_bytes;		/* served so far */
};

/*
 * Read up to size bytes at offset. ret_got: bytes read, less than size only at the end of the reader.
 * Errors: E_IO as above. buf's tail beyond ret_got is untouched.
 */
WARN_UNUSED enum triage_status reader_read(struct reader *r, uint64_t offset, void *buf, size_t size,
    size_t *ret_got, struct triage_error *err);

/* Read exactly size bytes. Errors: E_SHORT when the reader ends first, else as reader_read(). */
WARN_UNUSED enum triage_status reader_read_all(struct reader *r, uint64_t offset, void *buf, size_t size, struct triage_error *err);

void reader_close(struct reader *r);	/* NULL is fine */

/*
 * Where the byte at offset of r lies in medium, one of the readers below it (or r itself), walking down by the place call of each.
 * ret_run: how many bytes from there on lie together, never past the end of r; for TRIAGE_NO_OFFSET how many bytes to skip before
 * asking again. TRIAGE_NO_OFFSET: the byte lies nowhere in medium as it is served, or offset is past the end (run 0).
 */
uint64_t reader_place_in(struct reader *r, uint64_t offset, struct reader *medium, uint64_t *ret_run);

/* A reader over part of another, which must outlive it. start and length are bytes inside parent. */
WARN_UNUSED enum triage_status reader_slice(struct reader *parent, uint64_t start, uint64_t length,
    struct reader **ret_reader, struct triage_error *err);

/* A reader over memory that must outlive it. For tests and small decoded objects. */
WARN_UNUSED enum triage_status reader_memory(const void *data, size_t size, struct reader **ret_reader, struct triage_error *err);

#endif

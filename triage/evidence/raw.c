/* raw.c - reads bytes that lie as they are, see raw.h. Every read is a pread() on a descriptor of the caller. */
#include "triage/evidence/raw.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/evidence/bad_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char why_missing[] = "segment missing";
static const char why_unreadable[] = "unreadable";
static const char why_cut[] = "file ends early";

struct raw {
	struct reader base;
	struct bad_list bad;
	size_t count;
	struct raw_segment segments[];
};

/* Index of the segment that holds offset; offset lies inside the medium. */
static size_t
segment_of(const struct raw *raw, uint64_t offset)
{
	size_t low = 0, high = raw->count - 1;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;
		if (raw->segments[middle].start <= offset)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static void
serve_bad(struct raw *raw, uint64_t offset, uint8_t *buf, size_t size, const char *why)
{
	memset(buf, 0, size);
	raw->base.bad_bytes += size;
	bad_list_add(&raw->bad, offset, size, why);
}

/* pread() until size bytes came, the file ends or the medium fails. Returns the bytes read; errno is 0 at the end of file. */
static size_t
pread_some(int fd, uint8_t *buf, size_t size, uint64_t at)
{
	size_t done = 0;
	while (done < size) {
		ssize_t n = pread(fd, buf + done, size - done, (off_t)(at + done));
		if (fault_hit()) {
			errno = EIO;
			n = -1;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = 0;
			return done;
		}
		done += (size_t)n;
	}
	return done;
}

/* The medium failed somewhere in here: take it sector by sector, keep what comes, zero what does not. */
static void
read_by_sector(struct raw *raw, const struct raw_segment *s, uint64_t offset, uint8_t *buf, size_t size)
{
	size_t done = 0;
	while (done < size) {
		uint64_t at = offset + done;
		size_t piece = (size_t)(raw->base.sector_size - at % raw->base.sector_size);
		if (piece > size - done)
			piece = size - done;
		size_t got = pread_some(s->fd, buf + done, piece, at - s->start);
		if (got < piece)
			serve_bad(raw, at + got, buf + done + got, piece - got, errno == 0 ? why_cut : why_unreadable);
		done += piece;
	}
}

/* Read inside one segment, around what is already known to be bad. */
static void
read_in_segment(struct raw *raw, const struct raw_segment *s, uint64_t offset, uint8_t *buf, size_t size)
{
	size_t done = 0;
	while (done < size) {
		uint64_t at = offset + done;
		size_t piece = size - done;
		const struct bad_range *bad = bad_list_next(&raw->bad, at);
		if (bad != NULL && bad->offset <= at) {
			uint64_t left = bad->offset + bad->size - at;
			piece = left < piece ? (size_t)left : piece;
			serve_bad(raw, at, buf + done, piece, bad->why);
			done += piece;
			continue;
		}
		if (bad != NULL && bad->offset - at < piece)
			piece = (size_t)(bad->offset - at);
		size_t got = pread_some(s->fd, buf + done, piece, at - s->start);
		if (got < piece && errno == 0)
			serve_bad(raw, at + got, buf + done + got, piece - got, why_cut);
		else if (got < piece)
			read_by_sector(raw, s, at + got, buf + done + got, piece - got);
		done += piece;
	}
}

static enum triage_status
raw_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	struct raw *raw = (struct raw *)r;
	(void)err;
	size_t done = 0;
	for (size_t i = segment_of(raw, offset); done < size && i < raw->count; i++) {
		const struct raw_segment *s = &raw->segments[i];
		uint64_t in = offset + done - s->start;
		if (in >= s->size)
			continue;
		size_t piece = s->size - in < size - done ? (size_t)(s->size - in) : size - done;
		if (s->fd < 0)
			serve_bad(raw, offset + done, buf + done, piece, why_missing);
		else
			read_in_segment(raw, s, offset + done, buf + done, piece);
		done += piece;
	}
	return TRIAGE_OK;
}

static void
raw_bad_ranges(struct reader *r, void (*each)(void *ctx, uint64_t offset, uint64_t size, const char *why), void *ctx)
{
	bad_list_each(&((struct raw *)r)->bad, each, ctx);
}

static void
raw_close(struct reader *r)
{
	bad_list_release(&((struct raw *)r)->bad);
	free(r);
}

static const struct reader_ops raw_ops = { .name = "raw", .read = raw_read, .bad_ranges = raw_bad_ranges, .close = raw_close };

enum triage_status
raw_reader(const struct raw_segment *segments, size_t count, uint64_t size, uint32_t sector_size,
    struct reader **ret_reader, struct triage_error *err)
{
	struct raw *raw = count < SIZE_MAX / sizeof(*segments) - sizeof(*raw) ?
	    calloc(1, sizeof(*raw) + count * sizeof(*segments)) : NULL;
	if (raw == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %zu segments", count);
		return TRIAGE_E_MEMORY;
	}
	raw->base = (struct reader){ .ops = &raw_ops, .size = size, .sector_size = sector_size };
	raw->count = count;
	memcpy(raw->segments, segments, count * sizeof(*segments));
	for (size_t i = 0; i < count; i++)
		if (segments[i].fd < 0)
			bad_list_add(&raw->bad, segments[i].start, segments[i].size, why_missing);
	*ret_reader = &raw->base;
	return TRIAGE_OK;
}

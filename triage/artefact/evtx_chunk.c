/*
 * evtx_chunk.c - one chunk of a log: is it sound, which records are in it, which are left behind them.
 *
 * What is live is said by the chunk, not by the header of the log: a sound chunk has its checksums and the place of its last record. Records
 * behind that, in chunks that lack some of their records or have lost their header, and in chunks that the log no longer counts are sent as recovered.
 */
#include "triage/artefact/evtx_inside.h"

#include "triage/base/when.h"

#include <libdeflate.h>
#include <string.h>

enum {
	HEADER = 128, FIRST_ID = 24, LAST_RECORD = 44, FREE = 48, RECORDS_CRC = 52, HEADER_CRC = 124, CRC_FIRST = 120,
	SECTOR = 512, MAGIC_SIZE = 8,
};

static const uint8_t chunk_magic[MAGIC_SIZE] = "ElfChnk";
static const uint8_t record_magic[4] = { '*', '*', 0, 0 };

/* What is known of the chunk at hand. */
struct bounds {
	uint32_t begin, end;		/* where records may lie */
	uint32_t free;			/* behind the last record that it says it has; 0 when it cannot be believed */
	bool recovered;			/* all of it */
};

static bool
header_sound(const uint8_t *p, uint32_t n)
{
	return n >= EVTX_RECORDS_AT && load_le32(p + FREE) >= EVTX_RECORDS_AT && load_le32(p + FREE) <= EVTX_CHUNK &&
	    libdeflate_crc32(libdeflate_crc32(0, p, CRC_FIRST), p + HEADER, EVTX_RECORDS_AT - HEADER) == load_le32(p + HEADER_CRC);
}

/* The next place from `from` on, and not 0, where a chunk begins, n for none. Chunks lie at whole sectors. */
static uint32_t
next_chunk(const uint8_t *p, uint32_t from, uint32_t n, uint64_t at)
{
	uint32_t i = (uint32_t)(SECTOR - at % SECTOR);
	if (from > i)
		i += (from - i + SECTOR - 1) / SECTOR * SECTOR;
	for (; i < n && n - i >= MAGIC_SIZE; i += SECTOR)
		if (memcmp(p + i, chunk_magic, MAGIC_SIZE) == 0)
			return i;
	return n;
}

static bool
is_zero(const uint8_t *p, uint32_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* --- records --- */

/* Behind the records of a chunk anything may lie: only what looks like a record inside too is one. */
static bool
is_left_behind(const struct evtx *x, const struct evtx_record *r)
{
	const uint8_t *contents = x->chunk.data + r->at + EVTX_RECORD_HEADER;
	return r->size >= EVTX_RECORD_LEAST + 8 && contents[0] == 0x0f && contents[1] == 1 && contents[2] == 1 && r->written != 0 && when_filetime_fits(r->written);
}

static bool
record_at(const struct evtx *x, uint32_t at, const struct bounds *b, struct evtx_record *ret)
{
	const uint8_t *p = x->chunk.data + at;
	if (b->end - at < EVTX_RECORD_LEAST || memcmp(p, record_magic, sizeof(record_magic)) != 0)
		return false;
	uint32_t size = load_le32(p + 4), there = b->end - at;
	if (size < EVTX_RECORD_LEAST || size > EVTX_CHUNK)
		return false;
	*ret = (struct evtx_record){ .at = at, .size = size, .id = load_le64(p + 8), .written = load_le64(p + 16), .recovered = b->recovered || at >= b->free };
	if (size > there) {
		/* with the end of its chunk the end of a record is gone; what is there still counts */
		ret->cut = true;
		ret->size = there;
		return x->chunk.size < EVTX_CHUNK && is_left_behind(x, ret);
	}
	if (load_le32(p + size - 4) == size)
		return true;
	/* the second size is spoilt: the first is right when a record or the end follows */
	return at < b->free && (at + size == b->free || (b->end - at - size >= 4 && memcmp(p + size, record_magic, sizeof(record_magic)) == 0));
}

static uint32_t
next_record(const struct evtx *x, uint32_t from, uint32_t end)
{
	while (from < end) {
		const uint8_t *star = memchr(x->chunk.data + from, '*', end - from);
		if (star == NULL)
			return end;
		from = (uint32_t)(star - x->chunk.data);
		if (end - from >= EVTX_RECORD_LEAST && memcmp(star, record_magic, sizeof(record_magic)) == 0)
			return from;
		from++;
	}
	return end;
}

/* Every record in the bounds, in the order of its place; ret_live: how many are not recovered. */
static enum triage_status
records(struct evtx *x, struct artefact *a, const struct bounds *b, uint32_t *ret_live, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	uint64_t expected = 0;
	*ret_live = 0;
	for (uint32_t at = b->begin, next; st == TRIAGE_OK && at < b->end; at = next) {
		struct evtx_record r;
		if (record_at(x, at, b, &r) && (at < b->free || is_left_behind(x, &r))) {
			/* without a header to say where they end, records are live as long as their numbers go on */
			r.recovered = r.recovered || (b->free == EVTX_CHUNK + 1 && *ret_live > 0 && r.id != expected);
			expected = r.id + 1;
			if (!r.recovered) {
				x->next_id = expected;
				(*ret_live)++;
			}
			st = evtx_event(x, a, &r, err);
			next = at + r.size;
			continue;
		}
		next = next_record(x, at + 1, b->end);
		if (at < b->free && b->free <= EVTX_CHUNK)
			st = artefact_remark(a, TRIAGE_LOW, "record-damaged", x->chunk_at + at, (next < b->free ? next : b->free) - at, err,
			    "no record where one should be, at byte %ju", (uintmax_t)(x->chunk_at + at));
	}
	return st;
}

/* --- chunks --- */

/* A chunk that a log closed in good order does not count holds what was there before, unless its records go on from those of the last. */
static bool
is_stale(const struct evtx *x, const uint8_t *p, uint32_t n)
{
	return n >= HEADER && x->has_header && x->header_sound && !x->dirty && x->chunks < UINT16_MAX && x->chunks >= x->header_chunks && x->next_id != 0 &&
	    load_le64(p + FIRST_ID) != x->next_id;
}

static void
begin_chunk(struct evtx *x, const uint8_t *p, uint32_t n, uint64_t at)
{
	x->chunk = (struct view){ p, n };
	x->chunk_at = at;
	x->chunk_number++;
	evtx_templates_clear(x);
	if (!x->names.ready || evtx_names_full(&x->names)) {
		evtx_names_clear(&x->names);
		evtx_messages_forget(x);
	}
}

static enum triage_status
chunk(struct evtx *x, struct artefact *a, const uint8_t *p, uint32_t n, uint64_t at, uint32_t *ret_used, struct triage_error *err)
{
	bool sound = header_sound(p, n);
	uint32_t free = sound ? load_le32(p + FREE) : EVTX_CHUNK + 1, live;
	bool intact = sound && free <= n && libdeflate_crc32(0, p + EVTX_RECORDS_AT, free - EVTX_RECORDS_AT) == load_le32(p + RECORDS_CRC);
	enum triage_status st = TRIAGE_OK;
	/* where bytes are missing the next chunk begins inside this one: behind its records, or among them when these are not whole */
	n = next_chunk(p, intact ? free : 0, n, at);
	struct bounds b = { .begin = EVTX_RECORDS_AT, .end = n, .free = free, .recovered = (n < EVTX_CHUNK && !intact) || is_stale(x, p, n) };
	begin_chunk(x, p, n, at);
	if (n < EVTX_CHUNK)
		st = artefact_remark(a, TRIAGE_LOW, "chunk-cut", at, EVTX_CHUNK - n, err, "a chunk of which %u of %u bytes are there; its records are %s",
		    (unsigned)n, (unsigned)EVTX_CHUNK, intact ? "all there" : "shown as recovered");
	else if (!intact)
		st = artefact_remark(a, x->dirty ? TRIAGE_INFO : TRIAGE_LOW, "chunk-damaged", at, EVTX_CHUNK, err,
		    "the checksum of the %s of a chunk does not match%s", sound ? "records" : "header", x->dirty ? "; the log was in use" : "");
	if (sound && load_le32(p + LAST_RECORD) < free && load_le32(p + LAST_RECORD) >= EVTX_RECORDS_AT)
		b.free = free;
	if (st == TRIAGE_OK)
		st = records(x, a, &b, &live, err);
	x->chunks++;
	*ret_used = n;
	return st;
}

/* Bytes where a chunk should begin and none does. */
static enum triage_status
no_chunk(struct evtx *x, struct artefact *a, const uint8_t *p, uint32_t n, uint64_t at, struct triage_error *err)
{
	uint32_t live;
	const struct bounds b = { .begin = 0, .end = n, .free = 0, .recovered = true };
	enum triage_status st = artefact_remark(a, TRIAGE_LOW, "chunk-damaged", at, n, err,
	    "%u bytes without the header of a chunk; records found in them are shown as recovered", (unsigned)n);
	begin_chunk(x, p, n, at);
	return st == TRIAGE_OK ? records(x, a, &b, &live, err) : st;
}

enum triage_status
evtx_block(struct evtx *x, struct artefact *a, const uint8_t *p, uint32_t n, uint64_t at, uint32_t *ret_used, struct triage_error *err)
{
	if (n >= MAGIC_SIZE && memcmp(p, chunk_magic, MAGIC_SIZE) == 0)
		return chunk(x, a, p, n, at, ret_used, err);
	/* room that the log has taken and not used yet */
	*ret_used = n;
	if (is_zero(p, n))
		return TRIAGE_OK;
	*ret_used = next_chunk(p, 0, n, at);
	return no_chunk(x, a, p, *ret_used, at, err);
}

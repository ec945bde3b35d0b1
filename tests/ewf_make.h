/* ewf_make.h - E01 segments written byte by byte, so that a test can damage exactly what it means to. */
#ifndef TRIAGE_TESTS_EWF_MAKE_H
#define TRIAGE_TESTS_EWF_MAKE_H

#include "tests/image_harness.h"

#include "triage/base/view.h"
#include "triage/evidence/checksum.h"

#include <libdeflate.h>

enum { MADE_ROOM = 1 << 18, MADE_CHUNKS = 64 };

/* A segment under construction. */
struct made {
	uint8_t *bytes;
	size_t size;
	size_t chunk;			/* bytes */
	unsigned total;			/* chunks of the medium */
	uint8_t set;			/* what its identifier is filled with */
	bool packed;			/* zlib streams */
	bool smart;			/* chunks inside the table section, which has no checksum over its entries and no copy */
	size_t volume_at, sectors_at, data_at, table_at, table2_at, hash_at, end_at;	/* of section headers; data_at: of the first chunk */
};

static inline void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline void
made_begin(struct made *m, unsigned number)
{
	m->bytes = calloc(1, MADE_ROOM);
	m->size = 13;
	assert_non_null(m->bytes);
	memcpy(m->bytes, "EVF\x09\r\n\xff\0\1", 9);
	store_le(m->bytes + 9, number, 2);
}

/* Write a section header again after it was changed. */
static inline void
made_sum(struct made *m, size_t at)
{
	store_le(m->bytes + at + 72, adler32_of(m->bytes + at, 72), 4);
}

/* Append a section; returns the offset of its header. */
static inline size_t
made_section(struct made *m, const char *type, const void *data, size_t size)
{
	size_t at = m->size;
	uint8_t *header = m->bytes + at;
	bool ends = strcmp(type, "next") == 0 || strcmp(type, "done") == 0;
	assert_true(at + 76 + size <= MADE_ROOM);
	memset(header, 0, 76);
	memcpy(header, type, strlen(type));
	store_le(header + 16, ends ? at : at + 76 + size, 8);
	store_le(header + 24, ends ? 0 : 76 + size, 8);
	made_sum(m, at);
	if (size > 0)
		memcpy(header + 76, data, size);
	m->size = at + 76 + size;
	m->end_at = at;
	return at;
}

static inline void
made_volume(struct made *m, const char *type)
{
	uint8_t data[1052] = { 1 };
	size_t size = m->smart ? 94 : sizeof(data);
	store_le(data + 4, m->total, 4);
	store_le(data + 8, m->chunk / 512, 4);
	store_le(data + 12, 512, 4);
	store_le(data + 16, m->total * m->chunk / 512, 4);
	if (!m->smart)
		memset(data + 64, m->set, 16);
	store_le(data + size - 4, adler32_of(data, size - 4), 4);
	m->volume_at = made_section(m, type, data, size);
}

/* One chunk as it is stored; returns its size. */
static inline size_t
made_chunk(const struct made *m, const uint8_t *medium, uint8_t *out)
{
	if (m->packed) {
		struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
		size_t size = libdeflate_zlib_compress(c, medium, m->chunk, out, m->chunk + 64);
		libdeflate_free_compressor(c);
		assert_true(size > 0);
		return size;
	}
	memcpy(out, medium, m->chunk);
	store_le(out + m->chunk, adler32_of(medium, m->chunk), 4);
	return m->chunk + 4;
}

/* Chunks first .. first + count - 1 of the medium, with the tables over them. */
static inline void
made_chunks(struct made *m, const uint8_t *medium, unsigned first, unsigned count)
{
	size_t room = (size_t)count * (m->chunk + 64), used = 0, before = m->smart ? 24 + 4 * (size_t)count : 0;
	uint8_t *data = malloc(before + room), table[24 + 4 * MADE_CHUNKS + 4] = { 0 };
	assert_non_null(data);
	assert_true(count <= MADE_CHUNKS);
	m->data_at = m->size + 76 + before;
	for (unsigned i = 0; i < count; i++) {
		store_le(table + 24 + 4 * i, (m->data_at + used) | (m->packed ? UINT32_C(1) << 31 : 0), 4);
		used += made_chunk(m, medium + (size_t)(first + i) * m->chunk, data + before + used);
	}
	store_le(table, count, 4);
	store_le(table + 20, adler32_of(table, 20), 4);
	store_le(table + 24 + 4 * count, adler32_of(table + 24, 4 * count), 4);
	if (m->smart) {
		memcpy(data, table, before);
		m->table_at = made_section(m, "table", data, before + used);
	} else {
		m->sectors_at = made_section(m, "sectors", data, used);
		m->table_at = made_section(m, "table", table, 24 + 4 * count + 4);
		m->table2_at = made_section(m, "table2", table, 24 + 4 * count + 4);
	}
	free(data);
}

/* The last sections, with an MD5 that says 00 01 02 ... */
static inline void
made_done(struct made *m)
{
	uint8_t hash[36] = { 0 };
	for (size_t i = 0; i < 16; i++)
		hash[i] = (uint8_t)i;
	store_le(hash + 32, adler32_of(hash, 32), 4);
	m->hash_at = made_section(m, "hash", hash, sizeof(hash));
	made_section(m, "done", NULL, 0);
}

/* count segments of each chunks each; like gives chunk, set, packed and smart. */
static inline void
made_image(struct made *made, size_t count, unsigned each, const struct made *like, const uint8_t *medium)
{
	for (unsigned i = 0; i < count; i++) {
		made[i] = *like;
		made[i].total = (unsigned)count * each;
		made_begin(&made[i], i + 1);
		if (i == 0 || !like->smart)
			made_volume(&made[i], i == 0 ? "volume" : "data");
		made_chunks(&made[i], medium, i * each, each);
		if (i + 1 < count)
			made_section(&made[i], "next", NULL, 0);
		else
			made_done(&made[i]);
	}
}

/* No zero anywhere, no two chunks alike. */
static inline void
made_medium(uint8_t *medium, size_t size)
{
	uint32_t random = 1;
	for (size_t i = 0; i < size; i++) {
		random = random * 1103515245 + 12345;
		medium[i] = (uint8_t)(random >> 16 | 1);
	}
}

/* An image that was opened and read whole. */
struct opened {
	struct files files;
	struct seen seen;
	struct evidence_source *source;
	struct triage_error err;
	enum triage_status status;
	uint8_t *got;			/* as many bytes as the medium has */
};

/* Write those segments to files that have bytes, open them, read all. */
static inline void
made_open(struct opened *o, const struct made *made, size_t count)
{
	memset(o, 0, sizeof(*o));
	struct evidence_sink sink = seen_sink(&o->seen);
	files_begin(&o->files);
	for (size_t i = 0; i < count; i++) {
		char name[32];
		snprintf(name, sizeof(name), "a.E%02zu", i + 1);
		if (made[i].bytes != NULL)
			files_add(&o->files, name, made[i].bytes, made[i].size);
	}
	struct evidence_input in = files_input(&o->files, TRIAGE_EVIDENCE_EWF);
	assert_false(evidence_needs_open(&in));
	o->status = evidence_open(&in, &sink, &o->source, &o->err);
	if (o->status != TRIAGE_OK)
		return;
	struct reader *r = evidence_reader(o->source);
	assert_true(r->size <= UINT64_C(64) << 20);
	o->got = malloc(r->size + 1);
	assert_non_null(o->got);
	assert_int_equal(reader_read_all(r, 0, o->got, (size_t)r->size, &o->err), TRIAGE_OK);
}

static inline void
made_close(struct opened *o, struct made *made, size_t count)
{
	if (o->status == TRIAGE_OK)
		evidence_close(o->source);
	files_end(&o->files);
	free(o->got);
	for (size_t i = 0; i < count; i++)
		free(made[i].bytes);
}

#endif

/* vss_make.h - a volume with shadow copies, made here, 2 MiB: block n is full of the byte n, structures lie from block 64 on; and what a reader tells of it. */
#ifndef TRIAGE_TESTS_VSS_MAKE_H
#define TRIAGE_TESTS_VSS_MAKE_H

#include "tests/harness.h"

#include "triage/evidence/fs.h"
#include "triage/evidence/layer.h"

enum { BLOCK = 16384, BLOCKS = 128, VOLUME = BLOCKS * BLOCK, COPIES = 8 };
enum { CATALOGUE = 64, OLD = 70, NEW = 90 };	/* of a store: header, list, ranges, bitmap, previous bitmap, then what it keeps */
enum { LIST = 1, RANGES = 2, BITMAP = 3, PREVIOUS = 4, KEPT = 5 };

extern const struct layer_kind vss_layer;

static uint8_t volume[VOLUME];

struct seen {
	struct layer_volume copies[COPIES];
	size_t count;
	char problems[2000];		/* codes, one a line */
};
static struct seen seen;

static inline void
store_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static inline uint8_t *
put_head(size_t block, unsigned type, size_t relative, size_t next)
{
	static const uint8_t identifier[16] = { 0x6b, 0x87, 0x08, 0x38, 0x76, 0xc1, 0x48, 0x4e, 0xb7, 0xae, 0x04, 0x04, 0x6e, 0x6c, 0xc7, 0x52 };
	uint8_t *at = volume + block * BLOCK;
	memset(at, 0, BLOCK);
	memcpy(at, identifier, sizeof(identifier));
	store_le(at + 16, 1, 4);
	store_le(at + 20, type, 4);
	store_le(at + 24, relative * BLOCK, 8);
	store_le(at + 32, block * BLOCK, 8);
	store_le(at + 40, next * BLOCK, 8);
	return at;
}

static inline void
put_volume_header(size_t catalogue)
{
	uint8_t spare[BLOCK], *at = volume + 0x1e00;
	memcpy(spare, volume + 64 * BLOCK, BLOCK);
	memcpy(at, put_head(64, 1, 0, 0), 16);
	memcpy(volume + 64 * BLOCK, spare, BLOCK);
	memset(at + 16, 0, 496);
	store_le(at + 16, 1, 4);
	store_le(at + 20, 1, 4);
	store_le(at + 24, 0x1e00, 8);
	store_le(at + 48, catalogue * BLOCK, 8);
}

static inline void
put_store(size_t base)
{
	static const uint8_t name[] = { 'T', 0, 'O', 0, 'W', 0, 'N', 0 };
	uint8_t *info = put_head(base, 4, 0, 0) + 128;
	store_le(volume + base * BLOCK + 48, 64 + 2 * (2 + sizeof(name)), 8);
	memset(info + 16, (int)base, 16);
	memset(info + 32, 0xee, 16);
	store_le(info + 56, 0x00420009, 4);
	for (size_t i = 0; i < 2; i++) {
		store_le(info + 64 + i * (2 + sizeof(name)), sizeof(name), 2);
		memcpy(info + 66 + i * (2 + sizeof(name)), name, sizeof(name));
	}
	put_head(base + LIST, 3, LIST, 0);
	put_head(base + RANGES, 5, RANGES, 0);
	put_head(base + BITMAP, 6, BITMAP, 0);
}

/* The entries of one store, number 0 or 1 of the catalogue. */
static inline void
put_entry(size_t number, size_t base, bool with_previous)
{
	uint8_t *copy = volume + CATALOGUE * BLOCK + 128 + number * 256, *store = copy + 128;
	memset(copy, 0, 256);
	store_le(copy, 2, 8);
	store_le(copy + 8, VOLUME, 8);
	memset(copy + 16, (int)(base + 1), 16);
	store_le(copy + 48, UINT64_C(133000000000000000) + base * 10000000, 8);
	store_le(store, 3, 8);
	store_le(store + 8, (base + LIST) * BLOCK, 8);
	memset(store + 16, (int)(base + 1), 16);
	store_le(store + 32, base * BLOCK, 8);
	store_le(store + 40, (base + RANGES) * BLOCK, 8);
	store_le(store + 48, (base + BITMAP) * BLOCK, 8);
	store_le(store + 72, with_previous ? (base + PREVIOUS) * BLOCK : 0, 8);
}

/* Append a descriptor to the list of a store. */
static inline void
put_descriptor(size_t base, size_t original, uint64_t relative, uint64_t stored, uint32_t flags, uint32_t sectors)
{
	static const uint8_t empty[32];
	uint8_t *at = volume + (base + LIST) * BLOCK + 128;
	while (memcmp(at, empty, sizeof(empty)) != 0)
		at += 32;
	store_le(at, original * BLOCK, 8);
	store_le(at + 8, relative, 8);
	store_le(at + 16, stored, 8);
	store_le(at + 24, flags, 4);
	store_le(at + 28, sectors, 4);
}

static inline void
keep(size_t base, size_t original, size_t at)
{
	put_descriptor(base, original, KEPT * BLOCK, at * BLOCK, 0x88, 0);
}

static inline void
forward(size_t base, size_t original, size_t to)
{
	put_descriptor(base, original, to * BLOCK, 0, 1, 0);
}

static inline void
put_bit(size_t block, size_t number)
{
	volume[block * BLOCK + 128 + number / 8] |= (uint8_t)(1u << number % 8);
}

/* Two stores without descriptors. */
static inline int
setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < BLOCKS; i++)
		memset(volume + i * BLOCK, (int)i, BLOCK);
	put_volume_header(CATALOGUE);
	put_head(CATALOGUE, 2, 0, 0);
	put_store(OLD);
	put_store(NEW);
	put_entry(0, NEW, false);	/* not by age */
	put_entry(1, OLD, false);
	return 0;
}

static inline enum triage_status
take_copy(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	(void)err;
	struct seen *s = ctx;
	assert_true(s->count < COPIES);
	assert_true((v->reader != NULL) == (v->state == TRIAGE_VOLUME_EXAMINED));
	assert_true(v->label[0] != '\0');
	s->copies[s->count++] = *v;
	return TRIAGE_OK;
}

static inline enum triage_status
take_problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	(void)severity, (void)offset, (void)bytes, (void)err;
	struct seen *s = ctx;
	assert_number_equal(member, 0);
	assert_true(message[0] != '\0');
	size_t used = strlen(s->problems);
	snprintf(s->problems + used, sizeof(s->problems) - used, "%s\n", code);
	return TRIAGE_OK;
}

static inline struct reader *
open_volume(size_t size)
{
	struct triage_error err = { .text = "" };
	struct reader *r;
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(reader_memory(volume, size, &r, &err), TRIAGE_OK);
	struct layer_member member = { .reader = r, .signature = "ntfs" };
	struct layer_sink sink = { .ctx = &seen, .volume = take_copy, .problem = take_problem };
	assert_int_equal(vss_layer.open(&member, 1, NULL, &sink, &err), TRIAGE_OK);
	return r;
}

static inline void
close_volume(struct reader *r)
{
	for (size_t i = 0; i < seen.count; i++)
		reader_close(seen.copies[i].reader);
	reader_close(r);
}

/* One byte of a copy. */
static inline unsigned
byte_at(size_t copy, uint64_t offset)
{
	uint8_t byte = 0xff;
	assert_true(copy < seen.count);
	assert_int_equal(reader_read_all(seen.copies[copy].reader, offset, &byte, 1, NULL), TRIAGE_OK);
	return byte;
}

#define assert_block(copy, block, want) \
	do { \
		assert_number_equal(byte_at((copy), (uint64_t)(block) * BLOCK), (want)); \
		assert_number_equal(byte_at((copy), (uint64_t)(block) * BLOCK + BLOCK - 1), (want)); \
	} while (0)

#endif

/* disk_opened.h - a virtual disk of disk_make.h with its companions, opened and read whole; the bytes that its parts are made of. */
#ifndef TRIAGE_TESTS_DISK_OPENED_H
#define TRIAGE_TESTS_DISK_OPENED_H

#include "tests/disk_make.h"

struct opened {
	struct files files;
	struct seen seen;
	struct evidence_source *source;
	struct triage_error err;
	enum triage_status status;
	uint8_t *got;
	uint64_t bad;
};

static inline void
begin(struct opened *o)
{
	memset(o, 0, sizeof(*o));
	files_begin(&o->files);
}

static inline void
add(struct opened *o, const char *name, struct made m)
{
	files_add(&o->files, name, m.bytes, m.size);
	free(m.bytes);
}

/* Open the first file and read all of it. */
static inline void
open_first(struct opened *o)
{
	struct evidence_sink sink = seen_sink(&o->seen);
	struct evidence_input in = files_input(&o->files, TRIAGE_EVIDENCE_RAW);
	in.count = 1;
	o->status = evidence_open(&in, &sink, &o->source, &o->err);
	if (o->status != TRIAGE_OK)
		return;
	struct reader *r = evidence_reader(o->source);
	o->got = calloc(1, r->size);
	assert_non_null(o->got);
	assert_int_equal(reader_read_all(r, 0, o->got, r->size, &o->err), TRIAGE_OK);
	o->bad = r->bad_bytes;
	assert_number_equal(source_bad_within(r, 0, r->size), o->bad);
}

static inline void
end(struct opened *o)
{
	evidence_close(o->source);
	free(o->got);
	files_end(&o->files);
}

/* Each unit is as the letter says: d of medium, b of the medium below, 0 zeros, ? anything. */
static inline void
assert_units(const struct opened *o, const char *want, const uint8_t *medium, const uint8_t *below)
{
	static const uint8_t zeros[UNIT];
	assert_int_equal(o->status, TRIAGE_OK);
	assert_number_equal(evidence_reader(o->source)->size, MEDIUM);
	for (size_t i = 0; i < UNITS; i++) {
		const uint8_t *from = want[i] == 'd' ? medium + i * UNIT : want[i] == 'b' ? below + i * UNIT : zeros;
		if (want[i] != '?' && memcmp(o->got + i * UNIT, from, UNIT) != 0)
			fail_msg("unit %zu is not %c", i, want[i]);
	}
}

static uint8_t medium[MEDIUM], below[MEDIUM];

static inline int
setup(void **state)
{
	(void)state;
	fill(medium, sizeof(medium), 1);
	fill(below, sizeof(below), 2);
	return 0;
}

static inline struct made
plain(const uint8_t *bytes, size_t size)
{
	struct made m = made_new(size);
	memcpy(m.bytes, bytes, size);
	m.size = size;
	return m;
}

static inline struct made
text(const char *words)
{
	return plain((const uint8_t *)words, strlen(words));
}

/* Which sectors a VHD holds: all of some units, none of others, half of one. */
static inline void
sectors_of(const char *what, uint8_t *here)
{
	for (size_t i = 0; i < 8 * UNITS; i++)
		here[i] = what[i / 8] == 'd' || (what[i / 8] == 'h' && i % 8 >= 4);
}

/* larger, for VHDX */
static uint8_t *big, *big_below;

static inline int
setup_big(void **state)
{
	(void)state;
	big = malloc(2 * MIB);
	big_below = malloc(2 * MIB);
	if (big == NULL || big_below == NULL)
		return 1;
	fill(big, 2 * MIB, 3);
	fill(big_below, 2 * MIB, 4);
	return setup(state);
}

static inline int
teardown_big(void **state)
{
	(void)state;
	free(big);
	free(big_below);
	return 0;
}

/* The table in the file says that nothing is there; the journal says where the blocks are. */
static inline struct made
make_unclosed(size_t first_at, bool torn)
{
	struct made m = make_vhdx(big, &(struct vhdx_options){ .sector = 512, .id = 1, .bat = { 0, 0 } });
	uint8_t sector[4096] = { 0 };
	vhdx_header(m.bytes + (128 << 10), 8, 1, true);
	store_le(sector, 6 | UINT64_C(2) << 20, 8);
	size_t next = vhdx_log_entry(&m, first_at, 41, first_at, X_BAT, sector);
	store_le(sector + 8, 6 | UINT64_C(3) << 20, 8);
	(void)vhdx_log_entry(&m, next, 42, first_at, X_BAT, sector);
	/* an older run, which must not win */
	memset(sector, 0, sizeof(sector));
	(void)vhdx_log_entry(&m, (next + 16384) % X_LOG_SIZE, 7, (next + 16384) % X_LOG_SIZE, X_BAT, sector);
	if (torn)
		m.bytes[X_LOG + (next + 5000) % X_LOG_SIZE] ^= 1;
	return m;
}

#endif

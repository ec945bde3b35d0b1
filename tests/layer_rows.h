/* layer_rows.h - a medium with the layers of fake_layers.h on it, and the rows that a probe tells of it. */
#ifndef TRIAGE_TESTS_LAYER_ROWS_H
#define TRIAGE_TESTS_LAYER_ROWS_H

#include "tests/ext_volume.h"
#include "tests/fake_layers.h"

#include <inttypes.h>

enum { MIB = 1 << 20, MEDIUM = 8 * MIB, FIRST = MIB, SECOND = 4 * MIB, PART = 2 * MIB };

static uint8_t medium[2][MEDIUM];
static const struct layer_key the_key = { (const uint8_t *)"open", 4 };
static const struct layer_keys right = { 1, &the_key };

/* What a probe tells, one line a row. */
static struct rows {
	char text[64 << 10];
	size_t used;
	uint32_t volumes, filesystems;
	struct triage_filesystem fs[32];
} rows;

static inline __attribute__((format(printf, 1, 2))) enum triage_status
line(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(rows.text + rows.used, sizeof(rows.text) - rows.used, format, args);
	va_end(args);
	assert_true(n > 0 && (size_t)n < sizeof(rows.text) - rows.used);
	rows.used += (size_t)n;
	return TRIAGE_OK;
}

static inline enum triage_status
row_evidence(void *ctx, const struct triage_evidence *e, struct triage_error *err)
{
	(void)ctx, (void)err;
	return line("evidence size=%" PRIu64 "\n", e->size);
}

static inline enum triage_status
row_volume(void *ctx, const struct triage_volume *v, struct triage_error *err)
{
	(void)ctx, (void)err;
	assert_number_equal(v->index, rows.volumes++);
	assert_true(v->parent == UINT32_MAX || v->parent < v->index);
	return line("volume %u parent=%d %s %s at=%" PRIu64 " length=%" PRIu64 " label=%s uuid=%s\n", v->index, (int)v->parent, v->kind,
	    triage_volume_state_name(v->state), v->start, v->length, v->label, v->uuid);
}

static inline enum triage_status
row_filesystem(void *ctx, const struct triage_filesystem *f, struct triage_error *err)
{
	(void)ctx, (void)err;
	assert_number_equal(f->index, rows.filesystems);
	assert_true(f->volume < rows.volumes && rows.filesystems < 32);
	struct triage_filesystem *kept = &rows.fs[rows.filesystems++];
	*kept = *f;
	kept->type = "ext4";
	kept->label = kept->uuid = "";
	return line("filesystem %u volume=%u %s at=%" PRIu64 " length=%" PRIu64 "\n", f->index, f->volume, f->type, f->start, f->length);
}

static inline enum triage_status
row_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)err;
	return line("problem %s at=%" PRId64 ": %s\n", p->code, (int64_t)p->offset, p->message);
}

static const struct evidence_sink row_sink = { .evidence = row_evidence, .volume = row_volume, .filesystem = row_filesystem,
	.problem = row_problem };

#define assert_told(what) \
	do { \
		if (strstr(rows.text, (what)) == NULL) \
			fail_msg("not told: %s\ntold:\n%s", (what), rows.text); \
	} while (0)
#define assert_not_told(what) \
	do { \
		if (strstr(rows.text, (what)) != NULL) \
			fail_msg("told: %s\nall:\n%s", (what), rows.text); \
	} while (0)

static inline int
clear(void **state)
{
	(void)state;
	memset(medium, 0, sizeof(medium));
	fake_halves_damaged = false;
	assert_number_equal(fake_open_readers, 0);
	return 0;
}

static inline void
put_partition(unsigned which, unsigned i, uint32_t at, uint32_t size)
{
	uint8_t *e = medium[which] + 446 + i * 16;
	e[4] = 0x83;
	ev_put(e + 8, at / 512, 4);
	ev_put(e + 12, size / 512, 4);
	ev_put(medium[which] + 510, 0xaa55, 2);
}

static inline void
put_lock(uint8_t *at)
{
	memcpy(at, "LUKS\xba\xbe\0\2", 8);
	memcpy(at + 168, "202265fe-9842-4c2d-ac9b-aba1b05deb63", 36);
}

/* What rot will show as it was. */
static inline void
turn(uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] ^= 0xff;
}

static inline void
put_tail(uint8_t *start, size_t size)
{
	memcpy(start + size - FAKE_TAIL, "$XIDE$", 6);
}

/* A file "data" of 12 blocks from block 40, each full of its letter. */
static inline void
put_ext(uint8_t *at)
{
	struct ev *v = ev_new();
	ev_make(v, 12, EV_FILE, 12 * EV_BLOCK, 40);
	ev_root_name(v, 12, 1, "data");
	for (int b = 0; b < 12; b++)
		memset(ev_block(v, 40 + (unsigned)b), 'a' + b, EV_BLOCK);
	memcpy(at, v->bytes, sizeof(v->bytes));
	free(v);
}

static inline void
source_begin(struct evidence_source *source, unsigned which, const struct layer_keys *keys)
{
	struct triage_error err = { .text = "" };
	*source = (struct evidence_source){ .kind = TRIAGE_EVIDENCE_RAW, .in.keys = keys };
	assert_int_equal(reader_memory(medium[which], MEDIUM, &source->reader, &err), TRIAGE_OK);
}

static inline void
source_end(struct evidence_source *source)
{
	source_forget(source);
	reader_close(source->reader);
	assert_number_equal(fake_open_readers, 0);
}

static inline void
tell(struct evidence_source *source)
{
	struct triage_error err = { .text = "" };
	memset(&rows, 0, sizeof(rows));
	assert_int_equal(evidence_probe(source, &row_sink, &err), TRIAGE_OK);
}

static inline void
tell_once(const struct layer_keys *keys)
{
	struct evidence_source source;
	source_begin(&source, 0, keys);
	tell(&source);
	source_end(&source);
}

#endif

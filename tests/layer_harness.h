/* layer_harness.h - for tests of layers: a sink that writes what it is told as lines and keeps the readers. */
#ifndef TRIAGE_TESTS_LAYER_HARNESS_H
#define TRIAGE_TESTS_LAYER_HARNESS_H

#include "tests/harness.h"

#include "triage/evidence/layer.h"

#include <inttypes.h>

enum { TOLD_READERS = 32, TOLD_MEMBERS = 8 };

struct told {
	char text[64 << 10];
	size_t used;
	unsigned volumes, problems;
	struct reader *readers[TOLD_READERS];	/* by volume, NULL for none */
};

static __attribute__((format(printf, 2, 3))) void
told_line(struct told *told, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(told->text + told->used, sizeof(told->text) - told->used, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < sizeof(told->text) - told->used)
		told->used += (size_t)n;
}

static enum triage_status
told_volume(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	struct told *told = ctx;
	(void)err;
	told_line(told, "volume %s %s %s uuid=%s length=%" PRIu64 " member=%zu note=%s\n", v->kind, v->label, triage_volume_state_name(v->state), v->uuid,
	    v->length, v->member, v->note);
	assert_true((v->state == TRIAGE_VOLUME_EXAMINED) == (v->reader != NULL));
	assert_true(v->reader == NULL || v->reader->size == v->length);
	if (told->volumes < TOLD_READERS)
		told->readers[told->volumes] = v->reader;
	else
		reader_close(v->reader);
	told->volumes++;
	return TRIAGE_OK;
}

static enum triage_status
told_problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	struct told *told = ctx;
	(void)err;
	told->problems++;
	told_line(told, "problem %zu %s %s at=%" PRId64 " bytes=%" PRIu64 ": %s\n", member, triage_severity_name(severity), code, (int64_t)offset, bytes, message);
	return TRIAGE_OK;
}

static inline void
told_release(struct told *told)
{
	for (size_t i = 0; i < TOLD_READERS; i++)
		reader_close(told->readers[i]);
	memset(told, 0, sizeof(*told));
}

struct told_bytes {
	const uint8_t *data;
	size_t size;
};

/* Open members that lie in memory; NULL data: that member is left out. The readers of the members stay in `members` until told_close(). */
static inline size_t
told_open(const struct layer_kind *kind, const struct told_bytes *bytes, size_t count, struct layer_member *members, struct told *told)
{
	struct triage_error err = { .text = "" };
	struct layer_sink sink = { .ctx = told, .volume = told_volume, .problem = told_problem };
	struct layer_keys keys = { 0 };
	size_t used = 0;
	memset(told, 0, sizeof(*told));
	for (size_t i = 0; i < count; i++) {
		if (bytes[i].data == NULL)
			continue;
		members[used] = (struct layer_member){ .signature = kind->signatures[0], .volume = (uint32_t)i };
		assert_int_equal(reader_memory(bytes[i].data, bytes[i].size, &members[used].reader, &err), TRIAGE_OK);
		used++;
	}
	assert_int_equal(kind->open(members, used, &keys, &sink, &err), TRIAGE_OK);
	return used;
}

static inline void
told_close(struct layer_member *members, size_t used, struct told *told)
{
	told_release(told);
	for (size_t i = 0; i < used; i++)
		reader_close(members[i].reader);
}

#define assert_told(told, line) \
	do { \
		if (strstr((told)->text, (line)) == NULL) \
			fail_msg("not told: %s\ntold:\n%s", (line), (told)->text); \
	} while (0)

/* Read all of every volume, as far as 4 MiB: nothing may be read out of bounds, and every read must end well. */
static inline void
told_read_all(const struct told *told)
{
	static uint8_t buf[64 << 10];
	for (size_t i = 0; i < TOLD_READERS; i++) {
		struct triage_error err;
		uint64_t below_at, run;
		struct reader *r = told->readers[i], *below;
		for (uint64_t at = 0; r != NULL && at < r->size && at < 4 << 20; at += sizeof(buf)) {
			size_t got;
			assert_int_equal(reader_read(r, at, buf, sizeof(buf), &got, &err), TRIAGE_OK);
			below_at = r->ops->place(r, at, &below, &run);
			assert_true(run > 0);
			assert_true(below_at == TRIAGE_NO_OFFSET || below_at < below->size);
		}
	}
}

#endif

/* ewf_four.h - an E01 image of four segments, opened and compared: each byte is right or said to be bad. */
#ifndef TRIAGE_TESTS_EWF_FOUR_H
#define TRIAGE_TESTS_EWF_FOUR_H

#include "tests/ewf_make.h"

enum { CHUNK = 4096, SEGMENTS = 4, EACH = 4, CHUNKS = SEGMENTS * EACH, MEDIUM = CHUNK * CHUNKS, PART = CHUNK * EACH };

static struct opened opened;
static struct made made[SEGMENTS];
static uint8_t medium[MEDIUM], bad[MEDIUM];

static inline void
make_four(bool packed)
{
	made_medium(medium, MEDIUM);
	made_image(made, SEGMENTS, EACH, &(struct made){ .chunk = CHUNK, .packed = packed, .set = 7 }, medium);
}

static inline void
mark_bad(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	(void)ctx;
	assert_non_null(why);
	assert_true(offset <= MEDIUM && size <= MEDIUM - offset);
	memset(bad + offset, 1, (size_t)size);
}

/* Open; each byte is right or said to be bad. Returns how many are bad. */
static inline size_t
open_checked(void)
{
	size_t count = 0;
	made_open(&opened, made, SEGMENTS);
	memset(bad, 0, sizeof(bad));
	if (opened.status != TRIAGE_OK) {
		assert_true(opened.err.text[0] != '\0');
		return MEDIUM;
	}
	struct reader *r = evidence_reader(opened.source);
	assert_number_equal(r->size, MEDIUM);
	r->ops->bad_ranges(r, mark_bad, NULL);
	for (size_t i = 0; i < MEDIUM; i++) {
		if (!bad[i] && opened.got[i] != medium[i])
			fail_msg("byte %zu is wrong and not said to be bad; told:\n%s", i, opened.seen.text);
		count += bad[i];
	}
	assert_number_equal(source_bad_within(r, 0, MEDIUM), count);
	return count;
}

static inline void
close_four(void)
{
	made_close(&opened, made, SEGMENTS);
	memset(made, 0, sizeof(made));
}

#endif

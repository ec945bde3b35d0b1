/* fuzz_content.c - what one pass says of a stream's bytes without libmagic and YARA: text, language, randomness. */
#include "tests/fuzz/targets.h"

#include "triage/analyse/filetype_source.h"
#include "triage/analyse/randomness.h"
#include "triage/analyse/text_kind.h"

static void
content_randomness(const uint8_t *data, size_t size)
{
	static struct randomness one, two;
	uint32_t block = randomness_block_size(size);
	randomness_begin(&one, block);
	randomness_begin(&two, block);
	randomness_update(&one, data, size);
	randomness_update(&two, data, size / 3);
	randomness_update(&two, data + size / 3, size - size / 3);
	struct triage_randomness a = randomness_end(&one), b = randomness_end(&two);
	FUZZ_NEED(a.blocks == b.blocks && a.random_blocks == b.random_blocks && a.most_offset == b.most_offset);
	FUZZ_NEED(a.entropy >= b.entropy && a.entropy <= b.entropy && a.entropy <= 8 && a.random_blocks <= a.blocks);
}

int
fuzz_one_content(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct view head = { copy, size };
	char words[TEXT_DESCRIBE_MAX];
	for (int whole = 0; whole < 2; whole++) {
		struct text_shape shape = text_kind_of(head, whole != 0);
		FUZZ_NEED(shape.kind < TRIAGE_TEXT_KIND_COUNT && shape.longest <= size);
		FUZZ_NEED(strlen(text_kind_describe(&shape, "", words)) < sizeof(words));
		if (shape.kind != TRIAGE_BINARY)
			filetype_language_of((struct view){ copy, size < FILETYPE_SOURCE_HEAD ? size : FILETYPE_SOURCE_HEAD });
	}
	content_randomness(copy, size);
	free(copy);
	return 0;
}
FUZZ_MAIN(content)

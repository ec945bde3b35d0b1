/* fuzz_structure.c - the structure of a stream that any format may claim, its marks, and the line of text that its shape becomes. */
#include "tests/fuzz/targets.h"

#include "triage/analyse/randomness.h"
#include "triage/analyse/structure.h"
#include "triage/base/shape.h"

int
fuzz_one_structure(const uint8_t *data, size_t size)
{
	static struct randomness r;
	uint8_t *copy = fuzz_copy(data, size);
	struct triage_shape shape = { .cell_size = 0 }, back;
	struct view all = { copy, size }, tail = { copy + (size > 4096 ? size - 4096 : 0), size > 4096 ? 4096 : size };
	randomness_begin(&r, randomness_block_size(size));
	randomness_update(&r, copy, size);
	randomness_end(&r);
	randomness_shape(&r, all, tail, &shape);
	for (int whole = 0; whole < 2; whole++) {
		structure_of(all, whole != 0, tail, size, &shape);
		FUZZ_NEED(shape.cells <= TRIAGE_SHAPE_CELLS && memchr(shape.format, '\0', sizeof(shape.format)) != NULL);
		FUZZ_NEED(shape.walk != TRIAGE_WALK_BROKEN || (shape.broken > 0 && shape.broken_at <= shape.broken_last));
	}
	SCOPED_BUF one;
	SCOPED_BUF two;
	buf_init(&one, SHAPE_TEXT_MAX);
	buf_init(&two, SHAPE_TEXT_MAX);
	shape_put(&one, &shape);
	shape_get(buf_cstr(&one), &back);
	shape_put(&two, &back);
	FUZZ_NEED(!one.failed && strcmp(buf_cstr(&one), buf_cstr(&two)) == 0);
	char *text = malloc(size + 1);
	if (text != NULL) {
		memcpy(text, copy, size);
		text[size] = '\0';
		shape_get(text, &back);
		FUZZ_NEED(back.cells <= TRIAGE_SHAPE_CELLS);
	}
	free(text);
	free(copy);
	return 0;
}
FUZZ_MAIN(structure)

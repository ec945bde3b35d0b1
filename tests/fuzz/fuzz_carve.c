/* fuzz_carve.c - records recognised in bytes that belong to no file. Input: those bytes. */
#include "tests/fuzz/targets.h"

#include "triage/evidence/carve.h"

struct carved {
	uint64_t size, last[CARVE_KINDS];
	uint64_t hits;
};

static enum triage_status
carve_take(void *ctx, const struct carve_hit *hit, struct triage_error *err)
{
	struct carved *c = ctx;
	size_t kind = 0;
	(void)err;
	while (kind < carver_count && carvers[kind] != hit->kind)
		kind++;
	FUZZ_NEED(kind < carver_count && hit->length > 0 && hit->offset % hit->kind->align == 0 && hit->count >= 1);
	FUZZ_NEED(hit->offset < c->size && hit->length <= c->size - hit->offset && hit->proved <= hit->length);
	FUZZ_NEED(hit->offset >= c->last[kind] && hit->facts->size <= CARVE_FACTS);
	c->last[kind] = hit->offset;
	c->hits++;
	return TRIAGE_OK;
}

int
fuzz_one_carve(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct carved told = { .size = size };
	const struct carve_sink sink = { .ctx = &told, .hit = carve_take };
	struct triage_error err = { .text = "" };
	struct reader *r;
	struct carve c;
	FUZZ_NEED(reader_memory(copy, size, &r, &err) == TRIAGE_OK && carve_init(&c, r, &sink, &err) == TRIAGE_OK);
	uint64_t half = size / 2 / 512 * 512;
	FUZZ_NEED(carve_run(&c, 0, half, size - half, &err) == TRIAGE_OK && carve_run(&c, half, size - half, 0, &err) == TRIAGE_OK);
	FUZZ_NEED(c.examined <= size && c.unreadable == 0);
	carve_release(&c);
	reader_close(r);
	free(copy);
	return 0;
}
FUZZ_MAIN(carve)

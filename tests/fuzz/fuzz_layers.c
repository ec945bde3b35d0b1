/*
 * fuzz_layers.c - what lies inside a volume: locks, arrays, volume groups, dynamic disks, shadow copies. Input: pieces.h; variant: bits 0 to 3 the
 * layer in the order of layers.def, 4 to 7 the members that the medium is cut into (0: one), from 8 on which of its signatures claimed them.
 */
#include "tests/fuzz/pieces.h"
#include "tests/fuzz/targets.h"

#include "triage/evidence/layer.h"

enum { LAYERS_READERS = 64, LAYERS_READ = 64 << 10, LAYERS_MEMBERS = 15 };

struct layers_told {
	struct reader *readers[LAYERS_READERS];
	size_t count, members;
};

static enum triage_status
layers_volume(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	struct layers_told *t = ctx;
	(void)err;
	FUZZ_NEED((v->state == TRIAGE_VOLUME_EXAMINED) == (v->reader != NULL) && v->member < t->members);
	FUZZ_NEED(strlen(v->label) < LAYER_LABEL && strlen(v->uuid) < LAYER_UUID && strlen(v->note) < LAYER_NOTE && v->kind[0] != '\0');
	FUZZ_NEED(v->reader == NULL || v->reader->size == v->length);
	if (t->count < LAYERS_READERS)
		t->readers[t->count++] = v->reader;
	else
		reader_close(v->reader);
	return TRIAGE_OK;
}

static enum triage_status
layers_problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	const struct layers_told *t = ctx;
	(void)severity, (void)offset, (void)bytes, (void)err;
	FUZZ_NEED(member < t->members && code[0] != '\0' && message[0] != '\0');
	return TRIAGE_OK;
}

/* Both ends and some places between; the same bytes must come when they are asked for again. */
static void
layers_read(struct reader *r)
{
	static uint8_t one[LAYERS_READ], two[LAYERS_READ];
	struct triage_error err = { .text = "" };
	for (unsigned i = 0; i < 6; i++) {
		size_t got = 0, again = 0;
		uint64_t at = i == 5 ? (r->size > LAYERS_READ ? r->size - LAYERS_READ : 0) : r->size / 5 * i, bad = r->bad_bytes;
		if (reader_read(r, at, one, sizeof(one), &got, &err) != TRIAGE_OK)
			continue;
		FUZZ_NEED(got == sizeof(one) || at + got == r->size);
		FUZZ_NEED(r->bad_bytes >= bad && r->bad_bytes - bad <= got);
		if (i == 0 && reader_read(r, at, two, sizeof(two), &again, &err) == TRIAGE_OK)
			FUZZ_NEED(again == got && memcmp(one, two, got) == 0);
	}
}

int
fuzz_one_layers(const uint8_t *data, size_t size)
{
	static struct pieces p;
	struct layers_told told = { 0 };
	struct triage_error err = { .text = "" };
	struct layer_member members[LAYERS_MEMBERS];
	const struct layer_sink sink = { .ctx = &told, .volume = layers_volume, .problem = layers_problem };
	const struct layer_keys keys = { 0 };
	if (!pieces_open(&p, data, size))
		return 0;
	const struct layer_kind *kind = layer_kinds[(p.variant & 15) % layer_kind_count];
	size_t wanted = kind->gathers && (p.variant >> 4 & 15) > 0 ? p.variant >> 4 & 15 : 1, signatures = 0;
	while (kind->signatures[signatures] != NULL)
		signatures++;
	uint64_t each = p.base.size / wanted / PIECES_SECTOR * PIECES_SECTOR;
	for (; told.members < wanted; told.members++) {
		struct layer_member *m = &members[told.members];
		*m = (struct layer_member){ .signature = kind->signatures[(p.variant >> 8) % signatures], .volume = (uint32_t)told.members + 1 };
		FUZZ_NEED(reader_slice(&p.base, told.members * each, each, &m->reader, &err) == TRIAGE_OK);
	}
	FUZZ_NEED(kind->open(members, told.members, &keys, &sink, &err) == TRIAGE_OK);
	for (size_t i = 0; i < told.count; i++)
		if (told.readers[i] != NULL)
			layers_read(told.readers[i]);
	for (size_t i = 0; i < told.count; i++)
		reader_close(told.readers[i]);
	for (size_t i = 0; i < told.members; i++)
		reader_close(members[i].reader);
	return 0;
}
FUZZ_MAIN(layers)

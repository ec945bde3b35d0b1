/*
 * fake_layers.h - three layers that are easy to see through, instead of those of layers.def: the test that includes this has its own
 * table, and the library's stays in its archive.
 *
 * "rot" takes a LUKS signature and gives what lies FAKE_HEAD behind it with every bit turned, when a key "open" was given. "halves"
 * takes what carries an LSI signature in its last sector and joins all of them, without that sector, in the order in which it gets
 * them. "shade" takes an ext4 with a mark in front and gives two shadow copies beside it.
 */
#ifndef TRIAGE_TESTS_FAKE_LAYERS_H
#define TRIAGE_TESTS_FAKE_LAYERS_H

#include "tests/harness.h"

#include "triage/evidence/layer.h"

enum { FAKE_HEAD = 4096, FAKE_TAIL = 512, FAKE_PARTS = 8, FAKE_MARK = 512 };

static unsigned fake_open_readers;	/* made and not closed yet */
static bool fake_halves_damaged;	/* the next ones are told as such */

struct fake {
	struct reader base;
	struct reader *below[FAKE_PARTS];
	uint64_t start[FAKE_PARTS + 1];
	size_t count;
};

static void
fake_close(struct reader *r)
{
	fake_open_readers--;
	free(r);
}

static enum triage_status
rot_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	enum triage_status st = reader_read_all(((struct fake *)r)->below[0], FAKE_HEAD + offset, buf, size, err);
	for (size_t i = 0; st == TRIAGE_OK && i < size; i++)
		buf[i] ^= 0xff;
	return st;
}

static size_t
halves_part(const struct fake *f, uint64_t offset)
{
	size_t i = 0;
	while (offset >= f->start[i + 1])
		i++;
	return i;
}

static uint64_t
halves_place(struct reader *r, uint64_t offset, struct reader **ret_below, uint64_t *ret_run)
{
	struct fake *f = (struct fake *)r;
	size_t i = halves_part(f, offset);
	*ret_below = f->below[i];
	*ret_run = f->start[i + 1] - offset;
	return offset - f->start[i];
}

static enum triage_status
halves_read(struct reader *r, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	while (size > 0 && st == TRIAGE_OK) {
		struct reader *below;
		uint64_t run, at = halves_place(r, offset, &below, &run);
		size_t part = run < size ? (size_t)run : size;
		st = reader_read_all(below, at, buf, part, err);
		buf += part;
		offset += part;
		size -= part;
	}
	return st;
}

static const struct reader_ops rot_ops = { .name = "rot", .read = rot_read, .close = fake_close };
static const struct reader_ops halves_ops = { .name = "halves", .read = halves_read, .place = halves_place, .close = fake_close };

static struct fake *
fake_new(const struct reader_ops *ops)
{
	struct fake *f = calloc(1, sizeof(*f));
	assert_non_null(f);
	fake_open_readers++;
	f->base = (struct reader){ .ops = ops, .sector_size = 512 };
	return f;
}

static enum triage_status
rot_open(const struct layer_member *m, size_t count, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	struct layer_volume v = { .kind = "luks", .created = TRIAGE_TIME_NONE, .state = TRIAGE_VOLUME_LOCKED, .note = "protector of the test" };
	assert_number_equal(count, 1);
	assert_string_equal(m->signature, "crypto_LUKS");
	for (size_t i = 0; keys != NULL && i < keys->count; i++)
		if (keys->keys[i].size == 4 && memcmp(keys->keys[i].bytes, "open", 4) == 0 && m->reader->size > FAKE_HEAD) {
			struct fake *f = fake_new(&rot_ops);
			f->below[0] = m->reader;
			v.length = f->base.size = m->reader->size - FAKE_HEAD;
			v.reader = &f->base;
			v.state = TRIAGE_VOLUME_EXAMINED;
			v.note[0] = '\0';
		}
	return sink->volume(sink->ctx, &v, err);
}

static enum triage_status
halves_open(const struct layer_member *m, size_t count, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	struct layer_volume v = { .kind = "md", .label = "joined", .uuid = "1-2-3", .created = TRIAGE_TIME_NONE };
	(void)keys;
	assert_true(count <= FAKE_PARTS);
	if (fake_halves_damaged) {
		v.state = TRIAGE_VOLUME_DAMAGED;
		snprintf(v.note, sizeof(v.note), "one member of %zu is missing", count + 1);
		return sink->volume(sink->ctx, &v, err);
	}
	struct fake *f = fake_new(&halves_ops);
	for (size_t i = 0; i < count; i++) {
		f->below[i] = m[i].reader;
		f->start[i + 1] = f->start[i] + m[i].reader->size - FAKE_TAIL;
	}
	f->count = count;
	v.length = f->base.size = f->start[count];
	v.reader = &f->base;
	return sink->volume(sink->ctx, &v, err);
}

static enum triage_status
shade_open(const struct layer_member *m, size_t count, const struct layer_keys *keys, const struct layer_sink *sink, struct triage_error *err)
{
	uint8_t mark[5];
	enum triage_status st = TRIAGE_OK;
	(void)count, (void)keys;
	if (reader_read_all(m->reader, FAKE_MARK, mark, sizeof(mark), NULL) != TRIAGE_OK || memcmp(mark, "SHADE", sizeof(mark)) != 0)
		return TRIAGE_OK;
	for (unsigned i = 0; i < 2 && st == TRIAGE_OK; i++) {
		struct layer_volume v = { .kind = "vss", .length = m->reader->size, .created = INT64_C(86400000000000) * (i + 1) };
		assert_int_equal(reader_slice(m->reader, 0, v.length, &v.reader, err), TRIAGE_OK);
		st = sink->volume(sink->ctx, &v, err);
	}
	if (st == TRIAGE_OK)
		st = sink->problem(sink->ctx, 0, TRIAGE_LOW, "vss-damaged", FAKE_MARK, 7, "a store is damaged", err);
	return st;
}

static const char *const rot_wants[] = { "crypto_LUKS", NULL };
static const char *const halves_wants[] = { "lsi_mega_raid_member", NULL };
static const char *const shade_wants[] = { "ext4", NULL };
static const struct layer_kind rot_layer = { .name = "rot", .signatures = rot_wants, .open = rot_open };
static const struct layer_kind halves_layer = { .name = "halves", .signatures = halves_wants, .gathers = true, .open = halves_open };
static const struct layer_kind shade_layer = { .name = "shade", .signatures = shade_wants, .open = shade_open };
const struct layer_kind *const layer_kinds[] = { &rot_layer, &halves_layer, &shade_layer };
const size_t layer_kind_count = 3;

#endif

#include "triage/case/event_batch.h"

#include <lz4.h>
#include <string.h>

enum { FLAG_LOCAL = 1 };

static uint64_t
stirred(uint64_t h, uint64_t word)
{
	h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

/* Eight bytes at a time. */
uint64_t
batch_hash(uint64_t h, const void *text, size_t size)
{
	const uint8_t *p = text;
	size_t left = size;
	for (; left >= 8; left -= 8, p += 8)
		h = stirred(h, load_le64(p));
	if (left > 0) {
		uint8_t rest[8] = { 0 };
		memcpy(rest, p, left);
		h = stirred(h, load_le64(rest));
	}
	h = (h ^ size) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

void
batch_init(struct event_batch *b)
{
	*b = (struct event_batch){ 0 };
	buf_init(&b->rows, BATCH_BYTES_MAX);
	buf_init(&b->words, BATCH_WORDS_MAX);
}

void
batch_release(struct event_batch *b)
{
	buf_release(&b->rows);
	buf_release(&b->words);
}

void
batch_clear(struct event_batch *b)
{
	buf_clear(&b->rows);
	buf_clear(&b->words);
	b->kind_count = b->last = b->events = 0;
}

bool
batch_is_full(const struct event_batch *b)
{
	return b->rows.size >= BATCH_FULL || b->kind_count == BATCH_KINDS || b->words.size >= BATCH_WORDS_MAX / 2 || b->events >= (1u << BATCH_EVENTS_BITS) - 1;
}

static size_t
kind_index(struct event_batch *b, const struct triage_event *e, int64_t kind)
{
	if (b->last < b->kind_count && b->kinds[b->last] == kind)
		return b->last;
	for (b->last = 0; b->last < b->kind_count; b->last++)
		if (b->kinds[b->last] == kind)
			return b->last;
	const char *const words[BATCH_WORDS] = { e->precision, e->meaning, e->source, e->parser, e->technique };
	for (size_t i = 0; i < BATCH_WORDS; i++)
		buf_put(&b->words, words[i], strlen(words[i]) + 1);
	b->kinds[b->kind_count++] = kind;
	return b->last;
}

static void
store_le(uint8_t *to, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> i * 8);
}

bool
batch_put(struct event_batch *b, const struct triage_event *e, int64_t kind)
{
	const char *const texts[4] = { e->host, e->user, e->message, e->data };
	size_t sizes[4], size = BATCH_ROW_HEADER, index = kind_index(b, e, kind);
	for (size_t i = 0; i < 4; i++)
		size += sizes[i] = strlen(texts[i]);
	uint8_t *p = size <= BATCH_BYTES_MAX ? (uint8_t *)buf_room(&b->rows, size) : NULL;
	if (p == NULL || b->words.failed)
		return false;
	store_le(p, (uint64_t)e->time, 8);
	store_le(p + 8, e->offset, 8);
	store_le(p + 16, index, 4);
	store_le(p + 20, e->local ? FLAG_LOCAL : 0, 4);
	for (size_t i = 0; i < 4; i++)
		store_le(p + 24 + i * 4, sizes[i], 4);
	p += BATCH_ROW_HEADER;
	for (size_t i = 0; i < 4; p += sizes[i++])
		memcpy(p, texts[i], sizes[i]);
	buf_wrote(&b->rows, size);
	b->events++;
	return true;
}

bool
batch_pack(const struct event_batch *b, struct buf *packed)
{
	int bound = LZ4_compressBound((int)b->rows.size);
	buf_clear(packed);
	char *into = buf_room(packed, (size_t)bound);
	int size = into != NULL ? LZ4_compress_default(buf_cstr(&b->rows), into, (int)b->rows.size, bound) : 0;
	if (size > 0)
		buf_wrote(packed, (size_t)size);
	return size > 0;
}

bool
batch_unpack(struct view packed, uint64_t bytes, struct buf *rows)
{
	buf_clear(rows);
	if (bytes > BATCH_BYTES_MAX || packed.size > (size_t)LZ4_compressBound(BATCH_BYTES_MAX))
		return false;
	char *into = buf_room(rows, (size_t)bytes);
	if (into == NULL || LZ4_decompress_safe((const char *)packed.data, into, (int)packed.size, (int)bytes) != (int)bytes)
		return false;
	buf_wrote(rows, (size_t)bytes);
	return true;
}

bool
batch_next(const struct buf *rows, size_t *at, struct batch_event *ret)
{
	const uint8_t *p = (const uint8_t *)rows->data + *at;
	if (rows->size - *at < BATCH_ROW_HEADER)
		return false;
	*ret = (struct batch_event){ .time = (int64_t)load_le64(p), .offset = load_le64(p + 8), .kind = load_le32(p + 16), .local = (load_le32(p + 20) & FLAG_LOCAL) != 0 };
	size_t done = *at + BATCH_ROW_HEADER;
	for (size_t i = 0; i < 4; i++) {
		size_t size = load_le32(p + 24 + i * 4);
		if (size > rows->size - done)
			return false;
		ret->texts[i] = (struct view){ (const uint8_t *)rows->data + done, size };
		done += size;
	}
	*at = done;
	return true;
}

bool
batch_words(struct view words, size_t *at, const char *ret_words[BATCH_WORDS])
{
	size_t done = *at;
	for (size_t i = 0; i < BATCH_WORDS; i++) {
		const uint8_t *end = done < words.size ? memchr(words.data + done, '\0', words.size - done) : NULL;
		if (end == NULL)
			return false;
		ret_words[i] = (const char *)words.data + done;
		done = (size_t)(end - words.data) + 1;
	}
	*at = done;
	return true;
}

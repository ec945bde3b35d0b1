/*
 * ese_long.c - long values of an ESE table and the ways in which values are compressed.
 *
 * Source: documentation of libesedb; [MS-XCA] for plain LZ77 ("xpress"). Not handled: xpress 9 and 10, encrypted values.
 */
#include "triage/artefact/ese_db.h"

#include <string.h>

enum {
	HOW_SEVEN_BIT = 1, HOW_SEVEN_BIT_WIDE = 2, HOW_XPRESS = 3,
	LONG_KEY = 4, LONG_KEY_WIDE = 8, CHUNK_OFFSET = 4, LONG_HEAD = 8, LONG_KEPT = 256 << 10,
};

/* Seven bits a character, lowest first; the low bits of the first byte say how many bits of the last byte are used. */
static bool
seven_bit(struct view in, bool wide, size_t max, struct buf *out)
{
	size_t bits = in.size < 2 ? 0 : 8 * (in.size - 2) + (in.data[0] & 7u) + 1, count = bits / 7;
	unsigned held = 0, value = 0;
	size_t at = 1;
	for (size_t i = 0; i < count && out->size < max && !out->failed; i++) {
		while (held < 7) {
			value |= (unsigned)in.data[at++] << held;
			held += 8;
		}
		buf_char(out, (char)(value & 0x7f));
		if (wide)
			buf_char(out, '\0');
		value >>= 7;
		held -= 7;
	}
	return !out->failed;
}

/* The length of a match: 3 bits, then a half byte that two matches share, then a byte, two, four. False when the input ends. */
static bool
match_length(struct view in, size_t *at, size_t *nibble_at, uint32_t *length)
{
	if (*length != 7)
		return true;
	if (*nibble_at == 0) {
		if (*at >= in.size)
			return false;
		*nibble_at = *at;
		*length = in.data[(*at)++] & 15u;
	} else {
		*length = in.data[*nibble_at] >> 4;
		*nibble_at = 0;
	}
	if (*length != 15) {
		*length += 7;
		return true;
	}
	if (*at >= in.size)
		return false;
	*length = in.data[(*at)++];
	if (*length != 255) {
		*length += 15 + 7;
		return true;
	}
	if (in.size - *at < 2)
		return false;
	*length = load_le16(in.data + *at);
	*at += 2;
	if (*length == 0) {
		if (in.size - *at < 4)
			return false;
		*length = load_le32(in.data + *at);
		*at += 4;
	}
	return *length >= 15 + 7;
}

static bool
xpress(struct view in, size_t wanted, struct buf *out)
{
	size_t at = 0, nibble_at = 0, begin = out->size;
	uint32_t flags = 0;
	unsigned left = 0;
	while (out->size - begin < wanted && !out->failed) {
		if (left == 0) {
			if (in.size - at < 4)
				return false;
			flags = load_le32(in.data + at);
			at += 4;
			left = 32;
		}
		left--;
		if ((flags >> left & 1) == 0) {
			if (at >= in.size)
				return false;
			buf_char(out, (char)in.data[at++]);
			continue;
		}
		if (in.size - at < 2)
			return false;
		uint32_t symbol = load_le16(in.data + at), length = symbol & 7;
		size_t back = (symbol >> 3) + 1;
		at += 2;
		if (!match_length(in, &at, &nibble_at, &length) || back > out->size - begin)
			return false;
		for (uint64_t n = (uint64_t)length + 3; n > 0 && out->size - begin < wanted && !out->failed; n--)
			buf_char(out, out->data[out->size - back]);
	}
	return !out->failed;
}

/* Appends to out, at most max bytes. */
bool
ese_decompress(struct view in, size_t max, struct buf *out)
{
	if (in.size == 0)
		return false;
	unsigned how = in.data[0] >> 3;
	if (how == HOW_SEVEN_BIT || how == HOW_SEVEN_BIT_WIDE)
		return seven_bit(in, how == HOW_SEVEN_BIT_WIDE, max, out);
	if (how == HOW_XPRESS && in.size >= 3) {
		size_t size = load_le16(in.data + 1);
		return xpress((struct view){ in.data + 3, in.size - 3 }, size < max ? size : max, out);
	}
	return false;
}

/* --- long values: a tree of their own, its keys a number and an offset, highest byte first --- */

static int
compare_key(const struct ese_node *n, const uint8_t *key, size_t size)
{
	uint8_t joined[16];
	size_t have = 0;
	for (size_t i = 0; i < n->common.size && have < sizeof(joined); i++)
		joined[have++] = n->common.data[i];
	for (size_t i = 0; i < n->key.size && have < sizeof(joined); i++)
		joined[have++] = n->key.data[i];
	int order = memcmp(joined, key, have < size ? have : size);
	return order != 0 ? order : (have > size) - (have < size);
}

/* The first entry of a page whose key is not below; an empty key in a branch is above all. p->tags when there is none. */
static unsigned
lower_bound(const struct ese *e, const struct ese_page *p, const uint8_t *key, size_t size, bool branch)
{
	unsigned low = 1, high = p->tags;
	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		struct ese_node n;
		bool sound = ese_node_at(e, p, middle, &n);
		if (sound && !(branch && n.key.size + n.common.size == 0) && compare_key(&n, key, size) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The leaf and entry at or after a key. */
static bool
seek(const struct ese *e, const struct ese_table *t, const uint8_t *key, size_t size, struct ese_page *ret_page, unsigned *ret_tag)
{
	uint32_t number = t->long_root;
	struct ese_page p;
	struct ese_node n;
	for (unsigned depth = 0; depth < ESE_DEPTH; depth++) {
		if (!ese_page_at(e, number, &p))
			return false;
		bool leaf = (p.flags & 2) != 0;
		unsigned tag = lower_bound(e, &p, key, size, !leaf);
		if (!leaf) {
			if (tag >= p.tags)
				tag = p.tags - 1;
			if (tag == 0 || !ese_node_at(e, &p, tag, &n) || n.data.size < 4)
				return false;
			number = load_le32(n.data.data);
			continue;
		}
		if (tag >= p.tags) {
			tag = 1;
			if (!ese_page_at(e, p.next, &p) || (p.flags & 2) == 0)
				return false;
		}
		*ret_page = p;
		*ret_tag = tag;
		return true;
	}
	return false;
}

/* The entry behind; false at the end. */
static bool
step(const struct ese *e, struct ese_page *p, unsigned *tag)
{
	if (++*tag < p->tags)
		return true;
	*tag = 1;
	return ese_page_at(e, p->next, p) && (p->flags & 2) != 0 && p->tags > 1;
}

static uint32_t
chunk_offset(const struct ese_node *n)
{
	uint8_t joined[16] = { 0 };
	size_t have = 0;
	for (size_t i = 0; i < n->common.size && have < sizeof(joined); i++)
		joined[have++] = n->common.data[i];
	for (size_t i = 0; i < n->key.size && have < sizeof(joined); i++)
		joined[have++] = n->key.data[i];
	return have >= CHUNK_OFFSET ? load_be32(joined + have - CHUNK_OFFSET) : 0;
}

/*
 * A chunk is compressed when it has fewer bytes than the place it fills, up to the next chunk or the end; the row does not say it. What
 * cannot be unpacked stays as it is, filled up with zeros.
 */
static void
put_chunk(struct ese *e, struct view data, size_t room, struct buf *out)
{
	size_t begin = out->size;
	if (data.size < room && data.size > 0) {
		buf_clear(&e->chunk);
		if (ese_decompress(data, room, &e->chunk))
			buf_put(out, buf_cstr(&e->chunk), e->chunk.size);
		else
			buf_put(out, data.data, data.size);
	} else
		buf_put(out, data.data, data.size < room ? data.size : room);
	while (!out->failed && out->size - begin < room)
		buf_char(out, '\0');
}

bool
ese_long_value(struct ese *e, const struct ese_table *t, struct view reference, struct buf *out)
{
	uint8_t key[LONG_KEY_WIDE];
	size_t size = reference.size;
	struct ese_page p, ahead;
	struct ese_node n, following;
	unsigned tag, ahead_tag;
	if ((size != LONG_KEY && size != LONG_KEY_WIDE) || t->long_root == 0)
		return false;
	for (size_t i = 0; i < size; i++)
		key[i] = reference.data[size - 1 - i];
	if (!seek(e, t, key, size, &p, &tag) || !ese_node_at(e, &p, tag, &n) || compare_key(&n, key, size) != 0 || n.data.size < LONG_HEAD)
		return false;
	size_t total = load_le32(n.data.data + 4);
	total = total > LONG_KEPT ? LONG_KEPT : total;
	if (total > e->long_left) {
		e->long_over = true;
		return false;
	}
	e->long_left -= total;
	while (out->size < total && !out->failed && step(e, &p, &tag) && ese_node_at(e, &p, tag, &n) &&
	    n.key.size + n.common.size == size + CHUNK_OFFSET) {
		uint32_t at = chunk_offset(&n), end = (uint32_t)total;
		uint8_t joined[LONG_KEY_WIDE];
		for (size_t i = 0; i < size; i++)
			joined[i] = i < n.common.size ? n.common.data[i] : n.key.data[i - n.common.size];
		if (memcmp(joined, key, size) != 0 || at != out->size)
			break;
		ahead = p;
		ahead_tag = tag;
		if (step(e, &ahead, &ahead_tag) && ese_node_at(e, &ahead, ahead_tag, &following) &&
		    following.key.size + following.common.size == size + CHUNK_OFFSET) {
			for (size_t i = 0; i < size; i++)
				joined[i] = i < following.common.size ? following.common.data[i] : following.key.data[i - following.common.size];
			if (memcmp(joined, key, size) == 0 && chunk_offset(&following) > at && chunk_offset(&following) < end)
				end = chunk_offset(&following);
		}
		put_chunk(e, n.data, end - at, out);
	}
	return !out->failed && (out->size > 0 || total == 0);
}

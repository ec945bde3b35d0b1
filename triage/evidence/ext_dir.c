#include "triage/evidence/ext_dir.h"

#include <string.h>

enum { NAME_INODE = 0, NAME_RECORD = 4, NAME_LENGTH = 6, NAME_TYPE = 7, NAME_TEXT = 8, TYPE_TAIL = 0xde, TAIL_SIZE = 12 };

struct scan {
	struct view block;
	const struct ext_dir_style *style;
	enum triage_status (*each)(void *ctx, const struct ext_name *name, struct triage_error *err);
	void *ctx;
};

static struct ext_name
name_at(const struct scan *s, size_t at)
{
	const uint8_t *p = s->block.data + at;
	size_t length = s->style->typed ? p[NAME_LENGTH] : load_le16(p + NAME_LENGTH);
	return (struct ext_name){
		.inode = load_le32(p + NAME_INODE), .type = s->style->typed ? p[NAME_TYPE] : 0, .text = { p + NAME_TEXT, length },
		    .at = at,
	};
}

/* Bytes that a name takes, without slack. */
static size_t
needed(size_t length)
{
	return (NAME_TEXT + length + 3) / 4 * 4;
}

/* A record size; blocks of 64 KiB write their own size as 65535 or 0. */
static size_t
record_at(const struct scan *s, size_t at)
{
	size_t size = load_le16(s->block.data + at + NAME_RECORD);
	return s->block.size == 65536 && (size == 65535 || size == 0) ? 65536 : size;
}

/* Could a name have stood here once? */
static bool
plausible(const struct scan *s, size_t at, size_t end)
{
	struct ext_name n = name_at(s, at);
	if (n.text.size == 0 || n.text.size > 255 || needed(n.text.size) > end - at || n.inode > s->style->inodes ||
	    n.type > EXT_TYPE_LINK)
		return false;
	size_t record = record_at(s, at);
	if (record < needed(n.text.size) || record % 4 != 0 || record > s->block.size - at)
		return false;
	if (n.inode == 0 && (s->style->typed ? n.type == 0 : true))
		return false;
	return memchr(n.text.data, 0, n.text.size) == NULL && memchr(n.text.data, '/', n.text.size) == NULL;
}

static bool
is_dots(struct view text)
{
	return (text.size == 1 && text.data[0] == '.') || (text.size == 2 && text.data[0] == '.' && text.data[1] == '.');
}

/* Names that still stand in [at, end). */
static enum triage_status
scan_slack(const struct scan *s, size_t at, size_t end, struct triage_error *err)
{
	while (at + NAME_TEXT < end) {
		if (!plausible(s, at, end)) {
			at += 4;
			continue;
		}
		struct ext_name n = name_at(s, at);
		n.deleted = true;
		enum triage_status st = is_dots(n.text) ? TRIAGE_OK : s->each(s->ctx, &n, err);
		if (st != TRIAGE_OK)
			return st;
		at += needed(n.text.size);
	}
	return TRIAGE_OK;
}

enum triage_status
ext_dir_block(struct view block, bool first, const struct ext_dir_style *style,
    enum triage_status (*each)(void *ctx, const struct ext_name *name, struct triage_error *err), void *ctx, bool *ret_damaged,
    struct triage_error *err)
{
	struct scan s = { .block = block, .style = style, .each = each, .ctx = ctx };
	size_t at = 0;
	for (size_t count = 0; at + NAME_TEXT <= block.size; count++) {
		size_t record = record_at(&s, at);
		struct ext_name n = name_at(&s, at);
		if (record < NAME_TEXT || record % 4 != 0 || record > block.size - at ||
		    (n.inode != 0 && NAME_TEXT + n.text.size > record)) {
			*ret_damaged = true;
			return scan_slack(&s, at, block.size, err);
		}
		size_t end = at + record;
		bool dot = first && count == 0 && n.text.size == 1 && n.text.data[0] == '.' && n.inode == style->self;
		bool dots = first && count == 1 && n.text.size == 2 && is_dots(n.text);
		bool tail = n.inode == 0 && n.text.size == 0 && n.type == TYPE_TAIL && record == TAIL_SIZE;
		/* Behind ".." of a hash tree, and in its inner blocks, stand hashes and no names. */
		bool index = style->indexed && (dots || (count == 0 && n.inode == 0 && n.text.size == 0 && record == block.size));
		enum triage_status st = TRIAGE_OK;
		if (n.inode != 0 && !dot && !dots)
			st = each(ctx, &n, err);
		if (st == TRIAGE_OK && !tail && !index)
			st = scan_slack(&s, n.inode == 0 ? at : at + needed(n.text.size), end, err);
		if (st != TRIAGE_OK)
			return st;
		at = end;
	}
	return TRIAGE_OK;
}

bool
ext_dir_holds(struct view block, bool first, const struct ext_dir_style *style)
{
	const struct scan s = { .block = block, .style = style };
	size_t at = 0;
	if (first && (load_le32(block.data) != style->self || block.data[NAME_TEXT] != '.' || load_le16(block.data + NAME_RECORD) != 12))
		return false;
	while (at + NAME_TEXT <= block.size) {
		size_t record = record_at(&s, at);
		struct ext_name n = name_at(&s, at);
		if (record < NAME_TEXT || record % 4 != 0 || record > block.size - at || n.inode > style->inodes)
			return false;
		if (n.inode != 0 && (n.text.size == 0 || NAME_TEXT + n.text.size > record || n.type > EXT_TYPE_LINK))
			return false;
		at += record;
	}
	return at == block.size;
}

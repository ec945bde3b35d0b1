/*
 * carve_lnk.c - Windows shortcuts.
 *
 * Source: Microsoft, [MS-SHLLINK]. Little endian. A shortcut does not say how long it is: its parts do.
 */
#include "triage/evidence/carve.h"

#include "triage/base/text.h"
#include "triage/base/when.h"

#include <string.h>

enum {
	LNK_FLAGS = 20, LNK_WRITTEN = 44, LNK_SHOW = 60, LNK_RESERVED = 66, LNK_HEAD = 76,
	HAS_LIST = 1 << 0, HAS_INFO = 1 << 1, HAS_STRINGS_FIRST = 2, HAS_STRINGS_LAST = 6, IS_UNICODE = 1 << 7,
	INFO_FLAGS = 8, INFO_PATH = 16, INFO_HEAD = 28, INFO_LOCAL = 1, BLOCK_HEAD = 8, BLOCKS_MAX = 64,
};
#define FLAGS_KNOWN UINT32_C(0x07ffffff)

/* The path in a LinkInfo, in the code page of the machine: ASCII is kept, the rest is shown as it is. */
static void
take_path(struct view info, struct carve_hit *hit)
{
	size_t at = load_le32(info.data + INFO_PATH);
	if ((load_le32(info.data + INFO_FLAGS) & INFO_LOCAL) == 0 || at < INFO_HEAD || at >= info.size)
		return;
	const uint8_t *end = memchr(info.data + at, 0, info.size - at);
	if (end != NULL)
		text_display(hit->facts, info.data + at, (size_t)(end - info.data) - at);
}

/* Skip the optional strings. False when they do not fit. */
static bool
skip_strings(struct view bytes, uint32_t flags, size_t *at, struct carve_hit *hit)
{
	for (unsigned bit = HAS_STRINGS_FIRST; bit <= HAS_STRINGS_LAST; bit++) {
		if ((flags & 1u << bit) == 0)
			continue;
		if (!view_has(bytes, *at, 2))
			return false;
		size_t units = load_le16(bytes.data + *at), size = (flags & IS_UNICODE) != 0 ? units * 2 : units;
		if (!view_has(bytes, *at + 2, size))
			return false;
		if (hit->facts->size == 0 && bit == HAS_STRINGS_FIRST + 1 && (flags & IS_UNICODE) != 0)
			text_from_utf16le(hit->facts, bytes.data + *at + 2, units);
		*at += 2 + size;
	}
	return true;
}

static uint64_t
lnk_check(struct view bytes, struct carve_hit *hit)
{
	const uint8_t *p = bytes.data;
	uint32_t flags = load_le32(p + LNK_FLAGS);
	size_t at = LNK_HEAD;
	static const uint8_t reserved[10];
	if ((flags & ~FLAGS_KNOWN) != 0 || memcmp(p + LNK_RESERVED, reserved, sizeof(reserved)) != 0 || load_le32(p + LNK_SHOW) > 11)
		return 0;
	hit->time = when_from_filetime(load_le64(p + LNK_WRITTEN));
	if ((flags & HAS_LIST) != 0) {
		if (!view_has(bytes, at, 2) || !view_has(bytes, at + 2, load_le16(p + at)))
			return LNK_HEAD;
		at += 2 + (size_t)load_le16(p + at);
	}
	if ((flags & HAS_INFO) != 0) {
		size_t size = view_has(bytes, at, INFO_HEAD) ? load_le32(p + at) : 0;
		if (size < INFO_HEAD || !view_has(bytes, at, size))
			return at;
		take_path((struct view){ p + at, size }, hit);
		at += size;
	}
	if (!skip_strings(bytes, flags, &at, hit))
		return at;
	for (unsigned i = 0; i < BLOCKS_MAX && view_has(bytes, at, BLOCK_HEAD); i++) {
		size_t size = load_le32(p + at);
		if (size < BLOCK_HEAD || !view_has(bytes, at, size))
			break;
		at += size;
	}
	return view_has(bytes, at, 4) && load_le32(p + at) == 0 ? at + 4 : at;
}

const struct carver lnk_carver = {
	.name = "lnk", .align = 4, .magic = "L\0\0\0\1\24\2\0\0\0\0\0\300\0\0\0\0\0\0F", .magic_size = 20, .need = LNK_HEAD,
	.check = lnk_check,
};

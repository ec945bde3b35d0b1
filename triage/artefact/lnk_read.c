/*
 * lnk_read.c - the structure of a shell link. Source: MS-SHLLINK 8.0. Little endian.
 */
#include "triage/artefact/lnk.h"

#include "triage/base/when.h"

#include <string.h>

enum { FLAGS = 20, ATTRIBUTES = 24, CREATED = 28, ACCESSED = 36, MODIFIED = 44, SIZE = 52, ICON = 56, SHOW = 60, HOT_KEY = 64 };
enum { HAS_ITEMS = 1, HAS_INFO = 2, HAS_DESCRIPTION = 4, HAS_RELATIVE = 8, HAS_DIRECTORY = 0x10, HAS_ARGUMENTS = 0x20, HAS_ICON = 0x40, IS_UNICODE = 0x80 };
enum { INFO_HEAD = 28, INFO_FLAGS = 8, INFO_VOLUME = 12, INFO_LOCAL = 16, INFO_NETWORK = 20, INFO_SUFFIX = 24, INFO_LOCAL_WIDE = 28, INFO_SUFFIX_WIDE = 32,
	INFO_HEAD_WIDE = 36 };
enum { EXTRA_SPECIAL_FOLDER = 5, EXTRA_ENVIRONMENT = 1, EXTRA_CONSOLE = 2, EXTRA_TRACKER = 3, EXTRA_CODE_PAGE = 4, EXTRA_DARWIN = 6, EXTRA_ICON = 7,
	EXTRA_SHIM = 8, EXTRA_PROPERTIES = 9, EXTRA_KNOWN_FOLDER = 0xb, EXTRA_VISTA_ITEMS = 0xc };
enum { ANSI_ROOM = 260, TRACKER = 96 };

static const uint8_t signature[20] = { 0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46 };

bool
lnk_is(struct view head)
{
	return head.size >= LNK_HEADER && memcmp(head.data, signature, sizeof(signature)) == 0;
}

static void
damage(struct lnk *l, const char *what, size_t at)
{
	if (l->damage == NULL) {
		l->damage = what;
		l->damage_at = at;
	}
}

static void
read_header(struct lnk *l)
{
	const uint8_t *p = l->bytes.data;
	l->flags = load_le32(p + FLAGS);
	l->attributes = load_le32(p + ATTRIBUTES);
	l->created = when_from_filetime(load_le64(p + CREATED));
	l->accessed = when_from_filetime(load_le64(p + ACCESSED));
	l->modified = when_from_filetime(load_le64(p + MODIFIED));
	l->file_size = load_le32(p + SIZE);
	l->icon_index = load_le32(p + ICON);
	l->show_window = load_le32(p + SHOW);
	l->hot_key = load_le16(p + HOT_KEY);
	l->used = LNK_HEADER;
}

static bool
read_items(struct lnk *l)
{
	if ((l->flags & HAS_ITEMS) == 0)
		return true;
	size_t left = l->bytes.size - l->used, size = left >= 2 ? load_le16(l->bytes.data + l->used) : 0;
	if (left < 2 || size > left - 2) {
		damage(l, "the item list of the target is cut", l->used);
		return false;
	}
	l->items = (struct view){ l->bytes.data + l->used + 2, size };
	l->used += 2 + size;
	return true;
}

/* A text of the link information by the offset that stands at `field`; 0 means that there is none. */
static struct wintext
info_text(struct lnk *l, struct view info, size_t base, size_t field, bool wide)
{
	uint32_t offset = view_has(info, base + field, 4) ? load_le32(info.data + base + field) : 0;
	if (offset == 0)
		return (struct wintext){ 0 };
	if (offset >= info.size - base) {
		damage(l, "the link information has an offset that lies outside", (size_t)(info.data - l->bytes.data) + base + field);
		return (struct wintext){ 0 };
	}
	return wide ? wintext_wide(info, base + offset, SIZE_MAX) : wintext_ansi(info, base + offset, SIZE_MAX);
}

static struct wintext
better(struct wintext wide, struct wintext ansi)
{
	return wide.units > 0 ? wide : ansi;
}

static void
read_volume(struct lnk *l, struct view info, uint32_t at)
{
	enum { TYPE = 4, SERIAL = 8, LABEL = 12, LABEL_WIDE = 16, WIDE_FOLLOWS = 0x14 };
	if (at == 0)
		return;
	if (!view_has(info, at, 16)) {
		damage(l, "the volume information lies outside", (size_t)(info.data - l->bytes.data));
		return;
	}
	l->has_volume = true;
	l->drive_type = load_le32(info.data + at + TYPE);
	l->drive_serial = load_le32(info.data + at + SERIAL);
	bool wide = load_le32(info.data + at + LABEL) == WIDE_FOLLOWS;
	l->volume_label = info_text(l, info, at, wide ? LABEL_WIDE : LABEL, wide);
}

static void
read_network(struct lnk *l, struct view info, uint32_t at)
{
	enum { NET_NAME = 8, DEVICE = 12, NET_NAME_WIDE = 20, DEVICE_WIDE = 24, OLD_HEAD = 20 };
	if (at == 0)
		return;
	if (!view_has(info, at, OLD_HEAD)) {
		damage(l, "the network information lies outside", (size_t)(info.data - l->bytes.data));
		return;
	}
	/* wide names are there when the first name lies behind a longer head */
	bool wide = load_le32(info.data + at + NET_NAME) > OLD_HEAD;
	l->share = info_text(l, info, at, NET_NAME, false);
	l->device = info_text(l, info, at, DEVICE, false);
	if (wide) {
		l->share = better(info_text(l, info, at, NET_NAME_WIDE, true), l->share);
		l->device = better(info_text(l, info, at, DEVICE_WIDE, true), l->device);
	}
}

static bool
read_info(struct lnk *l)
{
	enum { IS_LOCAL = 1, IS_NETWORK = 2 };
	if ((l->flags & HAS_INFO) == 0)
		return true;
	size_t left = l->bytes.size - l->used;
	const uint8_t *p = l->bytes.data + l->used;
	uint32_t size = left >= INFO_HEAD ? load_le32(p) : 0;
	if (size < INFO_HEAD || size > left) {
		damage(l, "the link information is cut", l->used);
		return false;
	}
	struct view info = { p, size };
	uint32_t flags = load_le32(p + INFO_FLAGS);
	bool wide = load_le32(p + 4) >= INFO_HEAD_WIDE && size >= INFO_HEAD_WIDE;
	if ((flags & IS_LOCAL) != 0) {
		read_volume(l, info, load_le32(p + INFO_VOLUME));
		l->local_base = info_text(l, info, 0, INFO_LOCAL, false);
		if (wide)
			l->local_base = better(info_text(l, info, 0, INFO_LOCAL_WIDE, true), l->local_base);
	}
	if ((flags & IS_NETWORK) != 0)
		read_network(l, info, load_le32(p + INFO_NETWORK));
	l->suffix = info_text(l, info, 0, INFO_SUFFIX, false);
	if (wide)
		l->suffix = better(info_text(l, info, 0, INFO_SUFFIX_WIDE, true), l->suffix);
	l->used += size;
	return true;
}

static bool
read_string(struct lnk *l, uint32_t flag, struct wintext *ret_text)
{
	bool wide = (l->flags & IS_UNICODE) != 0;
	if ((l->flags & flag) == 0)
		return true;
	size_t left = l->bytes.size - l->used, count = left >= 2 ? load_le16(l->bytes.data + l->used) : 0, size = wide ? 2 * count : count;
	if (left < 2 || size > left - 2) {
		damage(l, "a string is cut", l->used);
		size = left >= 2 ? left - 2 : 0;
	}
	struct view text = { l->bytes.data + l->used + (left >= 2 ? 2 : 0), size };
	*ret_text = wide ? wintext_wide(text, 0, count) : wintext_ansi(text, 0, count);
	l->used += (left >= 2 ? 2 : 0) + size;
	return l->damage == NULL || l->used < l->bytes.size;
}

/* A block that has the same text in 260 ANSI and 260 wide characters. */
static struct wintext
both_texts(struct view block)
{
	struct wintext ansi = wintext_ansi(block, 8, ANSI_ROOM);
	return better(wintext_wide(block, 8 + ANSI_ROOM, ANSI_ROOM), ansi);
}

static void
read_block(struct lnk *l, struct view block, uint32_t number)
{
	switch (number) {
	case EXTRA_ENVIRONMENT: l->environment = both_texts(block); break;
	case EXTRA_DARWIN: l->darwin = both_texts(block); break;
	case EXTRA_ICON: l->icon_environment = both_texts(block); break;
	case EXTRA_SHIM: l->shim = wintext_wide(block, 8, SIZE_MAX); break;
	case EXTRA_PROPERTIES: l->properties = (struct view){ block.data + 8, block.size - 8 }; break;
	case EXTRA_VISTA_ITEMS: l->vista_items = (struct view){ block.data + 8, block.size - 8 }; break;
	case EXTRA_TRACKER:
		if (block.size < TRACKER) {
			damage(l, "the tracker block is too short", (size_t)(block.data - l->bytes.data));
			break;
		}
		l->machine_id = wintext_ansi(block, 16, 16);
		l->droid = block.data + 32;
		break;
	case EXTRA_KNOWN_FOLDER:
		if (block.size >= 8 + GUID_SIZE)
			l->known_folder = block.data + 8;
		break;
	case EXTRA_SPECIAL_FOLDER:
		l->has_special_folder = block.size >= 12;
		l->special_folder = l->has_special_folder ? load_le32(block.data + 8) : 0;
		break;
	case EXTRA_CONSOLE: case EXTRA_CODE_PAGE: break;	/* how a console window looks */
	default: damage(l, "an extra data block of an unknown kind", (size_t)(block.data - l->bytes.data));
	}
}

/* Blocks up to a size below 4; old links end without it. */
static void
read_extra(struct lnk *l)
{
	const uint32_t sign = 0xa0000000;
	while (l->bytes.size - l->used >= 4) {
		const uint8_t *p = l->bytes.data + l->used;
		size_t left = l->bytes.size - l->used;
		uint32_t size = load_le32(p);
		if (size < 4) {
			l->used += 4;
			return;
		}
		if (size < 8 || size > left || (load_le32(p + 4) & 0xffff0000) != sign) {
			damage(l, "the extra data is not sound", l->used);
			return;
		}
		read_block(l, (struct view){ p, size }, load_le32(p + 4) & 0xffff);
		l->used += size;
	}
	if (l->used < l->bytes.size)
		damage(l, "the end of the extra data is cut", l->used);
}

bool
lnk_read(struct view in, struct lnk *ret_link)
{
	if (!lnk_is(in))
		return false;
	struct lnk l = { .bytes = in };
	read_header(&l);
	if (read_items(&l) && read_info(&l) && read_string(&l, HAS_DESCRIPTION, &l.description) && read_string(&l, HAS_RELATIVE, &l.relative_path) &&
	    read_string(&l, HAS_DIRECTORY, &l.working_directory) && read_string(&l, HAS_ARGUMENTS, &l.arguments) &&
	    read_string(&l, HAS_ICON, &l.icon_location))
		read_extra(&l);
	*ret_link = l;
	return true;
}

/* --- where it leads --- */

static void
joined(struct buf *out, struct wintext first, struct wintext second)
{
	wintext_append(out, first);
	if (second.units == 0)
		return;
	if (out->size > 0 && out->data[out->size - 1] != '\\')
		buf_char(out, '\\');
	wintext_append(out, second);
}

static void
items_target(struct buf *out, struct view items)
{
	struct shell_item item;
	size_t at = 0;
	while (shell_item_next(items, &at, &item)) {
		/* "My Computer" is where each local path begins: it is not said */
		if (item.offset == 0 && strcmp(item.guid, "20d04fe0-3aea-1069-a2d8-08002b30309d") == 0)
			continue;
		if (strcmp(item.kind, "network location") == 0 && item.name.units > 2 && !item.name.wide && memcmp(item.name.data, "\\\\", 2) == 0)
			buf_clear(out);
		shell_path_add(out, &item);
	}
}

void
lnk_target(struct buf *out, const struct lnk *l)
{
	if (l->local_base.units > 0)
		joined(out, l->local_base, l->suffix);
	else if (l->share.units > 0)
		joined(out, l->share, l->suffix);
	else if (l->environment.units > 0)
		wintext_append(out, l->environment);
	if (out->size == 0 && !out->failed)
		items_target(out, l->items.size > 2 ? l->items : l->vista_items);
	if (out->size == 0 && !out->failed)
		wintext_append(out, l->darwin.units > 0 ? l->darwin : l->relative_path);
}

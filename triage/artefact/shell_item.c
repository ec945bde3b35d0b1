/*
 * shell_item.c - shell items of Windows 95 to 11.
 *
 * The format is not published by its maker; source: the documentation of libfwsi ("Windows Shell Item format specification") and the items of the
 * corpus. Little endian. Times of file entries are FAT times in UTC. Items of a kind that is not known keep their type and any GUID
 * or property name in them.
 */
#include "triage/artefact/shell_item.h"

#include "triage/artefact/property_store.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { CLASS_MASK = 0x70, ROOT = 0x10, VOLUME = 0x20, FILE_ENTRY = 0x30, NETWORK = 0x40, ARCHIVE = 0x50, URI = 0x60, CONTROL = 0x70 };
enum { IS_FOLDER = 1, HAS_NAME = 1, IS_UNICODE = 4, NAME_MAX_UNITS = 32767 };
/* extension blocks: the low half of 0xbeef0004 ... */
enum { EXT_MARK = 0xbeef, EXT_SHELL_FOLDER = 3, EXT_FILE_ENTRY = 4, EXT_TIMES = 0x26 };
enum { SIGN_USER_VIEW = 0x23febbee, SIGN_MTP_VOLUME = 0x10312005, SIGN_MTP_FILE = 0x07192006, SIGN_CATEGORY = 0x39de2184, SIGN_DELEGATE = 0x46534643,
	SIGN_GAME = 0x49534647 };
enum { SIGN_SEARCH = 0x23a3dfd5, SIGN_PROPERTIES = 0x10141981 };
static const uint32_t sign_cpl = 0xffffff38, sign_volume = 0xf5a6b710;

static const char *const categories[] = {
	"All Control Panel Items", "Appearance and Personalization", "Hardware and Sound", "Network and Internet", "Sounds, Speech and Audio Devices",
	"System and Security", "Clock, Language, and Region", "Ease of Access", "Programs", "User Accounts", "Security Center", "Mobile PC",
};

static void
take_guid(struct shell_item *i, size_t at)
{
	if (i->guid[0] == '\0' && view_has(i->bytes, at, GUID_SIZE) && !guid_is_zero(i->bytes.data + at)) {
		guid_text(i->bytes.data + at, i->guid);
		i->words = guid_name(i->guid);
	}
}

static int64_t
fat_time(const uint8_t *p)
{
	return when_from_dos(load_le16(p), load_le16(p + 2), 0);
}

/* --- extension blocks --- */

static void
file_extension(struct shell_item *i, struct view block)
{
	uint16_t version = load_le16(block.data + 2);
	if (block.size < 18)
		return;
	i->extension_version = version;
	i->created = fat_time(block.data + 8);
	i->accessed = fat_time(block.data + 12);
	if (version < 3)
		return;
	size_t at = 18;
	if (version >= 7 && view_has(block, 20, 8)) {
		uint64_t reference = load_le64(block.data + 20);
		i->mft_entry = reference & UINT64_C(0xffffffffffff);
		i->mft_sequence = (uint16_t)(reference >> 48);
		i->has_mft = reference != 0;
		at = 36;
	}
	if (!view_has(block, at, 2))
		return;
	bool localized = load_le16(block.data + at) != 0;
	at += version >= 9 ? 10 : version == 8 ? 6 : 2;
	struct wintext name = wintext_wide(block, at, NAME_MAX_UNITS);
	if (name.units == 0)
		return;
	i->short_name = i->name;
	i->name = name;
	if (localized)
		i->localized = version >= 7 ? wintext_wide(block, at + wintext_span(name), NAME_MAX_UNITS) :
		    wintext_ansi(block, at + wintext_span(name), NAME_MAX_UNITS);
}

static void
times_extension(struct shell_item *i, struct view block)
{
	if (block.size < 36 || i->created != TRIAGE_TIME_NONE || i->modified != TRIAGE_TIME_NONE)
		return;
	i->created = when_from_filetime(load_le64(block.data + 12));
	i->modified = when_from_filetime(load_le64(block.data + 20));
	i->accessed = when_from_filetime(load_le64(block.data + 28));
	i->precision = "100ns";
}

/* The last two bytes of an item say where its blocks begin; some items lack them. */
static size_t
first_block(const struct shell_item *i, size_t from)
{
	struct view in = i->bytes;
	size_t at = load_le16(in.data + in.size - 2);
	if (at >= from && view_has(in, at, 8) && load_le16(in.data + at + 6) == EXT_MARK)
		return at;
	for (at = from; view_has(in, at, 8); at++)
		if (load_le16(in.data + at + 6) == EXT_MARK && load_le16(in.data + at) >= 8 && load_le16(in.data + at) <= in.size - at)
			return at;
	return in.size;
}

static void
take_extensions(struct shell_item *i, size_t from)
{
	size_t size;
	for (size_t at = first_block(i, from); view_has(i->bytes, at, 8); at += size) {
		const uint8_t *p = i->bytes.data + at;
		size = load_le16(p);
		if (size < 8 || !view_has(i->bytes, at, size))
			return;
		uint16_t mark = load_le16(p + 6), sign = load_le16(p + 4);
		if (mark != EXT_MARK)
			continue;
		if (sign == EXT_FILE_ENTRY)
			file_extension(i, (struct view){ p, size });
		else if (sign == EXT_TIMES)
			times_extension(i, (struct view){ p, size });
		else if (sign == EXT_SHELL_FOLDER)
			take_guid(i, at + 8);
	}
}

/* --- kinds --- */

/* base: where the entry's own size field lies; an item of the user's files folder wraps one. */
static void
file_entry(struct shell_item *i, size_t base)
{
	const uint8_t *p = i->bytes.data + base;
	if (!view_has(i->bytes, base, 15))
		return;
	uint8_t type = p[2];
	i->kind = (type & IS_FOLDER) != 0 ? "folder" : "file";
	i->has_size = true;
	i->size = load_le32(p + 4);
	i->modified = fat_time(p + 8);
	i->attributes = load_le16(p + 12);
	i->name = (type & IS_UNICODE) != 0 ? wintext_wide(i->bytes, base + 14, NAME_MAX_UNITS) : wintext_ansi(i->bytes, base + 14, NAME_MAX_UNITS);
	size_t end = base + 14 + wintext_span(i->name);
	end += end & 1;
	take_extensions(i, end);
	/* before XP the short name comes next, and there are no blocks */
	if (i->extension_version == 0 && base == 0)
		i->short_name = (type & IS_UNICODE) != 0 ? wintext_wide(i->bytes, end, 13) : wintext_ansi(i->bytes, end, 13);
}

static void
root_folder(struct shell_item *i)
{
	i->kind = "root folder";
	take_guid(i, 4);
	take_extensions(i, 20);
}

static void
volume(struct shell_item *i)
{
	i->kind = "volume";
	struct wintext name = wintext_ansi(i->bytes, 3, 22);
	if (name.units >= 2 && name.data[1] == ':' && (i->type & HAS_NAME) != 0)
		i->name = name;
	else
		take_guid(i, 4);
	take_extensions(i, 20);
}

/* A drive letter at the root of the desktop: a volume item in one of another kind. */
static void
root_volume(struct shell_item *i)
{
	i->kind = "volume";
	i->name = wintext_ansi(i->bytes, 13, 22);
}

static void
network_location(struct shell_item *i)
{
	enum { HAS_COMMENTS = 0x40, HAS_DESCRIPTION = 0x80 };
	i->kind = "network location";
	if (i->bytes.size < 6)
		return;
	uint8_t flags = i->bytes.data[4];
	size_t at = 5;
	i->name = wintext_ansi(i->bytes, at, NAME_MAX_UNITS);
	at += wintext_span(i->name);
	if ((flags & HAS_DESCRIPTION) != 0) {
		i->description = wintext_ansi(i->bytes, at, NAME_MAX_UNITS);
		at += wintext_span(i->description);
	}
	if ((flags & HAS_COMMENTS) != 0)
		i->comments = wintext_ansi(i->bytes, at, NAME_MAX_UNITS);
}

static void
uri(struct shell_item *i)
{
	i->kind = "URI";
	if (i->bytes.size < 8)
		return;
	bool wide = (i->bytes.data[3] & 0x80) != 0;
	size_t size = load_le16(i->bytes.data + 4), at = 6 + size;
	if (size >= 16 && view_has(i->bytes, 14, 8)) {
		i->accessed = when_from_filetime(load_le64(i->bytes.data + 14));
		i->precision = "100ns";
	}
	/* two bytes lie before the text where there is no data */
	if (view_has(i->bytes, at, 2) && load_le16(i->bytes.data + at) == 0)
		at += 2;
	i->name = wide ? wintext_wide(i->bytes, at, NAME_MAX_UNITS) : wintext_ansi(i->bytes, at, NAME_MAX_UNITS);
}

static void
control_panel_item(struct shell_item *i)
{
	i->kind = "control panel item";
	take_guid(i, i->bytes.size >= 30 ? 14 : 4);
	take_extensions(i, 30);
}

static void
control_panel_file(struct shell_item *i)
{
	i->kind = "control panel file";
	i->name = wintext_wide(i->bytes, 24, NAME_MAX_UNITS);
}

static void
category(struct shell_item *i)
{
	i->kind = "control panel category";
	uint32_t number = load_le32(i->bytes.data + 8);
	if (number < sizeof(categories) / sizeof(categories[0]))
		i->words = categories[number];
}

static void
delegate(struct shell_item *i)
{
	file_entry(i, 10);
}

/* A name or a path among properties. */
static void
take_property_name(struct shell_item *i)
{
	size_t at = property_find(i->bytes);
	if (at == SIZE_MAX)
		return;
	struct property_walk w = property_begin((struct view){ i->bytes.data + at, i->bytes.size - at });
	struct property p;
	struct wintext name = { 0 }, path = { 0 };
	while (property_next(&w, &p)) {
		const char *key = property_key(&p);
		char named[24];
		/* what was searched where */
		if (strcmp(wintext_copy(p.name, named, sizeof(named)), "AutolistCacheKey") == 0)
			name = property_text(&p);
		if (key == NULL)
			continue;
		if (strcmp(key, "item_name") == 0)
			name = property_text(&p);
		else if (strncmp(key, "parsing_", 8) == 0 && path.units == 0)
			path = property_text(&p);
	}
	i->name = name.units > 0 ? name : path;
}

static void
user_view(struct shell_item *i, const char *kind)
{
	i->kind = kind;
	if (load_le16(i->bytes.data + 12) == GUID_SIZE)
		take_guid(i, 14);
	take_property_name(i);
	take_extensions(i, 14);
}

/* A portable device: what it is called, its storage, its files. */
static void
mtp_volume(struct shell_item *i)
{
	i->kind = "MTP volume";
	if (i->bytes.size > 54)
		i->name = wintext_wide(i->bytes, 54, load_le32(i->bytes.data + 38));
}

static void
mtp_file(struct shell_item *i)
{
	i->kind = "MTP file";
	if (i->bytes.size <= 74)
		return;
	i->modified = when_from_filetime(load_le64(i->bytes.data + 26));
	i->created = when_from_filetime(load_le64(i->bytes.data + 34));
	i->precision = "100ns";
	i->name = wintext_wide(i->bytes, 74, load_le32(i->bytes.data + 62));
}

static bool
is_digits(const uint8_t *p, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (p[2 * k] < '0' || p[2 * k] > '9' || p[2 * k + 1] != 0)
			return false;
	return true;
}

static unsigned
two(const uint8_t *p)
{
	return (unsigned)((p[0] - '0') * 10 + p[2] - '0');
}

/* "MM/DD/YYYY  hh:mm:ss" in UTF-16 at 36, or "N/A"; then the lengths of two names and the names. */
static bool
is_archive_member(const struct shell_item *i)
{
	const uint8_t *p = i->bytes.data + 36;
	if (i->bytes.size < 96 || (i->type & CLASS_MASK) == FILE_ENTRY)
		return false;
	return (is_digits(p, 2) && p[4] == '/' && is_digits(p + 6, 2) && p[10] == '/' && is_digits(p + 12, 4)) || memcmp(p, "N\0/\0A\0", 6) == 0;
}

static void
archive_member(struct shell_item *i)
{
	const uint8_t *p = i->bytes.data + 36;
	char text[40];
	i->kind = "archive member";
	if (p[0] != 'N' && is_digits(p + 24, 2) && is_digits(p + 30, 2) && is_digits(p + 36, 2)) {
		snprintf(text, sizeof(text), "%02u%02u-%02u-%02u %02u:%02u:%02u", two(p + 12), two(p + 16), two(p), two(p + 6), two(p + 24), two(p + 30),
		    two(p + 36));
		if (!when_parse(text, &i->modified))
			i->modified = TRIAGE_TIME_NONE;
		i->local = true;
		i->precision = "s";
	}
	uint32_t name = load_le32(i->bytes.data + 84), folder = load_le32(i->bytes.data + 88);
	if (name > NAME_MAX_UNITS || folder > NAME_MAX_UNITS)
		return;
	i->name = wintext_wide(i->bytes, 92, name);
	i->folder = wintext_wide(i->bytes, 92 + 2 * (size_t)name + 2, folder);
}

static bool
signed_item(struct shell_item *i)
{
	uint32_t four = i->bytes.size >= 12 ? load_le32(i->bytes.data + 4) : 0, six = i->bytes.size >= 14 ? load_le32(i->bytes.data + 6) : 0;
	if (is_archive_member(i))
		archive_member(i);
	else if (six == SIGN_DELEGATE)
		delegate(i);
	else if (six == SIGN_USER_VIEW || six == SIGN_SEARCH || six == SIGN_PROPERTIES)
		user_view(i, six == SIGN_SEARCH ? "search folder" : "users property view");
	else if (six == sign_volume && i->bytes.size >= 16)
		root_volume(i);
	else if (six == SIGN_MTP_VOLUME)
		mtp_volume(i);
	else if (six == SIGN_MTP_FILE)
		mtp_file(i);
	else if (four == SIGN_CATEGORY)
		category(i);
	else if (four == sign_cpl)
		control_panel_file(i);
	else if (four == SIGN_GAME)
		i->kind = "game folder";
	else
		return false;
	return true;
}

static void
unknown(struct shell_item *i)
{
	take_property_name(i);
	take_extensions(i, 4);
}

static void
decode(struct shell_item *i)
{
	if (signed_item(i))
		return;
	switch (i->type & CLASS_MASK) {
	case ROOT: root_folder(i); break;
	case VOLUME: volume(i); break;
	case FILE_ENTRY: file_entry(i, 0); break;
	case NETWORK: network_location(i); break;
	case URI: uri(i); break;
	case CONTROL: control_panel_item(i); break;
	default: unknown(i);
	}
	if (i->name.units == 0 && i->guid[0] == '\0' && i->words == NULL)
		take_property_name(i);
}

/* --- for others --- */

bool
shell_item_read(struct view bytes, struct shell_item *ret_item)
{
	size_t size = bytes.size >= 3 ? load_le16(bytes.data) : 0;
	if (size < 3 || size > bytes.size)
		return false;
	*ret_item = (struct shell_item){ .bytes = { bytes.data, size }, .type = bytes.data[2], .kind = "unknown", .modified = TRIAGE_TIME_NONE,
		.created = TRIAGE_TIME_NONE, .accessed = TRIAGE_TIME_NONE, .precision = "2s" };
	decode(ret_item);
	return true;
}

bool
shell_item_next(struct view list, size_t *at, struct shell_item *ret_item)
{
	if (*at >= list.size || !shell_item_read((struct view){ list.data + *at, list.size - *at }, ret_item))
		return false;
	ret_item->offset = *at;
	*at += ret_item->bytes.size;
	return true;
}

bool
shell_list_damaged(struct view list, size_t at)
{
	return view_has(list, at, 2) ? load_le16(list.data + at) != 0 : at < list.size;
}

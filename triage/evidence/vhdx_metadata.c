/* vhdx_metadata.c - what a VHDX says about its disk: size, sectors, blocks, the parent. Source: [MS-VHDX] 2.6. Little endian. */
#include "triage/evidence/vhdx.h"

#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ITEMS_AT = 10, ITEM_FIRST = 32, ITEM = 32, ITEM_AT = 16, ITEM_SIZE = 20, ITEMS_MAX = 2047 };
enum { BLOCK_MIN = 1 << 20, BLOCK_MAX = 256 << 20, HAS_PARENT = 2, SECTORS_IN_BITMAP = 1 << 23 };
enum { PAIRS_AT = 18, PAIR_FIRST = 20, PAIR = 12, LOCATOR_MAX = 64 << 10, VALUE_MAX = 4096, PAIRS_MAX = 64 };

static const uint8_t parameters_guid[VHDX_GUID] = { 0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d, 0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b };
static const uint8_t size_guid[VHDX_GUID] = { 0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48, 0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8 };
static const uint8_t sector_guid[VHDX_GUID] = { 0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47, 0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f };
static const uint8_t locator_guid[VHDX_GUID] = { 0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45, 0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab, 0x0c };

struct metadata {
	struct disk_layer *layer;
	uint64_t at, size;
	uint16_t items;
};

/* Read up to size bytes of an item; how many there are, 0 when it is not there. */
static size_t
read_item(const struct metadata *m, const uint8_t *guid, void *out, size_t size)
{
	for (unsigned i = 0; i < m->items && i < ITEMS_MAX; i++) {
		uint8_t item[ITEM];
		if (!disk_table(m->layer, m->layer->file, m->at + ITEM_FIRST + (uint64_t)i * ITEM, item, sizeof(item)))
			return 0;
		if (memcmp(item, guid, VHDX_GUID) != 0)
			continue;
		uint64_t at = load_le32(item + ITEM_AT), length = load_le32(item + ITEM_SIZE);
		if (at > m->size || length > m->size - at)
			return 0;
		size = length < size ? (size_t)length : size;
		return disk_table(m->layer, m->layer->file, m->at + at, out, size) ? size : 0;
	}
	return 0;
}

/* The value of a pair of the locator as UTF-8; *ret is untouched when the pair is not there. */
static enum triage_status
locator_value(struct view locator, const char *key, char **ret, struct triage_error *err)
{
	unsigned pairs = load_le16(locator.data + PAIRS_AT);
	for (unsigned i = 0; i < pairs && i < PAIRS_MAX; i++) {
		struct view pair, k, v;
		if (view_slice(locator, PAIR_FIRST + (uint64_t)i * PAIR, PAIR, &pair, NULL) != TRIAGE_OK ||
		    view_slice(locator, load_le32(pair.data), load_le16(pair.data + 8), &k, NULL) != TRIAGE_OK ||
		    view_slice(locator, load_le32(pair.data + 4), load_le16(pair.data + 10), &v, NULL) != TRIAGE_OK || v.size > VALUE_MAX)
			continue;
		SCOPED_BUF text;
		buf_init(&text, 4 * VALUE_MAX);
		text_from_utf16le(&text, k.data, k.size / 2);
		if (strcasecmp(buf_cstr(&text), key) != 0)
			continue;
		buf_clear(&text);
		text_from_utf16le(&text, v.data, v.size / 2);
		if ((*ret = strdup(buf_cstr(&text))) != NULL)
			return TRIAGE_OK;
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	return TRIAGE_OK;
}

/* "{9F8E...}" to the form that vhdx_guid_text() gives. */
static void
plain_guid(const char *text, char out[40])
{
	size_t n = 0;
	for (; *text != '\0' && n < 36; text++)
		if (*text != '{' && *text != '}')
			out[n++] = (char)(*text >= 'A' && *text <= 'F' ? *text + ('a' - 'A') : *text);
	out[n] = '\0';
}

static enum triage_status
read_parent(const struct metadata *m, struct triage_error *err)
{
	static const char *const keys[] = { "relative_path", "absolute_win32_path", "volume_path" };
	struct disk_layer *layer = m->layer;
	SCOPED_FREE uint8_t *bytes = malloc(LOCATOR_MAX);
	SCOPED_FREE char *linkage = NULL;
	if (bytes == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	layer->needs_below = true;
	struct view locator = { bytes, read_item(m, locator_guid, bytes, LOCATOR_MAX) };
	if (locator.size >= PAIR_FIRST) {
		enum triage_status st = locator_value(locator, "parent_linkage", &linkage, err);
		for (size_t i = 0; st == TRIAGE_OK && layer->parent == NULL && i < sizeof(keys) / sizeof(keys[0]); i++)
			st = locator_value(locator, keys[i], &layer->parent, err);
		if (st != TRIAGE_OK)
			return st;
	}
	if (linkage != NULL)
		plain_guid(linkage, layer->parent_id);
	if (layer->parent != NULL)
		return TRIAGE_OK;
	return disk_problem(layer, TRIAGE_HIGH, "parent-missing", m->at, err, "it needs a parent, but where that is cannot be read: what lies there "
	    "reads as zeros; look for the disk with identity %s", layer->parent_id[0] != '\0' ? layer->parent_id : "(unknown)");
}

enum triage_status
vhdx_read_metadata(struct disk_layer *layer, struct vhdx *v, uint64_t at, uint64_t size, struct triage_error *err)
{
	uint8_t head[ITEM_FIRST] = { 0 }, parameters[8], disk_size[8], sector[4];
	struct metadata m = { .layer = layer, .at = at, .size = size };
	bool there = disk_table(layer, layer->file, at, head, sizeof(head)) && memcmp(head, "metadata", 8) == 0;
	m.items = load_le16(head + ITEMS_AT);
	if (!there || read_item(&m, parameters_guid, parameters, sizeof(parameters)) < sizeof(parameters) ||
	    read_item(&m, size_guid, disk_size, sizeof(disk_size)) < sizeof(disk_size) ||
	    read_item(&m, sector_guid, sector, sizeof(sector)) < sizeof(sector)) {
		triage_error_set(err, TRIAGE_E_FORMAT, at, "the metadata of this VHDX is damaged: nothing of it can be read");
		return TRIAGE_E_FORMAT;
	}
	layer->size = load_le64(disk_size);
	layer->sector_size = v->sector = load_le32(sector);
	v->block = load_le32(parameters);
	v->has_parent = (load_le32(parameters + 4) & HAS_PARENT) != 0;
	if (v->block < BLOCK_MIN || v->block > BLOCK_MAX || (v->block & (v->block - 1)) != 0 || (v->sector != 512 && v->sector != 4096)) {
		triage_error_set(err, TRIAGE_E_FORMAT, at, "this VHDX tells of an impossible size of blocks or sectors");
		return TRIAGE_E_FORMAT;
	}
	v->ratio = (uint64_t)SECTORS_IN_BITMAP * v->sector / v->block;
	return v->has_parent ? read_parent(&m, err) : TRIAGE_OK;
}

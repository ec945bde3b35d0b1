/* property_store.c - serialised property storages. Source: MS-PROPSTORE 2.2 to 2.5, MS-OLEPS 2.15 for the types. Little endian. Not handled: vectors, streams. */
#include "triage/artefact/property_store.h"

#include "triage/base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SET_HEAD = 24, SET_VERSION = 0x53505331 };	/* size, "1SPS", format id */
enum { VT_I4 = 3, VT_BSTR = 8, VT_BOOL = 11, VT_UI4 = 19, VT_I8 = 20, VT_UI8 = 21, VT_LPSTR = 30, VT_LPWSTR = 31, VT_FILETIME = 64, VT_CLSID = 72 };

/* values of this set have names, all others have numbers */
static const char named_set[] = "d5cdd505-2e9c-101b-9397-08002b2cf9ae";

static const struct {
	char set[GUID_TEXT_SIZE];
	uint32_t id;
	const char *key;
} keys[] = {
	{ "9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3", 5, "app_user_model_id" },
	{ "9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3", 2, "relaunch_command" },
	{ "b725f130-47ef-101a-a5f1-02608c9eebac", 10, "item_name" },
	{ "b725f130-47ef-101a-a5f1-02608c9eebac", 4, "item_type" },
	{ "b725f130-47ef-101a-a5f1-02608c9eebac", 15, "item_created" },
	{ "b725f130-47ef-101a-a5f1-02608c9eebac", 14, "item_modified" },
	{ "28636aa6-953d-11d2-b5d6-00c04fd918d0", 30, "parsing_path" },
	{ "28636aa6-953d-11d2-b5d6-00c04fd918d0", 24, "parsing_name" },
	{ "e3e0584c-b788-4a5a-bb20-7f5a44c9acdd", 6, "item_folder" },
	{ "e3e0584c-b788-4a5a-bb20-7f5a44c9acdd", 7, "item_path" },
	{ "46588ae2-4cbc-4338-bbfc-139326986dce", 4, "owner_sid" },
	{ "446d16b1-8dad-4870-a748-402ea43d788c", 104, "volume_id" },
	{ "dabd30ed-0043-4789-a7f8-d013a4736622", 100, "item_folder_name" },
	{ "86407db8-9df7-48cd-b986-f999adc19731", 2, "host_name" },
	{ "b9b4b3fc-2b51-4a42-b5d8-324146afcf25", 2, "link_target_parsing_path" },
	{ "436f2667-14e2-4feb-b30a-146c53b5b674", 100, "link_arguments" },
	{ "1e3ee840-bc2b-476c-8237-2acd1a839b22", 3, "program_name" },
};

struct property_walk
property_begin(struct view store)
{
	return (struct property_walk){ .store = store };
}

/* The next storage. False when there is none. */
static bool
next_set(struct property_walk *w)
{
	size_t at = w->set_end;
	if (!view_has(w->store, at, SET_HEAD))
		return false;
	const uint8_t *p = w->store.data + at;
	uint32_t size = load_le32(p);
	if (size < SET_HEAD || !view_has(w->store, at, size) || load_le32(p + 4) != SET_VERSION)
		return false;
	w->set = p + 8;
	w->at = at + SET_HEAD;
	w->set_end = at + size;
	return true;
}

bool
property_next(struct property_walk *w, struct property *ret_property)
{
	for (;;) {
		size_t left = w->set_end - w->at;
		const uint8_t *p = left >= 4 && w->set != NULL ? w->store.data + w->at : NULL;
		uint32_t size = p != NULL ? load_le32(p) : 0;
		if (size > left || size < 13) {
			if (!next_set(w))
				return false;
			continue;
		}
		struct property out = { .id = load_le32(p + 4) };
		size_t from = 9;
		guid_text(w->set, out.set);
		if (strcmp(out.set, named_set) == 0) {
			uint32_t bytes = out.id;
			if (bytes > size - 13)
				bytes = 0;
			out.name = wintext_wide((struct view){ p + 9, bytes }, 0, bytes / 2);
			out.id = 0;
			from += bytes;
		}
		out.type = load_le16(p + from);
		out.value = (struct view){ p + from + 4, size - from - 4 };
		w->at += size;
		*ret_property = out;
		return true;
	}
}

struct wintext
property_text(const struct property *p)
{
	if (p->value.size < 4)
		return (struct wintext){ 0 };
	uint32_t count = load_le32(p->value.data);
	if (p->type == VT_LPWSTR)
		return wintext_wide(p->value, 4, count);
	if (p->type == VT_BSTR)
		return wintext_wide(p->value, 4, count / 2);
	return p->type == VT_LPSTR ? wintext_ansi(p->value, 4, count) : (struct wintext){ 0 };
}

const char *
property_value(const struct property *p, char *room)
{
	char when[WHEN_TEXT_SIZE];
	const uint8_t *v = p->value.data;
	room[0] = '\0';
	if (p->type == VT_CLSID && p->value.size >= GUID_SIZE)
		guid_text(v, room);
	else if (p->type == VT_FILETIME && p->value.size >= 8)
		snprintf(room, PROPERTY_TEXT, "%s", when_text(when_from_filetime(load_le64(v)), 9, "Z", when));
	else if ((p->type == VT_UI8 || p->type == VT_I8) && p->value.size >= 8)
		snprintf(room, PROPERTY_TEXT, "%" PRIu64, load_le64(v));
	else if ((p->type == VT_UI4 || p->type == VT_I4) && p->value.size >= 4)
		snprintf(room, PROPERTY_TEXT, "%" PRIu32, load_le32(v));
	else if (p->type == VT_BOOL && p->value.size >= 2)
		snprintf(room, PROPERTY_TEXT, "%s", load_le16(v) != 0 ? "true" : "false");
	else
		wintext_copy(property_text(p), room, PROPERTY_TEXT);
	return room;
}

const char *
property_key(const struct property *p)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].id == p->id && strcmp(keys[i].set, p->set) == 0)
			return keys[i].key;
	return NULL;
}

size_t
property_find(struct view in)
{
	const uint8_t *mark = in.size > SET_HEAD ? memmem(in.data + 4, in.size - 4, "1SPS", 4) : NULL;
	return mark != NULL ? (size_t)(mark - in.data) - 4 : SIZE_MAX;
}

bool
property_mark(struct view in)
{
	return in.size >= 8 && load_le32(in.data + 4) == SET_VERSION;
}

/*
 * shell_item.h - shell item lists: the places that Explorer names in links, jump lists and folder views of the registry.
 *
 *     size_t at = 0;
 *     struct shell_item item;
 *     while (shell_item_next(list, &at, &item))
 *             shell_path_add(&path, &item);
 *     if (shell_list_damaged(list, at))
 *             ...
 * Everything in an item borrows the bytes of the list. Times are UTC but those of a member of an archive, which are local.
 */
#ifndef TRIAGE_ARTEFACT_SHELL_ITEM_H
#define TRIAGE_ARTEFACT_SHELL_ITEM_H

#include "triage/artefact/wintext.h"

struct shell_item {
	struct view bytes;		/* the item with its size field */
	size_t offset;			/* in the list */
	uint8_t type;			/* class type indicator */
	const char *kind;		/* "root folder", "volume", "folder", "file", "network location", "control panel item", "archive member", ... */
	struct wintext name;		/* the long one where there are two */
	struct wintext short_name;	/* 8.3, as the item has it */
	struct wintext localized, description, comments;
	struct wintext folder;		/* of an archive member: where it lies in the archive */
	char guid[GUID_TEXT_SIZE];	/* "" for none */
	const char *words;		/* what the GUID or number stands for; NULL when not known */
	int64_t modified, created, accessed;	/* TRIAGE_TIME_NONE when not there */
	const char *precision;		/* of these times */
	bool local;			/* they are wall clock */
	bool has_mft;
	uint64_t mft_entry;
	uint16_t mft_sequence;
	bool has_size;
	uint32_t size, attributes;	/* of a file or folder; size is the low 32 bits */
	uint16_t extension_version;	/* of block 0xbeef0004: 3 XP, 7 Vista, 8 Windows 7, 9 from 8.1; 0 when it has none */
};

/* The next item; *at begins at 0 and is moved on. False at the end of the list and where it is damaged. */
bool shell_item_next(struct view list, size_t *at, struct shell_item *ret_item);
/* After shell_item_next() was false: the list did not end but break off at *at. */
bool shell_list_damaged(struct view list, size_t at);
/* One item alone, with its size field. False when it is shorter than it says or than an item can be. */
bool shell_item_read(struct view bytes, struct shell_item *ret_item);

/* The display name: the name, "<words>", "{guid}" or "<kind 0xNN>". */
void shell_item_label(struct buf *out, const struct shell_item *item);
/* Append an item to a path in words: "<My Computer> C:\Users\anna". Begin with an empty buf. */
void shell_path_add(struct buf *path, const struct shell_item *item);
/* The item's own fields to the event in the making: name, short_name, item_kind, file_reference ("entry-sequence"), size, times ... */
void shell_item_put(struct artefact *a, const struct shell_item *item);

#endif

/*
 * lnk.h - one shell link, loose or inside a jump list: read into borrowed fields, then sent as events.
 *
 * Everything in struct lnk borrows the bytes given to lnk_read().
 */
#ifndef TRIAGE_ARTEFACT_LNK_H
#define TRIAGE_ARTEFACT_LNK_H

#include "triage/artefact/shell_item.h"

enum { LNK_HEADER = 76, LNK_TARGET_MAX = 8 << 10 };

struct lnk {
	struct view bytes;
	size_t used;			/* bytes of the link; what follows in bytes is no part of it */
	const char *damage;		/* what is not sound first, NULL when all is */
	size_t damage_at;
	uint32_t flags, attributes, file_size, icon_index, show_window;
	uint16_t hot_key;
	int64_t created, accessed, modified;	/* of the target, when the link was last written */
	struct view items;		/* the shell items of the target */
	/* link information */
	bool has_volume;
	uint32_t drive_type, drive_serial;
	struct wintext volume_label, local_base, suffix, share, device;
	/* strings */
	struct wintext description, relative_path, working_directory, arguments, icon_location;
	/* extra data */
	struct wintext environment, icon_environment, darwin, shim, machine_id;
	const uint8_t *droid;		/* four GUIDs: volume, file, and both at birth; NULL when there is no tracker block */
	const uint8_t *known_folder;	/* a GUID */
	bool has_special_folder;
	uint32_t special_folder;
	struct view properties, vista_items;
};

/* The first bytes are those of a link. */
bool lnk_is(struct view head);
/* False when it is none. A damaged link is read as far as it goes, and damage is set. */
bool lnk_read(struct view in, struct lnk *ret_link);
/* Where it leads, in one text: the path, else the path of its shell items, else what its variables or relative path say. */
void lnk_target(struct buf *out, const struct lnk *l);

struct lnk_sender {
	uint64_t offset;			/* of the link in the stream */
	int64_t otherwise;			/* a time for a link whose target has none; TRIAGE_TIME_NONE: no such event */
	const char *otherwise_meaning;
	void (*more)(struct artefact *a, const void *ctx);	/* optional: further fields for each event */
	const void *ctx;
	const char *technique;			/* optional: what the place of the link as such shows */
	const char *of;				/* for the message: "" or " in the jump list of Word" */
};
/* The link's fields to the event in the making: target, arguments, machine_id and all others. */
void lnk_put(struct artefact *a, const struct lnk *l);
/* All its events and remarks. */
WARN_UNUSED enum triage_status lnk_send(struct artefact *a, const struct lnk *l, const struct lnk_sender *how, struct triage_error *err);

#endif

/* registry_inside.h - a hive in work, shared by the files of the registry parser; plug-ins see registry_plugin.h alone. */
#ifndef TRIAGE_ARTEFACT_REGISTRY_INSIDE_H
#define TRIAGE_ARTEFACT_REGISTRY_INSIDE_H

#include "triage/artefact/registry_plugin.h"

enum { REGISTRY_PATH_MAX = 512 << 10, REGISTRY_TEXT_MAX = 256 << 10 };

struct registry {
	struct artefact *a;
	struct regf hive;
	unsigned kind;			/* REGISTRY_ word */
	const char *prefix;		/* what stands before all that is "below" in paths */
	const char *root, *base;	/* the path of the root, and what of it is below already: "" but in a hive that is a part of another */
	int64_t written;		/* the hive, or its root when the header does not say */
	int64_t newest;			/* of its keys so far */
	unsigned current_set;		/* of SYSTEM: Select\Current, 0 when it is not known */
	uint64_t shift;			/* of a fragment: bytes before it that are not of the stream */
	uint8_t *seen;			/* a bit for 8 bytes: keys walked */
	void **states;			/* of the plug-ins */
	size_t plugin;			/* index of the one that is called */
	char user[128];			/* whose hive it is, by its path; "" when that is not known or no matter */
	bool told, spent;		/* spent: the walk could not go on */
	uint64_t timeless;		/* keys without a time */
	struct registry_slack {
		uint32_t value, key;	/* cells: a deleted value, and the key whose list of values still names it */
	} *slack;
	size_t slack_count, slack_room;
	struct buf path, item;		/* of the key in work, of the list in work */
	struct buf texts[REGISTRY_TEXTS];
	unsigned text_at;
};

const struct registry_plugin *registry_plugin_at(size_t index);	/* NULL past the end */
size_t registry_plugin_count(void);
struct buf *registry_next_text(struct registry *r);

WARN_UNUSED enum triage_status registry_walk(struct registry *r, struct triage_error *err);
WARN_UNUSED enum triage_status registry_walk_deleted(struct registry *r, struct triage_error *err);
/* The event of a key by itself, and the calls of plug-ins. */
WARN_UNUSED enum triage_status registry_key_event(struct registry *r, const struct registry_key *k, struct triage_error *err);
WARN_UNUSED enum triage_status registry_call(struct registry *r, size_t plugin, const struct registry_key *k, struct triage_error *err);

#endif

/*
 * ole.h - the streams of an OLE compound file, in memory.
 *
 * ole_open() reads the tables of sectors and the directory; ole_read() one stream. Each sector is given to one stream only: what a second
 * chain claims ends that chain there, so that reading everything takes time linear in the file, whatever the tables say.
 */
#ifndef TRIAGE_ARTEFACT_OLE_H
#define TRIAGE_ARTEFACT_OLE_H

#include "triage/artefact/wintext.h"

struct ole;

enum ole_entry_type { OLE_UNUSED = 0, OLE_STORAGE = 1, OLE_STREAM = 2, OLE_ROOT = 5 };

struct ole_entry {
	struct wintext name;
	unsigned type;			/* enum ole_entry_type */
	uint64_t size;			/* bytes, as the directory says */
	int64_t created, modified;	/* of a storage */
	uint32_t start;
	uint32_t left, right, child;	/* the tree: brothers by name, the first within a storage; indices, any number may stand there */
};

bool ole_is(struct view head);
/*
 * in is borrowed until ole_close(). ret_damage: what is not sound in the tables, NULL when all is; the rest is usable.
 * Errors: E_FORMAT when it is no compound file, E_MEMORY.
 */
WARN_UNUSED enum triage_status ole_open(struct view in, struct ole **ret_ole, const char **ret_damage, struct triage_error *err);
void ole_close(struct ole *o);			/* takes NULL */
size_t ole_count(const struct ole *o);		/* directory entries, unused ones too */
/* Entry by index below ole_count(); valid until ole_close(). */
struct ole_entry ole_entry(const struct ole *o, size_t index);
/*
 * The bytes of a stream, into out (cleared first). Call it once for each stream. ret_cut: fewer than the directory says could be had.
 * Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status ole_read(struct ole *o, const struct ole_entry *e, struct buf *out, bool *ret_cut, struct triage_error *err);

#endif

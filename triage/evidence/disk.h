/*
 * disk.h - the disk of a virtual machine: one reader over layers of files that say where each byte lies.
 *
 * A disk is a chain of layers, the newest on top: what a layer does not hold lies in the one below (snapshots, backing files).
 * A layer is one file with tables (QCOW2, VHD, VHDX, VDI), several extents (VMDK), or plain bytes (raw). Its kind only maps:
 * it says for a place of the disk what is there; reading, unpacking, bad ranges and caches are done here, for all kinds alike.
 * Tables are never loaded whole: pages of them are kept in a cache of fixed size.
 */
#ifndef TRIAGE_EVIDENCE_DISK_H
#define TRIAGE_EVIDENCE_DISK_H

#include "triage/evidence/companion.h"
#include "triage/evidence/disk_pages.h"
#include "triage/evidence/source.h"

#include <stdbool.h>

enum {
	DISK_LAYERS_MAX = 64,		/* links of a chain */
	DISK_FILES_MAX = 4096,		/* files of all layers together */
	DISK_BLOCK_MAX = 4 << 20,	/* bytes of a packed block, unpacked; packed it is not more than twice that */
};

enum disk_what { DISK_DATA, DISK_ZERO, DISK_BELOW, DISK_BAD, DISK_PACKED };

enum disk_packing { DISK_DEFLATE, DISK_ZLIB, DISK_ZSTD };	/* RFC 1951, RFC 1950, RFC 8878 */

/* What lies at one place of a disk, and how far that goes on. */
struct disk_run {
	enum disk_what what;
	uint64_t size;			/* bytes from the place asked for, at least 1; may be more than was asked */
	struct disk_file *file;		/* DATA, PACKED: where it lies */
	uint64_t at;			/* DATA: bytes into file of the place asked for; PACKED: of the block's first byte */
	const char *why;		/* BAD: a constant text */
	uint64_t block;			/* PACKED: the place on the disk where the block begins */
	uint32_t block_size;		/* PACKED: bytes of it unpacked, at most DISK_BLOCK_MAX */
	uint32_t packed_size;		/* PACKED: bytes to give to the unpacker, a ceiling is fine */
	enum disk_packing packing;
};

struct disk_layer {
	const struct disk_kind *kind;
	struct disk *disk;
	struct disk_file *file;		/* that it was opened from */
	struct disk_layer *below;	/* NULL for the last */
	uint64_t size;			/* bytes of the disk as this layer tells it; beyond it a layer above reads zeros */
	uint32_t sector_size;		/* 512 or 4096 */
	bool needs_below;		/* a parent is named: without it, what would lie there is unknown instead of zeros */
	char *parent;			/* its stored name (UTF-8), owned; NULL when none */
	bool parent_raw;		/* the parent is plain bytes, whatever they look like */
	bool parent_maybe_raw;		/* it is plain bytes when it looks like nothing else */
	char parent_id[40];		/* what identity the parent must have, "" when nothing is said; as in `id` */
	char id[40];			/* this layer's identity, as its children would write it */
	void *state;			/* of the kind */
};

/* One kind of layer: a const row at the foot of its file, listed in disk_kinds.def in the order in which they are asked. */
struct disk_kind {
	const char *name;		/* for people: "QCOW2" */
	enum triage_evidence_kind kind;
	/* True when file is of this kind. head: its first bytes, at most 1024. file: NULL when it lies in several segments. */
	bool (*claims)(const uint8_t *head, size_t head_size, struct reader *file);
	/* True when such a file may need companions: opening it must then be allowed to open files. */
	bool (*needs_open)(const uint8_t *head, size_t head_size);
	/*
	 * Read the head structures and fill the layer. Damage is a problem row and, where it matters, bad runs later. Errors: E_FORMAT
	 * when nothing of it can be read, E_UNSUPPORTED with a name, E_MEMORY, or what the sink returned.
	 */
	enum triage_status (*open)(struct disk_layer *layer, struct triage_error *err);
	/* Say what lies at offset, which is below layer->size. want: how many bytes matter, at least 1. Never fails: see DISK_BAD. */
	void (*map)(struct disk_layer *layer, uint64_t offset, uint64_t want, struct disk_run *run);
	void (*close)(struct disk_layer *layer);	/* frees layer->state, which may be NULL; NULL when there is nothing to free */
};

extern const struct disk_kind *const disk_kinds[];
extern const size_t disk_kind_count;

/* What a kind may ask for while it opens. */

/* A problem row about this layer: names its file unless it is the one that the operator named. */
WARN_UNUSED enum triage_status disk_problem(struct disk_layer *layer, enum triage_severity severity, const char *code, uint64_t offset,
    struct triage_error *err, const char *format, ...) __attribute__((format(printf, 6, 7)));

/*
 * Another file of this layer by its stored name. *ret_file is NULL when it is not there; a problem row names it then. what: for that
 * row ("extent"). Errors: E_MEMORY, E_LIMIT, or what the sink returned.
 */
WARN_UNUSED enum triage_status disk_companion(struct disk_layer *layer, const char *stored, const char *what, struct disk_file **ret_file,
    struct triage_error *err);

/* Read a head structure. False when any byte of it is not there or unreadable. */
bool disk_head(struct disk_layer *layer, uint64_t at, void *buf, size_t size);
/* The same through the cache of pages, for tables. */
bool disk_table(struct disk_layer *layer, struct disk_file *file, uint64_t at, void *buf, size_t size);

/* Set *run to a hole, a damaged part, or what is below. */
void disk_run_is(struct disk_run *run, enum disk_what what, uint64_t size, const char *why);

/* Where a disk that lies in any reader gets its companions from. */
struct disk_finder {
	void *ctx;
	/* A reader of the file of that plain name, owned by whoever asked. Errors: E_IO when it is not there; E_MEMORY. */
	enum triage_status (*find)(void *ctx, const char *name, struct reader **ret_reader, struct companion_id *ret_id,
	    struct triage_error *err);
	struct companion_id self;	/* of the disk's own file, where it is not known otherwise */
};

/* The row whose kind this file is, NULL for none. Arguments as for disk_kind.claims(). */
const struct disk_kind *disk_kind_of(const uint8_t *head, size_t head_size, struct reader *file);
/* True when opening a file with these first bytes may need companions. */
bool disk_needs_open(const uint8_t *head, size_t head_size);

/*
 * Open the disk in file and all below it. file: owned from now on, also on failure. name: its plain name, for messages.
 * ret_reader: the disk; ret_kind: of what kind. Errors: as disk_kind.open(); E_FORMAT when it is of no kind at all.
 */
WARN_UNUSED enum triage_status disk_open(struct reader *file, const char *name, struct companion_id id, const struct disk_finder *finder,
    const struct evidence_sink *sink, struct reader **ret_reader, enum triage_evidence_kind *ret_kind, struct triage_error *err);

#endif

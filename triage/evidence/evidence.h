/*
 * evidence.h - containers, volumes, filesystems, the flat listing, and content streams.
 *
 * All of it runs in a sandboxed worker, never in the supervisor: bytes of the evidence meet only this code.
 * evidence_open() is the one call that may open files (virtual disks open the files that they name); after it returns, no
 * call of this room opens anything. A handle belongs to one process and one thread.
 */
#ifndef TRIAGE_EVIDENCE_EVIDENCE_H
#define TRIAGE_EVIDENCE_EVIDENCE_H

#include "triage/base/error.h"
#include "triage/base/reader.h"

#include <triage/record.h>

/* Where findings of this room go. Each returns TRIAGE_OK, or an error that ends the call that sent it. */
struct evidence_sink {
	void *ctx;
	enum triage_status (*evidence)(void *ctx, const struct triage_evidence *e, struct triage_error *err);
	enum triage_status (*volume)(void *ctx, const struct triage_volume *v, struct triage_error *err);
	enum triage_status (*filesystem)(void *ctx, const struct triage_filesystem *fs, struct triage_error *err);
	enum triage_status (*entry)(void *ctx, const struct triage_entry *e, struct triage_error *err);
	enum triage_status (*extent)(void *ctx, const struct triage_extent *x, struct triage_error *err);
	enum triage_status (*problem)(void *ctx, const struct triage_problem *p, struct triage_error *err);
};

struct layer_keys;		/* layer.h */
struct disk_finder;		/* disk.h */

/* The files that make up one EVIDENCE, found by the supervisor by name alone, in segment order. */
struct evidence_input {
	enum triage_evidence_kind kind;	/* RAW, SPLIT, EWF or DEVICE, guessed by name; RAW is looked at for signatures */
	size_t count;
	const int *fds;			/* read-only, owned by the caller, read with pread() only */
	struct reader *const *readers;	/* instead of fds: of files that lie in other evidence; the caller's. NULL for none */
	const struct disk_finder *finder;	/* with readers: where the files beside them are; needed until it is open. NULL for nowhere */
	const char *const *paths;	/* the same files by path, for containers that name other files beside them */
	const uint64_t *sizes;		/* bytes of each; for a device what BLKGETSIZE64 said */
	uint32_t sector_size;		/* of a device (BLKSSZGET), 0 when not known */
	bool carve;			/* list unallocated space as well, and what is carved from it */
	size_t missing;			/* segments that the numbering says are missing: a problem row is sent for each gap */
	const char *const *missing_names;	/* display names of those, `missing` of them */
	const struct layer_keys *keys;	/* to open locks with, NULL for none; needed until the source is probed */
	void (*beat)(void *ctx);	/* optional: called while a layer reads, which may take long */
	void *beat_ctx;
	bool vss_none;			/* no shadow copy is looked into ... */
	uint32_t vss_first, vss_last;	/* ... or these alone of each volume, counted from 1; 0, 0 for all */
};

struct evidence_source;		/* an opened container */
struct evidence_fs;		/* an opened filesystem */
struct evidence_content;	/* an opened stream */

/*
 * True when opening needs to open files by path (a virtual disk that may have extents or parents): the caller must then stay in seal 1 during evidence_open(), else it may go to seal 2 before it. Reads 1024 bytes.
 */
bool evidence_needs_open(const struct evidence_input *in);
/* The folder in which evidence_open() may open files that the evidence names, a string to free; NULL when it opens none there. */
char *evidence_open_folder(const struct evidence_input *in);

/*
 * Open a container. sink receives problem rows (damaged or missing segments, gaps). The paths and fds must stay
 * valid as long as the source. Errors: E_FORMAT, E_UNSUPPORTED (named: what it is and what to do), E_IO, E_MEMORY.
 */
WARN_UNUSED enum triage_status evidence_open(const struct evidence_input *in, const struct evidence_sink *sink,
    struct evidence_source **ret_source, struct triage_error *err);
void evidence_close(struct evidence_source *source);

/* The whole medium. Owned by the source. */
struct reader *evidence_reader(struct evidence_source *source);

/*
 * Find the volumes of several containers together, so that the parts of a volume group or an array may lie in more than one of
 * them: the volume belongs to the container of its first part. evidence_probe() tells what was found, of each apart. Entries may
 * be NULL: those are not looked at. What is found is the same for the same containers in the same order; an index of a volume
 * means nothing after probing in another company. A count of 1: the container alone. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status evidence_probe_together(struct evidence_source *const *sources, size_t count, struct triage_error *err);

/*
 * Tell what the container holds: one evidence record, then volumes (parents first), filesystems, problems. A container that was
 * not probed together with others is probed alone first. Never fails for damaged or unknown contents: those are volume states
 * and problem rows. File systems opened before are to be closed first.
 */
WARN_UNUSED enum triage_status evidence_probe(struct evidence_source *source, const struct evidence_sink *sink, struct triage_error *err);

/* True when the volumes are known, and the keys are no longer needed. */
bool evidence_probed(const struct evidence_source *source);
/* What triage_filesystem.reader_type says: where the filesystem lies. */
enum evidence_reader_type {
	EVIDENCE_ON_MEDIUM,		/* start and length are bytes of the container */
	EVIDENCE_ON_VOLUME,		/* of the volume, whose reader the probe of this container alone made */
	EVIDENCE_ON_VOLUME_TOGETHER,	/* of the volume, whose reader evidence_probe_together() made */
};

/*
 * Open a filesystem that evidence_probe() told of (type, volume, start, length, reader_type are read). A source that was not
 * probed in this process is probed alone, when the filesystem lies on a volume that the probe has to make; for _TOGETHER the
 * caller has done it before. The source outlives the filesystem.
 */
WARN_UNUSED enum triage_status evidence_fs_open(struct evidence_source *source, const struct triage_filesystem *fs,
    struct evidence_fs **ret_fs, struct triage_error *err);
void evidence_fs_close(struct evidence_fs *fs);

/*
 * The flat walk of DESIGN "list": breadth-first over directories with a visited set, then each inode once.
 * Every name edge and every nameless, orphan or deleted inode reaches sink->entry exactly once per content
 * stream; what could not be listed reaches sink->problem. Entry 0 is the root directory.
 */
WARN_UNUSED enum triage_status evidence_fs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);

/* What content_read() met that makes the bytes less than whole. */
enum evidence_content_flags {
	EVIDENCE_CONTENT_FILLER = 1 << 0,	/* part of the run list is missing: zeros stand for unknown bytes */
	EVIDENCE_CONTENT_BAD = 1 << 1,		/* unreadable or checksum-bad ranges: zeros or wrong bytes */
	EVIDENCE_CONTENT_REUSED = 1 << 2,	/* deleted, and some clusters belong to another file now */
	EVIDENCE_CONTENT_GUESSED = 1 << 3,	/* FAT: deleted, the chain is guessed */
};

/* Open one stream by the key that the listing sent. Errors: E_FORMAT, E_IO, E_UNSUPPORTED, E_MEMORY. */
WARN_UNUSED enum triage_status evidence_content_open(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content **ret_content, struct triage_error *err);
uint64_t evidence_content_size(const struct evidence_content *c);	/* bytes */
/*
 * How far a reader should go: the size, unless nearly all of a very large stream is holes (two ordinary calls make a file of
 * 100 GiB on a volume of 64 MiB). Then the end of its last data, or a bound of a few GiB when even that is out of proportion.
 * More than a MiB of unknown bytes at the end is not read either.
 */
uint64_t evidence_content_worth(const struct evidence_content *c);

/*
 * Read up to size bytes at offset. ret_got is less than size only at the end of the stream. Bytes past the
 * initialised size and sparse runs are zeros. Unreadable parts are zeros and set a flag; E_IO only when
 * nothing at all can be read.
 */
WARN_UNUSED enum triage_status evidence_content_read(struct evidence_content *c, uint64_t offset, void *buf, size_t size,
    size_t *ret_got, struct triage_error *err);
uint32_t evidence_content_flags(const struct evidence_content *c);	/* enum evidence_content_flags, so far */
/* Of a stream that is flagged REUSED: how many of its clusters (blocks) belong to another file now. Returns how many it has. */
uint64_t evidence_content_reused(const struct evidence_content *c, uint64_t *ret_reused);

/*
 * Send the stream's extents in file order, not more than 4,096 (then one problem row says how many were left
 * out). Resident NTFS data is sent as the bytes inside the MFT record. Sparse parts have no
 * extent; compressed units are sent as they lie.
 */
WARN_UNUSED enum triage_status evidence_content_extents(struct evidence_content *c, const struct evidence_sink *sink, struct triage_error *err);
void evidence_content_close(struct evidence_content *c);

#endif

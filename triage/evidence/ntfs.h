/*
 * ntfs.h - an opened NTFS volume: geometry, where the $MFT lies, reading one record.
 *
 * libtsk takes no part in reading NTFS: it squeezes times into 32 bits, replaces characters of names, and drops a
 * stream whose run is longer than the volume.
 */
#ifndef TRIAGE_EVIDENCE_NTFS_H
#define TRIAGE_EVIDENCE_NTFS_H

#include "triage/evidence/cache.h"
#include "triage/evidence/fs.h"
#include "triage/evidence/ntfs_file.h"
#include "triage/evidence/ntfs_record.h"

enum {
	NTFS_MFT = 0, NTFS_MFT_MIRROR = 1, NTFS_ROOT = 5, NTFS_BITMAP = 6, NTFS_BADCLUS = 8, NTFS_SECURE = 9, NTFS_EXTEND = 11,
	NTFS_METAFILES = 24,	/* records below this belong to the file system */
};

struct ntfs {
	struct evidence_fs *fs;
	struct ntfs_geometry g;
	struct cache *cache;
	struct run_list mft;		/* where the $MFT lies */
	size_t mft_at;			/* index of the run used last */
	uint64_t records;		/* in the $MFT */
	uint32_t mft_flags;		/* enum ntfs_run_flags met in its run list */
	bool mft_cut;			/* the map ends before the $MFT's size does */
	uint64_t record0;		/* bytes into the volume: record 0, or its copy in the mirror */
	bool mirrored;			/* it is the copy */
	uint64_t list_bytes;		/* attribute lists read so far in this listing */
	struct ntfs_file scratch;	/* for evidence_content_open() */
	struct run_list bitmap;		/* $Bitmap, once needed */
	bool bitmap_known;
};

/*
 * Read record number as it lies on the medium (fix-ups not undone). buf: g.record bytes.
 * ret_place: bytes into the volume, RUN_FILLER when it is not in one piece. ret_bad: unreadable bytes in it.
 * Errors: E_SHORT when it is outside the $MFT or the volume, E_IO.
 */
WARN_UNUSED enum triage_status ntfs_read_record(struct ntfs *n, uint64_t number, uint8_t *buf, uint64_t *ret_place, bool *ret_bad,
    struct triage_error *err);

/* The driver's parts, each in its file. */
enum triage_status ntfs_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);
enum triage_status ntfs_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content *c,
    struct triage_error *err);

enum triage_status ntfs_space(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err);
enum triage_status ntfs_used(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err);

/* Fill c from a stream of a loaded file, whatever its state. */
WARN_UNUSED enum triage_status ntfs_content_fill(struct ntfs *n, const struct ntfs_file *file, const struct ntfs_stream *stream,
    struct evidence_content *c, struct triage_error *err);

#endif

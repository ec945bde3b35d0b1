/*
 * fat.h - an opened FAT12, FAT16, FAT32 or exFAT volume: geometry, allocation, chains, directories.
 *
 * Sources: Microsoft's FAT and exFAT file system specifications. Little endian. Inode numbers are those of The Sleuth
 * Kit: 2 is the root, 3 is the first 32-byte slot of the data area, and so on.
 */
#ifndef TRIAGE_EVIDENCE_FAT_H
#define TRIAGE_EVIDENCE_FAT_H

#include "triage/evidence/cache.h"
#include "triage/evidence/fs.h"

enum {
	FAT_SLOT = 32, FAT_ROOT = 2, FAT_FIRST_SLOT = 3,
	FAT_DIRECTORY_MAX = 64 << 20,	/* bytes of one directory that are read */
	FAT_KEY_DELETED = 1,		/* attr_type: read it as deleted, whatever its slot says */
};

enum fat_kind { FAT_12, FAT_16, FAT_32, FAT_EX };

struct fat {
	struct evidence_fs *fs;
	struct cache *cache;
	enum fat_kind kind;
	uint32_t sector, cluster;	/* bytes */
	uint64_t table, table_size;	/* bytes into the volume: the first FAT, and its size */
	uint64_t base;			/* bytes into the volume: slot FAT_FIRST_SLOT */
	uint64_t data;			/* bytes into the volume: cluster 2 */
	uint32_t clusters;		/* clusters are 2 .. clusters + 1 */
	uint32_t root_cluster;		/* 0: the root is root_size bytes at base */
	uint32_t root_size;
	struct run_list bitmap;		/* exFAT: where the allocation bitmap lies */
	struct fat_guess *guess;	/* pieces of deleted files, once needed */
};

#define FAT_FREE 0u
#define FAT_END UINT32_MAX
#define FAT_BAD (UINT32_MAX - 1)

static inline bool
fat_is_cluster(const struct fat *x, uint64_t cluster)
{
	return cluster >= 2 && cluster - 2 < x->clusters;
}

static inline uint64_t
fat_cluster_place(const struct fat *x, uint64_t cluster)
{
	return x->data + (cluster - 2) * x->cluster;
}

static inline uint64_t
fat_inode(const struct fat *x, uint64_t place)
{
	return FAT_FIRST_SLOT + (place - x->base) / FAT_SLOT;
}

/* The table's word for a cluster: FAT_FREE, a cluster, FAT_END or FAT_BAD (also when it cannot be read). */
uint32_t fat_next(struct fat *x, uint32_t cluster);
/* Is the cluster in use now? False when that cannot be read. */
bool fat_allocated(struct fat *x, uint32_t cluster);

/* A stream's clusters. */
struct fat_chain {
	uint32_t first;
	uint64_t size;			/* bytes */
	bool contiguous;		/* exFAT: says so itself, the table has no chain */
	bool deleted;			/* the table may not have its chain any more */
};

/*
 * Append the runs of a chain to an empty map, up to its size rounded up to a cluster; filler where it breaks.
 * ret_flags: enum evidence_content_flags, added. Errors: E_MEMORY.
 */
WARN_UNUSED enum triage_status fat_chain_map(struct fat *x, const struct fat_chain *chain, struct run_list *map,
    uint32_t *ret_flags,
    struct triage_error *err);

enum triage_status fat_list(struct evidence_fs *fs, const struct evidence_sink *sink, struct triage_error *err);
enum triage_status fat_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id,
    struct evidence_content *c,
    struct triage_error *err);

#endif

/* ext_space.c - which blocks (with bigalloc: clusters) of an ext file system are given out. */
#include "triage/evidence/ext.h"

#include <string.h>

enum triage_status
ext_space(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err)
{
	const struct ext *x = fs->state;
	(void)err;
	*ret_space = (struct fs_space){
		.start = (uint64_t)x->first_block * x->block, .unit = x->block << x->cluster_shift,
		.units = (x->blocks - x->first_block + (UINT64_C(1) << x->cluster_shift) - 1) >> x->cluster_shift,
	};
	return TRIAGE_OK;
}

static void
set_bit(uint8_t *bits, size_t at)
{
	bits[at / 8] |= (uint8_t)(1 << at % 8);
}

/* Mark the units of [block, block + count) that lie in the group whose unit 0 is block `begin`. */
static void
mark_blocks(const struct ext *x, uint64_t begin, uint64_t block, uint64_t count, uint64_t first, size_t wanted, uint8_t *bits, size_t at)
{
	if (count == 0 || block + count <= begin)
		return;
	uint64_t from = block > begin ? (block - begin) >> x->cluster_shift : 0, to = (block + count - 1 - begin) >> x->cluster_shift;
	for (uint64_t unit = from > first ? from : first; unit <= to && unit - first < wanted; unit++)
		set_bit(bits, at + (size_t)(unit - first));
}

/* A group whose bitmap was never written: only its own structures are in use. */
static void
mark_fresh(const struct ext *x, uint32_t group, const struct ext_group *g, uint64_t first, size_t wanted, uint8_t *bits, size_t at)
{
	uint64_t begin = x->first_block + (uint64_t)group * x->blocks_per_group;
	uint64_t table = ((uint64_t)x->inodes_per_group * x->inode_size + x->block - 1) / x->block;
	mark_blocks(x, begin, begin, ext_head_blocks(x, group), first, wanted, bits, at);
	mark_blocks(x, begin, g->block_bitmap, 1, first, wanted, bits, at);
	mark_blocks(x, begin, g->inode_bitmap, 1, first, wanted, bits, at);
	mark_blocks(x, begin, g->inode_table, table, first, wanted, bits, at);
}

/* Bits [first, first + wanted) of a group's bitmap to bit `at` on. */
static enum triage_status
copy_bits(struct ext *x, const struct ext_group *g, uint64_t first, size_t wanted, uint8_t *bits, size_t at, struct triage_error *err)
{
	uint8_t piece[4096];
	while (wanted > 0) {
		size_t size = (size_t)(first % 8 + wanted + 7) / 8;
		bool bad = false;
		size = size < sizeof(piece) ? size : sizeof(piece);
		enum triage_status st = cache_read(x->cache, g->block_bitmap * x->block + first / 8, piece, size, &bad, err);
		if (st == TRIAGE_OK && bad) {
			triage_error_set(err, TRIAGE_E_IO, g->block_bitmap * x->block, "a block bitmap is unreadable");
			st = TRIAGE_E_IO;
		}
		if (st != TRIAGE_OK)
			return st;
		size_t here = size * 8 - first % 8 < wanted ? size * 8 - (size_t)(first % 8) : wanted;
		for (size_t i = 0; i < here; i++)
			if ((piece[(first % 8 + i) / 8] >> (first % 8 + i) % 8 & 1) != 0)
				set_bit(bits, at + i);
		first += here;
		at += here;
		wanted -= here;
	}
	return TRIAGE_OK;
}

enum triage_status
ext_used(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err)
{
	struct ext *x = fs->state;
	memset(bits, 0, (count + 7) / 8);
	for (size_t done = 0; done < count;) {
		uint64_t group = (first + done) / x->clusters_per_group, inside = (first + done) % x->clusters_per_group;
		size_t here = x->clusters_per_group - inside < count - done ? (size_t)(x->clusters_per_group - inside) : count - done;
		struct ext_group g;
		enum triage_status st = ext_group_read(x, (uint32_t)group, &g, err);
		if (st == TRIAGE_OK && (g.flags & EXT_GROUP_BLOCK_UNINIT) != 0) {
			mark_fresh(x, (uint32_t)group, &g, inside, here, bits, done);
		} else if (st == TRIAGE_OK) {
			if (g.block_bitmap == 0 || g.block_bitmap >= x->blocks) {
				triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "a block bitmap lies outside the volume");
				return TRIAGE_E_IO;
			}
			st = copy_bits(x, &g, inside, here, bits, done, err);
		}
		if (st != TRIAGE_OK)
			return st == TRIAGE_E_MEMORY ? st : TRIAGE_E_IO;
		done += here;
	}
	return TRIAGE_OK;
}

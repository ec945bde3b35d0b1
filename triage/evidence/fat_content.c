#include "triage/evidence/fat_file.h"
#include "triage/evidence/fat_guess.h"

enum triage_status
fat_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id, struct evidence_content *c,
    struct triage_error *err)
{
	struct fat *x = fs->state;
	uint8_t slot[FAT_SLOT], stream[FAT_SLOT];
	struct fat_file f;
	bool bad;
	if (inode < FAT_FIRST_SLOT || inode - FAT_FIRST_SLOT > (INT64_MAX - x->base) / FAT_SLOT ||
	    (attr_type & ~(uint32_t)FAT_KEY_DELETED) != 0) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "inode %ju has no stream %u-%u", (uintmax_t)inode,
		    attr_type, attr_id);
		return TRIAGE_E_FORMAT;
	}
	uint64_t place = x->base + (inode - FAT_FIRST_SLOT) * FAT_SLOT;
	uint64_t stream_place = place + (uint64_t)((int64_t)(int32_t)attr_id * FAT_SLOT);
	enum triage_status st = cache_read(x->cache, place, slot, sizeof(slot), &bad, err);
	if (st == TRIAGE_OK)
		st = cache_read(x->cache, stream_place, stream, sizeof(stream), &bad, err);
	if (st != TRIAGE_OK)
		return st;
	if (x->kind != FAT_EX)
		f = fat_slot_parse(x, slot);
	if (x->kind == FAT_EX && !exfat_slot_parse(slot, stream, &f)) {
		triage_error_set(err, TRIAGE_E_FORMAT, place, "inode %ju is no file", (uintmax_t)inode);
		return TRIAGE_E_FORMAT;
	}
	f.chain.deleted |= (attr_type & FAT_KEY_DELETED) != 0;
	c->size = f.chain.size;
	c->initialised = f.valid < f.chain.size ? f.valid : f.chain.size;
	if (!f.chain.deleted || x->kind == FAT_EX)
		return fat_chain_map(x, &f.chain, &c->map, &c->flags, err);
	if (x->guess == NULL) {
		st = fat_guess_new(fs, &x->guess, err);
		if (st != TRIAGE_OK)
			return st;
	}
	bool found = false;
	st = fat_guess_find(x->guess, inode, &c->map, &found, err);
	if (st != TRIAGE_OK || !found)
		return st == TRIAGE_OK ? fat_chain_map(x, &f.chain, &c->map, &c->flags, err) : st;
	c->flags |= EVIDENCE_CONTENT_GUESSED;
	return TRIAGE_OK;
}

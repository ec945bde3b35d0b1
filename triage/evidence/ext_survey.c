#include "triage/evidence/ext_survey.h"

#include "triage/base/scoped.h"
#include "triage/evidence/ext_inode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SURVEY_PIECE = 256 << 10 };

struct survey {
	struct ext *x;
	struct walk *walk;
	uint8_t *bits, *bitmap, *piece;
	uint32_t folders;
	struct triage_error *err;
};

static bool
all_zero(const uint8_t *data, size_t size)
{
	uint64_t word, any = 0;
	for (size_t i = 0; i + sizeof(word) <= size; i += sizeof(word)) {
		memcpy(&word, data + i, sizeof(word));
		any |= word;
	}
	return any == 0;
}

static enum triage_status
tell(struct survey *s, uint64_t inode, const char *code, uint64_t place, uint64_t bytes, const char *what)
{
	return walk_problem(s->walk, &(struct triage_problem){
		.severity = TRIAGE_MEDIUM, .code = code, .inode = inode, .edge = TRIAGE_NO_ID,
		.offset = place == TRIAGE_NO_ID ? place : s->x->fs->start + place, .bytes = bytes,
	}, s->err, "%s", what);
}

static enum triage_status
look_at(struct survey *s, uint64_t number, const uint8_t *raw, uint64_t place, bool allocated)
{
	struct ext_inode inode;
	bool internal = number < s->x->first_inode && number != EXT_ROOT;
	s->bits[number] = allocated ? EXT_IS_ALLOCATED : 0;
	if (all_zero(raw, 128))
		return allocated && !internal ? tell(s, number, "inode-unreadable", place, s->x->inode_size,
		    "an inode that is in use is empty: its part of the table was overwritten") : TRIAGE_OK;
	ext_inode_parse(s->x, raw, &inode);
	bool present = inode.mode != 0 || (!allocated && inode.deleted != 0);
	if (internal && inode.size == 0)
		present = false;
	if (!present)
		return TRIAGE_OK;
	s->bits[number] |= EXT_IS_PRESENT;
	if (S_ISDIR(inode.mode)) {
		s->bits[number] |= EXT_IS_FOLDER;
		s->folders++;
	}
	return TRIAGE_OK;
}

/* count inodes of a table that begin with number first. */
static enum triage_status
survey_table(struct survey *s, uint64_t first, uint64_t place, uint64_t count)
{
	size_t size = s->x->inode_size, per_piece = SURVEY_PIECE / size;
	for (uint64_t done = 0; done < count;) {
		size_t here = count - done < per_piece ? (size_t)(count - done) : per_piece;
		bool bad = false;
		struct triage_error why;
		uint64_t at = place + done * size;
		enum triage_status st = TRIAGE_OK;
		if (cache_read(s->x->cache, at, s->piece, here * size, &bad, &why) != TRIAGE_OK) {
			memset(s->piece, 0, here * size);
			st = tell(s, first + done, "inode-unreadable", at, here * size, "a part of the inode table cannot be read");
		} else if (bad) {
			st = tell(s, first + done, "inode-unreadable", at, here * size,
			    "unreadable sectors in this part of the inode table");
		}
		for (size_t i = 0; i < here && st == TRIAGE_OK; i++) {
			uint64_t index = (first + done + i - 1) % s->x->inodes_per_group;
			st = look_at(s, first + done + i, s->piece + i * size, at + i * size,
			    (s->bitmap[index / 8] >> index % 8 & 1) != 0);
		}
		if (st != TRIAGE_OK)
			return st;
		done += here;
	}
	return TRIAGE_OK;
}

static enum triage_status
survey_group(struct survey *s, uint32_t group)
{
	struct ext *x = s->x;
	struct ext_group g;
	struct triage_error why;
	uint64_t first = (uint64_t)group * x->inodes_per_group + 1;
	if (first > x->inodes)
		return TRIAGE_OK;
	uint64_t count = x->inodes - first + 1 < x->inodes_per_group ? x->inodes - first + 1 : x->inodes_per_group;
	if (ext_group_read(x, group, &g, &why) != TRIAGE_OK)
		return tell(s, first, "inode-unreadable", TRIAGE_NO_ID, count * x->inode_size,
		    "a block group's descriptor is damaged: its inodes are not listed");
	if ((g.flags & EXT_GROUP_INODE_UNINIT) != 0)
		return TRIAGE_OK;
	enum triage_status st = TRIAGE_OK;
	if (ext_inode_bitmap(x, &g, s->bitmap, &why) != TRIAGE_OK) {
		memset(s->bitmap, 0xff, (x->inodes_per_group + 7) / 8);
		st = tell(s, first, "bitmap-unreadable", TRIAGE_NO_ID, 0,
		    "an inode bitmap cannot be read: deleted inodes of its group count as in use");
	}
	uint64_t used = g.unused < count ? x->inodes_per_group - g.unused : count;
	return st == TRIAGE_OK ? survey_table(s, first, g.inode_table * x->block, used < count ? used : count) : st;
}

enum triage_status
ext_survey(struct ext *x, struct walk *w, uint8_t **ret_bits, uint32_t *ret_folders, struct triage_error *err)
{
	SCOPED_FREE uint8_t *bits = calloc((size_t)x->inodes + 1, 1);
	SCOPED_FREE uint8_t *bitmap = malloc((x->inodes_per_group + 7) / 8);
	SCOPED_FREE uint8_t *piece = malloc(SURVEY_PIECE);
	struct survey s = { .x = x, .walk = w, .bits = bits, .bitmap = bitmap, .piece = piece, .err = err };
	if (bits == NULL || bitmap == NULL || piece == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %u inodes", x->inodes);
		return TRIAGE_E_MEMORY;
	}
	for (uint32_t group = 0; group < x->groups && (uint64_t)group * x->inodes_per_group < x->inodes; group++) {
		enum triage_status st = survey_group(&s, group);
		if (st != TRIAGE_OK)
			return st;
	}
	*ret_bits = TAKE(bits);
	*ret_folders = s.folders;
	return TRIAGE_OK;
}

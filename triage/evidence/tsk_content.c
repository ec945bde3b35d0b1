#include "triage/evidence/tsk_fs.h"

#include <stdlib.h>
#include <string.h>

enum { REUSE_CHECKS = 1 << 20 };	/* clusters of a deleted file that are looked up */

static enum triage_status
read_through(struct evidence_content *c, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	TSK_FS_FILE *file = ((struct evidence_content *)c)->state;
	const TSK_FS_ATTR *attr = tsk_fs_file_attr_get_type(file, (TSK_FS_ATTR_TYPE_ENUM)(c->at >> 16), (uint16_t)c->at, 1);
	size_t done = 0;
	while (attr != NULL && done < size) {
		tsk_error_reset();
		ssize_t got = tsk_fs_attr_read(attr, (TSK_OFF_T)(offset + done), (char *)buf + done, size - done,
		    TSK_FS_FILE_READ_FLAG_NONE);
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	if (done == size)
		return TRIAGE_OK;
	memset(buf + done, 0, size - done);
	c->flags |= EVIDENCE_CONTENT_BAD;
	if (done > 0)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_IO, offset, "nothing of this stream can be read: %s", tsk_error_now().text);
	return TRIAGE_E_IO;
}

static void
close_through(struct evidence_content *c)
{
	tsk_fs_file_close(c->state);
}

static const struct content_ops through_ops = { .read = read_through, .close = close_through };

/* The run list as libtsk keeps it. False when it cannot be read without libtsk. */
static enum triage_status
take_runs(const struct tsk_volume *v, const TSK_FS_ATTR *attr, struct evidence_content *c, struct triage_error *err)
{
	uint64_t block = v->info->block_size;
	for (const TSK_FS_ATTR_RUN *run = attr->nrd.run; run != NULL; run = run->next) {
		uint64_t end = run_list_end(&c->map), place = run->addr * block;
		if (run->len > INT64_MAX / block || run->offset > INT64_MAX / block || run->addr > INT64_MAX / block)
			break;
		if ((run->flags & TSK_FS_ATTR_RUN_FLAG_FILLER) != 0)
			place = RUN_FILLER;
		else if ((run->flags & TSK_FS_ATTR_RUN_FLAG_SPARSE) != 0)
			place = RUN_SPARSE;
		if (run->offset * block < end)
			continue;
		enum triage_status st = run_list_add(&c->map, RUN_FILLER, run->offset * block - end, err);
		if (st == TRIAGE_OK)
			st = run_list_add(&c->map, place, run->len * block, err);
		if (st != TRIAGE_OK)
			return st;
	}
	uint64_t end = run_list_end(&c->map);
	return end < c->size ? run_list_add(&c->map, RUN_FILLER, c->size - end, err) : TRIAGE_OK;
}

/* Deleted: does a cluster belong to something else now? */
static bool
any_reused(const struct tsk_volume *v, const struct evidence_content *c)
{
	size_t checks = 0;
	for (size_t i = 0; i < c->map.count; i++) {
		const struct run *r = &c->map.runs[i];
		for (uint64_t at = 0; r->place < RUN_FILLER && at < r->length && checks < REUSE_CHECKS; at += v->cluster,
		    checks++) {
			TSK_FS_BLOCK_FLAG_ENUM flags = v->info->block_getflags(v->info, (r->place + at) / v->info->block_size);
			if ((flags & TSK_FS_BLOCK_FLAG_ALLOC) != 0)
				return true;
		}
	}
	return false;
}

static enum triage_status
fill_content(struct tsk_volume *v, TSK_FS_FILE *file, const TSK_FS_ATTR *attr, struct evidence_content *c, struct triage_error *err)
{
	c->size = attr->size > 0 ? (uint64_t)attr->size : 0;
	c->initialised = c->size;
	if ((attr->flags & TSK_FS_ATTR_RES) != 0 && attr->r == NULL && attr->rd.buf != NULL && c->size <= attr->rd.buf_size) {
		c->resident = malloc((size_t)c->size + 1);
		if (c->resident == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
			return TRIAGE_E_MEMORY;
		}
		memcpy(c->resident, attr->rd.buf, (size_t)c->size);
		return TRIAGE_OK;
	}
	bool plain = (attr->flags & TSK_FS_ATTR_NONRES) != 0 && (attr->flags & TSK_FS_ATTR_COMP) == 0 && attr->r == NULL &&
	    attr->nrd.skiplen == 0;
	if (!plain) {
		c->ops = &through_ops;
		c->at = (size_t)(uint32_t)attr->type << 16 | attr->id;
		c->state = file;
		return TRIAGE_OK;
	}
	if (attr->nrd.initsize >= 0 && attr->nrd.initsize < attr->size)
		c->initialised = (uint64_t)attr->nrd.initsize;
	enum triage_status st = take_runs(v, attr, c, err);
	if (st == TRIAGE_OK && (file->meta->flags & TSK_FS_META_FLAG_UNALLOC) != 0) {
		c->flags |= v->fat ? EVIDENCE_CONTENT_GUESSED : 0u;
		c->flags |= any_reused(v, c) ? EVIDENCE_CONTENT_REUSED : 0u;
	}
	return st;
}

enum triage_status
tsk_content(struct evidence_fs *fs, uint64_t inode, uint32_t attr_type, uint32_t attr_id, struct evidence_content *c,
    struct triage_error *err)
{
	struct tsk_volume *v = fs->state;
	tsk_error_reset();
	TSK_FS_FILE *file = tsk_fs_file_open_meta(v->info, NULL, inode);
	if (file == NULL || file->meta == NULL) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "inode %ju: %s", (uintmax_t)inode, tsk_error_now().text);
		if (file != NULL)
			tsk_fs_file_close(file);
		return TRIAGE_E_FORMAT;
	}
	const TSK_FS_ATTR *attr = attr_id <= UINT16_MAX ? tsk_fs_file_attr_get_type(file, (TSK_FS_ATTR_TYPE_ENUM)attr_type,
	    (uint16_t)attr_id, 1) : NULL;
	enum triage_status st = TRIAGE_E_FORMAT;
	if (attr == NULL)
		triage_error_set(err, st, TRIAGE_NO_OFFSET, "inode %ju has no stream %u-%u: %s", (uintmax_t)inode, attr_type,
		    attr_id, tsk_error_now().text);
	else
		st = fill_content(v, file, attr, c, err);
	if (c->ops == NULL)
		tsk_fs_file_close(file);
	return st;
}

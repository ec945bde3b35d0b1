#include "triage/evidence/tsk_fs.h"

#include "triage/base/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BOOT_SIZE = 512, FAT_SECTOR = 11, FAT_CLUSTER = 13, EXFAT_SECTOR_SHIFT = 108, EXFAT_CLUSTER_SHIFT = 109 };

struct tsk_error_text
tsk_error_now(void)
{
	struct tsk_error_text e;
	const char *text = tsk_error_get();
	snprintf(e.text, sizeof(e.text), "%s", text != NULL ? text : "no reason given");
	e.text[strcspn(e.text, "\r\n")] = '\0';
	return e;
}

bool
tsk_attr_is_content(const TSK_FS_ATTR *attr)
{
	return attr->type == TSK_FS_ATTR_TYPE_DEFAULT || attr->type == TSK_FS_ATTR_TYPE_NTFS_DATA ||
	    attr->type == TSK_FS_ATTR_TYPE_HFS_DATA ||
	    attr->type == TSK_FS_ATTR_TYPE_HFS_RSRC;
}

/* Bytes of a cluster, from the boot sector of FAT and exFAT. */
static uint64_t
fat_cluster(struct evidence_fs *fs, bool exfat)
{
	uint8_t boot[BOOT_SIZE];
	struct triage_error ignored;
	if (reader_read_all(fs->reader, 0, boot, sizeof(boot), &ignored) != TRIAGE_OK)
		return 0;
	if (!exfat)
		return (uint64_t)load_le16(boot + FAT_SECTOR) * boot[FAT_CLUSTER];
	return boot[EXFAT_SECTOR_SHIFT] <= 12 && boot[EXFAT_CLUSTER_SHIFT] <= 25 - boot[EXFAT_SECTOR_SHIFT] ?
	    UINT64_C(1) << (boot[EXFAT_SECTOR_SHIFT] + boot[EXFAT_CLUSTER_SHIFT]) : 0;
}

static void
volume_close(struct evidence_fs *fs)
{
	struct tsk_volume *v = fs->state;
	if (v == NULL)
		return;
	if (v->info != NULL)
		tsk_fs_close(v->info);
	if (v->pool_image != NULL)
		tsk_img_close(v->pool_image);
	if (v->pool != NULL)
		tsk_pool_close(v->pool);
	tsk_image_close(v->image);
	free(v);
}

/* One volume of an APFS container. */
static TSK_FS_INFO *
open_in_pool(struct evidence_fs *fs, struct tsk_volume *v)
{
	v->pool = tsk_pool_open_img_sing(tsk_image_info(v->image), 0, TSK_POOL_TYPE_APFS);
	if (v->pool == NULL)
		return NULL;
	v->pool_image = v->pool->get_img_info(v->pool, fs->part);
	return v->pool_image != NULL ? tsk_fs_open_img(v->pool_image, 0, TSK_FS_TYPE_APFS) : NULL;
}

static enum triage_status
volume_open(struct evidence_fs *fs, struct triage_error *err)
{
	struct tsk_volume *v = calloc(1, sizeof(*v));
	if (v == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory");
		return TRIAGE_E_MEMORY;
	}
	fs->state = v;
	enum triage_status st = tsk_image_open(fs->reader, &v->image, err);
	if (st != TRIAGE_OK)
		return st;
	tsk_error_reset();
	if (fs->tsk_type == TSK_FS_TYPE_APFS)
		v->info = open_in_pool(fs, v);
	else
		v->info = tsk_fs_open_img(tsk_image_info(v->image), 0, (TSK_FS_TYPE_ENUM)fs->tsk_type);
	if (v->info == NULL) {
		triage_error_set(err, TRIAGE_E_FORMAT, fs->start, "%s cannot be opened: %s", fs->type, tsk_error_now().text);
		return TRIAGE_E_FORMAT;
	}
	v->fat = TSK_FS_TYPE_ISFAT(v->info->ftype) != 0;
	v->cluster = v->fat ? fat_cluster(fs, v->info->ftype == TSK_FS_TYPE_EXFAT) : 0;
	if (v->cluster < v->info->block_size)
		v->cluster = v->info->block_size;
	return TRIAGE_OK;
}

static enum triage_status
volume_space(struct evidence_fs *fs, struct fs_space *ret_space, struct triage_error *err)
{
	const struct tsk_volume *v = fs->state;
	if (v->pool != NULL || v->info->block_getflags == NULL || TSK_FS_TYPE_ISISO9660(v->info->ftype)) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "which blocks of this %s filesystem are free is not known here", fs->type);
		return TRIAGE_E_UNSUPPORTED;
	}
	*ret_space = (struct fs_space){ .units = v->info->last_block + 1, .unit = v->info->block_size };
	return TRIAGE_OK;
}

static enum triage_status
volume_used(struct evidence_fs *fs, uint64_t first, size_t count, uint8_t *bits, struct triage_error *err)
{
	const struct tsk_volume *v = fs->state;
	(void)err;
	memset(bits, 0, (count + 7) / 8);
	for (size_t i = 0; i < count; i++)
		if ((v->info->block_getflags(v->info, first + i) & TSK_FS_BLOCK_FLAG_UNALLOC) == 0)
			bits[i / 8] |= (uint8_t)(1 << i % 8);
	return TRIAGE_OK;
}

const struct fs_driver tsk_driver = { .open = volume_open, .list = tsk_list, .content = tsk_content, .close = volume_close,
    .space = volume_space, .used = volume_used };

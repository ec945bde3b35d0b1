/* tsk_image.c - see tsk_image.h. Small reads go through 64 aligned blocks of 64 KiB, large ones straight to the reader. */
#include "triage/evidence/tsk_image.h"

#include "triage/base/scoped.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 64 << 10, BLOCKS = 64, NOT_LOADED = -1 };

struct block {
	int64_t number;			/* of the medium's 64 KiB blocks, NOT_LOADED when empty */
	uint64_t used;			/* clock at last use */
	size_t size;			/* bytes: less than BLOCK at the end of the medium */
};

struct tsk_image {
	TSK_IMG_INFO info;		/* first: libtsk hands its address back */
	struct reader *reader;
	uint64_t clock;
	struct block blocks[BLOCKS];
	uint8_t *data;			/* BLOCKS * BLOCK bytes */
};

/* The index of the block that holds `number`, or of the one to load it into. */
static size_t
block_find(const struct tsk_image *image, int64_t number, bool *ret_loaded)
{
	size_t oldest = 0;
	for (size_t i = 0; i < BLOCKS; i++) {
		if (image->blocks[i].number == number) {
			*ret_loaded = true;
			return i;
		}
		if (image->blocks[i].used < image->blocks[oldest].used)
			oldest = i;
	}
	*ret_loaded = false;
	return oldest;
}

/* Bring a block in. A block with bad bytes is not kept, so that reading it again is counted again. */
static enum triage_status
block_load(struct tsk_image *image, int64_t number, size_t *ret_index, struct triage_error *err)
{
	bool loaded;
	size_t at = block_find(image, number, &loaded);
	struct block *b = &image->blocks[at];
	b->used = ++image->clock;
	*ret_index = at;
	if (loaded)
		return TRIAGE_OK;
	b->number = NOT_LOADED;
	uint64_t bad = image->reader->bad_bytes;
	enum triage_status st = reader_read(image->reader, (uint64_t)number * BLOCK, image->data + at * BLOCK, BLOCK, &b->size, err);
	if (st == TRIAGE_OK && image->reader->bad_bytes == bad)
		b->number = number;
	return st;
}

static enum triage_status
read_through_blocks(struct tsk_image *image, uint64_t offset, uint8_t *buf, size_t size, struct triage_error *err)
{
	size_t done = 0;
	while (done < size) {
		size_t at;
		enum triage_status st = block_load(image, (int64_t)((offset + done) / BLOCK), &at, err);
		if (st != TRIAGE_OK)
			return st;
		size_t from = (size_t)((offset + done) % BLOCK);
		size_t some = image->blocks[at].size - from;
		if (some > size - done)
			some = size - done;
		memcpy(buf + done, image->data + at * BLOCK + from, some);
		done += some;
	}
	return TRIAGE_OK;
}

static ssize_t
image_read(TSK_IMG_INFO *info, TSK_OFF_T offset, char *buf, size_t size)
{
	struct tsk_image *image = (struct tsk_image *)info;
	struct triage_error err = { .text = "outside the medium" };
	uint64_t end = image->reader->size;
	enum triage_status st = TRIAGE_E_SHORT;
	if (offset >= 0 && (uint64_t)offset < end) {
		uint64_t at = (uint64_t)offset;
		if (size > end - at)
			size = (size_t)(end - at);
		if (size > BLOCK)
			st = reader_read_all(image->reader, at, buf, size, &err);
		else
			st = read_through_blocks(image, at, (uint8_t *)buf, size, &err);
	}
	if (st == TRIAGE_OK)
		return (ssize_t)size;
	tsk_error_reset();
	tsk_error_set_errno(TSK_ERR_IMG_READ);
	tsk_error_set_errstr("%s", err.text);
	return -1;
}

/* Called by tsk_img_close(); tsk_image_close() frees. */
static void
image_close(TSK_IMG_INFO *info)
{
	(void)info;
}

static void
image_stat(TSK_IMG_INFO *info, FILE *out)
{
	(void)info, (void)out;
}

enum triage_status
tsk_image_open(struct reader *r, struct tsk_image **ret_image, struct triage_error *err)
{
	if (r->size > INT64_MAX - BLOCK) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "a medium of %ju bytes is beyond libtsk", (uintmax_t)r->size);
		return TRIAGE_E_LIMIT;
	}
	SCOPED_FREE struct tsk_image *image = calloc(1, sizeof(*image));
	SCOPED_FREE uint8_t *data = malloc((size_t)BLOCKS * BLOCK);
	if (image == NULL || data == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the block cache");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < BLOCKS; i++)
		image->blocks[i].number = NOT_LOADED;
	image->reader = r;
	if (tsk_img_open_external(image, (TSK_OFF_T)r->size, r->sector_size, image_read, image_close, image_stat) == NULL) {
		const char *why = tsk_error_get();
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "libtsk: %s", why != NULL ? why : "no reason given");
		return TRIAGE_E_MEMORY;
	}
	image->data = TAKE(data);
	*ret_image = TAKE(image);
	return TRIAGE_OK;
}

TSK_IMG_INFO *
tsk_image_info(struct tsk_image *image)
{
	return &image->info;
}

void
tsk_image_close(struct tsk_image *image)
{
	if (image == NULL)
		return;
	tsk_img_close(&image->info);
	free(image->data);
	free(image);
}

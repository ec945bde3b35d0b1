/*
 * tsk_image.h - a reader of ours under libtsk, so that libtsk opens nothing and detects nothing by itself.
 *
 * libtsk keeps a cache of its own above this one: reader->bad_bytes does not move when it answers from there. To learn
 * whether bytes are whole ask source_bad_within() for their extents after reading them.
 */
#ifndef TRIAGE_EVIDENCE_TSK_IMAGE_H
#define TRIAGE_EVIDENCE_TSK_IMAGE_H

#include "triage/base/reader.h"

#include <stdbool.h>

#include <tsk/libtsk.h>

struct tsk_image;

/* r must outlive the image. One image belongs to one process and one thread. Errors: E_MEMORY, E_LIMIT (r is too large). */
WARN_UNUSED enum triage_status tsk_image_open(struct reader *r, struct tsk_image **ret_image, struct triage_error *err);

/* For tsk_fs_open_img() and friends. Owned by the image: never call tsk_img_close() on it. */
TSK_IMG_INFO *tsk_image_info(struct tsk_image *image);

void tsk_image_close(struct tsk_image *image);	/* NULL is fine; close the filesystems on it first */

#endif

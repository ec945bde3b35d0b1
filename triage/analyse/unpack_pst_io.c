/* unpack_pst_io.c - the bytes of a store for libpff: it reads through these callbacks, so nothing is opened. */
#include "triage/analyse/unpack_mail.h"

#include "triage/base/fault.h"

#include <libbfio.h>
#include <stdlib.h>

struct handle {
	struct unpack_source *source;
	uint64_t at;
};

static int
io_nothing(intptr_t *h, libbfio_error_t **error)
{
	(void)h, (void)error;
	return 0;
}

static int
io_yes(intptr_t *h, libbfio_error_t **error)
{
	(void)h, (void)error;
	return 1;
}

static int
io_free(intptr_t **h, libbfio_error_t **error)
{
	(void)error;
	free(*h);
	*h = NULL;
	return 1;
}

static int
io_clone(intptr_t **to, intptr_t *from, libbfio_error_t **error)
{
	(void)to, (void)from, (void)error;
	return -1;
}

static int
io_open(intptr_t *h, int flags, libbfio_error_t **error)
{
	(void)h, (void)flags, (void)error;
	return 1;
}

static ssize_t
io_read(intptr_t *h, uint8_t *buf, size_t size, libbfio_error_t **error)
{
	struct handle *s = (struct handle *)(void *)h;
	size_t got;
	(void)error;
	if (!mail_source_read(s->source, s->at, buf, size, &got))
		return -1;
	s->at += got;
	return (ssize_t)got;
}

static ssize_t
io_write(intptr_t *h, const uint8_t *buf, size_t size, libbfio_error_t **error)
{
	(void)h, (void)buf, (void)size, (void)error;
	return -1;
}

static off64_t
io_seek(intptr_t *h, off64_t offset, int whence, libbfio_error_t **error)
{
	struct handle *s = (struct handle *)(void *)h;
	int64_t to, base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)s->at : (int64_t)s->source->size;
	(void)error;
	if (__builtin_add_overflow(base, (int64_t)offset, &to) || to < 0)
		return -1;
	s->at = (uint64_t)to;
	return to;
}

static int
io_size(intptr_t *h, size64_t *size, libbfio_error_t **error)
{
	(void)error;
	*size = ((struct handle *)(void *)h)->source->size;
	return 1;
}

intptr_t *
pst_io(struct unpack_source *source)
{
	libbfio_handle_t *io = NULL;
	struct handle *h = fault_hit() ? NULL : calloc(1, sizeof(*h));
	if (h == NULL)
		return NULL;
	h->source = source;
	if (libbfio_handle_initialize(&io, (intptr_t *)(void *)h, io_free, io_clone, io_open, io_nothing, io_read, io_write, io_seek, io_yes, io_yes, io_size,
	    LIBBFIO_FLAG_IO_HANDLE_MANAGED | LIBBFIO_FLAG_IO_HANDLE_CLONE_BY_FUNCTION, NULL) == 1)
		return io;
	free(h);
	return NULL;
}

#include "triage/base/output.h"

#include "triage/base/digest.h"
#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

enum { ROOM = 1 << 18 };

struct output {
	int fd;
	int failed_errno;
	uint64_t size;
	size_t used;
	struct digest *digest;
	char *path;
	uint8_t room[ROOM];
};

static void
output_free(struct output *o)
{
	if (o->fd >= 0)
		close(o->fd);
	digest_free(o->digest);
	free(o->path);
	free(o);
}

enum triage_status
output_create(const char *path, struct output **ret_output, struct triage_error *err)
{
	struct output *o = calloc(1, sizeof(*o));
	char *copy = strdup(path);
	if (o == NULL || copy == NULL) {
		free(o);
		free(copy);
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for %s", path);
		return TRIAGE_E_MEMORY;
	}
	o->path = copy;
	o->fd = -1;
	enum triage_status st = digest_new(DIGEST_SHA256, &o->digest, err);
	if (st == TRIAGE_OK) {
		o->fd = fault_hit() ? -1 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (o->fd < 0) {
			triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot create %s", path);
			st = TRIAGE_E_IO;
		}
	}
	if (st != TRIAGE_OK) {
		output_free(o);
		return st;
	}
	*ret_output = o;
	return TRIAGE_OK;
}

static void
output_flush(struct output *o)
{
	size_t done = 0;
	while (done < o->used && o->failed_errno == 0) {
		if (fault_hit()) {
			o->failed_errno = ENOSPC;
			break;
		}
		ssize_t n = write(o->fd, o->room + done, o->used - done);
		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno != EINTR)
			o->failed_errno = errno;
		else if (n == 0)
			o->failed_errno = EIO;
	}
	if (o->digest != NULL)
		digest_update(o->digest, o->room, o->used);
	o->used = 0;
}

void
output_no_digest(struct output *o)
{
	digest_free(o->digest);
	o->digest = NULL;
}

void
output_put(struct output *o, const void *data, size_t size)
{
	const uint8_t *p = data;
	o->size += size;
	while (size > 0) {
		size_t piece = size < ROOM - o->used ? size : ROOM - o->used;
		memcpy(o->room + o->used, p, piece);
		o->used += piece;
		p += piece;
		size -= piece;
		if (o->used == ROOM)
			output_flush(o);
	}
}

void
output_text(struct output *o, const char *text)
{
	output_put(o, text, strlen(text));
}

void
output_buf(struct output *o, const struct buf *b)
{
	if (b->failed && o->failed_errno == 0)
		o->failed_errno = ENOMEM;
	output_put(o, b->data, b->size);
}

void
output_format(struct output *o, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		o->failed_errno = ENOMEM;
		return;
	}
	output_put(o, text, (size_t)n);
	free(text);
}

uint64_t
output_size(const struct output *o)
{
	return o->size;
}

enum triage_status
output_finish(struct output *o, char *ret_sha256, struct triage_error *err)
{
	output_flush(o);
	if (o->failed_errno == 0 && (fault_hit() || fsync(o->fd) != 0))
		o->failed_errno = errno != 0 ? errno : EIO;
	int fd = fd_take(&o->fd);
	if (close(fd) != 0 && o->failed_errno == 0)
		o->failed_errno = errno;
	enum triage_status st = TRIAGE_OK;
	if (o->failed_errno != 0) {
		errno = o->failed_errno;
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot write %s", o->path);
		st = TRIAGE_E_IO;
	} else if (ret_sha256 != NULL && o->digest != NULL) {
		uint8_t digest[DIGEST_MAX];
		digest_final(o->digest, digest);
		text_hex(ret_sha256, digest, 32);
	}
	output_free(o);
	return st;
}

void
output_abandon(struct output *o)
{
	if (o == NULL)
		return;
	unlink(o->path);
	output_free(o);
}

enum triage_status
output_folder(const char *path, struct triage_error *err)
{
	if (fault_hit() || mkdir(path, 0700) != 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot create folder %s", path);
		return TRIAGE_E_IO;
	}
	return TRIAGE_OK;
}

enum triage_status
output_sync_folder(const char *path, struct triage_error *err)
{
	SCOPED_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* some filesystems refuse fsync on folders (EINVAL); then there is nothing more that can be done */
	if (fd < 0 || fault_hit() || (fsync(fd) != 0 && errno != EINVAL)) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot flush folder %s", path);
		return TRIAGE_E_IO;
	}
	return TRIAGE_OK;
}

enum triage_status
output_copy(const char *from, const char *to, struct triage_error *err)
{
	struct output *out;
	uint8_t piece[4096];
	ssize_t n;
	SCOPED_FD fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open %s", from);
		return TRIAGE_E_IO;
	}
	enum triage_status st = output_create(to, &out, err);
	if (st != TRIAGE_OK)
		return st;
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		output_put(out, piece, (size_t)n);
	if (n == 0)
		return output_finish(out, NULL, err);
	output_abandon(out);
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot read %s", from);
	return TRIAGE_E_IO;
}

/* bag_put.c - one more tag file for a bag that is sealed; and what bag-info.txt says. */
#include "triage/report/bag_inside.h"

#include "triage/base/fault.h"
#include "triage/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 1 << 16 };

static enum triage_status
give_name(const char *from, const char *to, struct triage_error *err)
{
	int failed = fault_hit() ? EIO : renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0 ? errno : 0;
	/* a file system that has no such renaming (FAT over FUSE): look, then rename */
	if (failed == EINVAL)
		failed = access(to, F_OK) == 0 ? EEXIST : rename(from, to) != 0 ? errno : 0;
	if (failed == 0)
		return TRIAGE_OK;
	unlink(from);
	errno = failed;
	triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot put %s there", to);
	return TRIAGE_E_IO;
}

enum triage_status
bag_put(const char *bundle, const char *path, const void *data, size_t size, struct triage_error *err)
{
	struct output *o;
	SCOPED_BUF part, whole;
	buf_init(&part, PATH_ROOM);
	buf_init(&whole, PATH_ROOM);
	buf_format(&whole, "%s/%s", bundle, path);
	buf_format(&part, "%s.part", buf_cstr(&whole));
	enum triage_status st = buf_check(&part, err);
	if (st != TRIAGE_OK)
		return st;
	unlink(part.data);	/* what an attempt before left behind */
	st = output_create(part.data, &o, err);
	if (st != TRIAGE_OK)
		return st;
	output_put(o, data, size);
	st = output_finish(o, NULL, err);
	if (st == TRIAGE_OK)
		st = give_name(part.data, whole.data, err);
	else
		unlink(part.data);
	if (st != TRIAGE_OK)
		return st;
	*strrchr(whole.data, '/') = '\0';
	return output_sync_folder(whole.data, err);
}

void
bag_element(const char *text, const char *label, struct buf *out)
{
	size_t size = strlen(label);
	buf_clear(out);
	for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, label, size) != 0 || strncmp(line + size, ": ", 2) != 0)
			continue;
		buf_put(out, line + size + 2, strcspn(line + size + 2, "\r\n"));
		return;
	}
}

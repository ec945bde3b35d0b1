/* unpack_kind.c - is it an archive? By first bytes alone: a name proves nothing. Sources: the formats' own documents, and ustar of POSIX.1. */
#include "triage/analyse/unpack_mail.h"

#include "triage/artefact/ole.h"
#include "triage/base/mime.h"

#include <string.h>

struct mark {
	enum unpack_kind kind;
	uint32_t offset;
	uint8_t size;
	uint8_t bytes[8];
};

static const struct mark marks[] = {
	{ UNPACK_ZIP, 0, 4, { 'P', 'K', 3, 4 } },
	{ UNPACK_ZIP, 0, 4, { 'P', 'K', 5, 6 } },		/* empty */
	{ UNPACK_ZIP, 0, 8, { 'P', 'K', 7, 8, 'P', 'K', 3, 4 } },	/* once meant for several disks */
	{ UNPACK_7Z, 0, 6, { '7', 'z', 0xbc, 0xaf, 0x27, 0x1c } },
	{ UNPACK_RAR, 0, 7, { 'R', 'a', 'r', '!', 0x1a, 7, 0 } },
	{ UNPACK_RAR5, 0, 8, { 'R', 'a', 'r', '!', 0x1a, 7, 1, 0 } },
	{ UNPACK_CAB, 0, 8, { 'M', 'S', 'C', 'F', 0, 0, 0, 0 } },
	{ UNPACK_CPIO, 0, 6, { '0', '7', '0', '7', '0', '1' } },
	{ UNPACK_CPIO, 0, 6, { '0', '7', '0', '7', '0', '2' } },
	{ UNPACK_CPIO, 0, 6, { '0', '7', '0', '7', '0', '7' } },
	{ UNPACK_AR, 0, 8, { '!', '<', 'a', 'r', 'c', 'h', '>', '\n' } },
	{ UNPACK_GZIP, 0, 3, { 0x1f, 0x8b, 8 } },
	{ UNPACK_BZIP2, 0, 3, { 'B', 'Z', 'h' } },
	{ UNPACK_XZ, 0, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
	{ UNPACK_LZIP, 0, 4, { 'L', 'Z', 'I', 'P' } },
	{ UNPACK_ZSTD, 0, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
	{ UNPACK_LZ4, 0, 4, { 0x04, 0x22, 0x4d, 0x18 } },
	{ UNPACK_COMPRESS, 0, 2, { 0x1f, 0x9d } },
	{ UNPACK_PST, 0, 4, { '!', 'B', 'D', 'N' } },
	{ UNPACK_TAR, 257, 5, { 'u', 's', 't', 'a', 'r' } },
	{ UNPACK_ISO, 32769, 5, { 'C', 'D', '0', '0', '1' } },
};

/* A tar from before ustar has no mark, but its header has a sum: all its bytes, the sum's own counted as blanks. */
static bool
is_old_tar(struct view head)
{
	enum { BLOCK = 512, SUM = 148, SUM_SIZE = 8 };
	uint32_t sum = 0, stored = 0;
	size_t i = SUM, digits = 0;
	if (head.size < BLOCK || head.data[0] == '\0')
		return false;
	while (i < SUM + SUM_SIZE && head.data[i] == ' ')
		i++;
	for (; i < SUM + SUM_SIZE && head.data[i] >= '0' && head.data[i] <= '7'; i++, digits++)
		stored = stored * 8 + (uint32_t)(head.data[i] - '0');
	for (i = 0; i < BLOCK; i++)
		sum += i >= SUM && i < SUM + SUM_SIZE ? ' ' : head.data[i];
	return digits > 0 && sum == stored;
}

enum unpack_kind
unpack_kind_of(struct view head)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const struct mark *m = &marks[i];
		if (head.size >= (size_t)m->offset + m->size && memcmp(head.data + m->offset, m->bytes, m->size) == 0)
			return m->kind;
	}
	if (is_old_tar(head))
		return UNPACK_TAR;
	if (ole_is(head))
		return UNPACK_MSG;
	return mail_is_mbox(head) ? UNPACK_MBOX : mime_is_message(head) ? UNPACK_MESSAGE : UNPACK_NONE;
}

size_t
unpack_bare_name(const char *path, size_t size, size_t *ret_from)
{
	static const char *const suffixes[] = { ".gz", ".bz2", ".xz", ".lz", ".zst", ".lz4", ".Z", ".z" };
	const char *slash = memrchr(path, '/', size);
	*ret_from = slash != NULL ? (size_t)(slash - path) + 1 : 0;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t n = strlen(suffixes[i]);
		if (size - *ret_from > n && memcmp(path + size - n, suffixes[i], n) == 0)
			return size - *ret_from - n;
	}
	return 0;
}

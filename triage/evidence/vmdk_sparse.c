/* vmdk_sparse.c - see vmdk_sparse.h. Little endian; sectors have 512 bytes. */
#include "triage/evidence/vmdk_sparse.h"

#include "triage/base/view.h"
#include "triage/evidence/vmdk_descriptor.h"
#include "triage/evidence/vmdk_stream.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, VERSION = 4, FLAGS = 8, CAPACITY = 12, GRAIN = 20, TEXT_AT = 28, TEXT_SIZE = 36, PER_TABLE = 44, COPY_AT = 48,
	DIRECTORY_AT = 56, OVERHEAD = 64, UNCLEAN = 72, NEWLINES = 73, PACKING = 77, NEWLINES_SIZE = 4, VERSION_MAX = 3 };
enum { FLAG_NEWLINES = 1, FLAG_COPY = 2, FLAG_ZERO = 4, FLAG_PACKED = 1 << 16, FLAG_MARKERS = 1 << 17, PACKING_DEFLATE = 1 };
enum { COWD_CAPACITY = 12, COWD_GRAIN = 16, COWD_DIRECTORY_AT = 20, COWD_TABLES = 24, COWD_PER_TABLE = 4096 };
enum { GRAIN_MAX = 64 << 20, PER_TABLE_MAX = 1 << 16, FOOTER_BACK = 1024, ENTRY_ZERO = 1, MARKER = 12 };
#define AT_END UINT64_MAX
#define SECTORS_MAX (INT64_MAX / SECTOR)

static const char why_table[] = "a grain table of the VMDK cannot be read";
static const char why_marker[] = "a damaged compressed grain of the VMDK";
static const char why_beyond[] = "beyond the end of the extent of the VMDK";

bool
vmdk_sparse_is(const uint8_t *head, size_t size)
{
	return size >= 4 && (memcmp(head, "KDMV", 4) == 0 || memcmp(head, "COWD", 4) == 0);
}

/* A number of sectors as bytes; far beyond any file when it is absurd. */
static uint64_t
bytes_of(uint64_t sectors)
{
	return sectors > SECTORS_MAX ? INT64_MAX : sectors * SECTOR;
}

/* The entry for a grain by one directory. False when a table is not to be had. */
static bool
entry_by(struct disk_layer *layer, const struct vmdk_sparse *s, uint64_t directory_at, uint64_t grain, uint32_t *ret_entry, bool *ret_no_table)
{
	uint8_t raw[4];
	uint64_t table = grain / s->per_table;
	*ret_no_table = false;
	if (table >= s->tables || !disk_table(layer, s->file, directory_at + table * 4, raw, sizeof(raw)))
		return false;
	uint64_t table_at = (uint64_t)load_le32(raw) * SECTOR;
	*ret_no_table = table_at == 0;
	*ret_entry = 0;
	if (table_at == 0)
		return true;
	if (!disk_table(layer, s->file, table_at + grain % s->per_table * 4, raw, sizeof(raw)))
		return false;
	*ret_entry = load_le32(raw);
	return true;
}

static void
map_packed(struct disk_layer *layer, const struct vmdk_sparse *s, uint64_t start, uint64_t offset, uint64_t at, struct disk_run *run)
{
	uint64_t inside = offset & (s->grain - 1), size = 2 * s->grain;
	uint8_t marker[MARKER];
	if (s->markers) {
		if (!disk_table(layer, s->file, at, marker, sizeof(marker)) || load_le64(marker) != (offset - inside) / SECTOR ||
		    load_le32(marker + 8) == 0 || load_le32(marker + 8) > size + SECTOR) {
			disk_run_is(run, DISK_BAD, s->grain - inside, why_marker);
			return;
		}
		size = load_le32(marker + 8);
		at += MARKER;
	}
	*run = (struct disk_run){ .what = DISK_PACKED, .size = s->grain - inside, .file = s->file, .at = at, .block = start + offset - inside,
	    .block_size = (uint32_t)s->grain, .packed_size = (uint32_t)size, .packing = DISK_ZLIB };
}

void
vmdk_sparse_map(struct disk_layer *layer, const struct vmdk_sparse *s, uint64_t start, uint64_t offset, struct disk_run *run)
{
	uint64_t grain = offset / s->grain, inside = offset & (s->grain - 1), left = s->grain - inside;
	uint32_t entry = 0;
	bool no_table = false;
	if (offset >= s->size) {
		disk_run_is(run, DISK_BAD, left, why_beyond);
		return;
	}
	if (s->rebuilt != NULL) {
		entry = s->rebuilt[grain];
	} else if (!entry_by(layer, s, s->directory_at, grain, &entry, &no_table) &&
	    (s->copy_at == 0 || !entry_by(layer, s, s->copy_at, grain, &entry, &no_table))) {
		disk_run_is(run, DISK_BAD, left, why_table);
		return;
	}
	if (no_table)
		left += (s->per_table - 1 - grain % s->per_table) * s->grain;
	if (entry == 0)
		disk_run_is(run, DISK_BELOW, left, NULL);
	else if (entry == ENTRY_ZERO && s->zero_grains)
		disk_run_is(run, DISK_ZERO, left, NULL);
	else if (s->packed)
		map_packed(layer, s, start, offset, (uint64_t)entry * SECTOR, run);
	else
		*run = (struct disk_run){ .what = DISK_DATA, .size = left, .file = s->file, .at = (uint64_t)entry * SECTOR + inside };
}

static enum triage_status
damaged(const char *what, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_FORMAT, 0, "%s", what);
	return TRIAGE_E_FORMAT;
}

static enum triage_status
check(struct vmdk_sparse *s, struct triage_error *err)
{
	bool power = s->grain >= SECTOR && s->grain <= (uint64_t)(s->packed ? DISK_BLOCK_MAX : GRAIN_MAX) && (s->grain & (s->grain - 1)) == 0;
	if (!power || s->per_table == 0 || s->per_table > PER_TABLE_MAX || s->size == 0 || s->size >= INT64_MAX)
		return damaged("this extent of a VMDK tells of an impossible size", err);
	uint64_t grains = (s->size + s->grain - 1) / s->grain;
	uint64_t tables = (grains + s->per_table - 1) / s->per_table;
	s->tables = s->tables == 0 || s->tables > tables ? tables : s->tables;
	return TRIAGE_OK;
}

static enum triage_status
open_cowd(struct vmdk_sparse *s, const uint8_t *head, struct triage_error *err)
{
	s->size = bytes_of(load_le32(head + COWD_CAPACITY));
	s->grain = bytes_of(load_le32(head + COWD_GRAIN));
	s->directory_at = bytes_of(load_le32(head + COWD_DIRECTORY_AT));
	s->tables = load_le32(head + COWD_TABLES);
	s->per_table = COWD_PER_TABLE;
	return check(s, err);
}

static void
take_header(struct vmdk_sparse *s, const uint8_t *head)
{
	uint32_t flags = load_le32(head + FLAGS);
	s->size = bytes_of(load_le64(head + CAPACITY));
	s->grain = bytes_of(load_le64(head + GRAIN));
	s->per_table = load_le32(head + PER_TABLE);
	s->directory_at = load_le64(head + DIRECTORY_AT) == AT_END ? AT_END : bytes_of(load_le64(head + DIRECTORY_AT));
	s->copy_at = (flags & FLAG_COPY) != 0 && load_le64(head + COPY_AT) != AT_END ? bytes_of(load_le64(head + COPY_AT)) : 0;
	s->zero_grains = (flags & FLAG_ZERO) != 0;
	s->packed = (flags & FLAG_PACKED) != 0;
	s->markers = (flags & FLAG_MARKERS) != 0;
}

/* Written front to back, the directory lies at the end, and a copy of the header there says where. */
static enum triage_status
find_footer(struct disk_layer *layer, struct vmdk_sparse *s, const uint8_t *head, struct triage_error *err)
{
	uint8_t footer[SECTOR];
	uint64_t size = s->file->reader->size;
	if (size >= 2 * FOOTER_BACK && disk_file_read(s->file, size - FOOTER_BACK, footer, sizeof(footer), NULL, NULL) &&
	    memcmp(footer, "KDMV", 4) == 0 && load_le64(footer + DIRECTORY_AT) != AT_END) {
		s->directory_at = bytes_of(load_le64(footer + DIRECTORY_AT));
		return TRIAGE_OK;
	}
	if (!s->markers)
		return damaged("this stream-optimised VMDK has lost its footer: where its data lies is not known; get a whole copy", err);
	enum triage_status st = vmdk_stream_rebuild(layer, s, bytes_of(load_le64(head + OVERHEAD)), err);
	return st != TRIAGE_OK ? st : disk_problem(layer, TRIAGE_HIGH, "footer-missing", size, err, "the footer of %s is damaged or missing, so the "
	    "file was cut off or changed: its grains were found by going through them one by one; what is not found reads as zeros; get a whole copy",
	    s->file->name);
}

static enum triage_status
tell_oddities(struct disk_layer *layer, const struct vmdk_sparse *s, const uint8_t *head, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if ((load_le32(head + FLAGS) & FLAG_NEWLINES) != 0 && memcmp(head + NEWLINES, "\n \r\n", NEWLINES_SIZE) != 0)
		st = disk_problem(layer, TRIAGE_HIGH, "line-ends-changed", NEWLINES, err, "%s was copied as if it were text, or its header is damaged: "
		    "bytes that look like line ends may be changed everywhere; get a binary copy", s->file->name);
	if (st == TRIAGE_OK && load_le32(head + VERSION) > VERSION_MAX)
		st = disk_problem(layer, TRIAGE_MEDIUM, "version", VERSION, err, "%s is of a later version than any known: what is read may be wrong",
		    s->file->name);
	if (st == TRIAGE_OK && head[UNCLEAN] != 0)
		st = disk_problem(layer, TRIAGE_INFO, "not-closed", UNCLEAN, err, "%s was in use when it was copied or its machine crashed", s->file->name);
	return st;
}

enum triage_status
vmdk_sparse_open(struct disk_layer *layer, struct disk_file *file, struct vmdk_sparse *s, struct triage_error *err)
{
	uint8_t head[SECTOR];
	*s = (struct vmdk_sparse){ .file = file };
	if (!disk_file_read(file, 0, head, sizeof(head), NULL, NULL) || !vmdk_sparse_is(head, sizeof(head)))
		return damaged("this is no sparse extent of a VMDK, or its header is damaged", err);
	if (memcmp(head, "COWD", 4) == 0)
		return open_cowd(s, head, err);
	take_header(s, head);
	enum triage_status st = check(s, err);
	if (st == TRIAGE_OK && s->packed && load_le16(head + PACKING) != PACKING_DEFLATE)
		return damaged("this extent of a VMDK is packed in a way that is not known", err);
	if (st == TRIAGE_OK && s->directory_at == AT_END)
		st = find_footer(layer, s, head, err);
	if (st == TRIAGE_OK)
		st = tell_oddities(layer, s, head, err);
	return st;
}

bool
vmdk_sparse_text(struct disk_file *file, uint64_t *ret_at, uint64_t *ret_size)
{
	uint8_t head[SECTOR];
	if (!disk_file_read(file, 0, head, sizeof(head), NULL, NULL) || memcmp(head, "KDMV", 4) != 0)
		return false;
	uint64_t size = bytes_of(load_le64(head + TEXT_SIZE));
	*ret_at = bytes_of(load_le64(head + TEXT_AT));
	*ret_size = size < VMDK_TEXT_MAX ? size : VMDK_TEXT_MAX;
	return *ret_at != 0 && *ret_size != 0;
}

void
vmdk_sparse_release(struct vmdk_sparse *s)
{
	free(s->rebuilt);
	s->rebuilt = NULL;
}

/* fuzz_disk.c - virtual disks of every kind, their parents and extents. Input: pieces.h, the file; each companion asked for is its first MiB, four at most. */
#include "tests/fuzz/pieces.h"
#include "tests/fuzz/told.h"

#include "triage/evidence/disk.h"

enum { DISK_COMPANIONS = 4, DISK_READ = 64 << 10, DISK_COMPANION = 1 << 20 };

struct disk_folder {
	struct reader *file;
	unsigned asked;
};

static enum triage_status
disk_find(void *ctx, const char *name, struct reader **ret_reader, struct companion_id *ret_id, struct triage_error *err)
{
	struct disk_folder *f = ctx;
	FUZZ_NEED(name[0] != '\0' && strchr(name, '/') == NULL);
	if (f->asked++ >= DISK_COMPANIONS) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "no more");
		return TRIAGE_E_IO;
	}
	*ret_id = (struct companion_id){ 1, f->asked + UINT64_C(1) };
	return reader_slice(f->file, 0, f->file->size < DISK_COMPANION ? f->file->size : DISK_COMPANION, ret_reader, err);
}

int
fuzz_one_disk(const uint8_t *data, size_t size)
{
	static struct pieces p;
	static struct told t;
	static uint8_t buf[DISK_READ];
	struct triage_error err = { .text = "" };
	struct reader *file, *disk;
	enum triage_evidence_kind kind;
	if (!pieces_open(&p, data, size))
		return 0;
	told_begin(&t);
	struct evidence_sink sink = told_sink(&t);
	struct disk_folder folder = { .file = &p.base };
	const struct disk_finder finder = { .ctx = &folder, .find = disk_find };
	FUZZ_NEED(reader_slice(&p.base, 0, p.base.size, &file, &err) == TRIAGE_OK);
	if (disk_open(file, "disk", (struct companion_id){ 1, 1 }, &finder, &sink, &disk, &kind, &err) != TRIAGE_OK) {
		told_error(&t, &err);
	} else {
		FUZZ_NEED(kind < TRIAGE_EVIDENCE_KIND_COUNT && disk->size > 0);
		for (unsigned i = 0; i < 8; i++) {
			size_t got = 0;
			uint64_t at = i == 7 ? (disk->size > DISK_READ ? disk->size - DISK_READ : 0) : disk->size / 7 * i, bad = disk->bad_bytes;
			FUZZ_NEED(reader_read(disk, at, buf, sizeof(buf), &got, &err) == TRIAGE_OK && disk->bad_bytes - bad <= got);
		}
		reader_close(disk);
	}
	told_end(&t);
	return 0;
}
FUZZ_MAIN(disk)

/*
 * tool_disk.c - for the differential test of virtual disks: tool_disk FILE RAW [SEED] compares a disk with the bytes that it should
 * hold, front to back and at random places. tool_disk FILE alone opens it and reads all. Says what was told; exit 1 on a difference.
 */
#include "triage/evidence/source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 20, RANDOM_READS = 3000 };

static enum triage_status
tell_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)ctx, (void)err;
	printf("problem %s %d: %s\n", p->code, (int)p->severity, p->message);
	return TRIAGE_OK;
}

static void
tell_bad(void *ctx, uint64_t offset, uint64_t size, const char *why)
{
	unsigned *count = ctx;
	if (++*count <= 5)
		printf("bad %" PRIu64 " +%" PRIu64 ": %s\n", offset, size, why);
}

/* Bytes of the expected medium; zeros beyond its end. */
static void
expected(int fd, uint64_t at, uint8_t *buf, size_t size)
{
	memset(buf, 0, size);
	ssize_t n = pread(fd, buf, size, (off_t)at);
	if (n < 0)
		exit(2);
}

static int
compare(struct reader *r, int fd, uint64_t at, size_t size, uint8_t *got, uint8_t *want)
{
	size_t n = 0;
	if (reader_read(r, at, got, size, &n, NULL) != TRIAGE_OK)
		return 1;
	if (fd < 0)
		return 0;
	expected(fd, at, want, n);
	if (memcmp(got, want, n) == 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (got[i] != want[i]) {
			printf("difference at %" PRIu64 " (read of %zu at %" PRIu64 "): %02x, not %02x\n", at + i, n, at, got[i], want[i]);
			break;
		}
	return 1;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	const char *path = argv[1];
	int fd = open(path, O_RDONLY | O_CLOEXEC), raw = argc > 2 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
	uint32_t random = argc > 3 ? (uint32_t)atoi(argv[3]) : 1;
	struct stat info;
	struct evidence_sink sink = { .problem = tell_problem };
	struct triage_error err = { .text = "" };
	struct evidence_source *source;
	uint8_t *got = malloc(PIECE), *want = malloc(PIECE);
	if (fd < 0 || fstat(fd, &info) != 0 || got == NULL || want == NULL)
		return 2;
	uint64_t size = (uint64_t)info.st_size;
	struct evidence_input in = { .kind = TRIAGE_EVIDENCE_RAW, .count = 1, .fds = &fd, .paths = &path, .sizes = &size };
	if (evidence_open(&in, &sink, &source, &err) != TRIAGE_OK) {
		printf("error %s\n", err.text);
		free(got);
		free(want);
		return 1;
	}
	struct reader *r = evidence_reader(source);
	int differs = 0;
	if (raw >= 0 && fstat(raw, &info) == 0 && (uint64_t)info.st_size != r->size)
		printf("size %" PRIu64 ", expected %jd\n", r->size, (intmax_t)info.st_size);
	for (uint64_t at = 0; at < r->size && !differs; at += PIECE)
		differs = compare(r, raw, at, PIECE, got, want);
	for (int i = 0; i < RANDOM_READS && raw >= 0 && !differs && r->size > 0; i++) {
		random = random * 1103515245 + 12345;
		uint64_t at = ((uint64_t)random << 20 ^ random >> 3) % r->size;
		random = random * 1103515245 + 12345;
		size_t want_size = i % 3 == 0 ? random >> 12 : random >> 18;
		differs = compare(r, raw, at, want_size % PIECE + 1, got, want);
	}
	unsigned bad = 0;
	r->ops->bad_ranges(r, tell_bad, &bad);
	printf("kind %s size %" PRIu64 " sector %u bad %" PRIu64 " ranges %u %s\n", triage_evidence_kind_name(source->kind), r->size, r->sector_size,
	    r->bad_bytes, bad, differs ? "DIFFERS" : "same");
	evidence_close(source);
	free(got);
	free(want);
	return differs;
}

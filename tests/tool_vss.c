/*
 * tool_vss.c - shadow copies alone, for tests/evidence/vss.py and for measuring.
 *
 *     tool_vss IMAGE              one line a shadow copy and a problem; IMAGE is one NTFS volume
 *     tool_vss IMAGE NUMBER       the bytes of that copy, counted from 0, to stdout
 *     tool_vss IMAGE NUMBER same  one line a block of 16 KiB that is not the live one by vss_same_as_live(): its number
 */
#include "triage/evidence/layer.h"
#include "triage/evidence/raw.h"
#include "triage/evidence/vss.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 20, BLOCK = 16384, COPIES_MAX = 512 };

extern const struct layer_kind vss_layer;

struct tool {
	struct reader *copies[COPIES_MAX];
	size_t count;
	bool quiet;
};

static enum triage_status
volume(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	(void)err;
	struct tool *t = ctx;
	if (!t->quiet)
		printf("volume\t%s\t%s\t%s\t%s\t%" PRIu64 "\t%" PRId64 "\t%s\n", v->kind, triage_volume_state_name(v->state), v->label, v->uuid,
		    v->length, v->created, v->note);
	if (t->count < COPIES_MAX)
		t->copies[t->count++] = v->reader;
	return TRIAGE_OK;
}

static enum triage_status
problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	(void)member, (void)offset, (void)bytes, (void)err;
	if (!((struct tool *)ctx)->quiet)
		printf("problem\t%s\t%s\t%s\n", triage_severity_name(severity), code, message);
	return TRIAGE_OK;
}

static int
copy_out(struct reader *r, struct triage_error *err)
{
	static uint8_t piece[PIECE];
	size_t got;
	for (uint64_t at = 0; at < r->size; at += got) {
		if (reader_read(r, at, piece, sizeof(piece), &got, err) != TRIAGE_OK || fwrite(piece, 1, got, stdout) != got)
			return 1;
	}
	fprintf(stderr, "%" PRIu64 " bad bytes\n", r->bad_bytes);
	return 0;
}

static void
differing(struct reader *r)
{
	for (uint64_t at = 0; at < r->size; at += BLOCK)
		if (!vss_same_as_live(r, at, r->size - at < BLOCK ? r->size - at : BLOCK))
			printf("%" PRIu64 "\n", at / BLOCK);
}

int
main(int argc, char **argv)
{
	struct triage_error err = { .text = "" };
	struct tool tool = { .quiet = argc > 2 };
	struct reader *r;
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;
	if (fd < 0)
		return 2;
	struct raw_segment segment = { .fd = fd, .size = (uint64_t)lseek(fd, 0, SEEK_END) };
	if (raw_reader(&segment, 1, segment.size, 512, &r, &err) != TRIAGE_OK)
		return 1;
	struct layer_member member = { .reader = r, .signature = "ntfs" };
	struct layer_sink sink = { .ctx = &tool, .volume = volume, .problem = problem };
	int status = vss_layer.open(&member, 1, NULL, &sink, &err) == TRIAGE_OK ? 0 : 1;
	size_t wanted = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	if (status == 0 && argc > 2 && (wanted >= tool.count || tool.copies[wanted] == NULL))
		status = 1;
	else if (status == 0 && argc > 3)
		differing(tool.copies[wanted]);
	else if (status == 0 && argc > 2)
		status = copy_out(tool.copies[wanted], &err);
	for (size_t i = 0; i < tool.count; i++)
		reader_close(tool.copies[i]);
	reader_close(r);
	close(fd);
	if (status != 0)
		fprintf(stderr, "%s\n", err.text);
	return status;
}

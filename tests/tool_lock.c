/*
 * tool_lock.c - one lock alone, for tests/e2e/locks.sh and for measuring.
 *
 *     tool_lock [-s SECTOR] [-o OUT] [-q] [-t] luks|bitlocker IMAGE KEY_FILE...
 *
 * Prints "problem CODE MESSAGE" and "volume KIND STATE LENGTH UUID LABEL", the note, and the SHA-256 of what is inside, read in pieces of
 * changing size. -s: sector size of the medium. -o: write it to a file. -q: do not read it. -t: megabytes a second of one core, reading it as often as fits a second.
 */
#include "triage/base/digest.h"
#include "triage/base/text.h"
#include "triage/evidence/layer.h"
#include "triage/evidence/lock_crypto.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern const struct layer_kind luks_layer, bitlocker_layer;

struct tool {
	const char *out;
	bool timed, quick;
	int failed;
};

enum { PIECE = 1 << 20, KEYS = 16, KEY_FILE_MAX = 8 << 20 };
static uint8_t buf[PIECE];

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
measure(struct reader *r)
{
	double start = now(), done = 0;
	struct triage_error err;
	size_t got;
	while (now() - start < 1)
		for (uint64_t at = 0; at < r->size && reader_read(r, at, buf, PIECE, &got, &err) == TRIAGE_OK; at += got)
			done += (double)got;
	printf("speed %.0f MB/s\n", done / (now() - start) / 1e6);
}

static void
sum_up(struct tool *t, struct reader *r)
{
	static const size_t pieces[] = { PIECE, 512, 1, 511, 4096, 100000, 131072, 7 };
	struct triage_error err = { .text = "" };
	struct digest *d;
	uint8_t value[DIGEST_MAX];
	char hex[65];
	int fd = t->out != NULL ? open(t->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	if (digest_new(DIGEST_SHA256, &d, &err) != TRIAGE_OK)
		exit(2);
	size_t got = 0;
	for (uint64_t at = 0, i = 0; at < r->size; at += got, i++) {
		if (reader_read(r, at, buf, pieces[i % (sizeof(pieces) / sizeof(pieces[0]))], &got, &err) != TRIAGE_OK) {
			printf("read %s\n", err.text);
			t->failed = 1;
			break;
		}
		digest_update(d, buf, got);
		if (fd >= 0 && write(fd, buf, got) != (ssize_t)got)
			exit(2);
	}
	digest_final(d, value);
	digest_free(d);
	text_hex(hex, value, digest_size(DIGEST_SHA256));
	printf("sha256 %s\nbad %" PRIu64 "\n", hex, r->bad_bytes);
	if (fd >= 0)
		close(fd);
}

static enum triage_status
told_volume(void *ctx, const struct layer_volume *v, struct triage_error *err)
{
	struct tool *t = ctx;
	(void)err;
	printf("volume %s %s %" PRIu64 " %s %s\nnote %s\n", v->kind, triage_volume_state_name(v->state), v->length, v->uuid, v->label, v->note);
	if (v->reader != NULL) {
		if (!t->quick)
			sum_up(t, v->reader);
		if (t->timed)
			measure(v->reader);
		reader_close(v->reader);
	}
	return TRIAGE_OK;
}

static enum triage_status
told_problem(void *ctx, size_t member, enum triage_severity severity, const char *code, uint64_t offset, uint64_t bytes, const char *message,
    struct triage_error *err)
{
	(void)ctx, (void)member, (void)severity, (void)offset, (void)bytes, (void)err;
	printf("problem %s %s\n", code, message);
	return TRIAGE_OK;
}

static const void *
map_file(const char *path, size_t *ret_size)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info) != 0) {
		perror(path);
		exit(2);
	}
	void *at = info.st_size > 0 ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : buf;
	close(fd);
	*ret_size = (size_t)info.st_size;
	return at;
}

int
main(int argc, char **argv)
{
	struct tool t = { .out = NULL };
	struct triage_error err = { .text = "" };
	struct layer_key list[KEYS];
	struct layer_keys keys = { .keys = list };
	struct layer_member m = { .signature = "" };
	uint32_t sector = 512;
	int c;
	while ((c = getopt(argc, argv, "s:o:qt")) != -1) {
		if (c == 's')
			sector = (uint32_t)strtoul(optarg, NULL, 10);
		else if (c == 'o')
			t.out = optarg;
		else if (c == 'q')
			t.quick = true;
		else if (c == 't')
			t.timed = true;
		else
			return 2;
	}
	if (argc - optind < 2 || argc - optind > 2 + KEYS || digest_setup(&err) != TRIAGE_OK)
		return 2;
	locks_prepare();
	for (int i = optind + 2; i < argc; i++) {
		list[keys.count].bytes = map_file(argv[i], &list[keys.count].size);
		keys.count++;
	}
	size_t size;
	const void *bytes = map_file(argv[optind + 1], &size);
	if (reader_memory(bytes, size, &m.reader, &err) != TRIAGE_OK)
		return 2;
	m.reader->sector_size = sector;
	const struct layer_kind *kind = strcmp(argv[optind], "luks") == 0 ? &luks_layer : &bitlocker_layer;
	const struct layer_sink sink = { &t, told_volume, told_problem };
	double start = now();
	if (kind->open(&m, 1, &keys, &sink, &err) != TRIAGE_OK) {
		printf("error %s\n", err.text);
		t.failed = 1;
	}
	if (t.timed)
		printf("cpu %.2f s\n", now() - start);
	reader_close(m.reader);
	return t.failed;
}

/* fuzz_ewf.c - E01 segments, opened and read: the bytes as they are, then with their checksums made right. */
#include "tests/fuzz/targets.h"

#include "triage/base/view.h"
#include "triage/evidence/checksum.h"
#include "triage/evidence/source.h"

static enum triage_status
ewf_problem(void *ctx, const struct triage_problem *p, struct triage_error *err)
{
	(void)err;
	++*(unsigned *)ctx;
	FUZZ_NEED(p->message[0] != '\0');
	return TRIAGE_OK;
}

/* One segment, or two cut from the same bytes. */
static void
ewf_walk(const uint8_t *data, size_t size, bool twice)
{
	char path[2][FUZZ_PATH];
	int fds[2] = { fuzz_file(data, size, path[0]), fuzz_file(data + size / 2, size - size / 2, path[1]) };
	const char *paths[2] = { path[0], path[1] };
	const uint64_t sizes[2] = { size, size - size / 2 };
	const struct evidence_input in = { .kind = TRIAGE_EVIDENCE_EWF, .count = twice ? 2 : 1, .fds = fds, .paths = paths, .sizes = sizes };
	unsigned problems = 0;
	const struct evidence_sink sink = { .ctx = &problems, .problem = ewf_problem };
	struct evidence_source *source;
	struct triage_error err = { .text = "" };
	static uint8_t out[1 << 16];
	if (evidence_open(&in, &sink, &source, &err) == TRIAGE_OK) {
		struct reader *r = evidence_reader(source);
		for (uint64_t at = 0, read = 0; at < r->size && read < 64; at += sizeof(out) - 7, read++) {
			size_t got;
			FUZZ_NEED(reader_read(r, at, out, sizeof(out), &got, &err) == TRIAGE_OK);
		}
		FUZZ_NEED(source_bad_within(r, 0, r->size) <= r->size);
		evidence_close(source);
	} else {
		FUZZ_NEED(err.text[0] != '\0');
	}
	close(fds[0]);
	close(fds[1]);
}

static void
ewf_sum(uint8_t *data, size_t size, size_t at, size_t length)
{
	if (at <= size && length + 4 <= size - at) {
		uint32_t sum = adler32_of(data + at, length);
		for (size_t i = 0; i < 4; i++)
			data[at + length + i] = (uint8_t)(sum >> 8 * i);
	}
}

/* Follow the sections and put right what the walker would stop at. */
static void
ewf_repair(uint8_t *data, size_t size)
{
	static const size_t lengths[] = { 20, 32, 76, 90, 516, 1048 };	/* of tables, hash, digest, errors, both kinds of volume */
	if (size >= 13)
		memcpy(data, "EVF\x09\r\n\xff", 8);
	for (size_t at = 13, i = 0; i < 64 && at < size && size - at >= 76; i++) {
		for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++)
			if (data[at + 75] % (sizeof(lengths) / sizeof(lengths[0])) == k)
				ewf_sum(data, size, at + 76, lengths[k]);
		ewf_sum(data, size, at, 72);
		uint64_t next = load_le64(data + at + 16);
		if (next <= at || next > size)
			return;
		at = (size_t)next;
	}
}

int
fuzz_one_ewf(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	ewf_walk(data, size, false);
	ewf_repair(copy, size);
	ewf_walk(copy, size, false);
	ewf_walk(copy, size, true);
	free(copy);
	return 0;
}
FUZZ_MAIN(ewf)

/* fuzz_custody.c - the chain of custody: any bytes are checked; a chain made of any words must pass, and must not with a bit turned. */
#include "tests/fuzz/targets.h"

#include "triage/base/digest.h"
#include "triage/case/custody.h"

/* Two acts whose words are the input. */
static void
custody_made(const char *words, size_t turned)
{
	struct triage_error err = { .text = "" };
	struct custody_entry e = { .seq = 1, .time = 1, .actor = words, .action = "act", .detail = "{\"a\":[1,{}]}" };
	uint64_t lines = 0;
	SCOPED_BUF log;
	buf_init(&log, 1 << 20);
	memset(e.previous_hash, '0', 64);
	for (; e.seq <= 2; e.seq++) {
		if (custody_seal(&e, &err) != TRIAGE_OK)	/* words longer than a line may be */
			return;
		custody_line(&log, &e);
		buf_char(&log, '\n');
		memcpy(e.previous_hash, e.hash, 64);
		e.action = words;
	}
	if (log.failed)
		return;
	FUZZ_NEED(custody_check(log.data, log.size, &lines, &err) == TRIAGE_OK && lines == 2);
	log.data[turned % log.size] ^= 1;
	FUZZ_NEED(custody_check(log.data, log.size, &lines, &err) == TRIAGE_E_FORMAT && err.offset >= 1);
}

int
fuzz_one_custody(const uint8_t *data, size_t size)
{
	struct triage_error err = { .text = "" };
	uint64_t lines = 0;
	char *copy = (char *)fuzz_copy(data, size), *words = fuzz_text(data, size < 2000 ? size : 2000);
	FUZZ_NEED(digest_setup(&err) == TRIAGE_OK);
	enum triage_status st = custody_check(copy, size, &lines, &err);
	FUZZ_NEED(st == TRIAGE_OK || (st == TRIAGE_E_FORMAT && err.offset >= 1 && err.text[0] != '\0'));
	custody_made(words, size > 1 ? (size_t)data[0] << 8 | data[1] : 7);
	free(copy);
	free(words);
	return 0;
}
FUZZ_MAIN(custody)

/* fuzz_hash_set.c - sorted sets and Bloom filters; a set whose own digest does not fit gets the right one first, so that its counts are looked at. */
#include "tests/fuzz/targets.h"

#include "triage/detect/hash_set.h"

int
fuzz_one_hash_set(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH], hex[65];
	struct hash_set set;
	struct triage_error err = { .text = "" };
	FUZZ_NEED(digest_setup(&err) == TRIAGE_OK);
	uint8_t *copy = malloc(size + 1);
	FUZZ_NEED(copy != NULL);
	memcpy(copy, data, size);
	if (size > 128 && memcmp(copy, "TRIAGE-HASHSET\n", 16) == 0) {
		digest_sha256_hex(copy + 128, size - 128, hex);
		for (size_t i = 0; i < 32; i++)
			copy[48 + i] = (uint8_t)((hex[2 * i] <= '9' ? hex[2 * i] - '0' : hex[2 * i] - 'a' + 10) << 4 |
			    (hex[2 * i + 1] <= '9' ? hex[2 * i + 1] - '0' : hex[2 * i + 1] - 'a' + 10));
	}
	int fd = fuzz_file(copy, size, path);
	enum triage_status st = hash_set_open(path, &set, &err);
	if (st == TRIAGE_OK) {
		double chance = hash_set_false_positives(&set);
		FUZZ_NEED(chance >= 0 && chance <= 1);
		for (unsigned kind = 0; kind < DIGEST_KIND_COUNT; kind++) {
			uint8_t digest[DIGEST_MAX] = { 7 };
			hash_set_has(&set, (enum digest_kind)kind, digest);
			if (set.kind == HASH_SET_SORTED && set.counts[kind] == 1)
				FUZZ_NEED(hash_set_has(&set, (enum digest_kind)kind, set.rows[kind]));
		}
		hash_set_close(&set);
	} else {
		FUZZ_NEED(err.status < 0 && err.text[0] != '\0');
	}
	free(copy);
	close(fd);
	return 0;
}
FUZZ_MAIN(hash_set)

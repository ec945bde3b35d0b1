/* fuzz_hash_list.c - lists of digests of known files. */
#include "tests/fuzz/targets.h"

#include "triage/detect/hash_list.h"

int
fuzz_one_hash_list(const uint8_t *data, size_t size)
{
	char path[FUZZ_PATH];
	struct hash_list list = { .kinds = { { NULL, 0, 0 } } };
	struct hash_list_facts facts;
	struct triage_error err = { .text = "" };
	size_t kept = 0;
	FUZZ_NEED(digest_setup(&err) == TRIAGE_OK);
	int fd = fuzz_file(data, size, path);
	enum triage_status st = hash_list_add(&list, path, &facts, &err);
	hash_list_finish(&list);
	for (unsigned kind = 0; kind < DIGEST_KIND_COUNT; kind++) {
		const struct hash_rows *rows = &list.kinds[kind];
		kept += rows->count;
		for (size_t i = 0; i < rows->count; i++)
			FUZZ_NEED(hash_list_has(&list, (enum digest_kind)kind, rows->bytes + i * digest_size((enum digest_kind)kind)));
	}
	if (st == TRIAGE_OK)
		FUZZ_NEED(kept > 0 && kept <= facts.digests && strlen(facts.sha256) == 64);
	else
		FUZZ_NEED(err.status < 0 && err.text[0] != '\0');
	hash_list_release(&list);
	close(fd);
	return 0;
}
FUZZ_MAIN(hash_list)

/*
 * hash_list.h - lists of digests of known files: MD5, SHA-1 or SHA-256 in hex.
 *
 * A line is one of: "hash", "hash  name", "hash *name" (md5sum and relatives), "SHA256 (name) = hash" (BSD), a row of
 * Get-FileHash, or a CSV row (comma, semicolon or tab, with or without quotes) in which every cell that is a digest counts. Capitals,
 * CRLF, a byte order mark, UTF-16LE with mark, blank lines and lines that begin with # are fine. Lines without a digest are passed
 * over, but a file without a single digest is an error. Digests are kept sorted, in binary: a million SHA-256 take 32 MB.
 */
#ifndef TRIAGE_DETECT_HASH_LIST_H
#define TRIAGE_DETECT_HASH_LIST_H

#include "triage/base/digest.h"
#include "triage/base/error.h"

#include <stdbool.h>

struct hash_list {
	struct hash_rows {
		uint8_t *bytes;		/* count digests of digest_size(kind) bytes, sorted after hash_list_finish() */
		size_t count, room;
	} kinds[DIGEST_KIND_COUNT];
};

struct hash_list_facts {
	size_t lines, digests, passed;	/* passed: lines that are neither blank nor comment and hold no digest */
	char sha256[65];		/* of the file's bytes */
};

/*
 * Add the digests of one file. Errors: E_IO, E_MEMORY, E_LIMIT (a line of more than 1 MiB), E_FORMAT (no digest in it); each
 * names the file and, where there is one, the line. digest_setup() was called.
 */
WARN_UNUSED enum triage_status hash_list_add(struct hash_list *list, const char *path, struct hash_list_facts *ret_facts, struct triage_error *err);
/* Sort; before the first look-up. */
void hash_list_finish(struct hash_list *list);
bool hash_list_has(const struct hash_list *list, enum digest_kind kind, const uint8_t *digest);
void hash_list_release(struct hash_list *list);

#endif

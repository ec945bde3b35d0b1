/*
 * custody.h - the chain of custody: one act a line, each line holding the SHA-256 of the one before.
 *
 * Canonical line: a JSON object with the keys action, actor, detail, hash, previous_hash, seq, time in this (alphabetical) order,
 * no spaces outside strings, UTF-8. `hash` is the lower-case hex SHA-256 of the same line without the member "hash" (that is,
 * {"action":...,"actor":...,"detail":{...},"previous_hash":...,"seq":...,"time":...}). The first previous_hash is 64 zeros.
 * time is ISO 8601 UTC with nanoseconds and Z.
 */
#ifndef TRIAGE_CASE_CUSTODY_H
#define TRIAGE_CASE_CUSTODY_H

#include "triage/base/buf.h"
#include "triage/base/error.h"

struct custody_entry {
	uint64_t seq;			/* from 1 */
	int64_t time;
	const char *actor, *action, *detail;	/* detail: JSON object text */
	char previous_hash[65], hash[65];
};

/* Fill entry->hash from the other fields. Errors: E_MEMORY (or longer than a line may be); such an act must not be written. */
WARN_UNUSED enum triage_status custody_seal(struct custody_entry *entry, struct triage_error *err);
/* Append the canonical line with hash, without line end. */
void custody_line(struct buf *out, const struct custody_entry *entry);
/* How far a chain was followed. All zero before its first act. */
struct custody_chain {
	uint64_t acts;
	char last[65];			/* hash of the last act; "" before the first */
};
/* Follow the chain through more lines of it: the same errors as custody_check(); the chain then stands before the line that is wrong. */
WARN_UNUSED enum triage_status custody_follow(struct custody_chain *chain, const char *text, size_t size, struct triage_error *err);
/* Check custody.jsonl text. OK when whole; E_FORMAT names the first line (1-based in err->offset) that does not fit and why. */
WARN_UNUSED enum triage_status custody_check(const char *text, size_t size, uint64_t *ret_lines, struct triage_error *err);

#endif

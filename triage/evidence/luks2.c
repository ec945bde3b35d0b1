/* luks2.c - the two copies of a version 2 header: which one counts. Behind each binary part lies its JSON text. */
#include "triage/evidence/luks.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"
#include "triage/evidence/lock_crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAGIC = 6, VERSION = 6, SIZE = 8, SEQUENCE = 16, LABEL = 24, SUM_NAME = 72, SUM_NAME_SIZE = 32, UUID_AT = 168, OFFSET = 256, SUM = 448,
	SUM_SIZE = 64 };

struct copy {
	uint8_t *bytes;			/* the whole of it, owned; NULL when there is none */
	uint64_t at, size, sequence;
	bool whole;			/* its checksum fits */
};

static bool
size_is_one(uint64_t size)
{
	return size >= LUKS2_HEADER_MIN && size <= LUKS2_HEADER_MAX && (size & (size - 1)) == 0;
}

/* The digest is made over the copy with zeros where it stands. */
static bool
checksum_fits(uint8_t *bytes, uint64_t size)
{
	char name[SUM_NAME_SIZE + 1] = { 0 };
	uint8_t told[SUM_SIZE] = { 0 }, made[LOCK_DIGEST_MAX] = { 0 };
	memcpy(name, bytes + SUM_NAME, SUM_NAME_SIZE);
	const EVP_MD *md = lock_digest(name);
	memcpy(told, bytes + SUM, SUM_SIZE);
	memset(bytes + SUM, 0, SUM_SIZE);
	bool fits = md != NULL && lock_digest_of(md, bytes, (size_t)size, NULL, 0, made) && memcmp(told, made, (size_t)EVP_MD_get_size(md)) == 0;
	memcpy(bytes + SUM, told, SUM_SIZE);
	return fits;
}

/* The copy at a place, when one is there. Errors: E_MEMORY. */
static enum triage_status
load_copy(struct reader *volume, uint64_t at, const uint8_t *head, struct copy *c, struct triage_error *err)
{
	uint64_t size = load_be64(head + SIZE);
	if (memcmp(head, at == 0 ? "LUKS\xba\xbe" : "SKUL\xba\xbe", MAGIC) != 0 || load_be16(head + VERSION) != 2 || !size_is_one(size) ||
	    load_be64(head + OFFSET) != at || (at != 0 && size != at) || at > volume->size || size > volume->size - at)
		return TRIAGE_OK;
	uint8_t *bytes = fault_hit() ? NULL : malloc((size_t)size);
	if (bytes == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a LUKS header");
		return TRIAGE_E_MEMORY;
	}
	if (reader_read_all(volume, at, bytes, (size_t)size, NULL) != TRIAGE_OK || memcmp(bytes, head, MAGIC) != 0) {
		free(bytes);
		return TRIAGE_OK;
	}
	*c = (struct copy){ .bytes = bytes, .at = at, .size = size, .sequence = load_be64(bytes + SEQUENCE) };
	c->whole = checksum_fits(bytes, size);
	return TRIAGE_OK;
}

/* The second copy: behind the first when that says where it ends, else at one of the places where it may be. */
static enum triage_status
load_second(struct reader *volume, const struct copy *first, struct copy *second, struct triage_error *err)
{
	uint64_t from = first->whole ? first->size : LUKS2_HEADER_MIN, to = first->whole ? first->size : LUKS2_HEADER_MAX;
	enum triage_status st = TRIAGE_OK;
	for (uint64_t at = from; at <= to && st == TRIAGE_OK && !second->whole; at *= 2) {
		uint8_t head[LUKS2_BINARY];
		if (reader_read_all(volume, at, head, sizeof(head), NULL) != TRIAGE_OK)
			continue;
		struct copy found = { 0 };
		st = load_copy(volume, at, head, &found, err);
		if (found.bytes != NULL && (second->bytes == NULL || found.whole)) {
			free(second->bytes);
			*second = found;
		} else {
			free(found.bytes);
		}
	}
	return st;
}

static enum triage_status
use_copy(const struct copy *c, struct luks *l, struct triage_error *err)
{
	memcpy(l->uuid, c->bytes + UUID_AT, LUKS_UUID);
	memcpy(l->label, c->bytes + LABEL, LUKS_LABEL);
	const char *text = (const char *)c->bytes + LUKS2_BINARY;
	return luks2_json(text, strnlen(text, (size_t)c->size - LUKS2_BINARY), l, err);
}

static void
tell_copies(const struct copy *first, const struct copy *second, const struct copy *used, struct luks *l)
{
	if (used->whole && first->whole && second->whole && first->sequence == second->sequence)
		return;
	const struct copy *other = used == first ? second : first;
	l->remark_at = other->at;
	snprintf(l->remark, sizeof(l->remark), "of the two LUKS headers the %s one is %s; the %s one is used%s", other == first ? "first" : "second",
	    other->bytes == NULL ? "missing" : !other->whole ? "damaged" : "older", used == first ? "first" : "second",
	    used->whole ? "" : " although its checksum does not fit");
}

enum triage_status
luks2_read(struct reader *volume, const uint8_t *head, struct luks *l, struct triage_error *err)
{
	struct copy first = { 0 }, second = { 0 };
	enum triage_status st = load_copy(volume, 0, head, &first, err);
	if (st == TRIAGE_OK)
		st = load_second(volume, &first, &second, err);
	const struct copy *order[2] = { &first, &second };
	if (second.whole > first.whole || (second.whole == first.whole && second.sequence > first.sequence))
		order[0] = &second, order[1] = &first;
	if (st == TRIAGE_OK) {
		triage_error_set(err, TRIAGE_E_FORMAT, 0, "neither copy of the LUKS header can be read");
		st = TRIAGE_E_FORMAT;
		for (size_t i = 0; i < 2 && st == TRIAGE_E_FORMAT; i++)
			if (order[i]->bytes != NULL) {
				st = use_copy(order[i], l, err);
				if (st == TRIAGE_OK)
					tell_copies(&first, &second, order[i], l);
			}
	}
	free(first.bytes);
	free(second.bytes);
	return st;
}

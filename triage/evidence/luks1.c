/* luks1.c - the header of version 1: big-endian fields, eight key slots, one cipher for everything. */
#include "triage/evidence/luks.h"

#include "triage/base/view.h"

#include <stdio.h>
#include <string.h>

enum { CIPHER_NAME = 8, CIPHER_MODE = 40, HASH = 72, NAME = 32, PAYLOAD = 104, KEY_BYTES = 108, DIGEST = 112, DIGEST_SIZE = 20, DIGEST_SALT = 132,
	SALT = 32, DIGEST_ROUNDS = 164 };
enum { SLOTS_AT = 208, SLOTS = 8, SLOT = 48, SLOT_ROUNDS = 4, SLOT_SALT = 8, SLOT_AREA = 40, SLOT_STRIPES = 44, SECTOR = 512 };
#define SLOT_IN_USE 0x00ac71f3u

static void
set_kdf(struct luks_kdf *k, const char *hash, uint32_t iterations, const uint8_t *salt)
{
	*k = (struct luks_kdf){ .type = "pbkdf2", .iterations = iterations, .salt_size = SALT };
	snprintf(k->hash, sizeof(k->hash), "%s", hash);
	memcpy(k->salt, salt, SALT);
}

enum triage_status
luks1_read(const uint8_t *head, uint64_t volume_size, struct luks *l, struct triage_error *err)
{
	char name[NAME + 1] = { 0 }, mode[NAME + 1] = { 0 }, hash[NAME + 1] = { 0 }, cipher[LUKS_TEXT];
	memcpy(name, head + CIPHER_NAME, NAME);
	memcpy(mode, head + CIPHER_MODE, NAME);
	memcpy(hash, head + HASH, NAME);
	snprintf(cipher, sizeof(cipher), "%s-%s", name, mode);
	uint32_t key_size = load_be32(head + KEY_BYTES);
	if (key_size == 0 || key_size > LUKS_KEY || volume_size < LUKS1_HEADER) {
		triage_error_set(err, TRIAGE_E_FORMAT, KEY_BYTES, "the LUKS header says that the key has %u bytes", key_size);
		return TRIAGE_E_FORMAT;
	}
	for (size_t i = 0; i < SLOTS; i++) {
		const uint8_t *from = head + SLOTS_AT + i * SLOT;
		if (load_be32(from) != SLOT_IN_USE)
			continue;
		struct luks_slot *s = &l->slots[l->slot_count++];
		*s = (struct luks_slot){ .number = (unsigned)i, .type = "luks2", .key_size = key_size, .priority = 1, .area_type = "raw",
			.area_at = (uint64_t)load_be32(from + SLOT_AREA) * SECTOR, .area_key_size = key_size, .split_type = "luks1",
			.stripes = load_be32(from + SLOT_STRIPES) };
		s->area_size = s->stripes * key_size;
		memcpy(s->area_cipher, cipher, sizeof(cipher));
		memcpy(s->split_hash, hash, sizeof(hash));
		set_kdf(&s->kdf, hash, load_be32(from + SLOT_ROUNDS), from + SLOT_SALT);
	}
	struct luks_digest *d = &l->digests[l->digest_count++];
	*d = (struct luks_digest){ .slots = UINT64_MAX, .segments = 1, .value_size = DIGEST_SIZE };
	set_kdf(&d->kdf, hash, load_be32(head + DIGEST_ROUNDS), head + DIGEST_SALT);
	memcpy(d->value, head + DIGEST, DIGEST_SIZE);
	struct luks_segment *p = &l->segments[l->segment_count++];
	*p = (struct luks_segment){ .type = "crypt", .at = (uint64_t)load_be32(head + PAYLOAD) * SECTOR, .size = UINT64_MAX, .sector_size = SECTOR };
	memcpy(p->cipher, cipher, sizeof(cipher));
	l->detached = p->at == 0;
	return TRIAGE_OK;
}

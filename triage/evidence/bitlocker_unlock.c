#include "triage/evidence/bitlocker_unlock.h"

#include "triage/base/fault.h"
#include "triage/evidence/lock_crypto.h"

#include <string.h>

enum { NONCE = 12, TAG = 16, SEALED_HEAD = NONCE + TAG, KEY_DATUM = 12, SALT = 16, STRETCH_SALT = 4, OPEN_MAX = 256, MASTER = 32, VOLUME_KEY = 64 };
enum { METHOD_XTS_128 = 0x8004, METHOD_XTS_256 = 0x8005 };

/* Parts of the volume key that the cipher uses; second: where the key of the diffuser stands, 0 for none. */
static const struct method {
	uint16_t method;
	const char *cipher, *name;
	size_t first_size, second_at, second_size;
} methods[] = {
	{ 0x8000, "aes-cbc-elephant", "AES-CBC 128 with diffuser", 16, 32, 16 },
	{ 0x8001, "aes-cbc-elephant", "AES-CBC 256 with diffuser", 32, 32, 32 },
	{ 0x8002, "aes-cbc-eboiv", "AES-CBC 128", 16, 0, 0 },
	{ 0x8003, "aes-cbc-eboiv", "AES-CBC 256", 32, 0, 0 },
	{ METHOD_XTS_128, "aes-xts-plain64", "AES-XTS 128", 32, 0, 0 },
	{ METHOD_XTS_256, "aes-xts-plain64", "AES-XTS 256", 64, 0, 0 },
};

static const struct method *
method_of(uint16_t method)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].method == method)
			return &methods[i];
	return NULL;
}

bool
bitlocker_method_known(uint16_t method, const char **ret_name)
{
	const struct method *m = method_of(method);
	*ret_name = m != NULL ? m->name : "";
	return m != NULL;
}

static bool
counts_sectors(const struct bitlocker *b)
{
	return b->method == METHOD_XTS_128 || b->method == METHOD_XTS_256;
}

uint64_t
bitlocker_number(const struct bitlocker *b, uint64_t at)
{
	return counts_sectors(b) ? at / b->sector_size : at;
}

/* Open what was sealed with key; it holds a key again. ret_key: room bytes; ret_size: how many there are. False: it is not the key. */
static bool
open_sealed(struct view sealed, const uint8_t key[MASTER], uint8_t *ret_key, size_t room, size_t *ret_size)
{
	uint8_t open[OPEN_MAX];
	if (sealed.size < SEALED_HEAD + KEY_DATUM || sealed.size > SEALED_HEAD + OPEN_MAX)
		return false;
	size_t size = sealed.size - SEALED_HEAD;
	bool ok = lock_ccm_open(key, sealed.data, sealed.data + NONCE, sealed.data + SEALED_HEAD, size, open) && load_le16(open) <= size &&
	    load_le16(open) > KEY_DATUM && load_le16(open) - KEY_DATUM <= (int)room;
	if (ok) {
		*ret_size = load_le16(open) - (size_t)KEY_DATUM;
		memcpy(ret_key, open + KEY_DATUM, *ret_size);
	}
	lock_wipe(open, sizeof(open));
	return ok;
}

/* A million rounds over the last digest, the first one, a salt and a counter. */
static bool
stretch(const uint8_t first[SECRET_KEY], const uint8_t salt[SALT], uint8_t out[SECRET_KEY])
{
	enum { ROUNDS = 1 << 20, FIRST = 32, SALT_AT = 64, COUNTER = 80, SIZE = 88 };
	uint8_t state[SIZE] = { 0 }, made[LOCK_DIGEST_MAX];
	const EVP_MD *md = lock_digest("sha256");
	EVP_MD_CTX *c = md != NULL && !fault_hit() ? EVP_MD_CTX_new() : NULL;
	memcpy(state + FIRST, first, SECRET_KEY);
	memcpy(state + SALT_AT, salt, SALT);
	bool ok = c != NULL && EVP_DigestInit_ex2(c, md, NULL) == 1;
	for (uint32_t i = 0; ok && i < ROUNDS; i++) {
		state[COUNTER] = (uint8_t)i;
		state[COUNTER + 1] = (uint8_t)(i >> 8);
		state[COUNTER + 2] = (uint8_t)(i >> 16);
		ok = EVP_DigestUpdate(c, state, SIZE) == 1 && EVP_DigestFinal_ex(c, made, NULL) == 1 && EVP_DigestInit_ex2(c, NULL, NULL) == 1;
		memcpy(state, made, SECRET_KEY);
	}
	EVP_MD_CTX_free(c);
	memcpy(out, state, SECRET_KEY);
	lock_wipe(state, sizeof(state));
	lock_wipe(made, sizeof(made));
	return ok;
}

static bool
find_entry(struct view entries, uint16_t value, size_t least, struct view *ret_data)
{
	struct bitlocker_entry e;
	while (bitlocker_entry_next(&entries, &e))
		if (e.value == value && e.data.size >= least) {
			*ret_data = e.data;
			return true;
		}
	return false;
}

/* May this kind of secret open such a protector? A startup key only its own, when it is one of this volume. */
static bool
suits(const struct bitlocker_protector *p, const struct secret *s)
{
	switch (s->kind) {
	case SECRET_RECOVERY: return p->type == BITLOCKER_RECOVERY;
	case SECRET_PASSWORD: return p->type == BITLOCKER_PASSWORD;
	case SECRET_EXTERNAL: break;
	}
	return p->type == BITLOCKER_STARTUP && memcmp(p->guid, s->guid, SECRET_GUID) == 0;
}

static bool
try_secret(const struct bitlocker_protector *p, const struct secret *s, uint8_t master[MASTER])
{
	struct view sealed, salt;
	uint8_t key[SECRET_KEY];
	size_t size = 0;
	if (!find_entry(p->entries, VALUE_SEALED, SEALED_HEAD, &sealed))
		return false;
	memcpy(key, s->key, sizeof(key));
	bool ok = s->kind == SECRET_EXTERNAL ||
	    (find_entry(p->entries, VALUE_STRETCH, STRETCH_SALT + SALT, &salt) && stretch(s->key, salt.data + STRETCH_SALT, key));
	ok = ok && open_sealed(sealed, key, master, MASTER, &size) && size == MASTER;
	lock_wipe(key, sizeof(key));
	return ok;
}

/* While protection is suspended the key lies beside what it seals. */
static bool
try_clear(const struct bitlocker_protector *p, uint8_t master[MASTER])
{
	enum { HEAD = 4 };
	struct view sealed, key;
	size_t size = 0;
	return p->type == BITLOCKER_CLEAR && find_entry(p->entries, VALUE_KEY, HEAD + MASTER, &key) &&
	    find_entry(p->entries, VALUE_SEALED, SEALED_HEAD, &sealed) && open_sealed(sealed, key.data + HEAD, master, MASTER, &size) && size == MASTER;
}

static bool
find_master(const struct bitlocker *b, const struct secrets *secrets, struct bitlocker_tries *tries, uint8_t master[MASTER])
{
	for (size_t i = 0; i < b->protector_count; i++)
		if (try_clear(&b->protectors[i], master)) {
			tries->opened = &b->protectors[i];
			return true;
		}
	for (size_t i = 0; i < secrets->count; i++)
		for (size_t k = 0; k < b->protector_count; k++) {
			const struct bitlocker_protector *p = &b->protectors[k];
			if (!suits(p, &secrets->list[i]))
				continue;
			if (tries->tried == BITLOCKER_TRIES) {
				tries->spent = true;
				return false;
			}
			tries->tried++;
			if (try_secret(p, &secrets->list[i], master)) {
				tries->opened = p;
				return true;
			}
		}
	return false;
}

static enum triage_status
make_cipher(const struct bitlocker *b, const uint8_t key[VOLUME_KEY], size_t size, struct lock_cipher **ret_cipher, struct triage_error *err)
{
	uint8_t parts[VOLUME_KEY];
	const struct method *m = method_of(b->method);
	if (m == NULL) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "BitLocker encryption method 0x%04x is not read", b->method);
		return TRIAGE_E_UNSUPPORTED;
	}
	if (size < m->first_size || size < m->second_at + m->second_size) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the BitLocker key is too short for its method (%zu bytes)", size);
		return TRIAGE_E_FORMAT;
	}
	memcpy(parts, key, m->first_size);
	memcpy(parts + m->first_size, key + m->second_at, m->second_size);
	enum triage_status st = lock_cipher_new(m->cipher, parts, m->first_size + m->second_size, b->sector_size, counts_sectors(b) ? 1 : b->sector_size,
	    ret_cipher, err);
	lock_wipe(parts, sizeof(parts));
	return st;
}

enum triage_status
bitlocker_unlock(const struct bitlocker *b, const struct secrets *secrets, struct bitlocker_tries *tries, struct lock_cipher **ret_cipher,
    struct triage_error *err)
{
	uint8_t master[MASTER] = { 0 }, key[VOLUME_KEY] = { 0 };
	size_t size = 0;
	enum triage_status st = TRIAGE_OK;
	*tries = (struct bitlocker_tries){ .tried = 0 };
	*ret_cipher = NULL;
	if (find_master(b, secrets, tries, master)) {
		if (open_sealed(b->sealed_key, master, key, sizeof(key), &size)) {
			st = make_cipher(b, key, size, ret_cipher, err);
		} else {
			triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the key fits, but the sealed key of the BitLocker volume is damaged");
			st = TRIAGE_E_FORMAT;
		}
	}
	lock_wipe(master, sizeof(master));
	lock_wipe(key, sizeof(key));
	return st;
}

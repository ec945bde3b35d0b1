#include "triage/evidence/luks_unlock.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/evidence/lock_cipher.h"
#include "triage/evidence/lock_crypto.h"

#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512, AREA_MAX = 8 << 20, WAYS = 3, PASSES_MAX = 1 << 16, MEMORY_MAX = 4 << 20 /* KiB */, LANES_MAX = 256 };

/* A way to understand a key: part of its bytes. */
struct candidate {
	const uint8_t *bytes;
	size_t size;
};

struct unlocking {
	struct reader *volume;
	const struct luks_digest *digest;
	const struct luks_slot *slot;
	struct luks_tries *tries;
	uint64_t work;
	uint8_t *area;			/* the key material as it lies, area_size bytes */
	uint8_t *open;			/* and decrypted; wiped */
	size_t area_size;		/* whole sectors */
};

const struct luks_digest *
luks_digest_of(const struct luks *l, const struct luks_segment *s)
{
	for (size_t i = 0; i < l->digest_count; i++)
		if (s->number < 64 && (l->digests[i].segments >> s->number & 1) != 0)
			return &l->digests[i];
	return NULL;
}

bool
luks_cipher_known(const char *cipher, uint64_t key_size, uint64_t sector_size, struct triage_error *err)
{
	static const uint8_t nothing[LUKS_KEY];
	struct lock_cipher *c = NULL;
	if (key_size == 0 || key_size > LUKS_KEY || sector_size > UINT32_MAX) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "a key of %ju bytes is not read", (uintmax_t)key_size);
		return false;
	}
	bool known = lock_cipher_new(cipher, nothing, (size_t)key_size, (uint32_t)sector_size, 1, &c, err) == TRIAGE_OK;
	lock_cipher_free(c);
	return known;
}

static bool
kdf_known(const struct luks_kdf *k, struct triage_error *err)
{
	bool argon2 = strcmp(k->type, "argon2i") == 0 || strcmp(k->type, "argon2id") == 0;
	bool known = strcmp(k->type, "pbkdf2") == 0 ? lock_digest(k->hash) != NULL && k->iterations > 0 && k->iterations <= UINT32_MAX :
	    argon2 && k->time > 0 && k->time <= PASSES_MAX && k->memory > 0 && k->memory <= MEMORY_MAX && k->cpus > 0 && k->cpus <= LANES_MAX;
	if (!known)
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "its key derivation is not read (%.40s %.40s)", k->type, k->hash);
	return known;
}

bool
luks_slot_known(const struct luks_slot *s, struct triage_error *err)
{
	const char *what = strcmp(s->type, "luks2") != 0 ? s->type : strcmp(s->area_type, "raw") != 0 ? s->area_type :
	    strcmp(s->split_type, "luks1") != 0 ? s->split_type : lock_digest(s->split_hash) == NULL ? s->split_hash : NULL;
	uint64_t bytes;
	if (what != NULL) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "such a key slot is not read (%.60s)", what);
		return false;
	}
	if (s->key_size == 0 || s->key_size > LUKS_KEY || s->stripes == 0 || __builtin_mul_overflow(s->key_size, s->stripes, &bytes) ||
	    bytes > s->area_size || bytes > AREA_MAX) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "the key slot contradicts itself");
		return false;
	}
	return luks_cipher_known(s->area_cipher, s->area_key_size, SECTOR, err) && kdf_known(&s->kdf, err);
}

/* How long a derivation of size bytes takes, see LUKS_WORK_MAX. */
static uint64_t
kdf_work(const struct luks_kdf *k, size_t size)
{
	if (strcmp(k->type, "pbkdf2") != 0)
		return k->time * k->memory;	/* both are bounded by kdf_known() */
	size_t piece = (size_t)EVP_MD_get_size(lock_digest(k->hash));
	return k->iterations * ((size + piece - 1) / piece);
}

static enum triage_status
derive(const struct luks_kdf *k, struct candidate c, uint8_t *out, size_t size, struct triage_error *err)
{
	if (strcmp(k->type, "pbkdf2") != 0)
		return lock_argon2(&(struct lock_argon2){ .id = strcmp(k->type, "argon2id") == 0, .passes = (uint32_t)k->time, .memory = (uint32_t)k->memory,
		    .lanes = (uint32_t)k->cpus, .salt = k->salt, .salt_size = (size_t)k->salt_size }, c.bytes, c.size, out, size, err);
	if (lock_pbkdf2(k->hash, c.bytes, c.size, k->salt, (size_t)k->salt_size, (uint32_t)k->iterations, out, size))
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "deriving a key failed");
	return TRIAGE_E_MEMORY;
}

/* A stripe is run through the digest piece by piece, each with its number before it. */
static bool
diffuse(const EVP_MD *md, uint8_t *bytes, size_t size)
{
	size_t piece = (size_t)EVP_MD_get_size(md);
	for (uint32_t i = 0; (size_t)i * piece < size; i++) {
		uint8_t made[LOCK_DIGEST_MAX];
		const uint8_t number[4] = { (uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
		size_t at = i * piece, some = size - at < piece ? size - at : piece;
		if (!lock_digest_of(md, number, sizeof(number), bytes + at, some, made))
			return false;
		memcpy(bytes + at, made, some);
		lock_wipe(made, sizeof(made));
	}
	return true;
}

/* The key that was split over many stripes, so that wiping any part of them destroys it. */
static bool
merge_stripes(const struct luks_slot *s, const uint8_t *stripes, uint8_t *key)
{
	const EVP_MD *md = lock_digest(s->split_hash);
	size_t size = (size_t)s->key_size;
	memset(key, 0, size);
	for (uint64_t n = 0; n < s->stripes; n++) {
		for (size_t i = 0; i < size; i++)
			key[i] ^= stripes[n * size + i];
		if (n + 1 < s->stripes && !diffuse(md, key, size))
			return false;
	}
	return true;
}

static bool
key_fits(const struct luks_digest *d, const uint8_t *key, size_t size)
{
	uint8_t made[LUKS_SALT];
	return lock_pbkdf2(d->kdf.hash, key, size, d->kdf.salt, (size_t)d->kdf.salt_size, (uint32_t)d->kdf.iterations, made, (size_t)d->value_size) &&
	    lock_same(made, d->value, (size_t)d->value_size);
}

/* Errors: E_MEMORY, only when this machine is at its end; a wrong key is *ret_fits false. */
static enum triage_status
try_key(struct unlocking *u, const uint8_t *area_key, uint8_t *key, bool *ret_fits, struct triage_error *err)
{
	struct lock_cipher *c = NULL;
	const struct luks_slot *s = u->slot;
	enum triage_status st = lock_cipher_new(s->area_cipher, area_key, (size_t)s->area_key_size, SECTOR, 1, &c, err);
	if (st != TRIAGE_OK)
		return st;
	memcpy(u->open, u->area, u->area_size);
	*ret_fits = lock_cipher_open(c, 0, u->open, u->area_size) && merge_stripes(s, u->open, key) && key_fits(u->digest, key, (size_t)s->key_size);
	lock_cipher_free(c);
	lock_wipe(u->open, u->area_size);
	return TRIAGE_OK;
}

static enum triage_status
try_candidate(struct unlocking *u, struct candidate c, uint8_t *key, bool *ret_fits, struct triage_error *err)
{
	uint8_t area_key[LUKS_KEY];
	const struct luks_kdf *k = &u->slot->kdf;
	uint64_t work = kdf_work(k, (size_t)u->slot->area_key_size) + kdf_work(&u->digest->kdf, (size_t)u->digest->value_size);
	if (work > LUKS_WORK_MAX - u->work) {
		u->tries->spent = true;
		return TRIAGE_OK;
	}
	u->work += work;
	u->tries->tried++;
	enum triage_status st = derive(k, c, area_key, (size_t)u->slot->area_key_size, err);
	if (st == TRIAGE_OK)
		st = try_key(u, area_key, key, ret_fits, err);
	else if (strcmp(k->type, "pbkdf2") != 0) {
		if (st == TRIAGE_E_MEMORY)
			u->tries->memory = k->memory;
		st = TRIAGE_OK;	/* another slot may need less */
	}
	lock_wipe(area_key, sizeof(area_key));
	return st;
}

/* Read the key material of a slot. False when it is not there. */
static bool
load_area(struct unlocking *u)
{
	const struct luks_slot *s = u->slot;
	size_t wanted = (size_t)(s->key_size * s->stripes);
	u->area_size = (wanted + SECTOR - 1) / SECTOR * SECTOR;
	u->area = fault_hit() ? NULL : malloc(u->area_size);
	u->open = malloc(u->area_size);
	return u->area != NULL && u->open != NULL && reader_read_all(u->volume, s->area_at, u->area, u->area_size, NULL) == TRIAGE_OK;
}

static enum triage_status
try_slot(struct unlocking *u, const struct candidate *list, size_t count, uint8_t *key, bool *ret_fits, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (load_area(u))
		for (size_t i = 0; i < count && st == TRIAGE_OK && !*ret_fits; i++)
			st = try_candidate(u, list[i], key, ret_fits, err);
	free(u->area);
	lock_wipe_free(u->open, u->area_size);
	u->area = u->open = NULL;
	return st;
}

static void
add_candidate(struct candidate *list, size_t *count, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < *count; i++)
		if (list[i].size == size && memcmp(list[i].bytes, bytes, size) == 0)
			return;
	list[(*count)++] = (struct candidate){ bytes, size };
}

/* First each key as a typed line, then as the bytes of a key file. list: room for WAYS of each key. */
static size_t
list_candidates(const struct layer_keys *keys, struct candidate *list)
{
	size_t count = 0;
	for (size_t i = 0; i < keys->count; i++) {
		const uint8_t *bytes = keys->keys[i].bytes;
		size_t size = keys->keys[i].size;
		if (size > 0 && bytes[size - 1] == '\n')
			size -= size > 1 && bytes[size - 2] == '\r' ? 2 : 1;
		if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)	/* some editors begin a text with this mark */
			add_candidate(list, &count, bytes + 3, size - 3);
		add_candidate(list, &count, bytes, size);
	}
	for (size_t i = 0; i < keys->count; i++)
		add_candidate(list, &count, keys->keys[i].bytes, keys->keys[i].size);
	return count;
}

enum triage_status
luks_unlock(struct reader *volume, const struct luks *l, const struct luks_digest *d, const struct layer_keys *keys, struct luks_tries *tries,
    uint8_t *ret_key, size_t *ret_size, struct triage_error *err)
{
	enum { PRIORITY_FIRST = 2 };
	struct unlocking u = { .volume = volume, .digest = d, .tries = tries };
	*tries = (struct luks_tries){ 0 };
	*ret_size = 0;
	if (keys == NULL || keys->count == 0 || strcmp(d->kdf.type, "pbkdf2") != 0 || !kdf_known(&d->kdf, NULL) || d->value_size == 0)
		return TRIAGE_OK;
	SCOPED_FREE struct candidate *list = fault_hit() ? NULL : calloc(keys->count, WAYS * sizeof(*list));
	if (list == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for keys");
		return TRIAGE_E_MEMORY;
	}
	size_t count = list_candidates(keys, list);
	enum triage_status st = TRIAGE_OK;
	bool fits = false;
	for (uint64_t priority = PRIORITY_FIRST; st == TRIAGE_OK && !fits; priority--) {
		for (size_t i = 0; i < l->slot_count && st == TRIAGE_OK && !fits; i++) {
			u.slot = &l->slots[i];
			if (u.slot->priority == priority && u.slot->number < 64 && (d->slots >> u.slot->number & 1) != 0 && luks_slot_known(u.slot, NULL))
				st = try_slot(&u, list, count, ret_key, &fits, err);
		}
		if (priority == 0)
			break;
	}
	*ret_size = fits ? (size_t)u.slot->key_size : 0;
	if (!fits)
		lock_wipe(ret_key, LUKS_KEY);
	return st;
}

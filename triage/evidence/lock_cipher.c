#include "triage/evidence/lock_cipher.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"
#include "triage/evidence/lock_crypto.h"
#include "triage/evidence/lock_diffuser.h"
#include "triage/evidence/lock_xts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_UNITS = 16, BATCH = XTS_UNIT * BATCH_UNITS, NAME_PART = 32 };
enum mode { MODE_XTS, MODE_CBC, MODE_ECB, MODE_ELEPHANT, MODE_NONE };
enum start { START_ZERO, START_PLAIN, START_PLAIN64, START_PLAIN64BE };

struct lock_cipher {
	enum mode mode;
	enum start start;		/* how a number becomes an initial value */
	uint32_t sector, step;
	EVP_CIPHER_CTX *data;		/* decrypts blocks; NULL with MODE_NONE */
	EVP_CIPHER_CTX *white;		/* encrypts initial values (essiv, eboiv); NULL: they are used as they are */
	EVP_CIPHER_CTX *tweak;		/* xts: encrypts the first tweak; elephant: encrypts the sector key */
	uint8_t starts[BATCH_UNITS * LOCK_BLOCK];
	uint8_t scratch[BATCH];		/* xts: tweaks; cbc: the last block of the call before, then that of each sector */
};

static bool
run_blocks(EVP_CIPHER_CTX *c, uint8_t *bytes, size_t size)
{
	int n = 0;
	return EVP_CipherUpdate(c, bytes, &n, bytes, (int)size) == 1 && (size_t)n == size;
}

static void
put_le64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

/* The initial values of a batch into c->starts, one for each sector. */
static bool
make_starts(struct lock_cipher *c, uint64_t number, size_t sectors)
{
	memset(c->starts, 0, sectors * LOCK_BLOCK);
	for (size_t i = 0; i < sectors; i++, number += c->step) {
		uint8_t *at = c->starts + i * LOCK_BLOCK;
		switch (c->start) {
		case START_ZERO: break;
		case START_PLAIN: put_le64(at, (uint32_t)number); break;
		case START_PLAIN64: put_le64(at, number); break;
		case START_PLAIN64BE: put_le64(at + 8, __builtin_bswap64(number)); break;
		}
	}
	return c->white == NULL || run_blocks(c->white, c->starts, sectors * LOCK_BLOCK);
}

static bool
open_xts(struct lock_cipher *c, uint8_t *bytes, size_t size)
{
	size_t sectors = size / c->sector, each = c->sector / XTS_UNIT;
	if (!run_blocks(c->tweak, c->starts, sectors * LOCK_BLOCK))
		return false;
	for (size_t i = sectors; i-- > 0;)	/* from the back: the heads of a sector's units lie where later sectors' starts lay */
		xts_heads(c->starts + i * LOCK_BLOCK, each, c->starts + i * each * LOCK_BLOCK);
	xts_lay_tweaks(c->starts, size / XTS_UNIT, bytes, c->scratch);
	if (!run_blocks(c->data, bytes, size))
		return false;
	xts_xor(bytes, c->scratch, size);
	return true;
}

/*
 * All sectors as one chain in one call, which is what the library does fastest. Only the first block of each sector is wrong then: the block
 * before it in the chain (of the sector before, of the call before) was laid over it in place of the initial value.
 */
static bool
open_cbc(struct lock_cipher *c, uint8_t *bytes, size_t size)
{
	size_t sectors = size / c->sector;
	for (size_t i = 0; i < sectors; i++) {
		uint8_t *last = c->scratch + (i + 1) * LOCK_BLOCK;
		memcpy(last, bytes + (i + 1) * c->sector - LOCK_BLOCK, LOCK_BLOCK);
	}
	if (!run_blocks(c->data, bytes, size))
		return false;
	xts_xor(c->starts, c->scratch, sectors * LOCK_BLOCK);
	for (size_t i = 0; i < sectors; i++)
		xts_xor(bytes + i * c->sector, c->starts + i * LOCK_BLOCK, LOCK_BLOCK);
	memcpy(c->scratch, c->scratch + sectors * LOCK_BLOCK, LOCK_BLOCK);
	return true;
}

/* The sector key: the place encrypted under a key of its own, and again with the last byte marked. */
static bool
undo_diffuser(struct lock_cipher *c, uint64_t number, uint8_t *bytes, size_t size)
{
	enum { MARK = 0x80 };
	for (size_t at = 0; at < size; at += c->sector, number += c->step) {
		uint8_t key[DIFFUSER_KEY] = { 0 };
		put_le64(key, number);
		put_le64(key + LOCK_BLOCK, number);
		key[DIFFUSER_KEY - 1] = MARK;
		if (!run_blocks(c->tweak, key, sizeof(key)))
			return false;
		diffuser_undo(bytes + at, c->sector, key);
	}
	return true;
}

static bool
open_batch(struct lock_cipher *c, uint64_t number, uint8_t *bytes, size_t size)
{
	if (c->mode != MODE_ECB && !make_starts(c, number, size / c->sector))
		return false;
	switch (c->mode) {
	case MODE_XTS: return open_xts(c, bytes, size);
	case MODE_CBC: return open_cbc(c, bytes, size);
	case MODE_ELEPHANT: return open_cbc(c, bytes, size) && undo_diffuser(c, number, bytes, size);
	case MODE_ECB: return run_blocks(c->data, bytes, size);
	case MODE_NONE: break;
	}
	return true;
}

bool
lock_cipher_open(struct lock_cipher *c, uint64_t number, uint8_t *bytes, size_t size)
{
	if (c->mode == MODE_NONE)
		return true;
	for (size_t done = 0; done < size;) {
		size_t some = size - done < BATCH ? size - done : BATCH;
		if (!open_batch(c, number, bytes + done, some))
			return false;
		number += some / c->sector * c->step;
		done += some;
	}
	return true;
}

uint32_t
lock_cipher_sector(const struct lock_cipher *c)
{
	return c->sector;
}

uint32_t
lock_cipher_step(const struct lock_cipher *c)
{
	return c->step;
}

void
lock_cipher_free(struct lock_cipher *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->data);	/* each wipes its key schedule */
	EVP_CIPHER_CTX_free(c->white);
	EVP_CIPHER_CTX_free(c->tweak);
	lock_wipe_free(c, sizeof(*c));
}

/* --- making one --- */

struct cipher_name {
	char cipher[NAME_PART], mode[NAME_PART], start[NAME_PART], option[NAME_PART];
};

/* What stands up to one of `ends`, and step over that. */
static bool
take_part(const char **at, const char *ends, char out[NAME_PART])
{
	size_t n = strcspn(*at, ends);
	if (n >= NAME_PART)
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n + ((*at)[n] != '\0');
	return true;
}

static bool
split_name(const char *name, struct cipher_name *n)
{
	*n = (struct cipher_name){ 0 };
	const char *at = name;
	return take_part(&at, "-", n->cipher) && take_part(&at, "-", n->mode) && take_part(&at, ":", n->start) && take_part(&at, "", n->option);
}

static enum triage_status
not_read(const char *name, const char *part, struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "cipher %.64s is not read (%.40s)", name, part);
	return TRIAGE_E_UNSUPPORTED;
}

static EVP_CIPHER_CTX *
keyed(const char *cipher, const uint8_t *key, size_t size, bool encrypt, bool chained)
{
	static const uint8_t zeros[LOCK_BLOCK];
	const EVP_CIPHER *block_cipher = lock_block_cipher(cipher, size, chained);
	EVP_CIPHER_CTX *c = block_cipher != NULL && !fault_hit() ? EVP_CIPHER_CTX_new() : NULL;
	if (c == NULL || EVP_CipherInit_ex2(c, block_cipher, key, chained ? zeros : NULL, encrypt, NULL) != 1 || EVP_CIPHER_CTX_set_padding(c, 0) != 1) {
		EVP_CIPHER_CTX_free(c);
		return NULL;
	}
	return c;
}

static enum triage_status
choose_start(struct lock_cipher *c, const char *name, const struct cipher_name *n, const uint8_t *key, size_t size, struct triage_error *err)
{
	static const struct {
		const char *name;
		enum start start;
	} plain[] = {
		{ "plain", START_PLAIN }, { "plain64", START_PLAIN64 }, { "plain64be", START_PLAIN64BE }, { "null", START_ZERO },
	};
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(n->start, plain[i].name) == 0) {
			c->start = plain[i].start;
			return TRIAGE_OK;
		}
	c->start = START_PLAIN64;
	if (strcmp(n->start, "eboiv") == 0) {
		c->white = keyed(n->cipher, key, size, true, false);
	} else if (strcmp(n->start, "essiv") == 0) {
		uint8_t salt[LOCK_DIGEST_MAX];
		const EVP_MD *md = lock_digest(n->option);
		size_t salt_size = md != NULL ? (size_t)EVP_MD_get_size(md) : 0;
		if (md == NULL || lock_block_cipher(n->cipher, salt_size, false) == NULL)
			return not_read(name, n->option, err);
		if (lock_digest_of(md, key, size, NULL, 0, salt))
			c->white = keyed(n->cipher, salt, salt_size, true, false);
		lock_wipe(salt, sizeof(salt));
	} else {
		return not_read(name, n->start[0] != '\0' ? n->start : "no initial value", err);
	}
	if (c->white != NULL)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a cipher");
	return TRIAGE_E_MEMORY;
}

static enum triage_status
build(struct lock_cipher *c, const char *name, struct cipher_name *n, const uint8_t *key, size_t size, struct triage_error *err)
{
	bool halves = c->mode == MODE_XTS || c->mode == MODE_ELEPHANT, chains = c->mode == MODE_CBC || c->mode == MODE_ELEPHANT;
	size_t own = halves ? size / 2 : size;
	if ((halves && size % 2 != 0) || lock_block_cipher(n->cipher, own, chains) == NULL) {
		char part[NAME_PART + 32];
		snprintf(part, sizeof(part), "%s with %zu key bits", n->cipher, size * 8);
		return not_read(name, part, err);
	}
	enum triage_status st = TRIAGE_OK;
	if (c->mode == MODE_ELEPHANT)
		memcpy(n->start, "eboiv", sizeof("eboiv"));
	if (c->mode != MODE_ECB)
		st = choose_start(c, name, n, key, c->mode == MODE_ELEPHANT ? own : size, err);
	if (st != TRIAGE_OK)
		return st;
	c->data = keyed(n->cipher, key, own, false, chains);
	if (halves)
		c->tweak = keyed(n->cipher, key + own, own, true, false);
	if (c->data != NULL && (!halves || c->tweak != NULL))
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a cipher");
	return TRIAGE_E_MEMORY;
}

static bool
choose_mode(const struct cipher_name *n, enum mode *ret_mode)
{
	static const char *const modes[] = { [MODE_XTS] = "xts", [MODE_CBC] = "cbc", [MODE_ECB] = "ecb" };
	if (strcmp(n->cipher, "null") == 0 || strcmp(n->cipher, "cipher_null") == 0) {
		*ret_mode = MODE_NONE;
		return true;
	}
	if (strcmp(n->mode, "cbc") == 0 && strcmp(n->start, "elephant") == 0) {
		*ret_mode = MODE_ELEPHANT;
		return true;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(n->mode, modes[i]) == 0) {
			*ret_mode = (enum mode)i;
			return true;
		}
	return false;
}

enum triage_status
lock_cipher_new(const char *name, const uint8_t *key, size_t size, uint32_t sector_size, uint32_t step, struct lock_cipher **ret_cipher,
    struct triage_error *err)
{
	struct cipher_name n;
	enum mode mode;
	if (sector_size < XTS_UNIT || sector_size > BATCH / 2 || (sector_size & (sector_size - 1)) != 0) {
		triage_error_set(err, TRIAGE_E_UNSUPPORTED, TRIAGE_NO_OFFSET, "sectors of %u bytes are not read", sector_size);
		return TRIAGE_E_UNSUPPORTED;
	}
	if (!split_name(name, &n))
		return not_read(name, "a name that is not understood", err);
	if (!choose_mode(&n, &mode))
		return not_read(name, n.mode[0] != '\0' ? n.mode : n.cipher, err);
	struct lock_cipher *c = fault_hit() ? NULL : calloc(1, sizeof(*c));
	if (c == NULL) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a cipher");
		return TRIAGE_E_MEMORY;
	}
	*c = (struct lock_cipher){ .mode = mode, .sector = sector_size, .step = step };
	enum triage_status st = mode == MODE_NONE ? TRIAGE_OK : build(c, name, &n, key, size, err);
	if (st != TRIAGE_OK) {
		lock_cipher_free(c);
		return st;
	}
	*ret_cipher = c;
	return TRIAGE_OK;
}

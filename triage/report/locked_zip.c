#include "triage/report/locked_zip.h"

#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/when.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SALT = 16, KEY = 32, CHECK = 2, MAC = 10, BLOCK = 16, PIECE = 64 << 10, ROUNDS = 1000 };
enum { VERSION = 51, METHOD_AES = 99, METHOD_STORED = 0, FLAG_ENCRYPTED = 1, EXTRA_AES = 0x9901, AE_2 = 2, AES_256 = 3, EXTRA_SIZE = 11 };

struct locked {
	EVP_CIPHER_CTX *cipher;
	EVP_MAC *hmac;
	EVP_MAC_CTX *mac;
	uint8_t salt[SALT], check[CHECK];
	uint8_t counter[BLOCK];		/* little endian, from 1 */
	uint8_t piece[PIECE], counters[PIECE], stream[PIECE + BLOCK];
};

static void
put16(struct buf *b, unsigned value)
{
	uint8_t bytes[2] = { (uint8_t)value, (uint8_t)(value >> 8) };
	buf_put(b, bytes, 2);
}

static void
put32(struct buf *b, uint64_t value)
{
	put16(b, (unsigned)(value & 0xffff));
	put16(b, (unsigned)(value >> 16 & 0xffff));
}

/* MS-DOS date and time, as one number of 32 bits. */
static uint32_t
dos_time(int64_t ns)
{
	char text[WHEN_TEXT_SIZE];
	unsigned year, month, day, hour, minute, second;
	if (sscanf(when_text(ns, 0, "", text), "%4u-%2u-%2uT%2u:%2u:%2u", &year, &month, &day, &hour, &minute, &second) != 6 || year < 1980)
		return 1u << 21 | 1u << 16;	/* 1980-01-01 */
	if (year > 2107)
		return 0xff9fbf7d;
	return (year - 1980) << 25 | month << 21 | day << 16 | hour << 11 | minute << 5 | second / 2;
}

/* What stands in both headers, from "version needed" to the lengths. AE-2 has no checksum: the code of authentication takes its place. */
static void
put_common(struct buf *b, const char *name, int64_t mtime, uint64_t size)
{
	put16(b, VERSION);
	put16(b, FLAG_ENCRYPTED);
	put16(b, METHOD_AES);
	put32(b, dos_time(mtime));
	put32(b, 0);
	put32(b, size + SALT + CHECK + MAC);
	put32(b, size);
	put16(b, (unsigned)strlen(name));
	put16(b, EXTRA_SIZE);
}

static void
put_extra(struct buf *b)
{
	put16(b, EXTRA_AES);
	put16(b, EXTRA_SIZE - 4);
	put16(b, AE_2);
	buf_text(b, "AE");
	buf_char(b, AES_256);
	put16(b, METHOD_STORED);
}

static void
put_local(struct buf *b, const char *name, int64_t mtime, uint64_t size)
{
	put32(b, 0x04034b50);
	put_common(b, name, mtime, size);
	buf_text(b, name);
	put_extra(b);
}

static void
put_directory(struct buf *b, const char *name, int64_t mtime, uint64_t size, uint64_t at)
{
	size_t start = b->size;
	put32(b, 0x02014b50);
	put16(b, VERSION);
	put_common(b, name, mtime, size);
	put16(b, 0);			/* comment, disk, attributes, place of the local header */
	put16(b, 0);
	put16(b, 0);
	put32(b, 0);
	put32(b, 0);
	buf_text(b, name);
	put_extra(b);
	uint64_t length = b->size - start;
	put32(b, 0x06054b50);
	put16(b, 0);
	put16(b, 0);
	put16(b, 1);
	put16(b, 1);
	put32(b, length);
	put32(b, at);
	put16(b, 0);
}

static bool
begin(struct locked *l, struct view content)
{
	static const char purpose[] = "triage locked zip salt ";
	uint8_t keys[KEY + KEY + CHECK];
	char hex[65], seed[sizeof(purpose) + 64], salt[65];
	digest_sha256_hex(content.data, content.size, hex);
	int n = snprintf(seed, sizeof(seed), "%s%s", purpose, hex);
	digest_sha256_hex(seed, (size_t)n, salt);
	for (size_t i = 0; i < SALT; i++)
		sscanf(salt + i * 2, "%2hhx", &l->salt[i]);
	if (PKCS5_PBKDF2_HMAC_SHA1(LOCKED_ZIP_PASSWORD, sizeof(LOCKED_ZIP_PASSWORD) - 1, l->salt, SALT, ROUNDS, sizeof(keys), keys) != 1)
		return false;
	memcpy(l->check, keys + KEY + KEY, CHECK);
	l->cipher = EVP_CIPHER_CTX_new();
	l->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	l->mac = EVP_MAC_CTX_new(l->hmac);
	char sha1[] = "SHA1";
	const OSSL_PARAM with_sha1[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha1, 0), OSSL_PARAM_construct_end() };
	return l->cipher != NULL && l->mac != NULL && EVP_EncryptInit_ex(l->cipher, EVP_aes_256_ecb(), NULL, keys, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(l->cipher, 0) == 1 && EVP_MAC_init(l->mac, keys + KEY, KEY, with_sha1) == 1;
}

/* One piece in place: counters are encrypted all at once, then laid over the bytes. */
static bool
lock(struct locked *l, uint8_t *bytes, size_t size)
{
	int got;
	size_t blocks = (size + BLOCK - 1) / BLOCK;
	for (size_t i = 0; i < blocks; i++) {
		for (size_t k = 0; k < BLOCK && ++l->counter[k] == 0; k++)
			;
		memcpy(l->counters + i * BLOCK, l->counter, BLOCK);
	}
	if (EVP_EncryptUpdate(l->cipher, l->stream, &got, l->counters, (int)(blocks * BLOCK)) != 1 || (size_t)got != blocks * BLOCK)
		return false;
	for (size_t i = 0; i < size; i++)
		bytes[i] ^= l->stream[i];
	return EVP_MAC_update(l->mac, bytes, size) == 1;
}

static bool
put_content(struct locked *l, struct output *out, struct view content)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	size_t got;
	output_put(out, l->salt, SALT);
	output_put(out, l->check, CHECK);
	for (size_t at = 0; at < content.size; at += PIECE) {
		size_t size = content.size - at < PIECE ? content.size - at : PIECE;
		memcpy(l->piece, content.data + at, size);
		if (!lock(l, l->piece, size))
			return false;
		output_put(out, l->piece, size);
	}
	if (EVP_MAC_final(l->mac, mac, &got, sizeof(mac)) != 1 || got < MAC)
		return false;
	output_put(out, mac, MAC);
	return true;
}

static void
free_locked(struct locked *l)
{
	EVP_CIPHER_CTX_free(l->cipher);
	EVP_MAC_CTX_free(l->mac);
	EVP_MAC_free(l->hmac);
	free(l);
}

enum triage_status
locked_zip_write(const char *path, const char *name, int64_t mtime, struct view content, struct triage_error *err)
{
	struct output *out;
	SCOPED_BUF text;
	buf_init(&text, 4 << 10);
	if (content.size > LOCKED_ZIP_MAX || strlen(name) > LOCKED_ZIP_NAME_MAX) {
		triage_error_set(err, TRIAGE_E_LIMIT, TRIAGE_NO_OFFSET, "%zu bytes are too many for a locked archive", content.size);
		return TRIAGE_E_LIMIT;
	}
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	put_local(&text, name, mtime, content.size);
	output_buf(out, &text);
	struct locked *l = calloc(1, sizeof(*l));
	bool ok = l != NULL && begin(l, content) && put_content(l, out, content);
	if (l != NULL)
		free_locked(l);
	buf_clear(&text);
	put_directory(&text, name, mtime, content.size, output_size(out));
	output_buf(out, &text);
	st = buf_check(&text, err);
	if (st == TRIAGE_OK && !ok) {
		triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "cannot encrypt %s", path);
		st = TRIAGE_E_MEMORY;
	}
	if (st == TRIAGE_OK)
		return output_finish(out, NULL, err);
	output_abandon(out);
	return st;
}

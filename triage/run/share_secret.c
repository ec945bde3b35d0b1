#include "triage/run/share_secret.h"

#include "triage/base/digest.h"
#include "triage/base/output.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { TEXT_MAX = 16 << 20 };

enum triage_status
share_secret_make(const char *path, struct share_secret *ret_secret, struct triage_error *err)
{
	struct output *out;
	char hex[65];
	if (getrandom(ret_secret->key, sizeof(ret_secret->key), 0) != (ssize_t)sizeof(ret_secret->key)) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "no random numbers for the secret of the share");
		return TRIAGE_E_IO;
	}
	text_hex(hex, ret_secret->key, sizeof(ret_secret->key));
	enum triage_status st = output_create(path, &out, err);
	if (st != TRIAGE_OK)
		return st;
	output_format(out, "%s\n", hex);
	return output_finish(out, NULL, err);
}

enum triage_status
share_secret_read(const char *path, struct share_secret *ret_secret, struct triage_error *err)
{
	char text[80] = "";
	SCOPED_FILE file = fopen(path, "re");
	if (file == NULL) {
		triage_error_set(err, TRIAGE_E_IO, TRIAGE_NO_OFFSET, "cannot open the secret of the share, %s", path);
		return TRIAGE_E_IO;
	}
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (!text_unhex(text, ret_secret->key, sizeof(ret_secret->key))) {
		triage_error_set(err, TRIAGE_E_FORMAT, TRIAGE_NO_OFFSET, "%s holds no secret of a share (64 hex digits)", path);
		return TRIAGE_E_FORMAT;
	}
	return TRIAGE_OK;
}

static void
commit(const struct share_secret *secret, const char *kind, const void *of, size_t of_size, const char *text, struct share_commitment *out)
{
	uint8_t salt[DIGEST_MAX];
	SCOPED_BUF b;
	buf_init(&b, TEXT_MAX);
	buf_format(&b, "triage share 1\n%s\n", kind);
	buf_put(&b, secret->key, sizeof(secret->key));
	buf_put(&b, of, of_size);
	digest_sha256_hex(buf_cstr(&b), b.size, out->salt);
	if (!text_unhex(out->salt, salt, 32))
		memset(salt, 0, sizeof(salt));
	buf_clear(&b);
	buf_put(&b, salt, 32);
	buf_text(&b, text);
	digest_sha256_hex(buf_cstr(&b), b.size, out->digest);
}

void
share_commit_file(const struct share_secret *secret, uint64_t file_id, const char *path, struct share_commitment *ret_commitment)
{
	uint8_t number[8];
	for (size_t i = 0; i < sizeof(number); i++)
		number[i] = (uint8_t)(file_id >> (56 - 8 * i));
	commit(secret, "file", number, sizeof(number), path, ret_commitment);
}

void
share_commit_name(const struct share_secret *secret, const char *kind, const char *name, struct share_commitment *ret_commitment)
{
	commit(secret, kind, name, strlen(name), name, ret_commitment);
}

#include "triage/evidence/bitlocker_secret.h"

#include "triage/base/fault.h"
#include "triage/base/view.h"
#include "triage/evidence/bitlocker.h"
#include "triage/evidence/lock_crypto.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS = 8, GROUP_DIGITS = 6, DIGITS = GROUPS * GROUP_DIGITS, PASSWORD_MAX = 256, TEXT_MAX = 64 << 10 };
enum { FILE_HEAD = 48, FILE_VERSION = 4, FILE_HEADER = 8, EXTERNAL_HEAD = 24, KEY_HEAD = 4 };

static void
add_secret(struct secrets *s, const struct secret *found)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].kind == found->kind && lock_same(s->list[i].key, found->key, SECRET_KEY))
			return;
	s->more = s->more || s->count == SECRET_MAX;
	if (s->count < SECRET_MAX)
		s->list[s->count++] = *found;
}

/* One digest over the bytes, or for a password the digest of that. */
static void
add_digest(struct secrets *s, enum secret_kind kind, const void *bytes, size_t size)
{
	struct secret found = { .kind = kind };
	uint8_t made[LOCK_DIGEST_MAX];
	const EVP_MD *md = lock_digest("sha256");
	bool ok = lock_digest_of(md, bytes, size, NULL, 0, made);
	if (ok && kind == SECRET_PASSWORD)
		ok = lock_digest_of(md, made, SECRET_KEY, NULL, 0, made);
	memcpy(found.key, made, SECRET_KEY);
	if (ok)
		add_secret(s, &found);
	lock_wipe(made, sizeof(made));
	lock_wipe(&found, sizeof(found));
}

/* --- a startup key file (.BEK) --- */

/* Its layout is that of the metadata, without the block around it. False when it is none. */
static bool
read_key_file(const uint8_t *bytes, size_t size, struct secrets *s)
{
	if (size < FILE_HEAD || load_le32(bytes) < FILE_HEAD || load_le32(bytes) > size || load_le32(bytes + FILE_VERSION) != 1 ||
	    load_le32(bytes + FILE_HEADER) != FILE_HEAD)
		return false;
	struct view rest = { bytes + FILE_HEAD, load_le32(bytes) - (size_t)FILE_HEAD };
	struct bitlocker_entry e, inner;
	while (bitlocker_entry_next(&rest, &e)) {
		if (e.value != VALUE_EXTERNAL || e.data.size < EXTERNAL_HEAD)
			continue;
		struct view inside = { e.data.data + EXTERNAL_HEAD, e.data.size - EXTERNAL_HEAD };
		struct secret found = { .kind = SECRET_EXTERNAL };
		memcpy(found.guid, e.data.data, SECRET_GUID);
		while (bitlocker_entry_next(&inside, &inner))
			if (inner.value == VALUE_KEY && inner.data.size == KEY_HEAD + SECRET_KEY) {
				memcpy(found.key, inner.data.data + KEY_HEAD, SECRET_KEY);
				add_secret(s, &found);
			}
		lock_wipe(&found, sizeof(found));
	}
	return true;
}

/* --- text --- */

/* One character of UTF-8 at bytes[*at]; -1 when it is none. */
static int32_t
next_utf8(const uint8_t *bytes, size_t size, size_t *at)
{
	static const uint32_t least[4] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = bytes[*at];
	size_t more = first < 0x80 ? 0 : first >= 0xf0 && first < 0xf8 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 4;
	if (more == 4 || first >= 0xf8 || more >= size - *at)
		return -1;
	uint32_t value = more == 0 ? first : first & (0x3fu >> more);
	for (size_t i = 1; i <= more; i++) {
		if ((bytes[*at + i] & 0xc0) != 0x80)
			return -1;
		value = value << 6 | (bytes[*at + i] & 0x3f);
	}
	if (value < least[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return -1;
	*at += more + 1;
	return (int32_t)value;
}

static size_t
put_unit(uint8_t *out, size_t at, uint32_t unit)
{
	out[at] = (uint8_t)unit;
	out[at + 1] = (uint8_t)(unit >> 8);
	return at + 2;
}

/* UTF-8 as UTF-16LE; SIZE_MAX when it is not UTF-8. out: 2 * size bytes. */
static size_t
from_utf8(const uint8_t *bytes, size_t size, uint8_t *out)
{
	size_t made = 0;
	for (size_t at = 0; at < size;) {
		int32_t c = next_utf8(bytes, size, &at);
		if (c < 0)
			return SIZE_MAX;
		if (c >= 0x10000)
			made = put_unit(out, made, 0xd800 + ((uint32_t)c - 0x10000) / 0x400);
		made = put_unit(out, made, c >= 0x10000 ? 0xdc00 + (uint32_t)c % 0x400 : (uint32_t)c);
	}
	return made;
}

/* Text of a key file as UTF-16LE: that already, UTF-8, or else Latin-1. Returns its bytes. out: 2 * size bytes. */
static size_t
to_utf16(const uint8_t *bytes, size_t size, uint8_t *out)
{
	bool marked = size >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe, plain = size >= 2 && size % 2 == 0;
	for (size_t i = 1; plain && i < size; i += 2)
		plain = bytes[i] == 0;
	if (marked || plain) {
		size_t skip = marked ? 2 : 0, even = (size - skip) / 2 * 2;
		memcpy(out, bytes + skip, even);
		return even;
	}
	if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		return to_utf16(bytes + 3, size - 3, out);
	size_t made = from_utf8(bytes, size, out);
	if (made != SIZE_MAX)
		return made;
	made = 0;
	for (size_t i = 0; i < size; i++)
		made = put_unit(out, made, bytes[i]);
	return made;
}

static bool
is_digit(const uint8_t *text, size_t unit)
{
	uint16_t c = load_le16(text + 2 * unit);
	return c >= '0' && c <= '9';
}

/* A recovery password at a unit of the text: eight groups of six digits, one sign or none between. Returns its units, 0 for none. */
static size_t
groups_at(const uint8_t *text, size_t units, size_t from, uint8_t key[16], bool *mistyped)
{
	enum { ELEVEN = 11 };
	size_t at = from;
	*mistyped = false;
	for (size_t g = 0; g < GROUPS; g++) {
		uint32_t value = 0;
		if (g > 0 && at < units && !is_digit(text, at))
			at++;
		if (units - at < GROUP_DIGITS)
			return 0;
		for (size_t i = 0; i < GROUP_DIGITS; i++, at++) {
			if (!is_digit(text, at))
				return 0;
			value = value * 10 + (uint32_t)(load_le16(text + 2 * at) - '0');
		}
		if (value % ELEVEN != 0 || value / ELEVEN > UINT16_MAX)
			*mistyped = true;
		put_unit(key, g * 2, value / ELEVEN);
	}
	return at < units && is_digit(text, at) ? 0 : at - from;
}

/* True when the text is nothing but a recovery password. */
static bool
find_recovery(const uint8_t *text, size_t units, struct secrets *s)
{
	bool alone = false;
	for (size_t at = 0; at < units; at++) {
		uint8_t key[16];
		bool mistyped;
		if (!is_digit(text, at) || (at > 0 && is_digit(text, at - 1)))
			continue;
		size_t length = groups_at(text, units, at, key, &mistyped);
		if (length == 0)
			continue;
		alone = alone || length == units;
		s->mistyped = s->mistyped || mistyped;
		if (!mistyped)
			add_digest(s, SECRET_RECOVERY, key, sizeof(key));
		lock_wipe(key, sizeof(key));
		at += length - 1;
	}
	return alone;
}

static void
read_text(const uint8_t *text, size_t units, struct secrets *s)
{
	while (units > 0 && (load_le16(text + 2 * (units - 1)) == '\n' || load_le16(text + 2 * (units - 1)) == '\r'))
		units--;
	if (find_recovery(text, units, s) || units == 0 || units > PASSWORD_MAX)
		return;
	for (size_t i = 0; i < units; i++)
		if (load_le16(text + 2 * i) < ' ')
			return;		/* several lines, or no text at all */
	add_digest(s, SECRET_PASSWORD, text, units * 2);
}

enum triage_status
secrets_read(const struct layer_keys *keys, struct secrets *ret_secrets, struct triage_error *err)
{
	*ret_secrets = (struct secrets){ .count = 0 };
	for (size_t i = 0; keys != NULL && i < keys->count; i++) {
		const struct layer_key *k = &keys->keys[i];
		if (read_key_file(k->bytes, k->size, ret_secrets) || k->size > TEXT_MAX || k->size == 0)
			continue;
		uint8_t *text = fault_hit() ? NULL : malloc(2 * k->size);
		if (text == NULL) {
			triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for keys");
			return TRIAGE_E_MEMORY;
		}
		read_text(text, to_utf16(k->bytes, k->size, text) / 2, ret_secrets);
		lock_wipe_free(text, 2 * k->size);
	}
	return TRIAGE_OK;
}

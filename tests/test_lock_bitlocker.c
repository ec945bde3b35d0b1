/* test_lock_bitlocker.c - BitLocker volumes made here: each protector, method, layout and kind of boot sector; damage. */
#include "tests/lock_make.h"

#include "triage/evidence/bitlocker_unlock.h"
#include "triage/evidence/checksum.h"
#include "triage/evidence/lock_crypto.h"

enum { SIZE = 1 << 20, COPY = 64 << 10, AT_1 = 128 << 10, AT_2 = 384 << 10, AT_3 = 640 << 10, MOVED_AT = 832 << 10, MOVED = 8192 };
static uint8_t volume[SIZE], plain[SIZE], want[SIZE], master[32], volume_key[64];
static struct told told;

struct make {
	enum bitlocker_flavour flavour;
	uint16_t method;
	size_t key_size;
	uint32_t sector;
	uint64_t encrypted;
};

/* --- entries --- */

static size_t
put_entry(uint8_t *at, uint16_t type, uint16_t value, const void *data, size_t size)
{
	store_le(at, size + 8, 2);
	store_le(at + 2, type, 2);
	store_le(at + 4, value, 2);
	store_le(at + 6, 1, 2);
	memmove(at + 8, data, size);
	return size + 8;
}

/* A key sealed under another. */
static size_t
put_sealed(uint8_t *at, uint16_t type, const uint8_t *under, uint16_t method, const uint8_t *key, size_t size)
{
	uint8_t data[28 + 12 + 64] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 }, *open = data + 28;
	int n = 0;
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	store_le(open, size + 12, 2);
	store_le(open + 4, 1, 2);
	store_le(open + 8, method, 4);
	memcpy(open + 12, key, size);
	assert_int_equal(EVP_EncryptInit_ex(c, EVP_aes_256_ccm(), NULL, NULL, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, NULL), 1);
	assert_int_equal(EVP_EncryptInit_ex(c, NULL, NULL, under, data), 1);
	assert_int_equal(EVP_EncryptUpdate(c, open, &n, open, (int)size + 12), 1);
	assert_int_equal(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, data + 12), 1);
	EVP_CIPHER_CTX_free(c);
	return put_entry(at, type, 5, data, 28 + 12 + size);
}

static const char recovery[] = "000011-000022-000033-000044-000055-000066-000077-720885";
static const uint8_t recovery_key[16] = { 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0xff, 0xff };
static uint8_t external[32];

/* The stretching, written down a second time. */
static void
stretched(const uint8_t first[32], const uint8_t salt[16], uint8_t out[32])
{
	static uint8_t kept_first[32], kept[32];
	if (memcmp(kept_first, first, 32) != 0) {	/* it is slow */
		uint8_t state[88] = { 0 };
		memcpy(state + 32, first, 32);
		memcpy(state + 64, salt, 16);
		for (uint64_t i = 0; i < 0x100000; i++) {
			store_le(state + 80, i, 8);
			assert_int_equal(EVP_Digest(state, 88, state, NULL, EVP_sha256(), NULL), 1);
		}
		memcpy(kept_first, first, 32);
		memcpy(kept, state, 32);
	}
	memcpy(out, kept, 32);
}

static size_t
put_protector(uint8_t *at, uint16_t type, uint8_t id)
{
	uint8_t data[400] = { 0 }, key[32], first[32], salt[20] = { 0x01, 0x10, 0, 0, 42 }, clear[36] = { 1, 0x10, 0, 0, 77 };
	size_t used = 28;
	memset(data, id, 16);
	store_le(data + 26, type, 2);
	if (type == BITLOCKER_CLEAR) {
		used += put_entry(data + used, 0, 1, clear, sizeof(clear));
		memcpy(key, clear + 4, 32);
	} else if (type == BITLOCKER_STARTUP) {
		memcpy(key, external, 32);
	} else {
		assert_int_equal(EVP_Digest(recovery_key, 16, first, NULL, EVP_sha256(), NULL), 1);
		stretched(first, salt + 4, key);
		used += put_entry(data + used, 0, 3, salt, sizeof(salt));
	}
	used += put_sealed(data + used, 0, key, 0x2003, master, 32);
	return put_entry(at, 2, 8, data, used);
}

/* One copy of the metadata with these protectors. */
static void
put_copy(uint64_t at, const struct make *m, const uint16_t *protectors)
{
	static const uint8_t name[] = { 'P', 0, 'C', 0, '1', 0, 0, 0 };
	uint8_t *block = volume + at, *meta = block + 64;
	size_t used = 48;
	memset(block, 0, COPY);
	memcpy(block, "-FVE-FS-", 8);
	store_le(block + 10, m->flavour == BITLOCKER_VISTA ? 1 : 2, 2);
	store_le(block + 32, AT_1, 8);
	store_le(block + 40, AT_2, 8);
	store_le(block + 48, AT_3, 8);
	if (m->flavour == BITLOCKER_VISTA) {
		store_le(block + 56, 0x1234567, 8);
	} else {
		store_le(block + 16, m->encrypted, 8);
		store_le(block + 28, MOVED / m->sector, 4);
		store_le(block + 56, MOVED_AT, 8);
	}
	store_le(meta + 4, 1, 4);
	store_le(meta + 8, 48, 4);
	memset(meta + 16, 0xab, 16);
	store_le(meta + 36, m->method, 2);
	used += put_entry(meta + used, 7, 2, name, sizeof(name));
	for (size_t i = 0; protectors[i] != 0xffff; i++)
		used += put_protector(meta + used, protectors[i], (uint8_t)(i + 1));
	used += put_sealed(meta + used, 3, master, m->method, volume_key, m->key_size);
	store_le(meta, used, 4);
	size_t units = (64 + used + 15) / 16;
	store_le(block + 8, units, 2);
	store_le(block + units * 16 + 4, crc32_end(crc32_more(CRC32_START, block, units * 16)), 4);
}

/* Encrypt a part as it lies on the medium. */
static void
seal_part(const struct make *m, uint64_t at, uint64_t size)
{
	if (m->method >= 0x8004) {
		seal_xts(m->method == 0x8004 ? EVP_aes_128_xts() : EVP_aes_256_xts(), volume_key, at / m->sector, 1, volume + at, size, m->sector);
		return;
	}
	bool large = m->method == 0x8003;
	for (uint64_t end = at + size; at < end; at += m->sector) {
		uint8_t iv[16] = { 0 };
		store_le(iv, at, 8);
		seal(large ? EVP_aes_256_ecb() : EVP_aes_128_ecb(), volume_key, NULL, iv, 16);
		seal(large ? EVP_aes_256_cbc() : EVP_aes_128_cbc(), volume_key, iv, volume + at, m->sector);
	}
}

/* The medium into `volume`, what is inside it into `want`. */
static void
make_volume(const struct make *m, const uint16_t *protectors)
{
	static const uint8_t seven[16] = { 0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01 };
	bool vista = m->flavour == BITLOCKER_VISTA, to_go = m->flavour == BITLOCKER_TO_GO;
	size_t copy = vista ? 16 << 10 : COPY, start = vista ? 8192 : 0;
	static const uint64_t copies[3] = { AT_1, AT_2, AT_3 };
	fill_random(plain, SIZE, 11);
	fill_random(master, 32, 12);
	fill_random(volume_key, 64, 13);
	fill_random(external, 32, 14);
	memcpy(want, plain, SIZE);
	memcpy(volume, plain, SIZE);
	if (!vista)
		memcpy(volume + MOVED_AT, plain, MOVED);
	uint64_t end = vista ? SIZE : m->encrypted;
	seal_part(m, start, end - start);
	if (!vista)
		memset(want + MOVED_AT, 0, MOVED);
	uint8_t *boot = volume;
	memset(boot, 0, 512);
	memcpy(boot, to_go ? "\xeb\x58\x90MSWIN4.1" : "\xeb\x58\x90-FVE-FS-", 11);
	store_le(boot + 11, m->sector, 2);
	boot[13] = (uint8_t)(4096 / m->sector);
	if (vista) {
		boot[1] = 0x52;
		store_le(boot + 56, AT_1 / 4096, 8);
		memcpy(want, boot, 512);
		memcpy(want + 3, "NTFS    ", 8);
		store_le(want + 56, 0x1234567, 8);
	} else {
		memcpy(boot + (to_go ? 424 : 160), seven, 16);
		for (size_t i = 0; i < 3; i++)
			store_le(boot + (to_go ? 440 : 176) + i * 8, copies[i], 8);
	}
	for (size_t i = 0; i < 3; i++) {
		uint8_t behind[COPY];
		memcpy(behind, volume + copies[i], COPY);
		put_copy(copies[i], m, protectors);
		memcpy(volume + copies[i] + copy, behind + copy, COPY - copy);
		memset(want + copies[i], 0, copy);
	}
}

static void
assert_opens(const void *key, size_t size)
{
	static uint8_t got[SIZE];
	struct triage_error err;
	struct reader *below;
	offer(&bitlocker_layer, volume, SIZE, key, size, &told, &below);
	if (told.volume.reader == NULL)
		fail_msg("not opened: %s", told.volume.note);
	assert_number_equal(told.volume.reader->size, SIZE);
	assert_int_equal(reader_read_all(told.volume.reader, 0, got, SIZE, &err), TRIAGE_OK);
	for (size_t at = 0; at < SIZE; at += 512)
		if (memcmp(got + at, want + at, 512) != 0)
			fail_msg("other bytes at %zu", at);
	offer_end(&told, below);
}

static void
assert_stays(const void *key, enum triage_volume_state state, const char *says)
{
	struct reader *below;
	offer(&bitlocker_layer, volume, SIZE, key, key != NULL ? strlen(key) : 0, &told, &below);
	offer_end(&told, below);
	assert_int_equal(told.volume.state, state);
	if (strstr(told.volume.note, says) == NULL)
		fail_msg("\"%s\" is not in: %s", says, told.volume.note);
}

static const uint16_t clear_only[] = { BITLOCKER_CLEAR, 0xffff };
static const struct make xts = { BITLOCKER_SEVEN, 0x8004, 32, 512, SIZE };

static void
every_method_and_layout_opens_with_a_clear_key(void **state)
{
	static const struct make makes[] = {
		{ BITLOCKER_SEVEN, 0x8004, 32, 512, SIZE }, { BITLOCKER_SEVEN, 0x8005, 64, 512, SIZE }, { BITLOCKER_SEVEN, 0x8005, 64, 4096, SIZE },
		{ BITLOCKER_SEVEN, 0x8002, 16, 512, SIZE }, { BITLOCKER_SEVEN, 0x8003, 32, 4096, SIZE }, { BITLOCKER_TO_GO, 0x8002, 16, 512, SIZE },
		{ BITLOCKER_TO_GO, 0x8004, 32, 512, SIZE }, { BITLOCKER_VISTA, 0x8002, 16, 512, SIZE }, { BITLOCKER_VISTA, 0x8003, 32, 512, SIZE },
		/* conversion has come to a place before, between and behind the copies; the moved start is then plain too */
		{ BITLOCKER_SEVEN, 0x8004, 32, 512, 64 << 10 }, { BITLOCKER_SEVEN, 0x8002, 16, 512, 512 << 10 }, { BITLOCKER_SEVEN, 0x8004, 32, 512, 900 << 10 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
		make_volume(&makes[i], clear_only);
		assert_opens(NULL, 0);
		assert_string_equal(told.volume.uuid, "abababab-abab-abab-abab-abababababab");
		assert_string_equal(told.volume.label, "PC1");
		assert_number_equal(told.problems, 0);
		assert_true((strstr(told.volume.note, "plain from there") != NULL) == (makes[i].encrypted < SIZE));
	}
}

static void
a_recovery_password_is_found_in_any_text(void **state)
{
	static const uint16_t list[] = { BITLOCKER_TPM, BITLOCKER_RECOVERY, 0xffff };
	char text[300];
	uint8_t wide[600];
	(void)state;
	make_volume(&xts, list);
	assert_opens(recovery, strlen(recovery));
	size_t n = (size_t)snprintf(text, sizeof(text), "BitLocker recovery key\r\n\r\nIdentifier: 01010101-2222\r\nKey:\r\n%s\r\n", recovery);
	wide[0] = 0xff;
	wide[1] = 0xfe;
	for (size_t i = 0; i < n; i++)
		store_le(wide + 2 + 2 * i, (uint8_t)text[i], 2);
	assert_opens(wide, 2 + 2 * n);
}

static void
a_wrong_or_mistyped_key_is_told_with_what_is_wanted(void **state)
{
	static const uint16_t list[] = { BITLOCKER_TPM, 0x0500, BITLOCKER_RECOVERY, 0xffff };
	(void)state;
	make_volume(&xts, list);
	assert_stays(NULL, TRIAGE_VOLUME_LOCKED, "AES-XTS 128; TPM 01010101-0101-0101-0101-010101010101, TPM and PIN 02020202-0202-0202-0202-020202020202, "
	    "recovery password 03030303-0303-0303-0303-030303030303; give the recovery password");
	assert_stays("000011-000022-000033-000044-000055-000066-000077-000088", TRIAGE_VOLUME_LOCKED, "none of the 1 keys given opens it");
	assert_stays("000011-000022-000033-000044-000055-000066-000077-720886", TRIAGE_VOLUME_LOCKED, "typing error");
	assert_stays("a password", TRIAGE_VOLUME_LOCKED, "none of the 1 keys");
}

static void
a_startup_key_opens_its_own_protector(void **state)
{
	static const uint16_t list[] = { BITLOCKER_STARTUP, 0xffff };
	uint8_t file[200] = { 0 }, data[100] = { 0 }, key[36] = { 0 };
	(void)state;
	make_volume(&xts, list);
	memcpy(key + 4, external, 32);
	memset(data, 1, 16);
	size_t used = 24 + put_entry(data + 24, 0, 1, key, sizeof(key));
	size_t size = 48 + put_entry(file + 48, 6, 9, data, used);
	store_le(file, size, 4);
	store_le(file + 4, 1, 4);
	store_le(file + 8, 48, 4);
	assert_opens(file, size);
	file[48 + 8] = 2;	/* of another volume */
	struct reader *below;
	offer(&bitlocker_layer, volume, SIZE, file, size, &told, &below);
	assert_int_equal(told.volume.state, TRIAGE_VOLUME_LOCKED);
	offer_end(&told, below);
}

static void
a_whole_copy_is_preferred(void **state)
{
	(void)state;
	make_volume(&xts, clear_only);
	volume[AT_1 + 200] ^= 1;
	assert_opens(NULL, 0);
	assert_string_equal(told.codes, "bitlocker-metadata");
	assert_non_null(strstr(told.messages, "one of the three copies of the BitLocker metadata is"));
	memset(volume + AT_2, 0, 100);
	assert_opens(NULL, 0);
	assert_non_null(strstr(told.messages, "two of the three copies of the BitLocker metadata are missing or damaged; copy 3 is used"));
	memset(volume + AT_1, 0, 100);
	memset(volume + AT_3, 0, 100);
	assert_stays(NULL, TRIAGE_VOLUME_LOCKED, "none of the three copies");
}

static void
what_is_not_read_is_named(void **state)
{
	static const uint8_t on_write[16] = { 0x3b, 0x4d, 0xa8, 0x92, 0x80, 0xdd, 0x0e, 0x4d, 0x9e, 0x4e, 0xb1, 0xe3, 0x28, 0x4e, 0xae, 0xd8 };
	(void)state;
	make_volume(&xts, clear_only);
	memcpy(volume + 160, on_write, 16);
	assert_stays(NULL, TRIAGE_VOLUME_LOCKED, "encryption of the used space is under way");
	const struct make odd = { BITLOCKER_SEVEN, 0x8009, 32, 512, SIZE };
	make_volume(&xts, clear_only);
	for (uint64_t at = AT_1; at <= AT_3; at += AT_2 - AT_1)
		put_copy(at, &odd, clear_only);
	assert_stays(NULL, TRIAGE_VOLUME_LOCKED, "encryption method 0x8009 is not read");
}

static void
offer_damaged(size_t size)
{
	uint8_t buf[4096];
	size_t got;
	struct triage_error err;
	struct reader *below;
	offer(&bitlocker_layer, volume, size, NULL, 0, &told, &below);
	for (uint64_t at = 0; told.volume.reader != NULL && at < told.volume.reader->size; at += 50001)
		(void)!reader_read(told.volume.reader, at, buf, sizeof(buf), &got, &err);
	offer_end(&told, below);
}

static void
damage_is_survived(void **state)
{
	static const struct make makes[] = { { BITLOCKER_SEVEN, 0x8004, 32, 512, SIZE }, { BITLOCKER_VISTA, 0x8002, 16, 512, SIZE }, { BITLOCKER_TO_GO, 0x8002, 16, 512, SIZE } };
	static uint8_t whole[SIZE];
	uint32_t seed = 99;
	(void)state;
	for (size_t k = 0; k < sizeof(makes) / sizeof(makes[0]); k++) {
		make_volume(&makes[k], clear_only);
		memcpy(whole, volume, SIZE);
		for (size_t i = 0; i < 20; i++)
			offer_damaged(i * SIZE / 20 + i * 37);
		offer_damaged(AT_1 + 100);
		for (unsigned i = 0; i < 1000; i++) {
			memset(volume + AT_2, 0, 16);	/* one copy, so that the damaged one is used */
			memset(volume + AT_3, 0, 16);
			for (unsigned n = 1 + next_random(&seed) % 4; n > 0; n--) {
				size_t at = next_random(&seed) % 1000;
				volume[at < 500 ? at : AT_1 + at - 500] = (uint8_t)next_random(&seed);
			}
			offer_damaged(SIZE);
			memcpy(volume, whole, 512);
			memcpy(volume + AT_1, whole + AT_1, 1024);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_and_layout_opens_with_a_clear_key),
		cmocka_unit_test(a_recovery_password_is_found_in_any_text),
		cmocka_unit_test(a_wrong_or_mistyped_key_is_told_with_what_is_wanted),
		cmocka_unit_test(a_startup_key_opens_its_own_protector),
		cmocka_unit_test(a_whole_copy_is_preferred),
		cmocka_unit_test(what_is_not_read_is_named),
		cmocka_unit_test(damage_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

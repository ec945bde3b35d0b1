/* test_lock_luks.c - LUKS volumes made here, byte by byte: both versions, damage, what is not read. */
#include "tests/lock_make.h"

#include "triage/evidence/lock_crypto.h"
#include "triage/evidence/luks_unlock.h"

#ifdef TRIAGE_ASAN
/* a key derivation that asks for much memory has to be refused as it is outside, not end the test */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=512";
}
#endif

enum { HEADER2 = 16 << 10, AREA = 64 << 10, STRIPES = 20, KEY = 64, DATA = 192 << 10, DATA_SIZE = 64 << 10, SIZE = DATA + DATA_SIZE };
static uint8_t volume[SIZE], plain[DATA_SIZE], key[KEY];
static struct told told;
static const char pass[] = "correct horse";

/* The split key in the area, encrypted under the derived key. */
static void
put_area(const uint8_t *area_key, uint64_t at)
{
	uint8_t *area = volume + at, run[KEY] = { 0 };
	fill_random(area, KEY * (STRIPES - 1), 9);
	for (size_t n = 0; n < STRIPES - 1; n++) {
		for (size_t i = 0; i < KEY; i++)
			run[i] ^= area[n * KEY + i];
		for (uint32_t piece = 0; piece < KEY / 32; piece++) {
			uint8_t in[36], out[32];
			store_be(in, piece, 4);
			memcpy(in + 4, run + piece * 32, 32);
			assert_int_equal(EVP_Digest(in, sizeof(in), out, NULL, EVP_sha256(), NULL), 1);
			memcpy(run + piece * 32, out, 32);
		}
	}
	for (size_t i = 0; i < KEY; i++)
		area[KEY * (STRIPES - 1) + i] = run[i] ^ key[i];
	seal_xts(EVP_aes_256_xts(), area_key, 0, 1, area, (KEY * STRIPES + 511) / 512 * 512, 512);
}

static void
derive(const void *secret, size_t size, const uint8_t *salt, int rounds, uint8_t *out, size_t out_size)
{
	assert_int_equal(PKCS5_PBKDF2_HMAC(secret, (int)size, salt, 32, rounds, EVP_sha256(), (int)out_size, out), 1);
}

static void
put_data(uint64_t number, uint32_t sector)
{
	memcpy(volume + DATA, plain, DATA_SIZE);
	seal_xts(EVP_aes_256_xts(), key, number, sector / 512, volume + DATA, DATA_SIZE, sector);
}

static int
make_luks1(void **state)
{
	uint8_t area_key[KEY];
	(void)state;
	memset(volume, 0, SIZE);
	fill_random(plain, DATA_SIZE, 4);
	fill_random(key, KEY, 5);
	memcpy(volume, "LUKS\xba\xbe\0\1aes", 11);
	memcpy(volume + 40, "xts-plain64", 11);
	memcpy(volume + 72, "sha256", 6);
	store_be(volume + 104, DATA / 512, 4);
	store_be(volume + 108, KEY, 4);
	fill_random(volume + 132, 32, 6);
	store_be(volume + 164, 3, 4);
	derive(key, KEY, volume + 132, 3, volume + 112, 20);
	memcpy(volume + 168, "01234567-89ab-cdef-0123-456789abcdef", 36);
	for (size_t i = 0; i < 8; i++)
		store_be(volume + 208 + i * 48, 0xdead, 4);
	uint8_t *slot = volume + 208 + 2 * 48;
	store_be(slot, 0x00ac71f3, 4);
	store_be(slot + 4, 5, 4);
	fill_random(slot + 8, 32, 7);
	store_be(slot + 40, AREA / 512, 4);
	store_be(slot + 44, STRIPES, 4);
	derive(pass, strlen(pass), slot + 8, 5, area_key, KEY);
	put_area(area_key, AREA);
	put_data(0, 512);
	return 0;
}

static void
base64(const uint8_t *bytes, size_t size, char *out)
{
	EVP_EncodeBlock((unsigned char *)out, bytes, (int)size);
}

/* One copy of the header around a text. */
static void
put_copy(uint64_t at, uint64_t sequence, const char *json)
{
	uint8_t *h = volume + at, sum[32];
	memset(h, 0, HEADER2);
	memcpy(h, at == 0 ? "LUKS\xba\xbe\0\2" : "SKUL\xba\xbe\0\2", 8);
	store_be(h + 8, HEADER2, 8);
	store_be(h + 16, sequence, 8);
	memcpy(h + 24, "Safe", 4);
	memcpy(h + 72, "sha256", 6);
	memcpy(h + 168, "89abcdef-0123-4567-89ab-cdef01234567", 36);
	store_be(h + 256, at, 8);
	assert_true(strlen(json) < HEADER2 - 4096);
	memcpy(h + 4096, json, strlen(json));
	assert_int_equal(EVP_Digest(h, HEADER2, sum, NULL, EVP_sha256(), NULL), 1);
	memcpy(h + 448, sum, 32);
}

/* Version 2 with parts of its text chosen by the test. */
static void
make_luks2(const char *kdf, const char *segments, const char *config)
{
	static char json[8000];
	uint8_t salt[32], digest[32], area_key[KEY];
	char salt_text[64], digest_text[64];
	make_luks1(NULL);
	memset(volume, 0, AREA);
	fill_random(salt, 32, 8);
	base64(salt, 32, salt_text);
	derive(key, KEY, salt, 4, digest, 32);
	base64(digest, 32, digest_text);
	snprintf(json, sizeof(json), "{\"keyslots\":{\"3\":{\"type\":\"luks2\",\"key_size\":64,\"af\":{\"type\":\"luks1\",\"stripes\":%d,\"hash\":\"sha256\"},"
	    "\"area\":{\"type\":\"raw\",\"offset\":\"%d\",\"size\":\"%d\",\"encryption\":\"aes-xts-plain64\",\"key_size\":64},\"kdf\":{%s,\"salt\":\"%s\"}}},"
	    "\"tokens\":{\"0\":{\"type\":\"x\",\"a\":[1,{\"b\":[]}]}},\"segments\":{%s},"
	    "\"digests\":{\"0\":{\"type\":\"pbkdf2\",\"keyslots\":[\"3\"],\"segments\":[\"0\",\"1\",\"2\"],\"hash\":\"sha256\",\"iterations\":4,"
	    "\"salt\":\"%s\",\"digest\":\"%s\"}},\"config\":{%s}}", STRIPES, AREA, AREA, kdf, salt_text, segments, salt_text, digest_text, config);
	if (strstr(kdf, "pbkdf2") != NULL) {
		derive(pass, strlen(pass), salt, 6, area_key, KEY);
	} else {
		struct triage_error err;
		const struct lock_argon2 how = { .id = true, .passes = 2, .memory = 64, .lanes = 2, .salt = salt, .salt_size = 32 };
		assert_int_equal(lock_argon2(&how, (const uint8_t *)pass, strlen(pass), area_key, KEY, &err), TRIAGE_OK);
	}
	put_area(area_key, AREA);
	put_copy(0, 5, json);
	put_copy(HEADER2, 5, json);
}

#define PBKDF2 "\"type\":\"pbkdf2\",\"hash\":\"sha256\",\"iterations\":6"
#define ARGON2 "\"type\":\"argon2id\",\"time\":2,\"memory\":64,\"cpus\":2"
#define SEGMENT "\"0\":{\"type\":\"crypt\",\"offset\":\"196608\",\"size\":\"dynamic\",\"iv_tweak\":\"0\",\"encryption\":\"aes-xts-plain64\",\"sector_size\":512}"

static void
assert_opens(const void *secret, size_t size, const uint8_t *want, size_t want_size)
{
	static uint8_t got[DATA_SIZE];
	struct triage_error err;
	struct reader *below;
	offer(&luks_layer, volume, SIZE, secret, size, &told, &below);
	if (told.volume.reader == NULL)
		fail_msg("not opened: %s", told.volume.note);
	assert_number_equal(told.volume.length, want_size);
	assert_number_equal(told.volume.reader->size, want_size);
	assert_int_equal(reader_read_all(told.volume.reader, 0, got, want_size, &err), TRIAGE_OK);
	assert_memory_equal(got, want, want_size);
	offer_end(&told, below);
}

static void
assert_stays(const void *secret, enum triage_volume_state state, const char *says)
{
	struct reader *below;
	offer(&luks_layer, volume, SIZE, secret, secret != NULL ? strlen(secret) : 0, &told, &below);
	offer_end(&told, below);
	assert_int_equal(told.volume.state, state);
	if (strstr(told.volume.note, says) == NULL)
		fail_msg("\"%s\" is not in: %s", says, told.volume.note);
}

static void
version_1_opens_with_or_without_a_line_end(void **state)
{
	(void)state;
	assert_opens(pass, strlen(pass), plain, DATA_SIZE);
	assert_opens("correct horse\n", 14, plain, DATA_SIZE);
	assert_opens("correct horse\r\n", 15, plain, DATA_SIZE);
	assert_opens("\xef\xbb\xbf""correct horse\n", 17, plain, DATA_SIZE);
	assert_string_equal(told.volume.uuid, "01234567-89ab-cdef-0123-456789abcdef");
	assert_number_equal(told.problems, 0);
}

static void
a_locked_volume_says_what_opens_it(void **state)
{
	(void)state;
	assert_stays("wrong", TRIAGE_VOLUME_LOCKED, "key slots in use: 2 (pbkdf2 sha256); none of the 1 keys given opens it");
	assert_stays(NULL, TRIAGE_VOLUME_LOCKED, "give a passphrase or key file");
	assert_number_equal(told.volume.length, DATA_SIZE);
	store_be(volume + 208 + 2 * 48, 0xdead, 4);
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "no key slot is in use");
}

static void
slots_that_are_too_slow_are_said(void **state)
{
	(void)state;
	store_be(volume + 208 + 2 * 48 + 4, 0x7fffffff, 4);
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "not everything was tried");
	assert_string_equal(told.codes, "lock-tries");
}

static void
version_2_opens_by_pbkdf2_and_argon2(void **state)
{
	(void)state;
	make_luks2(PBKDF2, SEGMENT, "\"json_size\":\"12288\"");
	assert_opens(pass, strlen(pass), plain, DATA_SIZE);
	assert_string_equal(told.volume.label, "Safe");
	make_luks2(ARGON2, SEGMENT, "");
	assert_opens(pass, strlen(pass), plain, DATA_SIZE);
	assert_number_equal(told.problems, 0);
}

static void
segments_follow_one_another(void **state)
{
	static uint8_t want[DATA_SIZE];
	(void)state;
	make_luks2(PBKDF2, "\"1\":{\"type\":\"linear\",\"offset\":\"65536\",\"size\":\"1024\"},"
	    "\"0\":{\"type\":\"crypt\",\"offset\":\"196608\",\"size\":\"8192\",\"iv_tweak\":\"40\",\"encryption\":\"aes-xts-plain64\",\"sector_size\":4096},"
	    "\"2\":{\"type\":\"crypt\",\"offset\":\"204800\",\"size\":\"4096\",\"iv_tweak\":\"56\",\"encryption\":\"aes-xts-plain64\",\"sector_size\":4096}", "");
	put_data(40, 4096);
	memcpy(want, plain, 8192);
	memcpy(want + 8192, volume + AREA, 1024);
	memcpy(want + 8192 + 1024, plain + 8192, 4096);
	assert_opens(pass, strlen(pass), want, 8192 + 1024 + 4096);
	assert_number_equal(told.volume.length, 8192 + 1024 + 4096);
}

static void
the_better_header_is_used(void **state)
{
	(void)state;
	make_luks2(PBKDF2, SEGMENT, "");
	volume[5000] ^= 1;	/* the first copy no longer fits its checksum */
	assert_opens(pass, strlen(pass), plain, DATA_SIZE);
	assert_string_equal(told.codes, "luks-header");
	assert_non_null(strstr(told.messages, "the first one is damaged; the second one is used"));
	memset(volume, 0, 4096);
	assert_opens(pass, strlen(pass), plain, DATA_SIZE);
	assert_non_null(strstr(told.messages, "the first one is missing"));
	make_luks2(PBKDF2, SEGMENT, "");
	static char nothing[] = "{\"keyslots\":{},\"segments\":{" SEGMENT "},\"digests\":{},\"config\":{}}";
	put_copy(0, 4, nothing);
	assert_opens(pass, strlen(pass), plain, DATA_SIZE);
	assert_non_null(strstr(told.messages, "the first one is older"));
	memset(volume, 0, 4096);
	memset(volume + HEADER2, 0, 4096);
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "neither copy");
}

static void
what_is_not_read_is_named(void **state)
{
	(void)state;
	make_luks2(PBKDF2, SEGMENT, "\"requirements\":{\"mandatory\":[\"online-reencrypt-v2\"]}");
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "a reencryption is under way (online-reencrypt-v2)");
	make_luks2(PBKDF2, SEGMENT, "\"requirements\":{\"mandatory\":[\"opal\"]}");
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "asks for what is not read (opal)");
	make_luks2(PBKDF2, "\"0\":{\"type\":\"crypt\",\"offset\":\"196608\",\"size\":\"dynamic\",\"encryption\":\"aes-xts-plain64\",\"integrity\":{\"type\":\"hmac(sha256)\"}}", "");
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "dm-integrity");
	make_luks2(PBKDF2, "\"0\":{\"type\":\"crypt\",\"offset\":\"196608\",\"size\":\"dynamic\",\"encryption\":\"serpent-xts-plain64\"}", "");
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "cipher serpent-xts-plain64 is not read");
	make_luks2(PBKDF2, "\"0\":{\"type\":\"crypt\",\"offset\":\"0\",\"size\":\"dynamic\",\"encryption\":\"aes-xts-plain64\"}", "");
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "a header on its own");
	make_luks2("\"type\":\"argon2id\",\"time\":2,\"memory\":8388608,\"cpus\":2", SEGMENT, "");
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "its key derivation is not read");
}

#ifdef TRIAGE_ASAN
static void
memory_that_is_not_to_be_had_is_said(void **state)
{
	(void)state;
	make_luks2("\"type\":\"argon2id\",\"time\":1,\"memory\":1048576,\"cpus\":4", SEGMENT, "");
	assert_stays(pass, TRIAGE_VOLUME_LOCKED, "none of the 1 keys given opens it");
	assert_non_null(strstr(told.messages, "takes 1024 MiB of memory"));
	assert_string_equal(told.codes, "lock-memory");
}
#endif

/* Rounds that a change has made slow would be waited for. */
static void
keep_quick(void)
{
	for (size_t i = 0; i < 8; i++)
		memset(volume + 208 + i * 48 + 4, 0, 3);
	memset(volume + 164, 0, 3);
}

static void
offer_damaged(size_t size)
{
	struct reader *below;
	uint8_t buf[4096];
	size_t got;
	struct triage_error err;
	offer(&luks_layer, volume, size, pass, strlen(pass), &told, &below);
	for (uint64_t at = 0; told.volume.reader != NULL && at < told.volume.reader->size && at < 40000; at += 9000)
		(void)!reader_read(told.volume.reader, at, buf, sizeof(buf), &got, &err);
	offer_end(&told, below);
}

static void
damage_is_survived(void **state)
{
	static uint8_t whole[SIZE];
	static const size_t cuts[] = { 0, 6, 100, 208, 591, 592, 4095, 4096, 5000, HEADER2, HEADER2 + 100, 2 * HEADER2, AREA, AREA + 700, DATA - 1, DATA,
		DATA + 1, DATA + 511, DATA + 512, SIZE - 1 };
	uint32_t seed = 77;
	for (unsigned version = 1; version <= 2; version++) {
		if (version == 1)
			make_luks1(state);
		else
			make_luks2(PBKDF2, SEGMENT, "");
		memcpy(whole, volume, SIZE);
		for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
			offer_damaged(cuts[i]);
		for (unsigned i = 0; i < 2000; i++) {
			for (unsigned n = 1 + next_random(&seed) % 4; n > 0; n--) {
				size_t at = next_random(&seed) % (version == 1 ? 592 : 2200);
				if (version == 2 && at >= 600)
					at += 4096 - 600;	/* the text; its checksum does not fit then, and it is tried all the same */
				volume[at] = (uint8_t)next_random(&seed);
				if (version == 2 && i % 2 == 0)
					volume[HEADER2 + 4096 + at % 1600] ^= (uint8_t)(1 << i % 8);
			}
			if (version == 1)
				keep_quick();
			offer_damaged(SIZE);
			memcpy(volume, whole, 2 * HEADER2);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(version_1_opens_with_or_without_a_line_end, make_luks1),
		cmocka_unit_test_setup(a_locked_volume_says_what_opens_it, make_luks1),
		cmocka_unit_test_setup(slots_that_are_too_slow_are_said, make_luks1),
		cmocka_unit_test(version_2_opens_by_pbkdf2_and_argon2),
		cmocka_unit_test(segments_follow_one_another),
		cmocka_unit_test(the_better_header_is_used),
		cmocka_unit_test(what_is_not_read_is_named),
#ifdef TRIAGE_ASAN
		cmocka_unit_test(memory_that_is_not_to_be_had_is_said),
#endif
		cmocka_unit_test(damage_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "triage/base/digest.h"
#include "triage/base/text.h"

#include "tests/harness.h"

static const char *
hex_of(struct digest *d, enum digest_kind kind)
{
	static char hex[2 * DIGEST_MAX + 1];
	uint8_t value[DIGEST_MAX];
	digest_final(d, value);
	text_hex(hex, value, digest_size(kind));
	return hex;
}

static struct digest *
fresh(enum digest_kind kind)
{
	struct triage_error err;
	struct digest *d = NULL;
	assert_number_equal(digest_new(kind, &d, &err), TRIAGE_OK);
	return d;
}

static void
digest_setup_may_be_called_again(void **state)
{
	(void)state;
	struct triage_error err;
	assert_number_equal(digest_setup(&err), TRIAGE_OK);
	assert_number_equal(digest_setup(&err), TRIAGE_OK);
}

static void
each_kind_has_its_size(void **state)
{
	(void)state;
	assert_number_equal(digest_size(DIGEST_MD5), 16);
	assert_number_equal(digest_size(DIGEST_SHA1), 20);
	assert_number_equal(digest_size(DIGEST_SHA256), 32);
}

static void
known_answers_of_the_standards_hold(void **state)
{
	(void)state;
	static const struct {
		enum digest_kind kind;
		const char *text, *hex;
	} known[] = {
		{ DIGEST_MD5, "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ DIGEST_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ DIGEST_SHA1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ DIGEST_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ DIGEST_SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ DIGEST_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct digest *d = fresh(known[i].kind);
		digest_update(d, known[i].text, strlen(known[i].text));
		assert_string_equal(hex_of(d, known[i].kind), known[i].hex);
		digest_free(d);
	}
}

static void
a_digest_is_new_again_after_reset(void **state)
{
	(void)state;
	struct digest *d = fresh(DIGEST_MD5);
	digest_update(d, "something else", 14);
	hex_of(d, DIGEST_MD5);
	digest_reset(d);
	digest_update(d, "abc", 3);
	assert_string_equal(hex_of(d, DIGEST_MD5), "900150983cd24fb0d6963f7d28e17f72");
	digest_reset(d);
	assert_string_equal(hex_of(d, DIGEST_MD5), "d41d8cd98f00b204e9800998ecf8427e");
	digest_free(d);
}

static void
parts_give_the_digest_of_the_whole(void **state)
{
	(void)state;
	static uint8_t data[1000];
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	/* around the block and padding edges of 55, 56, 63, 64 and 65 bytes */
	for (size_t cut = 50; cut < 70; cut++) {
		char whole[65];
		struct digest *d = fresh(DIGEST_SHA256);
		digest_update(d, data, cut);
		digest_update(d, data, 0);
		digest_update(d, data + cut, sizeof(data) - cut);
		digest_sha256_hex(data, sizeof(data), whole);
		assert_string_equal(hex_of(d, DIGEST_SHA256), whole);
		digest_free(d);
	}
}

static void
the_one_shot_knows_the_empty_string(void **state)
{
	(void)state;
	char hex[65];
	digest_sha256_hex("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_setup_may_be_called_again),
		cmocka_unit_test(each_kind_has_its_size),
		cmocka_unit_test(known_answers_of_the_standards_hold),
		cmocka_unit_test(a_digest_is_new_again_after_reset),
		cmocka_unit_test(parts_give_the_digest_of_the_whole),
		cmocka_unit_test(the_one_shot_knows_the_empty_string),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

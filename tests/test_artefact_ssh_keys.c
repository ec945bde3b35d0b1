/* test_artefact_ssh_keys.c - keys of SSH; the fingerprints are those of ssh-keygen -l of OpenSSH 9.2 and of Python. */
#include "tests/artefact_harness.h"

#define ED_PRINT "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA"
#define RSA_PRINT "SHA256:eSW/BEk13Db2UyISJZGsUJ3RF7W3aRvF5CQbd8b4wrE"

static void
keys_with_their_fingerprints(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/ssh_keys/authorized_keys"));
	assert_number_equal(p.count, 2);
	assert_string_equal(p.events[0].technique, "T1098.004");
	assert_non_null(strstr(p.events[0].data, "\"type\":\"ssh-ed25519\",\"fingerprint\":\"" ED_PRINT "\",\"comment\":\"beheer@laptop\""));
	assert_non_null(strstr(p.events[1].data, "\"fingerprint\":\"" RSA_PRINT "\",\"comment\":\"old key\",\"options\":\"command=\\\"/bin/echo hi\\\",no-pty\""));
	parsed_free(&p);
}

static void
known_hosts(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parsed_file(&p, fixture("artefact/ssh_keys/known_hosts"));
	assert_number_equal(p.count, 3);
	assert_string_equal(p.events[0].meaning, "known hosts last written");
	assert_non_null(strstr(p.events[0].data, "\"target\":\"files.example.org,203.0.113.9\""));
	assert_non_null(strstr(p.events[2].data, "\"target\":\"@revoked *\""));
	parsed_free(&p);
}

static void
damage_is_told(void **state)
{
	(void)state;
	parsed_damaged(fixture("artefact/ssh_keys/authorized_keys.damaged"), 3, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(keys_with_their_fingerprints), cmocka_unit_test(known_hosts), cmocka_unit_test(damage_is_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

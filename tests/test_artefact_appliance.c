/* test_artefact_appliance.c - storage boxes and virtual machine hosts: name, system, version. */
#include "tests/artefact_harness.h"

#include <stdlib.h>

/* The fixture, as if it lay at `path`. */
static void
parse_at(struct parsed *p, const char *path, const char *name)
{
	static uint8_t bytes[4096];
	char file[100];
	snprintf(file, sizeof(file), "artefact/appliance/%s", name);
	FILE *f = fopen(fixture(file), "rb");
	assert_non_null(f);
	size_t size = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	parsed_bytes(p, path, bytes, size);
}

static void
qnap_synology_and_esxi(void **state)
{
	struct parsed p = { 0 };
	(void)state;
	parse_at(&p, "/etc/config/uLinux.conf", "uLinux.conf");
	assert_string_equal(parsed_fact(&p, "", "os"), "QNAP QTS");
	assert_string_equal(parsed_fact(&p, "", "hostname"), "NAS-GEM");
	assert_string_equal(parsed_fact(&p, "", "version"), "4.3.6");
	assert_string_equal(parsed_fact(&p, "", "build"), "20220119");
	assert_string_equal(parsed_fact(&p, "", "timezone"), "Europe/Brussels");
	parsed_free(&p);
	parse_at(&p, "/etc.defaults/VERSION", "VERSION");
	assert_string_equal(parsed_fact(&p, "", "os"), "Synology DSM");
	assert_string_equal(parsed_fact(&p, "", "version"), "7.1.1");
	assert_string_equal(parsed_fact(&p, "", "build"), "42962");
	parsed_free(&p);
	parse_at(&p, "/etc/vmware/esx.conf", "esx.conf");
	assert_string_equal(parsed_fact(&p, "", "os"), "VMware ESXi");
	assert_string_equal(parsed_fact(&p, "", "hostname"), "esx1.gem.example");
	assert_string_equal(parsed_fact(&p, "", "version"), "7.0.3");
	parsed_free(&p);
}

static void
only_where_they_belong(void **state)
{
	(void)state;
	static const char line[] = "productversion=\"7.1.1\"\n";
	const struct artefact_subject who = { .path = "/home/x/VERSION", .name = "VERSION", .owner = "", .size = sizeof(line) - 1 };
	const struct artefact_subject there = { .path = "/etc.defaults/VERSION", .name = "VERSION", .owner = "", .size = sizeof(line) - 1 };
	assert_null(artefact_claim(&who, (struct view){ (const uint8_t *)line, sizeof(line) - 1 }));
	assert_string_equal(artefact_claim(&there, (struct view){ (const uint8_t *)line, sizeof(line) - 1 })->name, "appliance");
	assert_null(artefact_claim(&there, (struct view){ (const uint8_t *)"7.1\n", 4 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(qnap_synology_and_esxi), cmocka_unit_test(only_where_they_belong) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

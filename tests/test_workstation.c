/* test_workstation.c - the clock and the disks of the machine that examines, out of a folder that looks like /sys. */
#include "tests/harness.h"

#include "triage/base/json.h"
#include "triage/base/steady_name.h"
#include "triage/base/when.h"
#include "triage/run/workstation.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static char folder[100];

static void
put(const char *name, const char *text)
{
	char path[400], part[400];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	for (char *p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
		snprintf(part, sizeof(part), "%.*s", (int)(p - path), path);
		mkdir(part, 0700);
	}
	FILE *f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/triage-workstation.XXXXXX");
	return mkdtemp(folder) != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	char command[200];
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

/* The number under a key of one flat object; false when it is null or not there. */
static bool
number_of(const struct buf *text, const char *key, int64_t *ret)
{
	struct json j;
	json_start(&j, buf_cstr(text), text->size);
	assert_int_equal(json_next(&j), JSON_OBJECT);
	while (json_next(&j) == JSON_KEY) {
		bool wanted = json_is(&j, key);
		if (json_next(&j) == JSON_NUMBER && wanted)
			return json_int(&j, ret);
		assert_true(json_skip(&j));
	}
	assert_int_equal(j.event, JSON_OBJECT_END);
	return false;
}

static void
the_offset_of_the_hardware_clock_is_told(void **state)
{
	(void)state;
	char text[40];
	int64_t offset = 0;
	SCOPED_BUF out;
	buf_init(&out, 1 << 16);
	workstation_clock(folder, &out);
	assert_false(number_of(&out, "rtc_offset_seconds", &offset));
	snprintf(text, sizeof(text), "%lld\n", (long long)time(NULL) + 3600);
	put("class/rtc/rtc0/since_epoch", text);
	buf_clear(&out);
	workstation_clock(folder, &out);
	assert_true(number_of(&out, "rtc_offset_seconds", &offset));
	assert_in_range(offset, 3595, 3600);
	put("class/rtc/rtc0/since_epoch", "not a number\n");
	buf_clear(&out);
	workstation_clock(folder, &out);
	assert_false(number_of(&out, "rtc_offset_seconds", &offset));
}

static void
a_fixed_clock_is_said_to_be_fixed(void **state)
{
	(void)state;
	SCOPED_BUF out;
	buf_init(&out, 1 << 16);
	setenv("SOURCE_DATE_EPOCH", "1670378400", 1);
	workstation_clock(folder, &out);
	unsetenv("SOURCE_DATE_EPOCH");
	assert_string_equal(buf_cstr(&out), "{\"fixed\":true}");
}

static void
a_disk_is_told_and_a_partition_is_that_of_its_disk(void **state)
{
	(void)state;
	struct workstation_disk disk;
	char link[400], target[400];
	put("devices/sda/device/model", "  WDC WD10  \n");
	put("devices/sda/device/serial", "WX \"1\"\n");
	put("devices/sda/removable", "1\n");
	put("devices/sda/ro", "0\n");
	put("devices/sda/sda1/partition", "1\n");
	put("dev/block/note", "");
	snprintf(target, sizeof(target), "%s/devices/sda", folder);
	snprintf(link, sizeof(link), "%s/dev/block/8:0", folder);
	assert_int_equal(symlink(target, link), 0);
	snprintf(target, sizeof(target), "%s/devices/sda/sda1", folder);
	snprintf(link, sizeof(link), "%s/dev/block/8:1", folder);
	assert_int_equal(symlink(target, link), 0);
	for (unsigned minor = 0; minor < 2; minor++) {
		workstation_disk(folder, makedev(8, minor), &disk);
		assert_string_equal(disk.model, "WDC WD10");
		assert_string_equal(disk.serial, "WX \"1\"");
		assert_string_equal(disk.removable, "1");
		assert_string_equal(disk.read_only, "0");
		assert_string_equal(disk.partition, minor == 0 ? "" : "1");
	}
	workstation_disk(folder, makedev(9, 0), &disk);
	assert_string_equal(disk.model, "");
	assert_string_equal(disk.read_only, "");
}

static void
a_serial_number_that_only_udev_knows_is_told(void **state)
{
	(void)state;
	struct workstation_disk disk;
	char sys[300];
	snprintf(sys, sizeof(sys), "%s/sys", folder);
	put("sys/dev/block/8:32/removable", "0\n");
	put("run/udev/data/b8:32", "S:disk/by-id/ata-DISK_Z9\nE:ID_SERIAL=DISK_Z9\nE:ID_SERIAL_SHORT=Z9\n");
	workstation_disk(sys, makedev(8, 32), &disk);
	assert_string_equal(disk.serial, "Z9");
	workstation_disk(sys, makedev(8, 33), &disk);
	assert_string_equal(disk.serial, "");
}

static void
a_disk_has_a_name_that_outlives_a_restart(void **state)
{
	(void)state;
	char node[300], links[300], link[400], room[PATH_MAX];
	snprintf(node, sizeof(node), "%s/sdx", folder);
	snprintf(links, sizeof(links), "%s/by-id", folder);
	put("by-id/note", "");
	assert_string_equal(steady_name(links, "server.E01", room), "server.E01");
	if (mknod(node, S_IFBLK | 0600, makedev(240, 7)) != 0)
		skip();
	assert_string_equal(steady_name(links, node, room), node);
	static const char *const names[] = { "wwn-0x5000", "ata-DISK_Z9", "dm-name-other" };
	for (size_t i = 0; i < 3; i++) {
		snprintf(link, sizeof(link), "%s/%s", links, names[i]);
		assert_int_equal(symlink(i < 2 ? node : "/dev/null", link), 0);
	}
	snprintf(link, sizeof(link), "%s/ata-DISK_Z9", links);
	assert_string_equal(steady_name(links, node, room), link);
	unlink(node);
}

static void
the_program_is_told_by_its_digest(void **state)
{
	(void)state;
	SCOPED_BUF out;
	buf_init(&out, 1 << 16);
	workstation_json(&out);
	const char *digest = strstr(buf_cstr(&out), "\"program_sha256\":\"");
	assert_non_null(digest);
	assert_int_equal(strspn(digest + 18, "0123456789abcdef"), 64);
	const char *id = strstr(buf_cstr(&out), "\"build_id\":\"");
	assert_non_null(id);
	assert_int_equal(strspn(id + 12, "0123456789abcdef"), 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_offset_of_the_hardware_clock_is_told),
		cmocka_unit_test(a_fixed_clock_is_said_to_be_fixed),
		cmocka_unit_test(a_disk_is_told_and_a_partition_is_that_of_its_disk),
		cmocka_unit_test(a_serial_number_that_only_udev_knows_is_told),
		cmocka_unit_test(a_disk_has_a_name_that_outlives_a_restart),
		cmocka_unit_test(the_program_is_told_by_its_digest),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

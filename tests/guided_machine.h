/*
 * guided_machine.h - a made machine for the tests of guided mode: disks of each kind under home/sys, places with room, without, and read-only.
 *
 * For cmocka_run_group_tests(): make_machine() before the tests, clear_machine() after them.
 */
#ifndef TESTS_GUIDED_MACHINE_H
#define TESTS_GUIDED_MACHINE_H

#include "tests/harness.h"

#include "triage/guided/guided_inside.h"

#include <sys/stat.h>
#include <unistd.h>

static char home[200];

static void
put_file(const char *name, const char *text)
{
	char path[700];
	snprintf(path, sizeof(path), "%s/%s", home, name);
	for (char *p = path + strlen(home) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
put_disk(const char *name, const char *number, const char *sectors)
{
	char path[200], line[64];
	snprintf(path, sizeof(path), "sys/block/%s/dev", name);
	snprintf(line, sizeof(line), "%s\n", number);
	put_file(path, line);
	snprintf(path, sizeof(path), "sys/block/%s/size", name);
	put_file(path, sectors);
}

static int
make_machine(void **state)
{
	char line[1200];
	(void)state;
	snprintf(home, sizeof(home), "/tmp/test_guided_XXXXXX");
	assert_non_null(mkdtemp(home));
	put_disk("sda", "8:0", "1000\n");
	put_file("sys/block/sda/device/model", "Disk\033[2J A      \n");
	put_file("sys/block/sda/device/serial", "S1\n");
	put_file("sys/block/sda/sda10/partition", "10\n");
	put_file("sys/block/sda/sda10/dev", "8:10\n");
	put_file("sys/block/sda/sda2/partition", "2\n");
	put_file("sys/block/sda/sda2/dev", "8:2\n");
	put_file("sys/block/sda/sda2/size", "64\n");
	put_file("run/udev/data/b8:2", "I:1\nE:ID_FS_TYPE=ntfs\nE:ID_FS_LABEL=Data\n");
	put_disk("sdb", "8:16", "1000\n");
	put_file("run/udev/data/b8:16", "E:ID_BUS=usb\nE:ID_FS_TYPE=iso9660\nE:ID_FS_LABEL=TRIAGE\n");
	put_disk("sdc", "8:32", "1000\n");
	put_file("sys/block/sdc/sdc1/partition", "1\n");
	put_file("sys/block/sdc/sdc1/dev", "8:33\n");
	put_disk("sdd", "8:48", "1000\n");
	put_file("sys/block/sdd/holders/md0/x", "");
	put_file("sys/block/md0/dev", "9:0\n");
	put_disk("sde", "8:64", "0\n");
	put_disk("sdf", "8:80", "1000\n");
	put_disk("sdaa", "65:160", "1000\n");
	put_disk("loop0", "7:0", "0\n");
	put_disk("zram0", "253:0", "77\n");
	put_disk("vda", "254:0", "1000\n");
	put_file("dev/sda", "bytes");
	put_file("place/x", "");
	put_file("small/x", "");
	put_file("ro/x", "");
	snprintf(line, sizeof(line), "1 0 254:0 / / rw - ext4 /dev/root rw\nbroken\n2 1 8:33 / /mnt/a\\040b rw shared:1 - vfat /dev/sdc1 rw\n"
	    "3 1 8:97 / %s/place rw - exfat /dev/sdg1 rw\n4 1 8:98 / %s/small rw - vfat /dev/sdg2 rw\n5 1 8:99 / %s/ro rw - ext4 /dev/sdg3 ro\n6 1 0:5 / /proc rw - tmpfs x rw\n",
	    home, home, home);
	put_file("proc/self/mountinfo", line);
	put_file("proc/swaps", "Filename Type\n/dev/sdf partition 1 2 3\n");
	return 0;
}

static int
clear_machine(void **state)
{
	(void)state;
	char remove_it[] = "rm", all[] = "-rf", place[sizeof(home)];
	memcpy(place, home, sizeof(home));
	char *const words[] = { remove_it, all, place, NULL };
	pid_t pid = fork();
	if (pid == 0) {
		execv("/bin/rm", words);
		_exit(1);
	}
	return 0;
}

static bool
made_space(void *ctx, const char *path, uint64_t *ret_free, uint64_t *ret_size)
{
	(void)ctx;
	*ret_size = UINT64_C(10000000000);
	*ret_free = strstr(path, "small") != NULL ? 1000 : UINT64_C(9000000000);
	return true;
}

#endif

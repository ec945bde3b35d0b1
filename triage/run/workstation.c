#include "triage/run/workstation.h"

#include "triage/base/digest.h"
#include "triage/base/scoped.h"
#include "triage/base/text.h"
#include "triage/base/when.h"
#include "triage/base/zone.h"

#include <ctype.h>
#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>
#include <sys/utsname.h>

enum { BUILD_ID_MAX = 64, PIECE = 1 << 16 };

static void
member(struct buf *out, const char *key, const char *value)
{
	if (out->size > 0 && out->data[out->size - 1] != '{')
		buf_char(out, ',');
	text_json_string(out, key);
	buf_char(out, ':');
	text_json_string(out, value);
}

/* The first line of a small file, without blanks at its ends; "" when it cannot be read. */
static void
read_line(const char *path, char *out, size_t room)
{
	SCOPED_FILE file = fopen(path, "re");
	out[0] = '\0';
	if (file == NULL || fgets(out, (int)room, file) == NULL) {
		out[0] = '\0';
		return;
	}
	size_t size = strcspn(out, "\r\n");
	while (size > 0 && isspace((unsigned char)out[size - 1]))
		size--;
	out[size] = '\0';
	size_t blanks = strspn(out, " \t");
	memmove(out, out + blanks, size - blanks + 1);
}

/* --- the program --- */

/* The note that the linker left in the program itself, which is the first object told of. */
static int
find_build_id(struct dl_phdr_info *info, size_t size, void *ctx)
{
	char *out = ctx;
	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];
		const uint8_t *at = (const uint8_t *)(info->dlpi_addr + part->p_vaddr), *end = at + part->p_memsz;
		while (part->p_type == PT_NOTE && end - at >= 12) {
			uint32_t head[3];
			memcpy(head, at, sizeof(head));
			size_t name = ((size_t)head[0] + 3) & ~(size_t)3, value = ((size_t)head[1] + 3) & ~(size_t)3;
			if ((size_t)(end - at) < 12 + name + value)
				break;
			if (head[2] == NT_GNU_BUILD_ID && head[0] == 4 && memcmp(at + 12, "GNU", 4) == 0 && head[1] <= BUILD_ID_MAX)
				text_hex(out, at + 12 + name, head[1]);
			at += 12 + name + value;
		}
	}
	return 1;
}

static void
program_digest(char out[65])
{
	uint8_t value[DIGEST_MAX];
	struct digest *d;
	SCOPED_FD fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	SCOPED_FREE uint8_t *piece = malloc(PIECE);
	out[0] = '\0';
	if (fd < 0 || piece == NULL || digest_new(DIGEST_SHA256, &d, NULL) != TRIAGE_OK)
		return;
	ssize_t n;
	while ((n = read(fd, piece, PIECE)) > 0)
		digest_update(d, piece, (size_t)n);
	digest_final(d, value);
	digest_free(d);
	if (n == 0)
		text_hex(out, value, 32);
}

/* --- the clock --- */

/* /etc/localtime is a link into the zones, or a copy of one that /etc/timezone names. */
static void
system_zone(char *out, size_t room)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/etc/localtime", path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	const char *name = strstr(path, "zoneinfo/");
	if (name != NULL)
		snprintf(out, room, "%s", name + 9);
	else
		read_line("/etc/timezone", out, room);
}

void
workstation_clock(const char *sys, struct buf *out)
{
	char path[PATH_MAX], text[64], zone_name[100], local[WHEN_TEXT_SIZE], suffix[16];
	struct zone *zone = NULL;
	struct triage_error why;
	struct timex state = { 0 };
	if (when_is_fixed()) {
		buf_text(out, "{\"fixed\":true}");
		return;
	}
	int64_t now = when_now();
	snprintf(path, sizeof(path), "%s/class/rtc/rtc0/since_epoch", sys);
	read_line(path, text, sizeof(text));
	char *end;
	long long rtc = strtoll(text, &end, 10);
	bool has_rtc = text[0] != '\0' && *end == '\0';
	system_zone(zone_name, sizeof(zone_name));
	if (zone_name[0] == '\0' || zone_load(zone_name, &zone, &why) != TRIAGE_OK)
		zone = NULL;
	int32_t offset = zone_offset(zone, now);
	int32_t minutes = (offset < 0 ? -offset : offset) / 60;
	snprintf(suffix, sizeof(suffix), "%c%02d:%02d", offset < 0 ? '-' : '+', (int)(minutes / 60 % 100), (int)(minutes % 60));
	buf_char(out, '{');
	member(out, "local", when_text(zone_local(zone, now), 0, suffix, local));
	if (has_rtc)
		buf_format(out, ",\"rtc_offset_seconds\":%lld", rtc - (long long)(now / 1000000000));
	else
		buf_text(out, ",\"rtc_offset_seconds\":null");
	int known = adjtimex(&state);
	buf_format(out, ",\"synchronised\":%s", known < 0 ? "null" : known == TIME_ERROR || (state.status & STA_UNSYNC) != 0 ? "false" : "true");
	member(out, "zone", zone_name);
	buf_char(out, '}');
	zone_free(zone);
}

/* --- all of it --- */

void
workstation_json(struct buf *out)
{
	struct utsname kernel = { 0 };
	struct passwd *person = getpwuid(getuid());
	char build_id[2 * BUILD_ID_MAX + 1] = "", sha256[65], operator[80];
	dl_iterate_phdr(find_build_id, build_id);
	program_digest(sha256);
	uname(&kernel);
	snprintf(operator, sizeof(operator), "%.60s (uid %u)", person != NULL ? person->pw_name : "?", (unsigned)getuid());
	buf_char(out, '{');
	member(out, "build_id", build_id);
	buf_text(out, ",\"clock\":");
	workstation_clock("/sys", out);
	member(out, "kernel", kernel.release);
	member(out, "libraries", TRIAGE_LIBRARIES);
	member(out, "machine", kernel.nodename);
	member(out, "operator", operator);
	member(out, "program", "triage " TRIAGE_VERSION);
	member(out, "program_sha256", sha256);
	buf_char(out, '}');
}

/* --- disks --- */

/* One value of what udev noted of a device; "" when there is none. */
static void
noted(const char *sys, dev_t device, const char *key, char *out, size_t room)
{
	char path[PATH_MAX], line[512];
	size_t length = strlen(key);
	snprintf(path, sizeof(path), "%.4000s/../run/udev/data/b%u:%u", sys, major(device), minor(device));
	SCOPED_FILE file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, length) == 0) {
			snprintf(out, room, "%.*s", (int)strcspn(line + length, "\r\n"), line + length);
			return;
		}
}

void
workstation_disk(const char *sys, dev_t device, struct workstation_disk *ret_disk)
{
	char path[PATH_MAX], folder[PATH_MAX - 64];
	const struct {
		const char *name;
		char *out;
		size_t room;
	} facts[] = {
		{ "device/model", ret_disk->model, sizeof(ret_disk->model) }, { "device/serial", ret_disk->serial, sizeof(ret_disk->serial) },
		{ "removable", ret_disk->removable, sizeof(ret_disk->removable) }, { "ro", ret_disk->read_only, sizeof(ret_disk->read_only) },
	};
	snprintf(folder, sizeof(folder), "%s/dev/block/%u:%u", sys, major(device), minor(device));
	snprintf(path, sizeof(path), "%s/partition", folder);
	read_line(path, ret_disk->partition, sizeof(ret_disk->partition));
	const char *up = ret_disk->partition[0] != '\0' ? "/.." : "";	/* a partition lies in the folder of its disk */
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		snprintf(path, sizeof(path), "%s%s/%s", folder, up, facts[i].name);
		read_line(path, facts[i].out, facts[i].room);
	}
	/* of SATA and USB disks the kernel itself tells no serial number */
	if (ret_disk->serial[0] == '\0')
		noted(sys, device, "E:ID_SERIAL_SHORT=", ret_disk->serial, sizeof(ret_disk->serial));
}

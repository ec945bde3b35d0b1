/*
 * registry_devices.c - drives and devices that were connected: mounted devices, USB, USB storage, portable devices.
 *
 * Sources: winreg-kb of libyal; Microsoft's documentation of DEVPKEY_Device_InstallDate, FirstInstallDate, LastArrivalDate and LastRemovalDate, which are the
 * numbers 0064 to 0067 of the property set below.
 */
#include "triage/artefact/registry_plugin.h"

#include "triage/base/text.h"

#include <stdio.h>
#include <string.h>

#define DATES "Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\"

/* --- a device --- */

static const struct date {
	const char *field, *meaning, *what, *windows_8, *windows_7;
} dates[] = {
	{ "installed", "device installed", "Device installed", DATES "0064", DATES "00000064\\00000000" },
	{ "first_installed", "device first installed", "Device first installed", DATES "0065", DATES "00000065\\00000000" },
	{ "last_connected", "device last connected", "Device last connected", DATES "0066", DATES "00000066\\00000000" },
	{ "last_removed", "device last removed", "Device last removed", DATES "0067", DATES "00000067\\00000000" },
};

enum { DATE_COUNT = sizeof(dates) / sizeof(dates[0]) };

static const char *const device_keys[] = { "ControlSet*\\Enum\\USBSTOR\\*\\*", "ControlSet*\\Enum\\USB\\*\\*", "ControlSet*\\Enum\\SCSI\\*\\*", "ControlSet*\\Enum\\SD\\*\\*",
	"ControlSet*\\Enum\\WpdBusEnumRoot\\*\\*", "ControlSet*\\Enum\\SWD\\WPDBUSENUM\\*", "ControlSet*\\Enum\\USBPRINT\\*\\*", "ControlSet*\\Enum\\BTHENUM\\*\\*", NULL };

static int64_t
date_of(struct registry *r, const struct registry_key *k, const struct date *d)
{
	struct registry_key sub;
	if (registry_sub(r, k, d->windows_8, &sub))
		return registry_filetime_in(registry_bytes(r, &sub, ""), 0);
	return registry_sub(r, k, d->windows_7, &sub) ? registry_filetime_in(registry_bytes(r, &sub, "Data"), 0) : TRIAGE_TIME_NONE;
}

/* The name before the last of a path: "Disk&Ven_SanDisk&Prod_Cruzer&Rev_1.20" or "VID_0781&PID_5575". */
static void
class_of(const struct registry_key *k, char *out, size_t size)
{
	const char *end = k->name > k->below ? k->name - 1 : k->name, *begin = end;
	while (begin > k->below && begin[-1] != '\\')
		begin--;
	snprintf(out, size, "%.*s", (int)(end - begin < 300 ? end - begin : 300), begin);
}

/* What stands behind a mark in the class, up to '&'. */
static void
put_part(struct registry *r, const char *field, const char *class, const char *mark)
{
	char part[200];
	const char *p = strcasestr(class, mark);
	if (p == NULL)
		return;
	p += strlen(mark);
	snprintf(part, sizeof(part), "%.*s", (int)(strcspn(p, "&") < 190 ? strcspn(p, "&") : 190), p);
	artefact_text(registry_artefact(r), field, part);
}

static void
put_device(struct registry *r, const struct registry_key *k, const char *class)
{
	struct registry_key sub;
	struct artefact *a = registry_artefact(r);
	artefact_text(a, "device", class);
	artefact_text(a, "serial", k->name);
	registry_put(r, k, "friendly_name", "FriendlyName");
	registry_put(r, k, "description", "DeviceDesc");
	registry_put(r, k, "manufacturer", "Mfg");
	put_part(r, "vendor", class, "Ven_");
	put_part(r, "product", class, "Prod_");
	put_part(r, "vid", class, "VID_");
	put_part(r, "pid", class, "PID_");
	registry_put(r, k, "service", "Service");
	registry_put(r, k, "class", "Class");
	registry_put(r, k, "container_id", "ContainerID");
	registry_put(r, k, "parent_id_prefix", "ParentIdPrefix");
	registry_put(r, k, "location", "LocationInformation");
	if (registry_sub(r, k, "Device Parameters\\Partmgr", &sub))
		registry_put(r, &sub, "disk_id", "DiskId");
}

static enum triage_status
device(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	char class[400];
	int64_t when[DATE_COUNT];
	class_of(k, class, sizeof(class));
	const char *name = registry_text(r, k, "FriendlyName");
	if (name[0] == '\0')
		name = registry_text(r, k, "DeviceDesc");
	/* "@usb.inf,%name%;Text" */
	if (name[0] == '@' && strchr(name, ';') != NULL)
		name = strrchr(name, ';') + 1;
	for (unsigned i = 0; i < DATE_COUNT; i++)
		when[i] = date_of(r, k, &dates[i]);
	registry_event(r, k, NULL, k->time, "key last written");
	put_device(r, k, class);
	for (unsigned i = 0; i < DATE_COUNT; i++)
		artefact_when(a, dates[i].field, when[i]);
	artefact_message(a, "Device %s (%s), serial %s", name, class, k->name);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	for (unsigned i = 0; st == TRIAGE_OK && i < DATE_COUNT; i++) {
		if (when[i] == TRIAGE_TIME_NONE)
			continue;
		artefact_again(a, when[i], dates[i].meaning);
		artefact_message(a, "%s: %s (%s), serial %s", dates[i].what, name, class, k->name);
		st = registry_send(r, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_devices = {
	.name = "devices", .title = "USB and other devices that were connected", .hives = REGISTRY_SYSTEM, .keys = device_keys, .key = device,
};

/* --- letters and volumes --- */

static const char *const mounted_keys[] = { "MountedDevices", NULL };

static const char *
mounted_text(struct registry *r, struct view data, char *out, size_t size)
{
	if (data.size == 12) {
		snprintf(out, size, "partition at byte %ju of the disk with signature %08x", (uintmax_t)load_le64(data.data + 4), (unsigned)load_le32(data.data));
		return out;
	}
	if (data.size == 24 && memcmp(data.data, "DMIO:ID:", 8) == 0) {
		const uint8_t *g = data.data + 8;
		snprintf(out, size, "GPT partition {%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", (unsigned)load_le32(g), load_le16(g + 4), load_le16(g + 6), g[8], g[9],
		    g[10], g[11], g[12], g[13], g[14], g[15]);
		return out;
	}
	return registry_utf16(r, data.data, data.size / 2);
}

static enum triage_status
mounted_devices(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	char text[160];
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		struct view data = regf_data(registry_hive(r), &v);
		const char *name = registry_name(r, v.name), *what = mounted_text(r, data, text, sizeof(text));
		registry_event(r, k, &v, k->time, "key last written");
		artefact_text(registry_artefact(r), "mount_point", strncmp(name, "\\DosDevices\\", 12) == 0 ? name + 12 : name);
		artefact_text(registry_artefact(r), "device", what);
		artefact_message(registry_artefact(r), "Mounted device: %s is %s", name, what);
		st = registry_send(r, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_mounteddevices = {
	.name = "mounteddevices", .title = "drive letters and volumes", .hives = REGISTRY_SYSTEM, .keys = mounted_keys, .key = mounted_devices,
};

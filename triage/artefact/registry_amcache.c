/*
 * registry_amcache.c - Amcache.hve: programs that ran or were found, what was installed, drivers; with SHA-1 of files and link times.
 *
 * Layouts of Windows 7/8 (Root\File, values named by number) and of Windows 10 (Root\InventoryApplicationFile ...). Sources: winreg-kb of libyal,
 * ANSSI's "Amcache analysis". The last writing of a key is near the first run or the scan of the file.
 */
#include "triage/artefact/registry_plugin.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

struct field {
	const char *field, *value;
};

static void
put_fields(struct registry *r, const struct registry_key *k, const struct field *fields)
{
	for (; fields->field != NULL; fields++)
		registry_put(r, k, fields->field, fields->value);
}

/* "0000" and the SHA-1 of the first 31 MB of the file. */
static void
put_sha1(struct registry *r, const char *id)
{
	if (strlen(id) == 44 && strncmp(id, "0000", 4) == 0)
		artefact_text(registry_artefact(r), "sha1", id + 4);
}

/* Another moment of the event in work. */
static enum triage_status
send_again(struct registry *r, int64_t when, const char *meaning, const char *precision, struct triage_error *err)
{
	if (when == TRIAGE_TIME_NONE)
		return TRIAGE_OK;
	artefact_again(registry_artefact(r), when, meaning);
	artefact_precision(registry_artefact(r), precision);
	return registry_send(r, err);
}

static int64_t
unix_in(struct registry *r, const struct registry_key *k, const char *name)
{
	uint64_t seconds = 0;
	return registry_number(r, k, name, &seconds) && seconds > 86400 && seconds < UINT32_MAX ? when_from_unix((int64_t)seconds, 0) : TRIAGE_TIME_NONE;
}

static int64_t
filetime_in(struct registry *r, const struct registry_key *k, const char *name)
{
	uint64_t filetime = 0;
	return registry_number(r, k, name, &filetime) ? registry_filetime(filetime) : TRIAGE_TIME_NONE;
}

/* "01/31/2020 22:26:24" */
static int64_t
us_date(const char *text)
{
	unsigned month, day, year, hour = 0, minute = 0, second = 0;
	char iso[64];
	int64_t ns;
	if (sscanf(text, "%2u/%2u/%4u %2u:%2u:%2u", &month, &day, &year, &hour, &minute, &second) < 3)
		return TRIAGE_TIME_NONE;
	snprintf(iso, sizeof(iso), "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day, hour, minute, second);
	return year >= 1971 && year < 2200 && when_parse(iso, &ns) ? ns : TRIAGE_TIME_NONE;
}

/* --- the old layout --- */

static const struct field old_file[] = {
	{ "path", "15" }, { "product", "0" }, { "publisher", "1" }, { "file_version", "5" }, { "description", "c" }, { "size", "6" }, { "pe_checksum", "9" },
	{ "program_id", "100" }, { NULL, NULL },
};

static enum triage_status
tell_old_file(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	const char *path = registry_text(r, k, "15"), *id = registry_text(r, k, "101");
	int64_t linked = unix_in(r, k, "f"), modified = filetime_in(r, k, "11"), created = filetime_in(r, k, "12"), stored = filetime_in(r, k, "17");
	if (path[0] == '\0' && id[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	put_fields(r, k, old_file);
	put_sha1(r, id);
	artefact_when(a, "linked", linked);
	artefact_when(a, "file_modified", modified);
	artefact_when(a, "file_created", created);
	artefact_message(a, "Program known to Windows (Amcache): %s%s%s", path, id[0] != '\0' ? ", SHA-1 " : "", strlen(id) == 44 ? id + 4 : id);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK)
		st = send_again(r, modified, "file last modified", "100ns", err);
	if (st == TRIAGE_OK && stored != modified)
		st = send_again(r, stored, "file last modified", "100ns", err);
	if (st == TRIAGE_OK)
		st = send_again(r, created, "file created", "100ns", err);
	return st == TRIAGE_OK ? send_again(r, linked, "program linked", "s", err) : st;
}

static const struct field old_program[] = {
	{ "name", "0" }, { "version", "1" }, { "publisher", "2" }, { "entry_type", "6" }, { "uninstall_key", "7" }, { "file_paths", "d" }, { "product_code", "f" },
	{ "package_code", "10" }, { "msi_product_code", "11" }, { "msi_package_code", "12" }, { NULL, NULL },
};

static enum triage_status
tell_old_program(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	const char *name = registry_text(r, k, "0"), *publisher = registry_text(r, k, "2");
	int64_t installed = unix_in(r, k, "a"), removed = unix_in(r, k, "b");
	if (name[0] == '\0' && publisher[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	put_fields(r, k, old_program);
	artefact_text(registry_artefact(r), "program_id", k->name);
	artefact_when(registry_artefact(r), "installed", installed);
	artefact_message(registry_artefact(r), "Program installed (Amcache): %s %s%s%s", name, registry_text(r, k, "1"), publisher[0] != '\0' ? " of " : "", publisher);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK)
		st = send_again(r, installed, "installed", "s", err);
	return st == TRIAGE_OK ? send_again(r, removed, "uninstalled", "s", err) : st;
}

static enum triage_status
old_key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	return registry_fits("Root\\File\\*\\*", k->below) ? tell_old_file(r, k, err) : tell_old_program(r, k, err);
}

static const char *const old_keys[] = { "Root\\File\\*\\*", "Root\\Programs\\*", NULL };

const struct registry_plugin registry_plugin_amcache_old = {
	.name = "amcache", .title = "programs known to Windows 7 and 8 (Amcache)", .hives = REGISTRY_AMCACHE, .keys = old_keys, .key = old_key,
};

/* --- the layout of Windows 10 --- */

static const struct field new_file[] = {
	{ "path", "LowerCaseLongPath" }, { "name", "Name" }, { "original_name", "OriginalFileName" }, { "publisher", "Publisher" }, { "file_version", "BinFileVersion" },
	{ "version", "Version" }, { "product", "ProductName" }, { "product_version", "ProductVersion" }, { "size", "Size" }, { "binary_type", "BinaryType" },
	{ "is_os_component", "IsOsComponent" }, { "program_id", "ProgramId" }, { "file_id", "FileId" }, { "usn", "Usn" }, { NULL, NULL },
};

static enum triage_status
tell_new_file(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	const char *path = registry_text(r, k, "LowerCaseLongPath"), *id = registry_text(r, k, "FileId");
	int64_t linked = us_date(registry_text(r, k, "LinkDate"));
	if (path[0] == '\0' && id[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	put_fields(r, k, new_file);
	put_sha1(r, id);
	artefact_when(registry_artefact(r), "linked", linked);
	artefact_message(registry_artefact(r), "Program known to Windows (Amcache): %s%s%s", path, id[0] != '\0' ? ", SHA-1 " : "", strlen(id) == 44 ? id + 4 : id);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	return st == TRIAGE_OK ? send_again(r, linked, "program linked", "s", err) : st;
}

static const struct field new_program[] = {
	{ "name", "Name" }, { "version", "Version" }, { "publisher", "Publisher" }, { "folder", "RootDirPath" }, { "source", "Source" }, { "entry_type", "Type" },
	{ "uninstall_string", "UninstallString" }, { "registry_key", "RegistryKeyPath" }, { "package", "PackageFullName" }, { "program_id", "ProgramId" },
	{ "user_sid", "UserSID" }, { NULL, NULL },
};

static enum triage_status
tell_new_program(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	const char *name = registry_text(r, k, "Name"), *publisher = registry_text(r, k, "Publisher");
	int64_t installed = us_date(registry_text(r, k, "InstallDate"));
	if (name[0] == '\0')
		return TRIAGE_OK;
	registry_event(r, k, NULL, k->time, "key last written");
	put_fields(r, k, new_program);
	artefact_when(registry_artefact(r), "installed", installed);
	artefact_message(registry_artefact(r), "Program installed (Amcache): %s %s%s%s", name, registry_text(r, k, "Version"), publisher[0] != '\0' ? " of " : "", publisher);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	return st == TRIAGE_OK ? send_again(r, installed, "installed", "s", err) : st;
}

static const struct field driver[] = {
	{ "name", "DriverName" }, { "inf", "Inf" }, { "company", "DriverCompany" }, { "product", "Product" }, { "product_version", "ProductVersion" }, { "version", "DriverVersion" },
	{ "service", "Service" }, { "signed", "DriverSigned" }, { "in_box", "DriverInBox" }, { "kernel_mode", "DriverIsKernelMode" }, { "type", "DriverType" },
	{ "size", "ImageSize" }, { NULL, NULL },
};

static enum triage_status
tell_driver(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	const char *id = registry_text(r, k, "DriverId");
	int64_t linked = unix_in(r, k, "DriverTimeStamp"), written = us_date(registry_text(r, k, "DriverLastWriteTime"));
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(registry_artefact(r), "path", k->name);
	put_fields(r, k, driver);
	put_sha1(r, id);
	artefact_when(registry_artefact(r), "linked", linked);
	artefact_message(registry_artefact(r), "Driver known to Windows (Amcache): %s%s%s", k->name, id[0] != '\0' ? ", SHA-1 " : "", strlen(id) == 44 ? id + 4 : id);
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK)
		st = send_again(r, written, "file last modified", "s", err);
	return st == TRIAGE_OK ? send_again(r, linked, "program linked", "s", err) : st;
}

static const struct field other[] = {
	{ "shortcut", "ShortcutPath" }, { "target", "ShortcutTargetPath" }, { "program_id", "ShortcutProgramId" }, { "friendly_name", "FriendlyName" }, { "model", "Model" },
	{ "model_name", "ModelName" }, { "manufacturer", "Manufacturer" }, { "description", "Description" }, { "service", "Service" }, { "driver", "DriverName" },
	{ "parent", "ParentId" }, { "container", "ContainerId" }, { "provider", "Provider" }, { "class", "Class" }, { "categories", "Categories" },
	{ "install_date", "InstallDate" }, { "first_install_date", "FirstInstallDate" }, { NULL, NULL },
};

static enum triage_status
tell_other(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	static const char *const names[] = { "ShortcutPath", "FriendlyName", "ModelName", "Model", "Description" };
	const char *name = "";
	for (size_t i = 0; name[0] == '\0' && i < sizeof(names) / sizeof(names[0]); i++)
		name = registry_text(r, k, names[i]);
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_text(registry_artefact(r), "id", k->name);
	put_fields(r, k, other);
	artefact_message(registry_artefact(r), "%s known to Windows (Amcache): %s", strstr(k->below, "Shortcut") != NULL ? "Shortcut" : "Device", name[0] != '\0' ? name : k->name);
	registry_told(r);
	return registry_send(r, err);
}

static const char *const new_keys[] = { "Root\\InventoryApplicationFile\\*", "Root\\InventoryApplication\\*", "Root\\InventoryDriverBinary\\*",
	"Root\\InventoryApplicationShortcut\\*", "Root\\InventoryDeviceContainer\\*", "Root\\InventoryDevicePnp\\*", NULL };

static enum triage_status
new_key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	if (k->cell.value_count == 0)
		return TRIAGE_OK;
	return registry_fits(new_keys[0], k->below) ? tell_new_file(r, k, err) : registry_fits(new_keys[1], k->below) ? tell_new_program(r, k, err) :
	    registry_fits(new_keys[2], k->below) ? tell_driver(r, k, err) : tell_other(r, k, err);
}

const struct registry_plugin registry_plugin_amcache = {
	.name = "amcache", .title = "programs, drivers and devices known to Windows 10 (Amcache)", .hives = REGISTRY_AMCACHE, .keys = new_keys, .key = new_key,
};

/* nested_name.c - what a name says of a file: the disk of a machine, perhaps one, a part of one, or something else. */
#include "triage/run/nested.h"

#include <string.h>
#include <strings.h>

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), length = strlen(end);
	return size > length && strcasecmp(text + size - length, end) == 0;
}

static bool
ends_with_any(const char *text, const char *const *ends)
{
	for (; *ends != NULL; ends++)
		if (ends_with(text, *ends))
			return true;
	return false;
}

/* The last three characters of the stem are digits, after a dash and a letter: disk-s001.vmdk, disk-f003.vmdk. */
static size_t
numbered_stem(const char *path)
{
	const char *end = strrchr(path, '.');
	size_t size = (size_t)(end - path);
	if (size < 6 || strspn(end - 3, "0123456789") != 3 || end[-5] != '-' || strchr("sSfF", end[-4]) == NULL)
		return 0;
	return size - 5;
}

size_t
nested_stem(const char *path)
{
	static const char *const parts[] = { "-flat.vmdk", "-delta.vmdk", "-sesparse.vmdk" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (ends_with(path, parts[i]))
			return strlen(path) - strlen(parts[i]);
	return ends_with(path, ".vmdk") && !ends_with(path, "-ctk.vmdk") ? numbered_stem(path) : 0;
}

enum nested_name
nested_name_of(const char *path)
{
	static const char *const disks[] = { ".vhdx", ".avhdx", ".vhd", ".avhd", ".vmdk", ".qcow2", ".qcow", ".vdi", ".e01", NULL };
	static const char *const raw[] = { ".img", ".raw", ".dd", ".iso", NULL };
	const char *name = strrchr(path, '/');
	name = name != NULL ? name + 1 : path;
	if (ends_with(name, "-ctk.vmdk") || nested_stem(name) > 0)
		return NESTED_PART;
	return ends_with_any(name, disks) ? NESTED_DISK : ends_with_any(name, raw) ? NESTED_RAW : NESTED_OTHER;
}

/*
 * registry_winsock.c - libraries through which programs reach the network: transport providers and name spaces of Winsock.
 *
 * PackedCatalogItem: the path of the library, 260 bytes in the code page of the machine up to a NUL, then a WSAPROTOCOL_INFOW, whose last 512 bytes
 * are the name of the protocol in UTF-16. Name spaces have LibraryPath and DisplayString. Source: Microsoft's documentation; layouts seen in hives.
 */
#include "triage/artefact/registry_plugin.h"

#include <string.h>

#define CATALOG "ControlSet*\\Services\\WinSock2\\Parameters\\"

enum { PATH_BYTES = 260, NAME_AT = PATH_BYTES + 116, NAME_UNITS = 256 };

static const char *const keys[] = { CATALOG "Protocol_Catalog9\\Catalog_Entries\\*", CATALOG "Protocol_Catalog9\\Catalog_Entries64\\*",
	CATALOG "NameSpace_Catalog5\\Catalog_Entries\\*", CATALOG "NameSpace_Catalog5\\Catalog_Entries64\\*", NULL };

static enum triage_status
key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	char library[PATH_BYTES + 1] = "";
	struct view item = registry_bytes(r, k, "PackedCatalogItem");
	size_t size = item.size < PATH_BYTES ? item.size : PATH_BYTES;
	memcpy(library, item.size > 0 ? item.data : (const uint8_t *)"", size);
	bool packed = library[0] != '\0';
	const char *name = packed && view_has(item, NAME_AT, 2 * NAME_UNITS) ? registry_utf16(r, item.data + NAME_AT, NAME_UNITS) : "", *path = registry_text(r, k, "LibraryPath");
	if (!packed && path[0] == '\0')
		return TRIAGE_OK;
	if (!packed)
		name = registry_text(r, k, "DisplayString");
	registry_event(r, k, NULL, k->time, "key last written");
	if (packed)
		artefact_bytes(a, "library", library, strlen(library));
	else
		artefact_text(a, "library", path);
	artefact_text(a, "name", name);
	artefact_message(a, "Network library of Winsock: %s%s%s", name, name[0] != '\0' ? ", " : "", packed ? library : path);
	registry_told(r);
	return registry_send(r, err);
}

const struct registry_plugin registry_plugin_winsock = {
	.name = "winsock", .title = "libraries through which programs reach the network", .hives = REGISTRY_SYSTEM, .keys = keys, .key = key,
};

/*
 * registry_class_library.c - places that name a class (a GUID) instead of a program, with the library that the class stands for in the same hive.
 *
 * Who takes part in the logon, who sees scripts, what Explorer loads: the place has the class alone, Classes\CLSID\{...}\InprocServer32 has its file. A class that
 * the hive does not know is told without one. Source: Microsoft's documentation of COM and of credential providers.
 */
#include "triage/artefact/registry_plugin.h"

#include <stdio.h>
#include <string.h>

#define LOGON(path) "Microsoft\\Windows\\CurrentVersion\\Authentication\\" path "\\*", "Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Authentication\\" path "\\*"
#define SHELL(path) "Microsoft\\Windows\\CurrentVersion\\" path, "Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\" path

static const char *const keys[] = { LOGON("Credential Providers"), LOGON("Credential Provider Filters"), LOGON("PLAP Providers"),
	"Microsoft\\AMSI\\Providers\\*", "Wow6432Node\\Microsoft\\AMSI\\Providers\\*", SHELL("Explorer\\Browser Helper Objects\\*"),
	SHELL("Explorer\\ShellIconOverlayIdentifiers\\*"), SHELL("Explorer\\ShellExecuteHooks"), SHELL("ShellServiceObjectDelayLoad"), NULL };

static bool
is_class(const char *text)
{
	return strlen(text) == 38 && text[0] == '{' && text[37] == '}' && strspn(text + 1, "0123456789abcdefABCDEF-") == 36;
}

/* A 32-bit place means the class of 32-bit programs, where there is one. */
static enum triage_status
tell(struct registry *r, const struct registry_key *k, const struct regf_value *v, const char *class, struct triage_error *err)
{
	static const char *const tables[] = { "Wow6432Node\\Classes\\CLSID", "Classes\\Wow6432Node\\CLSID", "Classes\\CLSID" };
	struct registry_key root, found;
	char path[120];
	bool known = false;
	if (!is_class(class))
		return TRIAGE_OK;
	registry_root(r, &root);
	for (size_t i = strncmp(k->below, "Wow", 3) == 0 ? 0 : 2; i < sizeof(tables) / sizeof(tables[0]) && !known; i++) {
		snprintf(path, sizeof(path), "%s\\%s", tables[i], class);
		known = registry_sub(r, &root, path, &found);
	}
	const char *name = known ? registry_text(r, &found, "") : "", *library = "";
	if (known && registry_sub(r, &found, "InprocServer32", &found))
		library = registry_text(r, &found, "");
	registry_event(r, k, v, k->time, "key last written");
	artefact_text(registry_artefact(r), "class", class);
	artefact_text(registry_artefact(r), "name", name);
	artefact_text(registry_artefact(r), "library", library);
	artefact_message(registry_artefact(r), "Class that Windows loads: %s%s%s, %s", class, name[0] != '\0' ? " " : "", name,
	    library[0] != '\0' ? library : "no library in this hive");
	return registry_send(r, err);
}

/* The class is the name of the key, or of a value, or its data. */
static enum triage_status
key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	if (is_class(k->name))
		return tell(r, k, NULL, k->name, err);
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		st = tell(r, k, &v, is_class(name) ? name : registry_value_text(r, &v), err);
	}
	return st;
}

const struct registry_plugin registry_plugin_class_library = {
	.name = "class_library", .title = "libraries of classes that Windows loads by itself", .hives = REGISTRY_SOFTWARE, .keys = keys, .key = key,
};

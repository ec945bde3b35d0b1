/*
 * registry_places.c - keys whose values speak for themselves: what is started with Windows and with programs, settings of the machine, of its
 * reach and of its protection. The list is registry_places.def. Sources: ForensicArtifacts, winreg-kb, Microsoft's documentation of the settings.
 */
#include "triage/artefact/registry_plugin.h"

#include <string.h>
#include <strings.h>

struct place {
	const char *word;
	const char *path, *names, *what, *technique;
};

#define PLACE(word, hives, path, names, what, technique) { word, path, names, what, technique },
#define SOFTWARE_AND_32(word, path, names, what, technique) { word, path, names, what, technique }, { word, "Wow6432Node\\" path, names, what, technique },
#define SOFTWARE_AND_USER(word, path, names, what, technique) SOFTWARE_AND_32(word, path, names, what, technique) \
	{ word, "Software\\" path, names, what, technique }, { word, "Software\\Wow6432Node\\" path, names, what, technique },
static const struct place places[] = {
#include "triage/artefact/registry_places.def"
};
#undef PLACE
#undef SOFTWARE_AND_32
#undef SOFTWARE_AND_USER

#define PLACE(word, hives, path, names, what, technique) path,
#define SOFTWARE_AND_32(word, path, names, what, technique) path, "Wow6432Node\\" path,
#define SOFTWARE_AND_USER(word, path, names, what, technique) path, "Wow6432Node\\" path, "Software\\" path, "Software\\Wow6432Node\\" path,
static const char *const keys[] = {
#include "triage/artefact/registry_places.def"
	NULL
};
#undef PLACE
#undef SOFTWARE_AND_32
#undef SOFTWARE_AND_USER

enum { PLACE_COUNT = sizeof(places) / sizeof(places[0]) };

/* names: with '|' between; "" is any */
static bool
is_among(const char *names, const char *name)
{
	size_t n = strlen(name);
	if (names[0] == '\0')
		return true;
	for (const char *p = names;; p++) {
		size_t size = strcspn(p, "|");
		if (size == n && strncasecmp(p, name, n) == 0)
			return true;
		p += size;
		if (*p == '\0')
			return false;
	}
}

/* Some values are a technique by themselves in a key that is none. */
static const char *
technique_of(const struct place *place, const char *name, const char *text)
{
	static const char *const by_name[][2] = {
		{ "Debugger", "T1546.012" }, { "AppInit_DLLs", "T1546.010" }, { "UserInitMprLogonScript", "T1037.001" }, { "SCRNSAVE.EXE", "T1546.002" },
		{ "COR_PROFILER", "T1574.012" }, { "COR_PROFILER_PATH", "T1574.012" }, { "VerifierDlls", "T1546" },
	};
	if (text[0] == '\0')
		return "";
	for (size_t i = 0; place->technique[0] == '\0' && i < sizeof(by_name) / sizeof(by_name[0]); i++)
		if (strcasecmp(by_name[i][0], name) == 0)
			return by_name[i][1];
	return place->technique;
}

static enum triage_status
tell(struct registry *r, const struct registry_key *k, const struct place *place, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		if (!is_among(place->names, name))
			continue;
		const char *text = registry_value_text(r, &v), *shown = name[0] != '\0' ? name : "(default)";
		registry_event(r, k, &v, k->time, "key last written");
		artefact_part(a, place->word);
		artefact_technique(a, technique_of(place, name, text));
		artefact_text(a, "type", registry_type(v.type));
		registry_put_value(r, "data", &v);
		/* the name of the key tells the program or the DLL that a value is about, when the path ends in a pattern; or which Run key it is */
		bool named = place->path[strlen(place->path) - 1] == '*' || strcmp(place->word, "run") == 0;
		artefact_message(a, "%s%s%s%s: %s = %s", place->what, named ? " (" : "", named ? k->name : "", named ? ")" : "", shown, text);
		st = registry_send(r, err);
	}
	return st;
}

static enum triage_status
key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; st == TRIAGE_OK && k->cell.value_count > 0 && i < PLACE_COUNT; i++)
		if (registry_fits(places[i].path, k->below))
			st = tell(r, k, &places[i], err);
	return st;
}

const struct registry_plugin registry_plugin_places = {
	.name = "settings",
	.title = "what starts with Windows and programs; settings of the machine, of its reach and of its protection",
	.hives = REGISTRY_SYSTEM | REGISTRY_SOFTWARE | REGISTRY_NTUSER | REGISTRY_USRCLASS,
	.keys = keys,
	.key = key,
};

/* registry_muicache.c - names of programs that Explorer showed: a program named here was started, or shown in a list to open files with. */
#include "triage/artefact/registry_plugin.h"

#include <string.h>
#include <strings.h>

static const char *const keys[] = {
	"Software\\Microsoft\\Windows\\ShellNoRoam\\MUICache",
	"Local Settings\\Software\\Microsoft\\Windows\\Shell\\MuiCache",
	"Local Settings\\Software\\Microsoft\\Windows\\ShellNoRoam\\MUICache",
	"Local Settings\\MuiCache\\*\\*",
	NULL
};

/* What stands behind the path in a name of Windows 8 on. */
static const struct {
	const char *ending, *field;
} endings[] = { { ".FriendlyAppName", "description" }, { ".ApplicationCompany", "company" } };

static enum triage_status
program(struct registry *r, const struct registry_key *k, const struct regf_value *v, const char *name, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	size_t size = strlen(name);
	const char *field = "description", *text = registry_value_text(r, v);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t end = strlen(endings[i].ending);
		if (size <= end || strcasecmp(name + size - end, endings[i].ending) != 0)
			continue;
		field = endings[i].field;
		size -= end;
		break;
	}
	registry_event(r, k, v, k->time, "key last written");
	artefact_bytes(a, "path", name, size);
	artefact_text(a, field, text);
	artefact_message(a, "Program named by Explorer (MuiCache): %.*s (%s)", (int)(size < ARTEFACT_MESSAGE_MAX ? size : ARTEFACT_MESSAGE_MAX), name, text);
	return registry_send(r, err);
}

static enum triage_status
mui_cache(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		/* texts of resources, which name no program that ran; and settings of the cache */
		if (name[0] != '@' && strchr(name, '\\') != NULL && strstr(name, ",@") == NULL)
			st = program(r, k, &v, name, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_muicache = {
	.name = "muicache",
	.title = "names of programs that Explorer showed",
	.hives = REGISTRY_NTUSER | REGISTRY_USRCLASS,
	.keys = keys,
	.key = mui_cache,
};

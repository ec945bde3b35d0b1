/*
 * appliance.c - which system a storage box or a virtual machine host is: uLinux.conf of QNAP, VERSION of Synology, esx.conf of VMware ESXi.
 *
 * Lines KEY = VALUE with or without quotes. Known by names and places that no other system has, for such lines stand in many files. Facts alone: they hold no moments.
 */
#include "triage/artefact/log_line.h"

#include <string.h>
#include <strings.h>

enum { SIZE_MOST = 1 << 20, WEIGHT = 70 };

static const struct place {
	const char *ending;		/* of the path */
	const char *os;			/* told once */
} places[] = {
	{ "/uLinux.conf", "QNAP QTS" },
	{ "/etc.defaults/VERSION", "Synology DSM" },
	{ "/etc/VERSION", "Synology DSM" },
	{ "/esx.conf", "VMware ESXi" },
};

static const struct setting {
	const char *ending;		/* of the path */
	const char *key, *fact;
} settings[] = {
	{ "/uLinux.conf", "Server Name", "hostname" },
	{ "/uLinux.conf", "Version", "version" },
	{ "/uLinux.conf", "Build Number", "build" },
	{ "/uLinux.conf", "Time Zone", "timezone" },
	{ "/VERSION", "productversion", "version" },
	{ "/VERSION", "buildnumber", "build" },
	{ "/esx.conf", "/adv/Misc/HostName", "hostname" },
	{ "/esx.conf", "/resourceGroups/version", "version" },
};

static bool
ends(const struct artefact_subject *who, const char *ending)
{
	size_t n = strlen(who->path), m = strlen(ending);
	return n >= m && strcmp(who->path + n - m, ending) == 0;
}

static const struct place *
place_of(const struct artefact_subject *who)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (ends(who, places[i].ending))
			return &places[i];
	return NULL;
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	return who->size <= SIZE_MOST && place_of(who) != NULL && memchr(head.data, '=', head.size) != NULL && memchr(head.data, '\0', head.size) == NULL;
}

/* KEY and VALUE of a line, cut in place. */
static bool
cut(char *line, char **ret_key, char **ret_value)
{
	char *equal = strchr(line, '=');
	if (equal == NULL || line[0] == '#' || line[0] == '[')
		return false;
	char *end = equal, *value = equal + 1;
	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	value += strspn(value, " \t");
	size_t size = strlen(value);
	if (size >= 2 && value[0] == '"' && value[size - 1] == '"') {
		value[size - 1] = '\0';
		value++;
	}
	*ret_key = line;
	*ret_value = value;
	return end > line;
}

static enum triage_status
take(struct artefact *a, void *state, struct log_line *line, struct triage_error *err)
{
	char *key, *value;
	enum triage_status st = TRIAGE_OK;
	(void)state;
	if (line->size > 4096 || !cut(line->text, &key, &value))
		return TRIAGE_OK;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && st == TRIAGE_OK; i++)
		if (ends(artefact_who(a), settings[i].ending) && strcasecmp(key, settings[i].key) == 0)
			st = artefact_fact(a, "host", "", settings[i].fact, value, WEIGHT, err);
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct log_lines lines = { 0 };
	size_t used;
	const struct place *place = place_of(artefact_who(a));
	enum triage_status st = place != NULL ? artefact_fact(a, "host", "", "os", place->os, WEIGHT, err) : TRIAGE_OK;
	if (st == TRIAGE_OK)
		st = log_lines_step(a, &lines, all, 0, true, &used, take, NULL, err);
	log_lines_release(&lines);
	return st;
}

const struct artefact_kind artefact_appliance = {
	.name = "appliance",
	.source = "other",
	.title = "settings of storage boxes and virtual machine hosts (QNAP, Synology, ESXi)",
	.yields = "which system it is, its version and build, the machine's name and time zone",
	.reference = "as QTS 4 and 5, DSM 6 and 7 and ESXi 6 to 8 write them",
	.precision = "s",
	.claims = claims,
	.parse = parse,
};

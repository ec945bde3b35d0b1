/*
 * registry_office.c - documents and folders that a user opened in Office, and those whose macros or editing were allowed.
 *
 * An entry of a list is "[F00000000][T01CD00921FC127F0][O00000000]*C:\...": T is the FILETIME of its last use. Source: winreg-kb of libyal.
 */
#include "triage/artefact/registry_plugin.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OFFICE "Software\\Microsoft\\Office\\*\\*\\"

enum { LIST_KEYS = 4, TRUST_SIZE = 24, TRUST_MINUTE = 16, TRUST_FLAGS = 20, TIME_DIGITS = 16 };

#define MACROS_ALLOWED UINT32_C(0x7fffffff)
#define UNIX_EPOCH UINT64_C(116444736000000000)
#define FILETIME_MINUTE UINT64_C(600000000)

static const char *const keys[] = {
	OFFICE "File MRU", OFFICE "Place MRU", OFFICE "User MRU\\*\\File MRU", OFFICE "User MRU\\*\\Place MRU",
	OFFICE "Security\\Trusted Documents\\TrustRecords", OFFICE "Recent Files", OFFICE "Recent File List", OFFICE "Recent Folder List", NULL
};

/* The FILETIME in "[T...]" of an entry. */
static int64_t
entry_time(const char *text)
{
	char digits[TIME_DIGITS + 1] = "", *end;
	const char *t = strstr(text, "[T");
	if (t == NULL || strlen(t) < 3 + TIME_DIGITS || t[2 + TIME_DIGITS] != ']')
		return TRIAGE_TIME_NONE;
	memcpy(digits, t + 2, TIME_DIGITS);
	uint64_t filetime = strtoull(digits, &end, 16);
	return *end == '\0' ? registry_filetime(filetime) : TRIAGE_TIME_NONE;
}

static enum triage_status
recent(struct registry *r, const struct registry_key *k, const struct regf_value *v, const char *name, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	const char *text = registry_value_text(r, v), *star = strchr(text, '*'), *path = text[0] == '[' && star != NULL ? star + 1 : text;
	bool folder = strstr(k->name, "Place") != NULL || strstr(k->name, "Folder") != NULL;
	int64_t used = entry_time(text);
	bool none = used == TRIAGE_TIME_NONE;
	/* "Max Display" and other settings of the list */
	if (path[0] == '\0' || v->type != REGF_TYPE_SZ)
		return TRIAGE_OK;
	registry_event(r, k, v, none ? k->time : used, none ? "key last written" : "last opened");
	artefact_text(a, "path", path);
	artefact_text(a, "entry", text);
	artefact_flag(a, "pinned", strncasecmp(text, "[F00000001]", 11) == 0 || strncasecmp(text, "[F00000003]", 11) == 0);
	artefact_message(a, "%s opened in Office (%s): %s", folder ? "Folder" : "Document", name, path);
	return registry_send(r, err);
}

/* A document that was let out of Protected View: FILETIME of the file's making, time zone, minute of the click since 1970, what was allowed. */
static enum triage_status
trusted(struct registry *r, const struct registry_key *k, const struct regf_value *v, const char *name, struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	struct view in = regf_data(registry_hive(r), v);
	bool whole = in.size >= TRUST_SIZE;
	int64_t created = registry_filetime_in(in, 0), clicked = TRIAGE_TIME_NONE;
	uint32_t flags = whole ? load_le32(in.data + TRUST_FLAGS) : 0;
	bool macros = flags == MACROS_ALLOWED;
	if (whole)
		clicked = registry_filetime(UNIX_EPOCH + load_le32(in.data + TRUST_MINUTE) * FILETIME_MINUTE);
	bool none = clicked == TRIAGE_TIME_NONE;
	registry_event(r, k, v, none ? k->time : clicked, none ? "key last written" : "document trusted");
	if (!none)
		artefact_precision(a, "min");
	artefact_text(a, "path", name);
	artefact_when(a, "document_created", created);
	if (whole) {
		artefact_unsigned(a, "flags", flags);
		artefact_flag(a, "macros_enabled", macros);
	} else {
		artefact_hex(a, "data", in.data, in.size);
	}
	if (macros)
		artefact_technique(a, "T1204.002");
	artefact_message(a, "%s: %s", macros ? "User enabled the content (macros) of a document" : "User allowed the editing of a document", name);
	enum triage_status st = registry_send(r, err);
	if (st != TRIAGE_OK || created == TRIAGE_TIME_NONE)
		return st;
	artefact_again(a, created, "document created");
	artefact_precision(a, "100ns");
	artefact_message(a, "Document that was trusted later, made: %s", name);
	return registry_send(r, err);
}

static enum triage_status
office(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	bool trust = registry_fits(keys[LIST_KEYS], k->below);
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		st = trust ? trusted(r, k, &v, name, err) : recent(r, k, &v, name, err);
	}
	return st;
}

const struct registry_plugin registry_plugin_office = {
	.name = "office",
	.title = "documents opened and trusted in Office",
	.hives = REGISTRY_NTUSER,
	.keys = keys,
	.key = office,
};

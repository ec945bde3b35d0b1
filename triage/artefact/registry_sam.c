/*
 * registry_sam.c - local accounts and groups: who there is, when they logged on, who may do what. Hashes of passwords are never read, only
 * whether there is one is told.
 *
 * The values F and V of a user, C of a group. Sources: winreg-kb of libyal, impacket's and samdump's public descriptions of the structures.
 */
#include "triage/artefact/registry_plugin.h"

#include "triage/base/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	F_LOGON = 8, F_PASSWORD = 24, F_EXPIRES = 32, F_FAILED = 40, F_RID = 48, F_FLAGS = 56, F_FAILURES = 64, F_LOGONS = 66, F_SIZE = 68,
	V_BASE = 0xcc, V_NAME = 0x0c, V_FULL_NAME = 0x18, V_COMMENT = 0x24, V_HOME = 0x48, V_SCRIPT = 0x60, V_PROFILE = 0x6c, V_NT_HASH = 0xa8,
	C_BASE = 0x34, C_NAME = 0x10, C_COMMENT = 0x1c, C_MEMBERS = 0x28, C_COUNT = 0x30,
	DISABLED = 0x01, NO_PASSWORD_NEEDED = 0x04, NEVER_EXPIRES = 0x200, LOCKED = 0x400, OLD_HASH = 0x14, NO_NEW_HASH = 0x18,
	ACCOUNTS_MAX = 1 << 16,
};

/* What must be known of all keys before it can be said. */
struct sam {
	char machine[200];		/* SID of the machine, which is before the number of each account */
	struct name {
		uint32_t rid;
		int64_t time;
	} *names;			/* when the name of an account was made */
	size_t name_count;
};

static void
release(void *state)
{
	free(((struct sam *)state)->names);
}

static enum triage_status
no_memory(struct triage_error *err)
{
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for the accounts of a hive");
	return TRIAGE_E_MEMORY;
}

/* The SID of the machine ends the value V of the key of its accounts: three numbers. */
static void
take_machine(struct registry *r, const struct registry_key *k)
{
	struct sam *s = registry_state(r);
	struct view v = registry_bytes(r, k, "V");
	if (v.size < 12 || k->deleted)
		return;
	const uint8_t *p = v.data + v.size - 12;
	snprintf(s->machine, sizeof(s->machine), "S-1-5-21-%u-%u-%u", (unsigned)load_le32(p), (unsigned)load_le32(p + 4), (unsigned)load_le32(p + 8));
}

static enum triage_status
take_names(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct sam *s = registry_state(r);
	struct registry_key names;
	struct regf_list list;
	struct regf_key cell;
	struct regf_value v;
	if (k->deleted || s->names != NULL || !registry_sub(r, k, "Names", &names) || names.cell.subkey_count > ACCOUNTS_MAX)
		return TRIAGE_OK;
	s->names = fault_hit() ? NULL : calloc(names.cell.subkey_count + 1, sizeof(*s->names));
	if (s->names == NULL)
		return no_memory(err);
	regf_subkeys(registry_hive(r), &names.cell, &list);
	/* the type of the default value is the number of the account */
	while (s->name_count < names.cell.subkey_count && regf_next(registry_hive(r), &list, &cell))
		if (regf_find_value(registry_hive(r), &cell, "", &v))
			s->names[s->name_count++] = (struct name){ v.type, registry_filetime(cell.written) };
	return TRIAGE_OK;
}

static int64_t
created(const struct sam *s, uint32_t rid)
{
	for (size_t i = 0; i < s->name_count; i++)
		if (s->names[i].rid == rid)
			return s->names[i].time;
	return TRIAGE_TIME_NONE;
}

/* A text of V or C: its offset and size stand at `at`. */
static const char *
text_at(struct registry *r, struct view in, size_t base, size_t at)
{
	if (!view_has(in, at, 8))
		return "";
	uint64_t offset = (uint64_t)base + load_le32(in.data + at);
	uint32_t size = load_le32(in.data + at + 4);
	return view_has(in, offset, size) ? registry_utf16(r, in.data + offset, size / 2) : "";
}

struct account {
	const char *name, *full_name, *comment;
	char sid[240];
	uint32_t rid;
	uint16_t flags;
	int64_t made, logon, password, failed;
};

static enum triage_status
account_facts(struct registry *r, const struct registry_key *k, const struct account *c, struct triage_error *err)
{
	static const unsigned weight = 80;
	enum triage_status st = registry_fact(r, k, "account", c->sid, "name", c->name, weight, err);
	if (st == TRIAGE_OK)
		st = registry_fact_time(r, k, "account", c->sid, "created", c->made, weight, err);
	if (st == TRIAGE_OK)
		st = registry_fact_time(r, k, "account", c->sid, "last_login", c->logon, weight, err);
	if (st == TRIAGE_OK)
		st = registry_fact_time(r, k, "account", c->sid, "last_password_change", c->password, weight, err);
	return st == TRIAGE_OK ? registry_fact(r, k, "account", c->sid, "disabled", c->flags & DISABLED ? "yes" : "no", weight, err) : st;
}

static enum triage_status
account_times(struct registry *r, const struct account *c, struct triage_error *err)
{
	const struct {
		int64_t when;
		const char *meaning, *what;
	} moments[] = {
		{ c->made, "account created", "Account created:" }, { c->logon, "last logon", "Last logon of" },
		{ c->password, "password set", "Password set:" }, { c->failed, "last failed logon", "Last failed logon of" },
	};
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; st == TRIAGE_OK && i < sizeof(moments) / sizeof(moments[0]); i++) {
		if (moments[i].when == TRIAGE_TIME_NONE)
			continue;
		artefact_again(registry_artefact(r), moments[i].when, moments[i].meaning);
		artefact_message(registry_artefact(r), "%s %s (%s)", moments[i].what, c->name, c->sid);
		st = registry_send(r, err);
	}
	return st;
}

static void
put_account(struct registry *r, struct view f, struct view v, const struct account *c)
{
	struct artefact *a = registry_artefact(r);
	artefact_text(a, "sid", c->sid);
	artefact_unsigned(a, "rid", c->rid);
	artefact_text(a, "name", c->name);
	artefact_text(a, "full_name", c->full_name);
	artefact_text(a, "comment", c->comment);
	artefact_text(a, "home", text_at(r, v, V_BASE, V_HOME));
	artefact_text(a, "script", text_at(r, v, V_BASE, V_SCRIPT));
	artefact_text(a, "profile", text_at(r, v, V_BASE, V_PROFILE));
	artefact_flag(a, "disabled", (c->flags & DISABLED) != 0);
	artefact_flag(a, "locked", (c->flags & LOCKED) != 0);
	artefact_flag(a, "password_not_required", (c->flags & NO_PASSWORD_NEEDED) != 0);
	artefact_flag(a, "password_never_expires", (c->flags & NEVER_EXPIRES) != 0);
	artefact_unsigned(a, "flags", c->flags);
	if (f.size >= F_SIZE) {
		artefact_unsigned(a, "logon_count", load_le16(f.data + F_LOGONS));
		artefact_unsigned(a, "failed_logon_count", load_le16(f.data + F_FAILURES));
		artefact_when(a, "expires", registry_filetime_in(f, F_EXPIRES));
		/* another number in here than in the name of the key: the account takes the rights of that number */
		if (load_le32(f.data + F_RID) != c->rid)
			artefact_unsigned(a, "other_rid", load_le32(f.data + F_RID));
	}
	if (view_has(v, V_NT_HASH, 8)) {
		uint32_t size = load_le32(v.data + V_NT_HASH + 4);
		artefact_flag(a, "has_password", size == OLD_HASH || size > NO_NEW_HASH);
	}
	artefact_when(a, "created", c->made);
	artefact_when(a, "last_logon", c->logon);
	artefact_when(a, "password_set", c->password);
	artefact_when(a, "last_failed_logon", c->failed);
}

static enum triage_status
user(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct sam *s = registry_state(r);
	struct account c = { 0 };
	char *end;
	c.rid = (uint32_t)strtoul(k->name, &end, 16);
	/* a second read may take the place of the first */
	uint8_t copy[F_SIZE];
	struct view f = registry_bytes(r, k, "F");
	f.size = f.size < F_SIZE ? 0 : F_SIZE;
	memcpy(copy, f.data, f.size);
	f.data = copy;
	struct view v = registry_bytes(r, k, "V");
	if (*end != '\0' || (f.size < F_SIZE && v.size < V_BASE))
		return TRIAGE_OK;
	c.name = text_at(r, v, V_BASE, V_NAME);
	c.full_name = text_at(r, v, V_BASE, V_FULL_NAME);
	c.comment = text_at(r, v, V_BASE, V_COMMENT);
	c.flags = f.size >= F_SIZE ? load_le16(f.data + F_FLAGS) : 0;
	c.logon = registry_filetime_in(f, F_LOGON);
	c.password = registry_filetime_in(f, F_PASSWORD);
	c.failed = registry_filetime_in(f, F_FAILED);
	c.made = created(s, c.rid);
	snprintf(c.sid, sizeof(c.sid), "%s-%u", s->machine[0] != '\0' ? s->machine : "S-1-5-21-?", (unsigned)c.rid);
	registry_event(r, k, NULL, k->time, "key last written");
	put_account(r, f, v, &c);
	artefact_user(registry_artefact(r), c.name);
	artefact_message(registry_artefact(r), "Account %s (%s)%s%s%s", c.name, c.sid, c.full_name[0] != '\0' ? ", " : "", c.full_name, c.flags & DISABLED ? ", disabled" : "");
	registry_told(r);
	enum triage_status st = registry_send(r, err);
	if (st == TRIAGE_OK)
		st = account_times(r, &c, err);
	return st == TRIAGE_OK && s->machine[0] != '\0' ? account_facts(r, k, &c, err) : st;
}

/* --- groups --- */

/* Each member of a group. tell: as facts, else into the event in work. */
static enum triage_status
members(struct registry *r, const struct registry_key *k, struct view c, const char *name, bool tell, struct triage_error *err)
{
	uint64_t at = (uint64_t)C_BASE + load_le32(c.data + C_MEMBERS);
	uint32_t count = load_le32(c.data + C_COUNT);
	enum triage_status st = TRIAGE_OK;
	for (uint32_t i = 0; st == TRIAGE_OK && i < count && view_has(c, at, 8); i++) {
		const char *sid = registry_sid(r, (struct view){ c.data + at, c.size - (size_t)at });
		if (sid[0] == '\0')
			break;
		at += 8 + 4 * (uint64_t)c.data[at + 1];
		if (!tell)
			artefact_item(registry_artefact(r), sid);
		else if (strncmp(sid, "S-1-5-21-", 9) == 0)
			st = registry_fact(r, k, "account", sid, "groups", name, 80, err);
	}
	return st;
}

static enum triage_status
group(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct view c = registry_bytes(r, k, "C");
	char name[300];
	if (c.size < C_BASE)
		return TRIAGE_OK;
	snprintf(name, sizeof(name), "%s", text_at(r, c, C_BASE, C_NAME));
	registry_event(r, k, NULL, k->time, "key last written");
	artefact_unsigned(registry_artefact(r), "rid", load_le32(c.data));
	artefact_text(registry_artefact(r), "group", name);
	artefact_text(registry_artefact(r), "comment", text_at(r, c, C_BASE, C_COMMENT));
	artefact_list(registry_artefact(r), "members");
	enum triage_status st = members(r, k, c, name, false, err);
	artefact_list_end(registry_artefact(r));
	artefact_message(registry_artefact(r), "Group %s has %u members", name, (unsigned)load_le32(c.data + C_COUNT));
	registry_told(r);
	if (st == TRIAGE_OK)
		st = registry_send(r, err);
	return st == TRIAGE_OK ? members(r, k, c, name, true, err) : st;
}

static const char *const keys[] = { "SAM\\Domains\\Account", "SAM\\Domains\\Account\\Users", "SAM\\Domains\\Account\\Users\\*", "SAM\\Domains\\*\\Aliases\\*", NULL };

static enum triage_status
key(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	if (registry_fits(keys[3], k->below))
		return group(r, k, err);
	if (registry_fits(keys[2], k->below))
		return user(r, k, err);
	if (registry_fits(keys[1], k->below))
		return take_names(r, k, err);
	take_machine(r, k);
	return TRIAGE_OK;
}

const struct registry_plugin registry_plugin_sam = {
	.name = "sam", .title = "local accounts and groups", .hives = REGISTRY_SAM, .keys = keys, .key = key, .release = release,
	.state_size = sizeof(struct sam),
};

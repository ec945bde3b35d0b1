/*
 * registry_plugin.h - what a plug-in of the registry parser sees: a key of a hive, its values, and how to say what they mean.
 *
 * To add one: a file registry_NAME.c with `const struct registry_plugin registry_plugin_NAME` at its foot, a line REGISTRY_PLUGIN(NAME) in
 * registry_plugins.def, its keys in a hive of fixtures/hives/ and a test. A row gives the hives that it knows and the paths of
 * keys below the root of the hive; the walk through the hive calls key() for each key that one of the paths fits, deleted ones too.
 *
 *     static const char *const keys[] = { "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\TypedPaths", NULL };
 *
 *     static enum triage_status
 *     typed_path(struct registry *r, const struct registry_key *k, struct triage_error *err)
 *     {
 *         struct regf_values list;
 *         struct regf_value v;
 *         enum triage_status st = TRIAGE_OK;
 *         regf_values(registry_hive(r), &k->cell, &list);
 *         while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
 *             registry_event(r, k, &v, k->time, "key last written");       begins an event: key, value, deleted, offset, parser word
 *             registry_put_value(r, "path", &v);
 *             artefact_message(registry_artefact(r), "Path typed into Explorer: %s", registry_value_text(r, &v));
 *             st = registry_send(r, err);
 *         }
 *         return st;
 *     }
 *
 *     const struct registry_plugin registry_plugin_typedpaths = { .name = "typedpaths", .title = "...", .hives = REGISTRY_NTUSER, .keys = keys, .key = typed_path };
 *
 * A path is names with backslashes between them, compared without case. In it '*' at the end of a name stands for any rest of that name
 * ("ControlSet*", "*"), and a last name "**" for every key below, at any depth. A key is offered once to a plug-in, by its first path that fits.
 * Each key has one event "key last written" of its own besides; a plug-in whose events tell the same moment better calls registry_told().
 * Bounds, damage and cost are cared for: a value that is not there reads as "", 0 bytes or false, and lists end early in a hive that cheats.
 */
#ifndef TRIAGE_ARTEFACT_REGISTRY_PLUGIN_H
#define TRIAGE_ARTEFACT_REGISTRY_PLUGIN_H

#include "triage/artefact/artefact.h"
#include "triage/artefact/regf.h"

enum {
	REGISTRY_UNKNOWN = 1 << 0, REGISTRY_SYSTEM = 1 << 1, REGISTRY_SOFTWARE = 1 << 2, REGISTRY_SAM = 1 << 3, REGISTRY_SECURITY = 1 << 4,
	REGISTRY_NTUSER = 1 << 5,	/* of a user, and DEFAULT and those of services, which look the same */
	REGISTRY_USRCLASS = 1 << 6, REGISTRY_AMCACHE = 1 << 7, REGISTRY_BCD = 1 << 8, REGISTRY_COMPONENTS = 1 << 9, REGISTRY_DRIVERS = 1 << 10,
	REGISTRY_KINDS = 11,
	REGISTRY_ANY = (1 << REGISTRY_KINDS) - 1,
};

struct registry;		/* one hive in the hands of its plug-ins */

struct registry_key {
	struct regf_key cell;
	const char *path;	/* "HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\..."; text; lives until the call returns */
	const char *below;	/* the same without what stands for the root of the hive: "ControlSet001\..." */
	const char *name;	/* its last name */
	int64_t time;		/* last written; TRIAGE_TIME_NONE when it makes no sense */
	bool deleted;		/* from free space of the hive: values may be missing, parents may be others */
	bool unreferenced;	/* not deleted, but no list of subkeys leads to it: the hive is damaged there */
};

struct registry_plugin {
	const char *name;	/* the parser word of its events is "registry.NAME" */
	const char *title;	/* for people */
	unsigned hives;		/* REGISTRY_ words */
	const char *const *keys;	/* paths below the root of the hive, NULL at the end */
	enum triage_status (*key)(struct registry *r, const struct registry_key *k, struct triage_error *err);
	enum triage_status (*finish)(struct registry *r, struct triage_error *err);	/* optional: when all keys were seen */
	void (*release)(void *state);	/* optional: what its state holds on the heap */
	size_t state_size;	/* bytes, zero at first, for one hive */
};

struct artefact *registry_artefact(struct registry *r);
struct regf *registry_hive(struct registry *r);
unsigned registry_kind(const struct registry *r);	/* one of the REGISTRY_ words */
void *registry_state(struct registry *r);		/* of the plug-in that is called */

/* --- keys --- */

void registry_root(struct registry *r, struct registry_key *ret_key);
/* path: below k, ASCII, no patterns. ret_key: its texts live until sixteen more texts were asked for. */
bool registry_sub(struct registry *r, const struct registry_key *k, const char *path, struct registry_key *ret_key);
/* A key met in a list of subkeys of k, as registry_sub() would give it. */
void registry_child(struct registry *r, const struct registry_key *k, const struct regf_key *cell, struct registry_key *ret_key);
/* False for a key of a control set that is not the current one; those of other hives are all current. */
bool registry_is_current(struct registry *r, const struct registry_key *k);
/* Does a path of a plug-in fit what k->below says? */
bool registry_fits(const char *path, const char *below);
/* No event of its own for this key any more. Not for deleted keys. */
void registry_told(struct registry *r);

/* --- values. Texts live until sixteen more were asked for. --- */

enum { REGISTRY_TEXTS = 16 };
const char *registry_name(struct registry *r, struct regf_name name);
/* A value by its name ("" is the default value) as text: numbers in decimal, lists with "; " between, bytes in hex. "" when it is not there. */
const char *registry_text(struct registry *r, const struct registry_key *k, const char *name);
const char *registry_value_text(struct registry *r, const struct regf_value *v);
/* A number of 4 or 8 bytes, or a text that is a decimal number. */
bool registry_number(struct registry *r, const struct registry_key *k, const char *name, uint64_t *ret_number);
bool registry_value_number(struct registry *r, const struct regf_value *v, uint64_t *ret_number);
/* The bytes of a value by its name. They live until the next value is read in any way: what is needed longer is copied. */
struct view registry_bytes(struct registry *r, const struct registry_key *k, const char *name);
/* UTF-16 up to a NUL as text. */
const char *registry_utf16(struct registry *r, const uint8_t *data, size_t units);
/* A SID as text, "" when the bytes are none. */
const char *registry_sid(struct registry *r, struct view sid);
const char *registry_type(uint32_t type);		/* "REG_SZ" */

/* --- times --- */

int64_t registry_filetime(uint64_t filetime);		/* NONE before 1971 and after 2200 */
int64_t registry_filetime_in(struct view data, size_t offset);
int64_t registry_systemtime(const uint8_t *sixteen);	/* SYSTEMTIME; mostly local: see where it comes from */

/* --- saying it --- */

/*
 * Begin an event about a key, or (v not NULL) about a value of it. A time that is none becomes the hive's last writing, with the meaning
 * "hive last written": what stands in a key whose time was wiped is still told. The user of a user's hive is set, by the path of the hive.
 */
void registry_event(struct registry *r, const struct registry_key *k, const struct regf_value *v, int64_t time, const char *meaning);
/* A field of data from a value, as its type is: text, number, list of texts, hex. By name: left out when it is not there. */
void registry_put(struct registry *r, const struct registry_key *k, const char *field, const char *name);
void registry_put_value(struct registry *r, const char *field, const struct regf_value *v);
WARN_UNUSED enum triage_status registry_send(struct registry *r, struct triage_error *err);
/* A fact; not sent from a key that is deleted or out of the tree, or a control set that is not the current one. */
WARN_UNUSED enum triage_status registry_fact(struct registry *r, const struct registry_key *k, const char *kind, const char *subject, const char *name,
    const char *value, unsigned weight, struct triage_error *err);
WARN_UNUSED enum triage_status registry_fact_time(struct registry *r, const struct registry_key *k, const char *kind, const char *subject,
    const char *name, int64_t time, unsigned weight, struct triage_error *err);
/*
 * The simple case, one event for each value of a key: "WHAT: name = data", with the fields key, value, deleted, type and data.
 * skip: names left out, NULL at the end, or NULL.
 */
WARN_UNUSED enum triage_status registry_each_value(struct registry *r, const struct registry_key *k, const char *what, const char *const *skip,
    struct triage_error *err);

#endif

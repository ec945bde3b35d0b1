/*
 * registry.c - Windows registry hives: every key with the time of its last writing, what plug-ins know of keys, what was deleted.
 *
 * A hive that was not written to its end is read with its transaction logs, when these lie beside it. Its kind is told from the subkeys of
 * its root, so that a hive is known under any name. A bin that was carved without its hive is searched for keys. Sources: see regf.c and the plug-ins. Not handled: a log without its hive.
 */
#include "triage/artefact/registry_inside.h"

#include "triage/base/fault.h"
#include "triage/base/scoped.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TYPE_PRIMARY = 0, TYPE_AT = 28, MAJOR_AT = 20, NAME_AT = 48, NAME_UNITS = 32, LOGS = 3 };

static const char *const companions[] = { ".LOG", ".LOG1", ".LOG2", NULL };

/* The words for a kind of hive, and what stands for its root. A hive has one of these subkeys of its root, and all of `needs`. */
static const struct kind {
	unsigned kind;
	const char *name, *prefix;
	const char *needs[3], *one_of[6];
	const char *file;		/* end of its usual name, for a hive that has none of its keys */
	const char *root, *base;	/* optional: of a hive that is a part of another */
} kinds[] = {
	{ REGISTRY_SYSTEM, "SYSTEM", "HKEY_LOCAL_MACHINE\\SYSTEM", { "Select" }, { "ControlSet001", "ControlSet002", "ControlSet003", "Setup", "MountedDevices" }, "SYSTEM", NULL, NULL },
	{ REGISTRY_SAM, "SAM", "HKEY_LOCAL_MACHINE\\SAM", { "SAM" }, { "SAM\\Domains", "SAM\\RXACT" }, "SAM", NULL, NULL },
	{ REGISTRY_SECURITY, "SECURITY", "HKEY_LOCAL_MACHINE\\SECURITY", { "Policy" }, { "Policy\\Accounts", "Policy\\Secrets", "RXACT", "Cache" }, "SECURITY", NULL, NULL },
	/* what "reg save HKCU\\Software" makes; before the machine's, which has nothing of what a user did */
	{ REGISTRY_NTUSER, "NTUSER (Software)", "HKEY_CURRENT_USER", { "Microsoft" },
	    { "Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist", "Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs",
	    "Microsoft\\Windows\\CurrentVersion\\Explorer\\RunMRU", "Microsoft\\Windows\\Shell\\BagMRU" }, NULL, "HKEY_CURRENT_USER\\Software", "Software" },
	{ REGISTRY_SOFTWARE, "SOFTWARE", "HKEY_LOCAL_MACHINE\\SOFTWARE", { "Microsoft" },
	    { "Microsoft\\Windows NT\\CurrentVersion", "Classes", "RegisteredApplications", "Clients" }, "SOFTWARE", NULL, NULL },
	{ REGISTRY_NTUSER, "NTUSER", "HKEY_CURRENT_USER", { "Software" }, { "Software\\Microsoft", "Environment", "Control Panel", "Keyboard Layout", "Console" }, "NTUSER.DAT", NULL, NULL },
	{ REGISTRY_USRCLASS, "USRCLASS", "HKEY_CURRENT_USER\\Software\\Classes", { NULL }, { "Local Settings\\Software", "Local Settings\\MuiCache", "VirtualStore", "Local Settings" },
	    "USRCLASS.DAT", NULL, NULL },
	{ REGISTRY_AMCACHE, "AMCACHE", "AMCACHE", { "Root" }, { "Root\\File", "Root\\InventoryApplicationFile", "Root\\Programs", "Root\\InventoryApplication", "Root\\Orphan" },
	    "AMCACHE.HVE", NULL, NULL },
	{ REGISTRY_BCD, "BCD", "HKEY_LOCAL_MACHINE\\BCD00000000", { "Objects", "Description" }, { "Objects" }, "BCD", NULL, NULL },
	{ REGISTRY_COMPONENTS, "COMPONENTS", "HKEY_LOCAL_MACHINE\\COMPONENTS", { NULL }, { "DerivedData", "CanonicalData", "ServicingStackVersions" }, "COMPONENTS", NULL, NULL },
	{ REGISTRY_DRIVERS, "DRIVERS", "HKEY_LOCAL_MACHINE\\DRIVERS", { "DriverDatabase" }, { "DriverDatabase" }, "DRIVERS", NULL, NULL },
};

static const struct kind of_unknown = { REGISTRY_UNKNOWN, "unknown", "ROOT", { NULL }, { NULL }, NULL, NULL, NULL };

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	if (regf_is_fragment(head))
		return true;
	if (head.size < REGF_SECTOR || memcmp(head.data, "regf", 4) != 0)
		return false;
	/* a head that is damaged still has its bins behind it; logs begin like hives and are no hives */
	uint32_t type = load_le32(head.data + TYPE_AT);
	bool log = type == 1 || type == 2 || type == 6, has_bins = view_has(head, REGF_HEADER, 4) && memcmp(head.data + REGF_HEADER, "hbin", 4) == 0;
	return !log && (has_bins || (type == TYPE_PRIMARY && load_le32(head.data + MAJOR_AT) == 1));
}

static bool
ends_with(const char *text, const char *ending)
{
	size_t n = strlen(text), m = strlen(ending);
	return n >= m && strcasecmp(text + n - m, ending) == 0;
}

static bool
looks_like(struct regf *h, const struct regf_key *root, const struct kind *kind)
{
	struct regf_key k;
	bool found = false;
	for (size_t i = 0; i < 3 && kind->needs[i] != NULL; i++)
		if (!regf_find(h, root, kind->needs[i], &k))
			return false;
	for (size_t i = 0; !found && i < 6 && kind->one_of[i] != NULL; i++)
		found = regf_find(h, root, kind->one_of[i], &k);
	return found;
}

/* header_name: what the header says that the file is called, its last part. */
static const struct kind *
kind_of(struct registry *r, const char *header_name)
{
	const char *file = artefact_who(r->a)->name;
	struct regf_key root;
	enum { COUNT = sizeof(kinds) / sizeof(kinds[0]) };
	if (!regf_key_at(&r->hive, r->hive.root, &root))
		return &of_unknown;
	for (size_t i = 0; i < COUNT; i++)
		if (looks_like(&r->hive, &root, &kinds[i]))
			return &kinds[i];
	for (size_t i = 0; i < COUNT; i++)
		if (kinds[i].file != NULL && (ends_with(file, kinds[i].file) || ends_with(header_name, kinds[i].file)))
			return &kinds[i];
	return &of_unknown;
}

/* The name of a user in a path of "Users\\NAME\\ntuser.dat" or "Documents and Settings/NAME/ntuser.dat". */
static void
take_user(struct registry *r, const char *path)
{
	static const char *const folders[] = { "Users", "Documents and Settings" };
	for (size_t i = 0; r->user[0] == '\0' && i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *p = strcasestr(path, folders[i]);
		size_t n = p != NULL ? strlen(folders[i]) : 0;
		if (p == NULL || (p > path && strchr("/\\", p[-1]) == NULL) || p[n] == '\0' || strchr("/\\", p[n]) == NULL)
			continue;
		p += n + 1;
		n = strcspn(p, "/\\");
		if (p[n] != '\0' && n < sizeof(r->user))
			snprintf(r->user, sizeof(r->user), "%.*s", (int)n, p);
	}
}

static void
begin(struct registry *r, const char *header_name, const char **ret_kind)
{
	const struct kind *kind = kind_of(r, header_name);
	struct registry_key root, select;
	uint64_t set = 0;
	r->kind = kind->kind;
	r->prefix = kind->prefix;
	*ret_kind = kind->name;
	if (r->kind == REGISTRY_NTUSER && (strcasecmp(artefact_who(r->a)->name, "DEFAULT") == 0 || ends_with(header_name, "\\DEFAULT"))) {
		r->prefix = "HKEY_USERS\\.DEFAULT";
		*ret_kind = "DEFAULT";
	}
	if (r->kind == REGISTRY_NTUSER || r->kind == REGISTRY_USRCLASS) {
		take_user(r, artefact_who(r->a)->path);
		take_user(r, header_name);
	}
	r->root = kind->root != NULL ? kind->root : r->prefix;
	r->base = kind->base != NULL ? kind->base : "";
	registry_root(r, &root);
	r->written = registry_filetime(r->hive.written);
	if (r->written == TRIAGE_TIME_NONE)
		r->written = root.time;
	if (r->kind == REGISTRY_SYSTEM && registry_sub(r, &root, "Select", &select) && registry_number(r, &select, "Current", &set) && set < 1000)
		r->current_set = (unsigned)set;
}

/* --- the hive by itself --- */

static enum triage_status
tell_hive(struct registry *r, const char *kind, const char *header_name, bool dirty, const struct regf_log *log, struct triage_error *err)
{
	int64_t when = registry_filetime(r->hive.written);
	bool said = when != TRIAGE_TIME_NONE;
	/* since Windows 10 the header often does not say: then it is not before its newest key */
	artefact_event(r->a, said ? when : r->newest, said ? "hive last written" : "newest key last written");
	artefact_offset(r->a, 0);
	artefact_text(r->a, "key", r->root);
	artefact_bytes(r->a, "value", "", 0);
	artefact_flag(r->a, "deleted", false);
	artefact_text(r->a, "hive", kind);
	artefact_text(r->a, "file", header_name);
	artefact_flag(r->a, "dirty", dirty);
	if (log->entries > 0) {
		artefact_unsigned(r->a, "log_entries", log->entries);
		artefact_unsigned(r->a, "log_pages", log->pages);
		artefact_message(r->a, "Registry hive %s last written; it was not closed cleanly, and %u changes from its transaction logs were applied", kind, log->entries);
	} else {
		artefact_message(r->a, "Registry hive %s last written%s", kind, dirty ? "; it was not closed cleanly" : "");
	}
	return artefact_send(r->a, err);
}

static enum triage_status
tell_logs(struct registry *r, bool dirty, const struct regf_log *log, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (dirty && log->entries == 0)
		st = artefact_remark(r->a, TRIAGE_LOW, "hive-dirty", 0, 0, err,
		    "the hive was not closed cleanly and no transaction log beside it applies: its latest changes are missing");
	if (st == TRIAGE_OK && log->damaged > 0)
		st = artefact_remark(r->a, TRIAGE_LOW, "log-damaged", TRIAGE_NO_ID, 0, err, "a transaction log is damaged: what follows in it was not applied");
	if (st == TRIAGE_OK && log->gap)
		st = artefact_remark(r->a, TRIAGE_LOW, "log-gap", TRIAGE_NO_ID, 0, err, "changes are missing behind number %u of the transaction logs", log->last);
	return st;
}

static enum triage_status
tell_end(struct registry *r, struct triage_error *err)
{
	uint64_t there = r->hive.bins.size;
	enum triage_status st = TRIAGE_OK;
	if (r->hive.declared > there)
		st = artefact_remark(r->a, TRIAGE_MEDIUM, "hive-cut", regf_offset((uint32_t)there), r->hive.declared - there, err, "the hive ends %ju bytes too early",
		    (uintmax_t)(r->hive.declared - there));
	if (st == TRIAGE_OK && r->timeless > 0)
		st = artefact_remark(r->a, TRIAGE_INFO, "keys-without-time", TRIAGE_NO_ID, 0, err, "%ju keys have no time of their last writing and are not in the timeline",
		    (uintmax_t)r->timeless);
	if (st == TRIAGE_OK && (r->spent || r->hive.work == 0))
		st = artefact_remark(r->a, TRIAGE_MEDIUM, "hive-not-walked", TRIAGE_NO_ID, 0, err,
		    "the lists of this hive share their parts, so that it has more keys than bytes: %s", r->hive.work == 0 ? "not all were found" : "not all were walked by their lists");
	return st;
}

/* --- all of it --- */

static enum triage_status
finish_plugins(struct registry *r, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	const struct registry_plugin *p;
	for (size_t i = 0; st == TRIAGE_OK && (p = registry_plugin_at(i)) != NULL; i++) {
		r->plugin = i;
		if (p->finish != NULL && (p->hives & r->kind) != 0)
			st = p->finish(r, err);
	}
	r->plugin = registry_plugin_count();
	return st;
}

static enum triage_status
make_states(struct registry *r, struct triage_error *err)
{
	const struct registry_plugin *p;
	r->states = fault_hit() ? NULL : calloc(registry_plugin_count() + 1, sizeof(*r->states));
	r->seen = r->states == NULL || fault_hit() ? NULL : calloc(r->hive.bins.size / 64 + 1, 1);
	bool made = r->seen != NULL;
	for (size_t i = 0; made && (p = registry_plugin_at(i)) != NULL; i++)
		if (p->state_size > 0 && (p->hives & r->kind) != 0) {
			r->states[i] = fault_hit() ? NULL : calloc(1, p->state_size);
			made = r->states[i] != NULL;
		}
	if (made)
		return TRIAGE_OK;
	triage_error_set(err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a hive");
	return TRIAGE_E_MEMORY;
}

static void
registry_release(struct registry *r)
{
	const struct registry_plugin *p;
	for (size_t i = 0; r->states != NULL && (p = registry_plugin_at(i)) != NULL; i++) {
		if (p->release != NULL && r->states[i] != NULL)
			p->release(r->states[i]);
		free(r->states[i]);
	}
	for (unsigned i = 0; i < REGISTRY_TEXTS; i++)
		buf_release(&r->texts[i]);
	free(r->states);
	free(r->seen);
	free(r->slack);
	buf_release(&r->path);
	buf_release(&r->item);
	regf_release(&r->hive);
}

static enum triage_status
read_hive(struct registry *r, const char *header_name, bool dirty, const struct regf_log *log, struct triage_error *err)
{
	const char *kind;
	begin(r, header_name, &kind);
	enum triage_status st = make_states(r, err);
	r->newest = TRIAGE_TIME_NONE;
	if (st == TRIAGE_OK)
		st = tell_logs(r, dirty, log, err);
	if (st == TRIAGE_OK)
		st = registry_walk(r, err);
	if (st == TRIAGE_OK)
		st = tell_hive(r, kind, header_name, dirty, log, err);
	/* what lists that share their parts have hidden is found by the second pass, which looks at each cell once */
	r->spent = r->hive.work == 0;
	regf_refill(&r->hive);
	if (st == TRIAGE_OK)
		st = registry_walk_deleted(r, err);
	if (st == TRIAGE_OK)
		st = finish_plugins(r, err);
	return st == TRIAGE_OK ? tell_end(r, err) : st;
}

static bool
log_begins(struct view head)
{
	return head.size >= 4 && memcmp(head.data, "regf", 4) == 0;
}

/* The hive with its logs applied, when it needs them. ret_copy: to free. */
static enum triage_status
recover(struct artefact *a, struct view all, bool dirty, uint8_t **ret_copy, size_t *ret_size, struct regf_log *ret_log, struct triage_error *err)
{
	struct view logs[LOGS];
	size_t count = 0;
	*ret_copy = NULL;
	*ret_log = (struct regf_log){ 0 };
	for (size_t i = 0; dirty && i < LOGS; i++)
		count += artefact_companion(a, companions[i], &logs[count]);
	return count == 0 ? TRIAGE_OK : regf_recover(all, logs, count, ret_copy, ret_size, ret_log, err);
}

static void
begin_texts(struct registry *r)
{
	buf_init(&r->path, REGISTRY_PATH_MAX + 8);
	buf_init(&r->item, REGISTRY_TEXT_MAX);
	for (unsigned i = 0; i < REGISTRY_TEXTS; i++)
		buf_init(&r->texts[i], REGISTRY_TEXT_MAX);
}

/* A bin alone: its keys have no tree, so that no plug-in knows them. */
static enum triage_status
parse_fragment(struct registry *r, struct view all, struct triage_error *err)
{
	SCOPED_FREE uint8_t *copy = NULL;
	size_t size = 0;
	uint32_t place = 0;
	enum triage_status st = regf_fragment(all, &copy, &size, &place, err);
	if (st == TRIAGE_OK && copy == NULL)
		return artefact_remark(r->a, TRIAGE_LOW, "bin-too-far", 0, all.size, err, "a bin of a hive of more than %u MiB was not searched for keys",
		    (unsigned)REGF_FRAGMENT_MAX >> 20);
	if (st != TRIAGE_OK || !regf_open(&r->hive, (struct view){ copy, size }))
		return st;
	begin_texts(r);
	r->hive.from = place;
	r->shift = REGF_HEADER + (uint64_t)place;
	r->kind = REGISTRY_UNKNOWN;
	r->prefix = r->root = "?";
	r->base = "";
	r->written = registry_filetime(r->hive.written);
	st = make_states(r, err);
	if (st == TRIAGE_OK)
		st = registry_walk_deleted(r, err);
	registry_release(r);
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct registry r = { .a = a, .plugin = registry_plugin_count() };
	struct regf_log log;
	SCOPED_FREE uint8_t *copy = NULL;
	size_t copy_size = 0;
	if (regf_is_fragment(all))
		return parse_fragment(&r, all, err);
	if (!regf_open(&r.hive, all))
		return TRIAGE_OK;
	bool dirty = regf_is_dirty(&r.hive);
	enum triage_status st = recover(a, all, dirty, &copy, &copy_size, &log, err);
	if (copy != NULL)
		regf_open(&r.hive, (struct view){ copy, copy_size });
	begin_texts(&r);
	SCOPED_BUF header_name;
	buf_init(&header_name, 1024);
	buf_text(&header_name, registry_utf16(&r, all.data + NAME_AT, NAME_UNITS));
	if (st == TRIAGE_OK)
		st = read_hive(&r, buf_cstr(&header_name), dirty, &log, err);
	registry_release(&r);
	return st;
}

const struct artefact_kind artefact_registry = {
	.name = "registry",
	.source = "registry",
	.title = "Windows registry hive",
	.yields = "keys with the time of their last writing, deleted ones too; what programs were set to start, ran and were opened; devices, networks, accounts",
	.reference = "M. Suhanov, Windows registry file format specification; libyal, winreg-kb",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
	.companions = companions,
	.begins = log_begins,
};

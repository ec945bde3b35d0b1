/*
 * registry_shellbags.c - folders that a user looked at in Explorer: on disks, in archives, on shares and on devices, also those that are gone.
 *
 * Below BagMRU each key is a folder; the value of its parent with its name holds the shell item that names it. The key is written when the
 * folder below it that was used last becomes another one. Sources: winreg-kb and libfwsi of libyal.
 */
#include "triage/artefact/registry_mru.h"

#include "triage/artefact/shell_item.h"

#include <string.h>
#include <strings.h>

enum { CHAIN_MAX = 128 };

static const char *const keys[] = {
	"Software\\Microsoft\\Windows\\Shell\\BagMRU", "Software\\Microsoft\\Windows\\Shell\\BagMRU\\**",
	"Software\\Microsoft\\Windows\\ShellNoRoam\\BagMRU", "Software\\Microsoft\\Windows\\ShellNoRoam\\BagMRU\\**",
	"Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU", "Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU\\**",
	"Local Settings\\Software\\Microsoft\\Windows\\ShellNoRoam\\BagMRU", "Local Settings\\Software\\Microsoft\\Windows\\ShellNoRoam\\BagMRU\\**",
	"Wow6432Node\\Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU", "Wow6432Node\\Local Settings\\Software\\Microsoft\\Windows\\Shell\\BagMRU\\**",
	NULL
};

/* The shell items of a value of a key, one behind the other, to the path; the last of them is given. */
static bool
add_items(struct registry *r, const struct regf_key *parent, const char *name, struct buf *path, struct shell_item *ret_item)
{
	struct regf_value v;
	size_t at = 0;
	bool any = false;
	struct shell_item item;
	if (!regf_find_value(registry_hive(r), parent, name, &v))
		return false;
	struct view in = regf_data(registry_hive(r), &v);
	while (shell_item_next(in, &at, &item)) {
		if (path->size < ARTEFACT_VALUE_MAX)
			shell_path_add(path, &item);
		*ret_item = item;
		any = true;
	}
	return any;
}

/* The path of a folder from the root of the tree. False when the parents do not lead there, or name no items. */
static bool
folder_path(struct registry *r, const struct regf_key *cell, struct buf *path, struct shell_item *ret_item)
{
	struct regf_key chain[CHAIN_MAX];
	size_t n = 0;
	bool whole = false, last = false;
	for (chain[n++] = *cell; n < CHAIN_MAX && !whole && regf_key_at(registry_hive(r), chain[n - 1].parent, &chain[n]); n++)
		whole = regf_name_is(chain[n].name, "BagMRU", 6);
	if (n < 2)
		return false;
	if (!whole)
		buf_text(path, "?");
	for (size_t i = n - 1; i > 0; i--) {
		const char *name = registry_name(r, chain[i - 1].name);
		last = add_items(r, &chain[i], name, path, ret_item);
		if (!last)
			buf_text(path, "\\?");
	}
	return last;
}

static enum triage_status
item_times(struct registry *r, const struct shell_item *item, const char *path, struct triage_error *err)
{
	const struct {
		int64_t when;
		const char *meaning, *what;
	} moments[] = { { item->created, "folder created", "created" }, { item->modified, "folder modified", "modified" },
		{ item->accessed, "folder accessed", "accessed" } };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; st == TRIAGE_OK && i < sizeof(moments) / sizeof(moments[0]); i++) {
		if (moments[i].when == TRIAGE_TIME_NONE)
			continue;
		artefact_again(registry_artefact(r), moments[i].when, moments[i].meaning);
		artefact_precision(registry_artefact(r), item->precision);
		if (item->local)
			artefact_local(registry_artefact(r));
		artefact_message(registry_artefact(r), "Folder that was looked at in Explorer, %s: %s", moments[i].what, path);
		st = registry_send(r, err);
	}
	return st;
}

static enum triage_status
tell_folder(struct registry *r, const struct registry_key *k, const struct regf_value *v, const struct shell_item *item, const char *path, int position,
    struct triage_error *err)
{
	struct artefact *a = registry_artefact(r);
	uint64_t slot;
	bool has_slot = v == NULL && registry_number(r, k, "NodeSlot", &slot);
	registry_event(r, k, v, k->time, "key last written");
	artefact_text(a, "path", path);
	shell_item_put(a, item);
	if (position != MRU_UNKNOWN)
		artefact_number(a, "position", position);
	if (has_slot)
		artefact_unsigned(a, "node_slot", slot);
	artefact_message(a, "Folder looked at in Explorer: %s", path);
	enum triage_status st = registry_send(r, err);
	return st == TRIAGE_OK ? item_times(r, item, path, err) : st;
}

/* Values of a key that have no key of their own below it: a folder all the same. */
static enum triage_status
folders_without_key(struct registry *r, const struct registry_key *k, const struct mru_order *order, struct triage_error *err)
{
	struct regf_values list;
	struct regf_value v;
	struct regf_key sub;
	struct shell_item item;
	uint32_t slot;
	enum triage_status st = TRIAGE_OK;
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		if (!mru_slot(name, false, &slot) || regf_find(registry_hive(r), &k->cell, name, &sub))
			continue;
		SCOPED_BUF path;
		buf_init(&path, 2 * ARTEFACT_VALUE_MAX);
		if (!regf_name_is(k->cell.name, "BagMRU", 6))
			folder_path(r, &k->cell, &path, &item);
		if (add_items(r, &k->cell, name, &path, &item))
			st = tell_folder(r, k, &v, &item, buf_cstr(&path), mru_position(order, slot), err);
	}
	return st;
}

static enum triage_status
folder(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	struct regf_key parent;
	struct mru_order order;
	struct shell_item item;
	uint32_t slot;
	SCOPED_BUF path;
	int position = MRU_UNKNOWN;
	enum triage_status st = TRIAGE_OK;
	buf_init(&path, 2 * ARTEFACT_VALUE_MAX);
	if (regf_key_at(registry_hive(r), k->cell.parent, &parent) && mru_slot(k->name, false, &slot)) {
		struct registry_key above = { .cell = parent };
		mru_order_read(r, &above, &order);
		position = mru_position(&order, slot);
		if (folder_path(r, &k->cell, &path, &item)) {
			st = tell_folder(r, k, NULL, &item, buf_cstr(&path), position, err);
			registry_told(r);
		} else if (!k->deleted && !k->unreferenced) {
			st = artefact_remark(registry_artefact(r), TRIAGE_LOW, "shell-item-damaged", regf_offset(k->cell.at), 0, err,
			    "no shell item names the folder of %s", k->path);
		}
	}
	if (st != TRIAGE_OK || k->cell.value_count <= k->cell.subkey_count)
		return st;
	mru_order_read(r, k, &order);
	return folders_without_key(r, k, &order, err);
}

const struct registry_plugin registry_plugin_shellbags = {
	.name = "shellbags",
	.title = "folders looked at in Explorer",
	.hives = REGISTRY_NTUSER | REGISTRY_USRCLASS,
	.keys = keys,
	.key = folder,
};

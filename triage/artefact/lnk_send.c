/* lnk_send.c - a shell link in words: fields, events of its target, of the folders on the way there and of its object identifiers. */
#include "triage/artefact/lnk.h"

#include "triage/artefact/property_store.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum { SHORT = 600, ARGUMENTS_MAX = 8 << 10, PADDING = 16, ITEM_EVENTS_MAX = 64, ITEM_PATH_MAX = 2 << 10, MEANING = 80 };

static const char *const drive_types[] = { "unknown", "no root", "removable", "fixed", "network", "optical", "RAM disk" };

static void
put_joined(struct artefact *a, const char *key, struct wintext first, struct wintext second)
{
	SCOPED_BUF text;
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	if (first.units == 0)
		return;
	wintext_append(&text, first);
	if (second.units > 0) {
		if (text.size > 0 && text.data[text.size - 1] != '\\')
			buf_char(&text, '\\');
		wintext_append(&text, second);
	}
	artefact_bytes(a, key, buf_cstr(&text), text.size);
}

static void
put_items(struct artefact *a, const char *key, struct view items)
{
	SCOPED_BUF path;
	struct shell_item item;
	size_t at = 0;
	buf_init(&path, ARTEFACT_VALUE_MAX);
	while (shell_item_next(items, &at, &item))
		shell_path_add(&path, &item);
	if (path.size > 0)
		artefact_bytes(a, key, buf_cstr(&path), path.size);
}

static void
put_guid(struct artefact *a, const char *key, const uint8_t *guid)
{
	char text[GUID_TEXT_SIZE + 2];
	text[0] = '{';
	guid_text(guid, text + 1);
	snprintf(text + GUID_TEXT_SIZE, 2, "}");
	artefact_text(a, key, text);
}

static void
put_properties(struct artefact *a, struct view store)
{
	char room[PROPERTY_TEXT], line[PROPERTY_TEXT + 160], name[80];
	struct property p;
	/* those with a name of their own first, then the rest as a list */
	for (struct property_walk w = property_begin(store); property_next(&w, &p);)
		if (property_key(&p) != NULL)
			artefact_text(a, property_key(&p), property_value(&p, room));
	bool any = false;
	for (struct property_walk w = property_begin(store); property_next(&w, &p);) {
		if (property_key(&p) != NULL || property_value(&p, room)[0] == '\0')
			continue;
		if (!any)
			artefact_list(a, "properties");
		any = true;
		if (p.name.units > 0)
			snprintf(line, sizeof(line), "%s=%s", wintext_copy(p.name, name, sizeof(name)), room);
		else
			snprintf(line, sizeof(line), "%s/%u=%s", p.set, (unsigned)p.id, room);
		artefact_item(a, line);
	}
	if (any)
		artefact_list_end(a);
}

static void
put_tracker(struct artefact *a, const struct lnk *l)
{
	char mac[GUID_MAC_SIZE];
	if (l->droid == NULL)
		return;
	put_guid(a, "droid_volume", l->droid);
	put_guid(a, "droid_file", l->droid + GUID_SIZE);
	put_guid(a, "birth_droid_volume", l->droid + 2 * GUID_SIZE);
	put_guid(a, "birth_droid_file", l->droid + 3 * GUID_SIZE);
	artefact_text(a, "mac_address", guid_mac(l->droid + GUID_SIZE, mac));
}

void
lnk_put(struct artefact *a, const struct lnk *l)
{
	SCOPED_BUF target;
	char text[40];
	buf_init(&target, LNK_TARGET_MAX);
	lnk_target(&target, l);
	artefact_bytes(a, "target", buf_cstr(&target), target.size);
	wintext_put_always(a, "arguments", l->arguments);
	wintext_put_always(a, "machine_id", l->machine_id);
	put_joined(a, "local_path", l->local_base, l->suffix);
	put_joined(a, "network_path", l->share, l->suffix);
	wintext_put(a, "network_device", l->device);
	put_items(a, "shell_path", l->items);
	put_items(a, "vista_shell_path", l->vista_items);
	wintext_put(a, "working_directory", l->working_directory);
	wintext_put(a, "relative_path", l->relative_path);
	wintext_put(a, "description", l->description);
	wintext_put(a, "icon_location", l->icon_location);
	wintext_put(a, "environment_target", l->environment);
	wintext_put(a, "environment_icon", l->icon_environment);
	wintext_put(a, "darwin", l->darwin);
	wintext_put(a, "shim_layer", l->shim);
	if (l->has_volume) {
		artefact_text(a, "drive_type", l->drive_type < sizeof(drive_types) / sizeof(drive_types[0]) ? drive_types[l->drive_type] : "unknown");
		snprintf(text, sizeof(text), "%08x", (unsigned)l->drive_serial);
		artefact_text(a, "drive_serial", text);
		wintext_put(a, "volume_label", l->volume_label);
	}
	artefact_unsigned(a, "file_size", l->file_size);
	artefact_unsigned(a, "file_attributes", l->attributes);
	if (l->icon_index != 0)
		artefact_number(a, "icon_index", (int32_t)l->icon_index);
	artefact_text(a, "show_window", l->show_window == 1 ? "normal" : l->show_window == 3 ? "maximized" : l->show_window == 7 ? "minimized" : "");
	if (l->hot_key != 0)
		artefact_unsigned(a, "hot_key", l->hot_key);
	if (l->known_folder != NULL) {
		artefact_text(a, "known_folder", guid_name(guid_text(l->known_folder, text)));
		put_guid(a, "known_folder_id", l->known_folder);
	}
	if (l->has_special_folder && l->special_folder != UINT32_MAX)
		artefact_unsigned(a, "special_folder", l->special_folder);
	put_tracker(a, l);
	put_properties(a, l->properties);
	artefact_when(a, "created", l->created);
	artefact_when(a, "modified", l->modified);
	artefact_when(a, "accessed", l->accessed);
}

/* --- events --- */

static void
begin(struct artefact *a, int64_t time, const char *meaning)
{
	char user[128];
	artefact_event(a, time, meaning);
	artefact_user(a, winpath_user(artefact_who(a)->path, user, sizeof(user)));
}

/* One event for each time; times that are the same share one: "target created, modified". */
static enum triage_status
send_times(struct artefact *a, const char *what, int64_t created, int64_t modified, int64_t accessed, struct triage_error *err)
{
	const int64_t times[3] = { created, modified, accessed };
	static const char *const words[3] = { "created", "modified", "accessed" };
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < 3 && st == TRIAGE_OK; i++) {
		char meaning[MEANING];
		bool told = false;
		for (size_t k = 0; k < i; k++)
			told = told || times[k] == times[i];
		if (times[i] == TRIAGE_TIME_NONE || told)
			continue;
		int n = snprintf(meaning, sizeof(meaning), "%s %s", what, words[i]);
		for (size_t k = i + 1; k < 3 && n > 0 && n < MEANING; k++)
			if (times[k] == times[i])
				n += snprintf(meaning + n, sizeof(meaning) - (size_t)n, ", %s", words[k]);
		artefact_again(a, times[i], meaning);
		st = artefact_send(a, err);
	}
	return st;
}

/* Arguments for the message: a run of blanks, which can push what matters out of sight, is one. Returns the longest run. */
static size_t
squeeze(const char *text, char *out, size_t room)
{
	size_t used = 0, run = 0, longest = 0;
	for (const char *p = text; *p != '\0' && used < room - 1; p++) {
		run = *p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' ? run + 1 : 0;
		longest = run > longest ? run : longest;
		if (run == 0 || (run == 1 && used > 0))
			out[used++] = run == 1 ? ' ' : *p;
	}
	out[used] = '\0';
	return longest;
}

static enum triage_status
send_target(struct artefact *a, const struct lnk *l, const struct lnk_sender *how, const char *target, struct triage_error *err)
{
	char all[ARGUMENTS_MAX], arguments[SHORT], machine[40];
	bool any = l->created != TRIAGE_TIME_NONE || l->modified != TRIAGE_TIME_NONE || l->accessed != TRIAGE_TIME_NONE;
	begin(a, TRIAGE_TIME_NONE, "");
	artefact_offset(a, how->offset);
	lnk_put(a, l);
	if (how->more != NULL)
		how->more(a, how->ctx);
	wintext_copy(l->machine_id, machine, sizeof(machine));
	size_t padding = squeeze(wintext_copy(l->arguments, all, sizeof(all)), arguments, sizeof(arguments));
	if (padding >= PADDING)
		artefact_unsigned(a, "argument_padding", padding);
	if (how->technique != NULL)
		artefact_technique(a, how->technique);
	artefact_message(a, "Link%s to %s%s%s%s%s", how->of, target, arguments[0] != '\0' ? ", with arguments " : "", arguments,
	    machine[0] != '\0' ? ", on machine " : "", machine);
	if (any)
		return send_times(a, "target", l->created, l->modified, l->accessed, err);
	if (how->otherwise == TRIAGE_TIME_NONE)
		return TRIAGE_OK;
	artefact_again(a, how->otherwise, how->otherwise_meaning);
	return artefact_send(a, err);
}

/* What each event of a link has. */
static void
put_link(struct artefact *a, const struct lnk *l, const char *target, const struct lnk_sender *how)
{
	struct wintext arguments = l->arguments;
	if (arguments.units > SHORT)
		arguments.units = SHORT;
	artefact_bytes(a, "target", target, strlen(target));
	wintext_put_always(a, "arguments", arguments);
	wintext_put_always(a, "machine_id", l->machine_id);
	if (how->more != NULL)
		how->more(a, how->ctx);
}

static enum triage_status
send_item(struct artefact *a, const struct lnk *l, const struct shell_item *i, const char *path, const char *target, const struct lnk_sender *how, size_t at,
    struct triage_error *err)
{
	if (i->created == TRIAGE_TIME_NONE && i->modified == TRIAGE_TIME_NONE && i->accessed == TRIAGE_TIME_NONE)
		return TRIAGE_OK;
	begin(a, TRIAGE_TIME_NONE, "");
	artefact_part(a, "shell_item");
	artefact_precision(a, i->precision);
	if (i->local)
		artefact_local(a);
	artefact_offset(a, how->offset + at);
	artefact_text(a, "shell_path", path);
	shell_item_put(a, i);
	put_link(a, l, target, how);
	artefact_message(a, "%s, as the link%s to %s has it", path, how->of, target);
	return send_times(a, strcmp(i->kind, "folder") == 0 ? "folder" : strcmp(i->kind, "file") == 0 ? "file" : "item", i->created, i->modified, i->accessed,
	    err);
}

static enum triage_status
send_items(struct artefact *a, const struct lnk *l, struct view items, const struct lnk_sender *how, const char *target, struct triage_error *err)
{
	SCOPED_BUF path;
	struct shell_item item;
	size_t at = 0, base = items.data != NULL ? (size_t)(items.data - l->bytes.data) : 0;
	enum triage_status st = TRIAGE_OK;
	buf_init(&path, ITEM_PATH_MAX);
	for (size_t n = 0; st == TRIAGE_OK && n < ITEM_EVENTS_MAX && shell_item_next(items, &at, &item); n++) {
		shell_path_add(&path, &item);
		st = send_item(a, l, &item, buf_cstr(&path), target, how, base + item.offset, err);
	}
	if (st == TRIAGE_OK && shell_list_damaged(items, at))
		st = artefact_remark(a, TRIAGE_LOW, "shell-items-damaged", how->offset + base + at, items.size - at, err,
		    "the shell items of a link break off at byte %zu of their list, or are more than %u", at, (unsigned)ITEM_EVENTS_MAX);
	return st;
}

/* An object identifier of version 1 tells when and on which network card it was made. */
static enum triage_status
send_droid(struct artefact *a, const struct lnk *l, const uint8_t *guid, const char *meaning, const struct lnk_sender *how, const char *target,
    struct triage_error *err)
{
	char text[GUID_TEXT_SIZE], mac[GUID_MAC_SIZE], machine[40];
	begin(a, guid_time(guid), meaning);
	artefact_part(a, "object_id");
	artefact_precision(a, "100ns");
	artefact_offset(a, how->offset + (size_t)(guid - l->bytes.data));
	artefact_text(a, "object_id", guid_text(guid, text));
	artefact_text(a, "mac_address", guid_mac(guid, mac));
	put_link(a, l, target, how);
	wintext_copy(l->machine_id, machine, sizeof(machine));
	artefact_message(a, "Object identifier of %s: made on the machine with network card %s%s%s", target, mac[0] != '\0' ? mac : "(unknown)",
	    machine[0] != '\0' ? ", last seen on " : "", machine);
	return artefact_send(a, err);
}

static enum triage_status
send_droids(struct artefact *a, const struct lnk *l, const struct lnk_sender *how, const char *target, struct triage_error *err)
{
	if (l->droid == NULL)
		return TRIAGE_OK;
	const uint8_t *now = l->droid + GUID_SIZE, *birth = l->droid + 3 * GUID_SIZE;
	enum triage_status st = send_droid(a, l, now, "object id made", how, target, err);
	if (st == TRIAGE_OK && memcmp(now, birth, GUID_SIZE) != 0)
		st = send_droid(a, l, birth, "object id made (birth)", how, target, err);
	return st;
}

enum triage_status
lnk_send(struct artefact *a, const struct lnk *l, const struct lnk_sender *how, struct triage_error *err)
{
	SCOPED_BUF target;
	buf_init(&target, LNK_TARGET_MAX);
	lnk_target(&target, l);
	const char *to = target.size > 0 ? buf_cstr(&target) : "(nothing)";	/* in messages */
	char shown[2 * SHORT];
	size_t n = strnlen(to, sizeof(shown) - 1);
	memcpy(shown, to, n);
	shown[n] = '\0';
	enum triage_status st = send_target(a, l, how, shown, err);
	if (st == TRIAGE_OK)
		st = send_items(a, l, l->items, how, shown, err);
	if (st == TRIAGE_OK && l->vista_items.size > 0)
		st = send_items(a, l, l->vista_items, how, shown, err);
	if (st == TRIAGE_OK)
		st = send_droids(a, l, how, shown, err);
	if (st == TRIAGE_OK && l->damage != NULL)
		st = artefact_remark(a, TRIAGE_LOW, "link-damaged", how->offset + l->damage_at, l->bytes.size - l->damage_at, err, "a link to %.150s: %s", shown,
		    l->damage);
	return st;
}

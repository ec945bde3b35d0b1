/*
 * registry_mru.c - lists of what a user opened, saved, ran, searched and typed last.
 *
 * The time of a key is that of its newest entry. Sources: winreg-kb of libyal; formats of values seen in hives of Windows XP to 11.
 */
#include "triage/artefact/registry_mru.h"

#include "triage/artefact/shell_item.h"

#include <string.h>
#include <strings.h>

#define EXPLORER "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\"

enum mru_form {
	FORM_TEXT,		/* REG_SZ, or UTF-16 in a binary value */
	FORM_RUN,		/* the same with "\1" at its end */
	FORM_NAME_ITEM,		/* UTF-16 name, then a shell item of a link to it */
	FORM_ITEMS,		/* shell item list */
	FORM_PROGRAM_ITEMS,	/* UTF-16 name of the program, then a shell item list */
	FORM_PROGRAM_FOLDER,	/* UTF-16 name of the program, then UTF-16 folder */
	FORM_STRINGS,		/* UTF-16 texts one behind the other, in values whose names end with History; other values are settings */
};

struct mru_place {
	const char *path;
	enum mru_form form;
	const char *what;
};

#define MRU_PLACES \
	X(EXPLORER "RecentDocs", FORM_NAME_ITEM, "Document opened") \
	X(EXPLORER "RecentDocs\\*", FORM_NAME_ITEM, "Document opened") \
	X(EXPLORER "ComDlg32\\OpenSavePidlMRU", FORM_ITEMS, "File opened or saved in a dialog") \
	X(EXPLORER "ComDlg32\\OpenSavePidlMRU\\*", FORM_ITEMS, "File opened or saved in a dialog") \
	X(EXPLORER "ComDlg32\\OpenSaveMRU", FORM_TEXT, "File opened or saved in a dialog") \
	X(EXPLORER "ComDlg32\\OpenSaveMRU\\*", FORM_TEXT, "File opened or saved in a dialog") \
	X(EXPLORER "ComDlg32\\LastVisitedPidlMRU", FORM_PROGRAM_ITEMS, "Folder last used in a dialog") \
	X(EXPLORER "ComDlg32\\LastVisitedPidlMRULegacy", FORM_PROGRAM_ITEMS, "Folder last used in a dialog") \
	X(EXPLORER "ComDlg32\\LastVisitedMRU", FORM_PROGRAM_FOLDER, "Folder last used in a dialog") \
	X(EXPLORER "ComDlg32\\FirstFolder", FORM_PROGRAM_FOLDER, "Folder first shown in a dialog") \
	X(EXPLORER "ComDlg32\\CIDSizeMRU", FORM_TEXT, "Program that showed a dialog") \
	X(EXPLORER "StreamMRU", FORM_ITEMS, "Folder looked at in Explorer") \
	X(EXPLORER "RunMRU", FORM_RUN, "Command typed into Run") \
	X(EXPLORER "WordWheelQuery", FORM_TEXT, "Searched in Explorer") \
	X(EXPLORER "WordWheelQuery\\*", FORM_TEXT, "Searched in Explorer") \
	X(EXPLORER "Map Network Drive MRU", FORM_TEXT, "Network drive connected") \
	X(EXPLORER "FindComputerMRU", FORM_TEXT, "Computer searched for") \
	X(EXPLORER "Doc Find Spec MRU", FORM_TEXT, "Searched in Explorer") \
	X("Software\\Microsoft\\Search Assistant\\ACMru\\*", FORM_TEXT, "Searched in Explorer") \
	X("Software\\Microsoft\\Internet Explorer\\TypedURLs", FORM_TEXT, "Address typed into Internet Explorer") \
	X("Local Settings\\Software\\Microsoft\\Windows\\CurrentVersion\\AppContainer\\Storage\\microsoft.microsoftedge_8wekyb3d8bbwe\\MicrosoftEdge\\TypedURLs", FORM_TEXT, \
	    "Address typed into Edge") \
	X("Software\\Microsoft\\Windows\\CurrentVersion\\Applets\\Paint\\Recent File List", FORM_TEXT, "Picture opened in Paint") \
	X("Software\\Microsoft\\Windows\\CurrentVersion\\Applets\\Wordpad\\Recent File List", FORM_TEXT, "Document opened in WordPad") \
	X("Software\\Microsoft\\MediaPlayer\\Player\\RecentFileList", FORM_TEXT, "File opened in Media Player") \
	X("Software\\Adobe\\Acrobat Reader\\*\\AVGeneral\\cRecentFiles\\*", FORM_TEXT, "Document opened in Adobe Reader") \
	X("Software\\WinRAR\\ArcHistory", FORM_TEXT, "Archive opened in WinRAR") \
	X("Software\\WinRAR\\DialogEditHistory\\ArcName", FORM_TEXT, "Archive made with WinRAR") \
	X("Software\\WinRAR\\DialogEditHistory\\ExtrPath", FORM_TEXT, "Folder that WinRAR extracted to") \
	X("Software\\7-Zip\\FM", FORM_STRINGS, "Folders used in 7-Zip") \
	X("Software\\7-Zip\\Compression", FORM_STRINGS, "Archives made with 7-Zip") \
	X("Software\\7-Zip\\Extraction", FORM_STRINGS, "Folders that 7-Zip extracted to")

static const struct mru_place places[] = {
#define X(path, form, what) { path, form, what },
	MRU_PLACES
#undef X
};

static const char *const keys[] = {
#define X(path, form, what) path,
	MRU_PLACES
#undef X
	NULL
};

/* Values of these keys that are no entries. */
static bool
is_order(const char *name)
{
	return strcasecmp(name, "MRUListEx") == 0 || strcasecmp(name, "MRUList") == 0 || strcasecmp(name, "NodeSlots") == 0 || strcasecmp(name, "ViewStream") == 0;
}

static bool
is_history(const char *name)
{
	size_t size = strlen(name);
	return size >= 7 && strcasecmp(name + size - 7, "History") == 0;
}

/* A shell item list in words. */
static void
put_items(struct registry *r, struct view in, struct buf *path)
{
	size_t at = 0;
	bool any = false;
	struct shell_item item, last;
	while (shell_item_next(in, &at, &item)) {
		if (path->size < ARTEFACT_VALUE_MAX)
			shell_path_add(path, &item);
		last = item;
		any = true;
	}
	if (any) {
		artefact_text(registry_artefact(r), "path", buf_cstr(path));
		shell_item_put(registry_artefact(r), &last);
	} else if (in.size > 2) {
		artefact_hex(registry_artefact(r), "data", in.data, in.size);
	}
}

/* Texts one behind the other. */
static void
put_strings(struct registry *r, struct view in, struct buf *out)
{
	SCOPED_BUF one;
	buf_init(&one, 4 * ARTEFACT_VALUE_MAX);
	artefact_list(registry_artefact(r), "entries");
	for (size_t at = 0; at + 2 <= in.size;) {
		if (out->size >= ARTEFACT_VALUE_MAX) {
			artefact_cut(registry_artefact(r));
			break;
		}
		struct wintext text = wintext_wide(in, at, in.size / 2);
		at += wintext_span(text);
		if (text.units == 0)
			continue;
		buf_clear(&one);
		wintext_append(&one, text);
		artefact_item(registry_artefact(r), buf_cstr(&one));
		buf_format(out, "%s%s", out->size > 0 ? "; " : "", buf_cstr(&one));
	}
	artefact_list_end(registry_artefact(r));
}

static struct view
after(struct view in, size_t offset)
{
	return offset < in.size ? (struct view){ in.data + offset, in.size - offset } : (struct view){ in.data, 0 };
}

/* The fields of an entry; its line goes to out. */
static void
put_entry(struct registry *r, const struct mru_place *p, const struct regf_value *v, struct buf *out)
{
	struct artefact *a = registry_artefact(r);
	bool is_text = v->type == REGF_TYPE_SZ || v->type == REGF_TYPE_EXPAND_SZ;
	struct view in = regf_data(registry_hive(r), v);
	if (p->form == FORM_STRINGS) {
		put_strings(r, in, out);
		return;
	}
	if (is_text || p->form == FORM_TEXT || p->form == FORM_RUN) {
		const char *text = v->type == REGF_TYPE_BINARY || is_text ? registry_utf16(r, in.data, in.size / 2) : registry_value_text(r, v);
		size_t size = strlen(text);
		if (p->form == FORM_RUN && size >= 2 && strcmp(text + size - 2, "\\1") == 0)
			size -= 2;
		buf_put(out, text, size);
		artefact_bytes(a, "text", text, size);
		return;
	}
	if (p->form == FORM_ITEMS) {
		put_items(r, in, out);
		return;
	}
	struct wintext first = wintext_wide(in, 0, in.size / 2);
	struct view rest = after(in, wintext_span(first));
	if (p->form == FORM_NAME_ITEM) {
		struct shell_item item;
		size_t at = 0;
		wintext_append(out, first);
		wintext_put(a, "document", first);
		if (shell_item_next(rest, &at, &item))
			wintext_put(a, "link", item.name);
		return;
	}
	SCOPED_BUF path;
	buf_init(&path, 2 * ARTEFACT_VALUE_MAX);
	wintext_append(out, first);
	wintext_put(a, "program", first);
	if (p->form == FORM_PROGRAM_FOLDER) {
		struct wintext folder = wintext_wide(rest, 0, rest.size / 2);
		wintext_append(&path, folder);
		wintext_put(a, "path", folder);
	} else {
		put_items(r, rest, &path);
	}
	if (path.size > 0)
		buf_format(out, ": %s", buf_cstr(&path));
}

/* Of addresses the times stand in a key beside them; elsewhere the key's time is that of its newest entry. */
static int64_t
entry_time(struct registry *r, const struct registry_key *times, const char *name)
{
	return times != NULL ? registry_filetime_in(registry_bytes(r, times, name), 0) : TRIAGE_TIME_NONE;
}

static enum triage_status
tell_entry(struct registry *r, const struct registry_key *k, const struct mru_place *p, const struct regf_value *v, int64_t own_time, int position,
    struct triage_error *err)
{
	SCOPED_BUF line;
	buf_init(&line, 8 * ARTEFACT_VALUE_MAX);
	bool has = own_time != TRIAGE_TIME_NONE;
	registry_event(r, k, v, has ? own_time : k->time, has ? "last used" : "key last written");
	put_entry(r, p, v, &line);
	if (position != MRU_UNKNOWN)
		artefact_number(registry_artefact(r), "position", position);
	const char *which = position == 0 ? " (newest of its list)" : "";
	artefact_message(registry_artefact(r), "%s%s: %s", p->what, which, buf_cstr(&line));
	return registry_send(r, err);
}

/* The names url1, File1 and the like count from the newest; so do the numbers of WinRAR. */
static int
position_by_name(const struct mru_order *order, const char *name, const struct mru_place *p)
{
	uint32_t slot;
	if (strncasecmp(name, "url", 3) == 0)
		return mru_slot(name + 3, false, &slot) && slot > 0 && slot <= INT32_MAX ? (int)slot - 1 : MRU_UNKNOWN;
	if (strncasecmp(name, "File", 4) == 0)
		return mru_slot(name + 4, false, &slot) ? (int)slot - (slot > 0) : MRU_UNKNOWN;
	if (!mru_slot(name, order->letters, &slot))
		return MRU_UNKNOWN;
	return order->count == 0 && strncasecmp(p->path, "Software\\WinRAR", 15) == 0 ? (int)slot : mru_position(order, slot);
}

static enum triage_status
mru(struct registry *r, const struct registry_key *k, struct triage_error *err)
{
	const struct mru_place *place = NULL;
	struct registry_key root, times;
	struct mru_order order;
	struct regf_values list;
	struct regf_value v;
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; place == NULL && i < sizeof(places) / sizeof(places[0]); i++)
		if (registry_fits(places[i].path, k->below))
			place = &places[i];
	if (place == NULL)
		return TRIAGE_OK;
	registry_root(r, &root);
	bool timed = strcasecmp(k->name, "TypedURLs") == 0 && !k->deleted && registry_sub(r, &root, "Software\\Microsoft\\Internet Explorer\\TypedURLsTime", &times);
	mru_order_read(r, k, &order);
	regf_values(registry_hive(r), &k->cell, &list);
	while (st == TRIAGE_OK && regf_next_value(registry_hive(r), &list, &v)) {
		const char *name = registry_name(r, v.name);
		if (is_order(name) || (place->form == FORM_STRINGS && (v.type != REGF_TYPE_BINARY || !is_history(name))))
			continue;
		int64_t own = entry_time(r, timed ? &times : NULL, name);
		st = tell_entry(r, k, place, &v, own, position_by_name(&order, name, place), err);
	}
	return st;
}

const struct registry_plugin registry_plugin_mru = {
	.name = "mru",
	.title = "what a user opened, ran, searched and typed last",
	.hives = REGISTRY_NTUSER | REGISTRY_USRCLASS,
	.keys = keys,
	.key = mru,
};

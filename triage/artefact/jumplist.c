/*
 * jumplist.c - automatic jump lists of Windows 7 to 11: what each program opened, when, how often and on which machine.
 *
 * A compound file (MS-CFB) with one shell link a stream, named by a hexadecimal number, and the stream DestList that gives them order.
 * The format of DestList is not published by its maker; source: dtformats of the libyal project ("Jump lists format"). Versions 1 (Windows 7, 8)
 * and 2 to 6 (Windows 10, 11), which differ in their entries only from 1 to 2.
 */
#include "triage/artefact/jumplist.h"
#include "triage/artefact/ole.h"
#include "triage/artefact/property_store.h"

#include "triage/base/fault.h"
#include "triage/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LIST_HEAD = 32, DROIDS = 8, HOST = 72, HOST_SIZE = 16, NUMBER = 88, LAST = 100, PIN = 108, OLD_PATH = 112, COUNT = 116, NEW_PATH = 128, VERSION_NEWEST = 6 };

struct stream {
	uint64_t number;
	size_t index;		/* in the directory */
	bool listed;
};

struct list {
	struct artefact *a;
	struct triage_error *err;
	struct ole *ole;
	struct jumplist_app app;
	struct stream *streams;
	size_t count, found;
	struct buf link;	/* bytes of the stream that is looked at */
	char of[80];
};

/* One entry of DestList. */
struct entry {
	const uint8_t *p;
	uint64_t offset;	/* in DestList */
	uint32_t version;
	struct wintext path;
	size_t size;
};

static bool
claims(const struct artefact_subject *who, struct view head)
{
	static const uint8_t name[] = "D\0e\0s\0t\0L\0i\0s\0t\0";
	if (!ole_is(head))
		return false;
	return strcasestr(who->name, ".automaticDestinations-ms") != NULL || memmem(head.data, head.size, name, sizeof(name)) != NULL;
}

/* --- streams by their number --- */

static int
by_number(const void *a, const void *b)
{
	const struct stream *x = a, *y = b;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static bool
hexadecimal(struct wintext name, uint64_t *ret_number)
{
	uint64_t n = 0;
	if (name.units == 0 || name.units > 16)
		return false;
	for (size_t i = 0; i < name.units; i++) {
		uint8_t c = name.data[2 * i];
		unsigned digit = c >= '0' && c <= '9' ? c - '0' + 0u : c >= 'a' && c <= 'f' ? c - 'a' + 10u : c >= 'A' && c <= 'F' ? c - 'A' + 10u : 16;
		if (digit > 15 || name.data[2 * i + 1] != 0)
			return false;
		n = n << 4 | digit;
	}
	*ret_number = n;
	return true;
}

/* Streams that may be links, sorted; ret_list: the index of DestList, SIZE_MAX when there is none. */
static enum triage_status
find_streams(struct list *l, size_t *ret_list)
{
	size_t count = ole_count(l->ole);
	*ret_list = SIZE_MAX;
	l->streams = fault_hit() ? NULL : calloc(count + 1, sizeof(*l->streams));
	if (l->streams == NULL) {
		triage_error_set(l->err, TRIAGE_E_MEMORY, TRIAGE_NO_OFFSET, "out of memory for a jump list");
		return TRIAGE_E_MEMORY;
	}
	for (size_t i = 0; i < count; i++) {
		struct ole_entry e = ole_entry(l->ole, i);
		char name[40];
		uint64_t number;
		if (e.type != OLE_STREAM)
			continue;
		if (hexadecimal(e.name, &number))
			l->streams[l->count++] = (struct stream){ .number = number, .index = i };
		else if (strcmp(wintext_copy(e.name, name, sizeof(name)), "DestList") == 0 && *ret_list == SIZE_MAX)
			*ret_list = i;
	}
	qsort(l->streams, l->count, sizeof(*l->streams), by_number);
	return TRIAGE_OK;
}

static struct stream *
stream_of(struct list *l, uint64_t number)
{
	size_t low = 0, high = l->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (l->streams[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->count && l->streams[low].number == number && !l->streams[low].listed ? &l->streams[low] : NULL;
}

/* --- links --- */

static void
put_app(struct artefact *a, const void *ctx)
{
	jumplist_put(a, ctx);
}

/* The link of a stream; ret_link borrows l->link. False when there is none that can be read, which is said. */
static enum triage_status
read_link(struct list *l, struct stream *s, struct lnk *ret_link, bool *ret_there)
{
	struct ole_entry e = ole_entry(l->ole, s->index);
	bool cut;
	s->listed = true;
	*ret_there = false;
	enum triage_status st = ole_read(l->ole, &e, &l->link, &cut, l->err);
	if (st != TRIAGE_OK)
		return st;
	if (cut)
		st = artefact_remark(l->a, TRIAGE_LOW, "stream-cut", TRIAGE_NO_ID, e.size - l->link.size, l->err, "stream %jx of the jump list: %zu of %ju bytes",
		    (uintmax_t)s->number, l->link.size, (uintmax_t)e.size);
	*ret_there = lnk_read((struct view){ (const uint8_t *)buf_cstr(&l->link), l->link.size }, ret_link);
	if (st == TRIAGE_OK && !*ret_there && !cut && e.size > 0)
		st = artefact_remark(l->a, TRIAGE_LOW, "stream-no-link", TRIAGE_NO_ID, e.size, l->err, "stream %jx of the jump list is no link", (uintmax_t)s->number);
	return st;
}

static enum triage_status
send_link(struct list *l, const struct lnk *link, int64_t otherwise)
{
	return lnk_send(l->a, link, &(struct lnk_sender){ .offset = 0, .otherwise = otherwise, .otherwise_meaning = "jump list written", .more = put_app,
		.ctx = &l->app, .of = l->of }, l->err);
}

/* --- DestList --- */

static void
put_droids(struct artefact *a, const uint8_t *droids)
{
	static const char *const keys[4] = { "droid_volume", "droid_file", "birth_droid_volume", "birth_droid_file" };
	char guid[GUID_TEXT_SIZE], braces[GUID_TEXT_SIZE + 2], mac[GUID_MAC_SIZE];
	for (size_t i = 0; i < 4; i++) {
		snprintf(braces, sizeof(braces), "{%s}", guid_text(droids + i * GUID_SIZE, guid));
		artefact_text(a, keys[i], braces);
	}
	artefact_text(a, "mac_address", guid_mac(droids + GUID_SIZE, mac));
}

static enum triage_status
send_entry(struct list *l, const struct entry *e, const struct lnk *link)
{
	struct artefact *a = l->a;
	char path[600], arguments[300] = "", host[HOST_SIZE * 3 + 1], user[128];
	int64_t when = when_from_filetime(load_le64(e->p + LAST));
	int32_t pin = (int32_t)load_le32(e->p + PIN);
	struct wintext machine = wintext_ansi((struct view){ e->p + HOST, HOST_SIZE }, 0, HOST_SIZE);
	artefact_event(a, when != TRIAGE_TIME_NONE ? when : artefact_who(a)->mtime, when != TRIAGE_TIME_NONE ? "last opened" : "jump list written");
	artefact_part(a, "entry");
	artefact_offset(a, e->offset);
	/* where the remote desktop of other machines was opened from here */
	if (strcmp(l->app.id, "1bc392b8e104a00e") == 0)
		artefact_technique(a, "T1021.001");
	artefact_user(a, winpath_user(artefact_who(a)->path, user, sizeof(user)));
	wintext_put_always(a, "target", e->path);
	wintext_put_always(a, "arguments", link != NULL ? link->arguments : (struct wintext){ 0 });
	wintext_put_always(a, "machine_id", machine);
	if (link != NULL) {
		SCOPED_BUF leads;
		buf_init(&leads, LNK_TARGET_MAX);
		lnk_target(&leads, link);
		artefact_text(a, "link_target", buf_cstr(&leads));
		wintext_put(a, "working_directory", link->working_directory);
		wintext_put(a, "description", link->description);
		wintext_copy(link->arguments, arguments, sizeof(arguments));
	}
	jumplist_put(a, &l->app);
	artefact_unsigned(a, "entry_number", load_le32(e->p + NUMBER));
	if (e->version > 1)
		artefact_unsigned(a, "access_count", load_le32(e->p + COUNT));
	artefact_flag(a, "pinned", pin != -1);
	artefact_number(a, "pin_status", pin);
	put_droids(a, e->p + DROIDS);
	artefact_message(a, "%s%s%s opened with %s%s%s%s", wintext_copy(e->path, path, sizeof(path)), arguments[0] != '\0' ? " " : "", arguments, l->app.name,
	    pin != -1 ? ", pinned" : "", machine.units > 0 ? ", on machine " : "", wintext_copy(machine, host, sizeof(host)));
	return artefact_send(a, l->err);
}

/* Behind an entry of version 2 and later: four bytes with the size of the property storages that follow, 0 for none; or the storages themselves. */
static size_t
properties_size(struct view in)
{
	size_t at = 0;
	if (in.size < 4)
		return in.size;
	while (property_mark((struct view){ in.data + at, in.size - at }) && load_le32(in.data + at) >= 24 && view_has(in, at, load_le32(in.data + at)))
		at += load_le32(in.data + at);
	if (at > 0)
		return view_has(in, at, 4) ? at + 4 : in.size;
	uint32_t size = load_le32(in.data);
	return size > 0 && view_has(in, 4, size) && property_mark((struct view){ in.data + 4, size }) ? 4 + (size_t)size : 4;
}

/* One entry at an offset. False when it does not fit. */
static bool
read_entry(struct view in, size_t at, uint32_t version, struct entry *ret_entry)
{
	size_t head = version == 1 ? OLD_PATH : NEW_PATH;
	if (!view_has(in, at, head + 2))
		return false;
	const uint8_t *p = in.data + at;
	size_t units = load_le16(p + head), size = head + 2 + 2 * units;
	if (!view_has(in, at, size))
		return false;
	*ret_entry = (struct entry){ .p = p, .offset = at, .version = version, .path = wintext_wide((struct view){ p, size }, head + 2, units), .size = size };
	if (version == 1)
		return true;
	ret_entry->size += properties_size((struct view){ p + size, in.size - at - size });
	return true;
}

static enum triage_status
read_list(struct list *l, struct view in)
{
	enum triage_status st = TRIAGE_OK;
	if (in.size < LIST_HEAD)
		return in.size == 0 ? TRIAGE_OK : artefact_remark(l->a, TRIAGE_LOW, "list-cut", 0, in.size, l->err, "DestList is cut: %zu bytes", in.size);
	uint32_t version = load_le32(in.data), told = load_le32(in.data + 4);
	if (version == 0 || version > VERSION_NEWEST)
		st = artefact_remark(l->a, TRIAGE_LOW, "list-version", 0, in.size, l->err, "DestList has version %u; read as version %u", (unsigned)version,
		    (unsigned)VERSION_NEWEST);
	size_t at = LIST_HEAD, entries = 0;
	struct entry e;
	while (st == TRIAGE_OK && at < in.size && read_entry(in, at, version == 0 ? VERSION_NEWEST : version, &e)) {
		struct lnk link;
		bool there = false;
		struct stream *s = stream_of(l, load_le32(e.p + NUMBER));
		if (s != NULL)
			st = read_link(l, s, &link, &there);
		if (st == TRIAGE_OK)
			st = send_entry(l, &e, there ? &link : NULL);
		if (st == TRIAGE_OK && there)
			st = send_link(l, &link, TRIAGE_TIME_NONE);
		at += e.size;
		entries++;
	}
	if (st == TRIAGE_OK && (at < in.size || entries != told))
		st = artefact_remark(l->a, TRIAGE_LOW, "list-damaged", at, in.size - at, l->err, "DestList has %zu entries and says %u; %zu bytes behind them", entries,
		    (unsigned)told, in.size - at);
	return st;
}

/* Links that DestList does not name any more: they were taken off the list. */
static enum triage_status
send_rest(struct list *l)
{
	enum triage_status st = TRIAGE_OK;
	for (size_t i = 0; i < l->count && st == TRIAGE_OK; i++) {
		struct lnk link;
		bool there = false;
		if (l->streams[i].listed)
			continue;
		st = read_link(l, &l->streams[i], &link, &there);
		if (st == TRIAGE_OK && there)
			st = send_link(l, &link, artefact_who(l->a)->mtime);
	}
	return st;
}

static enum triage_status
read_streams(struct list *l, size_t size)
{
	size_t at;
	bool cut = false;
	SCOPED_BUF bytes;
	buf_init(&bytes, size);
	enum triage_status st = find_streams(l, &at);
	if (st == TRIAGE_OK && at != SIZE_MAX) {
		struct ole_entry e = ole_entry(l->ole, at);
		st = ole_read(l->ole, &e, &bytes, &cut, l->err);
		if (st == TRIAGE_OK && cut)
			st = artefact_remark(l->a, TRIAGE_LOW, "stream-cut", TRIAGE_NO_ID, e.size - bytes.size, l->err, "DestList: %zu of %ju bytes", bytes.size,
			    (uintmax_t)e.size);
		if (st == TRIAGE_OK)
			st = read_list(l, (struct view){ (const uint8_t *)buf_cstr(&bytes), bytes.size });
	} else if (st == TRIAGE_OK) {
		st = artefact_remark(l->a, TRIAGE_LOW, "list-missing", TRIAGE_NO_ID, 0, l->err, "the jump list has no stream DestList");
	}
	return st == TRIAGE_OK ? send_rest(l) : st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	struct list l = { .a = a, .err = err };
	const char *damage = NULL;
	enum triage_status st = ole_open(all, &l.ole, &damage, err);
	if (st == TRIAGE_E_FORMAT)
		return artefact_remark(a, TRIAGE_LOW, "list-cut", 0, all.size, err, "the jump list is no compound file");
	if (st != TRIAGE_OK)
		return st;
	jumplist_app(artefact_who(a)->name, &l.app);
	snprintf(l.of, sizeof(l.of), " in the jump list of %s", l.app.name);
	buf_init(&l.link, all.size);
	if (damage != NULL)
		st = artefact_remark(a, TRIAGE_LOW, "compound-file-damaged", 0, 0, err, "%s", damage);
	if (st == TRIAGE_OK)
		st = read_streams(&l, all.size);
	free(l.streams);
	buf_release(&l.link);
	ole_close(l.ole);
	return st;
}

const struct artefact_kind artefact_jumplist = {
	.name = "jumplist",
	.source = "jumplist",
	.title = "automatic jump list (.automaticDestinations-ms)",
	.yields = "files, folders and remote machines that each program opened: when last, how often, pinned or not, with the machine and network card",
	.reference = "MS-CFB; MS-SHLLINK; dtformats: Jump lists format",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};

/*
 * recyclebin.c - what was thrown into the recycle bin: by whom, when, from where. $I files of Windows Vista to 11, INFO2 of Windows 95 to 2003.
 *
 * Neither format is published by its maker; source: dtformats of the libyal project ("Recycle.Bin file formats") and rifiuti2. Little endian.
 * $I has no signature: it is known by its version, its size and the shape of the path.
 */
#include "triage/artefact/wintext.h"

#include "triage/base/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SIZE = 8, DELETED = 16, PATH_1 = 24, PATH_UNITS = 260, SIZE_1 = 544, UNITS_2 = 24, PATH_2 = 28, UNITS_MAX = 32768 };
enum { INFO_HEAD = 20, INFO_RECORD_SIZE = 12, INFO_ANSI = 260, INFO_INDEX = 260, INFO_DRIVE = 264, INFO_DELETED = 268, INFO_SIZE = 276, INFO_WIDE = 280,
	INFO_SHORT = 280, INFO_LONG = 800 };

static const uint64_t earliest = UINT64_C(119600064000000000);	/* 1980-01-01 */
static const uint64_t latest = UINT64_C(189000000000000000);	/* 2199 */

/* --- claims --- */

/* "C:\", "\\server\share" or "\\?\Volume{...}" */
static bool
is_path(struct wintext t)
{
	size_t step = t.wide ? 2 : 1;
	if (t.units < 2)
		return false;
	char first = (char)t.data[0], second = (char)t.data[step];
	return t.wide && (t.data[1] != 0 || t.data[3] != 0) ? false : (isalpha((unsigned char)first) && second == ':') || (first == '\\' && second == '\\');
}

static bool
is_time(const uint8_t *p)
{
	uint64_t t = load_le64(p);
	return t > earliest && t < latest;
}

static bool
is_record(struct view head, uint64_t size)
{
	if (head.size < PATH_2 + 4 || size > PATH_2 + 2 * UNITS_MAX || !is_time(head.data + DELETED) || load_le64(head.data + SIZE) >> 52 != 0)
		return false;
	uint64_t version = load_le64(head.data);
	if (version == 1)
		return size >= SIZE_1 - 1 && size <= SIZE_1 && is_path(wintext_wide(head, PATH_1, PATH_UNITS));
	return version == 2 && PATH_2 + 2 * (uint64_t)load_le32(head.data + UNITS_2) == size && is_path(wintext_wide(head, PATH_2, UNITS_MAX));
}

static bool
is_info2(struct view head)
{
	if (head.size < INFO_HEAD || load_le32(head.data) > 5)
		return false;
	uint32_t record = load_le32(head.data + INFO_RECORD_SIZE);
	if (record != INFO_SHORT && record != INFO_LONG)
		return false;
	/* an empty bin is a head alone; else the first record shows itself */
	return head.size == INFO_HEAD ? load_le32(head.data) == 5 :
	    head.size >= INFO_HEAD + INFO_SHORT && load_le32(head.data + INFO_HEAD + INFO_DRIVE) < 32 && is_time(head.data + INFO_HEAD + INFO_DELETED);
}

/* A record cut short keeps its name and place. */
static bool
is_named(const struct artefact_subject *who, struct view head)
{
	return strncmp(who->name, "$I", 2) == 0 && strcasestr(who->path, "$Recycle.Bin/") != NULL && head.size >= PATH_1 &&
	    (load_le64(head.data) == 1 || load_le64(head.data) == 2);
}

static bool
claims(const struct artefact_subject *who, struct view head)
{
	return is_record(head, who->size > head.size ? who->size : head.size) || is_info2(head) || is_named(who, head);
}

/* --- who --- */

/* The SID that names the user's folder in the bin, else the owner of the file. */
static void
put_user(struct artefact *a)
{
	const struct artefact_subject *who = artefact_who(a);
	char sid[200];
	const char *at = strstr(who->path, "/S-1-");
	const char *end = at != NULL ? strchr(at + 1, '/') : NULL;
	if (end != NULL && (size_t)(end - at) < sizeof(sid)) {
		memcpy(sid, at + 1, (size_t)(end - at - 1));
		sid[end - at - 1] = '\0';
		artefact_user(a, sid);
	} else {
		artefact_user(a, who->owner);
	}
}

/* --- $I --- */

/* "$R" and the rest of the name: where the content lies. */
static void
put_content_name(struct artefact *a)
{
	const char *mark = strstr(artefact_who(a)->name, "$I");
	char name[300];
	if (mark == NULL)
		return;
	snprintf(name, sizeof(name), "$R%s", mark + 2);
	artefact_text(a, "content_name", name);
}

static enum triage_status
parse_record(struct artefact *a, struct view all, struct triage_error *err)
{
	char path[1024];
	uint64_t version = all.size >= PATH_1 ? load_le64(all.data) : 0;
	if (version != 1 && version != 2)
		return artefact_remark(a, TRIAGE_LOW, "record-cut", 0, all.size, err, "a record of the recycle bin ends inside its head");
	size_t from = version == 1 ? PATH_1 : PATH_2;
	uint64_t units = version == 1 ? PATH_UNITS : all.size >= PATH_2 ? load_le32(all.data + UNITS_2) : 0;
	bool cut = !view_has(all, from, 2 * units) && !(version == 1 && all.size >= SIZE_1 - 1);
	struct wintext original = wintext_wide(all, from, units < UNITS_MAX ? (size_t)units : UNITS_MAX);
	artefact_event(a, when_from_filetime(load_le64(all.data + DELETED)), "moved to recycle bin");
	artefact_offset(a, 0);
	wintext_put(a, "original_path", original);
	artefact_unsigned(a, "size", load_le64(all.data + SIZE));
	artefact_unsigned(a, "version", version);
	put_content_name(a);
	put_user(a);
	artefact_message(a, "Moved to the recycle bin: %s (%ju bytes)", wintext_copy(original, path, sizeof(path)), (uintmax_t)load_le64(all.data + SIZE));
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && cut)
		st = artefact_remark(a, TRIAGE_LOW, "record-cut", all.size, 0, err, "a record of the recycle bin is cut: its path may be incomplete");
	return st;
}

/* --- INFO2 --- */

static enum triage_status
send_entry(struct artefact *a, const uint8_t *r, size_t size, size_t at, struct triage_error *err)
{
	char path[1024], name[32], drive[4] = "";
	struct view record = { r, size };
	uint32_t number = load_le32(r + INFO_DRIVE), index = load_le32(r + INFO_INDEX);
	struct wintext original = size >= INFO_LONG ? wintext_wide(record, INFO_WIDE, PATH_UNITS) : (struct wintext){ 0 };
	struct wintext ansi = wintext_ansi(record, r[0] != 0 ? 0 : 1, INFO_ANSI - (r[0] != 0 ? 0u : 1u));
	/* the first character goes when the file leaves the bin */
	bool gone = r[0] == 0;
	if (original.units == 0)
		original = ansi;
	if (number < 26)
		snprintf(drive, sizeof(drive), "%c:", (char)('A' + number));
	artefact_event(a, when_from_filetime(load_le64(r + INFO_DELETED)), "moved to recycle bin");
	artefact_offset(a, at);
	wintext_put(a, "original_path", original);
	artefact_unsigned(a, "size", load_le32(r + INFO_SIZE));
	artefact_text(a, "drive", drive);
	artefact_unsigned(a, "drive_number", number);
	artefact_unsigned(a, "record_index", index);
	wintext_copy(original, path, sizeof(path));
	const char *dot = strrchr(path, '.');
	/* D, the drive's letter, the number, the ending */
	snprintf(name, sizeof(name), "D%c%u%s", number < 26 ? (char)('c' + number - 2) : '?', (unsigned)index, dot != NULL && strlen(dot) < 16 && strchr(dot, '\\') == NULL ?
	    dot : "");
	artefact_text(a, "content_name", name);
	artefact_flag(a, "left_bin", gone);
	put_user(a);
	artefact_message(a, "Moved to the recycle bin: %s (%u bytes)%s", path, (unsigned)load_le32(r + INFO_SIZE), gone ? "; it has left the bin since" : "");
	return artefact_send(a, err);
}

static enum triage_status
parse_info2(struct artefact *a, struct view all, struct triage_error *err)
{
	size_t size = load_le32(all.data + INFO_RECORD_SIZE), at = INFO_HEAD;
	enum triage_status st = TRIAGE_OK;
	for (; st == TRIAGE_OK && view_has(all, at, size); at += size) {
		const uint8_t *r = all.data + at;
		if (is_time(r + INFO_DELETED))
			st = send_entry(a, r, size, at, err);
		else if (load_le64(r + INFO_DELETED) != 0 || r[0] != 0 || r[1] != 0)
			st = artefact_remark(a, TRIAGE_LOW, "record-damaged", at, size, err, "a record of INFO2 that has no sound time at byte %zu", at);
	}
	if (st == TRIAGE_OK && at < all.size)
		st = artefact_remark(a, TRIAGE_LOW, "record-cut", at, all.size - at, err, "the last record of INFO2 is cut: %zu of %zu bytes", all.size - at, size);
	return st;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	return is_info2(all) ? parse_info2(a, all, err) : parse_record(a, all, err);
}

const struct artefact_kind artefact_recyclebin = {
	.name = "recyclebin",
	.source = "recyclebin",
	.title = "record of the recycle bin ($I, INFO2)",
	.yields = "files that were thrown away: original path, size, when, by whom",
	.reference = "dtformats: Recycle.Bin file formats; rifiuti2",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};

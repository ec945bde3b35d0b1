/*
 * msiecf.c - index.dat of Internet Explorer 4 to 9: history, cookies and cached files.
 *
 * Source: documentation of libmsiecf (MSIE Cache File format). Little endian; records in blocks of 128 bytes, found by looking at each block,
 * so that records that are no longer in the file's tables are told too, as recovered. A REDR record has no time and gives nothing.
 */
#include "triage/artefact/artefact.h"

#include "triage/base/when.h"

#include <stdio.h>
#include <string.h>

enum {
	BLOCK = 128, BITMAP = 0x250, FIRST_BLOCK = 0x4000, HEADER_SIZE = 0x50, FOLDERS = 0x48, FOLDER_ENTRY = 12, FOLDER_NAME = 8, FOLDERS_MAX = 32,
	BLOCKS = 4, SECONDARY = 8, PRIMARY = 16, EXPIRY = 24, CACHED_SIZE = 32, LOCATION = 0x34, FOLDER = 0x38, FILE_NAME = 0x3c, DATA = 0x44, DATA_SIZE = 0x48,
	CHECKED = 0x50, HITS = 0x54, URL_NEEDED = 0x60,
	TEXT_MAX = 4096, HEADERS_MAX = 2048,
};
static const char signature[] = "Client UrlCache MMF Ver ";

static bool
claims(const struct artefact_subject *who, struct view head)
{
	(void)who;
	return head.size >= HEADER_SIZE && memcmp(head.data, signature, sizeof(signature) - 1) == 0;
}

/* Text in a record up to its NUL; "" when it does not lie in it. True when it was cut to fit. */
static bool
text_at(struct view record, uint32_t at, char *room, size_t size)
{
	room[0] = '\0';
	if (at < 8 || at >= record.size)
		return false;
	size_t n = strnlen((const char *)record.data + at, record.size - at < size ? record.size - at : size);
	bool cut = n == size;
	n -= cut;
	memcpy(room, record.data + at, n);
	room[n] = '\0';
	return cut;
}

/* What an entry is, by the beginning of its location, and its user and address. */
enum use { CACHE, VISITED, DAILY, WEEKLY, COOKIE };

static int64_t
day(const char *digits)
{
	char text[16];
	int64_t ns;
	snprintf(text, sizeof(text), "%.4s-%.2s-%.2s", digits, digits + 4, digits + 6);
	return when_parse(text, &ns) ? ns : 0;
}

static enum use
use_of(const char *location, char *user, size_t size, const char **ret_url)
{
	enum use use = CACHE;
	const char *rest = location;
	user[0] = '\0';
	*ret_url = location;
	if (strncmp(location, "Visited: ", 9) == 0) {
		use = VISITED;
		rest = location + 9;
	} else if (strncmp(location, "Cookie:", 7) == 0) {
		use = COOKIE;
		rest = location + 7;
	} else if (location[0] == ':' && strspn(location + 1, "0123456789") == 16 && location[17] == ':') {
		use = day(location + 9) - day(location + 1) > INT64_C(86400000000000) ? WEEKLY : DAILY;
		rest = location + 18 + strspn(location + 18, " ");
	} else
		return CACHE;
	const char *at = strchr(rest, '@');
	*ret_url = at != NULL ? at + 1 : rest;
	if (at != NULL)
		snprintf(user, size, "%.*s", (int)(at - rest < 200 ? at - rest : 200), rest);
	/* nobody was logged on */
	if (strcmp(user, "-") == 0)
		user[0] = '\0';
	return use;
}

static void
put_folder(struct artefact *a, struct view all, uint8_t index)
{
	uint32_t count = load_le32(all.data + FOLDERS);
	size_t at = FOLDERS + 4 + FOLDER_ENTRY * (size_t)index + 4;
	if (index < count && index < FOLDERS_MAX && view_has(all, at, FOLDER_NAME))
		artefact_bytes(a, "folder", all.data + at, strnlen((const char *)all.data + at, FOLDER_NAME));
}

static int64_t
fat_time(const uint8_t *p)
{
	return when_from_dos(load_le16(p), load_le16(p + 2), 0);
}

/* Version 4 has a FILETIME where version 5 has a date of FAT, so that what follows lies further on. */
static enum triage_status
send_url(struct artefact *a, struct view all, struct view r, uint64_t offset, bool recovered, struct triage_error *err)
{
	static const struct { const char *primary, *secondary, *verb; } words[] = {
		[CACHE] = { "last accessed", "last modified on the server", "Cached" }, [VISITED] = { "last visited", "last visited", "Visited" },
		[DAILY] = { "last visited", NULL, "Visited" }, [WEEKLY] = { NULL, "last visited", "Visited" },
		[COOKIE] = { "cookie last accessed", "cookie last modified", "Cookie of" },
	};
	char location[TEXT_MAX], file[300], user[256];
	const char *url;
	size_t shift = all.data[sizeof(signature) - 1] == '4' ? 4 : 0;
	if (r.size < URL_NEEDED + shift)
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", offset, r.size, err, "a URL record that is too short");
	int64_t secondary = when_from_filetime(load_le64(r.data + SECONDARY)), primary = when_from_filetime(load_le64(r.data + PRIMARY));
	bool location_cut = text_at(r, load_le32(r.data + LOCATION + shift), location, sizeof(location));
	bool file_cut = text_at(r, load_le32(r.data + FILE_NAME + shift), file, sizeof(file));
	if (location[0] == '\0')
		return artefact_remark(a, TRIAGE_LOW, "record-damaged", offset, r.size, err, "a URL record without an address");
	enum use use = use_of(location, user, sizeof(user), &url);
	uint32_t data = load_le32(r.data + DATA + shift), data_size = load_le32(r.data + DATA_SIZE + shift);
	artefact_event(a, primary, words[use].primary != NULL ? words[use].primary : "");
	artefact_offset(a, offset);
	artefact_text(a, "url", url);
	artefact_text(a, "user", user);
	artefact_text(a, "location", location);
	artefact_text(a, "file_name", file);
	if (location_cut || file_cut || data_size > HEADERS_MAX)
		artefact_cut(a);
	if (file[0] != '\0')
		put_folder(a, all, r.data[FOLDER + shift]);
	artefact_unsigned(a, "hits", load_le32(r.data + HITS + shift));
	artefact_unsigned(a, "cached_size", load_le32(r.data + CACHED_SIZE + shift));
	artefact_when(a, "expires", shift == 0 ? fat_time(r.data + EXPIRY) : when_from_filetime(load_le64(r.data + EXPIRY)));
	artefact_when(a, "last_checked", fat_time(r.data + CHECKED + shift));
	if (use == CACHE && view_has(r, data, data_size) && data_size >= 4 && memcmp(r.data + data, "HTTP", 4) == 0)
		artefact_bytes(a, "response_headers", r.data + data, strnlen((const char *)r.data + data, data_size > HEADERS_MAX ? HEADERS_MAX : data_size));
	if (recovered)
		artefact_flag(a, "recovered", true);
	artefact_user(a, user);
	artefact_message(a, "%s %s%s%s", words[use].verb, url, file[0] != '\0' ? ", in file " : "", file);
	enum triage_status st = words[use].primary != NULL ? artefact_send(a, err) : TRIAGE_OK;
	if (st != TRIAGE_OK || words[use].secondary == NULL || (use == VISITED && secondary == primary))
		return st;
	/* the week's history keeps the wall clock there */
	if (use == WEEKLY)
		artefact_local(a);
	artefact_again(a, secondary, words[use].secondary);
	return artefact_send(a, err);
}

static bool
is_allocated(struct view all, uint64_t block)
{
	uint64_t at = BITMAP + block / 8;
	return at >= FIRST_BLOCK || at >= all.size || (all.data[at] & (1u << (block % 8))) != 0;
}

static enum triage_status
parse(struct artefact *a, struct view all, struct triage_error *err)
{
	enum triage_status st = TRIAGE_OK;
	if (all.size < FIRST_BLOCK + BLOCK)
		return artefact_remark(a, TRIAGE_LOW, "file-cut", all.size, 0, err, "the file ends before its first record");
	for (uint64_t at = FIRST_BLOCK; st == TRIAGE_OK && view_has(all, at, BLOCK);) {
		const uint8_t *r = all.data + at;
		uint32_t blocks = load_le32(r + BLOCKS);
		bool url = memcmp(r, "URL ", 4) == 0, other = memcmp(r, "HASH", 4) == 0 || memcmp(r, "REDR", 4) == 0 || memcmp(r, "LEAK", 4) == 0;
		if ((!url && !other) || blocks == 0 || !view_has(all, at, (uint64_t)blocks * BLOCK)) {
			if (url)
				st = artefact_remark(a, TRIAGE_LOW, "record-damaged", at, BLOCK, err, "a URL record of %u blocks", blocks);
			at += BLOCK;
			continue;
		}
		bool kept = is_allocated(all, (at - FIRST_BLOCK) / BLOCK);
		if (url)
			st = send_url(a, all, (struct view){ r, (size_t)blocks * BLOCK }, at, !kept, err);
		/* what is no longer kept may have been written over: its length is not trusted */
		at += kept ? (uint64_t)blocks * BLOCK : BLOCK;
	}
	if (st == TRIAGE_OK && load_le32(all.data + 0x1c) > all.size)
		st = artefact_remark(a, TRIAGE_LOW, "file-cut", all.size, load_le32(all.data + 0x1c) - all.size, err, "the file says that it has %u bytes",
		    load_le32(all.data + 0x1c));
	return st;
}

const struct artefact_kind artefact_msiecf = {
	.name = "msiecf",
	.source = "browser",
	.title = "Internet Explorer index.dat",
	.yields = "pages visited and files opened, cookies and cached files of Internet Explorer 4 to 9, deleted records too",
	.reference = "libmsiecf, MSIE Cache File (index.dat) format",
	.precision = "100ns",
	.claims = claims,
	.parse = parse,
};

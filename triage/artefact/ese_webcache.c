/*
 * ese_webcache.c - WebCacheV01.dat of Internet Explorer and Edge before Chromium: pages visited (local files too, of Explorer),
 * downloads, cookies and cached content. Values of cookies are not told.
 */
#include "triage/artefact/ese_kinds.h"

#include "triage/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum use { VISIT, DOWNLOAD, CACHE, COOKIE, OTHER };

static enum use
use_of(const char *container)
{
	if (strcasecmp(container, "History") == 0 || strncasecmp(container, "MSHist01", 8) == 0)
		return VISIT;
	if (strcasecmp(container, "iedownload") == 0)
		return DOWNLOAD;
	if (strcasecmp(container, "Cookies") == 0)
		return COOKIE;
	return strcasecmp(container, "Content") == 0 ? CACHE : OTHER;
}

/* "Visited: anna@https://example.org/" is a user and an address. */
static const char *
split_url(const char *url, char *user, size_t size)
{
	const char *colon = url;
	user[0] = '\0';
	if (strncmp(url, "Visited: ", 9) == 0)
		colon = url + 9;
	else if (url[0] == ':' && strchr(url + 1, ':') != NULL)
		colon = strchr(url + 1, ':') + 1;
	else
		return url;
	while (*colon == ' ')
		colon++;
	const char *at = strchr(colon, '@');
	if (at == NULL)
		return url;
	snprintf(user, size, "%.*s", (int)(at - colon < 200 ? at - colon : 200), colon);
	return at + 1;
}

/* The texts of a download record: its last three are referrer, source and the file written. */
static void
put_download(struct artefact *a, struct view b, struct buf *target, struct buf *source)
{
	size_t begin[3] = { 0 }, length[3] = { 0 }, found = 0;
	for (size_t at = 0; at + 1 < b.size; ) {
		size_t units = 0;
		while (at + 2 * units + 1 < b.size && b.data[at + 2 * units] >= 0x20 && b.data[at + 2 * units + 1] < 0x30)
			units++;
		if (units >= 6 && at + 2 * units + 1 < b.size && b.data[at + 2 * units] == 0 && b.data[at + 2 * units + 1] == 0) {
			begin[found % 3] = at;
			length[found % 3] = units;
			found++;
		}
		at += 2 * units + 2;
	}
	if (found == 0)
		return;
	text_from_utf16le(target, b.data + begin[(found - 1) % 3], length[(found - 1) % 3]);
	artefact_text(a, "target", buf_cstr(target));
	if (found >= 2) {
		text_from_utf16le(source, b.data + begin[(found - 2) % 3], length[(found - 2) % 3]);
		artefact_text(a, "source", buf_cstr(source));
	}
	if (found >= 3)
		artefact_utf16(a, "referrer", b.data + begin[found % 3], length[found % 3]);
}

static void
put_entry(struct ese_cursor *c, enum use use, const char *container, const char *url, const char *user, struct buf *text,
    struct buf *source)
{
	static const char *const texts[][2] = { { "Filename", "filename" }, { "FileExtension", "file_extension" }, { "RedirectUrl", "redirect_url" },
		{ "PageTitle", "title" } };
	static const char *const numbers[][2] = { { "EntryId", "entry_id" }, { "ContainerId", "container_id" }, { "AccessCount", "access_count" },
		{ "FileSize", "file_size" }, { "Type", "type" }, { "Flags", "flags" } };
	static const char *const times[][2] = { { "AccessedTime", "accessed_time" }, { "CreationTime", "creation_time" },
		{ "ModifiedTime", "modified_time" }, { "ExpiryTime", "expiry_time" }, { "SyncTime", "sync_time" }, { "PostCheckTime", "post_check_time" } };
	struct artefact *a = c->e->a;
	struct ese_value v;
	const char *precision = "100ns";
	artefact_text(a, "container", container);
	artefact_text(a, "url", url);
	artefact_text(a, "user", user);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (ese_get_text(c, texts[i][0], text))
			artefact_text(a, texts[i][1], buf_cstr(text));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		uint64_t n;
		if (ese_get_unsigned(c, numbers[i][0], &n))
			artefact_unsigned(a, numbers[i][1], n);
	}
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		artefact_when(a, times[i][1], ese_get_time(c, times[i][0], &precision));
	buf_clear(text);
	if (use == CACHE && ese_get_named(c, "ResponseHeaders", &v))
		artefact_bytes(a, "response_headers", v.bytes.data, v.bytes.size > 2048 ? 2048 : v.bytes.size);
	if (use == DOWNLOAD && ese_get_named(c, "ResponseHeaders", &v))
		put_download(a, v.bytes, text, source);
	if (c->recovered)
		artefact_flag(a, "recovered", true);
}

static enum triage_status
send_entry(struct ese_cursor *c, enum use use, const char *container, struct triage_error *err)
{
	static const struct { const char *part, *meaning, *made, *verb; } words[] = {
		[VISIT] = { "history", "last visited", "first visited", "Visited" }, [DOWNLOAD] = { "download", "downloaded", "download begun", "Downloaded" },
		[CACHE] = { "cache", "last accessed", "cached", "Cached" }, [COOKIE] = { "cookie", "cookie last accessed", "cookie created", "Cookie of" },
		[OTHER] = { "other", "last accessed", "created", "Entry for" },
	};
	struct artefact *a = c->e->a;
	SCOPED_BUF url, text, from;
	char user[256];
	const char *precision = "100ns";
	buf_init(&url, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&text, 4 * ARTEFACT_VALUE_MAX);
	(void)ese_get_text(c, "Url", &url);
	buf_init(&from, 4 * ARTEFACT_VALUE_MAX);
	const char *address = split_url(buf_cstr(&url), user, sizeof(user));
	int64_t accessed = ese_get_time(c, "AccessedTime", &precision), made = ese_get_time(c, "CreationTime", &precision);
	int64_t modified = ese_get_time(c, "ModifiedTime", &precision);
	artefact_event(a, accessed, words[use].meaning);
	artefact_offset(a, c->offset);
	artefact_source(a, "browser");
	artefact_part(a, words[use].part);
	put_entry(c, use, container, address, user, &text, &from);
	artefact_user(a, user);
	artefact_message(a, "%s %s%s%s", words[use].verb, from.size > 0 ? buf_cstr(&from) : address,
	    use == DOWNLOAD && text.size > 0 ? " to " : "",
	    use == DOWNLOAD && text.size > 0 ? buf_cstr(&text) : "");
	enum triage_status st = artefact_send(a, err);
	if (st == TRIAGE_OK && made != accessed) {
		artefact_again(a, made, words[use].made);
		st = artefact_send(a, err);
	}
	if (st == TRIAGE_OK && modified != accessed && modified != made) {
		artefact_again(a, modified, use == CACHE ? "last modified on the server" : "last modified");
		st = artefact_send(a, err);
	}
	return st;
}

/* "org.example.www" or "org.example": the domain of a cookie is stored back to front. */
static enum triage_status
send_cookie(struct ese_cursor *c, struct triage_error *err)
{
	struct artefact *a = c->e->a;
	SCOPED_BUF domain, path;
	struct ese_value v;
	const char *precision = "100ns";
	buf_init(&domain, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&path, 4 * ARTEFACT_VALUE_MAX);
	(void)ese_get_text(c, "RDomain", &domain);
	(void)ese_get_text(c, "Path", &path);
	artefact_event(a, ese_get_time(c, "LastModified", &precision), "cookie last modified");
	artefact_offset(a, c->offset);
	artefact_source(a, "browser");
	artefact_part(a, "cookie");
	artefact_text(a, "reversed_domain", buf_cstr(&domain));
	artefact_text(a, "path", buf_cstr(&path));
	if (ese_get_named(c, "Name", &v))
		artefact_bytes(a, "name", v.bytes.data, strnlen((const char *)v.bytes.data, v.bytes.size > 200 ? 200 : v.bytes.size));
	artefact_when(a, "expires", ese_get_time(c, "Expires", &precision));
	artefact_message(a, "Cookie of %s%s", buf_cstr(&domain), buf_cstr(&path));
	return artefact_send(a, err);
}

static enum triage_status
read_containers(struct ese *e, struct ese_map *names, struct triage_error *err)
{
	struct ese_cursor c;
	SCOPED_BUF name, directory;
	bool row = true;
	enum triage_status st = TRIAGE_OK;
	buf_init(&name, 4 * ARTEFACT_VALUE_MAX);
	buf_init(&directory, 4 * ARTEFACT_VALUE_MAX);
	ese_rows(&c, e, ese_table(e, "Containers"));
	while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row) {
		const char *precision = "100ns";
		uint64_t id = 0;
		(void)!ese_get_unsigned(&c, "ContainerId", &id);
		(void)ese_get_text(&c, "Name", &name);
		(void)ese_get_text(&c, "Directory", &directory);
		ese_map_put(names, id, buf_cstr(&name));
		artefact_event(e->a, ese_get_time(&c, "LastAccessTime", &precision), "container last accessed");
		artefact_offset(e->a, c.offset);
		artefact_source(e->a, "browser");
		artefact_part(e->a, "container");
		artefact_text(e->a, "container", buf_cstr(&name));
		artefact_text(e->a, "directory", buf_cstr(&directory));
		artefact_unsigned(e->a, "container_id", id);
		artefact_message(e->a, "WebCache container %s in %s", buf_cstr(&name), buf_cstr(&directory));
		st = artefact_send(e->a, err);
	}
	return st;
}

static uint64_t
number_behind(struct view name, size_t at)
{
	uint64_t n = 0;
	for (; at < name.size && name.data[at] >= '0' && name.data[at] <= '9' && n < UINT64_C(1) << 40; at++)
		n = 10 * n + (name.data[at] - '0');
	return n;
}

enum triage_status
ese_read_webcache(struct ese *e, struct triage_error *err)
{
	struct ese_map names = { 0 };
	enum triage_status st = read_containers(e, &names, err);
	for (size_t i = 0; i < e->table_count && st == TRIAGE_OK; i++) {
		const struct ese_table *t = &e->tables[i];
		struct ese_cursor c;
		bool row = true, container = t->name.size > 10 && strncasecmp((const char *)t->name.data, "Container_", 10) == 0;
		if (!container && !(t->name.size > 14 && strncasecmp((const char *)t->name.data, "CookieEntryEx_", 14) == 0))
			continue;
		const char *name = container ? ese_map_get(&names, number_behind(t->name, 10)) : NULL;
		ese_rows(&c, e, t);
		while (st == TRIAGE_OK && (st = ese_next(&c, &row, err)) == TRIAGE_OK && row)
			st = container ? send_entry(&c, use_of(name != NULL ? name : ""), name, err) : send_cookie(&c, err);
	}
	ese_map_release(&names);
	return st;
}

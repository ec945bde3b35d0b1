/* collection.c - see collection.h. Layouts as the collectors document them: KAPE targets, CyLR, Velociraptor's offline collector, UAC. */
#include "triage/run/collection.h"

#include "triage/base/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 4 };		/* folders that a collection may lie in */

/* One path, taken apart. */
struct place {
	enum collection_layout layout;
	size_t top;			/* bytes before the collection */
	size_t root;			/* bytes up to the end of the volume's root */
	char drive[40];
};

static size_t
part_size(const char *part)
{
	return strcspn(part, "/");
}

static bool
part_is(const char *part, const char *word)
{
	size_t size = part_size(part);
	return strlen(word) == size && strncasecmp(part, word, size) == 0;
}

static bool
part_is_any(const char *part, const char *const *words)
{
	for (; *words != NULL; words++)
		if (part_is(part, *words))
			return true;
	return false;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that %XX stands for, -1 for none. */
static int
escaped(const char *p)
{
	return p[0] == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0 ? hex(p[1]) * 16 + hex(p[2]) : -1;
}

/* A part with its escapes undone, cut to size. */
static void
unescape(const char *part, char *out, size_t size)
{
	size_t n = 0, length = part_size(part);
	for (size_t i = 0; i < length && n + 1 < size; i++) {
		int byte = length - i >= 3 ? escaped(part + i) : -1;
		out[n++] = byte > 0 ? (char)byte : part[i];
		i += byte > 0 ? 2 : 0;
	}
	out[n] = '\0';
}

/* "C:", "\\.\C:", "\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy2": the volume's name; false for anything else. */
static bool
volume_of(const char *text, char drive[40])
{
	static const char device[] = "\\\\.\\", shadow[] = "HarddiskVolumeShadowCopy";
	if (strncmp(text, device, sizeof(device) - 1) == 0)
		text += sizeof(device) - 1;
	if (((text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'z') && text[1] == ':' && (text[2] == '\0' || (text[2] == '\\' && text[3] == '\0'))) {
		snprintf(drive, 40, "%c", text[0] & ~0x20);
		return true;
	}
	const char *copy = strstr(text, shadow);
	if (text[0] != '\\' || copy == NULL || strspn(copy + sizeof(shadow) - 1, "0123456789") == 0)
		return false;
	snprintf(drive, 40, "%.*s", (int)(sizeof(shadow) - 1 + strspn(copy + sizeof(shadow) - 1, "0123456789")), copy);
	return true;
}

static bool
uploads_at(const char *path, const char *part, struct place *p)
{
	static const char *const accessors[] = { "auto", "ntfs", "lazy_ntfs", "ntfs_vss", "file", "mft", "raw_ntfs", "fs", "ext4", "raw_ext4", NULL };
	char volume[200];
	if (!part_is(part, "uploads"))
		return false;
	const char *accessor = part + part_size(part);
	if (*accessor++ != '/' || !part_is_any(accessor, accessors))
		return false;
	const char *first = accessor + part_size(accessor);
	p->layout = COLLECTION_UPLOADS;
	p->root = (size_t)(first - path);
	p->drive[0] = '\0';
	if (*first != '/')
		return true;
	unescape(first + 1, volume, sizeof(volume));
	if (volume_of(volume, p->drive))
		p->root += 1 + part_size(first + 1);
	return true;
}

/* Find the root of a volume in a path. */
static bool
find_place(const char *path, struct place *p)
{
	const char *part = path + (path[0] == '/');
	for (unsigned depth = 0; depth < DEPTH_MAX && *part != '\0'; depth++) {
		size_t size = part_size(part);
		*p = (struct place){ .top = part == path ? 0 : (size_t)(part - path) - 1, .root = (size_t)(part - path) + size };
		if (uploads_at(path, part, p))
			return true;
		if (part_is(part, "[root]")) {
			p->layout = COLLECTION_ROOT;
			return true;
		}
		if (size == 1 && ((part[0] | 0x20) >= 'a' && (part[0] | 0x20) <= 'z')) {
			p->layout = COLLECTION_LETTER;
			p->drive[0] = (char)(part[0] & ~0x20);
			return true;
		}
		part += size;
		part += *part == '/';
	}
	return false;
}

/* What lies in the root of a volume of Windows, and seldom elsewhere in a folder of one letter. */
static bool
is_of_windows(const char *part)
{
	static const char *const names[] = { "Windows", "WINNT", "Users", "Documents and Settings", "ProgramData", "Program Files", "$MFT", "$Extend",
	    "$LogFile", "$Boot", "$Recycle.Bin", "inetpub", NULL };
	return part_is_any(part, names);
}

static struct collection_root *
root_of(struct collection *c, const char *path, const struct place *p, bool make)
{
	for (size_t i = 0; i < c->count; i++) {
		struct collection_root *r = &c->roots[i];
		if (strlen(r->prefix) == p->root && strncmp(r->prefix, path, p->root) == 0)
			return r;
	}
	if (!make || c->count == COLLECTION_ROOTS_MAX || fault_hit())
		return NULL;
	struct collection_root *r = &c->roots[c->count];
	*r = (struct collection_root){ .layout = p->layout, .prefix = strndup(path, p->root), .top = p->top };
	memcpy(r->drive, p->drive, sizeof(r->drive));
	if (r->prefix == NULL)
		return NULL;
	c->count++;
	return r;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), length = strlen(end);
	return size >= length && strcasecmp(text + size - length, end) == 0;
}

/* Files that a collector leaves beside what it takes. */
static void
look_at_logs(struct collection *c, const char *path)
{
	const char *name = strrchr(path, '/');
	name = name != NULL ? name + 1 : path;
	c->kape = c->kape || ends_with(name, "_CopyLog.csv") || ends_with(name, "_ConsoleLog.txt") || ends_with(name, "_SkipLog.csv");
	c->cylr = c->cylr || (strncasecmp(name, "CyLR", 4) == 0 && ends_with(name, ".log"));
	c->uac = c->uac || strcmp(name, "uac.log") == 0;
	c->velociraptor = c->velociraptor || strcmp(name, "client_info.json") == 0 || strcmp(name, "collection_context.json") == 0;
}

void
collection_look(struct collection *c, const char *path)
{
	static const char *const tops[] = { "Windows", "WINNT", "etc", "usr", "$MFT", NULL };
	struct place p;
	const char *part = path + (path[0] == '/');
	c->volume = c->volume || (!c->archive && part_is_any(part, tops));
	if (!find_place(path, &p)) {
		look_at_logs(c, path);
		return;
	}
	const char *rest = path + p.root;
	if (*rest != '/')
		return;
	bool sure = p.layout != COLLECTION_LETTER || is_of_windows(rest + 1);
	if (sure)
		root_of(c, path, &p, true);
}

bool
collection_settle(struct collection *c)
{
	if (c->volume)
		return false;
	for (size_t i = 1; i < c->count; i++)
		if (c->roots[i].top != c->roots[0].top || strncmp(c->roots[i].prefix, c->roots[0].prefix, c->roots[0].top) != 0)
			c->several = true;
	return c->count > 0;
}

/* A folder of one letter beside one that is the root of a volume for sure: a volume of data, which holds anything. */
static bool
is_beside_root(const struct collection *c, const char *path, const struct place *p)
{
	for (size_t i = 0; i < c->count && p->layout == COLLECTION_LETTER; i++) {
		const struct collection_root *r = &c->roots[i];
		if (r->layout == COLLECTION_LETTER && r->top == p->top && strncmp(r->prefix, path, p->top) == 0)
			return true;
	}
	return false;
}

/* The volume of the system has no letter in its paths. */
static bool
is_main(const struct collection *c, const struct place *p, const char *path)
{
	if (p->drive[0] == '\0' || strcmp(p->drive, "C") == 0)
		return true;
	if (c->archive || p->drive[1] != '\0')
		return false;
	/* another letter, when it alone was taken from that machine */
	for (size_t i = 0; i < c->count; i++) {
		const struct collection_root *r = &c->roots[i];
		bool same = r->top == p->top && strncmp(r->prefix, path, p->top) == 0;
		if (same && strcmp(r->drive, p->drive) != 0)
			return false;
	}
	return true;
}

bool
collection_map(struct collection *c, const char *path, struct buf *ret_path)
{
	struct place p;
	if (c->volume || !find_place(path, &p))
		return false;
	/* the members of an archive come one after another, none is known before */
	if (c->archive ? p.layout == COLLECTION_LETTER && path[p.root] != '/' :
	    root_of(c, path, &p, false) == NULL && !is_beside_root(c, path, &p))
		return false;
	const char *rest = path + p.root;
	size_t begin = ret_path->size;
	if (c->several)
		buf_put(ret_path, path, p.top);
	if (!is_main(c, &p, path))
		buf_format(ret_path, "/%s:", p.drive);
	for (; *rest != '\0'; rest++) {
		int byte = p.layout == COLLECTION_UPLOADS ? escaped(rest) : -1;
		bool plain = byte >= ' ' && byte < 0x7f && byte != '/' && byte != '\\';
		buf_char(ret_path, plain ? (char)byte : *rest);
		rest += plain ? 2 : 0;
	}
	if (ret_path->size == begin)
		buf_char(ret_path, '/');
	c->mapped++;
	return true;
}

void
collection_named(struct collection *c, const char *name)
{
	/* "Collection-HOST-2024-01-31T10_00_00Z", "uac-HOST-linux-20240131100000": the host may have dashes of its own */
	size_t size = strlen(name), skip = strncasecmp(name, "Collection-", 11) == 0 ? 11 : strncasecmp(name, "uac-", 4) == 0 ? 4 : 0;
	static const char *const systems[] = { "-linux-", "-macos-", "-freebsd-", "-openbsd-", "-netbsd-", "-solaris-", "-aix-", "-esxi-", "-android-", NULL };
	const char *end = NULL;
	for (size_t i = 0; systems[i] != NULL && skip == 4 && end == NULL; i++)
		end = strstr(name, systems[i]);
	for (size_t i = skip; skip == 11 && end == NULL && i + 6 < size; i++)
		if (name[i] == '-' && strspn(name + i + 1, "0123456789") == 4 && name[i + 5] == '-')
			end = name + i;
	if (end != NULL && end > name + skip && (size_t)(end - name) - skip < COLLECTION_HOST_MAX)
		snprintf(c->host, sizeof(c->host), "%.*s", (int)((size_t)(end - name) - skip), name + skip);
}

void
collection_describe(const struct collection *c, struct buf *out)
{
	enum collection_layout layout = c->count > 0 ? c->roots[0].layout : COLLECTION_NONE;
	buf_text(out, "a collection in the layout of ");
	buf_text(out, layout == COLLECTION_UPLOADS || c->velociraptor ? "Velociraptor" : layout == COLLECTION_ROOT || c->uac ? "UAC" : c->kape ? "KAPE" :
	    c->cylr ? "CyLR" : "KAPE or CyLR");
	if (c->host[0] != '\0')
		buf_format(out, " from the host %s, as its name says", c->host);
	buf_text(out, "; paths are those of the machine:");
	for (size_t i = 0; i < c->count && i < 8; i++) {
		const struct collection_root *r = &c->roots[i];
		struct place p = { .layout = r->layout, .top = r->top, .root = strlen(r->prefix) };
		memcpy(p.drive, r->drive, sizeof(p.drive));
		bool main = is_main(c, &p, r->prefix);
		buf_format(out, "%s %s is ", i > 0 ? "," : "", r->prefix);
		if (c->several)
			buf_put(out, r->prefix, r->top);
		buf_format(out, "/%s%s", main ? "" : r->drive, main ? "" : ":");
	}
	if (c->count > 8)
		buf_format(out, " and %zu more", c->count - 8);
}

void
collection_release(struct collection *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->roots[i].prefix);
	*c = (struct collection){ 0 };
}
